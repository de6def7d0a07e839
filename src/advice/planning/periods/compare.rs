//! Plans of several strategies → one table: what each would bring, against holding the present split,
//! how much it moves, and which limits it meets.

use serde::Serialize;

use super::limits::{LimitUse, Limits};
use super::outlook::Outlook;
use super::search::Proof;
use crate::advice::mmm::spread::Mixture;

/// How budgets of several periods come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The rules' pace towards their target.
    Rules,
    /// One set of shares for all periods.
    Static,
    /// Period by period.
    Sequential,
    /// Each total shared out by itself, as `plan --total` does.
    Allocator,
    /// The shares of today.
    Present,
}

impl Strategy {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Static => "static",
            Self::Sequential => "sequential",
            Self::Allocator => "allocator",
            Self::Present => "present",
        }
    }
}

/// Budgets of the periods that are still to come, and what they would do.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodPlan {
    /// How they came about.
    pub strategy: Strategy,
    /// By period and channel.
    pub budgets: Vec<Vec<f64>>,
    /// The revenue that they add, what they leave behind included.
    pub revenue: Mixture,
    /// The same with chance added: what will be seen.
    pub outcome: Mixture,
    /// The part of the expected revenue that comes after the last period.
    pub left_behind: f64,
    /// How much more that is than by holding the present split.
    pub more: Mixture,
    /// The probability that it is more; `None` where it is the present split itself.
    pub probability_better: Option<f64>,
    /// The share of a period's total that moves between channels, mean of the periods.
    pub churn: f64,
    /// How limits hold it.
    pub used: LimitUse,
    /// In how many periods no step limit could be kept.
    pub steps_dropped: usize,
    /// Of the search that is least sure: what proves it; `None` where nothing was searched for.
    pub proof: Option<Proof>,
}

/// Budgets before anything is known of them.
pub(super) struct Drawn {
    pub strategy: Strategy,
    pub budgets: Vec<Vec<f64>>,
    pub steps_dropped: usize,
    pub proof: Option<Proof>,
}

/// Compares plans from period `from` on, after a period of `before`; the last is the present split.
pub(super) fn compare(
    outlook: &Outlook<'_>,
    from: usize,
    before: &[f64],
    limits: &Limits,
    plans: Vec<Drawn>,
) -> Vec<PeriodPlan> {
    let effects: Vec<Vec<Vec<f64>>> =
        plans.iter().map(|plan| outlook.effects(from, &plan.budgets, false)).collect();
    let present = effects.last().cloned().unwrap_or_default();
    plans
        .into_iter()
        .zip(effects)
        .map(|(plan, effects)| {
            let chance = outlook.chance(plan.budgets.len());
            let revenue = outlook.revenue(&effects);
            let within = outlook.revenue(&outlook.effects(from, &plan.budgets, true));
            let more = more(outlook, &effects, &present);
            let mut used = LimitUse::default();
            let mut moved = 0.0;
            let mut last = before;
            for budgets in &plan.budgets {
                let total: f64 = budgets.iter().sum();
                used += limits.used(total, last, budgets);
                moved += churn(last, budgets);
                last = budgets;
            }
            let is_present = effects == present;
            PeriodPlan {
                strategy: plan.strategy,
                outcome: revenue.with_chance(chance),
                left_behind: revenue.mean() - within.mean(),
                probability_better: (!is_present).then(|| more.above(0.0)),
                churn: moved / count(plan.budgets.len()),
                used,
                steps_dropped: plan.steps_dropped,
                proof: plan.proof,
                budgets: plan.budgets,
                revenue,
                more,
            }
        })
        .collect()
}

/// The distribution of what is more than by `present`.
fn more(outlook: &Outlook<'_>, effects: &[Vec<f64>], present: &[Vec<f64>]) -> Mixture {
    if effects == present {
        return Mixture::known(0.0);
    }
    let less = |of: (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
        of.0.iter().zip(of.1).map(|(after, before)| after - before).collect()
    };
    outlook.revenue(&effects.iter().zip(present).map(less).collect::<Vec<_>>())
}

/// Half the sum of the absolute changes of shares.
pub(super) fn churn(before: &[f64], budgets: &[f64]) -> f64 {
    let (was, is): (f64, f64) = (before.iter().sum(), budgets.iter().sum());
    if was <= 0.0 || is <= 0.0 {
        return 0.0;
    }
    let changes =
        before.iter().zip(budgets).map(|(before, after)| (after / is - before / was).abs());
    0.5 * changes.sum::<f64>()
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods.max(1) as f64
}
