//! Many keys in one call: columns of bytes in, a column of bytes out.

use super::{checksum, derive_content_key};
use crate::error::{Error, ErrorCode, Result};
use crate::id::{Guid, KeyId};
use crate::secret::SecretBytes;

/// Checksums of many keys: `ids` are 16 bytes each in the order they are written (CENC), `keys` are `key_length` bytes
/// each. The result has 8 bytes for each.
///
/// # Errors
/// `argument.out_of_range` where the columns do not fit together; `key.wrong_length`.
pub fn checksums(ids: &[u8], keys: &SecretBytes, key_length: usize) -> Result<Vec<u8>> {
    if !matches!(key_length, 16 | 32) {
        return Err(Error::new(ErrorCode::KeyWrongLength, "the keys are 16 or 32 bytes each").at("keyLength"));
    }
    let ids = ids_of(ids)?;
    if keys.len() != ids.len().saturating_mul(key_length) {
        let message = format!(
            "{} ids need {} bytes of keys; there are {}",
            ids.len(),
            ids.len().saturating_mul(key_length),
            keys.len()
        );
        return Err(Error::new(ErrorCode::ArgumentOutOfRange, message).at("keys"));
    }
    let mut sums = Vec::with_capacity(ids.len().saturating_mul(8));
    for (id, key) in ids.iter().zip(keys.expose().chunks_exact(key_length)) {
        sums.extend_from_slice(&checksum(*id, &SecretBytes::new(key.to_vec()))?);
    }
    Ok(sums)
}

/// Keys of many ids under one seed; `ids` as for [`checksums`]. The result has 16 bytes for each.
///
/// # Errors
/// `argument.out_of_range`, `key.seed_too_short`.
pub fn derive_content_keys(seed: &SecretBytes, ids: &[u8]) -> Result<SecretBytes> {
    let ids = ids_of(ids)?;
    let mut keys = SecretBytes::zeroed(ids.len().saturating_mul(16));
    for (id, place) in ids.iter().zip(keys.expose_mut().chunks_exact_mut(16)) {
        place.copy_from_slice(derive_content_key(seed, *id)?.expose());
    }
    Ok(keys)
}

fn ids_of(column: &[u8]) -> Result<Vec<KeyId>> {
    let (ids, rest) = column.as_chunks::<16>();
    if !rest.is_empty() {
        return Err(Error::new(ErrorCode::ArgumentOutOfRange, "ids are 16 bytes each").at("ids"));
    }
    Ok(ids.iter().map(|id| KeyId::new(Guid::from_cenc_bytes(*id))).collect())
}
