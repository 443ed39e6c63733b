//! Authorize: viewers' tokens, the verifier that explains itself, and test tokens.
//!
//! A token is a [Simple Web Token](swt) or a [JSON Web Token](jwt). [`TokenVerifier`] holds a policy and answers
//! with a [`Decision`]; it never throws over a token, however broken.

mod claims;
mod decision;
mod difference;
pub mod jwt;
mod key_doctor;
mod mint;
mod parsed;
mod policy_verifier;
mod rules;
mod signature;
pub mod swt;
mod trace;
mod verifier;

pub use claims::{ClaimValue, Claims};
pub use decision::{Decision, DecisionCode};
pub use key_doctor::{KeyEncoding, diagnose_verification_key};
pub use mint::{MintRequest, mint};
pub use policy_verifier::{OptionCheck, PolicyRequest, PolicyVerifier};
pub use trace::{Check, Outcome, Rule};
pub use verifier::{DEFAULT_TOLERANCE, MAX_TOKEN_BYTES, TokenRequest, TokenVerifier};
