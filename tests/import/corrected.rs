//! What was published stays as it is; that its figures were corrected is told until it is decided
//! again.

use serde_json::Value;

use super::place::{Place, days};

pub const MONDAY: &str = "2026-01-26T06:00:00+05:30";
pub const TUESDAY: &str = "2026-01-27T06:00:00+05:30";
pub const NEXT_MONDAY: &str = "2026-02-02T06:00:00+05:30";

/// The week of 26 January 2026 is published.
fn published() -> Place {
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-25"));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    place
}

/// A file that states 24 January again, with `to` instead of `from`.
fn correct(place: &Place, from: &str, to: &str) {
    let text = days("2026-01-24", "2026-01-24");
    assert!(text.contains(from));
    place.write("fix.csv", &text.replacen(from, to, 1));
    let said = place.run(&["ingest", "fix.csv", "--as-of", "2026-01-26T12:00:00Z"]).ends(0);
    assert!(said.stdout.contains("it corrected 1 day of a channel"), "{}", said.stdout);
}

/// Email earns three times as much on that Saturday as was known.
fn correct_email(place: &Place) {
    correct(place, "Email,100,900,90,9,230", "Email,100,900,90,9,690");
}

fn budgets(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let channels = value.as_array().expect("a list").iter();
    channels.map(|one| (text(&one["channel"]), text(&one["final_budget"]))).collect()
}

/// What differs between what was published and what a dry run of a revision says now.
pub fn differences(place: &Place) -> Vec<(String, String, String)> {
    let decision = place.read("outbox/main/2026-01-26/decision.json");
    let decision: Value = serde_json::from_str(&decision).expect("JSON");
    let dry = ["decide", "--as-of", TUESDAY, "--dry-run", "--revise", "--reason", "why", "--json"];
    let anew = place.run(&dry).ends(0).json();
    let anew = budgets(&anew["accounts"][0]["budgets"]);
    let mut found = Vec::new();
    for (channel, published) in budgets(&decision["channels"]) {
        let (_, now) = anew.iter().find(|(name, _)| *name == channel).expect("the same channels");
        if *now != published {
            found.push((channel, published, now.clone()));
        }
    }
    found
}

pub fn corrected_weeks(decision: &Value) -> Vec<Value> {
    let warnings = decision["warnings"].as_array().expect("a list").iter();
    warnings.filter(|warning| warning["kind"] == "corrected_week").cloned().collect()
}

pub fn status(place: &Place, at: &str) -> (String, Value) {
    let words = place.run(&["status", "--as-of", at]).ends(0).stdout;
    let value = place.run(&["status", "--as-of", at, "--json"]).ends(0).json();
    (words, value["accounts"][0]["corrected"].clone())
}

/// The list of a status or a decision as (channel, published, would be).
pub fn told(budgets: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let changes = budgets.as_array().expect("a list").iter();
    changes
        .map(|one| (text(&one["channel"]), text(&one["published"]), text(&one["would_be"])))
        .collect()
}

#[test]
fn a_corrected_week_is_told_with_what_a_dry_run_would_give() {
    let place = published();
    assert_eq!(status(&place, TUESDAY).1, serde_json::json!([]));
    let before = place.read("outbox/main/2026-01-26/decision.json");
    correct_email(&place);
    let (words, corrected) = status(&place, TUESDAY);
    let sentence = "week 2026-01-26 rests on figures that were corrected on 2026-01-26: ";
    assert!(words.contains(sentence), "{words}");
    assert!(words.contains("with today's figures it would be ₹"), "{words}");
    assert!(!words.contains("settings have changed"), "{words}");
    let expected = differences(&place);
    assert!(expected.iter().any(|(channel, ..)| channel == "Email"), "{expected:?}");
    assert_eq!(told(&corrected[0]["budgets"]), expected);
    assert_eq!(place.read("outbox/main/2026-01-26/decision.json"), before);
    assert_eq!(place.bundles("main"), ["2026-01-26"]);
}

#[test]
fn the_next_decision_names_it_too() {
    let place = published();
    correct_email(&place);
    let expected = differences(&place);
    place.write("week.csv", &days("2026-01-26", "2026-02-01"));
    place.run(&["ingest", "week.csv", "--as-of", "2026-02-01T20:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", NEXT_MONDAY]).ends(0);
    let decision = place.read("outbox/main/2026-02-02/decision.json");
    let decision: Value = serde_json::from_str(&decision).expect("JSON");
    let warning = &corrected_weeks(&decision)[0];
    assert_eq!(warning["week_start_date"], "2026-01-26");
    assert_eq!(told(&warning["budgets"]), expected);
    let text = place.read("outbox/main/2026-02-02/explanation.txt");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = "Week 2026-01-26 rests on figures that were corrected since: ";
    assert!(text.contains(sentence), "{text}");
    place.run(&["verify", "outbox/main/latest"]).ends(0);
}

#[test]
fn it_is_gone_once_a_newer_revision_is_published() {
    let place = published();
    correct_email(&place);
    let revise = ["decide", "--as-of", TUESDAY, "--revise", "--reason", "corrected figures"];
    place.run(&revise).ends(0);
    let decision = place.read("outbox/main/2026-01-26.r2/decision.json");
    let decision: Value = serde_json::from_str(&decision).expect("JSON");
    assert!(corrected_weeks(&decision).is_empty(), "it is the one that is decided again");
    let (words, corrected) = status(&place, TUESDAY);
    assert!(!words.contains("were corrected on"), "{words}");
    assert_eq!(corrected, serde_json::json!([]));
}

#[test]
fn a_correction_that_changes_no_budget_is_told_in_brief() {
    let place = published();
    correct(&place, "Email,100,900,90,9,230", "Email,100,900,90,8,230");
    let (words, corrected) = status(&place, TUESDAY);
    let brief = "figures of 1 published week changed, budgets would be the same";
    assert!(words.contains(brief), "{words}");
    assert!(!words.contains("rests on figures"), "{words}");
    assert_eq!(corrected[0]["budgets"], serde_json::json!([]));
    assert!(words.contains("main  well"), "nobody has to look: {words}");
}

#[test]
fn settings_that_changed_since_are_told() {
    let place = published();
    correct_email(&place);
    place.edit("config/accounts/main.toml", "weight = \"roi\"", "weight = \"roas\"");
    let (words, corrected) = status(&place, TUESDAY);
    assert!(words.contains("The account's settings have changed since too"), "{words}");
    assert_eq!(corrected[0]["settings_changed"], true);
}

#[test]
fn days_outside_the_evidence_and_new_rows_correct_no_week() {
    let place = published();
    // The evidence of 26 January are the eight weeks from 1 December on.
    let text = days("2025-11-30", "2025-11-30").replace("Email,100,", "Email,101,");
    place.write("before.csv", &text);
    place.run(&["import", "before.csv", "--restate"]).ends(0);
    place.write("after.csv", &days("2026-01-26", "2026-01-26"));
    place.run(&["ingest", "after.csv", "--as-of", "2026-01-27T00:00:00Z"]).ends(0);
    assert_eq!(status(&place, TUESDAY).1, serde_json::json!([]));
    let text = days("2025-12-01", "2025-12-01").replace("Email,100,", "Email,101,");
    place.write("first.csv", &text);
    place.run(&["import", "first.csv", "--restate"]).ends(0);
    assert_eq!(status(&place, TUESDAY).1.as_array().map(Vec::len), Some(1));
}
