//! Named columns of a table, one row for each observation → a linear model as analysts keep one in a
//! notebook: scored on rows that it has not seen, its coefficients from all of them.

use serde::{Deserialize, Serialize};

use super::{Column, LinearFit, Penalty, Scaling, choose_penalty, fit, standardise};
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::Split;
use crate::advice::mmm::scores::Scores;
use crate::advice::mmm::series::varies;
use crate::domain::Day;

/// What of a column's length the others must leave unexplained.
const UNEXPLAINED_SHARE_MIN: f64 = 1e-9;

/// Rows of a table, in the order in which they are learnt from.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    /// The name of what is explained.
    pub outcome_name: String,
    /// What is explained, by row.
    pub outcome: Vec<f64>,
    /// What explains it.
    pub features: Vec<Column>,
    /// The day of each row; empty where it has none.
    pub days: Vec<Day>,
}

/// How a linear model is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearSettings {
    /// The estimator; the strength of its penalty is chosen by cross-validation.
    pub penalty: Penalty,
    /// Which rows test it, at the end; a share of 0 tests nothing.
    pub split: Split,
}

/// A feature and what a unit of it brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Outcome per unit of it.
    pub coefficient: f64,
    /// Its mean over all rows, where it was fitted here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
}

/// A linear model.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearModel {
    /// What it explains.
    pub outcome: String,
    /// The prediction where all features are 0.
    pub intercept: f64,
    /// Its features, in the order of the columns.
    pub features: Vec<Feature>,
    /// The penalty with its strength.
    pub penalty: Penalty,
    /// Rows that it was fitted on.
    pub rows: usize,
    /// On the rows before the test, by a model that learnt from them alone.
    pub scores_train: Scores,
    /// On the rows of the test, predicted by that model; `None` without a test.
    pub scores_test: Option<Scores>,
}

impl Observations {
    /// Leaves out the features from the one at `from` on that never vary in the rows that `split`
    /// leaves to learn from; their names.
    pub fn leave_out_constant(&mut self, from: usize, split: Split) -> Vec<String> {
        let train = train_rows(self, split);
        let mut left_out = Vec::new();
        let mut at = 0;
        self.features.retain(|feature| {
            let stays = at < from || varies(&feature.values[..train]);
            at += 1;
            if !stays {
                left_out.push(feature.name.clone());
            }
            stays
        });
        left_out
    }

    /// Puts the rows in the order of their days; rows of the same day stay as they were.
    pub fn sort_by_day(&mut self) {
        let mut order: Vec<usize> = (0..self.days.len()).collect();
        order.sort_by_key(|at| self.days[*at]);
        if order.is_sorted() {
            return;
        }
        let sorted = |values: &[f64]| order.iter().map(|at| values[*at]).collect();
        self.outcome = sorted(&self.outcome);
        for feature in &mut self.features {
            feature.values = sorted(&feature.values);
        }
        self.days = order.iter().map(|at| self.days[*at]).collect();
    }
}

/// Fits.
///
/// # Errors
/// [`Failure::NoVariation`] and [`Failure::IllConditioned`] name the column, and
/// [`Failure::NotEnoughData`] what is needed.
pub fn linear_model(
    observed: &Observations,
    settings: LinearSettings,
) -> Result<LinearModel, Failure> {
    let (rows, features) = (observed.outcome.len(), &observed.features);
    let train = train_rows(observed, settings.split);
    let needed = features.len() + 2;
    if train < needed {
        return Err(Failure::NotEnoughData {
            periods: train,
            periods_min: needed,
            unit: "rows",
            why: format!(
                " to learn {} coefficients from, beside those that test it",
                features.len() + 1
            ),
        });
    }
    if !varies(&observed.outcome[..train]) {
        return Err(Failure::NoVariation { what: observed.outcome_name.clone() });
    }
    if let Some(constant) = features.iter().find(|column| !varies(&column.values[..train])) {
        return Err(Failure::NoVariation { what: constant.name.clone() });
    }
    let penalty = match settings.penalty {
        Penalty::None => Penalty::None,
        kind => choose_penalty(features, &observed.outcome, train, kind, Scaling::Own)?.penalty,
    };
    let learn = |rows| fit(features, &observed.outcome, rows, penalty, Scaling::Own);
    let tested = learn(train).map_err(|failure| match failure {
        Failure::IllConditioned { .. } => dependent(features, &observed.outcome, train, failure),
        failure => failure,
    })?;
    let predicted = tested.predict(features, 0, rows);
    let scores = |range: std::ops::Range<usize>| {
        Scores::of(&observed.outcome[range.clone()], &predicted[range])
    };
    let out_of_range = || Failure::OutOfRange { what: "the predictions".to_owned() };
    let scores_train = scores(0..train).ok_or_else(out_of_range)?;
    let scores_test = if train < rows { scores(train..rows) } else { None };
    let LinearFit { intercept, coefficients } = if train < rows { learn(rows)? } else { tested };
    if !coefficients.iter().chain([&intercept]).all(|it| it.is_finite()) {
        return Err(Failure::OutOfRange { what: "the coefficients".to_owned() });
    }
    let named = features.iter().zip(coefficients).map(|(column, coefficient)| Feature {
        name: column.name.clone(),
        coefficient,
        mean: Some(standardise::mean(&column.values)),
    });
    Ok(LinearModel {
        outcome: observed.outcome_name.clone(),
        intercept,
        features: named.collect(),
        penalty,
        rows,
        scores_train,
        scores_test,
    })
}

fn train_rows(observed: &Observations, split: Split) -> usize {
    let rows = observed.outcome.len();
    match split {
        Split::Share(share) => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
            let test = libm::floor(standardise::count(rows) * share.clamp(0.0, 1.0)) as usize;
            rows - test
        }
        Split::From(day) => observed.days.partition_point(|it| *it < day),
    }
}

/// The same failure with the first column that the ones before it explain whole.
fn dependent(features: &[Column], outcome: &[f64], train: usize, failure: Failure) -> Failure {
    let Ok(standard) = standardise::standardise(features, outcome, train, Scaling::Own) else {
        return failure;
    };
    let columns = &standard.columns;
    let dot = |one: usize, other: usize| -> f64 {
        columns[one].iter().zip(&columns[other]).map(|(one, other)| one * other).sum()
    };
    // Cholesky's factor of the columns' products, row by row: a pivot is the length that is left.
    let mut factor: Vec<Vec<f64>> = Vec::new();
    for at in 0..columns.len() {
        let mut row: Vec<f64> = Vec::new();
        for (before, known) in factor.iter().enumerate() {
            let explained: f64 = row.iter().zip(known).map(|(one, other)| one * other).sum();
            row.push((dot(at, before) - explained) / known[before]);
        }
        let length = dot(at, at);
        let left = length - row.iter().map(|it| it * it).sum::<f64>();
        if left <= UNEXPLAINED_SHARE_MIN * length {
            let likest =
                (0..at).max_by(|one, other| dot(at, *one).abs().total_cmp(&dot(at, *other).abs()));
            let likest = likest.map_or_else(String::new, |likest| {
                format!(", most alike {}", features[likest].name)
            });
            let name = &features[at].name;
            return Failure::IllConditioned {
                what: format!(
                    "{name} follows from the features before it{likest}: leave one of them out"
                ),
            };
        }
        row.push(libm::sqrt(left));
        factor.push(row);
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, values: impl Iterator<Item = f64>) -> Column {
        Column { name: name.to_owned(), values: values.collect(), is_positive: false }
    }

    /// y = 5 + 2a − 3b, without an error.
    fn observations() -> Observations {
        let a = || (0..30).map(|row| f64::from(row * 7 % 11));
        let b = || (0..30).map(|row| f64::from(row * 5 % 13));
        Observations {
            outcome_name: "sales".to_owned(),
            outcome: a().zip(b()).map(|(a, b)| 5.0 + 2.0 * a - 3.0 * b).collect(),
            features: vec![column("a", a()), column("b", b())],
            days: Vec::new(),
        }
    }

    const OLS: LinearSettings = LinearSettings { penalty: Penalty::None, split: Split::Share(0.2) };

    #[test]
    fn what_was_made_by_coefficients_gives_them_back() {
        let model = linear_model(&observations(), OLS).expect("a model");
        assert!((model.intercept - 5.0).abs() < 1e-9);
        let found: Vec<f64> = model.features.iter().map(|feature| feature.coefficient).collect();
        assert!((found[0] - 2.0).abs() < 1e-9 && (found[1] + 3.0).abs() < 1e-9, "{found:?}");
        let test = model.scores_test.expect("a test");
        assert_eq!((test.periods, model.scores_train.periods, model.rows), (6, 24, 30));
        assert!(test.mae < 1e-9);
        let whole = LinearSettings { split: Split::Share(0.0), ..OLS };
        assert_eq!(linear_model(&observations(), whole).expect("a model").scores_test, None);
    }

    #[test]
    fn columns_that_say_the_same_or_nothing_are_named() {
        let mut observed = observations();
        let sum: Vec<f64> = observed.features[0]
            .values
            .iter()
            .zip(&observed.features[1].values)
            .map(|(a, b)| a + 10.0 * b + 4.0)
            .collect();
        observed.features.push(column("sum", sum.into_iter()));
        let failure = linear_model(&observed, OLS).expect_err("dependent");
        assert_eq!(
            failure.to_string(),
            "ill-conditioned: sum follows from the features before it, most alike b: leave one of \
             them out"
        );
        observed.features[2] = column("same", (0..30).map(|_| 4.0));
        let failure = linear_model(&observed, OLS).expect_err("constant");
        assert_eq!(failure, Failure::NoVariation { what: "same".to_owned() });
        observed.outcome.truncate(4);
        assert_eq!(linear_model(&observed, OLS).expect_err("short").code(), "not_enough_data");
    }

    #[test]
    fn rows_are_learnt_from_in_the_order_of_their_days() {
        let mut observed = observations();
        let day = |text: &str| text.parse().expect("a day");
        observed.outcome.truncate(3);
        observed.features.iter_mut().for_each(|it| it.values.truncate(3));
        observed.days = vec![day("2026-01-03"), day("2026-01-01"), day("2026-01-01")];
        let (outcome, a) = (observed.outcome.clone(), observed.features[0].values.clone());
        observed.sort_by_day();
        assert_eq!(observed.outcome, [outcome[1], outcome[2], outcome[0]]);
        assert_eq!(observed.features[0].values, [a[1], a[2], a[0]]);
        assert_eq!(observed.days[2], day("2026-01-03"));
    }
}
