//! All ways to ask the verifier give one answer, and it is the one that follows from what the test knows: 500 policies
//! at random, twelve tokens each, right and wrong, several keys and times.
//!
//! The answer expected is worked out here from how policy and token were made, not from their text.

use crate::random_policies::{Condition, Policy, Rules, below, key_id, one_of, policy};
use crate::random_tokens::{Shape, Time, Token, token};
use crate::randomness::Repeatable;
use crate::signers::Signer;
use keywicket::policy::{KeyDeliveryType, TokenType};
use keywicket::token::{Algorithm, CompiledPolicy, Decision, DecisionCode, TokenRequest, TokenVerifier, simulate};
use std::collections::BTreeMap;
use std::net::IpAddr;

const NOW: i64 = 1_800_000_000;

/// What a viewer asks, and whether its address is in the networks of `random_policies`.
struct Asked {
    request: TokenRequest,
    is_inside: Option<bool>,
}

fn request(rng: &mut Repeatable) -> Asked {
    let addresses: [(Option<&str>, Option<bool>); 6] = [
        (None, None),
        (Some("192.0.2.77"), Some(true)),
        (Some("192.0.2.77"), Some(true)),
        (Some("::ffff:192.0.2.1"), Some(true)),
        (Some("2001:db8:1::1"), Some(true)),
        (Some("198.51.100.1"), Some(false)),
    ];
    let (address, is_inside) = one_of(rng, &addresses);
    let kinds = [None, None, Some(KeyDeliveryType::BaselineHttp), Some(KeyDeliveryType::PlayReadyLicense)];
    let request = TokenRequest {
        client_address: address.map(|address| address.parse::<IpAddr>().unwrap()),
        key_delivery_type: one_of(rng, &kinds),
        uses: one_of(rng, &[None, Some(0), Some(2), Some(3), Some(50)]),
        ..TokenRequest::new(key_id(1), NOW)
    };
    Asked { request, is_inside }
}

/// The documented answer: the first option that opens, or else the refusal of the one that came furthest.
fn expected(policy: &Policy, token: &Token, asked: &Asked, request: &TokenRequest) -> DecisionCode {
    let fits = |kind: Option<KeyDeliveryType>| {
        request.key_delivery_type.is_none() || kind.is_none() || request.key_delivery_type == kind
    };
    let mut refusals = Vec::new();
    for (_, conditions) in policy.options.iter().filter(|(kind, _)| fits(*kind)) {
        let refusal = conditions.iter().find_map(|condition| match (condition, asked.is_inside) {
            (Condition::Open, _) | (Condition::Ip, Some(true)) => None,
            (Condition::Ip, None) => Some(DecisionCode::AddressUnknown),
            (Condition::Ip, Some(false)) => Some(DecisionCode::AddressNotAllowed),
            (Condition::Token(rules), _) => refusal(rules, token, policy.tolerance, request),
        });
        match refusal {
            None => return DecisionCode::Allowed,
            Some(code) => refusals.push(code),
        }
    }
    refusals.into_iter().max_by_key(|code| rank(*code)).unwrap_or(DecisionCode::NoOption)
}

/// The place of a code among the checks, as the package's types list them.
fn rank(code: DecisionCode) -> usize {
    let listed = include_str!("../../pkg-template/token.d.ts").split("type DecisionCode =").nth(1).unwrap();
    listed.find(&format!("\"{}\"", code.as_str())).unwrap()
}

fn refusal(rules: &Rules, token: &Token, tolerance: u16, request: &TokenRequest) -> Option<DecisionCode> {
    let policy_type = rules.restriction.token_type;
    match token.shape {
        Shape::Refused(code) => return Some(code),
        Shape::Broken(token_type, code) if token_type == policy_type => return Some(code),
        Shape::Broken(..) => return Some(DecisionCode::Malformed),
        Shape::Readable(token_type) if token_type != policy_type => return Some(DecisionCode::WrongType),
        Shape::Readable(_) => {}
    }
    signature_refusal(rules, token)
        .or_else(|| time_refusal(token, tolerance, request.now))
        .or_else(|| claim_refusal(rules, token, request))
        .or_else(|| uses_refusal(token, tolerance, request))
}

fn signature_refusal(rules: &Rules, token: &Token) -> Option<DecisionCode> {
    let fitting: Vec<_> = rules.keys.iter().filter(|key| Some(key.algorithm) == token.algorithm).collect();
    if fitting.is_empty() {
        let is_jwt = rules.restriction.token_type == TokenType::Jwt;
        let named = is_jwt && !rules.keys.is_empty();
        return Some(if named { DecisionCode::AlgorithmNotAllowed } else { DecisionCode::NoUsableKey });
    }
    // kid selects among the keys that have a name; those without are always tried.
    let named = |id: Option<&str>| id.is_none() || token.key_id.is_none() || id == token.key_id;
    let tried: Vec<_> = fitting.into_iter().filter(|key| named(key.id)).collect();
    if tried.is_empty() {
        return Some(DecisionCode::UnknownKey);
    }
    let signed = tried.iter().any(|key| Some((key.kind, key.seed, key.algorithm)) == token.signed_by);
    (!signed).then_some(DecisionCode::BadSignature)
}

fn time_refusal(token: &Token, tolerance: u16, now: i64) -> Option<DecisionCode> {
    let (expires, not_before) = (token.claims.expires, token.claims.not_before);
    match (expires, not_before) {
        (Time::Absent, _) => Some(DecisionCode::MissingExpiry),
        // Of two bad times the kind that is declared first.
        (Time::Bad(_, one), Time::Bad(_, other)) => Some(one.min(other)),
        (Time::Bad(_, code), _) | (_, Time::Bad(_, code)) => Some(code),
        (Time::At(end), _) if now >= end + i64::from(tolerance) => Some(DecisionCode::Expired),
        (_, Time::At(start)) if now < start - i64::from(tolerance) => Some(DecisionCode::NotYetValid),
        _ => None,
    }
}

fn claim_refusal(rules: &Rules, token: &Token, request: &TokenRequest) -> Option<DecisionCode> {
    let (claims, restriction) = (&token.claims, &rules.restriction);
    let equal = |found: Option<&str>, wanted: &str, missing, wrong| match found {
        None => Some(missing),
        Some(found) => (found != wanted).then_some(wrong),
    };
    equal(claims.issuer, &restriction.issuer, DecisionCode::MissingIssuer, DecisionCode::WrongIssuer)
        .or_else(|| {
            let (missing, wrong) = (DecisionCode::MissingAudience, DecisionCode::WrongAudience);
            equal(claims.audience, &restriction.audience, missing, wrong)
        })
        .or_else(|| {
            restriction.required_claims.iter().find_map(|required| match required.claim_type.as_str() {
                "tier" => equal(claims.tier, "gold", DecisionCode::MissingClaim, DecisionCode::WrongClaim),
                "role" => claims.role.is_none().then_some(DecisionCode::MissingClaim),
                _ => match claims.for_key {
                    None => Some(DecisionCode::MissingClaim),
                    Some(byte) => (key_id(byte) != request.key_id).then_some(DecisionCode::WrongKeyId),
                },
            })
        })
}

fn uses_refusal(token: &Token, tolerance: u16, request: &TokenRequest) -> Option<DecisionCode> {
    let (_, limit) = token.claims.max_uses?;
    let Some(limit) = limit else { return Some(DecisionCode::BadMaxUses) };
    let latest = request.now + 3600 + i64::from(tolerance);
    if matches!(token.claims.expires, Time::At(end) if end > latest) {
        return Some(DecisionCode::LifetimeTooLong);
    }
    match request.uses {
        None => Some(DecisionCode::UsesUnknown),
        Some(uses) => (uses >= limit).then_some(DecisionCode::UsesExhausted),
    }
}

/// Asks as somebody does who verifies elsewhere. The answers are known from who signed.
fn by_answers(verifier: &TokenVerifier, token: &Token, request: &TokenRequest, asked: &mut usize) -> Decision {
    let signer: Option<(Algorithm, Vec<u8>)> = token
        .signed_by
        .filter(|(_, _, algorithm)| !algorithm.is_symmetric())
        .map(|(kind, seed, algorithm)| (algorithm, Signer::of(kind, seed).info()));
    let mut answers = Vec::new();
    for _ in 0..=verifier.key_count() {
        let provisional = verifier.check_with(&token.text, request, &answers);
        if let Some(decision) = provisional.settled() {
            return decision.clone();
        }
        for number in provisional.open() {
            let (algorithm, info) = verifier.public_key(*number).unwrap();
            assert!(answers.iter().all(|(known, _)| known != number), "asked twice");
            answers.push((*number, signer.as_ref().is_some_and(|(a, i)| (*a, i.as_slice()) == (algorithm, info))));
            *asked += 1;
        }
    }
    panic!("more questions than keys");
}

#[test]
fn every_way_to_ask_gives_the_expected_answer() {
    let mut rng = Repeatable(8);
    let mut codes: BTreeMap<DecisionCode, usize> = BTreeMap::new();
    let (mut decisions, mut asked_elsewhere, mut tokens) = (0, 0, 0);
    for _ in 0..500 {
        let policy = policy(&mut rng);
        let verifier = TokenVerifier::new(policy.compiled.clone()).unwrap();
        let edge_policy = CompiledPolicy::from_bytes(policy.compiled.to_bytes().expose()).unwrap();
        let edge = TokenVerifier::without_public_keys(edge_policy).unwrap();
        for _ in 0..12 {
            let rules = policy.rules();
            let rules = (!rules.is_empty()).then(|| rules[below(&mut rng, rules.len())]);
            let token = token(&mut rng, rules, NOW);
            let asked = request(&mut rng);
            tokens += 1;
            let (key_ids, times) = ([key_id(1), key_id(2)], [NOW, NOW + one_of(&mut rng, &[-700, 1, 700])]);
            let simulated = simulate(&verifier, &[&token.text], &key_ids, &times, &asked.request).unwrap();
            let cells = key_ids.iter().flat_map(|key_id| times.iter().map(|now| (*key_id, *now)));
            for ((key_id, now), simulated) in cells.zip(simulated) {
                let request = TokenRequest { key_id, now, ..asked.request };
                let decision = verifier.check(&token.text, &request);
                let what = || format!("{:?}\n{token:?}\n{request:?}", policy.options);
                assert_eq!(decision.code(), expected(&policy, &token, &asked, &request), "{}", what());
                assert_eq!(verifier.explain(&token.text, &request).0, decision, "{}", what());
                assert_eq!(by_answers(&verifier, &token, &request, &mut asked_elsewhere), decision, "{}", what());
                assert_eq!(by_answers(&edge, &token, &request, &mut asked_elsewhere), decision, "{}", what());
                assert_eq!(simulated, decision.code(), "{}", what());
                *codes.entry(decision.code()).or_default() += 1;
                decisions += 1;
            }
        }
    }
    println!(
        "agreement: 500 policies, {tokens} tokens, {decisions} decisions, each five ways; {asked_elsewhere} signatures asked elsewhere"
    );
    for (code, count) in &codes {
        println!("  {count:6} {}", code.as_str());
    }
    let never: Vec<_> = DecisionCode::ALL.iter().filter(|code| !codes.contains_key(code)).collect();
    assert_eq!(never, [&DecisionCode::Ambiguous], "ambiguity is found by extraction, all else must have occurred");
}
