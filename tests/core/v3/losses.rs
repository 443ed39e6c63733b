//! What is lost on the way, and what is refused because it may not be.

use super::inputs::{clear_key, fairplay, open, playready, typed};
use super::{IDS, IV, codes, secret, to_v2, to_v3};
use keywicket::error::ErrorCode;
use keywicket::key::ContentKeyType;
use keywicket::policy::playready::{DateTime, License, LicenseType, PlayReadyTemplate};
use keywicket::policy::v3::{FairPlayLink, Policy, V2Option, V2Restriction};
use serde_json::{Value, json};

#[test]
fn what_v2_cannot_say_is_reported() {
    let lost = |json: &str| {
        let (policy, mut findings) = Policy::from_json(json).unwrap();
        findings.extend(policy.to_v2(Some(FairPlayLink { keys: &IDS, content_encryption_iv: Some(IV) })).unwrap().1);
        codes(&findings)
    };
    assert_eq!(lost(&open(playready(json!({ "securityLevel": "SL3000" }), json!({})))), ["v3.security_level_dropped"]);
    assert_eq!(lost(&open(playready(json!({ "securityLevel": "SL2000" }), json!({})))), Vec::<&str>::new());
    assert_eq!(
        lost(&open(playready(json!({ "securityLevel": "SL2000", "allowTestDevices": true }), json!({})))),
        ["v3.security_level_dropped"]
    );
    assert_eq!(lost(&open(playready(json!({ "news": 1 }), json!({})))), ["v3.unknown_member"]);
    let offline =
        json!({ "offlineRentalConfiguration": { "playbackDurationSeconds": 1, "storageDurationSeconds": 2 } });
    assert_eq!(lost(&open(fairplay(offline))), ["v3.offline_rental_dropped"]);
    assert_eq!(lost(&open(fairplay(json!({ "ask": null })))), ["v3.secret_missing"]);
}

#[test]
fn what_v3_cannot_say_is_reported() {
    let text = json!({ "Id": "nb:ckpoid:UUID:1", "Name": "n", "KeyDeliveryType": 2, "KeyDeliveryConfiguration": "x", "Restrictions": [{ "Name": "Everybody", "KeyRestrictionType": 0, "Requirements": "x" }] });
    let (_, findings) = to_v3(&[V2Option::from_json(&text.to_string()).unwrap()]);
    assert_eq!(
        codes(&findings),
        ["v3.configuration_dropped", "v3.requirements_dropped", "v3.restriction_name_dropped", "v3.id_dropped"]
    );
    assert_eq!(findings[1].path, "options[0].Restrictions[0].Requirements");
    let template = PlayReadyTemplate {
        license_templates: vec![License {
            license_type: LicenseType::Persistent,
            begin_date: Some(DateTime::parse("2015-02-10T09:00:00").unwrap()),
            ..License::default()
        }],
        ..PlayReadyTemplate::default()
    };
    let option = V2Option {
        id: None,
        name: None,
        key_delivery_type: 1,
        key_delivery_configuration: Some(secret(&template.to_xml().unwrap())),
        restrictions: vec![V2Restriction { name: None, key_restriction_type: 0, requirements: None }],
    };
    let (json, findings) = to_v3(&[option]);
    assert_eq!(codes(&findings), ["v3.date_without_zone"]);
    assert!(json.contains(r#""beginDate":"2015-02-10T09:00:00Z""#), "{json}");
}

#[test]
fn what_may_not_be_left_out_is_refused() {
    let open_restriction = json!({ "Name": "Open", "KeyRestrictionType": 0, "Requirements": null });
    let option = |kind: u8, configuration: Value, restrictions: Value| {
        let text = json!({ "Name": "n", "KeyDeliveryType": kind, "KeyDeliveryConfiguration": configuration, "Restrictions": restrictions });
        let read = Policy::from_v2(&[V2Option::from_json(&text.to_string()).unwrap()]);
        read.and_then(|(policy, _)| policy.to_json()).unwrap_err().code()
    };
    let ip = json!({ "Name": "ip", "KeyRestrictionType": 2, "Requirements": "192.0.2.0/24" });
    assert_eq!(option(2, Value::Null, json!([ip])), ErrorCode::V3NoCounterpart);
    assert_eq!(option(2, Value::Null, json!([open_restriction, ip])), ErrorCode::V3SeveralRestrictions);
    assert_eq!(option(2, Value::Null, json!([])), ErrorCode::V3NoRestriction);
    assert_eq!(option(0, Value::Null, json!([open_restriction])), ErrorCode::V3NoCounterpart);
    assert_eq!(option(9, Value::Null, json!([open_restriction])), ErrorCode::PolicyBadOption);
    assert_eq!(
        option(2, Value::Null, json!([{ "Name": "t", "KeyRestrictionType": 1, "Requirements": "" }])),
        ErrorCode::PolicyBadOption
    );
    for kind in [1, 3, 4] {
        assert_eq!(option(kind, json!(" "), json!([open_restriction])), ErrorCode::V3MissingConfiguration);
    }
    let fairplay = r#"{"ASkId":"316d14d4-b603-4d90-b8db-0fede8aa48f8","FairPlayPfxPasswordId":"9c8ea9c6-52bd-4232-8a43-8e43d8564a99","FairPlayPfx":"AAEC"}"#;
    assert_eq!(option(4, json!(fairplay), json!([open_restriction])), ErrorCode::V3FairplaySecretsMissing);
    for text in [
        "[]",
        r#"{"Name":"n","KeyDeliveryType":2}"#,
        r#"{"Name":"n","KeyDeliveryType":2,"Restrictions":[],"Restriction":[]}"#,
    ] {
        assert_eq!(V2Option::from_json(text).unwrap_err().code(), ErrorCode::EntityInvalid, "{text}");
    }
}

#[test]
fn v3_refusals_say_which_member() {
    let key = |value: Value| typed("SymmetricTokenKey", json!({ "keyValue": value }));
    let token = |members: Value| {
        let mut value = typed(
            "TokenRestriction",
            json!({ "issuer": "urn:i", "audience": "urn:a", "restrictionTokenType": "Swt", "primaryVerificationKey": key(json!("AAAA")) }),
        );
        value.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        clear_key(value)
    };
    let restriction = "options[0].restriction";
    let cases = [
        ("[".to_owned(), ErrorCode::V3NotJson, None),
        ("{}".to_owned(), ErrorCode::V3MissingMember, Some("options".to_owned())),
        (
            clear_key(typed("UnknownRestriction", json!({}))),
            ErrorCode::V3UnknownType,
            Some(format!("properties.{restriction}.@odata.type")),
        ),
        (
            open(json!({ "@odata.type": "ClearKey" })),
            ErrorCode::V3UnknownType,
            Some("properties.options[0].configuration.@odata.type".to_owned()),
        ),
        (
            token(json!({ "restrictionTokenType": "SWT" })),
            ErrorCode::V3BadValue,
            Some(format!("properties.{restriction}.restrictionTokenType")),
        ),
        (
            token(json!({ "issuer": null })),
            ErrorCode::V3MissingMember,
            Some(format!("properties.{restriction}.issuer")),
        ),
        (
            token(json!({ "primaryVerificationKey": null })),
            ErrorCode::V3MissingMember,
            Some(format!("properties.{restriction}.primaryVerificationKey")),
        ),
        (
            token(json!({ "primaryVerificationKey": key(json!("")) })),
            ErrorCode::V3SecretMissing,
            Some(format!("{restriction}.primary")),
        ),
        (
            token(json!({ "issuer": "not a URI" })),
            ErrorCode::TokenRestrictionNotAnAbsoluteUri,
            Some(format!("{restriction}.issuer")),
        ),
        (
            open(fairplay(json!({ "rentalAndLeaseKeyType": "DualExpiry" }))),
            ErrorCode::V3NoCounterpart,
            Some("options[0].configuration.rentalAndLeaseKeyType".to_owned()),
        ),
        (
            open(fairplay(json!({ "rentalAndLeaseKeyType": "Unknown" }))),
            ErrorCode::V3BadValue,
            Some("properties.options[0].configuration.rentalAndLeaseKeyType".to_owned()),
        ),
        (
            open(fairplay(json!({ "fairPlayPfx": "" }))),
            ErrorCode::V3SecretMissing,
            Some("options[0].configuration.fairPlayPfx".to_owned()),
        ),
        (open(fairplay(json!({ "ask": "AAAA" }))), ErrorCode::KeyWrongLength, None),
        (
            open(playready(json!({}), json!({ "analogVideoOpl": 999 }))),
            ErrorCode::PlayReadyBadOpl,
            Some("properties.options[0].configuration.licenses[0].playRight.analogVideoOpl".to_owned()),
        ),
    ];
    for (text, code, path) in cases {
        let error = to_v2(&text).unwrap_err();
        assert_eq!((error.code(), path.as_deref().map(|_| error.path().unwrap().to_owned())), (code, path), "{text}");
    }
    let error = Policy::from_json(&open(fairplay(json!({})))).unwrap().0.to_v2(None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::V3FairplayKeysMissing);
}

#[test]
fn fairplay_secrets_become_content_keys() {
    let (policy, _) = to_v2(&open(fairplay(json!({})))).unwrap();
    let keys: Vec<_> = policy.content_keys.iter().map(|key| (key.kind(), key.id().guid(), key.bytes().len())).collect();
    assert_eq!(
        keys,
        [(ContentKeyType::FairPlayASk, IDS.ask_id, 16), (ContentKeyType::FairPlayPfxPassword, IDS.pfx_password_id, 2)]
    );
    assert!(
        policy.options[0]
            .key_delivery_configuration
            .as_ref()
            .unwrap()
            .expose()
            .contains(r#""ContentEncryptionIV":"ABAB"#)
    );
}
