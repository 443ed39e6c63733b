//! What managers are told in place of the key.

use super::world::{
    KID, NOW, SECRET, World, admin, get, jwt, open_option, request, restriction, settings, token_option, world,
};
use keywicket::id::KeyId;
use keywicket::policy::{KeyDeliveryType, PolicyOption, Restriction};
use keywicket::service::{HttpRequest, Settings};
use keywicket::token::{CompiledPolicy, TokenRequest, TokenVerifier, VerifierSettings};
use serde_json::{Value, json};

fn explained(token: Option<&str>) -> HttpRequest {
    let mut asked = get(token);
    asked.headers.push(("keywicket-admin".to_owned(), admin()));
    asked
}

#[test]
fn the_whole_decision_comes_in_place_of_the_key() {
    let world = world(&[token_option(&restriction(&SECRET))]);
    let good = jwt(NOW + 600, None);
    let answer = world.answer(explained(Some(&good)));
    let body = answer.json();
    assert_eq!((answer.status(), &body["Status"], &body["Code"]), (200, &json!(200), &json!("token.allowed")));
    assert!(!answer.asks.iter().any(|ask| ask == "unwrap" || ask == "commit"), "{:?}", answer.asks);
    assert_eq!(body["PolicyId"], "nb:ckpid:UUID:00000000-0000-0000-0000-000000000001");
    let decision = &body["Decision"];
    assert_eq!((&decision["keyId"], &decision["option"]), (&json!(KID), &json!(0)));
    assert_eq!((&decision["verificationKey"], &decision["expiresAt"]), (&json!("primary"), &json!(NOW + 600)));
    assert!(decision["checks"].as_array().unwrap().iter().all(|check| check["outcome"] == "pass"));
    let [entry] = answer.response.audit.as_slice() else { panic!("one entry") };
    let entry: Value = serde_json::from_str(entry).unwrap();
    assert_eq!((&entry["action"], entry["admin"].as_str().map(str::len)), (&json!("explain"), Some(64)));

    let mut later = explained(None);
    later.received_at += 42_500;
    let refused = world.answer(later);
    let body = refused.json();
    assert_eq!((refused.status(), &body["Code"]), (401, &json!("token.missing")));
    assert_eq!((refused.header("keywicket-policy-age"), &body["PolicyAge"]), (Some("42"), &json!(42)));
    assert!(body["Decision"]["checks"].as_array().unwrap().iter().any(|check| check["fix"].is_string()));
}

/// The record is that of a verifier made from the same options elsewhere.
#[test]
fn the_record_is_that_of_any_verifier_of_the_same_options() {
    let world = world(&[token_option(&restriction(&SECRET)), open_option()]);
    let options = [Restriction::Token(Box::new(restriction(&SECRET))), Restriction::Open]
        .map(|restriction| PolicyOption::new(KeyDeliveryType::BaselineHttp, vec![restriction]).unwrap());
    let policy = CompiledPolicy::from_options(&options, &VerifierSettings::default()).unwrap();
    let verifier = TokenVerifier::new(policy).unwrap();
    for token in [jwt(NOW + 600, None), jwt(NOW - 600, None), jwt(NOW + 600, Some(2)), "x".to_owned(), String::new()] {
        let record = world.answer(explained(Some(&token).filter(|token| !token.is_empty()).map(String::as_str)));
        let record = record.json()["Record"].clone();
        let text = |name: &str| record["request"][name].as_str().unwrap().to_owned();
        let asked = TokenRequest {
            key_delivery_type: Some(KeyDeliveryType::BaselineHttp),
            uses: record["request"]["uses"].as_i64(),
            ..TokenRequest::new(KeyId::parse(&text("keyId")).unwrap(), record["request"]["now"].as_i64().unwrap())
        };
        assert_eq!(record["request"]["keyDeliveryType"], 2);
        let again = verifier.record(&token, &asked);
        let hex = |bytes: &[u8]| Value::from(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        assert_eq!(record["policyDigest"], hex(&again.policy_digest));
        assert_eq!(record["tokenTextDigest"], hex(&again.token_text_digest));
        assert_eq!(record["decision"]["code"], again.decision.code().as_str());
        assert_eq!(record["decision"]["option"].as_u64(), again.decision.option().map(u64::from));
        assert_eq!(record["checks"].as_array().unwrap().len(), again.checks.len());
        for (check, (option, expected)) in record["checks"].as_array().unwrap().iter().zip(&again.checks) {
            assert_eq!(check["option"].as_u64(), option.map(u64::from));
            assert_eq!(
                (&check["rule"], &check["outcome"]),
                (&json!(expected.rule.name()), &json!(expected.outcome.name()))
            );
            for (name, text) in [("observed", &expected.observed), ("why", &expected.why), ("fix", &expected.fix)] {
                assert_eq!(check[name].as_str(), text.as_deref());
            }
        }
    }
}

#[test]
fn explaining_counts_nothing_and_says_how_often_a_token_was_used() {
    let world = world(&[token_option(&restriction(&SECRET))]);
    let token = jwt(NOW + 600, Some(2));
    for (uses, code) in [(0, "token.allowed"), (1, "token.allowed"), (2, "token.uses_exhausted")] {
        for _ in 0..3 {
            let body = world.answer(explained(Some(&token))).json();
            assert_eq!((&body["Record"]["request"]["uses"], &body["Code"]), (&json!(uses), &json!(code)));
        }
        world.answer(get(Some(&token)));
    }
}

#[test]
fn without_a_managers_token_nothing_is_explained() {
    let world = world(&[open_option()]);
    let viewer = format!("Bearer {}", jwt(NOW + 600, None));
    for header in ["", "Bearer", "Bearer x", viewer.as_str(), "Basic eDp5"] {
        let mut asked = get(None);
        asked.headers.push(("keywicket-admin".to_owned(), header.to_owned()));
        let answer = world.answer(asked);
        assert_eq!(answer.refusal(), (401, "deliver.not_admin".to_owned()), "{header}");
        assert!(answer.asks.is_empty());
        let [entry] = answer.response.audit.as_slice() else { panic!("one entry: {:?}", answer.response.audit) };
        let expected = json!({"time": NOW * 1000, "action": "explain", "key": format!("nb:kid:UUID:{KID}"),
                              "code": "deliver.not_admin"});
        assert_eq!(serde_json::from_str::<Value>(entry).unwrap(), expected);
    }
    let mut closed = World::new(Settings { admin: None, ..settings() });
    closed.policy(1, &[open_option()]);
    assert_eq!(closed.answer(explained(None)).refusal().1, "deliver.not_admin");
}

#[test]
fn what_has_no_decision_is_explained_by_its_code() {
    let world = world(&[]);
    let mut asked = request("GET", "/?KID=11111111-1111-1111-1111-111111111111", &[]);
    asked.headers.push(("keywicket-admin".to_owned(), admin()));
    let answer = world.answer(asked);
    let body = answer.json();
    assert_eq!((answer.status(), &body["Code"], &body["Decision"]), (404, &json!("deliver.unknown_key"), &Value::Null));
}
