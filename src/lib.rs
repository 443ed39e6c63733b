//! Keywicket: content keys, the policies that guard them, and the token checks that say why.
//!
//! The flow is the architecture. A key is *created* and wrapped ([`key`]), *linked* to a policy ([`policy`]), a viewer
//! is *authorized* by a token ([`token`]) and the key is *delivered* ([`delivery`]). [`signal`] has the formats that tell
//! players of keys; [`service`] speaks of the four steps in the REST API of Azure Media Services v2, and answers it. The rooms
//! of the core know no clock, no storage, no network and no JavaScript: they are arguments, so every decision can be replayed.
//!
//! ```text
//! bindings ─► service ─► delivery ─► token ─► policy ─► key ─► id, secret, xml, json, encoding, error
//!                           └─────► signal ───────────────────┘
//! ```
//!
//! Each room may read anything to its right.
#![forbid(unsafe_code)]

pub mod delivery;
pub mod encoding;
pub mod error;
pub mod id;
pub mod json;
pub mod key;
pub mod policy;
pub mod secret;
pub mod service;
pub mod signal;
pub mod token;
pub mod xml;

#[cfg(all(target_arch = "wasm32", any(feature = "module", feature = "edge")))]
#[expect(missing_docs, reason = "these functions are documented where their users look: in the package's index.d.ts")]
pub mod bindings;
