//! HTTP, read-only towards budgets: what was published, how the daemon stands, questions to the models, and
//! pages for people. It answers from what the worker has told it and from what is on the disk, and the
//! worker waits for none of it.

#[expect(unused_qualifications, reason = "utoipa's macro names its parameters whole")]
mod accounts;
#[expect(unused_qualifications, reason = "the same")]
mod ask;
mod description;
mod front;
mod guard;
mod metrics;
mod models;
mod pages;
mod place;
mod problem;
mod serving;
mod standing;
mod status;
mod telemetry;

pub use ask::predict::LinearPredictor;
pub use standing::account_status;
pub use telemetry::{
    CONFIGURATION, Clock, HANGS_AFTER, KEY, LOCK, Next, OWN_PARTS, Telemetry, Trouble,
};

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Json};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::domain::Digest;
use guard::Guard;
use place::Place;
use problem::Problem;

/// What Prometheus asks for.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Who may ask, and which model answers `/predict`.
#[derive(Debug, Clone, Default)]
pub struct ApiSettings {
    /// The digest of the token that every request must show; `None`: none is needed.
    pub token: Option<Digest>,
    /// Names besides those of the loopback by which this listener may be called.
    pub hosts: Vec<String>,
    /// Origins whose pages may ask.
    pub cors_origins: Vec<String>,
    /// The account whose model answers `/predict`.
    pub predict: Option<String>,
    /// The linear model that answers `/predict` instead.
    pub predict_linear: Option<Arc<LinearPredictor>>,
}

/// Answers on `listener` until `stopped`.
pub async fn serve(
    listener: TcpListener,
    telemetry: Arc<Telemetry>,
    settings: ApiSettings,
    stopped: impl Future<Output = ()> + Send,
) {
    serving::serve(listener, router(telemetry, settings), stopped).await;
}

fn router(telemetry: Arc<Telemetry>, settings: ApiSettings) -> Router {
    let cors = cors(&settings.cors_origins);
    let place = Arc::new(Place::new(telemetry, settings));
    let guard = Arc::new(Guard::new(place.clone()));
    let router = Router::new()
        .route("/", get(front::root))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(openapi))
        .route("/predict", post(ask::predict::predict))
        .route("/v1/status", get(status::status))
        .route("/v1/accounts", get(accounts::accounts))
        .route("/v1/accounts/{id}/status", get(status::status_of_account))
        .route("/v1/accounts/{id}/weeks", get(accounts::weeks))
        .route("/v1/accounts/{id}/weeks/{week}", get(accounts::week))
        .route("/v1/accounts/{id}/weeks/{week}/files/{*name}", get(accounts::file))
        .route("/v1/accounts/{id}/whatif", post(ask::whatif::what_if))
        .route("/v1/accounts/{id}/plan", post(ask::plan::plan))
        .merge(pages::router())
        .fallback(async || {
            let detail = "GET /openapi.json describes what there is";
            Problem::not_found("unknown_path", "no such path", detail)
        })
        .method_not_allowed_fallback(async |method: Method| {
            let detail =
                format!("this path takes another method than {method}; the header allow names it");
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "another method", detail)
        })
        .with_state(place)
        .layer(CatchPanicLayer::custom(serving::panicked))
        .layer(axum::middleware::from_fn_with_state(guard, guard::guard));
    match cors {
        Some(cors) => router.layer(cors),
        None => router,
    }
}

/// Lets pages of the named origins ask; without any, none.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> =
        origins.iter().filter_map(|it| HeaderValue::from_str(it).ok()).collect();
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
    })
}

/// Whether all is well: the daemon, its folders, each account.
#[utoipa::path(get, path = "/health", tag = "daemon",
    responses((status = 200, description = "all is well", body = Object),
        (status = 503, description = "something is wrong: `troubles` says what", body = Object)))]
async fn health(State(place): State<Arc<Place>>) -> impl IntoResponse {
    let health = place.telemetry.health();
    (
        if health.is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE },
        Json(health.json),
    )
}

/// Whether every drop folder has been looked into once.
#[utoipa::path(get, path = "/ready", tag = "daemon",
    responses((status = 200, description = "it has", body = Object),
        (status = 503, description = "not yet", body = Object)))]
async fn ready(State(place): State<Arc<Place>>) -> impl IntoResponse {
    let is_ready = place.telemetry.is_ready();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "ready": is_ready })))
}

/// What was counted, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "daemon",
    responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
async fn metrics(State(place): State<Arc<Place>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, METRICS_TYPE)], place.telemetry.metrics())
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "daemon",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn openapi(State(place): State<Arc<Place>>) -> impl IntoResponse {
    description::answer(place.settings.token.is_some())
}

#[cfg(test)]
mod tests;
