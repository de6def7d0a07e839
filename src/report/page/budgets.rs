//! Decision → the table of budgets against the last ones, and the sentence above it.

use super::share_of;
use crate::decision::{ChannelDecision, Decision};
use crate::domain::text::escape;
use crate::domain::{Amount, Money};
use crate::report::words;
use crate::rules::Ineligible;

/// A channel in the table.
pub(super) struct BudgetRow {
    pub channel: String,
    /// What is special about it, in a word or two; empty where nothing is.
    pub mark: &'static str,
    pub budget: String,
    pub last: String,
    pub change: String,
    pub share: String,
}

/// The table, largest first as in the CSV.
pub(super) fn rows(decision: &Decision) -> Vec<BudgetRow> {
    let account = &decision.account;
    let row = |channel: &ChannelDecision| {
        let last = last(decision, channel);
        BudgetRow {
            channel: escape(channel.channel.as_str()),
            mark: mark(decision, channel),
            budget: words::money(account, channel.final_budget),
            last: last.map_or_else(|| "none".to_owned(), |last| words::money(account, last)),
            change: last.map_or_else(
                || "none".to_owned(),
                |last| words::change(account, channel.final_budget - last),
            ),
            share: account.currency.figure(&share_of(channel.final_budget, decision.total)),
        }
    };
    words::largest_first(decision).into_iter().map(row).collect()
}

/// The sum of the last budgets.
pub(super) fn total_last(decision: &Decision) -> String {
    if decision.reference.is_none() {
        return "none".to_owned();
    }
    let sum: Amount = decision.channels.iter().map(|it| it.reference.unwrap_or(Amount::ZERO)).sum();
    words::amount(&decision.account, sum)
}

/// How much moves, and between which channels: "₹20,000 of ₹5,00,000 move: more for Email (+₹20,000),
/// less for Affiliate (-₹20,000)."
pub(super) fn headline(decision: &Decision) -> String {
    let account = &decision.account;
    let mut moves: Vec<(Money, &ChannelDecision)> = decision
        .channels
        .iter()
        .filter_map(|channel| Some((channel.final_budget - last(decision, channel)?, channel)))
        .filter(|(change, _)| change.minor().abs() >= account.rounding_unit.minor())
        .collect();
    if decision.reference.is_none() {
        return "These are the first budgets of this account.".to_owned();
    }
    if moves.is_empty() {
        return "Nothing moves: each channel keeps its last budget.".to_owned();
    }
    moves.sort_by(|(one, first), (other, second)| {
        other.minor().abs().cmp(&one.minor().abs()).then_with(|| first.channel.cmp(&second.channel))
    });
    let named = |is_up: bool| {
        let of_this_way: Vec<_> =
            moves.iter().filter(|(change, _)| change.is_positive() == is_up).collect();
        let mut names: Vec<String> = of_this_way
            .iter()
            .take(NAMED_MAX)
            .map(|(change, channel)| {
                let name = escape(channel.channel.as_str());
                format!("{name} ({})", words::change(account, *change))
            })
            .collect();
        if of_this_way.len() > NAMED_MAX {
            names.push(words::count(of_this_way.len() - NAMED_MAX, "other"));
        }
        words::list(&names)
    };
    let moved: Money =
        moves.iter().filter(|(change, _)| change.is_positive()).map(|(change, _)| *change).sum();
    let (more, less) = (named(true), named(false));
    let parts: Vec<String> = [("more for ", more), ("less for ", less)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(way, names)| format!("{way}{names}"))
        .collect();
    format!(
        "{} of {} move: {}.",
        words::money(account, moved),
        words::money(account, decision.total),
        parts.join("; ")
    )
}

/// The most channels that a sentence names of each way.
const NAMED_MAX: usize = 3;

/// The last budget as it is shown.
fn last(decision: &Decision, channel: &ChannelDecision) -> Option<Money> {
    channel.reference.map(|amount| words::shown(&decision.account, amount))
}

fn mark(decision: &Decision, channel: &ChannelDecision) -> &'static str {
    if channel.evidence.ineligible == Some(Ineligible::Paused) {
        "paused"
    } else if decision.vetoes.iter().any(|veto| veto.channel == channel.channel) {
        "veto"
    } else if decision.vetoes_overruled.iter().any(|veto| veto.channel == channel.channel) {
        "veto overruled"
    } else {
        ""
    }
}
