//! The `policy` room for JavaScript.

use super::platform::PlatformRng;
use super::read::{self, MAX_DOCUMENT, MAX_TEXT, Members, Result};
use super::write;
use crate::error::{Error, ErrorCode};
use crate::policy::{
    Form, Reading, TokenClaim, TokenRestriction, TokenType, VerificationKey, read_token_restriction as read_xml,
};
use crate::secret::fill;
use crate::secret::{SecretBytes, SecretText};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = generateVerificationKey)]
pub fn generate_verification_key(length: JsValue) -> Result<JsValue> {
    let length = if length.is_undefined() { 64 } else { read::whole_number(&length, "length")? };
    let length = usize::try_from(length).ok().filter(|length| (16..=1024).contains(length));
    let length = length.ok_or_else(|| {
        Error::new(ErrorCode::ArgumentOutOfRange, "a verification key has 16 to 1024 bytes; 64 is usual").at("length")
    })?;
    let mut key = SecretBytes::zeroed(length);
    fill(&mut PlatformRng, key.expose_mut())?;
    Ok(write::secret_bytes(&key))
}

#[wasm_bindgen(js_name = buildTokenRestriction)]
pub fn build_token_restriction(restriction: JsValue, options: JsValue) -> Result<JsValue> {
    let options = Members::optional(&options, "options", &["form"])?;
    let form = match options.optional_text("form")? {
        None => Form::Current,
        Some(name) => Form::from_name(&name).ok_or_else(|| {
            let why = "the form is \"current\", \"2015\", \"3.1\" or \"3.0\"";
            Error::new(ErrorCode::ArgumentOutOfRange, why).at(options.path("form"))
        })?,
    };
    let restriction = restriction_from_object(&restriction, "restriction")?;
    Ok(write::secret_text(&restriction.to_xml(form).map_err(|error| error.within("restriction"))?))
}

#[wasm_bindgen(js_name = readTokenRestriction)]
pub fn read_token_restriction(xml: JsValue, options: JsValue) -> Result<JsValue> {
    let xml = SecretText::from_string(read::text(&xml, "xml", MAX_DOCUMENT)?);
    let strict = Members::optional(&options, "options", &["strict"])?.optional_flag("strict")?;
    let (restriction, findings) = read_xml(xml.expose(), if strict { Reading::Strict } else { Reading::Lenient })?;
    Ok(write::Members::new()
        .set("restriction", write_restriction(&restriction)?)
        .set("findings", write::list(findings, write::finding))
        .finish())
}

/// A policy as the public functions take it: XML text, or an object.
pub(super) fn policy(value: &JsValue) -> Result<TokenRestriction> {
    if value.is_string() {
        let xml = SecretText::from_string(read::text(value, "policy", MAX_DOCUMENT)?);
        return Ok(read_xml(xml.expose(), Reading::Lenient)?.0);
    }
    let restriction = restriction_from_object(value, "policy")?;
    restriction.validate().map_err(|error| error.within("policy"))?;
    Ok(restriction)
}

pub(super) fn token_type(name: &str, path: String) -> Result<TokenType> {
    TokenType::from_name(name).ok_or_else(|| {
        Error::new(ErrorCode::ArgumentOutOfRange, "the token type is \"SWT\" or \"JWT\"").at(path).into()
    })
}

fn restriction_from_object(value: &JsValue, path: &str) -> Result<TokenRestriction> {
    let members = Members::of(
        value,
        path,
        &[
            "tokenType",
            "issuer",
            "audience",
            "primaryVerificationKey",
            "alternateVerificationKeys",
            "requiredClaims",
            "openIdDiscoveryUri",
        ],
    )?;
    let indexed = |name: &str, index: usize| format!("{}[{index}]", members.path(name));
    let primary = members.get("primaryVerificationKey")?;
    let alternates = members.list("alternateVerificationKeys")?;
    let claims = members.list("requiredClaims")?;
    Ok(TokenRestriction {
        token_type: token_type(&members.text("tokenType")?, members.path("tokenType"))?,
        issuer: members.text("issuer")?,
        audience: members.text("audience")?,
        primary_verification_key: primary
            .map(|key| verification_key(&key, &members.path("primaryVerificationKey")))
            .transpose()?,
        alternate_verification_keys: alternates
            .iter()
            .enumerate()
            .map(|(index, key)| verification_key(key, &indexed("alternateVerificationKeys", index)))
            .collect::<Result<_>>()?,
        required_claims: claims
            .iter()
            .enumerate()
            .map(|(index, claim)| required_claim(claim, &indexed("requiredClaims", index)))
            .collect::<Result<_>>()?,
        open_id_discovery_uri: members.optional_text("openIdDiscoveryUri")?,
    })
}

fn verification_key(value: &JsValue, path: &str) -> Result<VerificationKey> {
    let members = Members::of(value, path, &["kind", "key", "certificate", "exponent", "modulus"])?;
    match members.text("kind")?.as_str() {
        "symmetric" => Ok(VerificationKey::Symmetric(SecretBytes::new(members.bytes("key")?))),
        "x509" => Ok(VerificationKey::X509 { raw_body: members.bytes("certificate")? }),
        "rsa" => Ok(VerificationKey::from_rsa_numbers(&members.bytes("modulus")?, &members.bytes("exponent")?)),
        _ => Err(Error::new(
            ErrorCode::ArgumentOutOfRange,
            "the kind of a verification key is \"symmetric\", \"x509\" or \"rsa\"",
        )
        .at(members.path("kind"))
        .into()),
    }
}

fn required_claim(value: &JsValue, path: &str) -> Result<TokenClaim> {
    let members = Members::of(value, path, &["type", "value"])?;
    let value = members.get("value")?.filter(|value| !value.is_null());
    Ok(TokenClaim {
        claim_type: members.text("type")?,
        value: value.map(|value| read::text(&value, &members.path("value"), MAX_TEXT)).transpose()?,
    })
}

fn write_restriction(restriction: &TokenRestriction) -> Result<JsValue> {
    let primary = restriction.primary_verification_key.as_ref().map(write_key).transpose()?;
    let alternates = restriction.alternate_verification_keys.iter().map(write_key).collect::<Result<Vec<_>>>()?;
    let claim = |claim: &TokenClaim| {
        let value = claim.value.as_deref().map_or(JsValue::NULL, JsValue::from_str);
        write::Members::new().set("type", claim.claim_type.as_str()).set("value", value).finish()
    };
    Ok(write::Members::new()
        .set("tokenType", restriction.token_type.name())
        .set("issuer", restriction.issuer.as_str())
        .set("audience", restriction.audience.as_str())
        .set_some("primaryVerificationKey", primary)
        .set("alternateVerificationKeys", write::list(alternates, |key| key))
        .set("requiredClaims", write::list(&restriction.required_claims, claim))
        .set_some("openIdDiscoveryUri", restriction.open_id_discovery_uri.as_deref())
        .finish())
}

pub(super) fn write_key(key: &VerificationKey) -> Result<JsValue> {
    let members = write::Members::new();
    Ok(match key {
        VerificationKey::Symmetric(bytes) => members.set("kind", "symmetric").set("key", write::secret_bytes(bytes)),
        VerificationKey::X509 { raw_body } => {
            members.set("kind", "x509").set("certificate", write::public_bytes(raw_body))
        }
        VerificationKey::Rsa { .. } => {
            let rsa = key
                .rsa_key()?
                .ok_or_else(|| Error::new(ErrorCode::VerificationKeyInvalid, "the key holds no RSA key"))?;
            members
                .set("kind", "rsa")
                .set("exponent", write::public_bytes(rsa.exponent()))
                .set("modulus", write::public_bytes(rsa.modulus()))
        }
    }
    .finish())
}
