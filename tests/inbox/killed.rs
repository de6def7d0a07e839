//! A whole life of files, killed again and again.

use std::fs;
use std::path::Path;
use std::time::Duration;

use budgetd::domain::Digest;
use budgetd::store::inbox::{
    Claimed, DropFolder, RefusedAnswer, Removed, StageOutcome, new_claim_id, sweep_staging,
};
use budgetd::store::{archive, atomic};

use super::place::{BYTES_MAX, Place, account, contents, day, names_in};

const KILLED_FOLDER: &str = "BUDGETD_TEST_KILLED_FOLDER";

/// The workflow in small: a record per claim stands for the ledger.
fn take_all(root: &Path) {
    let inbox = DropFolder::open(&root.join("inbox"), false).expect("opened");
    inbox.sweep().expect("swept");
    sweep_staging(&root.join("staging")).expect("swept");
    for claimed in inbox.claimed().expect("listed") {
        take(root, &inbox, &claimed);
    }
    for candidate in inbox.scan(&[]).expect("a scan").candidates {
        if let Some(claimed) = inbox.claim(&candidate, &new_claim_id()).expect("possible") {
            take(root, &inbox, &claimed);
        }
    }
}

fn take(root: &Path, inbox: &DropFolder, claimed: &Claimed) {
    let outcome = inbox.stage(claimed, &root.join("staging"), BYTES_MAX).expect("possible");
    let StageOutcome::Staged(staged) = outcome else { panic!("{outcome:?}") };
    let record = root.join("ledger").join(&claimed.claim_id);
    if !record.exists() {
        let refused = fs::read_to_string(&staged.path).expect("read").starts_with("bad");
        let answer = if refused {
            inbox.choose_rejected_name(&claimed.name, staged.digest).expect("a place")
        } else {
            archive::place(&root.join("archive"), &account(), day(), &claimed.name, &staged)
                .expect("archived");
            String::new()
        };
        let line = format!("{} {answer}", staged.digest);
        atomic::write_new(&root.join("ledger"), &claimed.claim_id, line.as_bytes(), 0o600)
            .expect("recorded");
    }
    let line = fs::read_to_string(&record).expect("read");
    let (digest, answer) = line.split_once(' ').expect("two parts");
    assert_eq!(digest, staged.digest.to_string());
    if answer.is_empty() {
        inbox.answer_accepted(&claimed.name, staged.digest, digest).expect("answered");
        assert_eq!(inbox.remove_claimed(claimed, &staged).expect("possible"), Removed::Done);
    } else {
        let given = inbox
            .answer_refused(claimed, &staged.identity, staged.digest, answer, digest)
            .expect("answered");
        assert_eq!(given, RefusedAnswer::Given { name: answer.to_owned() });
    }
    staged.discard().expect("discarded");
}

/// Whether the file of that number is one to accept.
fn is_good(number: usize) -> bool {
    number.is_multiple_of(2)
}

/// Not a test of its own: the process that the next one kills.
#[test]
fn takes_files_until_it_is_killed() {
    if let Some(root) = std::env::var_os(KILLED_FOLDER) {
        take_all(Path::new(&root));
    }
}

#[test]
fn killed_at_any_moment_each_file_is_accepted_or_refused_exactly_once() {
    const FILES: usize = 40;
    let place = Place::new();
    fs::create_dir(place.at("ledger")).expect("a folder");
    let content =
        |number: usize| format!("{} {number}", if is_good(number) { "good" } else { "bad" });
    for number in 0..FILES {
        place.drop_file(&format!("{number:02}.csv"), &content(number));
    }
    let program = std::env::current_exe().expect("this program");
    let mut done = false;
    // The delays step through the whole of a take, which lasts a few milliseconds; the last life
    // is left to end by itself.
    for life in 0u64..100 {
        let mut child = std::process::Command::new(&program)
            .args(["--exact", "killed::takes_files_until_it_is_killed"])
            .env(KILLED_FOLDER, place.dir.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("started");
        std::thread::sleep(Duration::from_micros(1_500 + life * 797 % 8_000));
        child.kill().expect("killed");
        child.wait().expect("ended");
        done = place.waiting().is_empty() && place.inbox.claimed().expect("listed").is_empty();
        if done {
            break;
        }
    }
    if !done {
        take_all(place.dir.path());
    }
    take_all(place.dir.path());

    let records: Vec<String> = contents(&place.at("ledger"))
        .into_iter()
        .filter(|(name, _)| !name.starts_with('.'))
        .map(|(_, line)| line)
        .collect();
    assert_eq!(records.len(), FILES, "each file has one record");
    let originals = contents(&place.at("archive/main/2026/01"));
    let rejected = place.rejected();
    let receipts = names_in(&place.at("inbox/receipts"));
    assert_eq!((originals.len(), receipts.len(), rejected.len()), (FILES / 2, FILES / 2, FILES));
    for number in 0..FILES {
        let (name, text) = (format!("{number:02}.csv"), content(number));
        let digest = Digest::of(text.as_bytes());
        let count = records.iter().filter(|line| line.starts_with(&digest.to_string())).count();
        assert_eq!(count, 1, "{name}");
        if is_good(number) {
            assert_eq!(originals[&format!("2026-01-04_{}_{name}", digest.short())], text);
            assert!(receipts.contains(&format!("{name}.receipt.txt")));
        } else {
            assert_eq!(rejected[&name], text);
            assert_eq!(rejected[&format!("{name}.problems.txt")], digest.to_string());
        }
    }
    assert!(names_in(&place.at("staging")).is_empty());
    assert!(names_in(&place.at("inbox/.claimed")).is_empty());
}
