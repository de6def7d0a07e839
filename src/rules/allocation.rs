//! Budgets of one week that sum to the total exactly. Only `rules` can build one: the fields are
//! private, the constructor ends at this folder, and there is neither `Default` nor `Deserialize`.

use crate::domain::{Amount, ChannelName, Money};

/// A budget per channel for one week; every channel of the account is in it, a paused one with 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    total: Money,
    amounts: Vec<(ChannelName, Amount)>,
}

impl Allocation {
    /// Checks the one thing that never yields: the amounts sum to `total`, and none is negative.
    pub(in crate::rules) fn new(total: Money, mut amounts: Vec<(ChannelName, Amount)>) -> Self {
        amounts.sort_by(|one, other| one.0.cmp(&other.0));
        let sum: Amount = amounts.iter().map(|(_, amount)| *amount).sum();
        assert_eq!(sum, total.amount(), "every sharing-out conserves the total");
        assert!(
            amounts.iter().all(|(_, amount)| *amount >= Amount::ZERO),
            "no step goes below zero"
        );
        Self { total, amounts }
    }

    /// What the amounts sum to.
    pub const fn total(&self) -> Money {
        self.total
    }

    /// All channels with their amounts, by name.
    pub fn amounts(&self) -> &[(ChannelName, Amount)] {
        &self.amounts
    }

    /// The amount of one channel; zero for one that the account doesn't have.
    pub fn amount(&self, channel: &ChannelName) -> Amount {
        self.amounts
            .binary_search_by(|(name, _)| name.cmp(channel))
            .map_or(Amount::ZERO, |position| self.amounts[position].1)
    }
}
