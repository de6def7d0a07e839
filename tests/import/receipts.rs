//! What a sender learns of a file that is sent again: what is missing from it, and what became of
//! the earlier one.

use super::place::Place;

const HEADER: &str = "date,channel,campaign,spend,impressions,clicks,conversions,revenue";
const ARRIVED: &str = "2026-01-26T12:00:00Z";

/// Rows of Email on 24 January: campaign, spend and revenue.
fn day(rows: &[(&str, u32, u32)]) -> String {
    let rows = rows.iter().map(|(campaign, spend, revenue)| {
        format!("2026-01-24,Email,{campaign},{spend},900,90,9,{revenue}\n")
    });
    format!("{HEADER}\n{}", rows.collect::<String>())
}

fn drop_in(place: &Place, text: &str) -> super::place::Said {
    place.write("inbox/email.csv", text);
    place.run(&["ingest", "--as-of", ARRIVED, "--json"]).ends(0)
}

#[test]
fn a_day_sent_again_without_some_campaigns_names_them_in_receipt_log_and_command() {
    let place = Place::new();
    drop_in(&place, &day(&[("brand", 100, 230), ("search", 40, 90), ("spring", 7, 11)]));
    let said = drop_in(&place, &day(&[("brand", 100, 230)])).json();
    assert_eq!(said["files"][0]["dropped"], 2);
    let receipt = place.read("inbox/receipts/email.csv.receipt.txt");
    let words = receipt.split_whitespace().collect::<Vec<_>>().join(" ");
    // 40 + 7 and 90 + 11.
    assert!(words.contains("2 rows were known and aren't in this file"), "{receipt}");
    assert!(words.contains("no longer: spend 47.00, revenue 101.00"), "{receipt}");
    assert!(
        words.contains("Sat 24 Jan 2026, Email, search: spend 40.00, revenue 90.00"),
        "{receipt}"
    );
    assert!(
        words.contains("Sat 24 Jan 2026, Email, spring: spend 7.00, revenue 11.00"),
        "{receipt}"
    );
    let log = place.run(&["audit", "show", "--account", "main", "--json"]).ends(0).stdout;
    assert!(
        log.contains(r#""campaign":"search""#) || log.contains(r#""campaign": "search""#),
        "{log}"
    );
    // People are told in the line of the command, too.
    place.write("email.csv", &day(&[("other", 100, 230)]));
    let said = place.run(&["ingest", "email.csv", "--as-of", ARRIVED]).ends(0);
    assert!(
        said.stdout.contains("1 row known of them is not in it and is gone"),
        "{}",
        said.stdout
    );
}

#[test]
fn a_complete_day_sent_again_drops_nothing() {
    let place = Place::new();
    drop_in(&place, &day(&[("brand", 100, 230)]));
    drop_in(&place, &day(&[("brand", 110, 230), ("search", 40, 90)]));
    let receipt = place.read("inbox/receipts/email.csv.receipt.txt");
    assert!(receipt.contains("spend 100.00 → 150.00"), "{receipt}");
    assert!(!receipt.contains("no longer"), "{receipt}");
}

#[test]
fn the_newest_receipt_has_the_files_name_and_earlier_ones_their_digest() {
    let place = Place::new();
    let (first, second) = (day(&[("brand", 100, 230)]), day(&[("brand", 101, 230)]));
    drop_in(&place, &first);
    let answer = place.read("inbox/receipts/email.csv.receipt.txt");
    drop_in(&place, &second);
    let names = place.names("inbox/receipts");
    assert_eq!(names.len(), 2, "{names:?}");
    let digest = budgetd::domain::Digest::of(first.as_bytes()).to_string();
    let aside = format!("inbox/receipts/{}_email.csv.receipt.txt", &digest[..16]);
    assert_eq!(place.read(&aside), answer);
    assert!(place.read("inbox/receipts/email.csv.receipt.txt").contains("spend 100.00 → 101.00"));
    // The same content once more is the same file: its receipt says that it is a duplicate.
    drop_in(&place, &second);
    assert_eq!(place.names("inbox/receipts"), names);
    assert!(place.read("inbox/receipts/email.csv.receipt.txt").contains("duplicate"));
    assert_eq!(place.read(&aside), answer);
}
