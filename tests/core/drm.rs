//! JSON, Widevine messages and FairPlay configurations.

use keywicket::error::{ErrorCode, Finding};
use keywicket::id::Guid;
use keywicket::json::{Json, Object};
use keywicket::policy::fairplay::{
    FairPlayConfiguration, RentalAndLeaseKeyType, parse_fairplay_iv, read_fairplay_configuration,
};
use keywicket::policy::widevine::{AllowedTrackTypes, ContentKeySpec, Hdcp, WidevineMessage, read_widevine_message};
use keywicket::secret::SecretBytes;
use proptest::prelude::*;

/// JSON as another library has it.
fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Eighths: serde_json reads other fractions to the last digit but one.
        any::<i32>().prop_map(|number| json!(f64::from(number) / 8.0)),
        "\\PC{0,12}".prop_map(Value::from),
        "[\u{0}-\u{20}\"\\\\/\u{7f}\u{85}\u{2028}😀]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,6}", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn parse(text: &str) -> Json {
    Json::parse(text, ErrorCode::V3NotJson).unwrap()
}

fn object() -> impl Strategy<Value = Object> {
    prop::collection::btree_map("[a-z_]{1,12}", value(), 0..4)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name, parse(&value.to_string()))).collect())
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

proptest! {
    /// What is written reads back the same here and in serde_json; pretty-printing changes nothing.
    #[test]
    fn json_agrees_with_serde_json(value in value()) {
        let json = parse(&value.to_string());
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(json.to_text().expose()).unwrap(), value.clone());
        prop_assert_eq!(parse(&serde_json::to_string_pretty(&value).unwrap()), json);
    }

    #[test]
    fn fractions_keep_their_last_digit(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
        let text = serde_json::Number::from_f64(number).unwrap().to_string();
        let written = parse(&text).to_text();
        prop_assert_eq!(written.expose(), text);
    }

    /// On any text: refused where serde_json refuses, and only there, member names that stand twice aside.
    #[test]
    fn json_refuses_what_serde_json_refuses(text in "[\\[\\]{}\",:\\\\ \n0-9eE.+-]{0,12}|(\"[a-z\\\\u0-9dD\"]{0,9}\")|[truefalsn]{1,6}|.{0,6}") {
        let reference = serde_json::from_str::<serde_json::Value>(&text);
        let ours = Json::parse(&text, ErrorCode::V3NotJson);
        if !ours.as_ref().is_err_and(|error| error.message().contains("twice")) {
            prop_assert_eq!(ours.is_ok(), reference.is_ok(), "{}", text);
        }
        prop_assert!(ours.is_ok() || ours.unwrap_err().position().is_some());
    }
}

fn spec() -> impl Strategy<Value = ContentKeySpec> {
    let hdcp = prop::sample::select(vec![Hdcp::None, Hdcp::V1, Hdcp::V2]);
    (
        prop::option::of("SD|HD|UHD1|AUDIO"),
        prop::option::of("[A-Za-z0-9+/=]{0,24}"),
        prop::option::of(1..=5),
        prop::option::of(hdcp),
    )
        .prop_map(|(track_type, key_id, security_level, required_output_protection)| ContentKeySpec {
            track_type,
            key_id,
            security_level,
            required_output_protection,
            other: Object::new(),
        })
}

fn message() -> impl Strategy<Value = WidevineMessage> {
    let types = prop::sample::select(vec![AllowedTrackTypes::SdOnly, AllowedTrackTypes::SdHd]);
    let other = prop::collection::vec(("payload|provider", "\\PC{0,9}"), 0..2);
    (prop::option::of(types), prop::option::of(prop::collection::vec(spec(), 0..4)), prop::option::of(object()), other)
        .prop_map(|(allowed_track_types, content_key_specs, policy_overrides, other)| {
            let mut seen = Vec::new();
            let other = other.into_iter().map(|(name, text): (String, String)| (name, Json::text(&text)));
            let other = other
                .filter(|(name, _)| {
                    !seen.contains(name) && {
                        seen.push(name.clone());
                        true
                    }
                })
                .collect();
            WidevineMessage { allowed_track_types, content_key_specs, policy_overrides, other }
        })
}

fn fairplay() -> impl Strategy<Value = FairPlayConfiguration> {
    let kind = prop::sample::select(RentalAndLeaseKeyType::ALL.to_vec());
    let guid = || any::<[u8; 16]>().prop_map(Guid::from_cenc_bytes);
    (guid(), guid(), prop::collection::vec(any::<u8>(), 1..80), prop::option::of(any::<[u8; 16]>()), kind, any::<u32>())
        .prop_map(|(ask_id, pfx_password_id, pfx, content_encryption_iv, (_, kind), duration)| FairPlayConfiguration {
            ask_id,
            pfx_password_id,
            pfx: SecretBytes::new(pfx),
            content_encryption_iv,
            rental_and_lease_key_type: kind,
            rental_duration: if kind == RentalAndLeaseKeyType::Undefined { 0 } else { duration },
        })
}

/// One character replaced, removed or doubled.
fn damaged(text: &str, place: prop::sample::Index, replacement: &str) -> String {
    let mut characters: Vec<String> = text.chars().map(String::from).collect();
    let at = place.index(characters.len());
    characters[at] = replacement.to_owned();
    characters.concat()
}

proptest! {
    #[test]
    fn a_message_reads_back(message in message()) {
        let (read, _) = read_widevine_message(message.to_json().unwrap().expose()).unwrap();
        prop_assert_eq!(read, message);
    }

    #[test]
    fn a_configuration_reads_back(configuration in fairplay()) {
        let (read, findings) = read_fairplay_configuration(configuration.to_json().expose()).unwrap();
        prop_assert_eq!(&read, &configuration);
        prop_assert_eq!(codes(&findings).contains(&"fairplay.missing_iv"), configuration.content_encryption_iv.is_none());
    }

    #[test]
    fn no_damage_stops_the_readers(message in message(), configuration in fairplay(), place: prop::sample::Index, replacement in "[\\[\\]{}\",:\\\\a0-]{0,2}") {
        let widevine = damaged(message.to_json().unwrap().expose(), place, &replacement);
        if let Err(error) = read_widevine_message(&widevine) {
            prop_assert!(error.code().as_str().starts_with("widevine."), "{}", error);
        }
        if let Err(error) = read_fairplay_configuration(&damaged(configuration.to_json().expose(), place, &replacement)) {
            prop_assert!(error.code().as_str().starts_with("fairplay."), "{}", error);
        }
    }
}

#[test]
fn widevine_is_read_as_newtonsoft_read_it_and_the_rest_is_said() {
    let cases = [
        ("{}", "{}", vec![]),
        (r#"{"allowed_track_types":null,"content_key_specs":null,"policy_overrides":null}"#, "{}", vec![]),
        (
            r#"{"policy_overrides":{"can_play":true,"b":1,"a":[{}]},"allowed_track_types":"SD_ONLY"}"#,
            r#"{"allowed_track_types":"SD_ONLY","policy_overrides":{"can_play":true,"b":1,"a":[{}]}}"#,
            vec!["widevine.unknown_override", "widevine.unknown_override"],
        ),
        (r#"{"Allowed_Track_Types":"sd_hd"}"#, r#"{"allowed_track_types":"SD_HD"}"#, vec!["widevine.letter_case"; 2]),
        (r#"{"allowed_track_type":"SD_HD"}"#, r#"{"allowed_track_type":"SD_HD"}"#, vec!["widevine.unknown_member"]),
        (
            r#"{"content_key_specs":[{"security_level":"3","required_output_protection":{}},{"security_level":9}]}"#,
            r#"{"content_key_specs":[{"security_level":3,"required_output_protection":{"hdcp":"HDCP_NONE"}},{"security_level":9}]}"#,
            vec!["widevine.number_as_text", "widevine.missing_hdcp", "widevine.security_level_out_of_range"],
        ),
        (
            r#"{"policy_overrides":{"can_persist":"yes","rental_duration_seconds":-1}}"#,
            r#"{"policy_overrides":{"can_persist":"yes","rental_duration_seconds":-1}}"#,
            vec!["widevine.bad_override", "widevine.bad_override", "widevine.cannot_play"],
        ),
    ];
    for (text, written, expected) in cases {
        let (message, findings) = read_widevine_message(text).unwrap();
        assert_eq!(message.to_json().unwrap().expose(), written);
        assert_eq!(codes(&findings), expected, "{text}");
    }
    let (_, findings) = read_widevine_message(r#"{"allowed_track_type":"SD_HD"}"#).unwrap();
    assert_eq!(findings[0].fix.as_deref(), Some("write allowed_track_types"));
}

#[test]
fn widevine_refusals_say_which_member() {
    let cases = [
        ("", ErrorCode::WidevineNotJson, None),
        ("{\"a\":1,\"a\":2}", ErrorCode::WidevineNotJson, None),
        ("\"SD\"", ErrorCode::WidevineNotAnObject, None),
        (r#"{"allowed_track_types":"UHD"}"#, ErrorCode::WidevineBadValue, Some("allowed_track_types")),
        (r#"{"content_key_specs":{}}"#, ErrorCode::WidevineBadValue, Some("content_key_specs")),
        (r#"{"content_key_specs":[{},null]}"#, ErrorCode::WidevineBadValue, Some("content_key_specs[1]")),
        (
            r#"{"content_key_specs":[{"required_output_protection":{"hdcp":"HDCP_V9"}}]}"#,
            ErrorCode::WidevineBadValue,
            Some("content_key_specs[0].required_output_protection.hdcp"),
        ),
        (
            r#"{"content_key_specs":[{"security_level":1.5}]}"#,
            ErrorCode::WidevineBadValue,
            Some("content_key_specs[0].security_level"),
        ),
        (r#"{"policy_overrides":"{}"}"#, ErrorCode::WidevineBadValue, Some("policy_overrides")),
    ];
    for (text, code, path) in cases {
        let error = read_widevine_message(text).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, path), "{text}");
    }
    let twice =
        WidevineMessage { other: vec![("Policy_Overrides".to_owned(), Json::Null)], ..WidevineMessage::default() };
    assert_eq!(twice.to_json().unwrap_err().code(), ErrorCode::WidevineBadValue);
}

#[test]
fn fairplay_of_php_is_read_and_slips_are_said() {
    let ids = r#""ASkId":"316d14d4-b603-4d90-b8db-0fede8aa48f8","FairPlayPfxPasswordId":"nb:kid:UUID:9c8ea9c6-52bd-4232-8a43-8e43d8564a99","FairPlayPfx":"AAEC""#;
    let read = |rest: &str| read_fairplay_configuration(&format!("{{{ids}{rest}}}"));
    let (configuration, findings) = read(r#","ContentEncryptionIV":"1b1fbbdacd8a2fa1c350ee11641127ce""#).unwrap();
    assert_eq!(configuration.rental_and_lease_key_type, RentalAndLeaseKeyType::Undefined);
    assert_eq!(codes(&findings), ["fairplay.key_id_prefix"]);
    let slips = [
        ("", vec!["fairplay.missing_iv"]),
        (
            r#","ContentEncryptionIV":"","RentalAndLeaseKeyType":"PersistentLimited""#,
            vec!["fairplay.rental_type_as_text", "fairplay.missing_iv", "fairplay.no_rental_duration"],
        ),
        (
            r#","RentalDuration":7,"Iv":1"#,
            vec!["fairplay.unknown_member", "fairplay.missing_iv", "fairplay.rental_duration_dropped"],
        ),
    ];
    for (rest, mut expected) in slips {
        let (configuration, findings) = read(rest).unwrap();
        expected.push("fairplay.key_id_prefix");
        let (mut found, _) = (codes(&findings), expected.sort_unstable());
        found.sort_unstable();
        assert_eq!((found, configuration.rental_duration), (expected, 0), "{rest}");
    }
    for (rest, code, path) in [
        (r#","ContentEncryptionIV":"00""#, ErrorCode::FairplayBadIv, "ContentEncryptionIV"),
        (r#","RentalAndLeaseKeyType":1"#, ErrorCode::FairplayBadValue, "RentalAndLeaseKeyType"),
        (r#","RentalDuration":4294967296"#, ErrorCode::FairplayBadValue, "RentalDuration"),
    ] {
        let error = read(rest).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{rest}");
    }
    assert_eq!(read_fairplay_configuration("{}").unwrap_err().code(), ErrorCode::FairplayMissingMember);
    for bad in ["", "1b1fbbdacd8a2fa1c350ee11641127c", "1b1fbbdacd8a2fa1c350ee11641127cg", "éééééééééééééééé"]
    {
        assert_eq!(parse_fairplay_iv(bad).unwrap_err().code(), ErrorCode::FairplayBadIv, "{bad}");
    }
}
