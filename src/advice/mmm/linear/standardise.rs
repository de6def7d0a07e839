//! Columns → the same with mean 0 and standard deviation 1 over the periods that are learnt from,
//! and the way back.

use super::{Column, LinearFit};
use crate::advice::mmm::failure::Failure;

/// Columns that vary by less than this share of their largest value are constant but for rounding.
const VARIATION_SHARE_MIN: f64 = 1e-12;

/// Standardised columns and a centred outcome.
pub(super) struct Standardised {
    /// Column by column; a constant one is all 0 and gets no weight.
    pub columns: Vec<Vec<f64>>,
    /// Less its mean.
    pub outcome: Vec<f64>,
    /// Which weights may not be negative.
    pub is_positive: Vec<bool>,
    means: Vec<f64>,
    deviations: Vec<f64>,
    outcome_mean: f64,
}

/// Whether columns are brought to a standard deviation of 1 before they are penalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaling {
    /// By the periods that are learnt from.
    Own,
    /// They are taken as they are: whoever made them has scaled them.
    AsGiven,
}

/// Prepares the first `periods`.
pub(super) fn standardise(
    columns: &[Column],
    outcome: &[f64],
    periods: usize,
    scaling: Scaling,
) -> Result<Standardised, Failure> {
    if periods < 2 || outcome.len() < periods {
        return Err(Failure::NotEnoughData {
            periods: outcome.len().min(periods),
            periods_min: 2,
            unit: "periods",
            why: String::new(),
        });
    }
    let mut means = Vec::with_capacity(columns.len());
    let mut deviations = Vec::with_capacity(columns.len());
    let mut standard = Vec::with_capacity(columns.len());
    for column in columns {
        let values = &column.values[..periods];
        let mean = mean(values);
        let largest = values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let squares: f64 = centred.iter().map(|value| value * value).sum();
        let deviation = libm::sqrt(squares / count(periods));
        if !deviation.is_finite() {
            return Err(Failure::OutOfRange { what: format!("column {}", column.name) });
        }
        let deviation = match scaling {
            _ if deviation <= largest * VARIATION_SHARE_MIN => 0.0,
            Scaling::Own => deviation,
            Scaling::AsGiven => 1.0,
        };
        standard.push(
            centred
                .iter()
                .map(|value| if deviation > 0.0 { value / deviation } else { 0.0 })
                .collect(),
        );
        means.push(mean);
        deviations.push(deviation);
    }
    let outcome_mean = mean(&outcome[..periods]);
    Ok(Standardised {
        columns: standard,
        outcome: outcome[..periods].iter().map(|value| value - outcome_mean).collect(),
        is_positive: columns.iter().map(|column| column.is_positive).collect(),
        means,
        deviations,
        outcome_mean,
    })
}

impl Standardised {
    pub(super) fn periods(&self) -> usize {
        self.outcome.len()
    }

    /// What turns a weight of a standardised column into a coefficient of the column; 0 of one that
    /// never varies.
    pub(super) fn units(&self) -> Vec<f64> {
        let unit = |deviation: &f64| if *deviation > 0.0 { 1.0 / deviation } else { 0.0 };
        self.deviations.iter().map(unit).collect()
    }

    /// The fit that gives the same predictions in the columns' own units.
    pub(super) fn in_own_units(&self, weights: &[f64]) -> LinearFit {
        let coefficients: Vec<f64> = weights
            .iter()
            .zip(&self.deviations)
            .map(|(weight, deviation)| if *deviation > 0.0 { weight / deviation } else { 0.0 })
            .collect();
        let shift: f64 = coefficients
            .iter()
            .zip(&self.means)
            .map(|(coefficient, mean)| coefficient * mean)
            .sum();
        LinearFit { intercept: self.outcome_mean - shift, coefficients }
    }
}

/// `columns` with mean 0 and standard deviation 1 over the first `periods`, all values moved alike.
///
/// # Errors
/// [`Failure::NotEnoughData`] with fewer than two periods.
pub fn scaled_by_first(columns: &[Column], periods: usize) -> Result<Vec<Column>, Failure> {
    let length = columns.first().map_or(0, |column| column.values.len());
    let standard = standardise(columns, &vec![0.0; length], periods, Scaling::Own)?;
    let moved = columns.iter().zip(standard.means.iter().zip(&standard.deviations));
    Ok(moved
        .map(|(column, (mean, deviation))| Column {
            name: column.name.clone(),
            values: column
                .values
                .iter()
                .map(|value| if *deviation > 0.0 { (value - mean) / deviation } else { 0.0 })
                .collect(),
            is_positive: column.is_positive,
        })
        .collect())
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
pub(super) fn count(values: usize) -> f64 {
    values as f64
}
