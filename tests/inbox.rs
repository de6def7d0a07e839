//! Drop folders, the archive and the way of a file between them, on real folders: what is taken,
//! what a hostile sender can do, and what a kill at any point leaves behind.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{Seek as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use budgetd::domain::{AccountId, Day, Digest};
use budgetd::store::folder::{Identity, ObjectKind};
use budgetd::store::inbox::{
    Candidate, Claimed, DropFolder, FILES_PER_SCAN_MAX, IgnoredKind, RefusedAnswer, Removed, Scan,
    Settler, StageOutcome, Staged, Unclaimed, new_claim_id, stage_copy, sweep_staging,
};
use budgetd::store::{StoreError, archive, atomic};
use proptest::prelude::*;
use rustix::fs::{CWD, FileType, Mode};
use tempfile::TempDir;

/// More than any file of these tests.
const BYTES_MAX: u64 = 1 << 30;

/// A drop folder in a working folder of its own.
struct Place {
    dir: TempDir,
    inbox: DropFolder,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let inbox = DropFolder::open(&dir.path().join("inbox"), true).expect("a drop folder");
        for name in ["staging", "archive"] {
            fs::create_dir(dir.path().join(name)).expect("a folder");
        }
        Self { dir, inbox }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn drop_file(&self, name: &str, content: &str) {
        fs::write(self.at("inbox").join(name), content).expect("written");
    }

    fn scan(&self) -> Scan {
        self.inbox.scan(&[]).expect("a scan")
    }

    fn waiting(&self) -> Vec<String> {
        self.scan().candidates.into_iter().map(|candidate| candidate.name).collect()
    }

    fn candidate(&self, name: &str) -> Candidate {
        let found = self.scan().candidates.into_iter().find(|found| found.name == name);
        found.expect("it waits")
    }

    fn try_claim(&self, candidate: &Candidate) -> Result<Option<Claimed>, StoreError> {
        self.inbox.claim(candidate, &new_claim_id())
    }

    fn claim(&self, name: &str) -> Claimed {
        self.try_claim(&self.candidate(name)).expect("possible").expect("claimed")
    }

    fn stage(&self, claimed: &Claimed) -> StageOutcome {
        self.inbox.stage(claimed, &self.at("staging"), BYTES_MAX).expect("possible")
    }

    fn staged(&self, claimed: &Claimed) -> Staged {
        match self.stage(claimed) {
            StageOutcome::Staged(staged) => staged,
            other => panic!("not staged: {other:?}"),
        }
    }

    fn dropped_and_staged(&self, name: &str, content: &str) -> (Claimed, Staged) {
        self.drop_file(name, content);
        let claimed = self.claim(name);
        let staged = self.staged(&claimed);
        (claimed, staged)
    }

    fn claimed_path(&self, claimed: &Claimed) -> PathBuf {
        self.at("inbox/.claimed").join(format!("{}~{}", claimed.claim_id, claimed.name))
    }

    /// Refuses a file as the workflow does, with a text that names its content.
    fn refuse(&self, name: &str, content: &str) -> RefusedAnswer {
        let (claimed, staged) = self.dropped_and_staged(name, content);
        let answer = self.inbox.choose_rejected_name(name, staged.digest).expect("a place");
        self.answer(&claimed, &staged, &answer, content)
    }

    fn answer(
        &self,
        claimed: &Claimed,
        staged: &Staged,
        answer_name: &str,
        content: &str,
    ) -> RefusedAnswer {
        let text = format!("problems of {content}");
        self.inbox
            .answer_refused(claimed, &staged.identity, staged.digest, answer_name, &text)
            .expect("answered")
    }

    fn rejected(&self) -> BTreeMap<String, String> {
        contents(&self.at("inbox/rejected"))
    }

    fn place(&self, name: &str, staged: &Staged) -> Result<String, StoreError> {
        archive::place(&self.at("archive"), &account(), day(), name, staged)
    }
}

fn account() -> AccountId {
    AccountId::new("main").expect("an id")
}

fn day() -> Day {
    Day::from_ymd_opt(2026, 1, 4).expect("a day")
}

/// The files of a folder with their contents.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("a text"))
        })
        .collect()
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect()
}

fn set_modified(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).expect("opened");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).expect("set");
}

fn make_fifo(path: &Path) {
    rustix::fs::mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).expect("a fifo");
}

fn append(path: &Path, text: &str) {
    let mut file = fs::File::options().append(true).open(path).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn skipped(test: &str, why: &str) {
    eprintln!("skipped: {test}: {why}");
}

fn kinds(scan: &Scan) -> BTreeMap<&str, &str> {
    scan.ignored.iter().map(|ignored| (&*ignored.name, ignored.kind.code())).collect()
}

// What is taken

#[test]
fn plain_csv_files_are_taken_in_the_order_of_time_and_name() {
    let place = Place::new();
    for (name, seconds) in [("b.csv", 200), ("a.CSV", 200), ("z.Csv", 100), ("c.csv", 300)] {
        place.drop_file(name, "x");
        set_modified(&place.at("inbox").join(name), seconds);
    }
    let scan = place.scan();
    assert_eq!(place.waiting(), ["z.Csv", "a.CSV", "b.csv", "c.csv"]);
    assert_eq!(scan.candidates[0].modified().to_rfc3339(), "1970-01-01T00:01:40+00:00");
    assert_eq!(scan.candidates[0].size(), 1);
    assert_eq!(scan.candidates_total, 4);
    assert!(scan.ignored.is_empty(), "{:?}", scan.ignored);
}

#[test]
fn hidden_and_unfinished_files_are_left_alone_without_a_word() {
    let place = Place::new();
    for name in [".a.csv", "a.csv.tmp", "a.csv.part", "a.filepart", "a.csv.crdownload", "a.csv~"] {
        place.drop_file(name, "x");
    }
    fs::create_dir(place.at("inbox/upload.partial")).expect("a folder");
    let scan = place.scan();
    assert!(scan.candidates.is_empty() && scan.ignored.is_empty(), "{scan:?}");
}

#[test]
fn whatever_is_no_plain_csv_file_is_shown_with_its_kind_and_not_touched() {
    let place = Place::new();
    let at = |name: &str| place.at("inbox").join(name);
    fs::write(place.at("outside.csv"), "x").expect("written");
    symlink(place.at("outside.csv"), at("link.csv")).expect("a link");
    symlink("nowhere", at("dangling")).expect("a link");
    make_fifo(&at("fifo.csv"));
    make_fifo(&at("fifo"));
    let _listener = UnixListener::bind(at("socket.csv")).expect("a socket");
    fs::create_dir(at("folder.csv")).expect("a folder");
    fs::create_dir(at("folder")).expect("a folder");
    place.drop_file("first.csv", "x");
    fs::hard_link(at("first.csv"), place.at("second")).expect("a second name");
    place.drop_file("notes.txt", "x");
    let before = names_in(&place.at("inbox"));

    let scan = place.scan();
    assert!(scan.candidates.is_empty(), "{:?}", scan.candidates);
    let expected = [
        ("dangling", "symlink"),
        ("fifo", "fifo"),
        ("fifo.csv", "fifo"),
        ("first.csv", "hard_link"),
        ("folder", "directory"),
        ("folder.csv", "directory"),
        ("link.csv", "symlink"),
        ("notes.txt", "not_csv"),
        ("socket.csv", "socket"),
    ];
    assert_eq!(kinds(&scan), expected.into());
    assert_eq!(names_in(&place.at("inbox")), before);
}

#[test]
fn a_device_is_shown_and_not_opened() {
    if !is_root() {
        return skipped("a_device_is_shown_and_not_opened", "making a device takes root");
    }
    let place = Place::new();
    let (zero, mode) = (rustix::fs::makedev(1, 5), Mode::RUSR | Mode::WUSR);
    let path = place.at("inbox/zero.csv");
    if rustix::fs::mknodat(CWD, &path, FileType::CharacterDevice, mode, zero).is_err() {
        return skipped("a_device_is_shown_and_not_opened", "this system forbids it");
    }
    assert_eq!(kinds(&place.scan()), [("zero.csv", "device")].into());
}

#[test]
fn a_file_that_may_not_be_read_is_shown_instead_of_stopping_the_daemon() {
    if is_root() {
        return skipped("a_file_that_may_not_be_read", "root may read everything");
    }
    let place = Place::new();
    place.drop_file("secret.csv", "x");
    let none = fs::Permissions::from_mode(0o000);
    fs::set_permissions(place.at("inbox/secret.csv"), none).expect("set");
    assert_eq!(kinds(&place.scan()), [("secret.csv", "unreadable")].into());
}

#[test]
fn names_that_could_forge_a_line_are_shown_escaped_and_never_taken() {
    let place = Place::new();
    let long = [b"l".repeat(197), b".csv".to_vec()].concat();
    let raw = [&b"a\nb.csv"[..], b"\x1b[31mred.csv", b"bad\xff.csv", &long];
    for name in raw {
        fs::write(place.at("inbox").join(OsStr::from_bytes(name)), "x").expect("written");
    }
    let scan = place.scan();
    assert!(scan.candidates.is_empty());
    assert!(scan.ignored.iter().all(|ignored| ignored.kind == IgnoredKind::Name));
    let shown: Vec<&str> = scan.ignored.iter().map(|ignored| &*ignored.name).collect();
    let long = "l".repeat(197) + ".csv";
    assert_eq!(shown, ["\\u{1b}[31mred.csv", "a\\u{a}b.csv", "bad\\xff.csv", &*long]);
}

#[test]
fn folders_that_belong_into_the_inbox_are_no_news_but_links_in_their_place_are() {
    let place = Place::new();
    fs::create_dir(place.at("inbox/one")).expect("a folder");
    symlink("one", place.at("inbox/two")).expect("a link");
    fs::write(place.at("inbox/three"), "x").expect("written");
    let scan = place.inbox.scan(&["one", "two", "three"]).expect("a scan");
    assert_eq!(kinds(&scan), [("two", "symlink"), ("three", "not_csv")].into());
    assert_eq!(kinds(&place.scan()).get("one"), Some(&"directory"));
}

#[test]
fn a_scan_hands_on_the_oldest_files_and_counts_the_rest() {
    let place = Place::new();
    for number in 0..=FILES_PER_SCAN_MAX {
        place.drop_file(&format!("{number:05}.csv"), "");
    }
    set_modified(&place.at("inbox/00000.csv"), 4_000_000_000);
    for number in 0..150 {
        place.drop_file(&format!("{number:05}.txt"), "");
    }
    let scan = place.scan();
    assert_eq!(scan.candidates.len(), FILES_PER_SCAN_MAX);
    assert_eq!(scan.candidates_total, FILES_PER_SCAN_MAX as u64 + 1);
    assert!(scan.candidates.iter().all(|candidate| candidate.name != "00000.csv"), "the newest");
    assert_eq!((scan.ignored.len(), scan.ignored_total), (100, 150));
    assert_eq!(scan.ignored[99].name, "00099.txt");
}

#[test]
fn a_time_beyond_the_calendar_is_clamped() {
    let identity =
        Identity { device: 1, inode: 1, size: 0, modified: (i64::MAX, 0), changed: (0, 0) };
    let late = Candidate { name: "a.csv".to_owned(), identity };
    assert_eq!(late.modified(), chrono::DateTime::<chrono::Utc>::MAX_UTC);
}

// Claiming

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

// Staging

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

// Removing

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

// Answering

#[test]
fn a_receipt_replaces_the_one_before() {
    let place = Place::new();
    place.inbox.answer_accepted("a.csv", "first").expect("answered");
    place.inbox.answer_accepted("a.csv", "second").expect("answered");
    let expected = [("a.csv.receipt.txt".to_owned(), "second".to_owned())];
    assert_eq!(contents(&place.at("inbox/receipts")), expected.into());
}

#[test]
fn the_longest_name_can_be_claimed_answered_and_archived() {
    let place = Place::new();
    let name = "n".repeat(196) + ".csv";
    assert!(matches!(place.refuse(&name, "one"), RefusedAnswer::Given { .. }));
    assert!(matches!(place.refuse(&name, "two"), RefusedAnswer::Given { .. }));
    assert_eq!(place.rejected().len(), 4);
    let (_, staged) = place.dropped_and_staged(&name, "three");
    place.place(&name, &staged).expect("archived");
    place.inbox.answer_accepted(&name, "taken").expect("answered");
}

#[test]
fn a_refused_file_lies_beside_its_problems() {
    let place = Place::new();
    let given = place.refuse("a.csv", "bad");
    assert_eq!(given, RefusedAnswer::Given { name: "a.csv".to_owned() });
    let expected = [("a.csv", "bad"), ("a.csv.problems.txt", "problems of bad")];
    assert_eq!(place.rejected(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into());
    assert!(place.inbox.claimed().expect("listed").is_empty());
}

#[test]
fn a_taken_name_gets_the_digest_in_front_and_the_same_content_is_there_once() {
    let place = Place::new();
    place.refuse("a.csv", "one");
    // `printf two | sha256sum` begins with 3fc4ccfe745870e2, `printf one | …` with 7692c3ad3540bb80.
    let two = RefusedAnswer::Given { name: "3fc4ccfe745870e2_a.csv".to_owned() };
    assert_eq!(place.refuse("a.csv", "two"), two);
    let one = RefusedAnswer::Given { name: "7692c3ad3540bb80_a.csv".to_owned() };
    assert_eq!(place.refuse("a.csv", "one"), one);
    assert_eq!(place.refuse("a.csv", "two"), two);
    assert_eq!(place.refuse("a.csv", "one"), one);
    let files = place.rejected();
    assert_eq!(files.len(), 6, "{files:?}");
    for (name, content) in
        [("a.csv", "one"), ("3fc4ccfe745870e2_a.csv", "two"), ("7692c3ad3540bb80_a.csv", "one")]
    {
        assert_eq!(files[name], content);
        assert_eq!(files[&format!("{name}.problems.txt")], format!("problems of {content}"));
    }
    assert!(place.inbox.claimed().expect("listed").is_empty());
}

#[test]
fn nothing_that_a_sender_put_into_rejected_is_overwritten_or_followed() {
    let place = Place::new();
    let at = |name: &str| place.at("inbox/rejected").join(name);
    fs::write(place.at("victim"), "mine").expect("written");
    symlink(place.at("victim"), at("a.csv")).expect("a link");
    fs::write(at("7692c3ad3540bb80_a.csv"), "not one").expect("written");
    symlink(place.at("victim"), at("7692c3ad3540bb80_2_a.csv.problems.txt")).expect("a link");
    let given = RefusedAnswer::Given { name: "7692c3ad3540bb80_2_a.csv".to_owned() };
    assert_eq!(place.refuse("a.csv", "one"), given);
    assert_eq!(fs::read_to_string(place.at("victim")).expect("read"), "mine");
    assert_eq!(fs::read_to_string(at("7692c3ad3540bb80_a.csv")).expect("read"), "not one");
    let problems = at("7692c3ad3540bb80_2_a.csv.problems.txt");
    assert!(!problems.is_symlink());
    assert_eq!(fs::read_to_string(problems).expect("read"), "problems of one");
}

#[test]
fn a_name_that_was_taken_since_it_was_chosen_is_chosen_again() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    let chosen = place.inbox.choose_rejected_name("a.csv", staged.digest).expect("a place");
    assert_eq!(chosen, "a.csv");
    fs::write(place.at("inbox/rejected/a.csv"), "other").expect("written");
    let given = RefusedAnswer::Given { name: "7692c3ad3540bb80_a.csv".to_owned() };
    assert_eq!(place.answer(&claimed, &staged, &chosen, "one"), given);
    assert!(!place.rejected().contains_key("a.csv.problems.txt"), "it is not that file's");
}

#[test]
fn a_refusal_killed_at_any_step_is_answered_once() {
    // Killed before anything was written, after the temporary file, and after the problems.
    for step in 0..3 {
        let place = Place::new();
        let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
        let rejected = place.at("inbox/rejected");
        if step == 1 {
            fs::write(rejected.join(".tmp-0123456789abcdef"), "prob").expect("written");
        }
        if step == 2 {
            fs::write(rejected.join("a.csv.problems.txt"), "problems of one").expect("written");
        }
        // The next life finds the claim, stages it again and answers with what was recorded.
        assert_eq!(place.inbox.claimed().expect("listed"), std::slice::from_ref(&claimed));
        let again = place.staged(&claimed);
        assert_eq!((again.digest, again.identity), (staged.digest, staged.identity));
        let given = RefusedAnswer::Given { name: "a.csv".to_owned() };
        assert_eq!(place.answer(&claimed, &again, "a.csv", "one"), given);
        assert_eq!(place.inbox.sweep().expect("swept"), u64::from(step == 1));
        let files: Vec<String> = place.rejected().into_keys().collect();
        assert_eq!(files, ["a.csv", "a.csv.problems.txt"], "step {step}");
        // Once more, after a kill behind the last step: nothing is left to do, and nothing done,
        // also where the sender has cleared the answer away.
        fs::remove_file(rejected.join("a.csv")).expect("removed");
        fs::remove_file(rejected.join("a.csv.problems.txt")).expect("removed");
        assert_eq!(place.answer(&claimed, &again, "a.csv", "one"), RefusedAnswer::Gone);
        assert!(place.rejected().is_empty());
    }
}

#[test]
fn a_file_that_changed_since_it_was_refused_is_not_answered_with_old_problems() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    append(&place.claimed_path(&claimed), "more");
    assert_eq!(place.answer(&claimed, &staged, "a.csv", "one"), RefusedAnswer::Changed);
    assert!(place.rejected().is_empty());
    assert!(place.claimed_path(&claimed).exists());
}

#[test]
fn sweeping_removes_leftovers_and_nothing_else() {
    let place = Place::new();
    fs::write(place.at("victim"), "mine").expect("written");
    symlink(place.at("victim"), place.at("inbox/receipts/.tmp-fedcba9876543210")).expect("a link");
    for name in [".tmp-0123456789abcdef", ".tmp-notes", "a.csv.receipt.txt"] {
        fs::write(place.at("inbox/receipts").join(name), "x").expect("written");
    }
    assert_eq!(place.inbox.sweep().expect("swept"), 1);
    assert!(!place.at("inbox/receipts/.tmp-0123456789abcdef").exists());
    assert_eq!(names_in(&place.at("inbox/receipts")).len(), 3);
    assert!(place.at("victim").exists());
}

// A hostile sender

#[test]
fn a_link_in_place_of_an_own_folder_stops_the_intake_and_leads_nowhere() {
    for own in [".claimed", "rejected", "receipts"] {
        for target in ["victim", "nowhere"] {
            let place = Place::new();
            fs::create_dir(place.at("victim")).expect("a folder");
            place.drop_file("a.csv", "x");
            fs::remove_dir(place.at("inbox").join(own)).expect("removed");
            symlink(place.at(target), place.at("inbox").join(own)).expect("a link");
            let error = place.try_claim(&place.candidate("a.csv")).expect_err("refused");
            assert!(matches!(error, StoreError::Refused { .. }), "{error}");
            assert_eq!(error.exit_status(), 3);
            assert!(error.to_string().ends_with(&format!("inbox/{own}")), "{error}");
            assert!(error.hint().is_some());
            assert_eq!(place.waiting(), ["a.csv"], "it still waits");
            assert!(names_in(&place.at("victim")).is_empty());
            assert!(!place.at("nowhere").exists());
        }
    }
}

#[test]
fn a_link_put_there_between_two_steps_leads_nowhere() {
    let swap = |place: &Place, own: &str| {
        fs::create_dir_all(place.at("victim")).expect("a folder");
        fs::rename(place.at("inbox").join(own), place.at("inbox").join(format!("{own}.part")))
            .expect("moved away");
        symlink(place.at("victim"), place.at("inbox").join(own)).expect("a link");
    };
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    // A file with the very name of the claim lies where the link leads.
    swap(&place, ".claimed");
    let bait = place.at("victim").join(format!("{}~a.csv", claimed.claim_id));
    fs::write(&bait, "bait").expect("written");
    assert!(place.inbox.claimed().is_err());
    assert!(place.inbox.stage(&claimed, &place.at("staging"), BYTES_MAX).is_err());
    assert!(place.inbox.unclaim(&claimed).is_err());
    assert!(place.inbox.remove_claimed(&claimed, &staged).is_err());
    assert_eq!(fs::read_to_string(&bait).expect("read"), "bait");

    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "one");
    swap(&place, "rejected");
    swap(&place, "receipts");
    let answer =
        place.inbox.answer_refused(&claimed, &staged.identity, staged.digest, "a.csv", "text");
    assert!(answer.is_err());
    assert!(place.inbox.choose_rejected_name("a.csv", staged.digest).is_err());
    assert!(place.inbox.answer_accepted("a.csv", "text").is_err());
    assert!(place.inbox.sweep().is_err());
    assert!(names_in(&place.at("victim")).is_empty());
    assert!(place.claimed_path(&claimed).exists());
}

#[test]
fn a_file_or_a_folder_in_the_way_of_an_answer_is_a_clear_error() {
    let place = Place::new();
    let receipt = place.at("inbox/receipts/a.csv.receipt.txt");
    fs::create_dir_all(receipt.join("full")).expect("a folder");
    let error = place.inbox.answer_accepted("a.csv", "text").expect_err("refused");
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert_eq!(names_in(&place.at("inbox/receipts")).len(), 1, "nothing half-written is left");
    fs::remove_dir_all(&receipt).expect("removed");
    symlink(place.at("victim"), &receipt).expect("a link");
    place.inbox.answer_accepted("a.csv", "text").expect("the link is replaced");
    assert!(!receipt.is_symlink() && !place.at("victim").exists());
}

#[test]
fn a_drop_folder_is_no_link() {
    let place = Place::new();
    symlink("inbox", place.at("link")).expect("a link");
    for create in [false, true] {
        let error = DropFolder::open(&place.at("link"), create).expect_err("refused");
        assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    }
    let missing = DropFolder::open(&place.at("missing"), false).expect_err("missing");
    assert!(matches!(missing, StoreError::Machine { .. }), "{missing}");
}

#[test]
fn a_drop_folder_that_was_replaced_is_noticed_and_its_successor_not_touched() {
    let place = Place::new();
    place.drop_file("a.csv", "x");
    let seen = place.candidate("a.csv");
    assert!(place.inbox.is_in_place().expect("known"));
    fs::rename(place.at("inbox"), place.at("moved")).expect("moved away");
    assert!(!place.inbox.is_in_place().expect("known"));
    fs::create_dir(place.at("victim")).expect("a folder");
    symlink("victim", place.at("inbox")).expect("a link");
    assert!(!place.inbox.is_in_place().expect("known"));
    assert!(place.try_claim(&seen).expect("possible").is_some());
    place.inbox.answer_accepted("a.csv", "text").expect("answered");
    assert!(names_in(&place.at("victim")).is_empty());
    assert!(place.at("moved/receipts/a.csv.receipt.txt").exists());
}

// The archive

#[test]
fn an_original_is_read_only_and_has_its_place() {
    let place = Place::new();
    let (claimed, staged) = place.dropped_and_staged("a.csv", "abc");
    let path = place.place("a.csv", &staged).expect("archived");
    assert_eq!(path, "main/2026/01/2026-01-04_ba7816bf8f01cfea_a.csv");
    let original = place.at("archive").join(path);
    assert_eq!(fs::read_to_string(&original).expect("read"), "abc");
    let metadata = fs::metadata(&original).expect("there");
    assert_eq!(metadata.permissions().mode() & 0o222, 0, "read-only");
    assert_eq!(metadata.nlink(), 1);
    staged.discard().expect("nothing is left");
    assert!(place.claimed_path(&claimed).exists(), "the claimed file goes last");
}

#[test]
fn archiving_after_a_kill_at_any_step_gives_one_original() {
    let place = Place::new();
    let (claimed, _) = place.dropped_and_staged("a.csv", "abc");
    // Killed after the first folder, after the last, after the rename; each time the next life
    // stages again.
    let steps: [&dyn Fn(); 3] = [
        &|| fs::create_dir(place.at("archive/main")).expect("a folder"),
        &|| fs::create_dir_all(place.at("archive/main/2026/01")).expect("a folder"),
        &|| {
            place.place("a.csv", &place.staged(&claimed)).expect("archived");
        },
    ];
    for step in steps {
        step();
        let path = place.place("a.csv", &place.staged(&claimed)).expect("archived");
        assert_eq!(fs::read_to_string(place.at("archive").join(path)).expect("read"), "abc");
        assert_eq!(names_in(&place.at("archive/main/2026/01")).len(), 1);
    }
    // Twice in one life, where the first call has taken the staged copy along.
    let staged = place.staged(&claimed);
    fs::remove_dir_all(place.at("archive/main")).expect("removed");
    assert_eq!(place.place("a.csv", &staged).ok(), place.place("a.csv", &staged).ok());
    assert!(place.place("a.csv", &staged).is_ok());
}

#[test]
fn another_content_under_the_name_of_an_original_is_damage_and_stays() {
    let place = Place::new();
    let (_, staged) = place.dropped_and_staged("a.csv", "abc");
    let original = place.at("archive/main/2026/01/2026-01-04_ba7816bf8f01cfea_a.csv");
    fs::create_dir_all(original.parent().expect("a folder")).expect("made");
    for edited in ["abd", "longer"] {
        fs::write(&original, edited).expect("written");
        let error = place.place("a.csv", &staged).expect_err("damaged");
        assert_eq!(error.exit_status(), 4, "{error}");
        assert_eq!(fs::read_to_string(&original).expect("read"), edited);
    }
    fs::remove_file(&original).expect("removed");
    symlink("elsewhere", &original).expect("a link");
    assert_eq!(place.place("a.csv", &staged).expect_err("damaged").exit_status(), 4);
    assert!(staged.path.exists());
}

#[test]
fn an_archive_on_another_file_system_gets_a_copy() {
    let name = "an_archive_on_another_file_system_gets_a_copy";
    let place = Place::new();
    let Ok(other) = TempDir::new_in("/dev/shm") else {
        return skipped(name, "no second file system here");
    };
    let device = |path: &Path| fs::metadata(path).expect("there").dev();
    if device(other.path()) == device(place.dir.path()) {
        return skipped(name, "no second file system here");
    }
    let (_, staged) = place.dropped_and_staged("a.csv", "abc");
    // The half copy of an earlier life is in the way.
    let month = other.path().join("main/2026/01");
    fs::create_dir_all(&month).expect("made");
    fs::write(month.join(".tmp-ba7816bf8f01cfea"), "a").expect("written");
    for _ in 0..2 {
        archive::place(other.path(), &account(), day(), "a.csv", &staged).expect("archived");
        let original = month.join("2026-01-04_ba7816bf8f01cfea_a.csv");
        assert_eq!(fs::read_to_string(&original).expect("read"), "abc");
        assert_eq!(fs::metadata(&original).expect("there").mode() & 0o222, 0);
        assert_eq!(names_in(&month).len(), 1);
    }
    assert!(staged.path.exists(), "the copy in the state folder is the caller's to discard");
    staged.discard().expect("discarded");
}

#[test]
fn an_archive_folder_that_is_a_link_is_refused() {
    let place = Place::new();
    let (_, staged) = place.dropped_and_staged("a.csv", "abc");
    fs::create_dir(place.at("victim")).expect("a folder");
    symlink(place.at("victim"), place.at("archive/main")).expect("a link");
    assert!(matches!(place.place("a.csv", &staged), Err(StoreError::Refused { .. })));
    assert!(names_in(&place.at("victim")).is_empty());
}

// A whole life of files, killed again and again

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
        inbox.answer_accepted(&claimed.name, digest).expect("answered");
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
    for life in 0u64..200 {
        let mut child = std::process::Command::new(&program)
            .args(["--exact", "takes_files_until_it_is_killed"])
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

// Settling, against a model

/// One look: seconds since the one before, and each file's version.
type Look = (u64, BTreeMap<u8, u8>);

fn candidate(name: u8, version: u8) -> Candidate {
    // Each version differs from its neighbours in one of the three things that count.
    let (size, inode) = (u64::from(version & 1), u64::from(version >> 1 & 1));
    let modified = (i64::from(version >> 2), 0);
    let identity = Identity { device: 1, inode, size, modified, changed: (0, 0) };
    Candidate { name: format!("{name}.csv"), identity }
}

/// What the rule says: at every look of the last `quiet` seconds, and at one before or at their
/// beginning, the file was there in the version that it has now.
fn settled_by_rule(looks: &[Look], quiet: u64) -> Vec<String> {
    let (_, now) = looks.last().expect("a look");
    let is_settled = |name: &u8, version: &u8| {
        let mut age = 0;
        for (index, (pause, files)) in looks.iter().enumerate().rev() {
            if files.get(name) != Some(version) {
                return false;
            }
            if age >= quiet {
                return true;
            }
            age += if index == 0 { 0 } else { *pause };
        }
        false
    };
    now.iter()
        .filter(|(name, version)| is_settled(name, version))
        .map(|(name, _)| format!("{name}.csv"))
        .collect()
}

proptest! {
    #[test]
    fn a_file_is_settled_when_it_was_the_same_for_the_quiet_time(
        looks in prop::collection::vec(
            (0u64..8, prop::collection::btree_map(0u8..4, 0u8..8, 0..4)), 1..25),
        quiet in 0u64..12,
    ) {
        let mut settler = Settler::new();
        let mut now = Instant::now();
        for (index, (pause, files)) in looks.iter().enumerate() {
            now += Duration::from_secs(*pause);
            let candidates =
                files.iter().map(|(name, version)| candidate(*name, *version)).collect();
            let scan = Scan { candidates, ..Scan::default() };
            let settled = settler.settled(&scan, now, Duration::from_secs(quiet));
            let names: Vec<String> = settled.into_iter().map(|found| found.name).collect();
            prop_assert_eq!(names, settled_by_rule(&looks[..=index], quiet));
            prop_assert_eq!(settler.len(), files.len(), "vanished names are forgotten");
        }
    }
}

#[test]
fn a_clock_that_stands_still_settles_nothing() {
    let mut settler = Settler::new();
    let scan = Scan { candidates: vec![candidate(1, 0)], ..Scan::default() };
    let (now, quiet) = (Instant::now(), Duration::from_secs(10));
    assert!(settler.settled(&scan, now + quiet, quiet).is_empty());
    assert!(settler.settled(&scan, now, quiet).is_empty(), "also when told an earlier time");
    assert!(settler.settled(&scan, now + quiet, quiet).is_empty());
    assert_eq!(settler.settled(&scan, now + quiet + quiet, quiet).len(), 1);
}

// A drop folder, against a model

#[derive(Debug, Clone)]
enum Step {
    Drop(u8),
    Append(u8),
    TakeAway(u8),
    Claim(u8),
    Unclaim(u8),
    Accept(u8),
    Refuse(u8),
    AppendToClaimed(u8),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let name = 0u8..3;
    prop_oneof![
        4 => name.clone().prop_map(Step::Drop),
        1 => name.clone().prop_map(Step::Append),
        1 => name.clone().prop_map(Step::TakeAway),
        4 => name.clone().prop_map(Step::Claim),
        1 => name.clone().prop_map(Step::Unclaim),
        2 => name.clone().prop_map(Step::Accept),
        2 => name.clone().prop_map(Step::Refuse),
        1 => name.prop_map(Step::AppendToClaimed),
        1 => Just(Step::Reopen),
    ]
}

/// Where each content is. Contents are unique, so that none can stand in for another.
#[derive(Default)]
struct Model {
    next: u32,
    waiting: BTreeMap<String, String>,
    claimed: BTreeMap<String, (String, String)>,
    archived: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl Model {
    fn content(&mut self) -> String {
        self.next += 1;
        format!("content {};", self.next)
    }

    /// The first claim of that name.
    fn claim_of(&self, name: &str) -> Option<Claimed> {
        let mut claims = self.claimed.iter();
        let (claim_id, _) = claims.find(|(_, (claimed, _))| claimed == name)?;
        Some(Claimed { claim_id: claim_id.clone(), name: name.to_owned() })
    }
}

fn apply(place: &mut Place, model: &mut Model, step: &Step) {
    let name_of = |number: &u8| format!("{number}.csv");
    match step {
        Step::Drop(number) => {
            let (name, content) = (name_of(number), model.content());
            // As a careful sender does: a new file, renamed over an old one.
            place.drop_file("new.tmp", &content);
            fs::rename(place.at("inbox/new.tmp"), place.at("inbox").join(&name)).expect("renamed");
            model.waiting.insert(name, content);
        }
        Step::Append(number) => {
            let (name, more) = (name_of(number), model.content());
            if let Some(content) = model.waiting.get_mut(&name) {
                append(&place.at("inbox").join(&name), &more);
                content.push_str(&more);
            }
        }
        Step::TakeAway(number) => {
            if model.waiting.remove(&name_of(number)).is_some() {
                fs::remove_file(place.at("inbox").join(name_of(number))).expect("removed");
            }
        }
        Step::Claim(number) => {
            if let Some(content) = model.waiting.remove(&name_of(number)) {
                let claimed = place.claim(&name_of(number));
                model.claimed.insert(claimed.claim_id, (claimed.name, content));
            }
        }
        Step::Unclaim(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let end = place.inbox.unclaim(&claimed).expect("possible");
            if model.waiting.contains_key(&claimed.name) {
                assert_eq!(end, Unclaimed::NameTaken);
            } else {
                assert_eq!(end, Unclaimed::Waiting);
                let (name, content) = model.claimed.remove(&claimed.claim_id).expect("claimed");
                model.waiting.insert(name, content);
            }
        }
        Step::Accept(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let staged = place.staged(&claimed);
            place.place(&claimed.name, &staged).expect("archived");
            place.inbox.answer_accepted(&claimed.name, "taken").expect("answered");
            let end = place.inbox.remove_claimed(&claimed, &staged).expect("possible");
            assert_eq!(end, Removed::Done);
            let (_, content) = model.claimed.remove(&claimed.claim_id).expect("claimed");
            model.archived.insert(content);
        }
        Step::Refuse(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let staged = place.staged(&claimed);
            let inbox = &place.inbox;
            let answer = inbox.choose_rejected_name(&claimed.name, staged.digest).expect("a place");
            let (_, content) = model.claimed.remove(&claimed.claim_id).expect("claimed");
            let end = place.answer(&claimed, &staged, &answer, &content);
            assert_eq!(end, RefusedAnswer::Given { name: answer });
            model.refused.insert(content);
            staged.discard().expect("discarded");
        }
        Step::AppendToClaimed(number) => {
            let Some(claimed) = model.claim_of(&name_of(number)) else { return };
            let staged = place.staged(&claimed);
            let more = model.content();
            append(&place.claimed_path(&claimed), &more);
            let end = place.inbox.remove_claimed(&claimed, &staged).expect("possible");
            assert_eq!(end, Removed::Changed);
            staged.discard().expect("discarded");
            let (_, content) = model.claimed.get_mut(&claimed.claim_id).expect("claimed");
            content.push_str(&more);
        }
        Step::Reopen => {
            place.inbox = DropFolder::open(&place.at("inbox"), false).expect("opened");
            place.inbox.sweep().expect("swept");
        }
    }
}

fn check(place: &Place, model: &Model) {
    let waiting: BTreeMap<String, String> = place
        .waiting()
        .into_iter()
        .map(|name| (name.clone(), fs::read_to_string(place.at("inbox").join(name)).expect("read")))
        .collect();
    assert_eq!(waiting, model.waiting);
    let claimed: BTreeMap<String, (String, String)> = place
        .inbox
        .claimed()
        .expect("listed")
        .into_iter()
        .map(|found| {
            let content = fs::read_to_string(place.claimed_path(&found)).expect("read");
            (found.claim_id, (found.name, content))
        })
        .collect();
    assert_eq!(claimed, model.claimed);
    let files = place.rejected();
    let (problems, refused): (BTreeMap<_, _>, BTreeMap<_, _>) =
        files.into_iter().partition(|(name, _)| name.ends_with(".problems.txt"));
    for (name, content) in &refused {
        assert_eq!(problems[&format!("{name}.problems.txt")], format!("problems of {content}"));
    }
    assert_eq!(problems.len(), refused.len());
    assert_eq!(refused.into_values().collect::<BTreeSet<_>>(), model.refused);
    let month = place.at("archive/main/2026/01");
    let archived =
        if month.exists() { contents(&month).into_values().collect() } else { BTreeSet::new() };
    assert_eq!(archived, model.archived);
}

proptest! {
    // Each case writes and syncs files; the state space is small.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_content_is_ever_lost_doubled_or_mixed(steps in prop::collection::vec(step(), 1..30)) {
        let mut place = Place::new();
        let mut model = Model::default();
        for step in &steps {
            apply(&mut place, &mut model, step);
            check(&place, &model);
        }
    }
}
