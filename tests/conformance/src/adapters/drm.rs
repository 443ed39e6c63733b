//! Widevine and FairPlay.

use super::Answer;
use super::input::{base64, number, optional_text, text};
use keywicket::error::Error;
use keywicket::id::Guid;
use keywicket::policy::fairplay::{FairPlayConfiguration, RentalAndLeaseKeyType, parse_fairplay_iv};
use keywicket::policy::widevine::read_widevine_message;
use keywicket::secret::SecretBytes;
use serde_json::Value;

/// The vectors give the message as the JSON of its members.
pub fn serialize_widevine(input: &Value) -> Answer {
    let run = || Ok::<_, Error>(read_widevine_message(&input.to_string())?.0.to_json()?.expose().to_owned());
    run().into()
}

pub fn parse_widevine(input: &Value) -> Answer {
    match read_widevine_message(text(input, "")).and_then(|(message, _)| message.to_json()) {
        Ok(json) => serde_json::from_str::<Value>(json.expose()).map_or(Answer::Missing, Answer::ok),
        Err(error) => error.into(),
    }
}

pub fn serialize_fairplay(input: &Value) -> Answer {
    let Some(rental) = RentalAndLeaseKeyType::from_name(text(input, "rental_and_lease_key_type")) else {
        return Answer::Refused("argument.out_of_range".to_owned());
    };
    let Ok(rental_duration) = u32::try_from(number(input, "rental_duration")) else {
        return Answer::Refused("argument.out_of_range".to_owned());
    };
    let run = || {
        let configuration = FairPlayConfiguration {
            ask_id: Guid::parse(text(input, "ask_id"))?,
            pfx_password_id: Guid::parse(text(input, "pfx_password_id"))?,
            pfx: SecretBytes::new(base64(text(input, "pfx_b64"))),
            content_encryption_iv: optional_text(input, "iv_hex").map(parse_fairplay_iv).transpose()?,
            rental_and_lease_key_type: rental,
            rental_duration,
        };
        Ok::<_, Error>(configuration.to_json().expose().to_owned())
    };
    run().into()
}
