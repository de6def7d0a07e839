//! Two families that learnt from the same periods → how well each foretold the periods after them, and
//! which of them did better, if that can be told.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::learn::Learnt;
use crate::advice::mmm::fitted::Tested;
use crate::advice::mmm::normal;
use crate::advice::mmm::regressors::Regressor;
use crate::advice::mmm::scores::Scores;
use crate::advice::mmm::search::{Media, Problem};
use crate::advice::mmm::series::Series;
use crate::advice::mmm::spread::{Part, anywhere};

/// The outcome's interval that is put to the test.
const CONFIDENCE: f64 = 0.9;

/// Where the curve goes on beyond the spends that were learnt from is not known: anything from flat to
/// its last slope. The mean square of a share between 0 and 1, all alike likely.
const BEYOND_SQUARE: f64 = 1.0 / 3.0;

/// How well a family foretold the test periods.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FamilyScores {
    /// Mean logarithm of the density that it gave each period's revenue; more is better.
    pub log_density: f64,
    /// Of its expectations.
    pub scores: Scores,
    /// Share of the periods whose revenue lies in its interval of 90 %.
    pub coverage: f64,
}

/// Which family foretold better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Preference {
    /// Mean logarithm of the flexible family's densities less that of the shaped one's.
    pub difference: f64,
    /// Its standard error; neighbouring periods that are alike count as fewer.
    pub error: f64,
}

/// A family that is told from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preferred {
    /// The shaped one.
    Shaped,
    /// The flexible one.
    Flexible,
    /// The difference is within its standard error.
    Neither,
}

impl Preference {
    /// Which family the difference speaks for, if it is more than its standard error.
    pub fn family(&self) -> Preferred {
        if self.difference.abs() <= self.error {
            Preferred::Neither
        } else if self.difference > 0.0 {
            Preferred::Flexible
        } else {
            Preferred::Shaped
        }
    }

    /// Whether the flexible family is better by more than chance makes of one in forty.
    pub fn is_clearly_flexible(&self) -> bool {
        self.difference > 2.0 * self.error
    }
}

/// What a family foretells of each test period: weighted normal distributions.
pub(super) type Forecasts = Vec<Vec<Part>>;

/// What both families share of the test periods.
pub(super) struct Ahead<'a> {
    problem: &'a Problem,
    train: usize,
    /// Per test period: the regressors, and those solved for what they share.
    regressors: Vec<(DVector<f64>, DVector<f64>)>,
    /// By how much the variance of a period's noise is more than what is new in it.
    lasting: f64,
}

impl<'a> Ahead<'a> {
    pub(super) fn of(
        problem: &'a Problem,
        regressors: &[Regressor],
        autocorrelation: f64,
        periods: std::ops::Range<usize>,
    ) -> Option<Self> {
        let factor = problem.shared_factor()?;
        let train = periods.start;
        let regressors = periods
            .map(|period| {
                let values = DVector::from_iterator(
                    regressors.len(),
                    regressors.iter().map(|regressor| regressor.values[period]),
                );
                let solved = factor.solve(&values);
                (values, solved)
            })
            .collect();
        let lasting = 1.0 / (1.0 - autocorrelation * autocorrelation);
        Some(Self { problem, train, regressors, lasting })
    }

    /// The deviation of a test period's revenue: noise, what is not known of the regressors, and what
    /// is not known of the media, less what the regressors would make up for.
    fn deviation(
        &self,
        period: usize,
        noise_variance: f64,
        rest: &DVector<f64>,
        covariance: &DMatrix<f64>,
        beyond: f64,
    ) -> f64 {
        let (values, solved) = &self.regressors[period];
        let variance = noise_variance * (self.lasting + values.dot(solved))
            + (covariance * rest).dot(rest)
            + BEYOND_SQUARE * beyond * beyond;
        libm::sqrt(variance.max(0.0))
    }

    /// What the shaped family foretells.
    pub(super) fn shaped(&self, series: &Series, tested: &Tested) -> Forecasts {
        let mut forecasts: Forecasts = vec![Vec::new(); self.regressors.len()];
        for (candidate, noise) in tested.candidates.iter().zip(&tested.noise_variances) {
            let effects: Vec<Vec<f64>> = candidate
                .responses
                .iter()
                .zip(&series.channels)
                .map(|(response, channel)| {
                    response.with_coefficient(1.0).contribution(&channel.spend)
                })
                .collect();
            let train = effects.iter().map(|column| column[..self.train].to_vec()).collect();
            let cross = self.problem.cross(&Media::loose(train, Vec::new()));
            let size = effects.len();
            let left = DVector::from_fn(size, |at, _| {
                let deviation = libm::sqrt(candidate.covariance[(at, at)].max(0.0));
                normal::narrowing(candidate.unbounded[at], deviation)
            });
            let covariance = DMatrix::from_fn(size, size, |row, column| {
                candidate.covariance[(row, column)] * left[row] * left[column]
            });
            for (period, forecast) in forecasts.iter_mut().enumerate() {
                let (values, solved) = &self.regressors[period];
                let media = DVector::from_fn(size, |at, _| effects[at][self.train + period]);
                let coefficients = candidate.responses.iter().map(|it| it.coefficient);
                let mean =
                    values.iter().zip(&candidate.regressors).map(|(z, by)| z * by).sum::<f64>()
                        + coefficients.zip(&media).map(|(by, effect)| by * effect).sum::<f64>();
                let rest = media - cross.tr_mul(solved);
                let deviation = self.deviation(period, *noise, &rest, &covariance, 0.0);
                forecast.push(Part { weight: candidate.weight, mean, deviation });
            }
        }
        forecasts
    }

    /// What the flexible family foretells.
    pub(super) fn flexible(&self, series: &Series, learnt: &Learnt) -> Forecasts {
        let mut forecasts: Forecasts = vec![Vec::new(); self.regressors.len()];
        for candidate in &learnt.candidates {
            let carried: Vec<Vec<f64>> = candidate
                .curves
                .iter()
                .zip(&series.channels)
                .map(|(curve, channel)| curve.adstock.apply(&channel.spend))
                .collect();
            for (period, forecast) in forecasts.iter_mut().enumerate() {
                let (values, solved) = &self.regressors[period];
                let (mut gains, mut beyond) = (Vec::with_capacity(candidate.mean.len()), 0.0);
                for (channel, curve) in candidate.curves.iter().enumerate() {
                    let (basis, spend) = (&curve.basis, carried[channel][self.train + period]);
                    gains.extend(basis.areas(spend));
                    let over = spend - basis.largest();
                    if over > 0.0 {
                        let last = candidate.place(channel).end - 1;
                        let square = candidate.mean[last] * candidate.mean[last]
                            + candidate.covariance[(last, last)];
                        let slope = basis.slopes(basis.largest()).last().unwrap_or(0.0);
                        beyond += slope * over * libm::sqrt(square);
                    }
                }
                let gains = DVector::from_vec(gains);
                let mean =
                    values.iter().zip(&candidate.regressors).map(|(z, by)| z * by).sum::<f64>()
                        + gains.dot(&candidate.mean);
                let rest = gains - candidate.cross.tr_mul(solved);
                let noise = candidate.noise_variance;
                let deviation = self.deviation(period, noise, &rest, &candidate.covariance, beyond);
                forecast.push(Part { weight: candidate.weight, mean, deviation });
            }
        }
        forecasts
    }
}

/// Mean of a forecast.
fn expected(forecast: &[Part]) -> f64 {
    forecast.iter().map(|part| part.weight * part.mean).sum()
}

/// Logarithm of the density of a forecast at `revenue`; far off it is no less than that of chance one
/// in 10³⁰⁰.
fn log_density(forecast: &[Part], revenue: f64) -> f64 {
    let of = |part: &Part| {
        part.weight * normal::density((revenue - part.mean) / part.deviation) / part.deviation
    };
    libm::log(forecast.iter().map(of).sum::<f64>().max(1e-300))
}

/// The densities of each period.
pub(super) fn log_densities(forecasts: &Forecasts, revenue: &[f64]) -> Vec<f64> {
    forecasts.iter().zip(revenue).map(|(forecast, it)| log_density(forecast, *it)).collect()
}

/// How well `forecasts` met `revenue`; `None` where there is no period.
pub(super) fn scores(forecasts: &Forecasts, revenue: &[f64]) -> Option<FamilyScores> {
    let means: Vec<f64> = forecasts.iter().map(|forecast| expected(forecast)).collect();
    let held = forecasts.iter().zip(revenue).zip(&means).filter(|((forecast, revenue), mean)| {
        anywhere(forecast, **mean, CONFIDENCE)
            .is_some_and(|it| it.low <= **revenue && **revenue <= it.high)
    });
    let periods = count(revenue.len());
    Some(FamilyScores {
        log_density: log_densities(forecasts, revenue).iter().sum::<f64>() / periods,
        coverage: count(held.count()) / periods,
        scores: Scores::of(revenue, &means)?,
    })
}

/// Which of two families gave each period the higher density.
pub(super) fn preference(shaped: &[f64], flexible: &[f64]) -> Preference {
    let differences: Vec<f64> =
        flexible.iter().zip(shaped).map(|(one, other)| one - other).collect();
    let periods = count(differences.len());
    let difference = differences.iter().sum::<f64>() / periods;
    let around: Vec<f64> = differences.iter().map(|it| it - difference).collect();
    let squares: f64 = around.iter().map(|it| it * it).sum();
    let neighbours: f64 = around.windows(2).map(|two| two[0] * two[1]).sum();
    let alike = if squares > 0.0 { (neighbours / squares).clamp(0.0, 0.9) } else { 0.0 };
    let variance = squares / (periods - 1.0).max(1.0) / periods;
    Preference { difference, error: libm::sqrt(variance * (1.0 + alike) / (1.0 - alike)) }
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preference_is_that_of_hand_arithmetic() {
        // Differences 1, 2, 0, 1: mean 1, squares 2 of 3 free ones, √(2/3/4); neighbours 0 − 1 − 0 < 0.
        let found = preference(&[0.0, 1.0, 2.0, 3.0], &[1.0, 3.0, 2.0, 4.0]);
        assert!((found.difference - 1.0).abs() < 1e-15);
        assert!((found.error - (2.0f64 / 12.0).sqrt()).abs() < 1e-15, "{found:?}");
        assert_eq!(found.family(), Preferred::Flexible);
        assert!(found.is_clearly_flexible());
        let turned = preference(&[1.0, 3.0, 2.0, 4.0], &[0.0, 1.0, 2.0, 3.0]);
        assert_eq!(turned.family(), Preferred::Shaped);
        assert!(!turned.is_clearly_flexible());
        assert_eq!(preference(&[0.0, 1.0], &[1.0, 0.0]).family(), Preferred::Neither);
    }

    #[test]
    fn differences_that_are_alike_in_neighbours_count_as_fewer() {
        // Around their mean 1, 1, −1, −1: neighbours 1 − 1 + 1 of squares 4, a quarter.
        let found = preference(&[0.0; 4], &[3.0, 3.0, 1.0, 1.0]);
        let expected = (4.0f64 / 3.0 / 4.0 * 1.25 / 0.75).sqrt();
        assert!((found.error - expected).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn scores_are_those_of_the_normal_distribution() {
        let part = |mean, deviation| vec![Part { weight: 1.0, mean, deviation }];
        let found = scores(&vec![part(10.0, 2.0), part(20.0, 1.0)], &[12.0, 22.0]).expect("two");
        // −ln √(2π) − ln 2 − 1/2 and −ln √(2π) − 2.
        let expected = -0.918_938_533_204_7 - (2f64.ln() + 0.5 + 2.0) / 2.0;
        assert!((found.log_density - expected).abs() < 1e-12, "{found:?}");
        // One lies one deviation off, the other two, and 1.64 hold nine of ten.
        assert_eq!((found.coverage, found.scores.mae), (0.5, 2.0));
    }
}
