//! A curve that may be S-shaped → its upper concave envelope: the curve itself where that bends down,
//! and straight bridges over the rest. What the envelope brings is never less than the curve.

use super::bounds::Bounds;
use super::curve::{Curve, between};

/// Points between two knots that are looked at.
const POINTS_PER_KNOT: u32 = 4;

/// Steps until a spend of given marginal revenue is found; each halves at least.
const STEPS_MAX: u32 = 60;

/// An envelope over the spends that its bounds allow.
#[derive(Debug, Clone)]
pub(super) struct Envelope<'c> {
    curve: &'c Curve,
    bounds: Bounds,
    /// Corners in order: spend, revenue.
    corners: Vec<(f64, f64)>,
    /// Whether the way from each corner to the next is a bridge over points below it.
    is_bridge: Vec<bool>,
}

/// What an envelope asks for at some marginal revenue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Asked {
    pub spend: f64,
    /// What the envelope brings there.
    pub revenue: f64,
}

impl<'c> Envelope<'c> {
    pub(super) fn new(curve: &'c Curve, bounds: Bounds) -> Self {
        let point = |spend: f64| (spend, curve.revenue(spend));
        let mut points = Vec::with_capacity(curve.knots().len() * 4 + 2);
        points.push(point(bounds.low));
        for pair in curve.knots().windows(2) {
            for step in 0..POINTS_PER_KNOT {
                let share = f64::from(step) / f64::from(POINTS_PER_KNOT);
                let spend = pair[0].spend + (pair[1].spend - pair[0].spend) * share;
                if spend > bounds.low && spend < bounds.high {
                    points.push((spend, between(pair[0], pair[1], spend)));
                }
            }
        }
        if bounds.high > bounds.low {
            points.push(point(bounds.high));
        }
        // The hull of Graham's scan; what it leaves out lies below a bridge.
        let mut corners: Vec<(f64, f64, usize)> = Vec::with_capacity(points.len());
        for (at, (spend, revenue)) in points.into_iter().enumerate() {
            let point = (spend, revenue, at);
            while let [.., before, last] = corners[..]
                && slope(before, last) <= slope(last, point)
            {
                corners.pop();
            }
            corners.push(point);
        }
        let is_bridge = corners.windows(2).map(|two| two[1].2 > two[0].2 + 1).collect();
        let corners = corners.into_iter().map(|(spend, revenue, _)| (spend, revenue)).collect();
        Self { curve, bounds, corners, is_bridge }
    }

    /// The spend up to which each further unit brings more than `price`.
    pub(super) fn ask(&self, price: f64) -> Asked {
        let at = self.corner(price);
        let (spend, revenue) = self.corners[at];
        let from = at.checked_sub(1).filter(|before| !self.is_bridge[*before]);
        let to = (at + 1 < self.corners.len() && !self.is_bridge[at]).then(|| at + 1);
        let low = from.map_or(spend, |before| self.corners[before].0);
        let high = to.map_or(spend, |after| self.corners[after].0);
        if low == high {
            return Asked { spend, revenue };
        }
        let met = self.meet(price, low, high);
        let met = Asked { spend: met, revenue: self.curve.revenue(met) };
        // Where a curve turns from bending up to bending down, several spends have this slope.
        let ends = [from, to].into_iter().flatten().map(|at| self.corners[at]);
        let corners = ends.chain([(spend, revenue)]);
        corners.map(|(spend, revenue)| Asked { spend, revenue }).fold(met, |best, asked| {
            let worth = |asked: Asked| asked.revenue - price * asked.spend;
            if worth(asked) > worth(best) { asked } else { best }
        })
    }

    /// The marginal revenue at the beginning: above it nothing is asked for.
    pub(super) fn price_max(&self) -> f64 {
        let steepest = match self.corners[..] {
            [first, second, ..] => (second.1 - first.1) / (second.0 - first.0),
            _ => 0.0,
        };
        steepest.max(self.curve.marginal(self.bounds.low))
    }

    /// How far the envelope lies above the curve, where `spend` is inside a bridge.
    pub(super) fn height_over(&self, spend: f64) -> Option<f64> {
        let after = self.corners.partition_point(|corner| corner.0 < spend);
        let before = after.checked_sub(1)?;
        let (from, to) = (self.corners[before], *self.corners.get(after)?);
        let width = (to.0 - from.0) * 1e-9;
        let is_inside = self.is_bridge[before] && spend > from.0 + width && spend < to.0 - width;
        is_inside.then(|| {
            let bridge = from.1 + (to.1 - from.1) * (spend - from.0) / (to.0 - from.0);
            bridge - self.curve.revenue(spend)
        })
    }

    /// The last corner whose way to it is steeper than `price`.
    fn corner(&self, price: f64) -> usize {
        let steeper = |at: usize| {
            let (from, to) = (self.corners[at], self.corners[at + 1]);
            (to.1 - from.1) / (to.0 - from.0) > price
        };
        let (mut low, mut high) = (0, self.corners.len() - 1);
        while low < high {
            let middle = usize::midpoint(low, high);
            if steeper(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Where the curve's own slope is `price`, between two spends around it.
    fn meet(&self, price: f64, mut low: f64, mut high: f64) -> f64 {
        let excess = |spend: f64| self.curve.marginal(spend) - price;
        let (mut at_low, mut at_high) = (excess(low), excess(high));
        if at_low <= 0.0 {
            return low;
        }
        if at_high >= 0.0 {
            return high;
        }
        for step in 0..STEPS_MAX {
            // The chord's crossing, or the middle every third time so that the width halves.
            let middle = if step % 3 == 2 {
                0.5 * (low + high)
            } else {
                low + (high - low) * at_low / (at_low - at_high)
            };
            let found = excess(middle);
            if found.abs() <= price * 1e-13 || high - low <= high * 1e-15 {
                return middle;
            }
            if found > 0.0 {
                (low, at_low) = (middle, found);
            } else {
                (high, at_high) = (middle, found);
            }
        }
        0.5 * (low + high)
    }
}

fn slope(from: (f64, f64, usize), to: (f64, f64, usize)) -> f64 {
    (to.1 - from.1) / (to.0 - from.0)
}
