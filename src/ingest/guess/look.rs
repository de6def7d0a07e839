//! One look at a file: each detector in its turn, each with what the ones before it found.

use std::collections::BTreeSet;

use super::accepted;
use super::columns::{self, Columns};
use super::currency;
use super::dates;
use super::describe::{self, Described, Found};
use super::encoding::Decoded;
use super::figure;
use super::finding::Findings;
use super::gaps;
use super::grain;
use super::header::{self, Layout};
use super::media::Known;
use super::numbers::{self, Cell, Numbers};
use super::others;
use super::table::Record;
use super::totals::{self, AmountOf, Split};
use super::words::{self, Role};
use super::{Guess, lacking, name, start, units};
use crate::domain::source::{Grain, Layout as Kind, Unit};
use crate::domain::{Account, Source};

/// Channels that are named; a file has more only by mistake.
const CHANNELS_MAX: usize = 200;

/// Looks at the first bytes of a file.
pub(super) fn look(head: &[u8], file_name: &str, whole: bool, account: Option<&Account>) -> Guess {
    let known = Known::of(account);
    let mut guess = nothing(file_name, whole);
    let mut findings = Findings::default();
    if let Some((decoded, has_mark)) = start::text_of(head, &mut guess, &mut findings) {
        look_at_text(&decoded, has_mark, &known, &mut guess, &mut findings);
    }
    guess.certain = findings.certain;
    guess.open = findings.open;
    guess.untold = findings.untold;
    guess.missing = findings.missing;
    guess
}

/// Before anything is known.
fn nothing(file_name: &str, whole: bool) -> Guess {
    let (name, files) = name::of_source(file_name);
    Guess {
        source: Source { name, files, ..Source::long() },
        preset: None,
        differing: Vec::new(),
        certain: Vec::new(),
        open: Vec::new(),
        untold: Vec::new(),
        missing: Vec::new(),
        channels: Vec::new(),
        currencies: Vec::new(),
        only: Vec::new(),
        days: None,
        week_starts_on: None,
        sample: Vec::new(),
        whole,
    }
}

fn look_at_text(
    decoded: &Decoded,
    has_mark: bool,
    known: &Known,
    guess: &mut Guess,
    findings: &mut Findings,
) {
    let Some(mut layout) = header::find(&decoded.text, findings) else { return };
    if let Some(sentence) = empty_report(&layout) {
        findings.missing(
            "rows",
            format!(
                "the report is empty (\"{sentence}\"): nothing tells how its rows would be written"
            ),
        );
        return;
    }
    if layout.rows.is_empty() {
        findings.missing("rows", "there is no row below the header");
        return;
    }
    let strange = |name: &&String| name.chars().any(crate::domain::channel::is_unprintable);
    if let Some(name) = layout.names().iter().find(strange) {
        findings.missing(
            "header",
            format!("the name \"{name}\" holds control characters: take them out"),
        );
        return;
    }
    let Some(columns) = columns::find(&layout, known, findings) else { return };
    let names = layout.names().to_vec();
    let mut split = totals::split(std::mem::take(&mut layout.rows), columns.at(Role::Date));
    say_ragged(&layout, guess.whole && !decoded.text.ends_with('\n'), findings);
    let numbers = numbers::find(&cells(&split, &columns), findings);
    let (spend_unit, revenue_unit) = units::find(&names, &columns, findings);
    let totals = find_totals(&mut split, &names, &columns, numbers.as_ref(), spend_unit, findings);
    let rows = split.rows;
    let date_at = columns.at(Role::Date).expect("without it there is no look");
    let days = rows.iter().map(|record| (record.line, record.cell(date_at)));
    let dates = dates::find(&names[date_at], days, findings);
    let covered = dates.as_ref().map(|dates| {
        grain::find(&dates.days, &names[date_at], dates.format.contains('d'), findings)
    });
    guess.days = dates.as_ref().and_then(|it| Some((*it.days.first()?, *it.days.last()?)));
    let is_first = |it: &grain::Covered| it.dated_by == crate::domain::source::DatedBy::First;
    guess.week_starts_on = covered.as_ref().and_then(|it| {
        if is_first(it) { it.weekday } else { it.weekday.map(|weekday| weekday.succ()) }
    });
    let mut found = Found {
        layout: match (&columns.wide, layout.preamble.is_empty() && layout.header.line == 1) {
            (Some(_), _) => Kind::Wide,
            (None, true) => Kind::Long,
            (None, false) => Kind::Report,
        },
        encoding: decoded.encoding,
        has_mark,
        separator: layout.separator,
        grain: covered.map_or(Grain::Day, |it| it.grain),
        dated_by: covered.map_or(crate::domain::source::DatedBy::First, |it| it.dated_by),
        date_format: dates.map(|dates| dates.format),
        is_fine: numbers
            .as_ref()
            .is_some_and(|it| is_fine(&rows, &columns, it, (spend_unit, revenue_unit), findings)),
        numbers,
        spend_unit,
        revenue_unit,
        columns: column_names(&names, &columns),
        keys: Vec::new(),
        outcome: None,
        controls: Vec::new(),
        has_extra_columns: false,
        has_unsure_columns: false,
        blank: Vec::new(),
        dashes: Vec::new(),
        totals,
    };
    currency::find(&names, &rows, &columns, &found, guess, findings);
    // Rows of another currency are another account's: only those of one choice are told apart.
    let own: Vec<Record> = match guess.only.first() {
        Some((name, text)) => {
            let at = names.iter().position(|known| known == name).unwrap_or(0);
            rows.iter().filter(|record| record.cell(at) == text).cloned().collect()
        }
        None => rows.clone(),
    };
    others::find(&names, &own, &columns, known, &mut found, findings);
    let gaps = gaps::find(&rows, &columns.measures(), findings);
    (found.blank, found.dashes) =
        (gaps.measures(gaps::Kind::Blank), gaps.measures(gaps::Kind::Dashes));
    guess.channels = channels(&rows, &columns);
    let Described { source, preset, differing } = describe::describe(&found);
    gaps.say(preset.as_deref(), findings);
    lacking::say_measures(&source, &columns, findings);
    let Source { name, files, .. } = guess.source.clone();
    guess.source = Source { name, files, ..source };
    (guess.preset, guess.differing) = (preset, differing);
    if guess.needs_channel() {
        lacking::say_channel(guess, &columns, &names, findings);
    }
    let table = (&guess.source, guess.preset.as_deref());
    if let Some(complaint) =
        accepted::complaint(table.0, table.1, &guess.channels, guess.needs_channel())
    {
        findings.missing(
            "table",
            format!("the configuration would not take the table that describes it ({complaint})"),
        );
    }
}

fn empty_report(layout: &Layout) -> Option<String> {
    let is_alone = layout.rows.is_empty();
    let record = layout.ragged.iter().find(|record| record.cells.len() == 1 && is_alone)?;
    crate::ingest::layout::empty_report(record.cell(0).as_bytes())
}

fn say_ragged(layout: &Layout, has_no_end: bool, findings: &mut Findings) {
    let fields = layout.names().len();
    if let Some(last) = layout.ragged.last().filter(|_| has_no_end)
        && last.cells.len() < fields
    {
        findings.open(
            "rows",
            format!(
                "line {} has {} of {fields} fields and no end: the file is cut short, and the reading \
                 will refuse it",
                last.line,
                last.cells.len()
            ),
            &[],
        );
    } else if let Some(first) = layout.ragged.first() {
        findings.open(
            "rows",
            format!(
                "{} lines below the header have other than {fields} fields, first line {}: the reading \
                 will refuse them",
                layout.ragged.len(),
                first.line
            ),
            &[],
        );
    }
}

fn cells<'a>(split: &'a Split, columns: &Columns) -> Vec<Cell<'a>> {
    let is_counted =
        |role| matches!(role, Role::Impressions | Role::Clicks) && columns.wide.is_none();
    let mut cells = Vec::new();
    for record in split.rows.iter().chain(&split.labelled) {
        for (role, columns) in columns.measures() {
            let cell = |&at: &usize| Cell {
                line: record.line,
                text: record.cell(at),
                is_whole: is_counted(role),
            };
            cells.extend(columns.iter().map(cell));
        }
    }
    cells.sort_by_key(|cell| cell.line);
    cells
}

fn find_totals(
    split: &mut Split,
    names: &[String],
    columns: &Columns,
    numbers: Option<&Numbers>,
    unit: Unit,
    findings: &mut Findings,
) -> crate::domain::source::Totals {
    let Some(numbers) = numbers else { return totals::labelled(split, unit, &|_| None, findings) };
    let spend = match &columns.wide {
        Some(wide) => wide.columns(Role::Spend).to_vec(),
        None => columns.at(Role::Spend).into_iter().collect(),
    };
    let amount = |record: &Record| {
        let values = spend.iter().filter_map(|&at| figure::read(record.cell(at), numbers.writing));
        values.map(|figure| figure.value).reduce(|sum, value| sum + value)
    };
    let amount: &AmountOf<'_> = &amount;
    let mut found = totals::labelled(split, unit, amount, findings);
    let Some(date_at) = columns.at(Role::Date) else { return found };
    if let Some(campaign_at) = columns.at(Role::Campaign) {
        let rows = &mut split.rows;
        found.blank_campaign = totals::blank_campaign(rows, date_at, campaign_at, amount, findings);
    }
    let figures: Vec<usize> = columns.measures().into_iter().flat_map(|(_, at)| at).collect();
    let may_mark = |at: &usize| *at != date_at && !figures.contains(at) && !names[*at].is_empty();
    let candidates: Vec<usize> = (0..names.len()).filter(may_mark).collect();
    let marked = totals::marked(&mut split.rows, names, &candidates, (date_at, amount), findings);
    // A row whose channel is "Total" is none of a channel, so that no mark can sum it up by channel.
    match marked {
        Some((name, text)) if columns.at(Role::Channel).is_some_and(|at| names[at] == name) => {
            found.labels.push(text.clone());
            found.check.push(text);
        }
        marked => found.marked = marked,
    }
    found
}

/// Whether some amount is finer than two digits of the major unit.
fn is_fine(
    rows: &[Record],
    columns: &Columns,
    numbers: &Numbers,
    (spend_unit, revenue_unit): (Unit, Unit),
    findings: &mut Findings,
) -> bool {
    let measures = columns.measures();
    let money = measures.iter().filter(|(role, _)| matches!(role, Role::Spend | Role::Revenue));
    let money: Vec<(Role, usize)> =
        money.flat_map(|(role, columns)| columns.iter().map(|&at| (*role, at))).collect();
    for record in rows {
        for &(role, at) in &money {
            let Some(figure) = figure::read(record.cell(at), numbers.writing) else { continue };
            let unit = if role == Role::Spend { spend_unit } else { revenue_unit };
            let is_fine = match unit {
                Unit::Major => figure.decimals > 2,
                Unit::Minor => figure.decimals > 0,
                // Ten thousand of them are a hundredth.
                Unit::Micros => figure.value % (10_000 * figure::ONE) != 0,
            };
            if is_fine {
                findings.certain(
                    "round",
                    format!(
                        "amounts are finer than a currency's hundredth ({} in line {}): they are summed \
                         exactly and rounded once",
                        record.cell(at),
                        record.line
                    ),
                );
                return true;
            }
        }
    }
    false
}

fn column_names(names: &[String], columns: &Columns) -> Vec<(Role, Vec<String>)> {
    let of_role = |(role, at): &(Role, usize)| {
        let name = &names[*at];
        let name = words::currency_in(name).map_or_else(|| name.clone(), |(pattern, _)| pattern);
        (*role, vec![name])
    };
    let mut all: Vec<(Role, Vec<String>)> = columns.roles.iter().map(of_role).collect();
    if let Some(wide) = &columns.wide {
        all.extend(wide.measures.iter().map(|(role, patterns, _)| (*role, patterns.clone())));
    }
    all
}

fn channels(rows: &[Record], columns: &Columns) -> Vec<String> {
    if let Some(wide) = &columns.wide {
        return wide.channels.clone();
    }
    let Some(at) = columns.at(Role::Channel) else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let mut channels = Vec::new();
    for text in rows.iter().map(|record| record.cell(at)).filter(|text| !text.is_empty()) {
        if seen.insert(text) && channels.len() < CHANNELS_MAX {
            channels.push(text.to_owned());
        }
    }
    channels
}
