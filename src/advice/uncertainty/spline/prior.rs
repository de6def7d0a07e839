//! What is held to be likely of a channel's curve before any figure is seen: slopes that differ from
//! those of a mild bend, neighbouring ones alike.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::basis::Basis;
use super::orthant::{ROUGHLY, above_zero};

/// The slope at a share u of the largest spend is expected to be as 1 / (1 + 5u): the curve as
/// ln(1 + 5u), which has seven tenths of its end at half of the spend. Since slopes are as unsure as
/// they are large, least is known of what the first amounts bring, which few channels ever show.
const BEND: f64 = 5.0;

/// A share of each variance that is added to it, so that the same figures twice can be told apart.
const APART: f64 = 1e-8;

/// What is held to be likely of a channel's coefficients: those of a normal distribution, none below 0.
#[derive(Debug, Clone)]
pub(super) struct Prior {
    /// Lower triangle whose square is the covariance, where a channel at its largest spend is
    /// expected to add as much as the positive half of a standard normal distribution.
    pub factor: DMatrix<f64>,
    /// Logarithm of the probability that no coefficient is below 0.
    pub log_probability: f64,
}

impl Prior {
    /// Slopes are alike over `reach`, a share of the largest spend.
    pub(super) fn of(basis: &Basis, reach: f64) -> Option<Self> {
        let largest = basis.largest();
        let hats: Vec<(f64, f64)> =
            basis.hats().map(|(top, width)| (top / largest, width / largest)).collect();
        // A coefficient is half of a hat's width times its slope.
        let size = |(top, width): (f64, f64)| 0.5 * width / (1.0 + BEND * top);
        let covariance = DMatrix::from_fn(hats.len(), hats.len(), |row, column| {
            let apart = if row == column { 1.0 + APART } else { 1.0 };
            let (one, other) = (hats[row], hats[column]);
            size(one) * size(other) * alike((one.0 - other.0).abs() / reach) * apart
        });
        let above = above_zero(&DVector::zeros(hats.len()), &covariance, ROUGHLY);
        let expected: f64 = above.mean.iter().sum();
        let scale = libm::sqrt(std::f64::consts::FRAC_2_PI) / expected;
        let factor = Cholesky::new(covariance)?.unpack() * scale;
        (scale.is_finite() && above.log_probability.is_finite())
            .then_some(Self { factor, log_probability: above.log_probability })
    }
}

/// How alike slopes are at this distance: Matérn's correlation of a curve that bends without a break
/// (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equation 4.17).
fn alike(distance: f64) -> f64 {
    let scaled = libm::sqrt(3.0) * distance;
    (1.0 + scaled) * libm::exp(-scaled)
}
