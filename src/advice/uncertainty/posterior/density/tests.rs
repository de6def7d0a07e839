//! The gradient against finite differences, the density against a sum by hand.

use super::*;
use crate::advice::mmm::search::Belief;
use crate::advice::uncertainty::posterior::prior::{Number, ShapePrior};
use crate::advice::uncertainty::posterior::specification::{Channel, Column, Curve, NoisePrior};

fn wave(period: usize, speed: f64, phase: f64) -> f64 {
    0.5 + 0.5 * libm::sin(count(period) * speed + phase)
}

fn row(periods: usize, speed: f64, phase: f64) -> Vec<f64> {
    (0..periods).map(|period| wave(period, speed, phase)).collect()
}

fn column(name: &str, values: Vec<f64>, prior: ColumnPrior) -> Column {
    Column { name: name.to_owned(), values, prior }
}

/// Two channels with normalised carryover and a logistic curve, one of which often rests.
fn logistic() -> Specification {
    let periods = 41;
    let mut resting = row(periods, 1.3, 0.4);
    resting.iter_mut().step_by(2).for_each(|spend| *spend = 0.0);
    let channel = |name: &str, spend| Channel {
        name: name.to_owned(),
        spend,
        spend_scale: 3.0,
        decay: Number::Searched(ShapePrior::Beta { a: 1.0, b: 3.0 }),
        lags: Some(8),
        curve: Curve::Logistic {
            rate: Number::Searched(ShapePrior::Gamma { shape: 3.0, rate: 1.0 }),
        },
        coefficient: 2.0,
    };
    Specification {
        outcome: row(periods, 0.7, 1.0),
        outcome_scale: 10.0,
        autocorrelation: 0.0,
        run_in: 0,
        columns: vec![
            column("intercept", vec![1.0; periods], ColumnPrior::Normal { deviation: 2.0 }),
            column("t", (0..periods).map(count).collect(), ColumnPrior::Normal { deviation: 2.0 }),
            column("sin", row(periods, 0.1, 0.3), ColumnPrior::Laplace { scale: 1.0 }),
        ],
        channels: vec![channel("x1", row(periods, 0.9, 0.0)), channel("x2", resting)],
        noise: NoisePrior::HalfNormal { deviation: 2.0 },
    }
}

/// Hill's curve, carryover for ever, errors that are alike, priors in proportion to the noise.
fn hill() -> Specification {
    let mut specification = logistic();
    specification.autocorrelation = 0.4;
    specification.run_in = 3;
    specification.noise = NoisePrior::InProportion { power: 1.0, likely: 0.2 };
    specification.columns[0].prior = ColumnPrior::Flat;
    let belief = |mean, deviation| Belief { mean, deviation };
    for (at, channel) in specification.channels.iter_mut().enumerate() {
        channel.lags = None;
        channel.decay = match at {
            0 => Number::Searched(ShapePrior::Decay(belief(-1.1, 1.0))),
            _ => Number::Fixed(0.3),
        };
        channel.curve = Curve::Hill {
            half_saturation: Number::Searched(ShapePrior::HalfSaturation(belief(-0.36, 0.75))),
            slope: match at {
                0 => Number::Searched(ShapePrior::Slope(belief(0.26, 0.5))),
                _ => Number::Fixed(1.5),
            },
        };
        channel.coefficient = 0.3;
    }
    specification
}

/// Points around the middle, by a fixed rule.
fn points(density: &mut Density<'_>) -> Vec<Vec<f64>> {
    let middle = density.middle();
    (0..6)
        .map(|turn| {
            let moved = |(at, value): (usize, &f64)| value + wave(at + 7 * turn, 2.1, 0.5) - 0.5;
            middle.iter().enumerate().map(moved).collect()
        })
        .collect()
}

#[test]
fn the_gradient_is_that_of_finite_differences() {
    for specification in [logistic(), hill()] {
        let mut density = Density::new(&specification);
        for point in points(&mut density) {
            let mut gradient = vec![0.0; point.len()];
            let mut unused = gradient.clone();
            density.log_density(&point, &mut gradient);
            for at in 0..point.len() {
                let step = 1e-5;
                let mut of = |by: f64| {
                    let mut moved = point.clone();
                    moved[at] += by;
                    density.log_density(&moved, &mut unused)
                };
                let slope = (of(-2.0 * step) - 8.0 * of(-step) + 8.0 * of(step) - of(2.0 * step))
                    / (12.0 * step);
                let off = (gradient[at] - slope).abs();
                assert!(off <= 1e-6 * (1.0 + slope.abs()), "{at}: {} {slope}", gradient[at]);
            }
        }
    }
}

#[test]
fn the_density_is_that_of_its_parts() {
    // Each part as its textbook has it, period by period, on the untransformed numbers.
    let specification = logistic();
    let mut density = Density::new(&specification);
    let mut own = Vec::new();
    let mut by_parts = Vec::new();
    for point in points(&mut density) {
        let mut gradient = vec![0.0; point.len()];
        own.push(density.log_density(&point, &mut gradient));
        let figures = density.figures(&point);
        let (intercept, trend, sine) = (figures[10], figures[11], figures[12]);
        let noise = figures[13];
        let normal = |value: f64, deviation: f64| -0.5 * (value / deviation).powi(2);
        let mut sum = normal(intercept, 2.0) + normal(trend, 2.0) - sine.abs();
        // Of the noise and, below, of what stretches each number's coordinate.
        sum += normal(noise, 2.0) + noise.ln();
        let mut predicted = vec![0.0; specification.periods()];
        for (period, predicted) in predicted.iter_mut().enumerate() {
            *predicted = intercept
                + trend * specification.columns[1].values[period]
                + sine * specification.columns[2].values[period];
        }
        for (at, channel) in specification.channels.iter().enumerate() {
            let [decay, rate, coefficient] = [0, 1, 2].map(|it| figures[5 * at + it]);
            // Beta(1, 3), Gamma(3, 1), half-normal.
            sum += 2.0 * (1.0 - decay).ln() + (decay * (1.0 - decay)).ln();
            sum += 2.0 * rate.ln() - rate + rate.ln();
            sum += normal(coefficient, 2.0) + coefficient.ln();
            let weights: Vec<f64> = (0..8).map(|lag| decay.powi(lag)).collect();
            let total: f64 = weights.iter().sum();
            let mut contribution = 0.0;
            for (period, predicted) in predicted.iter_mut().enumerate() {
                let carried: f64 = (0..8.min(period + 1))
                    .map(|lag| weights[lag] / total * channel.spend[period - lag])
                    .sum();
                let falls = (-rate * carried).exp();
                let effect = coefficient * (1.0 - falls) / (1.0 + falls);
                *predicted += effect;
                contribution += effect * specification.outcome_scale;
            }
            assert!((contribution / figures[5 * at + 3] - 1.0).abs() < 1e-9);
            let spent: f64 = channel.spend.iter().map(|spend| spend * channel.spend_scale).sum();
            assert!((contribution / spent / figures[5 * at + 4] - 1.0).abs() < 1e-9);
        }
        for (outcome, predicted) in specification.outcome.iter().zip(&predicted) {
            sum += normal(outcome - predicted, noise) - noise.ln();
        }
        by_parts.push(sum);
    }
    for (own, parts) in own.windows(2).zip(by_parts.windows(2)) {
        // But for a constant.
        let off = (own[1] - own[0]) - (parts[1] - parts[0]);
        assert!(off.abs() <= 1e-9 * parts[0].abs().max(1.0), "{off}");
    }
}

#[test]
fn hills_effects_are_those_of_the_weekly_model() {
    use crate::advice::mmm::adstock::Adstock;
    use crate::advice::mmm::saturation::Saturation;
    let specification = hill();
    let channel = &specification.channels[0];
    let mut effect = Effect::new(channel.spend.len());
    effect.fill(channel, &[-0.4, -0.2, 0.5]);
    let [decay, half, slope] = [0, 1, 2].map(|at| effect.numbers(channel)[at]);
    let carried = Adstock::Geometric { decay }.apply(&channel.spend);
    let largest = carried.iter().copied().fold(0.0, f64::max);
    let saturation = Saturation::Hill { half_saturation: half * largest, slope };
    let height = saturation.effect(largest);
    for (found, carried) in effect.values.iter().zip(&carried) {
        let expected = saturation.effect(*carried) / height;
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }
    assert!((effect.largest - largest).abs() < 1e-12);
}

#[test]
fn what_came_before_the_model_is_judged_tells_nothing() {
    let (hill, mut other) = (hill(), hill());
    // The third counts against the fourth, which is judged.
    other.outcome[0] += 5.0;
    other.outcome[1] -= 5.0;
    let point: Vec<f64> = Density::new(&hill).middle();
    let density = |specification: &Specification| {
        let mut gradient = vec![0.0; point.len()];
        Density::new(specification).log_density(&point, &mut gradient)
    };
    assert_eq!(density(&hill).to_bits(), density(&other).to_bits());
    other.outcome[2] += 5.0;
    assert_ne!(density(&hill).to_bits(), density(&other).to_bits());
}
