//! **Hazardous**: RSA private-key operations in software.
//!
//! How long the RSA crate takes depends a little on the private key (RUSTSEC-2023-0071, the "Marvin" attack). Whoever can
//! send wrapped keys and time the answers over a network may learn the key. So this is for tests and for command-line
//! users who unwrap their own files; a live server and a page unwrap through WebCrypto, with a key that cannot be read
//! out. The WebAssembly module does not contain this.

use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretBytes;
use rand_core::TryCryptoRng;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::traits::PaddingScheme as _;
use rsa::{Oaep, RsaPrivateKey};
use sha1::Sha1;
use sha2::Sha256;

use super::OaepHash;

/// Unwraps what [`super::wrap`] wrapped. `private_key` is PKCS#8, as DER.
///
/// # Errors
/// `unwrap.bad_private_key`; `unwrap.failed`, whatever the reason was.
pub fn unwrap(
    private_key: &SecretBytes,
    wrapped: &[u8],
    hash: OaepHash,
    rng: &mut impl TryCryptoRng,
) -> Result<SecretBytes> {
    let key = RsaPrivateKey::from_pkcs8_der(private_key.expose()).map_err(|_| {
        Error::new(ErrorCode::UnwrapBadPrivateKey, "the private key is not an RSA key in PKCS#8 DER").at("privateKey")
    })?;
    let clear = match hash {
        OaepHash::Sha1 => Oaep::<Sha1>::new().decrypt(Some(rng), &key, wrapped),
        OaepHash::Sha256 => Oaep::<Sha256>::new().decrypt(Some(rng), &key, wrapped),
    };
    clear
        .map(SecretBytes::new)
        .map_err(|_| Error::new(ErrorCode::UnwrapFailed, "the wrapped key does not unwrap with this private key"))
}
