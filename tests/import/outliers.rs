//! Figures far from usual are told to whoever brings them and to whoever decides on them.

use super::place::{Place, days};

const OUTLIER: &str = "2026-01-14, Email: spend 5000.00 is far from its usual 100.00 to 100.00";

/// Rows of all days, with 5000 instead of 100 for Email on 14 January 2026.
fn with_an_outlier(first: &str, last: &str) -> String {
    days(first, last).replace("2026-01-14,Email,100,", "2026-01-14,Email,5000,")
}

#[test]
fn the_receipt_of_the_file_that_brings_an_outlier_names_it() {
    let place = Place::new();
    place.write("inbox/history.csv", &days("2025-11-03", "2026-01-13"));
    place.run(&["ingest", "--as-of", "2026-01-14T00:00:00Z"]).ends(0);
    assert!(!place.read("inbox/receipts/history.csv.receipt.txt").contains("far from"));
    place.write("day.csv", &with_an_outlier("2026-01-14", "2026-01-14"));
    let said = place.run(&["validate", "day.csv", "--as-of", "2026-01-15T00:00:00Z"]).ends(0);
    assert!(said.stdout.contains(OUTLIER), "{}", said.stdout);
    let said = place.run(&["ingest", "day.csv", "--as-of", "2026-01-15T00:00:00Z"]).ends(0);
    assert!(said.stdout.contains(OUTLIER), "{}", said.stdout);
    assert!(place.read("inbox/receipts/day.csv.receipt.txt").contains(OUTLIER));
    // A file that only repeats it brings nothing.
    place.write("day.csv", &with_an_outlier("2026-01-14", "2026-01-14"));
    let said = place.run(&["ingest", "day.csv", "--as-of", "2026-01-16T00:00:00Z"]).ends(0);
    assert!(said.stdout.contains("duplicate") && !said.stdout.contains("far from"));
}

#[test]
fn of_years_of_history_the_newest_month_is_looked_at() {
    let place = Place::new();
    place.write("a.csv", &with_an_outlier("2025-06-01", "2026-02-14"));
    assert!(!place.run(&["import", "a.csv"]).ends(0).stdout.contains("far from"));
    // 31 days to 13 February begin with 14 January.
    let place = Place::new();
    place.write("a.csv", &with_an_outlier("2025-06-01", "2026-02-13"));
    assert!(place.run(&["import", "a.csv"]).ends(0).stdout.contains(OUTLIER));
}

#[test]
fn a_decision_names_the_outliers_of_its_evidence_and_is_made_all_the_same() {
    let place = Place::new();
    place.write("inbox/history.csv", &with_an_outlier("2025-09-01", "2026-01-25"));
    place.run(&["ingest", "--as-of", "2026-01-26T00:00:00Z"]).ends(0);
    place.run(&["decide", "--as-of", "2026-01-26T06:00:00+05:30"]).ends(0);
    let text = place.read("outbox/main/2026-01-26/explanation.txt");
    assert!(text.contains("Worth a look") && text.contains(OUTLIER), "{text}");
    let decision: serde_json::Value =
        serde_json::from_str(&place.read("outbox/main/2026-01-26/decision.json")).expect("JSON");
    let expected = serde_json::json!([{"kind": "outlier", "day": "2026-01-14", "channel": "Email",
        "measure": "spend", "amount": "5000.00", "usual_low": "100.00", "usual_high": "100.00",
        "text": OUTLIER}]);
    assert_eq!(decision["warnings"], expected);
    place.run(&["verify", "outbox/main/latest"]).ends(0);
}
