//! Reading HLS: lines, attribute lists and the keys that a playlist names.

use keywicket::error::ErrorCode;
use keywicket::signal::hls::{self, Attribute, LineKind};
use proptest::prelude::*;

#[test]
fn attribute_lists_read_as_the_rfc_says() {
    let read = |list| {
        let attributes = hls::attributes(list)?;
        Some(attributes.into_iter().map(|found| (found.name, found.value, found.is_quoted)).collect::<Vec<_>>())
    };
    let list = r#"METHOD=AES-128,URI="https://k/?a=b,c=d",IV=0x0F, KEYFORMAT="identity" ,N=1.5,R=640x480"#;
    let expected = [
        ("METHOD", "AES-128", false),
        ("URI", "https://k/?a=b,c=d", true),
        ("IV", "0x0F", false),
        ("KEYFORMAT", "identity", true),
        ("N", "1.5", false),
        ("R", "640x480", false),
    ];
    assert_eq!(read(list).unwrap(), expected);
    assert_eq!(read("").unwrap(), []);
    assert_eq!(read("A=1,").unwrap(), [("A", "1", false)]);
    assert_eq!(read("A=,B=\"\"").unwrap(), [("A", "", false), ("B", "", true)]);
    for broken in ["A", "=1", "A=\"x", "A=x\"y", "A=\"x\"y", "A=1,A=2", "A B=1", "A=1\rB=2", "A=\"\u{0}\"", ",A=1"] {
        assert_eq!(read(broken), None, "{broken:?}");
    }
    let many: Vec<String> = (0..129).map(|number| format!("A{number}=1")).collect();
    assert_eq!((read(&many.join(",")), read(&many[..128].join(",")).map(|list| list.len())), (None, Some(128)));
}

#[test]
fn keys_are_found_with_their_lines() {
    let playlist = "#EXTM3U\r\n#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n\
        # a comment\n#EXT-X-KEY:METHOD=NONE\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x01\n#EXT-X-KEY:URI=\"k\"\n\
        #EXT-X-KEYS:METHOD=AES-128\ns.ts";
    let keys = hls::keys(playlist).unwrap();
    let seen: Vec<_> = keys
        .iter()
        .map(|(line, key)| (*line, key.is_session, key.method, key.uri.map(|uri| uri.value), key.is_identity()))
        .collect();
    let expected = [
        (2, true, "SAMPLE-AES", Some("skd://x"), false),
        (4, false, "NONE", None, false),
        (5, false, "AES-128", Some("k"), true),
    ];
    assert_eq!(seen, expected);
    assert_eq!(keys[2].1.iv, Some("0x01"));
}

#[test]
fn other_texts_and_too_long_ones_are_refused() {
    let code = |text: &str| hls::lines(text).unwrap_err().code();
    for text in ["", "#EXTM3U8", "\n#EXTM3U", " #EXTM3U", "<html>", "#EXT-X-KEY:METHOD=NONE", "\u{FEFF}\u{FEFF}#EXTM3U"]
    {
        assert_eq!(code(text), ErrorCode::PlaylistNotAPlaylist, "{text}");
    }
    for text in ["#EXTM3U", "#EXTM3U\r\n", "\u{FEFF}#EXTM3U\n", "#EXTM3U \nx"] {
        assert!(hls::lines(text).is_ok(), "{text}");
    }
    assert_eq!(code(&("#EXTM3U\n".to_owned() + &"a".repeat(hls::MAX_BYTES))), ErrorCode::PlaylistTooLarge);
    assert_eq!(code(&("#EXTM3U".to_owned() + &"\n".repeat(hls::MAX_LINES))), ErrorCode::PlaylistTooLarge);
    assert!(hls::lines(&("#EXTM3U".to_owned() + &"\n".repeat(hls::MAX_LINES - 1))).is_ok());
}

proptest! {
    #[test]
    fn lines_are_the_text(rest in "([#\\r\\n:=,\" a-zA-Z0-9-]|EXT-X-KEY|\u{FEFF}){0,80}") {
        let text = format!("#EXTM3U\n{rest}");
        let lines = hls::lines(&text).unwrap();
        prop_assert_eq!(lines.iter().map(|line| line.text.to_owned() + line.end).collect::<String>(), text.clone());
        for line in lines {
            let fits = match line.kind() {
                LineKind::Tag { name, value } => name.starts_with("EXT") && line.text.ends_with(value),
                LineKind::Uri(uri) => uri == line.text && !uri.trim().is_empty(),
                LineKind::Other => true,
            };
            prop_assert!(fits);
        }
    }

    #[test]
    fn attributes_are_where_they_say(list in "([A-Z]{1,3}=(\"[^\"\r\n]{0,6}\"|[a-z0-9]{0,4}),? ?){0,6}|[\\x20-\\x7e]{0,40}") {
        for Attribute { value, start, is_quoted, .. } in hls::attributes(&list).unwrap_or_default() {
            prop_assert_eq!(&list[start..start + value.len()], value);
            prop_assert_eq!(is_quoted, list[..start].ends_with('"'));
        }
    }
}
