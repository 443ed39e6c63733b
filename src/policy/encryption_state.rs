//! What a viewer gets from an asset: the `AssetType` and `GetEncryptionState` of the .NET SDK.

use super::asset_delivery::{DeliveryPolicyType, DeliveryProtocols};

/// How the files of an asset were encrypted when it was made, as a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AssetOptions(u32);

impl AssetOptions {
    /// In the clear.
    pub const NONE: Self = Self(0);
    /// Encrypted in storage.
    pub const STORAGE_ENCRYPTED: Self = Self(1);
    /// Encrypted by common encryption.
    pub const COMMON_ENCRYPTION_PROTECTED: Self = Self(2);
    /// Encrypted by AES-128.
    pub const ENVELOPE_ENCRYPTION_PROTECTED: Self = Self(4);

    /// All flags under their names.
    pub const NAMES: [(&str, Self); 4] = [
        ("None", Self::NONE),
        ("StorageEncrypted", Self::STORAGE_ENCRYPTED),
        ("CommonEncryptionProtected", Self::COMMON_ENCRYPTION_PROTECTED),
        ("EnvelopeEncryptionProtected", Self::ENVELOPE_ENCRYPTION_PROTECTED),
    ];

    /// The set of these flags, whatever they mean.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Finds the set of flags that an entity's number stands for, if each of them means something.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        let known = Self::NAMES.iter().fold(0, |known, (_, option)| known | option.0);
        u32::try_from(number).ok().filter(|bits| bits & !known == 0).map(Self)
    }

    /// Finds an option by its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, options)| options)
    }

    const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }
}

/// A file of an asset, as far as the asset's type depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetFile {
    /// File name; its extension counts, in any letter case.
    pub name: String,
    /// Whether the asset begins with it.
    pub is_primary: bool,
    /// Whether it is a file of fragments, as live encoders upload them.
    pub is_fragmented: bool,
}

impl AssetFile {
    /// What follows the last dot of the last part of the name, as .NET's `Path.GetExtension` sees it.
    fn has_extension(&self, extension: &str) -> bool {
        let name = self.name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
        name.rsplit_once('.').is_some_and(|(_, after)| after.eq_ignore_ascii_case(extension))
    }
}

/// What an asset is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssetType {
    /// Nothing that can be streamed.
    Unknown,
    /// Several MP4 files behind a manifest.
    MultiBitrateMp4,
    /// Smooth Streaming files behind a manifest.
    SmoothStreaming,
    /// HLS segments behind a manifest.
    MediaServicesHls,
    /// A single MP4 file.
    Mp4,
}

impl AssetType {
    /// All of them under their names.
    pub const ALL: [(&str, Self); 5] = [
        ("Unknown", Self::Unknown),
        ("MultiBitrateMP4", Self::MultiBitrateMp4),
        ("SmoothStreaming", Self::SmoothStreaming),
        ("MediaServicesHLS", Self::MediaServicesHls),
        ("MP4", Self::Mp4),
    ];

    /// The name in the .NET SDK.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, kind)| *kind == self).map_or("Unknown", |(name, _)| name)
    }

    /// Finds a type by its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// The type of an asset with these files: the primary one decides, or the only one.
    #[must_use]
    pub fn of(files: &[AssetFile], options: AssetOptions) -> Self {
        let only = if let [only] = files { Some(only) } else { None };
        let Some(primary) = files.iter().find(|file| file.is_primary).or(only) else { return Self::Unknown };
        let envelope = options.has(AssetOptions::ENVELOPE_ENCRYPTION_PROTECTED);
        let common = options.has(AssetOptions::COMMON_ENCRYPTION_PROTECTED);
        let kind = if primary.has_extension("mp4") {
            Self::Mp4
        } else if primary.has_extension("ism") {
            Self::behind_manifest(files)
        } else {
            Self::Unknown
        };
        // What the packager never made with that encryption is something else.
        match kind {
            Self::Mp4 | Self::MultiBitrateMp4 if envelope || common => Self::Unknown,
            Self::SmoothStreaming if envelope => Self::Unknown,
            kind => kind,
        }
    }

    fn behind_manifest(files: &[AssetFile]) -> Self {
        let any = |extension: &str| files.iter().any(|file| file.has_extension(extension));
        let fragments = || files.iter().any(|file| file.is_fragmented) || any("ismv") || any("isma");
        if files.len() == 1 {
            Self::SmoothStreaming
        } else if any("m3u8") {
            Self::MediaServicesHls
        } else if fragments() {
            Self::SmoothStreaming
        } else if any("mp4") {
            Self::MultiBitrateMp4
        } else {
            Self::Unknown
        }
    }

    /// Whether it can be streamed.
    #[must_use]
    pub const fn is_streamable(self) -> bool {
        matches!(self, Self::SmoothStreaming | Self::MultiBitrateMp4 | Self::MediaServicesHls)
    }

    /// Whether it can be encrypted while it is streamed.
    #[must_use]
    pub const fn supports_dynamic_encryption(self) -> bool {
        matches!(self, Self::SmoothStreaming | Self::MultiBitrateMp4)
    }
}

/// A delivery policy of an asset, as far as encryption depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkedDeliveryPolicy {
    /// What happens to the asset.
    pub policy_type: DeliveryPolicyType,
    /// When it is streamed by one of these.
    pub protocols: DeliveryProtocols,
}

/// What a viewer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncryptionState {
    /// Nothing: the asset cannot be streamed so.
    Unsupported,
    /// Segments that are AES-encrypted in storage.
    StaticEnvelopeEncryption,
    /// Fragments that are encrypted in storage by common encryption.
    StaticCommonEncryption,
    /// Clear content.
    ClearOutput,
    /// Nothing: the asset is encrypted in storage and no policy says how to deliver it.
    StorageEncryptedWithNoDeliveryPolicy,
    /// Different things: no policy covers all of these protocols.
    NoSinglePolicyApplies,
    /// Nothing: a policy blocks it, or there are policies and none is for these protocols.
    BlockedByPolicy,
    /// The content as it is.
    NoDynamicEncryption,
    /// Content that is AES-encrypted on its way.
    DynamicEnvelopeEncryption,
    /// Content that is encrypted on its way, scheme `cenc`.
    DynamicCommonEncryption,
    /// Content that is encrypted on its way, scheme `cbcs`.
    DynamicCommonEncryptionCbcs,
}

impl EncryptionState {
    /// The name in the .NET SDK.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsupported => "Unsupported",
            Self::StaticEnvelopeEncryption => "StaticEnvelopeEncryption",
            Self::StaticCommonEncryption => "StaticCommonEncryption",
            Self::ClearOutput => "ClearOutput",
            Self::StorageEncryptedWithNoDeliveryPolicy => "StorageEncryptedWithNoDeliveryPolicy",
            Self::NoSinglePolicyApplies => "NoSinglePolicyApplies",
            Self::BlockedByPolicy => "BlockedByPolicy",
            Self::NoDynamicEncryption => "NoDynamicEncryption",
            Self::DynamicEnvelopeEncryption => "DynamicEnvelopeEncryption",
            Self::DynamicCommonEncryption => "DynamicCommonEncryption",
            Self::DynamicCommonEncryptionCbcs => "DynamicCommonEncryptionCbcs",
        }
    }

    /// The state of an asset for a set of protocols. The first policy that covers all of them counts.
    #[must_use]
    pub fn of(
        kind: AssetType,
        options: AssetOptions,
        policies: &[LinkedDeliveryPolicy],
        protocols: DeliveryProtocols,
    ) -> Self {
        if !kind.is_streamable() {
            return Self::Unsupported;
        }
        if policies.is_empty() {
            return Self::without_policies(kind, options);
        }
        match policies.iter().find(|policy| policy.protocols.contains(protocols)) {
            Some(policy) => Self::under(policy.policy_type, kind, options),
            None if policies.iter().any(|policy| policy.protocols.overlaps(protocols)) => Self::NoSinglePolicyApplies,
            None => Self::BlockedByPolicy,
        }
    }

    /// Options are compared as a whole: an asset with two of them is none of these.
    fn without_policies(kind: AssetType, options: AssetOptions) -> Self {
        match (options, kind) {
            (AssetOptions::ENVELOPE_ENCRYPTION_PROTECTED, AssetType::MediaServicesHls) => {
                Self::StaticEnvelopeEncryption
            }
            (AssetOptions::COMMON_ENCRYPTION_PROTECTED, AssetType::MediaServicesHls | AssetType::SmoothStreaming) => {
                Self::StaticCommonEncryption
            }
            (AssetOptions::NONE, _) => Self::ClearOutput,
            (AssetOptions::STORAGE_ENCRYPTED, _) => Self::StorageEncryptedWithNoDeliveryPolicy,
            _ => Self::Unsupported,
        }
    }

    fn under(policy: DeliveryPolicyType, kind: AssetType, options: AssetOptions) -> Self {
        let clear = matches!(options, AssetOptions::NONE | AssetOptions::STORAGE_ENCRYPTED);
        let can_encrypt = kind.supports_dynamic_encryption() && clear;
        match policy {
            DeliveryPolicyType::Blocked => Self::BlockedByPolicy,
            DeliveryPolicyType::NoDynamicEncryption => Self::NoDynamicEncryption,
            DeliveryPolicyType::DynamicEnvelopeEncryption if can_encrypt => Self::DynamicEnvelopeEncryption,
            DeliveryPolicyType::DynamicCommonEncryption if can_encrypt => Self::DynamicCommonEncryption,
            DeliveryPolicyType::DynamicCommonEncryptionCbcs if can_encrypt => Self::DynamicCommonEncryptionCbcs,
            _ => Self::Unsupported,
        }
    }
}
