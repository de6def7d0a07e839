//! Linear models: named columns and an outcome → an intercept and coefficients in the columns' own
//! units, by least squares with or without a penalty. Standardisation is an inner matter: it is
//! undone before anything is handed on, so that a coefficient of spend is money per money.

mod coordinate_descent;
mod covariance;
mod cross_validation;
pub mod file;
pub mod model;
mod ridge;
mod standardise;

use serde::{Deserialize, Serialize};

use super::failure::Failure;

pub use covariance::covariance;
pub use cross_validation::{Chosen, PENALTIES, choose_penalty, expanding_folds};
pub use standardise::{Scaling, scaled_by_first};

/// What keeps coefficients small. Penalties are those of scikit-learn, on columns with mean 0 and
/// standard deviation 1; the intercept is never penalised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Penalty {
    /// Ordinary least squares.
    None,
    /// Sum of squared errors + alpha · Σ w².
    Ridge {
        /// Strength.
        alpha: f64,
    },
    /// Half the mean squared error + alpha · Σ |w|.
    Lasso {
        /// Strength.
        alpha: f64,
    },
    /// Half the mean squared error + alpha · (share · Σ |w| + (1 − share) / 2 · Σ w²).
    ElasticNet {
        /// Strength.
        alpha: f64,
        /// The lasso's share of the penalty, 0 to 1.
        lasso_share: f64,
    },
}

impl Penalty {
    /// The same kind with another strength; ordinary least squares has none.
    #[must_use]
    pub fn with_alpha(self, alpha: f64) -> Self {
        match self {
            Self::None => Self::None,
            Self::Ridge { .. } => Self::Ridge { alpha },
            Self::Lasso { .. } => Self::Lasso { alpha },
            Self::ElasticNet { lasso_share, .. } => Self::ElasticNet { alpha, lasso_share },
        }
    }

    /// "ols", "ridge", "lasso" or "elastic_net".
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "ols",
            Self::Ridge { .. } => "ridge",
            Self::Lasso { .. } => "lasso",
            Self::ElasticNet { .. } => "elastic_net",
        }
    }

    /// Its strength; 0 of ordinary least squares.
    pub fn alpha(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Ridge { alpha } | Self::Lasso { alpha } | Self::ElasticNet { alpha, .. } => alpha,
        }
    }
}

/// A column of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its value per period.
    pub values: Vec<f64>,
    /// Whether its coefficient may not be negative.
    pub is_positive: bool,
}

/// Coefficients in the units of the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFit {
    /// The prediction where all columns are 0.
    pub intercept: f64,
    /// One per column: outcome per unit of the column.
    pub coefficients: Vec<f64>,
}

impl LinearFit {
    /// The prediction for one value per column; `None` where their number differs: a missing value
    /// is never 0.
    pub fn predict_one(&self, values: &[f64]) -> Option<f64> {
        (values.len() == self.coefficients.len()).then(|| {
            self.coefficients
                .iter()
                .zip(values)
                .fold(self.intercept, |sum, (coefficient, value)| sum + coefficient * value)
        })
    }

    /// The predictions for periods `from` to `to` of `columns`.
    pub fn predict(&self, columns: &[Column], from: usize, to: usize) -> Vec<f64> {
        (from..to)
            .map(|period| {
                columns
                    .iter()
                    .zip(&self.coefficients)
                    .fold(self.intercept, |sum, (column, coefficient)| {
                        sum + coefficient * column.values[period]
                    })
            })
            .collect()
    }
}

/// Fits the first `periods` of `columns` to those of `outcome`.
///
/// # Errors
/// [`Failure::NotEnoughData`] with fewer than two periods or, for ordinary least squares, no more
/// periods than coefficients; [`Failure::IllConditioned`] where there is no one solution.
pub fn fit(
    columns: &[Column],
    outcome: &[f64],
    periods: usize,
    penalty: Penalty,
    scaling: Scaling,
) -> Result<LinearFit, Failure> {
    let standard = standardise::standardise(columns, outcome, periods, scaling)?;
    let weights = solve(&standard, penalty)?;
    Ok(standard.in_own_units(&weights))
}

/// Weights of the standardised columns.
fn solve(standard: &standardise::Standardised, penalty: Penalty) -> Result<Vec<f64>, Failure> {
    let periods = standard.periods();
    match penalty {
        Penalty::None => {
            let needed = standard.columns.len() + 2;
            if periods < needed {
                return Err(Failure::NotEnoughData {
                    periods,
                    periods_min: needed,
                    unit: "periods",
                    why: format!(" for {} coefficients", standard.columns.len() + 1),
                });
            }
            ridge::least_squares(standard)
        }
        Penalty::Ridge { alpha } => ridge::ridge(standard, alpha),
        Penalty::Lasso { alpha } => coordinate_descent::solve(standard, alpha, 1.0),
        Penalty::ElasticNet { alpha, lasso_share } => {
            coordinate_descent::solve(standard, alpha, lasso_share)
        }
    }
}

#[cfg(test)]
mod tests;
