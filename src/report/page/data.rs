//! Decision → on how many days of each week of the evidence each channel has data.

use crate::decision::Decision;
use crate::domain::text::escape;

/// The newest weeks that a page has room for.
const WEEKS_MAX: u32 = 12;

/// A channel in the table of days.
pub(super) struct DaysRow {
    pub channel: String,
    /// Days with data, of seven, in each week.
    pub cells: Vec<u32>,
}

/// The weeks of the evidence, newest last, and the days of each channel in them. Channels that rest
/// aren't waited for, and aren't shown.
pub(super) fn days(decision: &Decision) -> (Vec<String>, Vec<DaysRow>) {
    let history = &decision.history;
    let positions = history.newest(decision.account.rules.lookback_weeks.min(WEEKS_MAX));
    let weeks = positions
        .clone()
        .map(|at| history.weeks[at].first_day().format("%-d %b").to_string())
        .collect();
    let is_paused = |name| decision.account.channel(name).is_some_and(|found| found.paused);
    let rows = history
        .channels
        .iter()
        .filter(|channel| !is_paused(&channel.channel))
        .map(|channel| DaysRow {
            channel: escape(channel.channel.as_str()),
            cells: positions.clone().map(|at| channel.weeks[at].days.count()).collect(),
        })
        .collect();
    (weeks, rows)
}
