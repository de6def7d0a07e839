//! Scenarios, outcomes per channel and what-ifs on imported curves. Intervals stand beside single
//! channels only: bounds of channels don't add up to bounds of their sum.

use super::channel::{ImportedChannel, Shape};
use crate::advice::planning::allocator::{Infeasible, Plan, allocate};
use crate::advice::planning::bounds::BoundShares;
use crate::advice::planning::curve::Curve;
use crate::advice::planning::scenarios::SCENARIO_SHARES;
use crate::advice::planning::whatif::{SpendChange, WhatIfError};

/// What a channel's spend brings.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelOutcome {
    /// The spend.
    pub spend: f64,
    /// What it brings.
    pub revenue: f64,
    /// Its interval, where the file has one there.
    pub interval: Option<(f64, f64)>,
    /// Whether the file knows nothing of so much spend.
    pub is_beyond: bool,
}

/// A total, shared out best.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedScenario {
    /// Its share of the present total.
    pub share: f64,
    /// The total.
    pub total: f64,
    /// Spends and their certificate.
    pub plan: Plan,
    /// (revenue − total) / total.
    pub expected_roi: f64,
    /// Revenue against that of the present spends, as a share of it; `None` where that is nothing.
    pub revenue_increase: Option<f64>,
}

/// A changed channel.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelChange {
    /// The channel.
    pub name: String,
    /// Now.
    pub before: ChannelOutcome,
    /// Then.
    pub after: ChannelOutcome,
}

/// A curve per channel for totals up to `most`.
pub fn curves(channels: &[ImportedChannel], most: f64) -> Vec<Curve> {
    channels.iter().map(|channel| channel.curve(most)).collect()
}

/// The largest total of which the files' points know something; `None` where formulas go on.
pub fn reach(channels: &[ImportedChannel]) -> Option<f64> {
    channels
        .iter()
        .map(|channel| match channel.shape {
            Shape::Points(_) => channel.known_to,
            Shape::Hill { .. } => None,
        })
        .sum()
}

/// What each channel brings at `spends`.
pub fn outcomes(channels: &[ImportedChannel], spends: &[f64]) -> Vec<ChannelOutcome> {
    channels.iter().zip(spends).map(|(channel, spend)| outcome(channel, *spend)).collect()
}

fn outcome(channel: &ImportedChannel, spend: f64) -> ChannelOutcome {
    ChannelOutcome {
        spend,
        revenue: channel.revenue(spend),
        interval: channel.interval(spend),
        is_beyond: channel.is_beyond(spend),
    }
}

/// One scenario for each share of the present total, which must be more than nothing.
///
/// # Errors
/// [`Infeasible`] where the bounds contradict each other.
pub fn scenarios(
    channels: &[ImportedChannel],
    present: &[f64],
    bounds: BoundShares,
) -> Result<Vec<ImportedScenario>, Infeasible> {
    let today: f64 = present.iter().sum();
    let now: f64 = outcomes(channels, present).iter().map(|outcome| outcome.revenue).sum();
    let curves = curves(channels, today * SCENARIO_SHARES[SCENARIO_SHARES.len() - 1]);
    SCENARIO_SHARES
        .into_iter()
        .map(|share| {
            let total = today * share;
            let plan = allocate(&curves, &bounds.of(total, channels.len()), total)?;
            Ok(ImportedScenario {
                share,
                total,
                expected_roi: (plan.revenue - total) / total,
                revenue_increase: (now > 0.0).then(|| plan.revenue / now - 1.0),
                plan,
            })
        })
        .collect()
}

/// What `changes` (positions and changes) would change, channel by channel.
///
/// # Errors
/// Spends that would be negative, and channels whose present spend nobody told.
pub fn change(
    channels: &[ImportedChannel],
    changes: &[(usize, SpendChange)],
) -> Result<Vec<ChannelChange>, Vec<WhatIfError>> {
    let mut errors = Vec::new();
    let mut changed = Vec::new();
    for (at, change) in changes {
        let channel = &channels[*at];
        let Some(before) = channel.present else {
            errors.push(WhatIfError::NoPresent { name: channel.name.clone() });
            continue;
        };
        let after = change.of(before);
        if after < 0.0 {
            errors.push(WhatIfError::Negative { name: channel.name.clone(), before, after });
            continue;
        }
        changed.push(ChannelChange {
            name: channel.name.clone(),
            before: outcome(channel, before),
            after: outcome(channel, after),
        });
    }
    if errors.is_empty() { Ok(changed) } else { Err(errors) }
}
