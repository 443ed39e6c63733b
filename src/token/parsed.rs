//! A token of either type in one shape, and what a text that is neither looks like.

use super::claims::Claims;
use super::jwt::Jwt;
use super::swt::Swt;
use crate::policy::TokenType;
use sha2::{Digest as _, Sha256};

/// A token of either type, taken apart.
pub(super) struct Parsed<'t> {
    pub(super) signed: &'t str,
    pub(super) signature: Vec<u8>,
    /// From the header of a JWT; a SWT has one algorithm only.
    pub(super) algorithm: &'static str,
    pub(super) claims: Claims,
}

impl<'t> Parsed<'t> {
    pub(super) fn read(token: &'t str, token_type: TokenType) -> Result<Self, &'static str> {
        if has_bearer_in_front(token) {
            return Err("“Bearer” still stands in front of it");
        }
        Ok(match token_type {
            TokenType::Swt => {
                let swt = Swt::parse(token)?;
                Self { signed: swt.signed, claims: swt.claims(), signature: swt.signature, algorithm: "HS256" }
            }
            TokenType::Jwt => {
                let jwt = Jwt::parse(token)?;
                Self {
                    signed: jwt.signed,
                    signature: jwt.signature,
                    algorithm: known_algorithm(&jwt.algorithm),
                    claims: jwt.claims,
                }
            }
        })
    }

    /// Over the decoded signature, so that no second spelling of base64 makes a second token.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::new().chain_update(self.signed).chain_update([0]).chain_update(&self.signature).finalize().into()
    }
}

/// The registered name, so that what the header says goes no further than this comparison.
fn known_algorithm(name: &str) -> &'static str {
    const KNOWN: [&str; 14] = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
        "EdDSA", "none",
    ];
    KNOWN.into_iter().find(|known| *known == name).unwrap_or("an unknown algorithm")
}

pub(super) const fn article(token_type: TokenType) -> &'static str {
    match token_type {
        TokenType::Swt => "a Simple Web Token",
        TokenType::Jwt => "a JSON Web Token",
    }
}

/// `Bearer `, `Bearer=` and their percent-encoded spellings, as players and sample pages leave them.
fn has_bearer_in_front(token: &str) -> bool {
    let rest = token.get(..6).filter(|head| head.eq_ignore_ascii_case("bearer")).and_then(|_| token.get(6..));
    rest.is_some_and(|rest| rest.starts_with([' ', '=', '%', '+']))
}

/// What a text looks like, without quoting it.
pub(super) fn shape_of(token: &str) -> String {
    let kind = if has_bearer_in_front(token) {
        "a token with “Bearer” still in front"
    } else if token.contains("%25") {
        "a text that is percent-encoded twice"
    } else {
        "a text"
    };
    format!("{kind}, {} bytes, {} dots", token.len(), token.matches('.').count())
}
