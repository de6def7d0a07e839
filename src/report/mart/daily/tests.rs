#![expect(clippy::print_stdout, reason = "a skipped test says so by name")]

use std::collections::BTreeMap;

use super::*;
use crate::advice::mmm::classic::clean::clean;
use crate::advice::mmm::classic::clean::known_rows;

const FOLDER: &str = "../shared/data/facebook_ads_daily";

fn usd() -> Currency {
    Currency::from_code("USD").expect("known")
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn row(at: &str, channel: &str, spend: Option<f64>, revenue: Option<f64>) -> DailyRow {
    DailyRow {
        day: day(at),
        channel: channel.to_owned(),
        spend,
        impressions: Some(1000.0),
        clicks: Some(40.0),
        conversions: Some(2.5),
        revenue,
    }
}

/// The table with its cells by column name.
fn cells<'a>(table: &'a Table<'_>) -> Vec<BTreeMap<&'a str, &'a Cell<'a>>> {
    let names = || table.columns.iter().map(|column| column.name.as_str());
    table.rows.iter().map(|row| names().zip(row).collect()).collect()
}

fn real(cell: &Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Null => None,
        Cell::Real(value) => Some(*value),
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        Cell::Whole(number) => Some(*number as f64),
        Cell::Text(text) => panic!("{text} is no number"),
    }
}

/// The columns of the issue, in its order.
#[test]
fn the_columns_are_those_that_reports_already_use() {
    let names: Vec<String> = columns().into_iter().map(|column| column.name).collect();
    let asked = "date, campaign_name, spend, impressions, clicks, conversions, revenue, \
                 day_of_week, day_name, is_weekend, month, quarter, year, is_holiday, ctr, cpc, \
                 cvr, cpa, roas, spend_daily_total, impressions_daily_total, clicks_daily_total, \
                 conversions_daily_total, revenue_daily_total, spend_lag_1, spend_lag_7, \
                 spend_rolling_7d, conversions_rolling_7d, days_since_campaign_start, \
                 campaign_type, time_period";
    assert_eq!(names.join(", "), asked);
}

#[test]
fn a_row_is_what_a_hand_makes_of_it() {
    // 1 January 2026 is a Thursday.
    let rows = [
        row("2026-01-02", "Brand_A", Some(30.5), Some(61.0)),
        row("2026-01-01", "Brand_A", Some(10.0), Some(5.0)),
        row("2026-01-02", "Email", Some(0.2), Some(0.0)),
        row("2026-01-08", "Brand_A", Some(50.0), Some(5.0)),
    ];
    let table = facebook_ads(&rows, usd(), None);
    let rows = cells(&table);
    assert_eq!(rows.len(), 4);
    let second = &rows[1];
    let is = |name: &str, cell: Cell<'_>| assert_eq!(*second[name], cell, "{name}");
    is("date", Cell::text("2026-01-02"));
    is("campaign_name", Cell::text("Brand_A"));
    is("day_of_week", Cell::Whole(4));
    is("day_name", Cell::text("Friday"));
    is("is_weekend", Cell::Whole(0));
    is("month", Cell::Whole(1));
    is("quarter", Cell::Whole(1));
    is("year", Cell::Whole(2026));
    is("is_holiday", Cell::Whole(0));
    is("ctr", Cell::Real(0.04));
    is("cpc", Cell::Real(0.7625));
    is("cvr", Cell::Real(0.0625));
    is("cpa", Cell::Real(12.2));
    is("roas", Cell::Real(2.0));
    is("spend_daily_total", Cell::Real(30.7));
    is("impressions_daily_total", Cell::Whole(2000));
    is("clicks_daily_total", Cell::Whole(80));
    is("conversions_daily_total", Cell::Real(5.0));
    is("revenue_daily_total", Cell::Real(61.0));
    is("spend_lag_1", Cell::Real(10.0));
    is("spend_lag_7", Cell::Null);
    is("spend_rolling_7d", Cell::Real(20.25));
    is("conversions_rolling_7d", Cell::Real(5.0));
    is("days_since_campaign_start", Cell::Whole(1));
    is("campaign_type", Cell::text("Brand"));
    is("time_period", Cell::text("2026-01"));
    assert_eq!(*rows[2]["campaign_type"], Cell::text("Other"));
}

#[test]
fn what_lies_before_is_counted_in_calendar_days_and_not_in_rows() {
    let rows = [
        row("2026-01-01", "a", Some(10.0), None),
        row("2026-01-02", "a", Some(30.0), None),
        row("2026-01-08", "a", Some(50.0), None),
    ];
    let table = facebook_ads(&rows, usd(), None);
    let last = &cells(&table)[2];
    // The row before is six days old, and the second of January the first of the seven days.
    assert_eq!(*last["spend_lag_1"], Cell::Null);
    assert_eq!(*last["spend_lag_7"], Cell::Real(10.0));
    assert_eq!(*last["spend_rolling_7d"], Cell::Real(40.0));
    assert_eq!(*last["conversions_rolling_7d"], Cell::Real(5.0));
    assert_eq!(*last["days_since_campaign_start"], Cell::Whole(7));
}

#[test]
fn what_is_not_known_stays_empty_and_so_does_what_follows_from_it() {
    let mut unknown = row("2026-01-01", "a", None, Some(4.0));
    unknown.impressions = None;
    let rows = [unknown, row("2026-01-02", "a", Some(3.0), Some(6.0))];
    let table = facebook_ads(&rows, usd(), None);
    let rows = cells(&table);
    for name in [
        "spend",
        "impressions",
        "ctr",
        "cpc",
        "cpa",
        "roas",
        "spend_daily_total",
        "spend_rolling_7d",
    ] {
        assert_eq!(*rows[0][name], Cell::Null, "{name}");
    }
    assert_eq!(*rows[0]["impressions_daily_total"], Cell::Null);
    assert_eq!(*rows[0]["cvr"], Cell::Real(0.0625));
    assert_eq!(*rows[1]["spend_lag_1"], Cell::Null);
    // Of two days the spend of one is known.
    assert_eq!(*rows[1]["spend_rolling_7d"], Cell::Real(3.0));
}

#[test]
fn a_ratio_over_nothing_is_0() {
    let mut rows = [row("2026-01-01", "a", Some(0.0), Some(6.0))];
    (rows[0].impressions, rows[0].clicks, rows[0].conversions) = (Some(0.0), Some(0.0), Some(0.0));
    let table = facebook_ads(&rows, usd(), None);
    for name in ["ctr", "cpc", "cvr", "cpa", "roas"] {
        assert_eq!(*cells(&table)[0][name], Cell::Real(0.0), "{name}");
    }
}

#[test]
fn of_rows_that_state_the_same_day_the_first_counts() {
    let rows = [row("2026-01-01", "a", Some(1.0), None), row("2026-01-01", "a", Some(2.0), None)];
    let table = facebook_ads(&rows, usd(), None);
    assert_eq!(table.rows.len(), 1);
    assert_eq!(*cells(&table)[0]["spend"], Cell::Real(1.0));
}

/// Money has as many digits as its currency.
#[test]
fn money_is_rounded_to_the_minor_unit_half_to_even() {
    let rows = [row("2026-01-01", "a", Some(1.125), Some(2.5))];
    let money = |code: &str| {
        let currency = Currency::from_code(code).expect("known");
        let table = facebook_ads(&rows, currency, None);
        let cells = cells(&table);
        (real(cells[0]["spend"]), real(cells[0]["revenue"]))
    };
    assert_eq!(money("USD"), (Some(1.12), Some(2.5)));
    assert_eq!(money("JPY"), (Some(1.0), Some(2.0)));
    assert_eq!(money("KWD"), (Some(1.125), Some(2.5)));
}

#[test]
fn a_sum_of_decimals_is_a_decimal() {
    let rows = [row("2026-01-01", "a", Some(0.1), None), row("2026-01-01", "b", Some(0.2), None)];
    let table = facebook_ads(&rows, usd(), None);
    // As doubles, 0.1 + 0.2 is 0.30000000000000004.
    assert_eq!(*cells(&table)[0]["spend_daily_total"], Cell::Real(0.3));
}

fn text(name: &str) -> Option<Vec<Vec<String>>> {
    let Ok(text) = std::fs::read_to_string(format!("{FOLDER}/{name}")) else {
        println!("skipped: the Facebook data are not there");
        return None;
    };
    Some(text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

fn raw_rows(lines: &[Vec<String>]) -> Vec<DailyRow> {
    let number = |cell: &String| cell.parse::<f64>().ok();
    let rows = lines[1..].iter().map(|cells| DailyRow {
        day: day(&cells[0]),
        channel: cells[1].clone(),
        spend: number(&cells[2]),
        impressions: number(&cells[3]),
        clicks: number(&cells[4]),
        conversions: number(&cells[5]),
        revenue: number(&cells[6]),
    });
    rows.collect()
}

/// Of the processed file, lags and windows by row are compared with what its own spend says by
/// calendar day; it calls all days from 22 November on a holiday, where the preset has 23 to 27.
#[test]
fn the_facebook_data_give_the_reference_table() {
    let (Some(raw), Some(processed)) =
        (text("facebook_ads_raw.csv"), text("facebook_ads_processed.csv"))
    else {
        return;
    };
    let rows = known_rows(&clean(&raw_rows(&raw)).0);
    let table = facebook_ads(&rows, usd(), None);
    let ours: BTreeMap<(String, String), BTreeMap<&str, &Cell<'_>>> = cells(&table)
        .into_iter()
        .map(|row| {
            let text = |name: &str| match row[name] {
                Cell::Text(text) => text.to_string(),
                other => panic!("{other:?}"),
            };
            ((text("date"), text("campaign_name")), row)
        })
        .collect();
    let (header, theirs) = processed.split_first().expect("a header");
    assert_eq!((theirs.len(), ours.len(), header.len()), (353, 353, 30));
    let stated = |column: usize| -> BTreeMap<(String, Day), f64> {
        let rows = theirs.iter().map(|row| {
            ((row[1].clone(), day(&row[0])), row[column].parse::<f64>().expect("a number"))
        });
        rows.collect()
    };
    let (spends, conversions) = (stated(2), stated(5));
    let (mut lags_1, mut lags_7, mut holidays) = (0, 0, Vec::new());
    for line in theirs {
        let row = &ours[&(line[0].clone(), line[1].clone())];
        let (name, at) = (line[1].clone(), day(&line[0]));
        let before = |of: &BTreeMap<(String, Day), f64>, days: i64| {
            of.get(&(name.clone(), at - chrono::Duration::days(days))).copied()
        };
        let week = |of: &BTreeMap<(String, Day), f64>| -> Vec<f64> {
            (0..7).rev().filter_map(|days| before(of, days)).collect()
        };
        let window = week(&spends);
        #[expect(clippy::cast_precision_loss, reason = "at most seven")]
        let mean = window.iter().sum::<f64>() / window.len() as f64;
        for (column, cell) in header.iter().zip(line) {
            let ours = row[column.as_str()];
            let expected = match column.as_str() {
                "day_name" | "campaign_type" | "date" | "campaign_name" => {
                    assert_eq!(*ours, Cell::text(cell.as_str()), "{line:?}");
                    continue;
                }
                "spend_lag_1" => before(&spends, 1),
                "spend_lag_7" => before(&spends, 7),
                "spend_rolling_7d" => Some(mean),
                "conversions_rolling_7d" => Some(week(&conversions).iter().sum()),
                _ => cell.parse().ok(),
            };
            let is_holiday = column == "is_holiday";
            if is_holiday && real(ours) != expected {
                holidays.push(line[0].clone());
                continue;
            }
            let is_near = match (real(ours), expected) {
                (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * other.abs().max(1.0),
                (one, other) => one.is_none() && other.is_none(),
            };
            assert!(is_near, "{column}: {ours:?} instead of {expected:?} in {line:?}");
            // Away from the gaps, rows are days.
            if column.starts_with("spend_rolling") && window.len() == 7 {
                let theirs: f64 = cell.parse().expect("a number");
                assert!((mean - theirs).abs() < 1e-9 * theirs.max(1.0), "{line:?}");
            }
        }
        lags_1 += usize::from(*row["spend_lag_1"] == Cell::Null);
        lags_7 += usize::from(*row["spend_lag_7"] == Cell::Null);
    }
    // The first row of 4 campaigns, and those after 7 missing rows; the first week of 4 campaigns,
    // of which a row is missing, and those a week after 7 missing rows.
    assert_eq!((lags_1, lags_7), (4 + 7, 4 * 7 - 1 + 7));
    holidays.dedup();
    assert_eq!(holidays, ["2025-11-22", "2025-11-28", "2025-11-29", "2025-11-30"]);
}
