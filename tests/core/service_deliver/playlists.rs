//! Playlists with the viewer's token: on the keys that are ours, and nowhere else.

use super::world::{World, request, settings};
use keywicket::delivery::{Rewrite, VariantRoute, rewrite_playlist};
use keywicket::error::ErrorCode;
use keywicket::service::{FetchedPlaylist, Settings};
use proptest::prelude::*;
use proptest::sample::select;

const TOKEN: &str = "h.p&x=\"y\"\n.s/+=";
const ENCODED: &str = "h.p%26x%3D%22y%22%0A.s%2F%2B%3D";
const BASE: &str = "https://media.example/a/b/index.m3u8?q=1";

fn rewritten(playlist: &str, route: Option<&str>) -> String {
    let rewrite = Rewrite {
        playlist_url: BASE,
        token: TOKEN,
        key_origins: &["https://keys.example/", "http://old.example"],
        variant_route: route.map(|url| VariantRoute { url, origins: &["https://cdn.example"] }),
    };
    rewrite_playlist(playlist, &rewrite).unwrap().expose().to_owned()
}

/// Lines as they come and as they must go, worked out by hand.
#[test]
fn each_kind_of_line_becomes_what_it_must() {
    let key = |uri: &str| format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{uri}\",IV=0x01");
    let with = |uri: &str| key(&format!("{uri}token={ENCODED}"));
    let cases = [
        // Keys of ours.
        (key("https://keys.example/?KID=1"), with("https://keys.example/?KID=1&")),
        (key("https://KEYS.example:443/k"), with("https://KEYS.example:443/k?")),
        (
            key("http://old.example/HlsHandler.ashx?kid=1#f"),
            key(&format!("http://old.example/HlsHandler.ashx?kid=1&token={ENCODED}#f")),
        ),
        (
            key("https://keys.example/?token=old&KID=1&%54oken=x&tok%65n=y"),
            with("https://keys.example/?KID=1&%54oken=x&"),
        ),
        (key("//keys.example/?KID=1"), with("https://keys.example/?KID=1&")),
        // Keys of others.
        (key("https://other.example/?KID=1"), key("https://other.example/?KID=1")),
        (key("http://keys.example/?KID=1"), key("http://keys.example/?KID=1")),
        (key("https://keys.example:8443/"), key("https://keys.example:8443/")),
        (key("https://keys.example.evil.example/"), key("https://keys.example.evil.example/")),
        (key("https://keys.example@evil.example/"), key("https://keys.example@evil.example/")),
        (key("https://keys.example\\@evil.example/"), key("https://keys.example\\@evil.example/")),
        (key("/k?KID=1"), key("https://media.example/k?KID=1")),
        (key("k"), key("https://media.example/a/b/k")),
        (key("data:text/plain;base64,AAAA"), key("data:text/plain;base64,AAAA")),
        // Not got by HTTP, or not to be understood.
        (
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"https://keys.example/\",KEYFORMAT=\"com.apple.streamingkeydelivery\""
                .to_owned(),
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"https://keys.example/\",KEYFORMAT=\"com.apple.streamingkeydelivery\""
                .to_owned(),
        ),
        (
            "#EXT-X-KEY:METHOD=NONE,URI=\"https://keys.example/\"".to_owned(),
            "#EXT-X-KEY:METHOD=NONE,URI=\"https://keys.example/\"".to_owned(),
        ),
        (
            "#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example/\",URI=\"https://evil.example/\"".to_owned(),
            "#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example/\",URI=\"https://evil.example/\"".to_owned(),
        ),
        (
            "#EXT-X-KEY:METHOD=AES-128,URI=https://keys.example/".to_owned(),
            "#EXT-X-KEY:METHOD=AES-128,URI=https://keys.example/".to_owned(),
        ),
        // The rest of a media playlist.
        ("seg.ts?a=\"b\"".to_owned(), "https://media.example/a/b/seg.ts?a=\"b\"".to_owned()),
        ("https://keys.example/seg.ts".to_owned(), "https://keys.example/seg.ts".to_owned()),
        ("../s.ts".to_owned(), "https://media.example/a/s.ts".to_owned()),
        ("{$root}/s.ts".to_owned(), "{$root}/s.ts".to_owned()),
        (
            "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"1@0\"".to_owned(),
            "#EXT-X-MAP:URI=\"https://media.example/a/b/i.mp4\",BYTERANGE=\"1@0\"".to_owned(),
        ),
        (
            "#EXT-X-PART:DURATION=1,URI=\"p\"".to_owned(),
            "#EXT-X-PART:DURATION=1,URI=\"https://media.example/a/b/p\"".to_owned(),
        ),
        ("#EXT-X-UNKNOWN:URI=\"u\"".to_owned(), "#EXT-X-UNKNOWN:URI=\"u\"".to_owned()),
        ("# seg.ts".to_owned(), "# seg.ts".to_owned()),
        (" \t".to_owned(), " \t".to_owned()),
    ];
    for (line, expected) in &cases {
        assert_eq!(rewritten(&format!("#EXTM3U\n{line}"), None), format!("#EXTM3U\n{expected}"));
        // With a route, the same: none of these leads to another playlist.
        assert_eq!(
            rewritten(&format!("#EXTM3U\r\n{line}\r\n"), Some("https://keys.example/playlist")),
            format!("#EXTM3U\r\n{expected}\r\n")
        );
    }
}

#[test]
fn other_playlists_of_known_origins_go_through_the_route() {
    let route = "https://keys.example/playlist";
    let link = |url: &str| format!("{route}?url={url}&token={ENCODED}");
    for (line, without, with) in [
        ("v.m3u8", "https://media.example/a/b/v.m3u8".to_owned(), link("https%3A%2F%2Fmedia.example%2Fa%2Fb%2Fv.m3u8")),
        (
            "https://cdn.example/v?x=1",
            "https://cdn.example/v?x=1".to_owned(),
            link("https%3A%2F%2Fcdn.example%2Fv%3Fx%3D1"),
        ),
        ("https://other.example/v", "https://other.example/v".to_owned(), "https://other.example/v".to_owned()),
        (
            "v-{$q}.m3u8",
            "https://media.example/a/b/v-{$q}.m3u8".to_owned(),
            "https://media.example/a/b/v-{$q}.m3u8".to_owned(),
        ),
    ] {
        for (before, after) in [
            ("#EXT-X-STREAM-INF:BANDWIDTH=1\n", ""),
            ("#EXT-X-STREAM-INF:BANDWIDTH=1\n# comment\n\n#EXT-X-OTHER\n", "\n"),
            ("#EXT-X-MEDIA:TYPE=AUDIO,URI=\"", "\",NAME=\"x\""),
            ("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"", "\""),
        ] {
            let playlist = |address: &str| format!("#EXTM3U\n{before}{address}{after}");
            assert_eq!(rewritten(&playlist(line), None), playlist(&without));
            assert_eq!(rewritten(&playlist(line), Some(route)), playlist(&with));
        }
    }
}

#[test]
fn what_cannot_be_rewritten_is_refused() {
    let rewrite = Rewrite { playlist_url: BASE, token: "t", key_origins: &[], variant_route: None };
    let code = |playlist: &str, rewrite: &Rewrite<'_>| rewrite_playlist(playlist, rewrite).unwrap_err();
    let long = "a".repeat(16 * 1024 + 1);
    for (rewrite, path) in [
        (Rewrite { playlist_url: "index.m3u8", ..rewrite }, "url"),
        (Rewrite { playlist_url: "https://a.example/\"x", ..rewrite }, "url"),
        (Rewrite { playlist_url: "https://u@a.example/", ..rewrite }, "url"),
        (Rewrite { playlist_url: "file:///etc/passwd", ..rewrite }, "url"),
        (Rewrite { token: "", ..rewrite }, "token"),
        (Rewrite { token: &long, ..rewrite }, "token"),
        (Rewrite { key_origins: &["keys.example"], ..rewrite }, "keyServers[0]"),
        (Rewrite { variant_route: Some(VariantRoute { url: "/playlist", origins: &[] }), ..rewrite }, "route"),
    ] {
        let error = code("#EXTM3U", &rewrite);
        assert_eq!((error.code(), error.path()), (ErrorCode::ArgumentOutOfRange, Some(path)));
    }
    assert_eq!(code("<html>", &rewrite).code(), ErrorCode::PlaylistNotAPlaylist);
    // Short addresses that would all become long ones.
    let long_base = format!("https://a.example/{}/i", "a".repeat(4000));
    let rewrite = Rewrite { playlist_url: &long_base, ..rewrite };
    assert_eq!(code(&format!("#EXTM3U\n{}", "s\n".repeat(100_000)), &rewrite).code(), ErrorCode::PlaylistTooLarge);
}

/// Addresses of a generated playlist, and whether a key there is ours.
const ADDRESSES: [(&str, bool); 10] = [
    ("https://keys.example/?KID=1", true),
    ("HTTPS://keys.example/", true),
    ("http://old.example/k?token=before", true),
    ("https://keys.example.evil.example/", false),
    ("https://evil.example/?https://keys.example/", false),
    ("http://keys.example/", false),
    ("relative/k", false),
    ("/k", false),
    ("skd://keys.example/", false),
    ("{$keys}/k", false),
];
const END: [&str; 2] = ["\n", "\r\n"];

#[derive(Clone, Debug)]
enum Part {
    Key(&'static str, usize, &'static str),
    Other(&'static str, usize),
    Noise(String),
}

fn part() -> impl Strategy<Value = Part> {
    let key =
        (select(&["EXT-X-KEY", "EXT-X-SESSION-KEY"]), 0..ADDRESSES.len(), select(&["AES-128", "SAMPLE-AES", "NONE"]));
    let others = [
        "",
        "#EXT-X-MAP:URI=\"",
        "#EXT-X-PART:URI=\"",
        "#EXT-X-MEDIA:URI=\"",
        "#EXT-X-SESSION-DATA:URI=\"",
        "#EXT-X-OTHER:URI=\"",
        "# ",
    ];
    prop_oneof![
        key.prop_map(|(tag, address, method)| Part::Key(tag, address, method)),
        (select(others.to_vec()), 0..ADDRESSES.len()).prop_map(|(tag, address)| Part::Other(tag, address)),
        "#[ -~]{0,30}|#EXT-X-KEY:[ -~]{0,40}".prop_map(Part::Noise),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The token stands on the keys that are ours, once each, and nowhere else; every line stays in its place.
    #[test]
    fn the_token_is_on_our_keys_and_nowhere_else(parts in prop::collection::vec((part(), select(&END)), 0..20)) {
        let (mut playlist, mut expected) = ("#EXTM3U\n".to_owned(), vec![0]);
        for (part, end) in &parts {
            let (line, tokens) = match part {
                Part::Key(tag, address, method) => {
                    let (uri, is_ours) = ADDRESSES[*address];
                    (format!("#{tag}:URI=\"{uri}\",METHOD={method}"), usize::from(is_ours && *method != "NONE"))
                }
                Part::Other(tag, address) => {
                    let quote = if tag.ends_with('"') { "\"" } else { "" };
                    (format!("{tag}{}{quote}", ADDRESSES[*address].0), 0)
                }
                Part::Noise(text) => (text.clone(), 0),
            };
            playlist += &format!("{line}{end}");
            expected.push(tokens);
        }
        let once = rewritten(&playlist, None);
        let lines: Vec<&str> = once.split_inclusive('\n').collect();
        prop_assert_eq!(lines.len(), expected.len());
        for ((line, before), tokens) in lines.iter().zip(playlist.split_inclusive('\n')).zip(&expected) {
            prop_assert!(!line.contains(TOKEN), "it is always encoded");
            let is_noise = before.starts_with("#EXT-X-KEY:") && !before.contains("URI=\"");
            prop_assert!(is_noise || line.matches(ENCODED).count() == *tokens, "{} -> {}", before, line);
            prop_assert_eq!(before.ends_with("\r\n"), line.ends_with("\r\n"));
            prop_assert_eq!(before.matches('"').count(), line.matches('"').count());
        }
        // What was rewritten needs no more.
        prop_assert_eq!(rewritten(&once, None), once);
    }

    #[test]
    fn no_text_makes_it_fail_otherwise_than_with_a_code(text in "([#:=,\"\\r\\n /?.{$}]|EXT-X-KEY|EXT-X-STREAM-INF|URI|METHOD|https:|\\PC){0,60}") {
        let playlist = format!("#EXTM3U\n{text}");
        let out = rewritten(&playlist, Some("https://keys.example/playlist"));
        prop_assert_eq!(out.matches('\n').count(), playlist.matches('\n').count());
    }
}

fn house(playlist: Option<(u16, &str)>) -> World {
    let mut world = World::new(Settings { delivery_root: Some("https://keys.example/".to_owned()), ..settings() });
    world.playlist = playlist.map(|(status, text)| FetchedPlaylist { status, text: text.to_owned() });
    world
}

#[test]
fn the_route_fetches_and_rewrites() {
    let text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"https://keys.example/?KID=1\"\n";
    let world = house(Some((200, text)));
    let target = "/playlist?url=https%3A%2F%2Fmedia.example%2Fx%2Fi.m3u8&token=a.b.c%2B";
    let answer = world.answer(request("GET", target, &[("origin", "https://player.example")]));
    assert_eq!(
        (answer.status(), answer.asks.as_slice()),
        (200, ["fetch https://media.example/x/i.m3u8".to_owned()].as_slice())
    );
    let body = String::from_utf8(answer.response.body.expose().to_vec()).unwrap();
    let expected = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n\
        https://keys.example/playlist?url=https%3A%2F%2Fmedia.example%2Fx%2Fv.m3u8&token=a.b.c%2B\n\
        #EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"https://keys.example/?KID=1&token=a.b.c%2B\"\n";
    assert_eq!(body, expected);
    assert_eq!(answer.header("content-type"), Some("application/vnd.apple.mpegurl"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://player.example"));
}

#[test]
fn the_route_fetches_from_nowhere_else() {
    let world = house(Some((200, "#EXTM3U")));
    for url in [
        "",
        "https://other.example/i.m3u8",
        "http://media.example/i.m3u8",
        "https://media.example:8443/i.m3u8",
        "https://media.example.evil.example/",
        "https://media.example@evil.example/",
        "https://media.example%5C@evil.example/",
        "https://media.example%09/x",
        "https://media.example/%22x",
        "https://media.example/a%20b",
        "https://media.example/%0D%0Ax",
        "//media.example/",
        "/i.m3u8",
        "file:///etc/passwd",
        "https://media.example/a&url=https://media.example/b",
    ] {
        let answer = world.answer(request("GET", &format!("/playlist?token=t&url={url}"), &[]));
        assert_eq!(answer.refusal(), (403, "playlist.not_allowed".to_owned()), "{url}");
        assert!(answer.asks.is_empty(), "{url}");
    }
    let ask = |playlist, target: &str| house(playlist).answer(request("GET", target, &[])).refusal();
    let target = "/playlist?token=t&url=https://media.example/i.m3u8";
    assert_eq!(ask(None, target), (502, "upstream.unavailable".to_owned()));
    assert_eq!(ask(Some((404, "#EXTM3U")), target), (502, "upstream.unavailable".to_owned()));
    assert_eq!(ask(Some((302, "")), target), (502, "upstream.unavailable".to_owned()));
    assert_eq!(ask(Some((200, "<html>")), target), (502, "playlist.not_a_playlist".to_owned()));
    let missing = "/playlist?url=https://media.example/i.m3u8";
    assert_eq!(ask(Some((200, "#EXTM3U")), missing), (401, "token.missing".to_owned()));
    let twice = format!("{target}&token=u");
    assert_eq!(ask(Some((200, "#EXTM3U")), &twice), (401, "token.ambiguous".to_owned()));
}
