//! Asset delivery policies: how an asset is encrypted on its way to the viewer, protocol by protocol.

use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::json::{Codes, Escapes, Json, Members};
use crate::key::ContentKeyType;
use std::collections::BTreeSet;

const CODES: Codes = Codes { missing: ErrorCode::AssetDeliveryBadValue, bad: ErrorCode::AssetDeliveryBadValue };

/// Streaming protocols as a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DeliveryProtocols(u32);

impl DeliveryProtocols {
    /// No protocol.
    pub const NONE: Self = Self(0);
    /// Smooth Streaming.
    pub const SMOOTH_STREAMING: Self = Self(1);
    /// MPEG-DASH.
    pub const DASH: Self = Self(2);
    /// HTTP Live Streaming.
    pub const HLS: Self = Self(4);
    /// Adobe HTTP Dynamic Streaming. The PHP SDK has 4 here, which is HLS: its policies mean that.
    pub const HDS: Self = Self(8);
    /// Downloading whole files.
    pub const PROGRESSIVE_DOWNLOAD: Self = Self(16);
    /// All there are and will be.
    pub const ALL: Self = Self(0xFFFF);

    /// All flags under their names.
    pub const NAMES: [(&str, Self); 7] = [
        ("None", Self::NONE),
        ("SmoothStreaming", Self::SMOOTH_STREAMING),
        ("Dash", Self::DASH),
        ("HLS", Self::HLS),
        ("Hds", Self::HDS),
        ("ProgressiveDownload", Self::PROGRESSIVE_DOWNLOAD),
        ("All", Self::ALL),
    ];

    /// The set of these flags, whatever they mean.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The number in the entity.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Finds a protocol, or `None` or `All`, by its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, protocols)| protocols)
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all protocols of another set are in this one; those of the empty set always are.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the sets have a protocol in common.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What happens to an asset on delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeliveryPolicyType {
    /// 0: nothing is said.
    None,
    /// 1: the protocols are not served.
    Blocked,
    /// 2: served as it is.
    NoDynamicEncryption,
    /// 3: AES-128 envelope encryption.
    DynamicEnvelopeEncryption,
    /// 4: common encryption, scheme `cenc`: PlayReady and Widevine.
    DynamicCommonEncryption,
    /// 5: common encryption, scheme `cbcs`: FairPlay.
    DynamicCommonEncryptionCbcs,
}

impl DeliveryPolicyType {
    /// All of them under their names, by number.
    pub const ALL: [(&str, Self); 6] = [
        ("None", Self::None),
        ("Blocked", Self::Blocked),
        ("NoDynamicEncryption", Self::NoDynamicEncryption),
        ("DynamicEnvelopeEncryption", Self::DynamicEnvelopeEncryption),
        ("DynamicCommonEncryption", Self::DynamicCommonEncryption),
        ("DynamicCommonEncryptionCbcs", Self::DynamicCommonEncryptionCbcs),
    ];

    /// Finds a type by its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// Finds a type by its number in the entity.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).map(|(_, kind)| *kind)
    }

    /// The type of content key that must be linked to the asset before a policy of this type is.
    #[must_use]
    pub const fn needed_key(self) -> Option<ContentKeyType> {
        match self {
            Self::None | Self::Blocked | Self::NoDynamicEncryption => None,
            Self::DynamicEnvelopeEncryption => Some(ContentKeyType::EnvelopeEncryption),
            Self::DynamicCommonEncryption => Some(ContentKeyType::CommonEncryption),
            Self::DynamicCommonEncryptionCbcs => Some(ContentKeyType::CommonEncryptionCbcs),
        }
    }

    /// Checks that the key that this type encrypts with is among the asset's.
    ///
    /// # Errors
    /// `asset_delivery.missing_content_key`.
    pub fn check_linked_keys(self, linked: &[ContentKeyType]) -> Result<()> {
        match self.needed_key() {
            Some(needed) if !linked.contains(&needed) => Err(Error::new(
                ErrorCode::AssetDeliveryMissingContentKey,
                format!(
                    "a policy of this type needs a content key of type {} linked to the asset first",
                    needed.name()
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// What a configuration can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConfigurationKey {
    /// 0
    None,
    /// 1: exact address of the AES key.
    EnvelopeKeyAcquisitionUrl,
    /// 2: address of the AES key, to which the service adds the key id.
    EnvelopeBaseKeyAcquisitionUrl,
    /// 3: initialization vector for AES, base64.
    EnvelopeEncryptionIvAsBase64,
    /// 4: address of the PlayReady licence.
    PlayReadyLicenseAcquisitionUrl,
    /// 5: attributes for the PlayReady header.
    PlayReadyCustomAttributes,
    /// 6: initialization vector for AES, hexadecimal.
    EnvelopeEncryptionIv,
    /// 7: exact address of the Widevine licence.
    WidevineLicenseAcquisitionUrl,
    /// 8: address of the Widevine licence, to which the service adds the key id.
    WidevineBaseLicenseAcquisitionUrl,
    /// 9: exact address of the FairPlay licence.
    FairPlayLicenseAcquisitionUrl,
    /// 10: address of the FairPlay licence, to which the service adds the key id.
    FairPlayBaseLicenseAcquisitionUrl,
    /// 11: initialization vector for `cbcs`, hexadecimal.
    CommonEncryptionIvForCbcs,
    /// 12: tracks left in the clear, by their four-character codes.
    UnencryptedTracksByFourCc,
    /// 13: whether players may keep FairPlay keys.
    AllowPersistentLicense,
}

/// How a configuration's value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Free,
    Address,
    Hexadecimal,
    Base64,
    Flag,
}

impl ConfigurationKey {
    /// All of them under the names of the .NET SDK, by number.
    pub const ALL: [(&str, Self); 14] = [
        ("None", Self::None),
        ("EnvelopeKeyAcquisitionUrl", Self::EnvelopeKeyAcquisitionUrl),
        ("EnvelopeBaseKeyAcquisitionUrl", Self::EnvelopeBaseKeyAcquisitionUrl),
        ("EnvelopeEncryptionIVAsBase64", Self::EnvelopeEncryptionIvAsBase64),
        ("PlayReadyLicenseAcquisitionUrl", Self::PlayReadyLicenseAcquisitionUrl),
        ("PlayReadyCustomAttributes", Self::PlayReadyCustomAttributes),
        ("EnvelopeEncryptionIV", Self::EnvelopeEncryptionIv),
        ("WidevineLicenseAcquisitionUrl", Self::WidevineLicenseAcquisitionUrl),
        ("WidevineBaseLicenseAcquisitionUrl", Self::WidevineBaseLicenseAcquisitionUrl),
        ("FairPlayLicenseAcquisitionUrl", Self::FairPlayLicenseAcquisitionUrl),
        ("FairPlayBaseLicenseAcquisitionUrl", Self::FairPlayBaseLicenseAcquisitionUrl),
        ("CommonEncryptionIVForCbcs", Self::CommonEncryptionIvForCbcs),
        ("UnencryptedTracksByFourCC", Self::UnencryptedTracksByFourCc),
        ("AllowPersistentLicense", Self::AllowPersistentLicense),
    ];

    /// The name in the .NET SDK.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, key)| *key == self).map_or("None", |(name, _)| name)
    }

    /// The number in the configuration.
    #[must_use]
    pub fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|(_, key)| *key == self);
        place.and_then(|place| u8::try_from(place).ok()).unwrap_or_default()
    }

    /// Finds a key by its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, key)| key)
    }

    /// Finds a key by its number.
    ///
    /// # Errors
    /// `asset_delivery.unknown_key`.
    pub fn from_number(number: i64) -> Result<Self> {
        let found = usize::try_from(number).ok().and_then(|place| Self::ALL.get(place)).map(|(_, key)| *key);
        found.ok_or_else(|| {
            Error::new(ErrorCode::AssetDeliveryUnknownKey, "the keys of a delivery configuration go from 0 to 13")
        })
    }

    const fn form(self) -> Form {
        match self {
            Self::None | Self::PlayReadyCustomAttributes | Self::UnencryptedTracksByFourCc => Form::Free,
            Self::EnvelopeEncryptionIvAsBase64 => Form::Base64,
            Self::EnvelopeEncryptionIv | Self::CommonEncryptionIvForCbcs => Form::Hexadecimal,
            Self::AllowPersistentLicense => Form::Flag,
            _ => Form::Address,
        }
    }
}

/// The entries of a configuration in their order, each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryConfiguration(Vec<(ConfigurationKey, Option<String>)>);

impl DeliveryConfiguration {
    /// A configuration of these entries.
    ///
    /// # Errors
    /// `asset_delivery.duplicate_key`.
    pub fn new(entries: Vec<(ConfigurationKey, Option<String>)>) -> Result<Self> {
        let mut seen = BTreeSet::new();
        for (index, (key, _)) in entries.iter().enumerate() {
            if !seen.insert(*key) {
                let why = format!("{} stands twice", key.name());
                return Err(Error::new(ErrorCode::AssetDeliveryDuplicateKey, why).at(format!("[{index}]")));
            }
        }
        Ok(Self(entries))
    }

    /// The entries in their order.
    #[must_use]
    pub fn entries(&self) -> &[(ConfigurationKey, Option<String>)] {
        &self.0
    }

    /// Writes `AssetDeliveryConfiguration`: the text that stands in the entity, as .NET's DataContractJsonSerializer wrote it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entry = |(key, value): &(ConfigurationKey, Option<String>)| {
            let value = value.as_deref().map_or(Json::Null, Json::text);
            Json::object([("Key", Json::number(key.number())), ("Value", value)])
        };
        Json::List(self.0.iter().map(entry).collect()).to_text_with(Escapes::DataContract).expose().to_owned()
    }

    /// Findings about values that no player can use: addresses that are not absolute, initialization vectors that are not 16
    /// bytes.
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        self.0.iter().filter_map(|(key, value)| lint_value(*key, value.as_deref())).collect()
    }
}

fn lint_value(key: ConfigurationKey, value: Option<&str>) -> Option<Finding> {
    let is_right = |value: &str| match key.form() {
        Form::Free => true,
        Form::Address => super::is_absolute_uri(value),
        Form::Hexadecimal => value.len() == 32 && value.bytes().all(|digit| digit.is_ascii_hexdigit()),
        Form::Base64 => crate::encoding::base64_decode(value).is_ok_and(|bytes| bytes.len() == 16),
        Form::Flag => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
    };
    let (code, why) = match key.form() {
        Form::Address => {
            ("asset_delivery.not_an_absolute_uri", "the address must be an absolute URI such as https://keys.example/")
        }
        Form::Hexadecimal => {
            ("asset_delivery.bad_iv", "an initialization vector has 16 bytes, written as 32 hexadecimal digits")
        }
        Form::Base64 => ("asset_delivery.bad_iv", "an initialization vector has 16 bytes, written as base64"),
        Form::Free | Form::Flag => ("asset_delivery.bad_flag", "expected true or false"),
    };
    let right = value.is_some_and(is_right) || key.form() == Form::Free;
    (!right).then(|| Finding::new(code, Severity::Error, key.name(), why))
}

/// Reads `AssetDeliveryConfiguration`. Blank text means that there is none.
///
/// # Errors
/// `asset_delivery.not_json`, `….bad_value`, `….unknown_key`, `….duplicate_key`.
pub fn read_delivery_configuration(json: &str) -> Result<(Option<DeliveryConfiguration>, Vec<Finding>)> {
    if json.trim().is_empty() {
        return Ok((None, Vec::new()));
    }
    let document = match Json::parse(json, ErrorCode::AssetDeliveryNotJson)? {
        Json::Null => return Ok((None, Vec::new())),
        Json::List(items) => items,
        other => {
            let why = format!("expected a list of {{\"Key\":…,\"Value\":…}}, got {}", other.kind());
            return Err(Error::new(ErrorCode::AssetDeliveryBadValue, why));
        }
    };
    let entries = document.iter().enumerate().map(|(index, item)| read_entry(item, &format!("[{index}]")));
    let configuration = DeliveryConfiguration::new(entries.collect::<Result<_>>()?)?;
    let findings = configuration.lint();
    Ok((Some(configuration), findings))
}

fn read_entry(item: &Json, path: &str) -> Result<(ConfigurationKey, Option<String>)> {
    let members = Members::of(item, path, CODES)?;
    if let Some((name, _)) = members.strangers(&["Key", "Value"]).next() {
        return Err(members.bad(name, "an entry has a Key and a Value, and nothing else"));
    }
    let number = read_number(&members)?;
    let key = ConfigurationKey::from_number(number).map_err(|error| error.at(members.path("Key")))?;
    Ok((key, members.text("Value")?.map(str::to_owned)))
}

/// The number of an entry's key. Clients that put their bodies together as text write it in quotation marks.
fn read_number(members: &Members<'_>) -> Result<i64> {
    match members.get("Key") {
        Some(Json::Text(text)) => {
            text.expose().parse().map_err(|_| members.bad("Key", "this is not a whole number, or it is out of range"))
        }
        _ => members.integer("Key")?.ok_or_else(|| members.missing("Key")),
    }
}
