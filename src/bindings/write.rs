//! To JavaScript: plain objects with the members of `index.d.ts`, absent ones left out.

use super::number;
pub(super) use super::object::Members;
use crate::error::Finding;
use crate::secret::{SecretBytes, SecretText};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;

/// A list of converted items.
pub(super) fn list<T>(items: impl IntoIterator<Item = T>, convert: impl FnMut(T) -> JsValue) -> JsValue {
    items.into_iter().map(convert).collect::<Array>().into()
}

/// Key bytes, copied straight from the buffer that wipes itself.
pub(super) fn secret_bytes(bytes: &SecretBytes) -> JsValue {
    Uint8Array::from(bytes.expose()).into()
}

/// Text that holds secrets, decoded straight from the buffer that wipes itself.
pub(super) fn secret_text(text: &SecretText) -> JsValue {
    JsValue::from_str(text.expose())
}

/// Bytes that are not secret.
pub(super) fn public_bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// A time or count.
pub(super) fn number(value: i64) -> JsValue {
    JsValue::from_f64(number::float(value))
}

pub(super) fn finding(finding: Finding) -> JsValue {
    Members::new()
        .set("code", finding.code)
        .set("severity", finding.severity.as_str())
        .set("path", finding.path)
        .set_position(finding.position)
        .set("why", finding.why.as_ref())
        .set_some("fix", finding.fix.as_deref())
        .set_some("mended", finding.mended)
        .finish()
}
