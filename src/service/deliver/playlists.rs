//! `GET /playlist?url=…&token=…`: a playlist of a listed origin, rewritten for its viewer.
//!
//! The token is not checked here: it is the key server's to say what it opens.

use super::asked::{self, only_parameter};
use super::refusal::Refusal;
use crate::delivery::{Rewrite, VariantRoute, origin, rewrite_playlist};
use crate::error::ErrorCode;
use crate::service::http::{HttpRequest, HttpResponse};
use crate::service::{Platform, Settings};
use crate::token::{DecisionCode, MAX_TOKEN_BYTES};

pub(super) async fn answer<P: Platform>(
    settings: &Settings,
    platform: &P,
    request: &HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let address = request.address();
    let token = asked::token(request).map_err(Refusal::of_decision)?;
    let code = match token.expose().len() {
        0 => Some(DecisionCode::Missing),
        length if length > MAX_TOKEN_BYTES => Some(DecisionCode::TooLarge),
        _ => None,
    };
    if let Some(code) = code {
        return Err(Refusal::of_decision(code));
    }
    let refused = Refusal::of(ErrorCode::PlaylistNotAllowed);
    let url = only_parameter(address.query, "url").ok_or(refused)?;
    let is_listed = |listed: &String| origin(listed).is_some_and(|listed| Some(listed) == origin(&url));
    // Beside the origin, the whole address must be one that all readers read alike.
    if !settings.playlist_origins.iter().any(is_listed) || !crate::policy::is_absolute_uri(&url) {
        return Err(refused);
    }
    let unavailable = Refusal { status: 502, ..Refusal::of(ErrorCode::UpstreamUnavailable) };
    let fetched = platform.fetch_playlist(&url).await.map_err(|_| unavailable)?;
    if fetched.status != 200 {
        return Err(unavailable);
    }
    // Key delivery URLs begin with the delivery root, or with the origin that they were asked for at.
    let own_root = format!("{}/", address.origin);
    let root = settings.delivery_root.as_deref().unwrap_or(&own_root);
    let route = format!("{}/playlist", root.trim_end_matches('/'));
    let origins: Vec<&str> = settings.playlist_origins.iter().map(String::as_str).collect();
    let rewritten = rewrite_playlist(
        &fetched.text,
        &Rewrite {
            playlist_url: &url,
            token: token.expose(),
            key_origins: &[root, &own_root],
            variant_route: Some(VariantRoute { url: &route, origins: &origins }),
        },
    )?;
    Ok(HttpResponse::new(200).with_body("application/vnd.apple.mpegurl", rewritten.into_bytes()))
}
