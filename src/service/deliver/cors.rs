//! Which pages may read an answer. An origin that is not listed learns nothing, not even which ones are.

use crate::service::Settings;
use crate::service::http::{HttpRequest, HttpResponse};

/// For how long browsers remember a preflight, in seconds.
const MAX_AGE: &str = "3600";

/// Adds what browsers ask for. Players of listed pages may bring cookies and tokens, so the origin is always named and never
/// `*`; and since answers depend on it, every one of them says so.
pub(super) fn allow(settings: &Settings, request: &HttpRequest, response: HttpResponse) -> HttpResponse {
    let response = response.with("Vary", "Origin");
    match listed_origin(settings, request) {
        Some(origin) => response
            .with("Access-Control-Allow-Origin", origin)
            .with("Access-Control-Allow-Credentials", "true")
            .with("Access-Control-Expose-Headers", "Keywicket-Policy-Age"),
        None => response,
    }
}

/// The answer to `OPTIONS`.
pub(super) fn preflight(settings: &Settings, request: &HttpRequest) -> HttpResponse {
    let response = HttpResponse::new(204);
    if listed_origin(settings, request).is_none() {
        return response;
    }
    response
        .with("Access-Control-Allow-Methods", "GET, POST")
        .with("Access-Control-Allow-Headers", "authorization, content-type, keywicket-admin")
        .with("Access-Control-Max-Age", MAX_AGE)
}

/// `null` is the origin of every sandboxed page, so listing it lists nobody.
fn listed_origin<'r>(settings: &Settings, request: &'r HttpRequest) -> Option<&'r str> {
    let origin = request.header("origin").filter(|origin| *origin != "null")?;
    settings.allowed_origins.iter().any(|listed| listed.eq_ignore_ascii_case(origin)).then_some(origin)
}
