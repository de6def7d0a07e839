//! What is held to be likely of a number before any figure is seen → its log density and slope in the
//! coordinate that a sampler moves in: a number of its own for each, without bounds.

use crate::advice::mmm::search::Belief;

/// The largest carryover that the weekly model knows, and the bounds of its other coordinates; beyond
/// them nothing changes (`search/shape.rs`).
const DECAY_MAX: f64 = 0.97;
const HALF_BOUNDS: (f64, f64) = (-6.0, 3.0);
const SLOPE_BOUNDS: (f64, f64) = (-2.0, 2.0);

/// What is held to be likely of a number of a channel's shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShapePrior {
    /// Of a share: the Beta distribution.
    Beta {
        /// How heavy 1 is.
        a: f64,
        /// How heavy 0 is.
        b: f64,
    },
    /// Of a positive number: the Gamma distribution.
    Gamma {
        /// Its shape.
        shape: f64,
        /// Its rate.
        rate: f64,
    },
    /// Of a decay: its logit is normal.
    Decay(Belief),
    /// Of a half saturation, as a share of the largest carried-over spend: its logarithm is normal.
    HalfSaturation(Belief),
    /// Of a slope: its logarithm is normal.
    Slope(Belief),
}

/// A number that is fixed, or searched for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// It is known.
    Fixed(f64),
    /// It is a coordinate.
    Searched(ShapePrior),
}

/// A number at a coordinate, and how it changes with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Valued {
    /// The number.
    pub value: f64,
    /// Its derivative by the coordinate.
    pub slope: f64,
}

impl ShapePrior {
    /// The number at coordinate `x`: shares by the logit, all else by the logarithm.
    pub fn value(self, x: f64) -> Valued {
        match self {
            Self::Beta { .. } => share(x),
            Self::Decay(_) => {
                let found = share(x);
                if found.value > DECAY_MAX {
                    Valued { value: DECAY_MAX, slope: 0.0 }
                } else {
                    found
                }
            }
            Self::Gamma { .. } => {
                let value = libm::exp(x);
                Valued { value, slope: value }
            }
            Self::HalfSaturation(_) => positive_within(x, HALF_BOUNDS),
            Self::Slope(_) => positive_within(x, SLOPE_BOUNDS),
        }
    }

    /// Logarithm of the density of coordinate `x`, but for a constant, and its slope.
    pub fn log_density(self, x: f64) -> (f64, f64) {
        match self {
            // The density times v(1 − v), by which the logit stretches.
            Self::Beta { a, b } => {
                let v = share(x).value;
                (-a * soft_plus(-x) - b * soft_plus(x), a * (1.0 - v) - b * v)
            }
            Self::Gamma { shape, rate } => {
                let value = libm::exp(x);
                (shape * x - rate * value, shape - rate * value)
            }
            Self::Decay(belief) | Self::HalfSaturation(belief) | Self::Slope(belief) => {
                let steps = (x - belief.mean) / belief.deviation;
                (-0.5 * steps * steps, -steps / belief.deviation)
            }
        }
    }

    /// The normal distribution of the coordinate that has the prior's mean and deviation.
    pub fn belief(self) -> Belief {
        match self {
            // Mean and variance of the logit of a Beta and of the logarithm of a Gamma variable.
            Self::Beta { a, b } => Belief {
                mean: digamma(a) - digamma(b),
                deviation: libm::sqrt(trigamma(a) + trigamma(b)),
            },
            Self::Gamma { shape, rate } => Belief {
                mean: digamma(shape) - libm::log(rate),
                deviation: libm::sqrt(trigamma(shape)),
            },
            Self::Decay(belief) | Self::HalfSaturation(belief) | Self::Slope(belief) => belief,
        }
    }
}

fn share(x: f64) -> Valued {
    let value = 1.0 / (1.0 + libm::exp(-x));
    Valued { value, slope: value * (1.0 - value) }
}

fn positive_within(x: f64, (low, high): (f64, f64)) -> Valued {
    let value = libm::exp(x.clamp(low, high));
    Valued { value, slope: if x > low && x < high { value } else { 0.0 } }
}

/// ln(1 + eˣ) without leaving the range of a double.
fn soft_plus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// The first derivative of the logarithm of the gamma function (Abramowitz and Stegun 6.3.5, 6.3.18).
fn digamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    sum + libm::log(x)
        - 0.5 / x
        - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0)))
}

/// The second (6.4.6, 6.4.11).
fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    sum + 1.0 / x
        + 0.5 * square
        + square / x * (1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ShapePrior; 5] = [
        ShapePrior::Beta { a: 1.0, b: 3.0 },
        ShapePrior::Gamma { shape: 3.0, rate: 1.0 },
        ShapePrior::Decay(Belief { mean: -1.1, deviation: 1.0 }),
        ShapePrior::HalfSaturation(Belief { mean: -0.36, deviation: 0.75 }),
        ShapePrior::Slope(Belief { mean: 0.26, deviation: 0.5 }),
    ];

    #[test]
    fn slopes_are_those_of_finite_differences() {
        for prior in ALL {
            for x in [-1.9, -0.3, 0.0, 0.7, 1.8] {
                let step = 1e-5;
                let of = |x: f64| prior.log_density(x).0;
                let slope = (of(x + step) - of(x - step)) / (2.0 * step);
                assert!((prior.log_density(x).1 - slope).abs() < 1e-8, "{prior:?} {x}");
                let of = |x: f64| prior.value(x).value;
                let slope = (of(x + step) - of(x - step)) / (2.0 * step);
                assert!((prior.value(x).slope - slope).abs() < 1e-8, "{prior:?} {x}");
            }
        }
    }

    #[test]
    fn beyond_its_bounds_a_number_no_longer_moves() {
        for (prior, x) in [(ALL[2], 5.0), (ALL[3], -7.0), (ALL[4], 2.5)] {
            assert_eq!(prior.value(x).slope, 0.0);
            assert_eq!(prior.value(x).value, prior.value(x * 1.1).value);
        }
    }

    #[test]
    fn densities_of_coordinates_are_those_of_the_numbers() {
        // By hand, Beta(1, 3): 3(1 − v)² v(1 − v) at v = 1/4 and 1/2: 3 · 27/256 against 3 · 1/16;
        // Gamma(3, 1): v³e⁻ᵛ at 1 and 3: e⁻¹ against 27e⁻³.
        let logit = |v: f64| (v / (1.0 - v)).ln();
        let difference = ALL[0].log_density(logit(0.25)).0 - ALL[0].log_density(0.0).0;
        assert!((difference - (27.0f64 / 16.0).ln()).abs() < 1e-12);
        let difference = ALL[1].log_density(3.0f64.ln()).0 - ALL[1].log_density(0.0).0;
        assert!((difference - (27.0f64.ln() - 2.0)).abs() < 1e-12);
    }

    #[test]
    fn means_and_deviations_of_coordinates_are_those_of_tables() {
        // Abramowitz and Stegun, table 6.1: ψ(1) = −γ, ψ(3) = 3/2 − γ, ψ'(1) = π²/6,
        // ψ'(3) = π²/6 − 5/4.
        let pi = std::f64::consts::PI;
        let beta = ALL[0].belief();
        assert!((beta.mean + 1.5).abs() < 1e-9, "{beta:?}");
        assert!((beta.deviation - (pi * pi / 3.0 - 1.25).sqrt()).abs() < 1e-9, "{beta:?}");
        let gamma = ALL[1].belief();
        assert!((gamma.mean - (1.5 - 0.577_215_664_901_532_9)).abs() < 1e-9, "{gamma:?}");
        assert!((gamma.deviation - (pi * pi / 6.0 - 1.25).sqrt()).abs() < 1e-9, "{gamma:?}");
    }
}
