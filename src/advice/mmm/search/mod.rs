//! The automated search: which carryover and saturation each channel has is not known, so a fixed
//! design of candidates is tried, each is weighted by how well it foretold every period from those
//! before it, and the answer is their weighted average, with the spread that this implies. No winner
//! is picked, no random number drawn.

mod features;
mod halton;
mod problem;
mod sampling;
mod shape;

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::failure::Failure;
use super::regressors::Regressor;
use super::response::Response;
use features::Features;
use problem::{Likely, Problem};
use sampling::{Region, effective_count, temper, weights_of};

pub use shape::{AdstockShape, Belief, ChannelShape, Part, SaturationShape};

/// What a channel may be expected to bring where its spend is strongest: this share of the mean
/// revenue, divided by the root of the number of channels. Four channels together are then held to
/// bring about a third of the revenue, give or take; data that say otherwise win.
const MEDIA_SHARE: f64 = 0.4;

/// The noise that is assumed before anything is fitted, as a share of the outcome's variance.
const NOISE_SHARE_FIRST: f64 = 0.5;

/// Errors that are more alike than this are a trend that the model lacks.
const AUTOCORRELATION_MAX: f64 = 0.9;

/// A round's region is made from weights that still count as so many points per coordinate.
const POINTS_PER_COORDINATE: f64 = 3.0;

/// How much of the prior's width each region keeps, so that no direction is given up.
const PRIOR_SHARE: f64 = 0.15;

/// How much wider than its points a region is: importance sampling wants wide tails.
const WIDENING: f64 = 1.1;

/// Above this the density of a region is so much larger than the prior's that its points count for
/// nothing.
const DENSITY_LOG_MAX: f64 = 600.0;

/// Candidates below this share of the largest weight don't bear on any figure that is shown.
const WEIGHT_SHARE_MIN: f64 = 1e-3;

/// Candidates that are kept at most.
const CANDIDATES_MAX: usize = 400;

/// How long a search takes; the figures that are promised are those of the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchSettings {
    /// Points of the first design and of each later one.
    pub points: u32,
    /// Designs after the first.
    pub rounds: u32,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self { points: 400, rounds: 11 }
    }
}

/// What is searched.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Revenue of the periods that are learnt from.
    pub outcome: &'a [f64],
    /// What explains it beside the media; of these periods at least.
    pub regressors: &'a [Regressor],
    /// Spend per channel; of these periods at least.
    pub spends: &'a [&'a [f64]],
    /// What is known of each channel's shape.
    pub shapes: &'a [ChannelShape],
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
}

/// Searches.
///
/// # Errors
/// [`Failure::IllConditioned`] where no candidate has a fit.
pub fn search(question: &Question<'_>, settings: SearchSettings) -> Result<Answer, Failure> {
    let features = Features::new(question.spends, question.shapes, question.outcome.len());
    // Where every shape is fixed there is one candidate.
    let settings = match features.coordinates() {
        0 => SearchSettings { points: 1, rounds: 0 },
        _ => settings,
    };
    let prior = features.prior();
    let first = prior.design(0, settings.points);
    let likely = likely(question, &features, &first)?;
    let problem = Problem::new(question.outcome, question.regressors, likely);

    let mut designs = Designs::new(prior, first, &|point| score(&problem, &features, point));
    for _ in 0..settings.rounds {
        designs.extend(settings.points, &|point| score(&problem, &features, point));
    }
    let weights = weights_of(&designs.log_weights);
    if !weights.iter().all(|weight| weight.is_finite()) {
        return Err(no_fit());
    }
    let candidates = kept(&designs.points, &weights, &problem, &features);
    if candidates.is_empty() {
        return Err(no_fit());
    }
    Ok(Answer {
        candidates,
        autocorrelation: likely.autocorrelation,
        effective: effective_count(&weights),
        tried: designs.points.len(),
    })
}

/// All points so far, with the regions that they came from.
struct Designs {
    prior: Region,
    regions: Vec<Region>,
    counts: Vec<u32>,
    points: Vec<DVector<f64>>,
    scores: Vec<f64>,
    /// Per point: the density of each region there, times how many points came from it.
    densities: Vec<f64>,
    /// Logarithms: score and prior, divided by the mixture of the regions.
    log_weights: Vec<f64>,
}

impl Designs {
    fn new(prior: Region, points: Vec<DVector<f64>>, score: &Scorer<'_>) -> Self {
        let scores = scores(&points, score);
        let count = u32::try_from(points.len()).unwrap_or(u32::MAX);
        let mut designs = Self {
            regions: vec![prior.clone()],
            counts: vec![count],
            densities: vec![0.0; points.len()],
            log_weights: Vec::new(),
            prior,
            points,
            scores,
        };
        designs.weigh(0);
        designs
    }

    /// Adds a design in the region where the good points lie.
    fn extend(&mut self, points: u32, score: &Scorer<'_>) {
        let enough = POINTS_PER_COORDINATE * count(self.points[0].len()) + 1.0;
        let warmth = temper(&self.log_weights, enough);
        let tempered: Vec<f64> = self.log_weights.iter().map(|value| value * warmth).collect();
        let weights = weights_of(&tempered);
        let region = Region::around(&self.points, &weights, &self.prior, PRIOR_SHARE, WIDENING)
            .unwrap_or_else(|| self.prior.clone());
        let fresh = region.design(self.counts.iter().sum(), points);
        let known = self.points.len();
        self.scores.extend(scores(&fresh, score));
        self.densities.extend(vec![0.0; fresh.len()]);
        self.points.extend(fresh);
        self.regions.push(region);
        self.counts.push(points);
        self.weigh(known);
    }

    /// Weighs all points; those before `known` have all regions but the newest in their densities.
    fn weigh(&mut self, known: usize) {
        let newest = self.regions.len() - 1;
        let (regions, counts, prior) = (&self.regions, &self.counts, &self.prior);
        // Relative to the prior's, so that no density leaves the range of a double.
        let density = |point: &DVector<f64>, at: usize| {
            let relative = regions[at].log_density(point) - prior.log_density(point);
            f64::from(counts[at]) * libm::exp(relative.min(DENSITY_LOG_MAX))
        };
        self.densities = self
            .points
            .par_iter()
            .zip(&self.densities)
            .enumerate()
            .map(|(at, (point, known_densities))| {
                let first = if at < known { newest } else { 0 };
                (first..=newest).fold(*known_densities, |sum, at| sum + density(point, at))
            })
            .collect();
        self.log_weights = self
            .scores
            .iter()
            .zip(&self.densities)
            .map(|(score, density)| score - libm::log(*density))
            .collect();
    }
}

type Scorer<'a> = dyn Fn(&DVector<f64>) -> f64 + Sync + 'a;

/// In the order of the points, whatever the number of threads.
fn scores(points: &[DVector<f64>], score: &Scorer<'_>) -> Vec<f64> {
    points.par_iter().map(score).collect()
}

fn score(problem: &Problem, features: &Features<'_>, point: &DVector<f64>) -> f64 {
    problem.log_evidence(&features.columns(point.as_slice())).unwrap_or(f64::NEG_INFINITY)
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
    let media = MEDIA_SHARE * mean.abs() / libm::sqrt(count(question.spends.len()));
    let mut likely =
        Likely { noise_variance: NOISE_SHARE_FIRST * variance, autocorrelation: 0.0, media };
    let problem = Problem::new(outcome, question.regressors, likely);
    let scores = scores(points, &|point| score(&problem, features, point));
    let best = scores
        .iter()
        .zip(points)
        .filter(|(score, _)| score.is_finite())
        .max_by(|left, right| left.0.total_cmp(right.0))
        .ok_or_else(no_fit)?;
    let columns = features.columns(best.1.as_slice());
    let fit = problem.fit(&columns).ok_or_else(no_fit)?;
    let residuals: Vec<f64> = (0..outcome.len())
        .map(|period| {
            let shared = question.regressors.iter().zip(&fit.shared);
            let media = columns.iter().zip(&fit.media);
            outcome[period]
                - shared.map(|(column, by)| column.values[period] * by).sum::<f64>()
                - media.map(|(column, by)| column[period] * by).sum::<f64>()
        })
        .collect();
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let neighbours: f64 = residuals.windows(2).map(|two| two[0] * two[1]).sum();
    let alike = if squares > 0.0 { neighbours / squares } else { 0.0 };
    likely.autocorrelation = alike.clamp(0.0, AUTOCORRELATION_MAX);
    let whitened = 1.0 - likely.autocorrelation * likely.autocorrelation;
    // A fit without any error would hold nothing; a millionth of the variance is no error either.
    likely.noise_variance = (squares / periods * whitened).max(variance * 1e-6);
    Ok(likely)
}

/// The candidates that bear on the average, the weightiest first.
fn kept(
    points: &[DVector<f64>],
    weights: &[f64],
    problem: &Problem,
    features: &Features<'_>,
) -> Vec<Found> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|left, right| weights[*right].total_cmp(&weights[*left]).then(left.cmp(right)));
    let least = weights[order[0]] * WEIGHT_SHARE_MIN;
    order.truncate(CANDIDATES_MAX);
    let mut found: Vec<Found> = order
        .into_par_iter()
        .filter(|&at| weights[at] > least)
        .filter_map(|at| {
            let point = points[at].as_slice();
            let fit = problem.fit(&features.columns(point))?;
            let scales = features.scales(point);
            let per_effect = |at: usize, value: f64| value / scales[at];
            Some(Found {
                weight: weights[at],
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
            })
        })
        .collect();
    let total: f64 = found.iter().map(|found| found.weight).sum();
    for found in &mut found {
        found.weight /= total;
    }
    found
}

fn no_fit() -> Failure {
    Failure::IllConditioned { what: "no candidate of the search has a fit".to_owned() }
}

#[expect(clippy::cast_precision_loss, reason = "channels and periods are few")]
fn count(values: usize) -> f64 {
    values as f64
}
