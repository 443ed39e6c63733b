//! JSON Web Tokens in compact serialization: three parts, and nothing that the header says is trusted.

use super::claims::{ClaimValue, Claims, Time};
use super::swt::MAX_SECONDS;
use crate::encoding::base64url_decode;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// A token taken apart. The signature is over `signed`, byte for byte as received.
#[derive(Clone, PartialEq, Eq)]
pub struct Jwt<'a> {
    /// Header and payload as they stand, with the dot between.
    pub signed: &'a str,
    /// The decoded signature.
    pub signature: Vec<u8>,
    /// `alg` of the header.
    pub algorithm: String,
    /// The claims of the payload.
    pub claims: Claims,
}

/// A JSON object whose members keep their order and do not repeat.
struct Members(Vec<(String, Value)>);

impl<'a> Jwt<'a> {
    /// Takes a token apart without judging it.
    ///
    /// # Errors
    /// A sentence saying what is not as it should be.
    pub fn parse(token: &'a str) -> Result<Self, &'static str> {
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("it does not have exactly three parts separated by dots");
        };
        let signed = token.get(..header.len().saturating_add(1).saturating_add(payload.len())).unwrap_or_default();
        let header =
            read_part(header).ok_or("its header is not base64url of a JSON object without repeated members")?;
        let payload =
            read_part(payload).ok_or("its payload is not base64url of a JSON object without repeated members")?;
        let signature = base64url_decode(signature).map_err(|_| "its signature is not base64url without padding")?;
        if header.0.iter().any(|(name, _)| matches!(name.as_str(), "crit" | "b64" | "zip" | "enc")) {
            return Err("its header asks for an extension (crit, b64, zip or enc) that is not supported");
        }
        let algorithm = header.0.iter().find(|(name, _)| name == "alg").and_then(|(_, value)| value.as_str());
        let algorithm = algorithm.ok_or("its header has no alg")?.to_owned();
        Ok(Self { signed, signature, algorithm, claims: read_claims(payload) })
    }
}

/// Sizes and the algorithm only: a token is a secret.
impl fmt::Debug for Jwt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jwt({}, {} bytes, {} claims)", self.algorithm, self.signed.len(), self.claims.all.len())
    }
}

fn read_part(part: &str) -> Option<Members> {
    serde_json::from_slice(&base64url_decode(part).ok()?).ok()
}

fn read_claims(payload: Members) -> Claims {
    let mut claims =
        Claims { issuer: None, audience: None, expires: Time::Absent, not_before: Time::Absent, all: Vec::new() };
    for (name, value) in payload.0 {
        match name.as_str() {
            "iss" => claims.issuer = Some(read_value(value.clone())),
            "aud" => claims.audience = Some(read_value(value.clone())),
            "exp" => claims.expires = read_seconds(&value),
            "nbf" => claims.not_before = read_seconds(&value),
            _ => {}
        }
        claims.all.push((name, read_value(value)));
    }
    claims
}

fn read_value(value: Value) -> ClaimValue {
    match value {
        Value::String(text) => ClaimValue::Text(text),
        Value::Array(items) => {
            ClaimValue::Texts(items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
        }
        other => ClaimValue::Json(other.to_string()),
    }
}

/// Whole seconds only: a text, a fraction or a number that JSON readers would round is not a time.
fn read_seconds(value: &Value) -> Time {
    match value.as_i64() {
        Some(seconds) if (0..=MAX_SECONDS).contains(&seconds) => Time::Seconds(seconds),
        _ => Time::Unreadable(value.to_string()),
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members: Vec<(String, Value)> = Vec::new();
                let mut names = BTreeSet::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom("repeated member"));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}
