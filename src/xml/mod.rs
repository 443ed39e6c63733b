//! The one XML set-up of this house, on `quick-xml`: what it refuses, what it bounds, and how it writes.
//!
//! Documents come from strangers. A document type declaration is refused outright, so no entity can be
//! declared and nothing can be fetched; only the five built-in entities and character references resolve.
//! Names are compared by namespace URI and local name, never by prefix. Every error has a line and a column.

mod read;
mod write;

pub use read::{Attribute, Document, Element};
pub use write::Writer;

/// The namespace of `i:type` and `i:nil`.
pub const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// How much of a document is read before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the document in bytes.
    pub bytes: usize,
    /// Elements inside each other.
    pub depth: usize,
    /// Elements in the whole document.
    pub elements: usize,
    /// Attributes, namespace declarations included, on one element.
    pub attributes: usize,
}

impl Limits {
    /// For policies and licence templates. The largest template of the old SDKs' tests is 4 KB, 6 deep, with 60
    /// elements; a policy with 1,000 required claims still fits.
    pub const POLICY: Self = Self { bytes: 256 * 1024, depth: 32, elements: 4096, attributes: 32 };
}
