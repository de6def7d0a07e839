//! Claiming, staging and removing.

use std::fs;
use std::io::{Seek as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use budgetd::domain::Digest;
use budgetd::store::inbox::{
    Claimed, DropFolder, Removed, StageOutcome, Staged, Unclaimed, new_claim_id, stage_copy,
};
use budgetd::store::object::{Identity, ObjectKind};

use super::place::{
    BYTES_MAX, Mount, Place, append, kinds, make_fifo, names_in, set_modified, skipped,
};

#[test]
fn a_claim_takes_the_file_away_and_is_found_again() {
    let place = Place::new();
    place.drop_file("a.csv", "abc");
    let claimed = place.claim("a.csv");
    assert!(place.waiting().is_empty());
    assert_eq!(place.inbox.claimed().expect("listed"), [claimed]);
}

#[test]
fn looking_for_claims_makes_no_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let inbox = DropFolder::open(dir.path(), false).expect("opened");
    assert!(inbox.claimed().expect("listed").is_empty());
    assert!(inbox.scan(&[]).expect("a scan").candidates.is_empty());
    assert!(names_in(dir.path()).is_empty());
}

#[test]
fn claims_are_listed_by_time_and_name_and_foreign_objects_are_not_claims() {
    let place = Place::new();
    for (name, seconds) in [("b.csv", 100), ("a.csv", 200), ("c.csv", 100)] {
        place.drop_file(name, "x");
        set_modified(&place.at("inbox").join(name), seconds);
        place.claim(name);
    }
    for name in ["stray.csv", "0123456789abcdef~run.sh", ".tmp-0123456789abcdef"] {
        fs::write(place.at("inbox/.claimed").join(name), "x").expect("written");
    }
    let claimed = place.inbox.claimed().expect("listed");
    let names: Vec<&str> = claimed.iter().map(|claimed| &*claimed.name).collect();
    assert_eq!(names, ["b.csv", "c.csv", "a.csv"]);
}

#[test]
fn what_vanished_or_changed_since_it_was_seen_is_not_claimed() {
    let place = Place::new();
    place.drop_file("a.csv", "abc");
    let seen = place.candidate("a.csv");
    append(&place.at("inbox/a.csv"), "d");
    assert_eq!(place.try_claim(&seen).expect("possible"), None);
    assert_eq!(place.waiting(), ["a.csv"]);

    let seen = place.candidate("a.csv");
    fs::remove_file(place.at("inbox/a.csv")).expect("removed");
    assert_eq!(place.try_claim(&seen).expect("possible"), None);

    symlink("/etc/passwd", place.at("inbox/a.csv")).expect("a link");
    assert_eq!(place.try_claim(&seen).expect("possible"), None);
    assert!(place.at("inbox/a.csv").is_symlink(), "and a link is not moved");
    assert!(place.inbox.claimed().expect("listed").is_empty());
}

#[test]
fn a_claim_is_never_given_to_two_files() {
    let place = Place::new();
    place.drop_file("a.csv", "one");
    let first = place.claim("a.csv");
    place.drop_file("a.csv", "two");
    let second = place.inbox.claim(&place.candidate("a.csv"), &first.claim_id);
    assert_eq!(second.expect("possible"), None);
    assert_eq!(fs::read_to_string(place.claimed_path(&first)).expect("read"), "one");
    assert_eq!(place.waiting(), ["a.csv"]);
}

#[test]
fn a_file_goes_back_to_waiting_and_never_over_a_newer_one() {
    let place = Place::new();
    place.drop_file("a.csv", "old");
    let claimed = place.claim("a.csv");
    place.drop_file("a.csv", "new");
    assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::NameTaken);
    assert_eq!(place.inbox.claimed().expect("listed"), std::slice::from_ref(&claimed));
    assert_eq!(fs::read_to_string(place.at("inbox/a.csv")).expect("read"), "new");
    fs::remove_file(place.at("inbox/a.csv")).expect("removed");
    assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::Waiting);
    assert_eq!(fs::read_to_string(place.at("inbox/a.csv")).expect("read"), "old");
    assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::Gone);
}

/// Puts something else in the place of a claimed file, given a file outside.
type Swap = fn(&Path, &Path);

#[test]
fn the_copy_has_the_content_its_digest_and_no_writer() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "abc");
    // FIPS 180-4, SHA-256 of "abc".
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(staged.digest.to_string(), abc);
    assert_eq!(staged.bytes, 3);
    assert_eq!(staged.path, place.at("staging").join(&claimed.claim_id));
    assert_eq!(fs::read_to_string(&staged.path).expect("read"), "abc");
    assert_eq!(fs::metadata(&staged.path).expect("there").permissions().mode() & 0o222, 0);
    let text = std::io::read_to_string(staged.open().expect("opened")).expect("read");
    assert_eq!(text, "abc");
    staged.discard().expect("removed");
    staged.discard().expect("gone already");
    assert!(place.claimed_path(&claimed).exists());
}

#[test]
fn staging_again_after_a_kill_makes_the_copy_anew() {
    let place = Place::new();
    place.drop_file("a.csv", "abc");
    let claimed = place.claim("a.csv");
    // A killed copy, of which a second name exists: it must not be written into.
    let leftover = place.at("staging").join(&claimed.claim_id);
    fs::write(&leftover, "half").expect("written");
    fs::hard_link(&leftover, place.at("other")).expect("a second name");
    assert_eq!(place.staged(&claimed), place.staged(&claimed));
    assert_eq!(fs::read_to_string(&leftover).expect("read"), "abc");
    assert_eq!(fs::read_to_string(place.at("other")).expect("read"), "half");
}

#[test]
fn an_empty_file_is_staged_and_one_byte_too_many_is_not() {
    let place = Place::new();
    let (_, staged) = place.dropped_and_staged("empty.csv", "");
    assert_eq!((staged.bytes, staged.digest), (0, Digest::of(b"")));
    place.drop_file("a.csv", "12345");
    let claimed = place.claim("a.csv");
    let stage = |bytes_max| place.inbox.stage(&claimed, &place.at("staging"), bytes_max);
    assert!(matches!(
        stage(4).expect("possible"),
        StageOutcome::TooLarge { identity: Identity { size: 5, .. } }
    ));
    assert!(!place.at("staging").join(&claimed.claim_id).exists());
    assert!(matches!(stage(5).expect("possible"), StageOutcome::Staged(_)));
}

#[test]
fn a_file_that_is_being_written_is_never_staged_half() {
    let place = Place::new();
    let line = "2026-01-04,Google Ads,1,1,1,1,1\n";
    place.drop_file("a.csv", &line.repeat(200_000));
    let claimed = place.claim("a.csv");
    let path = place.claimed_path(&claimed);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let changed = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs::File::options().append(true).open(&path).expect("opened");
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                file.write_all(line.as_bytes()).expect("written");
            }
        });
        let changed = (0..1000).any(|_| match place.stage(&claimed) {
            StageOutcome::Changed => true,
            StageOutcome::Staged(staged) => {
                assert_eq!(staged.bytes, fs::metadata(&staged.path).expect("there").len());
                false
            }
            other => panic!("{other:?}"),
        });
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        changed
    });
    assert!(changed);
    place.staged(&claimed);
    assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::Waiting);
}

#[test]
fn what_was_swapped_in_after_the_claim_is_not_read_and_goes_back() {
    let place = Place::new();
    fs::write(place.at("secret"), "secret").expect("written");
    let swaps: [(ObjectKind, Swap); 5] = [
        (ObjectKind::Symlink, |path, secret| symlink(secret, path).expect("a link")),
        (ObjectKind::HardLink, |path, secret| fs::hard_link(secret, path).expect("a link")),
        (ObjectKind::Fifo, |path, _| make_fifo(path)),
        (ObjectKind::Socket, |path, _| drop(UnixListener::bind(path).expect("a socket"))),
        (ObjectKind::Directory, |path, _| fs::create_dir(path).expect("a folder")),
    ];
    for (kind, swap) in swaps {
        let name = format!("{}.csv", kind.code());
        place.drop_file(&name, "x");
        let claimed = place.claim(&name);
        fs::remove_file(place.claimed_path(&claimed)).expect("removed");
        swap(&place.claimed_path(&claimed), &place.at("secret"));
        assert_eq!(place.stage(&claimed), StageOutcome::NotPlain(kind));
        assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::Waiting);
        assert_eq!(kinds(&place.scan()).get(&*name), Some(&kind.code()));
    }
    assert!(names_in(&place.at("staging")).is_empty());
}

#[test]
fn a_file_that_is_mounted_over_a_claimed_one_is_not_read() {
    let place = Place::new();
    fs::write(place.at("secret"), "secret").expect("written");
    place.drop_file("a.csv", "x");
    let claimed = place.claim("a.csv");
    let Some(mount) = Mount::bind(&place.at("secret"), &place.claimed_path(&claimed)) else {
        return skipped(
            "a_file_that_is_mounted_over_a_claimed_one_is_not_read",
            "nothing can be mounted here",
        );
    };
    assert_eq!(place.stage(&claimed), StageOutcome::NotPlain(ObjectKind::Unknown));
    drop(mount);
    assert_eq!(fs::read_to_string(place.staged(&claimed).path).expect("read"), "x");
}

#[test]
fn a_claimed_file_that_its_sender_took_away_is_gone() {
    let place = Place::new();
    place.drop_file("a.csv", "x");
    let claimed = place.claim("a.csv");
    fs::remove_file(place.claimed_path(&claimed)).expect("removed");
    assert_eq!(place.stage(&claimed), StageOutcome::Gone);
}

#[test]
fn a_named_file_is_copied_and_stays() {
    let place = Place::new();
    fs::write(place.at("mine.csv"), "abc").expect("written");
    symlink("mine.csv", place.at("link.csv")).expect("a link");
    let stage = |name: &str| {
        let claim = new_claim_id();
        stage_copy(&place.at(name), &claim, &place.at("staging"), BYTES_MAX).expect("possible")
    };
    for name in ["mine.csv", "link.csv"] {
        let StageOutcome::Staged(staged) = stage(name) else { panic!("not staged: {name}") };
        assert_eq!(fs::read_to_string(&staged.path).expect("read"), "abc");
    }
    assert_eq!(stage("nothing.csv"), StageOutcome::Gone);
    assert_eq!(stage("archive"), StageOutcome::NotPlain(ObjectKind::Directory));
    make_fifo(&place.at("fifo.csv"));
    assert_eq!(stage("fifo.csv"), StageOutcome::NotPlain(ObjectKind::Fifo));
    assert!(place.at("mine.csv").exists());
}

#[test]
fn a_claimed_file_is_removed_only_while_it_is_the_one_that_was_staged() {
    let place = Place::new();
    let remove = |claimed: &Claimed, staged: &Staged| {
        place.inbox.remove_claimed(claimed, staged).expect("possible")
    };
    let (claimed, staged) = place.dropped_and_staged("a.csv", "abc");
    assert_eq!(remove(&claimed, &staged), Removed::Done);
    assert!(!place.claimed_path(&claimed).exists());
    assert_eq!(remove(&claimed, &staged), Removed::Done, "again after a kill");

    let (claimed, staged) = place.dropped_and_staged("grown.csv", "abc");
    append(&place.claimed_path(&claimed), "d");
    assert_eq!(remove(&claimed, &staged), Removed::Changed);

    let (claimed, staged) = place.dropped_and_staged("swapped.csv", "abc");
    fs::write(place.at("other"), "abc").expect("written");
    fs::rename(place.at("other"), place.claimed_path(&claimed)).expect("swapped");
    assert_eq!(remove(&claimed, &staged), Removed::Changed);

    // Overwritten in place with as many bytes, and the time set back.
    let (claimed, staged) = place.dropped_and_staged("forged.csv", "abc");
    let path = place.claimed_path(&claimed);
    let modified = fs::metadata(&path).expect("there").modified().expect("a time");
    let mut file = fs::File::options().write(true).open(&path).expect("opened");
    file.rewind().expect("at the start");
    file.write_all(b"xyz").expect("written");
    file.set_modified(modified).expect("set back");
    assert_eq!(remove(&claimed, &staged), Removed::Changed);
    assert_eq!(place.inbox.unclaim(&claimed).expect("possible"), Unclaimed::Waiting);
    assert_eq!(place.waiting(), ["forged.csv"]);
}
