//! The audit log: entries that are only ever appended, each with the hash of the one before.
//!
//! Whoever holds a later entry can tell whether an earlier one was changed, taken out or put in. A store calls [`append`]
//! inside the transaction that writes what the entries tell of.

use super::store::{keys, read_json};
use crate::encoding::hex_lower;
use crate::error::{Error, ErrorCode, Result};
use crate::json::{Json, Object};
use crate::secret::SecretBytes;
use sha2::{Digest as _, Sha256};

/// An entry under way. It tells of ids, codes and digests; never of a token or a key.
#[derive(Clone, Debug)]
pub struct Entry(Object);

impl Entry {
    /// Something happened: `create`, `update`, `delete`, `link`, `unlink`, `rebind`, `raise_epoch`, `refuse`, `deliver`, `explain` (a decision without a key); at a time in milliseconds
    /// since 1970.
    #[must_use]
    pub fn new(action: &str, time: i64) -> Self {
        let Json::Object(members) = Json::object([("time", Json::number(time)), ("action", Json::text(action))]) else {
            return Self(Object::new());
        };
        Self(members)
    }

    /// Adds a member: `set`, `id`, `key` (a key id), `code` (of the decision or refusal), `status`, `policy` (digest of the policy), `token`
    /// (digest of the token), `admin` (digest of the manager's token); of a link `navigation` and `to`, of a change `members`
    /// (their names), of a refusal `method`, of a rewrapped key `certificate` (the thumbprint of the new one), of a new epoch
    /// `epoch`; of several keys at once `keys`, `codes` and `policies`, with spaces between and in the order of the request.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), Json::text(value)));
        self
    }

    /// The entry as it goes into a batch.
    #[must_use]
    pub fn finish(self) -> String {
        Json::Object(self.0).to_text().expose().to_owned()
    }
}

/// The rows that append entries to a log whose last state is `head`: each entry under its number, and the new head.
///
/// A row is `{"n":number,"prev":"hash before","entry":{…},"hash":"…"}`; the hash is the SHA-256, in lower-case hexadecimal, of
/// the text before `,"hash"` and a closing brace. Before the first entry stand 64 zeros.
///
/// # Errors
/// `store.corrupt` where the head cannot be read.
pub fn append(head: Option<&SecretBytes>, entries: &[String]) -> Result<Vec<(String, SecretBytes)>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let (mut number, mut hash) = head.map_or_else(|| Ok((0, "0".repeat(64))), read_head)?;
    let mut rows = Vec::with_capacity(entries.len().saturating_add(1));
    for entry in entries {
        number = number.saturating_add(1);
        let text = format!(r#"{{"n":{number},"prev":"{hash}","entry":{entry}"#);
        hash = hash_of(&text);
        let row = format!(r#"{text},"hash":"{hash}"}}"#);
        rows.push((keys::audit_entry(number), SecretBytes::new(row.into_bytes())));
    }
    let head = format!(r#"{{"n":{number},"hash":"{hash}"}}"#);
    rows.push((keys::AUDIT_HEAD.to_owned(), SecretBytes::new(head.into_bytes())));
    Ok(rows)
}

fn hash_of(text: &str) -> String {
    hex_lower(&Sha256::digest(format!("{text}}}")))
}

fn read_head(head: &SecretBytes) -> Result<(u64, String)> {
    let corrupt = || Error::new(ErrorCode::StoreCorrupt, "the head of the audit log cannot be read");
    let Json::Object(members) = read_json(head)? else { return Err(corrupt()) };
    match members.as_slice() {
        [(n, Json::Number(number)), (name, Json::Text(hash))] if n == "n" && name == "hash" => {
            Ok((number.as_u64().ok_or_else(corrupt)?, hash.expose().to_owned()))
        }
        _ => Err(corrupt()),
    }
}
