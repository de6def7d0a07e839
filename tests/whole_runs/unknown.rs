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
fn a_wait_and_a_hold_call_a_row_without_revenue_what_it_is() {
    let workspace = workspace();
    let before = format!("{HEADER}2025-08-31,Email,100.00,900,90,9,250.00\n");
    workspace.drop_and_ingest("before.csv", &before, SUNDAY_OVER);
    // Email has a row of each day, none of which states revenue, but no row at all of the third.
    let gap = "2025-09-03,Email,100.00,900,90,9,\n";
    let text = week("");
    assert!(text.contains(gap));
    workspace.drop_and_ingest("spend_week.csv", &text.replace(gap, ""), SUNDAY_OVER);
    let words = "no row for Wed 3 Sep 2025; a row without revenue for Mon 1 Sep 2025 to Tue 2 Sep \
                 2025, Thu 4 Sep 2025 to Sun 7 Sep 2025";
    let at = "2025-09-08T06:00:00+05:30";
    let asked = ["decide", "--week", "2025-09-08", "--as-of", at];
    let said = workspace.call(&asked).with(1);
    assert!(said.contains(&format!("Email: {words}")), "{said}");
    // `status` asks as the run does: days without a row don't mean nothing here.
    let status = workspace.json(&["status", "--as-of", at], 0)["accounts"][0].take();
    assert_eq!(status["due"]["standing"]["gate"], "waiting", "{status}");
    let missing = &status["due"]["standing"]["missing"][0];
    assert_eq!(missing["absent"].as_array().map(Vec::len), Some(7), "{status}");
    assert_eq!(missing["without_revenue"].as_array().map(Vec::len), Some(6), "{status}");
    assert_eq!(missing["without_spend"], serde_json::Value::Null, "{status}");

    // The next week is held for the same.
    workspace.drop_and_ingest("spend_again.csv", &week("250.00"), SUNDAY_OVER);
    workspace.decide("2025-09-08", at, 0);
    let mut next = week("");
    for day in (1..8).rev() {
        next = next.replace(&format!("2025-09-{day:02}"), &format!("2025-09-{:02}", day + 7));
    }
    workspace.drop_and_ingest("spend_next.csv", &next, "2025-09-15T05:00:00+05:30");
    let held = workspace.decide("2025-09-15", "2025-09-15T18:30:00+05:30", 0);
    assert_eq!(held["outcome"], "held", "{held}");
    let text = fs::read_to_string(workspace.bundle("2025-09-15").join("explanation.txt"));
    let text = text.expect("an explanation").split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "Email: a row without revenue for Mon 8 Sep 2025 to Sun 14 Sep 2025";
    assert!(text.contains(words), "{text}");
    let decision = workspace.decision("2025-09-15");
    let missing = &decision["hold"]["missing"][0];
    assert_eq!(missing["without_revenue"].as_array().map(Vec::len), Some(7), "{decision}");
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

const SPREAD: &str = r#"
[[sources]]
name = "shop"
files = "wide_*.csv"
layout = "wide"
revenue_spread = "clicks"
key_columns = ["geo"]

[sources.columns]
spend = "{channel} spend"
clicks = "{channel} clicks"
outcome = "sales"
"#;

/// A week in which each channel spends 100.00 a day and has a quarter of the clicks.
fn wide_week() -> String {
    let channels = ["Google Ads", "Meta Ads", "Email", "Affiliate"];
    let mut text = "date,geo,sales".to_owned();
    for channel in channels {
        text.push_str(&format!(",{channel} spend,{channel} clicks"));
    }
    for day in 1..8 {
        text.push_str(&format!("\n2025-09-{day:02},North,1000.00"));
        text.push_str(&",100.00,5".repeat(channels.len()));
    }
    text + "\n"
}

#[test]
fn revenue_that_was_shared_out_is_called_an_assumption_wherever_it_is_decided_on() {
    let account = case("export_formats/inr.toml");
    let workspace = Workspace::of_account("inr", &format!("{account}{SPREAD}"));
    let before = format!("{HEADER}2025-08-31,Email,100.00,900,90,9,250.00\n");
    workspace.drop_and_ingest("before.csv", &before, SUNDAY_OVER);
    workspace.drop_and_ingest("wide_week.csv", &wide_week(), SUNDAY_OVER);
    let facts = workspace.call(&["facts"]).with(0);
    assert!(facts.contains("2025-09-01,Email,100.00,,5,,250.00"), "{facts}");
    workspace.decide("2025-09-08", "2025-09-08T06:00:00+05:30", 0);
    let explanation = workspace.bundle("2025-09-08").join("explanation.txt");
    let explanation = fs::read_to_string(explanation).expect("an explanation");
    let words = explanation.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("shared out by clicks. What a channel earned there is an assumption"));
    let decision = workspace.decision("2025-09-08");
    assert_eq!(decision["warnings"][0]["kind"], "spread_revenue");
    assert_eq!(decision["warnings"][0]["by"], "clicks");
}

#[test]
fn the_parts_of_a_key_are_shown_without_what_separates_them() {
    let account = case("export_formats/inr.toml");
    let workspace = Workspace::of_account("inr", &format!("{account}{SPREAD}"));
    workspace.drop_and_ingest("wide_week.csv", &wide_week(), SUNDAY_OVER);
    let outcome = workspace.call(&["facts", "--outcome", "--grain", "day"]).with(0);
    assert!(outcome.contains("\n2025-09-01,North,1000.00"), "{outcome}");
    assert!(!outcome.contains('\u{1f}'), "{outcome}");
}

#[test]
fn a_receipt_of_weeks_speaks_of_weeks_and_of_the_whole_business() {
    let account = case("every_set/robyn.toml");
    let workspace = Workspace::of_account("robyn", &account);
    let path = workspace.path("dt_simulated_two.csv");
    let text = "DATE,revenue,tv_S,ooh_S,print_S,search_S,facebook_S,facebook_I,search_clicks_P,\
                competitor_sales_B,events,newsletter\n\
                2025-08-25,300.00,1,2,3,4,5,6,7,8,na,9\n2025-09-01,310.50,1,2,3,4,5,6,7,8,na,9\n";
    fs::write(&path, text).expect("written");
    workspace.call(&["import", path.to_str().expect("a path in UTF-8")]).with(0);
    let receipt = workspace.path("inbox/receipts/dt_simulated_two.csv.receipt.txt");
    let receipt = fs::read_to_string(receipt).expect("a receipt");
    assert!(receipt.starts_with("Taken as history, for models"), "{receipt}");
    assert!(receipt.contains("\nWeeks    from Mon 25 Aug"), "{receipt}");
    let business = receipt.lines().find(|line| line.starts_with("The whole business"));
    assert!(business.is_some_and(|line| line.contains("610.50")), "{receipt}");
}
