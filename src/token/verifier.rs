//! The one door: a policy in, a token in, a decision out.

use super::parsed::{self, Parsed};
use super::rules;
use super::signature::SignatureVerifier;
use super::trace::{Check, Rule, Trace};
use super::{Decision, DecisionCode};
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::policy::{MAX_VERIFICATION_KEYS, TokenRestriction, TokenType};

/// A longer token is refused before any work is done on it.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// Clock skew that is forgiven, in seconds, unless the caller says otherwise.
pub const DEFAULT_TOLERANCE: u32 = 60;
/// More forgiveness than this would outlive many tokens; .NET's usual five minutes fit three times.
const MAX_TOLERANCE: u32 = 900;

/// What a viewer asks for, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The content key that is asked for.
    pub key_id: KeyId,
    /// Seconds since 1970.
    pub now: i64,
}

/// A policy made ready to check many tokens.
#[derive(Debug)]
pub struct TokenVerifier {
    restriction: TokenRestriction,
    keys: Vec<PreparedKey>,
    tolerance: i64,
}

struct PreparedKey {
    name: String,
    verifier: SignatureVerifier,
}

impl TokenVerifier {
    /// Prepares a policy. `tolerance` is the clock skew that is forgiven, in seconds.
    ///
    /// # Errors
    /// `argument.out_of_range` for a tolerance beyond 900 or more than 32 keys; `verification_key.invalid` and
    /// `certificate.*` for a key that could never verify anything.
    pub fn new(restriction: TokenRestriction, tolerance: u32) -> Result<Self> {
        check_tolerance(tolerance)?;
        // Counted before any of them is looked at: preparing a certificate is work.
        let count = restriction.verification_keys().count();
        if count > MAX_VERIFICATION_KEYS {
            return Err(Error::new(
                ErrorCode::ArgumentOutOfRange,
                format!("a policy has at most {MAX_VERIFICATION_KEYS} verification keys; this one has {count}"),
            ));
        }
        let keys = restriction
            .verification_keys()
            .map(|(name, key)| {
                SignatureVerifier::new(key)
                    .map(|verifier| PreparedKey { name: name.clone(), verifier })
                    .map_err(|error| error.within(&member_name(&name)))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { restriction, keys, tolerance: i64::from(tolerance) })
    }

    /// The policy this verifier holds.
    #[must_use]
    pub const fn restriction(&self) -> &TokenRestriction {
        &self.restriction
    }

    /// Decides, stopping at the first thing that is wrong.
    #[must_use]
    pub fn check(&self, token: &str, request: &TokenRequest) -> Decision {
        self.decide(token, request, Trace::silent()).0
    }

    /// Makes the same decision and tells every check. For engineers: to an anonymous viewer show the code only.
    #[must_use]
    pub fn explain(&self, token: &str, request: &TokenRequest) -> (Decision, Vec<Check>) {
        self.decide(token, request, Trace::recording())
    }

    fn decide(&self, token: &str, request: &TokenRequest, mut trace: Trace) -> (Decision, Vec<Check>) {
        let mut decision = Decision::allowed(request.key_id);
        self.run(token, request, &mut trace, &mut decision);
        let (code, checks) = trace.finish();
        decision.code = code;
        (decision, checks)
    }

    /// The rules in their order. Returns early where there is nothing left to look at or nobody to tell.
    fn run(&self, token: &str, request: &TokenRequest, trace: &mut Trace, decision: &mut Decision) {
        const AFTER_TRANSPORT: &[Rule] =
            &[Rule::Parse, Rule::Algorithm, Rule::Signature, Rule::Time, Rule::Issuer, Rule::Audience, Rule::Claim];
        const AFTER_PARSE: &[Rule] =
            &[Rule::Algorithm, Rule::Signature, Rule::Time, Rule::Issuer, Rule::Audience, Rule::Claim];
        if !rules::check_transport(token, trace) {
            return trace.skip(AFTER_TRANSPORT, "there is no token that could be looked at");
        }
        let Some(parsed) = self.check_parse(token, trace) else {
            return trace.skip(AFTER_PARSE, "the token could not be read as the policy's type");
        };
        decision.token_digest = Some(parsed.digest());
        decision.verification_key = self.check_signature(&parsed, trace);
        if trace.is_settled() {
            return;
        }
        if decision.verification_key.is_some() {
            decision.expires_at = parsed.claims.expires.seconds();
        } else {
            trace.remark("as the token says, though its signature does not verify");
        }
        rules::check_time(&parsed.claims, request.now, self.tolerance, trace);
        rules::check_equal(Rule::Issuer, parsed.claims.issuer.as_ref(), &self.restriction.issuer, trace);
        rules::check_equal(Rule::Audience, parsed.claims.audience.as_ref(), &self.restriction.audience, trace);
        for claim in &self.restriction.required_claims {
            if trace.is_settled() {
                return;
            }
            rules::check_claim(claim, &parsed.claims, request.key_id, trace);
        }
    }

    fn check_parse<'t>(&self, token: &'t str, trace: &mut Trace) -> Option<Parsed<'t>> {
        let wanted = self.restriction.token_type;
        match Parsed::read(token, wanted) {
            Ok(parsed) => {
                trace.note(Rule::Parse, None, |words| words.observed(wanted.name()).expected(wanted.name()));
                Some(parsed)
            }
            Err(why) => {
                let other = if wanted == TokenType::Jwt { TokenType::Swt } else { TokenType::Jwt };
                let is_other = Parsed::read(token, other).is_ok();
                let code = if is_other { DecisionCode::WrongType } else { DecisionCode::Malformed };
                trace.note(Rule::Parse, Some(code), |words| {
                    let words = words.expected(wanted.name());
                    if is_other {
                        words.observed(other.name()).why(format!("this is {}, and the policy asks for {}", parsed::article(other), parsed::article(wanted))).fix("issue the other token type, or change TokenType in the policy")
                    } else {
                        words.observed(parsed::shape_of(token)).why(format!("it cannot be read as {}: {why}", parsed::article(wanted))).fix("send the token itself: no “Bearer ” in front, decoded once from the query, nothing cut off")
                    }
                });
                None
            }
        }
    }

    /// The algorithms of the policy's keys, each once, in the order of the alphabet.
    fn algorithms(&self) -> Vec<&str> {
        let mut algorithms: Vec<&str> = self.keys.iter().map(|key| key.verifier.algorithm()).collect();
        algorithms.sort_unstable();
        algorithms.dedup();
        algorithms
    }

    /// Algorithm and signature. The name of the key that verified, if one did.
    fn check_signature(&self, parsed: &Parsed<'_>, trace: &mut Trace) -> Option<String> {
        let is_swt = self.restriction.token_type == TokenType::Swt;
        let usable = || self.keys.iter().filter(|key| key.verifier.algorithm() == parsed.algorithm);
        let failure = match usable().next() {
            Some(_) => None,
            None if self.keys.is_empty() || is_swt => Some(DecisionCode::NoUsableKey),
            None => Some(DecisionCode::AlgorithmNotAllowed),
        };
        trace.note(Rule::Algorithm, failure, |words| {
            let allowed = self.algorithms().join(" or ");
            let words = words.observed(parsed.algorithm).expected(allowed.clone());
            match failure {
                Some(DecisionCode::NoUsableKey) if self.keys.is_empty() => words
                    .why("the policy names its keys by a discovery document only, which is not fetched here")
                    .fix("put the keys of the discovery document into the policy as verification keys"),
                Some(DecisionCode::NoUsableKey) => words
                    .why("Simple Web Tokens are signed with symmetric keys, and the policy has none")
                    .fix("put a symmetric key into the policy, or change its token type to JWT"),
                Some(_) => words
                    .why("the kind of the policy's keys decides the algorithm, never the token's header")
                    .fix(format!("sign with {allowed}")),
                None => words,
            }
        });
        if failure.is_some() {
            trace.skip(&[Rule::Signature], "no key of the policy has the token's algorithm");
            return None;
        }
        let matched = usable().find(|key| key.verifier.verify(parsed)).map(|key| key.name.clone());
        let failure = matched.is_none().then_some(DecisionCode::BadSignature);
        trace.note(Rule::Signature, failure, |words| {
            let tried: Vec<&str> = usable().map(|key| key.name.as_str()).collect();
            match &matched {
                Some(name) => words.observed(format!("signed with the {name} key")).expected(format!("a signature by one of: {}", tried.join(", "))),
                None => words
                    .observed(format!("{} bytes of signature", parsed.signature.len()))
                    .expected(format!("a signature by one of: {}", tried.join(", ")))
                    .why("none of the policy's keys made this signature: another key, a changed token, or the key in another encoding (base64 text used as bytes is the usual one)")
                    .fix("sign with the policy's primary key, decoded from base64 to bytes"),
            }
        });
        matched
    }
}

/// The member of the policy that holds the key of that name.
fn member_name(key_name: &str) -> String {
    match key_name.strip_prefix("alternate") {
        Some(index) => format!("alternateVerificationKeys{index}"),
        None => "primaryVerificationKey".to_owned(),
    }
}

/// How much clock skew may be forgiven.
pub(super) fn check_tolerance(tolerance: u32) -> Result<()> {
    if tolerance > MAX_TOLERANCE {
        let why = format!("the tolerance is 0 to {MAX_TOLERANCE} seconds");
        return Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at("tolerance"));
    }
    Ok(())
}

impl std::fmt::Debug for PreparedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.verifier.algorithm())
    }
}
