//! Codes in a column, in the header and at figures → the currencies of a file; of several, the
//! column whose texts choose one.

use std::collections::BTreeSet;

use super::Guess;
use super::columns::Columns;
use super::describe::Found;
use super::finding::Findings;
use super::table::Record;
use super::toml::quoted;
use super::words::{self, Role};
use crate::domain::Currency;

/// The currencies that column, header and marks name; of several, what chooses one.
pub(super) fn find(
    names: &[String],
    rows: &[Record],
    columns: &Columns,
    found: &Found,
    guess: &mut Guess,
    findings: &mut Findings,
) {
    let mut codes: BTreeSet<&str> = BTreeSet::new();
    let currency_at = columns.at(Role::Currency);
    codes.extend(names.iter().filter_map(|name| words::currency_in(name)).map(|(_, code)| code));
    if let Some(at) = currency_at {
        codes.extend(rows.iter().map(|record| record.cell(at)).filter(|text| !text.is_empty()));
    }
    let marks = found.numbers.iter().flat_map(|numbers| numbers.marks.values());
    codes.extend(marks.flatten());
    guess.currencies = codes.iter().filter_map(|code| Currency::from_code(code)).collect();
    match codes.len() {
        0 => findings.open("currency", "nothing names a currency: the account's is supposed", &[]),
        1 => findings.certain("currency", format!("{} is named", codes.first().expect("one"))),
        _ => {
            if let Some(at) = currency_at {
                guess.only = choosing(names, rows, at, &columns.used());
            }
            let choices: Vec<String> = guess
                .only
                .iter()
                .map(|(name, text)| format!("only = {{ {} = {} }}", quoted(name), quoted(text)))
                .collect();
            let all: Vec<&str> = codes.into_iter().collect();
            findings.open(
                "currency",
                format!(
                    "{} currencies in one file ({}): an account has one, so choose which rows are its",
                    all.len(),
                    all.join(", ")
                ),
                &choices,
            );
        }
    }
}

/// The column with the fewest texts of which each has one currency, with these texts.
fn choosing(
    names: &[String],
    rows: &[Record],
    currency_at: usize,
    used: &[usize],
) -> Vec<(String, String)> {
    let mut best: Option<(usize, BTreeSet<&str>)> = None;
    for at in (0..names.len()).filter(|at| !used.contains(at)) {
        let pairs: BTreeSet<(&str, &str)> =
            rows.iter().map(|record| (record.cell(at), record.cell(currency_at))).collect();
        let texts: BTreeSet<&str> = pairs.iter().map(|(text, _)| *text).collect();
        let decides = texts.len() == pairs.len() && texts.len() > 1 && !texts.contains("");
        if decides && best.as_ref().is_none_or(|(_, fewest)| texts.len() < fewest.len()) {
            best = Some((at, texts));
        }
    }
    let (at, texts) = best.unwrap_or_else(|| {
        (currency_at, rows.iter().map(|record| record.cell(currency_at)).collect())
    });
    texts.into_iter().map(|text| (names[at].clone(), text.to_owned())).collect()
}
