//! The walk-forward test: at each week, the regression is fitted to the labels that had ended by
//! then and predicts the weeks that follow; the plain mean of the same labels does the same. The
//! error is the root of the mean squared difference to what came, on the same weeks for both.

use super::regression::{Sample, count, mean};

/// Fewer predictions than this say nothing of a model.
pub(super) const POINTS_MIN: usize = 4;
/// The first fit has at least so many rows more than coefficients.
pub(super) const DEGREES_MIN: usize = 2;
/// Below this share of the largest pivot, the past never varied in some direction, and the fit of
/// that week is left out for both.
const PIVOT_SHARE_MIN: f64 = 1e-7;

/// Root mean squared errors on the same weeks, in the unit of the labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OutOfSample {
    /// Of the regression.
    pub error: f64,
    /// Of the plain mean.
    pub error_of_mean: f64,
    /// How many weeks were predicted.
    pub points: usize,
}

/// Tests the regression on `sample`, whose labels sum `overlap` weeks each. The spend inside the
/// horizon counts as known, since it is planned. `None`: too few weeks could be predicted.
pub(super) fn test(sample: &Sample, overlap: usize) -> Option<OutOfSample> {
    let rows = rows_of_size_one(sample);
    let centre = mean(&sample.labels);
    let labels: Vec<f64> = sample.labels.iter().map(|label| label - centre).collect();
    let known_min = (sample.coefficients() + DEGREES_MIN).max(sample.rows.len() / 2);
    let mut past = Past::new(sample.coefficients());
    let mut squares = (0.0, 0.0);
    let mut points = 0;
    for (now, position) in sample.positions.iter().enumerate() {
        // A label is known once its last week has ended. At most `now` of them are.
        while sample.positions[past.rows] + overlap <= *position {
            past.add(&rows[past.rows], labels[past.rows]);
        }
        if past.rows < known_min {
            continue;
        }
        let Some(coefficients) = past.solve() else { continue };
        let predicted: f64 =
            rows[now].iter().zip(coefficients).map(|(one, other)| one * other).sum();
        squares.0 += square(labels[now] - predicted);
        squares.1 += square(labels[now] - past.label_sum / count(past.rows));
        points += 1;
    }
    let root = |sum: f64| libm::sqrt(sum / count(points));
    let errors = OutOfSample { error: root(squares.0), error_of_mean: root(squares.1), points };
    let is_sound = errors.error.is_finite() && errors.error_of_mean.is_finite();
    (points >= POINTS_MIN && is_sound).then_some(errors)
}

/// The rows with the intercept in front, and each column moved and scaled to lie between −1 and 1.
/// With an intercept this changes no prediction; it only keeps the arithmetic well.
fn rows_of_size_one(sample: &Sample) -> Vec<Vec<f64>> {
    let mut rows = vec![vec![1.0]; sample.rows.len()];
    for column in 0..sample.coefficients() - 1 {
        let values = sample.column(column);
        let centre = mean(&values);
        let size = values.iter().fold(0.0f64, |size, value| size.max((value - centre).abs()));
        for (row, value) in rows.iter_mut().zip(values) {
            row.push(if size > 0.0 { (value - centre) / size } else { 0.0 });
        }
    }
    rows
}

fn square(value: f64) -> f64 {
    value * value
}

/// A least-squares fit that grows row by row: the triangle R and Qᵀy of its QR decomposition, into
/// which each row is turned by Givens rotations (Golub and Van Loan, *Matrix Computations*, 4th
/// ed., §6.5). This costs a small fraction of fitting anew and gives the same coefficients.
struct Past {
    /// Rows taken so far.
    rows: usize,
    /// Sum of their labels.
    label_sum: f64,
    triangle: Vec<Vec<f64>>,
    rotated_labels: Vec<f64>,
}

impl Past {
    fn new(coefficients: usize) -> Self {
        Self {
            rows: 0,
            label_sum: 0.0,
            triangle: vec![vec![0.0; coefficients]; coefficients],
            rotated_labels: vec![0.0; coefficients],
        }
    }

    fn add(&mut self, row: &[f64], mut label: f64) {
        self.rows += 1;
        self.label_sum += label;
        let mut row = row.to_vec();
        for (pivot, line) in self.triangle.iter_mut().enumerate() {
            let length = libm::sqrt(square(line[pivot]) + square(row[pivot]));
            if length == 0.0 {
                continue;
            }
            let (cosine, sine) = (line[pivot] / length, row[pivot] / length);
            for (kept, new) in line[pivot..].iter_mut().zip(&mut row[pivot..]) {
                (*kept, *new) = (cosine * *kept + sine * *new, cosine * *new - sine * *kept);
            }
            let kept = &mut self.rotated_labels[pivot];
            (*kept, label) = (cosine * *kept + sine * label, cosine * label - sine * *kept);
        }
    }

    /// The coefficients by back substitution; `None`: the past doesn't determine them.
    fn solve(&self) -> Option<Vec<f64>> {
        let pivots = self.triangle.iter().enumerate().map(|(pivot, line)| line[pivot].abs());
        let largest = pivots.clone().fold(0.0, f64::max);
        let smallest = pivots.fold(f64::INFINITY, f64::min);
        if smallest <= largest * PIVOT_SHARE_MIN {
            return None;
        }
        let mut solution = self.rotated_labels.clone();
        for (pivot, line) in self.triangle.iter().enumerate().rev() {
            let known: f64 =
                (pivot + 1..line.len()).map(|later| line[later] * solution[later]).sum();
            solution[pivot] = (solution[pivot] - known) / line[pivot];
        }
        Some(solution)
    }
}
