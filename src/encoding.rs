//! Base64, hexadecimal and percent-encoding as this house writes and reads them, each rule once.

use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretText;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::borrow::Cow;
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// Standard base64 with padding.
#[must_use]
pub fn base64_encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads standard base64 with padding; anything else is refused.
///
/// # Errors
/// `base64.invalid`.
pub fn base64_decode(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(invalid_base64)
}

/// base64url without padding (RFC 7515), as tokens use it.
#[must_use]
pub fn base64url_encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding. Spare bits must be zero: a token must have one spelling only.
///
/// # Errors
/// `base64.invalid`.
pub fn base64url_decode(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    base64url_decode_into(text, &mut bytes)?;
    Ok(bytes)
}

/// The same, appending to what is there.
pub(crate) fn base64url_decode_into(text: &str, bytes: &mut Vec<u8>) -> Result<()> {
    base64_simd::URL_SAFE_NO_PAD.decode_append(text, bytes).map_err(invalid_base64)
}

/// The one sentence for bad base64. The decoder's own message may quote a byte of the input, so it is not passed on.
pub(crate) fn invalid_base64<E>(_: E) -> Error {
    Error::new(
        ErrorCode::Base64Invalid,
        "this is not base64: expected A–Z a–z 0–9 + / in groups of four, padded with =",
    )
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex_lower(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads hexadecimal in any letter case: two digits a byte and nothing between them.
#[must_use]
pub(crate) fn hex_decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    // The text may be a key: the bytes never move, and what was read before a bad digit is wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for &[high, low] in pairs {
        bytes.push(digit(high)? << 4 | digit(low)?);
    }
    rest.is_empty().then(|| std::mem::take(&mut *bytes))
}

/// Decodes `%xx` once; `None` where digits are missing or the bytes are not UTF-8. A `+` stays: no token holds a space, but a
/// SWT holds `+`.
pub(crate) fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) =
            part.split_at_checked(2).filter(|(digits, _)| digits.bytes().all(|d| d.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// Upper-case hexadecimal, as thumbprints are written.
#[must_use]
pub fn hex_upper(bytes: &[u8]) -> String {
    hex_lower(bytes).to_ascii_uppercase()
}

/// A value of a query as forms and OData clients write it: as [`percent_decode`], and a `+` is a space.
pub(crate) fn query_decode(text: &str) -> Option<String> {
    percent_decode(&text.replace('+', " ")).map(Cow::into_owned)
}

/// Percent-encodes all but the unreserved characters of RFC 3986, so that the text can stand anywhere in a URI.
#[must_use]
pub(crate) fn percent_encode(text: &str) -> SecretText {
    // In the worst case three characters a byte: the text never moves.
    let mut encoded = SecretText::with_capacity(text.len().saturating_mul(3));
    for byte in text.bytes() {
        let character = char::from(byte);
        if character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~') {
            encoded.push_str(character.encode_utf8(&mut [0; 4]));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
