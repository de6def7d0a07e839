//! An outlook → one number per channel that budgets follow, tabulated: what it brings in each
//! candidate, on average, and by a risk utility. The search then asks tables and not the model.

use rayon::prelude::*;

use super::outlook::{Outlook, View};
use super::risk::{Case, Risk};
use crate::advice::planning::bounds::Bounds;
use crate::advice::planning::curve::{Curve, Knot};

/// Effects by candidate and channel; a channel's budgets are its number times a pattern.
pub(super) struct Table<'o> {
    views: &'o [View],
    curves: Vec<Vec<Curve>>,
}

impl<'o> Table<'o> {
    /// Of numbers within `ranges`, where the budget of period `from` + i is the number times
    /// `pattern[i]`.
    pub(super) fn of(
        outlook: &'o Outlook<'_>,
        from: usize,
        pattern: &[f64],
        ranges: &[Bounds],
        knots: u32,
    ) -> Self {
        let amounts: Vec<Vec<f64>> = ranges.iter().map(|range| amounts(*range, knots)).collect();
        let curve = |view: &View, channel: usize| {
            let amounts = &amounts[channel];
            let found = view.tracks[channel].tabulate(from, pattern, outlook.steps(), amounts);
            let knots = amounts.iter().zip(found);
            let knot = |(spend, (revenue, marginal)): (&f64, (f64, f64))| {
                // Some shapes begin infinitely steep; the curve keeps its slopes in measure.
                Knot { spend: *spend, revenue, marginal: marginal.min(f64::MAX) }
            };
            Curve::new(knots.map(knot).collect())
        };
        let of_view = |view: &View| (0..ranges.len()).map(|at| curve(view, at)).collect();
        Self { views: &outlook.views, curves: outlook.views.par_iter().map(of_view).collect() }
    }

    /// What each channel's number is expected to bring.
    pub(super) fn mean(&self) -> Vec<Curve> {
        let channels = self.curves.first().map_or(0, Vec::len);
        let of = |channel: usize| {
            let mut knots: Vec<Knot> = self.curves[0][channel].knots().to_vec();
            for knot in &mut knots {
                (knot.revenue, knot.marginal) = (0.0, 0.0);
            }
            for (view, curves) in self.views.iter().zip(&self.curves) {
                let gain = view.weight * view.spread.coefficients[channel];
                for (sum, knot) in knots.iter_mut().zip(curves[channel].knots()) {
                    sum.revenue += gain * knot.revenue;
                    sum.marginal += gain * knot.marginal;
                }
            }
            Curve::new(knots)
        };
        (0..channels).map(of).collect()
    }

    /// The utility of one number per channel, and what a unit more of each adds to it.
    pub(super) fn utility(&self, risk: Risk, numbers: &[f64]) -> (f64, Vec<f64>) {
        let effects: Vec<Vec<f64>> = self
            .curves
            .iter()
            .map(|curves| curves.iter().zip(numbers).map(|(it, at)| it.revenue(*at)).collect())
            .collect();
        let cases: Vec<Case<'_>> = self
            .views
            .iter()
            .zip(&effects)
            .map(|(view, effects)| Case { weight: view.weight, spread: &view.spread, effects })
            .collect();
        let found = risk.of(&cases);
        let mut slopes = vec![0.0; numbers.len()];
        for (curves, rises) in self.curves.iter().zip(&found.slopes) {
            for ((slope, curve), (rise, at)) in
                slopes.iter_mut().zip(curves).zip(rises.iter().zip(numbers))
            {
                *slope += rise * curve.marginal(*at);
            }
        }
        (found.value, slopes)
    }
}

/// Knots from the least to the most, closer together where curves bend most.
fn amounts(range: Bounds, knots: u32) -> Vec<f64> {
    if range.high <= range.low {
        return vec![range.low];
    }
    let (from, to) = (libm::sqrt(range.low), libm::sqrt(range.high));
    let last = f64::from(knots.max(2) - 1);
    let at = |knot: u32| {
        let root = from + (to - from) * f64::from(knot) / last;
        (root * root).clamp(range.low, range.high)
    };
    let mut amounts: Vec<f64> = (0..knots.max(2)).map(at).collect();
    (amounts[0], amounts[knots.max(2) as usize - 1]) = (range.low, range.high);
    amounts
}
