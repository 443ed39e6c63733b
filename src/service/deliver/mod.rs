//! Delivery over HTTP: keys, ClearKey licences, playlists; and for managers, why a viewer gets none.
//!
//! | route | answer |
//! |---|---|
//! | `GET`, `POST` `/?KID=…` (also `/AES/`, `/HlsHandler.ashx`) | 16 raw bytes |
//! | `POST /ClearKey/` with a W3C licence request | a licence with the keys that the token opens |
//! | `GET /playlist?url=…&token=…` | the playlist, with the token on its keys |
//!
//! A viewer who is refused is told a code and its public text. With a manager's token in `Keywicket-Admin: Bearer …`, the same
//! request is answered with the whole decision in place of the key, and nothing is counted.

mod asked;
mod caches;
mod cors;
mod delivery;
mod explain;
mod playlists;
mod policies;
mod records;
mod refusal;
mod uses;

use super::auth::{self, Admin};
use super::http::{HttpRequest, HttpResponse, MAX_BODY_BYTES};
use super::platform::Platform;
use super::settings::Settings;
use crate::delivery::{Door, release, release_clear_key};
use crate::error::ErrorCode;
use crate::id::KeyId;
use crate::json::Json;
use crate::secret::SecretBytes;
use crate::signal::clearkey;
use asked::Route;
pub(super) use caches::Caches;
use caches::Moment;
use delivery::{Delivery, Outcome};
use refusal::{Refusal, json_response};

/// Answers a request outside `/api`.
pub(super) async fn handle<P: Platform>(
    settings: &Settings,
    caches: &Caches,
    platform: &P,
    request: &HttpRequest,
) -> HttpResponse {
    caches.sweep(Moment::of(settings, request));
    let Some(route) = Route::of(request.address().path) else { return not_found() };
    let response = match request.method.as_str() {
        "OPTIONS" => cors::preflight(settings, request),
        method if !route.takes(method) => {
            Refusal::of(ErrorCode::DeliverMethodNotAllowed).response().with("Allow", route.methods())
        }
        _ if request.body.len() > MAX_BODY_BYTES => Refusal::of(ErrorCode::DeliverTooLarge).response(),
        _ => answer(route, settings, caches, platform, request).await.unwrap_or_else(Refusal::response),
    };
    // What depends on a token is for nobody else, and is what it says it is.
    let response = response.with("Cache-Control", "no-store").with("X-Content-Type-Options", "nosniff");
    cors::allow(settings, request, response)
}

/// Nothing is served at that address.
pub(super) fn not_found() -> HttpResponse {
    HttpResponse::new(404).with("Cache-Control", "no-store")
}

async fn answer<P: Platform>(
    route: Route,
    settings: &Settings,
    caches: &Caches,
    platform: &P,
    request: &HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let (door, ids) = match route {
        Route::Playlist => return playlists::answer(settings, platform, request).await,
        Route::Aes => (Door::Aes, vec![asked::key_id(&request.url)?]),
        Route::ClearKey => (Door::ClearKey, license_request(request.body.expose())?),
    };
    let admin = match request.header("keywicket-admin") {
        None => None,
        Some(header) => match auth::check(settings, Some(header), request.now()) {
            Ok(admin) => Some(admin),
            Err(_) => return Ok(not_admin(request, &ids)),
        },
    };
    // Two tokens, or a broken one, are refused before anything is looked up; who wrote to the log was told why.
    let token = asked::token(request).map_err(Refusal::of_decision)?;
    let delivery = Delivery { settings, caches, platform, request, token: token.expose(), door };
    if let Some(admin) = admin {
        return Ok(explained(&delivery, &ids, &admin).await);
    }
    if request.method == "HEAD" {
        let (outcomes, _) = delivery.judge(&ids).await;
        return Ok(head(&delivery, &outcomes));
    }
    let outcomes = delivery.deliver(&ids).await;
    let mut response = match door {
        Door::Aes => aes(&outcomes),
        Door::ClearKey => license(&outcomes),
    }
    .unwrap_or_else(Refusal::response);
    response.audit = vec![delivery.entry("deliver", &outcomes).finish()];
    Ok(response)
}

/// Who tries to pass for a manager leaves a trace.
fn not_admin(request: &HttpRequest, ids: &[KeyId]) -> HttpResponse {
    let refusal = Refusal::of(ErrorCode::DeliverNotAdmin);
    let outcomes = Outcome::all_refused(ids, refusal);
    let mut response = refusal.response();
    response.audit = vec![delivery::entry("explain", request.received_at, &outcomes).finish()];
    response
}

fn license_request(body: &[u8]) -> Result<Vec<KeyId>, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::of(ErrorCode::ClearkeyBadRequest))?;
    Ok(clearkey::read_license_request(text)?)
}

/// Exactly the bytes of the one key.
fn aes(outcomes: &[Outcome]) -> Result<HttpResponse, Refusal> {
    let (decision, key) = outcomes.iter().find_map(Outcome::released).ok_or_else(|| first_refusal(outcomes))?;
    Ok(HttpResponse::new(200).with_body("application/octet-stream", release(decision, key)?))
}

/// The keys that the token opens: players ask for all that a presentation names, and play what they get. Where it opens none,
/// or the service itself is in trouble, there is no licence.
fn license(outcomes: &[Outcome]) -> Result<HttpResponse, Refusal> {
    let trouble = outcomes.iter().filter_map(|outcome| outcome.refusal).find(|refusal| refusal.status == 503);
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    let released = outcomes.iter().filter_map(Outcome::released);
    let keys = released.map(|(decision, key)| release_clear_key(decision, key)).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(first_refusal(outcomes));
    }
    Ok(HttpResponse::new(200).with_body("application/json", clearkey::license(keys).into_bytes()))
}

fn first_refusal(outcomes: &[Outcome]) -> Refusal {
    let first = outcomes.iter().find_map(|outcome| outcome.refusal);
    first.unwrap_or(Refusal::of(ErrorCode::DeliverNotAllowed))
}

/// What `GET` would say, without the key and without counting.
fn head<P: Platform>(delivery: &Delivery<'_, P>, outcomes: &[Outcome]) -> HttpResponse {
    let refusal = outcomes.iter().find_map(|outcome| outcome.refusal);
    let mut response = refusal
        .map_or_else(|| HttpResponse::new(200).with("Content-Type", "application/octet-stream"), Refusal::response);
    response.body = SecretBytes::default();
    response.audit = vec![delivery.entry("explain", outcomes).finish()];
    response
}

async fn explained<P: Platform>(delivery: &Delivery<'_, P>, ids: &[KeyId], admin: &Admin) -> HttpResponse {
    let (outcomes, _) = delivery.judge(ids).await;
    let now = delivery.request.received_at;
    let explain = |outcome| explain::outcome(outcome, delivery.token, now);
    let is_any_allowed = outcomes.iter().any(|outcome| outcome.refusal.is_none());
    let refusal = outcomes.iter().find_map(|outcome| outcome.refusal).filter(|_| !is_any_allowed);
    let body = match (delivery.door, outcomes.as_slice()) {
        (Door::Aes, [only]) => explain(only),
        (_, all) => Json::object([("Outcomes", Json::List(all.iter().map(explain).collect()))]),
    };
    let mut response = json_response(refusal.map_or(200, |refusal| refusal.status), &body);
    let ages = outcomes.iter().filter_map(|outcome| outcome.case.as_ref()).map(|case| case.policy.age(now));
    if let Some(oldest) = ages.max() {
        response = response.with("Keywicket-Policy-Age", oldest.to_string());
    }
    response.audit = vec![delivery.entry("explain", &outcomes).with("admin", &admin.token_digest).finish()];
    response
}
