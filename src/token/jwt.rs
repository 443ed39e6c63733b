//! JSON Web Tokens in compact serialization: three parts, and nothing that the header says is trusted.

use super::DecisionCode;
use super::algorithm::Algorithm;
use super::claims::Claims;
use super::parsed::{Parsed, Unreadable};
use crate::encoding::base64url_decode_into;
use crate::json::scan::{self, Refusal, Text};

/// What nearly every issuer writes, as it is encoded. Knowing it by sight saves a twentieth of a check.
const USUAL_HEADERS: [&str; 3] = [
    // {"alg":"HS256","typ":"JWT"}
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    // {"typ":"JWT","alg":"HS256"}
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9",
    // {"alg":"HS256"}
    "eyJhbGciOiJIUzI1NiJ9",
];

/// Takes a token apart without judging it. What is decoded lies in `buffer`.
pub(super) fn read<'t>(token: &'t str, buffer: &'t mut Vec<u8>) -> Result<Parsed<'t>, Unreadable> {
    let (signed, header, payload, signature) = split(token)?;
    // One allocation for all that is decoded.
    buffer.reserve(token.len());
    // A dot too many lies in what was taken for the payload, and no decoder takes it.
    let or_dots = |unreadable| if payload.contains('.') { not_three(token) } else { unreadable };
    let is_usual = USUAL_HEADERS.contains(&header);
    if !is_usual {
        decode(header, buffer, "its header is not base64url without padding").map_err(or_dots)?;
    }
    let header_end = buffer.len();
    decode(payload, buffer, "its payload is not base64url without padding").map_err(or_dots)?;
    let payload_end = buffer.len();
    decode(signature, buffer, "its signature is not base64url without padding")?;

    let (decoded, signature) = buffer.split_at_checked(payload_end).unwrap_or_default();
    let (header, payload) = decoded.split_at_checked(header_end).unwrap_or_default();
    let header = if is_usual { Header::USUAL } else { Header::read(header)? };
    let payload = std::str::from_utf8(payload).map_err(|_| Unreadable::malformed("its payload is not UTF-8"))?;
    let mut claims = Claims::none();
    scan::for_each_member(payload, |name, value| claims.add(name, value)).map_err(|refusal| match refusal {
        Refusal::Syntax => Unreadable::malformed("its payload is not a JSON object"),
        Refusal::DuplicateMember => duplicate("a claim stands twice in its payload"),
        Refusal::TooComplex => too_complex("its payload nests too deep or has more than 256 claims"),
    })?;
    Ok(Parsed {
        signed,
        signature,
        algorithm: header.known_algorithm(),
        algorithm_text: Some(header.algorithm),
        key_id: header.key_id,
        claims,
    })
}

/// The signed text and its two parts, and the signature.
fn split(token: &str) -> Result<(&str, &str, &str, &str), Unreadable> {
    let parts = token.rsplit_once('.').and_then(|(signed, signature)| {
        signed.split_once('.').map(|(header, payload)| (signed, header, payload, signature))
    });
    parts.ok_or_else(|| not_three(token))
}

fn not_three(token: &str) -> Unreadable {
    if token.matches('.').count() == 4 {
        let why = "it is an encrypted token (JWE), which nobody but its recipient can read: issue a signed one";
        return Unreadable { code: DecisionCode::Unsupported, why };
    }
    Unreadable::malformed("it does not have exactly three parts separated by dots")
}

/// Appends the decoded part. Spare bits must be zero: a token has one spelling only.
fn decode(part: &str, buffer: &mut Vec<u8>, why: &'static str) -> Result<(), Unreadable> {
    base64url_decode_into(part, buffer).map_err(|_| Unreadable::malformed(why))
}

struct Header<'t> {
    algorithm: Text<'t>,
    key_id: Option<Text<'t>>,
}

impl<'t> Header<'t> {
    const USUAL: Self = Self { algorithm: Text::plain("HS256"), key_id: None };

    fn known_algorithm(&self) -> Option<Algorithm> {
        Algorithm::from_name(&self.algorithm.get())
    }

    /// `jku`, `jwk`, `x5u` and `x5c` are passed over: a token does not bring its own key.
    fn read(json: &'t [u8]) -> Result<Self, Unreadable> {
        let json = std::str::from_utf8(json).map_err(|_| Unreadable::malformed("its header is not UTF-8"))?;
        let (mut algorithm, mut key_id, mut is_extended) = (None, None, false);
        let scanned = scan::for_each_member(json, |name, value| {
            if name.is("alg") {
                algorithm = value.text();
            } else if name.is("kid") {
                key_id = value.text();
            } else {
                is_extended |= ["crit", "b64", "zip", "enc"].iter().any(|extension| name.is(extension));
            }
        });
        scanned.map_err(|refusal| match refusal {
            Refusal::Syntax => Unreadable::malformed("its header is not a JSON object"),
            Refusal::DuplicateMember => duplicate("a member stands twice in its header"),
            Refusal::TooComplex => too_complex("its header nests too deep or has more than 256 members"),
        })?;
        if is_extended {
            let why = "its header asks for an extension (crit, b64, zip or enc) that is not supported";
            return Err(Unreadable { code: DecisionCode::Unsupported, why });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_headers_read_as_they_say() {
        for header in USUAL_HEADERS {
            let mut bytes = Vec::new();
            base64url_decode_into(header, &mut bytes).unwrap();
            let read = Header::read(&bytes).unwrap();
            assert_eq!(read.known_algorithm(), Header::USUAL.known_algorithm());
            assert!(read.key_id.is_none());
        }
    }
}
