//! Published budgets, or the spend of the week before the first decision → the reference: today's
//! active channels, scaled so that they sum to the total exactly.

use std::collections::BTreeMap;

use crate::domain::{Amount, ChannelName, FirstReference, Money};

use super::largest_remainder::in_proportion;
use super::trace::TraceLine;
use super::{Inputs, PublishedBudgets, Reason, Reference, ReferenceOrigin, Step};

/// What changes are counted from; `None`: the account has nothing to compare with.
///
/// The newest published budgets, restricted to today's active channels and scaled to the total.
/// Before the first decision, and where none of today's active channels had a published budget
/// (so that nothing can be scaled), the spend of the last full week, scaled likewise, or nothing,
/// as `first_reference` says.
pub fn reference(inputs: &Inputs<'_>) -> Option<Reference> {
    inputs.published.and_then(|budgets| from_published(inputs, budgets)).or_else(|| {
        match inputs.account.rules.first_reference {
            FirstReference::Spend => from_spend(inputs),
            FirstReference::None => None,
        }
    })
}

impl Reference {
    /// The amount of a channel; `None`: it has no reference.
    pub fn amount(&self, channel: &ChannelName) -> Option<Amount> {
        let position = self.amounts.binary_search_by(|(name, _)| name.cmp(channel)).ok()?;
        Some(self.amounts[position].1)
    }
}

/// The reference and the lines that tell where it comes from.
pub(super) fn reference_with_trace(inputs: &Inputs<'_>) -> (Option<Reference>, Vec<TraceLine>) {
    let reference = reference(inputs);
    let mut lines = Vec::new();
    let line = |reason| TraceLine::account(Step::Reference, reason);
    if let Some(published) = inputs.published
        && !matches!(&reference, Some(found) if found.is_published())
    {
        lines.push(line(Reason::PublishedUnusable { week: published.week }));
    }
    let Some(found) = &reference else {
        lines.push(line(Reason::NoReference));
        return (reference, lines);
    };
    lines.push(line(match found.origin {
        ReferenceOrigin::Published { week, revision } => {
            Reason::ReferencePublished { week, revision }
        }
        ReferenceOrigin::Spend { week } => Reason::ReferenceSpend { week },
    }));
    let before = match (found.is_published(), inputs.published) {
        (true, Some(published)) => published_by_channel(published),
        _ => spend_by_channel(inputs),
    };
    trace_channels(inputs, found, &before, &mut lines);
    (reference, lines)
}

impl Reference {
    const fn is_published(&self) -> bool {
        matches!(self.origin, ReferenceOrigin::Published { .. })
    }
}

/// A line for each channel: what it had, and what that makes in this week's total.
fn trace_channels(
    inputs: &Inputs<'_>,
    reference: &Reference,
    before: &BTreeMap<&ChannelName, Money>,
    lines: &mut Vec<TraceLine>,
) {
    for channel in inputs.account.active_channels() {
        let line = |reason| TraceLine::channel(Step::Reference, &channel.name, reason);
        lines.push(match reference.amount(&channel.name) {
            Some(amount) => line(Reason::ReferenceScaled)
                .from(before.get(&channel.name).map(|money| money.amount()))
                .to(amount),
            None => line(Reason::ReferenceAbsent),
        });
    }
    for (&name, money) in before {
        if reference.amount(name).is_none() && money.is_positive() {
            let line = TraceLine::channel(Step::Reference, name, Reason::ReferenceLeftOut);
            lines.push(line.from(money.amount()).to(Amount::ZERO));
        }
    }
}

fn from_published(inputs: &Inputs<'_>, published: &PublishedBudgets) -> Option<Reference> {
    let origin = ReferenceOrigin::Published { week: published.week, revision: published.revision };
    scaled(inputs, origin, &published_by_channel(published))
}

/// The spend of the last full week before the decision week.
fn from_spend(inputs: &Inputs<'_>) -> Option<Reference> {
    let week = *inputs.history.weeks.last()?;
    scaled(inputs, ReferenceOrigin::Spend { week }, &spend_by_channel(inputs))
}

fn published_by_channel(published: &PublishedBudgets) -> BTreeMap<&ChannelName, Money> {
    published.budgets.iter().map(|(name, money)| (name, *money)).collect()
}

/// Spend of the last full week of the channels that have data in it.
fn spend_by_channel<'a>(inputs: &Inputs<'a>) -> BTreeMap<&'a ChannelName, Money> {
    let channels = inputs.history.channels.iter();
    channels
        .filter_map(|history| {
            let week = history.weeks.last()?;
            (week.days.count() > 0).then_some((&history.channel, week.measures.spend))
        })
        .collect()
}

/// `amounts` of today's active channels in proportion, so that they sum to the total.
fn scaled(
    inputs: &Inputs<'_>,
    origin: ReferenceOrigin,
    amounts: &BTreeMap<&ChannelName, Money>,
) -> Option<Reference> {
    let known: Vec<(&ChannelName, i128)> = inputs
        .account
        .active_channels()
        .filter_map(|channel| Some((&channel.name, amounts.get(&channel.name)?.minor())))
        .collect();
    let weights: Vec<i128> = known.iter().map(|(_, minor)| *minor).collect();
    let total = inputs.account.total_budget_weekly.amount().millionths();
    let parts = in_proportion(total, &weights)?;
    let amounts = known
        .into_iter()
        .zip(parts)
        .map(|((name, _), part)| (name.clone(), Amount::from_millionths(part)))
        .collect();
    Some(Reference { origin, amounts })
}
