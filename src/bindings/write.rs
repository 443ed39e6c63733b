//! To JavaScript: plain objects with the members of `index.d.ts`, absent ones left out.

use crate::error::{Error, Finding, Position};
use crate::secret::{SecretBytes, SecretText};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

/// A plain object under construction.
pub(super) struct Members(Object);

impl Members {
    pub(super) fn new() -> Self {
        Self(Object::new())
    }

    /// Sets a member. On a fresh plain object that cannot fail.
    pub(super) fn set(self, name: &str, value: impl Into<JsValue>) -> Self {
        let _ = Reflect::set(&self.0, &JsValue::from_str(name), &value.into());
        self
    }

    /// Sets a member that may be absent.
    pub(super) fn set_some(self, name: &str, value: Option<impl Into<JsValue>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    fn set_position(self, position: Option<Position>) -> Self {
        self.set_some("line", position.map(|at| at.line)).set_some("column", position.map(|at| at.column))
    }

    pub(super) fn finish(self) -> JsValue {
        self.0.into()
    }
}

/// What a binding throws.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        Members::new()
            .set("code", error.code().as_str())
            .set("message", error.message())
            .set_some("path", error.path())
            .set_position(error.position())
            .finish()
    }
}

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

/// A time or count. Everything this house counts stays below 2^53, where numbers are exact.
#[expect(clippy::as_conversions, reason = "no lossless conversion exists; the values stay below 2^53")]
pub(super) fn number(value: i64) -> JsValue {
    JsValue::from_f64(value as f64)
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
