//! Ids and GUID bytes.

use super::Answer;
use super::input::{optional_text, text};
use keywicket::encoding::{base64url_encode, hex_upper};
use keywicket::id::{Guid, KeyId};
use serde_json::Value;

pub fn parse(input: &Value) -> Answer {
    KeyId::parse_entity_id(input.as_str().unwrap_or_default()).map(|id| id.guid().to_string()).into()
}

pub fn format(input: &Value) -> Answer {
    Guid::parse(text(input, "")).map(|guid| KeyId::new(guid).to_string()).into()
}

pub fn bytes_le(input: &Value) -> Answer {
    Guid::parse(text(input, "")).map(|guid| hex_upper(&guid.playready_bytes())).into()
}

pub fn convert(input: &Value) -> Answer {
    let Some(kid) = optional_text(input, "kid_hex").or_else(|| optional_text(input, "text")).or_else(|| input.as_str())
    else {
        return Answer::Missing;
    };
    match Guid::parse(kid) {
        Err(error) => error.into(),
        Ok(guid) => {
            let forms = KeyId::new(guid).forms();
            Answer::values([
                ("uuid", forms.guid.into()),
                ("cenc_bytes_hex", forms.cenc_hex.into()),
                ("playready_guid_le_hex", forms.playready_hex.into()),
                ("playready_base64", forms.playready_base64.into()),
                ("cenc_base64", forms.cenc_base64.into()),
                ("clearkey_base64url", base64url_encode(&guid.cenc_bytes()).into()),
            ])
        }
    }
}
