//! Token restrictions: which tokens open a content key, and the XML that says so.

mod forward_scan;
mod read;
mod write;

use super::{VerificationKey, is_absolute_uri};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretText;
use std::borrow::Cow;

pub use read::read_token_restriction;

/// The claim that ties a token to one content key: its value is the key's GUID.
pub const CONTENT_KEY_IDENTIFIER_CLAIM: &str = "urn:microsoft:azure:mediaservices:contentkeyidentifier";

/// Verification keys that are tried on one token. A verifier refuses a policy with more when it is built.
pub const MAX_VERIFICATION_KEYS: usize = 32;

/// Namespace of the XML.
pub const NAMESPACE: &str = "http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/TokenRestrictionTemplate/v1";

/// The two token formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// Simple Web Token: form-encoded claims with an HMAC-SHA-256.
    Swt,
    /// JSON Web Token in compact serialization.
    Jwt,
}

impl TokenType {
    /// `SWT` or `JWT`, as in the XML.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Swt => "SWT",
            Self::Jwt => "JWT",
        }
    }

    /// Finds a type by its name, letter case included.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Swt, Self::Jwt].into_iter().find(|token_type| token_type.name() == name)
    }
}

/// Something a token must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClaim {
    /// Claim type, never blank.
    pub claim_type: String,
    /// Claim value. None: the claim must be there, whatever its value; for
    /// [`CONTENT_KEY_IDENTIFIER_CLAIM`], the GUID of the requested key.
    pub value: Option<String>,
}

impl TokenClaim {
    /// The claim that ties tokens to the requested key.
    #[must_use]
    pub fn content_key_identifier() -> Self {
        Self { claim_type: CONTENT_KEY_IDENTIFIER_CLAIM.to_owned(), value: None }
    }

    /// Whether this is [`CONTENT_KEY_IDENTIFIER_CLAIM`].
    #[must_use]
    pub fn is_content_key_identifier(&self) -> bool {
        self.claim_type == CONTENT_KEY_IDENTIFIER_CLAIM
    }
}

/// Which release of the .NET SDK to write like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// The last ones: with an `OpenIdConnectDiscoveryDocument` element, nil where there is none.
    #[default]
    Current,
    /// 3.2 of April 2015: without that element. The REST documentation prints this form.
    Of2015,
    /// 3.1 of March 2015: issuer and audience are URIs, written in their normal form.
    Sdk31,
    /// 3.0 of 2014: as 3.1, and without `TokenType`, since there was SWT only.
    Sdk30,
}

impl Form {
    /// The name that the JavaScript side uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Of2015 => "2015",
            Self::Sdk31 => "3.1",
            Self::Sdk30 => "3.0",
        }
    }

    /// Finds a form by that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Current, Self::Of2015, Self::Sdk31, Self::Sdk30].into_iter().find(|form| form.name() == name)
    }

    /// An issuer or audience as this release writes it.
    #[must_use]
    pub fn uri_text<'t>(self, text: &'t str) -> Cow<'t, str> {
        match self {
            Self::Current | Self::Of2015 => Cow::Borrowed(text),
            Self::Sdk31 | Self::Sdk30 => Cow::Owned(super::absolute_uri::normal_form(text)),
        }
    }
}

/// Which tokens open a key. Issuer, audience and claim types are never blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRestriction {
    /// Token format.
    pub token_type: TokenType,
    /// Must equal the token's issuer to the letter.
    pub issuer: String,
    /// Must equal the token's audience to the letter.
    pub audience: String,
    /// Tried first.
    pub primary_verification_key: Option<VerificationKey>,
    /// Tried after the primary, in order: for changing keys without refusing valid tokens.
    pub alternate_verification_keys: Vec<VerificationKey>,
    /// What else a token must say.
    pub required_claims: Vec<TokenClaim>,
    /// Address of an OpenID Connect discovery document that names further keys.
    pub open_id_discovery_uri: Option<String>,
}

impl TokenRestriction {
    /// Checks what the .NET SDK checked before writing, in its order: blank texts, then keys, then addresses.
    ///
    /// # Errors
    /// `token_restriction.empty_value`, `….no_key_and_no_discovery`, `….not_an_absolute_uri`.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.issuer, "issuer")?;
        not_empty(&self.audience, "audience")?;
        for (index, claim) in self.required_claims.iter().enumerate() {
            if claim.claim_type.trim().is_empty() {
                return Err(Error::new(ErrorCode::TokenRestrictionEmptyValue, "a claim type is blank")
                    .at(format!("requiredClaims[{index}].type")));
            }
        }
        if self.primary_verification_key.is_none() && self.open_id_discovery_uri.is_none() {
            return Err(Error::new(
                ErrorCode::TokenRestrictionNoKeyAndNoDiscovery,
                "there is neither a primary verification key nor an OpenID discovery document: no token could ever be verified",
            )
            .at("primaryVerificationKey"));
        }
        if let Some(uri) = &self.open_id_discovery_uri {
            not_empty(uri, "openIdDiscoveryUri")?;
            absolute(uri, "openIdDiscoveryUri", "the address of the discovery document")?;
        }
        if self.token_type == TokenType::Swt {
            absolute(&self.issuer, "issuer", "with SWT the issuer")?;
            absolute(&self.audience, "audience", "with SWT the audience")?;
        }
        Ok(())
    }

    /// Writes the XML, which holds the symmetric keys, after checking it.
    ///
    /// # Errors
    /// As [`TokenRestriction::validate`]; `argument.out_of_range` for a JWT policy in the form of release 3.0.
    pub fn to_xml(&self, form: Form) -> Result<SecretText> {
        self.validate()?;
        if form == Form::Sdk30 && self.token_type == TokenType::Jwt {
            let why = "release 3.0 knew Simple Web Tokens only: without TokenType the policy would ask for one";
            return Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at("tokenType"));
        }
        Ok(write::write(self, form))
    }

    /// All verification keys in the order they are tried, each with its name: `primary`, `alternate[0]`, …
    pub fn verification_keys(&self) -> impl Iterator<Item = (String, &VerificationKey)> {
        let primary = self.primary_verification_key.iter().map(|key| ("primary".to_owned(), key));
        let alternates = self
            .alternate_verification_keys
            .iter()
            .enumerate()
            .map(|(index, key)| (format!("alternate[{index}]"), key));
        primary.chain(alternates)
    }
}

fn not_empty(text: &str, path: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::new(
            ErrorCode::TokenRestrictionEmptyValue,
            format!("{path} is empty: tokens are compared with it, so it must say something"),
        )
        .at(path));
    }
    Ok(())
}

fn absolute(text: &str, path: &str, what: &str) -> Result<()> {
    if is_absolute_uri(text) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::TokenRestrictionNotAnAbsoluteUri,
        format!("{what} must be an absolute URI such as https://sts.example/ or urn:example"),
    )
    .at(path))
}
