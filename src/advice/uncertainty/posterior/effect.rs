//! A channel's spend and its coordinates → the effect in each period where its coefficient is 1, and
//! how each moves with each coordinate. Memory is taken once and used for all points.

use std::f64::consts::{LN_2, LOG2_E};

use super::prior::{Number, Valued};
use super::specification::{Channel, Curve};
use crate::advice::mmm::saturation::{exp2, log2};

/// Coordinates that a shape has at most: carryover, half saturation, slope.
const COORDINATES_MAX: usize = 3;

/// The effect of a channel.
#[derive(Debug, Clone)]
pub struct Effect {
    /// Per period.
    pub values: Vec<f64>,
    /// Its derivative by each coordinate, in their order; what is behind them is not in use.
    pub slopes: [Vec<f64>; COORDINATES_MAX],
    /// The largest carried-over spend.
    pub largest: f64,
    mean: f64,
    /// Carryover first, then the curve's.
    numbers: [f64; COORDINATES_MAX],
    carried: Vec<f64>,
    /// Derivative of `carried` by the decay.
    moved: Vec<f64>,
}

impl Effect {
    /// Room for `periods`.
    pub fn new(periods: usize) -> Self {
        let row = || vec![0.0; periods];
        Self {
            values: row(),
            slopes: [row(), row(), row()],
            largest: 1.0,
            mean: 1.0,
            numbers: [0.0; COORDINATES_MAX],
            carried: row(),
            moved: row(),
        }
    }

    /// Decay and the numbers of the curve, as they were at the last point.
    pub fn numbers(&self, channel: &Channel) -> &[f64] {
        match channel.curve {
            Curve::Logistic { .. } => &self.numbers[..2],
            Curve::Hill { .. } => &self.numbers[..3],
        }
    }

    /// The sum of the effects.
    pub fn total(&self) -> f64 {
        self.values.iter().sum()
    }

    /// Their mean; of a channel that never spent, 1.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Computes `channel` at `point`, its own coordinates.
    pub fn fill(&mut self, channel: &Channel, point: &[f64]) {
        let mut point = point.iter();
        let mut next = |number: Number| match number {
            Number::Fixed(value) => (Valued { value, slope: 0.0 }, false),
            Number::Searched(prior) => {
                (prior.value(point.next().copied().unwrap_or(prior.belief().mean)), true)
            }
        };
        let (decay, decay_moves) = next(channel.decay);
        match channel.lags {
            Some(lags) => self.carry_normalised(&channel.spend, decay.value, lags.max(1)),
            None => self.carry(&channel.spend, decay.value),
        }
        self.numbers[0] = decay.value;
        let first = usize::from(decay_moves);
        match channel.curve {
            Curve::Logistic { rate } => {
                let (rate, _) = next(rate);
                self.numbers[1] = rate.value;
                self.logistic(rate, decay_moves.then_some(decay.slope), first);
            }
            Curve::Hill { half_saturation, slope } => {
                let (half, half_moves) = next(half_saturation);
                let (slope, _) = next(slope);
                self.numbers[1] = half.value;
                self.numbers[2] = slope.value;
                let places = [first, first + usize::from(half_moves)];
                self.hill(half, slope, decay_moves.then_some(decay.slope), places);
            }
        }
        let total = self.total();
        #[expect(clippy::cast_precision_loss, reason = "periods are few")]
        let periods = self.values.len() as f64;
        self.mean = if total > 0.0 { total / periods } else { 1.0 };
    }

    /// aₜ = sₜ + decay · aₜ₋₁, and its derivative aₜ₋₁ + decay · a'ₜ₋₁.
    fn carry(&mut self, spend: &[f64], decay: f64) {
        let (mut carried, mut moved) = (0.0, 0.0);
        for (period, spend) in spend.iter().enumerate() {
            moved = carried + decay * moved;
            carried = spend + decay * carried;
            self.carried[period] = carried;
            self.moved[period] = moved;
        }
    }

    /// The same over `lags` periods with the weights decayˡ / Σ decayˡ.
    fn carry_normalised(&mut self, spend: &[f64], decay: f64, lags: usize) {
        let (mut sum, mut sum_moved, mut power, mut power_moved) = (0.0, 0.0, 1.0, 0.0);
        for _ in 0..lags {
            sum += power;
            sum_moved += power_moved;
            power_moved = power_moved * decay + power;
            power *= decay;
        }
        self.carried.fill(0.0);
        self.moved.fill(0.0);
        (power, power_moved) = (1.0, 0.0);
        let periods = spend.len();
        for lag in 0..lags.min(periods) {
            let weight = power / sum;
            let weight_moved = (power_moved - weight * sum_moved) / sum;
            let earlier = &spend[..periods - lag];
            for ((carried, moved), spend) in
                self.carried[lag..].iter_mut().zip(&mut self.moved[lag..]).zip(earlier)
            {
                *carried += weight * spend;
                *moved += weight_moved * spend;
            }
            power_moved = power_moved * decay + power;
            power *= decay;
        }
    }

    fn logistic(&mut self, rate: Valued, decay: Option<f64>, rate_at: usize) {
        let by = rate.value * LOG2_E;
        for (value, carried) in self.values.iter_mut().zip(&self.carried) {
            *value = 1.0 - 2.0 / (1.0 + exp2(by * carried));
        }
        // d tanh(z/2) / dz = (1 − tanh²(z/2)) / 2.
        if rate.slope != 0.0 {
            let slopes = self.slopes[rate_at].iter_mut().zip(&self.values).zip(&self.carried);
            for ((slope, value), carried) in slopes {
                *slope = 0.5 * rate.slope * (1.0 - value * value) * carried;
            }
        }
        if let Some(decay) = decay {
            let by = 0.5 * decay * rate.value;
            let slopes = self.slopes[0].iter_mut().zip(&self.values).zip(&self.moved);
            for ((slope, value), moved) in slopes {
                *slope = by * (1.0 - value * value) * moved;
            }
        }
    }

    /// (1 + κˢ) / (1 + (κ / u)ˢ) with u = carried / largest.
    fn hill(&mut self, half: Valued, slope: Valued, decay: Option<f64>, places: [usize; 2]) {
        let mut at = 0;
        for (period, carried) in self.carried.iter().enumerate() {
            if *carried > self.carried[at] {
                at = period;
            }
        }
        let largest = if self.carried[at] > 0.0 { self.carried[at] } else { 1.0 };
        self.largest = largest;
        let (s, kappa) = (slope.value, half.value);
        let middle = log2(kappa) + log2(largest);
        let power = exp2(s * log2(kappa));
        let height = 1.0 + power;
        let (half_at, slope_at) = (places[0], places[1]);
        let by_decay = decay.unwrap_or(0.0);
        let growth = self.moved[at] / largest;
        // By ln κ, where the coordinate is that logarithm and not at its bounds.
        let by_half = if half.slope == 0.0 { 0.0 } else { half.slope / kappa };
        let log_kappa = libm::log(kappa);
        for period in 0..self.carried.len() {
            let carried = self.carried[period];
            if carried < f64::MIN_POSITIVE {
                self.values[period] = 0.0;
                self.slopes.iter_mut().for_each(|row| row[period] = 0.0);
                continue;
            }
            let steps = log2(carried) - middle;
            let share = 1.0 / (1.0 + exp2(-s * steps));
            self.values[period] = height * share;
            let steep = height * share * (1.0 - share);
            // What stays where it is has no place of its own; the next one then takes its place.
            self.slopes[0][period] = by_decay * s * steep * (self.moved[period] / carried - growth);
            self.slopes[half_at][period] = by_half * s * (share * power - steep);
            self.slopes[slope_at][period] =
                slope.slope * (steep * steps * LN_2 + share * power * log_kappa);
        }
    }
}
