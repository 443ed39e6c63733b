//! Verifying with public keys in this module: RustCrypto's RSA and ECDSA, dalek's Ed25519.

use super::algorithm::Algorithm;
use super::keys::PublicKey;
use crate::error::{Error, ErrorCode, Result};
use ed25519_dalek::pkcs8::DecodePublicKey as _;
use p256::ecdsa::signature::Verifier as _;
use rsa::traits::SignatureScheme as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// Makes a key ready, out of its SubjectPublicKeyInfo.
///
/// # Errors
/// `verification_key.invalid` for a key of another kind, a point off its curve, or an Ed25519 key of small order, under
/// which a signature says nothing about the text.
pub(super) fn prepare(algorithm: Algorithm, info: &[u8]) -> Result<Box<dyn PublicKey>> {
    let invalid = || {
        let why = format!("this is not a public key for {}", algorithm.name());
        Error::new(ErrorCode::VerificationKeyInvalid, why)
    };
    Ok(match algorithm {
        Algorithm::Es256 => {
            Box::new(P256(p256::ecdsa::VerifyingKey::from_public_key_der(info).map_err(|_| invalid())?))
        }
        Algorithm::Es384 => {
            Box::new(P384(p384::ecdsa::VerifyingKey::from_public_key_der(info).map_err(|_| invalid())?))
        }
        Algorithm::EdDsa => {
            let key = ed25519_dalek::VerifyingKey::from_public_key_der(info).ok().filter(|key| !key.is_weak());
            Box::new(Ed25519(key.ok_or_else(invalid)?))
        }
        _ => Box::new(Rsa { key: RsaPublicKey::from_public_key_der(info).map_err(|_| invalid())?, algorithm }),
    })
}

struct Rsa {
    key: RsaPublicKey,
    algorithm: Algorithm,
}

impl PublicKey for Rsa {
    fn verify(&self, signed: &[u8], signature: &[u8]) -> bool {
        let key = &self.key;
        let result = match self.algorithm {
            Algorithm::Rs256 => Pkcs1v15Sign::new::<Sha256>().verify(key, &Sha256::digest(signed), signature),
            Algorithm::Rs384 => Pkcs1v15Sign::new::<Sha384>().verify(key, &Sha384::digest(signed), signature),
            Algorithm::Rs512 => Pkcs1v15Sign::new::<Sha512>().verify(key, &Sha512::digest(signed), signature),
            // The salt is as long as the hash (RFC 7518, section 3.5).
            Algorithm::Ps256 => Pss::<Sha256>::new().verify(key, &Sha256::digest(signed), signature),
            Algorithm::Ps384 => Pss::<Sha384>::new().verify(key, &Sha384::digest(signed), signature),
            Algorithm::Ps512 => Pss::<Sha512>::new().verify(key, &Sha512::digest(signed), signature),
            _ => return false,
        };
        result.is_ok()
    }
}

struct P256(p256::ecdsa::VerifyingKey);

impl PublicKey for P256 {
    fn verify(&self, signed: &[u8], signature: &[u8]) -> bool {
        let signature = p256::ecdsa::Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify(signed, &signature).is_ok())
    }
}

struct P384(p384::ecdsa::VerifyingKey);

impl PublicKey for P384 {
    fn verify(&self, signed: &[u8], signature: &[u8]) -> bool {
        let signature = p384::ecdsa::Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify(signed, &signature).is_ok())
    }
}

struct Ed25519(ed25519_dalek::VerifyingKey);

impl PublicKey for Ed25519 {
    fn verify(&self, signed: &[u8], signature: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify(signed, &signature).is_ok())
    }
}
