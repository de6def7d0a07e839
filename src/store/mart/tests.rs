#![expect(clippy::print_stdout, reason = "a skipped test says so by name")]

use std::path::PathBuf;
use std::process::Command;

use rusqlite::OpenFlags;

use super::*;
use crate::advice::mmm::rows::DailyRow;
use crate::domain::{Currency, Digest, Week};
use crate::report::mart::{MartInput, MartModel, ScenarioRow, tables};

fn rows() -> Vec<DailyRow> {
    let row = |day: &str, channel: &str, revenue: Option<f64>| DailyRow {
        day: day.parse().expect("a day"),
        channel: channel.to_owned(),
        spend: Some(12.34),
        impressions: Some(100.0),
        clicks: Some(10.0),
        conversions: Some(0.5),
        revenue,
    };
    vec![
        row("2026-01-01", "Google Ads", Some(20.0)),
        row("2026-01-02", "Google Ads", None),
        row("2026-01-01", "Robert\"); DROP TABLE facebook_ads; --", Some(1.0)),
    ]
}

fn made_of(rows: &[DailyRow], model: Result<&MartModel, &str>) -> Vec<u8> {
    let sources = [("a.csv".to_owned(), Digest::of(b"a"))];
    let input = MartInput {
        account: "main",
        week: Some(Week::starting("2026-01-05".parse().expect("a day"))),
        currency: Currency::from_code("USD").expect("known"),
        rows,
        changes: &[],
        sources: &sources,
        model,
    };
    to_bytes(&tables(&input)).expect("a database")
}

/// A folder with the database alone in it.
fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE_NAME);
    std::fs::write(&path, bytes).expect("written");
    (folder, path)
}

fn opened(path: &Path) -> Connection {
    let uri = format!("file:{}?mode=ro&immutable=1", path.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri, flags).expect("opened")
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
    rows.map(|row| row.expect("text")).collect()
}

#[test]
fn the_same_tables_give_the_same_bytes() {
    let bytes = made_of(&rows(), Err("no model was asked for"));
    assert_eq!(bytes, made_of(&rows(), Err("no model was asked for")));
    let mut others = rows();
    others.reverse();
    assert_eq!(bytes, made_of(&others, Err("no model was asked for")), "the order of rows counts");
    assert_ne!(bytes, made_of(&rows()[..2], Err("no model was asked for")));
}

#[test]
fn a_reader_needs_no_file_beside_it_and_makes_none() {
    let bytes = made_of(&rows(), Err("none"));
    // Bytes 18 and 19 say how it is written and read: 1 is without a write-ahead log.
    assert_eq!((&bytes[..16], &bytes[18..20]), (&b"SQLite format 3\0"[..], &[1, 1][..]));
    let (folder, path) = written(&bytes);
    for connection in [
        opened(&path),
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opened"),
    ] {
        let check = texts(&connection, "PRAGMA integrity_check");
        assert_eq!(check, ["ok"]);
        assert_eq!(texts(&connection, "PRAGMA journal_mode"), ["delete"]);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
    assert_eq!(std::fs::read(&path).expect("bytes"), bytes);
}

#[test]
fn the_database_says_what_it_is_and_which_description_fits() {
    let (_folder, path) = written(&made_of(&rows(), Err("none")));
    let connection = opened(&path);
    let number = |name: &str| -> u32 {
        connection.pragma_query_value(None, name, |row| row.get(0)).expect("a number")
    };
    assert_eq!(number("application_id"), APPLICATION_ID);
    assert_eq!(APPLICATION_ID.to_be_bytes(), *b"budm");
    assert_eq!(number("user_version"), MART_FORMAT);
    assert_eq!(number("page_size"), PAGE_BYTES);
}

#[test]
fn without_a_model_its_tables_are_there_and_empty_and_meta_says_why() {
    let (_folder, path) = written(&made_of(&rows(), Err("8 weeks are too few")));
    let connection = opened(&path);
    let names =
        texts(&connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid");
    assert_eq!(
        names,
        [
            "facebook_ads",
            "mmm_channel_contributions",
            "mmm_budget_optimization",
            "mmm_budget_scenarios",
            "mmm_model_performance",
            "mmm_model_coefficients",
            "mmm_predictions",
            "meta",
        ]
    );
    for name in names.iter().filter(|name| name.starts_with("mmm_")) {
        assert_eq!(texts(&connection, &format!("SELECT 'a row' FROM {name}")), [""; 0], "{name}");
    }
    let meta = |key: &str| {
        texts(&connection, &format!("SELECT value FROM meta WHERE key = '{key}'")).join("|")
    };
    assert_eq!(meta("model"), "none");
    assert_eq!(meta("reason"), "8 weeks are too few");
    assert_eq!(meta("account"), "main");
    assert_eq!(meta("week_start_date"), "2026-01-05");
    assert_eq!(meta("currency"), "USD");
    assert_eq!(meta("first_day"), "2026-01-01");
    assert_eq!(meta("last_day"), "2026-01-02");
    assert_eq!(meta("rows"), "3");
    assert_eq!(meta("rows_left_out"), "0");
    // SHA-256 of "a", as sha256sum prints it.
    assert_eq!(
        meta("input 1"),
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.csv"
    );
}

#[test]
fn text_from_files_stays_text_and_what_is_not_known_stays_null() {
    let (_folder, path) = written(&made_of(&rows(), Err("none")));
    let connection = opened(&path);
    let names = texts(&connection, "SELECT campaign_name FROM daily_performance ORDER BY date, 1");
    assert_eq!(names, ["Google Ads", "Robert\"); DROP TABLE facebook_ads; --", "Google Ads"]);
    let types = texts(
        &connection,
        "SELECT typeof(date) || ' ' || typeof(spend) || ' ' || typeof(clicks) || ' ' || \
         typeof(revenue) || ' ' || typeof(spend_lag_1) FROM facebook_ads ORDER BY date, \
         campaign_name",
    );
    assert_eq!(
        types,
        [
            "text real integer real null",
            "text real integer real null",
            "text real integer null real"
        ]
    );
}

#[test]
fn types_keys_and_indexes_are_declared() {
    let (_folder, path) = written(&made_of(&rows(), Err("none")));
    let connection = opened(&path);
    let columns = |table: &str| {
        let sql = format!(
            "SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk FROM \
             pragma_table_info('{table}')"
        );
        texts(&connection, &sql)
    };
    let daily = columns("facebook_ads");
    assert_eq!(daily.len(), 31);
    assert_eq!(daily[..3], ["date TEXT 1 1", "campaign_name TEXT 1 2", "spend REAL 0 0"]);
    assert_eq!(
        columns("mmm_predictions"),
        [
            "date TEXT 1 1",
            "actual_revenue REAL 0 0",
            "predicted_revenue REAL 0 0",
            "error REAL 0 0"
        ]
    );
    let plan = "EXPLAIN QUERY PLAN SELECT date FROM facebook_ads WHERE campaign_name = 'a'";
    let detail: String = connection.query_row(plan, [], |row| row.get(3)).expect("a plan");
    assert!(detail.contains("facebook_ads_1"), "{detail}");
}

#[test]
fn campaigns_that_differ_in_case_alone_or_hold_quotes_have_a_column_each() {
    let campaigns = ["Email", "email", "a\"b", "total_budget", "x\0y"];
    let model = MartModel {
        name: "a model".to_owned(),
        campaigns: campaigns.map(str::to_owned).to_vec(),
        scenarios: vec![ScenarioRow {
            budget: 15.0,
            revenue: 30.0,
            spends: vec![1.0, 2.0, 3.0, 4.0, 5.0],
        }],
        ..MartModel::default()
    };
    let (_folder, path) = written(&made_of(&rows(), Ok(&model)));
    let connection = opened(&path);
    let columns = texts(&connection, "SELECT name FROM pragma_table_info('mmm_budget_scenarios')");
    assert_eq!(
        columns[3..],
        ["Email_Spend", "email_Spend_2", "a\"b_Spend", "total_budget_Spend", "x\\u{0}y_Spend"]
    );
    let spends: Vec<f64> = (3..8)
        .map(|at| {
            let sql =
                format!("SELECT * FROM mmm_budget_scenarios WHERE {} > 0", quoted(&columns[at]));
            connection.query_row(&sql, [], |row| row.get(at)).expect("a spend")
        })
        .collect();
    assert_eq!(spends, [1.0, 2.0, 3.0, 4.0, 5.0]);
    let meta = texts(&connection, "SELECT value FROM meta WHERE key = 'column email_Spend_2'");
    assert_eq!(meta, ["email"]);
}

#[test]
fn no_rows_at_all_are_a_database_too() {
    let (_folder, path) = written(&made_of(&[], Err("no data")));
    let connection = opened(&path);
    assert_eq!(texts(&connection, "SELECT date FROM facebook_ads"), [""; 0]);
    assert_eq!(texts(&connection, "SELECT value FROM meta WHERE key = 'first_day'"), ["none"]);
}

/// What people have at hand reads it, an older SQLite too.
#[test]
fn the_stock_shell_reads_it() {
    let (folder, path) = written(&made_of(&rows(), Err("none")));
    let sql = "PRAGMA integrity_check; SELECT sum(spend), count(revenue) FROM daily_performance;";
    let Ok(output) = Command::new("sqlite3").arg("-readonly").arg(&path).arg(sql).output() else {
        println!("skipped: sqlite3 is not installed");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ok\n37.02|2\n");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}
