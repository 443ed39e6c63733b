//! What a request asks for: which route, which key, which token.

use super::refusal::Refusal;
use crate::delivery::key_id_of_url;
use crate::encoding::percent_decode;
use crate::error::ErrorCode;
use crate::id::KeyId;
use crate::secret::SecretText;
use crate::service::http::HttpRequest;
use crate::token::{DecisionCode, TokenSource, extract_token};

/// What is served outside the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// 16 bytes of key.
    Aes,
    /// A ClearKey licence.
    ClearKey,
    /// A rewritten playlist.
    Playlist,
}

impl Route {
    /// Paths in any letter case, as the old service took them; `HlsHandler.ashx` is what it had at first.
    pub(super) fn of(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
        let routes = [
            ("", Self::Aes),
            ("aes", Self::Aes),
            ("hlshandler.ashx", Self::Aes),
            ("clearkey", Self::ClearKey),
            ("playlist", Self::Playlist),
        ];
        routes.into_iter().find(|(known, _)| path.eq_ignore_ascii_case(known)).map(|(_, route)| route)
    }

    /// The methods that ask for something here.
    pub(super) const fn methods(self) -> &'static str {
        match self {
            Self::Aes => "GET, HEAD, POST, OPTIONS",
            Self::ClearKey => "POST, OPTIONS",
            Self::Playlist => "GET, OPTIONS",
        }
    }

    pub(super) fn takes(self, method: &str) -> bool {
        self.methods().split(", ").any(|known| known == method)
    }
}

/// The one key of an AES request: the one that its address is about.
pub(super) fn key_id(url: &str) -> Result<KeyId, Refusal> {
    let bad = Refusal::of(ErrorCode::DeliverBadRequest);
    let id = key_id_of_url(url).map_err(|_| bad)?;
    if id.guid().is_all_zero() { Err(bad) } else { Ok(id) }
}

/// The value of a parameter, decoded; its name may be in any letter case. `None` where it is not there, or more than once.
pub(super) fn only_parameter<'q>(query: &'q str, name: &str) -> Option<std::borrow::Cow<'q, str>> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let is_meant = |written: &str| percent_decode(written).is_some_and(|written| written.eq_ignore_ascii_case(name));
    let mut values = pairs.filter(|(written, _)| is_meant(written)).map(|(_, value)| value);
    let value = values.next()?;
    if values.next().is_some() { None } else { percent_decode(value) }
}

/// The one token of a request; empty where there is none, which open options do not mind.
pub(super) fn token(request: &HttpRequest) -> Result<SecretText, DecisionCode> {
    let mut headers = request.headers.iter().filter(|(name, _)| name == "authorization").map(|(_, value)| value);
    let authorization = headers.next().map(String::as_str);
    if headers.next().is_some() {
        return Err(DecisionCode::Ambiguous);
    }
    let query = request.address().query;
    // The question mark says where the query begins: a token may hold one.
    let url = (!query.is_empty()).then_some(request.url.as_str());
    match extract_token(&TokenSource { authorization, url, ..TokenSource::default() }) {
        Ok(found) => Ok(found.token),
        Err(none) if none.code == DecisionCode::Missing => Ok(SecretText::new()),
        Err(none) => Err(none.code),
    }
}
