//! A normal distribution of several figures → mean and covariance of what is left of it where none of
//! them may be negative, and how much that is: expectation propagation (Cunningham, Hennig and
//! Lacoste-Julien, "Gaussian probabilities and expectation propagation", 2011), in a fixed order.
//!
//! Each bound is replaced by a normal factor that leaves mean and variance of its own figure as the
//! bound does, given all other factors. Of two figures that are alike by 0.8 the probability is then
//! 1.4 % too small and the mean 0.2 %, by 0.95 4.7 % and 0.7 % the other way.

use nalgebra::{DMatrix, DVector};

use crate::advice::mmm::normal;

/// Rounds over all bounds at most; four are enough but for figures that are nearly the same.
const ROUNDS_MAX: usize = 24;

/// At the end no round moves a mean by more than this share of its deviation; for what is said.
pub(super) const FINELY: f64 = 1e-5;

/// The same for what only weighs: the probability is then off by less than by the method itself.
pub(super) const ROUGHLY: f64 = 1e-3;

/// What is left where no figure is negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Above {
    /// Mean.
    pub mean: DVector<f64>,
    /// Covariance.
    pub covariance: DMatrix<f64>,
    /// Logarithm of the probability that none was negative.
    pub log_probability: f64,
}

/// Cuts off what is negative, until means move by no more than `moved_max` of their deviations.
pub fn above_zero(mean: &DVector<f64>, covariance: &DMatrix<f64>, moved_max: f64) -> Above {
    let size = mean.len();
    let mut above =
        Above { mean: mean.clone(), covariance: covariance.clone(), log_probability: 0.0 };
    let mut bounds = vec![Bound::default(); size];
    // The logarithm of the integral of the distribution times all factors but for their scales.
    let mut log_integral = 0.0;
    for _ in 0..ROUNDS_MAX {
        let mut moved = 0.0f64;
        for (at, bound) in bounds.iter_mut().enumerate() {
            let variance = above.covariance[(at, at)];
            if variance <= 0.0 {
                continue;
            }
            let own = above.mean[at];
            let (precision, tilt) = (1.0 / variance - bound.precision, own / variance - bound.tilt);
            if precision <= 0.0 {
                continue;
            }
            let (others, deviation) = (tilt / precision, libm::sqrt(1.0 / precision));
            let wanted = normal::mean_above_zero(others, deviation);
            let narrowed = deviation * normal::narrowing(others, deviation);
            if narrowed <= 0.0 {
                continue;
            }
            let wanted_precision = 1.0 / (narrowed * narrowed);
            let more = (wanted_precision - precision).max(0.0) - bound.precision;
            let tilted = wanted * wanted_precision - tilt - bound.tilt;
            bound.precision += more;
            bound.tilt += tilted;
            bound.log_scale = log_scale(bound, precision, tilt);
            // What one factor more does to mean and covariance (Sherman and Morrison).
            let growth = 1.0 + more * variance;
            let column: DVector<f64> = above.covariance.column(at).into_owned();
            let (narrowing, step) = (more / growth, (tilted - more * own) / growth);
            log_integral += tilted * own + 0.5 * tilted * tilted * variance
                - 0.5 * narrowing * (own + tilted * variance) * (own + tilted * variance)
                - 0.5 * libm::log(growth);
            above.covariance.ger(-narrowing, &column, &column, 1.0);
            above.mean.axpy(step, &column, 1.0);
            moved = moved.max((step * variance).abs() / libm::sqrt(variance));
        }
        if moved <= moved_max {
            break;
        }
    }
    above.log_probability = log_integral + bounds.iter().map(|bound| bound.log_scale).sum::<f64>();
    above
}

/// The factor that stands for a bound: exp(log_scale − precision · x² / 2 + tilt · x).
#[derive(Debug, Clone, Copy, Default)]
struct Bound {
    precision: f64,
    tilt: f64,
    log_scale: f64,
}

/// The scale by which the factor has the integral of the bound, given all others.
fn log_scale(bound: &Bound, precision: f64, tilt: f64) -> f64 {
    let (both, tilts) = (precision + bound.precision, tilt + bound.tilt);
    let kept = normal::below(tilt / libm::sqrt(precision)).max(1e-300);
    libm::log(kept) + 0.5 * libm::log(both / precision)
        - 0.5 * (tilts * tilts / both - tilt * tilt / precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(alike: f64) -> DMatrix<f64> {
        DMatrix::from_row_slice(2, 2, &[1.0, alike, alike, 1.0])
    }

    #[test]
    fn one_figure_is_a_normal_distribution_that_is_cut_off() {
        let found =
            above_zero(&DVector::from_element(1, 0.5), &DMatrix::from_element(1, 1, 4.0), FINELY);
        // Φ(1/4); 1/2 + 2 φ(1/4) / Φ(1/4).
        assert!((found.log_probability - 0.598_706_325_682_9f64.ln()).abs() < 1e-12);
        let mean = 0.5 + 2.0 * 0.386_668_116_802_8 / 0.598_706_325_682_9;
        assert!((found.mean[0] - mean).abs() < 1e-10, "{}", found.mean[0]);
    }

    #[test]
    fn figures_that_have_nothing_in_common_are_cut_off_each_for_itself() {
        let mean = DVector::from_vec(vec![0.0, 1.0, -2.0]);
        let covariance = DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 4.0, 0.25]));
        let found = above_zero(&mean, &covariance, FINELY);
        for at in 0..3 {
            let expected = normal::mean_above_zero(mean[at], covariance[(at, at)].sqrt());
            assert!((found.mean[at] - expected).abs() < 1e-9, "{at}");
        }
        let expected = (0.5f64 * normal::below(0.5) * normal::below(-4.0)).ln();
        assert!((found.log_probability - expected).abs() < 1e-9);
    }

    #[test]
    fn two_figures_have_sheppards_probability_and_the_mean_that_follows() {
        // 1/4 + arcsin r / 2π (Sheppard 1899); by parts of the integral, (1 + r) / √(8π) over it.
        // What the method lacks of the truth, by a program of a few lines that iterates it 5000 times.
        for (alike, probability_off, mean_off) in [
            (-0.6f64, 0.001_124, 0.000_946),
            (-0.3, 0.000_169, 0.000_127),
            (0.0, 0.0, 0.0),
            (0.4, -0.000_798, -0.000_393),
            (0.8, -0.014_418, -0.002_483),
            (0.95, -0.047_013, 0.007_320),
        ] {
            let found = above_zero(&DVector::zeros(2), &pair(alike), FINELY);
            let probability = 0.25 + alike.asin() / std::f64::consts::TAU;
            let mean = (1.0 + alike) / (8.0 * std::f64::consts::PI).sqrt() / probability;
            let off = found.log_probability.exp() / probability - 1.0;
            assert!((off - probability_off).abs() < 1e-4, "{alike}: probability {off}");
            let off = found.mean[0] / mean - 1.0;
            assert!((off - mean_off).abs() < 1e-4, "{alike}: mean {off}");
            assert!((found.mean[0] - found.mean[1]).abs() < 1e-4);
        }
    }

    #[test]
    fn what_lies_far_above_zero_stays_as_it_is() {
        let mean = DVector::from_vec(vec![40.0, 60.0]);
        let found = above_zero(&mean, &pair(0.5), FINELY);
        assert!((&found.mean - &mean).amax() < 1e-9);
        assert!((&found.covariance - pair(0.5)).amax() < 1e-9);
        assert!(found.log_probability.abs() < 1e-9);
    }

    #[test]
    fn what_lies_far_below_zero_ends_just_above_it() {
        let found = above_zero(&DVector::from_vec(vec![-9.0, -9.0]), &pair(0.9), FINELY);
        assert!(found.mean.iter().all(|mean| *mean > 0.0 && *mean < 0.3), "{}", found.mean);
        assert!(found.log_probability < -40.0 && found.log_probability.is_finite());
    }
}
