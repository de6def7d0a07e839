//! A model and the rows that it learnt from → the files of `advice/`, and the tables for analysts
//! and their tools.

use super::{ModelData, Modelled};
use crate::advice::mmm::health::Verdict;
use crate::advice::planning::{BoundShares, Horizon, PRESENT_SHARE, Scenario, scenarios};
use crate::advice::uncertainty::pooling::Pooling;
use crate::advice::uncertainty::simulation::counterfactuals;
use crate::domain::{Account, Week};
use crate::report::advice::{
    CardInput, budget_optimization_csv, channel_actions_csv, contributions_csv,
    counterfactuals_csv, experiments_csv, lag_effects_csv, model_card_json, pooled_json,
    response_curves_csv, response_curves_flexible_csv, scenarios_csv,
};
use crate::report::mart::{MartInput, MartModel, Planned, fitted_model, tables};
use crate::report::plots::{ModelPlots, Plot, model_plots};
use crate::report::{daily_processed_csv, summary_txt};
use crate::store::{StoreError, mart};

/// A file by its name, and its bytes.
pub type NamedFile = (&'static str, Vec<u8>);

/// What a model says, as files and as the figures of a mart.
#[derive(Debug, Clone)]
pub struct ModelFiles {
    /// The files of `advice/`.
    pub files: Vec<NamedFile>,
    /// The figures for [`mart_files`].
    pub mart: MartModel,
    /// What other totals would bring.
    pub scenarios: Vec<Scenario>,
    /// All of it as pictures.
    pub plots: Vec<Plot>,
}

/// `model_card.json`.
pub fn model_card(account: &Account, modelled: &Modelled) -> Vec<u8> {
    model_card_json(&CardInput {
        account: account.id.as_str(),
        currency: account.currency.code(),
        fitted: &modelled.fitted,
        attribution: &modelled.attribution,
        marginal_roas: &modelled.marginal_roas,
        actions: &modelled.actions,
        lags: &modelled.lags,
        experiments: &modelled.experiments,
        pooling: modelled.pooled.borrowed.as_ref(),
        pool: modelled.pooled.digest,
        families: modelled.families.as_ref().map(Result::as_ref),
        confidence: modelled.confidence,
        changes: &modelled.changes,
        left_out: &modelled.left_out,
        is_of_claims: modelled.is_of_claims,
        checks: &modelled.checks,
    })
}

/// Card, contributions and curves; scenarios and the best split too, where anything was spent
/// lately.
pub fn model_files(account: &Account, modelled: &Modelled) -> ModelFiles {
    let Modelled { fitted, attribution, confidence, .. } = modelled;
    let mut files = vec![
        ("model_card.json", model_card(account, modelled)),
        ("contributions.csv", contributions_csv(fitted)),
        ("response_curves.csv", response_curves_csv(fitted, *confidence)),
    ];
    let families = modelled.families.as_ref().and_then(|it| it.as_ref().ok());
    if let Some(families) = families {
        files.push(("response_curves_flexible.csv", response_curves_flexible_csv(families)));
    }
    let horizon = Horizon::of(fitted);
    if !modelled.experiments.is_empty() {
        files.push(("experiments.csv", experiments_csv(&modelled.experiments)));
    }
    if let (Some(digest), Some(pooling)) = (modelled.pooled.digest, &modelled.pooled.borrowed) {
        files.push(("pooled.json", pooled_json(digest, pooling)));
    }
    files.extend(action_files_on(&horizon, account, modelled));
    let bounds = BoundShares::shipped(fitted.series.channels.len());
    let found = scenarios(&horizon, bounds, *confidence).unwrap_or_default();
    if let Some(present) = found.iter().find(|scenario| scenario.share == PRESENT_SHARE) {
        files.push(("scenarios.csv", scenarios_csv(&horizon, &found)));
        let optimum = budget_optimization_csv(&horizon, present, &modelled.caps);
        files.push(("budget_optimization.csv", optimum));
    }
    let planned = Planned { horizon: &horizon, scenarios: &found, confidence: *confidence };
    let advised = modelled.actions.iter().map(|it| (it.channel.clone(), it.action)).collect();
    let mart = fitted_model(fitted, attribution, Some(planned), &modelled.checks);
    let families = families.map(|it| it.check(attribution));
    let of_families = families.filter(|it| it.verdict != Verdict::Pass).map(|it| it.text);
    let pooled = modelled.pooled.borrowed.as_ref().map(Pooling::text);
    let plots = model_plots(&ModelPlots {
        account,
        fitted,
        attribution,
        actions: &modelled.actions,
        lags: &modelled.lags,
        scenarios: &found,
        confidence: *confidence,
    });
    ModelFiles {
        files,
        mart: MartModel {
            advised,
            is_of_claims: modelled.is_of_claims,
            pooled,
            of_families,
            ..mart
        },
        scenarios: found,
        plots,
    }
}

/// What is advised for each channel, what changed spends would do, and when effects come.
pub fn action_files(account: &Account, modelled: &Modelled) -> [NamedFile; 3] {
    action_files_on(&Horizon::of(&modelled.fitted), account, modelled)
}

fn action_files_on(
    horizon: &Horizon<'_>,
    account: &Account,
    modelled: &Modelled,
) -> [NamedFile; 3] {
    let simulations = counterfactuals(horizon, account.actions.hurdle);
    let period = modelled.fitted.series.grain.word();
    [
        ("channel_actions.csv", channel_actions_csv(modelled.week, &modelled.actions)),
        ("counterfactuals.csv", counterfactuals_csv(&simulations)),
        ("lag_effects.csv", lag_effects_csv(period, &modelled.lags)),
    ]
}

/// `marketing.db`, `daily_processed.csv` and `summary.txt`: there with or without a model, and they
/// say why there is none.
///
/// # Errors
/// [`StoreError`] where the database can't be made.
pub fn mart_files(
    account: &Account,
    week: Option<Week>,
    data: &ModelData,
    modelled: Option<&Modelled>,
    model: Result<&MartModel, &str>,
) -> Result<[NamedFile; 3], StoreError> {
    let cleaned = modelled.and_then(|it| Some((it.cleaned_rows.as_deref()?, &it.changes)));
    let (rows, changes) = cleaned.unwrap_or((&data.rows, &data.repeated));
    let input = MartInput {
        account: account.id.as_str(),
        week,
        currency: account.currency,
        rows,
        changes,
        sources: &data.sources,
        model,
    };
    Ok([
        (mart::FILE_NAME, mart::to_bytes(&tables(&input))?),
        ("daily_processed.csv", daily_processed_csv(&input)),
        ("summary.txt", summary_txt(&input).into_bytes()),
    ])
}
