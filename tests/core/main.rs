//! Native tests from outside, through the public API only.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::print_stdout,
    clippy::as_conversions,
    reason = "tests stop at the first surprise, cut what they made themselves, and say how much they ran"
)]

mod agreement;
mod algorithm_confusion;
mod certificate;
mod compiled_policies;
mod decisions;
mod delivery_policy;
mod documents;
mod drm;
mod entities;
mod extraction;
mod files;
mod ids;
mod keys;
mod malleability;
mod max_uses;
mod playready;
mod policies;
mod random_policies;
mod random_tokens;
mod randomness;
mod requests;
mod rfc_tokens;
mod seeds;
mod service;
mod service_deliver;
mod signers;
mod untrusted_headers;
mod v3;
mod wycheproof;
mod xml;
