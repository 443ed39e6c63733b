//! The answer of the verifier.

use crate::id::KeyId;

macro_rules! decision_codes {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        /// Why a token was accepted or refused. When several things are wrong, the first check that fails is reported, in
        /// the order in which the codes are declared; among required claims, the first in the policy's order. So the
        /// answer is the same in every runtime.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum DecisionCode { $($(#[$doc])+ $variant,)+ }

        impl DecisionCode {
            /// Every code there is, in the order of rank.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable text of the code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

decision_codes! {
    /// Every check passed.
    Allowed = "token.allowed",
    /// The policy has no option for this way of delivery.
    NoOption = "policy.no_option",
    /// The option is restricted by address, and the viewer's is not known.
    AddressUnknown = "policy.address_unknown",
    /// The viewer's address is in none of the option's networks.
    AddressNotAllowed = "policy.address_not_allowed",
    /// There is no token.
    Missing = "token.missing",
    /// Longer than 16 KiB.
    TooLarge = "token.too_large",
    /// Neither readable as the policy's token type nor as the other.
    Malformed = "token.malformed",
    /// A token of the other type than the policy asks for.
    WrongType = "token.wrong_type",
    /// The header names an algorithm that none of the policy's keys has.
    AlgorithmNotAllowed = "token.algorithm_not_allowed",
    /// The policy has no key that could verify this token.
    NoUsableKey = "token.no_usable_key",
    /// None of the policy's keys signed this.
    BadSignature = "token.bad_signature",
    /// No expiry.
    MissingExpiry = "token.missing_expiry",
    /// A time that is not a whole number of seconds.
    BadTime = "token.bad_time",
    /// The expiry has passed.
    Expired = "token.expired",
    /// The start of validity is in the future.
    NotYetValid = "token.not_yet_valid",
    /// No issuer.
    MissingIssuer = "token.missing_issuer",
    /// Another issuer than the policy's.
    WrongIssuer = "token.wrong_issuer",
    /// No audience.
    MissingAudience = "token.missing_audience",
    /// Another audience than the policy's.
    WrongAudience = "token.wrong_audience",
    /// A required claim is absent.
    MissingClaim = "token.missing_claim",
    /// A required claim has another value.
    WrongClaim = "token.wrong_claim",
    /// The token is for another content key than the requested one.
    WrongKeyId = "token.wrong_key_id",
}

/// What the verifier decided. Only the verifier makes one, so holding an allowed decision is the permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub(super) code: DecisionCode,
    pub(super) key_id: KeyId,
    pub(super) verification_key: Option<String>,
    pub(super) expires_at: Option<i64>,
    pub(super) token_digest: Option<[u8; 32]>,
    pub(super) option: Option<usize>,
}

impl Decision {
    pub(super) const fn allowed(key_id: KeyId) -> Self {
        Self::refused(DecisionCode::Allowed, key_id)
    }

    /// A decision with nothing but its code.
    pub(super) const fn refused(code: DecisionCode, key_id: KeyId) -> Self {
        Self { code, key_id, verification_key: None, expires_at: None, token_digest: None, option: None }
    }

    /// Whether the key may be delivered.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.code == DecisionCode::Allowed
    }

    /// The stable reason.
    #[must_use]
    pub const fn code(&self) -> DecisionCode {
        self.code
    }

    /// The content key that was asked for.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Which of the policy's keys verified the signature: `primary`, `alternate[0]`, …
    #[must_use]
    pub fn verification_key(&self) -> Option<&str> {
        self.verification_key.as_deref()
    }

    /// Which option of the policy decided, from 0; none where a single restriction was checked.
    #[must_use]
    pub const fn option(&self) -> Option<usize> {
        self.option
    }

    /// When the token ends, in seconds since 1970, if it could be read.
    #[must_use]
    pub const fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// SHA-256 over the signed bytes and the decoded signature: one value for one token, however it was spelt.
    #[must_use]
    pub const fn token_digest(&self) -> Option<[u8; 32]> {
        self.token_digest
    }
}

#[cfg(test)]
mod tests {
    use super::DecisionCode;

    /// The TypeScript union is written by hand; this keeps it equal to the registry, rank included.
    #[test]
    fn typescript_lists_exactly_these_codes_in_this_order() {
        let types = include_str!("../../pkg-template/index.d.ts");
        let union = types.split("type DecisionCode =").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
        let listed: Vec<&str> = union.split('"').skip(1).step_by(2).collect();
        let ours: Vec<&str> = DecisionCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(listed, ours);
    }
}
