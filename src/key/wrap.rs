//! RSA-OAEP with SHA-1: what Azure Media Services and CPIX ask for.
//!
//! SHA-1 is a requirement of those systems, not a choice; inside OAEP its collisions do no harm. Only the
//! public-key operation lives here: unwrapping on a live server is WebCrypto's, with a key that cannot be read out.

use super::{Certificate, RsaKey};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretBytes;
use rand_core::TryCryptoRng;
use rsa::Oaep;
use rsa::traits::PaddingScheme as _;
use sha1::Sha1;

/// Hash and MGF1 output of SHA-1.
const HASH_BYTES: usize = 20;

/// Encrypts a secret to the certificate's key: RSA-OAEP, SHA-1 as hash and in MGF1, empty label. The result is
/// as long as the modulus and differs at every call, since OAEP draws a 20-byte seed from `rng`.
///
/// # Errors
/// `wrap.key_too_long` beyond modulus − 42 bytes (214 for 2048 bits); `random.unavailable`; `wrap.failed`.
pub fn wrap(certificate: &Certificate, secret: &SecretBytes, rng: &mut impl TryCryptoRng) -> Result<Vec<u8>> {
    let key = certificate.key();
    let most = longest_message(key);
    if secret.len() > most {
        return Err(Error::new(
            ErrorCode::WrapKeyTooLong,
            format!("RSA-OAEP under a {}-bit key carries at most {most} bytes; these are {}", key.bits(), secret.len()),
        )
        .at("key"));
    }
    Oaep::<Sha1>::new().encrypt(rng, key.key(), secret.expose()).map_err(|error| match error {
        rsa::Error::Rng => Error::new(ErrorCode::RandomUnavailable, "the platform gave no randomness for RSA-OAEP"),
        _ => Error::new(ErrorCode::WrapFailed, "RSA-OAEP failed"),
    })
}

/// Modulus length less two hashes and two bytes (RFC 8017, section 7.1.1).
fn longest_message(key: &RsaKey) -> usize {
    key.modulus().len().saturating_sub(HASH_BYTES.saturating_mul(2).saturating_add(2))
}
