//! Create: content keys, their checksum, the certificate that protects them, and wrapping.
//!
//! A *content key* encrypts media. It never travels in the clear to the service that stores it: it is
//! wrapped with RSA-OAEP to the service's protection certificate, and a checksum lets both sides see that
//! they mean the same key.

mod batch;
mod certificate;
mod checksum;
mod checksum_doctor;
mod content_key;
mod distinguished_name;
mod entity;
mod entity_lint;
pub mod file_encryption;
#[cfg(not(target_arch = "wasm32"))]
pub mod hazmat;
mod pfx;
mod rsa_public;
mod seed;
mod wrap;

pub use batch::{checksums, derive_content_keys};
pub use certificate::Certificate;
pub use checksum::checksum;
pub use checksum_doctor::{ChecksumVerdict, diagnose_checksum, java_sdk_checksum, php_sdk_checksum};
pub use content_key::{ContentKey, ContentKeyType};
pub use entity::{ContentKeyEntity, wrap_content_key};
pub use entity_lint::lint_content_key_entity;
pub use pfx::read_pfx;
pub use rsa_public::RsaKey;
pub use seed::{KEY_SEED_BYTES, derive_content_key, generate_key_seed};
pub use wrap::{OaepHash, wrap};
