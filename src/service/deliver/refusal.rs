//! What a viewer is told in place of a key: a status, a code, and the code's public text. Nothing else is in it.

use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::service::http::HttpResponse;
use crate::token::DecisionCode;

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

impl Refusal {
    /// A decision that does not allow delivery. The old service answered 401 whatever the policy had found wrong.
    pub(super) const fn of_decision(code: DecisionCode) -> Self {
        let message = match code {
            DecisionCode::Missing => "This key needs a token.",
            DecisionCode::Ambiguous => "The request carries more than one token.",
            DecisionCode::NoOption => "This key is not delivered this way.",
            DecisionCode::AddressUnknown | DecisionCode::AddressNotAllowed => "Keys are not delivered to this address.",
            DecisionCode::Expired => "The token has expired.",
            DecisionCode::NotYetValid => "The token is not valid yet.",
            DecisionCode::UsesExhausted => "The token was used as often as it may be.",
            _ => "The token is not accepted.",
        };
        Self { status: 401, code: code.as_str(), message }
    }

    pub(super) fn of(code: ErrorCode) -> Self {
        let (status, message) = match code {
            ErrorCode::DeliverBadRequest => (400, "Name one content key, as the parameter KID with its GUID."),
            ErrorCode::ClearkeyBadRequest => (400, "The body is not a ClearKey licence request."),
            ErrorCode::DeliverMethodNotAllowed => (405, "Keys are not asked for by this method."),
            ErrorCode::DeliverTooLarge => (413, "The body is too long."),
            ErrorCode::DeliverUnknownKey => (404, "There is no such key."),
            ErrorCode::DeliverNoPolicy => (401, "This key is not delivered."),
            ErrorCode::DeliverNotAdmin => (401, "The manager's token is not accepted."),
            ErrorCode::DeliverNotDeliverable => (403, "This key is not delivered this way."),
            ErrorCode::PlaylistNotAllowed => (403, "Playlists from there are not rewritten."),
            ErrorCode::PlaylistNotAPlaylist => (502, "What is there is not an HLS playlist."),
            ErrorCode::PlaylistTooLarge => (502, "The playlist is too long."),
            ErrorCode::UpstreamUnavailable => (503, "A server behind this one does not answer. Try again."),
            ErrorCode::StoreUnavailable | ErrorCode::RandomUnavailable => (503, "Try again."),
            _ => (500, "This key cannot be delivered as it is stored."),
        };
        Self { status, code: code.as_str(), message }
    }

    /// The answer, with `{"Error":{"Message":…,"Code":…}}`.
    pub(super) fn response(self) -> HttpResponse {
        let error = [("Message", Json::text(self.message)), ("Code", Json::text(self.code))];
        let body = Json::object([("Error", Json::object(error))]);
        let response = json_response(self.status, &body);
        match self.status {
            401 => response.with("WWW-Authenticate", "Bearer"),
            503 => response.with("Retry-After", "2"),
            _ => response,
        }
    }
}

/// What the rooms and the platform refuse; their sentences stay inside.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::of(error.code())
    }
}

pub(super) fn json_response(status: u16, body: &Json) -> HttpResponse {
    HttpResponse::new(status).with_body("application/json;charset=utf-8", body.to_text().into_bytes())
}
