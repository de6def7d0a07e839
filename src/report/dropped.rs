//! Rows that a file drops → the words of its receipt, of `validate` and of a refusal: how many went,
//! with what, and the first of them by name.

use super::words;
use crate::audit::{Dropped, DroppedRow};
use crate::domain::ChannelName;
use crate::domain::text::escape;

/// "2 rows were known and aren't in this file, so they count no longer: spend 47.00, revenue 101.00";
/// `would` where the file isn't taken.
pub fn dropped_intro(dropped: &Dropped, would: bool) -> String {
    let known = match (dropped.rows, would) {
        (1, false) => "1 row was known and isn't in this file, so it counts".to_owned(),
        (1, true) => "1 row was known and isn't in this file, so it would count".to_owned(),
        (rows, _) => {
            let count = if would { "would count" } else { "count" };
            format!("{rows} rows were known and aren't in this file, so they {count}")
        }
    };
    let amounts = amounts(dropped.spend.as_deref(), dropped.revenue.as_deref());
    format!("{known} no longer: {amounts}")
}

/// The first of them, a line each, and how many more there are.
pub fn dropped_lines(dropped: &Dropped) -> Vec<String> {
    let line = |row: &DroppedRow| {
        let (day, channel) = (words::day(row.day), subject(row.channel.as_ref()));
        let amounts = amounts(row.spend.as_deref(), row.revenue.as_deref());
        format!("{day}, {channel}, {}: {amounts}", campaign(row))
    };
    let mut lines: Vec<String> = dropped.examples.iter().map(line).collect();
    let more = dropped.rows.saturating_sub(lines.len() as u64);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

/// "brand / IE (spend 12.00, revenue 30.00)"
pub fn dropped_row(row: &DroppedRow) -> String {
    format!("{} ({})", campaign(row), amounts(row.spend.as_deref(), row.revenue.as_deref()))
}

fn campaign(row: &DroppedRow) -> String {
    match row.campaign.as_str() {
        "" => "the row without a campaign".to_owned(),
        campaign => escape(campaign),
    }
}

fn amounts(spend: Option<&str>, revenue: Option<&str>) -> String {
    format!("spend {}, revenue {}", known(spend), known(revenue))
}

pub(super) fn known(value: Option<&str>) -> String {
    value.map_or_else(|| "not known".to_owned(), escape)
}

pub(super) fn subject(channel: Option<&ChannelName>) -> String {
    channel.map_or_else(|| "the whole business".to_owned(), |name| escape(name.as_str()))
}
