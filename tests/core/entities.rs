//! The linter of ContentKey entities.

use keywicket::error::ErrorCode;
use keywicket::key::lint_content_key_entity;
use proptest::prelude::*;
use serde_json::{Value, json};

/// The entity that the REST documentation's page on ContentKey prints as its sample request.
fn documented() -> Value {
    json!({"Id": "nb:kid:UUID:316d14d4-b603-4d90-b8db-0fede8aa48f8", "ContentKeyType": 1, "EncryptedContentKey": "Y4NPej7heOFa2vsd8ZEOcjjpu/qOq3RJ6GRfxa8CCwtAM83d6J2mKOeQFUmMyVXUSsBCCOdufmieTKi+hOUtNAbyNM4lY4AXI537b9GaY8oSeje0NGU8+QCOuf7jGdRac5B9uIk7WwD76RAJnqyep6U/OdvQV4RLvvZ9w7nO4bY8RHaUaLxC2u4aIRRaZtLu5rm8GKBPy87OzQVXNgnLM01I8s3Z4wJ3i7jXqkknDy4VkIyLBSQvIvUzxYHeNdMVWDmS+jPN9ScVmolUwGzH1A23td8UWFHOjTjXHLjNm5Yq+7MIOoaxeMlKPYXRFKofRY8Qh5o5tqvycSAJ9KUqfg==", "ProtectionKeyId": "7D9BB04D9D0A4A24800CADBFEF232689E048F69C", "ProtectionKeyType": 1, "Checksum": "TfXtjCIlq1Y="})
}

fn codes(entity: &Value) -> Vec<&'static str> {
    lint_content_key_entity(&entity.to_string()).unwrap().iter().map(|finding| finding.code).collect()
}

fn changed(name: &str, value: Value) -> Vec<&'static str> {
    let mut entity = documented();
    entity["ProtectionKeyType"] = json!(0);
    match value {
        Value::Null => drop(entity.as_object_mut().unwrap().remove(name)),
        value => entity[name] = value,
    }
    codes(&entity)
}

#[test]
fn the_documented_sample_has_one_slip() {
    let findings = lint_content_key_entity(&documented().to_string()).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].code, findings[0].path.as_str(), findings[0].mended.as_deref()),
        ("content_key.protection_key_type_1", "ProtectionKeyType", Some("0"))
    );
}

#[test]
fn each_slip_has_its_name() {
    assert_eq!(changed("Name", json!("fine")), Vec::<&str>::new());
    assert_eq!(changed("ContentKeyType", json!("1")), Vec::<&str>::new(), "numbers may come as text");
    assert_eq!(changed("Id", Value::Null), ["content_key.missing_id"]);
    assert_eq!(changed("Id", json!("316d14d4-b603-4d90-b8db-0fede8aa48f8")), ["content_key.bad_id"]);
    assert_eq!(changed("Id", json!("nb:kid:UUID:00000000-0000-0000-0000-000000000000")), ["content_key.all_zero_id"]);
    assert_eq!(changed("Id", json!("NB:KID:UUID:316D14D4-B603-4D90-B8DB-0FEDE8AA48F8")), ["content_key.unusual_id"]);
    assert_eq!(changed("ContentKeyType", json!(5)), ["content_key.unknown_type"]);
    assert_eq!(changed("ContentKeyType", json!(2)), ["content_key.service_type"]);
    assert_eq!(changed("ContentKeyType", json!("x")), ["content_key.not_a_number"]);
    assert_eq!(changed("ContentKeyType", json!(8)), ["content_key.needless_checksum"]);
    assert_eq!(changed("ProtectionKeyType", json!(2)), ["content_key.unknown_protection_key_type"]);
    assert_eq!(changed("ProtectionKeyId", Value::Null), ["content_key.missing_protection_key_id"]);
    assert_eq!(changed("ProtectionKeyId", json!("7D9B")), ["content_key.bad_protection_key_id"]);
    assert_eq!(
        changed("ProtectionKeyId", json!("7d9bb04d9d0a4a24800cadbfef232689e048f69c")),
        ["content_key.lower_case_thumbprint"]
    );
    assert_eq!(changed("EncryptedContentKey", Value::Null), ["content_key.missing_key"]);
    assert_eq!(changed("EncryptedContentKey", json!("your encrypted content key")), ["content_key.key_not_base64"]);
    assert_eq!(changed("EncryptedContentKey", json!("AAECAwQFBgcICQoLDA0ODw==")), ["content_key.key_in_the_clear"]);
    assert_eq!(changed("EncryptedContentKey", json!("AAECAwQFBgc=")), ["content_key.unusual_key_length"]);
    assert_eq!(changed("Checksum", Value::Null), ["content_key.missing_checksum"]);
    assert_eq!(changed("Checksum", json!("AAAA")), ["content_key.bad_checksum"]);
    assert_eq!(changed("Name", json!("x".repeat(4001))), ["content_key.member_too_long"]);
    assert_eq!(changed("checksum", json!("TfXtjCIlq1Y=")), ["content_key.unknown_member"]);
    for text in ["", "[]", "1", "{"] {
        assert_eq!(lint_content_key_entity(text).unwrap_err().code(), ErrorCode::EntityNotJson);
    }
}

proptest! {
    #[test]
    fn no_value_stops_the_linter(name in "Id|ContentKeyType|EncryptedContentKey|ProtectionKeyId|ProtectionKeyType|Checksum|[a-z]{1,5}", text in ".{0,30}", number: i64, kind in 0_usize..5) {
        let values: [Value; 5] = [json!(text), json!(number), json!(null), json!([text]), json!({ "a": number })];
        let value = values[kind].clone();
        let mut entity = documented();
        entity[&name] = value;
        lint_content_key_entity(&entity.to_string()).unwrap();
    }
}
