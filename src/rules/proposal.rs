//! The steps in their order: evidence → proposal, or the hold. It calls them and does no
//! arithmetic of its own.

use super::case::Case;
use super::hold::held;
use super::pace::pace;
use super::quiet::quiet;
use super::target::target;
use super::{HoldReason, Inputs, Proposal, Step};

/// Steps 1 to 8: evidence → proposal. Holds by itself where no channel is eligible.
pub fn propose(inputs: &Inputs<'_>) -> Proposal {
    let case = Case::of(inputs);
    if !case.contenders.iter().any(|contender| contender.is_eligible) {
        return hold_case(case, HoldReason::NoEligibleChannel);
    }
    let mut lines = Vec::new();
    let targets = target(&case, &mut lines);
    let paced = pace(&case, &targets, &mut lines);
    let proposed = quiet(&case, paced, &mut lines);
    let allocation = case.allocation(&proposed);
    let Case { reference, evidence, mut trace, .. } = case;
    trace.extend(lines);
    Proposal { held: None, reference, evidence, allocation, trace }
}

/// The safe decision: the reference clamped to the caps, or an equal split within them.
pub fn hold(inputs: &Inputs<'_>, reason: HoldReason) -> Proposal {
    hold_case(Case::of(inputs), reason)
}

fn hold_case(case: Case<'_>, reason: HoldReason) -> Proposal {
    let mut lines = Vec::new();
    let amounts = held(&case, &reason, &mut lines);
    let allocation = case.allocation(&amounts);
    let Case { reference, evidence, mut trace, .. } = case;
    // Floors don't apply, and whoever is held at a cap has a line that says so.
    trace.retain(|line| line.step != Step::Bounds);
    trace.extend(lines);
    Proposal { held: Some(reason), reference, evidence, allocation, trace }
}
