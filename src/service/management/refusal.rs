//! Why a request is refused: a status, a code, a sentence.

use crate::error::{Error, ErrorCode};

/// What a client is told in place of what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    /// For people; with the place where there is one.
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

/// What the rooms refuse is the client's mistake, but for what the platform could not do.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error.code() {
            ErrorCode::StoreUnavailable | ErrorCode::RandomUnavailable | ErrorCode::UpstreamUnavailable => 503,
            ErrorCode::StoreCorrupt => 500,
            _ => 400,
        };
        Self::new(status, error.code().as_str(), error.to_string())
    }
}
