//! Whether one of the policy's keys signed a token.

use super::DecisionCode;
use super::compiled::TokenRules;
use super::keys::{Material, PreparedKey};
use super::parsed::Parsed;
use super::trace::{Rule, Witness, Words};
use crate::policy::TokenType;

/// Who verifies signatures of public keys.
pub(super) enum Signatures<'a> {
    /// This module.
    Here,
    /// Somebody who answers later, such as WebCrypto.
    Elsewhere {
        /// What was answered before: the number of a key, and whether it signed the token.
        answers: &'a [(u16, bool)],
        /// What is to be asked next.
        open: Vec<u16>,
    },
}

impl Signatures<'_> {
    fn verify(&mut self, key: &PreparedKey, parsed: &Parsed<'_>) -> bool {
        match (&key.material, self) {
            (Material::Mac(_), _) | (_, Signatures::Here) => key.verify(parsed),
            (Material::Public { .. }, Signatures::Elsewhere { answers, open }) => {
                let answer = answers.iter().find(|(number, _)| *number == key.number);
                if answer.is_none() && !open.contains(&key.number) {
                    open.push(key.number);
                }
                // Taken to have signed until somebody says that it has not.
                answer.is_none_or(|(_, is_valid)| *is_valid)
            }
        }
    }
}

/// Algorithm, keys to try and signature. The key that verified, if one did.
pub(super) fn check<'k>(
    rules: &TokenRules,
    keys: &'k [PreparedKey],
    parsed: &Parsed<'_>,
    signatures: &mut Signatures<'_>,
    witness: &mut impl Witness,
) -> Option<&'k PreparedKey> {
    let fits = |key: &&PreparedKey| Some(key.algorithm) == parsed.algorithm;
    let is_swt = rules.token_type == TokenType::Swt;
    let refused = keys.iter().find(fits).is_none() && !keys.is_empty() && !is_swt;
    let failure = refused.then_some(DecisionCode::AlgorithmNotAllowed);
    witness.note(Rule::Algorithm, failure, |words| explain_algorithm(words, refused, keys, parsed));
    if refused {
        witness.skip(&[Rule::Keys, Rule::Signature], "no key of the policy has the token's algorithm");
        return None;
    }

    let is_named = |key: &&PreparedKey| match (&key.id, &parsed.key_id) {
        (Some(id), Some(named)) => named.is(id),
        // A key without a name is tried, and so is every key where the token names none.
        _ => true,
    };
    let candidates = || keys.iter().filter(fits).filter(is_named);
    let stand_in = keys.iter().find(fits).filter(|_| candidates().next().is_none());
    let failure = match (candidates().next(), stand_in) {
        (Some(_), _) => None,
        (None, Some(_)) => Some(DecisionCode::UnknownKey),
        (None, None) => Some(DecisionCode::NoUsableKey),
    };
    witness.note(Rule::Keys, failure, |words| explain_keys(words, failure, keys, &names(candidates()), parsed));
    // A stand-in makes as much work as a key that is known: how long a refusal takes must not tell which names exist.
    let signed_by = candidates().chain(stand_in).find(|key| signatures.verify(key, parsed));
    if failure.is_some() {
        witness.skip(&[Rule::Signature], "the policy has no key that this token could be signed with");
        return None;
    }
    let failure = signed_by.is_none().then_some(DecisionCode::BadSignature);
    witness.note(Rule::Signature, failure, |words| {
        explain_signature(words, signed_by, &candidates().collect::<Vec<_>>(), rules, parsed)
    });
    signed_by
}

fn explain_algorithm(words: Words, refused: bool, keys: &[PreparedKey], parsed: &Parsed<'_>) -> Words {
    let mut algorithms: Vec<&str> = keys.iter().map(|key| key.algorithm.name()).collect();
    algorithms.sort_unstable();
    algorithms.dedup();
    let allowed = algorithms.join(" or ");
    let words = words.observed(parsed.algorithm_name());
    if keys.is_empty() {
        return words;
    }
    let words = words.expected(allowed.clone());
    if refused {
        words
            .why("the kind of the policy's keys decides the algorithm, never the token's header")
            .fix(format!("sign with {allowed}"))
    } else {
        words
    }
}

fn explain_keys(
    words: Words,
    failure: Option<DecisionCode>,
    keys: &[PreparedKey],
    candidates: &str,
    parsed: &Parsed<'_>,
) -> Words {
    let words = match &parsed.key_id {
        Some(id) => words.observed(format!("kid {}", id.get().chars().take(64).collect::<String>())),
        None => words,
    };
    match failure {
        None => words.expected(format!("a signature by {candidates}")),
        Some(DecisionCode::UnknownKey) => {
            let known: Vec<&str> = keys.iter().filter_map(|key| key.id.as_deref()).collect();
            words
                .expected(format!("kid {}", known.join(" or ")))
                .why("the token names a key that is not in the key set")
                .fix("fetch the key set again if the issuer has changed its keys; otherwise the token is another issuer's")
        }
        Some(_) if keys.is_empty() => words
            .why("the policy names its keys by a discovery document only, and its key set is not at hand")
            .fix("give the key set of the discovery document (jwks), or put its keys into the policy"),
        Some(_) => words
            .why("Simple Web Tokens are signed with symmetric keys for HS256, and the policy has none")
            .fix("put a symmetric key into the policy, or change its token type to JWT"),
    }
}

fn explain_signature(
    words: Words,
    signed_by: Option<&PreparedKey>,
    candidates: &[&PreparedKey],
    rules: &TokenRules,
    parsed: &Parsed<'_>,
) -> Words {
    let words = words.expected(format!("a signature by {}", names(candidates.iter().copied())));
    if let Some(key) = signed_by {
        return words.observed(format!("signed with the {} key", key.name));
    }
    let words = words.observed(format!("{} bytes of signature", parsed.signature.len()));
    let misread = candidates.iter().find_map(|candidate| {
        let key = rules.keys.iter().find(|key| key.name == candidate.name && key.algorithm.is_symmetric())?;
        super::key_doctor::misread(&key.material, key.algorithm, parsed).map(|encoding| (candidate.name, encoding))
    });
    match misread {
        Some((name, encoding)) => words
            .why(format!("it is signed with the {name} key in another encoding: {}", encoding.why()))
            .fix("mend the key where the token is signed, or put the key that it uses into the policy"),
        None => words
            .why("none of these keys made this signature: it is signed with another key, or was changed since")
            .fix("sign with the policy's primary key, decoded from base64 to bytes"),
    }
}

fn names<'k>(keys: impl Iterator<Item = &'k PreparedKey>) -> String {
    keys.map(|key| key.name.to_string()).collect::<Vec<_>>().join(" or ")
}
