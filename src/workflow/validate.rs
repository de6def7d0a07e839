//! What the inbox, or an import, would say of a file, without moving or recording anything. Doubles
//! within the file are found by a ledger in memory; what it would change is held against the real
//! one, where there is one.

use std::collections::BTreeMap;
use std::path::Path;

use super::check::{
    MEASURES, OUTLIER_DAYS, USUAL_DAYS, days_far_ahead, far_behind, outlier_warnings, refuse_closed,
};
use super::file_facts::stated_grain;
use super::read::{Terms, context, read, watched};
use super::{Interrupt, WorkflowError, Workspace};
use crate::audit::ChainHead;
use crate::domain::calendar::minus_days;
use crate::domain::{
    Account, Conversions, Currency, Day, DayFact, Digest, Grain, Instant, Measures,
};
use crate::ingest::{ClosedChange, DailyReport, Difference, Reading, Warning};
use crate::store::ledger::{Incoming, Ledger, NewFile};

/// The claim under which the ledger in memory knows the file.
const CLAIM: &str = "validate";

/// What a file would be.
#[derive(Debug, Clone)]
pub struct Validated {
    /// Taken or refused.
    pub reading: Reading,
    /// (day, channel) pairs whose figures it would correct.
    pub corrects: u64,
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
    let incoming = Incoming { claim: CLAIM, arrived_at: now, grain: stated_grain(terms.source) };
    let mut take = ledger.begin_take(account, incoming)?;
    let bytes = crate::store::files::size(path)?;
    let input = watched(file, bytes, None);
    let interrupt = Interrupt::default();
    let reading = read(input, &context, &interrupt, path, &mut |row| take.state(row))?;
    let Reading::Taken(mut report) = reading else { return Ok(Validated { reading, corrects: 0 }) };
    let head = ChainHead { seq: 1, hash: Digest::of(CLAIM.as_bytes()) };
    take.accept(&record(&report, now), (CLAIM, head), &[])?;
    let stated = ledger.facts(account, None, None)?;
    let known = known_facts(workspace, account, &report)?;
    let corrections = corrections(account, &stated, &known);
    let corrects = corrections.len() as u64;
    if !terms.restate
        && let Some(rejection) = refuse_closed(account, context.today, corrections, None)
    {
        return Ok(Validated { reading: Reading::Refused(rejection), corrects });
    }
    report.warnings.extend(outliers(account, &report, &stated, known));
    if report.grain == Grain::Day
        && let Some((first, last)) = days_far_ahead(&report, context.today, terms)
        && let Some(ledger) = workspace.ledger_to_read()?
    {
        let facts = ledger.facts(account, Some(first), Some(last))?;
        report.warnings.extend(far_behind(&report, facts.iter().map(|fact| fact.day).max()));
    }
    Ok(Validated { reading: Reading::Taken(report), corrects })
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

/// The figures of known days that a file states otherwise.
fn corrections(account: &Account, stated: &[DayFact], known: &ByKey) -> Vec<ClosedChange> {
    stated
        .iter()
        .filter_map(|fact| {
            let before = known.get(&(fact.day, fact.channel))?;
            let changes = differences(account.currency, &before.measures, &fact.measures);
            (!changes.is_empty()).then(|| ClosedChange {
                day: fact.day,
                channel: account.channels[fact.channel].name.to_string(),
                changes,
                also: Vec::new(),
            })
        })
        .collect()
}

fn differences(currency: Currency, before: &Measures, after: &Measures) -> Vec<Difference> {
    let texts = |measures: &Measures| {
        let count = |count: Option<u64>| count.map(|count| count.to_string());
        [
            Some(measures.spend.to_decimal(currency)),
            Some(measures.revenue.to_decimal(currency)),
            count(measures.impressions),
            count(measures.clicks),
            measures.conversions.map(Conversions::to_decimal),
        ]
    };
    let shown = |text: Option<String>| text.unwrap_or_else(|| "blank".to_owned());
    MEASURES
        .into_iter()
        .zip(texts(before).into_iter().zip(texts(after)))
        .filter(|(_, (first, second))| first != second)
        .map(|(measure, (first, second))| Difference {
            measure,
            first: shown(first),
            second: shown(second),
        })
        .collect()
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
