//! Where the service keeps things: an ordered map from text to bytes, with versions, and commits that happen wholly or not
//! at all.
//!
//! That is all a backend must be: one SQLite table, one IndexedDB object store, one `BTreeMap`. Indexes are rows of the same
//! map ([`keys`] lays it out), so whatever must be true together is written in one [`Batch`].

pub mod keys;
mod memory;

use crate::error::{Error, ErrorCode, Result};
use crate::json::{Codes, Json};
use crate::secret::SecretBytes;
pub use memory::MemoryStore;

/// What this service wrote must be readable by it.
pub(super) const CORRUPT: Codes = Codes { missing: ErrorCode::StoreCorrupt, bad: ErrorCode::StoreCorrupt };

/// The JSON that was put.
pub(super) fn read_json(value: &SecretBytes) -> Result<Json> {
    let text = std::str::from_utf8(value.expose());
    let text = text.map_err(|_| Error::new(ErrorCode::StoreCorrupt, "what is stored is not text"))?;
    Json::parse(text, ErrorCode::StoreCorrupt)
}

/// A value and the version it was written with. Versions only grow, over the whole store: a key that is deleted and made
/// again has another version than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// From 1.
    pub version: u64,
    /// What was put.
    pub value: SecretBytes,
}

/// Rows between two keys, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first key that is in.
    pub from: String,
    /// The first key that is not.
    pub to: String,
    /// From the last to the first.
    pub is_reverse: bool,
    /// Rows to pass over first.
    pub skip: u32,
    /// Rows to give back at most.
    pub limit: u32,
}

impl Range {
    /// All keys that begin with a prefix, at most `limit` of them.
    #[must_use]
    pub fn prefix(prefix: &str, limit: u32) -> Self {
        // Keys are printable ASCII, so this is above all of them.
        Self { from: prefix.to_owned(), to: format!("{prefix}\u{7f}"), is_reverse: false, skip: 0, limit }
    }
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Versioned,
}

/// What is written together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Keys and the version they must have, 0 for a key that must not be there. Otherwise nothing is written.
    pub expect: Vec<(String, u64)>,
    /// Keys and their new values. Putting an equal value still gives the key a new version.
    pub put: Vec<(String, SecretBytes)>,
    /// Keys that go; it does no harm if they are not there.
    pub delete: Vec<String>,
    /// Entries that the store chains to its audit log, see [`super::audit::append`].
    pub audit: Vec<String>,
}

/// Storage. Errors are `store.unavailable`, and mean that it is not known whether a commit happened.
#[expect(async_fn_in_trait, reason = "the service runs on one thread, where futures need not be Send")]
pub trait Store {
    /// The values of some keys, in their order.
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<Versioned>>>;

    /// Rows of a range.
    async fn list(&self, range: &Range) -> Result<Vec<Row>>;

    /// How many rows a range has, whatever its skip and limit.
    async fn count(&self, range: &Range) -> Result<u64>;

    /// Writes a batch, and says whether it was: not if a version was another than expected.
    async fn commit(&self, batch: Batch) -> Result<bool>;
}
