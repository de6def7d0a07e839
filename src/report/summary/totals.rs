//! Daily rows → sums per channel, and the days that a channel has no row for.

use std::collections::BTreeMap;

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

    /// Of those of `rows` that are not before `first`. Of rows that state the same day and channel,
    /// the first counts.
    pub fn since(rows: &'a [DailyRow], first: Day) -> Self {
        let mut of_channels: BTreeMap<&str, Vec<&DailyRow>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.day >= first) {
            of_channels.entry(&row.channel).or_default().push(row);
        }
        for rows in of_channels.values_mut() {
            rows.sort_by_key(|row| row.day);
            rows.dedup_by_key(|row| row.day);
        }
        let ends = |rows: &Vec<&DailyRow>| (rows[0].day, rows[rows.len() - 1].day);
        let period = of_channels
            .values()
            .map(ends)
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        let mut channels: Vec<ChannelTotals<'a>> = of_channels
            .iter()
            .map(|(name, rows)| {
                let last = period.map_or(rows[0].day, |(_, last)| last);
                ChannelTotals::of(name, rows, last)
            })
            .collect();
        channels.sort_by(|one, other| {
            let spend = |channel: &ChannelTotals<'_>| channel.spend.unwrap_or(0.0);
            spend(other).total_cmp(&spend(one)).then_with(|| one.name.cmp(other.name))
        });
        Self { rows: of_channels.values().map(Vec::len).sum(), period, channels }
    }

    /// All channels together.
    pub fn all(&self) -> ChannelTotals<'a> {
        self.channels.iter().fold(ChannelTotals::default(), ChannelTotals::with)
    }
}

impl<'a> ChannelTotals<'a> {
    /// Of a channel's `rows`, by day; `last` is the last day that it should have one for.
    fn of(name: &'a str, rows: &[&DailyRow], last: Day) -> Self {
        let mut totals = Self { name, ..Self::default() };
        let mut expected = rows[0].day;
        for row in rows {
            totals.miss(expected, row.day);
            totals.add(row);
            expected = plus_days(row.day, 1);
        }
        totals.miss(expected, plus_days(last, 1));
        totals
    }

    /// No row from `first` on, until `end`, which has one.
    fn miss(&mut self, first: Day, end: Day) {
        self.missing.extend(first.iter_days().take_while(|day| *day < end));
    }

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
