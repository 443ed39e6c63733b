//! Test tokens, minted from the policy that will check them.

use super::algorithm::Algorithm;
use super::claims::MAX_SECONDS;
use super::keys::MacState;
use super::swt::{SIGNATURE_MARK, url_encode};
use crate::encoding::{base64_encode, base64url_encode};
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::policy::{Form, TokenClaim, TokenRestriction, TokenType, VerificationKey};
use crate::secret::{SecretBytes, SecretText};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// What to put in a token. Everything that is left out is what the policy asks for.
#[derive(Clone, Debug, Default)]
pub struct MintRequest {
    /// The content key the token shall open; needed where the policy ties tokens to keys.
    pub key_id: Option<KeyId>,
    /// End of validity, seconds since 1970.
    pub expires_at: i64,
    /// Start of validity (JWT only), seconds since 1970.
    pub not_before: Option<i64>,
    /// Another type than the policy's.
    pub token_type: Option<TokenType>,
    /// Another issuer than the policy's.
    pub issuer: Option<String>,
    /// Another audience than the policy's.
    pub audience: Option<String>,
    /// Claims beside or in place of those that the policy requires: a JSON object. `null` leaves one out.
    pub claims: Option<String>,
    /// `kid` of a JWT's header.
    pub key_name: Option<String>,
    /// The algorithm of a JWT; HS256 by default. A SWT has HMAC-SHA-256.
    pub algorithm: Option<Algorithm>,
    /// Another symmetric key than the policy's primary one.
    pub signing_key: Option<SecretBytes>,
    /// Which release of the .NET SDK to mint like, where it matters: early ones normalise issuer and audience, and 3.0 puts
    /// `Bearer=` before a SWT.
    pub form: Form,
}

/// Mints a token signed with an HMAC.
///
/// # Errors
/// Those of [`signing_input`]; `verification_key.not_symmetric`. A validity that ends before it begins is minted: it is one
/// of the things that a test wants to see refused.
pub fn mint(restriction: &TokenRestriction, request: &MintRequest) -> Result<SecretText> {
    let key = match (&request.signing_key, &restriction.primary_verification_key) {
        (Some(key), _) | (None, Some(VerificationKey::Symmetric(key))) => key,
        _ => {
            return Err(Error::new(
                ErrorCode::VerificationKeyNotSymmetric,
                "the policy's primary key is not symmetric: give a signingKey, or mint with its private key (mintTokenAsync)",
            ));
        }
    };
    let mut token = signing_input(restriction, request)?;
    let is_swt = request.token_type.unwrap_or(restriction.token_type) == TokenType::Swt;
    let algorithm = request.algorithm.filter(|_| !is_swt).unwrap_or(Algorithm::Hs256);
    if !algorithm.is_symmetric() {
        let why = "this algorithm signs with a private key, which is WebCrypto's work: use mintTokenAsync";
        return Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at("algorithm"));
    }
    let mac = MacState::new(algorithm, key)?.mac(token.expose().as_bytes());
    if is_swt {
        token.push_str(SIGNATURE_MARK);
        token.push_str(&Zeroizing::new(url_encode(&Zeroizing::new(base64_encode(mac.expose())))));
    } else {
        token.push_str(".");
        token.push_str(&Zeroizing::new(base64url_encode(mac.expose())));
    }
    if is_swt && request.form == Form::Sdk30 {
        let mut prefixed = SecretText::new();
        prefixed.push_str("Bearer=");
        prefixed.push_str(token.expose());
        return Ok(prefixed);
    }
    Ok(token)
}

/// The text that a signature is to be over: for a JWT its first two parts with the dot between.
///
/// # Errors
/// `mint.key_id_required`; `mint.bad_lifetime` for times outside 0 to 2^53; `mint.bad_claims` for claims that are no JSON
/// object, have a registered name, or are more than texts and numbers in a SWT.
pub fn signing_input(restriction: &TokenRestriction, request: &MintRequest) -> Result<SecretText> {
    for (time, path) in [(Some(request.expires_at), "expiresAt"), (request.not_before, "notBefore")] {
        if time.is_some_and(|time| !(0..=MAX_SECONDS).contains(&time)) {
            return Err(
                Error::new(ErrorCode::MintBadLifetime, "times are whole seconds since 1970, from 0 to 2^53").at(path)
            );
        }
    }
    let token_type = request.token_type.unwrap_or(restriction.token_type);
    let claims = claims(restriction, request, token_type)?;
    let issuer = request.form.uri_text(request.issuer.as_deref().unwrap_or(&restriction.issuer));
    let audience = request.form.uri_text(request.audience.as_deref().unwrap_or(&restriction.audience));
    match token_type {
        TokenType::Swt => swt(&claims, &issuer, &audience, request),
        TokenType::Jwt => Ok(jwt(claims, &issuer, &audience, request)),
    }
}

/// What the policy requires, each name once, changed by what was asked for.
fn claims(restriction: &TokenRestriction, request: &MintRequest, token_type: TokenType) -> Result<Map<String, Value>> {
    let bad = |why: &'static str| Error::new(ErrorCode::MintBadClaims, why).at("claims");
    let mut claims = Map::new();
    let wanted: Map<String, Value> = match &request.claims {
        Some(json) => serde_json::from_str(json).map_err(|_| bad("the claims are a JSON object"))?,
        None => Map::new(),
    };
    for claim in &restriction.required_claims {
        let name = &claim.claim_type;
        // None that the token has anyway.
        if !is_registered(token_type, name) && !claims.contains_key(name) && !wanted.contains_key(name) {
            claims.insert(name.clone(), claim_text(claim, request.key_id)?.into());
        }
    }
    for (name, value) in wanted {
        if is_registered(token_type, &name) {
            return Err(bad("issuer, audience and times have options of their own"));
        }
        if !value.is_null() {
            claims.insert(name, value);
        }
    }
    Ok(claims)
}

/// Names that a token of that type carries by itself.
fn is_registered(token_type: TokenType, name: &str) -> bool {
    match token_type {
        TokenType::Swt => matches!(name, "Issuer" | "Audience" | "ExpiresOn" | "HMACSHA256"),
        TokenType::Jwt => matches!(name, "iss" | "aud" | "exp" | "nbf"),
    }
}

/// A claim's text. The key identifier is always that of the key asked for, as .NET and PHP do it, whatever
/// value the policy prints.
fn claim_text(claim: &TokenClaim, key_id: Option<KeyId>) -> Result<String> {
    Ok(if claim.is_content_key_identifier() {
        let key_id = key_id.ok_or_else(|| {
            Error::new(ErrorCode::MintKeyIdRequired, "the policy ties tokens to a content key: say which one")
                .at("keyId")
        })?;
        key_id.guid().to_string()
    } else {
        claim.value.clone().unwrap_or_default()
    })
}

/// Claims, audience, expiry, issuer: the order of the .NET SDK.
fn swt(claims: &Map<String, Value>, issuer: &str, audience: &str, request: &MintRequest) -> Result<SecretText> {
    let mut text = SecretText::new();
    for (name, value) in claims {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => {
                let why = "a Simple Web Token says texts and numbers only";
                return Err(Error::new(ErrorCode::MintBadClaims, why).at("claims"));
            }
        };
        text.push_str(&format!("{}={}&", url_encode(name), url_encode(&value)));
    }
    text.push_str(&format!(
        "Audience={}&ExpiresOn={}&Issuer={}",
        url_encode(audience),
        request.expires_at,
        url_encode(issuer)
    ));
    Ok(text)
}

/// Claims, issuer, audience, expiry, start: the order of the PHP SDK.
fn jwt(mut payload: Map<String, Value>, issuer: &str, audience: &str, request: &MintRequest) -> SecretText {
    payload.insert("iss".to_owned(), issuer.into());
    payload.insert("aud".to_owned(), audience.into());
    payload.insert("exp".to_owned(), request.expires_at.into());
    if let Some(not_before) = request.not_before {
        payload.insert("nbf".to_owned(), not_before.into());
    }
    let mut header = Map::new();
    header.insert("typ".to_owned(), "JWT".into());
    header.insert("alg".to_owned(), request.algorithm.unwrap_or(Algorithm::Hs256).name().into());
    if let Some(name) = &request.key_name {
        header.insert("kid".to_owned(), name.as_str().into());
    }
    let mut text = SecretText::new();
    text.push_str(&base64url_encode(Value::Object(header).to_string().as_bytes()));
    text.push_str(".");
    text.push_str(&base64url_encode(Value::Object(payload).to_string().as_bytes()));
    text
}
