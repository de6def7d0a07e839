//! Response curves: what a channel brings per period if it spends the same in every period, carried
//! over and saturated, at spends from nothing to beyond what was ever spent.

use serde::Serialize;

use super::fitted::{Candidate, Fitted, Method};
use super::spread::{Estimate, Mixture, Part};

/// Points of a curve, the first at 0.
const POINTS: u32 = 31;

/// How far beyond the largest spend of a period a curve goes.
const REACH: f64 = 1.5;

/// A point of a curve. Money in major units per period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Spend in every period.
    pub spend: f64,
    /// Revenue per period that it brings.
    pub revenue: Estimate,
    /// Revenue that a little more spend brings, per unit of it.
    pub marginal: f64,
    /// Whether the channel ever spent so much in a period: beyond, the curve is the shape's word
    /// alone.
    pub is_within_history: bool,
}

/// The curve of a channel by its position; intervals are central ones of `confidence`.
pub fn curve(fitted: &Fitted, channel: usize, confidence: f64) -> Vec<CurvePoint> {
    let largest = fitted.series.channels[channel].spend.iter().copied().fold(0.0, f64::max);
    let interval = |parts: Vec<Part>, mean: f64| fitted.interval(&parts, mean, confidence);
    spends_of_curve(largest).map(|spend| at(fitted, channel, (spend, largest), interval)).collect()
}

/// The same curve to be drawn: its bounds are as close as a line's width, and found several times as fast.
pub fn curve_to_draw(fitted: &Fitted, channel: usize, confidence: f64) -> Vec<CurvePoint> {
    let largest = fitted.series.channels[channel].spend.iter().copied().fold(0.0, f64::max);
    let cuts = fitted.method == Method::Search;
    let interval = |parts: Vec<Part>, mean: f64| {
        Mixture::new(parts, mean, cuts && mean >= 0.0).quick_interval(confidence)
    };
    spends_of_curve(largest).map(|spend| at(fitted, channel, (spend, largest), interval)).collect()
}

/// The spends of a curve of a channel whose largest spend of a period is `largest`.
pub fn spends_of_curve(largest: f64) -> impl Iterator<Item = f64> {
    (0..POINTS).map(move |point| largest * REACH * f64::from(point) / f64::from(POINTS - 1))
}

fn at(
    fitted: &Fitted,
    channel: usize,
    (spend, largest): (f64, f64),
    interval: impl Fn(Vec<Part>, f64) -> Estimate,
) -> CurvePoint {
    let (mut mean, mut marginal) = (0.0, 0.0);
    let part = |candidate: &Candidate| {
        let response = candidate.responses[channel];
        let total = response.adstock.total();
        let effect = response.saturation.effect(spend * total);
        mean += candidate.weight * response.coefficient * effect;
        marginal += candidate.weight
            * response.coefficient
            * response.saturation.marginal(spend * total)
            * total;
        Part {
            weight: candidate.weight,
            mean: candidate.unbounded[channel] * effect,
            deviation: libm::sqrt(candidate.covariance[(channel, channel)].max(0.0)) * effect,
        }
    };
    let parts: Vec<Part> = fitted.candidates.iter().map(part).collect();
    let none = Estimate { mean: 0.0, low: 0.0, high: 0.0 };
    let revenue = if spend > 0.0 { interval(parts, mean) } else { none };
    CurvePoint { spend, revenue, marginal, is_within_history: spend <= largest }
}
