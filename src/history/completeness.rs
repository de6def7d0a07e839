//! Whether the last full week before a decision is complete: which days of which channels no row
//! has arrived for that was sent after the day ended (DESIGN §4, evidence gate).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::calendar::{day_of, end_of_day};
use crate::domain::{AbsentDays, Account, ChannelName, Day, DayFact, Week};

/// The days of one channel that the gate waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingDays {
    /// The channel.
    pub channel: ChannelName,
    /// Days without a row that states spend and revenue.
    pub absent: Vec<Day>,
    /// Days with a row that arrived before the day had ended, so that it may be unfinished.
    pub early: Vec<Day>,
    /// Those of the absent days that have a row, whose revenue isn't known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_revenue: Vec<Day>,
    /// Those of the absent days that have a row, whose spend isn't known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_spend: Vec<Day>,
}

/// What is wrong with some days.
pub type Lack = (&'static str, Vec<Day>);

impl MissingDays {
    /// Days of a channel of which nothing is known but this.
    pub const fn of(channel: ChannelName, absent: Vec<Day>, early: Vec<Day>) -> Self {
        Self { channel, absent, early, without_revenue: Vec::new(), without_spend: Vec::new() }
    }

    /// The absent days, told apart by what is there of them, each kind with its words (`no_row` for
    /// those that have none); only kinds that there are.
    pub fn absences(&self, no_row: &'static str) -> Vec<Lack> {
        let kinds = [
            (no_row, false, false),
            ("a row without revenue", true, false),
            ("a row without spend", false, true),
            ("a row without spend and revenue", true, true),
        ];
        let days = |no_revenue: bool, no_spend: bool| -> Vec<Day> {
            let is_so = |day: &&Day| {
                self.without_revenue.contains(day) == no_revenue
                    && self.without_spend.contains(day) == no_spend
            };
            self.absent.iter().filter(is_so).copied().collect()
        };
        let told = kinds.map(|(words, no_revenue, no_spend)| (words, days(no_revenue, no_spend)));
        told.into_iter().filter(|(_, days)| !days.is_empty()).collect()
    }
}

/// What is missing of `week` for the active channels of `account`; empty: the week is complete.
pub fn missing_days(account: &Account, week: Week, facts: &[DayFact]) -> Vec<MissingDays> {
    let known_until = reported_until(account, facts);
    let by_key: BTreeMap<(usize, Day), &DayFact> = facts
        .iter()
        .filter(|fact| week.position(fact.day).is_some())
        .map(|fact| ((fact.channel, fact.day), fact))
        .collect();
    let mut missing = Vec::new();
    for (index, channel) in account.channels.iter().enumerate() {
        if channel.paused {
            continue;
        }
        let declared = account.absent_days(channel) == AbsentDays::Zero;
        let (mut absent, mut early) = (Vec::new(), Vec::new());
        for day in week.days() {
            match by_key.get(&(index, day)) {
                Some(fact) if arrived_after_day(account, fact) => {}
                Some(_) => early.push(day),
                None if declared && known_until.is_some_and(|until| day <= until) => {}
                None => absent.push(day),
            }
        }
        if !absent.is_empty() || !early.is_empty() {
            missing.push(MissingDays::of(channel.name.clone(), absent, early));
        }
    }
    missing
}

/// The newest day whose missing rows may be declared to mean no spend: a row of that day or of a
/// later one has arrived after the day had ended. `None` where no channel declares that, or there
/// is no fact.
pub fn reported_until(account: &Account, facts: &[DayFact]) -> Option<Day> {
    let declares = |channel| account.absent_days(channel) == AbsentDays::Zero;
    if !account.channels.iter().any(declares) {
        // Each fact's arrival would be looked up in the calendar for nothing.
        return None;
    }
    facts.iter().map(|fact| newest_ended_day(account, fact).min(fact.day)).max()
}

fn newest_ended_day(account: &Account, fact: &DayFact) -> Day {
    let local = day_of(fact.arrived_at, account.time_zone);
    local.pred_opt().unwrap_or(local)
}

fn arrived_after_day(account: &Account, fact: &DayFact) -> bool {
    fact.arrived_at >= end_of_day(fact.day, account.time_zone)
}
