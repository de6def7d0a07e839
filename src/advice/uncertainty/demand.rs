//! Does a channel's spend follow demand? Where whoever plans it reacts to how business goes, revenue
//! and spend rise together, and a model takes what demand brought for what spend brought.
//!
//! The question is Granger's ("Investigating Causal Relations by Econometric Models and
//! Cross-spectral Methods", 1969): does revenue that neither season nor spends explain foretell the
//! next period's spend, beyond what season and the spend before it foretell? It finds planning by past
//! revenue, and demand that lasts; demand that nobody sees and that lasts no longer than a period stays
//! hidden.

use nalgebra::{Cholesky, DMatrix, DVector};

use crate::advice::mmm::fitted::Fitted;

/// So many standard errors above 0 are no chance: one of forty channels without any such link.
pub const FOLLOWS_FROM: f64 = 2.0;

/// Spend is looked at as ln(spend / mean + this), so that weeks without any count, too.
const FLOOR_SHARE: f64 = 0.05;

/// Periods that a regression needs beyond its columns.
const SPARE_MIN: usize = 12;

/// For each channel by how many standard errors its spend follows revenue that nothing explains;
/// `None` where that can't be told.
pub fn follows_demand(fitted: &Fitted) -> Vec<Option<f64>> {
    let series = &fitted.series;
    let spends: Vec<Vec<f64>> =
        series.channels.iter().map(|channel| logarithms(&channel.spend)).collect();
    let calendar = || fitted.regressors.iter().map(|it| it.values[..series.len()].to_vec());
    let unexplained =
        regression(&series.outcome, &calendar().chain(spends.clone()).collect::<Vec<_>>());
    let Some(Regression { residuals: unexplained, .. }) = unexplained else {
        return vec![None; spends.len()];
    };
    let last = series.len() - 1;
    let follows = |spend: &Vec<f64>| {
        let mut columns = vec![unexplained[..last].to_vec(), spend[..last].to_vec()];
        columns.extend(calendar().map(|values| values[1..].to_vec()));
        let found = regression(&spend[1..], &columns)?;
        let follows = found.first / found.first_error;
        follows.is_finite().then_some(follows)
    };
    spends.iter().map(follows).collect()
}

fn logarithms(spend: &[f64]) -> Vec<f64> {
    let mean = (spend.iter().sum::<f64>() / count(spend.len())).max(f64::MIN_POSITIVE);
    spend.iter().map(|spend| libm::log(spend / mean + FLOOR_SHARE)).collect()
}

/// Ordinary least squares: what is left, and the first coefficient with its standard error.
struct Regression {
    residuals: Vec<f64>,
    first: f64,
    first_error: f64,
}

fn regression(outcome: &[f64], columns: &[Vec<f64>]) -> Option<Regression> {
    let (rows, size) = (outcome.len(), columns.len());
    if rows < size + SPARE_MIN {
        return None;
    }
    // Columns of one length, so that a small hold keeps dependent ones apart.
    let lengths: Vec<f64> = columns
        .iter()
        .map(|column| libm::sqrt(column.iter().map(|it| it * it).sum::<f64>()).max(1e-300))
        .collect();
    let design = DMatrix::from_fn(rows, size, |row, at| columns[at][row] / lengths[at]);
    let outcome = DVector::from_column_slice(outcome);
    let squares = design.tr_mul(&design) + DMatrix::identity(size, size) * 1e-10;
    let inverse = Cholesky::new(squares)?.inverse();
    let coefficients = &inverse * design.tr_mul(&outcome);
    let residuals = &outcome - &design * &coefficients;
    let variance = residuals.norm_squared() / count(rows - size);
    Some(Regression {
        residuals: residuals.as_slice().to_vec(),
        first: coefficients[0] / lengths[0],
        first_error: libm::sqrt(inverse[(0, 0)] * variance) / lengths[0],
    })
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::mmm::fit::{FitSettings, fit};
    use crate::evaluate::worlds::media;

    /// The first channel of `confounded` follows a demand that nobody sees, the last does not.
    #[test]
    fn spend_that_follows_a_hidden_demand_is_found_and_other_spend_is_not() {
        let world = media::shipped("confounded").expect("it ships");
        let (mut first, mut last) = (0, 0);
        for seed in 0..8 {
            let (series, _) = media::generate(&world, seed).weekly();
            let fitted = fit(&series, &FitSettings::default()).expect("a model");
            let follows = follows_demand(&fitted);
            let is_found = |at: usize| follows[at].is_some_and(|it| it > FOLLOWS_FROM);
            first += u32::from(is_found(0));
            last += u32::from(is_found(follows.len() - 1));
        }
        assert!(first >= 4 && last <= 1, "{first} {last}");
    }

    #[test]
    fn a_regression_is_that_of_a_textbook() {
        // y = 2 x + e over x = 1 … 20, e = +1, −1 in turn: Σx² = 2870, Σx·e = −10.
        let x: Vec<f64> = (1..=20).map(f64::from).collect();
        let y: Vec<f64> = (0..20).map(|at| 2.0 * x[at] + [1.0, -1.0][at % 2]).collect();
        let found = regression(&y, &[x]).expect("enough rows");
        let slope = 2.0 - 10.0 / 2870.0;
        assert!((found.first - slope).abs() < 1e-6, "{}", found.first);
        // Residual squares 20 − 10² / 2870, over 19, over 2870.
        let error = ((20.0 - 100.0 / 2870.0) / 19.0 / 2870.0f64).sqrt();
        assert!((found.first_error - error).abs() < 1e-8);
        assert!(regression(&y[..12], &[vec![1.0; 12]]).is_none());
    }
}
