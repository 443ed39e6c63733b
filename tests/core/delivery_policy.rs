//! Asset delivery policies and what a viewer gets.

use keywicket::error::ErrorCode;
use keywicket::key::ContentKeyType;
use keywicket::policy::asset_delivery::{
    ConfigurationKey, DeliveryConfiguration, DeliveryPolicyType, DeliveryProtocols, read_delivery_configuration,
};
use keywicket::policy::encryption_state::{AssetFile, AssetOptions, AssetType, EncryptionState, LinkedDeliveryPolicy};
use proptest::prelude::*;

fn configuration() -> impl Strategy<Value = DeliveryConfiguration> {
    let value = prop::option::of("\\PC{0,12}|https://[a-z]{1,9}/[a-z/]{0,9}|[\"\\\\/\u{0}-\u{20}\u{FFFE}😀]{0,6}");
    prop::collection::btree_map(0..14_i64, value, 0..14).prop_map(|entries| {
        let entries =
            entries.into_iter().map(|(number, value)| (ConfigurationKey::from_number(number).unwrap(), value));
        DeliveryConfiguration::new(entries.collect()).unwrap()
    })
}

proptest! {
    #[test]
    fn a_configuration_reads_back_and_is_json(configuration in configuration()) {
        let json = configuration.to_json();
        prop_assert_eq!(read_delivery_configuration(&json).unwrap().0, Some(configuration.clone()));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(value.as_array().map(Vec::len), Some(configuration.entries().len()));
        prop_assert!(json.chars().all(|c| (' '..'\u{FFFE}').contains(&c)), "{}", json);
    }

    #[test]
    fn no_text_stops_the_reader(text in "[\\[\\]{}\",:KeyValu 0-9]{0,30}") {
        if let Err(error) = read_delivery_configuration(&text) {
            prop_assert!(error.code().as_str().starts_with("asset_delivery."), "{}", error);
        }
    }

    /// Written down once more from the rules: no protocol is treated in a way of its own.
    #[test]
    fn states_depend_on_protocols_by_inclusion_only(bits in 0..32_u32, shift in 0..5_u32, options in 0..8_u32, kind in 0..5_usize, policy in 0..6_usize, covered: bool) {
        let (kind, policy_type) = (AssetType::ALL[kind].1, DeliveryPolicyType::ALL[policy].1);
        let state = |bits: u32, query: u32| {
            let policies = [LinkedDeliveryPolicy { policy_type, protocols: DeliveryProtocols::from_bits(bits) }];
            EncryptionState::of(kind, AssetOptions::from_bits(options), &policies, DeliveryProtocols::from_bits(query))
        };
        let rotate = |bits: u32| ((bits << shift) | (bits >> (5 - shift))) & 31;
        let query = if covered { bits & 21 } else { 21 };
        prop_assert_eq!(state(bits, query), state(rotate(bits), rotate(query)));
    }
}

#[test]
fn the_text_is_that_of_dot_net() {
    let url = |key, value: &str| (key, Some(value.to_owned()));
    let configuration = DeliveryConfiguration::new(vec![
        url(ConfigurationKey::WidevineBaseLicenseAcquisitionUrl, "https://a/W?x=\"é漢\\\n"),
        (ConfigurationKey::PlayReadyCustomAttributes, None),
        url(ConfigurationKey::UnencryptedTracksByFourCc, "😀"),
    ]);
    assert_eq!(
        configuration.unwrap().to_json(),
        r#"[{"Key":8,"Value":"https:\/\/a\/W?x=\"é漢\\\u000a"},{"Key":5,"Value":null},{"Key":12,"Value":"\ud83d\ude00"}]"#
    );
}

#[test]
fn useless_values_are_findings_and_broken_ones_errors() {
    let text = r#"[{"Key":2,"Value":"keys.example"},{"Value":"00","Key":11},{"Key":3,"Value":"AAECAwQFBgcICQoLDA0ODw=="},{"Key":13,"Value":"maybe"},{"Key":7}]"#;
    let (_, findings) = read_delivery_configuration(text).unwrap();
    let found: Vec<_> = findings.iter().map(|finding| (finding.code, finding.path.as_str())).collect();
    assert_eq!(
        found,
        [
            ("asset_delivery.not_an_absolute_uri", "EnvelopeBaseKeyAcquisitionUrl"),
            ("asset_delivery.bad_iv", "CommonEncryptionIVForCbcs"),
            ("asset_delivery.bad_flag", "AllowPersistentLicense"),
            ("asset_delivery.not_an_absolute_uri", "WidevineLicenseAcquisitionUrl"),
        ]
    );
    for blank in ["", " \r\n", "null"] {
        assert_eq!(read_delivery_configuration(blank).unwrap().0, None, "{blank:?}");
    }
    for (text, code) in [
        ("{", ErrorCode::AssetDeliveryNotJson),
        ("{}", ErrorCode::AssetDeliveryBadValue),
        ("[1]", ErrorCode::AssetDeliveryBadValue),
        (r#"[{"Value":"x"}]"#, ErrorCode::AssetDeliveryBadValue),
        (r#"[{"Key":"two","Value":"x"}]"#, ErrorCode::AssetDeliveryBadValue),
        (r#"[{"Key":"14","Value":"x"}]"#, ErrorCode::AssetDeliveryUnknownKey),
        (r#"[{"Key":2,"Value":"x","More":1}]"#, ErrorCode::AssetDeliveryBadValue),
        (r#"[{"Key":14,"Value":"x"}]"#, ErrorCode::AssetDeliveryUnknownKey),
        (r#"[{"Key":2,"Value":"x"},{"Key":2,"Value":"y"}]"#, ErrorCode::AssetDeliveryDuplicateKey),
    ] {
        assert_eq!(read_delivery_configuration(text).unwrap_err().code(), code, "{text}");
    }
}

#[test]
fn a_dynamic_policy_needs_its_key() {
    use ContentKeyType::{CommonEncryption, CommonEncryptionCbcs, EnvelopeEncryption};
    let common = DeliveryPolicyType::DynamicCommonEncryption;
    assert_eq!(
        common.check_linked_keys(&[EnvelopeEncryption, CommonEncryptionCbcs]).unwrap_err().code(),
        ErrorCode::AssetDeliveryMissingContentKey
    );
    common.check_linked_keys(&[EnvelopeEncryption, CommonEncryption]).unwrap();
    assert!(DeliveryPolicyType::DynamicEnvelopeEncryption.check_linked_keys(&[CommonEncryption]).is_err());
    DeliveryPolicyType::Blocked.check_linked_keys(&[]).unwrap();
}

#[test]
fn the_files_say_what_an_asset_is() {
    let file = |name: &str| AssetFile {
        name: name.trim_matches(['*', '#']).to_owned(),
        is_primary: name.starts_with('*'),
        is_fragmented: name.ends_with('#'),
    };
    let kind = |names: &str, options| AssetType::of(&names.split_whitespace().map(file).collect::<Vec<_>>(), options);
    let (clear, envelope, common) =
        (AssetOptions::NONE, AssetOptions::ENVELOPE_ENCRYPTION_PROTECTED, AssetOptions::COMMON_ENCRYPTION_PROTECTED);
    for (names, options, expected) in [
        ("", clear, AssetType::Unknown),
        ("a.mp4", clear, AssetType::Mp4),
        ("a.mp4 b.mp4", clear, AssetType::Unknown),
        ("*A.MP4 b.wmv", clear, AssetType::Mp4),
        ("*a.mp4", common, AssetType::Unknown),
        ("*a.mp4", AssetOptions::from_bits(5), AssetType::Unknown),
        ("*a.ism", clear, AssetType::SmoothStreaming),
        ("*a.ism", envelope, AssetType::Unknown),
        ("*a.ism", common, AssetType::SmoothStreaming),
        ("*a.ism b.M3U8 c.ismv", envelope, AssetType::MediaServicesHls),
        ("*a.ism b.ismv c.mp4", clear, AssetType::SmoothStreaming),
        ("*a.ism b# c.mp4", clear, AssetType::SmoothStreaming),
        ("*a.ism b.isma", envelope, AssetType::Unknown),
        ("*a.ism b.mp4", clear, AssetType::MultiBitrateMp4),
        ("*a.ism b.mp4", common, AssetType::Unknown),
        ("*a.ism b.ismc", clear, AssetType::Unknown),
        ("*a.ism/b c.mp4", clear, AssetType::Unknown),
        ("a.ism *b.mp4 *c.ism", clear, AssetType::Mp4),
    ] {
        assert_eq!(kind(names, options), expected, "{names}");
    }
}
