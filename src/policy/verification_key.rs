//! The keys that verify token signatures, as a policy holds them.

use crate::encoding::base64_encode;
use crate::error::{Error, ErrorCode, Result};
use crate::key::{Certificate, RsaKey};
use crate::secret::SecretBytes;
use serde::Deserialize;

/// A verification key. The asymmetric ones keep the body they came with, so that a policy is written again as it was
/// read; whether a body is any good shows when it is used, as it did in the old service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerificationKey {
    /// HMAC key; any length was accepted, 64 bytes are the convention.
    Symmetric(SecretBytes),
    /// A DER certificate.
    X509 {
        /// The DER bytes.
        raw_body: Vec<u8>,
    },
    /// An RSA public key as the .NET SDK wrote it: JSON with base64 `e` and `n`.
    Rsa {
        /// The JSON text as bytes.
        raw_body: Vec<u8>,
    },
}

/// The JSON inside an RSA key's body. Other members are passed over.
#[derive(Deserialize)]
struct RsaBody {
    e: String,
    n: String,
}

/// What is read of a JSON Web Key.
#[derive(Deserialize)]
struct Jwk {
    #[serde(default)]
    x5c: Vec<String>,
    n: Option<String>,
    e: Option<String>,
}

impl VerificationKey {
    /// An RSA key in the layout of the .NET SDK, with line feeds.
    #[must_use]
    pub fn from_rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Self {
        let (e, n) = (base64_encode(exponent), base64_encode(modulus));
        Self::Rsa { raw_body: format!("{{\n  \"e\": \"{e}\",\n  \"n\": \"{n}\"\n}}").into_bytes() }
    }

    /// A verification key from a JSON Web Key: the first certificate of `x5c` if there is one, else the RSA numbers `n` and
    /// `e`, as the .NET SDK converted it.
    ///
    /// # Errors
    /// `verification_key.unsupported_jwk` for keys that are not RSA; `verification_key.invalid` for broken ones.
    pub fn from_jwk(json: &str) -> Result<Self> {
        let invalid = || Error::new(ErrorCode::VerificationKeyInvalid, "this is not a JSON Web Key that can be read");
        let jwk: Jwk = serde_json::from_str(json).map_err(|_| invalid())?;
        if let Some(certificate) = jwk.x5c.first() {
            let raw_body = crate::encoding::base64_decode(certificate).map_err(|_| invalid())?;
            return Ok(Self::X509 { raw_body });
        }
        let (Some(n), Some(e)) = (jwk.n, jwk.e) else {
            let why = "only RSA keys become verification keys: expected x5c, or n and e";
            return Err(Error::new(ErrorCode::VerificationKeyUnsupportedJwk, why));
        };
        let number = |text: &str| crate::encoding::base64url_decode(text).map_err(|_| invalid());
        Ok(Self::from_rsa_numbers(&number(&n)?, &number(&e)?))
    }

    /// The name after which the XML names the kind (`i:type`).
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Symmetric(_) => "SymmetricVerificationKey",
            Self::X509 { .. } => "X509CertTokenVerificationKey",
            Self::Rsa { .. } => "RsaTokenVerificationKey",
        }
    }

    /// The bytes in the XML's `KeyValue` or `RawBody`.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        match self {
            Self::Symmetric(key) => key.expose(),
            Self::X509 { raw_body } | Self::Rsa { raw_body } => raw_body,
        }
    }

    /// The RSA key inside an X.509 or RSA body, `None` for a symmetric key.
    ///
    /// # Errors
    /// `verification_key.invalid`; `certificate.*` for an unusable certificate.
    pub fn rsa_key(&self) -> Result<Option<RsaKey>> {
        match self {
            Self::Symmetric(_) => Ok(None),
            Self::X509 { raw_body } => {
                Certificate::from_der(raw_body).map(|certificate| Some(certificate.key().clone()))
            }
            Self::Rsa { raw_body } => {
                let (modulus, exponent) = rsa_numbers(raw_body)?;
                RsaKey::new(&modulus, &exponent).map(Some)
            }
        }
    }
}

/// Modulus and exponent out of the body of an RSA key, big-endian, whatever they are good for.
pub(super) fn rsa_numbers(raw_body: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    let why = "an RSA verification key is JSON with the members e and n in base64";
    let invalid = || Error::new(ErrorCode::VerificationKeyInvalid, why);
    let body: RsaBody = serde_json::from_slice(raw_body).map_err(|_| invalid())?;
    let number = |text: &str| crate::encoding::base64_decode(text).map_err(|_| invalid());
    Ok((number(&body.n)?, number(&body.e)?))
}
