//! `channel_actions.csv`, `counterfactuals.csv` and `lag_effects.csv`: what is advised for each
//! channel, what changed spends would do, and when their effect comes. Amounts are per week; none of
//! them is a budget.

use super::estimate_text;
use super::plans::written;
use crate::advice::mmm::spread::Estimate;
use crate::advice::uncertainty::actions::ChannelAction;
use crate::advice::uncertainty::lag::LagEffect;
use crate::advice::uncertainty::simulation::{Intervals, Simulation};
use crate::domain::Day;
use crate::domain::text::spreadsheet_safe;

/// The columns of `channel_actions.csv`.
const ACTION_COLUMNS: [&str; 11] = [
    "week_start_date",
    "channel",
    "action",
    "probability",
    "spend",
    "mroas",
    "mroas_low",
    "mroas_high",
    "lift_up_10",
    "lift_down_10",
    "reason",
];

/// One row for each channel; `week` is the first day of the week that is advised for.
pub fn channel_actions_csv(week: Day, actions: &[ChannelAction]) -> Vec<u8> {
    let may = |value: Option<f64>| value.map(estimate_text).unwrap_or_default();
    let rows = actions.iter().map(|action| {
        vec![
            week.to_string(),
            spreadsheet_safe(&action.channel),
            action.action.name().to_owned(),
            may(action.probability),
            estimate_text(action.spend),
            may(action.mroas.map(|it| it.mean)),
            may(action.mroas.map(|it| it.low)),
            may(action.mroas.map(|it| it.high)),
            may(action.lift_up_10),
            may(action.lift_down_10),
            spreadsheet_safe(&action.reason),
        ]
    });
    written(&ACTION_COLUMNS.map(str::to_owned), rows)
}

/// The columns of `counterfactuals.csv`.
const COUNTERFACTUAL_COLUMNS: [&str; 16] = [
    "channel",
    "change",
    "spend_before",
    "spend_after",
    "lift",
    "mean_low_80",
    "mean_high_80",
    "mean_low_90",
    "mean_high_90",
    "outcome_low_80",
    "outcome_high_80",
    "outcome_low_90",
    "outcome_high_90",
    "immediate",
    "delayed",
    "probability_pays",
];

/// One row for each channel and change; a change is a share of present spend.
pub fn counterfactuals_csv(simulations: &[(String, f64, Simulation)]) -> Vec<u8> {
    let rows = simulations.iter().map(|(channel, change, simulation)| {
        let mut row = vec![spreadsheet_safe(channel), estimate_text(*change)];
        let Simulation { spend_before, spend_after, mean, outcome, .. } = simulation;
        let figures = [*spend_before, *spend_after, mean.at_90.mean];
        row.extend(figures.map(estimate_text));
        row.extend(bounds(mean).into_iter().chain(bounds(outcome)).map(estimate_text));
        let parts = [simulation.immediate, simulation.delayed, simulation.probability_pays];
        row.extend(parts.map(estimate_text));
        row
    });
    written(&COUNTERFACTUAL_COLUMNS.map(str::to_owned), rows)
}

/// Low and high at 80 %, low and high at 90 %.
fn bounds(intervals: &Intervals) -> [f64; 4] {
    let Intervals { at_80, at_90 } = intervals;
    [at_80.low, at_80.high, at_90.low, at_90.high]
}

/// The columns of `lag_effects.csv`.
const LAG_COLUMNS: [&str; 8] = [
    "channel",
    "period",
    "half_life",
    "half_life_low",
    "half_life_high",
    "immediate_share",
    "immediate_share_low",
    "immediate_share_high",
];

/// One row for each channel; half-lives are in periods of the series, such as "week".
pub fn lag_effects_csv(period: &str, lags: &[LagEffect]) -> Vec<u8> {
    let triple = |it: Estimate| [it.mean, it.low, it.high].map(estimate_text);
    let rows = lags.iter().map(|lag| {
        let mut row = vec![spreadsheet_safe(&lag.channel), period.to_owned()];
        row.extend(triple(lag.half_life));
        row.extend(triple(lag.immediate_share));
        row
    });
    written(&LAG_COLUMNS.map(str::to_owned), rows)
}
