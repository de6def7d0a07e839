//! How sure coefficients are: their covariance, in the columns' own units.

use nalgebra::{Cholesky, DMatrix};

use super::standardise::{count, standardise};
use super::{Column, Penalty, Scaling, fit};
use crate::advice::mmm::failure::Failure;

/// The covariance of the coefficients of [`fit`] with the same arguments: σ² (XᵀX + alpha)⁻¹ of the
/// standardised columns, with σ² from the errors and the degrees of freedom that the fit leaves
/// (Bishop, "Pattern Recognition and Machine Learning", 2006, 3.3). For ordinary least squares and
/// ridge; a column that never varies has none.
///
/// # Errors
/// What a fit may fail for, and [`Failure::IllConditioned`] for a lasso: it has no such form.
pub fn covariance(
    columns: &[Column],
    outcome: &[f64],
    periods: usize,
    penalty: Penalty,
    scaling: Scaling,
) -> Result<DMatrix<f64>, Failure> {
    if !matches!(penalty, Penalty::None | Penalty::Ridge { .. }) {
        let what = "a lasso's coefficients have no covariance in closed form".to_owned();
        return Err(Failure::IllConditioned { what });
    }
    let found = fit(columns, outcome, periods, penalty, scaling)?;
    let predicted = found.predict(columns, 0, periods);
    let squares: f64 =
        outcome.iter().zip(&predicted).map(|(was, held)| (was - held) * (was - held)).sum();
    let standard = standardise(columns, outcome, periods, scaling)?;
    let design = DMatrix::from_fn(periods, columns.len(), |row, at| standard.columns[at][row]);
    let mut products = design.tr_mul(&design);
    let unpenalised = products.clone();
    for at in 0..columns.len() {
        products[(at, at)] += penalty.alpha();
        if products[(at, at)] == 0.0 {
            products[(at, at)] = 1.0;
        }
    }
    let ill = || Failure::IllConditioned { what: "the coefficients' covariance".to_owned() };
    let inverse = Cholesky::new(products).ok_or_else(ill)?.inverse();
    let used = (&inverse * &unpenalised).trace() + 1.0;
    let left = count(periods) - used;
    if left <= 0.0 {
        return Err(ill());
    }
    let noise = squares / left;
    let units = standard.units();
    Ok(DMatrix::from_fn(columns.len(), columns.len(), |row, column| {
        noise * inverse[(row, column)] * units[row] * units[column]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook's simple regression: slope 0.6, σ² = 2.4 / 3, Σ(x − x̄)² = 10, so that the
    /// slope's variance is 0.08.
    #[test]
    fn the_variance_of_a_slope_is_the_noise_over_the_spread() {
        let column = Column {
            name: "x".to_owned(),
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0],
            is_positive: false,
        };
        let outcome = [2.0, 4.0, 5.0, 4.0, 5.0];
        let found =
            covariance(&[column], &outcome, 5, Penalty::None, Scaling::Own).expect("a covariance");
        assert!((found[(0, 0)] - 0.08).abs() < 1e-12, "{found}");
    }

    #[test]
    fn a_penalty_makes_coefficients_surer_and_a_lasso_has_no_covariance() {
        let column = Column {
            name: "x".to_owned(),
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0],
            is_positive: false,
        };
        let outcome = [2.0, 4.0, 5.0, 4.0, 5.0];
        let of =
            |penalty| covariance(std::slice::from_ref(&column), &outcome, 5, penalty, Scaling::Own);
        // The standardised column has XᵀX = 5, so that a penalty of 5 halves the slope to 0.3:
        // Σe² = 2.4 + 10 · 0.3² = 3.3, degrees of freedom used 1 + 5/10, σ² = 3.3 / 3.5, and a
        // variance of σ² / 10 by the column's own variance, 2.
        let found = of(Penalty::Ridge { alpha: 5.0 }).expect("a covariance");
        assert!((found[(0, 0)] - 3.3 / 3.5 / 20.0).abs() < 1e-12, "{found}");
        assert_eq!(of(Penalty::Lasso { alpha: 1.0 }).expect_err("none").code(), "ill_conditioned");
    }
}
