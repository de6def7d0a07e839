//! The periods that are learnt from → weighted candidates of the flexible family. Which carryover each
//! channel has, and how alike its slopes are, is not known: a fixed design of points is tried as in
//! the search of the shaped family, each is weighted by its evidence, and given a point all
//! coefficients are normal, none below 0.

use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;

use super::basis::Basis;
use super::orthant::{Above, FINELY, ROUGHLY, above_zero};
use super::prior::Prior;
use crate::advice::mmm::adstock::Adstock;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::search::{
    Belief, ChannelShape, Designs, Features, Likely, Media, Posterior, Problem, Question, Region,
    SaturationShape, effective_count, representatives, weights_of,
};

/// Points of the first design and of each later one, and how many of these there are.
const POINTS: u32 = 72;
const ROUNDS: u32 = 3;

/// With more channels than [`CHANNELS_FOR_MORE`] a point costs so much that there are fewer of them.
const POINTS_OF_MANY: u32 = 40;
const ROUNDS_OF_MANY: u32 = 2;

/// No further design is tried once the points so far count as this many.
const EFFECTIVE_ENOUGH: f64 = 48.0;

/// Candidates that are kept at most.
const CANDIDATES_MAX: usize = 48;

/// Slopes are alike over so much of the largest spend: around 0.35, between 0.15 and 0.8 in nine of ten.
const REACH: f64 = 0.35;
const REACH_DEVIATION: f64 = 0.5;

/// Interior knots: these many, one more from each of these numbers of periods on.
const KNOTS_MIN: usize = 3;
const PERIODS_FOR_MORE: [usize; 2] = [130, 260];

/// With more channels than this, none has more than the fewest knots.
const CHANNELS_FOR_MORE: usize = 8;

/// How a channel's spend goes into its basis.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// How spend works on.
    pub adstock: Adstock,
    /// The functions of carried-over spend.
    pub basis: Basis,
}

/// One explanation of the periods.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its share of the average.
    pub weight: f64,
    /// One per channel.
    pub curves: Vec<Curve>,
    /// Expected coefficients, channel after channel.
    pub mean: DVector<f64>,
    /// Their covariance.
    pub covariance: DMatrix<f64>,
    /// Coefficients of the regressors.
    pub regressors: Vec<f64>,
    /// Variance of the noise, less what is alike in neighbouring periods.
    pub noise_variance: f64,
    /// Products of the regressors with its columns, both whitened.
    pub cross: DMatrix<f64>,
}

impl Candidate {
    /// Where the coefficients of a channel stand.
    pub fn place(&self, channel: usize) -> std::ops::Range<usize> {
        let start: usize = self.curves[..channel].iter().map(|curve| curve.basis.size()).sum();
        start..start + self.curves[channel].basis.size()
    }
}

/// What was learnt.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// The candidates that stand for all, the weightiest first.
    pub candidates: Vec<Candidate>,
    /// How many equally good candidates the average stands for.
    pub effective: f64,
    /// How many were tried.
    pub tried: usize,
}

/// What is learnt from.
pub(super) struct Lesson<'a> {
    pub question: Question<'a>,
    pub likely: Likely,
}

/// Learns.
///
/// # Errors
/// [`Failure::NoVariation`] of a channel without spend, [`Failure::IllConditioned`] where no point has
/// a fit.
pub(super) fn learn(lesson: &Lesson<'_>) -> Result<Learnt, Failure> {
    let Lesson { question, likely } = lesson;
    let periods = question.outcome.len();
    let shapes: Vec<ChannelShape> = question
        .shapes
        .iter()
        .map(|shape| ChannelShape { saturation: SaturationShape::None, ..*shape })
        .collect();
    let features = Features::new(question.spends, &shapes, &[], periods);
    let problem = Problem::new(question, *likely);
    let learner = Learner {
        problem,
        features,
        spends: question.spends.iter().map(|spend| &spend[..periods]).collect(),
        interior: interior_knots(periods, question.spends.len()),
    };
    let mut beliefs = learner.features.beliefs();
    beliefs.push(Belief { mean: libm::log(REACH), deviation: REACH_DEVIATION });
    let prior = Region::of_beliefs(&beliefs);
    let (points, rounds) = match lesson.question.spends.len() {
        0..=CHANNELS_FOR_MORE => (POINTS, ROUNDS),
        _ => (POINTS_OF_MANY, ROUNDS_OF_MANY),
    };
    let first = prior.design(0, points);
    let score = |point: &DVector<f64>| learner.score(point).unwrap_or(f64::NEG_INFINITY);
    let mut designs = Designs::new(prior, first, &score);
    for _ in 0..rounds {
        if effective_count(&weights_of(&designs.log_weights)) >= EFFECTIVE_ENOUGH {
            break;
        }
        designs.extend(points, &score);
    }
    let weights = weights_of(&designs.log_weights);
    if !weights.iter().all(|weight| weight.is_finite()) {
        return Err(no_fit());
    }
    let mut candidates: Vec<Candidate> = representatives(&weights, CANDIDATES_MAX)
        .into_par_iter()
        .filter_map(|(at, weight)| learner.candidate(&designs.points[at], weight))
        .collect();
    let total: f64 = candidates.iter().map(|candidate| candidate.weight).sum();
    for candidate in &mut candidates {
        candidate.weight /= total;
    }
    if candidates.is_empty() {
        return Err(no_fit());
    }
    Ok(Learnt { candidates, effective: effective_count(&weights), tried: designs.points.len() })
}

/// Interior knots of each channel.
pub(super) fn interior_knots(periods: usize, channels: usize) -> usize {
    if channels > CHANNELS_FOR_MORE {
        return KNOTS_MIN;
    }
    KNOTS_MIN + PERIODS_FOR_MORE.iter().filter(|from| periods >= **from).count()
}

struct Learner<'a> {
    problem: Problem,
    features: Features<'a>,
    spends: Vec<&'a [f64]>,
    interior: usize,
}

/// A point made into columns.
struct Columns {
    curves: Vec<Curve>,
    priors: Vec<Prior>,
    /// Each channel's basis times its prior's factor, so that all coefficients are held alike.
    media: Media,
}

impl Columns {
    /// What to multiply held coefficients by to have those of the basis.
    fn factor(&self) -> DMatrix<f64> {
        let size = self.priors.iter().map(|prior| prior.factor.nrows()).sum();
        let mut all = DMatrix::zeros(size, size);
        let mut at = 0;
        for prior in &self.priors {
            let own = prior.factor.nrows();
            all.view_mut((at, at), (own, own)).copy_from(&prior.factor);
            at += own;
        }
        all
    }
}

impl Learner<'_> {
    fn columns(&self, point: &DVector<f64>) -> Option<Columns> {
        let reach = libm::exp(point[point.len() - 1].clamp(-3.0, 3.0));
        let (mut curves, mut priors) = (Vec::new(), Vec::new());
        let mut columns = Vec::new();
        for (adstock, spend) in
            self.features.adstocks(point.as_slice()).into_iter().zip(&self.spends)
        {
            let carried = adstock.apply(spend);
            let basis = Basis::over(&carried, self.interior)?;
            let prior = Prior::of(&basis, reach)?;
            let mut own = vec![vec![0.0; carried.len()]; basis.size()];
            for (period, spend) in carried.iter().enumerate() {
                for (row, area) in basis.areas(*spend).enumerate() {
                    for (column, values) in own.iter_mut().enumerate().take(row + 1) {
                        values[period] += area * prior.factor[(row, column)];
                    }
                }
            }
            columns.extend(own);
            curves.push(Curve { adstock, basis });
            priors.push(prior);
        }
        Some(Columns { curves, priors, media: Media::loose(columns, Vec::new()) })
    }

    /// Logarithm of the evidence; that none of its coefficients is negative counts channel by channel,
    /// each for itself.
    fn score(&self, point: &DVector<f64>) -> Option<f64> {
        let columns = self.columns(point)?;
        let Posterior { mean, covariance, log_evidence, .. } =
            self.problem.posterior(&columns.media)?;
        let (mut bounded, mut at) = (0.0, 0);
        for Prior { factor, log_probability } in &columns.priors {
            let own = factor.nrows();
            let mean = factor * mean.rows(at, own);
            let covariance = factor * covariance.view((at, at), (own, own)) * factor.transpose();
            bounded += above_zero(&mean, &covariance, ROUGHLY).log_probability - log_probability;
            at += own;
        }
        Some(log_evidence + bounded).filter(|score| score.is_finite())
    }

    fn candidate(&self, point: &DVector<f64>, weight: f64) -> Option<Candidate> {
        let columns = self.columns(point)?;
        let found = self.problem.posterior(&columns.media)?;
        let factor = columns.factor();
        let covariance = &factor * found.covariance * factor.transpose();
        let Above { mean, covariance, .. } =
            above_zero(&(&factor * found.mean), &covariance, FINELY);
        // Coefficients as the columns have them.
        let held = factor.solve_lower_triangular(&mean)?;
        let regressors = self.problem.shared_given(&columns.media, &held)?;
        let inverse = factor.clone().try_inverse()?;
        let cross = self.problem.cross(&columns.media) * inverse;
        let is_finite = mean.iter().chain(&regressors).all(|value| value.is_finite())
            && covariance.iter().all(|value| value.is_finite());
        is_finite.then(|| Candidate {
            weight,
            curves: columns.curves,
            mean,
            covariance,
            regressors: regressors.as_slice().to_vec(),
            noise_variance: found.noise_variance,
            cross,
        })
    }
}

fn no_fit() -> Failure {
    Failure::IllConditioned { what: "no carryover of the flexible family has a fit".to_owned() }
}
