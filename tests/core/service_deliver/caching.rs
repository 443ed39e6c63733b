//! What is remembered, for how long, and what ends it.

use super::world::{
    Answer, KID, NOW, SECRET, World, get, jwt, key_bytes, open_option, restriction, settings, token_option, world,
};
use keywicket::service::Settings;
use keywicket::service::call::Step;
use keywicket::service::store::keys;

fn ask(world: &World, token: Option<&str>, seconds: i64) -> Answer {
    let mut asked = get(token);
    asked.received_at = (NOW + seconds) * 1000;
    world.answer(asked)
}

#[test]
fn what_is_remembered_is_answered_in_one_step() {
    let token = jwt(NOW + 600, None);
    for (options, token) in
        [(vec![open_option()], None), (vec![token_option(&restriction(&SECRET))], Some(token.as_str()))]
    {
        let world = world(&options);
        assert_eq!(ask(&world, token, 0).asks, ["get 2", "get 1", "list", "get 1", "unwrap"]);
        assert!(ask(&world, token, 59).asks.is_empty());
        let Step::Done(response) = world.start(get(token)).step(None).unwrap() else { panic!("asked for something") };
        assert_eq!(response.body.expose(), key_bytes());
        // Refusals need nothing either.
        if token.is_some() {
            assert!(ask(&world, None, 1).asks.is_empty());
        }
    }
}

#[test]
fn a_changed_policy_is_seen_when_the_time_is_up_and_not_before() {
    for (cache_seconds, change_seen_at) in [(60, 60), (5, 5), (0, 0)] {
        let mut world = World::new(Settings { cache_seconds, ..settings() });
        world.policy(1, &[open_option()]);
        world.key(KID, 4, Some(1), key_bytes(), None);
        assert_eq!(ask(&world, None, 0).status(), 200);
        world.policy(1, &[token_option(&restriction(&SECRET))]);
        for seconds in [0, 1, 4, 5, 59, 60, 61] {
            let expected = if seconds < change_seen_at { 200 } else { 401 };
            assert_eq!(ask(&world, None, seconds).status(), expected, "{cache_seconds} s, after {seconds}");
        }
    }
}

#[test]
fn a_clock_that_goes_back_keeps_nothing_for_ever() {
    let mut world = world(&[open_option()]);
    assert_eq!(ask(&world, None, 1_000_000).status(), 200);
    world.policy(1, &[token_option(&restriction(&SECRET))]);
    assert_eq!(ask(&world, None, 0).status(), 401);
}

/// A new epoch is found by any look into the store, such as one for another key, and ends everything.
#[test]
fn a_new_epoch_ends_what_is_remembered() {
    let other = "11111111-1111-1111-1111-111111111111";
    let mut world = world(&[open_option()]);
    world.key(other, 4, Some(1), key_bytes(), None);
    assert_eq!(ask(&world, None, 0).status(), 200);
    world.policy(1, &[token_option(&restriction(&SECRET))]);
    world.put(keys::EPOCH.to_owned(), "1");
    assert_eq!(ask(&world, None, 1).status(), 200, "nobody has looked yet");
    let mut asked = super::world::request("GET", &format!("/?KID={other}"), &[]);
    asked.received_at = (NOW + 2) * 1000;
    assert_eq!(world.answer(asked).status(), 401);
    assert_eq!(ask(&world, None, 3).status(), 401);
    // The same epoch read again ends nothing.
    assert!(ask(&world, None, 4).asks.is_empty());
}

/// A load that began under the old epoch and ends after the change must not bring the old policy back.
#[test]
fn a_load_that_is_overtaken_is_not_remembered() {
    let other = "11111111-1111-1111-1111-111111111111";
    let mut world = world(&[open_option()]);
    world.key(other, 4, Some(1), key_bytes(), None);
    let (mut slow, mut reply) = (world.start(get(None)), None);
    // It reads all of the old policy, and stops before it has unwrapped.
    loop {
        let Step::Ask(ask) = slow.step(reply.take()).unwrap() else { panic!("answered too early") };
        let is_last = matches!(ask, keywicket::service::call::Ask::List(_));
        reply = Some(world.perform(ask));
        if is_last {
            break;
        }
    }
    world.policy(1, &[token_option(&restriction(&SECRET))]);
    world.put(keys::EPOCH.to_owned(), "1");
    let asked = super::world::request("GET", &format!("/?KID={other}"), &[]);
    assert_eq!(world.answer(asked).status(), 401);
    // The slow one goes on with what it has.
    while let Step::Ask(ask) = slow.step(reply.take()).unwrap() {
        reply = Some(world.perform(ask));
    }
    assert_eq!(ask(&world, None, 1).status(), 401);
}

/// A request that waited long for the store must not take away what was remembered for others meanwhile; nor does one that
/// came just before them have to load it again.
#[test]
fn a_load_that_took_long_keeps_what_is_newer() {
    let other = "11111111-1111-1111-1111-111111111111";
    let mut world = world(&[open_option()]);
    world.key(other, 4, Some(1), key_bytes(), None);
    let mut asked = super::world::request("GET", &format!("/?KID={other}"), &[]);
    asked.received_at = (NOW + 1) * 1000;
    let mut slow = world.start(asked);
    let Step::Ask(first) = slow.step(None).unwrap() else { panic!("answered too early") };
    assert_eq!(ask(&world, None, 30).status(), 200);
    let mut reply = Some(world.perform(first));
    while let Step::Ask(ask) = slow.step(reply.take()).unwrap() {
        reply = Some(world.perform(ask));
    }
    for seconds in [31, 29, 89] {
        assert!(ask(&world, None, seconds).asks.is_empty(), "after {seconds} s");
    }
}
