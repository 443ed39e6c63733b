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

impl VerificationKey {
    /// An RSA key in the layout of the .NET SDK, with line feeds.
    #[must_use]
    pub fn from_rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Self {
        let (e, n) = (base64_encode(exponent), base64_encode(modulus));
        Self::Rsa { raw_body: format!("{{\n  \"e\": \"{e}\",\n  \"n\": \"{n}\"\n}}").into_bytes() }
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
                let invalid = || {
                    Error::new(
                        ErrorCode::VerificationKeyInvalid,
                        "an RSA verification key is JSON with the members e and n in base64",
                    )
                };
                let body: RsaBody = serde_json::from_slice(raw_body).map_err(|_| invalid())?;
                let number = |text: &str| crate::encoding::base64_decode(text).map_err(|_| invalid());
                RsaKey::new(&number(&body.n)?, &number(&body.e)?).map(Some)
            }
        }
    }
}
