//! The fixed part of a search: the outcome, the columns that every candidate shares, and how firmly
//! each is held at 0. Turns a set of media columns into the evidence for it and into a fit.
//!
//! Given the shapes of the channels the model is linear: y = Zα + Mβ + noise, with normal priors on
//! α and β whose precision, in units of the noise, is what columns are *held* by, and β ≥ 0. The
//! integral over α, β and the size of the noise has a closed form (Bishop, "Pattern Recognition and
//! Machine Learning", 2006, exercise 3.12 and section 3.5). It equals the product of the densities of
//! each period given those before it, so that its logarithm is a score out of sample (Dawid,
//! "Present position and potential developments", 1984, section 5).

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use crate::advice::mmm::normal;
use crate::advice::mmm::regressors::Regressor;

/// Everything but the media. Columns and outcome are whitened: from each period's value that of the
/// period before is taken, times the autocorrelation (Prais and Winsten 1954).
#[derive(Debug, Clone)]
pub(super) struct Problem {
    autocorrelation: f64,
    outcome: Vec<f64>,
    shared: Vec<Vec<f64>>,
    shared_holds: Vec<f64>,
    media_hold: f64,
    shared_squares: DMatrix<f64>,
    shared_outcome: DVector<f64>,
    outcome_squares: f64,
}

/// What is held to be likely before any figure is seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Likely {
    /// Variance of the noise of a whitened period.
    pub noise_variance: f64,
    /// How alike neighbouring errors are.
    pub autocorrelation: f64,
    /// What a channel may add at its strongest: one standard deviation.
    pub media: f64,
}

/// A fit of one set of media columns.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// Coefficients of the shared columns, given those of the media.
    pub shared: Vec<f64>,
    /// Expected coefficients of the media, none below 0.
    pub media: Vec<f64>,
    /// The coefficients of the media without that bound, and their covariance.
    pub unbounded: DVector<f64>,
    /// Covariance of the coefficients without the bound.
    pub covariance: DMatrix<f64>,
}

/// Sums of products of all columns, the shared ones first.
struct Products {
    held: DMatrix<f64>,
    outcome: DVector<f64>,
}

impl Problem {
    /// Prepares a search over the first `outcome.len()` periods.
    pub(super) fn new(outcome: &[f64], regressors: &[Regressor], likely: Likely) -> Self {
        let periods = outcome.len();
        let mean = (outcome.iter().sum::<f64>() / count(periods)).abs().max(f64::MIN_POSITIVE);
        let hold = |reach: f64| likely.noise_variance / (reach * reach);
        let whiten = |values: &[f64]| whitened(&values[..periods], likely.autocorrelation);
        let shared: Vec<Vec<f64>> =
            regressors.iter().map(|regressor| whiten(&regressor.values)).collect();
        let outcome = whiten(outcome);
        let size = shared.len();
        Self {
            autocorrelation: likely.autocorrelation,
            shared_holds: regressors
                .iter()
                .map(|regressor| regressor.share.map_or(0.0, |share| hold(share * mean)))
                .collect(),
            media_hold: hold(likely.media),
            shared_squares: DMatrix::from_fn(size, size, |row, column| {
                dot(&shared[row], &shared[column])
            }),
            shared_outcome: DVector::from_fn(size, |row, _| dot(&shared[row], &outcome)),
            outcome_squares: dot(&outcome, &outcome),
            outcome,
            shared,
        }
    }

    /// Logarithm of the evidence for `media` columns, but for what all candidates share; `None`
    /// where it is no number.
    pub(super) fn log_evidence(&self, media: &[Vec<f64>]) -> Option<f64> {
        let Products { held, outcome } = self.products(media);
        let factor = Cholesky::new(held)?;
        let solution = factor.solve(&outcome);
        let periods = count(self.outcome.len());
        let squares = self.outcome_squares - solution.dot(&outcome);
        let determinant: f64 =
            factor.l_dirty().diagonal().iter().map(|pivot| 2.0 * libm::log(*pivot)).sum();
        // P(β ≥ 0 | y) / P(β ≥ 0), each coefficient for itself.
        let noise_variance = squares / periods;
        let variances = media_variances(&factor, self.shared.len());
        let bounded: f64 = variances
            .iter()
            .zip(solution.iter().skip(self.shared.len()))
            .map(|(variance, mean)| {
                let deviation = libm::sqrt(variance * noise_variance);
                libm::log(2.0 * normal::below(mean / deviation).max(1e-300))
            })
            .sum();
        let evidence = -0.5 * periods * libm::log(squares) - 0.5 * determinant
            + 0.5 * count(media.len()) * libm::log(self.media_hold)
            + bounded;
        evidence.is_finite().then_some(evidence)
    }

    /// The fit of `media` columns.
    pub(super) fn fit(&self, media: &[Vec<f64>]) -> Option<Fit> {
        let first = self.shared.len();
        let Products { held, outcome } = self.products(media);
        let cross = held.view((0, first), (first, media.len())).into_owned();
        let factor = Cholesky::new(held)?;
        let solution = factor.solve(&outcome);
        let squares = self.outcome_squares - solution.dot(&outcome);
        let noise_variance = squares / count(self.outcome.len());
        let inverse = factor.inverse();
        let covariance = inverse.view((first, first), (media.len(), media.len())) * noise_variance;
        let unbounded = solution.rows(first, media.len()).into_owned();
        let bounded = DVector::from_fn(media.len(), |at, _| {
            mean_above_zero(unbounded[at], libm::sqrt(covariance[(at, at)]))
        });
        // What the shared columns explain, given these coefficients of the media.
        let mut shared_held = self.shared_squares.clone();
        self.shared_holds.iter().enumerate().for_each(|(at, hold)| shared_held[(at, at)] += hold);
        let shared = Cholesky::new(shared_held)?.solve(&(&self.shared_outcome - cross * &bounded));
        let all_finite = shared.iter().chain(bounded.iter()).all(|value| value.is_finite());
        (all_finite && noise_variance > 0.0).then(|| Fit {
            shared: shared.as_slice().to_vec(),
            media: bounded.as_slice().to_vec(),
            unbounded,
            covariance,
        })
    }

    fn products(&self, media: &[Vec<f64>]) -> Products {
        let (first, all) = (self.shared.len(), self.shared.len() + media.len());
        let media: Vec<Vec<f64>> =
            media.iter().map(|column| whitened(column, self.autocorrelation)).collect();
        let mut held = DMatrix::zeros(all, all);
        held.view_mut((0, 0), (first, first)).copy_from(&self.shared_squares);
        let mut outcome = DVector::zeros(all);
        outcome.rows_mut(0, first).copy_from(&self.shared_outcome);
        for (at, column) in media.iter().enumerate() {
            let row = first + at;
            for (other, values) in self.shared.iter().chain(&media[..=at]).enumerate() {
                let product = dot(column, values);
                held[(row, other)] = product;
                held[(other, row)] = product;
            }
            outcome[row] = dot(column, &self.outcome);
        }
        for at in 0..all {
            held[(at, at)] += self.shared_holds.get(at).copied().unwrap_or(self.media_hold);
        }
        Products { held, outcome }
    }
}

/// The diagonal of the inverse for the columns from `first` on: of L⁻ᵀL⁻¹ only their corner of L is
/// needed, since L is lower triangular.
fn media_variances(factor: &Cholesky<f64, Dyn>, first: usize) -> Vec<f64> {
    let lower = factor.l_dirty();
    let size = lower.nrows();
    (first..size)
        .map(|column| {
            let mut solved = vec![0.0; size - column];
            let mut variance = 0.0;
            for row in column..size {
                let mut value = if row == column { 1.0 } else { 0.0 };
                for before in column..row {
                    value -= lower[(row, before)] * solved[before - column];
                }
                value /= lower[(row, row)];
                solved[row - column] = value;
                variance += value * value;
            }
            variance
        })
        .collect()
}

/// The mean of a normal distribution cut off below 0.
fn mean_above_zero(mean: f64, deviation: f64) -> f64 {
    if deviation <= 0.0 {
        return mean.max(0.0);
    }
    let steps = mean / deviation;
    if steps < -30.0 {
        // The tail is an exponential then.
        return deviation / -steps;
    }
    (mean + deviation * normal::density(steps) / normal::below(steps)).max(0.0)
}

/// `values`, each less `autocorrelation` times the one before; the first is scaled to the same
/// variance.
fn whitened(values: &[f64], autocorrelation: f64) -> Vec<f64> {
    if autocorrelation == 0.0 {
        return values.to_vec();
    }
    let first = libm::sqrt(1.0 - autocorrelation * autocorrelation);
    let mut before = None;
    values
        .iter()
        .map(|value| match before.replace(*value) {
            Some(before) => value - autocorrelation * before,
            None => value * first,
        })
        .collect()
}

/// In a fixed order, four sums side by side.
fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (left_parts, right_parts) = (left.chunks_exact(4), right.chunks_exact(4));
    let rest: f64 =
        left_parts.remainder().iter().zip(right_parts.remainder()).map(|(a, b)| a * b).sum();
    for (left, right) in left_parts.zip(right_parts) {
        for lane in 0..4 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_above_zero_is_that_of_a_half_normal_distribution() {
        // Of a standard normal cut at 0: √(2/π).
        let expected = (2.0 / std::f64::consts::PI).sqrt();
        assert!((mean_above_zero(0.0, 3.0) - 3.0 * expected).abs() < 1e-12);
        assert!((mean_above_zero(50.0, 1.0) - 50.0).abs() < 1e-12);
        let far = mean_above_zero(-40.0, 1.0);
        assert!(far > 0.0 && (far - 1.0 / 40.0).abs() < 1e-3, "{far}");
    }

    #[test]
    fn whitening_undoes_an_autoregression() {
        let (mut value, mut made) = (0.0, Vec::new());
        let noise = [1.0, -2.0, 0.5, 3.0];
        for shock in noise {
            value = 0.6 * value + shock;
            made.push(value);
        }
        let found = whitened(&made, 0.6);
        assert!((found[0] - 0.8).abs() < 1e-15);
        for (found, expected) in found.iter().zip(noise).skip(1) {
            assert!((found - expected).abs() < 1e-14);
        }
    }
}
