//! Link: the policies that guard content keys.
//!
//! A content key points at an authorization policy, a policy has options, an option has restrictions; a token
//! restriction says which tokens open the key.

mod absolute_uri;
pub mod asset_delivery;
mod authorization;
pub mod encryption_state;
pub mod fairplay;
mod ip_restriction;
mod lint;
pub mod playready;
mod reading;
mod rollover;
pub mod token_restriction;
pub mod v3;
mod verification_key;
pub mod widevine;

pub use absolute_uri::is_absolute_uri;
pub(crate) use absolute_uri::without_dot_segments;
pub use authorization::{KeyDeliveryType, PolicyOption, Restriction};
pub use ip_restriction::IpRestriction;
pub use lint::lint_token_restriction;
pub use playready::{PlayReadyTemplate, read_playready_template};
pub use reading::Reading;
pub use rollover::{RolloverAction, RolloverStep, RolloverTimes, check_rollover, plan_rollover};
pub use token_restriction::{
    CONTENT_KEY_IDENTIFIER_CLAIM, Form, MAX_VERIFICATION_KEYS, TokenClaim, TokenRestriction, TokenType,
    read_token_restriction,
};
pub use verification_key::VerificationKey;
