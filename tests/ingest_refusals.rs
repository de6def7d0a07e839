//! Every kind of refusal: its data file, and the page that the data team reads, letter by letter.

mod ingest_support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use budgetd::domain::Limits;
use budgetd::domain::Source;
use budgetd::ingest::Reading;
use ingest_support::{read_as, rupee_account};

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
        _ => shipped,
    }
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
        let Reading::Refused(rejection) = read_as(&bytes, &account, &Source::long(), limits(&code))
        else {
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
    // What a companion says of its file has no data file of its own: `tests/inbox/program.rs`.
    let beside = ["bad_checksum_file", "checksum_mismatch"].map(str::to_owned);
    assert_eq!(codes, cases.into_iter().chain(beside).collect());
}
