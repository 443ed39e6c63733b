//! Token restrictions.

use super::Answer;
use super::input::{base64, restriction, text};
use keywicket::encoding::base64_encode;
use keywicket::policy::{Form, VerificationKey, is_absolute_uri};
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

pub fn rsa_raw_body(input: &Value) -> Answer {
    match (VerificationKey::Rsa { raw_body: base64(text(input, "raw_body_b64")) }).rsa_key() {
        Ok(Some(key)) => Answer::ok(json!({ "e": base64_encode(key.exponent()), "n": base64_encode(key.modulus()) })),
        Ok(None) => Answer::Missing,
        Err(error) => error.into(),
    }
}
