//! An RSA public key out of numbers that somebody else sent.

use crate::error::{Error, ErrorCode, Result};
use rsa::{BoxedUint, RsaPublicKey};

/// Largest modulus in bytes that is worth arithmetic: 8192 bits, the limit of the RSA crate.
const MAX_MODULUS_BYTES: usize = 1024;
/// The exponent fits 64 bits in every key in use; RFC-sized ones are 3 bytes.
const MAX_EXPONENT_BYTES: usize = 8;

/// An RSA public key: odd modulus of 1024 to 8192 bits, odd exponent from 3 to 2^33 − 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    key: RsaPublicKey,
}

impl RsaKey {
    /// From big-endian modulus and exponent; leading zeros are dropped.
    ///
    /// # Errors
    /// `certificate.unsupported_key_size`.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self> {
        let (modulus, exponent) = (without_leading_zeros(modulus), without_leading_zeros(exponent));
        let unsupported = || {
            Error::new(
                ErrorCode::CertificateUnsupportedKeySize,
                "the RSA key is out of range: 1024 to 8192 bits, odd modulus, odd exponent from 3",
            )
        };
        if modulus.len() > MAX_MODULUS_BYTES || exponent.len() > MAX_EXPONENT_BYTES {
            return Err(unsupported());
        }
        let n = BoxedUint::from_be_slice_vartime(modulus);
        let e = BoxedUint::from_be_slice_vartime(exponent);
        let key = RsaPublicKey::new(n, e).map_err(|_| unsupported())?;
        Ok(Self { modulus: modulus.to_vec(), exponent: exponent.to_vec(), key })
    }

    /// Big-endian modulus without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// Big-endian exponent without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// Length of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        let unused = self.modulus.first().map_or(0, |byte| byte.leading_zeros());
        self.modulus.len().saturating_mul(8).saturating_sub(usize::try_from(unused).unwrap_or(0))
    }

    /// The key for the RSA crate.
    pub(crate) const fn key(&self) -> &RsaPublicKey {
        &self.key
    }
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}
