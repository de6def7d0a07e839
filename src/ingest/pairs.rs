//! Rows → their sums per day and channel, those with a campaign and those without apart: what a total
//! that has a day is held against. Bounded; beyond the bound nothing is said of any day.

use chrono::Datelike as _;

use super::check_sums::Sum;
use super::dates::FIRST_DAY;
use crate::domain::performance::KEY_SEPARATOR;
use crate::domain::{Day, Figures, StatedRow};

/// Days of channels that are summed: those of 27 channels in three years, or some 10 MB.
const PAIRS_MAX: usize = if cfg!(test) { 1_000 } else { 30_000 };

/// The rows of each day and channel.
#[derive(Default)]
pub(super) struct Pairs {
    /// Rows with a campaign, and all rows where a file has none.
    pub named: PairSums,
    /// Rows whose campaign is blank, in a file that has campaigns, or whose further keys all are.
    pub blank: PairSums,
    /// Whether any of these has a campaign.
    pub has_blank_keys: bool,
    has_campaigns: bool,
}

/// Sums by day and channel.
#[derive(Default)]
pub(super) struct PairSums {
    /// By the days from [`FIRST_DAY`] on, `skipped` of them left out: channels in order, each with
    /// the place of its sum.
    days: Vec<Vec<(u32, u32)>>,
    skipped: usize,
    sums: Vec<PairSum>,
    /// The place of the last row's sum: rows of a day and channel often follow one another.
    last: usize,
    is_full: bool,
}

/// The sum of the rows of a day and channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairSum {
    pub day: Day,
    pub channel: usize,
    pub sum: Sum,
    /// The lines of the first and the last of them.
    pub lines: (u64, u64),
    /// The row of the highest spend: its figures and its line.
    pub largest: (Figures, u64),
}

impl Pairs {
    pub(super) fn new(has_campaigns: bool) -> Self {
        Self { has_campaigns, ..Self::default() }
    }

    /// Counts a row of a channel; false where it has no room for its day.
    #[inline]
    pub(super) fn add(&mut self, row: &StatedRow<'_>, channel: usize) -> bool {
        let is_blank = match row.campaign.split_once(KEY_SEPARATOR) {
            None => self.has_campaigns && row.campaign.is_empty(),
            Some(("", _)) if self.has_campaigns => true,
            Some((_, keys)) => {
                let is_blank = keys.chars().all(|letter| letter == KEY_SEPARATOR);
                self.has_blank_keys |= is_blank;
                is_blank
            }
        };
        let sums = if is_blank { &mut self.blank } else { &mut self.named };
        sums.add(row.day, channel, &row.figures, row.line)
    }

    /// Whether not all rows could be summed.
    pub(super) const fn are_cut(&self) -> bool {
        self.named.is_full || self.blank.is_full
    }

    /// The sum of all rows of a day, of one channel or of all of them.
    pub(super) fn of(&self, day: Day, channel: Option<usize>) -> Option<PairSum> {
        let all = self.named.of(day, channel).into_iter().chain(self.blank.of(day, channel));
        all.reduce(PairSum::plus)
    }

    /// All sums.
    pub(super) fn each(&self) -> impl Iterator<Item = &PairSum> {
        self.named.sums.iter().chain(&self.blank.sums)
    }

    /// Adds the sums of other rows; those that it has no room for go to `rest`.
    pub(super) fn join(&mut self, others: &Self, mut rest: impl FnMut(&PairSum)) {
        self.has_blank_keys |= others.has_blank_keys;
        for (sums, others) in [(&mut self.named, &others.named), (&mut self.blank, &others.blank)] {
            sums.is_full |= others.is_full;
            for sum in &others.sums {
                if !sums.put(sum) {
                    rest(sum);
                }
            }
        }
    }

    /// Forgets the rows, and keeps the room of their sums.
    pub(super) fn clear(&mut self) {
        self.named.clear();
        self.blank.clear();
    }
}

impl PairSums {
    #[inline]
    fn add(&mut self, day: Day, channel: usize, figures: &Figures, line: u64) -> bool {
        if self.is_full {
            return false;
        }
        let is_same = |sum: &&mut PairSum| sum.day == day && sum.channel == channel;
        if let Some(sum) = self.sums.get_mut(self.last).filter(is_same) {
            sum.sum.figures.add(figures);
            sum.sum.rows += 1;
            sum.lines = (sum.lines.0.min(line), sum.lines.1.max(line));
            if figures.spend > sum.largest.0.spend {
                sum.largest = (*figures, line);
            }
            return true;
        }
        let sum = Sum { figures: *figures, rows: 1 };
        self.put(&PairSum { day, channel, sum, lines: (line, line), largest: (*figures, line) })
    }

    fn put(&mut self, more: &PairSum) -> bool {
        let channel = u32::try_from(more.channel).expect("an account has some thousands");
        let next = self.sums.len();
        let of_day = self.of_day(more.day);
        match of_day.binary_search_by_key(&channel, |entry| entry.0) {
            Ok(at) => {
                self.last = of_day[at].1 as usize;
                self.sums[self.last] = self.sums[self.last].plus(*more);
            }
            Err(at) if next < PAIRS_MAX => {
                of_day.insert(at, (channel, u32::try_from(next).expect("below the bound")));
                self.sums.push(*more);
                self.last = next;
            }
            Err(_) => {
                self.is_full = true;
                return false;
            }
        }
        true
    }

    fn of_day(&mut self, day: Day) -> &mut Vec<(u32, u32)> {
        let place = place(day);
        if self.days.is_empty() {
            self.skipped = place;
        }
        if place < self.skipped {
            let fresh = std::iter::repeat_with(Vec::new).take(self.skipped - place);
            self.days.splice(0..0, fresh);
            self.skipped = place;
        }
        let at = place - self.skipped;
        if at >= self.days.len() {
            self.days.resize_with(at + 1, Vec::new);
        }
        &mut self.days[at]
    }

    /// All sums, by the first rows of each.
    pub(super) fn each(&self) -> &[PairSum] {
        &self.sums
    }

    /// The sum of a day, of one channel or of all of them.
    pub(super) fn of(&self, day: Day, channel: Option<usize>) -> Option<PairSum> {
        let of_day = self.days.get(place(day).checked_sub(self.skipped)?)?;
        let sums = of_day.iter().map(|entry| self.sums[entry.1 as usize]);
        sums.filter(|sum| channel.is_none_or(|channel| sum.channel == channel))
            .reduce(PairSum::plus)
    }

    fn clear(&mut self) {
        self.days.clear();
        self.sums.clear();
    }
}

impl PairSum {
    /// Both together; the day and channel of the first.
    pub(super) fn plus(self, other: Self) -> Self {
        let figures = self.sum.figures.plus(other.sum.figures);
        let rows = self.sum.rows + other.sum.rows;
        let lines = (self.lines.0.min(other.lines.0), self.lines.1.max(other.lines.1));
        let is_larger = other.largest.0.spend > self.largest.0.spend;
        let largest = if is_larger { other.largest } else { self.largest };
        Self { sum: Sum { figures, rows }, lines, largest, ..self }
    }
}

/// Days behind [`FIRST_DAY`]; earlier ones are refused.
fn place(day: Day) -> usize {
    let days = day.num_days_from_ce() - FIRST_DAY.num_days_from_ce();
    usize::try_from(days).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Money, Subject};

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn row(line: u64, of: &str, channel: usize, campaign: &'static str) -> StatedRow<'static> {
        let spend = Some(Money::from_minor(i128::from(line)).into());
        let figures = Figures { spend, ..Figures::NONE };
        let subject = Subject::Channel(channel);
        StatedRow { line, day: day(of), subject, campaign, figures, controls: "" }
    }

    fn seen(sum: Option<&PairSum>) -> Option<(i128, u64, (u64, u64))> {
        let PairSum { sum, lines, .. } = sum?;
        Some((sum.figures.spend.expect("spend").minor().minor(), sum.rows, *lines))
    }

    #[test]
    fn sums_are_those_of_their_day_and_channel_in_whatever_order_rows_come() {
        let rows = [
            row(2, "2026-01-05", 1, "a"),
            row(3, "2025-12-31", 0, "a"),
            row(4, "2026-01-05", 0, ""),
            row(5, "2026-01-05", 1, "b"),
            row(6, "2026-01-05", 0, "\u{1f}ad"),
            row(7, "2027-01-01", 0, "a"),
        ];
        let mut pairs = Pairs::new(true);
        let mut parts = [Pairs::new(true), Pairs::new(true)];
        for (at, row) in rows.iter().enumerate() {
            let Subject::Channel(channel) = row.subject else { continue };
            pairs.add(row, channel);
            parts[at % 2].add(row, channel);
        }
        let mut joined = Pairs::new(true);
        for _ in 0..2 {
            joined.clear();
            for part in &parts {
                joined.join(part, |sum| panic!("no room for {sum:?}"));
            }
        }
        let monday = day("2026-01-05");
        for pairs in [&pairs, &joined] {
            assert_eq!(seen(pairs.named.of(monday, Some(1)).as_ref()), Some((7, 2, (2, 5))));
            assert_eq!(seen(pairs.named.of(monday, Some(0)).as_ref()), None);
            assert_eq!(seen(pairs.blank.of(monday, Some(0)).as_ref()), Some((10, 2, (4, 6))));
            assert_eq!(seen(pairs.of(monday, None).as_ref()), Some((17, 4, (2, 6))));
            assert_eq!(seen(pairs.of(day("2027-01-01"), Some(0)).as_ref()), Some((7, 1, (7, 7))));
            assert_eq!(seen(pairs.of(day("2020-01-01"), None).as_ref()), None);
        }
    }

    #[test]
    fn beyond_the_bound_nothing_is_summed_and_that_is_known() {
        let mut pairs = Pairs::new(false);
        for channel in 0..=PAIRS_MAX {
            assert!(!pairs.are_cut());
            pairs.add(&row(2, "2026-01-05", channel, ""), channel);
        }
        assert!(pairs.are_cut());
        assert_eq!(pairs.named.each().len(), PAIRS_MAX);
    }
}
