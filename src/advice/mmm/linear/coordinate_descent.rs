//! Lasso and elastic net: one weight after the other is set to its best value, until none moves
//! (Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear Models via
//! Coordinate Descent", 2010).

use super::standardise::{Standardised, count};
use crate::advice::mmm::failure::Failure;

/// Rounds after which the columns count as too alike to be told apart.
const ROUNDS_MAX: usize = 100_000;

/// No weight moves by more than this share of the largest: done.
const MOVE_SHARE: f64 = 1e-11;

/// min ‖y − Xw‖² / 2n + `alpha` (`lasso_share` ‖w‖₁ + (1 − `lasso_share`) / 2 ‖w‖²).
pub(super) fn solve(
    standard: &Standardised,
    alpha: f64,
    lasso_share: f64,
) -> Result<Vec<f64>, Failure> {
    let periods = count(standard.periods());
    let size = standard.columns.len();
    let dot = |left: &[f64], right: &[f64]| -> f64 {
        left.iter().zip(right).map(|(left, right)| left * right).sum()
    };
    let products: Vec<Vec<f64>> = standard
        .columns
        .iter()
        .map(|row| standard.columns.iter().map(|column| dot(row, column) / periods).collect())
        .collect();
    // Slopes of the error at the present weights.
    let mut slopes: Vec<f64> =
        standard.columns.iter().map(|column| dot(column, &standard.outcome) / periods).collect();
    let (threshold, hold) = (alpha * lasso_share, alpha * (1.0 - lasso_share));
    let mut weights = vec![0.0; size];
    for _ in 0..ROUNDS_MAX {
        let (mut moved, mut largest) = (0.0f64, 0.0f64);
        for at in 0..size {
            let square = products[at][at];
            if square <= 0.0 {
                continue;
            }
            let alone = slopes[at] + square * weights[at];
            let shrunk = (alone.abs() - threshold).max(0.0) * alone.signum();
            let wanted = shrunk / (square + hold);
            let weight = if standard.is_positive[at] { wanted.max(0.0) } else { wanted };
            let step = weight - weights[at];
            if step != 0.0 {
                for (slope, product) in slopes.iter_mut().zip(&products[at]) {
                    *slope -= product * step;
                }
                weights[at] = weight;
            }
            moved = moved.max(step.abs());
            largest = largest.max(weight.abs());
        }
        if moved <= largest * MOVE_SHARE {
            return Ok(weights);
        }
    }
    Err(Failure::IllConditioned {
        what: "columns are so alike that a lasso does not come to an end".to_owned(),
    })
}
