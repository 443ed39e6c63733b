//! ClearKey: the JSON of W3C Encrypted Media Extensions, and licences over HTTP.

use super::world::{
    KID, NOW, SECRET, World, admin, jwt, key_bytes, open_option, request, restriction, settings, token_option,
};
use keywicket::error::ErrorCode;
use keywicket::id::{Guid, KeyId};
use keywicket::key::{ContentKey, ContentKeyType};
use keywicket::secret::SecretBytes;
use keywicket::service::HttpRequest;
use keywicket::signal::clearkey;
use serde_json::{Value, json};

/// The examples of the specification, sections 9.1.3 and 9.1.4; the ids and the key are worked out by hand.
#[test]
fn requests_and_licences_are_those_of_the_specification() {
    let ids = clearkey::read_license_request(
        r#"{"kids":["LwVHf8JLtPrv2GUXFW2v_A","0DdtU9od-Bh5L3xbv0Xf_A"],"type":"temporary"}"#,
    )
    .unwrap();
    let guids: Vec<String> = ids.iter().map(|id| id.guid().to_string()).collect();
    assert_eq!(guids, ["2f05477f-c24b-b4fa-efd8-6517156daffc", "d0376d53-da1d-f818-792f-7c5bbf45dffc"]);
    assert_eq!(
        clearkey::license_request(&ids),
        r#"{"kids":["LwVHf8JLtPrv2GUXFW2v_A","0DdtU9od-Bh5L3xbv0Xf_A"],"type":"temporary"}"#
    );
    assert_eq!(clearkey::key_ids(&ids[..1]), r#"{"kids":["LwVHf8JLtPrv2GUXFW2v_A"]}"#);
    assert_eq!(clearkey::read_key_ids(r#"{"kids":["LwVHf8JLtPrv2GUXFW2v_A"]}"#).unwrap(), &ids[..1]);
    let bytes = SecretBytes::new(vec![0xFF; 16]);
    let key = ContentKey::new(ContentKeyType::CommonEncryption, ids[0], bytes).unwrap();
    assert_eq!(
        clearkey::license([&key]).expose(),
        r#"{"keys":[{"kty":"oct","kid":"LwVHf8JLtPrv2GUXFW2v_A","k":"_____________________w"}],"type":"temporary"}"#
    );
}

#[test]
fn what_is_no_request_is_refused() {
    let good = "\"LwVHf8JLtPrv2GUXFW2v_A\"";
    let many = vec![good; 33].join(",");
    for json in [
        "",
        "[]",
        "{}",
        r#"{"kids":[]}"#,
        r#"{"kids":"LwVHf8JLtPrv2GUXFW2v_A"}"#,
        r#"{"kids":[1]}"#,
        r#"{"kids":["LwVHf8JLtPrv2GUXFW2v_A=="]}"#,
        r#"{"kids":["LwVHf8JLtPrv2GUXFW2v_B"]}"#,
        r#"{"kids":["LwVHf8JLtPrv2GUXFW2v/A"]}"#,
        r#"{"kids":["2f05477f-c24b-b4fa-efd8-6517156daffc"]}"#,
        r#"{"kids":["AAAA"]}"#,
        &format!(r#"{{"kids":[{good}],"kids":[{good}]}}"#),
        &format!(r#"{{"kids":[{good}],"type":"persistent-license"}}"#),
        &format!(r#"{{"kids":[{good}]}}x"#),
        &format!(r#"{{"kids":[{many}]}}"#),
    ] {
        assert_eq!(clearkey::read_license_request(json).unwrap_err().code(), ErrorCode::ClearkeyBadRequest, "{json}");
    }
    let twice = format!(r#"{{"kids":[{good},{good}],"other":1}}"#);
    assert_eq!(clearkey::read_license_request(&twice).unwrap().len(), 1);
}

const CBCS: &str = "11111111-1111-1111-1111-111111111111";
const ENVELOPE: &str = "22222222-2222-2222-2222-222222222222";
const CLOSED: &str = "33333333-3333-3333-3333-333333333333";
const ABSENT: &str = "44444444-4444-4444-4444-444444444444";

fn base64url(kid: &str) -> String {
    let id = KeyId::new(Guid::parse(kid).unwrap());
    let json: Value = serde_json::from_str(&clearkey::key_ids(&[id])).unwrap();
    json["kids"][0].as_str().unwrap().to_owned()
}

fn ask(kids: &[&str], token: Option<&str>) -> HttpRequest {
    let kids: Vec<String> = kids.iter().map(|kid| base64url(kid)).collect();
    let header = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<(&str, &str)> = header.iter().map(|header| ("authorization", header.as_str())).collect();
    let mut asked = request("POST", "/ClearKey/", &headers);
    asked.body = SecretBytes::new(json!({"kids": kids, "type": "temporary"}).to_string().into_bytes());
    asked
}

fn house() -> World {
    let mut world = World::new(settings());
    world.policy(1, &[token_option(&restriction(&SECRET))]);
    world.policy(2, &[token_option(&restriction(&[8; 64]))]);
    let mut playready = open_option();
    playready["KeyDeliveryType"] = json!(1);
    world.policy(3, &[playready]);
    world.key(KID, 0, Some(1), key_bytes(), None);
    world.key(CBCS, 6, Some(1), vec![0xCB; 16], None);
    world.key(ENVELOPE, 4, Some(1), vec![0xEE; 16], None);
    world.key(CLOSED, 0, Some(2), vec![0xCC; 16], None);
    world
}

#[test]
fn a_licence_holds_the_keys_that_the_token_opens() {
    let world = house();
    let token = jwt(NOW + 600, None);
    for (kids, expected) in
        [(vec![KID], vec![KID]), (vec![KID, CBCS], vec![KID, CBCS]), (vec![CLOSED, KID, ABSENT, ENVELOPE], vec![KID])]
    {
        let answer = world.answer(ask(&kids, Some(&token)));
        assert_eq!((answer.status(), answer.header("content-type")), (200, Some("application/json")));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let license = answer.json();
        let keys = license["keys"].as_array().unwrap();
        let got: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(got, expected.iter().map(|kid| base64url(kid)).collect::<Vec<_>>());
        assert_eq!((&keys[0]["k"], &keys[0]["kty"]), (&json!("AAECAwQFBgcICQoLDA0ODw"), &json!("oct")));
        assert_eq!(answer.response.audit.len(), 1, "one entry a request");
    }
    for (kids, status, code) in [
        (vec![CLOSED], 401, "token.bad_signature"),
        (vec![CLOSED, ABSENT], 401, "token.bad_signature"),
        (vec![ABSENT, CLOSED], 404, "deliver.unknown_key"),
        (vec![ENVELOPE], 403, "deliver.not_deliverable"),
    ] {
        let answer = world.answer(ask(&kids, Some(&token)));
        assert_eq!(answer.refusal(), (status, code.to_owned()));
        assert!(!answer.asks.iter().any(|ask| ask == "unwrap"), "{code}");
    }
    assert_eq!(world.answer(ask(&[KID], None)).refusal(), (401, "token.missing".to_owned()));
}

#[test]
fn many_keys_are_read_at_once_and_logged_in_one_entry() {
    let world = house();
    let strangers: Vec<String> =
        (0..32).map(|number| format!("55555555-5555-5555-5555-5555555555{number:02x}")).collect();
    let answer = world.answer(ask(&strangers.iter().map(String::as_str).collect::<Vec<_>>(), None));
    assert_eq!(answer.refusal(), (404, "deliver.unknown_key".to_owned()));
    assert_eq!((answer.asks.as_slice(), answer.response.audit.len()), (["get 33".to_owned()].as_slice(), 1));

    let token = jwt(NOW + 600, None);
    assert_eq!(world.answer(ask(&[CBCS], Some(&token))).status(), 200);
    let answer = world.answer(ask(&[KID, CBCS, ABSENT, CLOSED], Some(&token)));
    assert_eq!(answer.asks.first().map(String::as_str), Some("get 4"), "those that are not remembered, and the epoch");
    let [entry] = answer.response.audit.as_slice() else { panic!("one entry: {:?}", answer.response.audit) };
    let entry: Value = serde_json::from_str(entry).unwrap();
    let ids: Vec<String> = [KID, CBCS, ABSENT, CLOSED].iter().map(|kid| format!("nb:kid:UUID:{kid}")).collect();
    assert_eq!(entry["keys"], ids.join(" "));
    assert_eq!(entry["codes"], "token.allowed token.allowed deliver.unknown_key token.bad_signature");
    let policies: Vec<&str> = entry["policies"].as_str().unwrap().split(' ').collect();
    let [first, second, "-", other] = policies.as_slice() else { panic!("four: {policies:?}") };
    assert!(first == second && first.len() == 64 && other.len() == 64);
    assert_eq!(entry["token"].as_str().map(str::len), Some(64));
    assert!(entry["key"].is_null() && entry["code"].is_null() && entry["policy"].is_null());
}

/// An option for licences of a DRM system is no permission to hand out the key.
#[test]
fn an_option_of_another_way_of_delivery_opens_no_licence() {
    let mut world = house();
    world.key(KID, 0, Some(3), key_bytes(), None);
    assert_eq!(world.answer(ask(&[KID], None)).refusal(), (401, "policy.no_option".to_owned()));
}

#[test]
fn broken_bodies_are_refused_before_anything_is_looked_up() {
    let world = house();
    for body in [b"".to_vec(), b"\xff".to_vec(), b"{}".to_vec(), vec![b'['; 100_000]] {
        let mut asked = ask(&[KID], None);
        asked.body = SecretBytes::new(body);
        let answer = world.answer(asked);
        assert_eq!(answer.refusal(), (400, "clearkey.bad_request".to_owned()));
        assert!(answer.asks.is_empty());
    }
}

#[test]
fn several_keys_are_one_use() {
    let world = house();
    let token = jwt(NOW + 600, Some(2));
    for expected in [200, 200, 401] {
        assert_eq!(world.answer(ask(&[KID, CBCS, CLOSED], Some(&token))).status(), expected);
    }
    // What is refused for all keys uses nothing.
    let other = jwt(NOW + 601, Some(1));
    assert_eq!(world.answer(ask(&[CLOSED, ENVELOPE], Some(&other))).status(), 401);
    assert_eq!(world.answer(ask(&[KID], Some(&other))).status(), 200);
}

#[test]
fn trouble_with_one_key_is_trouble_for_all() {
    let token = jwt(NOW + 600, Some(5));
    for at in 0.. {
        let (answer, was_down) = house().answer_failing(ask(&[KID, CBCS], Some(&token)), Some(at));
        if !was_down {
            assert_eq!(answer.json()["keys"].as_array().unwrap().len(), 2);
            assert!(at > 8);
            break;
        }
        assert_eq!(answer.refusal(), (503, "store.unavailable".to_owned()), "{:?}", answer.asks);
    }
}

#[test]
fn explained_licences_tell_of_every_key() {
    let world = house();
    let mut asked = ask(&[KID, CLOSED], Some(&jwt(NOW + 600, None)));
    asked.headers.push(("keywicket-admin".to_owned(), admin()));
    let answer = world.answer(asked);
    let codes: Vec<Value> =
        answer.json()["Outcomes"].as_array().unwrap().iter().map(|outcome| outcome["Code"].clone()).collect();
    assert_eq!((answer.status(), codes), (200, vec![json!("token.allowed"), json!("token.bad_signature")]));
}
