//! The API's description (OpenAPI 3.1), made from the handlers.

use axum::response::Json;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::{accounts, ask, problem, status};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "budgetd",
        description = "Read-only towards budgets: what was decided and signed, how the daemon stands, and \
            questions to the advisory model. No request changes a budget.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        accounts::accounts,
        accounts::weeks,
        accounts::week,
        accounts::file,
        status::status,
        status::status_of_account,
        ask::predict::predict,
        ask::whatif::what_if,
        ask::plan::plan,
        super::health,
        super::ready,
        super::metrics,
        super::openapi,
    ),
    components(schemas(problem::Problem)),
    tags(
        (name = "accounts", description = "Accounts, their published weeks, the signed files"),
        (name = "status", description = "How the daemon and its accounts stand"),
        (name = "models", description = "Questions to the advisory model"),
        (name = "daemon", description = "Health, readiness, metrics"),
    )
)]
struct Description;

/// The description; with a token, where one is needed.
pub(super) fn description(has_token: bool) -> utoipa::openapi::OpenApi {
    let mut description = Description::openapi();
    if has_token {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        description.components.get_or_insert_default().add_security_scheme("token", scheme);
        let none: [String; 0] = [];
        description.security =
            Some(vec![utoipa::openapi::security::SecurityRequirement::new("token", none)]);
    }
    description
}

/// As JSON.
pub(super) fn answer(has_token: bool) -> Json<utoipa::openapi::OpenApi> {
    Json(description(has_token))
}
