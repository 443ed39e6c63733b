//! The management API: entities over REST, as the old service spoke OData.

#[expect(dead_code, reason = "the handlers that read it come next")]
mod model;
#[expect(dead_code, reason = "the handlers that refuse come next")]
mod refusal;

use super::deliver::Caches;
use super::http::{HttpRequest, HttpResponse};
use super::platform::Platform;
use super::settings::Settings;

/// Answers a request below `/api`.
pub(super) async fn handle<P: Platform>(
    _settings: &Settings,
    _caches: &Caches,
    _platform: &P,
    _request: &HttpRequest,
) -> HttpResponse {
    HttpResponse::new(404)
}
