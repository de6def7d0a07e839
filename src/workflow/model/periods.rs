//! A model and its account → what a plan of several periods is asked with, and the plan that each
//! bundle carries.

use super::Modelled;
use super::files::NamedFile;
use crate::advice::planning::BoundShares;
use crate::advice::planning::periods::{
    ChannelTerms, Floor, LimitSettings, PeriodRequest, REACH, Risk, Strategy, first_days,
    plan_periods,
};
use crate::domain::{Account, Grain};
use crate::report::advice::{PeriodRow, plan_comparison_csv, plan_csv};
use crate::workflow::RulesAhead;

/// The periods that a bundle's plan is for.
pub const BUNDLE_PERIODS: u32 = 12;

/// What the business says of each channel of the model.
pub fn terms(account: &Account, modelled: &Modelled) -> Vec<ChannelTerms> {
    let is_paused =
        |name: &str| account.channels.iter().any(|it| it.name.as_str() == name && it.paused);
    let channels = modelled.fitted.series.channels.iter();
    channels
        .zip(&modelled.caps)
        .map(|(channel, cap)| ChannelTerms { cap: *cap, is_paused: is_paused(&channel.name) })
        .collect()
}

/// How far the account lets a budget move from one week to the next, as a share of it.
pub fn step(account: &Account) -> Option<f64> {
    account.rules.change_share_max.map(|share| f64::from(share.millionths()) / 1e6)
}

/// What the rules would give to each channel of the model, by week.
///
/// # Errors
/// Why they can't say, in words.
pub fn rules_budgets(
    modelled: &Modelled,
    ahead: &RulesAhead,
) -> Result<Vec<Vec<f64>>, &'static str> {
    let series = &modelled.fitted.series;
    if series.grain == Grain::Month {
        return Err("they decide by weeks, and these are months");
    }
    let weeks = match ahead {
        RulesAhead::Budgets(weeks) => weeks,
        RulesAhead::Unknown(why) => return Err(why),
    };
    let found: Vec<Vec<f64>> = weeks
        .iter()
        .map(|week| {
            let own = |name: &str| week.iter().find(|(known, _)| known.as_str() == name);
            let channels = series.channels.iter();
            channels.map(|it| own(&it.name).map_or(0.0, |(_, budget)| *budget)).collect()
        })
        .collect();
    if found.iter().any(|week| week.iter().sum::<f64>() <= 0.0) {
        return Err("they give nothing to the channels of the model");
    }
    Ok(found)
}

/// `plan.csv` and `plan_comparison.csv` for the coming [`BUNDLE_PERIODS`], by the strategy
/// [`Strategy::Sequential`] with everything as shipped; none where nothing was spent lately or the
/// caps can't hold what is.
pub fn period_files(account: &Account, modelled: &Modelled, ahead: &RulesAhead) -> Vec<NamedFile> {
    let series = &modelled.fitted.series;
    let days = first_days(series, BUNDLE_PERIODS as usize);
    let request = PeriodRequest {
        totals: vec![None; days.len()],
        done: Vec::new(),
        risk: Risk::Mean,
        limits: LimitSettings {
            shares: BoundShares::shipped(series.channels.len()),
            floor: Floor::History,
            step: step(account),
            reach: Some(REACH),
        },
        terms: terms(account, modelled),
        rules: rules_budgets(modelled, ahead).ok(),
    };
    let Ok(plans) = plan_periods(&modelled.fitted, &request) else { return Vec::new() };
    let Some(plan) = plans.by(Strategy::Sequential) else { return Vec::new() };
    let rows: Vec<PeriodRow> = days
        .iter()
        .zip(&plan.budgets)
        .map(|(first_day, budgets)| PeriodRow { first_day: *first_day, budgets: budgets.clone() })
        .collect();
    let channels: Vec<&str> = series.channels.iter().map(|it| it.name.as_str()).collect();
    vec![
        ("plan.csv", plan_csv(&channels, &rows, account.currency)),
        ("plan_comparison.csv", plan_comparison_csv(&plans, modelled.confidence)),
    ]
}
