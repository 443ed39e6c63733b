//! Token restrictions.

use super::Answer;
use super::input::{base64, era_restriction, form, restriction, text};
use keywicket::encoding::base64_encode;
use keywicket::error::Finding;
use keywicket::policy::{Form, Reading, TokenRestriction, VerificationKey, is_absolute_uri, read_token_restriction};
use serde_json::{Value, json};

pub fn absolute_uri(input: &Value) -> Answer {
    if is_absolute_uri(text(input, "")) {
        Answer::ok(true)
    } else {
        Answer::Refused("token_restriction.not_an_absolute_uri".to_owned())
    }
}

pub fn serialize(input: &Value) -> Answer {
    let Some(restriction) = restriction(input) else { return Answer::Refused("argument.out_of_range".to_owned()) };
    match (restriction.to_xml(Form::Current), restriction.to_xml(Form::Of2015)) {
        (Ok(current), Ok(of_2015)) => {
            Answer::values([("ok", current.expose().into()), ("ok_2015_era", of_2015.expose().into())])
        }
        (Err(error), _) | (_, Err(error)) => error.into(),
    }
}

pub fn deserialize_strictly(input: &Value) -> Answer {
    read(input, Reading::Strict)
}

pub fn deserialize(input: &Value) -> Answer {
    read(input, Reading::Lenient)
}

fn read(input: &Value, reading: Reading) -> Answer {
    match read_token_restriction(text(input, ""), reading) {
        Ok((restriction, findings)) => Answer::ok(spell(&restriction, &findings)),
        Err(error) => error.into(),
    }
}

/// As the vectors spell a template; a nil list, which the API reports as a finding, is null there.
fn spell(restriction: &TokenRestriction, findings: &[Finding]) -> Value {
    let was_nil = |list: &str| {
        findings.iter().any(|finding| finding.code == "token_restriction.nil_list" && finding.path == list)
    };
    let alternates = restriction.alternate_verification_keys.iter().map(spell_key).collect();
    let claims = restriction
        .required_claims
        .iter()
        .map(|claim| json!({ "type": claim.claim_type, "value": claim.value }))
        .collect();
    json!({
        "tokenType": restriction.token_type.name(),
        "audience": restriction.audience,
        "issuer": restriction.issuer,
        "primary": restriction.primary_verification_key.as_ref().map(spell_key),
        "alternates": if was_nil("AlternateVerificationKeys") { Value::Null } else { Value::Array(alternates) },
        "claims": if was_nil("RequiredClaims") { Value::Null } else { Value::Array(claims) },
        "openid": restriction.open_id_discovery_uri,
    })
}

fn spell_key(key: &VerificationKey) -> Value {
    let body = base64_encode(key.body());
    match key {
        VerificationKey::Symmetric(_) => json!({ "type": "Symmetric", "key": body }),
        VerificationKey::X509 { .. } => json!({ "type": "X509", "raw": body }),
        _ => match key.rsa_key() {
            Ok(Some(rsa)) => {
                json!({ "type": "Rsa", "e": base64_encode(rsa.exponent()), "n": base64_encode(rsa.modulus()) })
            }
            _ => json!({ "type": "Rsa", "raw": body }),
        },
    }
}

pub fn serialize_era(input: &Value) -> Answer {
    era_restriction(input).to_xml(form(input)).map(|xml| xml.expose().to_owned()).into()
}

pub fn roundtrip_era(input: &Value) -> Answer {
    let xml = read_token_restriction(text(input, "xml"), Reading::Strict)
        .and_then(|(restriction, _)| restriction.to_xml(form(input)));
    xml.map(|xml| xml.expose().to_owned()).into()
}

pub fn from_jwk(input: &Value) -> Answer {
    VerificationKey::from_jwk(&input.to_string()).map(|key| spell_key(&key)).into()
}

pub fn rsa_raw_body(input: &Value) -> Answer {
    match (VerificationKey::Rsa { raw_body: base64(text(input, "raw_body_b64")) }).rsa_key() {
        Ok(Some(key)) => Answer::ok(json!({ "e": base64_encode(key.exponent()), "n": base64_encode(key.modulus()) })),
        Ok(None) => Answer::Missing,
        Err(error) => error.into(),
    }
}
