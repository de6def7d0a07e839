//! A total, a curve and bounds per channel → the spends that bring most, with a certificate.
//!
//! Where curves bend down everywhere, the best spends are those at which each channel that is free
//! has the same marginal revenue (water-filling; Koopman 1953): one price is searched for, between
//! bounds that always hold it. S-shaped curves are bridged by their concave envelopes first, which
//! gives an upper bound; where a channel's spend falls inside a bridge, the spends below and above it
//! are looked at apart, with closer envelopes (Falk and Soland 1969). The search is bounded, and what
//! it could not rule out is the gap.

use serde::Serialize;

use super::bounds::Bounds;
use super::curve::Curve;
use super::envelope::Envelope;

/// Steps of the search for the price; every third one halves the bounds.
const STEPS_MAX: u32 = 200;

/// Branches that are looked at.
const BRANCHES_MAX: u32 = 400;

/// A gap of this share of the revenue is none.
const GAP_SHARE: f64 = 1e-9;

/// Spends of one total.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Per channel; they sum to the total.
    pub spends: Vec<f64>,
    /// What they bring.
    pub revenue: f64,
    /// Why there is nothing better.
    pub certificate: Certificate,
}

/// What proves a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Certificate {
    /// What one more unit of total would bring.
    pub multiplier: f64,
    /// Which channels are held by a bound.
    pub active: Vec<Active>,
    /// No other spends bring more than `revenue` + `gap`.
    pub gap: f64,
}

/// How a channel stands to its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Active {
    /// Between them.
    Free,
    /// It would get less.
    AtLow,
    /// It would get more.
    AtHigh,
}

/// No spends fit the bounds and the total.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the bounds allow {low:.2} to {high:.2} in all, and the total is {total:.2}")]
pub struct Infeasible {
    /// The sum of the lower bounds.
    pub low: f64,
    /// The sum of the upper bounds.
    pub high: f64,
    /// The total.
    pub total: f64,
}

/// Allocates `total` over the channels of `curves`.
///
/// # Errors
/// [`Infeasible`]; nothing else can go wrong.
pub fn allocate(curves: &[Curve], bounds: &[Bounds], total: f64) -> Result<Plan, Infeasible> {
    check(bounds, total)?;
    let mut open = vec![Branch::of(curves, bounds.to_vec(), total)];
    let upper = open[0].upper;
    let mut best: Option<Branch> = None;
    let mut looked_at = 0;
    // What could not be ruled out.
    let mut left = f64::NEG_INFINITY;
    while let Some(branch) = open.pop() {
        let known = best.as_ref().map_or(f64::NEG_INFINITY, |best| best.revenue);
        if branch.upper <= known + known.abs() * GAP_SHARE {
            continue;
        }
        looked_at += 1;
        if looked_at <= BRANCHES_MAX
            && branch.upper > branch.revenue + branch.revenue.abs() * GAP_SHARE
            && let Some(channel) = branch.inside
        {
            let (Bounds { low, high }, at) = (branch.bounds[channel], branch.spends[channel]);
            for (low, high) in [(low, at), (at, high)] {
                let mut bounds = branch.bounds.clone();
                bounds[channel] = Bounds { low, high };
                if check(&bounds, total).is_ok() {
                    open.push(Branch::of(curves, bounds, total));
                }
            }
            // The more promising one is looked at next.
            open.sort_by(|one, other| one.upper.total_cmp(&other.upper));
        } else {
            left = left.max(branch.upper);
        }
        if branch.revenue > known {
            best = Some(branch);
        }
    }
    let best = best.expect("the first branch counts");
    let bound = left.max(best.revenue).min(upper.max(best.revenue));
    let gap = bound - best.revenue;
    let is_none = gap <= best.revenue.abs() * GAP_SHARE;
    Ok(Plan {
        certificate: Certificate {
            multiplier: best.price,
            active: active(&best.spends, bounds),
            gap: if is_none { 0.0 } else { gap },
        },
        revenue: best.revenue,
        spends: best.spends,
    })
}

/// Whether bounds can hold a total.
pub(super) fn check(bounds: &[Bounds], total: f64) -> Result<(), Infeasible> {
    let low: f64 = bounds.iter().map(|bounds| bounds.low).sum();
    let high: f64 = bounds.iter().map(|bounds| bounds.high).sum();
    let width = total.abs() * 1e-9;
    let fits = bounds.iter().all(|bounds| bounds.low <= bounds.high);
    if fits && low <= total + width && total <= high + width {
        Ok(())
    } else {
        Err(Infeasible { low, high, total })
    }
}

/// A part of the spends that are possible, with the best that envelopes give there.
struct Branch {
    bounds: Vec<Bounds>,
    spends: Vec<f64>,
    /// What the curves bring at these spends.
    revenue: f64,
    /// No spends of the branch bring more.
    upper: f64,
    price: f64,
    /// The channel whose spend lies inside a bridge, where curve and envelope differ most.
    inside: Option<usize>,
}

impl Branch {
    fn of(curves: &[Curve], bounds: Vec<Bounds>, total: f64) -> Self {
        let envelopes: Vec<Envelope<'_>> = curves
            .iter()
            .zip(&bounds)
            .map(|(curve, bounds)| Envelope::new(curve, *bounds))
            .collect();
        let (prices, spends) = fill(&envelopes, &bounds, total);
        // The dual function: what envelopes bring less its cost at a price, plus the total's. At any
        // price it is an upper bound.
        let dual = |price: f64| {
            let worth = envelopes.iter().map(|envelope| {
                let asked = envelope.ask(price);
                asked.revenue - price * asked.spend
            });
            worth.sum::<f64>() + price * total
        };
        let (upper, price) = prices
            .map(|price| (dual(price), price))
            .into_iter()
            .reduce(|one, other| if other.0 < one.0 { other } else { one })
            .unwrap_or((f64::INFINITY, 0.0));
        let revenue = curves.iter().zip(&spends).map(|(curve, spend)| curve.revenue(*spend)).sum();
        let inside = envelopes
            .iter()
            .zip(&spends)
            .enumerate()
            .filter_map(|(at, (envelope, spend))| Some((envelope.height_over(*spend)?, at)))
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, at)| at);
        Self { bounds, spends, revenue, upper, price, inside }
    }
}

/// The prices between which the channels ask for the total, and their spends.
fn fill(envelopes: &[Envelope<'_>], bounds: &[Bounds], total: f64) -> ([f64; 2], Vec<f64>) {
    let ask = |price: f64| -> Vec<f64> {
        envelopes.iter().map(|envelope| envelope.ask(price).spend).collect()
    };
    let most = envelopes.iter().map(Envelope::price_max).fold(0.0, f64::max);
    if most <= 0.0 {
        // Nothing brings anything: shared by the room that the bounds leave.
        let low: f64 = bounds.iter().map(|bounds| bounds.low).sum();
        let room: f64 = bounds.iter().map(|bounds| bounds.high - bounds.low).sum();
        let share = if room > 0.0 { (total - low) / room } else { 0.0 };
        let spends = bounds.iter().map(|bounds| bounds.low + (bounds.high - bounds.low) * share);
        return ([0.0; 2], settled(spends.collect(), bounds, total));
    }
    // At no price everything is asked for; above the steepest beginning nothing is.
    let (mut low, mut high) = (0.0, most * (1.0 + 1e-9) + f64::MIN_POSITIVE);
    let (mut asked_low, mut asked_high) = (ask(low), ask(high));
    let sum = |spends: &[f64]| spends.iter().sum::<f64>();
    let (mut over, mut under) = (sum(&asked_low) - total, sum(&asked_high) - total);
    // What a straight way between both ends starts from: an end that stays twice is drawn half way
    // in, so that both ends move (the Illinois method; Dowell and Jarratt 1971).
    let (mut from, mut to, mut was_over) = (over, under, None);
    for step in 0..STEPS_MAX {
        if over <= total * 1e-13 || under >= -total * 1e-13 || high - low <= high * 1e-15 {
            break;
        }
        let share = if step % 3 == 2 { 0.5 } else { from / (from - to) };
        let price = low + (high - low) * share;
        let asked = ask(price);
        let excess = sum(&asked) - total;
        if excess >= 0.0 {
            (low, over, asked_low) = (price, excess, asked);
            from = over;
            to *= if was_over == Some(true) { 0.5 } else { 1.0 };
        } else {
            (high, under, asked_high) = (price, excess, asked);
            to = under;
            from *= if was_over == Some(false) { 0.5 } else { 1.0 };
        }
        was_over = Some(excess >= 0.0);
    }
    if over <= total * 1e-13 {
        return ([low, high], settled(asked_low, bounds, total));
    }
    if under >= -total * 1e-13 {
        return ([low, high], settled(asked_high, bounds, total));
    }
    // Between the two prices lies a jump: what is left over goes to those who ask for more at the
    // lower one, in proportion.
    let rest = total - sum(&asked_high);
    let more: Vec<f64> =
        asked_low.iter().zip(&asked_high).map(|(low, high)| (low - high).max(0.0)).collect();
    let all: f64 = more.iter().sum();
    let mut spends = asked_high;
    if all > 0.0 {
        let mut rest = rest;
        // One after the other, so that at most one stays inside a bridge.
        for (spend, more) in spends.iter_mut().zip(&more) {
            let part = more.min(rest);
            *spend += part;
            rest -= part;
        }
    }
    ([low, high], settled(spends, bounds, total))
}

/// Brings the sum to the total to the last digit, within the bounds.
pub(super) fn settled(mut spends: Vec<f64>, bounds: &[Bounds], total: f64) -> Vec<f64> {
    let mut rest = total - spends.iter().sum::<f64>();
    let mut order: Vec<usize> = (0..spends.len()).collect();
    order.sort_by(|one, other| spends[*other].total_cmp(&spends[*one]).then(one.cmp(other)));
    for at in order {
        let before = spends[at];
        spends[at] = (before + rest).clamp(bounds[at].low, bounds[at].high);
        rest -= spends[at] - before;
    }
    spends
}

fn active(spends: &[f64], bounds: &[Bounds]) -> Vec<Active> {
    spends
        .iter()
        .zip(bounds)
        .map(|(spend, bounds)| {
            let width = (bounds.high - bounds.low).abs() * 1e-9;
            if *spend <= bounds.low + width {
                Active::AtLow
            } else if *spend >= bounds.high - width {
                Active::AtHigh
            } else {
                Active::Free
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
