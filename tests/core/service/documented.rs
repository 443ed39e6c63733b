//! The requests that the documentation prints, with their placeholders filled in, and the answers that it prints.

use super::platform::{Desk, ROOT, admin, findings, header, json, send, settings, text};
use crate::randomness::Repeatable;
use crate::signers::CERTIFICATE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::key::{Certificate, OaepHash, wrap};
use keywicket::secret::SecretBytes;
use keywicket::service::{HttpResponse, Settings};
use serde_json::{Value, json};

const CLIENT_ID: &str = "d732dbfa-54fc-474c-99d6-9b46a006f389";

/// The headers of every answer, as printed; `Content-Length`, `Date` and what names the web server are the host's.
fn check_headers(response: &HttpResponse, client_id: Option<&str>) {
    for (name, value) in [
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        ("DataServiceVersion", "3.0;"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ] {
        assert_eq!(header(response, name), Some(value));
    }
    let id = header(response, "request-id").unwrap();
    assert_eq!(header(response, "x-ms-request-id"), Some(id));
    assert!(id.len() == 36 && id.as_bytes()[14] == b'4', "{id}");
    assert_eq!(header(response, "x-ms-client-request-id"), client_id);
    if response.status != 204 {
        let kind = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";
        assert_eq!(header(response, "Content-Type"), Some(kind));
    } else {
        assert!(response.body.is_empty() && header(response, "Content-Type").is_none());
    }
}

fn post(desk: &Desk, path: &str, body: &str) -> HttpResponse {
    let response = desk.call_with("POST", path, &[("x-ms-client-request-id", CLIENT_ID)], body);
    check_headers(&response, Some(CLIENT_ID));
    response
}

/// The printed body, its members in the printed order, is `odata.metadata`, `Id`, and the request's own members.
fn check_created(response: &HttpResponse, set: &str, prefix: &str, request: &str) -> String {
    assert_eq!(response.status, 201, "{}", text(response));
    let id = json(response)["Id"].as_str().unwrap().to_owned();
    assert!(id.starts_with(prefix) && id.len() == prefix.len() + 36, "{id}");
    let members = request.strip_prefix('{').unwrap();
    let expected = format!(r#"{{"odata.metadata":"{ROOT}$metadata#{set}/@Element","Id":"{id}",{members}"#);
    assert_eq!(text(response), expected);
    let location = format!("{ROOT}{set}('{}')", id.replace(':', "%3A"));
    assert_eq!(header(response, "Location"), Some(location.as_str()));
    id
}

#[test]
fn policies_options_and_links_are_as_printed() {
    let desk = Desk::new();
    let body = r#"{"Name":"Open Authorization Policy"}"#;
    let created = post(&desk, "ContentKeyAuthorizationPolicies", body);
    let policy = check_created(&created, "ContentKeyAuthorizationPolicies", "nb:ckpid:UUID:", body);
    let printed =
        include_str!("../../fixtures/documented-requests.txt").lines().map(|line| line.split_once(' ').unwrap().1);
    let set = "ContentKeyAuthorizationPolicyOptions";
    let mut options = Vec::new();
    for body in printed {
        let created = post(&desk, set, body);
        let has_swept_namespace = body.contains("https://www.w3.org");
        let codes = findings(&created);
        assert_eq!(codes.iter().any(|code| code.contains("https")), has_swept_namespace, "{codes:?}");
        options.push(check_created(&created, set, "nb:ckpoid:UUID:", body));
    }
    assert_eq!(options.len(), 4);
    // As printed, with colons written %3A and a whole address; and as another client does it, all encoded.
    let links = format!("ContentKeyAuthorizationPolicies('{}')/$links/Options", policy.replace(':', "%3A"));
    let everything = format!("ContentKeyAuthorizationPolicies('{policy}')/$links/Options")
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect::<String>();
    for (path, option) in [&links, &everything, &links].into_iter().zip(&options) {
        let uri = format!(r#"{{"uri":"https://other.example/api/{set}('{}')"}}"#, option.replace(':', "%3A"));
        assert_eq!(post(&desk, path, &uri).status, 204);
    }
    let linked = json(&desk.call("GET", &links, ""));
    let urls: Vec<&str> =
        linked["value"].as_array().unwrap().iter().map(|link| link["url"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), 3);
    assert!(
        options[..3].iter().all(|id| urls.contains(&format!("{ROOT}{set}('{}')", id.replace(':', "%3A")).as_str()))
    );
}

fn wrapped(key: &[u8]) -> String {
    let certificate = Certificate::from_text(CERTIFICATE).unwrap();
    let wrapped = wrap(&certificate, &SecretBytes::new(key.to_vec()), OaepHash::Sha1, &mut Repeatable(5));
    STANDARD.encode(wrapped.unwrap())
}

/// "Create content keys with REST": no id, numbers in quotation marks.
#[test]
fn a_content_key_is_created_linked_and_given_a_policy() {
    let desk = Desk::new();
    let encrypted = wrapped(&[9; 32]);
    let thumbprint = Certificate::from_text(CERTIFICATE).unwrap().thumbprint();
    let body = format!(
        "{{\n\"Name\":\"ContentKey\",\n\"ProtectionKeyId\":\"{thumbprint}\", \n\"ContentKeyType\":\"1\", \n\"ProtectionKeyType\":\"0\",\n\"EncryptedContentKey\":\"{encrypted}\",\n\"Checksum\":\"TfXtjCIlq1Y=\"\n}}"
    );
    let created = post(&desk, "ContentKeys", &body);
    assert_eq!(findings(&created), ["content_key.checksum_without_id"]);
    let id = json(&created)["Id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("nb:kid:UUID:"));
    let time = "2015-02-04T02:37:46.9680000Z";
    let expected = format!(
        r#"{{"odata.metadata":"{ROOT}$metadata#ContentKeys/@Element","Id":"{id}","Created":"{time}","LastModified":"{time}","ContentKeyType":1,"EncryptedContentKey":"{encrypted}","Name":"ContentKey","ProtectionKeyId":"{thumbprint}","ProtectionKeyType":0,"Checksum":"TfXtjCIlq1Y="}}"#
    );
    assert_eq!(text(&created), expected);

    let asset = desk.create("Assets", r#"{"Name":"a"}"#);
    let uri = format!(r#"{{"uri":"{ROOT}ContentKeys('{}')"}}"#, id.replace(':', "%3A"));
    assert_eq!(post(&desk, &format!("Assets('{}')/$links/ContentKeys", asset.replace(':', "%3A")), &uri).status, 204);
    let linked = json(&desk.call("GET", &format!("Assets('{asset}')/ContentKeys"), ""));
    assert_eq!(linked["value"][0]["Id"], json!(id));

    let policy = desk.create("ContentKeyAuthorizationPolicies", r#"{"Name":"p"}"#);
    let change = format!(r#"{{"AuthorizationPolicyId":"{policy}"}}"#);
    let path = format!("ContentKeys('{}')", id.replace(':', "%3A"));
    let changed = desk.call("PUT", &path, &change);
    assert_eq!(changed.status, 204, "{}", text(&changed));
    check_headers(&changed, None);
    let mut before: Value = json(&created);
    before["AuthorizationPolicyId"] = json!(policy);
    assert_eq!(json(&desk.call("GET", &path, "")), before, "nothing else is lost");
}

/// The page on the entity: its own id, another service's certificate, a protection key type that does not exist, verbose.
#[test]
fn the_entity_page_works_in_the_verbose_format() {
    let desk = Desk::new();
    let id = "nb:kid:UUID:316d14d4-b603-4d90-b8db-0fede8aa48f8";
    let encrypted = wrapped(&[1; 32]);
    let body = format!(
        r#"{{"Id" : "{id}", "ContentKeyType" : 1, "EncryptedContentKey" : "{encrypted}", "ProtectionKeyId" : "7D9BB04D9D0A4A24800CADBFEF232689E048F69C", "ProtectionKeyType" : 1, "Checksum" : "TfXtjCIlq1Y=" }}"#
    );
    let verbose = "application/json;odata=verbose";
    let headers = [("content-type", verbose), ("accept", verbose), ("x-ms-version", "2.11")];
    let url = "https://keys.example/API/ContentKeys";
    let admin = admin();
    let all: Vec<(&str, &str)> = headers.into_iter().chain([("authorization", admin.as_str())]).collect();
    let created = send(&desk.service, &desk.platform, "POST", url, &all, &body);
    assert_eq!(created.status, 201, "{}", text(&created));
    assert_eq!(header(&created, "Content-Type"), Some("application/json;odata=verbose;charset=utf-8"));
    assert_eq!(findings(&created), ["content_key.protection_key_type_1", "content_key.not_deliverable_here"]);
    let encoded = format!("{ROOT}ContentKeys('{}')", id.replace(':', "%3A"));
    assert_eq!(header(&created, "Location"), Some(encoded.as_str()));
    let entity = &json(&created)["d"];
    let kind = "Microsoft.Cloud.Media.Vod.Rest.Data.Models.ContentKey";
    assert_eq!(entity["__metadata"], json!({"uri": encoded, "id": encoded, "type": kind}));
    assert_eq!((&entity["Id"], &entity["Name"], &entity["ProtectionKeyType"]), (&json!(id), &Value::Null, &json!(1)));

    for path in [format!("{url}('{id}')"), format!("{url}('{}')", id.replace(':', "%3a"))] {
        let got = send(&desk.service, &desk.platform, "GET", &path, &all, "");
        assert_eq!((got.status, json(&got)), (200, json(&created)));
    }
    let listed = send(&desk.service, &desk.platform, "GET", url, &all, "");
    assert_eq!(json(&listed)["d"]["results"], json!([entity]));
    let mut deletion = all.clone();
    deletion.push(("content-length", "0"));
    let deleted = send(&desk.service, &desk.platform, "DELETE", &format!("{url}('{id}')"), &deletion, "");
    assert_eq!(deleted.status, 204);
    assert_eq!(desk.platform.rows(), []);
}

/// `odata.metadata` names the root of the account, and Location the host that was asked; the entry host sends on.
#[test]
fn roots_are_two() {
    let root = "https://account.example/api/";
    let desk =
        Desk::with(Settings { root: Some(root.into()), entry_hosts: vec!["media.windows.net".into()], ..settings() });
    let created = desk.call("POST", "Assets", r#"{"Name":"a"}"#);
    let id = json(&created)["Id"].as_str().unwrap().replace(':', "%3A");
    assert_eq!(json(&created)["odata.metadata"], json!(format!("{root}$metadata#Assets/@Element")));
    assert_eq!(header(&created, "Location").unwrap(), format!("{ROOT}Assets('{id}')"));
    for path in ["/api/", "/API/Assets", "/api%2FAssets", "/api/nothing?x=1"] {
        let sent_on = send(&desk.service, &desk.platform, "GET", &format!("https://media.windows.net{path}"), &[], "");
        assert_eq!((sent_on.status, header(&sent_on, "Location")), (301, Some(root)));
    }
    // What that client does then: root and path together, slash after slash.
    let url = format!("{root}/Assets");
    let admin = admin();
    let listed = send(&desk.service, &desk.platform, "GET", &url, &[("authorization", &admin)], "");
    assert_eq!((listed.status, findings(&listed)), (200, vec!["request.no_version".to_owned()]));
}

/// The writer that puts its bodies together as text: numbers in quotation marks everywhere, also inside the configuration.
#[test]
fn numbers_come_as_texts() {
    let desk = Desk::new();
    let verbose = [("content-type", "application/json;odata=verbose"), ("accept", "application/json;odata=verbose")];
    for (set, body, member, value) in [
        ("Assets", r#"{"Name": "a", "Options": "0"}"#, "Options", json!(0)),
        (
            "AssetDeliveryPolicies",
            r#"{"Name":"AssetDeliveryPolicy","AssetDeliveryProtocol":"4","AssetDeliveryPolicyType":"3","AssetDeliveryConfiguration":"[{\"Key\":\"2\",\"Value\":\"https://keys.example/\"}]"}"#,
            "AssetDeliveryConfiguration",
            json!(r#"[{"Key":"2","Value":"https://keys.example/"}]"#),
        ),
        (
            "ContentKeyAuthorizationPolicyOptions",
            r#"{"Name":"policy","KeyDeliveryType":"2","KeyDeliveryConfiguration":"","Restrictions":[{"Name":"HLS Open Authorization Policy","KeyRestrictionType":"0","Requirements":null}]}"#,
            "KeyDeliveryType",
            json!(2),
        ),
    ] {
        let created = desk.call_with("POST", set, &verbose, body);
        assert_eq!(created.status, 201, "{}", text(&created));
        assert_eq!(json(&created)["d"][member], value);
    }
}
