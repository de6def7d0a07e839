//! What every decision starts from: the active channels with reference, evidence, weight and
//! bounds side by side. Steps read a case and never change it.

use crate::domain::{Account, Amount, Channel, ChannelName};

use super::evidence::Findings;
use super::reference::reference_with_trace;
use super::{Allocation, ChannelEvidence, Inputs, Reference, TraceLine, bounds, evidence};

/// The starting point of a decision. Amounts are in millionths of the minor unit.
pub(super) struct Case<'a> {
    /// The account.
    pub(super) account: &'a Account,
    /// The total.
    pub(super) total: i128,
    /// The active channels, by name.
    pub(super) contenders: Vec<Contender<'a>>,
    /// Where changes are counted from.
    pub(super) reference: Option<Reference>,
    /// Of every channel, paused ones too, by name.
    pub(super) evidence: Vec<ChannelEvidence>,
    /// The steps so far.
    pub(super) trace: Vec<TraceLine>,
}

/// An active channel.
pub(super) struct Contender<'a> {
    /// The channel.
    pub(super) channel: &'a Channel,
    /// Whether it is eligible.
    pub(super) is_eligible: bool,
    /// Its weight; 0 where it is not eligible.
    pub(super) weight: i128,
    /// The least it may get.
    pub(super) floor: i128,
    /// The most it may get.
    pub(super) cap: i128,
    /// Its reference, if it has one.
    pub(super) reference: Option<i128>,
}

impl<'a> Case<'a> {
    /// Gathers the case and the first lines of its trace.
    pub(super) fn of(inputs: &Inputs<'a>) -> Self {
        let account = inputs.account;
        let (reference, mut trace) = reference_with_trace(inputs);
        let Findings { evidence, lines } = evidence::find(inputs);
        trace.extend(lines);
        let contenders = account
            .channels
            .iter()
            .zip(&evidence)
            .filter(|(channel, _)| !channel.paused)
            .map(|(channel, found)| Contender {
                channel,
                is_eligible: found.ineligible.is_none(),
                weight: found.weight,
                floor: bounds::floor(account, channel).millionths(),
                cap: bounds::cap(account, channel).millionths(),
                reference: reference
                    .as_ref()
                    .and_then(|reference| reference.amount(&channel.name))
                    .map(Amount::millionths),
            })
            .collect();
        let total = account.total_budget_weekly.amount().millionths();
        Self { account, total, contenders, reference, evidence, trace }
    }

    /// `amounts` of the contenders as an allocation; paused channels get nothing.
    pub(super) fn allocation(&self, amounts: &[i128]) -> Allocation {
        let mut given = amounts.iter();
        let named = self.account.channels.iter().map(|channel| {
            let amount = if channel.paused {
                0
            } else {
                *given.next().expect("each active channel has an amount")
            };
            (channel.name.clone(), Amount::from_millionths(amount))
        });
        Allocation::new(self.account.total_budget_weekly, named.collect())
    }
}

impl Contender<'_> {
    /// Its name.
    pub(super) const fn name(&self) -> &ChannelName {
        &self.channel.name
    }

    /// Its reference; a channel without one counts as 0.
    pub(super) fn reference_or_zero(&self) -> i128 {
        self.reference.unwrap_or(0)
    }
}
