//! One channel of an import: points or a formula → a curve to plan on, with what the file knows of it.

use super::error::ImportError;
use super::shown;
use crate::advice::planning::curve::{Curve, Knot};

/// Knots of a formula: its curve differs from it by some 10⁻⁶ at most.
const KNOTS: u32 = 241;

/// Spends that differ by less than this share of the largest are the same.
const WIDTH_SHARE_MIN: f64 = 1e-12;

/// A fall by less than this share of the most is rounding.
const FALL_SHARE: f64 = 1e-9;

/// Behind its last point a curve turns flat within this share of the point's spend.
const TURN_SHARE: f64 = 1e-6;

/// A point as a file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where it stands.
    pub line: u64,
    /// Spend.
    pub spend: f64,
    /// What it brings.
    pub revenue: f64,
    /// The interval, where the file has one.
    pub interval: Option<(f64, f64)>,
}

/// What a file tells of a curve.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Points; cubics that rise between them, flat behind the last.
    Points(Vec<Point>),
    /// `coefficient` · a^`alpha` / (a^`alpha` + `inflexion`^`alpha`) with a = spend + `carryover`.
    Hill {
        /// What it can bring at most.
        coefficient: f64,
        /// The exponent.
        alpha: f64,
        /// Where half of the most is reached.
        inflexion: f64,
        /// What earlier spend still does, in units of spend.
        carryover: f64,
    },
}

/// A channel of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedChannel {
    /// Its name as the file has it.
    pub name: String,
    /// What it spends now, where that is known.
    pub present: Option<f64>,
    /// Its curve.
    pub shape: Shape,
    /// The most spend that the file knows something of.
    pub known_to: Option<f64>,
}

impl ImportedChannel {
    /// Of the points of a file, which are checked here.
    ///
    /// # Errors
    /// Too few points, spends that don't grow, revenue that falls.
    pub fn of_points(
        name: String,
        mut points: Vec<Point>,
        present: Option<f64>,
    ) -> Result<Self, ImportError> {
        if points.len() < 3 {
            let line = points.first().map_or(0, |point| point.line);
            return Err(ImportError::Few { channel: shown(&name), line, points: points.len() });
        }
        if points.len() > super::POINTS_MAX {
            let what = format!("points for channel \"{}\"", shown(&name));
            return Err(ImportError::TooMany { what, most: super::POINTS_MAX });
        }
        let largest = points.iter().fold(0.0, |most: f64, point| most.max(point.spend));
        let best = points.iter().fold(0.0, |most: f64, point| most.max(point.revenue));
        for at in 1..points.len() {
            let (before, point) = (points[at - 1], points[at]);
            if point.spend <= before.spend + largest * WIDTH_SHARE_MIN {
                return Err(ImportError::Order {
                    channel: shown(&name),
                    line: point.line,
                    spend: point.spend,
                    before: before.spend,
                });
            }
            if point.revenue < before.revenue - best * FALL_SHARE {
                return Err(ImportError::Falls {
                    channel: shown(&name),
                    line: point.line,
                    before: before.revenue,
                    after: point.revenue,
                });
            }
            points[at].revenue = point.revenue.max(before.revenue);
        }
        let known_to = points.last().map(|point| point.spend);
        Ok(Self { name, present, shape: Shape::Points(points), known_to })
    }

    /// Whether its curve begins above no spend, so that its beginning is assumed.
    pub fn begins_late(&self) -> bool {
        matches!(&self.shape, Shape::Points(points) if points[0].spend > 0.0)
    }

    /// Whether its curve is a formula, which goes on beyond what was ever spent.
    pub fn is_formula(&self) -> bool {
        matches!(self.shape, Shape::Hill { .. })
    }

    /// Whether the file knows nothing of so much spend.
    pub fn is_beyond(&self, spend: f64) -> bool {
        self.known_to.is_some_and(|known| spend > known * (1.0 + TURN_SHARE))
    }

    /// The curve, up to a spend of `most` at least.
    pub fn curve(&self, most: f64) -> Curve {
        match &self.shape {
            Shape::Points(points) => of_points(points, most),
            Shape::Hill { coefficient, alpha, inflexion, carryover } => {
                Curve::tabulate(most.max(f64::MIN_POSITIVE), KNOTS, |spend| {
                    hill(*coefficient, *alpha, *inflexion, spend + carryover)
                })
            }
        }
    }

    /// What `spend` brings.
    pub fn revenue(&self, spend: f64) -> f64 {
        match &self.shape {
            Shape::Points(_) => self.curve(spend).revenue(spend),
            Shape::Hill { coefficient, alpha, inflexion, carryover } => {
                hill(*coefficient, *alpha, *inflexion, spend + carryover).0
            }
        }
    }

    /// The interval of what `spend` brings, straight between the points of the file; none beyond
    /// the last and before the first.
    pub fn interval(&self, spend: f64) -> Option<(f64, f64)> {
        let Shape::Points(points) = &self.shape else { return None };
        let above = points.partition_point(|point| point.spend < spend);
        let to = points.get(above)?;
        if to.spend == spend {
            return to.interval;
        }
        let from = points.get(above.checked_sub(1)?)?;
        let share = (spend - from.spend) / (to.spend - from.spend);
        let (one, other) = (from.interval?, to.interval?);
        Some((one.0 + (other.0 - one.0) * share, one.1 + (other.1 - one.1) * share))
    }
}

/// Value and slope of Hill's curve; its inflexion is more than 0.
fn hill(coefficient: f64, alpha: f64, inflexion: f64, adstocked: f64) -> (f64, f64) {
    let ratio = libm::pow(inflexion / adstocked, alpha);
    if !ratio.is_finite() {
        let slope = if alpha < 1.0 {
            coefficient * AT_ONCE
        } else if alpha > 1.0 {
            0.0
        } else {
            coefficient / inflexion
        };
        return (0.0, slope);
    }
    let value = coefficient / (1.0 + ratio);
    (value, value * alpha / adstocked * ratio / (1.0 + ratio))
}

/// Some shapes begin infinitely steep; the curve keeps slopes to those of its ways.
const AT_ONCE: f64 = 1e9;

/// Knots with slopes by which the curve rises between points as they do (Fritsch and Butland 1984:
/// the harmonic mean of the ways on both sides), from no spend on, flat behind the last.
fn of_points(points: &[Point], most: f64) -> Curve {
    let mut ways: Vec<(f64, f64)> = Vec::with_capacity(points.len() + 1);
    if points[0].spend > 0.0 {
        ways.push((0.0, 0.0));
    }
    ways.extend(points.iter().map(|point| (point.spend, point.revenue)));
    let widths: Vec<f64> = ways.windows(2).map(|two| two[1].0 - two[0].0).collect();
    let rises: Vec<f64> =
        ways.windows(2).map(|two| (two[1].1 - two[0].1) / (two[1].0 - two[0].0)).collect();
    let count = ways.len();
    let slopes = (0..count).map(|at| {
        if at == 0 {
            end_slope(widths[0], widths[1], rises[0], rises[1])
        } else if at == count - 1 {
            let last = count - 2;
            end_slope(widths[last], widths[last - 1], rises[last], rises[last - 1])
        } else {
            let (before, after) = (rises[at - 1], rises[at]);
            if before <= 0.0 || after <= 0.0 {
                return 0.0;
            }
            let one = 2.0 * widths[at] + widths[at - 1];
            let other = widths[at] + 2.0 * widths[at - 1];
            (one + other) / (one / before + other / after)
        }
    });
    let mut knots: Vec<Knot> = ways
        .iter()
        .zip(slopes)
        .map(|(way, marginal)| Knot { spend: way.0, revenue: way.1, marginal })
        .collect();
    let last = knots[count - 1];
    let turn = last.spend * TURN_SHARE;
    let flat = last.revenue + last.marginal * turn / 2.0;
    let turned = last.spend + turn;
    for spend in [turned, most.max(2.0 * turned)] {
        knots.push(Knot { spend, revenue: flat, marginal: 0.0 });
    }
    Curve::new(knots)
}

/// The slope at an end by the parabola through three points, from nothing to three times the way.
fn end_slope(width: f64, next_width: f64, rise: f64, next_rise: f64) -> f64 {
    let slope = ((2.0 * width + next_width) * rise - width * next_rise) / (width + next_width);
    slope.clamp(0.0, 3.0 * rise.max(0.0))
}
