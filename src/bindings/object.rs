//! Plain objects for JavaScript, and what a binding throws.

use crate::error::{Error, Position};
use js_sys::{Object, Reflect};
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

    pub(super) fn set_position(self, position: Option<Position>) -> Self {
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
