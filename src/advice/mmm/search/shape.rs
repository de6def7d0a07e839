//! The shape of a channel's response as a point in a space without bounds, where the prior is a
//! plain normal distribution: logit of the decay, logarithms of half saturation and slope.

use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::saturation::Saturation;

/// Coordinates of a shape.
pub const COORDINATES: usize = 3;

/// The longest memory that is searched for: 0.97 keeps half for 23 periods.
const DECAY_MAX: f64 = 0.97;

/// What is held to be likely of a channel's shape before any figure is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShapePrior {
    /// Means of the coordinates.
    pub means: [f64; COORDINATES],
    /// Their standard deviations.
    pub deviations: [f64; COORDINATES],
}

impl ShapePrior {
    /// Around `decay`; half saturation around 0.7 of the largest carried-over spend, between 0.2
    /// and 2.4 in nine of ten; slope around 1.2, between 0.6 and 2.3.
    pub fn around(decay: f64) -> Self {
        Self { means: [logit(decay), libm::log(0.7), libm::log(1.2)], deviations: [1.0, 0.75, 0.4] }
    }

    /// The point at `steps` standard deviations from the mean.
    pub fn point(&self, steps: [f64; COORDINATES]) -> [f64; COORDINATES] {
        std::array::from_fn(|at| self.means[at] + self.deviations[at] * steps[at])
    }
}

/// A channel's shape; half saturation as a share of the largest carried-over spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// The share of the effect that a period keeps.
    pub decay: f64,
    /// Where half is reached, as a share of the largest carried-over spend.
    pub half_saturation: f64,
    /// Hill's slope.
    pub slope: f64,
}

impl Shape {
    /// The shape at a point.
    pub fn at(point: [f64; COORDINATES]) -> Self {
        let [decay, half_saturation, slope] = point;
        Self {
            decay: (1.0 / (1.0 + libm::exp(-decay))).min(DECAY_MAX),
            half_saturation: libm::exp(half_saturation.clamp(-6.0, 3.0)),
            slope: libm::exp(slope.clamp(-2.0, 2.0)),
        }
    }

    /// Its carryover.
    pub fn adstock(&self) -> Adstock {
        Adstock::Geometric { decay: self.decay }
    }

    /// Its saturation where the largest carried-over spend is `largest`.
    pub fn saturation(&self, largest: f64) -> Saturation {
        Saturation::Hill { half_saturation: self.half_saturation * largest, slope: self.slope }
    }
}

fn logit(share: f64) -> f64 {
    let share = share.clamp(0.01, 0.99);
    libm::log(share / (1.0 - share))
}
