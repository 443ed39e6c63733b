//! The only room that knows JavaScript: thin functions over the rooms of the core.
//!
//! Every function takes plain JavaScript values, checks their types and sizes before copying anything, and throws a
//! plain object `{ code, message, path, line, column }` that the package's facade turns into a `KeywicketError`.
//! Secrets enter as owned copies that wipe themselves and leave as a `Uint8Array` (or text) made straight from
//! such a copy, so that none stays behind in linear memory.

pub mod authorization;
pub mod checksum;
mod delivery;
pub mod delivery_policy;
pub mod drm;
pub mod file_encryption;
pub mod id;
pub mod key;
pub mod pfx;
pub mod platform;
pub mod playready;
pub mod policy;
mod read;
pub mod service;
pub mod token;
pub mod v3;
mod write;
