//! The management API: entities over REST, as the old service spoke OData.

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
