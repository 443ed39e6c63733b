//! Paths, ids and headers that somebody made up: each is refused, and the store stays as it was.

use super::platform::{Desk, admin, header, json, send, text};
use proptest::prelude::*;

#[test]
fn paths_that_are_none() {
    let desk = Desk::new();
    let id = desk.create("Assets", r#"{"Name":"a"}"#);
    let before = desk.platform.rows();
    for (path, status) in [
        ("Assets('x')", 400),
        ("Assets('')", 400),
        ("Assets(1)", 400),
        ("Assets('nb:cid:UUID:'')", 400),
        ("Assets(')", 400),
        ("Assets('a", 400),
        ("Assets('nb:cid:UUID:' or '1'='1')", 400),
        ("Assets('nb:cid:UUID:%00')", 400),
        ("Assets('nb:cid:UUID:../../x')", 400),
        ("Assets('a/b')/ContentKeys", 400),
        ("%zz", 400),
        ("%ff", 400),
        ("Assets%", 400),
        ("..", 404),
        ("../Assets", 404),
        ("%2e%2e/Assets", 404),
        ("Assets/..", 404),
        (".", 404),
        ("Jobs", 404),
        ("Locators('x')", 404),
        ("Files", 404),
        ("AccessPolicies", 404),
        ("MediaProcessors", 404),
        ("$batch", 404),
        ("$links", 404),
        ("Assets/$links/ContentKeys", 404),
        ("'; DROP TABLE rows; --", 400),
        ("<script>alert(1)</script>", 400),
        ("<script>", 404),
    ] {
        let response = desk.call("DELETE", path, "");
        assert_eq!(response.status, status, "{path} {}", text(&response));
        assert!(!text(&response).contains("<script"), "what was sent is not repeated unless it is a name");
    }
    let long = desk.call("GET", &"a/".repeat(4000), "");
    assert_eq!(long.status, 400);
    for path in [
        format!("Assets('{id}')/Locators"),
        format!("Assets('{id}')/ContentKeys/more"),
        format!("Assets('{id}')/$links/Options"),
    ] {
        assert_eq!(desk.call("GET", &path, "").status, 404, "{path}");
    }
    assert_eq!(desk.platform.rows(), before);
    let message = text(&desk.call("GET", "Jobs", ""));
    assert!(message.contains("Jobs") && message.contains("ContentKeyAuthorizationPolicyOptions"), "{message}");
}

#[test]
fn one_entity_has_many_spellings() {
    let desk = Desk::new();
    let id = desk.create("Assets", r#"{"Name":"a"}"#);
    let guid = id.strip_prefix("nb:cid:UUID:").unwrap().to_owned();
    let whole = format!("%2FAssets%28%27{}%27%29", id.replace(':', "%3A"));
    for path in [
        format!("Assets('{id}')"),
        format!("assets('{id}')"),
        format!("//Assets('{id}')/"),
        format!("Assets('NB:CID:uuid:{}')", guid.to_uppercase()),
        format!("Assets('nb:cid:UUID:{{{guid}}}')"),
        format!("Assets('nb:cid:UUID:{}')", guid.replace('-', "")),
        whole,
    ] {
        let response = desk.call("GET", &path, "");
        assert_eq!((response.status, json(&response)["Id"].as_str()), (200, Some(id.as_str())), "{path}");
    }
}

#[test]
fn headers_are_repeated_only_where_they_are_harmless() {
    let desk = Desk::new();
    let ask = |id: &str| {
        let response = desk.call_with("GET", "Assets", &[("x-ms-client-request-id", id)], "");
        header(&response, "x-ms-client-request-id").map(str::to_owned)
    };
    assert_eq!(ask("my id"), Some("my id".to_owned()));
    for id in ["", "a\r\nSet-Cookie: x", "é", "\u{7f}", &"x".repeat(257)] {
        assert_eq!(ask(id), None);
    }
    // A host that no address can have.
    let token = admin();
    for url in ["https://a b/api/Assets", "https://a'b/api/Assets", "ftp://a/api/Assets"] {
        let response = send(&desk.service, &desk.platform, "GET", url, &[("authorization", &token)], "");
        assert_eq!(response.status, 400, "{url}");
    }
    // Findings about many things stay in their bounds, and are ASCII.
    let claims: String = (0..200).map(|n| format!("<TokenClaim><ClaimType>é{n}</ClaimType></TokenClaim><TokenClaim><ClaimType>é{n}</ClaimType></TokenClaim>")).collect();
    let xml = format!(
        "<TokenRestrictionTemplate xmlns='http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/TokenRestrictionTemplate/v1' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><Audience>urn:é</Audience><Issuer> é </Issuer><PrimaryVerificationKey i:type='SymmetricVerificationKey'><KeyValue>AAAA</KeyValue></PrimaryVerificationKey><RequiredClaims>{claims}</RequiredClaims></TokenRestrictionTemplate>"
    );
    let body = serde_json::json!({"Name": "o", "KeyDeliveryType": 2, "KeyDeliveryConfiguration": null, "Restrictions": [{"Name": "", "KeyRestrictionType": 1, "Requirements": xml}]});
    let created = desk.call("POST", "ContentKeyAuthorizationPolicyOptions", &body.to_string());
    let value = header(&created, "Keywicket-Findings").unwrap();
    assert!(value.len() <= 4096 && value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    let list: Vec<serde_json::Value> = serde_json::from_str(value).unwrap();
    assert!(list.len() > 5 && list[0]["code"] == "verification_key.constant", "the gravest first: {value}");
}

/// An entity that its own escapes would make longer than what can be read again is not written.
#[test]
fn what_is_written_can_be_read_again() {
    let desk = Desk::new();
    let configuration = |text: &str| {
        let inner = serde_json::json!([{"Key": 5, "Value": text}]).to_string();
        serde_json::json!({"Name": "d", "AssetDeliveryProtocol": 1, "AssetDeliveryPolicyType": 2, "AssetDeliveryConfiguration": inner}).to_string()
    };
    let response = desk.call("POST", "AssetDeliveryPolicies", &configuration(&"\u{85}".repeat(400_000)));
    assert_eq!(response.status, 413, "{}", text(&response));
    assert_eq!(desk.platform.rows(), []);
    let id = desk.create("AssetDeliveryPolicies", &configuration(&"\u{85}".repeat(100_000)));
    assert_eq!(desk.call("GET", &format!("AssetDeliveryPolicies('{id}')"), "").status, 200);
}

proptest! {
    /// Whatever the path: an answer, never a write.
    #[test]
    fn no_path_stops_the_service(path in "(Assets|ContentKeys|\\$links|\\$metadata|[('/)%.a-z0-9$]|%27|%2F|nb:cid:UUID:){0,12}", method in "GET|POST|PUT|DELETE|MERGE") {
        let desk = Desk::new();
        let response = desk.call(&method, &path, "");
        prop_assert!(matches!(response.status, 200 | 400 | 404 | 405), "{} {}", path, response.status);
        prop_assert_eq!(desk.platform.rows(), []);
    }

    /// Whatever the body of a created asset: 201 and readable, or 400 and nothing written.
    #[test]
    fn no_body_stops_the_service(body in "(\\{|\\}|\\[|\"Name\"|\"Id\"|\"Options\"|:|,|\"nb:cid:UUID:\"|null|1|\"é\\\\u0000\"){0,12}|\\PC{0,40}") {
        let desk = Desk::new();
        let response = desk.call("POST", "Assets", &body);
        match response.status {
            201 => {
                let id = json(&response)["Id"].as_str().unwrap().to_owned();
                prop_assert_eq!(desk.call("GET", &format!("Assets('{id}')"), "").status, 200);
            }
            status => {
                prop_assert_eq!(status, 400);
                prop_assert_eq!(desk.platform.rows(), []);
            }
        }
    }

    /// A name of any characters comes back as it was sent.
    #[test]
    fn names_survive(name in "\\PC{0,40}|[\u{0}-\u{20}\"\\\\'%<>&\u{85}\u{2028}]{0,20}") {
        let desk = Desk::new();
        let body = serde_json::json!({"Name": name}).to_string();
        let id = desk.create("Assets", &body);
        let read = json(&desk.call("GET", &format!("Assets('{id}')"), ""));
        prop_assert_eq!(read["Name"].as_str(), Some(name.as_str()));
    }
}
