//! Figures may change for 28 days; then their day is closed.

use std::path::PathBuf;

use super::place::{HEADER, Place, days};

fn row(day: &str, channel: &str, spend: &str) -> String {
    format!("{day},{channel},{spend},900,90,9,150\n")
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}", rows.concat())
}

/// A place that took 5 January 2026 for the Email channel.
fn with_a_day() -> Place {
    let place = Place::new();
    place.write("a.csv", &file(&[row("2026-01-05", "Email", "100")]));
    place.run(&["ingest", "a.csv", "--as-of", "2026-01-06T00:00:00Z"]).ends(0);
    place
}

#[test]
fn a_day_is_closed_once_it_is_as_old_as_the_window() {
    let place = with_a_day();
    let rows = [row("2026-01-05", "Email", "120.5"), row("2026-01-06", "Email", "100")];
    place.write("b.csv", &file(&rows));
    // 28 days after 5 January is 2 February, which begins in Kolkata at 18:30 UTC the day before.
    let said = place.run(&["ingest", "b.csv", "--as-of", "2026-02-01T18:30:00Z"]).ends(1);
    let fault = "2026-01-05, Email: spend 100.00 would become 120.50; the day is closed";
    assert!(said.stdout.contains(fault), "{}", said.stdout);
    for remedy in ["today is 2026-02-02", "import FILE --restate", "restatement_window_days"] {
        assert!(said.stdout.contains(remedy), "{remedy}: {}", said.stdout);
    }
    let facts = place.run(&["facts"]).ends(0).stdout;
    assert_eq!(facts.lines().count(), 2, "nothing of the file was taken:\n{facts}");
    let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert!(log.contains("closed_period"), "{log}");
    let said = place.run(&["ingest", "b.csv", "--as-of", "2026-02-01T18:29:59Z"]).ends(0);
    assert!(said.stdout.contains("it corrected 1 day of a channel"), "{}", said.stdout);
}

#[test]
fn new_rows_of_old_days_are_no_corrections() {
    let place = with_a_day();
    let rows = [
        row("2026-01-05", "Email", "100"),
        row("2026-01-05", "Google Ads", "70"),
        row("2025-06-01", "Email", "5"),
    ];
    place.write("late.csv", &file(&rows));
    let said = place.run(&["ingest", "late.csv", "--as-of", "2026-06-01T00:00:00Z"]).ends(0);
    assert!(said.stdout.contains("accepted late.csv: 3 rows"), "{}", said.stdout);
}

#[test]
fn the_same_sums_divided_otherwise_change_no_figure() {
    let place = with_a_day();
    let text = "date,channel,campaign,spend,impressions,clicks,conversions,revenue\n\
                2026-01-05,Email,one,40,400,40,4,100\n\
                2026-01-05,Email,two,60,500,50,5,50\n";
    place.write("split.csv", text);
    place.run(&["ingest", "split.csv", "--as-of", "2026-06-01T00:00:00Z"]).ends(0);
    place.write("other.csv", &text.replace("two,60", "two,61"));
    let said = place.run(&["ingest", "other.csv", "--as-of", "2026-06-01T00:00:00Z"]).ends(1);
    assert!(said.stdout.contains("spend 100.00 would become 101.00"), "{}", said.stdout);
}

#[test]
fn the_window_is_the_accounts() {
    let place = with_a_day();
    let account = place.read("config/accounts/main.toml");
    place.write(
        "config/accounts/main.toml",
        &format!("{account}\n[checks]\nrestatement_window_days = 90\n"),
    );
    place.write("b.csv", &file(&[row("2026-01-05", "Email", "120")]));
    place.run(&["ingest", "b.csv", "--as-of", "2026-03-01T00:00:00Z"]).ends(0);
}

#[test]
fn only_import_with_restate_changes_closed_days_and_the_log_says_so() {
    let place = with_a_day();
    place.write("b.csv", &file(&[row("2026-01-05", "Email", "120")]));
    let late = ["--as-of", "2026-06-01T00:00:00Z"];
    let said = place.run(&["import", "b.csv", late[0], late[1]]).ends(1);
    assert!(said.stdout.contains("the day is closed"), "{}", said.stdout);
    place.run(&["import", "b.csv", "--restate", late[0], late[1]]).ends(0);
    let log = place.run(&["audit", "show", "--account", "main", "--json"]).ends(0).json();
    let events = log["records"].as_array().expect("records").clone();
    let restated: Vec<bool> =
        events.iter().map(|record| record["event"]["restate"] == serde_json::json!(true)).collect();
    assert_eq!(restated, [false, false, true], "{log}");
    place.run(&["audit", "verify"]).ends(0);
    // The older content again, which would change the closed day back: only by the same word.
    place.run(&["import", "a.csv", late[0], late[1]]).ends(1);
    assert!(place.run(&["facts"]).ends(0).stdout.contains("2026-01-05,Email,120.00,"));
    place.run(&["import", "a.csv", "--restate", late[0], late[1]]).ends(0);
    assert!(place.run(&["facts"]).ends(0).stdout.contains("2026-01-05,Email,100.00,"));
}

#[test]
fn every_closed_day_counts_and_the_remedy_is_told_once() {
    let place = Place::new();
    place.write("a.csv", &days("2025-09-01", "2025-12-31"));
    place.run(&["ingest", "a.csv", "--as-of", "2026-01-01T00:00:00Z"]).ends(0);
    place.write("b.csv", &days("2025-09-01", "2025-12-31").replace(",100,", ",101,"));
    let said = place.run(&["ingest", "b.csv", "--as-of", "2026-01-01T00:00:00Z"]).ends(1);
    // Closed are the days until 4 December: 30 + 31 + 30 + 4 of 4 channels each.
    assert!(said.stdout.contains("refused b.csv: 380 faults"), "{}", said.stdout);
    let page = place.read("inbox/rejected/b.csv.problems.txt");
    assert_eq!(page.matches("hint: figures may change for 28 days").count(), 1, "{page}");
    assert!(page.contains("and 280 more, which are not listed"), "{page}");
}

#[test]
fn validate_holds_a_file_against_the_ledger_and_writes_nothing() {
    let place = with_a_day();
    place.write("b.csv", &file(&[row("2026-01-05", "Email", "120")]));
    let before = std::fs::read(place.at("state/ledger.db")).expect("a ledger");
    let said = place.run(&["validate", "b.csv", "--as-of", "2026-02-02T06:00:00Z"]).ends(1);
    let fault = "2026-01-05, Email: spend 100.00 would become 120.00; the day is closed";
    assert!(said.stdout.contains(fault), "{}", said.stdout);
    let said = place.run(&["validate", "b.csv", "--as-of", "2026-01-20T06:00:00Z"]).ends(0);
    assert!(said.stdout.contains("it would correct 1 day of a channel"), "{}", said.stdout);
    assert_eq!(std::fs::read(place.at("state/ledger.db")).expect("a ledger"), before);
}

/// Expected by `EXPECTED.md`: the three values that change, and the day from which they can't.
#[test]
fn a_delivery_may_be_corrected_before_30_september_and_not_from_then_on() {
    let data: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "../shared/data/export_formats"].iter().collect();
    if !data.is_dir() {
        println!("skipped: a_delivery_may_be_corrected_before_30_september_and_not_from_then_on");
        return;
    }
    let path = |name: &str| data.join(name).display().to_string();
    let (first, second) = (path("redelivery_1_first.csv"), path("redelivery_2_corrected.csv"));
    let place = Place::new();
    place.run(&["ingest", &first, "--as-of", "2025-09-15T00:00:00Z"]).ends(0);
    let said = place.run(&["ingest", &second, "--as-of", "2025-09-30T00:00:00+05:30"]).ends(1);
    for change in [
        "2025-09-02, Google Ads: spend 10862.81 would become 12702.81",
        "conversions 130 would become 129",
        "revenue 34807.18 would become 34191.68",
    ] {
        assert!(said.stdout.contains(change), "{change}: {}", said.stdout);
    }
    place.run(&["ingest", &second, "--as-of", "2025-09-29T23:59:59+05:30"]).ends(0);
    let facts = place.run(&["facts"]).ends(0).stdout;
    assert!(facts.contains("2025-09-02,Google Ads,12702.81,119576,1674,100,18140.89"), "{facts}");
    assert!(facts.contains("2025-09-02,Email,22170.18,221783,4213,129,34191.68"), "{facts}");
}
