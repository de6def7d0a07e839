//! Rows → sums per channel, and the days that they cover. Memory is a bit for each day and channel.

use chrono::Datelike;

use super::ChannelTotals;
use super::dates::FIRST_DAY;
use super::pairs::PairSum;
use crate::domain::calendar::plus_days;
use crate::domain::{Channel, Day, Figures, StatedRow, Subject};

/// Sums of the rows so far.
pub(super) struct Totals {
    channels: Vec<Option<Sum>>,
    business: Option<Figures>,
    days: Option<(Day, Day)>,
}

#[derive(Default)]
struct Sum {
    rows: u64,
    figures: Figures,
    days: DaySet,
}

impl Totals {
    pub(super) fn new(channels: usize) -> Self {
        Self { channels: (0..channels).map(|_| None).collect(), business: None, days: None }
    }

    pub(super) fn add(&mut self, row: &StatedRow<'_>) {
        match row.subject {
            Subject::Channel(channel) => self.add_sum(channel, row.day, 1, &row.figures),
            Subject::Business => {
                self.business.get_or_insert_default().add(&row.figures);
                self.span(row.day);
            }
        }
    }

    /// Adds the rows of a day and channel.
    pub(super) fn add_pair(&mut self, pair: &PairSum) {
        self.add_sum(pair.channel, pair.day, pair.sum.rows, &pair.sum.figures);
    }

    fn add_sum(&mut self, channel: usize, day: Day, rows: u64, figures: &Figures) {
        let sum = self.channels[channel].get_or_insert_default();
        sum.rows += rows;
        sum.figures.add(figures);
        sum.days.insert(day);
        self.span(day);
    }

    fn span(&mut self, day: Day) {
        self.days = Some(match self.days {
            Some((first, last)) => (first.min(day), last.max(day)),
            None => (day, day),
        });
    }

    /// Forgets the rows, and keeps the room of their days.
    pub(super) fn clear(&mut self) {
        for sum in self.channels.iter_mut().flatten() {
            sum.rows = 0;
            sum.figures = Figures::NONE;
            sum.days.clear();
        }
        self.business = None;
        self.days = None;
    }

    /// Adds the sums of other rows.
    pub(super) fn join(&mut self, others: &Self) {
        for (sum, other) in self.channels.iter_mut().zip(&others.channels) {
            let Some(other) = other.as_ref().filter(|other| other.rows > 0) else { continue };
            let sum = sum.get_or_insert_default();
            sum.rows += other.rows;
            sum.figures.add(&other.figures);
            sum.days.join(&other.days);
        }
        self.business = match (self.business, others.business) {
            (Some(one), Some(other)) => Some(one.plus(other)),
            (one, other) => one.or(other),
        };
        self.days = match (self.days, others.days) {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            (one, other) => one.or(other),
        };
    }

    /// The first and the last day.
    pub(super) const fn days(&self) -> Option<(Day, Day)> {
        self.days
    }

    /// The sums of the whole business, where rows speak of it.
    pub(super) const fn business(&self) -> Option<Figures> {
        self.business
    }

    /// The sums of all channels together.
    pub(super) fn all(&self) -> Figures {
        let sums = self.channels.iter().flatten();
        sums.fold(Figures::NONE, |all, sum| all.plus(sum.figures))
    }

    /// The days of all channels, in order.
    pub(super) fn all_days(&self) -> Vec<Day> {
        let mut all = DaySet::default();
        for sum in self.channels.iter().flatten() {
            all.join(&sum.days);
        }
        all.days().collect()
    }

    /// The sums of the channels that have rows, in the order of the account.
    pub(super) fn into_channels(self, channels: &[Channel]) -> Vec<ChannelTotals> {
        self.channels
            .into_iter()
            .zip(channels)
            .filter_map(|(sum, channel)| {
                let Sum { rows, figures, days } = sum.filter(|sum| sum.rows > 0)?;
                Some(ChannelTotals {
                    channel: channel.name.clone(),
                    rows,
                    days: days.len(),
                    figures,
                })
            })
            .collect()
    }
}

/// A set of days, a bit each, from the 64 days on in which the first of them lies.
#[derive(Default)]
struct DaySet {
    /// Whole 64 days between [`FIRST_DAY`] and the first word.
    skipped: usize,
    words: Vec<u64>,
}

impl DaySet {
    fn insert(&mut self, day: Day) {
        let offset = day.num_days_from_ce() - FIRST_DAY.num_days_from_ce();
        let offset = usize::try_from(offset).expect("rows of earlier days are refused");
        *self.word(offset / 64) |= 1 << (offset % 64);
    }

    /// The word of the 64 days at this place behind [`FIRST_DAY`].
    fn word(&mut self, place: usize) -> &mut u64 {
        if self.words.is_empty() {
            self.skipped = place;
        }
        if place < self.skipped {
            self.words.splice(0..0, std::iter::repeat_n(0, self.skipped - place));
            self.skipped = place;
        }
        let at = place - self.skipped;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        &mut self.words[at]
    }

    /// Forgets the days, and keeps their room.
    fn clear(&mut self) {
        self.words.clear();
    }

    fn join(&mut self, other: &Self) {
        for (at, more) in other.words.iter().enumerate() {
            *self.word(other.skipped + at) |= more;
        }
    }

    /// The days in order.
    fn days(&self) -> impl Iterator<Item = Day> {
        let is_set = |at: &usize| self.words[at / 64] >> (at % 64) & 1 == 1;
        let days = (0..self.words.len() * 64).filter(is_set);
        days.map(|at| plus_days(FIRST_DAY, (self.skipped * 64 + at) as u64))
    }

    fn len(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(days: &[(i32, u32, u32)]) -> DaySet {
        let mut set = DaySet::default();
        for &(year, month, day) in days {
            set.insert(Day::from_ymd_opt(year, month, day).expect("a day"));
        }
        set
    }

    #[test]
    fn days_are_counted_once_in_whatever_order_they_come() {
        let mut days = set(&[(2025, 9, 1), (1970, 1, 1), (2025, 9, 1), (2026, 1, 5)]);
        assert_eq!(days.len(), 3);
        days.join(&set(&[(1970, 1, 2), (2025, 9, 1), (2027, 1, 5)]));
        assert_eq!(days.len(), 5);
        days.clear();
        days.join(&set(&[(2030, 1, 1), (2020, 1, 1)]));
        assert_eq!(days.len(), 2);
    }

    #[test]
    fn days_come_out_in_their_order() {
        let days: Vec<String> = set(&[(2025, 9, 15), (1970, 1, 1), (2025, 9, 1), (2025, 9, 15)])
            .days()
            .map(|day| day.to_string())
            .collect();
        assert_eq!(days, ["1970-01-01", "2025-09-01", "2025-09-15"]);
        assert_eq!(set(&[(2025, 9, 15)]).days().count(), 1);
    }
}
