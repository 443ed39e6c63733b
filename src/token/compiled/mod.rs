//! A policy made ready for checking: all that a verifier needs, and nothing that has to be parsed again.

mod bytes;
mod settings;

use super::algorithm::Algorithm;
use super::decision::KeyName;
use super::jwks::JsonWebKeySet;
use crate::error::{Error, ErrorCode, Result};
use crate::policy::{
    IpRestriction, KeyDeliveryType, MAX_VERIFICATION_KEYS, PolicyOption, Restriction, TokenClaim, TokenRestriction,
    TokenType, VerificationKey,
};
use crate::secret::SecretBytes;
use rsa::pkcs8::EncodePublicKey as _;

pub use settings::{DEFAULT_TOLERANCE, VerifierSettings};

/// Options that are tried; a policy with more is refused.
pub(crate) const MAX_OPTIONS: usize = 64;

/// A policy with its settings, checked and flattened. It holds the symmetric keys: treat its bytes as a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledPolicy {
    pub(super) tolerance: u16,
    /// Whether decisions say which option they are about: not for a single restriction.
    pub(super) is_numbered: bool,
    pub(super) options: Vec<CompiledOption>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CompiledOption {
    pub(super) key_delivery_type: Option<KeyDeliveryType>,
    pub(super) restrictions: Vec<CompiledRestriction>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CompiledRestriction {
    Open,
    Token(Box<TokenRules>),
    Ip(IpRestriction),
}

/// What a token must be to pass one restriction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenRules {
    pub(super) token_type: TokenType,
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) required_claims: Vec<TokenClaim>,
    /// Whether the policy names a discovery document, and so takes the keys of its key set.
    pub(super) takes_key_set: bool,
    /// In the order they are tried.
    pub(super) keys: Vec<CompiledKey>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CompiledKey {
    pub(super) name: KeyName,
    /// `kid` of a JSON Web Key; the keys of a policy have none.
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    /// The HMAC key, or the public key as a SubjectPublicKeyInfo.
    pub(super) material: SecretBytes,
}

impl CompiledPolicy {
    /// A single token restriction.
    ///
    /// # Errors
    /// `argument.out_of_range` for settings out of range and more than 32 keys; `verification_key.*` and `certificate.*`
    /// for a key that could never verify anything, with its member as the path.
    pub fn from_restriction(restriction: &TokenRestriction, settings: &VerifierSettings) -> Result<Self> {
        settings.check()?;
        let rules = TokenRules::new(restriction, settings)?;
        let restrictions = vec![CompiledRestriction::Token(Box::new(rules))];
        let options = vec![CompiledOption { key_delivery_type: None, restrictions }];
        Self { tolerance: settings.tolerance, is_numbered: false, options }.with_optional_key_set(settings)
    }

    /// The options of an authorization policy.
    ///
    /// # Errors
    /// Those of [`CompiledPolicy::from_restriction`], with the option's index in front of the path; `argument.out_of_range`
    /// beyond 64 options.
    pub fn from_options(options: &[PolicyOption], settings: &VerifierSettings) -> Result<Self> {
        settings.check()?;
        if options.len() > MAX_OPTIONS {
            let why = format!("a policy has at most {MAX_OPTIONS} options; this one has {}", options.len());
            return Err(Error::new(ErrorCode::ArgumentOutOfRange, why));
        }
        let compile = |(index, option): (usize, &PolicyOption)| {
            let restrictions = option.restrictions().iter().map(|restriction| match restriction {
                Restriction::Open => Ok(CompiledRestriction::Open),
                Restriction::Ip(networks) => Ok(CompiledRestriction::Ip(networks.clone())),
                Restriction::Token(restriction) => {
                    TokenRules::new(restriction, settings).map(Box::new).map(CompiledRestriction::Token)
                }
            });
            let restrictions =
                restrictions.collect::<Result<_>>().map_err(|error| error.within(&format!("[{index}]")))?;
            Ok(CompiledOption { key_delivery_type: Some(option.key_delivery_type()), restrictions })
        };
        let options = options.iter().enumerate().map(compile).collect::<Result<_>>()?;
        Self { tolerance: settings.tolerance, is_numbered: true, options }.with_optional_key_set(settings)
    }

    fn with_optional_key_set(self, settings: &VerifierSettings) -> Result<Self> {
        match &settings.key_set {
            Some(key_set) => self.with_key_set(key_set),
            None => Ok(self),
        }
    }

    /// The same policy with this key set behind its discovery document, in place of an earlier one.
    ///
    /// # Errors
    /// `argument.out_of_range` where the policy names no discovery document, since such a set would let in tokens that the
    /// policy does not know of, and where there are more than 32 keys.
    pub fn with_key_set(mut self, key_set: &JsonWebKeySet) -> Result<Self> {
        let mut is_used = false;
        for restriction in self.options.iter_mut().flat_map(|option| &mut option.restrictions) {
            let CompiledRestriction::Token(rules) = restriction else { continue };
            if rules.takes_key_set {
                is_used = true;
                rules.keys.retain(|key| !matches!(key.name, KeyName::Jwks(_)));
                let count = rules.keys.len().saturating_add(key_set.keys().len());
                check_count(count).map_err(|error| error.at("jwks"))?;
                rules.keys.extend_from_slice(key_set.keys());
            }
        }
        if is_used {
            return Ok(self);
        }
        let why = "the policy names no OpenID discovery document, so keys from outside have no place in it: give it \
                   openIdDiscoveryUri, or put the keys into the policy";
        Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at("jwks"))
    }
}

fn check_count(count: usize) -> Result<()> {
    if count <= MAX_VERIFICATION_KEYS {
        return Ok(());
    }
    let why = format!("a policy has at most {MAX_VERIFICATION_KEYS} verification keys; this one has {count}");
    Err(Error::new(ErrorCode::ArgumentOutOfRange, why))
}

impl TokenRules {
    fn new(restriction: &TokenRestriction, settings: &VerifierSettings) -> Result<Self> {
        // Counted before any of them is looked at: preparing a certificate is work.
        check_count(restriction.verification_keys().count())?;
        let primary = restriction.primary_verification_key.iter().map(|key| (KeyName::Primary, key));
        let alternates = (0..).map(KeyName::Alternate).zip(&restriction.alternate_verification_keys);
        let keys = primary
            .chain(alternates)
            .map(|(name, key)| {
                CompiledKey::new(name, key, restriction.token_type, settings)
                    .map_err(|error| error.within(&member_name(name)))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            token_type: restriction.token_type,
            issuer: restriction.issuer.clone(),
            audience: restriction.audience.clone(),
            required_claims: restriction.required_claims.clone(),
            takes_key_set: restriction.open_id_discovery_uri.is_some(),
            keys,
        })
    }
}

impl CompiledKey {
    fn new(name: KeyName, key: &VerificationKey, token_type: TokenType, settings: &VerifierSettings) -> Result<Self> {
        let (algorithm, material) = match (key, key.rsa_key()?) {
            (VerificationKey::Symmetric(secret), _) => {
                check_secret(secret)?;
                let is_swt = token_type == TokenType::Swt;
                (if is_swt { Algorithm::Hs256 } else { settings.symmetric_algorithm }, secret.clone())
            }
            (_, Some(key)) => {
                let info = key.key().to_public_key_der().map_err(|_| no_rsa_key())?;
                (settings.rsa_algorithm, SecretBytes::new(info.into_vec()))
            }
            (_, None) => return Err(no_rsa_key()),
        };
        Ok(Self { name, id: None, algorithm, material })
    }
}

/// An empty key is one that everybody has, and so is a certificate or public key that was taken for a secret.
fn check_secret(secret: &SecretBytes) -> Result<()> {
    let why = if secret.is_empty() {
        "the symmetric key is empty: anybody could sign with it"
    } else if secret.expose().trim_ascii_start().starts_with(b"-----BEGIN ") {
        "the symmetric key is the text of a PEM file: a certificate or public key belongs into an X.509 or RSA key"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorCode::VerificationKeyInvalid, why))
}

fn no_rsa_key() -> Error {
    Error::new(ErrorCode::VerificationKeyInvalid, "the key holds no RSA key")
}

/// The member of the policy that holds the key of that name.
fn member_name(name: KeyName) -> String {
    match name {
        KeyName::Alternate(index) => format!("alternateVerificationKeys[{index}]"),
        _ => "primaryVerificationKey".to_owned(),
    }
}
