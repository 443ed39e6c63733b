//! The JSON of ClearKey, as W3C Encrypted Media Extensions (section 9.1) has it: licence requests, licences, and the
//! `keyids` initialization data.
//!
//! Key ids and keys are base64url without padding, key ids in the byte order of RFC 4122, as in MP4. Readers pass over members
//! that they do not know, as the specification asks.

use crate::encoding::{base64url_decode, base64url_encode};
use crate::error::{Error, ErrorCode, Result};
use crate::id::{Guid, KeyId};
use crate::json::{Codes, Json, Members};
use crate::key::ContentKey;
use crate::secret::SecretText;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Keys of one request; a presentation has a handful.
pub const MAX_KEY_IDS: usize = 32;

const CODES: Codes = Codes { missing: ErrorCode::ClearkeyBadRequest, bad: ErrorCode::ClearkeyBadRequest };

/// Reads a licence request, `{"kids":["…"],"type":"temporary"}`: the key ids in their order, each once.
///
/// # Errors
/// `clearkey.bad_request` where it is not one, for more than [`MAX_KEY_IDS`] key ids or none, and for another session type
/// than `temporary`: what is given out here is not for storing.
pub fn read_license_request(json: &str) -> Result<Vec<KeyId>> {
    let json = Json::parse(json, ErrorCode::ClearkeyBadRequest)?;
    let members = Members::of(&json, "", CODES)?;
    if members.text("type")?.is_some_and(|kind| kind != "temporary") {
        return Err(members.bad("type", "licences are temporary: expected the session type temporary"));
    }
    read_kids(&members)
}

/// Reads `keyids` initialization data, `{"kids":["…"]}`.
///
/// # Errors
/// `clearkey.bad_request`, as [`read_license_request`].
pub fn read_key_ids(json: &str) -> Result<Vec<KeyId>> {
    read_kids(&Members::of(&Json::parse(json, ErrorCode::ClearkeyBadRequest)?, "", CODES)?)
}

/// Writes a licence request for these keys.
#[must_use]
pub fn license_request(key_ids: &[KeyId]) -> String {
    Json::object([("kids", kids(key_ids)), ("type", Json::text("temporary"))]).to_text().expose().to_owned()
}

/// Writes `keyids` initialization data.
#[must_use]
pub fn key_ids(key_ids: &[KeyId]) -> String {
    Json::object([("kids", kids(key_ids))]).to_text().expose().to_owned()
}

/// Writes a licence, `{"keys":[{"kty":"oct","kid":"…","k":"…"}],"type":"temporary"}`: the keys are in it in the clear.
#[must_use]
pub fn license<'k>(keys: impl IntoIterator<Item = &'k ContentKey>) -> SecretText {
    let keys = keys.into_iter().map(|key| {
        Json::object([("kty", Json::text("oct")), ("kid", kid(key.id())), ("k", secret(key.bytes().expose()))])
    });
    Json::object([("keys", Json::List(keys.collect())), ("type", Json::text("temporary"))]).to_text()
}

fn kids(key_ids: &[KeyId]) -> Json {
    Json::List(key_ids.iter().map(|id| kid(*id)).collect())
}

fn kid(id: KeyId) -> Json {
    Json::text(&base64url_encode(&id.guid().cenc_bytes()))
}

/// A key as base64url, by way of a buffer that is wiped.
fn secret(bytes: &[u8]) -> Json {
    let mut buffer = Zeroizing::new(vec![0; base64::encoded_len(bytes.len(), false).unwrap_or_default()]);
    let length = URL_SAFE_NO_PAD.encode_slice(bytes, &mut buffer).unwrap_or_default();
    let text = buffer.get(..length).and_then(|text| std::str::from_utf8(text).ok());
    Json::Text(text.map(SecretText::copied).unwrap_or_default())
}

fn read_kids(members: &Members<'_>) -> Result<Vec<KeyId>> {
    let items = members.list("kids")?.ok_or_else(|| members.missing("kids"))?;
    if items.is_empty() || items.len() > MAX_KEY_IDS {
        return Err(members.bad("kids", format!("expected 1 to {MAX_KEY_IDS} key ids")));
    }
    let mut ids = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let Json::Text(text) = item else { return Err(bad_kid(members, index)) };
        let bytes = base64url_decode(text.expose()).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        let id = KeyId::new(Guid::from_cenc_bytes(bytes.ok_or_else(|| bad_kid(members, index))?));
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn bad_kid(members: &Members<'_>, index: usize) -> Error {
    let why = "a key id is 16 bytes as base64url without padding: 22 characters";
    Error::new(ErrorCode::ClearkeyBadRequest, why).at(members.item_path("kids", index))
}
