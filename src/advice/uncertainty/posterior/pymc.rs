//! Figures of any series → the default model of PyMC-Marketing (`MMM` with `GeometricAdstock` and
//! `LogisticSaturation`, release 0.8), so that both programs can be asked the same question.

use std::f64::consts::TAU;

use chrono::Datelike;

use super::prior::{Number, ShapePrior};
use super::specification::{Channel, Column, ColumnPrior, Curve, NoisePrior, Specification};
use crate::advice::mmm::series::Series;

/// Periods in which spend works.
const LAGS: usize = 8;

/// Waves of the yearly season.
const WAVES: u32 = 2;

/// The mean length of a year in days.
const YEAR_DAYS: f64 = 365.25;

/// The deviation of the priors of intercept, controls, media coefficients and noise.
const DEVIATION: f64 = 2.0;

/// The model of `series`: outcome and spends divided by their largest value, controls as they are, a
/// trend `t` of whole numbers from 0 where no control has that name, two waves of the day of the year.
pub fn specification(series: &Series) -> Specification {
    let scale = largest(&series.outcome);
    let normal = ColumnPrior::Normal { deviation: DEVIATION };
    let column =
        |name: &str, values: Vec<f64>, prior| Column { name: name.to_owned(), values, prior };
    let mut columns = vec![column("intercept", vec![1.0; series.len()], normal)];
    for control in &series.controls {
        // The day of the year is what the season is made of.
        if control.name != "dayofyear" {
            columns.push(column(&control.name, control.values.clone(), normal));
        }
    }
    if !columns.iter().any(|column| column.name == "t") {
        let numbers = (0u32..).map(f64::from).take(series.len()).collect();
        columns.push(column("t", numbers, normal));
    }
    for wave in 1..=WAVES {
        let angles = series
            .periods
            .iter()
            .map(|day| TAU * f64::from(wave) * f64::from(day.ordinal()) / YEAR_DAYS);
        let laplace = ColumnPrior::Laplace { scale: 1.0 };
        columns.push(column(
            &format!("sin_{wave}"),
            angles.clone().map(libm::sin).collect(),
            laplace,
        ));
        columns.push(column(&format!("cos_{wave}"), angles.map(libm::cos).collect(), laplace));
    }
    Specification {
        outcome: series.outcome.iter().map(|value| value / scale).collect(),
        outcome_scale: scale,
        autocorrelation: 0.0,
        run_in: 0,
        columns,
        channels: series
            .channels
            .iter()
            .map(|channel| {
                let scale = largest(&channel.spend);
                Channel {
                    name: channel.name.clone(),
                    spend: channel.spend.iter().map(|spend| spend / scale).collect(),
                    spend_scale: scale,
                    decay: Number::Searched(ShapePrior::Beta { a: 1.0, b: 3.0 }),
                    lags: Some(LAGS),
                    curve: Curve::Logistic {
                        rate: Number::Searched(ShapePrior::Gamma { shape: 3.0, rate: 1.0 }),
                    },
                    coefficient: DEVIATION,
                }
            })
            .collect(),
        noise: NoisePrior::HalfNormal { deviation: DEVIATION },
    }
}

/// Of figures that are all 0, 1.
fn largest(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    if largest > 0.0 { largest } else { 1.0 }
}
