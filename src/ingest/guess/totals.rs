//! The rows of a file → those that are data, and those that are totals of them: by a label instead
//! of a date, by a blank campaign, or by a text such as "All Territories". What is a total by its
//! look is checked against the sums.

use std::collections::BTreeMap;

use super::dates::is_date;
use super::figure::{ONE, shown};
use super::finding::Findings;
use super::table::Record;
use crate::domain::source::{Totals, Unit};

/// What labels of totals rows begin with.
pub(in crate::ingest) const LABELS: [&str; 27] = [
    "total",
    "totals",
    "grand total",
    "gesamt",
    "gesamtsumme",
    "summe",
    "somme",
    "totale",
    "totaal",
    "totalt",
    "toplam",
    "razem",
    "suma",
    "итого",
    "всего",
    "合計",
    "总计",
    "sum",
    "grand totals",
    "gesamtergebnis",
    "insgesamt",
    "total general",
    "total général",
    "totale generale",
    "subtotal",
    "sub-total",
    "zwischensumme",
];

/// How many of a unit are a major one.
const fn per_major(unit: Unit) -> i128 {
    match unit {
        Unit::Major => 1,
        Unit::Minor => 100,
        Unit::Micros => 1_000_000,
    }
}

/// The amount of a row in 10⁻¹² of what its column counts; `None` where it has none.
pub(super) type AmountOf<'a> = dyn Fn(&Record) -> Option<i128> + 'a;

/// Rows told apart by their labels alone.
pub(super) struct Split {
    pub rows: Vec<Record>,
    pub labelled: Vec<Record>,
}

/// Sets the labelled totals rows apart. A row with a date is none, whatever its campaign is called.
pub(super) fn split(rows: Vec<Record>, date_at: Option<usize>) -> Split {
    let (labelled, rows) = rows.into_iter().partition(|record| {
        is_label(record.cell(0)) && !date_at.is_some_and(|at| is_date(record.cell(at)))
    });
    Split { rows, labelled }
}

/// Whether a cell is called a total, by one of the words for it before any colon.
pub(in crate::ingest) fn is_label(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let word: &str = text.split(':').next().unwrap_or_default().trim_end();
    LABELS.contains(&word)
}

/// "Total : campagnes" → "Total:"; "Total" → "Total".
pub(in crate::ingest) fn label(text: &str) -> String {
    match text.split_once(':') {
        Some((word, _)) => format!("{}:", word.trim_end()),
        None => text.to_owned(),
    }
}

/// What the labelled rows are in a source; `unit` is that of the rows' spend.
pub(super) fn labelled(
    split: &Split,
    unit: Unit,
    amount: &AmountOf<'_>,
    findings: &mut Findings,
) -> Totals {
    let mut totals = Totals::default();
    for record in &split.labelled {
        let label = label(record.cell(0));
        if !totals.labels.contains(&label) {
            totals.labels.push(label);
        }
    }
    let Some(first) = split.labelled.first() else { return totals };
    let sum: i128 = split.rows.iter().filter_map(amount).sum();
    // Platforms round each cell: half a minor unit for each row.
    let tolerance = (split.rows.len() as i128 + 1) * ONE / 200;
    let agrees = |stated: i128, sum: i128| (stated - sum).abs() <= tolerance;
    let agreeing = split.labelled.iter().find_map(|record| {
        let stated = amount(record)?;
        if agrees(stated, sum) {
            Some((record, None))
        } else if unit != Unit::Major && agrees(stated, sum / per_major(unit)) {
            Some((record, Some(Unit::Major)))
        } else {
            None
        }
    });
    let told = format!("{} totals rows, from line {}", split.labelled.len(), first.line);
    if let Some((record, stated_unit)) = agreeing {
        totals.check.push(check_text(record.cell(0)));
        totals.unit = stated_unit;
        let unit = if stated_unit.is_some() { " in whole units of the currency" } else { "" };
        findings.certain(
            "totals",
            format!(
                "{told}: \"{}\" is the sum of the rows{unit}, and will be compared with it",
                record.cell(0)
            ),
        );
    } else {
        let stated = amount(first).map_or("no amount".to_owned(), shown);
        findings.open(
            "totals",
            format!(
                "{told}: none is the sum of the rows, whose spend is {}; \"{}\" says {stated}. Rows \
                 may be missing",
                shown(sum),
                first.cell(0)
            ),
            &[],
        );
    }
    totals
}

/// Its text with the spaces before a colon taken out, as a source writes it.
fn check_text(text: &str) -> String {
    match text.split_once(':') {
        Some((word, rest)) => format!("{}:{rest}", word.trim_end()),
        None => text.to_owned(),
    }
}

/// Whether rows with a blank campaign are the totals of their day, and those without a date of
/// all. Where they are, they are taken out of `rows`.
pub(super) fn blank_campaign(
    rows: &mut Vec<Record>,
    date_at: usize,
    campaign_at: usize,
    amount: &AmountOf<'_>,
    findings: &mut Findings,
) -> bool {
    let is_blank = |record: &Record| record.cell(campaign_at).is_empty();
    let blank: Vec<&Record> = rows.iter().filter(|record| is_blank(record)).collect();
    if blank.is_empty() || blank.len() == rows.len() {
        return false;
    }
    let sums = sums_by(rows.iter().filter(|record| !is_blank(record)), date_at, amount);
    let all: i128 = sums.values().sum();
    let tolerance = (rows.len() as i128 + 1) * ONE / 200;
    let agrees = |record: &&Record| {
        let day = record.cell(date_at);
        let sum = if day.is_empty() { Some(all) } else { sums.get(day).copied() };
        matches!((amount(record), sum), (Some(stated), Some(sum)) if (stated - sum).abs() <= tolerance)
    };
    let agreeing = blank.iter().filter(|record| agrees(record)).count();
    let (count, line) = (blank.len(), blank[0].line);
    if agreeing == count {
        findings.certain(
            "totals",
            format!(
                "{count} rows without a campaign, first in line {line}, are each the sum of the \
                 rows of their day, or of all"
            ),
        );
        rows.retain(|record| !is_blank(record));
        return true;
    }
    findings.open(
        "totals",
        format!(
            "{count} rows have no campaign, first in line {line}; {agreeing} of them are the sum of \
             the others of their day: are they totals?"
        ),
        &[],
    );
    false
}

fn sums_by<'a>(
    rows: impl Iterator<Item = &'a Record>,
    date_at: usize,
    amount: &AmountOf<'_>,
) -> BTreeMap<&'a str, i128> {
    let mut sums = BTreeMap::new();
    for record in rows {
        *sums.entry(record.cell(date_at)).or_default() += amount(record).unwrap_or(0);
    }
    sums
}

/// The column and text that mark totals, such as "All Territories", where on every day the marked
/// rows are the sum of the others. They are taken out of `rows`.
pub(super) fn marked(
    rows: &mut Vec<Record>,
    names: &[String],
    candidates: &[usize],
    (date_at, amount): (usize, &AmountOf<'_>),
    findings: &mut Findings,
) -> Option<(String, String)> {
    for &at in candidates {
        let name = &names[at];
        let Some(text) = rows.iter().map(|record| record.cell(at)).find(|text| is_all(text)) else {
            continue;
        };
        let text = text.to_owned();
        let is_marked = |record: &Record| record.cell(at) == text;
        if rows.iter().all(is_marked) {
            continue;
        }
        let of_marked = sums_by(rows.iter().filter(|it| is_marked(it)), date_at, amount);
        let of_others = sums_by(rows.iter().filter(|it| !is_marked(it)), date_at, amount);
        if of_marked == of_others {
            findings.certain(
                "totals",
                format!(
                    "rows with \"{text}\" in \"{name}\" are the sum of the other rows on each of {} \
                     days",
                    of_marked.len()
                ),
            );
            rows.retain(|record| !is_marked(record));
            return Some((name.clone(), text));
        }
        if is_label(&text) {
            let line = rows.iter().find(|it| is_marked(it)).map_or(0, |record| record.line);
            findings.untold(
                "totals",
                format!(
                    "rows with \"{text}\" in \"{name}\", first in line {line}, are called totals and \
                     are not the sum of the other rows on each day: where they are, their money \
                     would count twice; export without them"
                ),
                &[],
            );
        }
    }
    None
}

fn is_all(text: &str) -> bool {
    let text = text.to_lowercase();
    text.starts_with("all ") || LABELS.contains(&text.as_str())
}
