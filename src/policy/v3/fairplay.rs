//! FairPlay in both versions: v2 names two content keys by their ids, v3 holds what is in them.

use super::{Configuration, Policy};
use crate::error::{Error, ErrorCode, Result};
use crate::id::Guid;
use crate::policy::fairplay::RentalAndLeaseKeyType;
use crate::secret::{SecretBytes, SecretText};

/// What the licence service needs to answer a FairPlay player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FairPlay {
    /// The application secret key and the password, or where they are.
    pub keys: FairPlayKeys,
    /// The application certificate with its private key, as PKCS#12.
    pub pfx: SecretBytes,
    /// v2 only; in v3 the streaming policy has it.
    pub content_encryption_iv: Option<[u8; 16]>,
    /// Whether keys may be kept.
    pub rental_type: RentalType,
    /// In seconds.
    pub rental_duration: u32,
    /// v3 only.
    pub offline_rental: Option<OfflineRental>,
}

/// The secrets of FairPlay, or where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FairPlayKeys {
    /// v2: two content keys.
    Named(FairPlayKeyIds),
    /// v3: themselves. They are empty where the service answered without secrets.
    Embedded(FairPlaySecrets),
}

/// The content keys that a v2 option names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FairPlayKeyIds {
    /// The content key of type 7, the application secret key (ASk).
    pub ask_id: Guid,
    /// The content key of type 8, the password of the certificate file.
    pub pfx_password_id: Guid,
}

/// What is in those content keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FairPlaySecrets {
    /// The application secret key: 16 bytes.
    pub ask: SecretBytes,
    /// The password of the certificate file.
    pub pfx_password: SecretText,
}

/// How long a key may be kept by a player that plays offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfflineRental {
    /// After playback began.
    pub playback_duration_seconds: i64,
    /// Before playback begins.
    pub storage_duration_seconds: i64,
}

/// Whether keys may be kept: v2's types and one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RentalType {
    /// As both versions have it.
    Both(RentalAndLeaseKeyType),
    /// v3 only: two durations, one until playback begins and one from then on.
    DualExpiry,
}

impl RentalType {
    /// All of them, under their names in v3.
    pub const ALL: [(&str, Self); 4] = [
        ("Undefined", Self::Both(RentalAndLeaseKeyType::Undefined)),
        ("DualExpiry", Self::DualExpiry),
        ("PersistentUnlimited", Self::Both(RentalAndLeaseKeyType::PersistentUnlimited)),
        ("PersistentLimited", Self::Both(RentalAndLeaseKeyType::PersistentLimited)),
    ];

    /// The name in v3.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both(kind) => kind.name(),
            Self::DualExpiry => "DualExpiry",
        }
    }
}

pub(super) fn embed(policy: &mut Policy, secrets: &FairPlaySecrets) -> Result<()> {
    if secrets.ask.len() != 16 {
        let why = format!("an application secret key (ASk) has 16 bytes, this one has {}", secrets.ask.len());
        return Err(Error::new(ErrorCode::KeyWrongLength, why).at("secrets.ask"));
    }
    let mut named: Option<FairPlayKeyIds> = None;
    for (index, option) in policy.options.iter_mut().enumerate() {
        let Configuration::FairPlay(fairplay) = &mut option.configuration else { continue };
        let FairPlayKeys::Named(ids) = fairplay.keys else { continue };
        if named.is_some_and(|named| named != ids) {
            let why =
                "the FairPlay options name different content keys: convert them one by one, each with its secrets";
            return Err(Error::new(ErrorCode::V3FairplaySecretsMissing, why).at(format!("options[{index}]")));
        }
        named = Some(ids);
        fairplay.keys = FairPlayKeys::Embedded(secrets.clone());
    }
    Ok(())
}
