//! How well predictions fit: the scores that people who model media know.

use serde::Serialize;

/// Scores of some predictions. Money in major units, the rest without a unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scores {
    /// 1 − squared errors / squared deviations from the mean; `None` where the outcome never varies.
    pub r2: Option<f64>,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// `rmse` divided by the range of the outcome; `None` where it never varies.
    pub nrmse: Option<f64>,
    /// Mean of absolute errors as shares of the outcome; periods without an outcome are left out,
    /// `None` where that leaves none.
    pub mape: Option<f64>,
    /// How many periods were predicted.
    pub periods: usize,
}

impl Scores {
    /// Of `predicted` against `actual`, period by period; `None` where there is none.
    pub fn of(actual: &[f64], predicted: &[f64]) -> Option<Self> {
        if actual.is_empty() || actual.len() != predicted.len() {
            return None;
        }
        let periods = count(actual.len());
        let mean = actual.iter().sum::<f64>() / periods;
        let squares: f64 = errors(actual, predicted).map(|error| error * error).sum();
        let around_mean: f64 = actual.iter().map(|value| (value - mean) * (value - mean)).sum();
        let (low, high) =
            actual.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
        let rmse = libm::sqrt(squares / periods);
        Some(Self {
            r2: (around_mean > 0.0).then(|| 1.0 - squares / around_mean),
            mae: mae(actual, predicted),
            rmse,
            nrmse: (high > low).then(|| rmse / (high - low)),
            mape: mape(actual, predicted),
            periods: actual.len(),
        })
    }
}

/// Mean absolute error.
pub fn mae(actual: &[f64], predicted: &[f64]) -> f64 {
    errors(actual, predicted).map(f64::abs).sum::<f64>() / count(actual.len())
}

fn mape(actual: &[f64], predicted: &[f64]) -> Option<f64> {
    let shares: Vec<f64> = actual
        .iter()
        .zip(predicted)
        .filter(|(actual, _)| **actual != 0.0)
        .map(|(actual, predicted)| ((actual - predicted) / actual).abs())
        .collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / count(shares.len()))
}

/// The distance between shares of spend and shares of effect, the root of summed squares: Robyn's
/// `DECOMP.RSSD`. Reported, never minimised: a channel may earn more than its share.
pub fn decomp_rssd(spend: &[f64], effect: &[f64]) -> Option<f64> {
    let (spends, effects): (f64, f64) = (spend.iter().sum(), effect.iter().sum());
    (spends > 0.0 && effects > 0.0).then(|| {
        let squares = spend.iter().zip(effect).map(|(spend, effect)| {
            let distance = effect / effects - spend / spends;
            distance * distance
        });
        libm::sqrt(squares.sum())
    })
}

fn errors<'a>(actual: &'a [f64], predicted: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    actual.iter().zip(predicted).map(|(actual, predicted)| actual - predicted)
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(values: usize) -> f64 {
    values as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_a_hand_calculation() {
        // Errors −1, 1, 2, 0; the mean is 5, deviations −3, −1, 1, 3.
        let scores = Scores::of(&[2.0, 4.0, 6.0, 8.0], &[3.0, 3.0, 4.0, 8.0]).expect("scores");
        assert_eq!(scores.mae, 1.0);
        assert!((scores.rmse - 1.5f64.sqrt()).abs() < 1e-15);
        assert_eq!(scores.r2, Some(1.0 - 6.0 / 20.0));
        assert!((scores.nrmse.expect("a range") - 1.5f64.sqrt() / 6.0).abs() < 1e-15);
        // 1/2, 1/4, 1/3, 0.
        assert!((scores.mape.expect("shares") - 13.0 / 48.0).abs() < 1e-15);
    }

    #[test]
    fn what_can_not_be_said_is_not_said() {
        let scores = Scores::of(&[0.0, 0.0], &[1.0, 1.0]).expect("scores");
        assert_eq!((scores.r2, scores.nrmse, scores.mape), (None, None, None));
        assert_eq!(Scores::of(&[], &[]), None);
    }

    #[test]
    fn equal_shares_have_no_distance() {
        assert_eq!(decomp_rssd(&[10.0, 30.0], &[1.0, 3.0]), Some(0.0));
        // Shares 1/2, 1/2 against 1, 0.
        let distance = decomp_rssd(&[1.0, 1.0], &[5.0, 0.0]).expect("a distance");
        assert!((distance - 0.5f64.sqrt()).abs() < 1e-15);
    }
}
