//! A whole authorization policy made ready: its options are alternatives, all restrictions of one option must hold.

use super::trace::{Check, Rule, Trace};
use super::{Decision, DecisionCode, TokenRequest, TokenVerifier};
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::policy::{IpRestriction, KeyDeliveryType, PolicyOption, Restriction};
use std::net::IpAddr;

/// Options that are tried; a policy with more is refused when the verifier is built.
const MAX_OPTIONS: usize = 64;

/// What a viewer asks for, how, when and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyRequest {
    /// The content key that is asked for.
    pub key_id: KeyId,
    /// Seconds since 1970.
    pub now: i64,
    /// The viewer's address, if it is known. Without one, an option restricted by address does not open.
    pub client_address: Option<IpAddr>,
    /// Options for other ways of delivery are passed over; `None` looks at all.
    pub key_delivery_type: Option<KeyDeliveryType>,
}

/// A policy ready to check many requests.
#[derive(Debug)]
pub struct PolicyVerifier {
    options: Vec<(KeyDeliveryType, Vec<RestrictionVerifier>)>,
}

#[derive(Debug)]
enum RestrictionVerifier {
    Open,
    Token(Box<TokenVerifier>),
    Ip(IpRestriction),
}

/// A check and the option it belongs to.
pub type OptionCheck = (usize, Check);

impl PolicyVerifier {
    /// Prepares a policy. `tolerance` is as for [`TokenVerifier::new`].
    ///
    /// # Errors
    /// `argument.out_of_range` beyond 64 options; those of [`TokenVerifier::new`] with the option as their path.
    pub fn new(options: Vec<PolicyOption>, tolerance: u32) -> Result<Self> {
        if options.len() > MAX_OPTIONS {
            return Err(Error::new(
                ErrorCode::ArgumentOutOfRange,
                format!("a policy has at most {MAX_OPTIONS} options"),
            ));
        }
        super::verifier::check_tolerance(tolerance)?;
        let prepare = |(index, option): (usize, &PolicyOption)| {
            let restrictions =
                option.restrictions().iter().map(|restriction| RestrictionVerifier::new(restriction, tolerance));
            let restrictions =
                restrictions.collect::<Result<Vec<_>>>().map_err(|error| error.within(&format!("[{index}]")))?;
            Ok((option.key_delivery_type(), restrictions))
        };
        Ok(Self { options: options.iter().enumerate().map(prepare).collect::<Result<_>>()? })
    }

    /// Decides: the first option that opens, or else the refusal of the option that came furthest.
    #[must_use]
    pub fn check(&self, token: &str, request: &PolicyRequest) -> Decision {
        self.decide(token, request, false).0
    }

    /// Makes the same decision and tells every check of every option that was tried.
    #[must_use]
    pub fn explain(&self, token: &str, request: &PolicyRequest) -> (Decision, Vec<OptionCheck>) {
        self.decide(token, request, true)
    }

    fn decide(&self, token: &str, request: &PolicyRequest, explain: bool) -> (Decision, Vec<OptionCheck>) {
        let mut checks = Vec::new();
        let mut best = Decision::refused(DecisionCode::NoOption, request.key_id);
        for (index, (kind, restrictions)) in self.options.iter().enumerate() {
            if request.key_delivery_type.is_some_and(|wanted| wanted != *kind) {
                continue;
            }
            let mut decision = evaluate(restrictions, token, request, explain, |check| checks.push((index, check)));
            decision.option = Some(index);
            if decision.is_allowed() {
                return (decision, checks);
            }
            // Codes are declared in the order of the checks: the later one came further. Equal ones leave the first.
            if best.option.is_none() || decision.code > best.code {
                best = decision;
            }
        }
        (best, checks)
    }
}

/// All restrictions of one option; the first that fails decides.
fn evaluate(
    restrictions: &[RestrictionVerifier],
    token: &str,
    request: &PolicyRequest,
    explain: bool,
    mut tell: impl FnMut(Check),
) -> Decision {
    let mut answer = Decision::allowed(request.key_id);
    for restriction in restrictions {
        let (decision, checks) = restriction.evaluate(token, request, explain);
        checks.into_iter().for_each(&mut tell);
        match (answer.is_allowed(), decision.is_allowed()) {
            (true, false) => answer = decision,
            (true, true) if decision.token_digest.is_some() => answer = decision,
            _ => {}
        }
        if !answer.is_allowed() && !explain {
            break;
        }
    }
    answer
}

impl RestrictionVerifier {
    fn new(restriction: &Restriction, tolerance: u32) -> Result<Self> {
        Ok(match restriction {
            Restriction::Open => Self::Open,
            Restriction::Token(restriction) => {
                Self::Token(Box::new(TokenVerifier::new(restriction.as_ref().clone(), tolerance)?))
            }
            Restriction::Ip(restriction) => Self::Ip(restriction.clone()),
        })
    }

    fn evaluate(&self, token: &str, request: &PolicyRequest, explain: bool) -> (Decision, Vec<Check>) {
        match self {
            Self::Open => (Decision::allowed(request.key_id), Vec::new()),
            Self::Token(verifier) => {
                let token_request = TokenRequest { key_id: request.key_id, now: request.now };
                if explain {
                    verifier.explain(token, &token_request)
                } else {
                    (verifier.check(token, &token_request), Vec::new())
                }
            }
            Self::Ip(restriction) => check_address(restriction, request, explain),
        }
    }
}

fn check_address(restriction: &IpRestriction, request: &PolicyRequest, explain: bool) -> (Decision, Vec<Check>) {
    let failure = match request.client_address {
        None => Some(DecisionCode::AddressUnknown),
        Some(address) => (!restriction.allows(address)).then_some(DecisionCode::AddressNotAllowed),
    };
    let mut trace = if explain { Trace::recording() } else { Trace::silent() };
    trace.note(Rule::Address, failure, |words| {
        let words = words.expected(format!("one of {restriction}"));
        match (failure, request.client_address) {
            (None, Some(address)) => words.observed(address.to_string()),
            (_, Some(address)) => words
                .observed(address.to_string())
                .why("the viewer's address is in none of the networks")
                .fix("add its network to the restriction, or ask from another one"),
            (_, None) => words
                .why("the viewer's address is not known here, so it cannot be in a network")
                .fix("tell the verifier where the client's address comes from"),
        }
    });
    let (code, checks) = trace.finish();
    let decision = if code == DecisionCode::Allowed {
        Decision::allowed(request.key_id)
    } else {
        Decision::refused(code, request.key_id)
    };
    (decision, checks)
}
