//! Checksums and key seeds for JavaScript, one by one and by columns.

use super::id::key_id;
use super::platform::PlatformRng;
use super::read::{self, MAX_TEXT, Members, Result};
use super::write;
use crate::encoding::{base64_decode, base64_encode};
use crate::key;
use crate::secret::SecretBytes;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = computeChecksum)]
pub fn compute_checksum(id: JsValue, key: JsValue) -> Result<String> {
    let id = key_id(&id, "id")?;
    let key = SecretBytes::new(read::bytes(&key, "key")?);
    Ok(base64_encode(&key::checksum(id, &key)?))
}

#[wasm_bindgen(js_name = diagnoseChecksum)]
pub fn diagnose_checksum(input: JsValue) -> Result<JsValue> {
    let members = Members::of(&input, "", &["id", "key", "checksum"])?;
    let bytes = SecretBytes::new(members.bytes("key")?);
    let id_text = read::text(&members.required("id")?, "id", MAX_TEXT)?;
    let id = key_id(&id_text.as_str().into(), "id")?;
    // A bare GUID is shown with its prefix: that is the text that the PHP SDK took.
    let entity_id = if id_text.contains(':') { id_text } else { id.to_string() };
    let stored = base64_decode(&members.text("checksum")?).map_err(|error| error.at("checksum"))?;
    let verdict = key::diagnose_checksum(id, &entity_id, &bytes, &stored)?;
    Ok(write::Members::new().set("verdict", verdict.name()).set("why", verdict.why()).finish())
}

#[wasm_bindgen(js_name = computeChecksums)]
pub fn compute_checksums(ids: JsValue, keys: JsValue, options: JsValue) -> Result<Uint8Array> {
    let keys = SecretBytes::new(read::chunk(&keys, "keys")?);
    let ids = read::chunk(&ids, "ids")?;
    let key_length = Members::of(&options, "options", &["keyLength"])?.whole_number("keyLength")?;
    let sums = key::checksums(&ids, &keys, usize::try_from(key_length).unwrap_or(0))?;
    Ok(Uint8Array::from(sums.as_slice()))
}

#[wasm_bindgen(js_name = generateKeySeed)]
pub fn generate_key_seed() -> Result<JsValue> {
    Ok(write::secret_bytes(&key::generate_key_seed(&mut PlatformRng)?))
}

#[wasm_bindgen(js_name = deriveContentKey)]
pub fn derive_content_key(seed: JsValue, id: JsValue) -> Result<JsValue> {
    let seed = SecretBytes::new(read::bytes(&seed, "seed")?);
    Ok(write::secret_bytes(&key::derive_content_key(&seed, key_id(&id, "id")?)?))
}

#[wasm_bindgen(js_name = deriveContentKeys)]
pub fn derive_content_keys(seed: JsValue, ids: JsValue) -> Result<JsValue> {
    let seed = SecretBytes::new(read::bytes(&seed, "seed")?);
    Ok(write::secret_bytes(&key::derive_content_keys(&seed, &read::chunk(&ids, "ids")?)?))
}
