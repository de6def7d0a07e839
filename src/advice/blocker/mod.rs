//! The blocker: weekly history and a proposed cut → a veto, or why there is none. A linear
//! regression that people can read (DESIGN §5). It must be harmless first: in doubt it is silent.

use serde::Serialize;

use crate::domain::{BlockerSettings, ChannelName};
use crate::history::WeeklyHistory;

/// What the blocker says of one proposed cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Opinion {
    /// The channel.
    pub channel: ChannelName,
    /// Veto, pass or silence.
    pub verdict: Verdict,
}

/// The blocker's word on a cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// The cut is premature: even the lower bound of its cost exceeds the hurdle.
    Veto(Estimate),
    /// The cut may stand.
    Pass(Estimate),
    /// The history can't tell; the rules' proposal stands.
    Silent(Silence),
}

/// Each unit of money cut now is expected to cost `cost` units of revenue in the next
/// `horizon_weeks` weeks, between `low` and `high` at `confidence`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The expected cost.
    pub cost: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// The probability of the interval.
    pub confidence: f64,
    /// The weeks that the cost is counted over.
    pub horizon_weeks: u32,
    /// The weeks that it was learnt from.
    pub weeks_used: u32,
    /// What the lower bound was held against.
    pub hurdle: f64,
}

/// Why the blocker says nothing of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "silence")]
pub enum Silence {
    /// The account switched it off.
    Disabled,
    /// Fewer full weeks of history than it needs.
    HistoryTooShort {
        /// Usable weeks.
        weeks: u32,
        /// Weeks needed.
        weeks_min: u32,
    },
    /// The channel's spend hardly varied.
    SpendHardlyVaried,
    /// The regression has no one solution, or one that small errors would turn over.
    IllConditioned,
    /// In the walk-forward test it predicted worse than the plain mean.
    WorseThanMean {
        /// Out-of-sample error of the regression.
        error: f64,
        /// Out-of-sample error of the plain mean.
        error_of_mean: f64,
    },
    /// The model failed; whoever caught it says so.
    Failed,
}

/// Looks at each of `cuts` (channels whose proposal is below their reference) with the weeks of
/// `history`, oldest to newest; one opinion for each, in the same order.
pub fn look(
    _settings: &BlockerSettings,
    _history: &WeeklyHistory,
    _cuts: &[ChannelName],
) -> Vec<Opinion> {
    unimplemented!("blocker")
}
