//! One channel of a decision → the paragraph that follows it from its ROI to its final budget.

use crate::decision::{ChannelDecision, Decision, Veto};
use crate::domain::text::escape;
use crate::domain::{Account, Money};
use crate::history::Ratio;
use crate::report::json::kpis;
use crate::report::opinion::estimate_text;
use crate::report::words;
use crate::rules::{Ineligible, Step, TraceLine};

/// The result first, then the ROI, then the steps between them.
pub(super) fn paragraph(decision: &Decision, channel: &ChannelDecision) -> String {
    sentences(decision, channel).join(" ")
}

/// The sentences of the paragraph; the first says what the channel gets and why.
pub fn sentences(decision: &Decision, channel: &ChannelDecision) -> Vec<String> {
    let mut sentences = vec![result(decision, channel)];
    if channel.evidence.ineligible != Some(Ineligible::Paused) {
        sentences.push(earned(decision, channel));
    }
    sentences.extend(
        decision
            .trace
            .iter()
            .filter(|line| line.channel.as_ref() == Some(&channel.channel))
            .filter(|line| is_told(decision, channel, line))
            .map(|line| sentence(&decision.account, line)),
    );
    sentences
}

/// Which lines of the trace the paragraph repeats: those that its other sentences don't tell.
fn is_told(decision: &Decision, channel: &ChannelDecision, line: &TraceLine) -> bool {
    match line.step {
        Step::Target | Step::Shortfall | Step::Pace | Step::Quiet | Step::Funding => {
            channel.evidence.ineligible != Some(Ineligible::Paused)
        }
        Step::Veto => {
            veto_of(&decision.vetoes, channel).is_none()
                && veto_of(&decision.vetoes_overruled, channel).is_none()
        }
        Step::Reference
        | Step::Evidence
        | Step::Eligible
        | Step::Weight
        | Step::Bounds
        | Step::Hold
        | Step::Rounding => false,
    }
}

/// Which lines for the whole account the outcome repeats. Where the reference and the data come
/// from, and why a week is held, is told elsewhere; a week that moves enough needs no word.
pub(super) fn is_told_of_account(line: &TraceLine) -> bool {
    line.channel.is_none()
        && match line.step {
            Step::Shortfall | Step::Pace | Step::Funding => true,
            Step::Quiet => line.after < line.before,
            Step::Reference
            | Step::Evidence
            | Step::Eligible
            | Step::Weight
            | Step::Bounds
            | Step::Target
            | Step::Hold
            | Step::Veto
            | Step::Rounding => false,
        }
}

/// A line of the trace as a sentence: "Its increase is smaller …: ₹1,49,000 to ₹1,34,500." A line
/// for the whole account names a sum, and the limit that it was held against.
pub(super) fn sentence(account: &Account, line: &TraceLine) -> String {
    let reason = words::capital(&escape(&line.reason.to_string()));
    let before = line.before.map(|amount| words::amount(account, amount));
    let after = line.after.map(|amount| words::amount(account, amount));
    match (before, after) {
        (Some(limit), Some(sum)) if line.channel.is_none() => {
            format!("{reason}: {sum}, against {limit}.")
        }
        (Some(free), Some(after)) if line.step == Step::Target && free != after => {
            format!("{reason}: {after} ({free} without floors and caps).")
        }
        (Some(before), Some(after)) if before != after => format!("{reason}: {before} to {after}."),
        (_, Some(after)) => format!("{reason}: {after}."),
        (Some(before), None) => format!("{reason}: {before} before."),
        (None, None) => format!("{reason}."),
    }
}

fn veto_of<'a>(vetoes: &'a [Veto], channel: &ChannelDecision) -> Option<&'a Veto> {
    vetoes.iter().find(|veto| veto.channel == channel.channel)
}

/// What the channel gets, against what it had, and the main reason.
fn result(decision: &Decision, channel: &ChannelDecision) -> String {
    let account = &decision.account;
    let name = escape(channel.channel.as_str());
    let budget = words::money(account, channel.final_budget);
    if channel.evidence.ineligible == Some(Ineligible::Paused) {
        return format!("{name} gets no budget: the account rests it.");
    }
    let Some(reference) = channel.reference else {
        return without_reference(decision, &name, channel.final_budget);
    };
    let moved = movement(account, channel.final_budget, words::shown(account, reference));
    if decision.held.is_some() {
        return match moved {
            Movement::Stays => format!("{name} keeps {budget}: the week is held."),
            Movement::Moves(words) => {
                format!("{name} {words}: the week is held, and the budgets must fit their caps.")
            }
        };
    }
    if let Some(veto) = veto_of(&decision.vetoes, channel) {
        let proposed = words::amount(account, channel.proposal);
        let keeps = match moved {
            Movement::Stays => format!("keeps {budget}"),
            Movement::Moves(words) => format!("{words}, as far as its cap allows"),
        };
        let but = estimate_text(account.currency, &veto.estimate);
        return format!("{name} {keeps}: the rules proposed {proposed}, but {but}.");
    }
    let moves = match moved {
        Movement::Stays => format!("stays at {budget}"),
        Movement::Moves(words) => words,
    };
    match veto_of(&decision.vetoes_overruled, channel) {
        None => format!("{name} {moves}."),
        Some(veto) => format!(
            "{name} {moves}, although {}.{}",
            estimate_text(account.currency, &veto.estimate),
            overruled(account)
        ),
    }
}

/// What a channel gets that has nothing to be compared with.
fn without_reference(decision: &Decision, name: &str, budget: Money) -> String {
    let gets = if budget == Money::ZERO {
        "gets no budget".to_owned()
    } else {
        format!("gets {}", words::money(&decision.account, budget))
    };
    match (&decision.held, &decision.reference) {
        (None, _) => format!("{name} {gets}; it has no earlier budget."),
        (Some(_), Some(_)) => {
            format!("{name} {gets}: the week is held, and it has no earlier budget.")
        }
        (Some(_), None) => {
            format!(
                "{name} {gets}: the week is held, and without earlier budgets the split is equal."
            )
        }
    }
}

/// Why a veto did not stand, as a further sentence.
pub(super) fn overruled(account: &Account) -> String {
    let weeks = usize::try_from(account.blocker.consecutive_vetoes_max).unwrap_or(usize::MAX);
    format!(
        " The rules overruled this veto: a channel can be vetoed in at most {} in a row.",
        words::count(weeks, "published week")
    )
}

/// A budget against the one before it.
enum Movement {
    /// By less than a rounding unit.
    Stays,
    /// "rises from ₹1,50,000 to ₹1,60,000 (+6.7 %)"
    Moves(String),
}

fn movement(account: &Account, budget: Money, before: Money) -> Movement {
    let change = budget - before;
    if change.minor().abs() < account.rounding_unit.minor() {
        return Movement::Stays;
    }
    let verb = if change.is_positive() { "rises" } else { "falls" };
    let share = Ratio::of(change.minor() * 100, before.minor()).map(|percent| {
        format!(" ({}{} %)", sign(change), words::ratio(account.currency, percent, 1))
    });
    Movement::Moves(format!(
        "{verb} from {} to {}{}",
        words::money(account, before),
        words::money(account, budget),
        share.unwrap_or_default()
    ))
}

const fn sign(change: Money) -> &'static str {
    if change.is_positive() { "+" } else { "" }
}

/// What the channel earned per unit spent, and what follows from it.
fn earned(decision: &Decision, channel: &ChannelDecision) -> String {
    let currency = decision.account.currency;
    let kpis = kpis(channel, currency);
    let (Some(roi), Some(roas)) = (kpis.roi, kpis.roas) else {
        return "Nothing was spent on it in the weeks of the evidence, so it has no ROI and earns \
                no share by it."
            .to_owned();
    };
    let ending = match channel.evidence.ineligible {
        Some(Ineligible::RoiNotPositive) => {
            ": no more than it cost, so it earns no share by its ROI"
        }
        _ => "",
    };
    format!(
        "Each {} spent on it brought {}{} (ROI {}){ending}.",
        words::one(currency),
        currency.mark(),
        words::ratio(currency, roas, 2),
        words::ratio(currency, roi, 3),
    )
}
