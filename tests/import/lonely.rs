//! Days that may not be meant, and the day that isn't over, are told to whoever sends them.

use super::place::{Place, days};

const FAR: &str = "its newest day, 2024-01-07, lies 728 days before 2026-01-04, the newest day that is \
                   known: is the year right?";

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_drop_that_lies_years_behind_what_is_known_is_asked_about() {
    let place = Place::new();
    place.write("inbox/known.csv", &days("2025-12-29", "2026-01-04"));
    place.run(&["ingest", "--as-of", "2026-01-05T00:00:00Z"]).ends(0);
    // 1 January 2025 to 2026: 365 days; 7 January 2024 to 4 January 2025 has 363, 2024 being a leap year.
    place.write("old.csv", &days("2024-01-01", "2024-01-07"));
    let at = "2026-01-05T12:00:00Z";
    let said = place.run(&["validate", "old.csv", "--as-of", at]).ends(0);
    assert!(joined(&said.stdout).contains(FAR), "{}", said.stdout);
    let said = place.run(&["validate", "old.csv", "--import", "--as-of", at]).ends(0);
    assert!(!said.stdout.contains("is the year right"), "{}", said.stdout);
    place.run(&["ingest", "old.csv", "--as-of", at]).ends(0);
    assert!(joined(&place.read("inbox/receipts/old.csv.receipt.txt")).contains(FAR));
    // A year off; and 300 days before 4 January 2026: 21 of March 2025, 30, 31, 30, 31, 31, 30, 31, 30,
    // 31 of the months to December, and 4.
    for (day, is_asked) in [("2025-01-04", true), ("2025-03-10", false)] {
        place.write("nearer.csv", &days(day, day));
        let said = place.run(&["validate", "nearer.csv", "--as-of", at]).ends(0);
        assert_eq!(said.stdout.contains("is the year right"), is_asked, "{}", said.stdout);
    }
}

#[test]
fn the_receipt_of_a_day_that_is_not_over_says_that_it_must_come_again() {
    let place = Place::new();
    place.write("inbox/day.csv", &days("2026-01-04", "2026-01-05"));
    // Noon in Kolkata on 5 January.
    let said = place.run(&["ingest", "--as-of", "2026-01-05T06:30:00Z"]).ends(0);
    let says = "2026-01-05 is today and not over: its figures count as they stand, and the weekly \
                decision waits until the day is sent again once it has ended";
    assert!(joined(&said.stdout).contains(says), "{}", said.stdout);
    assert!(joined(&place.read("inbox/receipts/day.csv.receipt.txt")).contains(says));
    // The day ends at 18:30 in UTC.
    for (at, is_said) in [("2026-01-05T18:29:59Z", true), ("2026-01-05T18:30:00Z", false)] {
        place.write("day.csv", &days("2026-01-05", "2026-01-05"));
        let said = place.run(&["validate", "day.csv", "--as-of", at]).ends(0);
        assert_eq!(said.stdout.contains("not over"), is_said, "{at}: {}", said.stdout);
    }
}
