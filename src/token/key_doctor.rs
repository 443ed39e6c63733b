//! Why a token does not verify although "it is the right key": the key went through the wrong encoding on its way.
//!
//! For people at a console. Nothing here is ever part of a decision.

use super::MAX_TOKEN_BYTES;
use super::algorithm::Algorithm;
use super::keys::MacState;
use super::parsed::Parsed;
use crate::encoding::{hex_decode, hex_lower};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretBytes;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

macro_rules! verdicts {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal, $why:literal;)+) => {
        /// What the signer used in place of the policy's key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum KeyEncoding { $($(#[$doc])+ $variant,)+ }

        impl KeyEncoding {
            /// Every verdict there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub const fn why(self) -> &'static str {
                match self { $(Self::$variant => $why,)+ }
            }
        }
    };
}

verdicts! {
    /// The key as it is.
    AsIs = "as_is", "the key is right, and this token verifies with it";
    /// The base64 text of the key, used as bytes.
    Base64Text = "base64_text", "the signer used the key's base64 text as bytes: decode it first";
    /// The same without padding.
    Base64TextUnpadded = "base64_text_unpadded", "the signer used the key's base64 text without padding as bytes: decode it first";
    /// The base64url text of the key, used as bytes.
    Base64UrlText = "base64url_text", "the signer used the key's base64url text as bytes: decode it first";
    /// The hexadecimal text of the key, used as bytes.
    HexText = "hex_text", "the signer used the key's hexadecimal text as bytes: decode it first";
    /// The hexadecimal text in capitals.
    HexTextUpper = "hex_text_upper", "the signer used the key's hexadecimal text (in capitals) as bytes: decode it first";
    /// The policy holds base64 text as bytes; the signer decoded it.
    DecodedBase64 = "decoded_base64", "the policy's key is itself base64 text, which the signer decoded: put the decoded bytes into the policy";
    /// The policy holds base64url text as bytes; the signer decoded it.
    DecodedBase64Url = "decoded_base64url", "the policy's key is itself base64url text, which the signer decoded: put the decoded bytes into the policy";
    /// The policy holds hexadecimal text as bytes; the signer decoded it.
    DecodedHex = "decoded_hex", "the policy's key is itself hexadecimal text, which the signer decoded: put the decoded bytes into the policy";
    /// The key with a line feed after it.
    TrailingLineFeed = "trailing_line_feed", "the signer's key has a line feed at its end: it was read from a file with its last line break";
    /// The key with carriage return and line feed after it.
    TrailingCrLf = "trailing_cr_lf", "the signer's key has a carriage return and a line feed at its end";
    /// The policy's key has white space at its end that the signer's has not.
    PolicyTrailingWhiteSpace = "policy_trailing_white_space", "the policy's key has white space at its end that the signer's has not";
    /// The text of the key in UTF-16, little-endian.
    Utf16LittleEndian = "utf16_le", "the signer used the key's text in UTF-16 (little-endian, .NET's Encoding.Unicode): use UTF-8";
    /// The text of the key in UTF-16, big-endian.
    Utf16BigEndian = "utf16_be", "the signer used the key's text in UTF-16 (big-endian): use UTF-8";
    /// The base64 text with a line feed.
    Base64TextLineFeed = "base64_text_line_feed", "the signer used the key's base64 text with a line feed as bytes: decode it first";
    /// Nothing known.
    Unknown = "unknown", "no known mis-encoding of this key made this signature: it is another key, or the token was changed";
}

/// Tries the known mis-encodings of a symmetric key on a token signed with an HMAC.
///
/// # Errors
/// `verification_key.token_unreadable` where the text is no JWT with HS256, HS384 or HS512 and no Simple Web Token.
pub fn diagnose_verification_key(key: &SecretBytes, token: &str) -> Result<KeyEncoding> {
    let unreadable = || {
        let why = "expected a JSON Web Token with an HMAC algorithm (HS256, HS384, HS512), or a Simple Web Token";
        Error::new(ErrorCode::VerificationKeyTokenUnreadable, why).at("token")
    };
    let mut buffers = Default::default();
    let token = Some(token).filter(|token| token.len() <= MAX_TOKEN_BYTES).ok_or_else(unreadable)?;
    let (_, parsed) = Parsed::read_either(token, &mut buffers).map_err(|_| unreadable())?;
    let algorithm = parsed.algorithm.filter(|algorithm| algorithm.is_symmetric()).ok_or_else(unreadable)?;
    Ok(misread(key, algorithm, &parsed).unwrap_or(KeyEncoding::Unknown))
}

/// How the signer misread this key, if that is what happened.
pub(super) fn misread(key: &SecretBytes, algorithm: Algorithm, parsed: &Parsed<'_>) -> Option<KeyEncoding> {
    KeyEncoding::ALL.iter().copied().find(|encoding| fits(*encoding, key, algorithm, parsed))
}

fn fits(encoding: KeyEncoding, key: &SecretBytes, algorithm: Algorithm, parsed: &Parsed<'_>) -> bool {
    let candidate = candidate(encoding, key.expose()).map(SecretBytes::new);
    candidate.is_some_and(|key| MacState::new(algorithm, &key).is_ok_and(|state| state.verify(parsed)))
}

/// The bytes that the signer would have used; `None` where the mistake is not possible with this key.
fn candidate(encoding: KeyEncoding, key: &[u8]) -> Option<Vec<u8>> {
    let text = || std::str::from_utf8(key).ok();
    let with_end = |end: &str| Some([key, end.as_bytes()].concat());
    match encoding {
        KeyEncoding::AsIs => Some(key.to_vec()),
        KeyEncoding::Base64Text => Some(STANDARD.encode(key).into_bytes()),
        KeyEncoding::Base64TextUnpadded => Some(STANDARD_NO_PAD.encode(key).into_bytes()),
        KeyEncoding::Base64UrlText => Some(URL_SAFE_NO_PAD.encode(key).into_bytes()),
        KeyEncoding::HexText => Some(hex_lower(key).into_bytes()),
        KeyEncoding::HexTextUpper => Some(Zeroizing::new(hex_lower(key)).to_ascii_uppercase().into_bytes()),
        KeyEncoding::DecodedBase64 => STANDARD.decode(text()?.trim()).ok(),
        KeyEncoding::DecodedBase64Url => {
            URL_SAFE_NO_PAD.decode(text()?.trim()).or_else(|_| URL_SAFE.decode(text().unwrap_or_default().trim())).ok()
        }
        KeyEncoding::DecodedHex => hex_decode(text()?.trim()),
        KeyEncoding::TrailingLineFeed => with_end("\n"),
        KeyEncoding::TrailingCrLf => with_end("\r\n"),
        KeyEncoding::PolicyTrailingWhiteSpace => {
            Some(key.trim_ascii_end().to_vec()).filter(|trimmed| trimmed.len() < key.len())
        }
        KeyEncoding::Utf16LittleEndian => Some(text()?.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        KeyEncoding::Utf16BigEndian => Some(text()?.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        KeyEncoding::Base64TextLineFeed => Some([Zeroizing::new(STANDARD.encode(key)).as_bytes(), b"\n"].concat()),
        KeyEncoding::Unknown => None,
    }
}
