//! Storage encryption: AES-256-CTR, seekable.

use super::wrong_key_length;
use crate::error::{Error, ErrorCode, Result};
use crate::secret::{SecretBytes, fill};
use aes::Aes256;
use ctr::Ctr64BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _, StreamCipherSeek as _};
use rand_core::TryCryptoRng;
use std::collections::BTreeSet;

/// The files of one storage key. It hands out a cipher for each, and refuses an initialization vector that another file
/// of this key already has: two files under one key stream give each other away.
#[derive(Debug)]
pub struct StorageEncryption {
    key: SecretBytes,
    used: BTreeSet<u64>,
}

impl StorageEncryption {
    /// Takes over a storage key of 32 bytes.
    ///
    /// # Errors
    /// `file.wrong_key_length`.
    pub fn new(key: SecretBytes) -> Result<Self> {
        if key.len() != 32 {
            return Err(wrong_key_length("storage", 32, key.len()));
        }
        Ok(Self { key, used: BTreeSet::new() })
    }

    /// A cipher for a new file: a random initialization vector that no other file here has.
    ///
    /// # Errors
    /// `random.unavailable`.
    pub fn new_file(&mut self, rng: &mut impl TryCryptoRng) -> Result<(u64, StorageCipher)> {
        loop {
            let mut iv = [0; 8];
            fill(rng, &mut iv)?;
            let iv = u64::from_be_bytes(iv);
            if self.used.insert(iv) {
                return Ok((iv, StorageCipher::new(&self.key, iv)?));
            }
        }
    }

    /// A cipher for a file that brings its own initialization vector.
    ///
    /// # Errors
    /// `file.iv_reused` where another file here has it.
    pub fn file_with_iv(&mut self, iv: u64) -> Result<StorageCipher> {
        if !self.used.insert(iv) {
            return Err(Error::new(
                ErrorCode::FileIvReused,
                "another file of this key has the same initialization vector: use a new one",
            )
            .at("iv"));
        }
        StorageCipher::new(&self.key, iv)
    }
}

/// The key stream of one file. Encrypting and decrypting are the same; the position moves on by what is put through.
pub struct StorageCipher(Ctr64BE<Aes256>);

impl StorageCipher {
    /// The key stream of a key of 32 bytes and an initialization vector, at position 0. The REST API writes the vector
    /// as decimal text in `AssetFile.InitializationVector`.
    ///
    /// # Errors
    /// `file.wrong_key_length`.
    pub fn new(key: &SecretBytes, iv: u64) -> Result<Self> {
        // The counter block: 8 bytes of IV, 8 bytes of block number, both big-endian; the number counts in its half only.
        let mut block = [0_u8; 16];
        let (iv_half, _) = block.split_at_mut(8);
        iv_half.copy_from_slice(&iv.to_be_bytes());
        Ctr64BE::new_from_slices(key.expose(), &block).map(Self).map_err(|_| wrong_key_length("storage", 32, key.len()))
    }

    /// Moves to a position in bytes from the start of the file, which may lie inside a block.
    ///
    /// # Errors
    /// `file.bad_offset` for a negative position.
    pub fn seek(&mut self, offset: i64) -> Result<()> {
        let bad =
            || Error::new(ErrorCode::FileBadOffset, "a position is 0 to 2^63 − 1 bytes from the start").at("offset");
        self.0.try_seek(u64::try_from(offset).map_err(|_| bad())?).map_err(|_| bad())
    }

    /// Encrypts or decrypts a chunk in place.
    ///
    /// # Errors
    /// `file.bad_offset` where the chunk reaches beyond the last block.
    pub fn apply(&mut self, chunk: &mut [u8]) -> Result<()> {
        self.0
            .try_apply_keystream(chunk)
            .map_err(|_| Error::new(ErrorCode::FileBadOffset, "the file is longer than its key stream"))
    }
}

impl std::fmt::Debug for StorageCipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StorageCipher")
    }
}
