//! `If-Match` and `If-None-Match`: a change of what the client has not seen is refused.

use super::context::etag;
use super::refusal::Refusal;
use super::rows::Stored;
use crate::service::http::HttpRequest;

/// Refuses a write whose conditions do not hold.
pub(super) fn check_write(request: &HttpRequest, stored: &Stored) -> Result<(), Refusal> {
    let current = etag(stored.value.expose());
    let holds = request.header("if-match").is_none_or(|tags| names(tags, &current))
        && request.header("if-none-match").is_none_or(|tags| !names(tags, &current));
    if holds {
        return Ok(());
    }
    let why = "the entity is not as the request expects it: read it again, and decide anew";
    Err(Refusal::new(412, "entity.changed", why))
}

/// Whether the client has this entity as it is.
pub(super) fn is_known(request: &HttpRequest, current: &str) -> bool {
    request.header("if-none-match").is_some_and(|tags| names(tags, current))
}

/// Compared weakly: the tags say that entities mean the same, not that their bytes in some format are equal.
fn names(tags: &str, current: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',').any(|tag| tag.trim() == "*" || opaque(tag) == opaque(current))
}
