//! What candidates say of a plan's revenue → the one figure that a plan makes as large as it can: the
//! mean, a quantile, or the mean of the worst cases; and what a little more of each effect adds to it.
//!
//! Revenue is a mixture of normal distributions. With z = (q − μ) / σ of each part at the quantile q,
//! the mean of the worst share p is Σ w (μ Φ(z) − σ φ(z)) / p (Rockafellar and Uryasev, "Optimization
//! of conditional value-at-risk", 2000, and the moments of a truncated normal distribution).

use serde::Serialize;

use crate::advice::mmm::normal;

/// Steps until a quantile is found; every third one halves what holds it.
const STEPS_MAX: u32 = 100;

/// What a plan makes as large as it can.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "share")]
pub enum Risk {
    /// The expected revenue.
    Mean,
    /// The revenue that is missed with this probability.
    Quantile(f64),
    /// The mean of the worst cases that together have this probability.
    Cvar(f64),
}

/// Coefficients of a candidate: what is expected of them, and their covariance row by row.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    pub coefficients: Vec<f64>,
    pub covariance: Vec<f64>,
}

/// A weighted candidate with the effects that a plan has in it.
pub(super) struct Case<'c> {
    pub weight: f64,
    pub spread: &'c Spread,
    pub effects: &'c [f64],
}

/// A figure, and what a unit more of each effect of each candidate adds to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Utility {
    pub value: f64,
    pub slopes: Vec<Vec<f64>>,
}

impl Spread {
    /// Mean and deviation of the revenue of `effects`.
    pub(super) fn of(&self, effects: &[f64]) -> (f64, f64) {
        let mean = dot(&self.coefficients, effects);
        (mean, libm::sqrt(dot(&self.times(effects), effects).max(0.0)))
    }

    /// The covariance times `effects`.
    fn times(&self, effects: &[f64]) -> Vec<f64> {
        self.covariance.chunks(effects.len().max(1)).map(|row| dot(row, effects)).collect()
    }
}

/// A part of the mixture; a deviation is never quite 0, so that every quantile has a density.
#[derive(Debug, Clone, Copy)]
struct Part {
    weight: f64,
    mean: f64,
    deviation: f64,
}

impl Risk {
    /// The figure of some cases, whose weights sum to 1.
    pub(super) fn of(self, cases: &[Case<'_>]) -> Utility {
        let parts: Vec<Part> = cases
            .iter()
            .map(|case| {
                let (mean, deviation) = case.spread.of(case.effects);
                let deviation = deviation.max(mean.abs() * 1e-9).max(1e-12);
                Part { weight: case.weight, mean, deviation }
            })
            .collect();
        // By how much the figure rises with mean and deviation of each part.
        let rises: Vec<(f64, f64)>;
        let value = match self {
            Self::Mean => {
                rises = parts.iter().map(|part| (part.weight, 0.0)).collect();
                parts.iter().map(|part| part.weight * part.mean).sum()
            }
            Self::Quantile(probability) => {
                let at = quantile(&parts, probability);
                let densities = parts.iter().map(|part| {
                    let z = (at - part.mean) / part.deviation;
                    (part.weight * normal::density(z) / part.deviation, z)
                });
                let densities: Vec<(f64, f64)> = densities.collect();
                let all: f64 = densities.iter().map(|(density, _)| density).sum();
                let all = all.max(f64::MIN_POSITIVE);
                rises = densities.iter().map(|(own, z)| (own / all, own / all * z)).collect();
                at
            }
            Self::Cvar(share) => {
                let at = quantile(&parts, share);
                let tails = parts.iter().map(|part| {
                    let z = (at - part.mean) / part.deviation;
                    (
                        part.weight * normal::below(z) / share,
                        -part.weight * normal::density(z) / share,
                    )
                });
                rises = tails.collect();
                let tails = parts.iter().zip(&rises);
                // From the quantile down, so that its last digits don't matter.
                let below = |(part, rise): (&Part, &(f64, f64))| {
                    rise.0 * (part.mean - at) + rise.1 * part.deviation
                };
                at + tails.map(below).sum::<f64>()
            }
        };
        let slopes = cases
            .iter()
            .zip(&rises)
            .zip(&parts)
            .map(|((case, (by_mean, by_deviation)), part)| {
                let covaried =
                    if *by_deviation == 0.0 { Vec::new() } else { case.spread.times(case.effects) };
                let slope = |(at, coefficient): (usize, &f64)| {
                    let deviation = covaried.get(at).map_or(0.0, |it| it / part.deviation);
                    by_mean * coefficient + by_deviation * deviation
                };
                case.spread.coefficients.iter().enumerate().map(slope).collect()
            })
            .collect();
        Utility { value, slopes }
    }
}

/// Where the mixture has `probability` below: Newton's steps, and halvings in between.
fn quantile(parts: &[Part], probability: f64) -> f64 {
    let reach = |part: &Part, sign: f64| part.mean + sign * 40.0 * part.deviation;
    let mut low = parts.iter().map(|part| reach(part, -1.0)).fold(f64::INFINITY, f64::min);
    let mut high = parts.iter().map(|part| reach(part, 1.0)).fold(f64::NEG_INFINITY, f64::max);
    let mean: f64 = parts.iter().map(|part| part.weight * part.mean).sum();
    let mut at = mean.clamp(low, high);
    for step in 0..STEPS_MAX {
        let (mut below, mut density) = (0.0, 0.0);
        for part in parts {
            let z = (at - part.mean) / part.deviation;
            below += part.weight * normal::below(z);
            density += part.weight * normal::density(z) / part.deviation;
        }
        let excess = below - probability;
        if excess > 0.0 {
            high = at;
        } else {
            low = at;
        }
        if excess.abs() <= 1e-13 || high - low <= high.abs().max(low.abs()) * 1e-14 {
            break;
        }
        let newton = at - excess / density;
        let is_inside = newton > low && newton < high;
        at = if is_inside && step % 3 != 2 { newton } else { 0.5 * (low + high) };
    }
    at
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

    use super::*;

    fn close(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} {expected}");
    }

    /// Two candidates of two channels.
    fn spreads() -> [Spread; 2] {
        [
            Spread { coefficients: vec![10.0, 4.0], covariance: vec![4.0, 1.0, 1.0, 1.0] },
            Spread { coefficients: vec![6.0, 5.0], covariance: vec![1.0, 0.0, 0.0, 0.25] },
        ]
    }

    fn utility(risk: Risk, effects: &[f64]) -> Utility {
        let spreads = spreads();
        let case = |at: usize, weight: f64| Case { weight, spread: &spreads[at], effects };
        risk.of(&[case(0, 0.3), case(1, 0.7)])
    }

    #[test]
    fn of_one_normal_distribution_they_are_those_of_printed_tables() {
        let spread = Spread { coefficients: vec![100.0], covariance: vec![400.0] };
        let cases = [Case { weight: 1.0, spread: &spread, effects: &[1.0] }];
        close(Risk::Mean.of(&cases).value, 100.0, 1e-12);
        // z(0.2) = −0.841621234, and φ(z) / 0.2 = 1.399809620.
        close(Risk::Quantile(0.2).of(&cases).value, 100.0 - 20.0 * 0.841_621_234, 1e-6);
        close(Risk::Cvar(0.2).of(&cases).value, 100.0 - 20.0 * 1.399_809_62, 1e-6);
    }

    #[test]
    fn of_a_mixture_they_are_what_drawing_from_it_finds() {
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let mut uniform = || (chance.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0;
        let effects = [2.0, 3.0];
        // By hand: 20 + 12 with 16 + 12 + 9 of variance; 12 + 15 with 4 + 2.25.
        let parts = [(32.0, libm::sqrt(37.0)), (27.0, libm::sqrt(6.25))];
        let mut drawn: Vec<f64> = (0..400_000)
            .map(|_| {
                let (mean, deviation) = parts[usize::from(uniform() >= 0.3)];
                mean + deviation * normal::quantile(uniform().clamp(1e-12, 1.0 - 1e-12))
            })
            .collect();
        drawn.sort_by(f64::total_cmp);
        let worst = &drawn[..80_000];
        close(utility(Risk::Mean, &effects).value, 28.5, 1e-12);
        close(utility(Risk::Quantile(0.2), &effects).value, worst[79_999], 0.03);
        let mean = worst.iter().sum::<f64>() / 80_000.0;
        close(utility(Risk::Cvar(0.2), &effects).value, mean, 0.03);
    }

    #[test]
    fn slopes_are_what_a_little_more_of_an_effect_adds() {
        let spreads = spreads();
        for risk in [Risk::Mean, Risk::Quantile(0.1), Risk::Cvar(0.25)] {
            let value = |changed: usize, channel: usize, by: f64| {
                let mut effects = [[2.0, 3.0], [1.5, 2.5]];
                effects[changed][channel] += by;
                let case = |at: usize, weight: f64| Case {
                    weight,
                    spread: &spreads[at],
                    effects: &effects[at],
                };
                risk.of(&[case(0, 0.3), case(1, 0.7)])
            };
            for changed in 0..2 {
                for channel in 0..2 {
                    let more = value(changed, channel, 1e-5).value;
                    let less = value(changed, channel, -1e-5).value;
                    let slope = value(changed, channel, 0.0).slopes[changed][channel];
                    close(slope, (more - less) / 2e-5, 1e-4);
                }
            }
        }
    }

    #[test]
    fn what_is_known_for_sure_has_no_risk() {
        let spread = Spread { coefficients: vec![7.0], covariance: vec![0.0] };
        let cases = [Case { weight: 1.0, spread: &spread, effects: &[3.0] }];
        for risk in [Risk::Mean, Risk::Quantile(0.2), Risk::Cvar(0.2)] {
            close(risk.of(&cases).value, 21.0, 1e-6);
        }
    }
}
