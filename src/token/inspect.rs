//! A token decoded for reading, without judging it.

use super::MAX_TOKEN_BYTES;
use super::parsed::{Parsed, how_to_mend, shape_of};
use crate::encoding::base64url_decode;
use crate::error::{Error, ErrorCode, Result};
use crate::json::scan::Value;
use crate::policy::TokenType;

/// What a token says. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectedToken {
    /// Which of the two it is.
    pub token_type: TokenType,
    /// The header of a JWT: JSON, as it was written.
    pub header: Option<String>,
    /// Names and values of the claims in their order: a value is JSON, in a SWT always a text.
    pub claims: Vec<(String, ClaimValue)>,
    /// How many bytes of the token are signed, counted from its beginning.
    pub signed_length: usize,
    /// The decoded signature.
    pub signature: Vec<u8>,
}

/// The value of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimValue {
    /// A text.
    Text(String),
    /// Anything else, as JSON.
    Json(String),
}

/// Takes a token of either type apart for reading.
///
/// # Errors
/// `inspect.unreadable`, saying why it is neither.
pub fn inspect_token(token: &str) -> Result<InspectedToken> {
    let unreadable = |why: String| Error::new(ErrorCode::InspectUnreadable, why).at("token");
    if token.len() > MAX_TOKEN_BYTES {
        return Err(unreadable(format!("a token of more than {MAX_TOKEN_BYTES} bytes is not read")));
    }
    let mut buffers = Default::default();
    let (token_type, parsed) = Parsed::read_either(token, &mut buffers).map_err(|refusal| {
        let (shape, fix) = (shape_of(token), how_to_mend(token, refusal.code));
        unreadable(format!("this is {shape}, and no token: {}; {fix}", refusal.why))
    })?;
    Ok(inspected(token, token_type, &parsed))
}

fn inspected(token: &str, token_type: TokenType, parsed: &Parsed<'_>) -> InspectedToken {
    let header = token.split('.').next().filter(|_| token_type == TokenType::Jwt);
    let header = header.and_then(|part| base64url_decode(part).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    let claim = |value: Value<'_>| match value {
        Value::Text(text) => ClaimValue::Text(text.get().into_owned()),
        Value::Number(json) | Value::Word(json) | Value::List(json) | Value::Object(json) => {
            ClaimValue::Json(json.to_owned())
        }
    };
    InspectedToken {
        token_type,
        header,
        claims: parsed.claims.all.iter().map(|(name, value)| (name.get().into_owned(), claim(*value))).collect(),
        signed_length: parsed.signed.len(),
        signature: parsed.signature.to_vec(),
    }
}
