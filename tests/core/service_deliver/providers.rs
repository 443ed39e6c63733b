//! Policies whose keys are an OpenID provider's.

use super::world::{
    Answer, KID, NOW, SECRET, World, get, jwt, key_bytes, open_option, restriction, settings, token_option,
};
use crate::signers::{Signer, signing_input, with_signature};
use keywicket::policy::TokenRestriction;
use keywicket::token::{Algorithm, KeyKind};

fn with_provider(uri: &str, secret: Option<&[u8]>) -> TokenRestriction {
    let restriction = restriction(&SECRET);
    let primary = secret.and(restriction.primary_verification_key.clone());
    TokenRestriction {
        primary_verification_key: primary,
        open_id_discovery_uri: Some(format!("https://{uri}/.well-known/openid-configuration")),
        ..restriction
    }
}

fn key_set(keys: &[(u8, &str)]) -> Option<String> {
    let keys: Vec<String> =
        keys.iter().map(|(seed, id)| Signer::of(KeyKind::P256, *seed).jwk(None, Some(id))).collect();
    Some(format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
}

fn token(seed: u8, id: &str) -> String {
    let header = format!(r#"{{"alg":"ES256","kid":"{id}"}}"#);
    let text = signing_input(&header, &format!(r#"{{"iss":"i","aud":"a","exp":{}}}"#, NOW + 600));
    with_signature(&text, &Signer::of(KeyKind::P256, seed).sign(Algorithm::Es256, text.as_bytes()))
}

fn house(restrictions: &[TokenRestriction], keys: Option<String>) -> World {
    let mut world = World::new(settings());
    world.policy(1, &restrictions.iter().map(token_option).collect::<Vec<_>>());
    world.key(KID, 4, Some(1), key_bytes(), None);
    world.key_set = keys;
    world
}

fn ask(world: &World, token: &str, seconds: i64) -> Answer {
    let mut asked = get(Some(token));
    asked.received_at = (NOW + seconds) * 1000;
    world.answer(asked)
}

fn provider_asks(answer: &Answer) -> Vec<&str> {
    answer.asks.iter().map(String::as_str).filter(|ask| matches!(*ask, "key set" | "refresh")).collect()
}

#[test]
fn a_providers_keys_verify_and_are_remembered_with_the_policy() {
    let world = house(&[with_provider("sts.example", None)], key_set(&[(1, "a")]));
    let first = ask(&world, &token(1, "a"), 0);
    assert_eq!((first.status(), provider_asks(&first)), (200, vec!["key set"]));
    let second = ask(&world, &token(1, "a"), 1);
    assert_eq!((second.status(), second.asks.len()), (200, 0));
}

#[test]
fn a_key_that_is_not_known_is_asked_for_once_in_a_while() {
    let mut world = house(&[with_provider("sts.example", None)], key_set(&[(1, "a")]));
    assert_eq!(ask(&world, &token(1, "a"), 0).status(), 200);
    world.key_set = key_set(&[(1, "a"), (2, "b")]);
    let rolled = ask(&world, &token(2, "b"), 1);
    assert_eq!((rolled.status(), provider_asks(&rolled)), (200, vec!["refresh"]));
    // Whoever invents key ids does not make the service ask again and again.
    for (seconds, asks) in [(2, 0), (10, 0), (11, 1), (12, 0), (20, 0), (21, 1)] {
        let answer = ask(&world, &token(3, "made-up"), seconds);
        assert_eq!(answer.refusal(), (401, "token.unknown_key".to_owned()));
        assert_eq!(provider_asks(&answer).len(), asks, "after {seconds} s");
    }
    assert_eq!(ask(&world, &token(2, "b"), 22).status(), 200);
}

#[test]
fn a_provider_that_is_down_is_no_reason_to_refuse_for_good() {
    let mut world = house(&[with_provider("sts.example", Some(&SECRET))], None);
    let answer = ask(&world, &token(1, "a"), 0);
    assert_eq!(answer.refusal(), (503, "upstream.unavailable".to_owned()));
    assert_eq!(answer.header("retry-after"), Some("2"));
    // The policy's own key does without it.
    assert_eq!(ask(&world, &jwt(NOW + 600, None), 1).status(), 200);
    // Soon after, it is back.
    world.key_set = key_set(&[(1, "a")]);
    assert_eq!(ask(&world, &token(1, "a"), 5).status(), 503);
    assert_eq!(ask(&world, &token(1, "a"), 10).status(), 200);
    // And down again: what was there goes on.
    world.key_set = None;
    assert_eq!(ask(&world, &token(1, "a"), 11).status(), 200);
    assert_eq!(ask(&world, &token(1, "b"), 21).refusal().0, 401);
}

/// The keys of one provider must not open what another one guards.
#[test]
fn a_policy_names_one_provider() {
    let one = with_provider("sts.example", None);
    let other = with_provider("other.example", None);
    let world = house(&[one.clone(), other], key_set(&[(1, "a")]));
    assert_eq!(ask(&world, &token(1, "a"), 0).refusal(), (500, "deliver.policy_unusable".to_owned()));
    let twice = house(&[one.clone(), one], key_set(&[(1, "a")]));
    assert_eq!(ask(&twice, &token(1, "a"), 0).status(), 200);
}

/// A policy takes 32 keys. One that a provider overfills goes on without them, as while the provider does not answer.
#[test]
fn a_key_set_that_does_not_fit_counts_as_no_answer() {
    let names: Vec<String> = (0..32).map(|number| format!("k{number}")).collect();
    let keys: Vec<(u8, &str)> = (1..).zip(names.iter().map(String::as_str)).collect();
    let mut world = house(&[with_provider("sts.example", Some(&SECRET))], key_set(&keys));
    assert_eq!(ask(&world, &jwt(NOW + 600, None), 0).status(), 200, "the policy's own key opens it");
    assert_eq!(ask(&world, &token(1, "k0"), 1).refusal(), (503, "upstream.unavailable".to_owned()));
    // One fewer does fit, and stays when there are too many again.
    world.key_set = key_set(&keys[..31]);
    assert_eq!(ask(&world, &token(1, "k0"), 11).status(), 200);
    world.key_set = key_set(&keys);
    assert_eq!(ask(&world, &token(32, "k31"), 21).refusal(), (401, "token.unknown_key".to_owned()));
    assert_eq!(ask(&world, &token(1, "k0"), 22).status(), 200);
    let mut open = house(&[], key_set(&keys));
    open.policy(1, &[token_option(&with_provider("sts.example", Some(&SECRET))), open_option()]);
    assert_eq!(open.answer(get(None)).status(), 200);
}
