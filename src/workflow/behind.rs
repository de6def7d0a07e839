//! Published weeks that started from the budgets of an older revision: revising a week leaves the
//! newer ones as they are, so people are told which these are.

use serde_json::Value;

use super::WorkflowError;
use crate::domain::{Account, Day, Week};
use crate::store::ledger::{Ledger, Publication};

/// A published week whose reference has a newer revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// The week.
    pub week: Week,
    /// The week that it started from.
    pub reference: Week,
    /// The revision of that week that it started from.
    pub started_from: u32,
    /// The newest one.
    pub newest: u32,
}

/// The weeks from `from` on that are behind, oldest first.
pub(super) fn behind(
    ledger: &Ledger,
    account: &Account,
    from: Week,
) -> Result<Vec<Behind>, WorkflowError> {
    let mut found = Vec::new();
    for publication in ledger.publications_from(&account.id, Some(from))? {
        let Some((reference, started_from)) = reference_of(&publication) else { continue };
        let reference = Week::starting(reference);
        let newest = ledger.publication(&account.id, reference)?.map(|newest| newest.revision);
        if let Some(newest) = newest.filter(|newest| *newest > started_from) {
            let week = publication.week;
            found.push(Behind { week, reference, started_from, newest });
        }
    }
    Ok(found)
}

/// The published weeks, oldest first, whose reference is an older revision of `week` than `revision`.
pub(super) fn behind_of(
    ledger: &Ledger,
    account: &Account,
    week: Week,
    revision: u32,
) -> Result<Vec<Week>, WorkflowError> {
    let newer = ledger.publications_from(&account.id, Some(week.forward(1)))?;
    let is_behind = |newer: &&Publication| {
        let reference = reference_of(newer);
        reference.is_some_and(|(of, its)| of == week.first_day() && its < revision)
    };
    Ok(newer.iter().filter(is_behind).map(|newer| newer.week).collect())
}

/// The first day and the revision of the published week that a decision started from, by its own
/// word; `None`: it started from spend, or from nothing.
fn reference_of(publication: &Publication) -> Option<(Day, u32)> {
    let decision: Value = serde_json::from_str(&publication.decision).ok()?;
    let reference = &decision["inputs"]["reference"];
    if reference["kind"] != "published" {
        return None;
    }
    let revision = u32::try_from(reference["revision"].as_u64()?).ok()?;
    Some((reference["week"].as_str()?.parse().ok()?, revision))
}
