//! Native tests from outside, through the public API only.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests stop at the first surprise"
)]

mod certificate;
mod decisions;
mod documents;
mod entities;
mod files;
mod ids;
mod keys;
mod randomness;
mod requests;
mod seeds;
mod wycheproof;
mod xml;
