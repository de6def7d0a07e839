//! `/v1/status` and `/v1/accounts/{id}/status`: what `budgetd status --json` says of the daemon's accounts,
//! looked at from the daemon itself.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Json;
use serde_json::{Value, json};

use super::place::{Place, account, ledger};
use super::problem::Problem;
use super::standing::account_status;
use crate::domain::text::escape;
use crate::store::keys::SigningKey;
use crate::workflow::{Workspace, account_standing, short_of_room};

/// How all accounts stand. One that can't be looked at says why, and the others stand beside it.
pub(super) fn status_of(place: &Place, workspace: &Workspace) -> Result<Value, Problem> {
    let ledger = ledger(workspace)?;
    let now = place.telemetry.now();
    let accounts: Vec<Value> = workspace
        .config
        .accounts
        .iter()
        .map(|account| match account_standing(workspace, &ledger, account, now) {
            Ok(standing) => account_status(account, &standing),
            Err(error) => json!({"account": account.id.as_str(), "health": "attention",
                "error": {"message": escape(&error.to_string())}}),
        })
        .collect();
    let health = place.telemetry.health().json;
    let key = SigningKey::load(&workspace.config.signing.key).err();
    Ok(json!({
        "running": true,
        "daemon": health,
        "key_trouble": key.map(|error| escape(&error.to_string())),
        "short_of_room": short_of_room(workspace).iter().map(|disk| escape(&disk.words())).collect::<Vec<_>>(),
        "accounts": accounts,
    }))
}

/// How the daemon and all accounts stand; at most a second old.
#[utoipa::path(get, path = "/v1/status", tag = "status",
    responses((status = 200, description = "as `budgetd status --json` has it", body = Object),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn status(State(place): State<Arc<Place>>) -> Result<Json<Value>, Problem> {
    kept(&place).await.map(|status| Json((*status).clone()))
}

/// The same, for the page.
pub(super) async fn kept(place: &Arc<Place>) -> Result<Arc<Value>, Problem> {
    let workspace = place.workspace()?;
    let asked = place.clone();
    place.aside(move || asked.kept_status(|| status_of(&asked, &workspace))).await
}

/// How an account stands: what arrived, what is missing, what was decided and what comes next.
#[utoipa::path(get, path = "/v1/accounts/{id}/status", tag = "status",
    params(("id" = String, Path, description = "the account", example = "main")),
    responses((status = 200, description = "as `budgetd status --json` has it", body = Object),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn status_of_account(
    State(place): State<Arc<Place>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let workspace = place.workspace()?;
    let now = place.telemetry.now();
    place
        .aside(move || {
            let account = account(&workspace, &id)?;
            let standing = account_standing(&workspace, &ledger(&workspace)?, account, now)
                .map_err(|error| Problem::internal("the account can't be looked at", &error))?;
            Ok(account_status(account, &standing))
        })
        .await
        .map(Json)
}
