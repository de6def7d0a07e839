//! Daily rows → sums per channel, and the days that a channel has no row for.

use std::collections::{BTreeMap, BTreeSet};

use crate::advice::mmm::rows::DailyRow;
use crate::domain::Day;
use crate::domain::calendar::plus_days;

/// All channels.
pub(super) struct Totals<'a> {
    /// Rows in all.
    pub rows: usize,
    /// The first and the last day with a row.
    pub period: Option<(Day, Day)>,
    /// The largest spend first, ties by name.
    pub channels: Vec<ChannelTotals<'a>>,
}

/// A channel, or several.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ChannelTotals<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its rows.
    pub rows: usize,
    /// Its first day.
    pub first: Day,
    /// Days from its first to the last of the period without a row.
    pub missing: Vec<Day>,
    /// Of what is known; `None` where nothing is.
    pub spend: Option<f64>,
    /// Likewise.
    pub revenue: Option<f64>,
    /// Likewise.
    pub conversions: Option<f64>,
    /// Revenue of the rows that state both, and their spend: what a ROAS can be made of.
    pub returns: (f64, f64),
}

impl<'a> Totals<'a> {
    /// Of `rows`, in any order.
    pub fn of(rows: &'a [DailyRow]) -> Self {
        Self::since(rows, Day::MIN)
    }

    /// Of those of `rows` that are not before `first`.
    pub fn since(rows: &'a [DailyRow], first: Day) -> Self {
        let mut by_key: BTreeMap<(&str, Day), &DailyRow> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.day >= first) {
            by_key.entry((&row.channel, row.day)).or_insert(row);
        }
        let days: BTreeSet<Day> = by_key.keys().map(|(_, day)| *day).collect();
        let period = days.first().copied().zip(days.last().copied());
        let mut channels: Vec<ChannelTotals<'a>> = Vec::new();
        for ((name, day), row) in &by_key {
            if channels.last().is_none_or(|last| last.name != *name) {
                channels.push(ChannelTotals { name, first: *day, ..ChannelTotals::default() });
            }
            if let Some(channel) = channels.last_mut() {
                channel.add(row);
            }
        }
        for channel in &mut channels {
            let last = period.map_or(channel.first, |(_, last)| last);
            let mut day = channel.first;
            while day <= last {
                if !by_key.contains_key(&(channel.name, day)) {
                    channel.missing.push(day);
                }
                day = plus_days(day, 1);
            }
        }
        channels.sort_by(|one, other| {
            let spend = |channel: &ChannelTotals<'_>| channel.spend.unwrap_or(0.0);
            spend(other).total_cmp(&spend(one)).then_with(|| one.name.cmp(other.name))
        });
        Self { rows: by_key.len(), period, channels }
    }

    /// All channels together.
    pub fn all(&self) -> ChannelTotals<'a> {
        self.channels.iter().fold(ChannelTotals::default(), ChannelTotals::with)
    }
}

impl ChannelTotals<'_> {
    fn add(&mut self, row: &DailyRow) {
        self.rows += 1;
        let more = |sum: &mut Option<f64>, value: Option<f64>| {
            if let Some(value) = value {
                *sum = Some(sum.unwrap_or(0.0) + value);
            }
        };
        more(&mut self.spend, row.spend);
        more(&mut self.revenue, row.revenue);
        more(&mut self.conversions, row.conversions);
        if let (Some(revenue), Some(spend)) = (row.revenue, row.spend) {
            self.returns = (self.returns.0 + revenue, self.returns.1 + spend);
        }
    }

    /// Both together, under this one's name.
    pub fn with(mut self, other: &Self) -> Self {
        let sum = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (None, None) => None,
            (one, other) => Some(one.unwrap_or(0.0) + other.unwrap_or(0.0)),
        };
        self.rows += other.rows;
        self.missing.extend(&other.missing);
        self.spend = sum(self.spend, other.spend);
        self.revenue = sum(self.revenue, other.revenue);
        self.conversions = sum(self.conversions, other.conversions);
        self.returns = (self.returns.0 + other.returns.0, self.returns.1 + other.returns.1);
        self
    }

    /// Revenue per unit of spend; `None` where nothing was spent.
    pub fn roas(&self) -> Option<f64> {
        (self.returns.1 > 0.0).then(|| self.returns.0 / self.returns.1)
    }
}
