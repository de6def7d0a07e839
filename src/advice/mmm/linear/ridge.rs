//! Least squares with a penalty on squared weights, and without one; weights that may not be
//! negative are held at 0 by an active set, which ends at the one solution.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::standardise::Standardised;
use crate::advice::mmm::failure::Failure;

/// A pivot below this share of a column's length means that the others say the same: a thousandth of
/// a millionth of its square is left, some ten million times what rounding leaves.
const PIVOT_SHARE_MIN: f64 = 3.2e-5;

/// min ‖y − Xw‖² + `alpha` ‖w‖² (Hoerl and Kennard 1970).
pub(super) fn ridge(standard: &Standardised, alpha: f64) -> Result<Vec<f64>, Failure> {
    let (mut squares, target) = products(standard);
    for at in 0..squares.nrows() {
        squares[(at, at)] += alpha;
    }
    positive(&squares, &target, &standard.is_positive)
}

/// Without a penalty; columns that never vary get the weight 0.
pub(super) fn least_squares(standard: &Standardised) -> Result<Vec<f64>, Failure> {
    let (mut squares, target) = products(standard);
    for at in 0..squares.nrows() {
        if squares[(at, at)] == 0.0 {
            squares[(at, at)] = 1.0;
        }
    }
    positive(&squares, &target, &standard.is_positive)
}

/// min wᵀGw/2 − cᵀw with some weights of at least 0 (Lawson and Hanson, "Solving Least Squares
/// Problems", 1974, ch. 23). Each round lowers the error, so that no set of held weights comes
/// twice.
fn positive(
    squares: &DMatrix<f64>,
    target: &DVector<f64>,
    is_positive: &[bool],
) -> Result<Vec<f64>, Failure> {
    let size = target.len();
    // A weight that may be negative is always free; the others begin at 0.
    let mut free: Vec<bool> = is_positive.iter().map(|positive| !positive).collect();
    let mut weights = DVector::zeros(size);
    let scale = target.amax().max(f64::MIN_POSITIVE);
    weights = advance(squares, target, &mut free, is_positive, weights)?;
    loop {
        let slopes = target - squares * &weights;
        let steepest = (0..size)
            .filter(|&at| !free[at] && slopes[at] > scale * 1e-10)
            .max_by(|&left, &right| slopes[left].total_cmp(&slopes[right]));
        let Some(steepest) = steepest else { return Ok(weights.as_slice().to_vec()) };
        free[steepest] = true;
        weights = advance(squares, target, &mut free, is_positive, weights)?;
        if !free[steepest] {
            // It went back to 0 at once: nothing more can be gained but by rounding.
            return Ok(weights.as_slice().to_vec());
        }
    }
}

/// Moves from `weights` to the solution over the free ones, holding each that reaches 0 on the way.
fn advance(
    squares: &DMatrix<f64>,
    target: &DVector<f64>,
    free: &mut [bool],
    is_positive: &[bool],
    mut weights: DVector<f64>,
) -> Result<DVector<f64>, Failure> {
    loop {
        let goal = solve(squares, target, free)?;
        let blocking = (0..goal.len()).filter(|&at| free[at] && is_positive[at] && goal[at] < 0.0);
        let step = blocking
            .map(|at| weights[at] / (weights[at] - goal[at]))
            .fold(1.0f64, |least, step| least.min(step.clamp(0.0, 1.0)));
        weights = &weights + (&goal - &weights) * step;
        if step >= 1.0 {
            return Ok(goal);
        }
        for at in 0..weights.len() {
            if free[at]
                && is_positive[at]
                && goal[at] < 0.0
                && weights[at] <= weights.amax() * 1e-14
            {
                weights[at] = 0.0;
                free[at] = false;
            }
        }
    }
}

fn solve(
    squares: &DMatrix<f64>,
    target: &DVector<f64>,
    free: &[bool],
) -> Result<DVector<f64>, Failure> {
    let kept: Vec<usize> = (0..free.len()).filter(|&at| free[at]).collect();
    let mut solution = DVector::zeros(free.len());
    if kept.is_empty() {
        return Ok(solution);
    }
    let reduced = squares.select_rows(&kept).select_columns(&kept);
    let ill = || Failure::IllConditioned {
        what: "some columns are sums of others, so that their parts can't be told apart".to_owned(),
    };
    let diagonal = reduced.diagonal();
    let factor = Cholesky::new(reduced).ok_or_else(ill)?;
    let pivots = factor.l_dirty().diagonal();
    for (pivot, length) in pivots.iter().zip(diagonal.iter()) {
        if *pivot <= PIVOT_SHARE_MIN * libm::sqrt(*length) {
            return Err(ill());
        }
    }
    for (value, &at) in factor.solve(&target.select_rows(&kept)).iter().zip(&kept) {
        solution[at] = *value;
    }
    Ok(solution)
}

fn products(standard: &Standardised) -> (DMatrix<f64>, DVector<f64>) {
    let columns = &standard.columns;
    let mut squares = DMatrix::zeros(columns.len(), columns.len());
    for row in 0..columns.len() {
        for column in 0..=row {
            let product = dot(&columns[row], &columns[column]);
            squares[(row, column)] = product;
            squares[(column, row)] = product;
        }
    }
    let target = DVector::from_fn(columns.len(), |row, _| dot(&columns[row], &standard.outcome));
    (squares, target)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}
