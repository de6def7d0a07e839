//! Every kind of refusal: its data file, and the page that the data team reads, letter by letter.

mod ingest_support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use budgetd::domain::source::{
    CampaignRule, Columns, Encoding, Layout, Numbers, Outcome, RevenueSpread, Totals,
};
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

/// The source that a case is read by: for most the one that ships.
fn source(code: &str) -> Source {
    let long = Source::long();
    let one = |name: &str| vec![name.to_owned()];
    let periods = |grain| Source { name: "history".to_owned(), grain, ..Source::long() };
    match code {
        "not_windows_1252" | "other_encoding" => Source { encoding: Encoding::Windows1252, ..long },
        "conversions_above_clicks" => Source { refuse_conversions_above_clicks: true, ..long },
        "shared_mark" => {
            let numbers = Numbers { currency_marks: true, ..Numbers::default() };
            Source { numbers, ..long }
        }
        "unread_difference" => Source { ignore_extra_columns: true, ..long },
        "not_daily" | "open_period" | "other_weeks" => periods(Grain::Week),
        "inside_month" => periods(Grain::Month),
        "other_currencies" => {
            let columns = Columns { currency: one("currency"), ..Columns::default() };
            Source { columns, ..long }
        }
        "two_columns" => {
            let spend = vec!["cost".to_owned(), "spend".to_owned()];
            Source { columns: Columns { spend, ..Columns::default() }, ..long }
        }
        "no_rule_for_campaign" => {
            let rule =
                CampaignRule { pattern: "*brand*".to_owned(), channel: "AdWords".to_owned() };
            let columns = Columns { channel: Vec::new(), ..Columns::default() };
            Source { campaigns: vec![rule], columns, ..long }
        }
        "nothing_to_share_by" => Source {
            layout: Layout::Wide,
            revenue_spread: RevenueSpread::Spend,
            columns: Columns {
                channel: Vec::new(),
                spend: one("{channel} spend"),
                impressions: Vec::new(),
                clicks: Vec::new(),
                conversions: Vec::new(),
                revenue: Vec::new(),
                outcome: Some(Outcome::Column("sales".to_owned())),
                ..Columns::default()
            },
            ..long
        },
        "totals_differ" => Source {
            layout: Layout::Report,
            channel: Some("Email".to_owned()),
            columns: Columns {
                date: one("day"),
                channel: Vec::new(),
                spend: one("cost"),
                conversions: Vec::new(),
                revenue: Vec::new(),
                ..Columns::default()
            },
            totals: Totals { labels: one("Total:"), check: one("Total: all"), ..Totals::default() },
            ..long
        },
        _ => long,
    }
}

/// History is imported, but for the case that says so.
fn purpose(code: &str) -> Purpose {
    match code {
        "open_period" | "other_weeks" | "inside_month" => Purpose::Import,
        _ => Purpose::Inbox,
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
        let context = Context {
            account: &account,
            source: &source(&code),
            today: today(),
            limits: limits(&code),
            file_name: name,
            purpose: purpose(&code),
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
    let source = include_str!("../src/ingest/fault/reason.rs");
    let (_, rest) = source.split_once("pub const fn code").expect("the function of the codes");
    let (body, _) = rest.split_once("\n    }\n").expect("its end");
    let mut codes: BTreeSet<String> =
        body.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect();
    assert!(codes.len() > 40, "found only {codes:?}");
    // Its case would have 100,001 lines: `ingest_layouts.rs` makes it.
    codes.remove("too_many_totals");
    // What no file shows by itself: `tests/import.rs`, `tests/inbox` and the daemon's rounds have the
    // ledger or the companion that these need.
    for code in
        ["closed_period", "checksum_mismatch", "bad_checksum_file", "end_of_another", "overtaken"]
    {
        assert!(codes.remove(code), "{code}");
    }
    assert_eq!(codes, cases);
}
