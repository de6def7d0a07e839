//! Rows → sums per channel, and the days that they cover. Memory is a bit for each day and channel.

use chrono::Datelike;

use super::ChannelTotals;
use super::dates::FIRST_DAY;
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
            Subject::Channel(channel) => {
                let sum = self.channels[channel].get_or_insert_default();
                sum.rows += 1;
                sum.figures = sum.figures.plus(row.figures);
                sum.days.insert(row.day);
            }
            Subject::Business => {
                self.business = Some(self.business.unwrap_or_default().plus(row.figures));
            }
        }
        self.days = Some(match self.days {
            Some((first, last)) => (first.min(row.day), last.max(row.day)),
            None => (row.day, row.day),
        });
    }

    /// Adds the sums of other rows.
    pub(super) fn join(&mut self, others: &Self) {
        for (sum, other) in self.channels.iter_mut().zip(&others.channels) {
            let Some(other) = other else { continue };
            let sum = sum.get_or_insert_default();
            sum.rows += other.rows;
            sum.figures = sum.figures.plus(other.figures);
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

    /// Whether the days of the channels, three at least, all stand seven days apart.
    pub(super) fn stand_a_week_apart(&self) -> bool {
        let mut all = DaySet::default();
        for sum in self.channels.iter().flatten() {
            all.join(&sum.days);
        }
        all.len() >= 3 && all.stand_apart(7)
    }

    /// The sums of the channels that have rows, in the order of the account.
    pub(super) fn into_channels(self, channels: &[Channel]) -> Vec<ChannelTotals> {
        self.channels
            .into_iter()
            .zip(channels)
            .filter_map(|(sum, channel)| {
                let Sum { rows, figures, days } = sum?;
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

/// A set of days from [`FIRST_DAY`] on, a bit each.
#[derive(Default)]
struct DaySet(Vec<u64>);

impl DaySet {
    fn insert(&mut self, day: Day) {
        let offset = day.num_days_from_ce() - FIRST_DAY.num_days_from_ce();
        let offset = usize::try_from(offset).expect("rows of earlier days are refused");
        let (word, bit) = (offset / 64, offset % 64);
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Whether each day but the last is followed by one that many days later, and none between.
    fn stand_apart(&self, days: usize) -> bool {
        let mut before = None;
        (0..self.0.len() * 64).filter(|at| self.0[at / 64] >> (at % 64) & 1 == 1).all(|at| {
            let fits = before.is_none_or(|before| at - before == days);
            before = Some(at);
            fits
        })
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}
