//! The layout of the store: which row stands under which key.
//!
//! | key | value |
//! |---|---|
//! | `e/{set}/{id}` | an entity: its JSON, members in the order of the documentation |
//! | `i/{set}/{member}/{value} {id}` | nothing: the entity has that value in an indexed member; none is the empty text |
//! | `l/{from set}/{from id}/{navigation}/{to id}` | nothing: a link |
//! | `r/{to set}/{to id}/{navigation}/{from id}` | nothing: the same link from its other end |
//! | `u/{token digest}` | how often a token with limited uses was used, and until when that matters |
//! | `x/{end, 12 digits}/{token digest}` | nothing: when a counter may go |
//! | `a/{number, 16 digits}` | an entry of the audit log |
//! | `b/{random id}` | nothing: entries of deliveries that were written together, so that they never are twice; goes with the next |
//! | `m/audit`, `m/epoch` | the end of the audit chain; the number that ends all caching when it grows |
//!
//! Keys are printable ASCII, so that every backend puts them in the same order.

use crate::service::{EntitySet, Navigation};
use std::fmt::Write as _;

/// The end of the audit chain.
pub const AUDIT_HEAD: &str = "m/audit";
/// The caching epoch.
pub const EPOCH: &str = "m/epoch";
/// What all entries of the audit log begin with.
pub const AUDIT: &str = "a/";

/// An entity. The id is in its canonical spelling.
#[must_use]
pub fn entity(set: EntitySet, id: &str) -> String {
    format!("e/{}/{id}", set.name())
}

/// What all entities of a set begin with.
#[must_use]
pub fn entities(set: EntitySet) -> String {
    format!("e/{}/", set.name())
}

/// What all rows for one value of an indexed member begin with.
#[must_use]
pub fn index_value(set: EntitySet, member: &str, value: &str) -> String {
    format!("{}{} ", index(set, member), escape(value))
}

/// What all rows of an index begin with.
#[must_use]
pub fn index(set: EntitySet, member: &str) -> String {
    format!("i/{}/{member}/", set.name())
}

/// What all links of an entity through a navigation begin with.
#[must_use]
pub fn links(navigation: Navigation, from_id: &str) -> String {
    format!("l/{}/{from_id}/{}/", navigation.ends().0.name(), navigation.name())
}

/// What all links to an entity through a navigation begin with.
#[must_use]
pub fn links_to(navigation: Navigation, to_id: &str) -> String {
    format!("r/{}/{to_id}/{}/", navigation.ends().1.name(), navigation.name())
}

/// An entry of the audit log.
#[must_use]
pub fn audit_entry(number: u64) -> String {
    format!("{AUDIT}{number:016}")
}

/// The counter of a token, whose digest is in hexadecimal.
#[must_use]
pub fn uses(token_digest: &str) -> String {
    format!("u/{token_digest}")
}

/// When the counter of a token may go, in seconds since 1970.
#[must_use]
pub fn uses_end(end: i64, token_digest: &str) -> String {
    format!("x/{end:012}/{token_digest}")
}

/// The last part of a key: the id at the end of an index row or a link.
#[must_use]
pub fn last_part(key: &str) -> &str {
    key.rsplit_once(['/', ' ']).map_or(key, |(_, last)| last)
}

/// Any text as printable ASCII without a space, in the order of its UTF-8 bytes; a space, which is below all of it, ends it. Cut
/// after 96 bytes, so that what follows from such a key must be checked on the entity.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes().take(96) {
        match byte {
            // In order with their neighbours: what stands for itself lies between these two marks.
            0..=b'!' => _ = write!(escaped, "!{byte:02x}"),
            b'~'.. => _ = write!(escaped, "~{byte:02x}"),
            _ => escaped.push(char::from(byte)),
        }
    }
    escaped
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::escape;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escaping_keeps_the_order(a in ".{0,24}", b in ".{0,24}") {
            prop_assert!(escape(&a).bytes().all(|byte| byte.is_ascii_graphic()));
            let first = |text: &str| text.bytes().take(96).collect::<Vec<u8>>();
            prop_assert_eq!((escape(&a) + " ").cmp(&(escape(&b) + " ")), first(&a).cmp(&first(&b)));
        }
    }
}
