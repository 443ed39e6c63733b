//! Encrypting files with a content key, as the old SDK and the streaming origin did.
//!
//! | what | how |
//! |---|---|
//! | [storage](StorageCipher) | AES-256-CTR: 8 bytes of IV, then 8 bytes of block number; any position can be read by itself |
//! | [configuration](encrypt_configuration) | AES-256-CBC with PKCS#7, a text at a time |
//! | [envelope](EnvelopeEncryptor) | AES-128-CBC with PKCS#7, an HLS segment at a time |
//!
//! None of the three authenticates: a changed ciphertext decrypts to something. All take chunks of any size and hold
//! one block at most, so memory stays flat however large the file is.

mod configuration;
mod envelope;
mod storage;

pub use configuration::{decrypt_configuration, encrypt_configuration};
pub use envelope::{EnvelopeDecryptor, EnvelopeEncryptor};
pub use storage::{StorageCipher, StorageEncryption};

use crate::error::{Error, ErrorCode, Result};

/// An initialization vector of CBC: 16 bytes.
fn cbc_iv(iv: &[u8]) -> Result<[u8; 16]> {
    iv.try_into().map_err(|_| {
        Error::new(ErrorCode::FileBadIv, format!("an initialization vector has 16 bytes; this one has {}", iv.len()))
            .at("iv")
    })
}

fn wrong_key_length(what: &str, expected: usize, got: usize) -> Error {
    Error::new(
        ErrorCode::FileWrongKeyLength,
        format!("{what} encryption takes a key of {expected} bytes; this one has {got}"),
    )
    .at("key")
}

fn decrypt_failed() -> Error {
    Error::new(
        ErrorCode::FileDecryptFailed,
        "this does not decrypt: another key or initialization vector, or a file that is cut short",
    )
}
