//! HTTP on the loopback, read-only: whether the daemon is well, whether it is ready, and what it has
//! counted. It answers from what the worker has told it and waits for nothing.

mod metrics;
mod telemetry;

pub use telemetry::{
    CONFIGURATION, Clock, HANGS_AFTER, KEY, LOCK, Next, OWN_PARTS, Telemetry, Trouble,
};

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Json};
use axum::routing::get;
use tokio::net::TcpListener;

/// What Prometheus asks for.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers on `listener` until `stopped`.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    telemetry: Arc<Telemetry>,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(telemetry);
    axum::serve(listener, router).with_graceful_shutdown(stopped).await
}

async fn health(State(telemetry): State<Arc<Telemetry>>) -> impl IntoResponse {
    let health = telemetry.health();
    (
        if health.is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE },
        Json(health.json),
    )
}

async fn ready(State(telemetry): State<Arc<Telemetry>>) -> impl IntoResponse {
    let is_ready = telemetry.is_ready();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "ready": is_ready })))
}

async fn metrics(State(telemetry): State<Arc<Telemetry>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, METRICS_TYPE)], telemetry.metrics())
}

#[cfg(test)]
mod tests;
