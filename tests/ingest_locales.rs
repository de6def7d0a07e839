//! Exports with the settings of another country: the refusal names all lines that the source needs, and
//! with these lines the file is taken.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

mod ingest_support;

use std::path::Path;

use budgetd::config::{SourceText, check};
use budgetd::domain::{Account, Limits, Source};
use budgetd::ingest::{Context, Purpose, Reading, Rejection};
use ingest_support::{read_in, today};

/// The account of a table, and its source.
fn configured(table: &str) -> (Account, Source) {
    let mut text = "id = \"main\"\ncurrency = \"EUR\"\ntime_zone = \"Europe/Berlin\"\n\
                    total_budget_weekly = \"1000\"\n"
        .to_owned();
    for name in ["Google Ads", "Meta Ads", "Email"] {
        text.push_str(&format!("[[channels]]\nname = \"{name}\"\n"));
    }
    text.push_str(table);
    let file = |path: &str, text: String| SourceText { path: path.to_owned(), text };
    let accounts = [file("config/accounts/main.toml", text)];
    let daemon = file("config/budgetd.toml", String::new());
    let config = check(&daemon, &accounts, Path::new(".")).expect("a table that is taken");
    let account = config.accounts[0].clone();
    let source = account.sources[0].clone();
    (account, source)
}

fn reading(bytes: &[u8], (account, source): &(Account, Source)) -> Reading {
    let purpose = Purpose::Import;
    let limits = Limits::default();
    let context =
        Context { account, source, today: today(), limits, file_name: "file.csv", purpose };
    read_in(bytes, &context)
}

fn refused(reading: Reading) -> Rejection {
    match reading {
        Reading::Refused(rejection) => rejection,
        Reading::Taken(report) => panic!("taken: {report:?}"),
    }
}

fn table(preset: &str, more: &[&str]) -> String {
    let more = more.join("\n");
    format!("[[sources]]\nname = \"it\"\nfiles = \"*\"\npreset = \"{preset}\"\n{more}\n")
}

/// Refused by the preset with exactly these lines in its remedy, and taken with them.
#[track_caller]
fn assert_settled(bytes: &[u8], preset: &str, expected: &[&str]) {
    let rejection = refused(reading(bytes, &configured(&table(preset, &[]))));
    let fault = &rejection.faults[0];
    assert_eq!(fault.reason.code(), "other_locale", "{}", rejection.render("x.csv"));
    let hint = fault.hint.as_deref().expect("a remedy");
    let lines: Vec<&str> = hint.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        (hint.lines().next(), lines.as_slice()),
        (Some("set these for the source, all together:"), expected)
    );
    let page = rejection.render("x.csv");
    assert!(expected.iter().all(|line| page.contains(line)), "{page}");
    let taken = reading(bytes, &configured(&table(preset, &lines)));
    assert!(matches!(taken, Reading::Taken(_)), "{taken:?}");
}

#[test]
fn a_google_export_of_another_country_gets_all_its_lines_at_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/export_formats");
    for (file, thousands, date) in [
        ("google_ads_de_eur.csv", "thousands = \".\"", "date_format = \"%d.%m.%Y\""),
        ("google_ads_fr_eur.csv", "thousands = \"space\"", "date_format = \"%d/%m/%Y\""),
    ] {
        let Ok(bytes) = std::fs::read(folder.join(file)) else {
            println!("skipped: {file} is not there");
            continue;
        };
        let expected = ["separator = \";\"", "decimal = \",\"", thousands, date];
        assert_settled(&bytes, "google_ads", &expected);
    }
}

/// A report of Meta Ads, whose cells a country writes so.
fn meta(separator: char, days: [&str; 2], amount: &str) -> Vec<u8> {
    let header = "Reporting starts;Reporting ends;Campaign name;Day;Amount spent (EUR);Impressions;\
                  Link clicks;Results;Purchases conversion value";
    let mut text = format!("{header}\n");
    for day in days {
        text.push_str(&format!("x;x;Sale;{day};{amount};900;90;9;{amount}\n"));
    }
    text.replace(';', &separator.to_string()).into_bytes()
}

#[test]
fn a_meta_export_gets_the_lines_that_it_needs_and_no_others() {
    let german = ["12.09.2025", "13.09.2025"];
    assert_settled(
        &meta(';', german, "1.234,50"),
        "meta_ads",
        &[
            "separator = \";\"",
            "decimal = \",\"",
            "thousands = \".\"",
            "date_format = \"%d.%m.%Y\"",
        ],
    );
    assert_settled(
        &meta('\t', german, "1.234,50"),
        "meta_ads",
        &[
            "separator = \"\\t\"",
            "decimal = \",\"",
            "thousands = \".\"",
            "date_format = \"%d.%m.%Y\"",
        ],
    );
    // No amount has a mark between thousands, and days are as the preset has them.
    assert_settled(
        &meta(';', ["2025-09-12", "2025-09-13"], "34,50"),
        "meta_ads",
        &["separator = \";\"", "decimal = \",\""],
    );
    // The separator is the preset's: figures stand in quotes.
    let quoted = String::from_utf8(meta(',', german, "\"1.234,50\"")).expect("text");
    assert_settled(
        quoted.as_bytes(),
        "meta_ads",
        &["decimal = \",\"", "thousands = \".\"", "date_format = \"%d.%m.%Y\""],
    );
}

#[test]
fn a_setting_that_the_file_does_not_contradict_stays() {
    let own = ["separator = \";\"", "decimal = \",\"", "thousands = \".\""];
    let bytes = meta('\t', ["2025-09-12", "2025-09-13"], "1234");
    let text = String::from_utf8(bytes).expect("text").replace("Day", "Tag");
    let columns = "[sources.columns]\ndate = \"Tag\"";
    let table = table("meta_ads", &[own[0], own[1], own[2], columns]);
    let rejection = refused(reading(text.as_bytes(), &configured(&table)));
    let hint = rejection.faults[0].hint.as_deref();
    assert_eq!(hint, Some("set these for the source, all together:\n    separator = \"\\t\""));
}

#[test]
fn days_with_two_readings_are_left_to_people_and_the_other_lines_are_told() {
    let bytes = meta(';', ["11.09.2025", "12.09.2025"], "1.234,50");
    let rejection = refused(reading(&bytes, &configured(&table("meta_ads", &[]))));
    let hint = rejection.faults[0].hint.as_deref().expect("a remedy");
    let lines: Vec<&str> = hint.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "separator = \";\"",
            "decimal = \",\"",
            "thousands = \".\"",
            "# date_format = \"%d.%m.%Y\"    # 2 days from 2025-09-11 to 2025-09-12",
            "# date_format = \"%m.%d.%Y\"    # 2 days from 2025-11-09 to 2025-12-09",
        ]
    );
}

#[test]
fn a_file_that_no_setting_reads_keeps_its_own_faults() {
    // Two ways of writing amounts in one column: no locale has both.
    let mut bytes = meta(';', ["12.09.2025", "13.09.2025"], "1.234,50");
    bytes.extend_from_slice(b"x;x;Sale;14.09.2025;1,234.50;900;90;9;1.00\n");
    let rejection = refused(reading(&bytes, &configured(&table("meta_ads", &[]))));
    assert!(!rejection.codes().contains(&"other_locale"));
    let page = rejection.render("x.csv");
    assert!(page.contains("`budgetd sources guess FILE`"), "{page}");
    // A channel that is none of the account's is no matter of how the file is written.
    let text =
        "date,channel,spend,impressions,clicks,conversions,revenue\n2025-09-12,Fax,1,9,1,1,2\n";
    let rejection = refused(reading(text.as_bytes(), &configured(&table("long", &[]))));
    assert_eq!(rejection.codes(), ["unknown_channel"]);
}
