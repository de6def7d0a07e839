//! What a plan is for: most revenue from a total, the largest total that still returns enough, or most
//! profit.

use super::allocator::{Infeasible, Plan, allocate};
use super::bounds::BoundShares;
use super::curve::Curve;

/// Even steps of totals that are tried first; a window of totals narrower than one may be missed.
const STEPS: u32 = 64;

/// From one of the smaller totals to the next.
const STEP_DOWN: f64 = 0.88;

/// Halvings until a total is found.
const HALVINGS: u32 = 50;

/// Steps of a search for the best total; each leaves two thirds.
const THIRDS: u32 = 60;

/// Below this share of what curves are tabulated up to, an answer is looked for more closely.
const FAR_BELOW: f64 = 0.1;

/// How far above an answer curves are then tabulated, and how often.
const ABOVE: f64 = 4.0;
const CLOSER_MAX: u32 = 8;

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

impl Objective {
    /// The largest total that is looked at.
    pub fn most(self) -> f64 {
        match self {
            Self::MostRevenue { total: most }
            | Self::TargetRoas { most, .. }
            | Self::MostProfit { most, .. } => most,
        }
    }

    /// The same, looking no further than `most`.
    fn up_to(self, most: f64) -> Self {
        match self {
            Self::MostRevenue { .. } => self,
            Self::TargetRoas { roas, .. } => Self::TargetRoas { roas, most },
            Self::MostProfit { margin, .. } => Self::MostProfit { margin, most },
        }
    }
}

/// [`plan`] on curves that `tabulate` makes up to a total. Where the answer is far below it, curves are
/// tabulated anew around the answer, since their first knots lie far apart for a small one.
///
/// # Errors
/// [`Infeasible`] where the bounds contradict each other.
pub fn plan_on(
    tabulate: impl Fn(f64) -> Vec<Curve>,
    bounds: BoundShares,
    objective: Objective,
) -> Result<Option<(f64, Plan)>, Infeasible> {
    let mut most = objective.most();
    let mut found = plan(&tabulate(most), bounds, objective)?;
    for _ in 0..CLOSER_MAX {
        let Some(total) = found.as_ref().map(|it| it.0).filter(|total| *total < most * FAR_BELOW)
        else {
            break;
        };
        most = total * ABOVE;
        let closer = plan(&tabulate(most), bounds, objective.up_to(most))?;
        // One that ends where the curves end isn't what was asked for.
        if closer.as_ref().is_none_or(|(total, _)| *total >= most * (1.0 - 1e-6)) {
            break;
        }
        found = closer;
    }
    Ok(found)
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
            let enough =
                |total: f64| -> Result<bool, Infeasible> { Ok(of(total)?.revenue >= roas * total) };
            // S-curves return too little at first: totals are tried from the largest down.
            let mut above = most;
            for total in totals(most) {
                if enough(total)? {
                    let (mut low, mut high) = (total, above);
                    for _ in 0..HALVINGS {
                        let middle = 0.5 * (low + high);
                        if enough(middle)? { low = middle } else { high = middle }
                    }
                    return Ok(Some((low, of(low)?)));
                }
                above = total;
            }
            Ok(None)
        }
        Objective::MostProfit { margin, most } => {
            let profit =
                |total: f64| -> Result<f64, Infeasible> { Ok(margin * of(total)?.revenue - total) };
            // Profit may have several tops: the best of even steps, and then around it.
            let mut best = (0.0, 0.0);
            for total in totals(most) {
                let found = profit(total)?;
                if found > best.1 {
                    best = (total, found);
                }
            }
            let width = most / f64::from(STEPS);
            let (mut low, mut high) =
                ((best.0 - width).max(width * 1e-6), (best.0 + width).min(most));
            for _ in 0..THIRDS {
                let third = (high - low) / 3.0;
                let (one, other) = (low + third, high - third);
                if profit(one)? < profit(other)? { low = one } else { high = other }
            }
            let total = 0.5 * (low + high);
            let found = profit(total)?;
            if found > best.1 {
                best = (total, found);
            }
            if best.0 > 0.0 { Ok(Some((best.0, of(best.0)?))) } else { Ok(None) }
        }
    }
}

/// Totals that are tried, the largest first: even steps, and smaller and smaller ones below the
/// last of them.
fn totals(most: f64) -> Vec<f64> {
    let even = (1..=STEPS).rev().map(|step| most * f64::from(step) / f64::from(STEPS));
    let mut totals: Vec<f64> = even.collect();
    let mut total = most;
    for _ in 0..STEPS {
        total *= STEP_DOWN;
        totals.push(total);
    }
    totals.sort_by(|one, other| other.total_cmp(one));
    totals
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

    /// 40 · √x: a unit more brings endlessly much at nothing, which a table's first step can't hold.
    #[test]
    fn a_small_total_is_found_as_exactly_as_a_large_one() {
        let root = |x: f64| (40.0 * libm::sqrt(x), 20.0 / libm::sqrt(x.max(1e-12)));
        let tabulate = |most: f64| {
            let knots = (0..41).map(|knot| {
                let share = f64::from(knot) / 40.0;
                let spend = most * share * share;
                let (revenue, marginal) = root(spend);
                crate::advice::planning::Knot { spend, revenue, marginal }
            });
            vec![Curve::new(knots.collect())]
        };
        // 40 · √x = 20 · x at x = 4; 40 / (2 · √x) · 0.5 = 1 at x = 100.
        let roas = Objective::TargetRoas { roas: 20.0, most: 4e3 };
        let (total, plan) = plan_on(tabulate, ANY, roas).expect("feasible").expect("a plan");
        assert!((total - 4.0).abs() < 0.04, "{total}");
        assert!((plan.revenue - 80.0).abs() < 0.8, "{}", plan.revenue);
        let profit = Objective::MostProfit { margin: 0.5, most: 4e3 };
        let (total, _) = plan_on(tabulate, ANY, profit).expect("feasible").expect("a plan");
        assert!((total - 100.0).abs() < 1.0, "{total}");
    }

    #[test]
    fn an_s_curve_that_returns_too_little_at_first_still_has_its_total() {
        // 100 · x² / (100 + x²) = 4.9 · x has its larger root at (100 + √(100² − 4 · 4.9² · 100)) / 9.8.
        let hill = |x: f64| {
            let saturation = crate::advice::mmm::saturation::Saturation::Hill {
                half_saturation: 10.0,
                slope: 2.0,
            };
            (100.0 * saturation.effect(x), 100.0 * saturation.marginal(x))
        };
        let curves = [Curve::tabulate(500.0, 401, hill)];
        let objective = Objective::TargetRoas { roas: 4.9, most: 500.0 };
        let (total, _) = plan(&curves, ANY, objective).expect("feasible").expect("a plan");
        let root = (100.0 + libm::sqrt(100.0 * 100.0 - 4.0 * 4.9 * 4.9 * 100.0)) / 9.8;
        assert!((total - root).abs() < 0.01, "{total} {root}");
    }
}
