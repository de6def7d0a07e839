//! The plain long files of `export_formats`: taken or refused as its `EXPECTED.md` says, and the
//! ledger equal to its `expected.json`, per day and channel, exactly.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::program::{Facts, Row, Workspace, case, hundredths, json as parse, sample};

const ARRIVED: &str = "2025-09-15T06:00:00+05:30";

fn file(test: &str, name: &str) -> Option<PathBuf> {
    sample(test, &format!("export_formats/{name}"))
}

fn workspace() -> Workspace {
    Workspace::of_account("inr", &case("export_formats/inr.toml"))
}

/// The truth of one file, from `expected.json`.
fn truth(name: &str) -> Facts {
    let path = sample("truth", "export_formats/expected.json").expect("it lies beside the files");
    let mut expected = parse(&fs::read_to_string(path).expect("read"));
    let mut of_file = expected["files"][name].take();
    assert_eq!(of_file["verdict"], "taken", "{name}");
    assert_eq!(
        of_file["columns"],
        json!(["spend", "impressions", "clicks", "conversions", "revenue"])
    );
    let Value::Object(days) = of_file["days"].take() else { panic!("{name} has no days") };
    days.into_iter()
        .map(|(key, cells)| {
            let (day, channel) = key.split_once(' ').expect("a day and a channel");
            let number = |position: usize| cells[position].as_i64().expect("a number");
            let row = Row {
                spend: number(0),
                impressions: number(1),
                clicks: number(2),
                conversions: hundredths(cells[3].as_str().expect("a decimal")),
                revenue: number(4),
            };
            ((day.to_owned(), channel.to_owned()), row)
        })
        .collect()
}

#[test]
fn what_is_taken_stands_in_the_ledger_exactly() {
    for name in ["long_duplicate_exact.csv", "redelivery_1_first.csv", "redelivery_2_corrected.csv"]
    {
        let Some(file) = file("what_is_taken_stands_in_the_ledger_exactly", name) else { return };
        let workspace = workspace();
        assert_eq!(workspace.ingest(&file, ARRIVED, 0)["answer"], "accepted", "{name}");
        assert_eq!(workspace.facts(), truth(name), "{name}");
        let receipt = workspace.path(&format!("inbox/receipts/{name}.receipt.txt"));
        assert!(receipt.is_file(), "{name} has a receipt");
    }
}

#[test]
fn what_is_refused_leaves_nothing_but_its_problems() {
    // The words are pinned by the tests of the reader; here is what the whole program does.
    for (name, cause) in [
        ("long_mixed_dates.csv", "2025-09-01 (line 2, 20 rows) and 04/09/2025 (line 14, 8 rows"),
        ("long_mixed_dates_excel.csv", "nothing is guessed; write every day as YYYY-MM-DD"),
        ("long_truncated_row.csv", "line 29 has 3 of 7 fields and no end"),
        ("long_duplicate_conflicting.csv", "21776.44 (line 12) and 23026.44 (line 30); keep one"),
        // Currency marks and other encodings need a source that says so.
        ("long_inr_lakh.csv", "amounts carry currency marks"),
        ("long_usd_prefix.csv", "amounts are in USD, the account is in INR"),
    ] {
        let Some(file) = file("what_is_refused_leaves_nothing_but_its_problems", name) else {
            return;
        };
        let workspace = workspace();
        assert_eq!(workspace.ingest(&file, ARRIVED, 1)["answer"], "refused", "{name}");
        let rejected = workspace.path("inbox/rejected");
        let page = fs::read_to_string(rejected.join(format!("{name}.problems.txt")));
        let page = page.expect("the problems").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(cause), "{name}: {page}");
        let original = fs::read(rejected.join(name)).expect("the original");
        assert_eq!(original, fs::read(&file).expect("the file"), "{name}");
        assert!(workspace.facts().is_empty(), "{name}");
        assert!(!workspace.path("archive/inr").exists(), "{name} is not archived");
        assert!(!workspace.path(&format!("inbox/receipts/{name}.receipt.txt")).exists());
    }
}

#[test]
fn a_last_line_without_an_end_is_worth_a_warning() {
    // With its companion digest it is refused; alone it can only be taken.
    let name = "long_truncated_number.csv";
    let Some(file) = file("a_last_line_without_an_end_is_worth_a_warning", name) else { return };
    let workspace = workspace();
    let alone = workspace.path("alone.csv");
    fs::copy(file, &alone).expect("copied");
    let path = alone.to_str().expect("a path in UTF-8");
    let words = workspace.call(&["ingest", path, "--as-of", ARRIVED]).with(0);
    assert!(words.contains("warning: line 29"), "{words}");
    assert!(words.contains("has no end"), "{words}");
}

#[test]
fn a_file_that_is_not_what_its_digest_says_is_refused() {
    let name = "long_truncated_number.csv";
    let test = "a_file_that_is_not_what_its_digest_says_is_refused";
    let Some(file) = file(test, name) else { return };
    let path = file.to_str().expect("a path in UTF-8");
    // EXPECTED.md, long_truncated_number.csv.
    let sentence = "the digest in long_truncated_number.csv.sha256 is not that of the file: it is \
                    incomplete or changed; drop both again";
    let workspace = workspace();
    let words = workspace.call(&["validate", path, "--as-of", ARRIVED]).with(1);
    assert!(words.contains(sentence), "{words}");
    let words = workspace.call(&["ingest", path, "--as-of", ARRIVED]).with(1);
    assert!(words.contains(sentence), "{words}");
    assert!(workspace.facts().is_empty());
    assert!(workspace.path("inbox/rejected").join(format!("{name}.sha256")).exists());
}

#[test]
fn a_corrected_day_is_replaced_and_the_change_is_told() {
    let test = "a_corrected_day_is_replaced_and_the_change_is_told";
    let Some(first) = file(test, "redelivery_1_first.csv") else { return };
    let Some(corrected) = file(test, "redelivery_2_corrected.csv") else { return };
    let workspace = workspace();
    workspace.ingest(&first, ARRIVED, 0);
    let answer = workspace.ingest(&corrected, ARRIVED, 0);
    // Three values of two channel days: Google's spend, Email's conversions and revenue.
    assert_eq!((&answer["answer"], &answer["replaced"]), (&"accepted".into(), &2.into()));
    assert_eq!(workspace.facts(), truth("redelivery_2_corrected.csv"));

    let receipt = workspace.path("inbox/receipts/redelivery_2_corrected.csv.receipt.txt");
    let receipt = fs::read_to_string(receipt).expect("a receipt");
    assert!(receipt.contains("Google Ads: spend 10862.81 → 12702.81"), "{receipt}");
    assert!(receipt.contains("revenue 34807.18 → 34191.68"), "{receipt}");
    let (_, email) = receipt.split_once("2025, Email:").expect("a line on Email");
    assert!(email.contains("conversions"), "{receipt}");

    let event = newest_event(&workspace);
    assert_eq!((&event["event"], &event["replaced"]), (&"file_accepted".into(), &2.into()));
    assert_eq!(
        event["replacements"],
        json!([
            {"day": "2025-09-02", "channel": "Email", "changed": [
                {"measure": "revenue", "before": "34807.18", "after": "34191.68"},
                {"measure": "conversions", "before": "130", "after": "129"},
            ]},
            {"day": "2025-09-02", "channel": "Google Ads", "changed": [
                {"measure": "spend", "before": "10862.81", "after": "12702.81"},
            ]},
        ])
    );

    // The newer delivery counts, whatever it holds; both originals stay.
    let answer = workspace.ingest(&first, ARRIVED, 0);
    assert_eq!((&answer["answer"], &answer["replaced"]), (&"accepted".into(), &2.into()));
    assert_eq!(workspace.facts(), truth("redelivery_1_first.csv"));
    assert_eq!(newest_event(&workspace)["replacements"][1]["changed"][0]["after"], "10862.81");
    let archived = fs::read_dir(workspace.path("archive/inr/2025/09")).expect("an archive");
    assert_eq!(archived.count(), 2);
    workspace.call(&["audit", "verify"]).with(0);
}

#[test]
fn the_same_file_again_changes_only_when_its_days_arrived() {
    let test = "the_same_file_again_changes_only_when_its_days_arrived";
    let name = "long_duplicate_exact.csv";
    let Some(week) = file(test, name) else { return };
    let workspace = workspace();
    let (sunday, monday) = ("2025-09-07T20:00:00+05:30", "2025-09-08T05:00:00+05:30");
    let decision_time = "2025-09-08T06:00:00+05:30";
    workspace.ingest(&week, sunday, 0);
    let facts = workspace.facts();
    let waits = workspace.decide("2025-09-08", decision_time, 1);
    let missing = waits["missing"].as_array().expect("missing days");
    assert_eq!(missing.len(), 4);
    for channel in missing {
        assert_eq!(channel["absent"], json!([]));
        assert_eq!(channel["early"], json!(["2025-09-07"]), "Sunday had not ended");
    }

    let answer = workspace.ingest(&week, monday, 0);
    assert_eq!(answer["answer"], "duplicate");
    assert_eq!(workspace.facts(), facts);
    assert_eq!(newest_event(&workspace)["event"], "file_duplicate");
    let receipt = workspace.path(&format!("inbox/receipts/{name}.receipt.txt"));
    let receipt = fs::read_to_string(receipt).expect("a receipt");
    assert!(receipt.starts_with("Taken as a duplicate"), "{receipt}");
    let archived = fs::read_dir(workspace.path("archive/inr/2025/09")).expect("an archive");
    assert_eq!(archived.count(), 1, "the same content is archived once");
    assert_eq!(workspace.decide("2025-09-08", decision_time, 0)["outcome"], "decided");
}

fn newest_event(workspace: &Workspace) -> Value {
    let mut shown = workspace.json(&["audit", "show", "--account", "inr", "--last", "1"], 0);
    shown["records"][0]["event"].take()
}
