//! v2 and v3 policies: there and back, what is lost on the way, and what is different.

mod differences;
mod inputs;
mod losses;

use keywicket::error::Finding;
use keywicket::id::Guid;
use keywicket::policy::fairplay::{FairPlayConfiguration, RentalAndLeaseKeyType};
use keywicket::policy::playready::{
    AnalogVideoOpl, DateTime, ExplicitAnalogTelevision, KeySource, License, LicenseType, PlayReadyTemplate, PlayRight,
    TimeSpan, TwoBits,
};
use keywicket::policy::v3::{FairPlayKeyIds, FairPlayLink, FairPlaySecrets, Policy, V2Option, V2Restriction, diff};
use keywicket::policy::{Form, TokenClaim, TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::{SecretBytes, SecretText};
use proptest::prelude::*;

const IDS: FairPlayKeyIds =
    FairPlayKeyIds { ask_id: Guid::from_cenc_bytes([1; 16]), pfx_password_id: Guid::from_cenc_bytes([2; 16]) };
const IV: [u8; 16] = [0xAB; 16];

fn secrets() -> FairPlaySecrets {
    FairPlaySecrets {
        ask: SecretBytes::new(vec![7; 16]),
        pfx_password: SecretText::from_string("pass \"wörd\"".to_owned()),
    }
}

fn secret(text: &str) -> SecretText {
    SecretText::from_string(text.to_owned())
}

fn verification_key() -> impl Strategy<Value = VerificationKey> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..80);
    prop_oneof![
        bytes().prop_map(|key| VerificationKey::Symmetric(SecretBytes::new(key))),
        bytes().prop_map(|raw_body| VerificationKey::X509 { raw_body }),
        (bytes(), bytes()).prop_map(|(n, e)| VerificationKey::from_rsa_numbers(&n, &e)),
    ]
}

fn token() -> impl Strategy<Value = TokenRestriction> {
    let uri = || "urn:[a-z0-9][a-z0-9/]{0,9}";
    let text = || prop_oneof![uri().prop_map(String::from), "[a-z <&>\"é😀]{0,8}x"];
    let claim = (text(), prop::option::of(prop_oneof![Just(String::new()), text()]))
        .prop_map(|(claim_type, value)| TokenClaim { claim_type, value });
    let who = prop_oneof![
        (Just(TokenType::Jwt), text(), text()),
        (Just(TokenType::Swt), uri().prop_map(String::from), uri().prop_map(String::from)),
    ];
    let keys = (verification_key(), prop::collection::vec(verification_key(), 0..3));
    (who, keys, prop::collection::vec(claim, 0..3), prop::option::of(uri()), any::<bool>()).prop_map(
        |((token_type, issuer, audience), (primary, alternates), required_claims, discovery, without)| {
            TokenRestriction {
                token_type,
                issuer,
                audience,
                primary_verification_key: (!without || discovery.is_none()).then_some(primary),
                alternate_verification_keys: alternates,
                required_claims,
                open_id_discovery_uri: discovery,
            }
        },
    )
}

fn license() -> impl Strategy<Value = License> {
    let span = || prop::option::of((-1_000_000_000_000..1_000_000_000_000_i64).prop_map(TimeSpan::from_ticks));
    let date = prop::option::of((1990..2100_u32, 1..=12_u32, 0..10_000_000_u32).prop_map(|(year, month, fraction)| {
        DateTime::parse(&format!("{year}-{month:02}-03T04:05:06.{fraction:07}Z")).unwrap()
    }));
    let key = prop_oneof![
        Just(KeySource::FromHeader),
        (1_u8..=255).prop_map(|byte| KeySource::FromKeyIdentifier(Guid::from_cenc_bytes([byte; 16]))),
    ];
    let bits = || prop::option::of((0..4).prop_map(|bits| TwoBits::new(bits).unwrap()));
    let level = prop::option::of(prop::sample::select(AnalogVideoOpl::ALL.to_vec()));
    (
        (any::<bool>(), any::<bool>(), any::<bool>()),
        date,
        (span(), span(), span()),
        key,
        (bits(), bits(), bits(), level),
    )
        .prop_map(
            |((test, persistent, digital_only), date, (begin, expire, grace), content_key, (scms, agc, tv, opl))| {
                License {
                    allow_test_devices: test,
                    license_type: if persistent { LicenseType::Persistent } else { LicenseType::Nonpersistent },
                    expiration_date: date.filter(|_| persistent && expire.is_none()),
                    grace_period: grace.filter(|_| persistent),
                    relative_begin_date: begin,
                    relative_expiration_date: expire,
                    content_key,
                    play_right: PlayRight {
                        scms_restriction: scms,
                        agc_and_color_stripe_restriction: agc,
                        analog_video_opl: opl,
                        digital_video_only_content_restriction: digital_only,
                        explicit_analog_television_output_restriction: tv.map(|configuration_data| {
                            ExplicitAnalogTelevision { best_effort: test, configuration_data }
                        }),
                        first_play_expiration: grace.filter(|_| persistent && digital_only),
                        ..PlayRight::default()
                    },
                    ..License::default()
                }
            },
        )
}

/// The number of the delivery, and the configuration.
fn delivery() -> impl Strategy<Value = (u8, Option<SecretText>)> {
    let playready = (prop::collection::vec(license(), 1..3), prop::option::of("[a-z <&]{0,9}")).prop_map(
        |(license_templates, response_custom_data)| {
            let template =
                PlayReadyTemplate { license_templates, response_custom_data, ..PlayReadyTemplate::default() };
            (1, Some(secret(&template.to_xml().unwrap())))
        },
    );
    let kind = prop::sample::select(RentalAndLeaseKeyType::ALL.to_vec());
    let fairplay =
        (prop::collection::vec(any::<u8>(), 1..60), kind, any::<u32>()).prop_map(|(pfx, (_, kind), duration)| {
            let configuration = FairPlayConfiguration {
                ask_id: IDS.ask_id,
                pfx_password_id: IDS.pfx_password_id,
                pfx: SecretBytes::new(pfx),
                content_encryption_iv: Some(IV),
                rental_and_lease_key_type: kind,
                rental_duration: duration,
            };
            (4, Some(configuration.to_json()))
        });
    prop_oneof![
        Just((2, None)),
        prop::sample::select(vec!["{}", "{\"policy_overrides\":{\"can_play\":true}}", "{ \"new\" : 1 }", "not JSON"])
            .prop_map(|template| (3, Some(secret(template)))),
        playready,
        fairplay,
    ]
}

fn option() -> impl Strategy<Value = V2Option> {
    let restriction = prop_oneof![
        Just(V2Restriction { name: Some("Open".to_owned()), key_restriction_type: 0, requirements: None }),
        token().prop_map(|token| V2Restriction {
            name: Some("Token Authorization Policy".to_owned()),
            key_restriction_type: 1,
            requirements: Some(token.to_xml(Form::Current).unwrap()),
        }),
    ];
    ("[a-z]{0,5}", delivery(), restriction).prop_map(|(name, (key_delivery_type, configuration), restriction)| {
        V2Option {
            id: None,
            name: Some(name),
            key_delivery_type,
            key_delivery_configuration: configuration,
            restrictions: vec![restriction],
        }
    })
}

fn to_v3(options: &[V2Option]) -> (String, Vec<Finding>) {
    let (mut policy, mut findings) = Policy::from_v2(options).unwrap();
    policy.embed_fairplay_secrets(&secrets()).unwrap();
    let (json, found) = policy.to_json().unwrap();
    findings.extend(found);
    (json.expose().to_owned(), findings)
}

fn to_v2(json: &str) -> keywicket::error::Result<(keywicket::policy::v3::V2Policy, Vec<Finding>)> {
    Policy::from_json(json)?.0.to_v2(Some(FairPlayLink { keys: &IDS, content_encryption_iv: Some(IV) }))
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).filter(|code| code.starts_with("v3.")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn there_and_back_is_where_it_was(options in prop::collection::vec(option(), 1..4)) {
        let (json, findings) = to_v3(&options);
        prop_assert!(codes(&findings).iter().all(|code| *code == "v3.iv_dropped"), "{:?}", findings);
        let (back, losses) = to_v2(&json).unwrap();
        prop_assert_eq!(&back.options, &options);
        prop_assert_eq!(codes(&losses), Vec::<&str>::new());
        let fairplay = options.iter().any(|option| option.key_delivery_type == 4);
        prop_assert_eq!(back.content_keys.len(), if fairplay { 2 } else { 0 });
        // The way back again, and a comparison of the two versions of one policy.
        prop_assert_eq!(&to_v3(&back.options).0, &json);
        let (own, _) = Policy::from_v2(&options).unwrap();
        prop_assert_eq!(diff(&own, &own), vec![]);
        if !fairplay {
            prop_assert_eq!(diff(&own, &Policy::from_json(&json).unwrap().0), vec![]);
        }
    }

    #[test]
    fn the_entity_reads_back(option in option()) {
        prop_assert_eq!(V2Option::from_json(option.to_json().expose()).unwrap(), option);
    }

    /// No change of one character stops the reader, the writers or the comparison.
    #[test]
    fn no_damage_stops_anything(options in prop::collection::vec(option(), 1..3), place: prop::sample::Index, replacement in "[\\[\\]{}\",:\\\\a0-]{0,2}") {
        let (json, _) = to_v3(&options);
        let mut characters: Vec<String> = json.chars().map(String::from).collect();
        let at = place.index(characters.len());
        characters[at] = replacement;
        let damaged = characters.concat();
        if let Ok((policy, _)) = Policy::from_json(&damaged) {
            let _ = policy.to_v2(Some(FairPlayLink { keys: &IDS, content_encryption_iv: None }));
            let _ = diff(&Policy::from_json(&json).unwrap().0, &policy);
        }
        let _ = Policy::from_either_json(&damaged);
    }

    /// Whatever changes, nothing secret is in a comparison.
    #[test]
    fn comparisons_show_no_secret(before in option(), after in option(), password in "[A-Z]{12}") {
        let embedded = |option: &V2Option, ask: u8, password: &str| {
            let (mut policy, _) = Policy::from_v2(std::slice::from_ref(option)).unwrap();
            policy.embed_fairplay_secrets(&FairPlaySecrets { ask: SecretBytes::new(vec![ask; 16]), pfx_password: secret(password) }).unwrap();
            policy
        };
        let changes = diff(&embedded(&before, 8, &password), &embedded(&after, 9, "ZYXWVUTSRQPONM"));
        let said = format!("{changes:?}");
        for hidden in [password.as_str(), "ZYXWVUTSRQPONM", "CAgICAgICAgI", "CQkJCQkJCQkJ"] {
            prop_assert!(!said.contains(hidden), "{}", said);
        }
        for option in [&before, &after] {
            for (_, key) in token_of(option).iter().flat_map(TokenRestriction::verification_keys).filter(|(_, key)| key.body().len() > 8) {
                prop_assert!(!said.contains(&keywicket::encoding::base64_encode(key.body())), "{}", said);
            }
        }
    }
}

fn token_of(option: &V2Option) -> Option<TokenRestriction> {
    let xml = option.restrictions[0].requirements.as_ref()?;
    Some(keywicket::policy::read_token_restriction(xml.expose(), keywicket::policy::Reading::Lenient).unwrap().0)
}
