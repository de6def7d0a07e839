//! The campaign of a row → its channel, by the source's patterns and, where none fits, by the one
//! channel that the source names for all rows.

use std::collections::BTreeMap;

use super::channels::Channels;
use super::fault::{Fault, FaultReason};
use super::pattern::Pattern;
use super::rejection::Faults;
use crate::domain::Source;

/// Campaigns whose channel is remembered. A file with more of them is still read, only slower.
const KNOWN_MAX: usize = 4096;

/// What a source says of channels.
pub(super) struct Campaigns {
    rules: Vec<(Pattern, Option<usize>)>,
    known: BTreeMap<Box<str>, Option<usize>>,
    /// The channel of rows that nothing else gives one.
    pub fixed: Option<usize>,
}

impl Campaigns {
    /// Adds a fault for each channel that the source names and the account doesn't have.
    pub(super) fn new(source: &Source, channels: &mut Channels<'_>, faults: &mut Faults) -> Self {
        let mut find = |name: &str| {
            let found = channels.find(name.as_bytes());
            if found.is_none() {
                let (reason, _) = channels.explain(name);
                let hint = format!(
                    "the source \"{}\" names it: name a channel of the account there",
                    super::fault::shown(&source.name)
                );
                let fault = Fault::of_file(reason).in_column("channel of the source");
                faults.add(fault.with_value(name.as_bytes()).with_hint(hint));
            }
            found
        };
        Self {
            fixed: source.channel.as_deref().and_then(&mut find),
            rules: source
                .campaigns
                .iter()
                .map(|rule| (Pattern::new(&rule.pattern), find(&rule.channel)))
                .collect(),
            known: BTreeMap::new(),
        }
    }

    /// Whether there are patterns.
    pub(super) const fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The channel of the first pattern that fits.
    pub(super) fn by_rule(&mut self, campaign: &str) -> Option<usize> {
        if let Some(&channel) = self.known.get(campaign) {
            return channel;
        }
        let channel =
            self.rules.iter().find(|(pattern, _)| pattern.fits(campaign)).and_then(|rule| rule.1);
        if self.known.len() < KNOWN_MAX {
            self.known.insert(campaign.into(), channel);
        }
        channel
    }

    /// Why a row has no channel.
    pub(super) fn no_rule() -> (FaultReason, String) {
        let hint = "add a [[sources.campaigns]] pattern for it, or a channel for all others";
        (FaultReason::NoRuleForCampaign, hint.to_owned())
    }
}
