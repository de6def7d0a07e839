//! Published weeks whose evidence was corrected after they were published, or that were held for data
//! that have come since: found when a file changes days, told until a newer revision of the week is
//! published.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::Value;

use super::WorkflowError;
use super::answer::{Asked, plain_answer};
use crate::decision::{BudgetChange, CorrectedWeek};
use crate::domain::calendar::day_of;
use crate::domain::{Account, ChannelName, Day, Grain, Instant, Money, Week};
use crate::report::settings_json;
use crate::store::StoreError;
use crate::store::ledger::{Changes, CorrectingFile, Ledger, Publication, Take};

/// Corrected weeks that are decided anew to be told, the newest; the rest is counted.
const WEEKS_MAX: usize = 13;

/// The code of the holds that wait for data ([`HoldReason::MissingEvidence`]).
///
/// [`HoldReason::MissingEvidence`]: crate::rules::HoldReason::MissingEvidence
const MISSING_EVIDENCE: &str = "missing_evidence";

/// Settings that bear on no budget.
const IDLE_SETTINGS: [&str; 2] = ["schedule", "sources"];

/// A corrected week, and when the last file that corrected it arrived.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// The week.
    pub week: CorrectedWeek,
    /// When the last file arrived; `None`: no file corrected it.
    pub arrived_at: Option<Instant>,
}

impl Corrected {
    /// Whether today's figures give the very budgets that were published, and nobody need look: a
    /// hold that can be decided now is worth a look whatever it gives.
    pub fn would_stay(&self) -> bool {
        !self.week.can_be_decided && self.week.changes.as_ref().is_some_and(Vec::is_empty)
    }
}

/// Number and week of the publications whose evidence the file of `take` changes, oldest first: of
/// each week its newest revision. It replaced figures of the evidence, or brought them for a day of which the
/// decision had none.
pub(super) fn corrected_publications(
    take: &mut Take<'_>,
    account: &Account,
    changes: &Changes,
    grain: Grain,
) -> Result<Vec<(u64, Week)>, StoreError> {
    if grain != Grain::Day {
        // No decision rests on weeks and months.
        return Ok(Vec::new());
    }
    let Some((first_day, _)) = take.changed_days()? else { return Ok(Vec::new()) };
    let from = account.week_of(first_day);
    let published = take.ledger().publications_from(&account.id, Some(from))?;
    let published: Vec<(&Publication, Evidence)> = published
        .iter()
        .filter_map(|publication| Some((publication, Evidence::of(account, publication)?)))
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
    let is_corrected = |(_, Evidence { days, channels }): &&(&Publication, Evidence)| {
        changes.replaced_per_day.range(days.clone()).next().is_some()
            || arrivals.has(days, |channel| channels.contains(channel))
    };
    let corrected = published.iter().filter(is_corrected);
    Ok(corrected.map(|(publication, _)| (publication.seq, publication.week)).collect())
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

/// The published weeks whose evidence was corrected since, or that were held for data that have
/// arrived since, each decided anew with today's figures and settings: those that would change
/// first, and of these the newest; and how many more there are. Weeks that have not begun are left out,
/// and `but`, which is being decided again.
pub(super) fn corrected_weeks(
    ledger: &Ledger,
    account: &Account,
    stated_at: Instant,
    but: Option<Week>,
) -> Result<(Vec<Corrected>, usize), WorkflowError> {
    let mut files: BTreeMap<Week, Vec<CorrectingFile>> = BTreeMap::new();
    for correction in ledger.corrections(&account.id)? {
        let newest = ledger.publication(&account.id, correction.week)?;
        if newest.is_some_and(|newest| newest.seq == correction.publication) {
            files.insert(correction.week, correction.files);
        }
    }
    for week in ledger.held_weeks(&account.id, MISSING_EVIDENCE, WEEKS_MAX)? {
        files.entry(week).or_default();
    }
    let mut corrected = Vec::new();
    let mut unlisted = 0;
    // The evidence of a week that was decided before it began is still to come.
    let this_week = account.week_of(day_of(stated_at, account.time_zone));
    let is_told = |week: Week| week <= this_week && but != Some(week);
    for (&week, files) in files.iter().rev().filter(|(week, _)| is_told(**week)) {
        if corrected.len() == WEEKS_MAX {
            // A hold that no file corrected is most likely what it was.
            unlisted += usize::from(!files.is_empty());
            continue;
        }
        let Some(newest) = ledger.publication(&account.id, week)? else { continue };
        let found = look_back(ledger, account, stated_at, &newest, files)?;
        if !files.is_empty() || found.week.can_be_decided {
            corrected.push(found);
        }
    }
    corrected.sort_by_key(Corrected::would_stay);
    Ok((corrected, unlisted))
}

fn look_back(
    ledger: &Ledger,
    account: &Account,
    stated_at: Instant,
    publication: &Publication,
    files: &[CorrectingFile],
) -> Result<Corrected, WorkflowError> {
    let asked = Asked {
        week: publication.week,
        revision: publication.revision + 1,
        revise_reason: None,
        stated_at,
    };
    let anew = plain_answer(ledger, account, &asked)?;
    let was_held = publication.hold_reason.as_deref() == Some(MISSING_EVIDENCE);
    let can_be_decided = was_held && anew.as_ref().is_some_and(|anew| anew.held.is_none());
    let changes = anew.map(|decision| {
        let would_be = decision.channels.iter();
        let would_be = would_be.map(|channel| (channel.channel.clone(), channel.final_budget));
        budget_changes(account, publication, would_be.collect())
    });
    Ok(Corrected {
        arrived_at: files.last().map(|newest| newest.arrived_at),
        week: CorrectedWeek {
            week: publication.week,
            revision: publication.revision,
            can_be_decided,
            files: files.iter().map(|file| file.sha256).collect(),
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
