//! Every status that the management API answers, and what it leaves behind.

use super::platform::{Desk, ROOT, admin, admin_until, block_on, code, header, json, send, settings, text};
use super::platform::{NOW, findings};
use keywicket::policy::{KeyDeliveryType, PolicyOption, Restriction};
use keywicket::service::store::{Batch, Store, keys};
use keywicket::service::{EntitySet, HttpResponse, MAX_BODY_BYTES, Settings};
use keywicket::token::{CompiledPolicy, TokenVerifier, VerifierSettings};
use serde_json::json;
use std::rc::Rc;

const NOBODY: &str = "00000000-0000-4000-8000-000000000001";

fn refused(response: &HttpResponse, status: u16, expected: &str) {
    assert_eq!((response.status, code(response)), (status, expected.to_owned()), "{}", text(response));
    assert!(json(response)["odata.error"]["message"]["value"].as_str().unwrap().len() > 10);
}

#[test]
fn nobody_manages_without_a_policy_or_a_token() {
    let url = format!("{ROOT}Assets");
    let open = Desk::with(Settings::default());
    refused(&open.call("GET", "Assets", ""), 401, "policy.no_option");
    let desk = Desk::new();
    let ask = |headers: &[(&str, &str)]| send(&desk.service, &desk.platform, "POST", &url, headers, "{}");
    refused(&ask(&[]), 401, "token.missing");
    refused(&ask(&[("authorization", &admin_until(NOW / 1000 - 3600))]), 401, "token.expired");
    refused(&ask(&[("authorization", &format!("{}x", admin()))]), 401, "token.bad_signature");
    refused(&ask(&[("authorization", "Bearer x.y.z")]), 401, "token.malformed");
    let token = admin();
    let in_query = format!("{url}?token={}", token.strip_prefix("Bearer ").unwrap());
    refused(&send(&desk.service, &desk.platform, "GET", &in_query, &[], ""), 401, "token.missing");
    let anonymous = ask(&[]);
    assert_eq!(header(&anonymous, "WWW-Authenticate"), Some("Bearer"));
    assert_eq!(anonymous.audit.len(), 1);
    assert_eq!(desk.platform.all_rows(), [], "anybody could fill the log");
}

#[test]
fn methods_are_those_of_the_resource() {
    let desk = Desk::new();
    let asset = desk.create("Assets", r#"{"Name":"a"}"#);
    let entity = format!("Assets('{asset}')");
    for (path, method, allowed) in [
        ("", "POST", "GET"),
        ("$metadata", "DELETE", "GET"),
        ("Assets", "DELETE", "GET, POST"),
        (entity.as_str(), "POST", "GET, PUT, MERGE, PATCH, DELETE"),
        (&format!("{entity}/ContentKeys"), "POST", "GET"),
        (&format!("{entity}/$links/ContentKeys"), "PUT", "GET, POST"),
        (&format!("{entity}/$links/ContentKeys('nb:kid:UUID:{NOBODY}')"), "GET", "DELETE"),
        ("AuditLog", "POST", "GET"),
        ("Assets", "PROPFIND", "GET, POST"),
    ] {
        let response = desk.call(method, path, "");
        refused(&response, 405, "request.method_not_allowed");
        assert_eq!(header(&response, "Allow"), Some(allowed), "{path}");
    }
    let tunnel = |method: &str| desk.call_with("POST", &entity, &[("x-http-method", method)], r#"{"Name":"b"}"#);
    refused(&tunnel("GET"), 400, "request.bad_method");
    assert_eq!(tunnel("merge").status, 204);
    let override_header = [("x-http-method-override", "DELETE")];
    for (path, status) in [(entity.as_str(), 200), ("Jobs", 404), ("Assets", 200)] {
        let head = desk.call("HEAD", path, "");
        assert!(head.status == status && head.body.is_empty() && header(&head, "Content-Type").is_some());
    }
    assert_eq!(desk.call_with("POST", &entity, &override_header, "").status, 204);
    refused(&desk.call("GET", &entity, ""), 404, "entity.not_found");
}

#[test]
fn requests_are_bounded_and_json() {
    let desk = Desk::new();
    let large = format!(r#"{{"Name":"{}"}}"#, "x".repeat(MAX_BODY_BYTES));
    refused(&desk.call("POST", "Assets", &large), 413, "request.too_large");
    for kind in ["text/xml", "application/atom+xml", "", "application/json;charset=utf-16", "application/jsonx"] {
        let response = desk.call_with("POST", "Assets", &[("content-type", kind)], "{}");
        refused(&response, 415, "request.unsupported_type");
    }
    for kind in ["APPLICATION/JSON", "application/json; odata=verbose; charset=\"UTF-8\"", "application/json;odata=x"] {
        assert_eq!(desk.call_with("POST", "Assets", &[("content-type", kind)], "{}").status, 201, "{kind}");
    }
    for accept in
        ["application/atom+xml", "text/html, application/xml;q=0.9", "application/json;q=0", "application/json;odata=x"]
    {
        refused(&desk.call_with("GET", "Assets", &[("accept", accept)], ""), 415, "accept.unsupported");
    }
    for (accept, kind) in [
        ("*/*", "minimalmetadata"),
        ("application/json;odata=nometadata", "nometadata"),
        ("application/atom+xml,application/json;odata=verbose;q=0.5", "verbose"),
        ("application/json;q=0.1, application/json;odata=verbose", "verbose"),
        ("application/json;odata=fullmetadata", "minimalmetadata"),
    ] {
        let response = desk.call_with("GET", "Assets", &[("accept", accept)], "");
        assert!(header(&response, "Content-Type").unwrap().contains(kind), "{accept}");
    }
    let verbose = desk.call_with("GET", "Jobs", &[("accept", "application/json;odata=verbose")], "");
    assert_eq!(json(&verbose)["error"]["code"], json!("path.not_found"));
    refused(&desk.call_with("GET", "Assets", &[("x-ms-version", "latest")], ""), 400, "request.bad_version");
    let body = |body: &str| desk.call("POST", "Assets", body);
    for text in ["", "[]", "1", "{", "{\"Name\":\"a\",\"Name\":\"b\"}", "{\"Name\":\"a\"}}"] {
        refused(&body(text), 400, "entity.not_json");
    }
    for text in [
        r#"{"Title":"a"}"#,
        r#"{"Name":1}"#,
        r#"{"Options":"x"}"#,
        r#"{"Options":1.5}"#,
        r#"{"Options":4294967296}"#,
        r#"{"name":"a","NAME":"b"}"#,
        r#"{"ContentKeys":[{"Name":"deep"}]}"#,
        &format!(r#"{{"Name":"{}"}}"#, "é".repeat(4001)),
    ] {
        refused(&body(text), 400, "entity.invalid");
    }
    let unknown = json(&body(r#"{"Title":"a"}"#))["odata.error"]["message"]["value"].to_string();
    assert!(unknown.contains("Title") && unknown.contains("AlternateId"), "{unknown}");
}

#[test]
fn what_is_ignored_and_what_is_not() {
    let desk = Desk::new();
    let sent = r#"{"__metadata":{"type":"x"},"odata.type":"y","Id":"","State":2,"Created":"2001-01-01T00:00:00Z","name":"n","ContentKeys":{"__deferred":{"uri":"u"}},"Locators":{"__deferred":{"uri":"u"}}}"#;
    let created = desk.call("POST", "Assets", sent);
    assert_eq!(created.status, 201, "{}", text(&created));
    assert_eq!(findings(&created), ["entity.letter_case", "entity.member_ignored", "entity.member_ignored"]);
    let before = json(&created);
    let path = format!("Assets('{}')", before["Id"].as_str().unwrap());
    assert_eq!(desk.call("PUT", &path, &before.to_string()).status, 204, "an entity may be sent back");
    let dates = r#"{"Created":"2015-02-04T02:37:46.968Z","Id":null}"#;
    assert_eq!(desk.call("MERGE", &path, dates).status, 204, "the same time in another spelling");
    for change in [
        r#"{"State":1}"#,
        r#"{"Created":"2015-02-04T02:37:46Z"}"#,
        r#"{"Options":1}"#,
        &format!(r#"{{"Id":"nb:cid:UUID:{NOBODY}"}}"#),
    ] {
        refused(&desk.call("MERGE", &path, change), 400, "entity.invalid");
    }
    assert_eq!(json(&desk.call("GET", &path, "")), before);
}

#[test]
fn ids_links_and_references_conflict_or_miss() {
    let desk = Desk::new();
    let asset = desk.create("Assets", r#"{"Name":"a"}"#);
    let again = format!(r#"{{"Id":"{}"}}"#, asset.to_uppercase().replace("NB:CID:UUID:", "nb:cid:uuid:"));
    refused(&desk.call("POST", "Assets", &again), 409, "entity.exists");
    let kind = |id: &str| desk.call("POST", "Assets", &format!(r#"{{"Id":"{id}"}}"#));
    refused(&kind(&format!("nb:kid:UUID:{NOBODY}")), 400, "id.wrong_prefix");
    refused(&kind("nb:cid:UUID:x"), 400, "id.not_a_guid");
    refused(&kind("nb:cid:UUID:00000000-0000-0000-0000-000000000000"), 400, "id.all_zero");

    let policy = desk.create("ContentKeyAuthorizationPolicies", r#"{"Name":"p"}"#);
    let option = desk.create(
        "ContentKeyAuthorizationPolicyOptions",
        r#"{"Name":"o","KeyDeliveryType":2,"KeyDeliveryConfiguration":null,"Restrictions":[{"Name":"","KeyRestrictionType":0,"Requirements":null}]}"#,
    );
    let links = format!("ContentKeyAuthorizationPolicies('{policy}')/$links/Options");
    let uri = |id: &str| format!(r#"{{"uri":"ContentKeyAuthorizationPolicyOptions('{id}')"}}"#);
    refused(&desk.call("POST", &links, &uri(&format!("nb:ckpoid:UUID:{NOBODY}"))), 404, "entity.not_found");
    refused(&desk.call("POST", &links, &uri(&policy)), 400, "id.wrong_prefix");
    for body in ["{}", "[]", r#"{"uri":1}"#] {
        refused(&desk.call("POST", &links, body), 400, "entity.invalid");
    }
    for uri in ["Assets('x')", "", "ContentKeyAuthorizationPolicyOptions", "a/b/c", "%zz"] {
        refused(&desk.call("POST", &links, &format!(r#"{{"uri":"{uri}"}}"#)), 400, "link.bad_uri");
    }
    let other = format!("ContentKeyAuthorizationPolicies('nb:ckpid:UUID:{NOBODY}')/$links/Options");
    refused(&desk.call("POST", &other, &uri(&option)), 404, "entity.not_found");
    assert_eq!(desk.call("POST", &links, &uri(&option)).status, 204);
    refused(&desk.call("POST", &links, &uri(&option)), 409, "link.exists");
    let link = format!("{links}('{option}')");
    assert_eq!(desk.call("DELETE", &link, "").status, 204);
    refused(&desk.call("DELETE", &link, ""), 404, "link.not_found");
    for path in ["Assets", "ContentKeys", "AssetDeliveryPolicies"] {
        let set = EntitySet::from_name(path).unwrap();
        let missing = format!("{path}('{}{NOBODY}')", set.kind().prefix());
        for method in ["GET", "PUT", "DELETE"] {
            refused(&desk.call(method, &missing, "{}"), 404, "entity.not_found");
        }
    }
}

#[test]
fn entity_tags_guard_against_lost_updates() {
    let desk = Desk::new();
    let created = desk.call("POST", "Assets", r#"{"Name":"a"}"#);
    let path = format!("Assets('{}')", json(&created)["Id"].as_str().unwrap());
    let first = header(&created, "ETag").unwrap().to_owned();
    assert_eq!(header(&desk.call("GET", &path, ""), "ETag"), Some(first.as_str()));
    let when = |name: &str, tag: &str, body: &str| desk.call_with("MERGE", &path, &[(name, tag)], body);
    let changed = when("if-match", &format!("\"x\", {first}"), r#"{"Name":"b"}"#);
    assert_eq!(changed.status, 204);
    let second = header(&changed, "ETag").unwrap().to_owned();
    assert_ne!(first, second);
    refused(&when("if-match", &first, r#"{"Name":"c"}"#), 412, "entity.changed");
    refused(&when("if-none-match", "*", r#"{"Name":"c"}"#), 412, "entity.changed");
    refused(&desk.call_with("DELETE", &path, &[("if-match", first.as_str())], ""), 412, "entity.changed");
    let known = desk.call_with("GET", &path, &[("if-none-match", second.as_str())], "");
    assert!(known.status == 304 && known.body.is_empty());
    assert_eq!(json(&desk.call("GET", &path, ""))["Name"], json!("b"));
    assert_eq!(desk.call_with("DELETE", &path, &[("if-match", "*")], "").status, 204);
}

#[test]
fn a_policy_in_use_stays() {
    let desk = Desk::new();
    let policy = desk.create("ContentKeyAuthorizationPolicies", r#"{"Name":"p"}"#);
    let key = super::validation::foreign_key(&format!(
        r#","AuthorizationPolicyId":"{}""#,
        policy.replace("nb:ckpid", "NB:ckpid")
    ));
    let key = desk.create("ContentKeys", &key);
    let path = format!("ContentKeyAuthorizationPolicies('{policy}')");
    let response = desk.call("DELETE", &path, "");
    refused(&response, 409, "entity.in_use");
    assert!(text(&response).contains("1 content keys") && text(&response).contains(&key));
    let free = desk.call("PATCH", &format!("ContentKeys('{key}')"), r#"{"AuthorizationPolicyId":null}"#);
    assert_eq!(free.status, 204);
    assert_eq!(desk.call("DELETE", &path, "").status, 204);
    let gone = format!(r#"{{"AuthorizationPolicyId":"{policy}"}}"#);
    refused(&desk.call("PUT", &format!("ContentKeys('{key}')"), &gone), 400, "entity.invalid");
}

/// Somebody else deletes the target after it was looked at and before the link is written.
#[test]
fn a_link_never_meets_a_deleted_entity() {
    for (deleted, set) in [("from", EntitySet::Assets), ("to", EntitySet::AssetDeliveryPolicies)] {
        let desk = Desk::new();
        let asset = desk.create("Assets", r#"{"Name":"a"}"#);
        let body =
            r#"{"Name":"d","AssetDeliveryProtocol":4,"AssetDeliveryPolicyType":2,"AssetDeliveryConfiguration":" "}"#;
        let policy = desk.create("AssetDeliveryPolicies", body);
        let row = keys::entity(set, if deleted == "from" { &asset } else { &policy });
        let store = Rc::clone(&desk.platform.store);
        let delete = move || {
            let batch = Batch { delete: vec![row], ..Batch::default() };
            assert!(block_on(store.commit(batch)).unwrap());
        };
        *desk.platform.interruption.borrow_mut() = Some(Box::new(delete));
        let uri = format!(r#"{{"uri":"AssetDeliveryPolicies('{policy}')"}}"#);
        let response = desk.call("POST", &format!("Assets('{asset}')/$links/DeliveryPolicies"), &uri);
        refused(&response, 404, "entity.not_found");
        assert!(desk.platform.rows().iter().all(|(key, _)| !key.starts_with("l/") && !key.starts_with("r/")));
    }
}

#[test]
fn a_busy_store_and_one_that_is_down() {
    let desk = Desk::new();
    desk.platform.conflicts.set(3);
    desk.create("Assets", r#"{"Name":"a"}"#);
    let before = desk.platform.all_rows();
    desk.platform.conflicts.set(1000);
    refused(&desk.call("POST", "Assets", r#"{"Name":"b"}"#), 503, "store.busy");
    assert!(desk.platform.conflicts.get() > 900, "tries are bounded");
    desk.platform.conflicts.set(0);
    desk.platform.is_down.set(true);
    refused(&desk.call("POST", "Assets", r#"{"Name":"b"}"#), 503, "store.unavailable");
    refused(&desk.call("GET", "Assets", ""), 503, "store.unavailable");
    refused(&desk.call("POST", "Jobs", ""), 503, "store.unavailable");
    assert_eq!(desk.platform.all_rows(), before);
}

#[test]
fn hosts_are_split() {
    let desk = Desk::with(Settings {
        admin_hosts: vec!["keys.example".into()],
        entry_hosts: vec!["entry.example".into()],
        ..settings()
    });
    assert_eq!(desk.call("GET", "Assets", "").status, 200);
    let token = admin();
    for url in ["https://entry.example/api/Assets", "https://other.example/api/Assets"] {
        let response = send(&desk.service, &desk.platform, "GET", url, &[("authorization", &token)], "");
        assert_eq!(response.status, 404, "without a root, the entry host is none");
    }
    let desk = Desk::with(Settings {
        root: Some("https://entry.example/api/".into()),
        admin_hosts: vec!["keys.example".into()],
        entry_hosts: vec!["entry.example".into()],
        ..settings()
    });
    let url = "https://entry.example/api/Assets";
    let response = send(&desk.service, &desk.platform, "GET", url, &[("authorization", &token)], "");
    assert_eq!(response.status, 404, "an entry host that would lead to itself is none either");
}

/// Whatever else an admin policy says, an option of it that asks for no token makes nobody a manager.
#[test]
fn an_open_option_opens_keys_and_not_the_api() {
    let open = PolicyOption::new(KeyDeliveryType::BaselineHttp, vec![Restriction::Open]).unwrap();
    let policy = CompiledPolicy::from_options(&[open], &VerifierSettings::default()).unwrap();
    let desk = Desk::with(Settings { admin: Some(TokenVerifier::new(policy).unwrap()), ..settings() });
    refused(&desk.call("GET", "Assets", ""), 401, "policy.no_option");
}

/// A refused rebind is a hand that reached for a key, though it is a GET.
#[test]
fn refused_rebinds_stand_in_the_log() {
    let desk = Desk::new();
    let path = format!("RebindContentKey?id='nb:kid:UUID:{NOBODY}'&x509Certificate='x'");
    let status = desk.call("GET", &path, "").status;
    assert!((400..500).contains(&status));
    desk.call("GET", "GetProtectionKey?ProtectionKeyId='x'", "");
    let log: Vec<String> =
        desk.platform.all_rows().into_iter().filter(|(key, _)| key.starts_with("a/")).map(|(_, row)| row).collect();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains(r#""action":"refuse""#) && log[0].contains(&format!(r#""status":"{status}""#)));
}

#[test]
fn the_audit_log_is_read_by_page() {
    let desk = Desk::new();
    for name in ["a", "b", "c", "d", "e"] {
        desk.create("Assets", &format!(r#"{{"Name":"{name}"}}"#));
    }
    desk.call("DELETE", &format!("Assets('nb:cid:UUID:{NOBODY}')"), "");
    let all: Vec<String> =
        desk.platform.all_rows().into_iter().filter(|(key, _)| key.starts_with("a/")).map(|(_, row)| row).collect();
    assert_eq!(all.len(), 6);
    let read = |first: &str| {
        let (mut query, mut rows) = (first.to_owned(), Vec::new());
        loop {
            let page = desk.call("GET", &format!("AuditLog?{query}"), "");
            assert_eq!(page.status, 200, "{}", text(&page));
            let value = json(&page)["value"].as_array().unwrap().clone();
            for row in value.into_iter().map(|row| row.to_string()) {
                assert!(text(&page).contains(&row), "rows stand in it as they are stored");
                rows.push(row);
            }
            match json(&page)["next"].as_str() {
                Some(next) => query = next.to_owned(),
                None => return rows,
            }
        }
    };
    assert_eq!(read("from=1&$top=2"), all);
    assert_eq!(read("from=4"), all[3..]);
    let newest: Vec<String> = all.iter().rev().cloned().collect();
    assert_eq!(read("$top=4"), newest);
    assert_eq!(read("%24top=2"), newest);
    assert_eq!(read("$skip=4&$top=1"), newest[4..]);
    assert!(newest[0].contains(r#""action":"refuse""#) && newest[0].contains("entity.not_found"));
    for query in ["from=x", "top=1", "from=1&before=3", "$skip=-1"] {
        assert_eq!(desk.call("GET", &format!("AuditLog?{query}"), "").status, 400, "{query}");
    }
    let anonymous = send(&desk.service, &desk.platform, "GET", &format!("{ROOT}AuditLog"), &[], "");
    assert_eq!(anonymous.status, 401);
    // Neither the token nor a name of the client's is in it.
    let token = admin();
    assert!(all.iter().all(|row| !row.contains(token.strip_prefix("Bearer ").unwrap())));
}
