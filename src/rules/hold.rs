//! Step 6 and the gate: the safe decision. The reference clamped to the caps, the excess in
//! proportion to the reference; without a reference an equal split within the caps. Floors, step
//! limits and the quiet week don't apply.

use crate::domain::Amount;

use super::case::{Case, Contender};
use super::target::bound_reason;
use super::trace::TraceLine;
use super::water_filling::{Clamp, Filled, Slot, fill_with_overflow};
use super::{HoldReason, Reason, Step};

/// The held amount of each contender, for `why`.
///
/// Clamping to the caps and sharing the excess in proportion, until no cap is broken, is
/// water-filling with the references as weights. Where all that have a reference are at their
/// caps, the others share what is left in equal parts.
pub(super) fn held(case: &Case<'_>, why: &HoldReason, lines: &mut Vec<TraceLine>) -> Vec<i128> {
    let slot = |contender: &Contender<'_>| Slot {
        weight: contender.reference_or_zero(),
        low: 0,
        high: contender.cap,
    };
    let slots: Vec<Slot> = case.contenders.iter().map(slot).collect();
    let filled = fill_with_overflow(case.total, &slots)
        .expect("the caps hold the total, by the configuration");
    let reason = match why {
        HoldReason::NoEligibleChannel => Reason::HoldNoEligibleChannel,
        HoldReason::MissingEvidence { week, .. } => Reason::HoldMissingEvidence { week: *week },
    };
    lines.push(TraceLine::account(Step::Hold, reason));
    lines.extend(
        case.contenders
            .iter()
            .zip(&filled)
            .map(|(contender, filled)| line(case, contender, *filled)),
    );
    filled.into_iter().map(|filled| filled.amount).collect()
}

fn line(case: &Case<'_>, contender: &Contender<'_>, filled: Filled) -> TraceLine {
    let reason = match contender.reference {
        _ if filled.clamp == Clamp::High => {
            bound_reason(case, contender, filled.clamp).expect("a cap is a bound")
        }
        Some(reference) if reference == filled.amount => Reason::HeldReference,
        Some(reference) if reference > 0 => Reason::HeldExcess,
        None if filled.amount == 0 => Reason::HeldNothing,
        Some(_) | None => Reason::HeldEqually,
    };
    TraceLine::channel(Step::Hold, contender.name(), reason)
        .from(contender.reference.map(Amount::from_millionths))
        .to(Amount::from_millionths(filled.amount))
}
