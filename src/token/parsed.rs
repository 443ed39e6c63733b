//! A token of either type in one shape, and what a text that is neither looks like.

use super::DecisionCode;
use super::algorithm::Algorithm;
use super::claims::Claims;
use super::{jwt, swt};
use crate::json::scan::Text;
use crate::policy::TokenType;
use std::borrow::Cow;

/// A token of either type, taken apart: borrowed from the token and from the buffer with what was decoded.
pub(super) struct Parsed<'t> {
    /// What the signature is over, byte for byte as received.
    pub(super) signed: &'t str,
    /// The decoded signature.
    pub(super) signature: &'t [u8],
    /// From the header of a JWT, if it is one we know; a SWT has one algorithm only.
    pub(super) algorithm: Option<Algorithm>,
    /// The same as it is written.
    pub(super) algorithm_text: Option<Text<'t>>,
    /// `kid` of a JWT's header.
    pub(super) key_id: Option<Text<'t>>,
    pub(super) claims: Claims<'t>,
}

/// Why a text is not a token of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) code: DecisionCode,
    pub(super) why: &'static str,
}

impl Unreadable {
    pub(super) const fn malformed(why: &'static str) -> Self {
        Self { code: DecisionCode::Malformed, why }
    }
}

impl<'t> Parsed<'t> {
    /// Takes a token apart. The buffer is emptied first.
    pub(super) fn read(token: &'t str, token_type: TokenType, buffer: &'t mut Vec<u8>) -> Result<Self, Unreadable> {
        if has_bearer_in_front(token) {
            return Err(Unreadable::malformed("“Bearer” still stands in front of it"));
        }
        buffer.clear();
        match token_type {
            TokenType::Swt => swt::read(token, buffer),
            TokenType::Jwt => jwt::read(token, buffer),
        }
    }

    /// Takes a token of either type apart; no text is both. A text that is neither is refused as a JWT.
    pub(super) fn read_either(
        token: &'t str,
        buffers: &'t mut (Vec<u8>, Vec<u8>),
    ) -> Result<(TokenType, Self), Unreadable> {
        if let Ok(parsed) = Self::read(token, TokenType::Swt, &mut buffers.0) {
            return Ok((TokenType::Swt, parsed));
        }
        Self::read(token, TokenType::Jwt, &mut buffers.1).map(|parsed| (TokenType::Jwt, parsed))
    }

    /// The algorithm for sentences. What the header says is cut short: it is whatever a stranger wrote there.
    pub(super) fn algorithm_name(&self) -> Cow<'static, str> {
        match (self.algorithm, self.algorithm_text) {
            (Some(known), _) => Cow::Borrowed(known.name()),
            (None, Some(text)) => Cow::Owned(text.get().chars().filter(|c| c.is_ascii_graphic()).take(16).collect()),
            (None, None) => Cow::Borrowed("none"),
        }
    }
}

pub(super) const fn article(token_type: TokenType) -> &'static str {
    match token_type {
        TokenType::Swt => "a Simple Web Token",
        TokenType::Jwt => "a JSON Web Token",
    }
}

/// `Bearer `, `Bearer=` and their percent-encoded spellings, as players and sample pages leave them.
fn has_bearer_in_front(token: &str) -> bool {
    super::extract::strip_bearer(token).is_some()
}

/// What to do about a text that is no token, as specific as can be.
pub(super) fn how_to_mend(token: &str, code: DecisionCode) -> &'static str {
    match code {
        DecisionCode::DuplicateMember => "write each name once: readers disagree on which of two counts",
        DecisionCode::TooComplex => "leave out claims that nobody reads",
        DecisionCode::Unsupported => "issue a plain signed token (JWS, compact), without crit, b64 and zip",
        _ if has_bearer_in_front(token) => {
            "send “Bearer” once, in the Authorization header only; in the query, send the token alone"
        }
        _ if token.contains("%25") => "percent-encode the token once, and decode it once",
        _ if token.starts_with("eyJ") && token.contains('%') => "decode the token once when it comes from the query",
        _ => "send the token itself: no “Bearer ” in front, decoded once from the query, nothing cut off",
    }
}

/// What a text looks like, without quoting it.
pub(super) fn shape_of(token: &str) -> String {
    let kind = if has_bearer_in_front(token) {
        "a token with “Bearer” still in front"
    } else if token.contains("%25") {
        "a text that is percent-encoded twice"
    } else if token.starts_with("eyJ") && token.contains('%') {
        "a JSON Web Token that is still percent-encoded"
    } else if token.trim() != token {
        "a text with white space at an end"
    } else if token.trim_start().starts_with('{') {
        "JSON, not a compact token"
    } else {
        "a text"
    };
    format!("{kind}, {} bytes, {} dots", token.len(), token.matches('.').count())
}
