//! `prune`: old originals go as `[retention]` says, announced, and never what a decision needs.

use std::fs;

use super::making::files_below;
use super::place::{Place, days, days_ago};
use super::{decide, folder, is_whole, restored, text};

/// A file of 2019 and the usual ones; in the ledger, and originals in the archive.
fn with_old_files() -> Place {
    let place = Place::new();
    place.write("old.csv", &days("2019-01-07", "2019-03-03"));
    place.run(&["import", "old.csv"]).ends(0);
    place.write("inbox/new.csv", &days(&days_ago(60), &days_ago(1)));
    place.run(&["ingest"]).ends(0);
    assert_eq!(files_below(&place.at("archive")).len(), 2);
    place
}

fn keep_two_years(place: &Place) {
    place.edit("config/budgetd.toml", "archive_years = \"all\"", "archive_years = 2");
}

#[test]
fn as_shipped_the_archive_keeps_everything() {
    let place = with_old_files();
    let said = place.run(&["prune"]).ends(0).stdout;
    assert!(said.contains("the archive keeps everything"), "{said}");
    assert_eq!(files_below(&place.at("archive")).len(), 2);
}

#[test]
fn an_old_original_goes_and_the_audit_log_says_which() {
    let place = with_old_files();
    keep_two_years(&place);
    let facts = place.run(&["facts"]).ends(0).stdout;
    let planned = place.run(&["prune", "--dry-run", "--json"]).ends(0).json();
    assert_eq!(planned["originals"].as_array().map(Vec::len), Some(1), "{planned}");
    assert_eq!(files_below(&place.at("archive")).len(), 2, "nothing was removed");
    assert_eq!(place.run(&["prune", "--json"]).ends(0).json()["originals"], planned["originals"]);
    let left = files_below(&place.at("archive"));
    assert!(left.len() == 1 && left.iter().all(|it| text(it).ends_with("_new.csv")), "{left:?}");
    let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
    assert_eq!(log.matches("original_removed").count(), 1, "{log}");
    place.run(&["audit", "verify"]).ends(0);
    assert_eq!(place.run(&["facts"]).ends(0).stdout, facts, "what is known stays known");
    assert_eq!(place.run(&["prune", "--json"]).ends(0).json()["originals"], serde_json::json!([]));
    // A backup does not miss it, and what is restored neither.
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    assert!(is_whole(&backup));
    restored(&backup).run(&["audit", "verify"]).ends(0);
}

#[test]
fn what_a_decision_in_the_outbox_rests_on_stays() {
    let place = with_old_files();
    keep_two_years(&place);
    place.run(&["decide", "--week", "2019-03-04", "--as-of", "2019-03-04T06:00:00+05:30"]).ends(0);
    let said = place.run(&["prune", "--json"]).ends(0).json();
    assert_eq!((&said["originals"], &said["needed"]), (&serde_json::json!([]), &1.into()));
    assert_eq!(files_below(&place.at("archive")).len(), 2);
    // Whoever takes the bundle out of the outbox lets its originals go.
    fs::remove_dir_all(place.at("outbox/main/2019-03-04")).expect("removed");
    let said = place.run(&["prune", "--json"]).ends(0).json();
    assert_eq!(said["originals"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_removal_that_was_interrupted_is_finished_by_whatever_comes_next() {
    if !super::place::has_program("strace") {
        println!("skipped: a_removal_that_was_interrupted_is_finished_by_whatever_comes_next");
        return;
    }
    for call in ["unlink", "pwrite64", "fsync", "fdatasync"] {
        for nth in 1..40 {
            let place = with_old_files();
            keep_two_years(&place);
            let asked = place.command(&["prune"]);
            let status = std::process::Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null", "-e"])
                .arg(format!("inject={call}:signal=KILL:when={nth}"))
                .arg(asked.get_program())
                .args(asked.get_args())
                .current_dir(place.root())
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .status()
                .expect("strace");
            place.run(&["ingest"]).ends(0);
            let log = place.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
            let is_there = files_below(&place.at("archive")).len() == 2;
            assert_eq!(is_there, !log.contains("original_removed"), "{call} {nth}: {log}");
            assert!(!log.contains("superseded"), "{log}");
            place.run(&["audit", "verify"]).ends(0);
            let folder = folder();
            place.run(&["backup", text(&folder.path().join("backup"))]).ends(0);
            if status.success() {
                break;
            }
        }
    }
}

#[test]
fn log_files_go_after_their_days_and_others_stay() {
    let place = Place::new();
    // Log files have the days of UTC: a day from the limit of thirty they may be of either side.
    for day in [days_ago(40), days_ago(32), days_ago(28), days_ago(1)] {
        place.write(&format!("logs/budgetd.{day}.jsonl"), "{}\n");
    }
    place.write("logs/budgetd.notes.jsonl", "mine");
    place.run(&["prune"]).ends(0);
    let left = place.names("logs");
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(left.contains(&format!("budgetd.{}.jsonl", days_ago(28))));
    assert!(left.contains(&"budgetd.notes.jsonl".to_owned()));
    decide(&place, "2026-01-12");
}
