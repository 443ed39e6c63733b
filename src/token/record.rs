//! A decision written down so that it can be made again: what went in, by digest, and what came out.

use super::{Decision, OptionCheck, TokenRequest, TokenVerifier};
use sha2::{Digest as _, Sha256};

/// A decision with all that it depended on. It holds no token and no key: who wants to replay it brings the policy and the
/// token, and the digests tell whether they are the same ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    /// [`super::CompiledPolicy::digest`] of the policy.
    pub policy_digest: [u8; 32],
    /// SHA-256 of the token's text as it came; not [`Decision::token_digest`], which a refused token may not have.
    pub token_text_digest: [u8; 32],
    /// What was asked.
    pub request: TokenRequest,
    /// What was answered.
    pub decision: Decision,
    /// Why.
    pub checks: Vec<OptionCheck>,
}

impl TokenVerifier {
    /// Decides, explains, and writes everything down. Made again with the same policy, token and request, a record is the
    /// same in every runtime.
    #[must_use]
    pub fn record(&self, token: &str, request: &TokenRequest) -> DecisionRecord {
        let (decision, checks) = self.explain(token, request);
        DecisionRecord {
            policy_digest: self.policy().digest(),
            token_text_digest: Sha256::digest(token).into(),
            request: *request,
            decision,
            checks,
        }
    }
}
