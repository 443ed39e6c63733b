//! Test tokens, minted from the policy that will check them.

use super::signature::keyed_hmac;
use super::swt::{MAX_SECONDS, SIGNATURE_MARK, url_encode};
use crate::encoding::{base64_encode, base64url_encode};
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::policy::{Form, TokenClaim, TokenRestriction, TokenType, VerificationKey};
use crate::secret::{SecretBytes, SecretText};
use hmac::Mac as _;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
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
    /// Another symmetric key than the policy's primary one.
    pub signing_key: Option<SecretBytes>,
    /// Which release of the .NET SDK to mint like, where it matters: early ones normalise issuer and audience, and 3.0 puts
    /// `Bearer=` before a SWT.
    pub form: Form,
}

/// Mints a token signed with HMAC-SHA-256.
///
/// # Errors
/// `mint.key_id_required`; `mint.bad_lifetime` for times outside 0 to 2^53; `verification_key.not_symmetric`. A validity
/// that ends before it begins is minted: it is one of the things that a test wants to see refused.
pub fn mint(restriction: &TokenRestriction, request: &MintRequest) -> Result<SecretText> {
    for (time, path) in [(Some(request.expires_at), "expiresAt"), (request.not_before, "notBefore")] {
        if time.is_some_and(|time| !(0..=MAX_SECONDS).contains(&time)) {
            return Err(
                Error::new(ErrorCode::MintBadLifetime, "times are whole seconds since 1970, from 0 to 2^53").at(path)
            );
        }
    }
    let key = match (&request.signing_key, &restriction.primary_verification_key) {
        (Some(key), _) | (None, Some(VerificationKey::Symmetric(key))) => key,
        _ => {
            return Err(Error::new(
                ErrorCode::VerificationKeyNotSymmetric,
                "test tokens are signed with a symmetric key, and the policy's primary key is not one: give a signingKey",
            ));
        }
    };
    let token_type = request.token_type.unwrap_or(restriction.token_type);
    let mut names = BTreeSet::new();
    let claims = restriction
        .required_claims
        .iter()
        // Each name once, and none that the token has anyway.
        .filter(|claim| !is_registered(token_type, &claim.claim_type) && names.insert(claim.claim_type.as_str()))
        .map(|claim| claim_text(claim, request.key_id))
        .collect::<Result<Vec<_>>>()?;
    let issuer = request.form.uri_text(request.issuer.as_deref().unwrap_or(&restriction.issuer));
    let audience = request.form.uri_text(request.audience.as_deref().unwrap_or(&restriction.audience));
    match token_type {
        TokenType::Swt => swt(&claims, &issuer, &audience, request, key),
        TokenType::Jwt => jwt(&claims, &issuer, &audience, request, key),
    }
}

/// Names that a token of that type carries by itself.
fn is_registered(token_type: TokenType, name: &str) -> bool {
    match token_type {
        TokenType::Swt => matches!(name, "Issuer" | "Audience" | "ExpiresOn" | "HMACSHA256"),
        TokenType::Jwt => matches!(name, "iss" | "aud" | "exp" | "nbf"),
    }
}

/// A claim's type and text. The key identifier is always that of the key asked for, as .NET and PHP do it, whatever
/// value the policy prints.
fn claim_text(claim: &TokenClaim, key_id: Option<KeyId>) -> Result<(&str, String)> {
    let text = if claim.is_content_key_identifier() {
        let key_id = key_id.ok_or_else(|| {
            Error::new(ErrorCode::MintKeyIdRequired, "the policy ties tokens to a content key: say which one")
                .at("keyId")
        })?;
        key_id.guid().to_string()
    } else {
        claim.value.clone().unwrap_or_default()
    };
    Ok((&claim.claim_type, text))
}

/// Claims, audience, expiry, issuer: the order of the .NET SDK.
fn swt(
    claims: &[(&str, String)],
    issuer: &str,
    audience: &str,
    request: &MintRequest,
    key: &SecretBytes,
) -> Result<SecretText> {
    let mut token = SecretText::new();
    for (claim_type, value) in claims {
        token.push_str(&format!("{}={}&", url_encode(claim_type), url_encode(value)));
    }
    token.push_str(&format!(
        "Audience={}&ExpiresOn={}&Issuer={}",
        url_encode(audience),
        request.expires_at,
        url_encode(issuer)
    ));
    let signature = hmac_sha256(key, token.expose())?;
    token.push_str(SIGNATURE_MARK);
    token.push_str(&Zeroizing::new(url_encode(&Zeroizing::new(base64_encode(signature.as_slice())))));
    if request.form == Form::Sdk30 {
        let mut prefixed = SecretText::new();
        prefixed.push_str("Bearer=");
        prefixed.push_str(token.expose());
        return Ok(prefixed);
    }
    Ok(token)
}

/// Claims, issuer, audience, expiry, start: the order of the PHP SDK.
fn jwt(
    claims: &[(&str, String)],
    issuer: &str,
    audience: &str,
    request: &MintRequest,
    key: &SecretBytes,
) -> Result<SecretText> {
    let mut payload: Map<String, Value> =
        claims.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
    payload.insert("iss".to_owned(), issuer.into());
    payload.insert("aud".to_owned(), audience.into());
    payload.insert("exp".to_owned(), request.expires_at.into());
    if let Some(not_before) = request.not_before {
        payload.insert("nbf".to_owned(), not_before.into());
    }
    let mut token = SecretText::new();
    token.push_str(&base64url_encode(br#"{"typ":"JWT","alg":"HS256"}"#));
    token.push_str(".");
    token.push_str(&base64url_encode(Value::Object(payload).to_string().as_bytes()));
    let signature = hmac_sha256(key, token.expose())?;
    token.push_str(".");
    token.push_str(&Zeroizing::new(base64url_encode(signature.as_slice())));
    Ok(token)
}

fn hmac_sha256(key: &SecretBytes, text: &str) -> Result<Zeroizing<[u8; 32]>> {
    let mut state = keyed_hmac(key)?;
    state.update(text.as_bytes());
    Ok(Zeroizing::new(state.finalize().into_bytes().into()))
}
