//! The answer of the verifier.

use super::algorithm::Algorithm;
use super::parsed::Parsed;
use crate::id::KeyId;
use crate::policy::KeyDeliveryType;
use sha2::{Digest as _, Sha256};
use std::fmt;

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

            /// The code's place in [`DecisionCode::ALL`], for this process only: places move between versions.
            #[must_use]
            pub fn number(self) -> u8 {
                Self::ALL.iter().position(|code| *code == self).and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
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
    /// The request carries more than one token; from extraction only.
    Ambiguous = "token.ambiguous",
    /// Longer than 16 KiB.
    TooLarge = "token.too_large",
    /// Neither readable as the policy's token type nor as the other.
    Malformed = "token.malformed",
    /// A claim, header member or parameter stands in it twice.
    DuplicateMember = "token.duplicate_member",
    /// Nested deeper than 16 levels, or more than 256 claims.
    TooComplex = "token.too_complex",
    /// An encrypted token, or a header that asks for `crit`, `b64`, `zip` or `enc`.
    Unsupported = "token.unsupported",
    /// A token of the other type than the policy asks for.
    WrongType = "token.wrong_type",
    /// The header names an algorithm that none of the policy's keys has.
    AlgorithmNotAllowed = "token.algorithm_not_allowed",
    /// The policy has no key that could verify this token.
    NoUsableKey = "token.no_usable_key",
    /// The header's `kid` names none of the policy's keys.
    UnknownKey = "token.unknown_key",
    /// None of the policy's keys signed this.
    BadSignature = "token.bad_signature",
    /// No expiry.
    MissingExpiry = "token.missing_expiry",
    /// A time that is not a number; in a JWT also a number in quotation marks.
    TimeNotANumber = "token.time_not_a_number",
    /// A time with a fraction or an exponent.
    TimeNotWhole = "token.time_not_whole",
    /// A time before 1970 or beyond 2^53 seconds.
    TimeOutOfRange = "token.time_out_of_range",
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
    /// The claim that limits the token's uses is not a whole number from 1.
    BadMaxUses = "token.bad_max_uses",
    /// The token limits its uses and still lives for more than an hour.
    LifetimeTooLong = "token.lifetime_too_long",
    /// The token limits its uses, and how often it was used is not known.
    UsesUnknown = "token.uses_unknown",
    /// The token was used as often as it may be.
    UsesExhausted = "token.uses_exhausted",
}

/// Which of the policy's keys it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyName {
    /// `primary`
    Primary,
    /// `alternate[n]`, from 0.
    Alternate(u8),
    /// `jwks[n]`: the place in the key set, from 0.
    Jwks(u8),
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Primary => f.write_str("primary"),
            Self::Alternate(index) => write!(f, "alternate[{index}]"),
            Self::Jwks(index) => write!(f, "jwks[{index}]"),
        }
    }
}

/// What the verifier decided. Only the verifier makes one, so holding an allowed decision is the permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub(super) code: DecisionCode,
    pub(super) key_id: KeyId,
    pub(super) option: Option<u8>,
    pub(super) key_delivery_type: Option<KeyDeliveryType>,
    pub(super) verification_key: Option<KeyName>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) expires_at: Option<i64>,
    pub(super) uses_limit: Option<i64>,
}

impl Decision {
    pub(super) const fn allowed(key_id: KeyId) -> Self {
        Self::refused(DecisionCode::Allowed, key_id)
    }

    /// A decision with nothing but its code.
    pub(super) const fn refused(code: DecisionCode, key_id: KeyId) -> Self {
        Self {
            code,
            key_id,
            option: None,
            key_delivery_type: None,
            verification_key: None,
            algorithm: None,
            expires_at: None,
            uses_limit: None,
        }
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

    /// Which of the policy's keys verified the signature.
    #[must_use]
    pub const fn verification_key(&self) -> Option<KeyName> {
        self.verification_key
    }

    /// Which option of the policy decided, from 0; none where a single restriction was checked.
    #[must_use]
    pub const fn option(&self) -> Option<u8> {
        self.option
    }

    /// The way of delivery that this option is for; none where a single restriction was checked.
    #[must_use]
    pub const fn key_delivery_type(&self) -> Option<KeyDeliveryType> {
        self.key_delivery_type
    }

    /// When the token ends, in seconds since 1970. Only for a token whose signature was verified, like all that follows.
    #[must_use]
    pub const fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// The algorithm of that key.
    #[must_use]
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// One value for one token, however its text was spelt, that does not reveal it. `token` is the one this decision is
    /// about; where its signature was not verified, nothing names it. Uses are counted under this name.
    ///
    /// It is the SHA-256 of the MAC where the signature is one, for it stands for the signed text and the key; of the signed
    /// text otherwise, since an ECDSA signature can be turned into another one of the same text by anybody. It is worked
    /// out here and not with the decision, of which it would be a tenth.
    #[must_use]
    pub fn token_digest(&self, token: &str) -> Option<[u8; 32]> {
        token_digest(token, self.algorithm?.is_symmetric())
    }

    /// How often the token may be used, if it says so.
    #[must_use]
    pub const fn uses_limit(&self) -> Option<i64> {
        self.uses_limit
    }
}

/// [`Decision::token_digest`] where the decision is no longer at hand: of a token that was verified with a symmetric key
/// (`is_mac`), or with a public one.
#[must_use]
pub fn token_digest(token: &str, is_mac: bool) -> Option<[u8; 32]> {
    let mut buffers = Default::default();
    let (_, parsed) = Parsed::read_either(token, &mut buffers).ok()?;
    Some(Sha256::digest(if is_mac { parsed.signature } else { parsed.signed.as_bytes() }).into())
}

#[cfg(test)]
mod tests {
    use super::DecisionCode;

    /// The TypeScript union is written by hand; this keeps it equal to the registry, rank included.
    #[test]
    fn typescript_lists_exactly_these_codes_in_this_order() {
        let types = include_str!("../../pkg-template/token.d.ts");
        let union = types.split("type DecisionCode =").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
        let listed: Vec<&str> = union.split('"').skip(1).step_by(2).collect();
        let ours: Vec<&str> = DecisionCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(listed, ours);
    }
}
