//! Making backups.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::place::{Daemon, Place, days, days_ago, has_program, wait_until};
use super::{decide, folder, is_whole, restored, text, with_history};

/// The files of a folder in all depths, by path below it.
pub fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).expect("below").to_owned());
            }
        }
    }
    found
}

fn moment(backup: &Path) -> PathBuf {
    let mut moments: Vec<PathBuf> = fs::read_dir(backup)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name().expect("a name").to_string_lossy().starts_with("moment-"))
        .collect();
    assert_eq!(moments.len(), 1, "{moments:?}");
    moments.remove(0)
}

#[test]
fn a_backup_holds_everything_and_stock_sha256sum_checks_it() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    let said = place.run(&["backup", text(&backup), "--json"]).ends(0).json();
    assert!(is_whole(&backup));
    assert_eq!(said["there_already"], 0);
    // The original, and of the bundle its six files, eight plots (budgets, four ways, three of past
    // weeks), the three for analysts, the manifest and the signature; the history is too short for a
    // model.
    assert_eq!(said["copied"], 20, "{said}");
    let moment = moment(&backup);
    for name in [
        "ledger.db",
        "audit/daemon.jsonl",
        "audit/accounts/main.jsonl",
        "keys/signing_key",
        "keys/signing_key.pub",
        "config/budgetd.toml",
        "config/accounts/main.toml",
        "allowed_signers",
        "backup.json",
    ] {
        assert!(moment.join(name).is_file(), "{name}");
    }
    for (path, mode) in [(backup.clone(), 0o700), (moment.join("keys/signing_key"), 0o600)] {
        let found = fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        assert_eq!(found, mode, "{}", path.display());
    }
    let listed = fs::read_to_string(backup.join("SHA256SUMS")).expect("a list");
    // All files but the list itself, the lock and the marker.
    assert_eq!(listed.lines().count() + 3, files_below(&backup).len(), "{listed}");
}

#[test]
fn a_second_backup_copies_what_is_new_and_mends_what_was_damaged() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    let again = place.run(&["backup", text(&backup), "--json"]).ends(0).json();
    assert_eq!((&again["copied"], &again["there_already"]), (&0.into(), &20.into()));
    decide(&place, "2026-01-12").ends(0);
    let original = files_below(&backup.join("archive")).pop_first().expect("an original");
    let original = backup.join("archive").join(original);
    fs::remove_file(&original).expect("removed");
    fs::write(&original, "rotten").expect("written");
    let more = place.run(&["backup", text(&backup), "--json"]).ends(0).json();
    assert_eq!((&more["copied"], &more["there_already"]), (&20.into(), &19.into()), "{more}");
    assert!(is_whole(&backup));
    moment(&backup);
    let place = restored(&backup);
    assert_eq!(place.bundles("main"), ["2026-01-05", "2026-01-12"]);
}

#[test]
fn without_keys_there_is_none_in_it_and_a_restored_place_says_so() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    let said = place.run(&["backup", text(&backup), "--without-keys"]).ends(0);
    assert!(said.stdout.contains("the keys are not in it"), "{}", said.stdout);
    let names = files_below(&backup);
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("signing_key")), "{names:?}");
    let other = Place::empty();
    let said = other.run(&["restore", text(&backup), "--into", "."]).ends(0);
    assert!(said.stdout.contains("there is no signing key: bring it to"), "{}", said.stdout);
    decide(&other, "2026-01-12").ends(3);
    assert_eq!(other.bundles("main"), ["2026-01-05"]);
    // With the key brought by another way it goes on.
    fs::copy(place.at("state/keys/signing_key"), other.at("state/keys/signing_key")).expect("key");
    decide(&other, "2026-01-12").ends(0);
    other.run(&["verify", "outbox/main/2026-01-12"]).ends(0);
}

#[test]
fn a_key_that_lies_elsewhere_is_in_it_and_comes_back_there() {
    let place = with_history();
    fs::create_dir(place.at("secret")).expect("made");
    fs::rename(place.at("state/keys/signing_key"), place.at("secret/key")).expect("moved");
    let (from, to) = ("key = \"state/keys/signing_key\"", "key = \"secret/key\"");
    place.edit("config/budgetd.toml", from, to);
    let folder = folder();
    let backup = folder.path().join("backup");
    let said = place.run(&["backup", text(&backup), "--json"]).ends(0).json();
    assert_eq!(said["signing_key"], true);
    let other = restored(&backup);
    assert_eq!(other.read("secret/key"), place.read("secret/key"));
    decide(&other, "2026-01-12").ends(0);
}

#[test]
fn a_folder_that_holds_something_else_is_no_place_for_a_backup() {
    let place = with_history();
    let other = with_history();
    let folder = folder();
    fs::write(folder.path().join("letters"), "mine").expect("written");
    let said = place.run(&["backup", text(folder.path())]).ends(3);
    assert!(said.stderr.contains("holds something else than backups"), "{}", said.stderr);
    assert_eq!(files_below(folder.path()).len(), 1);
    for own in ["state/backup", "archive/backup", "outbox", "."] {
        let said = place.run(&["backup", own]).ends(2);
        assert!(said.stderr.contains("overlap"), "{own}: {}", said.stderr);
    }
    let backup = folder.path().join("backup");
    other.run(&["backup", text(&backup)]).ends(0);
    let before = fs::read(backup.join("SHA256SUMS")).expect("a list");
    let said = place.run(&["backup", text(&backup)]).ends(2);
    assert!(said.stderr.contains("the backup of another place"), "{}", said.stderr);
    assert_eq!(fs::read(backup.join("SHA256SUMS")).expect("a list"), before);
    assert!(is_whole(&backup));
}

#[test]
fn an_original_that_was_changed_stops_the_backup_and_one_that_is_gone_is_named() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    let original = files_below(&place.at("archive")).pop_first().expect("an original");
    let path = place.at("archive").join(&original);
    let kept = fs::read(&path).expect("read");
    fs::remove_file(&path).expect("removed");
    fs::write(&path, "changed").expect("written");
    let said = place.run(&["backup", text(&backup)]).ends(4);
    assert!(said.stderr.contains(text(&original)), "{}", said.stderr);
    assert!(!backup.join("SHA256SUMS").exists(), "nothing that looks whole");
    fs::remove_file(&path).expect("removed");
    let said = place.run(&["backup", text(&backup)]).ends(4);
    assert!(said.stdout.contains("1 original missing in the archive"), "{}", said.stdout);
    assert!(said.stdout.contains(text(&original)), "{}", said.stdout);
    assert!(is_whole(&backup), "all else is in it");
    fs::write(&path, kept).expect("written");
    place.run(&["backup", text(&backup)]).ends(0);
    assert!(is_whole(&backup));
}

#[test]
fn a_full_disk_is_said_and_the_backup_before_stays() {
    if !has_program("strace") {
        println!("skipped: a_full_disk_is_said_and_the_backup_before_stays: no strace");
        return;
    }
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    let before = fs::read(backup.join("SHA256SUMS")).expect("a list");
    decide(&place, "2026-01-12").ends(0);
    let mut full = 0;
    for call in ["write", "pwrite64", "fsync"] {
        for nth in 1..60 {
            let asked = place.command(&["backup", text(&backup)]);
            let inject = format!("inject={call}:error=ENOSPC:when={nth}");
            let output = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null", "-e", &inject])
                .arg(asked.get_program())
                .args(asked.get_args())
                .current_dir(place.root())
                .output()
                .expect("strace");
            assert!(is_whole(&backup), "{call} {nth}");
            if output.status.success() {
                if fs::read(backup.join("SHA256SUMS")).expect("a list") != before {
                    break;
                }
                continue;
            }
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(3), "{call} {nth}: {said}");
            // SQLite calls a sync that fails, and its own files on a full disk, an I/O error.
            let words = ["o space left on device", "is full", "ledger.db: disk I/O error"];
            assert!(words.iter().any(|words| said.contains(words)), "{call} {nth}: {said}");
            let is_said = said.contains("o space left") || said.contains("is full");
            full += u32::from(said.contains(text(&backup)) && is_said);
        }
        fs::remove_dir_all(&backup).expect("removed");
        place.run(&["backup", text(&backup)]).ends(0);
    }
    assert!(full > 10, "{full}");
}

#[test]
fn beside_a_running_daemon_that_takes_files_each_backup_is_of_one_moment() {
    let place = Place::new();
    place.edit("config/budgetd.toml", "quiet_seconds = 10", "quiet_seconds = 0");
    place.edit("config/budgetd.toml", "scan_seconds = 20", "scan_seconds = 1");
    place.write("inbox/history.csv", &days(&days_ago(60), &days_ago(21)));
    let folder = folder();
    let backup = folder.path().join("backup");
    let mut daemon = Daemon::start(&place);
    for number in 0..12 {
        let day = days_ago(20 - number);
        place.write(&format!("inbox/day_{number}.csv"), &days(&day, &day));
        std::thread::sleep(Duration::from_millis(40 * (number % 4)));
        place.run(&["backup", text(&backup)]).ends(0);
        assert!(is_whole(&backup));
        let other = restored(&backup);
        other.run(&["audit", "verify"]).ends(0);
        other.run(&["ingest"]).ends(0);
        other.run(&["audit", "verify"]).ends(0);
        // The ledger is of the moment of the log: every file that one tells of, the other knows.
        let log = other.run(&["audit", "show", "--account", "main"]).ends(0).stdout;
        let accepted = log.matches("file_accepted").count() - log.matches("superseded").count();
        let facts = other.run(&["facts"]).ends(0).stdout.lines().count() - 1;
        let expected = if accepted == 0 { 0 } else { 4 * (40 + accepted - 1) };
        assert_eq!(facts, expected, "{log}");
    }
    wait_until("all is taken", || place.names("inbox/receipts").len() == 13);
    assert_eq!(daemon.stop().0, 0);
}
