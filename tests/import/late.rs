//! Rows that arrive after a week was published that rests on their days are corrections too.

use super::corrected::{MONDAY, NEXT_MONDAY, TUESDAY, corrected_weeks, differences, status, told};
use super::place::{Place, days};

/// The days from `first` to `last`, without Email's row of `but`.
fn without_email(first: &str, last: &str, but: &str) -> String {
    let text = days(first, last);
    let row = format!("{but},Email,100,900,90,9,230\n");
    assert!(text.contains(&row));
    text.replace(&row, "")
}

/// Email's row of `day`, which earned `revenue`.
fn email(day: &str, revenue: u32) -> String {
    let header = super::place::HEADER;
    format!("{header}\n{day},Email,100,900,90,9,{revenue}\n")
}

/// The week of 26 January 2026 is published without Email's row of `day`.
fn published_without(day: &str, absent_days: &str) -> Place {
    let place = Place::new();
    let setting = format!("absent_days = \"{absent_days}\"");
    place.edit("config/accounts/main.toml", "absent_days = \"missing\"", &setting);
    place.write("inbox/history.csv", &without_email("2025-11-03", "2026-01-25", day));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    assert_eq!(status(&place, TUESDAY).1, serde_json::json!([]), "it knew all that there was");
    place
}

fn arrives(place: &Place, text: &str) {
    place.write("late.csv", text);
    place.run(&["ingest", "late.csv", "--as-of", "2026-01-26T12:00:00Z"]).ends(0);
}

/// The published week is named with the budgets that a dry run gives.
fn is_named(place: &Place) {
    let (words, corrected) = status(place, TUESDAY);
    let sentence = "week 2026-01-26 rests on figures that were corrected on 2026-01-26: ";
    assert!(words.contains(sentence), "{words}");
    let receipt = place.read("inbox/receipts/late.csv.receipt.txt");
    let receipt = receipt.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        receipt.contains("It changed figures behind published weeks: 2026-01-26. What"),
        "{receipt}"
    );
    let expected = differences(place);
    assert!(expected.iter().any(|(channel, ..)| channel == "Email"), "{expected:?}");
    assert_eq!(told(&corrected[0]["budgets"]), expected);
}

#[test]
fn a_late_row_of_a_day_that_was_declared_zero_corrects_the_week() {
    let place = published_without("2026-01-24", "zero");
    arrives(&place, &email("2026-01-24", 2_300));
    is_named(&place);
    let expected = differences(&place);
    place.write("week.csv", &days("2026-01-26", "2026-02-01"));
    place.run(&["ingest", "week.csv", "--as-of", "2026-02-01T20:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", NEXT_MONDAY]).ends(0);
    let decision = place.read("outbox/main/2026-02-02/decision.json");
    let decision = serde_json::from_str(&decision).expect("JSON");
    assert_eq!(told(&corrected_weeks(&decision)[0]["budgets"]), expected);
}

#[test]
fn a_late_row_that_fills_a_gap_of_an_earlier_week_corrects_the_week() {
    let place = published_without("2025-12-17", "missing");
    arrives(&place, &email("2025-12-17", 9_000));
    is_named(&place);
}

#[test]
fn a_late_day_of_every_channel_corrects_the_week() {
    let place = Place::new();
    let day = days("2025-12-17", "2025-12-17");
    let rows = day.split_once('\n').expect("a header").1;
    let history = days("2025-11-03", "2026-01-25").replace(rows, "");
    place.write("inbox/history.csv", &history);
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    arrives(&place, &day.replace("Email,100,900,90,9,230", "Email,100,900,90,9,9000"));
    is_named(&place);
}

#[test]
fn what_a_decision_knew_and_what_lies_outside_its_weeks_is_no_news() {
    let place = published_without("2026-01-24", "zero");
    let none = serde_json::json!([]);
    // Known rows in another file, the day before the evidence, and the week itself.
    arrives(&place, &days("2026-01-19", "2026-01-23"));
    place.write("old.csv", &days("2025-10-01", "2025-11-02"));
    place.run(&["import", "old.csv"]).ends(0);
    arrives(&place, &days("2026-01-26", "2026-01-26"));
    assert_eq!(status(&place, TUESDAY).1, none);
    // A channel that the account got later was no part of the decision.
    let text = place.read("config/accounts/main.toml");
    let more = text.replacen("[[channels]]", "[[channels]]\nname = \"Radio\"\n\n[[channels]]", 1);
    place.write("config/accounts/main.toml", &more);
    arrives(&place, &email("2026-01-24", 230).replace("Email", "Radio"));
    assert_eq!(status(&place, TUESDAY).1, none);
    // What a revision knew is no news to it.
    arrives(&place, &email("2026-01-24", 230));
    assert_eq!(status(&place, TUESDAY).1.as_array().map(Vec::len), Some(1));
    let revise = ["decide", "--as-of", TUESDAY, "--revise", "--reason", "late rows"];
    place.run(&revise).ends(0);
    assert_eq!(status(&place, TUESDAY).1, none);
}

#[test]
fn history_that_comes_before_the_first_decision_corrects_nothing() {
    let place = Place::new();
    place.write("inbox/week.csv", &days("2026-01-12", "2026-01-25"));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.write("old.csv", &days("2025-06-01", "2026-01-11"));
    place.run(&["import", "old.csv"]).ends(0);
    place.run(&["decide", "--as-of", MONDAY]).ends(0);
    assert_eq!(status(&place, TUESDAY).1, serde_json::json!([]));
}
