//! One error for the whole house: a stable code, a sentence a person can act on, and where.
//!
//! The same shape crosses into JavaScript as `KeywicketError`. Messages never contain a secret: no key
//! bytes, no token text, no passwords; lengths, names and positions only.

use std::borrow::Cow;
use std::fmt;

/// What the rooms return.
pub type Result<T> = std::result::Result<T, Error>;

macro_rules! error_codes {
    ($($(#[$doc:meta])+ $variant:ident = $text:literal,)+) => {
        /// Stable, machine-readable reasons. `as_str` gives the text that users match on: the room, a dot, the reason.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])+ $variant,)+ }

        impl ErrorCode {
            /// Every code there is, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable text of the code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

error_codes! {
    /// A required argument or member is absent.
    ArgumentMissing = "argument.missing",
    /// An argument is of the wrong JavaScript type, such as a string where bytes belong.
    ArgumentWrongType = "argument.wrong_type",
    /// An options object has a member that nothing reads: usually a misspelling.
    ArgumentUnknownMember = "argument.unknown_member",
    /// A number, or a name out of a list, outside what is allowed.
    ArgumentOutOfRange = "argument.out_of_range",
    /// An input beyond the documented size.
    ArgumentTooLong = "argument.too_long",
    /// An id that is the empty text.
    IdEmpty = "id.empty",
    /// An entity id without, or with another entity's, prefix.
    IdWrongPrefix = "id.wrong_prefix",
    /// The part of an id that should be a GUID is not one.
    IdNotAGuid = "id.not_a_guid",
    /// The all-zero GUID where a real one is needed.
    IdAllZero = "id.all_zero",
    /// Key bytes of a length that their type does not have.
    KeyWrongLength = "key.wrong_length",
    /// A content key type that does not exist.
    KeyUnknownType = "key.unknown_type",
    /// A content key type that clients may not create.
    KeyNotImportable = "key.not_importable",
    /// A PlayReady key seed of fewer than 30 bytes.
    KeySeedTooShort = "key.seed_too_short",
    /// Text that is not base64.
    Base64Invalid = "base64.invalid",
    /// Bytes that are not a DER X.509 certificate.
    CertificateNotACertificate = "certificate.not_a_certificate",
    /// A certificate whose key is not RSA.
    CertificateNotRsa = "certificate.not_rsa",
    /// An RSA key outside 1024 to 8192 bits, or with an unusable exponent.
    CertificateUnsupportedKeySize = "certificate.unsupported_key_size",
    /// More bytes than OAEP carries under this key.
    WrapKeyTooLong = "wrap.key_too_long",
    /// The RSA operation failed for a reason that says nothing about the key.
    WrapFailed = "wrap.failed",
    /// The wrapped key does not unwrap. What was wrong is not said: it would help to find out keys.
    UnwrapFailed = "unwrap.failed",
    /// A private key that cannot be read.
    UnwrapBadPrivateKey = "unwrap.bad_private_key",
    /// File encryption keys are of another length.
    FileWrongKeyLength = "file.wrong_key_length",
    /// An initialization vector of the wrong length or that is not a number.
    FileBadIv = "file.bad_iv",
    /// A negative position, or one beyond what a file can have.
    FileBadOffset = "file.bad_offset",
    /// The same initialization vector for another file of the same key.
    FileIvReused = "file.iv_reused",
    /// Nothing to encrypt.
    FileEmpty = "file.empty",
    /// The ciphertext does not decrypt: its length or padding is wrong.
    FileDecryptFailed = "file.decrypt_failed",
    /// More after the end, or an end that came twice.
    FileFinished = "file.finished",
    /// The platform gave no randomness.
    RandomUnavailable = "random.unavailable",
    /// An empty text where XML belongs.
    XmlEmpty = "xml.empty",
    /// Not well-formed XML.
    XmlMalformed = "xml.malformed",
    /// A document type declaration, which is never read.
    XmlDtdRefused = "xml.dtd_refused",
    /// More bytes than the reader takes.
    XmlTooLarge = "xml.too_large",
    /// Nested deeper than the reader follows.
    XmlTooDeep = "xml.too_deep",
    /// More attributes on one element than the reader takes.
    XmlTooManyAttributes = "xml.too_many_attributes",
    /// More elements than the reader takes.
    XmlTooManyElements = "xml.too_many_elements",
    /// An entity reference other than the five of XML.
    XmlUnknownEntity = "xml.unknown_entity",
    /// A character that XML 1.0 does not allow.
    XmlBadCharacter = "xml.bad_character",
    /// The document is XML, but not a token restriction.
    TokenRestrictionWrongRoot = "token_restriction.wrong_root",
    /// A required element is absent.
    TokenRestrictionMissingElement = "token_restriction.missing_element",
    /// An issuer, an audience or a claim type without text.
    TokenRestrictionEmptyValue = "token_restriction.empty_value",
    /// A verification key whose `i:type` is absent, abstract or unknown.
    TokenRestrictionUnknownKeyType = "token_restriction.unknown_key_type",
    /// An element whose value cannot be read, such as a key that is not base64.
    TokenRestrictionBadValue = "token_restriction.bad_value",
    /// A token type other than SWT and JWT.
    TokenRestrictionUnknownTokenType = "token_restriction.unknown_token_type",
    /// Neither a primary verification key nor a discovery document.
    TokenRestrictionNoKeyAndNoDiscovery = "token_restriction.no_key_and_no_discovery",
    /// An issuer, audience or discovery address that must be an absolute URI and is not.
    TokenRestrictionNotAnAbsoluteUri = "token_restriction.not_an_absolute_uri",
    /// A verification key that cannot verify anything.
    VerificationKeyInvalid = "verification_key.invalid",
    /// A symmetric key is needed and the policy's is not.
    VerificationKeyNotSymmetric = "verification_key.not_symmetric",
    /// The policy ties tokens to a content key and none was named.
    MintKeyIdRequired = "mint.key_id_required",
    /// A token that would never be valid.
    MintBadLifetime = "mint.bad_lifetime",
    /// An entity set that this API does not have.
    EntityUnknownSet = "entity.unknown_set",
    /// An entity body that is not JSON.
    EntityNotJson = "entity.not_json",
    /// An entity with a missing, unknown or ill-typed member.
    EntityInvalid = "entity.invalid",
    /// An API root that is not an absolute http or https URL ending with a slash.
    EntityBadRoot = "entity.bad_root",
    /// A navigation that the entity does not have.
    EntityUnknownNavigation = "entity.unknown_navigation",
    /// The decision does not allow delivery.
    DeliverNotAllowed = "deliver.not_allowed",
    /// The decision was made for another content key.
    DeliverWrongKey = "deliver.wrong_key",
}

/// A place in a text input, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Why something was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    message: Cow<'static, str>,
    path: Option<String>,
    position: Option<Position>,
}

impl Error {
    /// An error with its sentence. The message must not contain a secret.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), path: None, position: None }
    }

    /// Says which argument, member or element is meant. The innermost place wins.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path.get_or_insert_with(|| path.into());
        self
    }

    /// Puts an outer place in front: `key` within `signer` becomes `signer.key`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.path = Some(match self.path {
            Some(inner) if inner.starts_with('[') => format!("{outer}{inner}"),
            Some(inner) => format!("{outer}.{inner}"),
            None => outer.to_owned(),
        });
        self
    }

    /// Says where in a text input.
    #[must_use]
    pub fn at_position(mut self, position: Position) -> Self {
        self.position.get_or_insert(position);
        self
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The sentence for people, without path and position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Which argument, member or element.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Where in a text input.
    #[must_use]
    pub const fn position(&self) -> Option<Position> {
        self.position
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(path) = &self.path {
            write!(f, " (at {path})")?;
        }
        if let Some(Position { line, column }) = self.position {
            write!(f, " (line {line}, column {column})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// How grave a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The old systems would refuse this, or something will fail.
    Error,
    /// It works, and you should know.
    Warning,
    /// Worth a word.
    Info,
}

impl Severity {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// What a reader noticed without refusing: mended, or only mentioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable reason, as for errors: room, dot, reason.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// Which member or element.
    pub path: String,
    /// Where in a text input.
    pub position: Option<Position>,
    /// What is wrong and what follows from it.
    pub why: Cow<'static, str>,
    /// What to do about it.
    pub fix: Option<Cow<'static, str>>,
    /// The value that was read in its place, where something was mended.
    pub mended: Option<String>,
}

impl Finding {
    /// A finding without position, fix or mended value.
    pub fn new(
        code: &'static str,
        severity: Severity,
        path: impl Into<String>,
        why: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, severity, path: path.into(), position: None, why: why.into(), fix: None, mended: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Cow<'static, str>>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn places_are_joined_from_the_inside_out() {
        let error = Error::new(ErrorCode::KeyWrongLength, "short").at("key").within("alternateVerificationKeys[1]");
        assert_eq!(error.path(), Some("alternateVerificationKeys[1].key"));
        assert_eq!(Error::new(ErrorCode::IdEmpty, "x").at("[2]").within("claims").path(), Some("claims[2]"));
    }

    /// The TypeScript union is written by hand; this keeps it equal to the registry.
    #[test]
    fn typescript_lists_exactly_these_codes() {
        let types = include_str!("../pkg-template/index.d.ts");
        let union = types.split("type KeywicketErrorCode =").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
        let listed: BTreeSet<&str> = union.split('"').skip(1).step_by(2).collect();
        let facade_only = ["not_initialized", "internal"];
        let ours: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).chain(facade_only).collect();
        assert_eq!(listed, ours);
    }
}
