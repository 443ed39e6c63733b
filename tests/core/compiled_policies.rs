//! Compiled policies as bytes: what is written is read again, what is damaged is refused, and what somebody made up is
//! refused or is a policy like any other.

use crate::random_policies::{Policy, below, key_id, policy};
use crate::random_tokens::token;
use crate::randomness::Repeatable;
use keywicket::error::ErrorCode;
use keywicket::token::{CompiledPolicy, TokenRequest, TokenVerifier};
use rand_core::Rng as _;
use sha2::{Digest as _, Sha256};

const NOW: i64 = 1_800_000_000;

fn bytes(policy: &Policy) -> Vec<u8> {
    policy.compiled.to_bytes().expose().to_vec()
}

fn refused(bytes: &[u8]) -> bool {
    CompiledPolicy::from_bytes(bytes).is_err_and(|error| error.code() == ErrorCode::CompiledPolicyInvalid)
}

#[test]
fn a_policy_survives_its_bytes() {
    let mut rng = Repeatable(50);
    let mut decisions = 0;
    for _ in 0..200 {
        let policy = policy(&mut rng);
        let read = CompiledPolicy::from_bytes(&bytes(&policy)).unwrap();
        assert_eq!(read, policy.compiled);
        assert_eq!(read.to_bytes().expose(), policy.compiled.to_bytes().expose());
        assert_eq!(read.digest(), policy.compiled.digest());
        let (ours, theirs) = (TokenVerifier::new(policy.compiled.clone()).unwrap(), TokenVerifier::new(read).unwrap());
        for _ in 0..6 {
            let rules = policy.rules();
            let rules = (!rules.is_empty()).then(|| rules[below(&mut rng, rules.len())]);
            let token = token(&mut rng, rules, NOW);
            let request = TokenRequest::new(key_id(1), NOW);
            assert_eq!(ours.explain(&token.text, &request), theirs.explain(&token.text, &request));
            decisions += 1;
        }
    }
    println!("compiled policies: 200 round trips, {decisions} decisions alike");
}

#[test]
fn every_cut_and_every_changed_byte_is_noticed() {
    let mut rng = Repeatable(51);
    let (mut cuts, mut changes) = (0, 0);
    for number in 0..60 {
        let bytes = bytes(&policy(&mut rng));
        for end in 0..bytes.len() {
            assert!(refused(&bytes[..end]), "cut at {end}");
            assert!(refused(&bytes[end + 1..]), "begins at {end}");
            cuts += 2;
        }
        assert!(refused(&[bytes.as_slice(), &[0]].concat()) && refused(&[bytes.as_slice(), &bytes].concat()));
        // All values of all bytes for the first few, one for the others.
        for place in 0..bytes.len() {
            let values = if number < 4 { 1..=255 } else { one_value(&mut rng) };
            for value in values {
                let mut changed = bytes.clone();
                changed[place] ^= value;
                assert!(refused(&changed), "byte {place} xor {value}");
                changes += 1;
            }
        }
    }
    println!("compiled policies: {cuts} cuts and {changes} changed bytes refused");
}

fn one_value(rng: &mut Repeatable) -> std::ops::RangeInclusive<u8> {
    let value = 1 + below(rng, 255) as u8;
    value..=value
}

/// The sum at the end is against accidents only. Whoever can write a sum still gets no more than a policy.
#[test]
fn what_somebody_made_up_is_refused_or_is_a_policy() {
    let mut rng = Repeatable(52);
    let pool: Vec<Vec<u8>> = (0..40).map(|_| bytes(&policy(&mut rng))).collect();
    let (mut read, mut verifiers) = (0, 0);
    for _ in 0..20_000 {
        let source = &pool[below(&mut rng, pool.len())];
        let mut content = source[..source.len() - 8].to_vec();
        for _ in 0..1 + below(&mut rng, 3) {
            mutate(&mut rng, &mut content, &pool);
        }
        // As `src/token/compiled/bytes.rs` documents it: the first 8 bytes of SHA-256 of all before.
        let sum = Sha256::digest(&content);
        content.extend_from_slice(&sum[..8]);
        let Ok(policy) = CompiledPolicy::from_bytes(&content) else { continue };
        read += 1;
        let again = CompiledPolicy::from_bytes(policy.to_bytes().expose()).unwrap();
        assert_eq!(again, policy);
        assert_eq!(again.digest(), policy.digest());
        // Its keys may be nonsense, which is found here; whatever is left decides without a panic.
        if let Ok(verifier) = TokenVerifier::new(policy) {
            verifiers += 1;
            let token = token(&mut rng, None, NOW);
            let request = TokenRequest::new(key_id(1), NOW);
            assert_eq!(verifier.check(&token.text, &request), verifier.explain(&token.text, &request).0);
        }
    }
    println!("compiled policies: 20000 made up, {read} read, {verifiers} of them verifiers");
    assert!(read > 1000 && verifiers > 500, "most mutations must get past the sum: {read} {verifiers}");
}

fn mutate(rng: &mut Repeatable, content: &mut Vec<u8>, pool: &[Vec<u8>]) {
    // After the magic and the version, most of the time.
    let from = if below(rng, 20) == 0 { 0 } else { 5.min(content.len().saturating_sub(1)) };
    if content.len() <= from + 1 {
        return;
    }
    let place = from + below(rng, content.len() - from);
    match below(rng, 8) {
        0 => content[place] = rng.next_u32() as u8,
        1 => content[place] ^= 1 << below(rng, 8),
        2 => content[place] = [0, 1, 2, 255][below(rng, 4)],
        3 => content.truncate(place),
        4 => {
            drop(content.splice(place..place, (0..1 + below(rng, 4)).map(|_| rng.next_u32() as u8).collect::<Vec<_>>()))
        }
        5 => drop(content.drain(place..(place + 1 + below(rng, 4)).min(content.len()))),
        6 => {
            let other = &pool[below(rng, pool.len())];
            let start = below(rng, other.len());
            let part = &other[start..(start + below(rng, 64)).min(other.len())];
            drop(content.splice(place..place, part.iter().copied()));
        }
        // A length of almost everything.
        _ => content[place..].iter_mut().take(4).for_each(|byte| *byte = 0xFF),
    }
}
