//! The ContentKey entity of the REST API.

use super::{Certificate, ContentKey, OaepHash, checksum, wrap};
use crate::encoding::base64_encode;
use crate::error::Result;
use rand_core::TryCryptoRng;
use serde::{Deserialize, Serialize};

/// A ContentKey as it stands on the wire, members in the order that the service wrote them. A key in its clear
/// form is nowhere in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ContentKeyEntity {
    /// `nb:kid:UUID:…`
    pub id: String,
    /// See [`super::ContentKeyType::number`].
    pub content_key_type: u8,
    /// Base64 of the wrapped key.
    pub encrypted_content_key: String,
    /// Friendly name; may be empty.
    #[serde(default)]
    pub name: String,
    /// SHA-1 thumbprint of the protection certificate, 40 upper-case hexadecimal digits.
    pub protection_key_id: String,
    /// 0: the id is an X.509 certificate thumbprint. There is no other value.
    pub protection_key_type: u8,
    /// Base64 of the 8 checksum bytes; none for a FairPlay PFX password.
    pub checksum: Option<String>,
    /// Track names joined with commas, where the key is for some tracks only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track_identifiers: Option<String>,
}

/// Wraps a content key to a protection certificate: the whole entity, ready to POST.
///
/// # Errors
/// As [`wrap`] and [`checksum`].
pub fn wrap_content_key(
    key: &ContentKey,
    certificate: &Certificate,
    name: &str,
    track_identifiers: &[String],
    hash: OaepHash,
    rng: &mut impl TryCryptoRng,
) -> Result<ContentKeyEntity> {
    let checksum = key.kind().has_checksum().then(|| checksum(key.id(), key.bytes())).transpose()?;
    Ok(ContentKeyEntity {
        id: key.id().to_string(),
        content_key_type: key.kind().number(),
        encrypted_content_key: base64_encode(&wrap(certificate, key.bytes(), hash, rng)?),
        name: name.to_owned(),
        protection_key_id: certificate.thumbprint(),
        protection_key_type: 0,
        checksum: checksum.map(|bytes| base64_encode(&bytes)),
        track_identifiers: (!track_identifiers.is_empty()).then(|| track_identifiers.join(",")),
    })
}
