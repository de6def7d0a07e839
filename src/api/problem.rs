//! What could not be answered, as problem details (RFC 9457), and the bodies and paths that were asked with.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

/// A body is at most so long: a thousand weeks of a dozen channels.
pub(super) const BODY_BYTES_MAX: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({"type": "urn:budgetd:problem:unknown_account", "title": "no such account", "status": 404,
    "detail": "there is no account \"mian\"; GET /v1/accounts lists them"}))]
pub(super) struct Problem {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong this time, and what to do.
    detail: String,
    /// What is wrong with which part of what was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Wrong>,
    /// Seconds after which it is worth to ask again.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// A part of what was asked that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Wrong {
    /// Which object of an array, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// Which feature, channel or key.
    pub feature: String,
    /// What is wrong with it.
    pub message: String,
}

/// The media type of a problem.
pub(super) const PROBLEM_TYPE: &str = "application/problem+json";

impl Problem {
    /// A problem of a kind.
    pub fn new(
        status: StatusCode,
        kind: &str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("urn:budgetd:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// Something that isn't there.
    pub fn not_found(kind: &str, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, kind, title, detail)
    }

    /// Something that was asked in a way that has no answer.
    pub fn unprocessable(detail: impl Into<String>, errors: Vec<Wrong>) -> Self {
        let problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "not to be answered", detail);
        Self { errors, ..problem }
    }

    /// A body or query that can't be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", "not to be read", detail)
    }

    /// Something that will be there later.
    pub fn later(detail: impl Into<String>, seconds: u32) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "not now", detail);
        Self { retry_after: Some(seconds), ..problem }
    }

    /// A fault of the program or the machine; what exactly is in the log.
    pub fn internal(what: &'static str, why: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = crate::domain::text::escape(&why.to_string()), "{what}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "a fault",
            format!("{what}; the log of the daemon says why"),
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).expect("JSON of plain values");
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_TYPE)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The bytes of a JSON body.
pub(super) async fn body_of(headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media_type",
            "not JSON",
            "send JSON with the header content-type: application/json",
        ));
    }
    to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "too large",
            format!("a body is at most {BODY_BYTES_MAX} bytes long, and must arrive whole"),
        )
    })
}

/// A JSON body as a value.
pub(super) fn json_of<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("the body: {}", crate::domain::text::escape(&error.to_string()));
        match error.classify() {
            serde_json::error::Category::Data => Problem::unprocessable(detail, Vec::new()),
            _ => Problem::malformed(detail),
        }
    })
}
