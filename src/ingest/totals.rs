//! Rows → sums per channel, and the days that they cover. Memory is a bit for each day and channel.

use chrono::Datelike;

use super::ChannelTotals;
use super::dates::FIRST_DAY;
use crate::domain::{Channel, Day, Figures, StatedRow, Subject};

/// Sums of the rows so far.
pub(super) struct Totals {
    channels: Vec<Option<Sum>>,
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
        Self { channels: (0..channels).map(|_| None).collect(), days: None }
    }

    pub(super) fn add(&mut self, row: &StatedRow<'_>) {
        let Subject::Channel(channel) = row.subject else { return };
        let sum = self.channels[channel].get_or_insert_default();
        sum.rows += 1;
        sum.figures = sum.figures.plus(row.figures);
        sum.days.insert(row.day);
        self.days = Some(match self.days {
            Some((first, last)) => (first.min(row.day), last.max(row.day)),
            None => (row.day, row.day),
        });
    }

    /// The first and the last day.
    pub(super) const fn days(&self) -> Option<(Day, Day)> {
        self.days
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

    fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}
