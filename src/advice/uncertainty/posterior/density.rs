//! A specification → the logarithm of its posterior density at a point, with the gradient by hand:
//! what a sampler asks for some hundred thousand times, so that nothing is allocated on the way.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::effect::Effect;
use super::prior::ShapePrior;
use super::specification::{Channel, ColumnPrior, Specification};

/// The density of a specification. Coordinates are chosen so that they hardly depend on each other: the
/// coefficients of columns where the columns are uncorrelated and a step of 1 is about what the data
/// leave open; a channel's coefficient as the logarithm of what it adds to a period in the mean, which
/// the data know best.
#[derive(Debug, Clone)]
pub struct Density<'a> {
    specification: &'a Specification,
    /// Outcome and columns less `autocorrelation` times the period before; columns in coordinates.
    outcome: Vec<f64>,
    columns: Vec<Vec<f64>>,
    /// Coefficients = this times coordinates.
    turn: DMatrix<f64>,
    /// Where to begin: least squares without media, and the noise that they leave.
    begin: Vec<f64>,
    begin_noise: f64,
    effects: Vec<Effect>,
    /// Of each channel's shape.
    priors: Vec<Vec<ShapePrior>>,
    residuals: Vec<f64>,
    /// The gradient by what is predicted.
    pull: Vec<f64>,
    media: Vec<f64>,
    coefficients: Vec<f64>,
    coefficient_slopes: Vec<f64>,
}

/// Columns are told apart down to this share of their size.
const RIDGE_SHARE: f64 = 1e-10;

impl<'a> Density<'a> {
    /// Of `specification`.
    pub fn new(specification: &'a Specification) -> Self {
        let periods = specification.periods();
        let outcome = judged(specification, &specification.outcome);
        let columns: Vec<Vec<f64>> =
            specification.columns.iter().map(|it| judged(specification, &it.values)).collect();
        let size = columns.len();
        let mut squares =
            DMatrix::from_fn(size, size, |row, column| dot(&columns[row], &columns[column]));
        for at in 0..size {
            squares[(at, at)] *= 1.0 + RIDGE_SHARE;
            squares[(at, at)] += f64::MIN_POSITIVE;
        }
        let products = DVector::from_fn(size, |row, _| dot(&columns[row], &outcome));
        // L⁻ᵀ turns columns whose products are LLᵀ into uncorrelated ones.
        let factor = Cholesky::new(squares);
        let lower = factor.as_ref().map_or_else(|| DMatrix::identity(size, size), Cholesky::l);
        let fit = factor.map_or_else(|| DVector::zeros(size), |factor| factor.solve(&products));
        let mut left = outcome.clone();
        for (column, by) in columns.iter().zip(fit.iter()) {
            add(&mut left, column, -by);
        }
        let noise = libm::sqrt(dot(&left, &left) / count(periods - specification.run_in)).max(1e-9);
        let inverse = lower.clone().try_inverse().unwrap_or_else(|| DMatrix::identity(size, size));
        let turn = inverse.transpose() * noise;
        let begin = (lower.transpose() * fit) / noise;
        let turned = (0..size)
            .map(|at| {
                let mut turned = vec![0.0; periods];
                for (row, column) in columns.iter().enumerate() {
                    add(&mut turned, column, turn[(row, at)]);
                }
                turned
            })
            .collect();
        let row = || vec![0.0; periods];
        Self {
            specification,
            outcome,
            columns: turned,
            turn,
            begin: begin.as_slice().to_vec(),
            begin_noise: libm::log(noise),
            effects: specification.channels.iter().map(|_| Effect::new(periods)).collect(),
            priors: specification.channels.iter().map(Channel::shape_priors).collect(),
            residuals: row(),
            pull: row(),
            media: row(),
            coefficients: vec![0.0; size],
            coefficient_slopes: vec![0.0; size],
        }
    }

    /// How many coordinates a point has.
    pub fn coordinates(&self) -> usize {
        self.specification.coordinates()
    }

    /// A point in the middle of what is held to be likely, with the columns' coefficients by least
    /// squares.
    pub fn middle(&mut self) -> Vec<f64> {
        let mut point = self.begin.clone();
        for (at, channel) in self.specification.channels.iter().enumerate() {
            let shape: Vec<f64> = self.priors[at].iter().map(|prior| prior.belief().mean).collect();
            self.effects[at].fill(channel, &shape);
            point.extend(shape);
            point.push(libm::log(0.5 * channel.coefficient * self.effects[at].mean()));
        }
        point.push(self.begin_noise);
        point
    }

    /// Logarithm of the density at `point`, but for a constant; `gradient` becomes its gradient.
    ///
    /// # Panics
    /// If either has another length than [`Density::coordinates`].
    pub fn log_density(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
        assert_eq!((point.len(), gradient.len()), (self.coordinates(), self.coordinates()));
        gradient.fill(0.0);
        let size = self.columns.len();
        let last = point.len() - 1;
        let noise_log = point[last];
        let noise = libm::exp(noise_log);
        let weight = libm::exp(-2.0 * noise_log);

        // What is left when columns and media are taken out.
        self.residuals.copy_from_slice(&self.outcome);
        for (column, by) in self.columns.iter().zip(point) {
            add(&mut self.residuals, column, -by);
        }
        self.media.fill(0.0);
        let mut at = size;
        for (number, channel) in self.specification.channels.iter().enumerate() {
            let shape = self.priors[number].len();
            let effect = &mut self.effects[number];
            effect.fill(channel, &point[at..at + shape]);
            add(&mut self.media, &effect.values, libm::exp(point[at + shape]) / effect.mean());
            at += shape + 1;
        }
        self.take_out_media();
        let squares = dot(&self.residuals, &self.residuals);
        let periods = count(self.outcome.len() - self.specification.run_in);
        let mut density = -periods * noise_log - 0.5 * weight * squares;
        gradient[last] += weight * squares - periods;

        // The likelihood's slopes.
        for (slope, column) in gradient.iter_mut().zip(&self.columns) {
            *slope = weight * dot(column, &self.residuals);
        }
        self.pull_of_media(weight);
        // What was held to be likely.
        let prior = self.specification.noise;
        let (noise_density, noise_slope) = prior.log_density(noise_log);
        density += noise_density;
        gradient[last] += noise_slope;
        let stretch = prior.stretch(noise);
        let mut held = Held {
            density: 0.0,
            noise_slope: 0.0,
            noise_log,
            in_proportion: prior.is_in_proportion(),
        };
        self.columns_held(point, gradient, stretch, &mut held);
        let mut at = size;
        for (number, channel) in self.specification.channels.iter().enumerate() {
            let effect = &self.effects[number];
            let mean = effect.mean();
            let last = at + self.priors[number].len();
            let coefficient = libm::exp(point[last]) / mean;
            // By the coefficient's logarithm: likelihood, half-normal prior, and what the logarithm
            // stretches by.
            let slope = held.normal(coefficient, channel.coefficient * stretch);
            let by_log = 1.0 + coefficient * (slope + dot(&effect.values, &self.pull));
            density += libm::log(coefficient);
            gradient[last] = by_log;
            for (place, prior) in self.priors[number].iter().enumerate() {
                let (log, slope) = prior.log_density(point[at]);
                density += log;
                // Where the shape moves, the coefficient moves against it.
                let slopes = &effect.slopes[place];
                gradient[at] =
                    slope + coefficient * dot(slopes, &self.pull) - by_log * mean_of(slopes) / mean;
                at += 1;
            }
            at += 1;
        }
        gradient[last] += held.noise_slope;
        density + held.density
    }

    /// Less the media, each period less `autocorrelation` times the one before.
    fn take_out_media(&mut self) {
        let by = self.specification.autocorrelation;
        if by == 0.0 {
            add(&mut self.residuals, &self.media, -1.0);
        } else if let Some(first) = self.media.first() {
            self.residuals[0] -= libm::sqrt(1.0 - by * by) * first;
            for (residual, two) in self.residuals[1..].iter_mut().zip(self.media.windows(2)) {
                *residual -= two[1] - by * two[0];
            }
        }
        self.residuals[..self.specification.run_in].fill(0.0);
    }

    /// How the likelihood grows with the media of each period.
    fn pull_of_media(&mut self, weight: f64) {
        let by = self.specification.autocorrelation;
        let residuals = &self.residuals;
        for (period, pull) in self.pull.iter_mut().enumerate() {
            *pull = weight * residuals[period];
        }
        if by == 0.0 {
            return;
        }
        if let Some(first) = self.pull.first_mut() {
            *first *= libm::sqrt(1.0 - by * by);
        }
        for (pull, after) in self.pull.iter_mut().zip(&residuals[1..]) {
            *pull -= by * weight * after;
        }
    }

    fn columns_held(&mut self, point: &[f64], gradient: &mut [f64], stretch: f64, held: &mut Held) {
        let size = self.columns.len();
        self.turn_into_coefficients(point);
        for (at, column) in self.specification.columns.iter().enumerate() {
            let coefficient = self.coefficients[at];
            self.coefficient_slopes[at] = match column.prior {
                ColumnPrior::Flat => 0.0,
                ColumnPrior::Normal { deviation } => held.normal(coefficient, deviation * stretch),
                ColumnPrior::Laplace { scale } => {
                    held.density -= coefficient.abs() / scale;
                    -coefficient.signum() / scale
                }
            };
        }
        for (column, slope) in gradient.iter_mut().enumerate().take(size) {
            for row in 0..=column {
                *slope += self.turn[(row, column)] * self.coefficient_slopes[row];
            }
        }
    }

    /// The columns' coefficients at `point`.
    fn turn_into_coefficients(&mut self, point: &[f64]) {
        let size = self.columns.len();
        for row in 0..size {
            // L⁻ᵀ has nothing below its diagonal.
            self.coefficients[row] =
                (row..size).map(|column| self.turn[(row, column)] * point[column]).sum();
        }
    }

    /// What people are told at `point`: see [`super::figures::names`].
    pub fn figures(&mut self, point: &[f64]) -> Vec<f64> {
        self.turn_into_coefficients(point);
        let mut at = self.columns.len();
        let mut figures = Vec::new();
        for (number, channel) in self.specification.channels.iter().enumerate() {
            let shape = self.priors[number].len();
            let effect = &mut self.effects[number];
            effect.fill(channel, &point[at..at + shape]);
            let coefficient = libm::exp(point[at + shape]) / effect.mean();
            let scale = self.specification.outcome_scale;
            super::figures::of_channel(channel, effect, coefficient, scale, &mut figures);
            at += shape + 1;
        }
        figures.extend_from_slice(&self.coefficients);
        figures.push(libm::exp(point[at]));
        figures
    }
}

fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

/// Normal priors, summed.
struct Held {
    density: f64,
    /// By the noise's logarithm.
    noise_slope: f64,
    noise_log: f64,
    in_proportion: bool,
}

impl Held {
    /// Adds that of `value`, and returns its slope.
    fn normal(&mut self, value: f64, deviation: f64) -> f64 {
        let steps = value / deviation;
        self.density -= 0.5 * steps * steps;
        if self.in_proportion {
            self.density -= self.noise_log;
            self.noise_slope += steps * steps - 1.0;
        }
        -steps / deviation
    }
}

/// The whitened `values`, with zeros where the model isn't judged.
pub(super) fn judged(specification: &Specification, values: &[f64]) -> Vec<f64> {
    let mut values = whitened(values, specification.autocorrelation);
    values[..specification.run_in].fill(0.0);
    values
}

/// Each value less `by` times the one before; the first scaled to the same variance.
fn whitened(values: &[f64], by: f64) -> Vec<f64> {
    let first = libm::sqrt(1.0 - by * by);
    let mut before = None;
    values
        .iter()
        .map(|value| match before.replace(*value) {
            Some(before) => value - by * before,
            None => value * first,
        })
        .collect()
}

fn add(sums: &mut [f64], values: &[f64], times: f64) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += times * value);
}

/// In a fixed order, four sums side by side.
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (left_parts, right_parts) = (left.chunks_exact(4), right.chunks_exact(4));
    let rest: f64 =
        left_parts.remainder().iter().zip(right_parts.remainder()).map(|(a, b)| a * b).sum();
    for (left, right) in left_parts.zip(right_parts) {
        for lane in 0..4 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}

#[cfg(test)]
mod tests;
