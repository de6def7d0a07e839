//! A table, bounds and a total → the numbers per channel of the largest utility, with what proves
//! them. The mean is found exactly by the allocator; other utilities by a projected gradient with
//! spectral steps (Birgin, Martínez and Raydan, "Nonmonotone spectral projected gradient methods on
//! convex sets", 2000; here never downwards) from several fixed starts, the best of which counts.

use serde::Serialize;

use super::risk::Risk;
use super::table::Table;
use crate::advice::planning::allocator::{Infeasible, allocate, check, settled};
use crate::advice::planning::bounds::Bounds;

/// Steps of a climb.
const STEPS_MAX: u32 = 200;

/// Halvings of a step that doesn't climb.
const HALVINGS_MAX: u32 = 30;

/// A climb ends where no exchange adds more than this share of what a unit brings.
const EXCHANGE_SHARE: f64 = 1e-7;

/// How near a bound is at it, as a share of the total.
const AT_BOUND: f64 = 1e-9;

/// Numbers per channel that sum to a total, and why they are good.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub numbers: Vec<f64>,
    pub proof: Proof,
}

/// What proves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Proof {
    /// What one more unit of total would add, at the channels that are free to take it.
    pub multiplier: f64,
    /// What a unit moved from the channel that would miss it least to the one that would gain most
    /// adds, within the bounds: nothing, where marginal revenues are equal.
    pub exchange: f64,
    /// No other choice is better by more than this; `None` where only exchanges were looked at.
    pub gap: Option<f64>,
}

/// The best choice.
///
/// # Errors
/// [`Infeasible`] where the bounds can't hold the total.
pub(super) fn best(
    table: &Table<'_>,
    bounds: &[Bounds],
    total: f64,
    risk: Risk,
    starts: &[Vec<f64>],
) -> Result<Choice, Infeasible> {
    let plan = allocate(&table.mean(), bounds, total)?;
    if risk == Risk::Mean {
        let (_, slopes) = table.utility(risk, &plan.spends);
        let (multiplier, exchange) = exchange(&plan.spends, &slopes, bounds, total);
        let proof = Proof { multiplier, exchange, gap: Some(plan.certificate.gap) };
        return Ok(Choice { numbers: plan.spends, proof });
    }
    let ask = |numbers: &[f64]| table.utility(risk, numbers);
    let mut found: Option<(f64, Choice)> = None;
    for start in std::iter::once(&plan.spends).chain(starts) {
        let (value, choice) = climb(projected(start, bounds, total), bounds, total, &ask);
        if found.as_ref().is_none_or(|(known, _)| value > *known) {
            found = Some((value, choice));
        }
    }
    let (_, choice) = found.expect("the first start counts");
    Ok(choice)
}

/// From `at` upwards to where no exchange adds anything.
fn climb(
    mut at: Vec<f64>,
    bounds: &[Bounds],
    total: f64,
    ask: &impl Fn(&[f64]) -> (f64, Vec<f64>),
) -> (f64, Choice) {
    let (mut value, mut slopes) = ask(&at);
    let steepest = |slopes: &[f64]| slopes.iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
    let mut length = 0.1 * total / steepest(&slopes).max(f64::MIN_POSITIVE);
    for _ in 0..STEPS_MAX {
        let (_, left) = exchange(&at, &slopes, bounds, total);
        if left <= EXCHANGE_SHARE * steepest(&slopes) {
            break;
        }
        let ahead: Vec<f64> =
            at.iter().zip(&slopes).map(|(at, slope)| at + length * slope).collect();
        let way: Vec<f64> =
            projected(&ahead, bounds, total).iter().zip(&at).map(|(to, at)| to - at).collect();
        let promised: f64 = way.iter().zip(&slopes).map(|(way, slope)| way * slope).sum();
        if promised <= 0.0 {
            break;
        }
        let mut share = 1.0;
        let mut next = None;
        for _ in 0..HALVINGS_MAX {
            let tried: Vec<f64> = at.iter().zip(&way).map(|(at, way)| at + share * way).collect();
            let (reached, slopes) = ask(&tried);
            if reached >= value + 1e-4 * share * promised {
                next = Some((tried, reached, slopes));
                break;
            }
            share *= 0.5;
        }
        let Some((tried, reached, steeper)) = next else { break };
        let (mut squares, mut bent) = (0.0, 0.0);
        for channel in 0..at.len() {
            let moved = tried[channel] - at[channel];
            squares += moved * moved;
            bent += moved * (slopes[channel] - steeper[channel]);
        }
        length = if bent > 0.0 {
            (squares / bent).clamp(length * 1e-6, length * 1e6)
        } else {
            length * 4.0
        };
        (at, value, slopes) = (tried, reached, steeper);
    }
    let (multiplier, exchange) = exchange(&at, &slopes, bounds, total);
    (value, Choice { numbers: at, proof: Proof { multiplier, exchange, gap: None } })
}

/// What a unit more brings at the best channel that may take one, and how much more that is than the
/// worst one that may give one misses.
fn exchange(at: &[f64], slopes: &[f64], bounds: &[Bounds], total: f64) -> (f64, f64) {
    let width = total.abs() * AT_BOUND;
    let (mut gain, mut miss) = (f64::NEG_INFINITY, f64::INFINITY);
    for ((at, slope), bounds) in at.iter().zip(slopes).zip(bounds) {
        if *at < bounds.high - width {
            gain = gain.max(*slope);
        }
        if *at > bounds.low + width {
            miss = miss.min(*slope);
        }
    }
    let multiplier = if gain.is_finite() { gain } else { 0.0 };
    let exchange = gain - miss;
    (multiplier, if exchange.is_finite() { exchange.max(0.0) } else { 0.0 })
}

/// The nearest numbers within the bounds that sum to the total, where there are any.
pub(super) fn projected(numbers: &[f64], bounds: &[Bounds], total: f64) -> Vec<f64> {
    let at = |shift: f64| -> Vec<f64> {
        numbers.iter().zip(bounds).map(|(it, to)| (it + shift).clamp(to.low, to.high)).collect()
    };
    let shifts = || numbers.iter().zip(bounds);
    let mut low = shifts().map(|(it, to)| to.low - it).fold(f64::INFINITY, f64::min);
    let mut high = shifts().map(|(it, to)| to.high - it).fold(f64::NEG_INFINITY, f64::max);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if at(middle).iter().sum::<f64>() < total { low = middle } else { high = middle }
    }
    settled(at(high), bounds, total)
}

/// Whether bounds can hold a total.
pub(super) fn holds(bounds: &[Bounds], total: f64) -> bool {
    check(bounds, total).is_ok()
}
