//! Deliver: what a viewer gets for an allowed decision.

use crate::error::{Error, ErrorCode, Result};
use crate::key::ContentKey;
use crate::secret::SecretBytes;
use crate::token::Decision;

/// Releases a content key's bytes, exactly as the AES-128 key endpoint answers them.
///
/// A [`Decision`] can only be made by the verifier, so this cannot be reached around it; and a decision opens the one
/// key it was asked about.
///
/// # Errors
/// `deliver.not_allowed`; `deliver.wrong_key` for a decision about another key.
pub fn release(decision: &Decision, key: &ContentKey) -> Result<SecretBytes> {
    if !decision.is_allowed() {
        return Err(Error::new(ErrorCode::DeliverNotAllowed, format!("the decision is {}", decision.code().as_str())));
    }
    if decision.key_id() != key.id() {
        return Err(Error::new(
            ErrorCode::DeliverWrongKey,
            format!("the decision is for key {}, this is key {}", decision.key_id().guid(), key.id().guid()),
        ));
    }
    Ok(key.bytes().clone())
}
