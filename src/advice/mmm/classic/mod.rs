//! The classic preset: the pipeline that many teams run by hand, step for step, so that its figures
//! can be compared digit for digit. Its attribution differs where the original's was wrong: a
//! coefficient in the column's own units times the column, never standardised values times each
//! other.

pub mod clean;
pub mod features;
mod fitted;

use super::cleaning::Change;
use super::failure::Failure;
use super::linear::{self, Column, LinearFit, Penalty, Scaling};
use super::rows::DailyRow;
use super::scores::Scores;
use features::Days;

/// The share of the days that is learnt from: four fifths.
const TRAIN: (usize, usize) = (4, 5);

/// What the classic pipeline finds.
#[derive(Debug, Clone)]
pub struct Classic {
    /// The days.
    pub days: Days,
    /// What was cleaned.
    pub changes: Vec<Change>,
    /// The cleaned rows.
    pub rows: Vec<clean::CleanRow>,
    /// Carryover per channel.
    pub decays: Vec<f64>,
    /// Its columns: media first.
    pub columns: Vec<Column>,
    /// How many days were learnt from; the others were predicted.
    pub train: usize,
    /// The chosen penalty.
    pub penalty: Penalty,
    /// Coefficients in the columns' own units.
    pub fit: LinearFit,
    /// Predicted revenue per day.
    pub predicted: Vec<f64>,
    /// On the days that were learnt from.
    pub scores_train: Scores,
    /// On the days that were predicted.
    pub scores_test: Scores,
}

/// Runs the pipeline on `rows`.
pub fn run(rows: &[DailyRow]) -> Result<Classic, Failure> {
    let (rows, changes) = clean::clean(rows);
    let days = features::days_of(&rows);
    let train = days.days.len() * TRAIN.0 / TRAIN.1;
    if !super::series::varies(&days.revenue) && !days.days.is_empty() {
        return Err(Failure::NoVariation { what: "the revenue".to_owned() });
    }
    let decays: Vec<f64> = days.channels.iter().map(|name| features::decay_of(name)).collect();
    let columns = features::columns(&days, &decays);
    let standard = linear::scaled_by_first(&columns, train)?;
    let ridge = Penalty::Ridge { alpha: 1.0 };
    let chosen = linear::choose_penalty(&standard, &days.revenue, train, ridge, Scaling::AsGiven)?;
    let fit = linear::fit(&columns, &days.revenue, train, chosen.penalty, Scaling::Own)?;
    let predicted = fit.predict(&columns, 0, days.days.len());
    let enough = || Failure::NotEnoughData {
        periods: days.days.len(),
        periods_min: 15,
        unit: "days",
        why: " to learn from and to test on".to_owned(),
    };
    let scores_train =
        Scores::of(&days.revenue[..train], &predicted[..train]).ok_or_else(enough)?;
    let scores_test = Scores::of(&days.revenue[train..], &predicted[train..]).ok_or_else(enough)?;
    Ok(Classic {
        changes,
        rows,
        decays,
        columns,
        train,
        penalty: chosen.penalty,
        fit,
        predicted,
        scores_train,
        scores_test,
        days,
    })
}

#[cfg(test)]
pub(crate) mod tests;
