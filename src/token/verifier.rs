//! The one door: a policy in, a token in, a decision out.

use super::compiled::{CompiledOption, CompiledPolicy, CompiledRestriction, TokenRules};
use super::keys::{Material, PreparePublicKey, PreparedKey};
use super::parsed::{self, Parsed};
use super::signature::{self, Signatures};
use super::trace::{Check, Recorder, Rule, Silent, Witness};
use super::{Algorithm, Decision, DecisionCode, public_key, rules, uses};
use crate::error::Result;
use crate::id::KeyId;
use crate::policy::{IpRestriction, KeyDeliveryType, TokenType};
use std::net::IpAddr;

/// A longer token is refused before any work is done on it.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// What a viewer asks for, how, when and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The content key that is asked for.
    pub key_id: KeyId,
    /// Seconds since 1970.
    pub now: i64,
    /// The viewer's address, if it is known. Without one, an option restricted by address does not open.
    pub client_address: Option<IpAddr>,
    /// Options for other ways of delivery are passed over; `None` looks at all.
    pub key_delivery_type: Option<KeyDeliveryType>,
    /// How often this token was used before, if somebody counts. Without it, a token that limits its uses does not open.
    pub uses: Option<i64>,
}

impl TokenRequest {
    /// A request about which nothing is known but the key and the time.
    #[must_use]
    pub const fn new(key_id: KeyId, now: i64) -> Self {
        Self { key_id, now, client_address: None, key_delivery_type: None, uses: None }
    }
}

/// A policy made ready to check many tokens: a token restriction, or options that are alternatives.
#[derive(Debug)]
pub struct TokenVerifier {
    policy: CompiledPolicy,
    options: Vec<Vec<Prepared>>,
    keys: u16,
}

/// A decision that may still depend on signatures which somebody else verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ProvisionalDecision {
    decision: Decision,
    open: Vec<u16>,
}

impl ProvisionalDecision {
    /// Numbers of the keys, for [`TokenVerifier::public_key`], that must be known to have signed the token or not.
    #[must_use]
    pub fn open(&self) -> &[u16] {
        &self.open
    }

    /// The decision, if it depends on nothing more.
    #[must_use]
    pub fn settled(&self) -> Option<&Decision> {
        self.open.is_empty().then_some(&self.decision)
    }

    /// The decision that it is if every open key has signed the token. To ask for it without having verified that is to
    /// let everybody in.
    #[must_use]
    pub const fn if_all_signed(&self) -> &Decision {
        &self.decision
    }
}

/// A restriction's keys, where it has any.
type Prepared = Vec<PreparedKey>;

/// A check and the option it belongs to; none where a single restriction was checked.
pub type OptionCheck = (Option<u8>, Check);

impl TokenVerifier {
    /// Prepares a policy.
    ///
    /// # Errors
    /// `verification_key.invalid` for a key that could never verify anything.
    pub fn new(policy: CompiledPolicy) -> Result<Self> {
        Self::prepare(policy, Some(public_key::prepare))
    }

    /// Prepares a policy without the arithmetic of public keys: [`TokenVerifier::check`] takes no token that is signed
    /// with one for good, [`TokenVerifier::check_with`] asks the caller about such signatures.
    ///
    /// # Errors
    /// As [`TokenVerifier::new`].
    pub fn without_public_keys(policy: CompiledPolicy) -> Result<Self> {
        Self::prepare(policy, None)
    }

    fn prepare(policy: CompiledPolicy, public_key: Option<PreparePublicKey>) -> Result<Self> {
        let mut keys = 0_u16;
        let mut prepare = |restriction: &CompiledRestriction| match restriction {
            CompiledRestriction::Open | CompiledRestriction::Ip(_) => Ok(Vec::new()),
            CompiledRestriction::Token(rules) => {
                let ready = rules.keys.iter().map(|key| {
                    keys = keys.saturating_add(1);
                    PreparedKey::new(key, keys.saturating_sub(1), public_key)
                });
                ready.collect::<Result<Prepared>>()
            }
        };
        let options = policy.options.iter().map(|option| option.restrictions.iter().map(&mut prepare).collect());
        let options = options.collect::<Result<_>>()?;
        Ok(Self { policy, options, keys })
    }

    /// The policy this verifier holds.
    #[must_use]
    pub const fn policy(&self) -> &CompiledPolicy {
        &self.policy
    }

    /// Decides, stopping at the first thing that is wrong.
    #[must_use]
    pub fn check(&self, token: &str, request: &TokenRequest) -> Decision {
        self.decide(token, request, &mut Signatures::Here, Silent::default, |_, _| ())
    }

    /// Decides with somebody else's answers about signatures of public keys: the number of a key, and whether it signed the
    /// token. Where more must be known, the answer says what.
    pub fn check_with(&self, token: &str, request: &TokenRequest, answers: &[(u16, bool)]) -> ProvisionalDecision {
        let mut signatures = Signatures::Elsewhere { answers, open: Vec::new() };
        let decision = self.decide(token, request, &mut signatures, Silent::default, |_, _| ());
        let open = if let Signatures::Elsewhere { open, .. } = signatures { open } else { Vec::new() };
        ProvisionalDecision { decision, open }
    }

    /// Makes the same decision and tells every check of every option that was tried. For engineers: to an anonymous
    /// viewer show the code only.
    #[must_use]
    pub fn explain(&self, token: &str, request: &TokenRequest) -> (Decision, Vec<OptionCheck>) {
        let mut checks = Vec::new();
        let tell = |option: Option<u8>, recorder: Recorder| {
            checks.extend(recorder.into_checks().into_iter().map(|check| (option, check)));
        };
        let decision = self.decide(token, request, &mut Signatures::Here, Recorder::default, tell);
        (decision, checks)
    }

    /// A public key by its number: its algorithm and its SubjectPublicKeyInfo.
    #[must_use]
    pub fn public_key(&self, number: u16) -> Option<(Algorithm, &[u8])> {
        let key = self.key(number)?;
        match &key.material {
            Material::Public { info, .. } => Some((key.algorithm, info)),
            Material::Mac(_) => None,
        }
    }

    /// Whether the key of that number made the token's signature, verified here.
    pub(super) fn verifies_here(&self, number: u16, parsed: &Parsed<'_>) -> bool {
        self.key(number).is_some_and(|key| key.verify(parsed))
    }

    fn key(&self, number: u16) -> Option<&PreparedKey> {
        self.options.iter().flatten().flatten().find(|key| key.number == number)
    }

    /// How many keys there are; their numbers are below that.
    #[must_use]
    pub const fn key_count(&self) -> u16 {
        self.keys
    }

    /// The first option that opens, or else the refusal of the option that came furthest.
    fn decide<W: Witness>(
        &self,
        token: &str,
        request: &TokenRequest,
        signatures: &mut Signatures<'_>,
        witness: impl Fn() -> W,
        mut tell: impl FnMut(Option<u8>, W),
    ) -> Decision {
        let mut best = Decision::refused(DecisionCode::NoOption, request.key_id);
        // One for all options: what is decoded is read before the next one decodes.
        let mut buffer = Vec::new();
        for ((option, keys), index) in self.policy.options.iter().zip(&self.options).zip(0_u8..) {
            let (wanted, kind) = (request.key_delivery_type, option.key_delivery_type);
            if wanted.is_some() && kind.is_some() && wanted != kind {
                continue;
            }
            let mut witness = witness();
            let mut check = OptionRun { policy: self, request, signatures, witness: &mut witness };
            let mut decision = check.option(option, keys, token, &mut buffer);
            decision.option = self.policy.is_numbered.then_some(index);
            decision.key_delivery_type = kind;
            tell(decision.option, witness);
            if decision.is_allowed() {
                return decision;
            }
            // Codes are declared in the order of the checks: the later one came further. Equal ones leave the first.
            if best.code == DecisionCode::NoOption || decision.code > best.code {
                best = decision;
            }
        }
        best
    }
}

/// One option under way.
struct OptionRun<'a, 's, W> {
    policy: &'a TokenVerifier,
    request: &'a TokenRequest,
    signatures: &'a mut Signatures<'s>,
    witness: &'a mut W,
}

impl<W: Witness> OptionRun<'_, '_, W> {
    /// All restrictions of one option; the first that fails decides.
    fn option(&mut self, option: &CompiledOption, keys: &[Prepared], token: &str, buffer: &mut Vec<u8>) -> Decision {
        let mut answer = Decision::allowed(self.request.key_id);
        for (restriction, keys) in option.restrictions.iter().zip(keys) {
            let failure_before = self.witness.failure();
            let mut decision = Decision::allowed(self.request.key_id);
            match restriction {
                CompiledRestriction::Open => {}
                CompiledRestriction::Ip(networks) => self.address(networks),
                CompiledRestriction::Token(rules) => self.token(rules, keys, token, buffer, &mut decision),
            }
            if failure_before.is_none() && (self.witness.failure().is_some() || decision.verification_key.is_some()) {
                answer = decision;
            }
            if self.witness.is_settled() {
                break;
            }
        }
        answer.code = self.witness.failure().unwrap_or(DecisionCode::Allowed);
        answer
    }

    fn address(&mut self, networks: &IpRestriction) {
        rules::check_address(networks, self.request.client_address, self.witness);
    }

    /// The rules in their order. Returns early where there is nothing left to look at or nobody to tell.
    fn token(
        &mut self,
        rules: &TokenRules,
        keys: &[PreparedKey],
        token: &str,
        buffer: &mut Vec<u8>,
        decision: &mut Decision,
    ) {
        const AFTER_TRANSPORT: &[Rule] = &[
            Rule::Parse,
            Rule::Algorithm,
            Rule::Keys,
            Rule::Signature,
            Rule::Time,
            Rule::Issuer,
            Rule::Audience,
            Rule::Claim,
        ];
        if !rules::check_transport(token, self.witness) {
            return self.witness.skip(AFTER_TRANSPORT, "there is no token that could be looked at");
        }
        let parsed = match Parsed::read(token, rules.token_type, buffer) {
            Ok(parsed) => parsed,
            Err(unreadable) => {
                note_unreadable(token, rules.token_type, unreadable, self.witness);
                let after_parse = AFTER_TRANSPORT.get(1..).unwrap_or_default();
                return self.witness.skip(after_parse, "the token could not be read as the policy's type");
            }
        };
        let read = rules.token_type.name();
        self.witness.note(Rule::Parse, None, |words| words.observed(read).expected(read));
        match signature::check(rules, keys, &parsed, self.signatures, self.witness) {
            Some(key) => {
                decision.verification_key = Some(key.name);
                decision.algorithm = Some(key.algorithm);
                decision.expires_at = parsed.claims.expires.seconds();
                decision.uses_limit = uses::limit(&parsed.claims);
            }
            None if self.witness.is_settled() => return,
            None => self.witness.remark("as the token says, though its signature does not verify"),
        }
        let (claims, now, tolerance) = (&parsed.claims, self.request.now, i64::from(self.policy.policy.tolerance));
        rules::check_time(claims, now, tolerance, self.witness);
        rules::check_equal(Rule::Issuer, claims.issuer, &rules.issuer, self.witness);
        rules::check_equal(Rule::Audience, claims.audience, &rules.audience, self.witness);
        for claim in &rules.required_claims {
            if self.witness.is_settled() {
                return;
            }
            rules::check_claim(claim, claims, self.request.key_id, self.witness);
        }
        uses::check(claims, self.request, tolerance, self.witness);
    }
}

fn note_unreadable(token: &str, wanted: TokenType, unreadable: parsed::Unreadable, witness: &mut impl Witness) {
    let other = if wanted == TokenType::Jwt { TokenType::Swt } else { TokenType::Jwt };
    let is_other = Parsed::read(token, other, &mut Vec::new()).is_ok();
    let code = if is_other { DecisionCode::WrongType } else { unreadable.code };
    witness.note(Rule::Parse, Some(code), |words| {
        let words = words.expected(wanted.name());
        if is_other {
            let why =
                format!("this is {}, and the policy asks for {}", parsed::article(other), parsed::article(wanted));
            words.observed(other.name()).why(why).fix("issue the other token type, or change TokenType in the policy")
        } else {
            words
                .observed(parsed::shape_of(token))
                .why(format!("it cannot be read as {}: {}", parsed::article(wanted), unreadable.why))
                .fix(parsed::how_to_mend(token, unreadable.code))
        }
    });
}
