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
    /// Days without a row.
    pub absent: Vec<Day>,
    /// Days with a row that arrived before the day had ended, so that it may be unfinished.
    pub early: Vec<Day>,
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
            missing.push(MissingDays { channel: channel.name.clone(), absent, early });
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
