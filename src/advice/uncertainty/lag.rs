//! How long a channel's spend works: the half-life of its carryover, with the interval that holds it.

use serde::Serialize;

use crate::advice::mmm::adstock::{Adstock, LAGS_MAX};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::spread::Estimate;

/// How a channel's effect is spread over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LagEffect {
    /// The channel.
    pub channel: String,
    /// Periods after which half of what a spend brings has come.
    pub half_life: Estimate,
    /// The part of the effect of carried-over spend that comes in the period of the spend.
    pub immediate_share: Estimate,
}

/// The lag effects of all channels in the series' order; intervals are central ones of `confidence`,
/// over the candidates.
pub fn lag_effects(fitted: &Fitted, confidence: f64) -> Vec<LagEffect> {
    let channels = fitted.series.channels.iter().enumerate();
    channels
        .map(|(at, channel)| {
            let of = |figure: fn(Adstock) -> f64| {
                let figures = fitted
                    .candidates
                    .iter()
                    .map(|candidate| (figure(candidate.responses[at].adstock), candidate.weight));
                weighted(figures.collect(), confidence)
            };
            LagEffect {
                channel: channel.name.clone(),
                half_life: of(half_life),
                immediate_share: of(immediate_share),
            }
        })
        .collect()
}

/// Periods until half of the effect has come, counted from the beginning of the period of the spend.
/// Of geometric carryover ln ½ / ln decay; of others, within the period in which half is passed, in
/// proportion.
fn half_life(adstock: Adstock) -> f64 {
    match adstock {
        Adstock::Geometric { decay } if decay > 0.0 => return libm::log(0.5) / libm::log(decay),
        Adstock::None | Adstock::Geometric { .. } => return 0.0,
        _ => {}
    }
    let weights = adstock.weights(LAGS_MAX);
    let total: f64 = weights.iter().sum();
    let (mut come, mut periods) = (0.0, 0.0);
    for weight in weights {
        if come + weight >= 0.5 * total && weight > 0.0 {
            return periods + (0.5 * total - come) / weight;
        }
        come += weight;
        periods += 1.0;
    }
    0.0
}

fn immediate_share(adstock: Adstock) -> f64 {
    let total = adstock.total();
    if total > 0.0 { adstock.weights(1)[0] / total } else { 1.0 }
}

/// Mean and central interval of figures with weights.
fn weighted(mut figures: Vec<(f64, f64)>, confidence: f64) -> Estimate {
    figures.sort_by(|one, other| one.0.total_cmp(&other.0));
    let total: f64 = figures.iter().map(|(_, weight)| weight).sum();
    let mean = figures.iter().map(|(figure, weight)| figure * weight).sum::<f64>() / total;
    let quantile = |share: f64| {
        let mut below = 0.0;
        let passed = figures.iter().find(|(_, weight)| {
            below += weight;
            below >= share * total
        });
        passed.or(figures.last()).map_or(mean, |(figure, _)| *figure)
    };
    let tail = 0.5 * (1.0 - confidence);
    Estimate { mean, low: quantile(tail), high: quantile(1.0 - tail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn half_of_a_geometric_effect_has_come_after_its_half_life() {
        close(half_life(Adstock::Geometric { decay: 0.5 }), 1.0);
        // 0.8^3.106284 = 0.5.
        close(half_life(Adstock::Geometric { decay: 0.8 }), 3.106_283_719_5);
        close(half_life(Adstock::Geometric { decay: 0.0 }), 0.0);
        close(immediate_share(Adstock::Geometric { decay: 0.8 }), 0.2);
    }

    #[test]
    fn half_of_another_effect_comes_within_the_period_that_passes_it() {
        // All of it comes at once.
        close(half_life(Adstock::None), 0.0);
        close(immediate_share(Adstock::None), 1.0);
        // Weights 1, 0.5, 0.25 of 1.75: half is 0.875.
        let adstock = Adstock::GeometricNormalised { decay: 0.5, lags: 3 };
        close(half_life(adstock), 0.875);
        close(immediate_share(adstock), 1.0 / 1.75);
    }

    #[test]
    fn weights_count_in_an_interval() {
        let found = weighted(vec![(4.0, 0.1), (1.0, 0.5), (2.0, 0.4)], 0.9);
        close(found.mean, 1.7);
        assert_eq!((found.low, found.high), (1.0, 4.0));
        let found = weighted(vec![(4.0, 0.1), (1.0, 0.5), (2.0, 0.4)], 0.6);
        assert_eq!((found.low, found.high), (1.0, 2.0));
    }
}
