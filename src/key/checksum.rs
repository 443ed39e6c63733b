//! The content key checksum: both sides can see that they hold the same key without showing it.

use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::secret::SecretBytes;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};

/// First 8 bytes of AES-ECB over the 16 bytes of the key id in .NET order, as the PlayReady header
/// specification defines it. Written in base64 on the wire (12 characters).
///
/// Takes 16, 24 or 32 bytes of key: no content key type has 24, but the reference function works on them.
///
/// # Errors
/// `key.wrong_length`.
pub fn checksum(id: KeyId, key: &SecretBytes) -> Result<[u8; 8]> {
    encrypt_block_with(key, id.guid().playready_bytes()).ok_or_else(|| {
        let message = format!("a checksum needs a key of 16 or 32 bytes; this one has {}", key.len());
        Error::new(ErrorCode::KeyWrongLength, message).at("key")
    })
}

/// First 8 bytes of AES over one block, by the variant that the key's length names; `None` for other lengths.
pub(super) fn encrypt_block_with(key: &SecretBytes, block: [u8; 16]) -> Option<[u8; 8]> {
    let block = match key.len() {
        16 => encrypt_block::<Aes128>(key, block),
        24 => encrypt_block::<Aes192>(key, block),
        32 => encrypt_block::<Aes256>(key, block),
        _ => None,
    };
    block?.first_chunk::<8>().copied()
}

fn encrypt_block<C: KeyInit + BlockCipherEncrypt>(key: &SecretBytes, block: [u8; 16]) -> Option<[u8; 16]> {
    let cipher = C::new_from_slice(key.expose()).ok()?;
    let mut block = aes::cipher::Block::<C>::try_from(block.as_slice()).ok()?;
    cipher.encrypt_block(&mut block);
    block.as_slice().try_into().ok()
}
