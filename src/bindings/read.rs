//! From JavaScript: types, lengths and member names are checked here, before anything is copied.
//!
//! wasm-bindgen's own conversions would take anything with a length for bytes: the text "1234" becomes 1, 2, 3, 4,
//! an ArrayBuffer becomes nothing, `{length: 2e9}` hangs. A TypeScript type does not stop a JavaScript caller.

use crate::error::{Error, ErrorCode};
use js_sys::{Array, ArrayBuffer, JsString, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};

pub(super) use super::Result;
use super::number;

/// Texts such as names, addresses and claims.
pub(super) const MAX_TEXT: u32 = 64 * 1024;
/// XML and certificates; the readers behind have tighter limits of their own.
pub(super) const MAX_DOCUMENT: u32 = 1024 * 1024;
/// Pieces of files and columns of batches.
pub(super) const MAX_CHUNK: u32 = 16 * 1024 * 1024;
/// Keys and certificates as bytes.
const MAX_BYTES: u32 = 64 * 1024;
/// Items of a list.
const MAX_ITEMS: u32 = 4096;

/// A text of at most `max` UTF-16 units.
pub(super) fn text(value: &JsValue, path: &str, max: u32) -> Result<String> {
    let Some(text) = value.dyn_ref::<JsString>() else { return Err(wrong_type(value, path, "a string")) };
    if text.length() > max {
        return Err(too_long(path, text.length(), max, "characters"));
    }
    Ok(String::from(text))
}

/// Bytes: a `Uint8Array` (a Node `Buffer` is one) and nothing else.
pub(super) fn bytes(value: &JsValue, path: &str) -> Result<Vec<u8>> {
    bounded_bytes(value, path, MAX_BYTES)
}

/// A piece of a file or a column of a batch.
pub(super) fn chunk(value: &JsValue, path: &str) -> Result<Vec<u8>> {
    bounded_bytes(value, path, MAX_CHUNK)
}

fn bounded_bytes(value: &JsValue, path: &str, max: u32) -> Result<Vec<u8>> {
    // `instanceof` alone would take an object that only inherits from Uint8Array; a view is the real thing.
    let array = value.dyn_ref::<Uint8Array>().filter(|_| ArrayBuffer::is_view(value));
    let Some(array) = array else { return Err(wrong_type(value, path, "a Uint8Array")) };
    match array.length() {
        // Also a view whose buffer was transferred away, which nothing can be copied from.
        0 => Ok(Vec::new()),
        length if length > max => Err(too_long(path, length, max, "bytes")),
        _ => Ok(array.to_vec()),
    }
}

/// A list of at most 4096 items.
pub(super) fn list(value: &JsValue, path: &str) -> Result<Vec<JsValue>> {
    let Some(array) = value.dyn_ref::<Array>() else { return Err(wrong_type(value, path, "an array")) };
    if array.length() > MAX_ITEMS {
        return Err(too_long(path, array.length(), MAX_ITEMS, "items"));
    }
    Ok(array.iter().collect())
}

/// A number of seconds or of things: finite, not negative, its fraction dropped.
pub(super) fn whole_number(value: &JsValue, path: &str) -> Result<i64> {
    let Some(number) = value.as_f64() else { return Err(wrong_type(value, path, "a number")) };
    let out_of_range = || Error::new(ErrorCode::ArgumentOutOfRange, "expected a number from 0 to 2^53").at(path);
    Ok(number::whole(number).ok_or_else(out_of_range)?)
}

/// The members of a plain object. Unknown ones are refused: a misspelt option must not silently mean the default.
pub(super) struct Members {
    object: Option<Object>,
    path: String,
}

impl Members {
    /// An object that must be there.
    pub(super) fn of(value: &JsValue, path: &str, known: &[&str]) -> Result<Self> {
        if value.is_undefined() || value.is_null() {
            return Err(missing(path));
        }
        Self::optional(value, path, known)
    }

    /// An object that may be left out.
    pub(super) fn optional(value: &JsValue, path: &str, known: &[&str]) -> Result<Self> {
        let path = path.to_owned();
        if value.is_undefined() {
            return Ok(Self { object: None, path });
        }
        let is_plain = !Array::is_array(value) && !value.is_function() && !ArrayBuffer::is_view(value);
        let object = value.dyn_ref::<Object>().filter(|_| is_plain);
        let Some(object) = object else { return Err(wrong_type(value, &path, "an object")) };
        for name in Object::keys(object).iter().filter_map(|name| name.as_string()) {
            if !known.contains(&name.as_str()) {
                return Err(Error::new(
                    ErrorCode::ArgumentUnknownMember,
                    format!("nothing reads this member: expected {}", known.join(", ")),
                )
                .at(join(&path, &name))
                .into());
            }
        }
        Ok(Self { object: Some(object.clone()), path })
    }

    /// The path of a member, for errors.
    pub(super) fn path(&self, name: &str) -> String {
        join(&self.path, name)
    }

    /// A member that may be left out; `undefined` is left out.
    pub(super) fn get(&self, name: &str) -> Result<Option<JsValue>> {
        let Some(object) = &self.object else { return Ok(None) };
        let value = Reflect::get(object, &JsValue::from_str(name))?;
        Ok((!value.is_undefined()).then_some(value))
    }

    /// A member that must be there.
    pub(super) fn required(&self, name: &str) -> Result<JsValue> {
        self.get(name)?.ok_or_else(|| missing(&self.path(name)))
    }

    pub(super) fn text(&self, name: &str) -> Result<String> {
        text(&self.required(name)?, &self.path(name), MAX_TEXT)
    }

    pub(super) fn optional_text(&self, name: &str) -> Result<Option<String>> {
        self.get(name)?.map(|value| text(&value, &self.path(name), MAX_TEXT)).transpose()
    }

    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        bytes(&self.required(name)?, &self.path(name))
    }

    pub(super) fn optional_bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.get(name)?.map(|value| bytes(&value, &self.path(name))).transpose()
    }

    pub(super) fn whole_number(&self, name: &str) -> Result<i64> {
        whole_number(&self.required(name)?, &self.path(name))
    }

    pub(super) fn optional_whole_number(&self, name: &str) -> Result<Option<i64>> {
        self.get(name)?.map(|value| whole_number(&value, &self.path(name))).transpose()
    }

    /// A number that names something, such as a type: a fraction is refused, not dropped.
    pub(super) fn integer(&self, name: &str) -> Result<i64> {
        let value = self.required(name)?;
        if value.as_f64().is_some_and(|number| number.fract() != 0.0) {
            return Err(Error::new(ErrorCode::ArgumentOutOfRange, "expected a whole number")
                .at(self.path(name))
                .into());
        }
        whole_number(&value, &self.path(name))
    }

    /// A truth value; left out, it is false.
    pub(super) fn optional_flag(&self, name: &str) -> Result<bool> {
        let value = self.get(name)?.unwrap_or(JsValue::FALSE);
        value.as_bool().ok_or_else(|| wrong_type(&value, &self.path(name), "true or false"))
    }

    pub(super) fn list(&self, name: &str) -> Result<Vec<JsValue>> {
        self.get(name)?.map_or_else(|| Ok(Vec::new()), |value| list(&value, &self.path(name)))
    }

    /// A list of texts; left out, it is empty.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>> {
        let items = self.list(name)?.into_iter().enumerate();
        items.map(|(index, item)| text(&item, &format!("{}[{index}]", self.path(name)), MAX_TEXT)).collect()
    }
}

fn join(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}.{inner}") }
}

fn missing(path: &str) -> JsValue {
    Error::new(ErrorCode::ArgumentMissing, "this is missing").at(path).into()
}

fn too_long(path: &str, length: u32, max: u32, unit: &str) -> JsValue {
    Error::new(ErrorCode::ArgumentTooLong, format!("{length} {unit}; at most {max} are read")).at(path).into()
}

/// Says what came instead, by its kind; never by its value.
fn wrong_type(value: &JsValue, path: &str, expected: &str) -> JsValue {
    if value.is_undefined() {
        return missing(path);
    }
    let kind = if value.is_null() {
        "null".to_owned()
    } else if Array::is_array(value) {
        "an array".to_owned()
    } else if let Some(object) = value.dyn_ref::<Object>() {
        String::from(object.constructor().name())
    } else {
        value.js_typeof().as_string().unwrap_or_default()
    };
    Error::new(ErrorCode::ArgumentWrongType, format!("expected {expected}, got {kind}")).at(path).into()
}
