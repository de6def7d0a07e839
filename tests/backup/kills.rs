//! Backups and restores that are killed: what looks whole is whole, and the work goes on.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::place::{Place, has_program};
use super::{decide, folder, goes_on_like, is_whole, restored, text, with_history};

const KILLS: u32 = 40;

fn kill_after(place: &Place, arguments: &[&str], delay: Duration) {
    let mut child = place
        .command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    std::thread::sleep(delay);
    child.kill().expect("killed or gone");
    child.wait().expect("waited for");
}

/// Runs a command that is killed before the `nth` call of that name; whether it ended by itself.
fn kill_before(place: &Place, arguments: &[&str], call: &str, nth: u32) -> bool {
    let asked = place.command(arguments);
    let status = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .arg(format!("inject={call}:signal=KILL:when={nth}"))
        .arg(asked.get_program())
        .args(asked.get_args())
        .current_dir(place.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.expect("strace").success()
}

/// Parts of `whole`, evenly and in an order without one.
fn moments(whole: Duration) -> impl Iterator<Item = Duration> {
    (0..KILLS).map(move |number| whole * ((number * 37) % KILLS) / KILLS)
}

#[test]
fn a_backup_killed_at_any_moment_leaves_none_that_looks_whole_and_is_not() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    let begun = Instant::now();
    place.run(&["backup", text(&folder.path().join("timed"))]).ends(0);
    let length = begun.elapsed();
    for (number, delay) in moments(length).enumerate() {
        if number % 8 == 0 {
            drop(fs::remove_dir_all(&backup));
        }
        kill_after(&place, &["backup", text(&backup)], delay);
        looks_whole_only_if_it_is(&backup);
    }
    place.run(&["backup", text(&backup)]).ends(0);
    assert!(is_whole(&backup));
    let left = fs::read_dir(&backup).expect("a folder").count();
    // Archive, outbox, one moment, the list, the marker and the lock.
    assert_eq!(left, 6, "nothing of the others is left");
    goes_on_like(&restored(&backup), &place);
}

fn looks_whole_only_if_it_is(backup: &Path) {
    if backup.join("SHA256SUMS").exists() {
        assert!(is_whole(backup), "half a backup");
    } else {
        let other = Place::empty();
        let said = other.run(&["restore", text(backup), "--into", "."]);
        assert_eq!(said.status, 3, "{}", said.stderr);
        assert!(said.stderr.contains("no whole backup"), "{}", said.stderr);
    }
}

#[test]
fn a_backup_killed_before_each_rename_leaves_the_one_before() {
    if !has_program("strace") {
        println!("skipped: a_backup_killed_before_each_rename_leaves_the_one_before: no strace");
        return;
    }
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    decide(&place, "2026-01-12").ends(0);
    for call in ["rename", "unlinkat", "fsync"] {
        for nth in 1..100 {
            let is_through = kill_before(&place, &["backup", text(&backup)], call, nth);
            assert!(is_whole(&backup), "{call} {nth}");
            if is_through {
                break;
            }
        }
    }
    place.run(&["backup", text(&backup)]).ends(0);
    restored(&backup).run(&["audit", "verify"]).ends(0);
}

/// After a kill: either nothing works and it says why, or everything is there.
fn is_nothing_or_all(place: &Place) {
    if !place.has("config/budgetd.toml") {
        return;
    }
    let said = place.run(&["status"]);
    if place.has("state/ledger.db") {
        assert_eq!(said.status, 0, "{}", said.stderr);
        place.run(&["audit", "verify"]).ends(0);
        assert_eq!(place.bundles("main"), ["2026-01-05"]);
    } else if place.has("state/restoring") {
        assert_eq!(said.status, 4, "{}{}", said.stdout, said.stderr);
        assert!(said.stderr.contains("a restore was not finished"), "{}", said.stderr);
        assert_eq!(place.run(&["ingest"]).status, 4);
        assert!(!place.has("state/ledger.db"), "none is made anew");
    }
}

#[test]
fn a_restore_killed_at_any_moment_is_not_begun_or_goes_on() {
    let first = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    first.run(&["backup", text(&backup)]).ends(0);
    let asked = ["restore", text(&backup), "--into", "."];
    let begun = Instant::now();
    Place::empty().run(&asked).ends(0);
    let length = begun.elapsed();
    let mut place = Place::empty();
    for delay in moments(length) {
        kill_after(&place, &asked, delay);
        is_nothing_or_all(&place);
        if place.has("state/ledger.db") && !place.has("state/restoring") {
            place = Place::empty();
        }
    }
    if !place.has("state/ledger.db") || place.has("state/restoring") {
        place.run(&asked).ends(0);
    }
    goes_on_like(&place, &first);
}

#[test]
fn a_restore_killed_before_each_of_its_calls_goes_on() {
    if !has_program("strace") {
        println!("skipped: a_restore_killed_before_each_of_its_calls_goes_on: no strace");
        return;
    }
    let first = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    first.run(&["backup", text(&backup)]).ends(0);
    let asked = ["restore", text(&backup), "--into", "."];
    for call in ["rename", "renameat2", "unlink", "symlink", "mkdir", "fdatasync"] {
        for nth in 1..60 {
            let place = Place::empty();
            let is_through = kill_before(&place, &asked, call, nth);
            is_nothing_or_all(&place);
            if is_through {
                break;
            }
            let is_done = place.has("state/ledger.db") && !place.has("state/restoring");
            if !is_done {
                place.run(&asked).ends(0);
            }
            place.run(&["audit", "verify"]).ends(0);
            assert_eq!(place.bundles("main"), ["2026-01-05"], "{call} {nth}");
            assert!(!place.has("state/restoring"), "{call} {nth}");
            let log = place.run(&["audit", "show"]).ends(0).stdout;
            assert!(log.contains("restored backup="), "{call} {nth}: {log}");
        }
    }
}
