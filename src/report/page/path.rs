//! Decision → why each channel gets what it gets, and each step on the way.

use crate::decision::{ChannelDecision, Decision};
use crate::domain::text::escape;
use crate::report::explanation::channel::sentences;
use crate::report::plots;
use crate::report::words;

/// The sentences of a channel.
pub(super) struct Why {
    pub name: String,
    /// What it gets, and the main reason.
    pub first: String,
    pub rest: Vec<String>,
}

/// A channel's way from its return to its budget.
pub(super) struct ChannelPath {
    pub id: String,
    pub name: String,
    pub plots: Vec<String>,
    pub steps: Vec<StepRow>,
}

/// A line of the trace.
pub(super) struct StepRow {
    pub step: &'static str,
    pub before: String,
    pub after: String,
    pub reason: String,
}

/// The reasons, in the order of the table.
pub(super) fn why(decision: &Decision) -> Vec<Why> {
    let told = |channel: &ChannelDecision| {
        let mut sentences = sentences(decision, channel).into_iter();
        Why {
            name: escape(channel.channel.as_str()),
            first: sentences.next().unwrap_or_default(),
            rest: sentences.collect(),
        }
    };
    words::largest_first(decision).into_iter().map(told).collect()
}

/// The ways of the channels with the largest budgets, and of how many there is none.
pub(super) fn paths(decision: &Decision) -> (Vec<ChannelPath>, usize) {
    let channels = words::largest_first(decision);
    let left_out = channels.len().saturating_sub(plots::WAYS_MAX);
    let shown = channels.into_iter().take(plots::WAYS_MAX).enumerate();
    (shown.map(|(at, channel)| path(decision, at, channel)).collect(), left_out)
}

fn path(decision: &Decision, at: usize, channel: &ChannelDecision) -> ChannelPath {
    let account = &decision.account;
    let shown = |amount| words::amount(account, amount);
    let lines =
        decision.trace.iter().filter(|line| line.channel.as_ref() == Some(&channel.channel));
    ChannelPath {
        id: format!("channel-{at}"),
        name: escape(channel.channel.as_str()),
        plots: plots::channel_waterfall(decision, channel).into_iter().map(|it| it.svg).collect(),
        steps: lines
            .map(|line| StepRow {
                step: line.step.name(),
                before: line.before.map(shown).unwrap_or_default(),
                after: line.after.map(shown).unwrap_or_default(),
                reason: escape(&line.reason.to_string()),
            })
            .collect(),
    }
}
