//! Simple Web Tokens, JSON Web Tokens and the verifier.

use super::Answer;
use super::input::{era_restriction, form, number, optional_text, restriction, text};
use keywicket::encoding::base64_encode;
use keywicket::error::Error;
use keywicket::id::{Guid, KeyId};
use keywicket::policy::TokenType;
use keywicket::secret::SecretBytes;
use keywicket::token::{DEFAULT_TOLERANCE, MintRequest, TokenRequest, TokenVerifier, mint, swt};
use serde_json::{Value, json};

pub fn url_encode(input: &Value) -> Answer {
    Answer::ok(swt::url_encode(text(input, "")))
}

pub fn parse_swt(input: &Value) -> Answer {
    match swt::Swt::parse(text(input, "")) {
        Ok(token) => Answer::ok(json!({
            "params": token.parameters.iter().map(|(name, value)| json!([name, value])).collect::<Vec<_>>(),
            "signature_b64": base64_encode(&token.signature),
            "signed_length": token.signed.len(),
        })),
        Err(_) => Answer::Refused("token.malformed".to_owned()),
    }
}

pub fn mint_swt(input: &Value) -> Answer {
    mint_token(input, TokenType::Swt)
}

pub fn mint_jwt(input: &Value) -> Answer {
    mint_token(input, TokenType::Jwt)
}

fn mint_token(input: &Value, token_type: TokenType) -> Answer {
    let Some(restriction) = input.get("template").and_then(restriction) else { return Answer::Missing };
    let run = || {
        let request = MintRequest {
            key_id: optional_text(input, "key_id").map(Guid::parse).transpose()?.map(KeyId::new),
            expires_at: number(input, "expires_on"),
            not_before: input.get("not_before").and_then(Value::as_i64),
            token_type: Some(token_type),
            signing_key: optional_text(input, "signing_key_b64").map(SecretBytes::from_base64).transpose()?,
            ..MintRequest::default()
        };
        Ok::<_, Error>(mint(&restriction, &request)?.expose().to_owned())
    };
    run().into()
}

pub fn mint_era(input: &Value) -> Answer {
    let run = || {
        let request = MintRequest {
            key_id: Some(KeyId::new(Guid::parse(text(input, "key_id"))?)),
            expires_at: number(input, "expires_on"),
            form: form(input),
            ..MintRequest::default()
        };
        Ok::<_, Error>(mint(&era_restriction(input), &request)?.expose().to_owned())
    };
    run().into()
}

pub fn verify(input: &Value) -> Answer {
    let Some(restriction) = input.get("template").and_then(restriction) else { return Answer::Missing };
    let run = || {
        let request = TokenRequest {
            key_id: KeyId::new(Guid::parse(text(input, "requested_key_id"))?),
            now: number(input, "now"),
        };
        Ok::<_, Error>(TokenVerifier::new(restriction, DEFAULT_TOLERANCE)?.check(text(input, "token"), &request))
    };
    match run() {
        Ok(decision) if decision.is_allowed() => Answer::ok(true),
        Ok(decision) => Answer::Refused(decision.code().as_str().to_owned()),
        Err(error) => error.into(),
    }
}
