//! What weighted candidates say together of one figure: a mixture of normal distributions, each cut
//! off at 0 where the figure can't be negative; its mean and the interval that holds it.

use serde::Serialize;

use super::normal;

/// Halvings until an interval's bound is found: far below any digit that is shown.
const HALVINGS: u32 = 80;

/// One candidate's word on a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Its share of the mixture.
    pub weight: f64,
    /// Mean of the normal distribution, before it is cut off.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

/// A figure with the interval that holds it at the stated confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The expected figure.
    pub mean: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Estimate {
    /// The same in another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let (one, other) = (self.low * factor, self.high * factor);
        Self { mean: self.mean * factor, low: one.min(other), high: one.max(other) }
    }

    /// The same moved.
    #[must_use]
    pub fn plus(self, shift: f64) -> Self {
        Self { mean: self.mean + shift, low: self.low + shift, high: self.high + shift }
    }
}

/// The central interval of `confidence` around `mean`, of figures that can't be negative; `None`
/// without a part.
pub fn above_zero(parts: &[Part], mean: f64, confidence: f64) -> Option<Estimate> {
    interval(parts, mean, confidence, |part, at| {
        if at <= 0.0 {
            return 0.0;
        }
        let cut = below(part, 0.0);
        ((below(part, at) - cut) / (1.0 - cut).max(1e-300)).clamp(0.0, 1.0)
    })
}

/// The same of figures that may be negative.
pub fn anywhere(parts: &[Part], mean: f64, confidence: f64) -> Option<Estimate> {
    interval(parts, mean, confidence, below)
}

fn below(part: &Part, at: f64) -> f64 {
    if part.deviation > 0.0 {
        normal::below((at - part.mean) / part.deviation)
    } else {
        f64::from(u8::from(part.mean <= at))
    }
}

fn interval(
    parts: &[Part],
    mean: f64,
    confidence: f64,
    distribution: impl Fn(&Part, f64) -> f64,
) -> Option<Estimate> {
    let weights: f64 = parts.iter().map(|part| part.weight).sum();
    let reach = |part: &Part| 10.0 * part.deviation + part.mean.abs() * 1e-9 + f64::MIN_POSITIVE;
    let low = parts.iter().map(|part| part.mean - reach(part)).fold(f64::INFINITY, f64::min);
    let high =
        parts.iter().map(|part| part.mean.max(0.0) + reach(part)).fold(f64::NEG_INFINITY, f64::max);
    if !(weights > 0.0 && low.is_finite() && high.is_finite()) {
        return None;
    }
    let quantile = |probability: f64| {
        let (mut below, mut above) = (low, high);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (below + above);
            let mass: f64 = parts.iter().map(|part| part.weight * distribution(part, middle)).sum();
            if mass < probability * weights { below = middle } else { above = middle }
        }
        above
    };
    let tail = 0.5 * (1.0 - confidence);
    Some(Estimate { mean, low: quantile(tail), high: quantile(1.0 - tail) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }

    #[test]
    fn one_part_far_from_zero_gives_the_interval_of_its_normal_distribution() {
        let part = Part { weight: 1.0, mean: 100.0, deviation: 2.0 };
        let found = above_zero(&[part], 100.0, 0.9).expect("an interval");
        close(found.low, 100.0 - 2.0 * 1.644_853_626_951_5);
        close(found.high, 100.0 + 2.0 * 1.644_853_626_951_5);
    }

    #[test]
    fn what_can_not_be_negative_has_no_negative_bound() {
        let part = Part { weight: 0.5, mean: 0.0, deviation: 1.0 };
        let found = above_zero(&[part], 0.8, 0.9).expect("an interval");
        // Quantiles 0.525 and 0.975 of the whole normal distribution.
        close(found.low, 0.062_706_777_943_2);
        close(found.high, 1.959_963_984_540_1);
    }

    #[test]
    fn parts_that_disagree_widen_the_interval() {
        let parts = [-5.0, 5.0].map(|mean| Part { weight: 0.5, mean, deviation: 0.1 });
        let found = anywhere(&parts, 0.0, 0.5).expect("an interval");
        // A quarter of all lies below the middle of the lower part.
        close(found.low, -5.0);
        close(found.high, 5.0);
    }

    #[test]
    fn parts_without_a_deviation_are_points() {
        let parts = [Part { weight: 1.0, mean: 3.0, deviation: 0.0 }];
        let found = anywhere(&parts, 3.0, 0.9).expect("an interval");
        close(found.low, 3.0);
        close(found.high, 3.0);
        assert_eq!(anywhere(&[], 0.0, 0.9), None);
    }
}
