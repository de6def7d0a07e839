//! Restoring backups.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use rusqlite::Connection;

use super::making::files_below;
use super::place::{Place, days};
use super::{decide, folder, goes_on_like, is_whole, restored, text, with_history};

#[test]
fn a_restored_place_goes_on_where_the_backup_was_made() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    let other = restored(&backup);
    let log = other.run(&["audit", "show"]).ends(0).stdout;
    assert!(log.contains("restored backup="), "{log}");
    for (path, mode) in [("state", 0o700), ("state/keys/signing_key", 0o600), ("outbox", 0o755)] {
        let found = fs::metadata(other.at(path)).expect("there").permissions().mode() & 0o777;
        assert_eq!(found, mode, "{path}");
    }
    for folder in ["archive", "outbox", "config"] {
        let (one, two) = (place.at(folder), other.at(folder));
        assert_eq!(files_below(&one), files_below(&two), "{folder}");
    }
    goes_on_like(&other, &place);
    // It can be backed up in turn, into a folder of its own.
    let next = folder.path().join("next");
    other.run(&["backup", text(&next)]).ends(0);
    assert!(is_whole(&next));
}

#[test]
fn a_restore_by_the_configuration_in_force_leaves_that_as_it_is() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    for name in ["state", "archive", "outbox"] {
        fs::remove_dir_all(place.at(name)).expect("lost");
    }
    let config = place.read("config/budgetd.toml");
    place.run(&["restore", text(&backup)]).ends(0);
    assert_eq!(place.read("config/budgetd.toml"), config);
    place.run(&["audit", "verify"]).ends(0);
    decide(&place, "2026-01-12").ends(0);
    place.run(&["verify", "outbox/main/2026-01-12"]).ends(0);
}

#[test]
fn nothing_that_is_there_is_ever_overwritten() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    let before = files_below(place.root());
    let said = place.run(&["restore", text(&backup)]).ends(2);
    assert!(said.stderr.contains("something already"), "{}", said.stderr);
    let said = place.run(&["restore", text(&backup), "--into", "."]).ends(2);
    assert!(said.stderr.contains("something already"), "{}", said.stderr);
    assert_eq!(files_below(place.root()), before);
    for (path, content) in [
        ("outbox/main/2020-01-06/decision.json", "{}"),
        ("archive/main/2020/01/x.csv", "x"),
        ("state/audit/daemon.jsonl", "x"),
        ("state/keys/signing_key", "x"),
        ("config/accounts/main.toml", "id = \"other\"\n"),
    ] {
        let other = Place::empty();
        other.write(path, content);
        let said = other.run(&["restore", text(&backup), "--into", "."]).ends(2);
        assert!(said.stderr.contains("something already"), "{path}: {}", said.stderr);
        assert_eq!(other.read(path), content);
        assert!(!other.has("state/ledger.db"), "{path}");
    }
}

#[test]
fn a_damaged_backup_is_refused_with_the_name_of_the_file_and_nothing_is_written() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    for name in files_below(&backup) {
        let name = name.to_str().expect("plain");
        if [".lock", "BACKUP"].contains(&name) {
            continue;
        }
        let path = backup.join(name);
        let whole = fs::read(&path).expect("read");
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        let cut = whole[..whole.len() - 1].to_vec();
        for damage in [Some(changed), Some(cut), None] {
            fs::remove_file(&path).expect("removed");
            if let Some(damage) = &damage {
                fs::write(&path, damage).expect("written");
            }
            let other = Place::empty();
            let said = other.run(&["restore", text(&backup), "--into", "."]);
            let is_list_gone = name == "SHA256SUMS" && damage.is_none();
            assert_eq!(said.status, if is_list_gone { 3 } else { 4 }, "{name}: {}", said.stderr);
            if name != "SHA256SUMS" {
                assert!(said.stderr.contains(name), "{name}: {}", said.stderr);
            }
            assert!(files_below(other.root()).is_empty(), "{name}");
            assert!(!is_whole(&backup) || name == "SHA256SUMS", "{name}: sha256sum sees it too");
        }
        fs::write(&path, &whole).expect("written");
    }
    goes_on_like(&restored(&backup), &place);
}

#[test]
fn a_list_that_leads_out_of_the_backup_is_refused() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    let list = fs::read_to_string(backup.join("SHA256SUMS")).expect("a list");
    for path in ["outbox/../../../evil", "/etc/evil", "elsewhere/x"] {
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let more = format!("{list}{digest}  {path}\n");
        fs::write(backup.join("SHA256SUMS"), more).expect("written");
        let other = Place::empty();
        other.run(&["restore", text(&backup), "--into", "."]).ends(4);
        assert!(files_below(other.root()).is_empty());
    }
}

#[test]
fn a_backup_of_a_newer_program_is_refused_in_words() {
    let place = with_history();
    let folder = folder();
    let backup = folder.path().join("backup");
    let connection = Connection::open(place.at("state/ledger.db")).expect("a database");
    place.run(&["backup", text(&backup)]).ends(0);
    drop(connection);
    let ledger = files_below(&backup)
        .into_iter()
        .find(|path| path.ends_with("ledger.db"))
        .expect("a ledger in it");
    let before = fs::read(backup.join(&ledger)).expect("read");
    let newer = Connection::open(backup.join(&ledger)).expect("a database");
    newer.pragma_update(None, "user_version", 99).expect("set");
    drop(newer);
    let digest = |bytes: &[u8]| budgetd::domain::Digest::of(bytes).to_string();
    let list = fs::read_to_string(backup.join("SHA256SUMS")).expect("a list");
    let after = fs::read(backup.join(&ledger)).expect("read");
    let list = list.replace(&digest(&before), &digest(&after));
    fs::write(backup.join("SHA256SUMS"), list).expect("written");
    assert!(is_whole(&backup));
    let other = Place::empty();
    let said = other.run(&["restore", text(&backup), "--into", "."]).ends(4);
    assert!(said.stderr.contains("written by a newer budgetd"), "{}", said.stderr);
    assert!(files_below(other.root()).is_empty());
}

#[test]
fn a_file_that_was_claimed_when_the_backup_was_made_is_taken_once_in_the_restored_place() {
    let place = with_history();
    let day = days("2026-01-12", "2026-01-12");
    place.write("inbox/.claimed/00000000000000ff~more.csv", &day);
    let folder = folder();
    let backup = folder.path().join("backup");
    let said = place.run(&["backup", text(&backup), "--json"]).ends(0).json();
    assert_eq!(said["claimed"], 1);
    let other = restored(&backup);
    assert_eq!(other.read("inbox/.claimed/00000000000000ff~more.csv"), day);
    other.run(&["ingest"]).ends(0);
    assert!(other.names("inbox/.claimed").is_empty());
    assert_eq!(other.names("inbox/receipts"), ["more.csv.receipt.txt"]);
    // 1 December to 12 January are 43 days.
    let facts = other.run(&["facts"]).ends(0).stdout;
    assert_eq!(facts.lines().count(), 1 + 4 * 43);
    other.run(&["audit", "verify"]).ends(0);
}

#[test]
fn accounts_that_the_configuration_in_force_lacks_are_told() {
    let place = Place::with_two_accounts();
    for account in ["main", "other"] {
        let inbox = format!("inbox/{account}/daily.csv");
        place.write(&inbox, &days("2025-12-01", "2026-01-11"));
    }
    place.run(&["ingest"]).ends(0);
    let folder = folder();
    let backup = folder.path().join("backup");
    place.run(&["backup", text(&backup)]).ends(0);
    for name in ["state", "archive", "outbox"] {
        fs::remove_dir_all(place.at(name)).expect("lost");
    }
    fs::remove_file(place.at("config/accounts/other.toml")).expect("removed");
    let said = place.run(&["restore", text(&backup)]).ends(0);
    assert!(said.stdout.contains("no account other"), "{}", said.stdout);
}
