//! From a vector's input to calls of the public API, and back. No rule is re-implemented here: an adapter only
//! decodes its input, calls, and spells the answer as the vectors do.

mod delivery;
mod delivery_policy;
mod drm;
mod files;
mod ids;
mod input;
mod keys;
mod playready;
mod policies;
mod service;
mod tokens;
mod v3;

use keywicket::error::Error;
use serde_json::{Map, Value};

/// What the API answered.
#[derive(Debug)]
pub enum Answer {
    /// Accepted, with values under the names that the vectors use; most have one, `ok`.
    Accepted(Map<String, Value>),
    /// Refused, with our code.
    Refused(String),
    /// This part is not built.
    Missing,
}

/// Turns an input into an answer.
pub type Adapter = fn(&Value) -> Answer;

/// The adapter of an operation; `None` where nothing is built.
pub fn find(operation: &str) -> Option<Adapter> {
    Some(match operation {
        "keyid.parse" => ids::parse,
        "keyid.format" => ids::format,
        "guid.bytes_le" => ids::bytes_le,
        "signalling kid.convert" | "signalling kid.reject" => ids::convert,
        "checksum" => keys::checksum,
        "checksum.php_legacy" => keys::php_checksum,
        "checksum.java_legacy" => keys::java_checksum,
        "playready.key_from_seed" | "signalling playready.keyseed" | "signalling playready.keyseed.reject" => {
            keys::key_from_seed
        }
        "playready.deserialize_reserialize" => playready::reserialize_strictly,
        "playready.deserialize_reserialize as printed" => playready::reserialize_leniently,
        "playready.serialize" => playready::serialize,
        "playready.opl" => playready::opl,
        "playready.two_bit" => playready::two_bit,
        "format.duration" => playready::format_duration,
        "parse.duration" => playready::parse_duration,
        "format.datetime" => playready::format_date_time,
        "widevine.serialize" => drm::serialize_widevine,
        "widevine.parse" => drm::parse_widevine,
        "fairplay.serialize" => drm::serialize_fairplay,
        "assetdelivery.configuration_json" => delivery_policy::configuration_json,
        "asset.encryption_state" => delivery_policy::encryption_states,
        "asset.encryption_state_query" => delivery_policy::encryption_state,
        "v3.convert_option" => v3::convert_option,
        "v3.policy_example" => v3::policy_example,
        "storage.ctr" => files::storage,
        "config.cbc_encrypt" => files::configuration,
        "envelope.cbc_encrypt" => files::envelope,
        "signalling hls.segment.encrypt" | "signalling hls.segment.encrypt.reject" => files::segment_encrypt,
        "signalling hls.segment.decrypt.reject" => files::segment_decrypt,
        "oaep.unwrap" => keys::unwrap,
        "cert.facts" => keys::certificate_facts,
        "oaep.wrap_with_seed" => keys::wrap_with_seed,
        "contentkey.build" => keys::build,
        "swt.absolute_uri" => policies::absolute_uri,
        "trt.serialize_era" => policies::serialize_era,
        "trt.roundtrip_era" => policies::roundtrip_era,
        "swt.generate_era" => tokens::mint_era,
        "jwk.to_verification_key" => policies::from_jwk,
        "trt.deserialize" => policies::deserialize_strictly,
        "trt.deserialize as printed" => policies::deserialize,
        "trt.serialize" => policies::serialize,
        "rsa_key.raw_body" => policies::rsa_raw_body,
        "swt.urlencode" => tokens::url_encode,
        "swt.parse" => tokens::parse_swt,
        "auth.extract_token" => tokens::extract,
        "swt.generate" => tokens::mint_swt,
        "swt.verify" | "jwt.verify" => tokens::verify,
        "jwt.generate_hs256" => tokens::mint_jwt,
        "odata.entity_uri" => service::entity_uri,
        "odata.request_body" => service::request_body,
        "odata.string_value" => service::string_value,
        "odata.created_response" => service::created_response,
        "keydelivery.url" => delivery::url,
        "keydelivery.url_key_id" => delivery::url_key_id,
        _ => return None,
    })
}

impl Answer {
    /// A single value.
    fn ok(value: impl Into<Value>) -> Self {
        Self::values([("ok", value.into())])
    }

    /// Several values.
    fn values<const N: usize>(values: [(&str, Value); N]) -> Self {
        Self::Accepted(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        Self::Refused(error.code().as_str().to_owned())
    }
}

impl<T: Into<Value>> From<Result<T, Error>> for Answer {
    fn from(result: Result<T, Error>) -> Self {
        result.map_or_else(Self::from, Self::ok)
    }
}
