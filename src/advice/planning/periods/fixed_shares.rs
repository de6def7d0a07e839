//! One set of shares for all periods. The outer search finds the shares whose revenue over all periods
//! and their tail is largest, within what each period allows; the inner allocation gives each
//! period's total by these shares, and where a period can't keep them, as nearly as its bounds let it.

use super::limits::Limits;
use super::outlook::Outlook;
use super::risk::Risk;
use super::search::{Proof, best, holds};
use super::table::Table;
use crate::advice::planning::allocator::Infeasible;
use crate::advice::planning::bounds::Bounds;

/// Knots of what shares may be.
const KNOTS: u32 = 41;

/// Halvings until an inner allocation's level is found.
const HALVINGS: u32 = 100;

/// Shares, the budgets that follow from them, and their proof.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FixedShares {
    pub budgets: Vec<Vec<f64>>,
    pub proof: Proof,
}

/// The best shares for `totals` from period `from` on; `present` is what is spent now.
///
/// # Errors
/// [`Infeasible`] where the caps can't hold a total.
pub(super) fn fixed_shares(
    outlook: &Outlook<'_>,
    from: usize,
    present: &[f64],
    totals: &[f64],
    limits: &Limits,
    risk: Risk,
) -> Result<FixedShares, Infeasible> {
    let bounds: Vec<Vec<Bounds>> =
        totals.iter().map(|total| limits.bounds(*total)).collect::<Result<_, _>>()?;
    let outer = outer_bounds(&bounds, totals);
    let table = Table::of(outlook, from, totals, &outer, KNOTS);
    let even = 1.0 / count(present.len());
    let now: f64 = present.iter().sum();
    let starts = [vec![even; present.len()], present.iter().map(|it| it / now).collect()];
    let choice = best(&table, &outer, 1.0, risk, &starts)?;
    let budgets = totals
        .iter()
        .zip(&bounds)
        .map(|(total, bounds)| inner(&choice.numbers, *total, bounds))
        .collect();
    Ok(FixedShares { budgets, proof: choice.proof })
}

/// Shares that every period allows; where none are, shares that any of them allows.
fn outer_bounds(bounds: &[Vec<Bounds>], totals: &[f64]) -> Vec<Bounds> {
    let channels = bounds.first().map_or(0, Vec::len);
    let shares = |channel: usize| {
        bounds.iter().zip(totals).map(move |(bounds, total)| Bounds {
            low: bounds[channel].low / total,
            high: bounds[channel].high / total,
        })
    };
    let meet = |one: Bounds, other: Bounds| Bounds {
        low: one.low.max(other.low),
        high: one.high.min(other.high),
    };
    let join = |one: Bounds, other: Bounds| Bounds {
        low: one.low.min(other.low),
        high: one.high.max(other.high),
    };
    let of = |how: fn(Bounds, Bounds) -> Bounds| -> Vec<Bounds> {
        (0..channels).filter_map(|channel| shares(channel).reduce(how)).collect()
    };
    let all = of(meet);
    if holds(&all, 1.0) { all } else { of(join) }
}

/// Budgets as nearly in proportion to `shares` as the bounds let them (water-filling).
fn inner(shares: &[f64], total: f64, bounds: &[Bounds]) -> Vec<f64> {
    let at = |level: f64| -> Vec<f64> {
        shares
            .iter()
            .zip(bounds)
            .map(|(share, to)| (share * level).clamp(to.low, to.high))
            .collect()
    };
    let plain = at(total);
    let is_within = shares.iter().zip(&plain).all(|(share, it)| share * total == *it);
    if is_within {
        return plain;
    }
    let smallest = shares.iter().copied().filter(|share| *share > 0.0).fold(1.0, f64::min);
    let (mut low, mut high) = (0.0, total / smallest);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if at(middle).iter().sum::<f64>() < total { low = middle } else { high = middle }
    }
    super::search::projected(&at(high), bounds, total)
}

#[expect(clippy::cast_precision_loss, reason = "channels are few")]
fn count(channels: usize) -> f64 {
    channels.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_allocation_keeps_the_shares_as_far_as_bounds_let_it() {
        let open = Bounds { low: 0.0, high: 100.0 };
        assert_eq!(inner(&[0.5, 0.3, 0.2], 100.0, &[open; 3]), [50.0, 30.0, 20.0]);
        // The first is held at 40; the rest go on as 3 to 2.
        let capped = [Bounds { low: 0.0, high: 40.0 }, open, open];
        let found = inner(&[0.5, 0.3, 0.2], 100.0, &capped);
        for (found, expected) in found.iter().zip([40.0, 36.0, 24.0]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn shares_are_those_that_every_period_allows() {
        let of = |low: f64, high: f64| Bounds { low, high };
        let bounds = [vec![of(10.0, 60.0), of(0.0, 90.0)], vec![of(30.0, 100.0), of(0.0, 180.0)]];
        // 10 to 60 % and 15 to 50 %.
        let found = outer_bounds(&bounds, &[100.0, 200.0]);
        assert_eq!(found[0], of(0.15, 0.5));
        // 80 % of one and 20 % of the other period: no share does for both.
        let apart = [vec![of(80.0, 80.0), of(20.0, 20.0)], vec![of(40.0, 40.0), of(160.0, 160.0)]];
        assert_eq!(outer_bounds(&apart, &[100.0, 200.0])[0], of(0.2, 0.8));
    }
}
