//! Period by period: what was spent so far → the next period's budgets. They are the best constant
//! budgets for the coming four periods, within the limits and a step of the budgets before; then the
//! period counts as spent, and the next one is asked for. So a plan does not depend on where it ends,
//! and results that came in simply take the place of what was planned.

use super::limits::Limits;
use super::outlook::Outlook;
use super::risk::Risk;
use super::search::{Proof, best};
use super::table::Table;
use crate::advice::planning::allocator::Infeasible;

/// Periods that a budget is chosen for, though only the first is planned: as long as other plans look.
pub(super) const AHEAD: usize = 4;

/// Knots of what one step may reach.
const KNOTS: u32 = 17;

/// The next period's budgets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Next {
    pub budgets: Vec<f64>,
    pub proof: Proof,
    /// With the step limits the total could not be placed.
    pub steps_dropped: bool,
}

/// The budgets of the coming period `at` that sum to `total`, after a period of `before`; what was
/// spent until then is in the outlook.
///
/// # Errors
/// [`Infeasible`] where the caps can't hold the total.
pub(super) fn next(
    outlook: &Outlook<'_>,
    at: usize,
    before: &[f64],
    total: f64,
    limits: &Limits,
    risk: Risk,
) -> Result<Next, Infeasible> {
    let bounded = limits.stepped(total, before)?;
    let table = Table::of(outlook, at, &[1.0; AHEAD], &bounded.bounds, KNOTS);
    let choice = best(&table, &bounded.bounds, total, risk, &[before.to_vec()])?;
    Ok(Next { budgets: choice.numbers, proof: choice.proof, steps_dropped: bounded.steps_dropped })
}

/// One after the other, from period `from` on.
///
/// # Errors
/// [`Infeasible`] where the caps can't hold a total.
pub(super) fn sequential(
    outlook: &Outlook<'_>,
    from: usize,
    before: &[f64],
    totals: &[f64],
    limits: &Limits,
    risk: Risk,
) -> Result<Vec<Next>, Infeasible> {
    let mut outlook = outlook.clone();
    let mut before = before.to_vec();
    let mut plan = Vec::with_capacity(totals.len());
    for (period, total) in totals.iter().enumerate() {
        let next = next(&outlook, from + period, &before, *total, limits, risk)?;
        outlook.spend(from + period, &next.budgets);
        before.clone_from(&next.budgets);
        plan.push(next);
    }
    Ok(plan)
}
