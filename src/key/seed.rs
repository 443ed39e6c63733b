//! PlayReady key seeds: one secret that gives the key of every key id.

use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::secret::{SecretBytes, fill};
use rand_core::TryCryptoRng;
use sha2::{Digest as _, Sha256};

/// How much of a seed counts; what follows is cut off, as the reference does.
pub const KEY_SEED_BYTES: usize = 30;

/// A new key seed of 30 bytes.
///
/// # Errors
/// `random.unavailable`.
pub fn generate_key_seed(rng: &mut impl TryCryptoRng) -> Result<SecretBytes> {
    let mut seed = SecretBytes::zeroed(KEY_SEED_BYTES);
    fill(rng, seed.expose_mut())?;
    Ok(seed)
}

/// The content key of a key id under a seed (PlayReady Header specification, "Key Seed Algorithm"): with S the first 30
/// bytes of the seed and K the key id in .NET order, the halves of SHA-256(SK), SHA-256(SKS) and SHA-256(SKSK), all
/// six combined by exclusive or. 16 bytes.
///
/// # Errors
/// `key.seed_too_short`.
pub fn derive_content_key(seed: &SecretBytes, id: KeyId) -> Result<SecretBytes> {
    let Some(seed) = seed.expose().get(..KEY_SEED_BYTES) else {
        let message = format!("a key seed has at least {KEY_SEED_BYTES} bytes; this one has {}", seed.len());
        return Err(Error::new(ErrorCode::KeySeedTooShort, message).at("seed"));
    };
    let id = id.guid().playready_bytes();
    let mut key = SecretBytes::zeroed(16);
    for parts in [&[seed, &id][..], &[seed, &id, seed], &[seed, &id, seed, &id]] {
        let mut hash = SecretBytes::zeroed(32);
        let mut digest = Sha256::new();
        parts.iter().for_each(|part| digest.update(part));
        digest.finalize_into(hash.expose_mut().try_into().map_err(|_| internal())?);
        let (low, high) = hash.expose().split_at_checked(16).ok_or_else(internal)?;
        for (byte, (low, high)) in key.expose_mut().iter_mut().zip(low.iter().zip(high)) {
            *byte ^= low ^ high;
        }
    }
    Ok(key)
}

/// SHA-256 has 32 bytes; the types of two crates meet here and cannot know.
fn internal() -> Error {
    Error::new(ErrorCode::KeySeedTooShort, "the seed cannot be used")
}
