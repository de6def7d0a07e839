//! Daily facts → weekly history: full weeks per channel, in order, with every gap explicit.
//! It invents nothing: a week without a row is a week without a row.

mod completeness;
mod kpi;
mod outliers;

pub use completeness::{MissingDays, missing_days};
pub use kpi::{Kpis, Ratio};
pub use outliers::{Outlier, OutlierMeasure, OutlierSearch, outliers};

use std::collections::BTreeSet;

use crate::domain::calendar::WEEK_DAYS;
use crate::domain::{AbsentDays, Account, ChannelName, DayFact, Digest, Measures, Week};

/// The weeks of an account before a decision week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklyHistory {
    /// Consecutive full weeks, oldest first; the last is the one before the decision week. It
    /// begins with the week of the first fact, so it may be empty.
    pub weeks: Vec<Week>,
    /// In the order of the account's channels; each has one entry per week.
    pub channels: Vec<ChannelHistory>,
    /// The files whose values the facts are, without doubles, in order.
    pub files: Vec<Digest>,
}

/// One channel's weeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelHistory {
    /// The channel.
    pub channel: ChannelName,
    /// One entry per week of the history.
    pub weeks: Vec<ChannelWeek>,
}

/// One channel in one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelWeek {
    /// The sums over the days that have a row.
    pub measures: Measures,
    /// The days that have a row, or that are declared to have had no spend.
    pub days: DaySet,
}

/// Days of a week, by their position in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DaySet(u8);

impl DaySet {
    /// All seven.
    pub const FULL: Self = Self(0b111_1111);

    /// With the day at `position` (0 to 6) in it.
    #[must_use]
    pub const fn with(self, position: u8) -> Self {
        Self(self.0 | 1 << position)
    }

    /// Whether the day at `position` is in it.
    pub const fn has(self, position: u8) -> bool {
        self.0 & 1 << position != 0
    }

    /// How many days it holds.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }
}

impl ChannelWeek {
    /// Whether each of the seven days has a row (or is declared to have had no spend).
    pub fn is_complete(&self) -> bool {
        self.days == DaySet::FULL
    }
}

impl WeeklyHistory {
    /// The history of `account` before `decision_week`, from `facts` in any order. Facts of the
    /// decision week and later are not looked at.
    pub fn build(account: &Account, decision_week: Week, facts: &[DayFact]) -> Self {
        let past = || facts.iter().filter(|fact| fact.day < decision_week.first_day());
        let weeks = match past().map(|fact| fact.day).min() {
            Some(first_day) => weeks_between(account.week_of(first_day), decision_week),
            None => Vec::new(),
        };
        let mut channels: Vec<ChannelHistory> = account
            .channels
            .iter()
            .map(|channel| ChannelHistory {
                channel: channel.name.clone(),
                weeks: vec![ChannelWeek::default(); weeks.len()],
            })
            .collect();
        let mut files = BTreeSet::new();
        for fact in past() {
            let Some((week, position)) = place(&weeks, fact) else { continue };
            let entry = &mut channels[fact.channel].weeks[week];
            entry.measures = entry.measures.plus(fact.measures);
            entry.days = entry.days.with(position);
            files.insert(fact.file);
        }
        declare_absent_days(account, facts, &weeks, &mut channels);
        Self { weeks, channels, files: files.into_iter().collect() }
    }

    /// The channel of that name.
    pub fn channel(&self, name: &ChannelName) -> Option<&ChannelHistory> {
        self.channels.iter().find(|history| history.channel == *name)
    }

    /// The newest `count` weeks (fewer where the history is shorter), with their positions.
    pub fn newest(&self, count: u32) -> std::ops::Range<usize> {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.weeks.len());
        self.weeks.len() - count..self.weeks.len()
    }
}

fn weeks_between(first: Week, end: Week) -> Vec<Week> {
    std::iter::successors(Some(first), |week| Some(week.forward(1)))
        .take_while(|week| *week < end)
        .collect()
}

/// Where a fact belongs: position of its week, and of its day in that week.
fn place(weeks: &[Week], fact: &DayFact) -> Option<(usize, u8)> {
    let first = weeks.first()?;
    let days = fact.day.signed_duration_since(first.first_day()).num_days();
    let days = u64::try_from(days).ok()?;
    let week = usize::try_from(days / WEEK_DAYS).ok()?;
    Some((week, weeks.get(week)?.position(fact.day)?))
}

/// Where the account says that a day without a row is a day without spend, marks these days as
/// present, from the account's first fact on and as far as the data show that it was reported on.
fn declare_absent_days(
    account: &Account,
    facts: &[DayFact],
    weeks: &[Week],
    channels: &mut [ChannelHistory],
) {
    let first_day = facts.iter().map(|fact| fact.day).min();
    let reported_until = completeness::reported_until(account, facts);
    let (Some(first_day), Some(reported_until)) = (first_day, reported_until) else { return };
    for (channel, history) in account.channels.iter().zip(channels) {
        if account.absent_days(channel) != AbsentDays::Zero {
            continue;
        }
        for (week, entry) in weeks.iter().zip(&mut history.weeks) {
            for (position, day) in (0u8..).zip(week.days()) {
                if (first_day..=reported_until).contains(&day) {
                    entry.days = entry.days.with(position);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
