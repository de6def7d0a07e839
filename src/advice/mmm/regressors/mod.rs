//! What explains revenue beside the media: the calendar and whatever the account brings. Each column
//! comes with how far it may be expected to move revenue, so that a search holds it no looser than
//! that.

mod calendar;
mod fourier;

use std::collections::BTreeSet;

use serde::Serialize;

use super::series::{Series, varies};
use crate::domain::{Day, Grain};

pub use calendar::{holidays_in, month_columns, number_columns, weekday_columns};
pub use fourier::fourier_columns;

/// Years of history from which a yearly season of one wave can be told from a trend.
const YEARS_FOR_ONE_WAVE: f64 = 1.2;

/// Years of history from which a yearly season of two waves is worth its four columns.
const YEARS_FOR_TWO_WAVES: f64 = 1.8;

/// Periods from which a trend is told from noise.
const PERIODS_FOR_TREND: usize = 26;

/// How far columns may move revenue, as shares of its mean: one standard deviation of what is held
/// to be likely.
const TREND_SHARE: f64 = 0.5;
const SEASON_SHARE: f64 = 0.3;
const WEEKDAY_SHARE: f64 = 0.3;
const MONTH_SHARE: f64 = 0.3;
const HOLIDAY_SHARE: f64 = 0.5;
const CONTROL_SHARE: f64 = 0.2;

/// What a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureType {
    /// Paid media.
    Media,
    /// The constant.
    Intercept,
    /// A straight line over time.
    Trend,
    /// A wave of a year.
    Season,
    /// A weekday or month.
    Calendar,
    /// A holiday.
    Holiday,
    /// A control of the account.
    Control,
}

impl FeatureType {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Media => "media",
            Self::Intercept => "intercept",
            Self::Trend => "trend",
            Self::Season => "season",
            Self::Calendar => "calendar",
            Self::Holiday => "holiday",
            Self::Control => "control",
        }
    }
}

/// A column that every candidate of a search shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Regressor {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: FeatureType,
    /// Its value per period.
    pub values: Vec<f64>,
    /// By how much a value of 1 may be expected to move revenue, as a share of its mean;
    /// `None`: by any amount.
    pub share: Option<f64>,
}

/// Which of them a model has. [`RegressorSettings::default`] lets the length of the series decide.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegressorSettings {
    /// Whether there is a trend; `None`: from 26 periods on.
    pub trend: Option<bool>,
    /// Waves of the yearly season; `None`: two from 1.8 years on, one from 1.2.
    pub season_waves: Option<u32>,
    /// Whether weekdays differ; `None`: in daily series.
    pub weekdays: Option<bool>,
    /// Whether months differ.
    pub months: bool,
    /// Holidays of the account.
    pub holidays: BTreeSet<Day>,
}

/// The columns of `series`, the constant first. Those that never vary over the first `train`
/// periods are left out; controls are moved and scaled by these periods.
pub fn regressors(series: &Series, settings: &RegressorSettings, train: usize) -> Vec<Regressor> {
    let constant = Regressor {
        name: "intercept".to_owned(),
        kind: FeatureType::Intercept,
        values: vec![1.0; series.len()],
        share: None,
    };
    let mut columns = vec![constant];
    let mut add = |name: String, kind, values: Vec<f64>, share| {
        if varies(&values[..train.min(values.len())]) {
            columns.push(Regressor { name, kind, values, share: Some(share) });
        }
    };
    if settings.trend.unwrap_or(train >= PERIODS_FOR_TREND) {
        add("trend".to_owned(), FeatureType::Trend, trend(series.len(), train), TREND_SHARE);
    }
    let years = count(train) / series.year_periods();
    let waves = settings.season_waves.unwrap_or(if years >= YEARS_FOR_TWO_WAVES {
        2
    } else {
        u32::from(years >= YEARS_FOR_ONE_WAVE)
    });
    for (name, values) in fourier_columns(&series.periods, waves) {
        add(name, FeatureType::Season, values, SEASON_SHARE);
    }
    if settings.weekdays.unwrap_or(series.grain == Grain::Day) {
        for (name, values) in weekday_columns(&series.periods) {
            add(name, FeatureType::Calendar, values, WEEKDAY_SHARE);
        }
    }
    if settings.months {
        for (name, values) in month_columns(&series.periods) {
            add(name, FeatureType::Calendar, values, MONTH_SHARE);
        }
    }
    let holidays = holidays_in(&series.periods, series.grain, &settings.holidays);
    add("holiday".to_owned(), FeatureType::Holiday, holidays, HOLIDAY_SHARE);
    for control in &series.controls {
        let values = standardised(&control.values, train);
        add(control.name.clone(), FeatureType::Control, values, CONTROL_SHARE);
    }
    columns
}

/// From −½ to ½ over the first `train` periods, and on.
fn trend(periods: usize, train: usize) -> Vec<f64> {
    (0..periods).map(|period| count(period) / count(train.max(1)) - 0.5).collect()
}

/// With mean 0 and standard deviation 1 over the first `train` periods.
fn standardised(values: &[f64], train: usize) -> Vec<f64> {
    let learnt = &values[..train.min(values.len())];
    let mean = learnt.iter().sum::<f64>() / count(learnt.len().max(1));
    let squares: f64 = learnt.iter().map(|value| (value - mean) * (value - mean)).sum();
    let deviation = libm::sqrt(squares / count(learnt.len().max(1)));
    let scale = if deviation > 0.0 { deviation } else { 1.0 };
    values.iter().map(|value| (value - mean) / scale).collect()
}

#[expect(clippy::cast_precision_loss, reason = "periods are few")]
fn count(periods: usize) -> f64 {
    periods as f64
}
