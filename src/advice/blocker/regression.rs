//! Ordinary least squares of one label on a few columns → the effect of the first column, with a
//! standard error that is honest about labels that overlap and errors that are uneven. It never
//! returns a number that is not finite.

use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Above this condition number of the columns, each centred and scaled to length 1, the fit is
/// called ill-conditioned. Belsley, Kuh and Welsch, *Regression Diagnostics* (1980), ch. 3: an
/// index of 30 and more goes with damaging dependencies.
const CONDITION_MAX: f64 = 30.0;
/// Steps of the singular value decomposition of at most 16 × 16 numbers; it needs a few dozen.
const SVD_STEPS_MAX: usize = 1_000;
/// A column that varies by less than this share of its largest value is constant but for rounding.
const VARIATION_SHARE_MIN: f64 = 1e-9;

/// Quantiles are rounded to so many steps between whole numbers: far finer than any history can
/// tell, far coarser than what differs between machines.
const QUANTILE_STEPS: f64 = 1e9;

/// What a regression is made from: `labels[i]` belongs to `rows[i]`, which happened in week
/// `positions[i]`. Rows are of one length, positions increase.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    /// Values of the columns, without the intercept, per row.
    pub rows: Vec<Vec<f64>>,
    /// What is explained.
    pub labels: Vec<f64>,
    /// When each row happened.
    pub positions: Vec<usize>,
}

impl Sample {
    /// Coefficients of a regression: the columns and the intercept.
    pub(super) fn coefficients(&self) -> usize {
        self.rows.first().map_or(0, Vec::len) + 1
    }

    /// The values of one column.
    pub(super) fn column(&self, column: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row[column]).collect()
    }
}

/// The effect of the first column on the label, all other columns held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Effect {
    /// Label per unit of the column.
    pub coefficient: f64,
    /// Its standard errors.
    pub errors: Errors,
    /// Rows less coefficients.
    pub degrees: usize,
}

/// The standard error of a coefficient, by three assumptions on the errors of the labels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Errors {
    /// They are independent and of one size: the textbook's.
    pub classic: f64,
    /// They may be uneven and hang together over a few weeks: Newey and West's.
    pub robust: f64,
    /// They are sums of independent weeks, so that labels that overlap hang together.
    pub overlapping: f64,
}

impl Errors {
    /// The largest: in short histories each of them may be too small.
    pub(super) fn largest(&self) -> f64 {
        self.classic.max(self.robust).max(self.overlapping)
    }
}

/// There is no one solution, or small errors would turn it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IllConditioned;

/// Fits `sample` with an intercept. `overlap`: how many weeks a label sums.
pub(super) fn fit(sample: &Sample, overlap: usize) -> Result<Effect, IllConditioned> {
    let rows = sample.rows.len();
    let degrees = rows.saturating_sub(sample.coefficients());
    if sample.coefficients() == 1 || degrees == 0 {
        return Err(IllConditioned);
    }
    let standardised = standardise(sample)?;
    let centre = mean(&sample.labels);
    let labels = DVector::from_iterator(rows, sample.labels.iter().map(|label| label - centre));

    let (orthogonal, triangle) = standardised.columns.qr().unpack();
    check_condition(&triangle)?;
    let residuals = &labels - &orthogonal * orthogonal.tr_mul(&labels);
    let weights = first_row_of_inverse(&orthogonal, &triangle)? / standardised.first_length;

    let coefficient = weights.dot(&labels);
    let uncertain =
        Uncertain { weights: weights.as_slice(), residuals: residuals.as_slice(), sample, degrees };
    let errors = Errors {
        classic: uncertain.classic(),
        robust: uncertain.robust(lags(rows).max(overlap.saturating_sub(1))),
        overlapping: uncertain.overlapping(overlap.max(1)),
    };
    let finite = [coefficient, errors.classic, errors.robust, errors.overlapping]
        .iter()
        .all(|number| number.is_finite());
    if finite { Ok(Effect { coefficient, errors, degrees }) } else { Err(IllConditioned) }
}

/// Student's t: a central interval of `confidence` reaches this many standard errors each way.
pub(super) fn quantile(confidence: f64, degrees: usize) -> Option<f64> {
    let degrees = u32::try_from(degrees).ok()?;
    let probability = 0.5 + confidence / 2.0;
    if !(0.5..1.0).contains(&probability) {
        return None;
    }
    let distribution = StudentsT::new(0.0, 1.0, f64::from(degrees)).ok()?;
    // The crate may use the C library's logarithm, whose last bits differ between machines.
    let quantile = libm::round(distribution.inverse_cdf(probability) * QUANTILE_STEPS);
    Some(quantile / QUANTILE_STEPS).filter(|quantile| quantile.is_finite())
}

/// Columns less their means, each divided by its length then.
struct Standardised {
    columns: DMatrix<f64>,
    /// What the first column was divided by.
    first_length: f64,
}

fn standardise(sample: &Sample) -> Result<Standardised, IllConditioned> {
    let mut columns = DMatrix::zeros(sample.rows.len(), sample.coefficients() - 1);
    let mut lengths = Vec::with_capacity(columns.ncols());
    for (column, mut target) in columns.column_iter_mut().enumerate() {
        let values = sample.column(column);
        let centre = mean(&values);
        let largest = values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        target.iter_mut().zip(&values).for_each(|(cell, value)| *cell = value - centre);
        let length = target.norm();
        if !length.is_finite() || length <= largest * VARIATION_SHARE_MIN {
            return Err(IllConditioned);
        }
        target /= length;
        lengths.push(length);
    }
    Ok(Standardised { columns, first_length: lengths[0] })
}

/// The singular values of the triangle are those of the columns.
fn check_condition(triangle: &DMatrix<f64>) -> Result<(), IllConditioned> {
    let values = triangle
        .clone()
        .try_svd(false, false, f64::EPSILON, SVD_STEPS_MAX)
        .ok_or(IllConditioned)?
        .singular_values;
    let (smallest, largest) = (values.min(), values.max());
    if smallest > 0.0 && largest <= smallest * CONDITION_MAX { Ok(()) } else { Err(IllConditioned) }
}

/// The first coefficient is a weighted sum of the labels; these are the weights: the first row of
/// R⁻¹Qᵀ, which is (Q R⁻ᵀ e₁)ᵀ.
fn first_row_of_inverse(
    orthogonal: &DMatrix<f64>,
    triangle: &DMatrix<f64>,
) -> Result<DVector<f64>, IllConditioned> {
    let mut unit = DVector::zeros(triangle.ncols());
    unit[0] = 1.0;
    let solved = triangle.tr_solve_upper_triangular(&unit).ok_or(IllConditioned)?;
    Ok(orthogonal * solved)
}

/// Lags of the robust error by the rule of Newey and West, *Review of Economic Studies* 61 (1994),
/// for the Bartlett kernel: ⌊4 (n/100)^(2/9)⌋.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small, not negative")]
fn lags(rows: usize) -> usize {
    libm::floor(4.0 * libm::pow(count(rows) / 100.0, 2.0 / 9.0)) as usize
}

/// What standard errors are computed from: the coefficient is Σ weightsᵢ labelᵢ.
struct Uncertain<'a> {
    weights: &'a [f64],
    residuals: &'a [f64],
    sample: &'a Sample,
    degrees: usize,
}

impl Uncertain<'_> {
    /// The variance of a label's error.
    fn variance(&self) -> f64 {
        dot(self.residuals, self.residuals) / count(self.degrees)
    }

    fn classic(&self) -> f64 {
        libm::sqrt(self.variance() * dot(self.weights, self.weights))
    }

    /// Newey and West, *Econometrica* 55 (1987): weights 1 − lag/(lags + 1), with the usual
    /// small-sample factor rows/degrees. Lags are weeks, so a gap in the weeks is one here too.
    fn robust(&self, lags: usize) -> f64 {
        let scores: Vec<f64> =
            self.weights.iter().zip(self.residuals).map(|(one, other)| one * other).collect();
        let sum = kernel_sum(&scores, &self.sample.positions, lags + 1);
        let correction = count(scores.len()) / count(self.degrees);
        libm::sqrt((sum * correction).max(0.0))
    }

    /// Labels that sum `overlap` weeks share (overlap − lag) of them, so where the weeks are
    /// independent, labels are correlated by 1 − lag/overlap: Richardson and Smith, *Review of
    /// Financial Studies* 4 (1991), after Hansen and Hodrick, *Journal of Political Economy* 88
    /// (1980).
    fn overlapping(&self, overlap: usize) -> f64 {
        let sum = kernel_sum(self.weights, &self.sample.positions, overlap);
        libm::sqrt((self.variance() * sum).max(0.0))
    }
}

/// Σᵢ Σⱼ valuesᵢ valuesⱼ (1 − lag/width) over all pairs less than `width` weeks apart, lag being
/// the weeks between them.
fn kernel_sum(values: &[f64], positions: &[usize], width: usize) -> f64 {
    let mut sum = dot(values, values);
    for later in 1..values.len() {
        for earlier in (0..later).rev() {
            let lag = positions[later] - positions[earlier];
            if lag >= width {
                break;
            }
            sum += 2.0 * (1.0 - count(lag) / count(width)) * values[later] * values[earlier];
        }
    }
    sum
}

/// The mean; of nothing it is not a number, so callers ask for the mean of something.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// A count of weeks or columns as a double.
#[expect(clippy::cast_precision_loss, reason = "counts of weeks are far below 2^53")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
