//! Decisions, past weeks and models → plots as SVG, in one house style. Each has a title that states what
//! it finds and a text that says the same in words.

use crate::decision::{ChannelDecision, Decision};
use crate::domain::{Account, ChannelName, Money, Week};

/// A plot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// The stem of its file.
    pub name: String,
    /// What it finds.
    pub title: String,
    /// The same in words, with the figures.
    pub description: String,
    /// The picture: a whole `<svg>` that stands alone or in a page with [`STYLE`].
    pub svg: String,
}

/// The style of a page that holds plots.
pub const STYLE: &str = "";

/// A week that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastWeek {
    /// The week.
    pub week: Week,
    /// What was published for it; `None`: nothing was.
    pub budgets: Option<Vec<(ChannelName, Money)>>,
    /// Whether what was published was a hold.
    pub held: bool,
    /// Spend and revenue of each channel, in the account's order; sums over the days that have data.
    pub spend: Vec<(ChannelName, Money)>,
    /// As for `spend`.
    pub revenue: Vec<(ChannelName, Money)>,
}

/// The plots of this week's budgets.
pub fn decision_plots(_: &Decision) -> Vec<Plot> {
    Vec::new()
}

/// A channel's way from its target to its budget; `None`: there is nothing to show.
pub fn channel_waterfall(_: &Decision, _: &ChannelDecision) -> Option<Plot> {
    None
}

/// The plots of past weeks, oldest first.
pub fn history_plots(_: &Account, _: &[PastWeek]) -> Vec<Plot> {
    Vec::new()
}
