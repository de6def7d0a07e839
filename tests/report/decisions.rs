//! Decisions built by hand, with figures from hand arithmetic, for the fixtures of the report.

use budgetd::advice::blocker::{Estimate, Opinion, Silence, Verdict};
use budgetd::decision::{ChannelDecision, Decision, Veto};
use budgetd::domain::{
    Account, AccountId, Amount, Channel, ChannelName, Currency, Day, Digest, EvidenceWeights,
    FirstReference, Measures, Money, Share, Week,
};
use budgetd::history::{ChannelHistory, ChannelWeek, DaySet, MissingDays, WeeklyHistory};
use budgetd::rules::{
    ChannelEvidence, HoldReason, Ineligible, Reason, Reference, ReferenceOrigin, Step, TraceLine,
};

pub fn name(text: &str) -> ChannelName {
    ChannelName::new(text).expect("a name")
}

pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

pub fn week(text: &str) -> Week {
    Week::starting(day(text))
}

/// Whole major units of a currency with two digits.
pub fn major(units: i128) -> Money {
    Money::from_minor(units * 100)
}

pub fn account(id: &str, currency: &str, total: Money, channels: &[&str]) -> Account {
    Account::with_shipped_settings(
        AccountId::new(id).expect("an id"),
        Currency::from_code(currency).expect("a known currency"),
        chrono_tz::Asia::Kolkata,
        total,
        channels.iter().map(|text| Channel::named(name(text))).collect(),
    )
}

fn reasons_of(trace: &[TraceLine], channel: &ChannelName) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for line in trace.iter().filter(|line| line.channel.as_ref() == Some(channel)) {
        if !codes.contains(&line.reason.code()) {
            codes.push(line.reason.code());
        }
    }
    codes
}

fn line(
    step: Step,
    channel: Option<&str>,
    before: Option<Amount>,
    after: Option<Amount>,
    reason: Reason,
) -> TraceLine {
    TraceLine { step, channel: channel.map(name), before, after, reason }
}

/// A channel that spent `spend` and earned `revenue` (major units) in each week of the history.
struct Flat {
    name: &'static str,
    spend: i128,
    revenue: i128,
}

/// `weeks` full weeks before `decision_week`, the same figures in each.
fn history(decision_week: Week, weeks: u32, channels: &[Flat], files: &[&str]) -> WeeklyHistory {
    let mut digests: Vec<Digest> = files.iter().map(|text| Digest::of(text.as_bytes())).collect();
    digests.sort();
    let entry = |flat: &Flat| ChannelWeek {
        measures: Measures {
            spend: major(flat.spend),
            revenue: major(flat.revenue),
            ..Measures::NONE
        },
        days: DaySet::FULL,
    };
    WeeklyHistory {
        weeks: (1..=weeks).rev().map(|back| decision_week.back(back)).collect(),
        channels: channels
            .iter()
            .map(|flat| ChannelHistory {
                channel: name(flat.name),
                weeks: (0..weeks).map(|_| entry(flat)).collect(),
            })
            .collect(),
        files: digests,
    }
}

/// Evidence of a flat channel: its weeks counted `weighted` times in all, and `weeks` times.
fn evidence(flat: &Flat, weighted: i128, weeks: i128, weight: i128) -> ChannelEvidence {
    let ineligible = if flat.spend == 0 {
        Some(Ineligible::NoSpend)
    } else if flat.revenue <= flat.spend {
        Some(Ineligible::RoiNotPositive)
    } else {
        None
    };
    ChannelEvidence {
        channel: name(flat.name),
        spend: major(flat.spend * weighted),
        revenue: major(flat.revenue * weighted),
        spend_unweighted: major(flat.spend * weeks),
        revenue_unweighted: major(flat.revenue * weeks),
        days_present: u32::try_from(weeks * 7).expect("few weeks"),
        days: u32::try_from(weeks * 7).expect("few weeks"),
        ineligible,
        weight,
    }
}

fn estimate(cost: f64, low: f64, high: f64) -> Estimate {
    Estimate {
        cost,
        low,
        high,
        confidence: 0.8,
        horizon_weeks: 2,
        weeks_used: 17,
        hurdle: 1.0,
    }
}
