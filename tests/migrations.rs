//! A ledger of every released version is taken by this program with all that it knows; one of a
//! newer program is refused and left as it is.
//!
//! `tests/cases/ledger/version_<n>.sql` is a ledger of that version as SQL text: 35 days of four
//! channels, a file that was refused, and one published week. A released version's file is never
//! edited. When a migration is added, take the next from a ledger of its own version.

#[path = "cli/place.rs"]
mod place;

use std::fs;
use std::path::{Path, PathBuf};

use budgetd::domain::{AccountId, Day, Week};
use budgetd::store::StoreError;
use budgetd::store::ledger::{FileOutcome, LEDGER_VERSION, Ledger};
use place::Place;
use rusqlite::Connection;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ledger")
}

/// A ledger of that version, as its program left it.
fn ledger_of(version: u32, folder: &Path) -> PathBuf {
    let path = folder.join("ledger.db");
    let text = fs::read_to_string(fixtures().join(format!("version_{version}.sql")));
    let connection = Connection::open(&path).expect("a database");
    connection.execute_batch(&text.expect("a fixture of every version")).expect("a ledger");
    path
}

/// Every table and index with its columns, in words that outlive `ALTER TABLE`.
fn shape(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).expect("a database");
    let mut find = connection
        .prepare(
            "SELECT m.type, m.name, x.name, x.type, x.\"notnull\", x.pk FROM sqlite_schema m
             LEFT JOIN pragma_table_xinfo(m.name) x WHERE m.name <> 'sqlite_sequence'
             ORDER BY 1, 2, x.cid",
        )
        .expect("a query");
    let rows = find.query_map([], |row| {
        let words: Vec<String> = (0..6)
            .map(|column| row.get_ref(column).map(|value| format!("{value:?}")))
            .collect::<rusqlite::Result<_>>()?;
        Ok(words.join(" "))
    });
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

#[test]
fn a_ledger_of_every_version_is_taken_with_all_that_it_knows() {
    for version in 1..=LEDGER_VERSION {
        let folder = tempfile::tempdir().expect("a folder");
        let path = ledger_of(version, folder.path());
        let ledger = Ledger::open(&path).expect("brought forward");
        ledger.check_integrity().expect("whole");
        let account = AccountId::new("main").expect("an id");
        let files = ledger.files(&account, 10).expect("files");
        let outcomes: Vec<(&str, FileOutcome, u64)> =
            files.iter().map(|it| (&*it.file.name, it.outcome, it.file.rows)).collect();
        assert_eq!(outcomes.len(), 2, "{version}: {outcomes:?}");
        // 1 December to 4 January are 35 days, of four channels each.
        assert!(outcomes.contains(&("daily.csv", FileOutcome::Accepted, 140)), "{outcomes:?}");
        assert!(outcomes.contains(&("wrong.csv", FileOutcome::Refused, 0)), "{outcomes:?}");
        let week = Week::starting(day("2026-01-05"));
        let published = ledger.publication(&account, week).expect("read").expect("published");
        assert_eq!((published.revision, published.held), (1, false));
        let total: i128 = published.budgets.iter().map(|(_, budget)| budget.minor()).sum();
        assert_eq!(total, 500_000 * 100, "the whole weekly total");
        let names: Vec<&str> = published.budgets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Affiliate", "Email", "Google Ads", "Meta Ads"]);
        assert!(ledger.chain_head("main").expect("read").is_some());
        drop(ledger);
        let connection = Connection::open(&path).expect("a database");
        let sum: (i64, i64) = connection
            .query_row("SELECT sum(spend), sum(revenue) FROM facts", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("sums");
        // 140 rows of 100; 35 days of 150 + 190 + 230 + 270.
        assert_eq!(sum, (140 * 100 * 100, 35 * 840 * 100), "{version}");
    }
}

#[test]
fn a_ledger_that_was_brought_forward_is_one_that_was_made_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = folder.path().join("new.db");
    drop(Ledger::open(&new).expect("a new ledger"));
    for version in 1..=LEDGER_VERSION {
        let folder = tempfile::tempdir().expect("a folder");
        let path = ledger_of(version, folder.path());
        drop(Ledger::open(&path).expect("brought forward"));
        assert_eq!(shape(&path), shape(&new), "{version}");
        let connection = Connection::open(&path).expect("a database");
        let found: u32 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("a version");
        assert_eq!(found, LEDGER_VERSION, "and never back");
    }
}

#[test]
fn a_ledger_before_its_first_migration_is_brought_forward_by_a_writer_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger.db");
    let connection = Connection::open(&path).expect("a database");
    connection.pragma_update(None, "application_id", 0x6275_6467).expect("set");
    connection.execute_batch("VACUUM").expect("written");
    drop(connection);
    let error = Ledger::open_read_only(&path).expect_err("older");
    assert!(error.to_string().contains("older budgetd"), "{error}");
    drop(Ledger::open(&path).expect("brought forward"));
    drop(Ledger::open_read_only(&path).expect("read"));
}

#[test]
fn a_ledger_of_a_newer_program_ends_every_command_with_4_and_stays_as_it_is() {
    let place = Place::new();
    let path = place.at("state/ledger.db");
    let connection = Connection::open(&path).expect("a database");
    connection.pragma_update(None, "user_version", LEDGER_VERSION + 1).expect("set");
    drop(connection);
    let before = fs::read(&path).expect("read");
    for arguments in [
        &["status"][..],
        &["ingest"],
        &["decide"],
        &["facts"],
        &["audit", "verify"],
        &["keys", "rotate"],
        &["run"],
    ] {
        let said = place.run(arguments).ends(4);
        assert!(
            said.stderr.contains("written by a newer budgetd"),
            "{arguments:?}: {}",
            said.stderr
        );
        assert!(said.stderr.contains("install the newer budgetd again"), "{}", said.stderr);
    }
    assert_eq!(fs::read(&path).expect("read"), before);
    let error = Ledger::open(&path).expect_err("newer");
    assert!(matches!(error, StoreError::Newer { .. }), "{error}");
}
