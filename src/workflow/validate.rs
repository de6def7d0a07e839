//! What the inbox, or an import, would say of a file, without moving or recording anything. Doubles
//! within the file are found by a ledger in memory; what it would change is held against the real
//! one, where there is one.

use std::collections::BTreeMap;
use std::path::Path;

use super::check::{
    OUTLIER_DAYS, USUAL_DAYS, closed_period, days_far_ahead, far_behind, outlier_warnings,
};
use super::file_facts::incoming;
use super::read::{Terms, context, read, watched};
use super::remarks::remarks;
use super::{Interrupt, WorkflowError, Workspace};
use crate::audit::ChainHead;
use crate::domain::calendar::minus_days;
use crate::domain::{Account, Day, DayFact, Digest, Grain, Instant};
use crate::ingest::{DailyReport, Reading, Rejection, Warning};
use crate::store::ledger::{Changes, Ledger, NewFile};

/// The claim under which the ledger in memory knows the file.
const CLAIM: &str = "validate";

/// What a file would be.
#[derive(Debug, Clone)]
pub struct Validated {
    /// Taken or refused.
    pub reading: Reading,
    /// What it would change of what is known.
    pub changes: Changes,
}

impl Validated {
    /// A file that is refused for what it is.
    pub fn refused(rejection: Rejection) -> Self {
        Self { reading: Reading::Refused(rejection), changes: Changes::default() }
    }
}

/// What would be said of the file at `path`, dropped at `now` on `terms`.
pub fn validate(
    workspace: &Workspace,
    account: &Account,
    path: &Path,
    terms: Terms<'_>,
    now: Instant,
) -> Result<Validated, WorkflowError> {
    let mut ledger = Ledger::temporary()?;
    let file = crate::store::files::open_regular(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let context = context(account, terms, &name, now, workspace.config.limits);
    let incoming = incoming(CLAIM, &name, terms.source, now);
    let mut take = ledger.begin_take(account, incoming)?;
    let bytes = crate::store::files::size(path)?;
    let input = watched(file, bytes, None);
    let interrupt = Interrupt::default();
    let reading = read(input, &context, &interrupt, path, &mut |row| take.state(row))?;
    let mut report = match reading {
        Reading::Taken(report) => report,
        Reading::Refused(rejection) => return Ok(Validated::refused(rejection)),
    };
    let head = ChainHead { seq: 1, hash: Digest::of(CLAIM.as_bytes()) };
    take.accept(&record(&report, now), (CLAIM, head), &[])?;
    let known = workspace.ledger_to_read()?;
    let changes = match &known {
        Some(known) => {
            known.rehearse(account, incoming, &ledger, (report.first_day, report.last_day))?
        }
        None => Changes::default(),
    };
    if !terms.restate
        && let Some(rejection) = closed_period(account, context.today, &changes)
    {
        return Ok(Validated { reading: Reading::Refused(rejection), changes });
    }
    report.warnings.splice(..0, remarks(account.currency, report.grain, &changes));
    let stated = ledger.facts(account, None, None)?;
    let believed = known_facts(workspace, account, &report)?;
    report.warnings.extend(outliers(account, &report, &stated, believed));
    if report.grain == Grain::Day
        && let Some((first, last)) = days_far_ahead(&report, context.today, terms)
        && let Some(known) = known
    {
        let facts = known.facts(account, Some(first), Some(last))?;
        report.warnings.extend(far_behind(&report, facts.iter().map(|fact| fact.day).max()));
    }
    Ok(Validated { reading: Reading::Taken(report), changes })
}

fn record(report: &DailyReport, now: Instant) -> NewFile {
    NewFile {
        claim: CLAIM.to_owned(),
        name: CLAIM.to_owned(),
        sha256: Digest::of(CLAIM.as_bytes()),
        bytes: 0,
        rows: report.rows,
        first_day: Some(report.first_day),
        last_day: Some(report.last_day),
        arrived_at: now,
        taken_at: now,
        archived: None,
        answer_name: String::new(),
        answer: String::new(),
        source: report.source.clone(),
        replaced: 0,
    }
}

type ByKey = BTreeMap<(Day, usize), DayFact>;

/// What the real ledger knows of the days of a file, and of those before that tell what is usual.
fn known_facts(
    workspace: &Workspace,
    account: &Account,
    report: &DailyReport,
) -> Result<ByKey, WorkflowError> {
    let Some(ledger) = workspace.ledger_to_read()? else { return Ok(ByKey::new()) };
    let from = minus_days(report.first_day, USUAL_DAYS);
    let facts = ledger.facts(account, Some(from), Some(report.last_day))?;
    Ok(facts.into_iter().map(|fact| ((fact.day, fact.channel), fact)).collect())
}

/// The outliers of a file among what would be believed with it.
fn outliers(
    account: &Account,
    report: &DailyReport,
    stated: &[DayFact],
    mut believed: ByKey,
) -> Vec<Warning> {
    let mut fresh = BTreeMap::new();
    for fact in stated {
        let key = (fact.day, fact.channel);
        let before = believed.insert(key, *fact);
        fresh.insert(key, before.is_none_or(|before| before.measures != fact.measures));
    }
    let first = report.first_day.max(minus_days(report.last_day, OUTLIER_DAYS - 1));
    let facts: Vec<DayFact> = believed.into_values().collect();
    outlier_warnings(account, &facts, first, |fact| {
        fresh.get(&(fact.day, fact.channel)).is_some_and(|is_fresh| *is_fresh)
    })
}
