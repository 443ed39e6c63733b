//! Delivery over HTTP: keys, ClearKey licences, playlists.

use super::http::{HttpRequest, HttpResponse};
use super::platform::Platform;
use super::settings::Settings;

/// Policies and unwrapped keys that are remembered for a while.
#[derive(Debug, Default)]
pub(super) struct Caches {}

impl Caches {
    /// Forgets everything: an entity was changed here.
    pub(super) fn clear(&self) {}
}

/// Answers a request outside `/api`.
pub(super) async fn handle<P: Platform>(
    _settings: &Settings,
    caches: &Caches,
    _platform: &P,
    _request: &HttpRequest,
) -> HttpResponse {
    caches.clear();
    not_found()
}

/// Nothing is served at that address.
pub(super) fn not_found() -> HttpResponse {
    HttpResponse::new(404).with("Cache-Control", "no-store")
}
