//! Getting the token out of a request: the `Authorization` header, the query, or PlayReady custom data; exactly one.
//!
//! Players and sample pages spell it in many ways. Whatever stands for the token is taken as it is, since a SWT is
//! percent-encoded itself and signed in that form: only the query is decoded, once.

use super::DecisionCode;
use crate::encoding::percent_decode;
use crate::secret::SecretText;
use crate::xml::{Document, Limits};

/// Namespace of PlayReady custom data.
const CUSTOM_DATA_NAMESPACE: &str =
    "http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyCustomData/v1";

/// The places of a request that may carry a token.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenSource<'r> {
    /// The `Authorization` header.
    pub authorization: Option<&'r str>,
    /// The URL of the request, or its query alone.
    pub url: Option<&'r str>,
    /// The custom data of a PlayReady challenge: XML.
    pub playready_custom_data: Option<&'r str>,
}

/// A token and where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extracted {
    /// The token, ready for the verifier.
    pub token: SecretText,
    /// `authorization`, `query` or `playready_custom_data`.
    pub source: &'static str,
}

/// Why there is no token to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoToken {
    /// `token.missing`, `token.ambiguous` or `token.malformed`.
    pub code: DecisionCode,
    /// What is wrong, in a sentence.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// Finds the one token of a request.
///
/// # Errors
/// [`NoToken`] where there is none or more than one, even if they are equal: two readers could disagree on which counts.
pub fn extract_token(source: &TokenSource<'_>) -> Result<Extracted, NoToken> {
    let mut found: Vec<Extracted> = Vec::new();
    let mut add = |token: &str, source| found.push(Extracted { token: SecretText::copied(token), source });
    if let Some(token) = source.authorization.and_then(from_header) {
        add(token, "authorization");
    }
    for value in source.url.map(query_values).unwrap_or_default() {
        let decoded = percent_decode(value).ok_or(BROKEN_QUERY)?;
        let token = strip_bearer(&decoded).unwrap_or(&decoded).trim();
        if !token.is_empty() {
            add(token, "query");
        }
    }
    if let Some(xml) = source.playready_custom_data.filter(|xml| !xml.trim().is_empty()) {
        let token = from_custom_data(xml).ok_or(BROKEN_CUSTOM_DATA)?;
        let bare = strip_bearer(token.expose()).unwrap_or(token.expose()).trim();
        if !bare.is_empty() {
            add(bare, "playready_custom_data");
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(AMBIGUOUS),
        (None, _) => {
            Err(if source.authorization.is_some_and(|header| !header.trim().is_empty()) { NO_SCHEME } else { MISSING })
        }
    }
}

const MISSING: NoToken = NoToken {
    code: DecisionCode::Missing,
    why: "the request carries no token",
    fix: "send it as “Authorization: Bearer <token>” or as the query parameter token",
};
const NO_SCHEME: NoToken = NoToken {
    code: DecisionCode::Missing,
    why: "the Authorization header is there, but carries no token after the scheme Bearer",
    fix: "write “Authorization: Bearer <token>”",
};
const AMBIGUOUS: NoToken = NoToken {
    code: DecisionCode::Ambiguous,
    why: "the request carries more than one token",
    fix: "send the token in one place only, once",
};
const BROKEN_QUERY: NoToken = NoToken {
    code: DecisionCode::Malformed,
    why: "the query parameter token is not correctly percent-encoded",
    fix: "encode it once, as encodeURIComponent does",
};
const BROKEN_CUSTOM_DATA: NoToken = NoToken {
    code: DecisionCode::Malformed,
    why: "the custom data is not the XML that carries a token",
    fix: "send <CustomData xmlns=\"http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyCustomData/v1\">\
          <Token>…</Token></CustomData>, the token escaped as XML asks",
};

/// What follows `Bearer` and its separator: a space, `=`, `+`, or one of them percent-encoded; nothing where the scheme
/// stands alone. One scheme is taken off: a doubled one is a mistake that the verifier names.
pub(super) fn strip_bearer(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    if rest.is_empty() {
        return Some(rest);
    }
    let encoded =
        rest.split_at_checked(3).filter(|(escape, _)| matches!(*escape, "%20" | "%3D" | "%3d" | "%2B" | "%2b"));
    encoded.map(|(_, token)| token).or_else(|| rest.strip_prefix([' ', '=', '+', '\t']))
}

fn from_header(header: &str) -> Option<&str> {
    strip_bearer(header.trim()).map(str::trim).filter(|token| !token.is_empty())
}

/// The values of all parameters named `token`, not empty, as they are written. Decoding leaves a `+`: no token holds a space,
/// but a SWT holds `+`.
fn query_values(url: &str) -> Vec<&str> {
    let url = url.split('#').next().unwrap_or_default();
    let query = url.split_once('?').map_or(url, |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let named = pairs.filter(|(name, _)| percent_decode(name).is_some_and(|name| name == "token"));
    named.map(|(_, value)| value).filter(|value| !value.is_empty()).collect()
}

fn from_custom_data(xml: &str) -> Option<SecretText> {
    let document = Document::parse(xml, Limits::POLICY).ok()?;
    let root = document.root();
    if root.name() != "CustomData" || root.namespace() != CUSTOM_DATA_NAMESPACE {
        return None;
    }
    let mut tokens =
        root.children().iter().filter(|child| child.name() == "Token" && child.namespace() == CUSTOM_DATA_NAMESPACE);
    let token = tokens.next()?;
    // Two of them would be two tokens; an element inside would leave readers to disagree on which text it is.
    (tokens.next().is_none() && token.children().is_empty()).then(|| SecretText::copied(token.text().trim()))
}
