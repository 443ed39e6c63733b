//! What a token says, in one shape for both token types.

/// The value of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimValue {
    /// A text.
    Text(String),
    /// Several texts: a JSON array.
    Texts(Vec<String>),
    /// A number, truth value, object or null, as its JSON text.
    Json(String),
}

impl ClaimValue {
    /// Whether the value is, or among several contains, this text. Numbers and truth values compare by their JSON text.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.any(|value| value == text)
    }

    /// Whether any of the values satisfies a condition.
    pub fn any(&self, condition: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Text(value) | Self::Json(value) => condition(value),
            Self::Texts(values) => values.iter().any(|value| condition(value)),
        }
    }

    /// For reading.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Text(value) | Self::Json(value) => value.clone(),
            Self::Texts(values) => format!("[{}]", values.join(", ")),
        }
    }
}

/// A point in time as a token states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Time {
    /// Not stated.
    Absent,
    /// Seconds since 1970.
    Seconds(i64),
    /// Stated, but not a whole number of seconds from 0 to 2^53; as it was written.
    Unreadable(String),
}

impl Time {
    /// The seconds, if they are there and readable.
    #[must_use]
    pub const fn seconds(&self) -> Option<i64> {
        match self {
            Self::Seconds(seconds) => Some(*seconds),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }
}

/// The claims of a token, the registered ones apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `iss` or `Issuer`.
    pub issuer: Option<ClaimValue>,
    /// `aud` or `Audience`.
    pub audience: Option<ClaimValue>,
    /// `exp` or `ExpiresOn`.
    pub expires: Time,
    /// `nbf`; a Simple Web Token has none.
    pub not_before: Time,
    /// All claims under their own names, the registered ones included, in the order of the token.
    pub all: Vec<(String, ClaimValue)>,
}

impl Claims {
    /// A claim by its name in the token.
    #[must_use]
    pub fn get(&self, claim_type: &str) -> Option<&ClaimValue> {
        self.all.iter().find(|(name, _)| name == claim_type).map(|(_, value)| value)
    }
}
