//! What is opened, what is refused untouched, and what a crash leaves.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use budgetd::domain::Digest;
use budgetd::store::StoreError;
use budgetd::store::ledger::Ledger;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::world::{GOOGLE, World, daily_row, incoming, money};

/// The digest of every file of a folder, by name.
fn contents(folder: &Path) -> BTreeMap<String, Digest> {
    let entries = fs::read_dir(folder).expect("a folder");
    let read = |entry: fs::DirEntry| {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        (entry.file_name().to_string_lossy().into_owned(), Digest::of(&bytes))
    };
    entries.map(|entry| read(entry.expect("an entry"))).collect()
}

/// Opens what `prepare` puts at the path, in both ways: the same kind of error, nothing changed.
fn refused(prepare: impl FnOnce(&Path)) -> StoreError {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("ledger.db");
    prepare(&path);
    let before = contents(folder.path());
    let error = Ledger::open(&path).expect_err("not to be opened");
    let reading = Ledger::open_read_only(&path).expect_err("not to be read");
    assert_eq!(std::mem::discriminant(&reading), std::mem::discriminant(&error), "{reading}");
    assert_eq!(contents(folder.path()), before, "left as it was");
    error
}

fn new_ledger(path: &Path) {
    drop(Ledger::open(path).expect("a new ledger"));
}

#[test]
fn what_is_no_ledger_is_damage_and_stays_as_it_is() {
    let garbage = refused(|path| fs::write(path, vec![0x5a; 5000]).expect("a file"));
    let empty = refused(|path| fs::write(path, b"").expect("a file"));
    let short = refused(|path| fs::write(path, b"SQLite format 3\0").expect("a file"));
    let folder = refused(|path| fs::create_dir(path).expect("a folder"));
    let foreign = refused(|path| {
        let other = Connection::open(path).expect("a database");
        other.execute_batch("CREATE TABLE facts (x); INSERT INTO facts VALUES (1)").expect("rows");
    });
    for error in [garbage, empty, short, folder, foreign] {
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert_eq!(error.exit_status(), 4);
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_ledger_that_was_cut_is_damage() {
    let error = refused(|path| {
        new_ledger(path);
        let file = fs::OpenOptions::new().write(true).open(path).expect("the file");
        file.set_len(6 * 1024).expect("cut");
    });
    assert_eq!(error.exit_status(), 4, "{error}");
}

#[test]
fn a_ledger_from_the_future_is_refused() {
    let error = refused(|path| {
        new_ledger(path);
        let newer = Connection::open(path).expect("a database");
        newer.pragma_update(None, "user_version", 99).expect("a version");
    });
    assert!(matches!(error, StoreError::Newer { .. }), "{error}");
    assert!(error.to_string().contains("newer budgetd"), "{error}");
    assert_eq!(error.exit_status(), 4);
    assert!(error.hint().is_some_and(|hint| hint.contains("install the newer budgetd")), "{error}");
}

#[test]
fn a_log_without_its_ledger_is_damage() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("ledger.db-wal"), b"the rest").expect("a file");
    let error = Ledger::open(&folder.path().join("ledger.db")).expect_err("half a ledger");
    assert_eq!(error.exit_status(), 4);
    assert_eq!(contents(folder.path()).len(), 1);
}

#[test]
fn reading_makes_no_ledger() {
    let folder = TempDir::new().expect("a folder");
    let error = Ledger::open_read_only(&folder.path().join("ledger.db")).expect_err("nothing");
    assert!(matches!(error, StoreError::Machine { .. }));
    assert!(contents(folder.path()).is_empty());
}

#[test]
fn a_new_ledger_leaves_nothing_else_behind() {
    let folder = TempDir::new().expect("a folder");
    new_ledger(&folder.path().join("ledger.db"));
    assert_eq!(contents(folder.path()).keys().collect::<Vec<_>>(), ["ledger.db"]);
}

#[test]
fn damage_inside_is_told_when_it_is_met() {
    let mut world = World::new();
    let rows: Vec<_> =
        (1..=28).map(|day| (format!("2026-01-{day:02}"), format!("{day:0>300}"))).collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|(day, campaign)| (day.as_str(), GOOGLE, &**campaign, money(1, 1)))
        .collect();
    world.take("2026-02-01", &rows);
    let World { folder, ledger, account, .. } = world;
    drop(ledger);
    let path = folder.path().join("ledger.db");
    let pages = fs::metadata(&path).expect("a file").len() / 4096;
    let mut file = fs::OpenOptions::new().write(true).open(&path).expect("the file");
    // All pages but the first, which holds the header and the schema.
    file.seek(SeekFrom::Start(4096)).expect("a position");
    file.write_all(&vec![0xee; usize::try_from((pages - 1) * 4096).expect("small")])
        .expect("damage");
    drop(file);
    let error = Ledger::open(&path)
        .and_then(|ledger| ledger.facts(&account, None, None))
        .expect_err("damaged pages");
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn a_reader_sees_whole_files_only() {
    let mut world = World::new();
    world.take("2026-01-05", &[("2026-01-04", GOOGLE, "", money(1, 1))]);
    let path = world.folder.path().join("ledger.db");
    let reader = Ledger::open_read_only(&path).expect("a reader");
    let account = world.account.clone();
    let days = || reader.facts(&account, None, None).expect("facts").len();
    let (file, head) = world.next_file("2026-01-06");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    take.state(&daily_row(0, &("2026-01-05", GOOGLE, "", money(2, 2)))).expect("a row");
    assert_eq!(days(), 1);
    let late = Ledger::open_read_only(&path).expect("a reader beside a writer");
    assert_eq!(late.facts(&account, None, None).expect("facts").len(), 1);
    take.accept(&file, ("main", head), &[]).expect("accepted");
    assert_eq!(days(), 2);
}

#[test]
fn a_reader_cannot_write() {
    let mut world = World::new();
    let path = world.folder.path().join("ledger.db");
    let mut reader = Ledger::open_read_only(&path).expect("a reader");
    let (file, head) = world.next_file("2026-01-06");
    let take = reader.begin_take(&world.account, incoming(&file));
    assert!(matches!(take.err(), Some(StoreError::Machine { .. })));
    let set = reader.set_chain_head("main", head).expect_err("read-only");
    assert!(matches!(set, StoreError::Machine { .. }), "{set}");
}

#[test]
fn after_a_power_cut_what_was_accepted_is_there_and_the_rest_is_not() {
    let mut world = World::new();
    world.take("2026-01-05", &[("2026-01-04", GOOGLE, "", money(1, 1))]);
    let (file, _) = world.next_file("2026-01-06");
    let mut take = world.ledger.begin_take(&world.account, incoming(&file)).expect("a take");
    // More than the page cache holds, so that unfinished pages are in the log already.
    let campaign = "c".repeat(1_000);
    let start = "2020-01-01".parse::<budgetd::domain::Day>().expect("a day");
    for index in 0..30_000u64 {
        let name = format!("{campaign}{index}");
        let day = start + chrono::Days::new(index / 100);
        let mut row = daily_row(0, &("2020-01-01", GOOGLE, &name, money(1, 1)));
        row.day = day;
        take.state(&row).expect("a row");
    }
    let after_cut = TempDir::new().expect("a folder");
    for name in ["ledger.db", "ledger.db-wal"] {
        fs::copy(world.folder.path().join(name), after_cut.path().join(name)).expect("a copy");
    }
    let log = fs::metadata(after_cut.path().join("ledger.db-wal")).expect("a log");
    assert!(log.len() > 8 * 1024 * 1024, "the log holds unfinished pages");
    drop(take);
    let ledger = Ledger::open(&after_cut.path().join("ledger.db")).expect("the ledger after it");
    ledger.check_integrity().expect("a whole ledger");
    let facts = ledger.facts(&world.account, None, None).expect("facts");
    assert_eq!(facts, world.facts());
    assert_eq!(facts.len(), 1);
    assert_eq!(ledger.file_by_claim(&file.claim).expect("a read"), None);
}
