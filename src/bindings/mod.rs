//! The only room that knows JavaScript: thin functions over the rooms of the core.
//!
//! Every function takes plain JavaScript values, checks their types and sizes before copying anything, and throws a
//! plain object `{ code, message, path, line, column }` that the package's facade turns into a `KeywicketError`.
//! Secrets enter as owned copies that wipe themselves and leave as a `Uint8Array` (or text) made straight from
//! such a copy, so that none stays behind in linear memory.
//!
//! The feature `module` is all of it; `edge` is the verifier over a compiled policy alone.

use wasm_bindgen::JsValue;

/// What a binding throws: our error as a plain object, or what the caller's own getter threw.
type Result<T> = std::result::Result<T, JsValue>;

pub mod gate;
mod number;
mod object;
pub mod scratch;
pub mod stack;

#[cfg(feature = "module")]
pub mod authorization;
#[cfg(feature = "module")]
pub mod checksum;
#[cfg(feature = "module")]
pub mod delivery_policy;
#[cfg(feature = "module")]
pub mod drm;
#[cfg(feature = "module")]
pub mod file_encryption;
#[cfg(feature = "module")]
pub mod id;
#[cfg(feature = "module")]
pub mod key;
#[cfg(feature = "module")]
pub mod key_service;
#[cfg(feature = "module")]
pub mod pfx;
#[cfg(feature = "module")]
pub mod platform;
#[cfg(feature = "module")]
pub mod playlist;
#[cfg(feature = "module")]
pub mod playready;
#[cfg(feature = "module")]
pub mod policy;
#[cfg(feature = "module")]
mod read;
#[cfg(feature = "module")]
pub mod service;
#[cfg(feature = "module")]
pub mod token;
#[cfg(feature = "module")]
pub mod v3;
#[cfg(feature = "module")]
mod write;
