//! What a decision was made from, as `decision.json` states it under `inputs`: the account's
//! settings with every default filled in, the weeks of the evidence, the reference, the files.

use chrono::Weekday;
use serde::Serialize;

use crate::decision::Decision;
use crate::domain::{
    Account, BlockerSettings, Channel, ChannelName, Day, Digest, GateSettings, RulesSettings,
    Source, Week,
};
use crate::history::ChannelWeek;
use crate::rules::{Reference, ReferenceOrigin};

#[derive(Serialize)]
pub(super) struct InputsJson<'a> {
    settings: SettingsJson<'a>,
    history_weeks: usize,
    evidence: Vec<WeekJson<'a>>,
    reference: Option<ReferenceOrigin>,
    files: &'a [Digest],
}

impl<'a> InputsJson<'a> {
    pub(super) fn of(decision: &'a Decision) -> Self {
        let history = &decision.history;
        let evidence = history.newest(decision.account.rules.lookback_weeks);
        Self {
            settings: SettingsJson::of(&decision.account),
            history_weeks: history.weeks.len(),
            evidence: evidence.map(|position| WeekJson::of(decision, position)).collect(),
            reference: decision.reference.as_ref().map(|reference: &Reference| reference.origin),
            files: &history.files,
        }
    }
}

/// The account's file with every default filled in, in the order of DESIGN §6.
#[derive(Serialize)]
pub(super) struct SettingsJson<'a> {
    id: &'a str,
    currency: &'static str,
    time_zone: &'static str,
    week_starts_on: &'static str,
    total_budget_weekly: String,
    rounding_unit: String,
    channels: &'a [Channel],
    rules: &'a RulesSettings,
    gate: &'a GateSettings,
    blocker: &'a BlockerSettings,
    schedule: &'a str,
    sources: &'a [Source],
}

impl<'a> SettingsJson<'a> {
    pub(super) fn of(account: &'a Account) -> Self {
        Self {
            id: account.id.as_str(),
            currency: account.currency.code(),
            time_zone: account.time_zone.name(),
            week_starts_on: weekday(account.week_starts_on),
            total_budget_weekly: account.total_budget_weekly.to_decimal(account.currency),
            rounding_unit: account.rounding_unit.to_decimal(account.currency),
            channels: &account.channels,
            rules: &account.rules,
            gate: &account.gate,
            blocker: &account.blocker,
            schedule: &account.schedule,
            sources: &account.sources,
        }
    }
}

/// As the account's file writes it.
const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}

/// One week of the evidence, each channel once.
#[derive(Serialize)]
struct WeekJson<'a> {
    week_start_date: Week,
    channels: Vec<ChannelWeekJson<'a>>,
}

impl<'a> WeekJson<'a> {
    fn of(decision: &'a Decision, position: usize) -> Self {
        let history = &decision.history;
        let week = history.weeks[position];
        let channels = history
            .channels
            .iter()
            .map(|channel| {
                ChannelWeekJson::of(decision, &channel.channel, week, &channel.weeks[position])
            })
            .collect();
        Self { week_start_date: week, channels }
    }
}

#[derive(Serialize)]
struct ChannelWeekJson<'a> {
    channel: &'a ChannelName,
    spend: String,
    revenue: String,
    days_present: u32,
    days_missing: Vec<Day>,
}

impl<'a> ChannelWeekJson<'a> {
    fn of(decision: &Decision, channel: &'a ChannelName, week: Week, entry: &ChannelWeek) -> Self {
        let currency = decision.account.currency;
        Self {
            channel,
            spend: entry.measures.spend.to_decimal(currency),
            revenue: entry.measures.revenue.to_decimal(currency),
            days_present: entry.days.count(),
            days_missing: missing_days(week, entry),
        }
    }
}

/// The days of `week` that neither have a row nor are declared to have had no spend.
pub(in crate::report) fn missing_days(week: Week, entry: &ChannelWeek) -> Vec<Day> {
    (0u8..)
        .zip(week.days())
        .filter(|(position, _)| !entry.days.has(*position))
        .map(|(_, day)| day)
        .collect()
}
