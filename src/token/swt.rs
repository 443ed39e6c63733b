//! Simple Web Tokens: `name=value` pairs, form-encoded, with an HMAC-SHA-256 over the text as it stands.

use super::claims::{ClaimValue, Claims, Time};
use crate::encoding::base64_decode;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What separates the signed text from the signature.
pub const SIGNATURE_MARK: &str = "&HMACSHA256=";

/// A token taken apart. The signature is over `signed`, byte for byte as received.
#[derive(Clone, PartialEq, Eq)]
pub struct Swt<'a> {
    /// Everything before the last `&HMACSHA256=`.
    pub signed: &'a str,
    /// The decoded HMAC.
    pub signature: Vec<u8>,
    /// Names and values, decoded, in order.
    pub parameters: Vec<(String, String)>,
}

impl<'a> Swt<'a> {
    /// Takes a token apart without judging it.
    ///
    /// # Errors
    /// A sentence saying what is not as it should be. A repeated name is refused: which one counts would be anyone's guess.
    pub fn parse(token: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = token.rsplit_once(SIGNATURE_MARK).ok_or("there is no &HMACSHA256= at its end")?;
        let signature = url_decode(signature)
            .and_then(|text| base64_decode(&text).ok())
            .ok_or("its HMACSHA256 is not percent-encoded base64")?;
        let mut parameters: Vec<(String, String)> = Vec::new();
        let mut names = BTreeSet::new();
        for pair in signed.split('&') {
            let (name, value) = pair.split_once('=').ok_or("a part of it is not name=value")?;
            let decoded =
                url_decode(name).zip(url_decode(value)).ok_or("a part of it is not correctly percent-encoded")?;
            if !names.insert(decoded.0.clone()) {
                return Err("a parameter stands in it twice");
            }
            parameters.push(decoded);
        }
        Ok(Self { signed, signature, parameters })
    }

    /// The claims in the shape that the verifier reads.
    #[must_use]
    pub fn claims(&self) -> Claims {
        let mut claims =
            Claims { issuer: None, audience: None, expires: Time::Absent, not_before: Time::Absent, all: Vec::new() };
        for (name, value) in &self.parameters {
            match name.as_str() {
                "Issuer" => claims.issuer = Some(ClaimValue::Text(value.clone())),
                "Audience" => claims.audience = Some(ClaimValue::Text(value.clone())),
                "ExpiresOn" => claims.expires = read_seconds(value),
                _ => {}
            }
            claims.all.push((name.clone(), ClaimValue::Text(value.clone())));
        }
        claims
    }
}

/// Sizes only: a token is a secret.
impl std::fmt::Debug for Swt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Swt({} bytes, {} parameters)", self.signed.len(), self.parameters.len())
    }
}

/// Largest whole number that every JSON reader keeps exact.
pub(super) const MAX_SECONDS: i64 = 1 << 53;

fn read_seconds(text: &str) -> Time {
    let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(seconds) if digits_only && seconds <= MAX_SECONDS => Time::Seconds(seconds),
        _ => Time::Unreadable(text.to_owned()),
    }
}

/// Encodes as .NET's `HttpUtility.UrlEncode`: space as `+`, everything but `A–Z a–z 0–9 - _ . ! * ( )` as UTF-8 in
/// lower-case `%xx`.
#[must_use]
pub fn url_encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => {
                encoded.push(char::from(byte))
            }
            b' ' => encoded.push('+'),
            // Writing to a String cannot fail.
            _ => drop(write!(encoded, "%{byte:02x}")),
        }
        encoded
    })
}

/// Decodes form encoding: `+` and `%xx` in either case. `None` for a broken escape or text that is not UTF-8.
#[must_use]
pub fn url_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || {
                    rest.next()
                        .and_then(|digit| char::from(digit).to_digit(16))
                        .and_then(|digit| u8::try_from(digit).ok())
                };
                (digit()? << 4) | digit()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}
