//! Key delivery addresses.

use super::Answer;
use super::input::{number, text};
use keywicket::delivery::{account_delivery_root, key_delivery_url, key_id_of_url};
use keywicket::error::Error;
use keywicket::id::KeyId;
use keywicket::key::ContentKeyType;
use keywicket::policy::KeyDeliveryType;
use serde_json::Value;

/// The type of the key is checked where the vector names one.
pub fn url(input: &Value) -> Answer {
    let run = || -> Result<String, Error> {
        // A number beyond the table is refused as the nearest one beyond it.
        let delivery = u8::try_from(number(input, "key_delivery_type")).unwrap_or(u8::MAX);
        let key_type = input.get("content_key_type").and_then(Value::as_i64);
        key_delivery_url(
            &account_delivery_root(text(input, "account"))?,
            KeyDeliveryType::from_number(delivery)?,
            KeyId::parse(text(input, "key_id"))?,
            key_type.map(ContentKeyType::from_number).transpose()?,
        )
    };
    run().into()
}

pub fn url_key_id(input: &Value) -> Answer {
    key_id_of_url(text(input, "")).map(|id| id.guid().to_string()).into()
}
