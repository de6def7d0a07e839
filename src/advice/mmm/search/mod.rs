//! The automated search: which carryover and saturation each channel has is not known, so a fixed
//! design of candidates is tried, each is weighted by how well it foretold every period from those
//! before it, and the answer is their weighted average, with the spread that this implies. No winner
//! is picked, no random number drawn.

mod designs;
mod features;
mod halton;
mod pooled;
mod problem;
mod sampling;
mod shape;

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::failure::Failure;
use super::lift_test::LiftTest;
use super::regressors::Regressor;
use super::response::Response;
use designs::scores;

pub(in crate::advice) use designs::Designs;
pub(in crate::advice) use features::{Features, Media};
pub use pooled::{NamedBeliefs, PooledChannel};
pub(in crate::advice) use problem::{Likely, Posterior, Problem};
pub use sampling::representatives;
pub(in crate::advice) use sampling::{Region, effective_count, weights_of};
pub use shape::{AdstockShape, Belief, ChannelShape, Part, SaturationShape};

/// What a channel may be expected to bring where its spend is strongest: this share of the mean
/// revenue, divided by the root of the number of channels. Four channels together are then held to
/// bring about a third of the revenue, give or take; data that say otherwise win.
const MEDIA_SHARE: f64 = 0.4;

/// The noise that is assumed before anything is fitted, as a share of the outcome's variance.
const NOISE_SHARE_FIRST: f64 = 0.5;

/// Errors that are more alike than this are a trend that the model lacks.
const AUTOCORRELATION_MAX: f64 = 0.9;

/// No further design is tried once the points so far count as this many: the ends of an interval then
/// lie within about a hundredth of its probability.
const EFFECTIVE_ENOUGH: f64 = 1_000.0;

/// Candidates that are kept at most.
const CANDIDATES_MAX: usize = 400;

/// How long a search takes; the figures that are promised are those of the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchSettings {
    /// Points of the first design and of each later one.
    pub points: u32,
    /// Designs after the first, at most.
    pub rounds: u32,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self { points: 400, rounds: 19 }
    }
}

/// What is searched.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Revenue of the periods that are learnt from.
    pub outcome: &'a [f64],
    /// So many of them at the start are carried over from and not judged by.
    pub run_in: usize,
    /// What explains it beside the media; of these periods at least.
    pub regressors: &'a [Regressor],
    /// Spend per channel; of these periods at least.
    pub spends: &'a [&'a [f64]],
    /// What is known of each channel's shape.
    pub shapes: &'a [ChannelShape],
    /// Lift tests within these periods.
    pub tests: &'a [&'a LiftTest],
    /// What other accounts make likely, per channel; empty: nothing.
    pub pooled: &'a [PooledChannel],
}

/// A candidate with its share of the average.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its share; all sum to 1.
    pub weight: f64,
    /// One per channel.
    pub responses: Vec<Response>,
    /// Covariance of their coefficients.
    pub covariance: DMatrix<f64>,
    /// Their coefficients before negative ones were ruled out: with the covariance, the normal
    /// distribution that is cut off at 0.
    pub unbounded: Vec<f64>,
    /// Coefficients of the regressors.
    pub regressors: Vec<f64>,
    /// Variance of the noise, less what is alike in neighbouring periods.
    pub noise_variance: f64,
}

/// The outcome of a search.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The weightiest first.
    pub candidates: Vec<Found>,
    /// How alike neighbouring errors are.
    pub autocorrelation: f64,
    /// How many equally good candidates the average stands for.
    pub effective: f64,
    /// How many candidates were tried.
    pub tried: usize,
    /// How much likelier the outcome is with the media than without any: the logarithm of the
    /// evidence of all candidates together, less that of none.
    pub media_evidence: f64,
    /// What a channel was held to add at its strongest before any figure was seen: one deviation.
    pub effect_likely: f64,
    /// The standard deviation of the noise of a whitened period that was taken as likely.
    pub noise_likely: f64,
    /// How likely the data make it that the account is like those that it learns from.
    pub pooled: Option<f64>,
}

/// Searches.
///
/// # Errors
/// [`Failure::IllConditioned`] where no candidate has a fit.
pub fn search(question: &Question<'_>, settings: SearchSettings) -> Result<Answer, Failure> {
    let features = |shapes: &[ChannelShape]| {
        Features::new(question.spends, shapes, question.tests, question.outcome.len())
    };
    let own = features(question.shapes);
    let likely = {
        let settings = within(&own, settings);
        likely(question, &own, &own.prior().design(0, settings.points))?
    };
    let answer = weighed(question, &own, likely, settings)?;
    if question.pooled.is_empty() {
        return Ok(answer);
    }
    let shapes: Vec<ChannelShape> = question.pooled.iter().map(|it| it.shape).collect();
    let returned: Vec<Option<Belief>> = question.pooled.iter().map(|it| it.returned).collect();
    let pooled = features(&shapes).returning(returned);
    Ok(pooled::averaged(answer, weighed(question, &pooled, likely, settings)?))
}

/// Where every shape is fixed there is one candidate.
fn within(features: &Features<'_>, settings: SearchSettings) -> SearchSettings {
    match features.coordinates() {
        0 => SearchSettings { points: 1, rounds: 0 },
        _ => settings,
    }
}

/// The average over the shapes that `features` believe in.
fn weighed(
    question: &Question<'_>,
    features: &Features<'_>,
    likely: Likely,
    settings: SearchSettings,
) -> Result<Answer, Failure> {
    let settings = within(features, settings);
    let prior = features.prior();
    let first = prior.design(0, settings.points);
    let problem = Problem::new(question, likely);

    let mut designs = Designs::new(prior, first, &|point| score(&problem, features, point));
    for _ in 0..settings.rounds {
        if effective_count(&weights_of(&designs.log_weights)) >= EFFECTIVE_ENOUGH {
            break;
        }
        designs.extend(settings.points, &|point| score(&problem, features, point));
    }
    let weights = weights_of(&designs.log_weights);
    if !weights.iter().all(|weight| weight.is_finite()) {
        return Err(no_fit());
    }
    let candidates = kept(&designs.points, &weights, &problem, features);
    if candidates.is_empty() {
        return Err(no_fit());
    }
    Ok(Answer {
        candidates,
        autocorrelation: likely.autocorrelation,
        effective: effective_count(&weights),
        tried: designs.points.len(),
        media_evidence: log_sum(&designs.log_weights)
            - problem.log_evidence(&Media::none()).ok_or_else(no_fit)?,
        effect_likely: likely.media,
        noise_likely: libm::sqrt(likely.noise_variance),
        pooled: None,
    })
}

fn score(problem: &Problem, features: &Features<'_>, point: &DVector<f64>) -> f64 {
    problem.log_evidence(&features.media(point.as_slice())).unwrap_or(f64::NEG_INFINITY)
}

/// How large the noise is and how alike neighbouring errors are, from the best of `points`: what
/// the search proper takes as given.
fn likely(
    question: &Question<'_>,
    features: &Features<'_>,
    points: &[DVector<f64>],
) -> Result<Likely, Failure> {
    let outcome = question.outcome;
    let periods = count(outcome.len());
    let mean = outcome.iter().sum::<f64>() / periods;
    let variance =
        outcome.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / periods;
    let media = effect_likely(outcome, question.spends.len());
    let mut likely =
        Likely { noise_variance: NOISE_SHARE_FIRST * variance, autocorrelation: 0.0, media };
    let problem = Problem::new(question, likely);
    let scores = scores(points, &|point| score(&problem, features, point));
    let best = scores
        .iter()
        .zip(points)
        .filter(|(score, _)| score.is_finite())
        .max_by(|left, right| left.0.total_cmp(right.0))
        .ok_or_else(no_fit)?;
    let media = features.media(best.1.as_slice());
    let fit = problem.fit(&media).ok_or_else(no_fit)?;
    let residuals: Vec<f64> = (question.run_in..outcome.len())
        .map(|period| {
            let shared = question.regressors.iter().zip(&fit.shared);
            let of_media = media.columns.iter().zip(&fit.media);
            outcome[period]
                - shared.map(|(column, by)| column.values[period] * by).sum::<f64>()
                - of_media.map(|(column, by)| column[period] * by).sum::<f64>()
        })
        .collect();
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let neighbours: f64 = residuals.windows(2).map(|two| two[0] * two[1]).sum();
    let alike = if squares > 0.0 { neighbours / squares } else { 0.0 };
    likely.autocorrelation = alike.clamp(0.0, AUTOCORRELATION_MAX);
    let whitened = 1.0 - likely.autocorrelation * likely.autocorrelation;
    // A fit without any error would hold nothing; a millionth of the variance is no error either.
    likely.noise_variance = (squares / count(residuals.len()) * whitened).max(variance * 1e-6);
    Ok(likely)
}

/// What each of so many channels may be expected to add to a period at its strongest: one deviation.
pub fn effect_likely(outcome: &[f64], channels: usize) -> f64 {
    let mean = outcome.iter().sum::<f64>() / count(outcome.len());
    MEDIA_SHARE * mean.abs() / libm::sqrt(count(channels))
}

/// The candidates that stand for all, the weightiest first.
fn kept(
    points: &[DVector<f64>],
    weights: &[f64],
    problem: &Problem,
    features: &Features<'_>,
) -> Vec<Found> {
    let mut found: Vec<Found> = representatives(weights, CANDIDATES_MAX)
        .into_par_iter()
        .filter_map(|(at, weight)| {
            let point = points[at].as_slice();
            let fit = problem.fit(&features.media(point))?;
            let scales = features.scales(point);
            let per_effect = |at: usize, value: f64| value / scales[at];
            Some(Found {
                weight,
                responses: features.responses(point, &fit.media),
                covariance: DMatrix::from_fn(scales.len(), scales.len(), |row, column| {
                    fit.covariance[(row, column)] / scales[row] / scales[column]
                }),
                unbounded: fit
                    .unbounded
                    .iter()
                    .enumerate()
                    .map(|(at, value)| per_effect(at, *value))
                    .collect(),
                regressors: fit.shared,
                noise_variance: fit.noise_variance,
            })
        })
        .collect();
    let total: f64 = found.iter().map(|found| found.weight).sum();
    for found in &mut found {
        found.weight /= total;
    }
    found
}

/// Logarithm of the sum of what `values` are logarithms of: of weights, the integral of the evidence
/// over the prior, since each is divided by the mixture that its point came from.
fn log_sum(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + libm::log(values.iter().map(|value| libm::exp(value - most)).sum::<f64>())
}

fn no_fit() -> Failure {
    Failure::IllConditioned { what: "no candidate of the search has a fit".to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "channels and periods are few")]
fn count(values: usize) -> f64 {
    values as f64
}
