//! Entity ids and the two byte orders of a GUID.
//!
//! A key id travels as text (`nb:kid:UUID:…`, or the bare GUID) and as 16 bytes, and the bytes exist in two
//! orders: .NET's, with the first three fields little-endian, and RFC 4122's, as written. Nothing in a file
//! says which one it holds, so here each conversion carries the name of who uses it.

use crate::encoding::{base64_encode, hex_lower};
use crate::error::{Error, ErrorCode, Result};
use std::fmt;
use uuid::Uuid;

/// A GUID, without an opinion on what it identifies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(Uuid);

impl Guid {
    /// Reads every spelling that .NET's `Guid.Parse` takes: hyphenated, 32 bare digits, in braces or
    /// parentheses, `{0x…,0x…,0x…,{0x…,…}}`, any letter case, white space around.
    ///
    /// # Errors
    /// `id.empty`, `id.not_a_guid`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::new(
                ErrorCode::IdEmpty,
                "the id is empty: expected a GUID such as 9c8ea9c6-52bd-4232-8a43-8e43d8564a99",
            ));
        }
        Self::parse_digits(text).or_else(|| Self::parse_braced_hex(text)).ok_or_else(|| {
            Error::new(
                ErrorCode::IdNotAGuid,
                "this is not a GUID: expected 32 hexadecimal digits, with or without hyphens (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)",
            )
        })
    }

    /// Hyphenated (bare, in braces or in parentheses) or 32 bare digits.
    fn parse_digits(text: &str) -> Option<Self> {
        let inner = [('{', '}'), ('(', ')')]
            .into_iter()
            .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
            .filter(|inner| inner.len() == 36)
            .unwrap_or(text);
        // The lengths keep out what the uuid crate reads and .NET does not, such as `urn:uuid:`.
        matches!(inner.len(), 32 | 36).then(|| Uuid::try_parse(inner).ok().map(Self)).flatten()
    }

    /// `{0xdddddddd,0xdddd,0xdddd,{0xdd,…eight…}}`, .NET's format X.
    fn parse_braced_hex(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (fields, bytes) = text.strip_prefix('{')?.strip_suffix("}}")?.split_once(",{")?;
        let hex =
            |field: &str| u32::from_str_radix(field.strip_prefix("0x").or_else(|| field.strip_prefix("0X"))?, 16).ok();
        let mut fields = fields.split(',');
        let (a, b, c) = (hex(fields.next()?)?, hex(fields.next()?)?, hex(fields.next()?)?);
        let rest: Vec<u8> = bytes.split(',').map(|byte| u8::try_from(hex(byte)?).ok()).collect::<Option<_>>()?;
        let rest: [u8; 8] = rest.try_into().ok()?;
        let whole = fields.next().is_none();
        whole.then(|| Some(Self(Uuid::from_fields(a, b.try_into().ok()?, c.try_into().ok()?, &rest)))).flatten()
    }

    /// From 16 random bytes, marked as a version 4 UUID.
    #[must_use]
    pub fn from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The bytes as written, most significant first (RFC 4122): MP4 `tenc` and `pssh`, CPIX, DASH, Widevine.
    #[must_use]
    pub const fn cenc_bytes(&self) -> [u8; 16] {
        *self.0.as_bytes()
    }

    /// The bytes of .NET's `Guid.ToByteArray`, first three fields little-endian: content key checksum, key-seed
    /// derivation, PlayReady header.
    #[must_use]
    pub fn playready_bytes(&self) -> [u8; 16] {
        self.0.to_bytes_le()
    }

    /// The reverse of [`Guid::cenc_bytes`].
    #[must_use]
    pub const fn from_cenc_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The reverse of [`Guid::playready_bytes`].
    #[must_use]
    pub const fn from_playready_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes_le(bytes))
    }

    /// Whether all bits are zero (.NET's `Guid.Empty`).
    #[must_use]
    pub const fn is_all_zero(&self) -> bool {
        self.0.is_nil()
    }
}

/// Lower-case, hyphenated, without braces: the one way this house writes a GUID.
impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The entities whose ids carry a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntityKind {
    /// `nb:kid:UUID:`
    ContentKey,
    /// `nb:ckpid:UUID:`
    ContentKeyAuthorizationPolicy,
    /// `nb:ckpoid:UUID:`
    ContentKeyAuthorizationPolicyOption,
    /// `nb:cid:UUID:`
    Asset,
    /// `nb:adpid:UUID:`
    AssetDeliveryPolicy,
}

impl EntityKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ContentKey,
        Self::ContentKeyAuthorizationPolicy,
        Self::ContentKeyAuthorizationPolicyOption,
        Self::Asset,
        Self::AssetDeliveryPolicy,
    ];

    /// What stands before the GUID.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ContentKey => "nb:kid:UUID:",
            Self::ContentKeyAuthorizationPolicy => "nb:ckpid:UUID:",
            Self::ContentKeyAuthorizationPolicyOption => "nb:ckpoid:UUID:",
            Self::Asset => "nb:cid:UUID:",
            Self::AssetDeliveryPolicy => "nb:adpid:UUID:",
        }
    }
}

/// An id with its prefix, as the REST API writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntityId {
    kind: EntityKind,
    guid: Guid,
}

impl EntityId {
    /// Puts the prefix of an entity before a GUID.
    #[must_use]
    pub const fn new(kind: EntityKind, guid: Guid) -> Self {
        Self { kind, guid }
    }

    /// Reads `prefix` + GUID; the prefix in any letter case, the GUID as [`Guid::parse`] does.
    ///
    /// # Errors
    /// `id.empty`, `id.wrong_prefix`, `id.not_a_guid`.
    pub fn parse(kind: EntityKind, text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Error::new(ErrorCode::IdEmpty, format!("the id is empty: expected {}<guid>", kind.prefix())));
        }
        let guid = strip_prefix_ignoring_case(text, kind.prefix()).ok_or_else(|| {
            Error::new(
                ErrorCode::IdWrongPrefix,
                format!("the id does not begin with “{}”: expected {0}<guid>", kind.prefix()),
            )
        })?;
        // An empty rest is a GUID that is missing, not an id that is missing.
        let guid = Guid::parse(guid).map_err(|error| Error::new(ErrorCode::IdNotAGuid, error.message().to_owned()))?;
        Ok(Self { kind, guid })
    }

    /// Reads an id of any kind; its prefix says which.
    ///
    /// # Errors
    /// `id.empty`, `id.wrong_prefix`, `id.not_a_guid`.
    pub fn parse_any(text: &str) -> Result<Self> {
        let kind = EntityKind::ALL.into_iter().find(|kind| strip_prefix_ignoring_case(text, kind.prefix()).is_some());
        match kind {
            Some(kind) => Self::parse(kind, text),
            None if text.is_empty() => Self::parse(EntityKind::ContentKey, text),
            None => {
                let known = EntityKind::ALL.map(EntityKind::prefix).join(", ");
                Err(Error::new(ErrorCode::IdWrongPrefix, format!("the id begins with none of {known}")))
            }
        }
    }

    /// What it identifies.
    #[must_use]
    pub const fn kind(&self) -> EntityKind {
        self.kind
    }

    /// The GUID after the prefix.
    #[must_use]
    pub const fn guid(&self) -> Guid {
        self.guid
    }

    /// With `:` as `%3A`: the spelling in entity URIs and Location headers.
    #[must_use]
    pub fn uri_encoded(&self) -> String {
        self.to_string().replace(':', "%3A")
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind.prefix(), self.guid)
    }
}

/// The id of a content key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Guid);

impl KeyId {
    /// Any GUID can be a key id; keys are refused the all-zero one when they are made.
    #[must_use]
    pub const fn new(guid: Guid) -> Self {
        Self(guid)
    }

    /// Reads `nb:kid:UUID:<guid>` as the .NET SDK's `GetKeyIdAsGuid` does: the prefix is required.
    ///
    /// # Errors
    /// `id.empty`, `id.wrong_prefix`, `id.not_a_guid`.
    pub fn parse_entity_id(text: &str) -> Result<Self> {
        EntityId::parse(EntityKind::ContentKey, text).map(|id| Self(id.guid()))
    }

    /// Reads an entity id or a bare GUID: what people paste.
    ///
    /// # Errors
    /// `id.empty`, `id.wrong_prefix` for another entity's prefix, `id.not_a_guid`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if strip_prefix_ignoring_case(text, "nb:").is_some() {
            Self::parse_entity_id(text)
        } else {
            Guid::parse(text).map(Self)
        }
    }

    /// The bare GUID.
    #[must_use]
    pub const fn guid(&self) -> Guid {
        self.0
    }

    /// With its prefix.
    #[must_use]
    pub const fn entity_id(&self) -> EntityId {
        EntityId::new(EntityKind::ContentKey, self.0)
    }

    /// Every spelling side by side.
    #[must_use]
    pub fn forms(&self) -> KeyIdForms {
        let (cenc, playready) = (self.0.cenc_bytes(), self.0.playready_bytes());
        KeyIdForms {
            id: self.entity_id().to_string(),
            guid: self.0.to_string(),
            uri_encoded: self.entity_id().uri_encoded(),
            cenc_hex: hex_lower(&cenc),
            cenc_base64: base64_encode(&cenc),
            playready_hex: hex_lower(&playready),
            playready_base64: base64_encode(&playready),
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entity_id().fmt(f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One key id in every spelling, each named after who uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyIdForms {
    /// `nb:kid:UUID:…`: entity id of the REST API.
    pub id: String,
    /// Lower-case, hyphenated: token claim, key-delivery URL.
    pub guid: String,
    /// `nb%3Akid%3AUUID%3A…`: in entity URIs.
    pub uri_encoded: String,
    /// RFC 4122 order, hexadecimal: MP4, CPIX, DASH, Widevine.
    pub cenc_hex: String,
    /// RFC 4122 order, base64.
    pub cenc_base64: String,
    /// .NET order, hexadecimal: checksum, key seed.
    pub playready_hex: String,
    /// .NET order, base64: the KID of a PlayReady header.
    pub playready_base64: String,
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..)).flatten()
}
