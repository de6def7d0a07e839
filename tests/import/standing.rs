//! `status` from a given time: what arrived on that day, which files were refused in the days before,
//! and that trouble shows whatever else there is.

use serde_json::{Value, json};

use super::corrected::MONDAY;
use super::place::{Place, days};

/// The words of `status` and its account.
fn status(place: &Place, at: &str) -> (String, Value) {
    let words = place.run(&["status", "--as-of", at]).ends(0).stdout;
    let value = place.run(&["status", "--as-of", at, "--json"]).ends(0).json();
    (words, value["accounts"][0].clone())
}

/// Drops `text` under `name` at noon of `day`, in Kolkata.
fn arrives(place: &Place, day: &str, name: &str, text: &str, exit: i32) {
    place.write(&format!("inbox/{name}"), text);
    place.run(&["ingest", "--as-of", &format!("{day}T12:00:00+05:30")]).ends(exit);
}

#[test]
fn today_is_the_day_of_the_time_that_is_looked_from() {
    let place = Place::new();
    arrives(&place, "2026-01-20", "a.csv", &days("2026-01-19", "2026-01-19"), 0);
    arrives(&place, "2026-01-21", "b.csv", &days("2026-01-20", "2026-01-20"), 0);
    arrives(&place, "2026-01-21", "bad.csv", "nonsense\n", 1);
    arrives(&place, "2026-01-22", "c.csv", &days("2026-01-21", "2026-01-21"), 0);
    let today = |at: &str| status(&place, at).1["today"].clone();
    let counts = |accepted: u32, refused: u32| json!({"accepted": accepted, "duplicate": 0, "refused": refused});
    assert_eq!(today("2026-01-20T23:59:59+05:30"), counts(1, 0));
    assert_eq!(today("2026-01-21T00:00:00+05:30"), counts(1, 1));
    assert_eq!(today("2026-01-22T18:00:00+05:30"), counts(1, 0));
    assert_eq!(today("2026-01-23T06:00:00+05:30"), counts(0, 0));
}

#[test]
fn a_refused_file_is_named_behind_newer_accepted_ones_until_it_is_sent_again() {
    let place = Place::new();
    arrives(&place, "2026-01-13", "older.csv", "nonsense\n", 1);
    arrives(&place, "2026-01-14", "bad.csv", "nonsense\n", 1);
    // `status` lists five files.
    for number in 14..=19 {
        let (day, next) = (format!("2026-01-{number}"), format!("2026-01-{}", number + 1));
        arrives(&place, &next, &format!("{day}.csv"), &days(&day, &day), 0);
    }
    let at = "2026-01-20T18:00:00+05:30";
    let (words, account) = status(&place, at);
    // 14 to 20 January are seven days; the older one is out of sight.
    assert_eq!(account["refused"]["files"], 1);
    assert_eq!(account["refused"]["newest"]["name"], "bad.csv");
    assert_eq!(account["health"], "attention");
    assert!(
        words.contains(
            "1 file of the last 7 days, not sent again since; the newest is bad.csv, on 2026-01-14"
        ),
        "{words}"
    );
    assert!(words.contains("inbox/rejected/bad.csv.problems.txt"), "{words}");
    let (words, account) = status(&place, "2026-01-19T18:00:00+05:30");
    assert_eq!(account["refused"]["files"], 2);
    assert!(words.contains("2 files of the last 7 days"), "{words}");
    assert_eq!(status(&place, "2026-01-21T00:00:00+05:30").1["refused"]["files"], 0);
    // Under its name, and right this time.
    arrives(&place, "2026-01-20", "bad.csv", &days("2026-01-12", "2026-01-12"), 0);
    let (words, account) = status(&place, at);
    assert_eq!(account["refused"], json!({"days": 7, "files": 0, "newest": null}));
    assert!(!words.contains("not sent again"), "{words}");
}

#[test]
fn trouble_shows_where_a_decision_waits() {
    let place = Place::new();
    arrives(&place, "2026-01-23", "history.csv", &days("2025-11-03", "2026-01-22"), 0);
    let (_, account) = status(&place, MONDAY);
    assert_eq!(account["due"]["standing"]["gate"], "waiting");
    assert_eq!(account["health"], "waiting");
    arrives(&place, "2026-01-24", "bad.csv", "nonsense\n", 1);
    let (words, account) = status(&place, MONDAY);
    assert_eq!(account["health"], "attention");
    assert!(words.contains("main  attention"), "{words}");
    assert!(words.contains("it waits for data"), "that it waits is still told: {words}");
}
