//! Ledger, settings and a week → what the gate says and what would be decided. It reads and records
//! nothing, so that runs, dry runs and looks back at corrected weeks are the same path.

use std::collections::BTreeMap;

use super::check::USUAL_DAYS;
use super::{WorkflowError, scheduled_at};
use crate::decision::{self, Decision, Gate, Question, Remarks, Standing, standing};
use crate::domain::calendar::minus_days;
use crate::domain::{AbsentDays, Account, ChannelName, DayFact, Instant, Week};
use crate::history::{MissingDays, WeeklyHistory, outliers};
use crate::rules::{HoldReason, PublishedBudgets};
use crate::store::StoreError;
use crate::store::ledger::{Ledger, Publication};

/// Weeks of history that a decision looks at, at most: three years, which is what the blocker
/// can use; the rules need 104 at most.
pub(super) const HISTORY_WEEKS_MAX: u32 = 156;

/// Outliers that a decision names; the rest is counted.
const OUTLIERS_MAX: usize = 20;

/// What is asked.
pub(super) struct Asked {
    /// The week.
    pub week: Week,
    /// The revision that the answer would be.
    pub revision: u32,
    /// Why it is decided again.
    pub revise_reason: Option<String>,
    /// The time that it is asked for.
    pub stated_at: Instant,
}

/// What the ledger believes of the weeks before `week`, and of all days since, which tell whether a
/// day without a row was reported on.
pub(super) fn facts_for(
    ledger: &Ledger,
    account: &Account,
    week: Week,
) -> Result<Vec<DayFact>, StoreError> {
    let from = week.back(HISTORY_WEEKS_MAX).first_day();
    ledger.facts(account, Some(from), None)
}

/// The account as its gate and its history see it: a channel that has days of spend without
/// revenue, or the other way round, among the weeks that count is not one whose absent days mean
/// nothing. What isn't known is waited for, never taken for zero.
pub(super) fn as_known(
    ledger: &Ledger,
    account: &Account,
    week: Week,
) -> Result<Account, StoreError> {
    let mut known = account.clone();
    if account.channels.iter().all(|it| account.absent_days(it) == AbsentDays::Missing) {
        return Ok(known);
    }
    let from = week.back(account.rules.lookback_weeks).first_day();
    for fact in ledger.unknown_facts(account, Some(from), None)? {
        known.channels[fact.channel].absent_days = Some(AbsentDays::Missing);
    }
    Ok(known)
}

/// What the gate says of `week`.
pub(super) fn gate(
    ledger: &Ledger,
    account: &Account,
    week: Week,
    facts: &[DayFact],
    stated_at: Instant,
) -> Result<Standing, StoreError> {
    // What could be held are the budgets before this week, not those of a later one.
    let has_published = ledger.newest_publication(&account.id, Some(week))?.is_some();
    let scheduled_at = scheduled_at(account, week);
    let known = as_known(ledger, account, week)?;
    let account = &known;
    let mut said =
        standing(&Gate { account, week, facts, now: stated_at, scheduled_at, has_published });
    if let Standing::Waiting { missing, .. }
    | Standing::Hold(HoldReason::MissingEvidence { missing, .. }) = &mut said
    {
        note_unknown(ledger, account, week.back(1), missing)?;
    }
    Ok(said)
}

/// Notes which of the absent days of `week` have a row, whose revenue or spend isn't known.
fn note_unknown(
    ledger: &Ledger,
    account: &Account,
    week: Week,
    missing: &mut [MissingDays],
) -> Result<(), StoreError> {
    let (first, last) = (week.first_day(), week.last_day());
    for fact in ledger.unknown_facts(account, Some(first), Some(last))? {
        let channel = &account.channels[fact.channel].name;
        let Some(of) = missing.iter_mut().find(|missing| missing.channel == *channel) else {
            continue;
        };
        if of.absent.contains(&fact.first_day) {
            if fact.figures.revenue.is_none() {
                of.without_revenue.push(fact.first_day);
            }
            if fact.figures.spend.is_none() {
                of.without_spend.push(fact.first_day);
            }
        }
    }
    Ok(())
}

/// What is decided, or held for the reason `hold`.
pub(super) fn answer(
    ledger: &Ledger,
    account: &Account,
    asked: &Asked,
    hold: Option<HoldReason>,
    facts: &[DayFact],
    remarks: Remarks,
) -> Result<Decision, StoreError> {
    let history = WeeklyHistory::build(&as_known(ledger, account, asked.week)?, asked.week, facts);
    let published = ledger.newest_publication(&account.id, Some(asked.week))?;
    let published = published.map(|publication| budgets_of(account, publication));
    let veto_runs = ledger.veto_runs(&account.id, asked.week)?;
    let veto_runs: BTreeMap<ChannelName, u32> =
        veto_runs.into_iter().map(|(name, run)| (account.todays_name(&name), run)).collect();
    Ok(decision::decide(&Question {
        account,
        week: asked.week,
        revision: asked.revision,
        revise_reason: asked.revise_reason.clone(),
        history: &history,
        published: published.as_ref(),
        veto_runs: &veto_runs,
        hold,
        manifest_before: ledger.last_manifest(&account.id)?,
        remarks,
    }))
}

/// What would be decided without any remark; `None`: it would wait for data.
pub(super) fn plain_answer(
    ledger: &Ledger,
    account: &Account,
    asked: &Asked,
) -> Result<Option<Decision>, WorkflowError> {
    let facts = facts_for(ledger, account, asked.week)?;
    let hold = match gate(ledger, account, asked.week, &facts, asked.stated_at)? {
        Standing::Ready => None,
        Standing::Hold(reason) => Some(reason),
        Standing::Waiting { .. } => return Ok(None),
    };
    Ok(Some(answer(ledger, account, asked, hold, &facts, Remarks::default())?))
}

/// The figures of the evidence of `week` that are far from usual, and how many more there are.
pub(super) fn evidence_outliers(
    account: &Account,
    week: Week,
    facts: &[DayFact],
) -> (Vec<crate::history::Outlier>, usize) {
    let first = week.back(account.rules.lookback_weeks).first_day();
    let (usual_from, end) = (minus_days(first, USUAL_DAYS), week.first_day());
    let begin = facts.partition_point(|fact| fact.day < usual_from);
    let until = facts.partition_point(|fact| fact.day < end);
    let mut found = outliers(account, &facts[begin..until], |fact| fact.day >= first);
    let unlisted = found.len().saturating_sub(OUTLIERS_MAX);
    // The newest count most, in the evidence and for whoever can still ask about them.
    found.drain(..unlisted);
    (found, unlisted)
}

/// The published budgets, by today's names of the channels.
pub(super) fn budgets_of(account: &Account, publication: Publication) -> PublishedBudgets {
    let budgets = publication.budgets.into_iter();
    PublishedBudgets {
        week: publication.week,
        revision: publication.revision,
        budgets: budgets.map(|(name, budget)| (account.todays_name(&name), budget)).collect(),
    }
}
