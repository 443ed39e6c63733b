//! Token restrictions: what is written reads back, and what other writers made of it reads with findings.

use keywicket::error::ErrorCode;
use keywicket::policy::{
    Form, Reading, TokenClaim, TokenRestriction, TokenType, VerificationKey, read_token_restriction,
};
use keywicket::secret::SecretBytes;
use proptest::prelude::*;

const OPEN: &str = r#"<TokenRestrictionTemplate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/TokenRestrictionTemplate/v1">"#;
const KEY: &str = r#"<PrimaryVerificationKey i:type="SymmetricVerificationKey"><KeyValue>AAECAwQFBgcICQoLDA0ODw==</KeyValue></PrimaryVerificationKey>"#;

fn with(children: &str) -> String {
    format!("{OPEN}{children}</TokenRestrictionTemplate>")
}

fn codes(xml: &str) -> Vec<&'static str> {
    read_token_restriction(xml, Reading::Lenient).unwrap().1.iter().map(|finding| finding.code).collect()
}

fn text() -> impl Strategy<Value = String> {
    // Carriage returns aside, which XML turns into line feeds.
    "[ -~éü漢😀\t\n&<>\"']{1,24}".prop_filter("not blank", |text| !text.trim().is_empty())
}

fn verification_key() -> impl Strategy<Value = VerificationKey> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80).prop_map(|bytes| VerificationKey::Symmetric(SecretBytes::new(bytes))),
        prop::collection::vec(any::<u8>(), 1..80).prop_map(|raw_body| VerificationKey::X509 { raw_body }),
        prop::collection::vec(any::<u8>(), 1..80).prop_map(|raw_body| VerificationKey::Rsa { raw_body }),
    ]
}

fn restriction() -> impl Strategy<Value = TokenRestriction> {
    let claim = (text(), prop::option::of(prop_oneof![Just(String::new()), text()]))
        .prop_map(|(claim_type, value)| TokenClaim { claim_type, value });
    let uri = "urn:[a-z0-9][a-z0-9/?&=+]{0,19}";
    let who = prop_oneof![
        (Just(TokenType::Jwt), text(), text()),
        (Just(TokenType::Swt), uri.prop_map(String::from), uri.prop_map(String::from))
    ];
    (
        who,
        verification_key(),
        prop::collection::vec(verification_key(), 0..3),
        prop::collection::vec(claim, 0..4),
        prop::option::of(uri.prop_map(String::from)),
    )
        .prop_map(
            |(
                (token_type, issuer, audience),
                primary,
                alternate_verification_keys,
                required_claims,
                open_id_discovery_uri,
            )| TokenRestriction {
                token_type,
                issuer,
                audience,
                primary_verification_key: Some(primary),
                alternate_verification_keys,
                required_claims,
                open_id_discovery_uri,
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_reads_back_without_findings(restriction in restriction()) {
        for form in [Form::Current, Form::Of2015] {
            let xml = restriction.to_xml(form).unwrap();
            for reading in [Reading::Lenient, Reading::Strict] {
                let (read, findings) = read_token_restriction(xml.expose(), reading).unwrap();
                prop_assert_eq!(&read, &restriction);
                prop_assert_eq!(findings, vec![]);
            }
        }
    }

    /// A document with some characters replaced, removed or doubled reads or is refused with a code; it never panics.
    #[test]
    fn no_damage_stops_the_reader(restriction in restriction(), places in prop::collection::vec((any::<prop::sample::Index>(), "[<>&;/=\"'!\\[\\]a:]?"), 1..6)) {
        let mut xml = restriction.to_xml(Form::Current).unwrap().expose().to_owned();
        for (place, replacement) in places {
            let starts: Vec<usize> = xml.char_indices().map(|(at, _)| at).collect();
            let at = starts[place.index(starts.len())];
            let end = xml[at..].chars().next().map_or(at, |c| at + c.len_utf8());
            xml.replace_range(at..end, &replacement);
        }
        if let Err(error) = read_token_restriction(&xml, Reading::Lenient) {
            prop_assert!(error.code().as_str().starts_with("xml.") || error.code().as_str().starts_with("token_restriction."), "{}", error);
        }
    }
}

#[test]
fn the_swept_documentation_is_read_and_reported() {
    let xml = with(&format!(
        "<Audience>urn:test</Audience><Issuer>http://i/</Issuer>{KEY}<RequiredClaims><TokenClaim><ClaimType>x</ClaimType><ClaimValue i:nil=\"true\" /></TokenClaim></RequiredClaims><TokenType>JWT</TokenType>"
    ));
    let swept = xml.replace("http://www.w3.org", "https://www.w3.org");
    let (restriction, findings) = read_token_restriction(&swept, Reading::Lenient).unwrap();
    assert_eq!(restriction, read_token_restriction(&xml, Reading::Lenient).unwrap().0);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, "token_restriction.https_schema_instance");
    assert!(findings[0].position.is_some() && findings[0].fix.is_some());
}

#[test]
fn order_duplicates_and_strangers_are_reported_and_the_first_counts() {
    let late = with(&format!("{KEY}<Issuer>http://i/</Issuer><Audience>urn:test</Audience>"));
    assert_eq!(codes(&late), ["token_restriction.out_of_order", "token_restriction.out_of_order"]);
    let twice = with(&format!("<Audience>first</Audience><Audience>second</Audience><Issuer>i</Issuer>{KEY}<Extra/>"));
    assert_eq!(codes(&twice), ["token_restriction.unknown_element", "token_restriction.duplicate_element"]);
    assert_eq!(read_token_restriction(&twice, Reading::Lenient).unwrap().0.audience, "first");
    assert_eq!(
        codes(&format!("\u{FEFF}{}", with(&format!("<Audience>a</Audience><Issuer>i</Issuer>{KEY}")))),
        ["token_restriction.byte_order_mark"]
    );
}

#[test]
fn prefixes_do_not_matter_and_namespaces_do() {
    let prefixed = r#"<t:TokenRestrictionTemplate xmlns:t="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/TokenRestrictionTemplate/v1" xmlns:x="http://www.w3.org/2001/XMLSchema-instance"><t:Audience>a</t:Audience><t:Issuer>i</t:Issuer><t:PrimaryVerificationKey x:type="t:SymmetricVerificationKey"><t:KeyValue> AAEC
        AwQFBgcICQoLDA0ODw== </t:KeyValue></t:PrimaryVerificationKey></t:TokenRestrictionTemplate>"#;
    let (restriction, findings) = read_token_restriction(prefixed, Reading::Lenient).unwrap();
    assert_eq!(findings, vec![]);
    assert_eq!(restriction.token_type, TokenType::Swt, "a missing TokenType means SWT");
    assert_eq!(
        restriction.primary_verification_key,
        Some(VerificationKey::Symmetric(SecretBytes::new((0..16).collect())))
    );
    let foreign = with(&format!("<Audience>a</Audience><Issuer>i</Issuer>{KEY}"))
        .replace("TokenRestrictionTemplate/v1", "Other/v1");
    assert_eq!(
        read_token_restriction(&foreign, Reading::Lenient).unwrap_err().code(),
        ErrorCode::TokenRestrictionWrongRoot
    );
}

#[test]
fn refusals_name_the_element_and_its_place() {
    let cases = [
        (with(&format!("<Issuer>i</Issuer>{KEY}")), ErrorCode::TokenRestrictionMissingElement, "Audience"),
        (with(&format!("<Audience/><Issuer>i</Issuer>{KEY}")), ErrorCode::TokenRestrictionEmptyValue, "Audience"),
        (
            with("<Audience>a</Audience><Issuer>i</Issuer>"),
            ErrorCode::TokenRestrictionNoKeyAndNoDiscovery,
            "PrimaryVerificationKey",
        ),
        (
            with(&format!("<Audience>a</Audience><Issuer>i</Issuer>{KEY}<TokenType>jwt</TokenType>")),
            ErrorCode::TokenRestrictionUnknownTokenType,
            "TokenType",
        ),
        (
            with(&format!("<Audience>a</Audience><Issuer>i</Issuer>{}", KEY.replace("AAEC", "*"))),
            ErrorCode::TokenRestrictionBadValue,
            "PrimaryVerificationKey.KeyValue",
        ),
        (
            with(&format!("<Audience>a</Audience><Issuer>i</Issuer>{}", KEY.replace("Symmetric", "Asymmetric"))),
            ErrorCode::TokenRestrictionUnknownKeyType,
            "PrimaryVerificationKey",
        ),
        ("<a/>".to_owned(), ErrorCode::TokenRestrictionWrongRoot, "a"),
    ];
    for (xml, code, path) in cases {
        let error = read_token_restriction(&xml, Reading::Lenient).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{xml}");
        assert!(error.position().is_some(), "{xml}");
    }
}

/// 10,000 damaged templates: each is read or refused with a code, and none takes long. What took more than 10 ms is measured
/// again, so that a busy machine does not count.
#[test]
fn ten_thousand_damaged_templates_cost_little() {
    use rand_core::TryRng as _;
    use std::time::{Duration, Instant};
    const LIMIT: Duration = Duration::from_millis(10);
    let mut rng = crate::randomness::Repeatable(42);
    let mut random = |below: usize| usize::try_from(rng.try_next_u64().unwrap()).unwrap() % below;
    let large = "<TokenClaim><ClaimType>x</ClaimType><ClaimValue>&amp;&#65;</ClaimValue></TokenClaim>".repeat(800);
    let template = |claims: &str| {
        with(&format!("<Audience>a</Audience><Issuer>i</Issuer>{KEY}<RequiredClaims>{claims}</RequiredClaims>"))
    };
    let (small, large) = (template(&large[..84]), template(&large));
    let pieces = [
        "<",
        ">",
        "&",
        "\"",
        "/",
        "<a>",
        "</a>",
        "&#x41;",
        "&lt",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        " xmlns=''",
        "é",
        "",
    ];
    let mut refused = 0;
    for round in 0..10_000 {
        // A large one now and then: the cost must stay in proportion.
        let mut xml = if round % 50 == 0 { large.clone() } else { small.clone() };
        for _ in 0..=random(4) {
            let at = random(xml.len());
            let end = (at + random(12)).min(xml.len());
            if xml.is_char_boundary(at) && xml.is_char_boundary(end) {
                xml.replace_range(at..end, pieces[random(pieces.len())]);
            }
        }
        let read = |reading| {
            let start = Instant::now();
            let answer = read_token_restriction(&xml, reading);
            (start.elapsed(), answer)
        };
        for reading in [Reading::Lenient, Reading::Strict] {
            let (mut time, answer) = read(reading);
            for _ in 0..5 {
                if time > LIMIT {
                    time = time.min(read(reading).0);
                }
            }
            assert!(time <= LIMIT, "{time:?} for {} bytes", xml.len());
            refused += usize::from(answer.is_err());
        }
    }
    assert!(refused > 5_000, "{refused} refused: the damage does too little");
}
