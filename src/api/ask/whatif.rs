//! `POST /v1/accounts/{id}/whatif`: what changed weekly spends would change, with how sure that is.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::features::unknown;
use super::{AMOUNT_MAX, Brought, ModelView, brought, confidence, model_view, notes, wrong};
use crate::advice::planning::{SpendChange, parse_changes};
use crate::api::models::{Answers, model};
use crate::api::place::Place;
use crate::api::problem::{Problem, Wrong, body_of, json_of};
use crate::domain::ChannelName;
use crate::report::advice::is_above;

/// Changed spends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"set": {"Google Ads": "+30%", "Email": "-5000"}}))]
pub(in crate::api) struct WhatIfAsked {
    /// Changes by channel: "+30%", "-5000" or "12000". Channels that aren't named stay as they are.
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// Weekly spends by channel.
    #[serde(default)]
    spend: BTreeMap<String, f64>,
    /// Weekly spends by channel that the asked ones are compared with, instead of the present ones.
    #[serde(default)]
    compare: BTreeMap<String, f64>,
    /// The probability of the intervals, from 0.5 to 0.999; otherwise as the account's file says.
    #[schema(minimum = 0.5, maximum = 0.999)]
    confidence: Option<f64>,
}

/// What they would change.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct WhatIfAnswer {
    /// The first day of the week that the model speaks of.
    #[schema(format = Date)]
    week_start_date: String,
    /// What amounts are for: `week`, or `month` where the figures are of months.
    period: &'static str,
    model: ModelView,
    /// The probability of the intervals.
    confidence: f64,
    /// The revenue of a week that comes without media; part of each `revenue` below.
    without_media: f64,
    /// The mean of the last four weeks.
    present: Brought,
    asked: Brought,
    /// What `compare` names; `null` where it names nothing.
    compared: Option<Brought>,
    /// Of what is asked, against what it is compared with, or the present.
    lift: Lift,
    channels: Vec<ChannelAnswer>,
    /// The checks that the model fails.
    failed_checks: Vec<String>,
    /// What to look at before following this.
    notes: Vec<String>,
}

/// What changes with the spends, per week.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Lift {
    revenue: f64,
    low: f64,
    high: f64,
    /// The probability that it is more than nothing; `null` where nothing changes.
    probability_positive: Option<f64>,
}

/// A channel of an answer, per week.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ChannelAnswer {
    channel: String,
    present_spend: f64,
    spend: f64,
    /// The revenue that the spend brings by itself.
    contribution: f64,
    low: f64,
    high: f64,
    /// What changing this channel alone changes, against what is compared or present.
    lift: f64,
    lift_low: f64,
    lift_high: f64,
    /// Revenue of a further unit of spend.
    marginal_roas: f64,
    /// What the business allows it at most of the asked total; `null`: no limit is known.
    cap: Option<f64>,
    is_above_cap: bool,
    /// Whether it never spent so much in a week.
    is_beyond_history: bool,
}

/// What changed spends of channels would change, by the account's model. It is advice; no budget changes.
#[utoipa::path(post, path = "/v1/accounts/{id}/whatif", tag = "models",
    params(("id" = String, Path, description = "the account", example = "main")), request_body = WhatIfAsked,
    responses((status = 200, body = WhatIfAnswer),
        (status = 409, description = "the account has no model", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a channel or an amount is wrong: `errors` names each", body = Problem, content_type = "application/problem+json"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(in crate::api) async fn what_if(
    State(place): State<Arc<Place>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<WhatIfAnswer>, Problem> {
    let asked: WhatIfAsked = json_of(&body_of(&headers, body).await?)?;
    let answers = model(&place, &id).await?;
    place.aside(move || answer(&answers, &asked)).await.map(Json)
}

fn answer(answers: &Answers, asked: &WhatIfAsked) -> Result<WhatIfAnswer, Problem> {
    let confidence = confidence(asked.confidence, answers.confidence)?;
    let horizon = &answers.horizon;
    let present = horizon.present();
    let spends = spends(answers, (&asked.set, &asked.spend), &present)?;
    let base = spends_of(answers, asked, &present)?;
    let before = base.as_ref().unwrap_or(&present);
    let total: f64 = spends.iter().sum();
    let lift = horizon.lift(before, &spends);
    let is_changed = *before != spends;
    let interval = lift.quick_interval(confidence);
    let all = Spends { present: &present, before, asked: &spends, total };
    let channels = (0..spends.len()).map(|at| channel(answers, all, at, confidence));
    let brought = |spends: &[f64]| {
        let media = horizon.quick_revenue(spends, confidence);
        brought(spends.iter().sum(), media.plus(answers.without_media))
    };
    Ok(WhatIfAnswer {
        week_start_date: answers.week.to_string(),
        period: horizon.unit(),
        model: model_view(answers),
        confidence,
        without_media: answers.without_media,
        present: brought(&present),
        asked: brought(&spends),
        compared: base.as_deref().map(brought),
        lift: Lift {
            revenue: interval.mean,
            low: interval.low,
            high: interval.high,
            probability_positive: is_changed.then(|| lift.above(0.0)),
        },
        channels: channels.collect(),
        failed_checks: answers.failed_checks.clone(),
        notes: notes(answers, &spends),
    })
}

/// The spends of an answer, per week.
#[derive(Clone, Copy)]
struct Spends<'a> {
    present: &'a [f64],
    before: &'a [f64],
    asked: &'a [f64],
    total: f64,
}

fn channel(answers: &Answers, spends: Spends<'_>, at: usize, confidence: f64) -> ChannelAnswer {
    let Spends { present, before, asked: spends, total } = spends;
    let horizon = &answers.horizon;
    let mut alone = vec![0.0; spends.len()];
    alone[at] = spends[at];
    let contribution = horizon.quick_revenue(&alone, confidence);
    let mut changed = before.to_vec();
    changed[at] = spends[at];
    let lift = horizon.lift(before, &changed).quick_interval(confidence);
    let cap = answers.caps[at];
    ChannelAnswer {
        channel: answers.names[at].clone(),
        present_spend: present[at],
        spend: spends[at],
        contribution: contribution.mean,
        low: contribution.low,
        high: contribution.high,
        lift: lift.mean,
        lift_low: lift.low,
        lift_high: lift.high,
        marginal_roas: horizon.point(at, spends[at]).marginal,
        cap: cap.map(|cap| cap * total),
        is_above_cap: cap.is_some_and(|cap| is_above(spends[at], cap, total)),
        is_beyond_history: !horizon.is_within_history(at, spends[at]),
    }
}

/// What the asked spends are compared with; `None`: with the present ones.
fn spends_of(
    answers: &Answers,
    asked: &WhatIfAsked,
    present: &[f64],
) -> Result<Option<Vec<f64>>, Problem> {
    let compare = (!asked.compare.is_empty()).then_some(&asked.compare);
    compare.map(|compare| spends(answers, (&BTreeMap::new(), compare), present)).transpose()
}

/// Changes and amounts → spends in the model's order.
fn spends(
    answers: &Answers,
    (set, spend): (&BTreeMap<String, String>, &BTreeMap<String, f64>),
    present: &[f64],
) -> Result<Vec<f64>, Problem> {
    let mut spends = present.to_vec();
    let mut changed = vec![false; present.len()];
    let mut wrongs: Vec<Wrong> = Vec::new();
    let changes = set.iter().map(|(name, change)| (name, Err(change.as_str())));
    let amounts = spend.iter().map(|(name, amount)| (name, Ok(*amount)));
    for (name, value) in changes.chain(amounts) {
        let Some(at) = position(answers, name) else {
            wrongs.push(wrong(name, unknown(name, &answers.names)));
            continue;
        };
        if std::mem::replace(&mut changed[at], true) {
            wrongs.push(wrong(name, "it is changed twice"));
            continue;
        }
        let spend = match value {
            Ok(amount) => Some(amount),
            Err(change) => change_of(change).map(|change| change.of(present[at])),
        };
        match spend {
            Some(spend) if (0.0..=AMOUNT_MAX).contains(&spend) => spends[at] = spend,
            Some(_) => wrongs.push(wrong(name, "a week's spend is from 0 to 10000000000000")),
            None => {
                wrongs.push(wrong(name, "write a change such as \"+30%\", \"-5000\" or \"12000\""));
            }
        }
    }
    match wrongs.first() {
        None => Ok(spends),
        Some(first) => {
            let detail = format!("channel \"{}\": {}", first.feature, first.message);
            Err(Problem::unprocessable(detail, wrongs))
        }
    }
}

/// A change without its channel, read as the command line reads it.
fn change_of(text: &str) -> Option<SpendChange> {
    let changes = parse_changes(&[format!("channel={text}")], &["channel"]).ok()?;
    changes.first().map(|(_, change)| *change)
}

/// The channel of a name, of one of its former names, or of one of its aliases.
fn position(answers: &Answers, name: &str) -> Option<usize> {
    let find = |name: &str| answers.names.iter().position(|known| known == name);
    find(name).or_else(|| {
        let todays = answers.account.todays_name(&ChannelName::new(name).ok()?);
        find(todays.as_str())
    })
}
