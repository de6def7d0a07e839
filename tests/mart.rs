//! The whole way of the mart on real data: raw rows, the classic preset, tables, a database, and
//! what a BI tool reads in it.

#![expect(clippy::print_stdout, reason = "a skipped test says so by name")]

use budgetd::advice::mmm::attribution::attribute;
use budgetd::advice::mmm::classic;
use budgetd::advice::mmm::classic::clean::known_rows;
use budgetd::advice::mmm::rows::DailyRow;
use budgetd::domain::Currency;
use budgetd::report::daily_processed_csv;
use budgetd::report::mart::{MartInput, fitted_model, tables};
use budgetd::store::mart::to_bytes;
use rusqlite::{Connection, OpenFlags};

fn raw() -> Option<Vec<DailyRow>> {
    let path = "../shared/data/facebook_ads_daily/facebook_ads_raw.csv";
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the Facebook data are not there");
        return None;
    };
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |at: usize| cells[at].parse().ok();
        DailyRow {
            day: cells[0].parse().expect("a day"),
            channel: cells[1].to_owned(),
            spend: number(2),
            impressions: number(3),
            clicks: number(4),
            conversions: number(5),
            revenue: number(6),
        }
    });
    Some(rows.collect())
}

/// The totals are those of the data's description, the scores those that the reference prints.
#[test]
fn a_tool_reads_the_reference_figures_of_the_facebook_data() {
    let Some(raw) = raw() else { return };
    let found = classic::run(&raw).expect("a model");
    let (rows, fitted) = (known_rows(&found.rows), found.fitted().expect("a model"));
    let model = fitted_model(&fitted, &attribute(&fitted, 0.9), None, &[]);
    let input = MartInput {
        account: "main",
        week: None,
        currency: Currency::from_code("USD").expect("known"),
        rows: &rows,
        changes: &found.changes,
        sources: &[],
        model: Ok(&model),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("marketing.db");
    std::fs::write(&path, to_bytes(&tables(&input)).expect("a database")).expect("written");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = Connection::open_with_flags(&path, flags).expect("opened");
    let say = |sql: &str| -> String {
        database
            .query_row(sql, [], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    };
    let totals = "SELECT count(*) || ' ' || printf('%.2f', sum(spend)) || ' ' || sum(impressions) \
                  || ' ' || sum(clicks) || ' ' || CAST(sum(conversions) AS INTEGER) || ' ' || \
                  printf('%.2f', sum(revenue)) FROM daily_performance";
    assert_eq!(say(totals), "353 416593.33 27281057 389527 28605 3168117.86");
    let launch = "SELECT printf('%.2f %.2f', sum(spend), sum(revenue)) FROM facebook_ads WHERE \
                  campaign_name = 'Product_Launch_Spring'";
    assert_eq!(say(launch), "148395.67 1308489.08");
    let scores = "SELECT printf('%.3f %.0f %.3f %d ', r2, mae, mape, n_samples) || model_type FROM \
                  mmm_model_performance";
    assert_eq!(say(scores), "0.665 11131 0.419 18 ridge");
    // The mean error of its own predictions is the score.
    let predicted = "SELECT printf('%.0f %d', avg(abs(error)), count(*)) FROM mmm_predictions";
    assert_eq!(say(predicted), "11131 18");
    let spent = "SELECT group_concat(printf('%.2f', Total_Spend), ' ') FROM (SELECT Total_Spend \
                 FROM mmm_channel_contributions ORDER BY Campaign)";
    assert_eq!(say(spent), "120988.28 83276.10 148395.67 63933.28");
    assert_eq!(say("SELECT value FROM meta WHERE key = 'model'"), "classic");
    // 4 spends and 9 revenues were clipped.
    assert_eq!(say("SELECT value FROM meta WHERE key = 'changes'"), "13");
    let csv = String::from_utf8(daily_processed_csv(&input)).expect("UTF-8");
    assert_eq!(csv.lines().count(), 354);
    assert!(csv.lines().all(|line| line.split(',').count() == 31));
}
