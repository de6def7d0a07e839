//! `GET /`: the status page for browsers, a line of text for others.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::{accounts_of, weeks_of};
use super::pages::{Front, WEEKS_SHOWN, front, page, wants_html};
use super::place::Place;
use super::problem::Problem;
use super::status::kept;

/// What others than browsers get.
const RUNNING: &str = "budgetd is running\n";

/// Which page of accounts.
#[derive(Deserialize)]
pub(super) struct FrontQuery {
    page: Option<usize>,
}

pub(super) async fn root(
    State(place): State<Arc<Place>>,
    query: Result<Query<FrontQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or("");
    if !wants_html(accept) {
        let vary = [(header::VARY, "accept"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        return Ok((vary, RUNNING).into_response());
    }
    let asked = query.ok().and_then(|Query(query)| query.page).unwrap_or(1);
    let status = kept(&place).await?;
    let workspace = place.workspace()?;
    let telemetry = place.telemetry.clone();
    let html = place
        .aside(move || {
            let accounts = serde_json::to_value(accounts_of(&workspace)?).unwrap_or(Value::Null);
            let limit = u32::try_from(WEEKS_SHOWN).unwrap_or(u32::MAX);
            let weeks = |id: &str| {
                let found = weeks_of(&workspace, id, limit, None).ok();
                let found = found.and_then(|weeks| serde_json::to_value(weeks).ok());
                found.unwrap_or_else(|| json!({"weeks": []}))
            };
            let health = telemetry.health().json;
            Ok(front(&Front {
                health: &health,
                status: &status,
                accounts: &accounts,
                weeks: &weeks,
                page: asked,
            }))
        })
        .await?;
    let mut response = page(html);
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("accept"));
    Ok(response)
}
