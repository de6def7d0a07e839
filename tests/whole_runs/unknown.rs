//! Figures that nobody stated are never taken for zero, and what is assumed is called so.

use std::fs;

use crate::program::{Workspace, case};

const SOURCES: &str = r#"
[gate]
absent_days = "zero"

[[sources]]
name = "without revenue"
files = "spend_*.csv"

[sources.blank]
revenue = "absent"
"#;

const HEADER: &str = "date,channel,spend,impressions,clicks,conversions,revenue\n";

/// Seven days from the first to the seventh of September 2025 in the four channels; `email` is what
/// Email's revenue cell holds.
fn week(email: &str) -> String {
    let mut text = HEADER.to_owned();
    for day in 1..8 {
        for channel in ["Google Ads", "Meta Ads", "Affiliate"] {
            text.push_str(&format!("2025-09-{day:02},{channel},100.00,900,90,9,250.00\n"));
        }
        text.push_str(&format!("2025-09-{day:02},Email,100.00,900,90,9,{email}\n"));
    }
    text
}

fn workspace() -> Workspace {
    let account = case("export_formats/inr.toml");
    Workspace::of_account("inr", &format!("{account}{SOURCES}"))
}

const SUNDAY_OVER: &str = "2025-09-08T05:00:00+05:30";

#[test]
fn revenue_that_is_not_known_is_waited_for_even_where_absent_days_mean_nothing() {
    let workspace = workspace();
    // A row of the week before, since a first decision needs one.
    let before = format!("{HEADER}2025-08-31,Email,100.00,900,90,9,250.00\n");
    workspace.drop_and_ingest("before.csv", &before, SUNDAY_OVER);
    let answer = workspace.drop_and_ingest("spend_week.csv", &week(""), SUNDAY_OVER);
    let warnings = answer["files"][0]["warnings"].to_string();
    assert!(
        warnings.contains("7 rows state no spend or no revenue, first in line 5"),
        "{warnings}"
    );
    let waits = workspace.decide("2025-09-08", "2025-09-08T06:00:00+05:30", 1);
    assert_eq!(waits["missing"][0]["channel"], "Email", "{waits}");
    assert_eq!(waits["missing"].as_array().map(Vec::len), Some(1), "{waits}");

    // Stated, the same days are decided on.
    workspace.drop_and_ingest("spend_again.csv", &week("250.00"), SUNDAY_OVER);
    let decided = workspace.decide("2025-09-08", "2025-09-08T06:00:00+05:30", 0);
    assert_eq!(decided["outcome"], "decided", "{decided}");
}

#[test]
fn an_import_whose_days_were_corrected_since_is_taken_again() {
    let workspace = workspace();
    let path = workspace.path("history.csv");
    fs::write(&path, week("250.00")).expect("written");
    let import = |times: &str| {
        let path = path.to_str().expect("a path in UTF-8");
        workspace.json(&["import", path, "--as-of", times], 0)["files"][0]["answer"].clone()
    };
    assert_eq!(import(SUNDAY_OVER), "accepted");
    assert_eq!(import(SUNDAY_OVER), "known");
    workspace.drop_and_ingest("corrected.csv", &week("300.00"), SUNDAY_OVER);
    assert_eq!(import(SUNDAY_OVER), "accepted");
    let facts = workspace.facts();
    let email = facts[&("2025-09-01".to_owned(), "Email".to_owned())];
    assert_eq!(email.revenue, 25_000);
}
