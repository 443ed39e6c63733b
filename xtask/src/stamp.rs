//! Remembering what a result was made from, so that the same work is not done twice.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::failure::{Doing, Result};

/// A fingerprint of everything that a result depends on.
///
/// It guards against stale results, not against an adversary; another Rust release may compute
/// another value, which only means that the work is done once more.
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub fn matches(stamp: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|old| old == fingerprint)
}

pub fn write(stamp: &Path, fingerprint: &str) -> Result {
    fs::write(stamp, fingerprint).doing(|| format!("write {}", stamp.display()))
}
