//! How a key may be asked for, and what is said to those who ask otherwise.

use super::world::{KID, NOW, get, jwt, key_bytes, open_option, request, restriction, settings, token_option, world};
use super::world::{SECRET, World};
use keywicket::secret::SecretBytes;
use keywicket::service::{MAX_BODY_BYTES, Settings};

#[test]
fn a_key_is_exactly_its_16_bytes_however_it_is_asked_for() {
    let world = world(&[open_option()]);
    let upper = KID.to_uppercase();
    let bare = KID.replace('-', "");
    for (method, target) in [
        ("GET", format!("/?KID={KID}")),
        ("POST", format!("/?KID={KID}")),
        ("GET", format!("/?kid={upper}")),
        ("GET", format!("/?Kid={bare}")),
        ("GET", format!("?KID={KID}")),
        ("GET", format!("/?%4bID=%7B{KID}%7D")),
        ("GET", format!("/?KID=nb:kid:UUID:{KID}&a=b")),
        ("POST", format!("/AES/?KID={KID}")),
        ("GET", format!("/aes?KID={KID}")),
        ("GET", format!("/HlsHandler.ashx?kid={KID}")),
        // Packagers append the key id to addresses that have it already.
        ("GET", format!("/?KID={KID}&KID={KID}")),
        ("GET", format!("/?KID={KID}&%6bid={bare}")),
        ("GET", format!("/?KID={KID}?kid={upper}")),
    ] {
        let answer = world.answer(request(method, &target, &[]));
        assert_eq!(answer.status(), 200, "{target}");
        assert_eq!(answer.response.body.expose(), key_bytes(), "{target}");
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("vary", "Origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{target}");
        }
    }
}

#[test]
fn what_names_no_single_key_is_refused_and_nothing_is_looked_up() {
    let world = world(&[open_option()]);
    let zero = "00000000-0000-0000-0000-000000000000";
    for query in [
        String::new(),
        "?".to_owned(),
        "?KID".to_owned(),
        "?KID=".to_owned(),
        format!("?KID={KID}&KID=11111111-1111-1111-1111-111111111111"),
        format!("?KID={KID}?kid=11111111-1111-1111-1111-111111111111"),
        format!("?KID={KID}&%6bid={zero}"),
        format!("?KID={KID}&kid="),
        format!("#?KID={KID}"),
        format!("?KIDS={KID}"),
        format!("?KID={zero}"),
        format!("?KID={KID}0"),
        "?KID=nb:cid:UUID:339c45b5-fb6d-4bd9-994c-eabd9d41c95b".to_owned(),
        "?KID=%zz".to_owned(),
        "?KID=../../e/ContentKeys".to_owned(),
        format!("?KID={}", "a".repeat(100_000)),
    ] {
        let answer = world.answer(request("GET", &format!("/{query}"), &[]));
        assert_eq!(answer.refusal(), (400, "deliver.bad_request".to_owned()), "{query}");
        assert!(answer.asks.is_empty() && answer.response.audit.is_empty());
    }
}

#[test]
fn other_paths_methods_and_sizes_are_refused() {
    let world = world(&[open_option()]);
    for path in ["/x", "//", "/AES/x", "/..", "/%2e", "/ClearKey/../", "/favicon.ico", "/aes//"] {
        let answer = world.answer(request("GET", &format!("{path}?KID={KID}"), &[]));
        assert_eq!((answer.status(), answer.response.body.len()), (404, 0), "{path}");
    }
    for (method, path, allowed) in [
        ("PUT", "/", "GET, HEAD, POST, OPTIONS"),
        ("DELETE", "/AES/", "GET, HEAD, POST, OPTIONS"),
        ("get", "/", "GET, HEAD, POST, OPTIONS"),
        ("GET", "/ClearKey/", "POST, OPTIONS"),
        ("HEAD", "/ClearKey", "POST, OPTIONS"),
        ("POST", "/playlist", "GET, OPTIONS"),
    ] {
        let answer = world.answer(request(method, &format!("{path}?KID={KID}"), &[]));
        assert_eq!(answer.refusal(), (405, "deliver.method_not_allowed".to_owned()), "{method} {path}");
        assert_eq!(answer.header("allow"), Some(allowed));
    }
    let mut large = request("POST", &format!("/?KID={KID}"), &[]);
    large.body = SecretBytes::zeroed(MAX_BODY_BYTES + 1);
    assert_eq!(world.answer(large).refusal(), (413, "deliver.too_large".to_owned()));
}

#[test]
fn the_token_stands_in_exactly_one_place() {
    let world = world(&[token_option(&restriction(&SECRET))]);
    let token = jwt(NOW + 600, None);
    let bearer = format!("Bearer {token}");
    let encoded = format!("&token=Bearer%20{token}");
    let plain = format!("&token={token}");
    let header = ("authorization", bearer.as_str());
    for (query, headers, expected) in [
        ("", vec![header], Ok(())),
        (plain.as_str(), vec![], Ok(())),
        (&encoded, vec![], Ok(())),
        ("&token=", vec![header], Ok(())),
        ("", vec![], Err("token.missing")),
        ("&token=", vec![], Err("token.missing")),
        ("", vec![("authorization", "Basic eDp5")], Err("token.missing")),
        (&plain, vec![header], Err("token.ambiguous")),
        (&format!("{plain}{plain}"), vec![], Err("token.ambiguous")),
        ("", vec![header, header], Err("token.ambiguous")),
        ("&token=%f", vec![], Err("token.malformed")),
        ("&token=x", vec![], Err("token.malformed")),
        (&format!("&token={}", "a".repeat(17_000)), vec![], Err("token.too_large")),
    ] {
        let answer = world.answer(request("GET", &format!("/?KID={KID}{query}"), &headers));
        match expected {
            Ok(()) => assert_eq!((answer.status(), answer.response.body.expose()), (200, key_bytes().as_slice())),
            Err(code) => {
                assert_eq!(answer.refusal(), (401, code.to_owned()));
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            }
        }
    }
}

#[test]
fn head_says_what_get_would_without_the_key() {
    let world = world(&[token_option(&restriction(&SECRET))]);
    let ask = |token: Option<String>| {
        let mut head = get(token.as_deref());
        head.method = "HEAD".to_owned();
        world.answer(head)
    };
    let (good, bad) = (ask(Some(jwt(NOW + 600, None))), ask(None));
    assert_eq!((good.status(), good.response.body.len()), (200, 0));
    assert_eq!((bad.status(), bad.response.body.len()), (401, 0));
    assert!(!good.asks.iter().any(|ask| ask == "unwrap"), "nothing is unwrapped: {:?}", good.asks);
}

#[test]
fn pages_of_listed_origins_may_read_answers_and_no_others() {
    let mut list = settings().allowed_origins;
    list.extend(["*".to_owned(), "null".to_owned()]);
    let mut world = World::new(Settings { allowed_origins: list, ..settings() });
    world.policy(1, &[open_option()]);
    world.key(KID, 4, Some(1), key_bytes(), None);
    for (origin, is_listed) in [
        (Some("https://player.example"), true),
        (Some("http://player.example"), false),
        (Some("https://player.example.evil.example"), false),
        (Some("https://player.example:8443"), false),
        (Some("null"), false),
        (Some(""), false),
        (None, false),
    ] {
        for (method, kid) in [("GET", KID), ("GET", "x"), ("OPTIONS", KID), ("PUT", KID)] {
            let headers: Vec<(&str, &str)> = origin.iter().map(|origin| ("origin", *origin)).collect();
            let answer = world.answer(request(method, &format!("/?KID={kid}"), &headers));
            assert_eq!(answer.header("vary"), Some("Origin"), "{origin:?} {method}");
            assert_eq!(answer.header("access-control-allow-origin"), origin.filter(|_| is_listed));
            let credentials = is_listed.then_some("true");
            assert_eq!(answer.header("access-control-allow-credentials"), credentials);
            let is_preflight = method == "OPTIONS";
            let methods = (is_listed && is_preflight).then_some("GET, POST");
            assert_eq!(answer.header("access-control-allow-methods"), methods);
            if is_preflight {
                assert_eq!((answer.status(), answer.response.body.len()), (204, 0));
                let headers = answer.header("access-control-allow-headers").unwrap_or_default();
                assert_eq!(headers.contains("authorization, content-type"), is_listed);
            }
        }
    }
    assert_eq!(world.answer(request("OPTIONS", "/nothing", &[])).status(), 404);
}
