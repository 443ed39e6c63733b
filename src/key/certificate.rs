//! Reading a protection certificate.
//!
//! The certificates in use are odd: the one that the Azure Media Services documentation prints has a negative
//! serial number and an MD5 signature. What is needed of a certificate here is its public key and its
//! thumbprint, so anything that carries those is read, and the oddities are reported as findings. Nobody's
//! signature is checked: a protection certificate is trusted because of where it was fetched.

use super::RsaKey;
use crate::encoding::{base64_decode, hex_upper};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode as _, Reader, SliceReader, Tag, Tagged as _};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// A certificate is a few kilobytes; this bounds the work on something else.
const MAX_DER_BYTES: usize = 64 * 1024;
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
const MD5_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4");
const SHA1_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");

/// An X.509 certificate with an RSA key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    serial: Vec<u8>,
    signature_algorithm: ObjectIdentifier,
    issuer: String,
    subject: String,
    not_before: i64,
    not_after: i64,
    public_key_info: Vec<u8>,
    key: RsaKey,
}

impl Certificate {
    /// Reads DER, or base64 or PEM of it as bytes of text.
    ///
    /// # Errors
    /// As [`Certificate::from_der`] and [`Certificate::from_text`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match (bytes.first(), std::str::from_utf8(bytes)) {
            // A DER certificate begins with the tag of a SEQUENCE, 0x30, which is also the digit 0: no base64 of one does.
            (Some(0x30), _) | (_, Err(_)) => Self::from_der(bytes),
            (_, Ok(text)) => Self::from_text(text),
        }
    }

    /// Reads base64 of DER, bare or between PEM markers, with white space anywhere.
    ///
    /// # Errors
    /// `certificate.not_a_certificate`, and as [`Certificate::from_der`].
    pub fn from_text(text: &str) -> Result<Self> {
        let body = match text.split_once("-----BEGIN CERTIFICATE-----") {
            Some((_, rest)) => rest.split_once("-----END CERTIFICATE-----").map(|(body, _)| body),
            None => Some(text),
        };
        let compact: String = body.unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
        let der = base64_decode(&compact).map_err(|_| {
            not_a_certificate(
                "expected base64 of a DER certificate, or PEM between BEGIN CERTIFICATE and END CERTIFICATE",
            )
        })?;
        Self::from_der(&der)
    }

    /// Reads a DER certificate to its last byte.
    ///
    /// # Errors
    /// `certificate.not_a_certificate`; `certificate.not_rsa`; `certificate.unsupported_key_size`.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > MAX_DER_BYTES {
            return Err(not_a_certificate("more than 64 KiB"));
        }
        let fields = Fields::read(der).map_err(|_| {
            not_a_certificate("expected a DER-encoded X.509 certificate; it may be cut short or be a key instead")
        })?;
        let key = read_key(fields.key_algorithm, fields.key)?;
        Ok(Self {
            der: der.to_vec(),
            serial: fields.serial.to_vec(),
            signature_algorithm: fields.signature_algorithm,
            issuer: super::distinguished_name::to_text(fields.issuer),
            subject: super::distinguished_name::to_text(fields.subject),
            not_before: fields.not_before,
            not_after: fields.not_after,
            public_key_info: fields.public_key_info.to_vec(),
            key,
        })
    }

    /// The DER bytes as read.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-1 of the DER, 40 upper-case hexadecimal digits: the `ProtectionKeyId` of the REST API.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        hex_upper(&Sha1::digest(&self.der))
    }

    /// SHA-256 of the DER, 64 upper-case hexadecimal digits.
    #[must_use]
    pub fn thumbprint_sha256(&self) -> String {
        hex_upper(&Sha256::digest(&self.der))
    }

    /// Subject, such as `CN=example, O=Example`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Issuer, written like the subject.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Serial number in hexadecimal, with a leading `-` where it is negative.
    #[must_use]
    pub fn serial_number(&self) -> String {
        if !self.has_negative_serial() {
            let digits = hex_upper(&self.serial);
            let digits = digits.trim_start_matches('0');
            return if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
        }
        // Two's complement: invert and add one, from the last byte on.
        let mut carry = true;
        let mut magnitude: Vec<u8> = self
            .serial
            .iter()
            .rev()
            .map(|byte| {
                let (value, overflowed) = (!byte).overflowing_add(u8::from(carry));
                carry = overflowed;
                value
            })
            .collect();
        magnitude.reverse();
        format!("-{}", hex_upper(&magnitude).trim_start_matches('0'))
    }

    /// Whether the serial number is negative, which RFC 5280 forbids and old tools produced.
    #[must_use]
    pub fn has_negative_serial(&self) -> bool {
        self.serial.first().is_some_and(|byte| byte & 0x80 != 0)
    }

    /// Start of validity, seconds since 1970.
    #[must_use]
    pub const fn not_before(&self) -> i64 {
        self.not_before
    }

    /// End of validity, seconds since 1970.
    #[must_use]
    pub const fn not_after(&self) -> i64 {
        self.not_after
    }

    /// The public key.
    #[must_use]
    pub const fn key(&self) -> &RsaKey {
        &self.key
    }

    /// The SubjectPublicKeyInfo as DER: what WebCrypto imports as `spki`.
    #[must_use]
    pub fn public_key_info(&self) -> &[u8] {
        &self.public_key_info
    }

    /// Dotted OID of the algorithm that the certificate is signed with.
    #[must_use]
    pub fn signature_algorithm_oid(&self) -> String {
        self.signature_algorithm.to_string()
    }

    /// Name of that algorithm, or its OID where the name is not known here.
    #[must_use]
    pub fn signature_algorithm(&self) -> String {
        let oid = self.signature_algorithm_oid();
        match oid.as_str() {
            "1.2.840.113549.1.1.4" => "md5WithRSAEncryption".to_owned(),
            "1.2.840.113549.1.1.5" => "sha1WithRSAEncryption".to_owned(),
            "1.2.840.113549.1.1.10" => "rsassaPss".to_owned(),
            "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption".to_owned(),
            "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption".to_owned(),
            "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption".to_owned(),
            _ => oid,
        }
    }

    /// What is odd about the certificate at the time `now` (seconds since 1970). None of it keeps it from wrapping.
    #[must_use]
    pub fn findings(&self, now: i64) -> Vec<Finding> {
        let warn = |code, path: &str, why: &'static str| Finding::new(code, Severity::Warning, path, why);
        let mut findings = Vec::new();
        if self.signature_algorithm == MD5_WITH_RSA {
            findings.push(warn(
                "certificate.md5_signature",
                "signatureAlgorithm",
                "signed with MD5, which can be forged: trust this certificate only because of where you fetched it",
            ));
        }
        if self.signature_algorithm == SHA1_WITH_RSA {
            findings.push(warn(
                "certificate.sha1_signature",
                "signatureAlgorithm",
                "signed with SHA-1, which can be forged: trust this certificate only because of where you fetched it",
            ));
        }
        if self.has_negative_serial() {
            findings.push(warn(
                "certificate.negative_serial",
                "serialNumber",
                "the serial number is negative, which RFC 5280 forbids: strict tools will refuse this certificate",
            ));
        }
        if self.key.bits() < 2048 {
            findings.push(
                warn("certificate.weak_key", "keyBits", "the RSA key is shorter than 2048 bits")
                    .fix("ask for a certificate with a key of 2048 bits or more"),
            );
        }
        if now > self.not_after {
            findings.push(
                warn("certificate.expired", "notAfter", "the certificate has expired")
                    .fix("fetch the current one with GetProtectionKeyId and GetProtectionKey"),
            );
        }
        if now < self.not_before {
            findings.push(warn(
                "certificate.not_yet_valid",
                "notBefore",
                "the certificate is not valid yet; check the clock",
            ));
        }
        findings
    }
}

fn not_a_certificate(why: &'static str) -> Error {
    Error::new(ErrorCode::CertificateNotACertificate, format!("this is not a certificate: {why}"))
}

fn read_key(algorithm: ObjectIdentifier, key: BitStringRef<'_>) -> Result<RsaKey> {
    if algorithm != RSA_ENCRYPTION {
        let name = match algorithm {
            EC_PUBLIC_KEY => "an elliptic-curve key".to_owned(),
            DSA => "a DSA key".to_owned(),
            other => format!("a key of algorithm {other}"),
        };
        return Err(Error::new(
            ErrorCode::CertificateNotRsa,
            format!("the certificate holds {name}; content keys are wrapped with RSA-OAEP, which needs an RSA key"),
        ));
    }
    let numbers = key.as_bytes().ok_or(()).and_then(|der| read_rsa_numbers(der).map_err(|_| ()));
    let (modulus, exponent) = numbers.map_err(|()| not_a_certificate("its RSA key cannot be read"))?;
    RsaKey::new(modulus, exponent)
}

fn read_rsa_numbers(der: &[u8]) -> der::Result<(&[u8], &[u8])> {
    AnyRef::from_der(der)?.sequence(|r| Ok((UintRef::decode(r)?.as_bytes(), UintRef::decode(r)?.as_bytes())))
}

/// The fields of a certificate that matter here, as slices of its DER.
struct Fields<'a> {
    serial: &'a [u8],
    signature_algorithm: ObjectIdentifier,
    issuer: AnyRef<'a>,
    not_before: i64,
    not_after: i64,
    subject: AnyRef<'a>,
    public_key_info: &'a [u8],
    key_algorithm: ObjectIdentifier,
    key: BitStringRef<'a>,
}

impl<'a> Fields<'a> {
    /// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }` (RFC 5280, section 4.1).
    fn read(der: &'a [u8]) -> der::Result<Self> {
        AnyRef::from_der(der)?.sequence(|r| {
            let tbs = AnyRef::decode(r)?;
            let signature_algorithm = read_algorithm(r)?;
            BitStringRef::decode(r)?;
            tbs.sequence(|r| Self::read_tbs(r, signature_algorithm))
        })
    }

    fn read_tbs(r: &mut SliceReader<'a>, signature_algorithm: ObjectIdentifier) -> der::Result<Self> {
        // version [0] EXPLICIT, absent in v1
        if matches!(Tag::peek(r)?, Tag::ContextSpecific { .. }) {
            AnyRef::decode(r)?;
        }
        // An INTEGER by its tag only: the serial number may be negative or badly encoded, and nothing depends on it.
        let serial = AnyRef::decode(r)?;
        serial.tag().assert_eq(Tag::Integer)?;
        read_algorithm(r)?;
        let issuer = AnyRef::decode(r)?;
        let (not_before, not_after) =
            AnyRef::decode(r)?.sequence(|r| Ok::<_, der::Error>((read_time(r)?, read_time(r)?)))?;
        let subject = AnyRef::decode(r)?;
        let public_key_info = r.tlv_bytes()?;
        let (key_algorithm, key) = AnyRef::from_der(public_key_info)?
            .sequence(|r| Ok::<_, der::Error>((read_algorithm(r)?, BitStringRef::decode(r)?)))?;
        // issuerUniqueID, subjectUniqueID and extensions
        while !r.is_finished() {
            AnyRef::decode(r)?;
        }
        Ok(Self {
            serial: serial.value(),
            signature_algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            public_key_info,
            key_algorithm,
            key,
        })
    }
}

/// `AlgorithmIdentifier`: the OID; parameters are passed over.
fn read_algorithm(r: &mut SliceReader<'_>) -> der::Result<ObjectIdentifier> {
    AnyRef::decode(r)?.sequence(|r| {
        let oid = ObjectIdentifier::decode(r)?;
        if !r.is_finished() {
            AnyRef::decode(r)?;
        }
        Ok(oid)
    })
}

/// UTCTime or GeneralizedTime as seconds since 1970.
fn read_time(r: &mut SliceReader<'_>) -> der::Result<i64> {
    let time = AnyRef::decode(r)?;
    let duration = match time.tag() {
        Tag::UtcTime => time.decode_as::<der::asn1::UtcTime>()?.to_unix_duration(),
        _ => time.decode_as::<der::asn1::GeneralizedTime>()?.to_unix_duration(),
    };
    i64::try_from(duration.as_secs()).map_err(|_| der::ErrorKind::DateTime.into())
}
