//! A specification → its posterior without a random number. Given the shapes of the channels and the
//! size of the noise, everything else is normal, so that its integral has a closed form; over these few
//! numbers is averaged by designs, each where the good points of the earlier ones lie.
//!
//! What is approximated: Laplace's prior of a coefficient counts as the normal one of the same
//! variance, and the bound at 0 of the media coefficients is taken for each of them by itself.

use nalgebra::{Cholesky, DMatrix, DVector};
use rayon::prelude::*;

use super::density::{dot, judged};
use super::effect::Effect;
use super::figures::{self, FigureName, Summary, names};
use super::specification::{ColumnPrior, Specification};
use crate::advice::mmm::normal;
use crate::advice::mmm::search::{Designs, Region, effective_count, weights_of};
use crate::advice::mmm::spread::{Mixture, Part};

/// Points of each design, and designs after the first at most.
const POINTS: u32 = 800;
const ROUNDS: u32 = 24;

/// Then come designs that are so many times as wide along one shape's number: what data hardly know has
/// long tails in one direction.
const STRETCH: f64 = 2.5;

/// No further design is tried once the points so far count as this many: means are then right to 0.02
/// deviations, widths to 2 %.
const EFFECTIVE_ENOUGH: f64 = 4_000.0;

/// The noise's logarithm lies, before any figure is seen, below what is left without media by this, give
/// or take so much: only where the first design looks; what is held to be likely is the specification's.
const NOISE_BELOW: f64 = 0.5;
const NOISE_AROUND: f64 = 0.7;

/// Points below this share of the weightiest are not looked at again.
const WEIGHT_SHARE_MIN: f64 = 1e-9;

/// A posterior.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedForm {
    /// Its figures, in the order of [`names`].
    pub figures: Vec<(FigureName, Summary)>,
    /// How many equally good points the averages stand for.
    pub effective: f64,
    /// How many points were tried.
    pub tried: usize,
}

/// The posterior of `specification`; `None` where no point has a density.
pub fn closed_form(specification: &Specification) -> Option<ClosedForm> {
    let problem = Problem::new(specification);
    let prior = problem.first_region();
    let score = |point: &DVector<f64>| {
        problem.log_evidence(point.as_slice()).map_or(f64::NEG_INFINITY, |evidence| {
            evidence + problem.log_prior(point.as_slice()) - prior.log_density(point)
        })
    };
    let first = prior.design(0, POINTS);
    let mut designs = Designs::new(prior.clone(), first, &score);
    for _ in 0..ROUNDS {
        if effective_count(&weights_of(&designs.log_weights)) >= EFFECTIVE_ENOUGH {
            break;
        }
        designs.extend(POINTS, &score);
    }
    designs.extend_along(specification.shape_priors().len(), STRETCH, POINTS, &score);
    let weights = weights_of(&designs.log_weights);
    if !weights.iter().all(|weight| weight.is_finite()) {
        return None;
    }
    let most = weights.iter().copied().fold(0.0, f64::max);
    let found: Vec<(f64, Conditional)> = designs
        .points
        .par_iter()
        .zip(&weights)
        .filter(|(_, weight)| **weight > most * WEIGHT_SHARE_MIN)
        .filter_map(|(point, weight)| Some((*weight, problem.conditional(point.as_slice())?)))
        .collect();
    Some(ClosedForm {
        figures: summaries(specification, &found),
        effective: effective_count(&weights),
        tried: designs.points.len(),
    })
}

/// What does not change from point to point.
struct Problem<'a> {
    specification: &'a Specification,
    outcome: Vec<f64>,
    columns: Vec<Vec<f64>>,
    squares: DMatrix<f64>,
    products: DVector<f64>,
    outcome_squares: f64,
    /// The deviation that each column's coefficient is held to; infinite: none.
    deviations: Vec<f64>,
}

/// What a point leaves open of the rest.
struct Conditional {
    /// Of each channel: decay and curve as people are told them.
    shapes: Vec<Vec<f64>>,
    /// Of each channel: the sum of its effects where its coefficient is 1.
    totals: Vec<f64>,
    /// Of each channel's coefficient, before it is cut off at 0: mean and deviation.
    media: Vec<(f64, f64)>,
    /// Of each column's coefficient.
    columns: Vec<(f64, f64)>,
    noise: f64,
}

/// The columns of all that has a coefficient, given the shapes.
struct Given {
    factor: Cholesky<f64, nalgebra::Dyn>,
    solution: DVector<f64>,
    /// Products with the outcome, over the noise's variance.
    products: DVector<f64>,
    effects: Vec<Effect>,
    noise: f64,
    /// Logarithms of the coefficients' deviations beforehand, summed.
    held_log: f64,
}

impl<'a> Problem<'a> {
    fn new(specification: &'a Specification) -> Self {
        let outcome = judged(specification, &specification.outcome);
        let columns: Vec<Vec<f64>> =
            specification.columns.iter().map(|it| judged(specification, &it.values)).collect();
        let size = columns.len();
        let deviation = |prior| match prior {
            ColumnPrior::Flat => f64::INFINITY,
            ColumnPrior::Normal { deviation } => deviation,
            ColumnPrior::Laplace { scale } => scale * std::f64::consts::SQRT_2,
        };
        Self {
            specification,
            squares: DMatrix::from_fn(size, size, |row, column| {
                dot(&columns[row], &columns[column])
            }),
            products: DVector::from_fn(size, |row, _| dot(&columns[row], &outcome)),
            outcome_squares: dot(&outcome, &outcome),
            deviations: specification.columns.iter().map(|it| deviation(it.prior)).collect(),
            outcome,
            columns,
        }
    }

    /// Where the first design looks: what is held to be likely of the shapes, and noise of about what
    /// is left without media.
    fn first_region(&self) -> Region {
        let mut beliefs: Vec<(f64, f64)> = self
            .specification
            .shape_priors()
            .into_iter()
            .map(|prior| (prior.belief().mean, prior.belief().deviation))
            .collect();
        let middle = super::density::Density::new(self.specification).middle();
        let noise = middle.last().copied().unwrap_or(0.0) - NOISE_BELOW;
        beliefs.push((noise, NOISE_AROUND));
        let (means, deviations): (Vec<f64>, Vec<f64>) = beliefs.into_iter().unzip();
        Region::independent(&means, &deviations)
    }

    fn log_prior(&self, point: &[f64]) -> f64 {
        let priors = self.specification.shape_priors();
        let shapes: f64 =
            priors.iter().zip(point).map(|(prior, at)| prior.log_density(*at).0).sum();
        shapes + self.specification.noise.log_density(point[priors.len()]).0
    }

    fn given(&self, point: &[f64]) -> Option<Given> {
        let specification = self.specification;
        let noise = libm::exp(point[point.len() - 1]);
        let weight = 1.0 / (noise * noise);
        let mut effects = Vec::with_capacity(specification.channels.len());
        let mut media = Vec::with_capacity(specification.channels.len());
        let mut at = 0;
        for channel in &specification.channels {
            let shape = channel.shape_priors().len();
            let mut effect = Effect::new(specification.periods());
            effect.fill(channel, &point[at..at + shape]);
            at += shape;
            media.push(judged(specification, &effect.values));
            effects.push(effect);
        }
        let (first, all) = (self.columns.len(), self.columns.len() + media.len());
        let mut held = DMatrix::zeros(all, all);
        held.view_mut((0, 0), (first, first)).copy_from(&(&self.squares * weight));
        let mut products = DVector::zeros(all);
        products.rows_mut(0, first).copy_from(&(&self.products * weight));
        for (at, column) in media.iter().enumerate() {
            let row = first + at;
            for (other, values) in self.columns.iter().chain(&media[..=at]).enumerate() {
                let product = weight * dot(column, values);
                held[(row, other)] = product;
                held[(other, row)] = product;
            }
            products[row] = weight * dot(column, &self.outcome);
        }
        let stretch = specification.noise.stretch(noise);
        let of_media = specification.channels.iter().map(|channel| &channel.coefficient);
        let mut held_log = 0.0;
        for (at, deviation) in self.deviations.iter().chain(of_media).enumerate() {
            if deviation.is_finite() {
                let deviation = deviation * stretch;
                held[(at, at)] += 1.0 / (deviation * deviation);
                held_log += libm::log(deviation);
            }
        }
        let factor = Cholesky::new(held)?;
        let solution = factor.solve(&products);
        Some(Given { factor, solution, products, effects, noise, held_log })
    }

    /// Logarithm of the density of the outcome, coefficients integrated out.
    fn log_evidence(&self, point: &[f64]) -> Option<f64> {
        let given = self.given(point)?;
        let first = self.columns.len();
        let weight = 1.0 / (given.noise * given.noise);
        let determinant: f64 =
            given.factor.l_dirty().diagonal().iter().map(|pivot| libm::log(*pivot)).sum();
        let inverse = given.factor.inverse();
        // P(coefficient ≥ 0 | y) / P(coefficient ≥ 0), each for itself.
        let bounded: f64 = (first..given.solution.len())
            .map(|at| {
                let steps = given.solution[at] / libm::sqrt(inverse[(at, at)]);
                libm::log(2.0 * normal::below(steps).max(1e-300))
            })
            .sum();
        let evidence = -count(self.outcome.len() - self.specification.run_in)
            * libm::log(given.noise)
            - 0.5 * (weight * self.outcome_squares - given.solution.dot(&given.products))
            - determinant
            - given.held_log
            + bounded;
        evidence.is_finite().then_some(evidence)
    }

    fn conditional(&self, point: &[f64]) -> Option<Conditional> {
        let given = self.given(point)?;
        let first = self.columns.len();
        let inverse = given.factor.inverse();
        let deviation = |at: usize| libm::sqrt(inverse[(at, at)]);
        let media: Vec<(f64, f64)> =
            (first..given.solution.len()).map(|at| (given.solution[at], deviation(at))).collect();
        // By how much the bound moves the media's coefficients; the columns' move along.
        let moves = DVector::from_iterator(
            media.len(),
            media.iter().map(|(mean, deviation)| normal::mean_above_zero(*mean, *deviation) - mean),
        );
        let among = inverse.view((first, first), (media.len(), media.len())).into_owned();
        let along = inverse.view((0, first), (first, media.len()))
            * Cholesky::new(among).map_or_else(|| moves.clone() * 0.0, |it| it.solve(&moves));
        Some(Conditional {
            shapes: self
                .specification
                .channels
                .iter()
                .zip(&given.effects)
                .map(|(channel, effect)| {
                    let mut shape = Vec::new();
                    figures::shape_figures(channel, effect, &mut shape);
                    shape
                })
                .collect(),
            totals: given.effects.iter().map(Effect::total).collect(),
            media,
            columns: (0..first).map(|at| (given.solution[at] + along[at], deviation(at))).collect(),
            noise: given.noise,
        })
    }
}

/// In the order of [`names`].
fn summaries(
    specification: &Specification,
    found: &[(f64, Conditional)],
) -> Vec<(FigureName, Summary)> {
    let weights: Vec<f64> = found.iter().map(|(weight, _)| *weight).collect();
    let points = |value: &dyn Fn(&Conditional) -> f64| {
        let values: Vec<f64> = found.iter().map(|(_, it)| value(it)).collect();
        Summary::of_points(&values, &weights)
    };
    let parts = |part: &dyn Fn(&Conditional) -> (f64, f64), is_above_zero: bool| {
        let parts = found
            .iter()
            .map(|(weight, it)| {
                let (mean, deviation) = part(it);
                Part { weight: *weight, mean, deviation }
            })
            .collect();
        of_parts(parts, is_above_zero)
    };
    let mut summaries = Vec::new();
    for (at, channel) in specification.channels.iter().enumerate() {
        for number in 0..=channel.curve.numbers().len() {
            summaries.push(points(&|it| it.shapes[at][number]));
        }
        summaries.push(parts(&|it| it.media[at], true));
        let scale = specification.outcome_scale;
        let spent = figures::spent(channel);
        for by in [Some(scale), (spent > 0.0).then(|| scale / spent)].into_iter().flatten() {
            let part = |it: &Conditional| {
                let (mean, deviation) = it.media[at];
                (mean * it.totals[at] * by, deviation * it.totals[at] * by)
            };
            summaries.push(parts(&part, true));
        }
    }
    for at in 0..specification.columns.len() {
        summaries.push(parts(&|it| it.columns[at], false));
    }
    summaries.push(points(&|it| it.noise));
    names(specification).into_iter().zip(summaries).collect()
}

/// What weighted normal distributions say together; `is_above_zero`: each is cut off at 0.
pub(super) fn of_parts(parts: Vec<Part>, is_above_zero: bool) -> Summary {
    let weights: f64 = parts.iter().map(|part| part.weight).sum();
    let of = |part: &Part| {
        if is_above_zero { normal::mean_above_zero(part.mean, part.deviation) } else { part.mean }
    };
    let mean = parts.iter().map(|part| part.weight * of(part)).sum::<f64>() / weights;
    let mixture = Mixture::new(parts, mean, is_above_zero);
    let (wide, middle) = (mixture.interval(0.9), mixture.interval(1e-9));
    Summary {
        mean,
        deviation: mixture.deviation(),
        low: wide.low,
        median: 0.5 * (middle.low + middle.high),
        high: wide.high,
    }
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}
