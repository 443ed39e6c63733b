//! Keys made ready for many signatures: the key decides the algorithm.

use super::algorithm::Algorithm;
use super::compiled::CompiledKey;
use super::decision::KeyName;
use super::parsed::Parsed;
use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretBytes;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Sha256, Sha384, Sha512};

/// A public key that verifies here, in this module.
pub(super) trait PublicKey: Send + Sync {
    /// Whether this key made that signature over that text.
    fn verify(&self, signed: &[u8], signature: &[u8]) -> bool;
}

/// Makes a public key ready, out of its SubjectPublicKeyInfo. The edge has none: there WebCrypto verifies.
pub(super) type PreparePublicKey = fn(Algorithm, &[u8]) -> Result<Box<dyn PublicKey>>;

/// A key of a policy, ready.
pub(super) struct PreparedKey {
    pub(super) name: KeyName,
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    /// The key's number in the whole policy.
    pub(super) number: u16,
    pub(super) material: Material,
}

pub(super) enum Material {
    /// The state with the key already in it; wiped on drop.
    Mac(MacState),
    /// A public key, and who verifies with it here, if anybody.
    Public { info: Vec<u8>, verifier: Option<Box<dyn PublicKey>> },
}

pub(super) enum MacState {
    Sha256(Box<Hmac<Sha256>>),
    Sha384(Box<Hmac<Sha384>>),
    Sha512(Box<Hmac<Sha512>>),
}

impl PreparedKey {
    pub(super) fn new(key: &CompiledKey, number: u16, prepare: Option<PreparePublicKey>) -> Result<Self> {
        let material = if key.algorithm.is_symmetric() {
            Material::Mac(MacState::new(key.algorithm, &key.material)?)
        } else {
            let verifier = prepare.map(|prepare| prepare(key.algorithm, key.material.expose())).transpose()?;
            Material::Public { info: key.material.expose().to_vec(), verifier }
        };
        Ok(Self { name: key.name, id: key.id.clone(), algorithm: key.algorithm, number, material })
    }

    /// Whether this key made the token's signature, as far as it can be verified here.
    pub(super) fn verify(&self, parsed: &Parsed<'_>) -> bool {
        match &self.material {
            Material::Mac(state) => state.verify(parsed),
            Material::Public { verifier, .. } => {
                verifier.as_ref().is_some_and(|key| key.verify(parsed.signed.as_bytes(), parsed.signature))
            }
        }
    }
}

impl MacState {
    pub(super) fn new(algorithm: Algorithm, key: &SecretBytes) -> Result<Self> {
        Ok(match algorithm {
            Algorithm::Hs384 => Self::Sha384(Box::new(keyed(key)?)),
            Algorithm::Hs512 => Self::Sha512(Box::new(keyed(key)?)),
            _ => Self::Sha256(Box::new(keyed(key)?)),
        })
    }

    /// The MAC of a text.
    pub(super) fn mac(&self, text: &[u8]) -> SecretBytes {
        SecretBytes::new(match self {
            Self::Sha256(state) => state.as_ref().clone().chain_update(text).finalize().into_bytes().to_vec(),
            Self::Sha384(state) => state.as_ref().clone().chain_update(text).finalize().into_bytes().to_vec(),
            Self::Sha512(state) => state.as_ref().clone().chain_update(text).finalize().into_bytes().to_vec(),
        })
    }

    /// The comparison takes the same time wherever the MACs differ.
    pub(super) fn verify(&self, parsed: &Parsed<'_>) -> bool {
        let (signed, mac) = (parsed.signed.as_bytes(), parsed.signature);
        match self {
            Self::Sha256(state) => state.as_ref().clone().chain_update(signed).verify_slice(mac).is_ok(),
            Self::Sha384(state) => state.as_ref().clone().chain_update(signed).verify_slice(mac).is_ok(),
            Self::Sha512(state) => state.as_ref().clone().chain_update(signed).verify_slice(mac).is_ok(),
        }
    }
}

/// The constructor copies the key to the stack; what it leaves there is wiped.
fn keyed<M: KeyInit>(key: &SecretBytes) -> Result<M> {
    let state = M::new_from_slice(key.expose());
    crate::secret::wipe_stack();
    state.map_err(|_| Error::new(ErrorCode::VerificationKeyInvalid, "the symmetric key cannot be used"))
}

impl std::fmt::Debug for PreparedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.algorithm.name())
    }
}
