//! `POST /v1/accounts/{id}/plan`: the best split of a weekly total, or the total for a target.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AMOUNT_MAX, Brought, ModelView, brought, confidence, model_view, notes, wrong};
use crate::advice::planning::{BoundShares, Objective, Plan, curves, plan_on};
use crate::api::models::{Answers, model};
use crate::api::place::Place;
use crate::api::problem::{Problem, body_of, json_of};
use crate::report::advice::{bound, is_above};

/// How far beyond the present total an objective may look.
const MOST_SHARE: f64 = 3.0;

/// What is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"total": 500_000}))]
pub(in crate::api) struct PlanAsked {
    /// `revenue`: most revenue from `total`; `target_roas`: the largest total that still returns
    /// `target_roas`; `profit`: the total of most profit, where `margin` of revenue is earned before media.
    #[serde(default)]
    objective: Wanted,
    /// The weekly total; otherwise the present one.
    total: Option<f64>,
    /// Revenue per unit of spend.
    target_roas: Option<f64>,
    /// A share of revenue.
    margin: Option<f64>,
    /// No channel gets less than this share of the total.
    low: Option<f64>,
    /// No channel gets more.
    high: Option<f64>,
    /// The probability of the intervals, from 0.5 to 0.999.
    confidence: Option<f64>,
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum Wanted {
    #[default]
    Revenue,
    TargetRoas,
    Profit,
}

/// A plan.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct PlanAnswer {
    #[schema(format = Date)]
    week_start_date: String,
    period: &'static str,
    model: ModelView,
    confidence: f64,
    /// The revenue of a week that comes without media; part of each `revenue` below.
    without_media: f64,
    /// The mean of the last four weeks.
    present: Brought,
    /// `null`: no total returns enough.
    plan: Option<PlanView>,
    failed_checks: Vec<String>,
    notes: Vec<String>,
}

/// A split of a total, per week.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct PlanView {
    expected: Brought,
    /// Revenue of a further unit of the total.
    multiplier: f64,
    /// Nothing else brings more than this more.
    gap: f64,
    channels: Vec<PlannedChannel>,
}

/// A channel of a plan, per week.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct PlannedChannel {
    channel: String,
    present_spend: f64,
    spend: f64,
    /// Of the total.
    share: f64,
    /// `free`, `at_low` or `at_high`: whether a bound holds it.
    bound: &'static str,
    /// What the business allows it at most; `null`: no limit is known.
    cap: Option<f64>,
    is_above_cap: bool,
    is_beyond_history: bool,
}

/// The best split of a total, by the account's model. It is advice; no budget changes.
#[utoipa::path(post, path = "/v1/accounts/{id}/plan", tag = "models",
    params(("id" = String, Path, description = "the account", example = "main")), request_body = PlanAsked,
    responses((status = 200, body = PlanAnswer),
        (status = 409, description = "the account has no model", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "an amount or a bound is wrong", body = Problem, content_type = "application/problem+json"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(in crate::api) async fn plan(
    State(place): State<Arc<Place>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<PlanAnswer>, Problem> {
    let asked: PlanAsked = json_of(&body_of(&headers, body).await?)?;
    let answers = model(&place, &id).await?;
    place.aside(move || answer(&answers, &asked)).await.map(Json)
}

fn answer(answers: &Answers, asked: &PlanAsked) -> Result<PlanAnswer, Problem> {
    let horizon = &answers.horizon;
    let confidence = confidence(asked.confidence, answers.confidence)?;
    let present = horizon.present();
    let total: f64 = present.iter().sum();
    let bounds = bounds(asked, present.len())?;
    let objective = objective(asked, total)?;
    let found = plan_on(|most| curves(horizon, most), bounds, objective).map_err(|error| {
        Problem::unprocessable(format!("{error}; widen low and high"), Vec::new())
    })?;
    let spends = found.as_ref().map_or(&present, |(_, plan)| &plan.spends);
    Ok(PlanAnswer {
        week_start_date: answers.week.to_string(),
        period: horizon.unit(),
        model: model_view(answers),
        confidence,
        without_media: answers.without_media,
        present: brought(
            total,
            horizon.quick_revenue(&present, confidence).plus(answers.without_media),
        ),
        failed_checks: answers.failed_checks.clone(),
        notes: notes(answers, spends),
        plan: found.map(|(total, plan)| view(answers, (total, &plan), &present, confidence)),
    })
}

fn view(
    answers: &Answers,
    (total, plan): (f64, &Plan),
    present: &[f64],
    confidence: f64,
) -> PlanView {
    let horizon = &answers.horizon;
    let channel = |at: usize| {
        let (spend, cap) = (plan.spends[at], answers.caps[at]);
        PlannedChannel {
            channel: answers.names[at].clone(),
            present_spend: present[at],
            spend,
            share: if total > 0.0 { spend / total } else { 0.0 },
            bound: bound(plan.certificate.active[at]),
            cap: cap.map(|cap| cap * total),
            is_above_cap: cap.is_some_and(|cap| is_above(spend, cap, total)),
            is_beyond_history: !horizon.is_within_history(at, spend),
        }
    };
    PlanView {
        expected: brought(
            total,
            horizon.quick_revenue(&plan.spends, confidence).plus(answers.without_media),
        ),
        multiplier: plan.certificate.multiplier,
        gap: plan.certificate.gap,
        channels: (0..present.len()).map(channel).collect(),
    }
}

fn objective(asked: &PlanAsked, present: f64) -> Result<Objective, Problem> {
    let most = present * MOST_SHARE;
    let needs = |key: &str, message: &str| {
        Problem::unprocessable(format!("{key}: {message}"), vec![wrong(key, message)])
    };
    let unread = |key: &str| needs(key, "this objective does not read it");
    match asked.objective {
        Wanted::Revenue | Wanted::Profit if asked.target_roas.is_some() => {
            Err(unread("target_roas"))
        }
        Wanted::Revenue | Wanted::TargetRoas if asked.margin.is_some() => Err(unread("margin")),
        Wanted::TargetRoas | Wanted::Profit if asked.total.is_some() => Err(unread("total")),
        Wanted::Revenue => match asked.total.unwrap_or(present) {
            total if total > 0.0 && total <= AMOUNT_MAX => Ok(Objective::MostRevenue { total }),
            _ => Err(needs("total", "more than 0, and at most 10000000000000")),
        },
        Wanted::TargetRoas => match asked.target_roas {
            Some(roas) if roas > 0.0 && roas <= AMOUNT_MAX => {
                Ok(Objective::TargetRoas { roas, most })
            }
            _ => Err(needs("target_roas", "it is needed here, and more than 0")),
        },
        Wanted::Profit => match asked.margin {
            Some(margin) if margin > 0.0 && margin <= 1.0 => {
                Ok(Objective::MostProfit { margin, most })
            }
            _ => Err(needs("margin", "it is needed here: a share, more than 0 and at most 1")),
        },
    }
}

fn bounds(asked: &PlanAsked, channels: usize) -> Result<BoundShares, Problem> {
    let is_share = |share: Option<f64>| share.is_none_or(|share| (0.0..=1.0).contains(&share));
    for (key, share) in [("low", asked.low), ("high", asked.high)] {
        if !is_share(share) {
            return Err(Problem::unprocessable(
                format!("{key} is a share from 0 to 1"),
                vec![wrong(key, "a share from 0 to 1")],
            ));
        }
    }
    let shipped = BoundShares::shipped(channels);
    let bounds = BoundShares {
        low: asked.low.unwrap_or(shipped.low),
        high: asked.high.unwrap_or(shipped.high),
    };
    let told = BoundShares { low: asked.low.unwrap_or(0.0), high: asked.high.unwrap_or(1.0) };
    if bounds.low > bounds.high || !told.can_hold(channels) {
        let detail = format!(
            "low {} and high {} leave no way to share out a total among {channels} channels",
            bounds.low, bounds.high
        );
        return Err(Problem::unprocessable(
            detail,
            vec![wrong("low", "low times their number is at most 1, high times it at least 1")],
        ));
    }
    Ok(bounds)
}
