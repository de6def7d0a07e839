//! Published weeks whose evidence was corrected after they were published: found when a file
//! corrects days, told until a newer revision of the week is published.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::WorkflowError;
use super::answer::{Asked, plain_answer};
use crate::decision::{BudgetChange, CorrectedWeek};
use crate::domain::{Account, ChannelName, Day, Grain, Instant, Money, Week};
use crate::report::settings_json;
use crate::store::StoreError;
use crate::store::ledger::{Changes, Correction, Ledger, Publication, Take};

/// Corrected weeks that are decided anew to be told, the newest; the rest is counted.
const WEEKS_MAX: usize = 13;

/// Settings that bear on no budget.
const IDLE_SETTINGS: [&str; 2] = ["schedule", "sources"];

/// A corrected week, and when the last file that corrected it arrived.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// The week.
    pub week: CorrectedWeek,
    /// When the last file arrived.
    pub arrived_at: Instant,
}

impl Corrected {
    /// Whether today's figures give the very budgets that were published.
    pub fn would_stay(&self) -> bool {
        self.week.changes.as_ref().is_some_and(Vec::is_empty)
    }
}

/// The numbers of the publications whose evidence the file of `take` changes: of each week its
/// newest revision. It replaced figures of the evidence, or brought them for a day of which the
/// decision had none.
pub(super) fn corrected_publications(
    take: &mut Take<'_>,
    account: &Account,
    changes: &Changes,
    grain: Grain,
) -> Result<Vec<u64>, StoreError> {
    if grain != Grain::Day {
        // No decision rests on weeks and months.
        return Ok(Vec::new());
    }
    let Some((first_day, _)) = take.changed_days()? else { return Ok(Vec::new()) };
    let from = account.week_of(first_day);
    let published = take.ledger().publications_from(&account.id, Some(from))?;
    let published: Vec<(u64, Evidence)> = published
        .iter()
        .filter_map(|publication| Some((publication.seq, Evidence::of(account, publication)?)))
        .collect();
    let bounds = |all: &Range<Day>, evidence: &Range<Day>| {
        all.start.min(evidence.start)..all.end.max(evidence.end)
    };
    let Some(all) = published
        .iter()
        .map(|(_, evidence)| evidence.days.clone())
        .reduce(|all, evidence| bounds(&all, &evidence))
    else {
        return Ok(Vec::new());
    };
    let arrivals = take.arrivals(&all)?;
    let is_corrected = |(_, Evidence { days, channels }): &&(u64, Evidence)| {
        changes.replaced_per_day.range(days.clone()).next().is_some()
            || arrivals.has(days, |channel| channels.contains(channel))
    };
    Ok(published.iter().filter(is_corrected).map(|&(seq, _)| seq).collect())
}

/// What a published decision rests on, by its own word.
struct Evidence {
    /// The days of its weeks; at least one.
    days: Range<Day>,
    /// Its channels, by today's names.
    channels: BTreeSet<ChannelName>,
}

impl Evidence {
    /// `None`: it rests on no week.
    fn of(account: &Account, publication: &Publication) -> Option<Self> {
        let decision: Value = serde_json::from_str(&publication.decision).ok()?;
        let oldest = &decision["inputs"]["evidence"][0];
        let begin: Day = oldest["week_start_date"].as_str()?.parse().ok()?;
        let names = oldest["channels"].as_array()?.iter().filter_map(|one| one["channel"].as_str());
        let names = names.filter_map(|name| ChannelName::new(name).ok());
        let channels = names.map(|name| account.todays_name(&name)).collect();
        let days = begin..publication.week.first_day();
        (days.start < days.end).then_some(Self { days, channels })
    }
}

/// The published weeks whose evidence was corrected since, newest first, each decided anew with
/// today's figures and settings; and how many more there are. `but` is left out: it is being
/// decided again.
pub(super) fn corrected_weeks(
    ledger: &Ledger,
    account: &Account,
    stated_at: Instant,
    but: Option<Week>,
) -> Result<(Vec<Corrected>, usize), WorkflowError> {
    let mut corrected = Vec::new();
    let mut unlisted = 0;
    for correction in ledger.corrections(&account.id)? {
        let Some(newest) = ledger.publication(&account.id, correction.week)? else { continue };
        if newest.seq != correction.publication || but == Some(correction.week) {
            continue;
        }
        if corrected.len() == WEEKS_MAX {
            unlisted += 1;
            continue;
        }
        corrected.push(look_back(ledger, account, stated_at, &newest, &correction)?);
    }
    Ok((corrected, unlisted))
}

fn look_back(
    ledger: &Ledger,
    account: &Account,
    stated_at: Instant,
    publication: &Publication,
    correction: &Correction,
) -> Result<Corrected, WorkflowError> {
    let asked = Asked {
        week: publication.week,
        revision: publication.revision + 1,
        revise_reason: None,
        stated_at,
    };
    let anew = plain_answer(ledger, account, &asked)?;
    let changes = anew.map(|decision| {
        let would_be = decision.channels.iter();
        let would_be = would_be.map(|channel| (channel.channel.clone(), channel.final_budget));
        budget_changes(account, publication, would_be.collect())
    });
    let newest = correction.files.last().expect("a correction has a file");
    Ok(Corrected {
        arrived_at: newest.arrived_at,
        week: CorrectedWeek {
            week: publication.week,
            revision: publication.revision,
            files: correction.files.iter().map(|file| file.sha256).collect(),
            changes,
            settings_changed: have_settings_changed(account, publication),
        },
    })
}

/// Budgets that differ, by the channels' names of today.
fn budget_changes(
    account: &Account,
    publication: &Publication,
    would_be: BTreeMap<ChannelName, Money>,
) -> Vec<BudgetChange> {
    let mut both: BTreeMap<ChannelName, (Option<Money>, Option<Money>)> = BTreeMap::new();
    for (name, budget) in &publication.budgets {
        both.entry(account.todays_name(name)).or_default().0 = Some(*budget);
    }
    for (name, budget) in would_be {
        both.entry(name).or_default().1 = Some(budget);
    }
    both.into_iter()
        .filter(|(_, (published, would_be))| published != would_be)
        .map(|(channel, (published, would_be))| BudgetChange { channel, published, would_be })
        .collect()
}

/// Whether a setting that bears on budgets is another than the decision was published with. Keys
/// that it doesn't name are newer than it, and stand at what was the only way then.
fn have_settings_changed(account: &Account, publication: &Publication) -> bool {
    let decision: Value = serde_json::from_str(&publication.decision).unwrap_or_default();
    let mut then = decision["inputs"]["settings"].clone();
    if let Value::Object(then) = &mut then {
        then.retain(|key, _| !IDLE_SETTINGS.contains(&key.as_str()));
    }
    differs(&then, &settings_json(account))
}

fn differs(then: &Value, now: &Value) -> bool {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            then.iter().any(|(key, then)| now.get(key).is_none_or(|now| differs(then, now)))
        }
        (Value::Array(then), Value::Array(now)) => {
            then.len() != now.len() || then.iter().zip(now).any(|(then, now)| differs(then, now))
        }
        // 1 and 1.0 are one number.
        (Value::Number(then), Value::Number(now)) => then.as_f64() != now.as_f64(),
        (then, now) => then != now,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_setting_that_a_newer_program_added_is_no_change() {
        let then = json!({"rules": {"weight": "roi", "lookback_weeks": 8}, "channels": [{"a": 1}]});
        let same = json!({"rules": {"weight": "roi", "lookback_weeks": 8, "newer": 1},
            "channels": [{"a": 1}], "checks": {}});
        assert!(!differs(&then, &same));
        let other =
            json!({"rules": {"weight": "roas", "lookback_weeks": 8}, "channels": [{"a": 1}]});
        assert!(differs(&then, &other));
        assert!(differs(&then, &json!({"rules": then["rules"], "channels": []})));
    }
}
