//! Content key types, and a content key that cannot hold a wrong length or id.

use crate::error::{Error, ErrorCode, Result};
use crate::id::{Guid, KeyId};
use crate::secret::{SecretBytes, fill};
use rand_core::TryCryptoRng;

/// What a content key is for. Numbers and names are those of the Azure Media Services v2 REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentKeyType {
    /// 0: CENC (`cenc` scheme), for PlayReady and Widevine. 16 bytes.
    CommonEncryption,
    /// 1: files at rest. 32 bytes.
    StorageEncryption,
    /// 2: configuration texts; made by the service, not by clients. 32 bytes.
    ConfigurationEncryption,
    /// 3: reserved by the service.
    UrlEncryption,
    /// 4: AES-128 envelope encryption, HLS `METHOD=AES-128`. 16 bytes.
    EnvelopeEncryption,
    /// 6: CENC (`cbcs` scheme), for FairPlay. 16 bytes.
    CommonEncryptionCbcs,
    /// 7: FairPlay application secret key. 16 bytes.
    FairPlayASk,
    /// 8: password of the FairPlay PFX, as UTF-8. Any length that the protection key can wrap.
    FairPlayPfxPassword,
}

impl ContentKeyType {
    /// All types, by number.
    pub const ALL: [Self; 8] = [
        Self::CommonEncryption,
        Self::StorageEncryption,
        Self::ConfigurationEncryption,
        Self::UrlEncryption,
        Self::EnvelopeEncryption,
        Self::CommonEncryptionCbcs,
        Self::FairPlayASk,
        Self::FairPlayPfxPassword,
    ];

    /// The number on the wire (`ContentKeyType`).
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::CommonEncryption => 0,
            Self::StorageEncryption => 1,
            Self::ConfigurationEncryption => 2,
            Self::UrlEncryption => 3,
            Self::EnvelopeEncryption => 4,
            Self::CommonEncryptionCbcs => 6,
            Self::FairPlayASk => 7,
            Self::FairPlayPfxPassword => 8,
        }
    }

    /// The name in the SDKs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommonEncryption => "CommonEncryption",
            Self::StorageEncryption => "StorageEncryption",
            Self::ConfigurationEncryption => "ConfigurationEncryption",
            Self::UrlEncryption => "UrlEncryption",
            Self::EnvelopeEncryption => "EnvelopeEncryption",
            Self::CommonEncryptionCbcs => "CommonEncryptionCbcs",
            Self::FairPlayASk => "FairPlayASk",
            Self::FairPlayPfxPassword => "FairPlayPfxPassword",
        }
    }

    /// Finds a type by its name, letter case included.
    ///
    /// # Errors
    /// `key.unknown_type`.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let known: Vec<_> =
                Self::ALL.into_iter().filter(|kind| kind.clients_may_create()).map(Self::name).collect();
            Error::new(
                ErrorCode::KeyUnknownType,
                format!("unknown content key type: expected one of {}", known.join(", ")),
            )
        })
    }

    /// Finds a type by its number on the wire.
    ///
    /// # Errors
    /// `key.unknown_type`.
    pub fn from_number(number: i64) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| i64::from(kind.number()) == number).ok_or_else(|| {
            let known = Self::ALL.map(|kind| format!("{} ({})", kind.number(), kind.name())).join(", ");
            Error::new(ErrorCode::KeyUnknownType, format!("unknown content key type: expected one of {known}"))
        })
    }

    /// Length of the key in bytes; `None` where it is free (a password) or undefined (URL encryption).
    #[must_use]
    pub const fn key_length(self) -> Option<usize> {
        match self {
            Self::StorageEncryption | Self::ConfigurationEncryption => Some(32),
            Self::CommonEncryption | Self::EnvelopeEncryption | Self::CommonEncryptionCbcs | Self::FairPlayASk => {
                Some(16)
            }
            Self::UrlEncryption | Self::FairPlayPfxPassword => None,
        }
    }

    /// Whether a checksum belongs to keys of this type: a password has none.
    #[must_use]
    pub const fn has_checksum(self) -> bool {
        !matches!(self, Self::FairPlayPfxPassword)
    }

    /// Whether clients may create keys of this type; the others are the service's own.
    #[must_use]
    pub const fn clients_may_create(self) -> bool {
        !matches!(self, Self::ConfigurationEncryption | Self::UrlEncryption)
    }
}

/// A clear content key with its id and type: lengths fit, the id is not all zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentKey {
    id: KeyId,
    kind: ContentKeyType,
    bytes: SecretBytes,
}

impl ContentKey {
    /// Takes over a key made elsewhere, checking in the order of the .NET SDK's `Create`: type, id, length.
    ///
    /// # Errors
    /// `key.not_importable`, `id.all_zero`, `key.wrong_length`.
    pub fn new(kind: ContentKeyType, id: KeyId, bytes: SecretBytes) -> Result<Self> {
        Self::check_type(kind)?;
        Self::check_id(id)?;
        match kind.key_length() {
            Some(expected) if expected != bytes.len() => Err(Error::new(
                ErrorCode::KeyWrongLength,
                format!("a {} key is {expected} bytes long; this one has {}", kind.name(), bytes.len()),
            )
            .at("key")),
            _ => Ok(Self { id, kind, bytes }),
        }
    }

    /// A new key from the given source of randomness. Without an id it gets a random one.
    ///
    /// # Errors
    /// `key.not_importable`; `key.wrong_length` for a password, which people choose; `id.all_zero`;
    /// `random.unavailable`.
    pub fn generate(kind: ContentKeyType, id: Option<KeyId>, rng: &mut impl TryCryptoRng) -> Result<Self> {
        Self::check_type(kind)?;
        let length = kind.key_length().ok_or_else(|| {
            Error::new(
                ErrorCode::KeyWrongLength,
                "a PFX password is not generated: import the one that protects the PFX",
            )
            .at("type")
        })?;
        let id = match id {
            Some(id) => id,
            None => KeyId::new(random_guid(rng)?),
        };
        Self::check_id(id)?;
        let mut bytes = SecretBytes::zeroed(length);
        fill(rng, bytes.expose_mut())?;
        Ok(Self { id, kind, bytes })
    }

    /// The id.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The type.
    #[must_use]
    pub const fn kind(&self) -> ContentKeyType {
        self.kind
    }

    /// The key bytes.
    #[must_use]
    pub const fn bytes(&self) -> &SecretBytes {
        &self.bytes
    }

    fn check_type(kind: ContentKeyType) -> Result<()> {
        if kind.clients_may_create() {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::KeyNotImportable,
            format!("{} keys are made by the service itself, not by clients", kind.name()),
        )
        .at("type"))
    }

    fn check_id(id: KeyId) -> Result<()> {
        if id.guid().is_all_zero() {
            return Err(Error::new(ErrorCode::IdAllZero, "the all-zero GUID cannot identify a content key").at("id"));
        }
        Ok(())
    }
}

/// A random version 4 GUID.
pub(crate) fn random_guid(rng: &mut impl TryCryptoRng) -> Result<Guid> {
    let mut bytes = [0; 16];
    fill(rng, &mut bytes)?;
    Ok(Guid::from_random_bytes(bytes))
}
