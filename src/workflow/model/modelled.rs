//! What was observed → a fitted model with everything that people are told of it. The weekly run and
//! the commands by hand come this way, so that both say the same.

use chrono::Months;

use super::ModelData;
use crate::advice::mmm::attribution::{Attribution, attribute};
use crate::advice::mmm::classic;
use crate::advice::mmm::cleaning::Change;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fit::{FitSettings, Split, fit};
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::health::{self, Check};
use crate::advice::mmm::prepare::{LeftOut, prepare};
use crate::advice::mmm::rows::DailyRow;
use crate::advice::mmm::series::Series;
use crate::advice::mmm::settings::{fit_settings, holidays_left_out, prepare_settings};
use crate::advice::mmm::spread::Estimate;
use crate::advice::mmm::thin::fit_thin;
use crate::advice::planning::Horizon;
use crate::advice::uncertainty::actions::{ActionQuestion, ChannelAction, actions};
use crate::advice::uncertainty::experiments::{self, Reading, fit_with};
use crate::advice::uncertainty::lag::{LagEffect, lag_effects};
use crate::advice::uncertainty::pooling::{
    Beliefs, Pooling, Summary, believing, borrowed, pooling, summary,
};
use crate::advice::uncertainty::spline::{Families, families};
use crate::domain::calendar::plus_days;
use crate::domain::model::{self, Preset};
use crate::domain::{Account, Day, Digest, Grain};
use crate::workflow::SharedPool;
use crate::workflow::pool::kinds;

/// What is asked for beside what the account's file says.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelRequest {
    /// The kind of model; `None`: as the file says.
    pub preset: Option<Preset>,
    /// The day from which on it is tested; `None`: as the file says. The classic preset has its own.
    pub test_from: Option<Day>,
    /// The probability of the intervals; `None`: as the file says.
    pub confidence: Option<f64>,
    /// Whether a history too short for a model of its own may have one that leans on what is likely
    /// beforehand.
    pub thin: bool,
    /// The first day of the week that is advised for; `None`: that after the figures.
    pub week: Option<Day>,
}

/// A model, and what it says.
#[derive(Debug, Clone)]
pub struct Modelled {
    /// The model.
    pub fitted: Fitted,
    /// What it says of each channel.
    pub attribution: Attribution,
    /// What a further unit of each channel's present weekly spend would bring; `None`: nothing was
    /// spent on it lately.
    pub marginal_roas: Vec<Option<Estimate>>,
    /// The first day of the week that is advised for.
    pub week: Day,
    /// What is advised for each channel.
    pub actions: Vec<ChannelAction>,
    /// When each channel's effect comes.
    pub lags: Vec<LagEffect>,
    /// The share of the total that the business allows each channel at most.
    pub caps: Vec<Option<f64>>,
    /// Figures that were changed before fitting.
    pub changes: Vec<Change>,
    /// Series that were left out.
    pub left_out: Vec<LeftOut>,
    /// Whether it explains what platforms claim, for want of the business's own revenue.
    pub is_of_claims: bool,
    /// What each lift test of the account says beside history.
    pub experiments: Vec<Reading>,
    /// What it learnt from other accounts.
    pub pooled: Pooled,
    /// The model's curves beside some without a fixed shape, or why there are none; `None`: not asked
    /// for.
    pub families: Option<Result<Families, Failure>>,
    /// Whether to believe it.
    pub checks: Vec<Check>,
    /// The probability of its intervals.
    pub confidence: f64,
    /// The rows of days that it learnt from, where it cleaned them itself.
    pub cleaned_rows: Option<Vec<DailyRow>>,
}

/// What a model and other accounts told each other.
#[derive(Debug, Clone, Default)]
pub struct Pooled {
    /// The digest of the pool that was looked at; `None`: none was.
    pub digest: Option<Digest>,
    /// What was borrowed; `None`: nothing.
    pub borrowed: Option<Pooling>,
    /// What the account's own data say, for the others; `None`: nothing, or it doesn't share.
    pub told: Option<Summary>,
}

/// Cleans `data`, fits and attributes, by the account's own data alone.
///
/// # Errors
/// A [`Failure`] that says why there is no model.
pub fn modelled(
    account: &Account,
    data: &ModelData,
    request: ModelRequest,
) -> Result<Modelled, Failure> {
    modelled_with(account, data, request, None)
}

/// The same; where the account shares, with what the others of `pool` say.
///
/// # Errors
/// A [`Failure`] that says why there is no model.
pub fn modelled_with(
    account: &Account,
    data: &ModelData,
    request: ModelRequest,
    pool: Option<&SharedPool>,
) -> Result<Modelled, Failure> {
    let own = &account.model;
    let confidence = request.confidence.unwrap_or(own.confidence);
    let (fitted, cleaning) = match request.preset.unwrap_or(own.preset) {
        Preset::Search => searched(account, data, request, pool)?,
        Preset::Classic => classical(data)?,
    };
    let is_of_claims = data.observed.outcome.is_empty();
    let attribution = attribute(&fitted, confidence);
    let mut checks = health::checks(&fitted, &attribution);
    checks.extend(experiments::check(&cleaning.experiments));
    let families = cleaning.families;
    let compared = families.iter().flatten().map(|it| it.check(&attribution));
    checks.extend(compared);
    let horizon = Horizon::of(&fitted);
    let channels = 0..fitted.series.channels.len();
    let marginal_roas = channels.map(|at| horizon.marginal_roas(at, confidence)).collect();
    let actions = actions(
        &fitted,
        &horizon,
        ActionQuestion { settings: &account.actions, confidence, is_of_claims },
    );
    let lags = lag_effects(&fitted, confidence);
    let week = request.week.unwrap_or_else(|| week_after(account, &fitted.series));
    let caps = fitted.series.channels.iter().map(|channel| cap(account, &channel.name)).collect();
    let Cleaning { changes, left_out, rows, experiments, pooled, .. } = cleaning;
    Ok(Modelled {
        fitted,
        attribution,
        marginal_roas,
        week,
        actions,
        lags,
        caps,
        changes: [data.repeated.as_slice(), &changes].concat(),
        left_out,
        is_of_claims,
        experiments,
        pooled,
        families,
        checks,
        confidence,
        cleaned_rows: rows,
    })
}

/// What was done to the data of a model.
struct Cleaning {
    changes: Vec<Change>,
    left_out: Vec<LeftOut>,
    rows: Option<Vec<DailyRow>>,
    experiments: Vec<Reading>,
    pooled: Pooled,
    families: Option<Result<Families, Failure>>,
}

fn searched(
    account: &Account,
    data: &ModelData,
    request: ModelRequest,
    pool: Option<&SharedPool>,
) -> Result<(Fitted, Cleaning), Failure> {
    let own = &account.model;
    let mut prepared = prepare(&data.observed, prepare_settings(own))?;
    let series = &prepared.series;
    let mut settings = fit_settings(own, series.grain, &series.periods);
    settings.split = request.test_from.map_or(settings.split, Split::From);
    prepared.left_out.extend(holidays_left_out(own, series.grain, &series.periods));
    let today = request.week.unwrap_or_else(|| week_after(account, &prepared.series));
    let (settings, beliefs, told) = shared(account, &prepared.series, settings, pool);
    let found = fit_with(&prepared.series, &settings, &account.experiments, today);
    let (fitted, experiments) = match found {
        // Of a few days hardly anything is known, whatever is likely beforehand.
        Err(Failure::NotEnoughData { .. })
            if request.thin && prepared.series.grain != Grain::Day =>
        {
            (fit_thin(&prepared.series, &settings)?, Vec::new())
        }
        found => found?,
    };
    let pooled = Pooled {
        digest: pool.filter(|_| own.pool).map(|it| it.digest),
        borrowed: beliefs
            .zip(pool)
            .and_then(|(beliefs, pool)| pooling(&fitted, beliefs, pool.pool.len())),
        told,
    };
    let (changes, left_out) = (prepared.changes, prepared.left_out);
    let families = (own.families == model::Families::Both)
        .then(|| families(&fitted, &settings, request.confidence.unwrap_or(own.confidence)));
    Ok((fitted, Cleaning { changes, left_out, rows: None, experiments, pooled, families }))
}

/// What the account tells others and what they tell it, where it shares. What it tells comes from its own
/// data alone, without its lift tests.
fn shared(
    account: &Account,
    series: &Series,
    settings: FitSettings,
    pool: Option<&SharedPool>,
) -> (FitSettings, Option<Beliefs>, Option<Summary>) {
    if !account.model.pool {
        return (settings, None, None);
    }
    let id = account.id.as_str();
    let kind = kinds(account);
    let told = fit(series, &settings).ok().and_then(|own| summary(id, &own, &settings, &kind));
    let Some(pool) = pool else { return (settings, None, told) };
    let beliefs = borrowed(id, series, &settings, &kind, &pool.pool);
    (believing(&settings, series, &beliefs), Some(beliefs), told)
}

fn classical(data: &ModelData) -> Result<(Fitted, Cleaning), Failure> {
    if data.rows.is_empty() {
        return Err(Failure::NotEnoughData {
            periods: 0,
            periods_min: 15,
            unit: "days",
            why: " by the classic preset, which learns from figures of days alone".to_owned(),
        });
    }
    let found = classic::run(&data.rows)?;
    let fitted = found.fitted()?;
    let rows = Some(classic::clean::known_rows(&found.rows));
    let (changes, left_out, experiments) = (found.changes, Vec::new(), Vec::new());
    let pooled = Pooled::default();
    Ok((fitted, Cleaning { changes, left_out, rows, experiments, pooled, families: None }))
}

/// The first day of the week, or month where the figures are of months, after the last period.
fn week_after(account: &Account, series: &Series) -> Day {
    let last = series.periods.last().copied().unwrap_or_default();
    match series.grain {
        Grain::Day => account.week_of(plus_days(last, 7)).first_day(),
        Grain::Week => plus_days(last, 7),
        Grain::Month => last.checked_add_months(Months::new(1)).unwrap_or(last),
    }
}

fn cap(account: &Account, name: &str) -> Option<f64> {
    let channel = account.channels.iter().find(|channel| channel.name.as_str() == name)?;
    Some(f64::from(account.cap_share(channel).millionths()) / 1e6)
}
