//! Who may ask, how much at a time and for how long; and what every answer says to browsers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use super::place::Place;
use super::problem::Problem;
use crate::domain::Digest;

/// Requests that are answered at a time; each may hold a body.
const REQUESTS_MAX: usize = 64;

/// No answer takes longer: the first question to a large model waits for its fit.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// What pages of other origins could otherwise do with an answer.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What the guard knows.
pub(super) struct Guard {
    place: Arc<Place>,
    requests: Semaphore,
}

impl Guard {
    pub fn new(place: Arc<Place>) -> Self {
        Self { place, requests: Semaphore::new(REQUESTS_MAX) }
    }
}

/// Lets a request through, or says why not; counts it, and bounds its time.
pub(super) async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let route =
        request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let telemetry = guard.place.telemetry.clone();
    let began = telemetry.monotonic();
    let mut response = match guard.admitted(&request) {
        Err(problem) => problem.into_response(),
        Ok(()) => match guard.requests.try_acquire() {
            Err(_) => Problem::later(format!("{REQUESTS_MAX} requests are being answered"), 1)
                .into_response(),
            Ok(_permit) => match tokio::time::timeout(ANSWERS_WITHIN, next.run(request)).await {
                Ok(response) => response,
                Err(_) => Problem::new(
                    StatusCode::GATEWAY_TIMEOUT,
                    "too_slow",
                    "too slow",
                    format!("there was no answer within {} s; ask again", ANSWERS_WITHIN.as_secs()),
                )
                .into_response(),
            },
        },
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    let time = telemetry.monotonic().saturating_duration_since(began);
    telemetry.answered(&route, response.status().as_u16(), time);
    response
}

impl Guard {
    fn admitted(&self, request: &Request) -> Result<(), Problem> {
        match self.place.settings.token {
            Some(token) => {
                if is_token(request.headers(), token) {
                    return Ok(());
                }
                Err(Problem::new(
                    StatusCode::UNAUTHORIZED,
                    "unauthorized",
                    "a token is needed",
                    "send the header authorization: Bearer TOKEN, with the token of the file that [api] token names",
                ))
            }
            // Without a token a browser that was led here by a name of somebody else's is the danger.
            None if self.is_known_host(request) => Ok(()),
            None => Err(Problem::new(
                StatusCode::MISDIRECTED_REQUEST,
                "host",
                "another host",
                "the header host names neither this machine's loopback nor a host of [api] hosts",
            )),
        }
    }

    fn is_known_host(&self, request: &Request) -> bool {
        let named = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let header = request.headers().get(header::HOST).and_then(|it| it.to_str().ok());
        // A browser always names a host; a probe that speaks HTTP/1.0 need not.
        let Some(host) = named.or(header) else { return true };
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(""),
            None => host.rsplit_once(':').map_or(host, |(name, _)| name),
        };
        let is_loopback = name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let hosts = &self.place.settings.hosts;
        is_loopback
            || name.eq_ignore_ascii_case("localhost")
            || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Compares digests, so that the time tells nothing of the token or of its length.
fn is_token(headers: &HeaderMap, token: Digest) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).unwrap_or("");
    let (scheme, given) = given.split_once(' ').unwrap_or(("", ""));
    let is_same = Digest::of(given.trim().as_bytes()).bytes().ct_eq(token.bytes());
    scheme.eq_ignore_ascii_case("bearer") && bool::from(is_same)
}
