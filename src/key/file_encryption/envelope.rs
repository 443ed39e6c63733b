//! Envelope encryption: AES-128-CBC over whole segments, as HLS `METHOD=AES-128` has it.

use super::{cbc_iv, decrypt_failed, wrong_key_length};
use crate::error::Result;
use crate::secret::SecretBytes;
use aes::Aes128;
use cbc::cipher::{Block, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use zeroize::Zeroizing;

type AesBlock = Block<Aes128>;

/// Encrypts one segment, chunk by chunk.
pub struct EnvelopeEncryptor {
    cipher: cbc::Encryptor<Aes128>,
    /// Clear bytes that do not fill a block yet: fewer than 16.
    rest: Zeroizing<Vec<u8>>,
}

impl EnvelopeEncryptor {
    /// Begins a segment with a key of 16 bytes and an initialization vector of 16.
    ///
    /// # Errors
    /// `file.wrong_key_length`, `file.bad_iv`.
    pub fn new(key: &SecretBytes, iv: &[u8]) -> Result<Self> {
        let cipher = cbc::Encryptor::new_from_slices(key.expose(), &cbc_iv(iv)?);
        let cipher = cipher.map_err(|_| wrong_key_length("envelope", 16, key.len()))?;
        Ok(Self { cipher, rest: Zeroizing::new(Vec::with_capacity(16)) })
    }

    /// Encrypts a chunk of any length. What comes out are whole blocks; the rest waits for the next chunk.
    pub fn update(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(chunk.len().saturating_add(16));
        for_each_block(&mut self.rest, chunk, |block| {
            self.cipher.encrypt_block(block);
            out.extend_from_slice(block);
        });
        out
    }

    /// Ends the segment: the last block with its padding, 16 bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        // PKCS#7: as many bytes as are missing, each of them that number; a whole block where none is missing.
        let missing = 16_usize.saturating_sub(self.rest.len());
        let padding = vec![u8::try_from(missing).unwrap_or(16); missing];
        self.update(&padding)
    }
}

/// Decrypts one segment, chunk by chunk.
pub struct EnvelopeDecryptor {
    cipher: cbc::Decryptor<Aes128>,
    rest: Zeroizing<Vec<u8>>,
    /// The last clear block: whether it ends in padding is known at the end only.
    held: Option<Zeroizing<[u8; 16]>>,
}

impl EnvelopeDecryptor {
    /// Begins a segment with a key of 16 bytes and an initialization vector of 16.
    ///
    /// # Errors
    /// `file.wrong_key_length`, `file.bad_iv`.
    pub fn new(key: &SecretBytes, iv: &[u8]) -> Result<Self> {
        let cipher = cbc::Decryptor::new_from_slices(key.expose(), &cbc_iv(iv)?);
        let cipher = cipher.map_err(|_| wrong_key_length("envelope", 16, key.len()))?;
        Ok(Self { cipher, rest: Zeroizing::new(Vec::with_capacity(16)), held: None })
    }

    /// Decrypts a chunk of any length. The last whole block is held back.
    pub fn update(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(chunk.len().saturating_add(16));
        let held = &mut self.held;
        for_each_block(&mut self.rest, chunk, |block| {
            if let Some(ready) = held.take() {
                out.extend_from_slice(ready.as_slice());
            }
            self.cipher.decrypt_block(block);
            *held = Some(Zeroizing::new((*block).into()));
        });
        out
    }

    /// Ends the segment: what the last block holds before its padding.
    ///
    /// # Errors
    /// `file.decrypt_failed` where the segment is empty, not whole blocks, or its padding is wrong.
    pub fn finish(self) -> Result<Vec<u8>> {
        let last = self.held.filter(|_| self.rest.is_empty()).ok_or_else(decrypt_failed)?;
        let count = last
            .last()
            .copied()
            .map(usize::from)
            .filter(|count| (1..=16).contains(count))
            .ok_or_else(decrypt_failed)?;
        let (clear, padding) = last.split_at_checked(16_usize.saturating_sub(count)).ok_or_else(decrypt_failed)?;
        if padding.iter().any(|byte| usize::from(*byte) != count) {
            return Err(decrypt_failed());
        }
        Ok(clear.to_vec())
    }
}

/// Puts what was left over and a chunk together and hands out whole blocks; what is left over now stays in `rest`.
fn for_each_block(rest: &mut Zeroizing<Vec<u8>>, mut chunk: &[u8], mut use_block: impl FnMut(&mut AesBlock)) {
    while rest.len().saturating_add(chunk.len()) >= 16 {
        let missing = 16_usize.saturating_sub(rest.len());
        let Some((head, tail)) = chunk.split_at_checked(missing) else { return };
        rest.extend_from_slice(head);
        if let Ok(mut block) = AesBlock::try_from(rest.as_slice()) {
            use_block(&mut block);
        }
        rest.clear();
        chunk = tail;
    }
    rest.extend_from_slice(chunk);
}

impl std::fmt::Debug for EnvelopeEncryptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnvelopeEncryptor")
    }
}

impl std::fmt::Debug for EnvelopeDecryptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnvelopeDecryptor")
    }
}
