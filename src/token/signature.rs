//! Verifying signatures: the key decides the algorithm.

use super::parsed::Parsed;
use crate::error::{Error, ErrorCode, Result};
use crate::key::RsaKey;
use crate::policy::VerificationKey;
use crate::secret::SecretBytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::Pkcs1v15Sign;
use rsa::traits::SignatureScheme as _;
use sha2::{Digest as _, Sha256};

/// A key decides which algorithm it is for; the token's header never does.
pub(super) enum SignatureVerifier {
    /// The HMAC state with the key already in it; wiped on drop.
    HmacSha256(Box<Hmac<Sha256>>),
    RsaPkcs1Sha256(Box<RsaKey>),
}

impl SignatureVerifier {
    pub(super) fn new(key: &VerificationKey) -> Result<Self> {
        if let VerificationKey::Symmetric(secret) = key {
            let state = keyed_hmac(secret)?;
            return Ok(Self::HmacSha256(Box::new(state)));
        }
        let key =
            key.rsa_key()?.ok_or_else(|| Error::new(ErrorCode::VerificationKeyInvalid, "the key holds no RSA key"))?;
        Ok(Self::RsaPkcs1Sha256(Box::new(key)))
    }

    pub(super) const fn algorithm(&self) -> &'static str {
        match self {
            Self::HmacSha256(_) => "HS256",
            Self::RsaPkcs1Sha256(_) => "RS256",
        }
    }

    pub(super) fn verify(&self, parsed: &Parsed<'_>) -> bool {
        match self {
            // The comparison inside takes the same time wherever the MACs differ.
            Self::HmacSha256(state) => {
                let mut state = state.as_ref().clone();
                state.update(parsed.signed.as_bytes());
                state.verify_slice(&parsed.signature).is_ok()
            }
            Self::RsaPkcs1Sha256(key) => {
                let digest = Sha256::digest(parsed.signed.as_bytes());
                Pkcs1v15Sign::new::<Sha256>().verify(key.key(), &digest, &parsed.signature).is_ok()
            }
        }
    }
}

/// An HMAC state with the key in it. The constructor copies the key to the stack; what it leaves there is wiped.
pub(super) fn keyed_hmac(key: &SecretBytes) -> Result<Hmac<Sha256>> {
    let state = Hmac::new_from_slice(key.expose());
    crate::secret::wipe_stack();
    state.map_err(|_| Error::new(ErrorCode::VerificationKeyInvalid, "the symmetric key cannot be used"))
}
