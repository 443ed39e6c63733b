//! What the rooms say about entities, as the service passes it on.

use super::platform::{Desk, code, findings, text};
use crate::randomness::Repeatable;
use crate::signers::CERTIFICATE;
use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::key::{Certificate, OaepHash, wrap};
use keywicket::secret::SecretBytes;
use keywicket::service::HttpResponse;
use serde_json::{Value, json};

const KID: &str = "316d14d4-b603-4d90-b8db-0fede8aa48f8";

/// A key that is wrapped to somebody else's certificate; further members begin with a comma.
pub fn foreign_key(further: &str) -> String {
    let wrapped = STANDARD.encode([1; 256]);
    format!(
        r#"{{"Name":"k","ContentKeyType":4,"EncryptedContentKey":"{wrapped}","ProtectionKeyId":"7D9BB04D9D0A4A24800CADBFEF232689E048F69C","ProtectionKeyType":0,"Checksum":"TfXtjCIlq1Y="{further}}}"#
    )
}

/// A key wrapped to the service's certificate.
fn own_key(kind: u8, key: &[u8], checksum: Value) -> Value {
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    let wrapped = wrap(&certificate, &SecretBytes::new(key.to_vec()), OaepHash::Sha1, &mut Repeatable(3)).unwrap();
    json!({"Id": format!("nb:kid:UUID:{KID}"), "ContentKeyType": kind, "EncryptedContentKey": STANDARD.encode(wrapped),
        "Name": "k", "ProtectionKeyId": certificate.thumbprint().to_lowercase(), "ProtectionKeyType": 0, "Checksum": checksum})
}

fn refused(response: &HttpResponse, expected: &str, words: &str) {
    assert_eq!((response.status, code(response)), (400, expected.to_owned()), "{}", text(response));
    assert!(text(response).contains(words), "{}", text(response));
}

/// Checksums computed with openssl from key 00…0f.
#[test]
fn a_key_that_does_not_fit_its_checksum_is_refused_with_the_doctors_verdict() {
    let key: Vec<u8> = (0..16).collect();
    for (checksum, words) in [
        ("q01dnXV7eqY=", "big_endian_guid"),
        ("5QX5hO3g/tQ=", "the PHP SDK computes"),
        ("b8EyMPpVqlw=", "the Java SDK computes"),
        ("riQ/1m/MwVY=", "turned around"),
        ("AAAAAAAAAAA=", "another key"),
    ] {
        let desk = Desk::new();
        let response = desk.call("POST", "ContentKeys", &own_key(4, &key, json!(checksum)).to_string());
        refused(&response, "unwrap.checksum_mismatch", words);
        assert_eq!(desk.platform.rows(), []);
    }
    let desk = Desk::new();
    let created = desk.call("POST", "ContentKeys", &own_key(4, &key, json!("VsHMb9Y/JK4=")).to_string());
    assert_eq!((created.status, findings(&created)), (201, vec!["content_key.lower_case_thumbprint".to_owned()]));
    // And a change is looked at, too.
    let path = format!("ContentKeys('nb:kid:UUID:{KID}')");
    refused(&desk.call("MERGE", &path, r#"{"Checksum":"AAAAAAAAAAA="}"#), "unwrap.checksum_mismatch", "unknown");
    let renamed = desk.call("MERGE", &path, r#"{"Name":"other"}"#);
    assert_eq!((renamed.status, findings(&renamed)), (204, vec![]), "nothing is said of what did not change");
}

#[test]
fn keys_that_are_none_of_their_type() {
    let desk = Desk::new();
    let post = |entity: Value| desk.call("POST", "ContentKeys", &entity.to_string());
    refused(&post(own_key(1, &[0; 16], json!("VsHMb9Y/JK4="))), "key.wrong_length", "32 bytes");
    refused(&post(own_key(4, &[0; 32], json!("VsHMb9Y/JK4="))), "key.wrong_length", "16 bytes");
    let mut damaged = own_key(4, &[0; 16], json!("VsHMb9Y/JK4="));
    damaged["EncryptedContentKey"] = json!(STANDARD.encode([1; 256]));
    refused(&post(damaged), "unwrap.failed", "RSA-OAEP");
    let mut clear = own_key(4, &[0; 16], json!("VsHMb9Y/JK4="));
    clear["EncryptedContentKey"] = json!("AAECAwQFBgcICQoLDA0ODw==");
    refused(&post(clear), "content_key.key_in_the_clear", "wrap");
    for (member, value, expected) in [
        ("ContentKeyType", json!(5), "content_key.unknown_type"),
        ("ProtectionKeyType", json!(2), "content_key.unknown_protection_key_type"),
        ("ProtectionKeyId", json!(null), "content_key.missing_protection_key_id"),
        ("EncryptedContentKey", json!("?"), "content_key.key_not_base64"),
        ("Checksum", json!("AAAA"), "content_key.bad_checksum"),
        ("Name", json!("x".repeat(4001)), "entity.invalid"),
        ("AuthorizationPolicyId", json!("nb:kid:UUID:x"), "id.wrong_prefix"),
    ] {
        let mut entity = own_key(4, &[0; 16], json!("VsHMb9Y/JK4="));
        entity[member] = value;
        refused(&post(entity), expected, "");
    }
    // A password of any length, without a checksum.
    let created = post(own_key(8, b"secret", Value::Null));
    assert_eq!((created.status, findings(&created)), (201, vec!["content_key.lower_case_thumbprint".to_owned()]));
    assert_eq!(desk.platform.rows().iter().filter(|(key, _)| key.starts_with("e/")).count(), 1);
}

/// The checksum once more, from its description: one block of AES over the GUID in .NET's order, its first eight bytes.
#[test]
fn right_keys_of_other_types_are_taken() {
    for (kind, key) in [(0, [1; 16]), (6, [2; 16]), (7, [3; 16])] {
        let mut block =
            [0xd4, 0x14, 0x6d, 0x31, 0x03, 0xb6, 0x90, 0x4d, 0xb8, 0xdb, 0x0f, 0xed, 0xe8, 0xaa, 0x48, 0xf8].into();
        Aes128::new(&key.into()).encrypt_block(&mut block);
        let desk = Desk::new();
        desk.create("ContentKeys", &own_key(kind, &key, json!(STANDARD.encode(&block[..8]))).to_string());
        let rows = desk.platform.all_rows();
        assert!(rows.iter().all(|(_, value)| !value.contains(&STANDARD.encode(key))), "the clear key is kept nowhere");
    }
}

fn option(kind: u8, configuration: Value, restrictions: Value) -> String {
    json!({"Name": "o", "KeyDeliveryType": kind, "KeyDeliveryConfiguration": configuration, "Restrictions": restrictions})
        .to_string()
}

const TOKEN: &str = "<TokenRestrictionTemplate xmlns='http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/TokenRestrictionTemplate/v1' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><Audience>urn:test</Audience><Issuer>https://issuer.example/</Issuer><PrimaryVerificationKey i:type='SymmetricVerificationKey'><KeyValue>KEY</KeyValue></PrimaryVerificationKey><TokenType>JWT</TokenType></TokenRestrictionTemplate>";

#[test]
fn options_must_open_something() {
    let desk = Desk::new();
    let open = || json!([{"Name": "", "KeyRestrictionType": 0, "Requirements": null}]);
    let token = |key: &str| json!([{"Name": "", "KeyRestrictionType": 1, "Requirements": TOKEN.replace("KEY", key)}]);
    for (body, expected) in [
        (option(0, Value::Null, open()), "policy.bad_option"),
        (option(5, Value::Null, open()), "policy.bad_option"),
        (option(2, json!("<x/>"), open()), "policy.bad_option"),
        (option(2, Value::Null, json!([])), "policy.bad_option"),
        (option(2, Value::Null, json!([{"Name": "n"}])), "policy.bad_option"),
        (option(2, Value::Null, json!([{"KeyRestrictionType": 3}])), "policy.bad_option"),
        (option(2, Value::Null, json!([{"KeyRestrictionType": 1, "Requirements": ""}])), "policy.bad_option"),
        (
            option(2, Value::Null, json!([{"KeyRestrictionType": 1, "Requirements": "<x/>"}])),
            "token_restriction.wrong_root",
        ),
        (option(2, Value::Null, json!([{"KeyRestrictionType": 2, "Requirements": "x"}])), "ip_restriction.bad_network"),
        (option(2, Value::Null, json!([{"KeyRestrictionType": 0, "More": 1}])), "entity.invalid"),
        (option(2, Value::Null, json!({})), "entity.invalid"),
        (option(2, Value::Null, token("")), "verification_key.invalid"),
        (option(1, json!(""), open()), "xml.empty"),
        (option(1, json!("<x/>"), open()), "playready.wrong_root"),
        (option(3, json!(""), open()), "widevine.not_json"),
        (option(4, json!("{}"), open()), "fairplay.missing_member"),
        (r#"{"Name":"o"}"#.to_owned(), "policy.bad_option"),
    ] {
        refused(&desk.call("POST", "ContentKeyAuthorizationPolicyOptions", &body), expected, "");
    }
    assert_eq!(desk.platform.rows(), []);
    let strong = STANDARD.encode((0..64).map(|n| n * 3).collect::<Vec<u8>>());
    for (body, expected) in [
        (option(3, json!("{}"), open()), vec![]),
        (option(2, json!(""), token(&strong)), vec!["token_restriction.no_key_identifier"]),
        (option(2, Value::Null, token("AAEC")), vec!["verification_key.weak", "token_restriction.no_key_identifier"]),
        (option(2, Value::Null, json!({"results": [{"__metadata": {}, "KeyRestrictionType": "0"}]})), vec![]),
        (option(2, Value::Null, json!([{"KeyRestrictionType": 2, "Requirements": "10.0.0.0/8"}])), vec![]),
    ] {
        let created = desk.call("POST", "ContentKeyAuthorizationPolicyOptions", &body);
        assert_eq!(
            (created.status, findings(&created)),
            (201, expected.into_iter().map(str::to_owned).collect()),
            "{}",
            text(&created)
        );
    }
}

#[test]
fn delivery_policies_need_their_key() {
    let desk = Desk::new();
    let body = |protocol: i64, kind: u8, configuration: &str| {
        json!({"Name": "d", "AssetDeliveryProtocol": protocol, "AssetDeliveryPolicyType": kind, "AssetDeliveryConfiguration": configuration}).to_string()
    };
    for (body, expected) in [
        (body(4, 6, ""), "entity.invalid"),
        (body(-1, 3, ""), "entity.invalid"),
        (body(65536, 3, ""), "entity.invalid"),
        (body(4, 3, "{}"), "asset_delivery.bad_value"),
        (body(4, 3, r#"[{"Key":99,"Value":""}]"#), "asset_delivery.unknown_key"),
    ] {
        refused(&desk.call("POST", "AssetDeliveryPolicies", &body), expected, "");
    }
    let bad_address = desk.call("POST", "AssetDeliveryPolicies", &body(65535, 2, r#"[{"Key":2,"Value":"x"}]"#));
    assert_eq!(
        (bad_address.status, findings(&bad_address)),
        (201, vec!["asset_delivery.not_an_absolute_uri".to_owned()])
    );
    let asset = desk.create("Assets", r#"{"Name":"a"}"#);
    let policy = desk.create("AssetDeliveryPolicies", &body(4, 3, " "));
    let key = desk.create("ContentKeys", &foreign_key(""));
    let link = |navigation: &str, set: &str, id: &str| {
        desk.call("POST", &format!("Assets('{asset}')/$links/{navigation}"), &format!(r#"{{"uri":"{set}('{id}')"}}"#))
    };
    let sentence = "Cannot set an AssetDeliveryPolicy specifying AssetDeliveryPolicyType.DynamicEnvelopeEncryption when no ContentKey with ContentKeyType.EnvelopeEncryption is linked to it";
    let early = link("DeliveryPolicies", "AssetDeliveryPolicies", &policy);
    refused(&early, "asset_delivery.missing_content_key", sentence);
    assert_eq!(link("ContentKeys", "ContentKeys", &key).status, 204);
    let linked = link("DeliveryPolicies", "AssetDeliveryPolicies", &policy);
    assert_eq!((linked.status, findings(&linked)), (204, vec!["asset_delivery.new_locator".to_owned()]));
    let changed = desk.call("PUT", &format!("AssetDeliveryPolicies('{policy}')"), r#"{"AssetDeliveryProtocol":2}"#);
    assert_eq!((changed.status, findings(&changed)), (204, vec!["asset_delivery.new_locator".to_owned()]));
    let storage = |n: u8| {
        let body = foreign_key(&format!(r#","Id":"nb:kid:UUID:{KID}""#))
            .replace(r#""ContentKeyType":4"#, r#""ContentKeyType":1"#);
        desk.create("ContentKeys", &body.replace("316d14d4", &format!("316d14d{n}")))
    };
    assert_eq!(link("ContentKeys", "ContentKeys", &storage(1)).status, 204);
    let second = link("ContentKeys", "ContentKeys", &storage(2));
    assert_eq!((second.status, code(&second)), (409, "link.second_storage_key".to_owned()));
}
