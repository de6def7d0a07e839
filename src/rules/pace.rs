//! Step 7: reference and target → how far a budget moves in one week, within floor, cap and step
//! limit. The step limit yields to floor and cap, and is dropped for all where with it the total
//! can't be placed; floor and cap never yield.

use crate::domain::{Amount, Share};

use super::case::{Case, Contender};
use super::largest_remainder::give_what_is_left;
use super::target::bound_reason;
use super::trace::TraceLine;
use super::water_filling::{Clamp, Filled, Slot, fill, fill_with_overflow};
use super::{Reason, Step};

/// The paced amount of each contender; the target itself where nothing is there to pace against.
pub(super) fn pace(case: &Case<'_>, targets: &[i128], lines: &mut Vec<TraceLine>) -> Vec<i128> {
    if case.reference.is_none() {
        lines.push(TraceLine::account(Step::Pace, Reason::NothingToPace));
        return targets.to_vec();
    }
    let moved = moved(case, targets);
    trace_moved(case, &moved, lines);
    let change_share_max = case.account.rules.change_share_max;
    let limited = limits(case, change_share_max);
    if let Some(filled) = fill(case.total, &slots(&limited, &moved)) {
        return finish(case, &limited, &moved, &filled, lines);
    }
    let unlimited = limits(case, None);
    if let Some(change_share_max) = change_share_max {
        lines.push(TraceLine::account(Step::Pace, Reason::StepLimitsDropped { change_share_max }));
    }
    let filled = fill_with_overflow(case.total, &slots(&unlimited, &moved))
        .expect("floors sum to no more than the total and caps hold it, by the configuration");
    finish(case, &unlimited, &moved, &filled, lines)
}

/// reference + `adjust_share` × (target − reference), in whole millionths that sum to the total
/// as references and targets do.
fn moved(case: &Case<'_>, targets: &[i128]) -> Vec<i128> {
    let whole = i128::from(Share::ONE.millionths());
    let adjust = i128::from(case.account.rules.adjust_share.millionths());
    let (mut parts, remainders): (Vec<i128>, Vec<i128>) = case
        .contenders
        .iter()
        .zip(targets)
        .map(|(contender, target)| {
            let sum = contender.reference_or_zero() * (whole - adjust) + target * adjust;
            (sum / whole, sum % whole)
        })
        .unzip();
    give_what_is_left(case.total, &mut parts, &remainders);
    parts
}

/// The bounds of a contender's budget this week.
struct Limits {
    low: i128,
    high: i128,
    /// The step limit, where it still bounds something.
    step: Option<Share>,
    /// Whether floor or cap pushed a step limit aside.
    has_yielded: bool,
}

fn limits(case: &Case<'_>, change_share_max: Option<Share>) -> Vec<Limits> {
    case.contenders.iter().map(|contender| limits_of(contender, change_share_max)).collect()
}

fn limits_of(contender: &Contender<'_>, change_share_max: Option<Share>) -> Limits {
    let Contender { floor, cap, .. } = *contender;
    let reference = contender.reference_or_zero();
    match change_share_max {
        Some(share) if reference > 0 => {
            // Rounded up to a millionth: cut off, limits that hold the total exactly (a step limit
            // of 30 % and a new channel's floor of 30 %) would miss it by a millionth.
            let whole = i128::from(Share::ONE.millionths());
            let step = (reference * i128::from(share.millionths()) + whole - 1) / whole;
            let (low, high) = ((reference - step).max(0), reference + step);
            Limits {
                low: low.clamp(floor, cap),
                high: high.clamp(floor, cap),
                step: Some(share),
                has_yielded: high < floor || low > cap,
            }
        }
        _ => Limits { low: floor, high: cap, step: None, has_yielded: false },
    }
}

fn slots(limits: &[Limits], moved: &[i128]) -> Vec<Slot> {
    let slot =
        |(limits, &weight): (&Limits, &i128)| Slot { weight, low: limits.low, high: limits.high };
    limits.iter().zip(moved).map(slot).collect()
}

fn trace_moved(case: &Case<'_>, moved: &[i128], lines: &mut Vec<TraceLine>) {
    let reason = Reason::Moved { adjust_share: case.account.rules.adjust_share };
    for (contender, &moved) in case.contenders.iter().zip(moved) {
        let line = TraceLine::channel(Step::Pace, contender.name(), reason.clone());
        let before = Amount::from_millionths(contender.reference_or_zero());
        lines.push(line.from(before).to(Amount::from_millionths(moved)));
    }
}

/// The amounts, with a line for each channel that did not simply get its moved amount.
fn finish(
    case: &Case<'_>,
    limits: &[Limits],
    moved: &[i128],
    filled: &[Filled],
    lines: &mut Vec<TraceLine>,
) -> Vec<i128> {
    for (((contender, limits), &moved), filled) in
        case.contenders.iter().zip(limits).zip(moved).zip(filled)
    {
        if filled.amount == moved && !limits.has_yielded {
            continue;
        }
        let reason = reason(case, contender, limits, *filled);
        let line = TraceLine::channel(Step::Pace, contender.name(), reason);
        let line = line.from(Amount::from_millionths(moved));
        lines.push(line.to(Amount::from_millionths(filled.amount)));
    }
    filled.iter().map(|filled| filled.amount).collect()
}

fn reason(case: &Case<'_>, contender: &Contender<'_>, limits: &Limits, filled: Filled) -> Reason {
    if limits.has_yielded {
        return Reason::StepLimitYields;
    }
    let is_step = match filled.clamp {
        Clamp::Free => return Reason::Balanced,
        Clamp::Low => limits.low > contender.floor,
        Clamp::High => limits.high < contender.cap,
    };
    match limits.step {
        Some(change_share_max) if is_step => Reason::StepLimit { change_share_max },
        _ => bound_reason(case, contender, filled.clamp).expect("a clamp is a bound"),
    }
}
