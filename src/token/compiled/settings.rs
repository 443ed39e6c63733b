//! What a verifier is told beside its policy.

use crate::error::{Error, ErrorCode, Result};
use crate::token::algorithm::{Algorithm, KeyKind};
use crate::token::jwks::JsonWebKeySet;

/// Clock skew that is forgiven, in seconds, unless the caller says otherwise.
pub const DEFAULT_TOLERANCE: u16 = 60;
/// More forgiveness than this would outlive many tokens; .NET's usual five minutes fit three times.
pub(super) const MAX_TOLERANCE: u16 = 900;

/// What a verifier is told beside its policy. The XML of a policy has no place for any of it.
#[derive(Clone, Debug)]
pub struct VerifierSettings {
    /// Clock skew that is forgiven at both ends of a token's life, in seconds: 0 to 900, 60 by default.
    pub tolerance: u16,
    /// What the policy's symmetric keys are for; HS256 by default. Simple Web Tokens are always HMAC-SHA-256.
    pub symmetric_algorithm: Algorithm,
    /// What the policy's RSA keys and certificates are for; RS256 by default.
    pub rsa_algorithm: Algorithm,
    /// The keys behind the policy's discovery document, tried after the policy's own.
    pub key_set: Option<JsonWebKeySet>,
}

impl Default for VerifierSettings {
    fn default() -> Self {
        Self {
            tolerance: DEFAULT_TOLERANCE,
            symmetric_algorithm: Algorithm::Hs256,
            rsa_algorithm: Algorithm::Rs256,
            key_set: None,
        }
    }
}

impl VerifierSettings {
    pub(super) fn check(&self) -> Result<()> {
        let out_of_range = |why: String, path: &str| Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at(path));
        if self.tolerance > MAX_TOLERANCE {
            return out_of_range(format!("the tolerance is 0 to {MAX_TOLERANCE} seconds"), "tolerance");
        }
        if !self.symmetric_algorithm.is_symmetric() {
            return out_of_range("symmetric keys are for HS256, HS384 or HS512".to_owned(), "symmetricAlgorithm");
        }
        if self.rsa_algorithm.key_kind() != KeyKind::Rsa {
            let why = "RSA keys are for RS256, RS384, RS512, PS256, PS384 or PS512".to_owned();
            return out_of_range(why, "rsaAlgorithm");
        }
        Ok(())
    }
}
