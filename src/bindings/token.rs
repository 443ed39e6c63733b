//! The `token` room for JavaScript, but for the verifier's fast path (see `gate`).

use super::authorization::policy_option;
use super::gate::{Gate, Input, parse};
use super::id::key_id;
use super::key::content_key;
use super::policy::{policy, token_type};
use super::read::{self, MAX_DOCUMENT, MAX_TEXT, Members, Result};
use super::scratch;
use super::write;
use crate::encoding::hex_lower;
use crate::error::{Error, ErrorCode};
use crate::policy::v3::{Access, read_access};
use crate::policy::{Restriction, TokenRestriction, TokenType};
use crate::secret::{SecretBytes, SecretText};
use crate::token::{
    Algorithm, Check, ClaimValue, CompiledPolicy, DecisionCode, JsonWebKeySet, MintRequest, OptionCheck, TokenRequest,
    TokenSource, VerifierSettings, extract_token as extract, inspect_token as inspect, mint, signing_input, simulate,
};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A policy in any form as bytes for a verifier: XML, v3 JSON, an object, or the options of an authorization policy.
#[wasm_bindgen(js_name = compilePolicy)]
pub fn compile_policy(policy: JsValue, options: JsValue) -> Result<JsValue> {
    let members = Members::optional(&options, "options", &["tolerance", "symmetricAlgorithm", "rsaAlgorithm", "jwks"])?;
    let settings = settings(&members)?;
    let compiled = compile(&policy, &settings)?;
    Ok(write::secret_bytes(&compiled.to_bytes()))
}

fn settings(members: &Members) -> Result<VerifierSettings> {
    let usual = VerifierSettings::default();
    let algorithm = |name: &str, usual: Algorithm| match members.optional_text(name)? {
        None => Ok(usual),
        Some(text) => Algorithm::from_name(&text).ok_or_else(|| {
            let why = "expected a JWS algorithm such as HS256, RS256 or PS256";
            JsValue::from(Error::new(ErrorCode::ArgumentOutOfRange, why).at(members.path(name)))
        }),
    };
    let key_set = members.get("jwks")?.map(|value| {
        let json = read::text(&value, &members.path("jwks"), MAX_DOCUMENT)?;
        let (key_set, _) = JsonWebKeySet::parse(&json).map_err(|error| error.within(&members.path("jwks")))?;
        Ok::<_, JsValue>(key_set)
    });
    Ok(VerifierSettings {
        tolerance: match members.optional_whole_number("tolerance")? {
            // What does not fit is out of range, which the policy says better.
            Some(seconds) => u16::try_from(seconds).unwrap_or(u16::MAX),
            None => usual.tolerance,
        },
        symmetric_algorithm: algorithm("symmetricAlgorithm", usual.symmetric_algorithm)?,
        rsa_algorithm: algorithm("rsaAlgorithm", usual.rsa_algorithm)?,
        key_set: key_set.transpose()?,
    })
}

fn compile(value: &JsValue, settings: &VerifierSettings) -> Result<CompiledPolicy> {
    let place = |error: Error| match error.path() {
        Some("tolerance" | "symmetricAlgorithm" | "rsaAlgorithm" | "jwks") => error.within("options"),
        _ => error.within("policy"),
    };
    let of_restriction = |restriction: &TokenRestriction| CompiledPolicy::from_restriction(restriction, settings);
    if js_sys::Array::is_array(value) {
        let options = read::list(value, "policy")?;
        let options =
            options.iter().enumerate().map(|(index, option)| policy_option(option, &format!("policy[{index}]")));
        let options = options.collect::<Result<Vec<_>>>()?;
        return Ok(CompiledPolicy::from_options(&options, settings).map_err(place)?);
    }
    if let Some(json) = value.as_string().filter(|text| text.trim_start().starts_with('{')) {
        let json = SecretText::from_string(json);
        return Ok(match read_access(json.expose()).map_err(place)? {
            Access::Restriction(Restriction::Token(restriction)) => of_restriction(&restriction).map_err(place)?,
            Access::Restriction(_) => {
                let why = "an open restriction asks for no token, so there is nothing to verify";
                return Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at("policy").into());
            }
            Access::Options(options) => CompiledPolicy::from_options(&options, settings).map_err(place)?,
        });
    }
    Ok(of_restriction(&policy(value)?).map_err(place)?)
}

/// The same policy with the keys behind its discovery document.
#[wasm_bindgen(js_name = withKeySet)]
pub fn with_key_set(compiled: Vec<u8>, jwks: JsValue) -> Result<JsValue> {
    let compiled = SecretBytes::new(compiled);
    let json = read::text(&jwks, "jwks", MAX_DOCUMENT)?;
    let (key_set, _) = JsonWebKeySet::parse(&json).map_err(|error| error.within("jwks"))?;
    let policy = CompiledPolicy::from_bytes(compiled.expose()).map_err(|error| error.at("policy"))?;
    Ok(write::secret_bytes(&policy.with_key_set(&key_set)?.to_bytes()))
}

/// What a key set holds that is not used, and why.
#[wasm_bindgen(js_name = lintKeySet)]
pub fn lint_key_set(jwks: JsValue) -> Result<JsValue> {
    let json = read::text(&jwks, "jwks", MAX_DOCUMENT)?;
    let (_, findings) = JsonWebKeySet::parse(&json).map_err(|error| error.within("jwks"))?;
    Ok(write::list(findings, write::finding))
}

#[wasm_bindgen]
impl Gate {
    /// The checks; the decision is kept like that of `check`.
    pub fn explain(&self, length: u32, head: u32, now: f64, uses: f64) -> Result<JsValue> {
        let (decision, checks) =
            asked(length, head, now, uses, |token, request| Ok(self.verifier.explain(token, request)))?;
        let packed = self.keep(decision);
        Ok(write::Members::new().set("packed", packed).set("checks", write_checks(checks)).finish())
    }

    /// The digests and checks of a record; the facade knows the rest.
    pub fn record(&self, length: u32, head: u32, now: f64, uses: f64) -> Result<JsValue> {
        let record = asked(length, head, now, uses, |token, request| Ok(self.verifier.record(token, request)))?;
        let packed = self.keep(record.decision);
        Ok(write::Members::new()
            .set("policyDigest", hex_lower(&record.policy_digest))
            .set("tokenTextDigest", hex_lower(&record.token_text_digest))
            .set("packed", packed)
            .set("checks", write_checks(record.checks))
            .finish())
    }

    /// Checks the token for this very key and, if it is allowed, releases the bytes in the same call: a decision that
    /// went through JavaScript could have been made up there.
    pub fn deliver(&self, key: JsValue, length: u32, head: u32, now: f64, uses: f64) -> Result<JsValue> {
        let key = content_key(&key, "key")?;
        let (decision, body) = asked(length, head, now, uses, |token, request| {
            let decision = self.verifier.check(token, &TokenRequest { key_id: key.id(), ..*request });
            let body = if decision.is_allowed() { Some(crate::delivery::release(&decision, &key)?) } else { None };
            Ok((decision, body))
        })?;
        let answer = write::Members::new().set("packed", self.keep(decision));
        Ok(answer.set_some("body", body.map(|body| write::secret_bytes(&body))).finish())
    }

    /// The numbers of the codes, tokens × keys × times, times fastest; what else is asked lies in the scratch memory.
    pub fn simulate(
        &self,
        tokens: JsValue,
        key_ids: JsValue,
        times: JsValue,
        length: u32,
        head: u32,
        uses: f64,
    ) -> Result<Uint8Array> {
        let request = asked(length, head, 0.0, uses, |_, request| Ok(*request))?;
        let text = |(index, value): (usize, &JsValue)| {
            Ok::<_, JsValue>(SecretText::from_string(read::text(value, &format!("tokens[{index}]"), MAX_TEXT)?))
        };
        let tokens = read::list(&tokens, "tokens")?.iter().enumerate().map(text).collect::<Result<Vec<_>>>()?;
        let tokens: Vec<&str> = tokens.iter().map(SecretText::expose).collect();
        let key_ids = read::list(&key_ids, "keyIds")?;
        let key_ids = key_ids.iter().enumerate().map(|(index, id)| key_id(id, &format!("keyIds[{index}]")));
        let key_ids = key_ids.collect::<Result<Vec<_>>>()?;
        let times = read::list(&times, "times")?;
        let times = times.iter().enumerate().map(|(index, time)| read::whole_number(time, &format!("times[{index}]")));
        let times = times.collect::<Result<Vec<_>>>()?;
        let codes = simulate(&self.verifier, &tokens, &key_ids, &times, &request)?;
        let numbers: Vec<u8> = codes.into_iter().map(DecisionCode::number).collect();
        Ok(Uint8Array::from(numbers.as_slice()))
    }
}

/// What lies in the scratch memory, taken apart.
fn asked<T>(
    length: u32,
    head: u32,
    now: f64,
    uses: f64,
    answer: impl FnOnce(&str, &TokenRequest) -> crate::error::Result<T>,
) -> Result<T> {
    Ok(scratch::take(length, |input| {
        let Input { token, request } = parse(input, head, now, uses)?;
        answer(token, &request)
    })?)
}

fn write_checks(checks: Vec<OptionCheck>) -> JsValue {
    write::list(checks, |(option, check)| write_check(check, option))
}

fn write_check(check: Check, option: Option<u8>) -> JsValue {
    write::Members::new()
        .set_some("option", option)
        .set("rule", check.rule.name())
        .set("outcome", check.outcome.name())
        .set_some("observed", check.observed)
        .set_some("expected", check.expected)
        .set_some("why", check.why)
        .set_some("fix", check.fix)
        .finish()
}

#[wasm_bindgen(js_name = extractToken)]
pub fn extract_token(source: JsValue) -> Result<JsValue> {
    let members = Members::of(&source, "source", &["authorization", "url", "playReadyCustomData"])?;
    let text = |name: &str| {
        let value = members.get(name)?.filter(|value| !value.is_null());
        value.map(|value| read::text(&value, &members.path(name), MAX_TEXT).map(SecretText::from_string)).transpose()
    };
    let (authorization, url, custom_data) = (text("authorization")?, text("url")?, text("playReadyCustomData")?);
    let source = TokenSource {
        authorization: authorization.as_ref().map(SecretText::expose),
        url: url.as_ref().map(SecretText::expose),
        playready_custom_data: custom_data.as_ref().map(SecretText::expose),
    };
    Ok(match extract(&source) {
        Ok(found) => {
            write::Members::new().set("token", write::secret_text(&found.token)).set("source", found.source).finish()
        }
        Err(refusal) => write::Members::new()
            .set("code", refusal.code.as_str())
            .set("why", refusal.why)
            .set("fix", refusal.fix)
            .finish(),
    })
}

#[wasm_bindgen(js_name = inspectToken)]
pub fn inspect_token(token: JsValue) -> Result<JsValue> {
    let token = SecretText::from_string(read::text(&token, "token", MAX_TEXT)?);
    let token = inspect(token.expose())?;
    let claims = write::list(token.claims, |(name, value)| {
        let claim = write::Members::new().set("name", name);
        match value {
            ClaimValue::Text(text) => claim.set("value", text),
            ClaimValue::Json(json) => claim.set("json", json),
        }
        .finish()
    });
    Ok(write::Members::new()
        .set("tokenType", token.token_type.name())
        .set_some("header", token.header)
        .set("claims", claims)
        .set("signedLength", u32::try_from(token.signed_length).unwrap_or(u32::MAX))
        .set("signature", write::public_bytes(&token.signature))
        .finish())
}

#[wasm_bindgen(js_name = mintToken)]
pub fn mint_token(policy_value: JsValue, options: JsValue) -> Result<JsValue> {
    let request = mint_request(&options)?;
    Ok(write::secret_text(&mint(&policy(&policy_value)?, &request).map_err(|error| error.within("options"))?))
}

/// The text for WebCrypto to sign.
#[wasm_bindgen(js_name = tokenSigningInput)]
pub fn token_signing_input(policy_value: JsValue, options: JsValue) -> Result<JsValue> {
    let (request, policy) = (mint_request(&options)?, policy(&policy_value)?);
    if request.token_type.unwrap_or(policy.token_type) == TokenType::Swt {
        let why = "a Simple Web Token is signed with a symmetric key only: use mintToken";
        return Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at("options.tokenType").into());
    }
    Ok(write::secret_text(&signing_input(&policy, &request).map_err(|error| error.within("options"))?))
}

fn mint_request(options: &JsValue) -> Result<MintRequest> {
    const KNOWN: [&str; 12] = [
        "keyId",
        "now",
        "lifetime",
        "expiresAt",
        "notBefore",
        "tokenType",
        "issuer",
        "audience",
        "signingKey",
        "algorithm",
        "claims",
        "kid",
    ];
    /// Ten minutes, as the SDKs had it.
    const LIFETIME: i64 = 600;
    /// The head start that the PHP SDK gave, against clock skew.
    const HEAD_START: i64 = 300;
    let options = Members::of(options, "options", &KNOWN)?;
    let signing_key = options.optional_bytes("signingKey")?.map(SecretBytes::new);
    let now = options.whole_number("now")?;
    let lifetime = options.optional_whole_number("lifetime")?.unwrap_or(LIFETIME);
    let not_before = match options.get("notBefore")? {
        None => Some(now.saturating_sub(HEAD_START).max(0)),
        Some(value) if value.is_null() => None,
        Some(value) => Some(read::whole_number(&value, &options.path("notBefore"))?),
    };
    let algorithm = options.optional_text("algorithm")?.map(|name| {
        Algorithm::from_name(&name).ok_or_else(|| {
            let why = "expected a JWS algorithm such as HS256, RS256, ES256 or EdDSA";
            JsValue::from(Error::new(ErrorCode::ArgumentOutOfRange, why).at(options.path("algorithm")))
        })
    });
    Ok(MintRequest {
        key_id: options.get("keyId")?.map(|id| key_id(&id, &options.path("keyId"))).transpose()?,
        expires_at: options.optional_whole_number("expiresAt")?.unwrap_or_else(|| now.saturating_add(lifetime)),
        not_before,
        token_type: options
            .optional_text("tokenType")?
            .map(|name| token_type(&name, options.path("tokenType")))
            .transpose()?,
        issuer: options.optional_text("issuer")?,
        audience: options.optional_text("audience")?,
        claims: options.optional_text("claims")?,
        key_name: options.optional_text("kid")?,
        algorithm: algorithm.transpose()?,
        signing_key,
        ..MintRequest::default()
    })
}
