//! Tokens that limit how often they may be used: the `maxuses` claim.
//!
//! The claim stands in the token, whatever its policy says. Counting is the caller's: under the decision's token digest,
//! and in one step with asking, or two requests at once are both the last.

use super::DecisionCode;
use super::claims::{self, Claims, MAX_SECONDS, Time};
use super::trace::{Rule, Witness};
use super::verifier::TokenRequest;
use crate::json::scan::Value;

/// The claim that says how often a token may be used.
pub const MAX_USES_CLAIM: &str = "urn:microsoft:azure:mediaservices:maxuses";

/// A token that limits its uses may live no longer than this from the time of the request, in seconds.
const MAX_LIFETIME: i64 = 3600;

/// The limit, if there is one and it makes sense: a whole number from 1, also as a text, since a SWT has nothing else.
pub(super) fn limit(claims: &Claims<'_>) -> Option<i64> {
    claims.get(MAX_USES_CLAIM).and_then(read)
}

fn read(value: Value<'_>) -> Option<i64> {
    let text = match value {
        Value::Text(text) => text.get(),
        Value::Number(number) => number.into(),
        _ => return None,
    };
    match Time::read(&text) {
        Time::Seconds(limit @ 1..=MAX_SECONDS) => Some(limit),
        _ => None,
    }
}

/// Whether the token may be used once more.
pub(super) fn check(claims: &Claims<'_>, request: &TokenRequest, tolerance: i64, witness: &mut impl Witness) {
    let Some(claim) = claims.get(MAX_USES_CLAIM) else { return };
    let limit = read(claim);
    let longest = request.now.saturating_add(MAX_LIFETIME).saturating_add(tolerance);
    let failure = match (limit, request.uses) {
        (None, _) => Some(DecisionCode::BadMaxUses),
        _ if claims.expires.seconds().is_some_and(|end| end > longest) => Some(DecisionCode::LifetimeTooLong),
        (Some(_), None) => Some(DecisionCode::UsesUnknown),
        (Some(limit), Some(uses)) => (uses >= limit).then_some(DecisionCode::UsesExhausted),
    };
    witness.note(Rule::Uses, failure, |words| {
        let words = match request.uses {
            Some(uses) => words.observed(format!("used {uses} times before")),
            None => words,
        };
        let words = match limit {
            Some(limit) => words.expected(format!("at most {limit} uses, within an hour")),
            None => words.observed(claims::display(claim)).expected("a whole number from 1"),
        };
        match failure {
            None => words,
            Some(DecisionCode::BadMaxUses) => words
                .why("the claim that limits the token's uses cannot be read")
                .fix(format!("write {MAX_USES_CLAIM} as a whole number from 1")),
            Some(DecisionCode::LifetimeTooLong) => words
                .why("a token that limits its uses must end within an hour, or its uses would have to be remembered forever")
                .fix("issue it with an expiry of at most an hour; expiries are seconds, not milliseconds"),
            Some(DecisionCode::UsesUnknown) => words
                .why("the token limits its uses, and nobody says how often it was used")
                .fix("count uses under the decision's token digest, and pass the count as uses"),
            Some(_) => words
                .why("the token was used as often as it may be")
                .fix("issue a new token; a player may fetch the key for every segment, so allow for that"),
        }
    });
}
