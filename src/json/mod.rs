//! JSON that may hold secrets: members keep their order, texts wipe themselves.
//!
//! A general-purpose reader decodes escaped texts in a buffer that nobody wipes, and an option entity is just that: a text
//! with escaped quotation marks around XML with keys. So texts are decoded here, straight into their own buffers.

mod escape;
mod object;
mod read;
pub(crate) mod scan;
mod write;

use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretText;
pub(crate) use object::{Codes, Members, Names, one_of};
pub use serde_json::Number;
pub use write::Escapes;

/// What the reader takes, in bytes: a policy of a hundred options is far smaller.
pub const MAX_BYTES: usize = 1024 * 1024;
/// How deep objects and lists may nest.
pub const MAX_DEPTH: usize = 32;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, which may be a secret.
    Text(SecretText),
    /// A list.
    List(Vec<Json>),
    /// The members of an object in their order, each name once.
    Object(Object),
}

/// The members of an object in their order.
pub type Object = Vec<(String, Json)>;

impl Json {
    /// Reads a whole document of at most [`MAX_BYTES`]. A member that stands twice is refused: readers disagree on which
    /// one counts.
    ///
    /// # Errors
    /// The given code, with a position.
    pub fn parse(text: &str, code: ErrorCode) -> Result<Self> {
        if text.len() > MAX_BYTES {
            return Err(Error::new(code, format!("more than the {MAX_BYTES} bytes of JSON that are read")));
        }
        read::read(text).map_err(|refusal| Error::new(code, refusal.why).at_position(refusal.position))
    }

    /// Compact JSON with the escapes of Newtonsoft.Json, which the .NET SDK used.
    #[must_use]
    pub fn to_text(&self) -> SecretText {
        write::write(self, Escapes::Newtonsoft)
    }

    /// Compact JSON with a chosen set of escapes.
    #[must_use]
    pub fn to_text_with(&self, escapes: Escapes) -> SecretText {
        write::write(self, escapes)
    }

    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(SecretText::copied(text))
    }

    /// Bytes as a text of base64.
    #[must_use]
    pub fn base64(bytes: &[u8]) -> Self {
        let mut text = SecretText::new();
        text.push_base64(bytes);
        Self::Text(text)
    }

    /// A whole number.
    #[must_use]
    pub fn number(number: impl Into<Number>) -> Self {
        Self::Number(number.into())
    }

    /// An object of these members.
    #[must_use]
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// What kind of value it is, for sentences; never the value itself.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}
