//! Decoding inputs. A vector that cannot be decoded is a bug of the vector or of its adapter, so this may stop.
#![expect(
    clippy::expect_used,
    reason = "a malformed vector shall be seen; the runner reports the panic at that vector"
)]

use base64::Engine as _;
use keywicket::policy::{Form, TokenClaim, TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;

/// A text member, or the input itself for an empty name.
pub fn text<'v>(input: &'v Value, name: &str) -> &'v str {
    let value = if name.is_empty() { Some(input) } else { input.get(name) };
    value.and_then(Value::as_str).expect("a text")
}

/// A text member that may be absent or null.
pub fn optional_text<'v>(input: &'v Value, name: &str) -> Option<&'v str> {
    input.get(name).and_then(Value::as_str)
}

/// A list member that may be absent or null.
pub fn list<'v>(input: &'v Value, name: &str) -> &'v [Value] {
    input.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A number member.
pub fn number(input: &Value, name: &str) -> i64 {
    input.get(name).and_then(Value::as_i64).expect("a number")
}

/// Standard base64.
pub fn base64(text: &str) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
}

/// Hexadecimal.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16).expect("a hexadecimal digit")).collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).expect("a byte"))
        .collect()
}

/// Secret bytes from a base64 member.
pub fn secret(input: &Value, name: &str) -> SecretBytes {
    SecretBytes::new(base64(text(input, name)))
}

/// A token restriction; `None` where the vector uses a token type that the API does not have.
pub fn restriction(input: &Value) -> Option<TokenRestriction> {
    let claim = |claim: &Value| TokenClaim {
        claim_type: optional_text(claim, "type").unwrap_or_default().to_owned(),
        value: optional_text(claim, "value").map(str::to_owned),
    };
    Some(TokenRestriction {
        token_type: TokenType::from_name(text(input, "tokenType"))?,
        issuer: text(input, "issuer").to_owned(),
        audience: text(input, "audience").to_owned(),
        primary_verification_key: input.get("primary").filter(|key| !key.is_null()).map(verification_key),
        alternate_verification_keys: list(input, "alternates").iter().map(verification_key).collect(),
        required_claims: list(input, "claims").iter().map(claim).collect(),
        open_id_discovery_uri: optional_text(input, "openid").map(str::to_owned),
    })
}

fn verification_key(key: &Value) -> VerificationKey {
    match text(key, "type") {
        "Symmetric" => VerificationKey::Symmetric(secret(key, "key")),
        "X509" => VerificationKey::X509 { raw_body: base64(text(key, "raw")) },
        _ => VerificationKey::from_rsa_numbers(&base64(text(key, "n")), &base64(text(key, "e"))),
    }
}

/// Gives the bytes it was made of, once: fixes the seed of RSA-OAEP.
pub struct FixedBytes(pub Vec<u8>);

/// The platform's randomness.
pub struct PlatformRng;

/// There were not enough fixed bytes.
#[derive(Debug)]
pub struct Exhausted;

impl std::fmt::Display for Exhausted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the fixed bytes are used up")
    }
}
impl std::error::Error for Exhausted {}

impl TryRng for FixedBytes {
    type Error = Exhausted;
    fn try_next_u32(&mut self) -> Result<u32, Exhausted> {
        Err(Exhausted)
    }
    fn try_next_u64(&mut self) -> Result<u64, Exhausted> {
        Err(Exhausted)
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Exhausted> {
        if self.0.len() != bytes.len() {
            return Err(Exhausted);
        }
        bytes.copy_from_slice(&std::mem::take(&mut self.0));
        Ok(())
    }
}
impl TryCryptoRng for FixedBytes {}

impl TryRng for PlatformRng {
    type Error = getrandom::Error;
    fn try_next_u32(&mut self) -> Result<u32, getrandom::Error> {
        getrandom::u32()
    }
    fn try_next_u64(&mut self) -> Result<u64, getrandom::Error> {
        getrandom::u64()
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        getrandom::fill(bytes)
    }
}
impl TryCryptoRng for PlatformRng {}

/// The release of the .NET SDK that a vector names.
pub fn form(input: &Value) -> Form {
    match text(input, "era") {
        "3.0" => Form::Sdk30,
        "3.1" => Form::Sdk31,
        "3.2" => Form::Of2015,
        _ => Form::Current,
    }
}

/// The templates of the release vectors: one symmetric key, maybe the claim that ties tokens to a key.
pub fn era_restriction(input: &Value) -> TokenRestriction {
    let tied = input.get("key_id_claim").and_then(Value::as_bool) == Some(true);
    TokenRestriction {
        token_type: TokenType::Swt,
        issuer: text(input, "issuer").to_owned(),
        audience: text(input, "audience").to_owned(),
        primary_verification_key: Some(VerificationKey::Symmetric(secret(input, "primary_key_b64"))),
        alternate_verification_keys: Vec::new(),
        required_claims: if tied { vec![TokenClaim::content_key_identifier()] } else { Vec::new() },
        open_id_discovery_uri: None,
    }
}
