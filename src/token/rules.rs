//! The rules, one function each: what fails, and the words that say why and how to mend it.

use super::claims::{self, Claims, Time, any, display, says};
use super::trace::{Rule, Witness, Words};
use super::{DecisionCode, MAX_TOKEN_BYTES, difference};
use crate::id::{Guid, KeyId};
use crate::json::scan::Value;
use crate::policy::{IpRestriction, TokenClaim};
use std::net::IpAddr;

/// Whether the viewer asks from an allowed network.
pub(super) fn check_address(networks: &IpRestriction, address: Option<IpAddr>, witness: &mut impl Witness) {
    let failure = match address {
        None => Some(DecisionCode::AddressUnknown),
        Some(address) => (!networks.allows(address)).then_some(DecisionCode::AddressNotAllowed),
    };
    witness.note(Rule::Address, failure, |words| {
        let words = words.expected(format!("one of {networks}"));
        match (failure, address) {
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
}

/// Whether there is a token at all, of a size that is read.
pub(super) fn check_transport(token: &str, witness: &mut impl Witness) -> bool {
    let failure = match token.len() {
        0 => Some(DecisionCode::Missing),
        length if length > MAX_TOKEN_BYTES => Some(DecisionCode::TooLarge),
        _ => None,
    };
    witness.note(Rule::Transport, failure, |words| {
        let size = match failure {
            Some(DecisionCode::TooLarge) => format!("more than {MAX_TOKEN_BYTES} bytes"),
            _ => format!("{} bytes", token.len()),
        };
        let words = words.observed(size).expected(format!("1 to {MAX_TOKEN_BYTES} bytes"));
        match failure {
            Some(DecisionCode::Missing) => words
                .why("the request carries no token")
                .fix("send it as “Authorization: Bearer <token>” or as the query parameter token"),
            Some(_) => words.why("a token this long is not read").fix("leave out claims that nobody reads"),
            None => words,
        }
    });
    failure.is_none()
}

/// Validity at the time of the request.
pub(super) fn check_time(claims: &Claims<'_>, now: i64, tolerance: i64, witness: &mut impl Witness) {
    let (expires, not_before) = (claims.expires, claims.not_before);
    let failure = match (expires, not_before) {
        (Time::Absent, _) => Some(DecisionCode::MissingExpiry),
        (Time::NotANumber(_), _) | (_, Time::NotANumber(_)) => Some(DecisionCode::TimeNotANumber),
        (Time::NotWhole(_), _) | (_, Time::NotWhole(_)) => Some(DecisionCode::TimeNotWhole),
        (Time::OutOfRange(_), _) | (_, Time::OutOfRange(_)) => Some(DecisionCode::TimeOutOfRange),
        (Time::Seconds(end), _) if now >= end.saturating_add(tolerance) => Some(DecisionCode::Expired),
        (_, Time::Seconds(start)) if now < start.saturating_sub(tolerance) => Some(DecisionCode::NotYetValid),
        _ => None,
    };
    witness.note(Rule::Time, failure, |words| {
        let words = words
            .observed(describe_window(expires, not_before))
            .expected(format!("valid at {now}, with {tolerance} s of tolerance"));
        explain_time(words, failure, expires, not_before, now)
    });
}

/// Issuer and audience: equal to the letter.
pub(super) fn check_equal(rule: Rule, observed: Option<Value<'_>>, expected: &str, witness: &mut impl Witness) {
    let (missing, wrong) = match rule {
        Rule::Issuer => (DecisionCode::MissingIssuer, DecisionCode::WrongIssuer),
        _ => (DecisionCode::MissingAudience, DecisionCode::WrongAudience),
    };
    let failure = match observed {
        None => Some(missing),
        // An audience may be a list; an issuer is one.
        Some(Value::List(_)) if rule == Rule::Issuer => Some(wrong),
        Some(value) => (!says(value, expected)).then_some(wrong),
    };
    witness.note(rule, failure, |words| {
        let difference = || match observed {
            Some(Value::List(items)) => difference::describe_list(rule.name(), &claims::texts(items), expected),
            Some(value) => difference::describe(rule.name(), &display(value), expected),
            None => String::new(),
        };
        let observed = observed.map(display);
        let words = words.expected(expected);
        let words = match &observed {
            Some(observed) => words.observed(observed.as_str()),
            None => words,
        };
        match failure {
            None => words,
            Some(code) if code == missing => words
                .why(format!("the token has no {}", rule.name()))
                .fix(format!("issue tokens with the {} {expected}", rule.name())),
            Some(_) => words.why(difference()).fix(format!(
                "make the token's {} equal the policy's to the letter, or change the policy",
                rule.name()
            )),
        }
    });
}

/// A claim that the policy requires.
pub(super) fn check_claim(required: &TokenClaim, claims: &Claims<'_>, requested: KeyId, witness: &mut impl Witness) {
    if required.is_content_key_identifier() {
        return check_key_id(required, claims.get(&required.claim_type), requested, witness);
    }
    let observed = claims.get(&required.claim_type);
    let failure = match (observed, &required.value) {
        (None, _) => Some(DecisionCode::MissingClaim),
        (Some(_), None) => None,
        (Some(observed), Some(expected)) => (!says(observed, expected)).then_some(DecisionCode::WrongClaim),
    };
    witness.note(Rule::Claim, failure, |words| {
        let name = &required.claim_type;
        let words = words.expected(match &required.value {
            Some(value) => format!("{name} = {value}"),
            None => format!("{name}, any value"),
        });
        let words = match observed {
            Some(value) => words.observed(format!("{name} = {}", display(value))),
            None => words,
        };
        match failure {
            None => words,
            Some(DecisionCode::MissingClaim) => {
                words.why("the token does not carry this claim").fix(format!("add the claim {name} to the token"))
            }
            Some(_) => words
                .why("the claim has another value")
                .fix("issue the token with the policy's value, or change the policy"),
        }
    });
}

/// The claim that ties a token to one key: compared as a GUID, so letter case does not matter. Whatever value the policy
/// prints, the token must be for the requested key; a printed value must be that key as well.
fn check_key_id(required: &TokenClaim, observed: Option<Value<'_>>, requested: KeyId, witness: &mut impl Witness) {
    let (name, guid) = (&required.claim_type, requested.guid());
    let is_requested = |text: &str| Guid::parse(text) == Ok(guid);
    let fixed = required.value.as_deref().filter(|value| !is_requested(value));
    let failure = match observed {
        None => Some(DecisionCode::MissingClaim),
        Some(value) => (fixed.is_some() || !any(value, is_requested)).then_some(DecisionCode::WrongKeyId),
    };
    witness.note(Rule::Claim, failure, |words| {
        let words = words.expected(format!("{name} = {guid}"));
        match (failure, observed, fixed) {
            (None, _, _) => words.observed(format!("{name} = {guid}")),
            (Some(_), None, _) => words
                .why("the token is tied to no key")
                .fix(format!("add the claim {name} with the key's GUID to the token")),
            (Some(_), Some(value), Some(fixed)) => words
                .observed(format!("{name} = {}", display(value)))
                .why(format!("the policy is for key {fixed} only, the request is for key {guid}"))
                .fix("leave the claim's value out of the policy: it then means the requested key"),
            (Some(_), Some(value), None) => words
                .observed(format!("{name} = {}", display(value)))
                .why(format!("the token is for key {}, the request is for key {guid}", display(value)))
                .fix("issue a token for the key that the player asks for: the KID in its request"),
        }
    });
}

fn explain_time(
    words: Words,
    failure: Option<DecisionCode>,
    expires: Time<'_>,
    not_before: Time<'_>,
    now: i64,
) -> Words {
    /// 2286-11-20: what looks later is milliseconds.
    const FAR_FUTURE: i64 = 10_000_000_000;
    match failure {
        Some(DecisionCode::MissingExpiry) => {
            words.why("the token never ends").fix("issue tokens with an expiry (exp, ExpiresOn) in seconds since 1970")
        }
        Some(DecisionCode::TimeNotANumber) => words
            .why("a time is not a number")
            .fix("write times as seconds since 1970; in a JWT as numbers without quotation marks"),
        Some(DecisionCode::TimeNotWhole) => {
            words.why("a time has a fraction or an exponent").fix("write times as whole seconds since 1970: round down")
        }
        Some(DecisionCode::TimeOutOfRange) => words
            .why("a time is before 1970, or beyond 2^53 and so not exact everywhere")
            .fix("write times as seconds since 1970"),
        Some(DecisionCode::Expired) => {
            let ago = expires.seconds().map_or(0, |end| now.saturating_sub(end));
            words
                .why(format!("the token ended {ago} s ago"))
                .fix("issue a fresh token; if it is fresh, compare the clocks")
        }
        Some(DecisionCode::NotYetValid) => {
            let start = not_before.seconds().unwrap_or(0);
            let words = words.why(format!("the token begins in {} s", start.saturating_sub(now)));
            match expires.seconds() {
                Some(end) if end <= start => words.fix("the validity is empty: nbf is not before exp"),
                _ if start > FAR_FUTURE => words.fix("nbf looks like milliseconds: write seconds"),
                _ => words.fix("compare the clocks, or issue tokens with an earlier nbf"),
            }
        }
        _ if expires.seconds().is_some_and(|end| end > FAR_FUTURE) => {
            words.why("valid, but exp looks like milliseconds: the token lives for centuries").fix("write seconds")
        }
        _ => words,
    }
}

fn describe_window(expires: Time<'_>, not_before: Time<'_>) -> String {
    let text = |time: Time<'_>| match time {
        Time::Absent => None,
        Time::Seconds(seconds) => Some(seconds.to_string()),
        // What a stranger wrote there may be long.
        Time::NotANumber(text) | Time::NotWhole(text) | Time::OutOfRange(text) => Some(text.chars().take(32).collect()),
    };
    match (text(not_before), text(expires)) {
        (Some(start), Some(end)) => format!("from {start} until {end}"),
        (Some(start), None) => format!("from {start}, without end"),
        (None, Some(end)) => format!("until {end}"),
        (None, None) => "without end".to_owned(),
    }
}
