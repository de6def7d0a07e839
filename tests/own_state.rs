//! What befalls a working folder between two runs: a lost ledger, a renamed channel, another
//! currency, a mistyped week, a sender who puts things where answers go. Nothing is decided on
//! what is left, and nothing is silent.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder in which the demonstration has run: two accounts, four weeks each.
struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("demo");
        let place = Self { _folder: folder, root: root.clone() };
        let output = Command::new(env!("CARGO_BIN_EXE_budgetd"))
            .arg("demo")
            .arg(&root)
            .output()
            .expect("the demonstration");
        assert!(output.status.success(), "{output:?}");
        place
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_budgetd"))
            .current_dir(&self.root)
            .args(arguments)
            .output()
            .expect("budgetd")
    }

    /// Standard output and error of a run that must end with `status`.
    fn ends(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).expect("text");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}");
        text
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.at(path)).expect("a file");
        assert!(text.contains(from), "{path} has {from}");
        fs::write(self.at(path), text.replace(from, to)).expect("written");
    }
}

#[test]
fn a_lost_ledger_stops_everything_instead_of_beginning_anew() {
    let place = Place::new();
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        drop(fs::remove_file(place.at("state").join(name)));
    }
    fs::write(place.at("inbox/main/more.csv"), "date,channel\n").expect("dropped");
    for arguments in [
        &["ingest"][..],
        &["decide", "--as-of", "2026-02-02T06:00:00+05:30"],
        &["status"],
        &["facts", "--account", "main"],
        &["audit", "verify"],
        &["run"],
    ] {
        let text = place.ends(4, arguments);
        assert!(text.contains("the ledger is gone"), "{arguments:?}: {text}");
    }
    assert!(!place.at("state/ledger.db").exists(), "it is not made anew");
    assert!(place.at("inbox/main/more.csv").exists(), "the file still waits");
}

#[test]
fn without_any_state_the_outbox_still_tells_that_there_was_one() {
    let place = Place::new();
    fs::remove_dir_all(place.at("state")).expect("removed");
    let text = place.ends(4, &["ingest"]);
    assert!(text.contains("the outbox has records"), "{text}");
}

#[test]
fn a_renamed_channel_keeps_its_history_and_its_budget() {
    let place = Place::new();
    let before = place.ends(0, &["facts", "--account", "main"]);
    let name = "name = \"Google Ads\"\naliases = [";
    let renamed = "name = \"Search\"\naliases = [\"google ads\", ";
    place.edit("config/accounts/main.toml", name, renamed);
    let after = place.ends(0, &["facts", "--account", "main"]);
    let sorted = |text: &str| {
        let mut lines: Vec<String> =
            text.lines().map(|line| line.replace("Google Ads", "Search")).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&before), sorted(&after));
    // A day that is sent again under the new name replaces what the old name had.
    let row = after.lines().find(|line| line.contains(",Search,")).expect("a row").to_owned();
    let header = after.lines().next().expect("a header");
    fs::write(place.at("inbox/main/again.csv"), format!("{header}\n{row}\n")).expect("dropped");
    let text = place.ends(0, &["ingest", "--account", "main"]);
    assert!(text.contains("duplicate"), "{text}");
    assert_eq!(sorted(&place.ends(0, &["facts", "--account", "main"])), sorted(&after));
    // Holding the next week keeps the published budget of the channel under its new name.
    let held = ["decide", "--account", "main", "--as-of", "2026-02-02T19:00:00+05:30"];
    let text = place.ends(0, &held);
    let line = text.lines().find(|line| line.contains("Search")).expect("its line");
    assert!(!line.contains("none"), "it has a reference: {line}");
}

#[test]
fn a_channel_that_is_no_longer_named_is_told() {
    let place = Place::new();
    place.edit("config/accounts/main.toml", "name = \"Google Ads\"", "name = \"Radio\"");
    place.edit("config/accounts/main.toml", "\"google\", ", "");
    let text = place.ends(0, &["status", "--account", "main"]);
    assert!(text.contains("the ledger has Google Ads, which the account does not name"), "{text}");
}

#[test]
fn amounts_of_one_currency_are_never_read_as_another() {
    let place = Place::new();
    place.edit("config/accounts/main.toml", "currency = \"INR\"", "currency = \"JPY\"");
    for arguments in [
        &["facts", "--account", "main"][..],
        &["decide", "--account", "main", "--as-of", "2026-02-02T06:00:00+05:30"],
    ] {
        let text = place.ends(3, arguments);
        assert!(text.contains("in INR, its file says JPY"), "{text}");
    }
}

#[test]
fn a_week_before_the_first_decision_has_nothing_to_hold_and_waits() {
    let place = Place::new();
    let text = place.ends(1, &["decide", "--account", "main", "--week", "2024-01-01"]);
    assert!(text.contains("waiting main, week of 2024-01-01"), "{text}");
    assert!(!place.at("outbox/main/2024-01-01").exists());
}

#[test]
fn a_week_beyond_the_next_is_taken_for_a_slip() {
    let place = Place::new();
    let at = "2026-02-02T06:00:00+05:30";
    let call = ["decide", "--account", "main", "--as-of", at, "--week", "2026-02-16"];
    let text = place.ends(2, &call);
    assert!(text.contains("the week of 2026-02-16 is too far ahead"), "{text}");
    place.ends(1, &["decide", "--account", "main", "--as-of", at, "--week", "2026-02-09"]);
}

#[test]
fn what_a_sender_puts_in_the_place_of_an_answer_stops_nobody() {
    let place = Place::new();
    let header = "date,channel,spend,impressions,clicks,conversions,revenue\n";
    let good = format!("{header}2026-01-26,Email,10.00,100,10,1,20.00\n");
    fs::create_dir(place.at("inbox/main/receipts/good.csv.receipt.txt")).expect("in the way");
    fs::write(place.at("inbox/main/good.csv"), &good).expect("dropped");
    fs::create_dir(place.at("inbox/main/rejected/bad.csv.problems.txt")).expect("in the way");
    fs::write(place.at("inbox/main/bad.csv"), "nonsense").expect("dropped");
    let other = good.replace("Email", "Newsletter");
    fs::write(place.at("inbox/shop/other.csv"), other).expect("dropped");
    let text = place.ends(1, &["ingest"]);
    assert!(text.contains("accepted") && text.contains("good.csv"), "{text}");
    assert!(text.contains("it has no receipt: a folder stands where a file"), "{text}");
    assert!(text.contains("other.csv"), "{text}");
    assert!(place.ends(0, &["facts", "--account", "main"]).contains("2026-01-26,Email,10.00"));
    let rejected: Vec<String> = fs::read_dir(place.at("inbox/main/rejected"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with("bad.csv") || name.ends_with("_bad.csv.problems.txt"))
        .collect();
    assert_eq!(rejected.len(), 2, "the file and its problems, under another name: {rejected:?}");
    assert_eq!(fs::read_dir(place.at("inbox/main/.claimed")).expect("a folder").count(), 0);
}

#[test]
fn a_published_bundle_that_is_gone_is_told() {
    let place = Place::new();
    fs::remove_dir_all(place.at("outbox/main/2026-01-12")).expect("removed");
    let text = place.ends(0, &["status", "--account", "main"]);
    assert!(text.contains("2026-01-12: published, and no longer in the outbox"), "{text}");
}

#[test]
fn check_remarks_on_a_run_that_its_deadline_precedes_or_its_week() {
    let place = Place::new();
    let path = "config/accounts/main.toml";
    assert!(!place.ends(0, &["check"]).contains("deadline"));
    place.edit(path, "deadline = \"18:00\"", "deadline = \"05:00\"");
    let text = String::from_utf8(place.run(&["check"]).stdout).expect("text");
    assert!(text.contains("its deadline 05:00:00 has passed by then"), "{text}");
    place.edit(path, "deadline = \"05:00\"", "deadline = \"18:00\"");
    place.edit(path, "week_starts_on = \"monday\"", "week_starts_on = \"wednesday\"");
    let text = String::from_utf8(place.run(&["check"]).stdout).expect("text");
    assert!(text.contains("which has begun by then"), "{text}");
}
