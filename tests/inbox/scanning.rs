//! What is taken, what is left alone, and what is shown.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use budgetd::domain::Limits;
use budgetd::store::inbox::{Candidate, IgnoredKind};
use budgetd::store::object::Identity;
use rustix::fs::{CWD, FileType, Mode};

use super::place::{Place, is_root, kinds, make_fifo, names_in, set_modified, skipped};

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
    assert_eq!(shown, ["\\u{1b}[31mred.csv", "a\\nb.csv", "bad\\xff.csv", &*long]);
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
    let files_max = Limits::default().files_per_scan_max;
    for number in 0..=files_max {
        place.drop_file(&format!("{number:05}.csv"), "");
    }
    set_modified(&place.at("inbox/00000.csv"), 4_000_000_000);
    for number in 0..150 {
        place.drop_file(&format!("{number:05}.txt"), "");
    }
    let scan = place.scan();
    assert_eq!(scan.candidates.len(), files_max);
    assert_eq!(scan.candidates_total, files_max as u64 + 1);
    assert!(scan.candidates.iter().all(|candidate| candidate.name != "00000.csv"), "the newest");
    assert_eq!((scan.ignored.len(), scan.ignored_total), (100, 150));
    assert_eq!(scan.ignored[99].name, "00099.txt");
}

#[test]
fn a_time_beyond_the_calendar_is_clamped() {
    let identity =
        Identity { device: 1, inode: 1, size: 0, modified: (i64::MAX, 0), changed: (0, 0) };
    let late = Candidate { name: "a.csv".to_owned(), identity, digest: None, has_marker: false };
    assert_eq!(late.modified(), chrono::DateTime::<chrono::Utc>::MAX_UTC);
}
