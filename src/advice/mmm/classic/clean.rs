//! The cleaning of the classic preset: blanks to 0, the first of repeated rows, negatives to 0,
//! money clipped to a fence over all channels together, clicks and conversions capped.

use std::collections::BTreeSet;

use crate::advice::mmm::cleaning::{Change, Measure, Reason};
use crate::advice::mmm::rows::DailyRow;
use crate::domain::Day;

/// The fence lies this many interquartile ranges outside the quartiles (Tukey 1977: far out).
const FENCE_RANGES: f64 = 3.0;

/// A row in which everything is known.
#[derive(Debug, Clone, PartialEq)]
pub struct CleanRow {
    /// The day.
    pub day: Day,
    /// The channel or campaign.
    pub channel: String,
    /// Money spent, major units.
    pub spend: f64,
    /// Times shown.
    pub impressions: f64,
    /// Times clicked.
    pub clicks: f64,
    /// Times converted.
    pub conversions: f64,
    /// Revenue, major units.
    pub revenue: f64,
}

/// Rows in which everything is known, as rows in which not everything need be.
pub fn known_rows(rows: &[CleanRow]) -> Vec<DailyRow> {
    rows.iter()
        .map(|row| DailyRow {
            day: row.day,
            channel: row.channel.clone(),
            spend: Some(row.spend),
            impressions: Some(row.impressions),
            clicks: Some(row.clicks),
            conversions: Some(row.conversions),
            revenue: Some(row.revenue),
        })
        .collect()
}

/// `rows` by day and channel, cleaned, with each change.
pub fn clean(rows: &[DailyRow]) -> (Vec<CleanRow>, Vec<Change>) {
    let mut changes = Vec::new();
    let mut seen = BTreeSet::new();
    let mut cleaned = Vec::with_capacity(rows.len());
    for row in rows {
        if !seen.insert((row.day, row.channel.clone())) {
            changes.push(change(row.day, &row.channel, None, row.spend, None, Reason::Repeated));
            continue;
        }
        let mut known = |measure, value: Option<f64>| {
            let after = value.unwrap_or(0.0).max(0.0);
            if value != Some(after) {
                let reason = if value.is_some() { Reason::Negative } else { Reason::Missing };
                changes.push(change(
                    row.day,
                    &row.channel,
                    Some(measure),
                    value,
                    Some(after),
                    reason,
                ));
            }
            after
        };
        cleaned.push(CleanRow {
            day: row.day,
            channel: row.channel.clone(),
            spend: known(Measure::Spend, row.spend),
            impressions: known(Measure::Impressions, row.impressions),
            clicks: known(Measure::Clicks, row.clicks),
            conversions: known(Measure::Conversions, row.conversions),
            revenue: known(Measure::Revenue, row.revenue),
        });
    }
    cleaned.sort_by(|left, right| {
        left.day.cmp(&right.day).then_with(|| left.channel.cmp(&right.channel))
    });
    clip(&mut cleaned, Measure::Spend, |row| &mut row.spend, &mut changes);
    clip(&mut cleaned, Measure::Revenue, |row| &mut row.revenue, &mut changes);
    for row in &mut cleaned {
        let (day, channel) = (row.day, row.channel.as_str());
        let mut cap = |measure, value: &mut f64, most: f64, reason| {
            if *value > most {
                changes.push(change(day, channel, Some(measure), Some(*value), Some(most), reason));
                *value = most;
            }
        };
        cap(Measure::Clicks, &mut row.clicks, row.impressions, Reason::MoreThanImpressions);
        cap(Measure::Conversions, &mut row.conversions, row.clicks, Reason::MoreThanClicks);
    }
    (cleaned, changes)
}

fn clip(
    rows: &mut [CleanRow],
    measure: Measure,
    figure: fn(&mut CleanRow) -> &mut f64,
    changes: &mut Vec<Change>,
) {
    let mut sorted: Vec<f64> = rows.iter_mut().map(|row| *figure(row)).collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(first), Some(third)) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75)) else {
        return;
    };
    let reach = FENCE_RANGES * (third - first);
    let (low, high) = (first - reach, third + reach);
    for row in rows {
        let value = *figure(row);
        let after = value.clamp(low, high);
        if after != value {
            let reason = Reason::Outlier { low, high };
            changes.push(change(
                row.day,
                &row.channel,
                Some(measure),
                Some(value),
                Some(after),
                reason,
            ));
            *figure(row) = after;
        }
    }
}

/// Between neighbours in proportion (Hyndman and Fan 1996, type 7); `None` of nothing.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "rows are few")]
    let place = sorted.len().checked_sub(1)? as f64 * share;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the length")]
    let below = libm::floor(place) as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - libm::floor(place)))
}

fn change(
    day: Day,
    series: &str,
    measure: Option<Measure>,
    before: Option<f64>,
    after: Option<f64>,
    reason: Reason,
) -> Change {
    Change { day, series: series.to_owned(), measure, before, after, reason }
}
