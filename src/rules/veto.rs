//! Steps 9 to 11: a proposal and the names of vetoed channels → what is paid. A vetoed channel
//! keeps its reference, never more; the money comes out of the increases alone; and the rules win
//! once a channel was vetoed too often in a row. No veto carries an amount.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Account, Amount, Channel, ChannelName};

use super::largest_remainder::in_proportion;
use super::trace::TraceLine;
use super::{Allocation, Paid, Proposal, Reason, Step, bounds};

/// The channels whose proposal is below their reference by at least one rounding unit, by name;
/// none in a hold. Paused channels are left out.
pub fn cuts(account: &Account, proposal: &Proposal) -> Vec<ChannelName> {
    if proposal.held.is_some() {
        return Vec::new();
    }
    let unit = account.rounding_unit.amount();
    standings(account, proposal)
        .into_iter()
        .filter(|standing| standing.reference - standing.amount >= unit)
        .map(|standing| standing.channel.clone())
        .collect()
}

/// Steps 9 to 11. `vetoed`: channels whose cut the blocker calls premature; `runs`: for each
/// channel, in how many published weeks in a row just before this one it was vetoed. A veto of a
/// channel that is not among the [`cuts`] stops nothing.
pub fn pay_vetoes(
    account: &Account,
    proposal: &Proposal,
    vetoed: &BTreeSet<ChannelName>,
    runs: &BTreeMap<ChannelName, u32>,
) -> Paid {
    let cuts: BTreeSet<ChannelName> = cuts(account, proposal).into_iter().collect();
    let weeks_max = account.blocker.consecutive_vetoes_max;
    let mut judged = Judged::default();
    for channel in vetoed {
        let weeks = runs.get(channel).copied().unwrap_or(0);
        let line = |reason| TraceLine::channel(Step::Veto, channel, reason);
        if !cuts.contains(channel) {
            judged.lines.push(line(Reason::VetoWithoutCut));
        } else if weeks >= weeks_max {
            let amount = proposal.allocation.amount(channel);
            let line = line(Reason::VetoOverruled { weeks_max });
            judged.lines.push(line.from(amount).to(amount));
            judged.overruled.push(channel.clone());
        } else {
            judged.kept.insert(channel.clone());
        }
    }
    if judged.kept.is_empty() {
        let allocation = proposal.allocation.clone();
        return Paid { allocation, overruled: judged.overruled, trace: judged.lines };
    }
    let mut standings = standings(account, proposal);
    let cost = keep(&mut standings, &judged.kept, &mut judged.lines);
    fund(&mut standings, cost, &mut judged.lines);
    let allocation = allocation(account, &standings);
    Paid { allocation, overruled: judged.overruled, trace: judged.lines }
}

/// The vetoes, told apart.
#[derive(Default)]
struct Judged {
    kept: BTreeSet<ChannelName>,
    overruled: Vec<ChannelName>,
    lines: Vec<TraceLine>,
}

/// An active channel between its reference and what it gets.
struct Standing<'a> {
    channel: &'a ChannelName,
    reference: Amount,
    cap: Amount,
    amount: Amount,
}

/// The active channels by name, at their proposals; empty where nothing is there to compare with.
fn standings<'a>(account: &'a Account, proposal: &Proposal) -> Vec<Standing<'a>> {
    let Some(reference) = &proposal.reference else { return Vec::new() };
    let standing = |channel: &'a Channel| Standing {
        channel: &channel.name,
        reference: reference.amount(&channel.name).unwrap_or(Amount::ZERO),
        cap: bounds::cap(account, channel),
        amount: proposal.allocation.amount(&channel.name),
    };
    account.active_channels().map(standing).collect()
}

/// Step 9: lifts each of `kept` to its reference, or its cap if lower; what that costs.
fn keep(
    standings: &mut [Standing<'_>],
    kept: &BTreeSet<ChannelName>,
    lines: &mut Vec<TraceLine>,
) -> Amount {
    let mut cost = Amount::ZERO;
    for standing in standings.iter_mut().filter(|standing| kept.contains(standing.channel)) {
        let reason = if standing.reference <= standing.cap {
            Reason::VetoKept
        } else {
            Reason::VetoKeptAtCap
        };
        let lifted = standing.reference.min(standing.cap).max(standing.amount);
        let line = TraceLine::channel(Step::Veto, standing.channel, reason);
        lines.push(line.from(standing.amount).to(lifted));
        cost = cost + (lifted - standing.amount);
        standing.amount = lifted;
    }
    cost
}

/// Step 10: shrinks each increase by the same fraction, so that all of them pay `cost`.
///
/// Proposal and reference have the same sum, so the increases come to as much as all cuts, and
/// vetoes give back no more than their cuts: there is always enough.
fn fund(standings: &mut [Standing<'_>], cost: Amount, lines: &mut Vec<TraceLine>) {
    let increase =
        |standing: &Standing<'_>| (standing.amount - standing.reference).max(Amount::ZERO);
    let increases: Vec<i128> =
        standings.iter().map(|standing| increase(standing).millionths()).collect();
    let sum: Amount = standings.iter().map(increase).sum();
    let Some(shrunk) = in_proportion((sum - cost).millionths(), &increases) else { return };
    lines.push(TraceLine::account(Step::Funding, Reason::FundingTotal).from(sum).to(cost));
    for ((standing, increase), shrunk) in standings.iter_mut().zip(increases).zip(shrunk) {
        if increase == 0 {
            continue;
        }
        let after = standing.reference + Amount::from_millionths(shrunk);
        let line = TraceLine::channel(Step::Funding, standing.channel, Reason::FundsVeto);
        lines.push(line.from(standing.amount).to(after));
        standing.amount = after;
    }
}

fn allocation(account: &Account, standings: &[Standing<'_>]) -> Allocation {
    let paused = account.channels.iter().filter(|channel| channel.paused);
    let amounts = standings
        .iter()
        .map(|standing| (standing.channel.clone(), standing.amount))
        .chain(paused.map(|channel| (channel.name.clone(), Amount::ZERO)))
        .collect();
    Allocation::new(account.total_budget_weekly, amounts)
}
