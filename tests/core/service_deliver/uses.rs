//! Tokens that limit their uses: whoever asks, however the token is spelt and whenever others ask, it opens that often.

use super::world::{KID, NOW, SECRET, World, get, jwt, key_bytes, restriction, settings, token_option, world};
use crate::randomness::Repeatable;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::policy::{TokenRestriction, TokenType};
use keywicket::service::call::{Call, Step};
use keywicket::token::{Algorithm, MAX_USES_CLAIM};
use rand_core::TryRng as _;

fn limited() -> World {
    world(&[token_option(&restriction(&SECRET))])
}

fn counter(world: &World) -> Vec<serde_json::Value> {
    world.rows("u/").iter().map(|(_, value)| serde_json::from_str(value).unwrap()).collect()
}

#[test]
fn a_token_opens_as_often_as_it_says() {
    for limit in 1..5 {
        let world = limited();
        let token = jwt(NOW + 600, Some(limit));
        for use_number in 0..limit + 2 {
            let answer = world.answer(get(Some(&token)));
            if use_number < limit {
                assert_eq!((answer.status(), answer.response.body.expose()), (200, key_bytes().as_slice()));
            } else {
                assert_eq!(answer.refusal(), (401, "token.uses_exhausted".to_owned()));
            }
        }
        assert_eq!(counter(&world)[0]["n"], limit);
    }
}

#[test]
fn another_spelling_is_the_same_token() {
    let restriction = TokenRestriction {
        token_type: TokenType::Swt,
        issuer: "http://i.example/".to_owned(),
        audience: "http://a.example/".to_owned(),
        ..restriction(&SECRET)
    };
    let world = world(&[token_option(&restriction)]);
    let name = MAX_USES_CLAIM.replace(':', "%3a");
    let text =
        format!("{name}=1&Audience=http%3a%2f%2fa.example%2f&ExpiresOn={}&Issuer=http%3a%2f%2fi.example%2f", NOW + 600);
    let mac = STANDARD.encode(crate::signers::hmac(Algorithm::Hs256, &SECRET, text.as_bytes()));
    let (lower, upper): (Vec<String>, Vec<String>) = mac
        .bytes()
        .map(|byte| match char::from(byte) {
            plain if plain.is_ascii_alphanumeric() => (plain.to_string(), format!("%{byte:02X}")),
            _ => (format!("%{byte:02x}"), format!("%{byte:02X}")),
        })
        .unzip();
    let spellings = [lower.concat(), upper.concat()].map(|mac| format!("{text}&HMACSHA256={mac}"));
    assert_ne!(spellings[0], spellings[1]);
    assert_eq!(world.answer(get(Some(&spellings[0]))).status(), 200);
    assert_eq!(world.answer(get(Some(&spellings[1]))).refusal().1, "token.uses_exhausted");
    assert_eq!(counter(&world).len(), 1);
}

/// The last character of a 32-byte signature has two bits that say nothing.
#[test]
fn flipped_spare_bits_make_no_second_token() {
    let world = limited();
    let token = jwt(NOW + 600, Some(1));
    let mut used = 0;
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
        let spelt = format!("{}{last}", &token[..token.len() - 1]);
        used += i32::from(world.answer(get(Some(&spelt))).status() == 200);
    }
    assert_eq!((used, counter(&world).len()), (1, 1));
}

#[test]
fn what_is_refused_or_only_looked_at_is_not_counted() {
    let world = limited();
    let token = jwt(NOW + 600, Some(1));
    let mut head = get(Some(&token));
    head.method = "HEAD".to_owned();
    assert_eq!(world.answer(head).status(), 200);
    assert_eq!(world.answer(get(Some(&jwt(NOW - 600, Some(1))))).status(), 401);
    assert_eq!(world.answer(get(Some(&jwt(NOW + 9999, Some(1))))).refusal().1, "token.lifetime_too_long");
    assert_eq!(counter(&world).len(), 0);
    // A key that turns out not to be deliverable uses nothing up either.
    let mut broken = World::new(settings());
    broken.policy(1, &[token_option(&restriction(&SECRET))]);
    broken.key(KID, 4, Some(1), vec![1; 16], Some("AAAAAAAAAAA="));
    assert_eq!(broken.answer(get(Some(&token))).refusal().1, "deliver.checksum_mismatch");
    assert_eq!(counter(&broken).len(), 0);
}

#[test]
fn counters_of_tokens_that_have_ended_are_swept_when_new_ones_come() {
    let world = limited();
    for seconds in 0..20 {
        assert_eq!(world.answer(get(Some(&jwt(NOW + 600 + seconds, Some(1))))).status(), 200);
    }
    assert_eq!((counter(&world).len(), world.rows("x/").len()), (20, 20));
    // While any clock may still take them for good, they stay.
    for (later, left) in [(600 + 899, 21), (3600, 18), (3600, 15)] {
        let mut asked = get(Some(&jwt(NOW + later + 300 + left as i64, Some(1))));
        asked.received_at = (NOW + later) * 1000;
        assert_eq!(world.answer(asked).status(), 200);
        assert_eq!((counter(&world).len(), world.rows("x/").len()), (left, left), "{later}");
    }
}

/// Runs calls in an order that `choose` gives, each step followed by what it asked for, and counts who got the key.
fn race(world: &World, calls: usize, token: &str, mut choose: impl FnMut(&[usize]) -> usize) -> usize {
    let mut running: Vec<(Call, Option<_>)> = (0..calls).map(|_| (world.start(get(Some(token))), None)).collect();
    let mut open: Vec<usize> = (0..calls).collect();
    let mut given = 0;
    while !open.is_empty() {
        let place = choose(&open);
        let (call, reply) = &mut running[open[place]];
        match call.step(reply.take()).unwrap() {
            Step::Ask(ask) => *reply = Some(world.perform(ask)),
            Step::Done(response) => {
                world.search(&response, &[token.to_owned()]);
                given += usize::from(response.status == 200);
                assert!(matches!(response.status, 200 | 401), "{}", response.status);
                open.remove(place);
            }
        }
    }
    given
}

/// Every order of the steps of two requests with a token that opens once; key and policy are remembered by then.
#[test]
fn two_requests_at_once_are_never_both_the_last() {
    let (mut orders, mut prefix) = (0_u32, Vec::<usize>::new());
    loop {
        let world = limited();
        assert_eq!(world.answer(get(Some(&jwt(NOW + 500, None)))).status(), 200);
        let (mut taken, mut step): (Vec<(usize, usize)>, usize) = (Vec::new(), 0);
        let given = race(&world, 2, &jwt(NOW + 600, Some(1)), |open| {
            let choice = prefix.get(step).copied().unwrap_or(0);
            step += 1;
            taken.push((choice, open.len()));
            choice
        });
        orders += 1;
        assert_eq!((given, counter(&world)[0]["n"].as_i64()), (1, Some(1)), "{taken:?}");
        // The next order: the last choice that has another one left.
        let Some(at) = taken.iter().rposition(|(choice, open)| choice + 1 < *open) else { break };
        prefix = taken[..at].iter().map(|(choice, _)| *choice).chain([taken[at].0 + 1]).collect();
    }
    println!("two requests at once: {orders} orders");
    assert!(orders > 50);
}

/// Whatever is remembered or not.
#[test]
fn many_requests_at_once_get_exactly_what_is_left() {
    let mut rng = Repeatable(11);
    for limit in [1, 2, 3, 5] {
        for _ in 0..100 {
            let world = limited();
            let token = jwt(NOW + 600, Some(limit));
            let given = race(&world, 6, &token, |open| rng.try_next_u32().unwrap() as usize % open.len());
            assert_eq!((given as i64, counter(&world)[0]["n"].as_i64()), (limit, Some(limit)));
        }
    }
}
