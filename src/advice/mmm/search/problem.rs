//! The fixed part of a search: the outcome, the columns that every candidate shares, and the blocks
//! that are left out in turn. Turns a set of media columns into an error out of sample and into a
//! fit, by sums of products alone.

use std::ops::Range;

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Blocks of neighbouring periods that are left out in turn.
pub const BLOCKS: usize = 10;

/// How often columns may be set to zero and freed again until no coefficient of media is negative.
const PIVOTS_MAX: usize = 60;

/// Everything but the media.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What is explained.
    pub outcome: Vec<f64>,
    /// The columns that every candidate shares; the first is the constant 1.
    pub shared: Vec<Vec<f64>>,
    /// What is added to the sums of squares of each shared column: how firmly it is held at 0.
    pub shared_holds: Vec<f64>,
    /// The same of media columns.
    pub media_hold: f64,
    /// The blocks, in order, without a gap.
    pub blocks: Vec<Range<usize>>,
    shared_products: Vec<Products>,
}

/// Sums of products of some columns with each other and with the outcome, over some periods.
#[derive(Debug, Clone)]
struct Products {
    squares: DMatrix<f64>,
    outcome: DVector<f64>,
    outcome_squares: f64,
}

/// A fit of one set of media columns.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Coefficients of the shared columns, then of the media.
    pub coefficients: Vec<f64>,
    /// Variance of what is not explained.
    pub noise_variance: f64,
    /// Covariance of the coefficients of the media, before negative values are ruled out.
    pub media_covariance: DMatrix<f64>,
    /// Unconstrained coefficients of the media: the mean that belongs to that covariance.
    pub media_means: DVector<f64>,
}

impl Problem {
    /// Prepares a search.
    pub fn new(
        outcome: Vec<f64>,
        shared: Vec<Vec<f64>>,
        shared_holds: Vec<f64>,
        media_hold: f64,
    ) -> Self {
        let periods = outcome.len();
        let blocks: Vec<Range<usize>> = (0..BLOCKS.min(periods))
            .map(|block| {
                let count = BLOCKS.min(periods);
                periods * block / count..periods * (block + 1) / count
            })
            .collect();
        let columns: Vec<&[f64]> = shared.iter().map(Vec::as_slice).collect();
        let shared_products =
            blocks.iter().map(|block| products(&columns, &outcome, block)).collect();
        Self { outcome, shared, shared_holds, media_hold, blocks, shared_products }
    }

    /// The mean squared error of `media` on the blocks, each predicted by a fit of all others;
    /// `None` where a fit has no solution.
    pub fn error_out_of_sample(&self, media: &[Vec<f64>]) -> Option<f64> {
        let parts = self.products(media);
        let whole = sum(&parts);
        let mut squares = 0.0;
        for part in &parts {
            let (matrix, target) = (&whole.squares - &part.squares, &whole.outcome - &part.outcome);
            let solution = self.solve(matrix, &target)?;
            let predicted = (&part.squares * &solution).dot(&solution);
            squares += part.outcome_squares - 2.0 * solution.dot(&part.outcome) + predicted;
        }
        let error = squares / count(self.outcome.len());
        (error.is_finite() && error > 0.0).then_some(error)
    }

    /// The fit of `media` on all periods.
    pub fn fit(&self, media: &[Vec<f64>]) -> Option<Fit> {
        let whole = sum(&self.products(media));
        let held = self.held(whole.squares.clone());
        let solution = self.solve(whole.squares.clone(), &whole.outcome)?;
        let factor = Cholesky::new(held)?;
        let first = self.shared.len();
        let inverse = factor.inverse();
        // Effective coefficients: the trace of (G + H)⁻¹G.
        let used: f64 = (0..inverse.nrows())
            .map(|row| inverse.row(row).dot(&whole.squares.column(row).transpose()))
            .sum();
        let predicted = (&whole.squares * &solution).dot(&solution);
        let squares = whole.outcome_squares - 2.0 * solution.dot(&whole.outcome) + predicted;
        let degrees = (count(self.outcome.len()) - used).max(1.0);
        let noise_variance = (squares / degrees).max(0.0);
        let free = factor.solve(&whole.outcome);
        let media = solution.len() - first;
        Some(Fit {
            coefficients: solution.as_slice().to_vec(),
            noise_variance,
            media_covariance: inverse.view((first, first), (media, media)) * noise_variance,
            media_means: free.rows(first, media).into_owned(),
        })
    }

    fn products(&self, media: &[Vec<f64>]) -> Vec<Products> {
        let (first, all) = (self.shared.len(), self.shared.len() + media.len());
        self.blocks
            .iter()
            .zip(&self.shared_products)
            .map(|(block, shared)| {
                let mut squares = DMatrix::zeros(all, all);
                squares.view_mut((0, 0), (first, first)).copy_from(&shared.squares);
                let mut outcome = DVector::zeros(all);
                outcome.rows_mut(0, first).copy_from(&shared.outcome);
                for (at, column) in media.iter().enumerate() {
                    let column = &column[block.clone()];
                    let row = first + at;
                    for (other, values) in self.shared.iter().enumerate() {
                        let product = dot(column, &values[block.clone()]);
                        squares[(row, other)] = product;
                        squares[(other, row)] = product;
                    }
                    for (other, values) in media[..=at].iter().enumerate() {
                        let product = dot(column, &values[block.clone()]);
                        squares[(row, first + other)] = product;
                        squares[(first + other, row)] = product;
                    }
                    outcome[row] = dot(column, &self.outcome[block.clone()]);
                }
                Products { squares, outcome, outcome_squares: shared.outcome_squares }
            })
            .collect()
    }

    /// `squares` with what holds each column at 0.
    fn held(&self, mut squares: DMatrix<f64>) -> DMatrix<f64> {
        for at in 0..squares.nrows() {
            squares[(at, at)] += self.shared_holds.get(at).copied().unwrap_or(self.media_hold);
        }
        squares
    }

    /// Least squares with coefficients of media of at least 0: columns whose coefficient would be
    /// negative are set to 0, and freed again where that would lower the error (block pivoting,
    /// Portugal, Júdice and Vicente 1994, with one column at a time once it goes in circles).
    fn solve(&self, squares: DMatrix<f64>, target: &DVector<f64>) -> Option<DVector<f64>> {
        let matrix = self.held(squares);
        let first = self.shared.len();
        let mut zeroed = vec![false; matrix.nrows()];
        for pivot in 0..PIVOTS_MAX {
            let solution = solve_free(&matrix, target, &zeroed)?;
            let slopes = target - &matrix * &solution;
            let mut wrong: Vec<usize> = (first..matrix.nrows())
                .filter(|&at| {
                    if zeroed[at] {
                        slopes[at] > 1e-9 * target[at].abs().max(1e-300)
                    } else {
                        solution[at] < 0.0
                    }
                })
                .collect();
            if wrong.is_empty() {
                return Some(solution);
            }
            if pivot > PIVOTS_MAX / 3 {
                wrong.drain(..wrong.len() - 1);
            }
            wrong.iter().for_each(|&at| zeroed[at] = !zeroed[at]);
        }
        None
    }
}

fn solve_free(
    matrix: &DMatrix<f64>,
    target: &DVector<f64>,
    zeroed: &[bool],
) -> Option<DVector<f64>> {
    if !zeroed.contains(&true) {
        return Some(Cholesky::<f64, Dyn>::new(matrix.clone())?.solve(target));
    }
    let free: Vec<usize> = (0..zeroed.len()).filter(|&at| !zeroed[at]).collect();
    let reduced = matrix.select_rows(&free).select_columns(&free);
    let solved = Cholesky::new(reduced)?.solve(&target.select_rows(&free));
    let mut solution = DVector::zeros(zeroed.len());
    for (value, &at) in solved.iter().zip(&free) {
        solution[at] = *value;
    }
    Some(solution)
}

fn products(columns: &[&[f64]], outcome: &[f64], block: &Range<usize>) -> Products {
    let size = columns.len();
    let cut = |values: &[f64]| values[block.clone()].to_vec();
    let outcome = cut(outcome);
    let columns: Vec<Vec<f64>> = columns.iter().map(|column| cut(column)).collect();
    Products {
        squares: DMatrix::from_fn(size, size, |row, column| dot(&columns[row], &columns[column])),
        outcome: DVector::from_fn(size, |row, _| dot(&columns[row], &outcome)),
        outcome_squares: dot(&outcome, &outcome),
    }
}

fn sum(parts: &[Products]) -> Products {
    let mut whole = parts[0].clone();
    for part in &parts[1..] {
        whole.squares += &part.squares;
        whole.outcome += &part.outcome;
        whole.outcome_squares += part.outcome_squares;
    }
    whole
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

impl Problem {
    /// Logarithm of the evidence.
    pub fn log_evidence(&self, media: &[Vec<f64>]) -> Option<f64> {
        let whole = sum(&self.products(media));
        let held = self.held(whole.squares.clone());
        let factor = Cholesky::new(held.clone())?;
        let free = factor.solve(&whole.outcome);
        let squares = whole.outcome_squares - free.dot(&whole.outcome);
        let n = count(self.outcome.len());
        let first = self.shared.len();
        let log_det: f64 = factor.l_dirty().diagonal().iter().map(|d| 2.0 * libm::log(*d)).sum();
        let prior: f64 = media.len() as f64 * libm::log(self.media_hold);
        let inverse = factor.inverse();
        let noise = squares / n;
        let positive: f64 = (0..media.len())
            .map(|at| {
                let sd = libm::sqrt(inverse[(first + at, first + at)] * noise);
                libm::log(crate::advice::mmm::normal::below(free[first + at] / sd).max(1e-300))
                    + libm::log(2.0)
            })
            .sum();
        Some(-0.5 * n * libm::log(squares) - 0.5 * log_det + 0.5 * prior + positive)
    }
}
