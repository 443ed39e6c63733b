//! Deliver: what a viewer gets for an allowed decision.

use crate::error::{Error, ErrorCode, Result};
use crate::key::{ContentKey, ContentKeyType};
use crate::secret::SecretBytes;
use crate::token::Decision;

/// Releases a content key's bytes, exactly as the AES-128 key endpoint answers them.
///
/// A [`Decision`] can only be made by the verifier, so this cannot be reached around it; and a decision opens the one
/// key it was asked about.
///
/// # Errors
/// `deliver.not_allowed`; `deliver.wrong_key` for a decision about another key; `deliver.not_deliverable` for a key that is
/// not for envelope encryption: storage keys, passwords and DRM keys never leave this way.
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
    if key.kind() != ContentKeyType::EnvelopeEncryption {
        let why =
            format!("{} keys are not delivered in the clear: only EnvelopeEncryption keys are", key.kind().name());
        return Err(Error::new(ErrorCode::DeliverNotDeliverable, why).at("type"));
    }
    Ok(key.bytes().clone())
}
