//! A record → which of its fields are the columns that a source names, and a fault or a remark for
//! each that is missing, doubled or of another currency.

use csv::ByteRecord;

use super::expected::{Expected, Role};
use super::names::{self, Name, fold};
use crate::domain::nearest::nearest;
use crate::domain::{Currency, Source};
use crate::ingest::Warning;
use crate::ingest::fault::{Fault, FaultReason, shown};
use crate::ingest::rejection::Faults;

/// The names of a record that may be a header.
pub(super) struct Titles {
    /// As they stand there, without spaces around them.
    pub raw: Vec<String>,
    /// As they are compared.
    pub folded: Vec<String>,
}

impl Titles {
    pub(super) fn of(record: &ByteRecord) -> Self {
        let raw: Vec<String> =
            record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        Self { folded: raw.iter().map(|name| fold(name)).collect(), raw }
    }
}

/// Where the columns of a source stand in a header.
pub(super) struct Named<'e, 'a> {
    /// Each expected column with its position.
    pub positions: Vec<(&'e Expected<'a>, Option<usize>)>,
    /// Which columns the source names.
    pub is_claimed: Vec<bool>,
    pub remarks: Vec<Warning>,
}

/// How much of a header a record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    /// Columns by which a header is told that are there.
    pub telling: usize,
    /// How many there could be.
    pub telling_max: usize,
    /// Whether every required column is there.
    pub is_whole: bool,
    /// Whether the day is there.
    pub has_date: bool,
}

/// How much `titles` look like a header with the columns `expected`.
pub(super) fn likeness(titles: &Titles, expected: &[Expected<'_>]) -> Likeness {
    let telling = || expected.iter().filter(|it| it.role.is_telling());
    let is_there = |it: &Expected<'_>| !hits(titles, it).is_empty();
    Likeness {
        telling: telling().filter(|it| is_there(it)).count(),
        telling_max: telling().count(),
        is_whole: expected.iter().all(|it| !it.is_required || is_there(it)),
        has_date: telling().any(|it| it.role == Role::Date && is_there(it)),
    }
}

/// Positions that have a name of `expected`, with what stands for its placeholder; by the order of
/// the source's names.
fn hits<'t>(titles: &'t Titles, expected: &Expected<'_>) -> Vec<(usize, &'t str)> {
    let fits = |name: &Name| {
        let at = titles.folded.iter().enumerate();
        at.filter_map(|(at, title)| Some((at, name.fits(title)?))).collect::<Vec<_>>()
    };
    let mut hits: Vec<(usize, &str)> = Vec::new();
    for hit in expected.names.iter().flat_map(fits) {
        if !hits.iter().any(|(at, _)| *at == hit.0) {
            hits.push(hit);
        }
    }
    hits
}

/// Finds the columns.
pub(super) fn find<'e, 'a>(
    titles: &Titles,
    line: u64,
    expected: &'e [Expected<'a>],
    currency: Currency,
    faults: &mut Faults,
) -> Named<'e, 'a> {
    let mut named = Named {
        positions: Vec::new(),
        is_claimed: vec![false; titles.raw.len()],
        remarks: Vec::new(),
    };
    for column in expected {
        let hits = hits(titles, column);
        for (at, _) in &hits {
            named.is_claimed[*at] = true;
        }
        let first = hits.first().copied();
        if let Some((at, code)) = first {
            let is_money = matches!(column.role, Role::Figure(measure) if !measure.is_count());
            let other = other_currency_in(&titles.raw[at], currency).filter(|_| is_money);
            let code = if code.is_empty() { other.unwrap_or(code) } else { code };
            check_currency(&titles.raw[at], code, line, currency, faults);
            for (other, _) in &hits[1..] {
                add_second(titles, column, (at, *other), line, faults, &mut named.remarks);
            }
        }
        named.positions.push((column, first.map(|(at, _)| at)));
    }
    named
}

/// What exports call the column of each row's currency.
const CURRENCY_TITLES: [&str; 13] = [
    "currency",
    "currency code",
    "currency_code",
    "currencycode",
    "account currency",
    "account_currency",
    "währung",
    "währungscode",
    "devise",
    "code devise",
    "moneda",
    "valuta",
    "moeda",
];

/// The column that bears the name of a currency, although its source doesn't ask for one.
pub(super) fn undeclared_currency(titles: &Titles, is_claimed: &[bool]) -> Option<usize> {
    let is_one = |at: &usize| CURRENCY_TITLES.contains(&titles.folded[*at].as_str());
    (0..titles.folded.len()).filter(|at| !is_claimed[*at]).find(is_one)
}

/// Codes that are no words of a header: "(USD)", "spend_eur".
const CODES_IN_TITLES: [&str; 18] = [
    "usd", "eur", "gbp", "inr", "jpy", "chf", "aud", "cad", "nzd", "sek", "nok", "dkk", "pln",
    "brl", "cny", "sgd", "hkd", "aed",
];

/// The code of another currency in the title of a column of money.
pub(super) fn other_currency_in(title: &str, own: Currency) -> Option<&'static str> {
    let lower = title.to_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphabetic());
    let found = words.find_map(|word| CODES_IN_TITLES.into_iter().find(|code| *code == word))?;
    names::currency(found).map(Currency::code).filter(|code| *code != own.code())
}

/// A header that names a currency must name the account's.
fn check_currency(title: &str, code: &str, line: u64, currency: Currency, faults: &mut Faults) {
    let expected = currency.code();
    let Some(found) = names::currency(code).map(Currency::code).filter(|it| *it != expected) else {
        return;
    };
    let reason = FaultReason::OtherCurrency { found, expected };
    let hint = format!("is this file meant for another account? this one is in {expected}");
    faults.add(Fault::of_line(line, reason).with_value(title.as_bytes()).with_hint(hint));
}

/// Two columns for the same thing: of counts the first in the source's order is taken.
fn add_second(
    titles: &Titles,
    column: &Expected<'_>,
    (first, second): (usize, usize),
    line: u64,
    faults: &mut Faults,
    remarks: &mut Vec<Warning>,
) {
    let (one, other) = (shown(&titles.raw[first]), shown(&titles.raw[second]));
    if titles.folded[first] == titles.folded[second] {
        let fault = Fault::of_line(line, FaultReason::DoubledColumn).in_column(&other);
        faults.add(fault.with_hint("keep one of them"));
        return;
    }
    let stands_for = match column.role {
        Role::Figure(measure) if measure.is_count() => {
            let text = format!(
                "both \"{one}\" and \"{other}\" could be the {}; \"{one}\" is taken, which the \
                 source names first",
                measure.word()
            );
            remarks.push(Warning { line: Some(line), text });
            return;
        }
        Role::Figure(measure) => measure.word(),
        Role::Date => "date",
        Role::Channel => "channel",
        Role::Campaign => "campaign",
        Role::Currency => "currency",
        _ => "same column",
    };
    let reason = FaultReason::TwoColumns { first: one, second: other, stands_for };
    let hint = "export one of them, or name one of them in [sources.columns]";
    faults.add(Fault::of_line(line, reason).with_hint(hint));
}

/// Adds a fault for each required column that is missing, and gives their titles.
pub(super) fn add_missing<'a>(
    named: &Named<'_, 'a>,
    titles: &Titles,
    line: u64,
    faults: &mut Faults,
) -> Vec<&'a str> {
    let mut missing = Vec::new();
    for (column, position) in &named.positions {
        if position.is_none() && column.is_required {
            let unclaimed = titles.raw.iter().zip(&named.is_claimed).filter(|(_, is)| !**is);
            let near = nearest(column.title, unclaimed.map(|(title, _)| title.as_str()));
            let fault = missing_column(column.title, near, line);
            faults.add(match (column.role, near) {
                (Role::Date, None) => fault.with_hint(
                    "each row needs the day that its figures are of: export them by day, or name the \
                     column that holds it in the source",
                ),
                _ => fault,
            });
            missing.push(column.title);
        }
    }
    missing
}

/// The fault of a column that isn't there, with the one that may be meant.
pub(super) fn missing_column(title: &str, near: Option<&str>, line: u64) -> Fault {
    let fault = Fault::of_line(line, FaultReason::MissingColumn { name: shown(title) });
    match near {
        Some(near) => fault.with_hint(format!("is it the column \"{}\"?", shown(near))),
        None => fault.with_hint("export it too, or name the column that holds it in the source"),
    }
}

/// Adds a fault for each column that nothing claims.
pub(super) fn add_unknown(
    titles: &Titles,
    is_claimed: &[bool],
    missing: &[&str],
    line: u64,
    source: &Source,
    faults: &mut Faults,
) {
    let unclaimed = titles.raw.iter().zip(is_claimed).filter(|(_, is_claimed)| !**is_claimed);
    for (title, _) in unclaimed {
        let reason = FaultReason::UnknownColumn { source_name: shown(&source.name) };
        let hint = match nearest(title, missing.iter().copied()) {
            Some(near) => format!("did you mean \"{}\"?", shown(near)),
            None if title.is_empty() => {
                "the header has a separator too many: end its line without, or \
                                         set extra_columns = \"ignore\" for the source"
                    .to_owned()
            }
            None => "leave it out, or set extra_columns = \"ignore\" for the source; if it tells \
                     rows apart, name it in key_columns"
                .to_owned(),
        };
        faults.add(Fault::of_line(line, reason).with_value(title.as_bytes()).with_hint(hint));
    }
}
