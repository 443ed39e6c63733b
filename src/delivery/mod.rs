//! Deliver: what a viewer gets for an allowed decision.

mod playlist;
mod uri;
mod url;

use crate::error::{Error, ErrorCode, Result};
use crate::key::{ContentKey, ContentKeyType};
use crate::policy::KeyDeliveryType;
use crate::secret::SecretBytes;
use crate::token::Decision;
pub(crate) use url::is_root;
pub use url::{account_delivery_root, key_delivery_url, key_id_of_url};

pub use playlist::{Rewrite, VariantRoute, rewrite_playlist};
pub use uri::origin;

/// A way out for key bytes, and what it is open for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// The AES-128 key endpoint: 16 raw bytes. For envelope encryption only.
    Aes,
    /// A ClearKey licence. For common encryption (`cenc` and `cbcs`), and only where an option of the policy hands out the key
    /// itself ([`KeyDeliveryType::BaselineHttp`]): one that wraps it into the licence of a DRM system does not open this.
    ClearKey,
}

impl Door {
    /// Whether a decision lets keys of this type out. Asked before a key is unwrapped; [`release`] asks again.
    ///
    /// # Errors
    /// `deliver.not_allowed`; `deliver.not_deliverable` for a key of another type, or an option of another way of delivery.
    pub fn check(self, decision: &Decision, kind: ContentKeyType) -> Result<()> {
        if !decision.is_allowed() {
            let why = format!("the decision is {}", decision.code().as_str());
            return Err(Error::new(ErrorCode::DeliverNotAllowed, why));
        }
        let expected = match self {
            Self::Aes if kind == ContentKeyType::EnvelopeEncryption => return Ok(()),
            Self::Aes => "only EnvelopeEncryption keys are",
            Self::ClearKey
                if !matches!(kind, ContentKeyType::CommonEncryption | ContentKeyType::CommonEncryptionCbcs) =>
            {
                "a ClearKey licence is for common encryption only"
            }
            Self::ClearKey if decision.key_delivery_type() == Some(KeyDeliveryType::BaselineHttp) => return Ok(()),
            Self::ClearKey => "a ClearKey licence needs an option that hands out the key itself (2)",
        };
        let why = format!("{} keys are not delivered in the clear this way: {expected}", kind.name());
        Err(Error::new(ErrorCode::DeliverNotDeliverable, why).at("type"))
    }
}

/// Releases a content key's bytes, exactly as the AES-128 key endpoint answers them.
///
/// A [`Decision`] can only be made by the verifier, so this cannot be reached around it; and a decision opens the one
/// key it was asked about.
///
/// # Errors
/// `deliver.not_allowed`; `deliver.wrong_key` for a decision about another key; `deliver.not_deliverable` for a key that is
/// not for envelope encryption: storage keys, passwords and DRM keys never leave this way.
pub fn release(decision: &Decision, key: &ContentKey) -> Result<SecretBytes> {
    check_release(Door::Aes, decision, key)?;
    Ok(key.bytes().clone())
}

/// Releases a content key for a ClearKey licence ([`crate::signal::clearkey::license`]): another door than [`release`], for
/// other keys.
///
/// # Errors
/// `deliver.not_allowed`; `deliver.wrong_key`; `deliver.not_deliverable` for a key that is not for common encryption, and for a
/// decision by an option that does not hand out the key itself.
pub fn release_clear_key<'k>(decision: &Decision, key: &'k ContentKey) -> Result<&'k ContentKey> {
    check_release(Door::ClearKey, decision, key)?;
    Ok(key)
}

fn check_release(door: Door, decision: &Decision, key: &ContentKey) -> Result<()> {
    // In this order: what the decision is, whose it is, what the key is for.
    if decision.is_allowed() && decision.key_id() != key.id() {
        return Err(Error::new(
            ErrorCode::DeliverWrongKey,
            format!("the decision is for key {}, this is key {}", decision.key_id().guid(), key.id().guid()),
        ));
    }
    door.check(decision, key.kind())
}
