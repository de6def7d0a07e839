//! What a plan is for: most revenue from a total, the largest total that still returns enough, or most
//! profit.

use super::allocator::{Infeasible, Plan, allocate};
use super::bounds::BoundShares;
use super::curve::Curve;

/// Halvings until a total is found.
const HALVINGS: u32 = 60;

/// Steps of a search for the best total; each leaves two thirds.
const THIRDS: u32 = 80;

/// What is asked of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Objective {
    /// Most revenue from a total.
    MostRevenue {
        /// The weekly total.
        total: f64,
    },
    /// The largest total up to `most` whose revenue is at least `roas` times it.
    TargetRoas {
        /// Revenue per unit of spend that all spend together must bring.
        roas: f64,
        /// The largest weekly total.
        most: f64,
    },
    /// The total up to `most` for which `margin` times the revenue less the total is largest.
    MostProfit {
        /// The share of revenue that is earned before media.
        margin: f64,
        /// The largest weekly total.
        most: f64,
    },
}

/// The plan and its total; bounds are shares of the total. `None`: no total returns enough.
///
/// # Errors
/// [`Infeasible`] where the bounds contradict each other.
pub fn plan(
    curves: &[Curve],
    bounds: BoundShares,
    objective: Objective,
) -> Result<Option<(f64, Plan)>, Infeasible> {
    let of = |total: f64| allocate(curves, &bounds.of(total, curves.len()), total);
    match objective {
        Objective::MostRevenue { total } => Ok(Some((total, of(total)?))),
        Objective::TargetRoas { roas, most } => {
            // Revenue from the best spends is concave in the total, so that its quotient falls.
            let enough =
                |total: f64| -> Result<bool, Infeasible> { Ok(of(total)?.revenue >= roas * total) };
            if enough(most)? {
                return Ok(Some((most, of(most)?)));
            }
            let (mut low, mut high) = (0.0, most);
            for _ in 0..HALVINGS {
                let middle = 0.5 * (low + high);
                if enough(middle)? { low = middle } else { high = middle }
            }
            if low <= most * 1e-9 { Ok(None) } else { Ok(Some((low, of(low)?))) }
        }
        Objective::MostProfit { margin, most } => {
            let profit =
                |total: f64| -> Result<f64, Infeasible> { Ok(margin * of(total)?.revenue - total) };
            let (mut low, mut high) = (0.0, most);
            for _ in 0..THIRDS {
                let third = (high - low) / 3.0;
                let (one, other) = (low + third, high - third);
                if profit(one)? < profit(other)? { low = one } else { high = other }
            }
            let best = 0.5 * (low + high);
            let best = [0.0, best, most].into_iter().try_fold((0.0, 0.0), |found, total| {
                let profit = if total > 0.0 { profit(total)? } else { 0.0 };
                Ok(if profit > found.1 { (total, profit) } else { found })
            })?;
            if best.0 > 0.0 { Ok(Some((best.0, of(best.0)?))) } else { Ok(None) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 · ln(1 + x / 10) each: marginal 100 / (10 + x).
    fn logs(channels: usize) -> Vec<Curve> {
        let log = |x: f64| (100.0 * libm::log1p(x / 10.0), 100.0 / (10.0 + x));
        vec![Curve::tabulate(400.0, 201, log); channels]
    }

    const ANY: BoundShares = BoundShares { low: 0.0, high: 1.0 };

    #[test]
    fn most_profit_ends_where_a_unit_brings_a_unit() {
        // 0.5 · 100 / (10 + x) = 1: x = 40 for each of two channels.
        let objective = Objective::MostProfit { margin: 0.5, most: 400.0 };
        let (total, plan) = plan(&logs(2), ANY, objective).expect("feasible").expect("a plan");
        assert!((total - 80.0).abs() < 0.01, "{total}");
        assert!((plan.spends[0] - 40.0).abs() < 0.02);
        // At a tenth no unit brings one: 0.1 · 100 / 10 = 1 at nothing.
        let none = Objective::MostProfit { margin: 0.09, most: 400.0 };
        assert_eq!(super::plan(&logs(2), ANY, none).expect("feasible"), None);
    }

    #[test]
    fn the_largest_total_that_returns_enough_returns_just_that() {
        let objective = Objective::TargetRoas { roas: 4.0, most: 400.0 };
        let (total, plan) = plan(&logs(2), ANY, objective).expect("feasible").expect("a plan");
        assert!((plan.revenue - 4.0 * total).abs() < 1e-6 * total);
        // By hand: 2 · 100 · ln(1 + x/10) = 4 · 2x has its root where ln(1 + x/10) = x/25: 31.61…
        let x = total / 2.0;
        assert!((libm::log1p(x / 10.0) - x / 25.0).abs() < 1e-6, "{x}");
        let never = Objective::TargetRoas { roas: 11.0, most: 400.0 };
        assert_eq!(super::plan(&logs(2), ANY, never).expect("feasible"), None);
    }
}
