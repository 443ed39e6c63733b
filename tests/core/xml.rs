//! Hostile and broken XML is refused with a code and a position.

use keywicket::error::{ErrorCode, Position};
use keywicket::xml::{Document, Limits};
use proptest::prelude::*;

fn refusal(xml: &str) -> (ErrorCode, Option<Position>) {
    let error = Document::parse(xml, Limits::POLICY).unwrap_err();
    (error.code(), error.position())
}

#[test]
fn entities_cannot_be_declared() {
    let laughs = r#"<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>"#;
    assert_eq!(refusal(laughs), (ErrorCode::XmlDtdRefused, Some(Position { line: 1, column: 1 })));
    assert_eq!(refusal("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>").0, ErrorCode::XmlDtdRefused);
    assert_eq!(refusal("<a>\n  &nbsp;</a>"), (ErrorCode::XmlUnknownEntity, Some(Position { line: 2, column: 3 })));
    assert_eq!(refusal("<a b='&nbsp;'/>").0, ErrorCode::XmlUnknownEntity);
}

#[test]
fn sizes_are_bounded() {
    let limits = Limits::POLICY;
    assert_eq!(refusal(&format!("<a>{}</a>", "x".repeat(limits.bytes))).0, ErrorCode::XmlTooLarge);
    let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(Document::parse(&nested(limits.depth), limits).is_ok());
    assert_eq!(refusal(&nested(limits.depth + 1)).0, ErrorCode::XmlTooDeep);
    let attributes =
        |count: usize| format!("<a{}/>", (0..count).map(|index| format!(" b{index}=''")).collect::<String>());
    assert!(Document::parse(&attributes(limits.attributes), limits).is_ok());
    assert_eq!(refusal(&attributes(limits.attributes + 1)).0, ErrorCode::XmlTooManyAttributes);
    let children = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
    assert!(Document::parse(&children(limits.elements - 1), limits).is_ok());
    assert_eq!(refusal(&children(limits.elements)).0, ErrorCode::XmlTooManyElements);
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    for (xml, line, column) in [
        ("<a>\n<b></a>", 2, 4),
        ("<a/>\n<b/>", 2, 1),
        ("<a/>text", 1, 5),
        ("text", 1, 1),
        ("<a", 1, 1),
        ("<a b='1' b='2'/>", 1, 1),
        ("<p:a/>", 1, 1),
        ("<a b='<'/>", 1, 1),
        (" <?xml version='1.0'?><a/>", 1, 2),
        ("<a><!-- -- --></a>", 1, 9),
        ("<a>", 1, 1),
        ("<!-- only -->", 1, 14),
    ] {
        assert_eq!(refusal(xml), (ErrorCode::XmlMalformed, Some(Position { line, column })), "{xml}");
    }
    assert_eq!(refusal("").0, ErrorCode::XmlEmpty);
    assert_eq!(refusal(" \n").0, ErrorCode::XmlEmpty);
}

#[test]
fn characters_that_xml_forbids_are_refused_also_as_references() {
    for xml in [
        "<a>\u{0}</a>",
        "<a>&#0;</a>",
        "<a>&#8;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a b='&#1;'/>",
        "<a>\u{B}</a>",
    ] {
        assert_eq!(refusal(xml).0, ErrorCode::XmlBadCharacter, "{xml:?}");
    }
}

#[test]
fn text_is_joined_from_all_its_pieces() {
    let source = "<a>x<!-- c -->&amp;<![CDATA[<&>]]>&#x20;y\r\nz</a>";
    assert_eq!(Document::parse(source, Limits::POLICY).unwrap().root().text(), "x&<&> y\nz");
}

proptest! {
    #[test]
    fn no_text_stops_the_parser(xml in "[<>/a-c &;!\\[\\]='\"?xml:#0-9-]{0,120}") {
        let _ = Document::parse(&xml, Limits::POLICY);
    }
}
