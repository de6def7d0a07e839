//! A real set → what can be said of a model without knowing the truth: how well it foretells periods
//! that it has not seen, and how often its intervals hold what came.

use super::forecast::Forecast;
use super::{Coverage, Judged};
use crate::advice::mmm::attribution::attribute;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, fit};
use crate::advice::mmm::scores::Scores;
use crate::advice::mmm::series::Series;

/// Periods whose mean a test of some periods ahead is about.
const PERIODS_AHEAD: usize = 4;

/// What a model of a set is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct SetFigures {
    /// Its periods.
    pub periods: usize,
    /// "days", "weeks" or "months".
    pub unit: &'static str,
    /// Its channels.
    pub channels: usize,
    /// On the periods that test the model, as its card has them.
    pub test: Scores,
    /// Of single periods of the test, the one before each being known.
    pub next: Coverage,
    /// Of means of four periods that follow each other, foretold from the end of what was learnt.
    pub ahead: Coverage,
    /// Of contributions, where the truth is known: coverage and mean relative error.
    pub truth: Option<(Coverage, f64)>,
}

/// Judges `series` by a model that learns from its first part only; contributions by one that
/// learns from all. `truths` are contributions of channels, where they are known.
///
/// # Errors
/// The [`Failure`] that says why there is no model.
pub fn of_set(
    series: &Series,
    settings: &FitSettings,
    truths: &[(String, f64)],
) -> Result<SetFigures, Failure> {
    let fitted = fit(series, settings)?;
    let learnt = fitted.train;
    // The same search that the scores come from.
    let head = fit(&series.head(learnt), settings)?;
    let forecast = Forecast::of(&head, &settings.regressors, series);
    let (mut next, mut ahead) = (Vec::new(), Vec::new());
    if let Some(forecast) = &forecast {
        for period in learnt..series.len() {
            next.push(Judged::of(series.outcome[period], &forecast.next(period)));
        }
        for first in (learnt..series.len()).step_by(PERIODS_AHEAD) {
            let periods = first..(first + PERIODS_AHEAD).min(series.len());
            let count = f64::from(u32::try_from(periods.len()).unwrap_or(1));
            let mean = series.outcome[periods.clone()].iter().sum::<f64>() / count;
            ahead.push(Judged::of(mean, &forecast.ahead(periods)));
        }
    }
    let (at_80, at_90) = (attribute(&fitted, 0.8), attribute(&fitted, 0.9));
    let known = at_80.channels.iter().zip(&at_90.channels).filter_map(|(at_80, at_90)| {
        let (_, truth) = truths.iter().find(|(name, _)| *name == at_80.channel)?;
        Some(Judged::by(*truth, at_80.contribution, at_90.contribution))
    });
    let known: Vec<Judged> = known.collect();
    let error = known.iter().map(|it| (it.mean - it.truth).abs() / it.truth).sum::<f64>();
    let count = f64::from(u32::try_from(known.len()).unwrap_or(1));
    Ok(SetFigures {
        periods: series.len(),
        unit: series.unit(),
        channels: series.channels.len(),
        test: fitted.scores_test,
        next: Coverage::over(&next),
        ahead: Coverage::over(&ahead),
        truth: (!known.is_empty()).then(|| (Coverage::over(&known), error / count)),
    })
}
