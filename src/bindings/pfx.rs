//! PFX files for JavaScript.

use super::read::{self, Result};
use super::write;
use crate::key;
use crate::secret::{SecretBytes, SecretText};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A password that people type; Windows stops at 32 characters.
const MAX_PASSWORD: u32 = 1024;

#[wasm_bindgen(js_name = readPfx)]
pub fn read_pfx(pfx: JsValue, password: JsValue) -> Result<JsValue> {
    // It may hold the key in the clear.
    let pfx = SecretBytes::new(read::bytes(&pfx, "pfx")?);
    let password = SecretText::from_string(read::text(&password, "password", MAX_PASSWORD)?);
    Ok(write::secret_bytes(&key::read_pfx(pfx.expose(), &password)?))
}
