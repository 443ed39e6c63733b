//! Bytes and text that wipe themselves, never print, and compare in constant time.
//!
//! What this can promise: the buffers owned here are overwritten when they are dropped, grown or moved out
//! of, on every path. What it cannot: copies that a caller, the JavaScript engine or a CPU register made.

use crate::error::{Error, ErrorCode, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::TryCryptoRng;
use std::fmt;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

/// Key bytes. Wiped on drop; `Debug` tells the length only; equality takes the same time wherever they differ.
#[derive(Clone, Default)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes the bytes over: the given vector's buffer becomes this one's, nothing is copied.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// `length` zero bytes, to be filled in place through [`SecretBytes::expose_mut`].
    #[must_use]
    pub fn zeroed(length: usize) -> Self {
        Self::new(vec![0; length])
    }

    /// Reads standard base64, decoding straight into the wiped buffer.
    ///
    /// # Errors
    /// `base64.invalid` where the text is not standard base64 with padding.
    pub fn from_base64(text: &str) -> Result<Self> {
        let mut bytes = Self::zeroed(base64::decoded_len_estimate(text.len()));
        let length = STANDARD.decode_slice(text, &mut bytes.0).map_err(crate::encoding::invalid_base64)?;
        bytes.0.truncate(length);
        Ok(bytes)
    }

    /// The bytes. Every use of this name is a place where a secret is looked at.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, to be written in place.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Appends, wiping the old buffer where the bytes move to a larger one.
    pub fn push(&mut self, bytes: &[u8]) {
        let needed = self.0.len().saturating_add(bytes.len());
        if needed > self.0.capacity() {
            let mut larger = Vec::with_capacity(needed.max(self.0.capacity().saturating_mul(2)).max(256));
            larger.extend_from_slice(&self.0);
            // Assigning drops the old `Zeroizing`, which wipes its whole capacity.
            self.0 = Zeroizing::new(larger);
        }
        self.0.extend_from_slice(bytes);
    }

    /// Length in bytes, which is not a secret.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.len())
    }
}

/// Text that holds secrets (a policy with its verification keys, a token): wiped on drop and also when it
/// grows, which a plain `String` does not do with the buffer it leaves behind.
#[derive(Clone, Default)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// An empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty text with room for that many bytes, which does not move while they are filled.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(bytes)))
    }

    /// A copy of a text that stays where it is, such as a part of a document.
    #[must_use]
    pub fn copied(text: &str) -> Self {
        Self::from_string(text.to_owned())
    }

    /// Takes a text over without copying it.
    #[must_use]
    pub fn from_string(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text. Every use of this name is a place where a secret is looked at.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The same buffer as bytes.
    #[must_use]
    pub fn into_bytes(mut self) -> SecretBytes {
        SecretBytes::new(std::mem::take(&mut *self.0).into_bytes())
    }

    /// Appends, wiping the old buffer where the text moves to a larger one.
    pub fn push_str(&mut self, text: &str) {
        let needed = self.0.len().saturating_add(text.len());
        if needed > self.0.capacity() {
            let mut larger = String::with_capacity(needed.max(self.0.capacity().saturating_mul(2)).max(1024));
            larger.push_str(&self.0);
            // Assigning drops the old `Zeroizing`, which wipes its whole capacity.
            self.0 = Zeroizing::new(larger);
        }
        self.0.push_str(text);
    }

    /// Appends bytes as standard base64, by way of a small buffer that is wiped.
    pub fn push_base64(&mut self, bytes: &[u8]) {
        let mut buffer = [0_u8; 64];
        for chunk in bytes.chunks(48) {
            // 48 bytes are 64 characters of ASCII: neither step can fail.
            if let Ok(length) = STANDARD.encode_slice(chunk, &mut buffer)
                && let Some(Ok(text)) = buffer.get(..length).map(std::str::from_utf8)
            {
                self.push_str(text);
            }
        }
        buffer.zeroize();
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}
impl Eq for SecretText {}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretText({} bytes)", self.0.len())
    }
}

/// Fills from the source of randomness, or says that there is none.
pub(crate) fn fill(rng: &mut impl TryCryptoRng, bytes: &mut [u8]) -> Result<()> {
    rng.try_fill_bytes(bytes).map_err(|_| {
        Error::new(
            ErrorCode::RandomUnavailable,
            "the platform gave no randomness; in Cloudflare Workers make keys inside a request, not while the module loads",
        )
    })
}

/// Overwrites the stack below the caller, where functions that have returned may have left copies of a secret.
///
/// Best effort: it reaches 4 KiB down, which is more than any of the key schedules and HMAC constructors use.
#[inline(never)]
pub(crate) fn wipe_stack() {
    let mut scratch = [0_u8; 4096];
    scratch.zeroize();
    std::hint::black_box(&scratch);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        let bytes = SecretBytes::new(b"topsecret".to_vec());
        assert_eq!(format!("{bytes:?}"), "SecretBytes(9 bytes)");
        assert_eq!(format!("{:?}", SecretText::from_string("topsecret".into())), "SecretText(9 bytes)");
    }

    #[test]
    fn base64_in_pieces_equals_base64_at_once() {
        for length in 0..200_u8 {
            let bytes: Vec<u8> = (0..length).collect();
            let mut text = SecretText::new();
            text.push_base64(&bytes);
            assert_eq!(text.expose(), STANDARD.encode(&bytes));
            assert_eq!(SecretBytes::from_base64(text.expose()).unwrap().expose(), bytes);
        }
    }

    #[test]
    fn equality_looks_at_length_and_content() {
        let a = SecretBytes::new(vec![1, 2, 3]);
        assert_eq!(a, SecretBytes::new(vec![1, 2, 3]));
        assert_ne!(a, SecretBytes::new(vec![1, 2, 4]));
        assert_ne!(a, SecretBytes::new(vec![1, 2]));
    }
}
