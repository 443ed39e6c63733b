//! Which mistake made a stored checksum: exports of real accounts hold several kinds.

use super::checksum::{checksum, encrypt_block_with};
use crate::error::Result;
use crate::id::KeyId;
use crate::secret::SecretBytes;
use subtle::ConstantTimeEq as _;

/// What a stored checksum turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumVerdict {
    /// The right one.
    Match,
    /// AES over the GUID's bytes as written (RFC 4122) instead of .NET order.
    BigEndianGuid,
    /// What the PHP SDK writes: AES-256 over the first 16 characters of the entity id, the key padded with zeros to 32 bytes.
    PhpSdk,
    /// What the Java SDK writes: AES over the first 16 characters of the GUID's text.
    JavaSdk,
    /// AES over the first 16 characters of the entity id (`nb:kid:UUID:xxxx`).
    EntityIdText,
    /// The right one, but its 8 bytes turned around.
    Reversed,
    /// The checksum of an empty key id (all zero).
    AllZeroId,
    /// None of the known ones: another key, another id, or a damaged value.
    Unknown,
}

impl ChecksumVerdict {
    /// Every verdict there is.
    pub const ALL: [Self; 8] = [
        Self::Match,
        Self::BigEndianGuid,
        Self::PhpSdk,
        Self::JavaSdk,
        Self::EntityIdText,
        Self::Reversed,
        Self::AllZeroId,
        Self::Unknown,
    ];

    /// The verdict's stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::BigEndianGuid => "big_endian_guid",
            Self::PhpSdk => "php_sdk",
            Self::JavaSdk => "java_sdk",
            Self::EntityIdText => "entity_id_text",
            Self::Reversed => "reversed",
            Self::AllZeroId => "all_zero_id",
            Self::Unknown => "unknown",
        }
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Match => "the checksum is right: key and key id belong together",
            Self::BigEndianGuid => {
                "the key is right, but the GUID was taken in the order it is written (RFC 4122) instead of .NET order"
            }
            Self::PhpSdk => {
                "the key is right; the checksum is the one that the PHP SDK computes, over the text of the id"
            }
            Self::JavaSdk => {
                "the key is right; the checksum is the one that the Java SDK computes, over the text of the GUID"
            }
            Self::EntityIdText => {
                "the key is right, but the text of the entity id was encrypted instead of the GUID's bytes"
            }
            Self::Reversed => "the key is right, but the bytes of the checksum are turned around",
            Self::AllZeroId => "the key is right, but the checksum was made for the all-zero key id",
            Self::Unknown => "no known mistake gives this: another key, another key id, or a damaged value",
        }
    }
}

/// Says whether a stored checksum belongs to a key and an id, or which known mistake made it.
///
/// `entity_id` is the id as it is stored; the PHP SDK's mistake depends on its text. Comparison is in constant time.
///
/// # Errors
/// `key.wrong_length`.
pub fn diagnose_checksum(id: KeyId, entity_id: &str, key: &SecretBytes, stored: &[u8]) -> Result<ChecksumVerdict> {
    let right = checksum(id, key)?;
    let reversed: [u8; 8] = std::array::from_fn(|index| right.iter().rev().nth(index).copied().unwrap_or_default());
    let candidates = [
        (ChecksumVerdict::Match, Some(right)),
        (ChecksumVerdict::BigEndianGuid, encrypt_block_with(key, id.guid().cenc_bytes())),
        (ChecksumVerdict::PhpSdk, php_sdk_checksum(entity_id, key)),
        (ChecksumVerdict::JavaSdk, java_sdk_checksum(id, key)),
        (ChecksumVerdict::EntityIdText, encrypt_block_with(key, first_16(entity_id))),
        (ChecksumVerdict::Reversed, Some(reversed)),
        (ChecksumVerdict::AllZeroId, encrypt_block_with(key, [0; 16])),
    ];
    let found =
        candidates.into_iter().find(|(_, value)| value.is_some_and(|value| bool::from(value.as_slice().ct_eq(stored))));
    Ok(found.map_or(ChecksumVerdict::Unknown, |(verdict, _)| verdict))
}

/// What the PHP SDK computes: AES-256 over the first 16 characters of the entity id, the key padded with zeros to 32 bytes.
/// For recognising only; `None` for a key of more than 32 bytes.
#[must_use]
pub fn php_sdk_checksum(entity_id: &str, key: &SecretBytes) -> Option<[u8; 8]> {
    let mut padded = SecretBytes::zeroed(32);
    padded.expose_mut().get_mut(..key.len())?.copy_from_slice(key.expose());
    encrypt_block_with(&padded, first_16(entity_id))
}

/// What the Java SDK computes: AES over the first 16 characters of the GUID's text. For recognising only; `None` for a key
/// that is not 16, 24 or 32 bytes.
#[must_use]
pub fn java_sdk_checksum(id: KeyId, key: &SecretBytes) -> Option<[u8; 8]> {
    encrypt_block_with(key, first_16(&id.guid().to_string()))
}

/// The first 16 bytes of a text, filled up as PKCS#7 does where it is shorter.
fn first_16(text: &str) -> [u8; 16] {
    let missing = u8::try_from(16_usize.saturating_sub(text.len())).unwrap_or(0);
    std::array::from_fn(|index| text.as_bytes().get(index).copied().unwrap_or(missing))
}
