//! The fixed part of a search: the outcome, the columns that every candidate shares, and how firmly
//! each is held at 0. Turns a set of media columns into the evidence for it and into a fit.
//!
//! Given the shapes of the channels the model is linear: y = Zα + Mβ + noise, with normal priors on
//! α and β whose precision, in units of the noise, is what columns are *held* by, and β ≥ 0. The
//! integral over α, β and the size of the noise has a closed form (Bishop, "Pattern Recognition and
//! Machine Learning", 2006, exercise 3.12 and section 3.5). It equals the product of the densities of
//! each period given those before it, so that its logarithm is a score out of sample (Dawid,
//! "Present position and potential developments", 1984, section 5).
//!
//! A coefficient that other accounts make likely is held there instead of at 0.
//!
//! A lift test is one more observation: of its channel's coefficient alone, with a noise of its own.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::Question;
use super::features::Media;
use super::shape::Belief;
use crate::advice::mmm::normal;

/// Everything but the media. Columns and outcome are whitened: from each period's value that of the
/// period before is taken, times the autocorrelation (Prais and Winsten 1954).
#[derive(Debug, Clone)]
pub(in crate::advice) struct Problem {
    autocorrelation: f64,
    run_in: usize,
    outcome: Vec<f64>,
    shared: Vec<Vec<f64>>,
    shared_holds: Vec<f64>,
    media_hold: f64,
    noise_variance: f64,
    shared_squares: DMatrix<f64>,
    shared_outcome: DVector<f64>,
    outcome_squares: f64,
    tests: Vec<Measured>,
}

/// What a lift test measured.
#[derive(Debug, Clone, Copy)]
struct Measured {
    channel: usize,
    lift: f64,
    /// How many times as much it counts as a period: the variance of noise over that of the test.
    weight: f64,
}

/// What is held to be likely before any figure is seen.
#[derive(Debug, Clone, Copy)]
pub(in crate::advice) struct Likely {
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
    /// Variance of the noise of a whitened period.
    pub noise_variance: f64,
}

/// What the figures say of the media's coefficients before negative ones are ruled out.
#[derive(Debug, Clone)]
pub(in crate::advice) struct Posterior {
    /// Their mean.
    pub mean: DVector<f64>,
    /// Their covariance.
    pub covariance: DMatrix<f64>,
    /// Variance of the noise of a whitened period.
    pub noise_variance: f64,
    /// Logarithm of the evidence, but for what all candidates share.
    pub log_evidence: f64,
}

/// Sums of products of all columns, the shared ones first.
struct Products {
    held: DMatrix<f64>,
    outcome: DVector<f64>,
    outcome_squares: f64,
}

impl Problem {
    /// Prepares a search by what was `likely` before it.
    pub(in crate::advice) fn new(question: &Question<'_>, likely: Likely) -> Self {
        let Question { outcome, run_in, regressors, tests, .. } = *question;
        let periods = outcome.len();
        let mean = (outcome.iter().sum::<f64>() / count(periods)).abs().max(f64::MIN_POSITIVE);
        let hold = |reach: f64| likely.noise_variance / (reach * reach);
        let whiten = |values: &[f64]| judged(&values[..periods], likely.autocorrelation, run_in);
        let shared: Vec<Vec<f64>> =
            regressors.iter().map(|regressor| whiten(&regressor.values)).collect();
        let outcome = whiten(outcome);
        let tests: Vec<Measured> = tests
            .iter()
            .map(|test| Measured {
                channel: test.channel,
                lift: test.lift,
                weight: hold(test.error),
            })
            .collect();
        let measured: f64 = tests.iter().map(|test| test.weight * test.lift * test.lift).sum();
        let size = shared.len();
        Self {
            autocorrelation: likely.autocorrelation,
            run_in,
            shared_holds: regressors
                .iter()
                .map(|regressor| regressor.share.map_or(0.0, |share| hold(share * mean)))
                .collect(),
            media_hold: hold(likely.media),
            noise_variance: likely.noise_variance,
            shared_squares: DMatrix::from_fn(size, size, |row, column| {
                dot(&shared[row], &shared[column])
            }),
            shared_outcome: DVector::from_fn(size, |row, _| dot(&shared[row], &outcome)),
            outcome_squares: dot(&outcome, &outcome) + measured,
            tests,
            outcome,
            shared,
        }
    }

    /// Logarithm of the evidence for `media` columns, but for what all candidates share; `None`
    /// where it is no number.
    pub(super) fn log_evidence(&self, media: &Media) -> Option<f64> {
        let Products { held, outcome, outcome_squares } = self.products(media);
        let factor = Cholesky::new(held)?;
        let solution = factor.solve(&outcome);
        let periods = self.observations();
        let squares = outcome_squares - solution.dot(&outcome);
        let determinant: f64 =
            factor.l_dirty().diagonal().iter().map(|pivot| 2.0 * libm::log(*pivot)).sum();
        // P(β ≥ 0 | y) / P(β ≥ 0), each coefficient for itself.
        let noise_variance = squares / periods;
        let variances = media_variances(&factor, self.shared.len());
        let bounded: f64 = variances
            .iter()
            .zip(solution.iter().skip(self.shared.len()))
            .zip(&media.held)
            .map(|((variance, mean), held)| {
                let deviation = libm::sqrt(variance * noise_variance);
                let before = held.map_or(0.5, |it| normal::below(it.mean / it.deviation));
                libm::log(normal::below(mean / deviation).max(1e-300) / before)
            })
            .sum();
        let evidence = -0.5 * periods * libm::log(squares) - 0.5 * determinant
            + self.log_holds(media)
            + bounded;
        evidence.is_finite().then_some(evidence)
    }

    /// The fit of `media` columns.
    pub(super) fn fit(&self, media: &Media) -> Option<Fit> {
        let Posterior { mean: unbounded, covariance, noise_variance, .. } =
            self.posterior(media)?;
        let bounded = DVector::from_fn(unbounded.len(), |at, _| {
            normal::mean_above_zero(unbounded[at], libm::sqrt(covariance[(at, at)]))
        });
        let shared = self.shared_given(media, &bounded)?;
        let all_finite = shared.iter().chain(bounded.iter()).all(|value| value.is_finite());
        all_finite.then(|| Fit {
            shared: shared.as_slice().to_vec(),
            media: bounded.as_slice().to_vec(),
            unbounded,
            covariance,
            noise_variance,
        })
    }

    /// What the figures say of the coefficients of `media` columns, whatever their signs; `None` where
    /// that is no number.
    pub(in crate::advice) fn posterior(&self, media: &Media) -> Option<Posterior> {
        let (first, size) = (self.shared.len(), media.columns.len());
        let Products { held, outcome, outcome_squares } = self.products(media);
        let factor = Cholesky::new(held)?;
        let solution = factor.solve(&outcome);
        let squares = outcome_squares - solution.dot(&outcome);
        let noise_variance = squares / self.observations();
        let determinant: f64 =
            factor.l_dirty().diagonal().iter().map(|pivot| 2.0 * libm::log(*pivot)).sum();
        let log_evidence = -0.5 * self.observations() * libm::log(squares) - 0.5 * determinant
            + self.log_holds(media);
        let covariance = factor.inverse().view((first, first), (size, size)) * noise_variance;
        (noise_variance > 0.0 && log_evidence.is_finite()).then(|| Posterior {
            mean: solution.rows(first, size).into_owned(),
            covariance,
            noise_variance,
            log_evidence,
        })
    }

    /// What the shared columns explain, given these coefficients of the media.
    pub(in crate::advice) fn shared_given(
        &self,
        media: &Media,
        coefficients: &DVector<f64>,
    ) -> Option<DVector<f64>> {
        let rest = &self.shared_outcome - self.cross(media) * coefficients;
        Some(self.shared_factor()?.solve(&rest))
    }

    /// Sums of products of the shared columns with those of the media.
    pub(in crate::advice) fn cross(&self, media: &Media) -> DMatrix<f64> {
        let columns = self.judged(media);
        DMatrix::from_fn(self.shared.len(), columns.len(), |row, column| {
            dot(&self.shared[row], &columns[column])
        })
    }

    /// Of the sums of products of the shared columns with each other, with what they are held by.
    pub(in crate::advice) fn shared_factor(&self) -> Option<Cholesky<f64, Dyn>> {
        let mut held = self.shared_squares.clone();
        self.shared_holds.iter().enumerate().for_each(|(at, hold)| held[(at, at)] += hold);
        Cholesky::new(held)
    }

    fn products(&self, media: &Media) -> Products {
        let (first, all) = (self.shared.len(), self.shared.len() + media.columns.len());
        let columns = self.judged(media);
        let mut held = DMatrix::zeros(all, all);
        held.view_mut((0, 0), (first, first)).copy_from(&self.shared_squares);
        let mut outcome = DVector::zeros(all);
        outcome.rows_mut(0, first).copy_from(&self.shared_outcome);
        for (at, column) in columns.iter().enumerate() {
            let row = first + at;
            for (other, values) in self.shared.iter().chain(&columns[..=at]).enumerate() {
                let product = dot(column, values);
                held[(row, other)] = product;
                held[(other, row)] = product;
            }
            outcome[row] = dot(column, &self.outcome);
        }
        for (at, hold) in self.shared_holds.iter().enumerate() {
            held[(at, at)] += hold;
        }
        let mut outcome_squares = self.outcome_squares;
        for (row, belief) in (first..all).zip(&media.held) {
            let hold = belief.map_or(self.media_hold, |it| self.hold(it));
            let mean = belief.map_or(0.0, |it| it.mean);
            held[(row, row)] += hold;
            outcome[row] += hold * mean;
            outcome_squares += hold * mean * mean;
        }
        for (test, lift) in self.tests.iter().zip(&media.lifts) {
            let row = first + test.channel;
            held[(row, row)] += test.weight * lift * lift;
            outcome[row] += test.weight * lift * test.lift;
        }
        Products { held, outcome, outcome_squares }
    }

    /// Half of the logarithms of how firmly the coefficients are held.
    fn log_holds(&self, media: &Media) -> f64 {
        let held = media.held.iter().flatten();
        let unheld = media.columns.len() - held.clone().count();
        let holds: f64 = held.map(|it| libm::log(self.hold(*it))).sum();
        0.5 * count(unheld) * libm::log(self.media_hold) + 0.5 * holds
    }

    /// How firmly a coefficient is held, in units of the noise.
    fn hold(&self, belief: Belief) -> f64 {
        self.noise_variance / (belief.deviation * belief.deviation)
    }

    fn judged(&self, media: &Media) -> Vec<Vec<f64>> {
        let judged = |column: &Vec<f64>| judged(column, self.autocorrelation, self.run_in);
        media.columns.iter().map(judged).collect()
    }

    /// Periods, and tests beside them.
    fn observations(&self) -> f64 {
        count(self.outcome.len() + self.tests.len())
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

/// The whitened `values` after the first `run_in`.
fn judged(values: &[f64], autocorrelation: f64, run_in: usize) -> Vec<f64> {
    let mut values = whitened(values, autocorrelation);
    values.drain(..run_in);
    values
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
