//! The REST calls against the Content-Length headers that the documentation prints.

use keywicket::error::ErrorCode;
use keywicket::policy::playready::License;
use keywicket::policy::{
    Form, PlayReadyTemplate, Reading, TokenClaim, TokenRestriction, TokenType, VerificationKey,
    read_playready_template, read_token_restriction,
};
use keywicket::secret::SecretBytes;
use keywicket::service::{
    Entity, EntitySet, Method, Navigation, create_entity, entity_uri, link_entities, update_entity,
};
use serde_json::{Value, json};

const ROOT: &str = "https://wamsbayclus001rest-hs.cloudapp.net/api/";
const POLICY: &str = "nb:ckpid:UUID:0baa438b-8ac2-4c40-a53c-4d4722b78715";
const OPTION: &str = "nb:ckpoid:UUID:57829b17-1101-4797-919b-f816f4a007b7";

fn body(set: EntitySet, entity: &Value) -> String {
    create_entity(ROOT, &Entity::from_json(set, &entity.to_string()).unwrap()).unwrap().body.expose().to_owned()
}

#[test]
fn bodies_are_as_long_as_the_documentation_prints() {
    let policies = EntitySet::ContentKeyAuthorizationPolicies;
    assert_eq!(body(policies, &json!({"Name": "Open Authorization Policy"})).len(), 36);
    let open = json!({"Name": "policy", "KeyDeliveryType": 2, "KeyDeliveryConfiguration": "",
        "Restrictions": [{"Name": "HLS Open Authorization Policy", "KeyRestrictionType": 0, "Requirements": null}]});
    assert_eq!(body(EntitySet::ContentKeyAuthorizationPolicyOptions, &open).len(), 168);
    let link = link_entities(ROOT, Navigation::Options, POLICY, OPTION).unwrap();
    assert_eq!(link.body.expose().len(), 154);
    assert_eq!(
        link.url,
        format!(
            "{ROOT}ContentKeyAuthorizationPolicies('nb%3Ackpid%3AUUID%3A0baa438b-8ac2-4c40-a53c-4d4722b78715')/$links/Options"
        )
    );
    let key = "nb:kid:UUID:2e6d36a7-a17c-4e9a-830d-eca23ad1a6f9";
    let changes = r#"{"AuthorizationPolicyId":"nb:ckpid:UUID:c06cebb8-c4f0-4d1a-ba00-3273fb2bc3ad"}"#;
    let update = update_entity(ROOT, EntitySet::ContentKeys, key, changes).unwrap();
    assert_eq!((update.method, update.body.expose().len()), (Method::Put, 78));
}

/// The XML of the documentation's token options, with the issuer that it had before the text was edited.
fn documented_restriction(primary: &str, alternate: &str) -> String {
    let symmetric = |text: &str| VerificationKey::Symmetric(SecretBytes::from_base64(text).unwrap());
    let restriction = TokenRestriction {
        token_type: TokenType::Swt,
        issuer: "http://testacs.com/".to_owned(),
        audience: "urn:test".to_owned(),
        primary_verification_key: Some(symmetric(primary)),
        alternate_verification_keys: vec![symmetric(alternate)],
        required_claims: vec![TokenClaim::content_key_identifier()],
        open_id_discovery_uri: None,
    };
    restriction.to_xml(Form::Of2015).unwrap().expose().to_owned()
}

/// The printed Content-Length headers are right with the issuer and the http namespaces of the original text; the answers
/// are longer by their metadata and their id.
#[test]
fn the_documented_options_are_as_long_as_printed() {
    let metadata = "{\"odata.metadata\":\"https://wamsbayclus001rest-hs.cloudapp.net/api/$metadata#ContentKeyAuthorizationPolicyOptions/@Element\",\"Id\":\"nb:ckpoid:UUID:e1ef6145-46e8-4ee6-9756-b1cf96328c23\",".len() - 1;
    let template = PlayReadyTemplate { license_templates: vec![License::default()], ..PlayReadyTemplate::default() };
    let playready = template.to_xml().unwrap();
    let open = json!([{"Name": "Open", "KeyRestrictionType": 0, "Requirements": null}]);
    let by_token =
        |xml: String| json!([{"Name": "Token Authorization Policy", "KeyRestrictionType": 1, "Requirements": xml}]);
    let hls = documented_restriction(
        "E5BUHiN4vBdzUzdP0IWaHFMMU3D1uRZgF16TOhSfwwHGSw+Kbf0XqsHzEIYk11M372viB9vbiacsdcQksA0ftw==",
        "BklyAFiPTQsuJNKriQJBZHYaKM2CkCTDQX2bw9sMYuvEC9sjW0W7GUIBygQL/+POEeUqCYPnmEU2g0o1GW2Oqg==",
    );
    let drm = documented_restriction(
        "dYwLKIEMBljLeY9VM7vWdlhps31Fbt0XXhqP5VyjQa33bJXleBtkzQ6dF5AtwI9gDcdM2dV2TvYNhCilBKjMCg==",
        "w52OyHVqXT8aaupGxuJ3NGt8M6opHDOtx132p4r6q4hLI6ffnLusgEGie1kedUewVoIe1tqDkVE6xsIV7O91KA==",
    );
    for (name, kind, configuration, restrictions, request, response) in [
        ("Token option for HLS", 2, Value::Null, by_token(hls), 1079, 1260),
        ("", 1, json!(playready), open, 593, 774),
        ("Token option", 1, json!(playready), by_token(drm), 1525, 1706),
    ] {
        let option = json!({"Name": name, "KeyDeliveryType": kind, "KeyDeliveryConfiguration": configuration, "Restrictions": restrictions});
        let length = body(EntitySet::ContentKeyAuthorizationPolicyOptions, &option).len();
        assert_eq!((length, length + metadata), (request, response), "{name}");
    }
}

/// The bodies as the documentation prints them, slips included. With the two slips put right they have the printed length,
/// and what we write is the same text, byte for byte.
#[test]
fn the_documented_options_come_out_byte_for_byte() {
    let printed = include_str!("../fixtures/documented-requests.txt");
    for line in printed.lines() {
        let (length, text) = line.split_once(' ').unwrap();
        let restored = text
            .replace("https://www.w3.org", "http://www.w3.org")
            .replace("http://testissuer.com/", "http://testacs.com/");
        assert_eq!(restored.len(), length.parse::<usize>().unwrap());
        let option: Value = serde_json::from_str(&restored).unwrap();
        let mut again = option.clone();
        if let Some(xml) = option["KeyDeliveryConfiguration"].as_str().filter(|xml| !xml.is_empty()) {
            let (template, findings) = read_playready_template(xml, Reading::Strict).unwrap();
            assert_eq!(findings, vec![]);
            again["KeyDeliveryConfiguration"] = json!(template.to_xml().unwrap());
        }
        if let Some(xml) = option["Restrictions"][0]["Requirements"].as_str() {
            let (restriction, findings) = read_token_restriction(xml, Reading::Strict).unwrap();
            assert_eq!(findings, vec![]);
            again["Restrictions"][0]["Requirements"] = json!(restriction.to_xml(Form::Of2015).unwrap().expose());
        }
        assert_eq!(body(EntitySet::ContentKeyAuthorizationPolicyOptions, &again), restored);
    }
    assert_eq!(printed.lines().count(), 4);
}

#[test]
fn members_stand_in_wire_order_however_they_came() {
    let shuffled = r#"{"Restrictions":[],"KeyDeliveryConfiguration":null,"Name":"n","KeyDeliveryType":2}"#;
    let entity = Entity::from_json(EntitySet::ContentKeyAuthorizationPolicyOptions, shuffled).unwrap();
    assert_eq!(
        entity.to_json().unwrap(),
        r#"{"Name":"n","KeyDeliveryType":2,"KeyDeliveryConfiguration":null,"Restrictions":[]}"#
    );
}

#[test]
fn wrong_roots_ids_members_and_navigations_are_refused() {
    for root in [
        "",
        "media.example/api/",
        "https://media.example/api",
        "ftp://media.example/",
        "https://media.example/api/?x=/",
        "https:///",
    ] {
        assert_eq!(entity_uri(root, EntitySet::Assets, POLICY).unwrap_err().code(), ErrorCode::EntityBadRoot, "{root}");
    }
    assert_eq!(entity_uri(ROOT, EntitySet::Assets, POLICY).unwrap_err().code(), ErrorCode::IdWrongPrefix);
    let misspelt = Entity::from_json(EntitySet::ContentKeyAuthorizationPolicies, r#"{"name":"x"}"#).unwrap_err();
    assert_eq!(misspelt.code(), ErrorCode::EntityInvalid);
    assert!(misspelt.message().contains("name"), "{misspelt}");
    assert_eq!(Entity::from_json(EntitySet::Assets, "{").unwrap_err().code(), ErrorCode::EntityNotJson);
    let wrong_id = Entity::from_json(EntitySet::Assets, r#"{"Id":"nb:kid:UUID:x","Name":""}"#).unwrap_err();
    assert_eq!((wrong_id.code(), wrong_id.path()), (ErrorCode::IdWrongPrefix, Some("Id")));
    let unlinked = Navigation::between(EntitySet::Assets, "Options", EntitySet::ContentKeyAuthorizationPolicyOptions);
    assert_eq!(unlinked.unwrap_err().code(), ErrorCode::EntityUnknownNavigation);
    let clear = update_entity(
        ROOT,
        EntitySet::ContentKeys,
        "nb:kid:UUID:2e6d36a7-a17c-4e9a-830d-eca23ad1a6f9",
        r#"{"EncryptedContentKey":"x"}"#,
    );
    assert_eq!(clear.unwrap_err().code(), ErrorCode::EntityInvalid);
}

/// A value of the wrong type may be a secret in the wrong place: the message must not repeat it.
#[test]
fn errors_do_not_quote_values() {
    let error = Entity::from_json(
        EntitySet::ContentKeyAuthorizationPolicyOptions,
        r#"{"Name":"n","KeyDeliveryType":"hunter2"}"#,
    )
    .unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

/// The documented example of a delivery policy for HLS, with the members that the old service had.
#[test]
fn bodies_of_delivery_policies() {
    let entity = json!({"Name": "d", "AssetDeliveryProtocol": 4, "AssetDeliveryPolicyType": 3,
        "AssetDeliveryConfiguration": r#"[{"Key":2,"Value":"https:\/\/keys.example\/"}]"#});
    let set = EntitySet::AssetDeliveryPolicies;
    let request = create_entity(ROOT, &Entity::from_json(set, &entity.to_string()).unwrap()).unwrap();
    assert_eq!(request.url, format!("{ROOT}AssetDeliveryPolicies"));
    assert_eq!(serde_json::from_str::<Value>(request.body.expose()).unwrap(), entity);
    for (member, value, code) in [
        ("AssetDeliveryPolicyType", json!(6), ErrorCode::EntityInvalid),
        ("AssetDeliveryProtocol", json!(-1), ErrorCode::EntityInvalid),
        ("AssetDeliveryConfiguration", json!("{"), ErrorCode::AssetDeliveryNotJson),
        ("Id", json!("nb:kid:UUID:316d14d4-b603-4d90-b8db-0fede8aa48f8"), ErrorCode::IdWrongPrefix),
    ] {
        let mut changed = entity.clone();
        changed[member] = value;
        assert_eq!(Entity::from_json(set, &changed.to_string()).unwrap_err().code(), code, "{member}");
    }
}
