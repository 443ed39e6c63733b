//! JSON Web Tokens in compact serialization: three parts, and nothing that the header says is trusted.

use super::DecisionCode;
use super::algorithm::Algorithm;
use super::claims::Claims;
use super::parsed::{Parsed, Unreadable};
use crate::json::scan::{self, Refusal, Text};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Takes a token apart without judging it. What is decoded lies in `buffer`.
pub(super) fn read<'t>(token: &'t str, buffer: &'t mut Vec<u8>) -> Result<Parsed<'t>, Unreadable> {
    let (signed, header, payload, signature) = split(token)?;
    // One allocation for all that is decoded.
    buffer.reserve(token.len());
    let header_end = decode(header, buffer, "its header is not base64url without padding")?;
    let payload_end = decode(payload, buffer, "its payload is not base64url without padding")?;
    decode(signature, buffer, "its signature is not base64url without padding")?;

    let (decoded, signature) = buffer.split_at_checked(payload_end).unwrap_or_default();
    let (header, payload) = decoded.split_at_checked(header_end).unwrap_or_default();
    let header = Header::read(header)?;
    let payload = std::str::from_utf8(payload).map_err(|_| Unreadable::malformed("its payload is not UTF-8"))?;
    let claims = scan::members(payload).map_err(|refusal| match refusal {
        Refusal::Syntax => Unreadable::malformed("its payload is not a JSON object"),
        Refusal::DuplicateMember => duplicate("a claim stands twice in its payload"),
        Refusal::TooComplex => too_complex("its payload nests too deep or has more than 256 claims"),
    })?;
    Ok(Parsed {
        signed,
        signature,
        algorithm: Algorithm::from_name(&header.algorithm.get()),
        algorithm_text: Some(header.algorithm),
        key_id: header.key_id,
        claims: Claims::of_json(claims),
    })
}

/// The signed text and its two parts, and the signature.
fn split(token: &str) -> Result<(&str, &str, &str, &str), Unreadable> {
    let not_three = || {
        if token.matches('.').count() == 4 {
            let why = "it is an encrypted token (JWE), which nobody but its recipient can read: issue a signed one";
            return Unreadable { code: DecisionCode::Unsupported, why };
        }
        Unreadable::malformed("it does not have exactly three parts separated by dots")
    };
    let (signed, signature) = token.rsplit_once('.').ok_or_else(not_three)?;
    let (header, payload) = signed.split_once('.').ok_or_else(not_three)?;
    if payload.contains('.') { Err(not_three()) } else { Ok((signed, header, payload, signature)) }
}

/// Appends the decoded part; where it ends. Spare bits must be zero: a token has one spelling only.
fn decode(part: &str, buffer: &mut Vec<u8>, why: &'static str) -> Result<usize, Unreadable> {
    URL_SAFE_NO_PAD.decode_vec(part, buffer).map_err(|_| Unreadable::malformed(why))?;
    Ok(buffer.len())
}

struct Header<'t> {
    algorithm: Text<'t>,
    key_id: Option<Text<'t>>,
}

impl<'t> Header<'t> {
    /// `jku`, `jwk`, `x5u` and `x5c` are passed over: a token does not bring its own key.
    fn read(json: &'t [u8]) -> Result<Self, Unreadable> {
        let json = std::str::from_utf8(json).map_err(|_| Unreadable::malformed("its header is not UTF-8"))?;
        let members = scan::members(json).map_err(|refusal| match refusal {
            Refusal::Syntax => Unreadable::malformed("its header is not a JSON object"),
            Refusal::DuplicateMember => duplicate("a member stands twice in its header"),
            Refusal::TooComplex => too_complex("its header nests too deep or has more than 256 members"),
        })?;
        let (mut algorithm, mut key_id) = (None, None);
        for (name, value) in members {
            if name.is("alg") {
                algorithm = value.text();
            } else if name.is("kid") {
                key_id = value.text();
            } else if ["crit", "b64", "zip", "enc"].iter().any(|extension| name.is(extension)) {
                let why = "its header asks for an extension (crit, b64, zip or enc) that is not supported";
                return Err(Unreadable { code: DecisionCode::Unsupported, why });
            }
        }
        let algorithm = algorithm.ok_or(Unreadable::malformed("its header has no alg"))?;
        Ok(Self { algorithm, key_id })
    }
}

const fn duplicate(why: &'static str) -> Unreadable {
    Unreadable { code: DecisionCode::DuplicateMember, why }
}

const fn too_complex(why: &'static str) -> Unreadable {
    Unreadable { code: DecisionCode::TooComplex, why }
}
