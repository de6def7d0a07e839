//! Clean rows → one row per day: carried-over and saturated spend per channel, the calendar, a trend.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::clean::CleanRow;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::linear::Column;
use crate::advice::mmm::saturation::Saturation;
use crate::domain::Day;

/// The weekdays that get a column; Monday is what they are compared with.
const WEEKDAYS: [&str; 6] = ["Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Days as a model sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Days {
    /// In order; days on which no channel has a row are not there.
    pub days: Vec<Day>,
    /// In the order of their names.
    pub channels: Vec<String>,
    /// Spend by channel, then day; 0 where a channel has no row.
    pub spend: Vec<Vec<f64>>,
    /// Revenue of all channels per day.
    pub revenue: Vec<f64>,
}

/// Sums rows per day and channel.
pub fn days_of(rows: &[CleanRow]) -> Days {
    let mut positions: BTreeMap<Day, usize> = rows.iter().map(|row| (row.day, 0)).collect();
    positions.values_mut().enumerate().for_each(|(at, position)| *position = at);
    let mut channels: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut revenue = vec![0.0; positions.len()];
    for row in rows {
        let at = positions[&row.day];
        channels.entry(&row.channel).or_insert_with(|| vec![0.0; positions.len()])[at] += row.spend;
        revenue[at] += row.revenue;
    }
    Days {
        days: positions.into_keys().collect(),
        channels: channels.keys().map(|name| (*name).to_owned()).collect(),
        spend: channels.into_values().collect(),
        revenue,
    }
}

/// The carryover of a channel by its name, as the classic pipeline fixes it: launches 0.5, leads
/// 0.4, retargeting 0.3, brand 0.7; all others 0.5.
pub fn decay_of(channel: &str) -> f64 {
    let name = channel.to_lowercase();
    [("launch", 0.5), ("lead", 0.4), ("retargeting", 0.3), ("brand", 0.7)]
        .into_iter()
        .find(|(word, _)| name.contains(word))
        .map_or(0.5, |(_, decay)| decay)
}

/// The logarithm of 1 + money: the classic pipeline's saturation, in the currency's major unit.
pub const SATURATION: Saturation = Saturation::Logarithm { scale: 1.0 };

/// The media columns first, in the order of `days.channels`, then calendar and trend.
pub fn columns(days: &Days, decays: &[f64]) -> Vec<Column> {
    let media =
        days.channels.iter().zip(&days.spend).zip(decays).map(|((channel, spend), decay)| {
            let carried = Adstock::Geometric { decay: *decay }.apply(spend);
            column(channel, carried.iter().map(|spend| SATURATION.effect(*spend)).collect())
        });
    let marked = |name: &str, is: &dyn Fn(Day) -> bool| {
        column(name, days.days.iter().map(|day| f64::from(u8::from(is(*day)))).collect())
    };
    let mut columns: Vec<Column> = media.collect();
    for (number, name) in (1u32..).zip(WEEKDAYS) {
        columns.push(marked(name, &|day| day.weekday().num_days_from_monday() == number));
    }
    columns.push(marked("is_weekend", &|day| day.weekday().num_days_from_monday() >= 5));
    let mut months: Vec<u32> = days.days.iter().map(Datelike::month).collect();
    months.sort_unstable();
    months.dedup();
    for month in months.into_iter().skip(1) {
        columns.push(marked(&format!("month_{month}"), &|day| day.month() == month));
    }
    columns.push(marked("is_holiday", &is_holiday));
    let mut number = 0.0;
    let trend = days.days.iter().map(|_| {
        number += 1.0;
        number - 1.0
    });
    columns.push(column("trend", trend.collect()));
    columns
}

/// The days around Thanksgiving and at the end of the year.
pub fn is_holiday(day: Day) -> bool {
    matches!((day.month(), day.day()), (11, 23..=27) | (12, 20..=31))
}

fn column(name: &str, values: Vec<f64>) -> Column {
    Column { name: name.to_owned(), values, is_positive: false }
}
