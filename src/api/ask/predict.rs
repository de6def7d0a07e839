//! `POST /predict`: named features of the chosen model → what it predicts, one object or an array of them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AMOUNT_MAX;
use super::features::Features;
use crate::advice::mmm::linear::LinearFit;
use crate::advice::mmm::spread::Estimate;
use crate::api::models::{Answers, model};
use crate::api::place::Place;
use crate::api::problem::{Problem, Wrong, body_of, json_of};

/// Objects of an array.
const OBJECTS_MAX: usize = 1_000;

/// A linear model that was read from a file when the daemon started.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearPredictor {
    /// The features' names.
    pub names: Vec<String>,
    /// Their coefficients.
    pub fit: LinearFit,
}

/// What is predicted.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"predicted_revenue": 1_042_310.5, "low": 968_100.2, "high": 1_118_925.8}))]
pub(in crate::api) struct Prediction {
    /// The expected revenue: of an account's model that of a week, what comes without media included.
    predicted_revenue: f64,
    /// The lower bound of what is expected; `null` for a linear model, which has none.
    low: Option<f64>,
    /// The upper bound.
    high: Option<f64>,
}

/// One object, or an array.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes bodies, which are read by hand")]
pub(in crate::api) enum Asked {
    /// The features by their names: of an account's model the weekly spend of each channel.
    #[schema(example = json!({"Affiliate": 60_000, "Email": 90_000, "Google Ads": 90_000, "Meta Ads": 75_000}))]
    One(std::collections::BTreeMap<String, f64>),
    /// Several, up to 1,000.
    Many(Vec<std::collections::BTreeMap<String, f64>>),
}

/// One prediction, or as many as were asked for.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it describes answers, which are written by hand")]
pub(in crate::api) enum Predicted {
    One(Prediction),
    Many(Vec<Prediction>),
}

/// Whose model.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct PredictQuery {
    /// The account whose model answers; otherwise the one that [api] predict or `predict_file` names, or
    /// the only one.
    account: Option<String>,
}

/// What answers.
enum Chosen {
    Account(Arc<Answers>),
    Linear(Arc<LinearPredictor>),
}

impl Chosen {
    fn names(&self) -> &[String] {
        match self {
            Self::Account(answers) => &answers.names,
            Self::Linear(linear) => &linear.names,
        }
    }

    fn predict(&self, features: &Features, index: Option<usize>) -> Result<Prediction, Vec<Wrong>> {
        let values = features.values(self.names(), index)?;
        match self {
            Self::Linear(linear) => {
                let predicted = linear.fit.predict_one(&values).filter(|it| it.is_finite());
                let predicted_revenue = predicted.ok_or_else(|| {
                    let message = "the prediction is beyond all numbers".to_owned();
                    vec![Wrong { index, feature: String::new(), message }]
                })?;
                Ok(Prediction { predicted_revenue, low: None, high: None })
            }
            Self::Account(answers) => {
                let beyond = |at: &usize| !(0.0..=AMOUNT_MAX).contains(&values[*at]);
                let wrongs: Vec<Wrong> = (0..values.len())
                    .filter(beyond)
                    .map(|at| Wrong {
                        index,
                        feature: answers.names[at].clone(),
                        message: "a week's spend is from 0 to 10000000000000".to_owned(),
                    })
                    .collect();
                if !wrongs.is_empty() {
                    return Err(wrongs);
                }
                let media = answers.horizon.quick_revenue(&values, answers.confidence);
                let Estimate { mean, low, high } = media.plus(answers.without_media);
                Ok(Prediction { predicted_revenue: mean, low: Some(low), high: Some(high) })
            }
        }
    }
}

async fn chosen(place: &Arc<Place>, asked: Option<String>) -> Result<Chosen, Problem> {
    if let Some(id) = asked {
        return Ok(Chosen::Account(model(place, &id).await?));
    }
    if let Some(linear) = &place.settings.predict_linear {
        return Ok(Chosen::Linear(linear.clone()));
    }
    if let Some(id) = &place.settings.predict {
        return Ok(Chosen::Account(model(place, id).await?));
    }
    let workspace = place.workspace()?;
    match workspace.config.accounts.as_slice() {
        [only] => Ok(Chosen::Account(model(place, only.id.as_str()).await?)),
        accounts => Err(Problem::new(
            StatusCode::CONFLICT,
            "no_model_chosen",
            "no model is chosen",
            format!(
                "there are {} accounts: ask with ?account=ID, or name one by [api] predict",
                accounts.len()
            ),
        )),
    }
}

/// What the chosen model predicts.
#[utoipa::path(post, path = "/predict", tag = "models", params(PredictQuery), request_body = Asked,
    responses((status = 200, description = "one prediction for one object, an array for an array", body = Predicted),
        (status = 409, description = "no model is chosen, or there is none", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "a feature is unknown, missing or no number: `errors` names each", body = Problem, content_type = "application/problem+json"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(in crate::api) async fn predict(
    State(place): State<Arc<Place>>,
    query: Result<Query<PredictQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let bytes = body_of(&headers, body).await?;
    let is_array = bytes.iter().find(|it| !it.is_ascii_whitespace()) == Some(&b'[');
    if !is_array {
        let features: Features = json_of(&bytes)?;
        let chosen = chosen(&place, query.account).await?;
        let prediction = chosen.predict(&features, None).map_err(|wrongs| invalid(&wrongs))?;
        return Ok(json(&prediction));
    }
    let asked: Vec<Features> = json_of(&bytes)?;
    if asked.len() > OBJECTS_MAX {
        let detail =
            format!("an array has at most {OBJECTS_MAX} objects, and this one {}", asked.len());
        return Err(Problem::unprocessable(detail, Vec::new()));
    }
    let chosen = chosen(&place, query.account).await?;
    // Many at once take their time where nobody else waits.
    place
        .aside(move || {
            let (mut predictions, mut wrongs) = (Vec::with_capacity(asked.len()), Vec::new());
            for (index, features) in asked.iter().enumerate() {
                match chosen.predict(features, Some(index)) {
                    Ok(prediction) => predictions.push(prediction),
                    Err(found) => wrongs.extend(found),
                }
            }
            if wrongs.is_empty() { Ok(json(&predictions)) } else { Err(invalid(&wrongs)) }
        })
        .await
}

fn json(value: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(value).expect("JSON of plain values");
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// More errors than these would only fill a screen.
const TOLD_MAX: usize = 50;

fn invalid(wrongs: &[Wrong]) -> Problem {
    let first = wrongs.first().map_or_else(String::new, |it| match it.index {
        Some(index) => format!("object {index}, feature \"{}\": {}", it.feature, it.message),
        None => format!("feature \"{}\": {}", it.feature, it.message),
    });
    let more = match wrongs.len() {
        0 | 1 => String::new(),
        count => format!("; and {} more", count - 1),
    };
    let told = wrongs.iter().take(TOLD_MAX).cloned().collect();
    Problem::unprocessable(format!("{first}{more}"), told)
}
