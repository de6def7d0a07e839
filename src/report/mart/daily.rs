//! Daily rows → the table `facebook_ads`: each day and channel with its calendar, ratios, totals of
//! the day, and what lies before it by calendar day. What isn't known stays empty, and so does what
//! would follow from it.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::table::{Cell, Column, Kind, Table, optional, required};
use crate::advice::mmm::classic::features::is_holiday;
use crate::advice::mmm::rows::DailyRow;
use crate::domain::calendar::{WEEK_DAYS, weekday_name};
use crate::domain::{Currency, Day};

/// What a campaign is called whose name tells no type.
const NO_TYPE: &str = "Other";

/// The rows of one day and channel, with money to the minor unit.
struct Row<'a> {
    day: Day,
    channel: usize,
    name: &'a str,
    spend: Option<f64>,
    impressions: Option<f64>,
    clicks: Option<f64>,
    conversions: Option<f64>,
    revenue: Option<f64>,
}

/// Sums over the channels of a day; of what is known.
#[derive(Default, Clone, Copy)]
struct Totals {
    spend: Option<f64>,
    impressions: Option<f64>,
    clicks: Option<f64>,
    conversions: Option<f64>,
    revenue: Option<f64>,
}

/// What a channel did before a day, by calendar day.
struct Before {
    spend_lag_1: Option<f64>,
    spend_lag_7: Option<f64>,
    spend_rolling: Option<f64>,
    conversions_rolling: Option<f64>,
    days_since_start: i64,
}

/// `rows` by day and channel, those up to the day `left_out_to` left out. Of rows that state the same
/// day and channel, the first counts.
pub(super) fn facebook_ads(
    rows: &[DailyRow],
    currency: Currency,
    left_out_to: Option<Day>,
) -> Table<'_> {
    let rows = in_order(rows, currency);
    let mut before = before(&rows).into_iter();
    let mut cells = Vec::with_capacity(rows.len());
    for day in rows.chunk_by(|one, other| one.day == other.day) {
        let totals = totals(day, currency);
        let is_shown = left_out_to.is_none_or(|last| day[0].day > last);
        for (row, before) in day.iter().zip(&mut before) {
            if is_shown {
                cells.push(cells_of(row, &totals, &before));
            }
        }
    }
    Table {
        name: "facebook_ads",
        views: &["daily_performance"],
        columns: columns(),
        primary_key: vec![0, 1],
        indexes: vec![vec![1, 0]],
        rows: cells,
    }
}

fn columns() -> Vec<Column> {
    use Kind::{Count, Money, Ratio, Text, Whole};
    [
        required([("date", Text), ("campaign_name", Text)]),
        optional([("spend", Money), ("impressions", Whole), ("clicks", Whole)]),
        optional([("conversions", Count), ("revenue", Money)]),
        required([("day_of_week", Whole), ("day_name", Text), ("is_weekend", Whole)]),
        required([("month", Whole), ("quarter", Whole), ("year", Whole), ("is_holiday", Whole)]),
        optional([("ctr", Ratio), ("cpc", Ratio), ("cvr", Ratio), ("cpa", Ratio), ("roas", Ratio)]),
        optional([("spend_daily_total", Money), ("impressions_daily_total", Whole)]),
        optional([("clicks_daily_total", Whole), ("conversions_daily_total", Count)]),
        optional([("revenue_daily_total", Money)]),
        optional([("spend_lag_1", Money), ("spend_lag_7", Money)]),
        optional([("spend_rolling_7d", Ratio), ("conversions_rolling_7d", Count)]),
        required([("days_since_campaign_start", Whole), ("campaign_type", Text)]),
        required([("time_period", Text)]),
    ]
    .concat()
}

fn in_order(rows: &[DailyRow], currency: Currency) -> Vec<Row<'_>> {
    let mut channels: BTreeMap<&str, usize> =
        rows.iter().map(|row| (row.channel.as_str(), 0)).collect();
    channels.values_mut().enumerate().for_each(|(position, channel)| *channel = position);
    let money = |value: Option<f64>| value.map(|value| in_minor(value, currency));
    let mut ordered: Vec<Row<'_>> = rows
        .iter()
        .map(|row| Row {
            day: row.day,
            channel: channels[row.channel.as_str()],
            name: &row.channel,
            spend: money(row.spend),
            impressions: row.impressions,
            clicks: row.clicks,
            conversions: row.conversions,
            revenue: money(row.revenue),
        })
        .collect();
    // Stable: the first of several stays the first.
    ordered.sort_by_key(|row| (row.day, row.channel));
    ordered.dedup_by_key(|row| (row.day, row.channel));
    ordered
}

/// To the minor unit, so that sums of decimals are decimals again; half to even.
fn in_minor(value: f64, currency: Currency) -> f64 {
    let minor_per_major = f64::from(10u32.pow(u32::from(currency.minor_digits())));
    libm::rint(value * minor_per_major) / minor_per_major
}

fn totals(day: &[Row<'_>], currency: Currency) -> Totals {
    let sum = |value: fn(&Row<'_>) -> Option<f64>| sum_known(day.iter().map(value));
    let money = |value: Option<f64>| value.map(|value| in_minor(value, currency));
    Totals {
        spend: money(sum(|row| row.spend)),
        impressions: sum(|row| row.impressions),
        clicks: sum(|row| row.clicks),
        conversions: sum(|row| row.conversions),
        revenue: money(sum(|row| row.revenue)),
    }
}

/// The sum of what is known; nothing where nothing is.
fn sum_known(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// One per row.
fn before(rows: &[Row<'_>]) -> Vec<Before> {
    let mut of_channels: Vec<Vec<&Row<'_>>> = Vec::new();
    rows.iter()
        .map(|row| {
            if of_channels.len() <= row.channel {
                of_channels.resize(row.channel + 1, Vec::new());
            }
            let rows = &mut of_channels[row.channel];
            rows.push(row);
            before_last(rows)
        })
        .collect()
}

/// What lies before the last of a channel's `rows`.
fn before_last(rows: &[&Row<'_>]) -> Before {
    let (first, last) = (rows[0].day, rows[rows.len() - 1].day);
    let age = |row: &Row<'_>| (last - row.day).num_days();
    let days = WEEK_DAYS.cast_signed();
    let near = &rows[rows.len().saturating_sub(8)..];
    let at = |days: i64| near.iter().find(|row| age(row) == days).and_then(|row| row.spend);
    let week = || near.iter().filter(|row| age(row) < days);
    let spends: Vec<f64> = week().filter_map(|row| row.spend).collect();
    #[expect(clippy::cast_precision_loss, reason = "at most seven")]
    let mean = || spends.iter().sum::<f64>() / spends.len() as f64;
    Before {
        spend_lag_1: at(1),
        spend_lag_7: at(days),
        spend_rolling: (!spends.is_empty()).then(mean),
        conversions_rolling: sum_known(week().map(|row| row.conversions)),
        days_since_start: (last - first).num_days(),
    }
}

fn cells_of<'a>(row: &Row<'a>, totals: &Totals, before: &Before) -> Vec<Cell<'a>> {
    let day = row.day;
    let weekday = day.weekday().num_days_from_monday();
    let flag = |is: bool| Cell::Whole(i64::from(is));
    vec![
        Cell::text(day.to_string()),
        Cell::text(row.name),
        Cell::real(row.spend),
        Cell::whole(row.impressions),
        Cell::whole(row.clicks),
        Cell::real(row.conversions),
        Cell::real(row.revenue),
        Cell::Whole(i64::from(weekday)),
        Cell::text(weekday_name(day.weekday())),
        flag(weekday >= 5),
        Cell::Whole(i64::from(day.month())),
        Cell::Whole(i64::from(day.month0() / 3 + 1)),
        Cell::Whole(i64::from(day.year())),
        flag(is_holiday(day)),
        ratio(row.clicks, row.impressions),
        ratio(row.spend, row.clicks),
        ratio(row.conversions, row.clicks),
        ratio(row.spend, row.conversions),
        ratio(row.revenue, row.spend),
        Cell::real(totals.spend),
        Cell::whole(totals.impressions),
        Cell::whole(totals.clicks),
        Cell::real(totals.conversions),
        Cell::real(totals.revenue),
        Cell::real(before.spend_lag_1),
        Cell::real(before.spend_lag_7),
        Cell::real(before.spend_rolling),
        Cell::real(before.conversions_rolling),
        Cell::Whole(before.days_since_start),
        Cell::text(campaign_type(row.name)),
        Cell::text(format!("{:04}-{:02}", day.year(), day.month())),
    ]
}

/// 0 where the divisor is 0, as reports that people already have expect; nothing where either isn't
/// known.
fn ratio<'a>(top: Option<f64>, bottom: Option<f64>) -> Cell<'a> {
    let quotient = |(top, bottom)| if bottom > 0.0 { top / bottom } else { 0.0 };
    Cell::real(top.zip(bottom).map(quotient))
}

/// The name up to its first underscore.
fn campaign_type(name: &str) -> &str {
    match name.split_once('_') {
        Some((kind, _)) if !kind.is_empty() => kind,
        _ => NO_TYPE,
    }
}

#[cfg(test)]
mod tests;
