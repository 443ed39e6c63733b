//! What is different, in words.

use super::inputs::{fairplay, open, typed};
use keywicket::policy::v3::{Change, Policy, diff};
use serde_json::{Value, json};

fn changes(before: &str, after: &str) -> Vec<Change> {
    diff(&Policy::from_either_json(before).unwrap().0, &Policy::from_either_json(after).unwrap().0)
}

#[test]
fn differences_are_told_in_words() {
    let key = |value: &str| typed("SymmetricTokenKey", json!({ "keyValue": value }));
    let option = |name: &str, primary: &str, alternates: Vec<Value>, issuer: &str, claims: Value| json!({ "name": name, "configuration": typed("ClearKeyConfiguration", json!({})), "restriction": typed("TokenRestriction", json!({ "issuer": issuer, "audience": "urn:a", "restrictionTokenType": "Jwt", "primaryVerificationKey": key(primary), "alternateVerificationKeys": alternates, "requiredClaims": claims })) });
    let many = |options: Vec<Value>| json!({ "options": options }).to_string();
    let rotate = |value: &str| vec![key(value)];
    let before = many(vec![
        option("hls", "AAAA", rotate("BBBB"), "https://old/", json!([{ "claimType": "t", "claimValue": null }])),
        json!({ "name": "wv", "configuration": typed("WidevineConfiguration", json!({ "widevineTemplate": "{\"policy_overrides\":{\"can_play\":true,\"can_persist\":false}}" })), "restriction": typed("OpenRestriction", json!({})) }),
        json!({ "name": "old", "configuration": typed("ClearKeyConfiguration", json!({})), "restriction": typed("OpenRestriction", json!({})) }),
    ]);
    let after = many(vec![
        json!({ "name": "wv", "configuration": typed("WidevineConfiguration", json!({ "widevineTemplate": "{ \"policy_overrides\": {\"can_persist\":true,\"can_play\":true} }" })), "restriction": typed("OpenRestriction", json!({})) }),
        option(
            "hls",
            "BBBB",
            rotate("AAAA"),
            "https://new/",
            json!([{ "claimType": "t", "claimValue": "v" }, { "claimType": "urn:microsoft:azure:mediaservices:contentkeyidentifier" }]),
        ),
        json!({ "name": "new", "configuration": fairplay(json!({})), "restriction": typed("OpenRestriction", json!({})) }),
    ]);
    let told: Vec<_> =
        changes(&before, &after).into_iter().map(|change| (change.path, change.kind.name(), change.text)).collect();
    let expected = [
        (
            "options[hls].restriction.primaryVerificationKey",
            "changed",
            "option “hls”: the primary verification key is another key, which was an alternate one before",
        ),
        (
            "options[hls].restriction.alternateVerificationKeys[0]",
            "removed",
            "option “hls”: an alternate verification key is gone: it was a symmetric key of 3 bytes",
        ),
        (
            "options[hls].restriction.alternateVerificationKeys[0]",
            "added",
            "option “hls”: an alternate verification key is new: a symmetric key of 3 bytes, which was the primary one before",
        ),
        (
            "options[hls].restriction.issuer",
            "changed",
            "option “hls”: the issuer is “https://new/” instead of “https://old/”",
        ),
        (
            "options[hls].restriction.requiredClaims[t].claimValue",
            "added",
            "option “hls”: the required claim “t” the value is new: “v”",
        ),
        (
            "options[hls].restriction.requiredClaims[urn:microsoft:azure:mediaservices:contentkeyidentifier]",
            "added",
            "option “hls”: the required claim “urn:microsoft:azure:mediaservices:contentkeyidentifier” is new: the id of the requested key",
        ),
        (
            "options[wv].configuration.widevineTemplate.policy_overrides.can_persist",
            "changed",
            "option “wv”: the Widevine message policy_overrides can_persist is true instead of false",
        ),
        ("options[old]", "removed", "option “old” is gone: the key itself for everybody"),
        ("options[new]", "added", "option “new” is new: FairPlay licences for everybody"),
    ];
    let expected: Vec<_> = expected.map(|(path, kind, text)| (path.to_owned(), kind, text.to_owned())).into();
    assert_eq!(told, expected);
}

#[test]
fn secrets_that_were_left_out_cannot_be_compared() {
    let blank = json!({ "ask": "", "fairPlayPfxPassword": null });
    let told: Vec<_> =
        changes(&open(fairplay(json!({}))), &open(fairplay(blank))).into_iter().map(|change| change.text).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|text| text.contains("cannot be compared")), "{told:?}");
    let other = json!({ "ask": "AAAAAAAAAAAAAAAAAAAAAA==", "rentalAndLeaseKeyType": "PersistentLimited" });
    let changes = changes(&open(fairplay(json!({}))), &open(fairplay(other)));
    assert_eq!(changes[0].text, "option “0”: the application secret key is another one");
    assert_eq!((changes[0].before.as_ref(), changes[0].after.as_ref()), (None, None));
    assert_eq!(changes[1].after.as_deref(), Some("“PersistentLimited”"));
}
