//! One error for the whole house: a stable code, a sentence a person can act on, and where.
//!
//! The same shape crosses into JavaScript as `KeywicketError`. Messages never contain a secret: no key
//! bytes, no token text, no passwords; lengths, names and positions only.

mod codes;

pub use codes::ErrorCode;
use std::borrow::Cow;
use std::fmt;

/// What the rooms return.
pub type Result<T> = std::result::Result<T, Error>;

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
        let facade_only = [
            "not_initialized",
            "internal",
            "webcrypto.unavailable",
            "verification_key.unsupported_here",
            "openid.unreachable",
            "openid.refused",
            "openid.invalid",
            "openid.too_large",
        ];
        let ours: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).chain(facade_only).collect();
        assert_eq!(listed, ours);
    }
}
