//! Many decisions at once: tokens × content keys × times.

use super::parsed::Parsed;
use super::{DecisionCode, TokenRequest, TokenVerifier};
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::policy::TokenType;

/// Largest matrix that is worked out in one call.
pub const MAX_CELLS: usize = 100_000;

/// Decides for every token, every key and every time; the answers lie in that order, times fastest. `request` says all the
/// rest: its key and time are not looked at.
///
/// Signatures of public keys are verified once per token, whatever is asked of it.
///
/// # Errors
/// `argument.out_of_range` beyond [`MAX_CELLS`].
pub fn simulate<T: AsRef<str>>(
    verifier: &TokenVerifier,
    tokens: &[T],
    key_ids: &[KeyId],
    times: &[i64],
    request: &TokenRequest,
) -> Result<Vec<DecisionCode>> {
    let cells = tokens.len().checked_mul(key_ids.len()).and_then(|cells| cells.checked_mul(times.len()));
    let cells = cells.filter(|cells| *cells <= MAX_CELLS).ok_or_else(|| {
        let why = format!("tokens × keys × times are at most {MAX_CELLS} in one call: ask in parts");
        Error::new(ErrorCode::ArgumentOutOfRange, why)
    })?;
    let mut codes = Vec::with_capacity(cells);
    for token in tokens {
        let mut answers = Vec::new();
        for key_id in key_ids {
            for now in times {
                let request = TokenRequest { key_id: *key_id, now: *now, ..*request };
                codes.push(decide(verifier, token.as_ref(), &request, &mut answers));
            }
        }
    }
    Ok(codes)
}

fn decide(
    verifier: &TokenVerifier,
    token: &str,
    request: &TokenRequest,
    answers: &mut Vec<(u16, bool)>,
) -> DecisionCode {
    loop {
        let decision = verifier.check_with(token, request, answers);
        if let Some(decision) = decision.settled() {
            return decision.code();
        }
        let mut buffer = Vec::new();
        // Only a JWT can be signed with a public key, and it was read to get here.
        let parsed = Parsed::read(token, TokenType::Jwt, &mut buffer);
        answers.extend(decision.open().iter().map(|key| {
            let is_valid = parsed.as_ref().is_ok_and(|parsed| verifier.verifies_here(*key, parsed));
            (*key, is_valid)
        }));
    }
}
