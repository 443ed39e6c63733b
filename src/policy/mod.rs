//! Link: the policies that guard content keys.
//!
//! A content key points at an authorization policy, a policy has options, an option has restrictions; a token
//! restriction says which tokens open the key.

mod absolute_uri;
pub mod token_restriction;
mod verification_key;

pub use absolute_uri::is_absolute_uri;
pub use token_restriction::{
    CONTENT_KEY_IDENTIFIER_CLAIM, Form, TokenClaim, TokenRestriction, TokenType, read_token_restriction,
};
pub use verification_key::VerificationKey;
