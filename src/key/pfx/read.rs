//! The structures of PKCS#12, as slices of the file.

use super::{damaged, unsupported};
use crate::error::Result;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");

/// `PFX ::= SEQUENCE { version, authSafe ContentInfo, macData OPTIONAL }`
pub(super) struct Pfx<'a> {
    /// The `AuthenticatedSafe`, over which the MAC goes.
    pub(super) safe: &'a [u8],
    pub(super) mac: Option<Mac<'a>>,
}

impl<'a> Pfx<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self> {
        let (content, mac) = fields(der, |r| {
            u8::decode(r)?;
            let content = AnyRef::decode(r)?;
            Ok((content, if r.is_finished() { None } else { Some(Mac::read(AnyRef::decode(r)?)?) }))
        })?;
        let (kind, content) = read_content_info(content).map_err(|_| damaged())?;
        if kind != DATA {
            return Err(unsupported("public-key integrity"));
        }
        Ok(Self { safe: octets(content)?, mac })
    }
}

/// `MacData ::= SEQUENCE { DigestInfo, macSalt, iterations DEFAULT 1 }`
pub(super) struct Mac<'a> {
    pub(super) hash: ObjectIdentifier,
    pub(super) digest: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) iterations: u32,
}

impl<'a> Mac<'a> {
    fn read(mac: AnyRef<'a>) -> der::Result<Self> {
        mac.sequence(|r| {
            let (algorithm, digest) = read_algorithm_and_octets(AnyRef::decode(r)?)?;
            let salt = octet_string(r)?;
            let iterations = if r.is_finished() { 1 } else { u32::decode(r)? };
            Ok(Self { hash: algorithm.oid, digest, salt, iterations })
        })
    }
}

/// One `ContentInfo` of the `AuthenticatedSafe`.
pub(super) enum Content<'a> {
    /// `SafeContents`
    Plain(&'a [u8]),
    /// `SafeContents`, encrypted with the password
    Encrypted(Algorithm<'a>, &'a [u8]),
    /// Encrypted to somebody's certificate.
    Other,
}

impl<'a> Content<'a> {
    pub(super) fn list(safe: &'a [u8]) -> Result<Vec<Self>> {
        list(safe, read_content_info)?.into_iter().map(|(kind, content)| Self::of(kind, content)).collect()
    }

    fn of(kind: ObjectIdentifier, content: &'a [u8]) -> Result<Self> {
        match kind {
            DATA => octets(content).map(Self::Plain),
            ENCRYPTED_DATA => fields(content, |r| {
                u8::decode(r)?;
                AnyRef::decode(r)?.sequence(|r| {
                    // contentType
                    AnyRef::decode(r)?;
                    let algorithm = Algorithm::read(AnyRef::decode(r)?)?;
                    // encryptedContent [0] IMPLICIT OCTET STRING
                    let content = AnyRef::decode(r)?;
                    expect_tag_0(content, false)?;
                    Ok(Self::Encrypted(algorithm, content.value()))
                })
            }),
            _ => Ok(Self::Other),
        }
    }
}

/// `ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT ANY }`
fn read_content_info(info: AnyRef<'_>) -> der::Result<(ObjectIdentifier, &[u8])> {
    info.sequence(|r| Ok((ObjectIdentifier::decode(r)?, explicit_0(r)?)))
}

/// One `SafeBag`.
pub(super) enum Bag<'a> {
    /// `PrivateKeyInfo`
    Key(&'a [u8]),
    /// `EncryptedPrivateKeyInfo`
    EncryptedKey(Algorithm<'a>, &'a [u8]),
    /// A certificate or something else.
    Other,
}

impl<'a> Bag<'a> {
    pub(super) fn list(bags: &'a [u8]) -> Result<Vec<Self>> {
        list(bags, |bag| {
            bag.sequence(|r| {
                let kind = ObjectIdentifier::decode(r)?;
                let value = explicit_0(r)?;
                // bagAttributes
                if !r.is_finished() {
                    AnyRef::decode(r)?;
                }
                match kind {
                    KEY_BAG => Ok(Self::Key(value)),
                    SHROUDED_KEY_BAG => {
                        let (algorithm, data) = read_algorithm_and_octets(AnyRef::from_der(value)?)?;
                        Ok(Self::EncryptedKey(algorithm, data))
                    }
                    _ => Ok(Self::Other),
                }
            })
        })
    }
}

/// `AlgorithmIdentifier`
#[derive(Clone, Copy)]
pub(super) struct Algorithm<'a> {
    pub(super) oid: ObjectIdentifier,
    pub(super) parameters: Option<AnyRef<'a>>,
}

impl<'a> Algorithm<'a> {
    pub(super) fn read(algorithm: AnyRef<'a>) -> der::Result<Self> {
        algorithm.sequence(|r| {
            let oid = ObjectIdentifier::decode(r)?;
            Ok(Self { oid, parameters: if r.is_finished() { None } else { Some(AnyRef::decode(r)?) } })
        })
    }

    /// Parameters that are a sequence.
    pub(super) fn fields<T>(self, read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>) -> Result<T> {
        self.parameters.and_then(|parameters| parameters.sequence(read).ok()).ok_or_else(damaged)
    }

    /// Parameters that are an OCTET STRING: an initialization vector.
    pub(super) fn octets(self) -> Result<&'a [u8]> {
        let parameters = self.parameters.filter(|parameters| parameters.tag() == Tag::OctetString);
        parameters.map(|parameters| parameters.value()).ok_or_else(damaged)
    }
}

/// `SEQUENCE { AlgorithmIdentifier, OCTET STRING }`
fn read_algorithm_and_octets(sequence: AnyRef<'_>) -> der::Result<(Algorithm<'_>, &[u8])> {
    sequence.sequence(|r| Ok((Algorithm::read(AnyRef::decode(r)?)?, octet_string(r)?)))
}

pub(super) fn octet_string<'a>(r: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    Ok(<&OctetStringRef>::decode(r)?.as_bytes())
}

fn octets(der: &[u8]) -> Result<&[u8]> {
    <&OctetStringRef>::from_der(der).map(OctetStringRef::as_bytes).map_err(|_| damaged())
}

/// `[0] EXPLICIT`: what is inside.
fn explicit_0<'a>(r: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    let tagged = AnyRef::decode(r)?;
    expect_tag_0(tagged, true)?;
    Ok(tagged.value())
}

fn expect_tag_0(tagged: AnyRef<'_>, constructed: bool) -> der::Result<()> {
    tagged.tag().assert_eq(Tag::ContextSpecific { constructed, number: TagNumber(0) }).map(drop)
}

/// A whole DER sequence.
fn fields<'a, T>(der: &'a [u8], read: impl FnOnce(&mut SliceReader<'a>) -> der::Result<T>) -> Result<T> {
    AnyRef::from_der(der).and_then(|sequence| sequence.sequence(read)).map_err(|_| damaged())
}

/// `SEQUENCE OF`
fn list<'a, T>(der: &'a [u8], mut read: impl FnMut(AnyRef<'a>) -> der::Result<T>) -> Result<Vec<T>> {
    fields(der, |r| {
        let mut items = Vec::new();
        while !r.is_finished() {
            items.push(read(AnyRef::decode(r)?)?);
        }
        Ok(items)
    })
}
