//! The pages for people: the status page, rendered here from what `/v1/status` says, and the what-if
//! page, which is static and asks `/v1`. They load nothing from elsewhere and run no inline script.

mod status;

pub(super) use status::{Front, WEEKS_SHOWN, front};

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// What the pages may load: their own scripts, styles and figures, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The static files, by their names below `/assets/`.
const ASSETS: [(&str, &str, &str); 8] = [
    ("/assets/pages.css", CSS, include_str!("assets/pages.css")),
    ("/assets/status.js", SCRIPT, include_str!("assets/status.js")),
    ("/assets/whatif.js", SCRIPT, include_str!("assets/whatif.js")),
    ("/assets/ask.js", SCRIPT, include_str!("assets/ask.js")),
    ("/assets/band.js", SCRIPT, include_str!("assets/band.js")),
    ("/assets/csv.js", SCRIPT, include_str!("assets/csv.js")),
    ("/assets/money.js", SCRIPT, include_str!("assets/money.js")),
    ("/assets/split.js", SCRIPT, include_str!("assets/split.js")),
];

/// The what-if page and the static files of both pages.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let whatif = || async { page(include_str!("assets/whatif.html").to_owned()) };
    let mut router = Router::new().route("/whatif", get(whatif));
    for (path, kind, text) in ASSETS {
        let headers = [
            (header::CONTENT_TYPE, kind),
            // A new version of the daemon has new files under the same names.
            (header::CACHE_CONTROL, "no-cache"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        router = router.route(path, get(move || async move { (headers, text) }));
    }
    router
}

/// An HTML page with the headers that keep it to itself.
pub(super) fn page(html: String) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, Html(html)).into_response()
}

/// Whether a client that accepts these types is a browser that wants a page.
pub(super) fn wants_html(accept: &str) -> bool {
    accept.split(',').any(|kind| {
        let mut parts = kind.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|it| it.eq_ignore_ascii_case("text/html"));
        is_html && !parts.any(|it| matches!(it, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests;
