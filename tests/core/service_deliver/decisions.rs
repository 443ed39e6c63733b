//! Who gets a key: types of keys, policies, and everything that can go wrong on the way.

use super::world::{
    Answer, CHECKSUM, KID, NOW, SECRET, World, get, jwt, key_bytes, open_option, request, restriction, settings,
    token_option, world,
};
use crate::randomness::Repeatable;
use crate::signers::CERTIFICATE;
use keywicket::key::{Certificate, OaepHash, wrap};
use keywicket::secret::SecretBytes;
use keywicket::service::{ProtectionKey, Settings};
use serde_json::json;

#[test]
fn only_envelope_keys_leave_as_bytes_and_others_are_not_even_unwrapped() {
    for (kind, length) in [(0, 16), (1, 32), (2, 32), (3, 16), (4, 16), (6, 16), (7, 16), (8, 9)] {
        let mut world = World::new(settings());
        world.policy(1, &[open_option()]);
        world.key(KID, kind, Some(1), vec![0xA5; length], None);
        let answer = world.answer(get(None));
        if kind == 4 {
            assert_eq!((answer.status(), answer.response.body.expose()), (200, [0xA5; 16].as_slice()));
        } else {
            assert_eq!(answer.refusal(), (403, "deliver.not_deliverable".to_owned()), "type {kind}");
            assert!(!answer.asks.iter().any(|ask| ask == "unwrap"));
        }
    }
}

#[test]
fn options_are_alternatives_and_only_those_that_hand_out_the_key_count() {
    let token = token_option(&restriction(&SECRET));
    let mut playready = open_option();
    playready["KeyDeliveryType"] = json!(1);
    let mut address = open_option();
    address["Restrictions"] = json!([{"Name": "", "KeyRestrictionType": 2, "Requirements": "192.0.2.0/24"}]);
    let good = jwt(NOW + 600, None);
    for (options, token, client, expected) in [
        (vec![], None, None, "policy.no_option"),
        (vec![playready.clone()], None, None, "policy.no_option"),
        (vec![playready.clone(), open_option()], None, None, ""),
        (vec![token.clone()], None, None, "token.missing"),
        (vec![token.clone()], Some(good.as_str()), None, ""),
        (vec![token.clone(), open_option()], None, None, ""),
        (vec![token.clone(), open_option()], Some("broken"), None, ""),
        (vec![address.clone()], None, None, "policy.address_unknown"),
        (vec![address.clone()], None, Some("198.51.100.1"), "policy.address_not_allowed"),
        (vec![address.clone()], None, Some("192.0.2.9"), ""),
        (vec![address, token], Some(good.as_str()), None, ""),
    ] {
        let world = world(&options);
        let mut asked = get(token);
        asked.client_address = client.map(|address| address.parse().unwrap());
        let answer = world.answer(asked);
        let got = if answer.status() == 200 { String::new() } else { answer.refusal().1 };
        assert_eq!(got, expected, "{options:?}");
        if !expected.is_empty() {
            assert_eq!(answer.status(), 401);
        }
    }
}

#[test]
fn each_refusal_has_its_code_and_is_logged() {
    let secret = token_option(&restriction(&SECRET));
    let audit_of = |answer: &Answer| {
        let [entry] = answer.response.audit.as_slice() else { panic!("one entry: {:?}", answer.response.audit) };
        serde_json::from_str::<serde_json::Value>(entry).unwrap()
    };
    let world = world(&[secret]);
    let unknown = world.answer(request("GET", "/?KID=11111111-1111-1111-1111-111111111111", &[]));
    assert_eq!(unknown.refusal(), (404, "deliver.unknown_key".to_owned()));
    assert_eq!(audit_of(&unknown)["key"], "nb:kid:UUID:11111111-1111-1111-1111-111111111111");

    let expired = world.answer(get(Some(&jwt(NOW - 600, None))));
    assert_eq!(expired.refusal(), (401, "token.expired".to_owned()));
    let entry = audit_of(&expired);
    assert_eq!((&entry["action"], &entry["code"]), (&json!("deliver"), &json!("token.expired")));
    assert_eq!((entry["time"].as_i64(), entry["policy"].as_str().map(str::len)), (Some(NOW * 1000), Some(64)));
    assert_eq!(entry["token"].as_str().map(str::len), Some(64), "its signature was good, so it has a name");
    let forged = jwt(NOW + 600, None).replace('.', ".e30");
    assert_eq!(audit_of(&world.answer(get(Some(&forged))))["token"], json!(null));

    let allowed = world.answer(get(Some(&jwt(NOW + 600, None))));
    assert_eq!(audit_of(&allowed)["code"], "token.allowed");
}

#[test]
fn a_key_without_policy_is_nobodys() {
    let mut world = World::new(settings());
    world.key(KID, 4, None, key_bytes(), None);
    assert_eq!(world.answer(get(None)).refusal(), (401, "deliver.no_policy".to_owned()));
    // A policy that is gone has no options.
    world.key(KID, 4, Some(77), key_bytes(), None);
    let mut fresh = World::new(settings());
    fresh.key(KID, 4, Some(77), key_bytes(), None);
    assert_eq!(fresh.answer(get(None)).refusal(), (401, "policy.no_option".to_owned()));
}

#[test]
fn what_cannot_be_unwrapped_rightly_is_not_delivered() {
    let with = |settings: Settings, bytes: Vec<u8>, checksum: Option<&str>| {
        let mut world = World::new(settings);
        world.policy(1, &[open_option()]);
        world.key(KID, 4, Some(1), bytes, checksum);
        world.answer(get(None))
    };
    assert_eq!(with(settings(), key_bytes(), Some(CHECKSUM)).status(), 200);
    let wrong = with(settings(), vec![1; 16], Some(CHECKSUM));
    assert_eq!(wrong.refusal(), (500, "deliver.checksum_mismatch".to_owned()));
    assert_eq!(with(settings(), key_bytes(), Some("AAAA")).refusal().1, "deliver.checksum_mismatch");
    let short = with(settings(), vec![1; 15], None);
    assert_eq!(short.refusal(), (500, "deliver.unwrap_failed".to_owned()));
    for settings in [
        Settings { protection_keys: Vec::new(), ..settings() },
        Settings {
            protection_keys: vec![ProtectionKey {
                certificate: Certificate::from_text(CERTIFICATE).unwrap(),
                can_unwrap: false,
            }],
            ..settings()
        },
    ] {
        let answer = with(settings, key_bytes(), None);
        assert_eq!(answer.refusal(), (500, "deliver.unwrap_failed".to_owned()));
        assert!(!answer.asks.iter().any(|ask| ask == "unwrap"), "nobody is asked who cannot know");
    }
}

#[test]
fn rows_that_this_service_cannot_have_written_deliver_nothing() {
    let broken_option = json!({"Name": "", "KeyDeliveryType": 2, "Restrictions": []});
    let bad_xml = json!({"Name": "", "KeyDeliveryType": 2,
        "Restrictions": [{"Name": "", "KeyRestrictionType": 1, "Requirements": "<x/>"}]});
    for options in [vec![broken_option.clone()], vec![open_option(), broken_option], vec![bad_xml], vec![json!("x")]] {
        assert_eq!(world(&options).answer(get(None)).refusal(), (500, "deliver.policy_unusable".to_owned()));
    }
    let many = vec![open_option(); 65];
    assert_eq!(world(&many).answer(get(None)).refusal(), (500, "deliver.policy_unusable".to_owned()));
    assert_eq!(world(&many[..64]).answer(get(None)).status(), 200);
    for row in ["", "{", "[]", "{}", r#"{"ContentKeyType":5}"#, r#"{"ContentKeyType":4,"EncryptedContentKey":"*"}"#] {
        let world = World::new(settings());
        world.put(format!("e/ContentKeys/nb:kid:UUID:{KID}"), row);
        assert_eq!(world.answer(get(None)).refusal(), (500, "store.corrupt".to_owned()), "{row}");
    }
}

/// Whatever step of the way fails, no key goes out, and the player is told to come back.
#[test]
fn a_store_that_is_down_at_any_step_gives_no_key() {
    let options = [token_option(&restriction(&SECRET))];
    let token = jwt(NOW + 600, Some(3));
    let mut steps = 0;
    for at in 0.. {
        let world = world(&options);
        let (answer, was_down) = world.answer_failing(get(Some(&token)), Some(at));
        if !was_down {
            assert_eq!(answer.status(), 200);
            break;
        }
        assert_eq!(answer.refusal(), (503, "store.unavailable".to_owned()), "{:?}", answer.asks);
        assert_eq!(answer.header("retry-after"), Some("2"));
        steps += 1;
    }
    println!("a store that is down: {steps} steps");
    assert!(steps >= 7);
}

/// The whole way with real cryptography: wrapped here, unwrapped with the private key of the certificate.
#[test]
fn a_key_that_was_wrapped_to_the_certificate_is_delivered() {
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    let clear = SecretBytes::new(key_bytes());
    let wrapped = wrap(&certificate, &clear, OaepHash::Sha1, &mut Repeatable(5)).unwrap();
    let private_key = SecretBytes::new(crate::signers::pem_body(include_str!("../../fixtures/rsa-2048.key.pem")));
    let unwrapped = keywicket::key::hazmat::unwrap(&private_key, &wrapped, OaepHash::Sha1, &mut Repeatable(6)).unwrap();
    let mut world = World::new(settings());
    world.policy(1, &[open_option()]);
    world.key(KID, 4, Some(1), unwrapped.expose().to_vec(), Some(CHECKSUM));
    assert_eq!(world.answer(get(None)).response.body.expose(), key_bytes());
}
