//! A fitted model → budgets of the coming periods by several strategies, compared. Nothing here is a
//! budget of a decision, and none reads it.
//!
//! ```text
//! fitted ─► outlook (past and results so far carried in) ─► table ─► search ─┬─► sequential
//! history, caps, steps ─► limits ────────────────────────────────────────────┴─► fixed shares
//!                                rules, allocator, present split ──► compare ◄───────┘
//! ```

mod calendar;
mod compare;
mod fixed_shares;
mod given;
mod limits;
mod outlook;
mod risk;
mod search;
mod sequential;
mod table;

pub use calendar::first_days;
pub use compare::{PeriodPlan, Strategy};
pub use given::{GivenError, read_done, read_totals};
pub use limits::{ChannelTerms, Floor, LimitSettings, LimitUse, REACH};
pub use risk::Risk;
pub use search::Proof;

use super::allocator::{Infeasible, allocate};
use super::bounds::{BoundShares, Bounds};
use crate::advice::mmm::fitted::Fitted;
use compare::{Drawn, compare};
use fixed_shares::fixed_shares;
use limits::Limits;
use outlook::Outlook;
use sequential::{AHEAD, sequential};
use table::Table;

/// The most periods that a plan is for.
pub const PERIODS_MAX: u32 = 52;

/// Knots of the allocator's curves.
const ALLOCATOR_KNOTS: u32 = 41;

/// What is asked.
#[derive(Debug, Clone)]
pub struct PeriodRequest {
    /// The total of each period; `None`: as much as is spent now.
    pub totals: Vec<Option<f64>>,
    /// What was really spent in the first of them, by period and channel.
    pub done: Vec<Vec<f64>>,
    /// What plans make as large as they can.
    pub risk: Risk,
    /// How they are bounded.
    pub limits: LimitSettings,
    /// What the business says of each channel.
    pub terms: Vec<ChannelTerms>,
    /// What the rules would give in each period that is still to come, by channel, where they can
    /// say; only their shares count.
    pub rules: Option<Vec<Vec<f64>>>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodPlans {
    /// What is spent now, by channel.
    pub present: Vec<f64>,
    /// The most that each channel ever spent in a period: above, a plan is the curve's word alone.
    pub largest: Vec<f64>,
    /// The total of each period that is still to come.
    pub totals: Vec<f64>,
    /// How many periods of the plan are over.
    pub done: usize,
    /// One per strategy, the present split last.
    pub plans: Vec<PeriodPlan>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PeriodPlanError {
    /// The caps can't hold a total.
    #[error("the caps of the modelled channels hold {high:.2} of a period's total of {total:.2}")]
    Caps {
        /// What they hold.
        high: f64,
        /// The total.
        total: f64,
    },
    /// Nothing was spent lately, so there is nothing to begin from.
    #[error("nothing was spent in the last four periods")]
    NothingSpent,
    /// Nothing is left to plan.
    #[error("all {periods} periods are over")]
    AllDone {
        /// How many.
        periods: usize,
    },
}

impl From<Infeasible> for PeriodPlanError {
    fn from(error: Infeasible) -> Self {
        Self::Caps { high: error.high, total: error.total }
    }
}

impl PeriodPlans {
    /// The plan by a strategy.
    pub fn by(&self, strategy: Strategy) -> Option<&PeriodPlan> {
        self.plans.iter().find(|plan| plan.strategy == strategy)
    }
}

/// Plans the periods after the model's series.
///
/// # Errors
/// [`PeriodPlanError`], by name.
pub fn plan_periods(
    fitted: &Fitted,
    request: &PeriodRequest,
) -> Result<PeriodPlans, PeriodPlanError> {
    let done = request.done.len();
    if done >= request.totals.len() {
        return Err(PeriodPlanError::AllDone { periods: request.totals.len() });
    }
    let mut outlook = Outlook::of(fitted, request.totals.len() + AHEAD);
    let mut past = outlook.past();
    for (period, spends) in request.done.iter().enumerate() {
        outlook.spend(period, spends);
        past.iter_mut().zip(spends).for_each(|(past, spend)| past.push(*spend));
    }
    let limits = Limits::of(&past, &request.terms, request.limits);
    let present = limits.present();
    let now: f64 = present.iter().sum();
    if now <= 0.0 {
        return Err(PeriodPlanError::NothingSpent);
    }
    let totals: Vec<f64> =
        request.totals[done..].iter().map(|total| total.unwrap_or(now)).collect();
    // Results that came in are where the next step begins; without them the newest periods.
    let before = request.done.last().filter(|spends| spends.iter().sum::<f64>() > 0.0);
    let before = before.cloned().unwrap_or_else(|| present.clone());

    let mut plans = Vec::new();
    if let Some(rules) = &request.rules {
        let budgets = totals.iter().zip(rules).map(|(total, shares)| scaled(shares, *total));
        plans.push(Drawn::plain(Strategy::Rules, budgets.collect()));
    }
    let shares = fixed_shares(&outlook, done, &present, &totals, &limits, request.risk)?;
    plans.push(Drawn {
        proof: Some(shares.proof),
        ..Drawn::plain(Strategy::Static, shares.budgets)
    });
    let nexts = sequential(&outlook, done, &before, &totals, &limits, request.risk)?;
    plans.push(Drawn {
        steps_dropped: nexts.iter().filter(|next| next.steps_dropped).count(),
        proof: nexts.iter().map(|next| next.proof).max_by(|one, other| {
            let left = |proof: &Proof| proof.gap.unwrap_or(proof.exchange);
            left(one).total_cmp(&left(other))
        }),
        ..Drawn::plain(Strategy::Sequential, nexts.into_iter().map(|it| it.budgets).collect())
    });
    plans.push(allocated(&outlook, done, &totals, request)?);
    let held = totals.iter().map(|total| scaled(&present, *total));
    plans.push(Drawn::plain(Strategy::Present, held.collect()));
    let plans = compare(&outlook, done, &before, &limits, plans);
    let largest = past.iter().map(|spend| spend.iter().copied().fold(0.0, f64::max)).collect();
    Ok(PeriodPlans { present, largest, totals, done, plans })
}

/// Each total by itself, from where things stand now, within the bounds of advice alone.
fn allocated(
    outlook: &Outlook<'_>,
    from: usize,
    totals: &[f64],
    request: &PeriodRequest,
) -> Result<Drawn, Infeasible> {
    let most = totals.iter().copied().fold(0.0, f64::max);
    let channels = outlook.channels();
    let ranges = vec![Bounds { low: 0.0, high: most }; channels];
    let curves = Table::of(outlook, from, &[1.0; AHEAD], &ranges, ALLOCATOR_KNOTS).mean();
    let shares: BoundShares = request.limits.shares;
    let mut budgets: Vec<Vec<f64>> = Vec::with_capacity(totals.len());
    for (period, total) in totals.iter().enumerate() {
        let known = totals[..period].iter().position(|before| before == total);
        budgets.push(match known {
            Some(known) => budgets[known].clone(),
            None => allocate(&curves, &shares.of(*total, channels), *total)?.spends,
        });
    }
    Ok(Drawn::plain(Strategy::Allocator, budgets))
}

impl Drawn {
    fn plain(strategy: Strategy, budgets: Vec<Vec<f64>>) -> Self {
        Self { strategy, budgets, steps_dropped: 0, proof: None }
    }
}

/// `amounts` in proportion, so that they sum to `total`; even shares of nothing.
fn scaled(amounts: &[f64], total: f64) -> Vec<f64> {
    let sum: f64 = amounts.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "channels are few")]
    let even = total / amounts.len().max(1) as f64;
    amounts.iter().map(|it| if sum > 0.0 { it / sum * total } else { even }).collect()
}

#[cfg(test)]
mod tests;
