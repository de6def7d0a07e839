//! Figures far from usual are told to whoever brings them and to whoever decides on them.

use super::place::{HEADER, Place, days};

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

#[test]
fn channels_are_looked_at_however_many_there_are() {
    let place = Place::new();
    let names: Vec<String> = (0..700).map(|number| format!("Shop {number:03}")).collect();
    let mut account = place.read("config/accounts/main.toml");
    for name in &names {
        account.push_str(&format!("\n[[channels]]\nname = \"{name}\"\n"));
    }
    // So many floors would not fit into the total.
    place.write("config/accounts/main.toml", &account);
    place.edit(
        "config/accounts/main.toml",
        "spend_floor_share = \"0.02\"",
        "spend_floor_share = \"0\"",
    );
    let day = |day: u64, spend: &dyn Fn(usize) -> u64| -> String {
        let rows = names.iter().enumerate().map(|(number, name)| {
            format!("2026-01-{day:02},{name},{},900,90,9,150\n", spend(number))
        });
        rows.collect()
    };
    let mut text = format!("{HEADER}\n");
    for number in 1..=20 {
        text.push_str(&day(number, &|_| 100));
    }
    text.push_str(&day(21, &|number| if number == 3 || number == 698 { 5000 } else { 100 }));
    place.write("a.csv", &text);
    let said = place.run(&["import", "a.csv", "--as-of", "2026-01-22T00:00:00Z"]).ends(0).stdout;
    let far =
        |name| format!("2026-01-21, {name}: spend 5000.00 is far from its usual 100.00 to 100.00");
    assert!(said.contains(&far("Shop 003")) && said.contains(&far("Shop 698")), "{said}");
    assert_eq!(said.matches("far from").count(), 2, "{said}");
}
