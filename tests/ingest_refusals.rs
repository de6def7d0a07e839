//! Every kind of refusal: its data file, and the page that the data team reads, letter by letter.

#[allow(dead_code, reason = "other tests share it")]
mod ingest_support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use budgetd::domain::source::{Encoding, Numbers};
use budgetd::domain::{Grain, Limits, Source};
use budgetd::ingest::{Context, Purpose, Reading};
use ingest_support::{read_in, rupee_account, today};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/refused")
}

/// Limits near the size of the case, so that a case stays small enough to be read.
fn limits(code: &str) -> Limits {
    let shipped = Limits::default();
    match code {
        "file_too_large" => Limits { bytes_max: 120, ..shipped },
        "too_many_rows" => Limits { rows_max: 2, ..shipped },
        "line_too_long" => Limits { line_bytes_max: 80, ..shipped },
        "field_too_long" | "quote_too_long" => Limits { field_bytes_max: 40, ..shipped },
        "too_many_columns" => Limits { columns_max: 9, ..shipped },
        "unpacks_too_large" => Limits { unpacked_bytes_max: 120, ..shipped },
        _ => shipped,
    }
}

/// The shipped source, with what a case needs to go wrong.
fn source(code: &str) -> Source {
    let long = Source::long();
    let grain = match code {
        "other_weeks" | "open_period" => Grain::Week,
        "inside_month" => Grain::Month,
        _ => Grain::Day,
    };
    let encoding = match code {
        "not_windows_1252" | "other_encoding" => Encoding::Windows1252,
        _ => Encoding::Utf8,
    };
    let numbers = Numbers { currency_marks: code == "shared_mark", ..long.numbers.clone() };
    Source { grain, encoding, numbers, ..long }
}

/// Weeks and months are of the past.
fn purpose(source: &Source) -> Purpose {
    if source.grain == Grain::Day { Purpose::Inbox } else { Purpose::Import }
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder of the repository")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

#[test]
fn each_kind_of_refusal_says_what_is_wrong_and_what_to_do() {
    let account = rupee_account();
    let mut wrong = Vec::new();
    for code in names_in(&cases()) {
        let folder = cases().join(&code);
        let names = names_in(&folder);
        let csv: Vec<&String> = names.iter().filter(|name| *name != "problems.txt").collect();
        let [name] = csv.as_slice() else { panic!("{code} has one data file") };
        let bytes = fs::read(folder.join(name)).expect("the data file");
        let source = source(&code);
        let context = Context {
            account: &account,
            source: &source,
            today: today(),
            limits: limits(&code),
            file_name: name,
            purpose: purpose(&source),
        };
        let Reading::Refused(rejection) = read_in(&bytes, &context) else {
            panic!("{code} was taken");
        };
        assert!(rejection.codes().contains(&code.as_str()), "{code}: {:?}", rejection.codes());
        let page = rejection.render(name);
        let expected = fs::read_to_string(folder.join("problems.txt")).unwrap_or_default();
        if page != expected {
            wrong.push(format!("=== {code}\n{page}"));
        }
    }
    assert!(wrong.is_empty(), "these pages differ from problems.txt:\n{}", wrong.join("\n"));
}

#[test]
fn each_reason_in_the_code_has_a_case() {
    let cases: BTreeSet<String> = names_in(&cases()).into_iter().collect();
    let source = include_str!("../src/ingest/fault.rs");
    let (_, rest) = source.split_once("pub const fn code").expect("the function of the codes");
    let (body, _) = rest.split_once("\n    }\n").expect("its end");
    let codes: BTreeSet<String> =
        body.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect();
    assert!(codes.len() > 40, "found only {codes:?}");
    assert_eq!(codes, cases);
}
