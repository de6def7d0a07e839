//! Steps 4 and 5: weights and bounds → the target, by water-filling among the eligible channels,
//! and what they can't take among the others. Floors and caps hold for every channel.

use crate::domain::Amount;

use super::case::{Case, Contender};
use super::largest_remainder::in_proportion;
use super::trace::TraceLine;
use super::water_filling::{Clamp, Filled, Slot, fill_with_overflow};
use super::{Reason, Step};

/// The target of each contender; at least one of them is eligible.
pub(super) fn target(case: &Case<'_>, lines: &mut Vec<TraceLine>) -> Vec<i128> {
    let (eligible, others): (Vec<usize>, Vec<usize>) =
        (0..case.contenders.len()).partition(|&position| case.contenders[position].is_eligible);
    let of = |positions: &[usize], bound: fn(&Contender<'_>) -> i128| -> i128 {
        positions.iter().map(|&position| bound(&case.contenders[position])).sum()
    };
    let at_floors = of(&others, |contender| contender.floor);
    let at_caps = of(&eligible, |contender| contender.cap);
    let for_eligible = (case.total - at_floors).min(at_caps);
    let rest = case.total - for_eligible;

    let mut targets: Vec<i128> = case.contenders.iter().map(|contender| contender.floor).collect();
    let filled = share(case, &eligible, for_eligible, By::Weight);
    trace_eligible(case, &eligible, &filled, lines);
    set(&mut targets, &eligible, &filled);
    if rest == at_floors {
        lines.extend(others.iter().map(|&position| floor_line(&case.contenders[position])));
        return targets;
    }
    let by = rest_by(case, &others);
    let filled = share(case, &others, rest, by);
    trace_rest(case, &others, &filled, (rest, by), lines);
    set(&mut targets, &others, &filled);
    targets
}

/// What money is shared in proportion to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Weight,
    Reference,
    EqualParts,
}

impl By {
    fn weight(self, contender: &Contender<'_>) -> i128 {
        match self {
            Self::Weight => contender.weight,
            Self::Reference => contender.reference_or_zero(),
            Self::EqualParts => 1,
        }
    }
}

/// Step 5: the references of `others`; equal parts where none of them has one.
fn rest_by(case: &Case<'_>, others: &[usize]) -> By {
    let has_reference = |&position: &usize| case.contenders[position].reference_or_zero() > 0;
    if others.iter().any(has_reference) { By::Reference } else { By::EqualParts }
}

/// `money` among the contenders at `positions`, within their bounds. Where all of positive weight
/// are at their caps, those of weight 0 share what is left in equal parts.
fn share(case: &Case<'_>, positions: &[usize], money: i128, by: By) -> Vec<Filled> {
    let slot = |&position: &usize| {
        let contender = &case.contenders[position];
        Slot { weight: by.weight(contender), low: contender.floor, high: contender.cap }
    };
    let slots: Vec<Slot> = positions.iter().map(slot).collect();
    fill_with_overflow(money, &slots)
        .expect("floors sum to no more than the total and caps hold it, by the configuration")
}

fn set(targets: &mut [i128], positions: &[usize], filled: &[Filled]) {
    for (&position, filled) in positions.iter().zip(filled) {
        targets[position] = filled.amount;
    }
}

/// From what the weights alone would give, without any bounds, to the target.
fn trace_eligible(
    case: &Case<'_>,
    positions: &[usize],
    filled: &[Filled],
    lines: &mut Vec<TraceLine>,
) {
    let weights: Vec<i128> =
        positions.iter().map(|&position| case.contenders[position].weight).collect();
    let by_weight = in_proportion(case.total, &weights);
    for (index, (&position, filled)) in positions.iter().zip(filled).enumerate() {
        let contender = &case.contenders[position];
        let before = by_weight.as_ref().map(|parts| Amount::from_millionths(parts[index]));
        let reason = bound_reason(case, contender, filled.clamp).unwrap_or(Reason::ByWeight);
        let line = TraceLine::channel(Step::Target, contender.name(), reason);
        lines.push(line.from(before).to(Amount::from_millionths(filled.amount)));
    }
}

/// The others, where the eligible channels take all that they leave.
fn floor_line(contender: &Contender<'_>) -> TraceLine {
    TraceLine::channel(Step::Target, contender.name(), Reason::FloorOnly)
        .to(Amount::from_millionths(contender.floor))
}

fn trace_rest(
    case: &Case<'_>,
    positions: &[usize],
    filled: &[Filled],
    (rest, by): (i128, By),
    lines: &mut Vec<TraceLine>,
) {
    let line = TraceLine::account(Step::Shortfall, Reason::Shortfall);
    lines.push(line.to(Amount::from_millionths(rest)));
    for (&position, filled) in positions.iter().zip(filled) {
        let contender = &case.contenders[position];
        let share = if by == By::Reference && contender.reference_or_zero() > 0 {
            Reason::RestByReference
        } else {
            Reason::RestEqually
        };
        let reason = bound_reason(case, contender, filled.clamp).unwrap_or(share);
        let line = TraceLine::channel(Step::Shortfall, contender.name(), reason);
        let floor = Amount::from_millionths(contender.floor);
        lines.push(line.from(floor).to(Amount::from_millionths(filled.amount)));
    }
}

/// Which bound held a contender, in words; `None`: none did.
pub(super) fn bound_reason(
    case: &Case<'_>,
    contender: &Contender<'_>,
    clamp: Clamp,
) -> Option<Reason> {
    let cap = case.account.cap_share(contender.channel);
    match clamp {
        Clamp::Free => None,
        Clamp::Low => {
            Some(Reason::AtFloor { floor: case.account.floor_share(contender.channel).min(cap) })
        }
        Clamp::High => Some(Reason::AtCap { cap }),
    }
}
