//! RSA-OAEP: SHA-1 is what Azure Media Services and CPIX ask for, SHA-256 is there for those who may choose.
//!
//! Inside OAEP the collisions of SHA-1 do no harm. Only the public-key operation lives here: unwrapping on a live
//! server is WebCrypto's, with a key that cannot be read out.

use super::{Certificate, RsaKey};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretBytes;
use rand_core::TryCryptoRng;
use rsa::Oaep;
use rsa::traits::PaddingScheme as _;
use sha1::Sha1;
use sha2::Sha256;

/// The hash of OAEP and of its MGF1; the label is always empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OaepHash {
    /// What the REST API and CPIX require.
    #[default]
    Sha1,
    /// For receivers that say they take it.
    Sha256,
}

impl OaepHash {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sha1, Self::Sha256];

    /// The name in WebCrypto: `SHA-1` or `SHA-256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Finds a hash by that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.name() == name)
    }

    /// Length of its output in bytes.
    const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// Encrypts a secret to the certificate's key with RSA-OAEP. The result is as long as the modulus and differs at every
/// call, since OAEP draws a seed as long as its hash from `rng`.
///
/// # Errors
/// `wrap.key_too_long` beyond modulus − 2·hash − 2 bytes (214 for 2048 bits and SHA-1, 190 for SHA-256);
/// `random.unavailable`; `wrap.failed`.
pub fn wrap(
    certificate: &Certificate,
    secret: &SecretBytes,
    hash: OaepHash,
    rng: &mut impl TryCryptoRng,
) -> Result<Vec<u8>> {
    let key = certificate.key();
    let most = longest_message(key, hash);
    if secret.len() > most {
        let message = format!(
            "RSA-OAEP with {} under a {}-bit key carries at most {most} bytes; these are {}",
            hash.name(),
            key.bits(),
            secret.len()
        );
        return Err(Error::new(ErrorCode::WrapKeyTooLong, message).at("key"));
    }
    let wrapped = match hash {
        OaepHash::Sha1 => Oaep::<Sha1>::new().encrypt(rng, key.key(), secret.expose()),
        OaepHash::Sha256 => Oaep::<Sha256>::new().encrypt(rng, key.key(), secret.expose()),
    };
    wrapped.map_err(|error| match error {
        rsa::Error::Rng => Error::new(ErrorCode::RandomUnavailable, "the platform gave no randomness for RSA-OAEP"),
        _ => Error::new(ErrorCode::WrapFailed, "RSA-OAEP failed"),
    })
}

/// Modulus length less two hashes and two bytes (RFC 8017, section 7.1.1).
fn longest_message(key: &RsaKey, hash: OaepHash) -> usize {
    key.modulus().len().saturating_sub(hash.bytes().saturating_mul(2).saturating_add(2))
}
