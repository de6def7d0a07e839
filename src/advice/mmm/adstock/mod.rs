//! Carryover: spend per period → what of it still works in each period. Every kind is a list of
//! weights by lag, and carrying over is the convolution of spend with them.

mod delayed;
mod geometric;
mod weibull_cdf;
mod weibull_pdf;

use serde::{Deserialize, Serialize};

/// Weights below this share of the largest are not carried on: they are lost in rounding.
const WEIGHT_SHARE_MIN: f64 = 1e-12;

/// No carryover is followed for longer than this, in periods.
pub const LAGS_MAX: usize = 1_000;

/// How spend works on in later periods. Decays are shares from 0 up to, not including, 1; times are
/// in periods (days or weeks) of the series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Adstock {
    /// Spend works in its own period only.
    None,
    /// Each period keeps `decay` of what worked in the one before; a unit of spend adds up to
    /// 1 / (1 − decay).
    Geometric {
        /// The share that is kept.
        decay: f64,
    },
    /// The same over `lags` periods, scaled so that a unit of spend adds up to 1.
    GeometricNormalised {
        /// The share that is kept.
        decay: f64,
        /// How many periods it works in.
        lags: usize,
    },
    /// The strongest effect comes `peak` periods late; scaled so that a unit of spend adds up to 1.
    Delayed {
        /// How slowly it rises and falls.
        decay: f64,
        /// When it is strongest.
        peak: f64,
        /// How many periods it works in.
        lags: usize,
    },
    /// Survival by Weibull's distribution: a carryover whose decay changes with time.
    WeibullCdf {
        /// Above 1 it holds first and falls later, below 1 it falls at once.
        shape: f64,
        /// After so many periods the decay reaches 63 %.
        scale: f64,
        /// How many periods it works in.
        lags: usize,
    },
    /// Weibull's density, scaled to between 0 and 1: a carryover that may rise first.
    WeibullPdf {
        /// Above 1 it rises first.
        shape: f64,
        /// Stretches time.
        scale: f64,
        /// How many periods it works in.
        lags: usize,
    },
}

impl Adstock {
    /// What one unit of spend does in its own period, the next, and so on; at most `periods` of
    /// them, never empty, without the end that is lost in rounding.
    pub fn weights(&self, periods: usize) -> Vec<f64> {
        let longest = periods.clamp(1, LAGS_MAX);
        let mut weights = match *self {
            Self::None => vec![1.0],
            Self::Geometric { decay } => geometric::weights(decay, longest),
            Self::GeometricNormalised { decay, lags } => {
                normalised(geometric::weights(decay, lags.max(1)))
            }
            Self::Delayed { decay, peak, lags } => {
                normalised(delayed::weights(decay, peak, lags.max(1)))
            }
            Self::WeibullCdf { shape, scale, lags } => {
                weibull_cdf::weights(shape, scale, lags.max(1))
            }
            Self::WeibullPdf { shape, scale, lags } => {
                weibull_pdf::weights(shape, scale, lags.max(1))
            }
        };
        weights.truncate(longest);
        let largest = weights.iter().fold(0.0f64, |largest, weight| largest.max(*weight));
        while weights.len() > 1
            && weights.last().is_some_and(|last| *last <= largest * WEIGHT_SHARE_MIN)
        {
            weights.pop();
        }
        weights
    }

    /// `spend` with what is carried over from earlier periods; nothing was spent before the first.
    pub fn apply(&self, spend: &[f64]) -> Vec<f64> {
        if let Self::Geometric { decay } = *self {
            return geometric::apply(decay, spend);
        }
        convolve(&self.weights(spend.len()), spend)
    }

    /// The share of the effect that a period keeps, where that is the same in each.
    pub fn decay(&self) -> Option<f64> {
        match *self {
            Self::None => Some(0.0),
            Self::Geometric { decay } | Self::GeometricNormalised { decay, .. } => Some(decay),
            _ => None,
        }
    }

    /// What one unit of spend adds up to over all periods.
    pub fn total(&self) -> f64 {
        if let Self::Geometric { decay } = *self {
            return 1.0 / (1.0 - decay);
        }
        self.weights(LAGS_MAX).iter().sum()
    }
}

/// Entry t is the sum over lags l of weight l times spend t − l.
pub fn convolve(weights: &[f64], spend: &[f64]) -> Vec<f64> {
    (0..spend.len())
        .map(|period| {
            weights
                .iter()
                .zip(spend[..=period].iter().rev())
                .map(|(weight, spend)| weight * spend)
                .sum()
        })
        .collect()
}

fn normalised(mut weights: Vec<f64>) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    if total > 0.0 {
        for weight in &mut weights {
            *weight /= total;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_carried_over_without_adstock() {
        assert_eq!(Adstock::None.apply(&[1.0, 0.0, 2.0]), [1.0, 0.0, 2.0]);
    }

    #[test]
    fn carrying_over_by_weights_and_by_the_recursion_agree() {
        let spend = [3.0, 0.0, 5.0, 1.0, 0.0, 0.0, 2.0];
        let geometric = Adstock::Geometric { decay: 0.6 };
        let by_weights = convolve(&geometric.weights(spend.len()), &spend);
        for (recursion, weights) in geometric.apply(&spend).iter().zip(by_weights) {
            assert!((recursion - weights).abs() < 1e-12, "{recursion} {weights}");
        }
    }

    #[test]
    fn what_is_lost_in_rounding_is_not_carried_on() {
        assert_eq!(Adstock::Geometric { decay: 0.0 }.weights(50), [1.0]);
        assert!(Adstock::Geometric { decay: 0.5 }.weights(500).len() < 45);
    }
}
