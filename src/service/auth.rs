//! Who may manage: a bearer token, checked by the verifier against the policy in the settings.

use super::settings::Settings;
use crate::encoding::hex_lower;
use crate::id::{Guid, KeyId};
use crate::token::{DecisionCode, TokenRequest, TokenSource, extract_token};

/// Who manages, as far as the audit log may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Admin {
    /// The digest of the token, in hexadecimal.
    pub(super) token_digest: String,
}

/// Checks the `Authorization` header, or one with another name in its place. Without a policy nobody passes.
pub(super) fn check(settings: &Settings, authorization: Option<&str>, now: i64) -> Result<Admin, DecisionCode> {
    let Some(verifier) = &settings.admin else { return Err(DecisionCode::NoOption) };
    // From the header alone: a token in an address would end up in logs.
    let token = extract_token(&TokenSource { authorization, ..TokenSource::default() }).map_err(|none| none.code)?;
    // It is about no key.
    let request = TokenRequest::new(KeyId::new(Guid::from_cenc_bytes([0; 16])), now);
    let decision = verifier.check(token.token.expose(), &request);
    if !decision.is_allowed() {
        return Err(decision.code());
    }
    // An option that asks for no token lets everybody in: to a key perhaps, never to this.
    if decision.verification_key().is_none() {
        return Err(DecisionCode::NoOption);
    }
    let digest = decision.token_digest(token.token.expose());
    Ok(Admin { token_digest: digest.map(|digest| hex_lower(&digest)).unwrap_or_default() })
}
