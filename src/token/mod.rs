//! Authorize: viewers' tokens, the verifier that explains itself, and test tokens.
//!
//! A token is a [Simple Web Token](swt) or a JSON Web Token. A policy is [compiled](CompiledPolicy) once;
//! [`TokenVerifier`] holds it and answers with a [`Decision`]; it never throws over a token, however broken.

mod algorithm;
mod claims;
mod compiled;
mod decision;
mod difference;
mod extract;
mod inspect;
mod jwks;
mod jwt;
mod key_doctor;
mod keys;
mod mint;
mod parsed;
mod public_key;
mod record;
mod rules;
mod signature;
mod simulate;
pub mod swt;
mod trace;
mod uses;
mod verifier;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod wycheproof;

pub use algorithm::{Algorithm, KeyKind};
pub(crate) use compiled::MAX_OPTIONS;
pub use compiled::{CompiledPolicy, DEFAULT_TOLERANCE, VerifierSettings};
pub use decision::{Decision, DecisionCode, KeyName, token_digest};
pub use extract::{Extracted, NoToken, TokenSource, extract_token};
pub use inspect::{ClaimValue, InspectedToken, inspect_token};
pub use jwks::JsonWebKeySet;
pub use key_doctor::{KeyEncoding, diagnose_verification_key};
pub use mint::{MintRequest, mint, signing_input};
pub use record::DecisionRecord;
pub use simulate::{MAX_CELLS, simulate};
pub use trace::{Check, Outcome, Rule};
pub use uses::MAX_USES_CLAIM;
pub use verifier::{MAX_TOKEN_BYTES, OptionCheck, ProvisionalDecision, TokenRequest, TokenVerifier};
