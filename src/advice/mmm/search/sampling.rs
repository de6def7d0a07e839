//! Points of a design, weighted by how well they explain → the region where good points lie → a new
//! design there. Importance sampling with quasi-random points, in which all rounds count with the
//! mixture of their densities (Cornuet, Marin, Mira and Robert, "Adaptive Multiple Importance
//! Sampling", 2012). No random numbers: the same data give the same points.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::halton;
use crate::advice::mmm::normal;

/// A normal distribution that points of a design are taken from.
#[derive(Debug, Clone)]
pub struct Region {
    mean: DVector<f64>,
    /// Lower triangle whose square is the covariance.
    factor: DMatrix<f64>,
    /// Logarithm of the density at the mean, without the constant that all regions share.
    peak: f64,
}

impl Region {
    /// Independent coordinates.
    pub fn independent(means: &[f64], deviations: &[f64]) -> Self {
        let factor = DMatrix::from_diagonal(&DVector::from_column_slice(deviations));
        Self::of(DVector::from_column_slice(means), factor)
    }

    fn of(mean: DVector<f64>, factor: DMatrix<f64>) -> Self {
        let peak = -factor.diagonal().iter().map(|deviation| libm::log(*deviation)).sum::<f64>();
        Self { mean, factor, peak }
    }

    /// Points `from` to `from + count` of the design, moved into the region.
    pub fn design(&self, from: u32, count: u32) -> Vec<DVector<f64>> {
        (from..from + count)
            .map(|index| {
                let steps = DVector::from_fn(self.mean.len(), |dimension, _| {
                    normal::quantile(halton::coordinate(index, dimension))
                });
                &self.mean + &self.factor * steps
            })
            .collect()
    }

    /// Logarithm of the density at `point`, without the constant that all regions share.
    pub fn log_density(&self, point: &DVector<f64>) -> f64 {
        let mut steps = point - &self.mean;
        if self.factor.solve_lower_triangular_mut(&mut steps) {
            self.peak - 0.5 * steps.norm_squared()
        } else {
            f64::NEG_INFINITY
        }
    }

    /// The region of weighted points: their mean and covariance, the latter mixed with that of
    /// `prior` by `share`, so that no direction is given up, and widened by `widening`.
    pub fn around(
        points: &[DVector<f64>],
        weights: &[f64],
        prior: &Self,
        share: f64,
        widening: f64,
    ) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        let size = prior.mean.len();
        let mut mean = DVector::zeros(size);
        for (point, weight) in points.iter().zip(weights) {
            mean.axpy(weight / total, point, 1.0);
        }
        let mut covariance = DMatrix::zeros(size, size);
        for (point, weight) in points.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
            let distance = point - &mean;
            covariance.syger(weight / total, &distance, &distance, 1.0);
        }
        covariance.fill_upper_triangle_with_lower_triangle();
        let prior_covariance = &prior.factor * prior.factor.transpose();
        let mixed = (covariance * (1.0 - share) + prior_covariance * share) * (widening * widening);
        Some(Self::of(mean, Cholesky::new(mixed)?.unpack()))
    }
}

/// Weights that sum to 1, from logarithms.
pub fn weights_of(logarithms: &[f64]) -> Vec<f64> {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let raw: Vec<f64> = logarithms.iter().map(|value| libm::exp(value - largest)).collect();
    let total: f64 = raw.iter().sum();
    raw.iter().map(|weight| weight / total).collect()
}

/// How many equally weighted points would say as much (Kish 1965).
pub fn effective_count(weights: &[f64]) -> f64 {
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    if squares > 0.0 { 1.0 / squares } else { 0.0 }
}

/// The largest temper from 0 to 1 at which the tempered weights of `logarithms` still count as
/// `enough` points.
pub fn temper(logarithms: &[f64], enough: f64) -> f64 {
    let count_at = |temper: f64| {
        let tempered: Vec<f64> = logarithms.iter().map(|value| value * temper).collect();
        effective_count(&weights_of(&tempered))
    };
    if count_at(1.0) >= enough {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..30 {
        let middle = 0.5 * (low + high);
        if count_at(middle) >= enough { low = middle } else { high = middle }
    }
    low
}
