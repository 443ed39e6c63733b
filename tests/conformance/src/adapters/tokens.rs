//! Simple Web Tokens, JSON Web Tokens and the verifier.

use super::Answer;
use super::input::{era_restriction, form, number, optional_text, restriction, text};
use keywicket::encoding::base64_encode;
use keywicket::error::Error;
use keywicket::id::{Guid, KeyId};
use keywicket::policy::TokenType;
use keywicket::secret::SecretBytes;
use keywicket::token::{
    ClaimValue, CompiledPolicy, MintRequest, TokenRequest, TokenSource, TokenVerifier, VerifierSettings, extract_token,
    inspect_token, mint, swt,
};
use serde_json::{Value, json};

pub fn url_encode(input: &Value) -> Answer {
    Answer::ok(swt::url_encode(text(input, "")))
}

pub fn parse_swt(input: &Value) -> Answer {
    match inspect_token(text(input, "")) {
        Ok(token) if token.token_type == TokenType::Swt => {
            let parameters = token.claims.iter().map(|(name, value)| match value {
                ClaimValue::Text(value) | ClaimValue::Json(value) => json!([name, value]),
            });
            Answer::ok(json!({
                "params": parameters.collect::<Vec<_>>(),
                "signature_b64": base64_encode(&token.signature),
                "signed_length": token.signed_length,
            }))
        }
        _ => Answer::Refused("token.malformed".to_owned()),
    }
}

pub fn extract(input: &Value) -> Answer {
    let source = TokenSource {
        authorization: optional_text(input, "authorization"),
        url: optional_text(input, "url"),
        playready_custom_data: optional_text(input, "playready_custom_data"),
    };
    match extract_token(&source) {
        Ok(found) => Answer::ok(found.token.expose()),
        Err(refusal) => Answer::Refused(refusal.code.as_str().to_owned()),
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
        let key_id = KeyId::new(Guid::parse(text(input, "requested_key_id"))?);
        let request = TokenRequest::new(key_id, number(input, "now"));
        let policy = CompiledPolicy::from_restriction(&restriction, &VerifierSettings::default())?;
        // By way of the bytes that the edge reads, so that both are put to the test.
        let policy = CompiledPolicy::from_bytes(policy.to_bytes().expose())?;
        Ok::<_, Error>(TokenVerifier::new(policy)?.check(text(input, "token"), &request))
    };
    match run() {
        Ok(decision) if decision.is_allowed() => Answer::ok(true),
        Ok(decision) => Answer::Refused(decision.code().as_str().to_owned()),
        Err(error) => error.into(),
    }
}
