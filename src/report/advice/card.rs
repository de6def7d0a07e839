//! `model_card.json`: what a model learnt from, how well it predicts, what each channel contributed
//! and how sure that is, and whether to believe it.

use serde_json::{Map, Value, json};

use super::pooled::pooling;
use super::{estimate, families};
use crate::advice::mmm::attribution::{Attribution, ChannelAttribution};
use crate::advice::mmm::cleaning::Change;
use crate::advice::mmm::failure::Failure;
use crate::advice::mmm::fitted::Fitted;
use crate::advice::mmm::health::{Check, worst};
use crate::advice::mmm::prepare::LeftOut;
use crate::advice::mmm::scores::{Scores, decomp_rssd};
use crate::advice::mmm::spread::Estimate;
use crate::advice::uncertainty::actions::ChannelAction;
use crate::advice::uncertainty::experiments::Reading;
use crate::advice::uncertainty::lag::LagEffect;
use crate::advice::uncertainty::pooling::Pooling;
use crate::advice::uncertainty::spline::Families;
use crate::domain::Digest;

/// The number of this description.
const FORMAT: u32 = 1;

/// Changes that are listed one by one.
const CHANGES_LISTED_MAX: usize = 100;

/// What a card is made of.
#[derive(Debug, Clone, Copy)]
pub struct CardInput<'a> {
    /// The account's id.
    pub account: &'a str,
    /// The currency's code.
    pub currency: &'a str,
    /// The model.
    pub fitted: &'a Fitted,
    /// What it says of each channel.
    pub attribution: &'a Attribution,
    /// What a further unit of each channel's present weekly spend would bring.
    pub marginal_roas: &'a [Option<Estimate>],
    /// What is advised for each channel.
    pub actions: &'a [ChannelAction],
    /// When each channel's effect comes.
    pub lags: &'a [LagEffect],
    /// What each lift test of the account says beside history.
    pub experiments: &'a [Reading],
    /// What it borrowed from other accounts; `None`: nothing.
    pub pooling: Option<&'a Pooling>,
    /// The digest of the pool that was looked at; `None`: none was.
    pub pool: Option<Digest>,
    /// Both families of curves; or why there is no flexible one; `None`: it wasn't asked for.
    pub families: Option<Result<&'a Families, &'a Failure>>,
    /// The probability of the intervals.
    pub confidence: f64,
    /// Each figure that was changed.
    pub changes: &'a [Change],
    /// What was left out.
    pub left_out: &'a [LeftOut],
    /// Whether it explains what platforms claim, for want of the business's own revenue.
    pub is_of_claims: bool,
    /// Whether to believe it.
    pub checks: &'a [Check],
}

/// The file.
pub fn model_card_json(input: &CardInput<'_>) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(&card(input)).expect("JSON of plain values");
    text.push(b'\n');
    text
}

fn card(input: &CardInput<'_>) -> Value {
    let CardInput { fitted, attribution, .. } = input;
    let series = &fitted.series;
    let spends: Vec<f64> = attribution.channels.iter().map(|it| it.spend).collect();
    let effects: Vec<f64> = attribution.channels.iter().map(|it| it.contribution.mean).collect();
    json!({
        "format": FORMAT,
        "model": fitted.method.name(),
        "account": input.account,
        "currency": input.currency,
        "data": {
            "grain": series.grain.word(),
            "periods": series.len(),
            "first_day": series.periods.first().map(ToString::to_string),
            "last_day": series.periods.last().map(ToString::to_string),
            "revenue": estimate(attribution.outcome),
            "revenue_of": if input.is_of_claims { "platforms" } else { "business" },
            "changed": changed(input.changes),
            "left_out": input.left_out,
        },
        "health": { "verdict": worst(input.checks), "checks": input.checks.iter().map(check).collect::<Vec<_>>() },
        "scores": {
            "train": scores(&fitted.scores_train),
            "test": scores(&fitted.scores_test),
            "decomp_rssd": decomp_rssd(&spends, &effects).map_or(Value::Null, estimate),
        },
        "search": {
            "candidates_tried": fitted.candidates_tried,
            "candidates_kept": fitted.candidates.len(),
            "candidates_effective": estimate(fitted.candidates_effective),
            "media_evidence_log": fitted.evidence.map_or(Value::Null, |it| estimate(it.media_log)),
            "autocorrelation": estimate(fitted.autocorrelation),
        },
        "confidence": input.confidence,
        "predicted": estimate(attribution.predicted),
        "baseline": estimate(attribution.baseline),
        "channels": attribution
            .channels
            .iter()
            .enumerate()
            .map(|(at, it)| {
                channel(it, input.marginal_roas[at].as_ref(), &input.actions[at], &input.lags[at])
            })
            .collect::<Vec<_>>(),
        "regressors": regressors(fitted),
        "families": match input.families {
            Some(Ok(both)) => families::families(both, attribution, input.marginal_roas),
            _ => json!([]),
        },
        "family_preferred": match input.families {
            Some(Ok(both)) => families::preference(both, attribution),
            Some(Err(failure)) => json!({
                "preferred": null, "reason": failure.code(), "text": failure.to_string(),
            }),
            None => Value::Null,
        },
        "experiments": input.experiments.iter().map(experiment).collect::<Vec<_>>(),
        "pooling": pooling(input.pool, input.pooling),
    })
}

fn experiment(reading: &Reading) -> Value {
    let may = |value: Option<f64>| value.map_or(Value::Null, estimate);
    json!({
        "name": reading.experiment.name,
        "channel": reading.experiment.channel,
        "first_day": reading.experiment.first_day.to_string(),
        "last_day": reading.experiment.last_day.to_string(),
        "spend_change": may(reading.spend_change),
        "lift": estimate(reading.experiment.lift),
        "error": estimate(reading.experiment.error),
        "error_used": may(reading.error_used),
        "expected_by_history": reading.expected.as_ref().map_or(Value::Null, interval),
        "standard_errors_apart": may(reading.distance),
        "verdict": reading.verdict,
        "text": reading.text(),
    })
}

fn channel(
    channel: &ChannelAttribution,
    marginal_roas: Option<&Estimate>,
    action: &ChannelAction,
    lag: &LagEffect,
) -> Value {
    let evidence = action.evidence;
    json!({
        "channel": channel.channel,
        "spend": estimate(channel.spend),
        "contribution": interval(&channel.contribution),
        "share": estimate(channel.share),
        "share_of_media": channel.share_of_media.map_or(Value::Null, estimate),
        "immediate": estimate(channel.immediate),
        "carried_over": estimate(channel.carried_over),
        "incremental_roas": channel.incremental_roas.as_ref().map_or(Value::Null, interval),
        "roi": channel.roi.as_ref().map_or(Value::Null, interval),
        "marginal_roas": marginal_roas.map_or(Value::Null, interval),
        "reported_roas": channel.reported_roas.map_or(Value::Null, estimate),
        "decay": channel.decay.map_or(Value::Null, estimate),
        "half_life": interval(&lag.half_life),
        "action": {
            "action": action.action,
            "probability": action.probability.map_or(Value::Null, estimate),
            "reason": action.reason,
            "abstention": action.abstention,
        },
        "evidence": {
            "effect_factor": evidence.effect_factor.map_or(Value::Null, estimate),
            "learnt": estimate(evidence.learnt),
        },
    })
}

pub(super) fn interval(interval: &Estimate) -> Value {
    json!({"mean": estimate(interval.mean), "low": estimate(interval.low), "high": estimate(interval.high)})
}

pub(super) fn scores(scores: &Scores) -> Value {
    let may = |value: Option<f64>| value.map_or(Value::Null, estimate);
    json!({
        "periods": scores.periods,
        "r2": may(scores.r2),
        "mae": estimate(scores.mae),
        "rmse": estimate(scores.rmse),
        "nrmse": may(scores.nrmse),
        "mape": may(scores.mape),
    })
}

fn check(check: &Check) -> Value {
    json!({"check": check.check, "verdict": check.verdict, "figure": estimate(check.figure), "text": check.text})
}

/// How many figures were changed for each reason, and the first of them one by one.
fn changed(changes: &[Change]) -> Value {
    let mut counts = Map::new();
    for change in changes {
        let count = counts.entry(change.reason.code()).or_insert_with(|| json!(0));
        *count = json!(count.as_u64().unwrap_or(0) + 1);
    }
    let listed: Vec<Value> = changes
        .iter()
        .take(CHANGES_LISTED_MAX)
        .map(|change| {
            json!({
                "date": change.day.to_string(),
                "series": change.series,
                "measure": change.measure.map(crate::advice::mmm::cleaning::Measure::name),
                "before": change.before.map_or(Value::Null, estimate),
                "after": change.after.map_or(Value::Null, estimate),
                "reason": change.reason.code(),
            })
        })
        .collect();
    json!({"count": changes.len(), "by_reason": counts, "figures": listed})
}

/// Coefficients averaged over the candidates.
fn regressors(fitted: &Fitted) -> Vec<Value> {
    fitted
        .regressors
        .iter()
        .enumerate()
        .map(|(at, regressor)| {
            let mean: f64 = fitted.candidates.iter().map(|it| it.weight * it.regressors[at]).sum();
            json!({"name": regressor.name, "kind": regressor.kind, "coefficient": estimate(mean)})
        })
        .collect()
}
