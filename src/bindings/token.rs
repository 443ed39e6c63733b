//! The `token` room for JavaScript.

use super::id::{key_id, requested_key_id};
use super::key::content_key;
use super::policy::{policy, token_type};
use super::read::{self, Members, Result};
use super::write;
use crate::encoding::hex_lower;
use crate::secret::{SecretBytes, SecretText};
use crate::token::{Check, DEFAULT_TOLERANCE, Decision, MintRequest, TokenRequest, TokenVerifier as Verifier, mint};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A policy made ready, held on this side of the boundary. Methods take `&self`: a trap leaves no broken borrow.
#[wasm_bindgen]
#[derive(Debug)]
pub struct TokenVerifier(pub(super) Verifier);

#[wasm_bindgen]
impl TokenVerifier {
    #[wasm_bindgen(constructor)]
    pub fn new(policy_value: JsValue, options: JsValue) -> Result<Self> {
        let options = Members::optional(&options, "options", &["tolerance"])?;
        let tolerance = tolerance(&options)?;
        let verifier = Verifier::new(policy(&policy_value)?, tolerance);
        Ok(Self(verifier.map_err(|error| match error.path() {
            Some("tolerance") => error.within("options"),
            _ => error.within("policy"),
        })?))
    }

    pub fn check(&self, token: JsValue, request: JsValue) -> Result<JsValue> {
        let token = SecretText::from_string(read::token(&token, "token")?);
        Ok(write_decision(&self.0.check(token.expose(), &token_request(&request)?), None))
    }

    pub fn explain(&self, token: JsValue, request: JsValue) -> Result<JsValue> {
        let token = SecretText::from_string(read::token(&token, "token")?);
        let (decision, checks) = self.0.explain(token.expose(), &token_request(&request)?);
        let checks = write::list(checks, |check| write_check(check, None));
        Ok(write_decision(&decision, Some(checks)))
    }

    /// Checks the token for this very key and, if it is allowed, releases the bytes in the same call: a decision that
    /// went through JavaScript could have been made up there.
    pub fn deliver(&self, token: JsValue, key: JsValue, request: JsValue) -> Result<JsValue> {
        let key = content_key(&key, "key")?;
        let now = Members::of(&request, "options", &["now"])?.whole_number("now")?;
        let token = SecretText::from_string(read::token(&token, "token")?);
        let decision = self.0.check(token.expose(), &TokenRequest { key_id: key.id(), now });
        super::delivery::write(&decision, &key)
    }
}

/// The forgiven clock skew of a verifier's settings.
pub(super) fn tolerance(settings: &Members) -> Result<u32> {
    Ok(match settings.optional_whole_number("tolerance")? {
        // What does not fit is out of range, which the verifier says better.
        Some(seconds) => u32::try_from(seconds).unwrap_or(u32::MAX),
        None => DEFAULT_TOLERANCE,
    })
}

#[wasm_bindgen(js_name = mintToken)]
pub fn mint_token(policy_value: JsValue, options: JsValue) -> Result<JsValue> {
    const KNOWN: [&str; 9] =
        ["keyId", "now", "lifetime", "expiresAt", "notBefore", "tokenType", "issuer", "audience", "signingKey"];
    /// Ten minutes, as the SDKs had it.
    const LIFETIME: i64 = 600;
    /// The head start that the PHP SDK gave, against clock skew.
    const HEAD_START: i64 = 300;
    let options = Members::of(&options, "options", &KNOWN)?;
    let signing_key = options.optional_bytes("signingKey")?.map(SecretBytes::new);
    let now = options.whole_number("now")?;
    let lifetime = options.optional_whole_number("lifetime")?.unwrap_or(LIFETIME);
    let not_before = match options.get("notBefore")? {
        None => Some(now.saturating_sub(HEAD_START).max(0)),
        Some(value) if value.is_null() => None,
        Some(value) => Some(read::whole_number(&value, &options.path("notBefore"))?),
    };
    let request = MintRequest {
        key_id: options.get("keyId")?.map(|id| key_id(&id, &options.path("keyId"))).transpose()?,
        expires_at: options.optional_whole_number("expiresAt")?.unwrap_or_else(|| now.saturating_add(lifetime)),
        not_before,
        token_type: options
            .optional_text("tokenType")?
            .map(|name| token_type(&name, options.path("tokenType")))
            .transpose()?,
        issuer: options.optional_text("issuer")?,
        audience: options.optional_text("audience")?,
        signing_key,
        ..MintRequest::default()
    };
    Ok(write::secret_text(&mint(&policy(&policy_value)?, &request).map_err(|error| error.within("options"))?))
}

fn token_request(value: &JsValue) -> Result<TokenRequest> {
    let members = Members::of(value, "request", &["keyId", "now"])?;
    Ok(TokenRequest { key_id: requested_key_id(&members)?, now: members.whole_number("now")? })
}

pub(super) fn write_decision(decision: &Decision, checks: Option<JsValue>) -> JsValue {
    write::Members::new()
        .set("allowed", decision.is_allowed())
        .set("code", decision.code().as_str())
        .set("keyId", decision.key_id().guid().to_string())
        .set_some("verificationKey", decision.verification_key())
        .set_some("expiresAt", decision.expires_at().map(write::number))
        .set_some("tokenDigest", decision.token_digest().map(|digest| hex_lower(&digest)))
        .set_some("option", decision.option().map(write_index))
        .set_some("checks", checks)
        .finish()
}

/// Which option, counted from 0.
fn write_index(index: usize) -> JsValue {
    write::number(i64::try_from(index).unwrap_or(i64::MAX))
}

pub(super) fn write_check(check: Check, option: Option<usize>) -> JsValue {
    write::Members::new()
        .set_some("option", option.map(write_index))
        .set("rule", check.rule.name())
        .set("outcome", check.outcome.name())
        .set_some("observed", check.observed)
        .set_some("expected", check.expected)
        .set_some("why", check.why)
        .set_some("fix", check.fix)
        .finish()
}
