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
mod delivery_policy;
mod documents;
mod drm;
mod entities;
mod files;
mod ids;
mod keys;
mod playready;
mod policies;
mod randomness;
mod requests;
mod seeds;
mod v3;
mod wycheproof;
mod xml;
