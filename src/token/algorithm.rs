//! The signature algorithms, and what makes a key fit for one.

/// What a key is, as far as algorithms go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Secret bytes for an HMAC.
    Symmetric,
    /// RSA numbers.
    Rsa,
    /// A point on NIST P-256.
    P256,
    /// A point on NIST P-384.
    P384,
    /// A point on Ed25519.
    Ed25519,
}

macro_rules! algorithms {
    ($($(#[$doc:meta])+ $variant:ident = $number:literal $name:literal $kind:ident,)+) => {
        /// A signature algorithm of RFC 7518 or RFC 8037. Each key of a policy has exactly one; a token's header has no say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Algorithm { $($(#[$doc])+ $variant,)+ }

        impl Algorithm {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The registered name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The kind of key it takes.
            #[must_use]
            pub const fn key_kind(self) -> KeyKind {
                match self { $(Self::$variant => KeyKind::$kind,)+ }
            }

            /// The number in a compiled policy.
            pub(super) const fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)+ }
            }
        }
    };
}

algorithms! {
    /// HMAC with SHA-256; also the one algorithm of Simple Web Tokens.
    Hs256 = 1 "HS256" Symmetric,
    /// HMAC with SHA-384.
    Hs384 = 2 "HS384" Symmetric,
    /// HMAC with SHA-512.
    Hs512 = 3 "HS512" Symmetric,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256 = 4 "RS256" Rsa,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384 = 5 "RS384" Rsa,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512 = 6 "RS512" Rsa,
    /// RSASSA-PSS with SHA-256, MGF1 with the same, and a salt as long as the hash.
    Ps256 = 7 "PS256" Rsa,
    /// RSASSA-PSS with SHA-384.
    Ps384 = 8 "PS384" Rsa,
    /// RSASSA-PSS with SHA-512.
    Ps512 = 9 "PS512" Rsa,
    /// ECDSA on P-256 with SHA-256.
    Es256 = 10 "ES256" P256,
    /// ECDSA on P-384 with SHA-384.
    Es384 = 11 "ES384" P384,
    /// Ed25519. RFC 9864 spells it `Ed25519`, which is read as well.
    EdDsa = 12 "EdDSA" Ed25519,
}

impl Algorithm {
    /// Finds an algorithm by its registered name, to the letter.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.number() == number)
    }

    /// Whether signatures are MACs, which whoever can verify can also make.
    #[must_use]
    pub fn is_symmetric(self) -> bool {
        self.key_kind() == KeyKind::Symmetric
    }
}
