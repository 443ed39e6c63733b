//! Create: content keys, their checksum, the certificate that protects them, and wrapping.
//!
//! A *content key* encrypts media. It never travels in the clear to the service that stores it: it is
//! wrapped with RSA-OAEP to the service's protection certificate, and a checksum lets both sides see that
//! they mean the same key.

mod certificate;
mod checksum;
mod content_key;
mod distinguished_name;
mod entity;
mod rsa_public;
mod wrap;

pub use certificate::Certificate;
pub use checksum::checksum;
pub use content_key::{ContentKey, ContentKeyType};
pub use entity::{ContentKeyEntity, wrap_content_key};
pub use rsa_public::RsaKey;
pub use wrap::wrap;
