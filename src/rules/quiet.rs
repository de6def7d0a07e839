//! Step 8: a proposal that hardly moves → the reference itself, unless keeping it would keep a
//! broken bound or an ineligible channel's money.

use crate::domain::{Amount, ChannelName};

use super::case::{Case, Contender};
use super::trace::TraceLine;
use super::{Reason, Step};

/// An ineligible channel that would be cut by more than this part of the total ends the quiet.
const INELIGIBLE_CUT_PARTS: i128 = 1_000;

/// `proposed`, or the reference of each contender in a quiet week.
pub(super) fn quiet(case: &Case<'_>, proposed: Vec<i128>, lines: &mut Vec<TraceLine>) -> Vec<i128> {
    let quiet_share = case.account.rules.quiet_share;
    if case.reference.is_none() || quiet_share.millionths() == 0 {
        return proposed;
    }
    let limit = quiet_share.of(case.account.total_budget_weekly);
    let changes: i128 = changes(case, &proposed).map(i128::abs).sum();
    // Half of the sum moves: what some lose, others gain.
    let moves = Amount::from_millionths(changes / 2);
    let account_line = |reason| TraceLine::account(Step::Quiet, reason).from(limit).to(moves);
    if changes >= 2 * limit.millionths() {
        lines.push(account_line(Reason::NotQuiet { quiet_share }));
        return proposed;
    }
    if let Some((channel, reason)) = exception(case, &proposed) {
        lines.push(TraceLine::channel(Step::Quiet, channel, reason));
        return proposed;
    }
    lines.push(account_line(Reason::QuietWeek { quiet_share }));
    for (contender, &amount) in case.contenders.iter().zip(&proposed) {
        let line = TraceLine::channel(Step::Quiet, contender.name(), Reason::QuietKept);
        let kept = Amount::from_millionths(contender.reference_or_zero());
        lines.push(line.from(Amount::from_millionths(amount)).to(kept));
    }
    case.contenders.iter().map(Contender::reference_or_zero).collect()
}

fn changes<'c>(case: &'c Case<'_>, proposed: &'c [i128]) -> impl Iterator<Item = i128> + 'c {
    case.contenders
        .iter()
        .zip(proposed)
        .map(|(contender, amount)| amount - contender.reference_or_zero())
}

/// The first channel whose reference can't stay, and why.
fn exception<'c>(case: &'c Case<'_>, proposed: &[i128]) -> Option<(&'c ChannelName, Reason)> {
    let unit = case.account.rounding_unit.amount().millionths();
    case.contenders.iter().zip(proposed).find_map(|(contender, &amount)| {
        let reference = contender.reference_or_zero();
        let cut = reference - amount;
        let reason = if reference - contender.cap >= unit {
            Reason::QuietBrokenByCap
        } else if contender.floor - reference >= unit {
            Reason::QuietBrokenByFloor
        } else if !contender.is_eligible && cut * INELIGIBLE_CUT_PARTS > case.total {
            Reason::QuietBrokenByIneligible
        } else {
            return None;
        };
        Some((contender.name(), reason))
    })
}
