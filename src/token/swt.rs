//! Simple Web Tokens: `name=value` pairs, form-encoded, with an HMAC-SHA-256 over the text as it stands.

use super::DecisionCode;
use super::algorithm::Algorithm;
use super::claims::Claims;
use super::parsed::{Parsed, Unreadable};
use crate::json::scan::MAX_MEMBERS;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use std::ops::Range;

/// What separates the signed text from the signature; the last one counts.
pub const SIGNATURE_MARK: &str = "&HMACSHA256=";

/// Longest decoded signature that is looked at; a right one has 32 bytes.
const MAX_SIGNATURE: usize = 192;

/// Takes a token apart without judging it. What is decoded lies in `buffer`.
///
/// A repeated name is refused: which one counts would be anyone's guess.
pub(super) fn read<'t>(token: &'t str, buffer: &'t mut Vec<u8>) -> Result<Parsed<'t>, Unreadable> {
    let mark = token.rsplit_once(SIGNATURE_MARK);
    let (signed, signature) = mark.ok_or(Unreadable::malformed("there is no &HMACSHA256= at its end"))?;
    buffer.reserve(token.len().saturating_add(MAX_SIGNATURE));
    let signature = append_signature(signature, buffer)
        .ok_or(Unreadable::malformed("its HMACSHA256 is not percent-encoded base64"))?;
    let pairs = append_pairs(signed, buffer)?;

    let buffer: &'t [u8] = buffer;
    let (signature, decoded) = buffer.split_at_checked(signature).unwrap_or_default();
    let not_utf8 = Unreadable::malformed("a part of it is not UTF-8 when decoded");
    // A zero byte stands behind every name and value, so what is UTF-8 as a whole is so in each part.
    let decoded = std::str::from_utf8(decoded).map_err(|_| not_utf8)?;
    let part = |range: &Range<usize>| decoded.get(range.clone()).unwrap_or_default();
    for (index, (name, _)) in pairs.iter().enumerate() {
        if pairs.iter().take(index).any(|(earlier, _)| part(earlier) == part(name)) {
            let why = "a parameter stands in it twice";
            return Err(Unreadable { code: DecisionCode::DuplicateMember, why });
        }
    }
    Ok(Parsed {
        signed,
        signature,
        algorithm: Some(Algorithm::Hs256),
        algorithm_text: None,
        key_id: None,
        claims: Claims::of_parameters(pairs.iter().map(|(name, value)| (part(name), part(value)))),
    })
}

/// Decodes the signature to the beginning of the buffer; its length.
fn append_signature(encoded: &str, buffer: &mut Vec<u8>) -> Option<usize> {
    url_decode_into(encoded, buffer)?;
    let mut bytes = [0; MAX_SIGNATURE];
    // A longer one than fits is no signature either.
    let length = STANDARD.decode_slice(buffer.as_slice(), &mut bytes).ok()?;
    buffer.clear();
    buffer.extend(bytes.get(..length)?);
    Some(length)
}

type Pair = (Range<usize>, Range<usize>);

/// Decodes names and values in one pass, a zero byte behind each; where they are, counted from the first of them.
fn append_pairs(signed: &str, buffer: &mut Vec<u8>) -> Result<Vec<Pair>, Unreadable> {
    let base = buffer.len();
    let mut pairs = Vec::with_capacity(12);
    let (mut start, mut name) = (0, None);
    let mut bytes = signed.bytes();
    loop {
        let byte = bytes.next();
        match byte {
            Some(b'=') if name.is_none() => {
                let end = buffer.len().saturating_sub(base);
                name = Some(start..end);
                buffer.push(0);
                start = end.saturating_add(1);
            }
            Some(b'&') | None => {
                let end = buffer.len().saturating_sub(base);
                let name = name.take().ok_or(Unreadable::malformed("a part of it is not name=value"))?;
                if pairs.len() >= MAX_MEMBERS {
                    let why = "it has more than 256 parameters";
                    return Err(Unreadable { code: DecisionCode::TooComplex, why });
                }
                pairs.push((name, start..end));
                buffer.push(0);
                start = end.saturating_add(1);
            }
            Some(byte) => {
                let escape = Unreadable::malformed("a part of it is not correctly percent-encoded");
                buffer.push(url_decode_byte(byte, &mut bytes).ok_or(escape)?);
            }
        }
        if byte.is_none() {
            return Ok(pairs);
        }
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

/// Decodes form encoding: `+` and `%xx` in either case. `None` for a broken escape.
fn url_decode_into(text: &str, buffer: &mut Vec<u8>) -> Option<()> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        buffer.push(url_decode_byte(byte, &mut bytes)?);
    }
    Some(())
}

/// What a byte stands for, with those that belong to it.
fn url_decode_byte(byte: u8, rest: &mut std::str::Bytes<'_>) -> Option<u8> {
    match byte {
        b'+' => Some(b' '),
        b'%' => Some((hex_digit(rest.next()?)? << 4) | hex_digit(rest.next()?)?),
        other => Some(other),
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
