//! A fitted model and the spend of later periods → the distribution of their mean revenue: what the
//! model expects, how unsure it is of effects and baseline, and chance.

use std::ops::Range;

use nalgebra::{Cholesky, DMatrix, DVector};

use crate::advice::mmm::fitted::{Candidate, Fitted};
use crate::advice::mmm::regressors::{Regressor, RegressorSettings, regressors};
use crate::advice::mmm::series::Series;
use crate::advice::mmm::spread::{Mixture, Part};

/// A model that looks beyond its own periods.
pub struct Forecast<'a> {
    fitted: &'a Fitted,
    whole: &'a Series,
    regressors: Vec<Regressor>,
    baseline: Option<Baseline>,
}

/// What explains revenue beside the media, as a regression on what the media leave.
struct Baseline {
    /// Covariance of its coefficients, given those of the media.
    covariance: DMatrix<f64>,
    /// Its columns over the periods that were learnt from, divided by the variance of the noise.
    columns: DMatrix<f64>,
}

impl<'a> Forecast<'a> {
    /// Of `whole`, which begins with the periods that `fitted` learnt from; `None` where it has
    /// columns that the model doesn't know.
    pub fn of(fitted: &'a Fitted, settings: &RegressorSettings, whole: &'a Series) -> Option<Self> {
        let learnt = fitted.series.len();
        let regressors = regressors(whole, settings, learnt);
        let same = regressors.len() == fitted.regressors.len()
            && regressors.iter().zip(&fitted.regressors).all(|(one, other)| one.name == other.name);
        same.then(|| {
            let baseline = Baseline::of(fitted, &regressors);
            Self { fitted, whole, regressors, baseline }
        })
    }

    /// The mean revenue of `periods`, all of them as far ahead as they are.
    pub fn ahead(&self, periods: Range<usize>) -> Mixture {
        let count = periods.len();
        let alike = self.fitted.autocorrelation;
        let (mut variance, mut power) = (number(count), 1.0);
        for lag in 1..count {
            power *= alike;
            variance += 2.0 * number(count - lag) * power;
        }
        let chance = self.fitted.noise * libm::sqrt(variance) / number(count.max(1));
        self.mean(periods, chance)
    }

    /// Revenue of `period`, the one before being known: what was not explained there is in part not
    /// explained here either.
    pub fn next(&self, period: usize) -> Mixture {
        let alike = self.fitted.autocorrelation;
        let before = period - 1;
        let unexplained = self.whole.outcome[before] - self.mean(before..period, 0.0).mean();
        let chance = self.fitted.noise * libm::sqrt(1.0 - alike * alike);
        shifted(&self.parts(period..period + 1, chance), alike * unexplained)
    }

    fn mean(&self, periods: Range<usize>, chance: f64) -> Mixture {
        shifted(&self.parts(periods, chance), 0.0)
    }

    fn parts(&self, periods: Range<usize>, chance: f64) -> Vec<Part> {
        let mean = |values: &[f64]| {
            values[periods.clone()].iter().sum::<f64>() / number(periods.len().max(1))
        };
        let shared: Vec<f64> = self.regressors.iter().map(|it| mean(&it.values)).collect();
        let shared = DVector::from_vec(shared);
        // How much each learnt period's revenue counts in the baseline of these periods.
        let counts = self.baseline.as_ref().map(|it| &it.columns * (&it.covariance * &shared));
        let baseline =
            self.baseline.as_ref().map_or(0.0, |it| (&it.covariance * &shared).dot(&shared));
        let part = |candidate: &Candidate| {
            let responses = candidate.responses.iter().zip(&self.whole.channels);
            let (effects, news): (Vec<f64>, Vec<f64>) = responses
                .map(|(response, channel)| {
                    let effect = response.with_coefficient(1.0).contribution(&channel.spend);
                    // What a channel is held to bring, the baseline loses.
                    let lost = counts.as_ref().map_or(0.0, |counts| {
                        counts.iter().zip(&effect).map(|(count, effect)| count * effect).sum()
                    });
                    let effect = mean(&effect);
                    (effect, effect - lost)
                })
                .unzip();
            let of_media: f64 = candidate
                .responses
                .iter()
                .zip(&effects)
                .map(|(response, effect)| response.coefficient * effect)
                .sum();
            let of_shared: f64 =
                candidate.regressors.iter().zip(&shared).map(|(by, value)| by * value).sum();
            let news = DVector::from_vec(news);
            let media = (&candidate.covariance * &news).dot(&news).max(0.0);
            Part {
                weight: candidate.weight,
                mean: of_shared + of_media,
                deviation: libm::sqrt(media + baseline + chance * chance),
            }
        };
        self.fitted.candidates.iter().map(part).collect()
    }
}

fn shifted(parts: &[Part], by: f64) -> Mixture {
    let parts: Vec<Part> =
        parts.iter().map(|part| Part { mean: part.mean + by, ..*part }).collect();
    let mean = parts.iter().map(|part| part.weight * part.mean).sum();
    Mixture::new(parts, mean, false)
}

impl Baseline {
    /// With the same prior as the search's (Bishop 2006, equations 3.50 and 3.51), and as many periods
    /// less as neighbouring errors are alike.
    fn of(fitted: &Fitted, regressors: &[Regressor]) -> Option<Self> {
        let learnt = fitted.series.len();
        let mean = (fitted.series.outcome.iter().sum::<f64>() / number(learnt)).abs();
        let alike = fitted.autocorrelation;
        let variance = fitted.noise * fitted.noise * (1.0 + alike) / (1.0 - alike);
        if variance <= 0.0 || mean <= 0.0 {
            return None;
        }
        let columns = DMatrix::from_fn(learnt, regressors.len(), |period, column| {
            regressors[column].values[period]
        });
        let mut precision = columns.tr_mul(&columns) / variance;
        for (at, regressor) in regressors.iter().enumerate() {
            precision[(at, at)] += regressor.share.map_or(0.0, |share| {
                let likely = share * mean;
                1.0 / (likely * likely)
            });
        }
        let covariance = Cholesky::new(precision)?.inverse();
        Some(Self { covariance, columns: columns / variance })
    }
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn number(count: usize) -> f64 {
    count as f64
}
