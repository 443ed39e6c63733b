//! Whole policies, the linter, the key doctor and the rollover planner; the strict reader beside the lenient one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use keywicket::error::ErrorCode;
use keywicket::id::{Guid, KeyId};
use keywicket::policy::*;
use keywicket::secret::SecretBytes;
use keywicket::token::{
    CompiledPolicy, DecisionCode, KeyEncoding, MintRequest, TokenRequest, TokenVerifier, VerifierSettings,
    diagnose_verification_key, mint,
};
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

fn restriction(key: Vec<u8>) -> TokenRestriction {
    TokenRestriction {
        token_type: TokenType::Jwt,
        issuer: "https://sts.example/".to_owned(),
        audience: "urn:video".to_owned(),
        primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(key))),
        alternate_verification_keys: Vec::new(),
        required_claims: vec![TokenClaim::content_key_identifier()],
        open_id_discovery_uri: None,
    }
}

fn random_key(seed: u8) -> Vec<u8> {
    (0..64_u8).map(|index| index.wrapping_mul(37).wrapping_add(seed)).collect()
}

fn key_id(byte: u8) -> KeyId {
    KeyId::new(Guid::from_cenc_bytes([byte; 16]))
}

fn token(restriction: &TokenRestriction, key: Option<&[u8]>) -> String {
    let request = MintRequest {
        key_id: Some(key_id(1)),
        expires_at: NOW + 600,
        signing_key: key.map(|key| SecretBytes::new(key.to_vec())),
        ..MintRequest::default()
    };
    mint(restriction, &request).unwrap().expose().to_owned()
}

fn option(kind: KeyDeliveryType, restrictions: Vec<Restriction>) -> PolicyOption {
    PolicyOption::new(kind, restrictions).unwrap()
}

fn ask(
    options: Vec<PolicyOption>,
    token: &str,
    address: Option<&str>,
    kind: Option<KeyDeliveryType>,
) -> (DecisionCode, Option<u8>) {
    let policy = CompiledPolicy::from_options(&options, &VerifierSettings::default()).unwrap();
    assert_eq!(CompiledPolicy::from_bytes(policy.to_bytes().expose()).unwrap(), policy);
    let verifier = TokenVerifier::new(policy).unwrap();
    let request = TokenRequest {
        client_address: address.map(|text| text.parse().unwrap()),
        key_delivery_type: kind,
        ..TokenRequest::new(key_id(1), NOW)
    };
    let decision = verifier.check(token, &request);
    let (explained, checks) = verifier.explain(token, &request);
    assert_eq!(decision, explained);
    assert!(checks.iter().all(|(index, _)| index.is_some_and(|index| usize::from(index) < options.len())));
    (decision.code(), decision.option())
}

#[test]
fn options_are_alternatives_and_all_restrictions_of_one_must_hold() {
    use KeyDeliveryType::{BaselineHttp, Widevine};
    let policy = restriction(random_key(1));
    let (good, bad) = (token(&policy, None), token(&policy, Some(&random_key(2))));
    let by_token = || Restriction::Token(Box::new(policy.clone()));
    let by_address = || Restriction::Ip(IpRestriction::parse("192.0.2.0/24").unwrap());
    let home = Some("192.0.2.7");

    assert_eq!(
        ask(vec![option(BaselineHttp, vec![Restriction::Open])], "", None, None),
        (DecisionCode::Allowed, Some(0))
    );
    assert_eq!(ask(vec![], &good, home, None), (DecisionCode::NoOption, None));
    assert_eq!(
        ask(vec![option(Widevine, vec![Restriction::Open])], &good, home, Some(BaselineHttp)),
        (DecisionCode::NoOption, None)
    );

    let both = || vec![option(BaselineHttp, vec![by_address(), by_token()])];
    assert_eq!(ask(both(), &good, home, None), (DecisionCode::Allowed, Some(0)));
    assert_eq!(ask(both(), &bad, home, None), (DecisionCode::BadSignature, Some(0)));
    assert_eq!(ask(both(), &good, Some("192.0.3.7"), None), (DecisionCode::AddressNotAllowed, Some(0)));
    assert_eq!(ask(both(), &good, None, None), (DecisionCode::AddressUnknown, Some(0)));

    let either = || vec![option(BaselineHttp, vec![by_address()]), option(BaselineHttp, vec![by_token()])];
    assert_eq!(ask(either(), "", home, None), (DecisionCode::Allowed, Some(0)));
    assert_eq!(ask(either(), &good, None, None), (DecisionCode::Allowed, Some(1)));
    assert_eq!(ask(either(), &bad, None, None), (DecisionCode::BadSignature, Some(1)), "the option that came furthest");
}

#[test]
fn options_that_would_open_by_mistake_are_refused() {
    assert_eq!(
        PolicyOption::new(KeyDeliveryType::BaselineHttp, vec![]).unwrap_err().code(),
        ErrorCode::PolicyBadOption
    );
    let nothing = PolicyOption::new(KeyDeliveryType::None, vec![Restriction::Open]);
    assert_eq!(nothing.unwrap_err().code(), ErrorCode::PolicyBadOption);
    let crowd = PolicyOption::new(KeyDeliveryType::BaselineHttp, vec![Restriction::Open; 17]);
    assert_eq!(crowd.unwrap_err().code(), ErrorCode::PolicyBadOption);
    let settings = VerifierSettings { tolerance: 901, ..VerifierSettings::default() };
    assert_eq!(CompiledPolicy::from_options(&[], &settings).unwrap_err().path(), Some("tolerance"));
    assert_eq!(Restriction::read(1, None).unwrap_err().code(), ErrorCode::PolicyBadOption);
    assert_eq!(Restriction::read(2, Some("")).unwrap_err().code(), ErrorCode::PolicyBadOption);
    assert_eq!(Restriction::read(3, None).unwrap_err().code(), ErrorCode::PolicyBadOption);
    assert_eq!(Restriction::read(2, Some("192.0.2.1/8")).unwrap_err().code(), ErrorCode::IpRestrictionBadNetwork);
    assert_eq!(Restriction::read(0, None).unwrap(), Restriction::Open);
}

#[test]
fn the_linter_names_what_people_regret() {
    let codes = |restriction: &TokenRestriction| {
        lint_token_restriction(restriction).iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let fine = restriction(random_key(1));
    assert_eq!(codes(&fine), Vec::<&str>::new());
    let with_key = |key: &[u8]| {
        codes(&TokenRestriction {
            primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(key.to_vec()))),
            ..fine.clone()
        })
    };
    assert_eq!(with_key(b"12345678"), ["verification_key.weak"]);
    assert_eq!(with_key(&[0; 64]), ["verification_key.constant"]);
    assert_eq!(with_key(STANDARD.encode(random_key(1)).as_bytes()), ["verification_key.looks_like_text"]);
    assert_eq!(
        codes(&TokenRestriction { required_claims: vec![], ..fine.clone() }),
        ["token_restriction.no_key_identifier"]
    );
    assert_eq!(
        codes(&TokenRestriction { issuer: "http://sts.example".into(), ..fine.clone() }),
        ["token_restriction.no_trailing_slash", "token_restriction.http_issuer"]
    );
    assert_eq!(
        codes(&TokenRestriction { audience: "urn:video ".into(), ..fine.clone() }),
        ["token_restriction.white_space"]
    );
    assert_eq!(
        codes(&TokenRestriction { open_id_discovery_uri: Some("http://sts.example/".into()), ..fine.clone() }),
        ["token_restriction.insecure_discovery"]
    );
    assert_eq!(
        codes(&TokenRestriction {
            alternate_verification_keys: vec![fine.primary_verification_key.clone().unwrap()],
            ..fine.clone()
        }),
        ["verification_key.repeated"]
    );
    let broken = TokenRestriction {
        token_type: TokenType::Swt,
        alternate_verification_keys: vec![VerificationKey::X509 { raw_body: vec![1] }],
        ..fine.clone()
    };
    assert_eq!(codes(&broken), ["verification_key.unusable", "verification_key.not_for_swt"]);
    let max_uses = TokenClaim { claim_type: "urn:microsoft:azure:mediaservices:maxuses".into(), value: None };
    let fixed = TokenClaim { value: Some("x".into()), ..TokenClaim::content_key_identifier() };
    assert_eq!(
        codes(&TokenRestriction { required_claims: vec![fixed, max_uses.clone(), max_uses], ..fine }),
        [
            "token_restriction.fixed_key_identifier",
            "token_restriction.max_uses_life",
            "token_restriction.max_uses_life",
            "token_restriction.repeated_claim"
        ]
    );
}

/// The signer's side is played here with the encodings of the base64 crate and by hand.
#[test]
fn the_key_doctor_names_the_encoding() {
    let diagnose = |policy_key: &[u8], signing_key: &[u8]| {
        let token = token(&restriction(random_key(9)), Some(signing_key));
        diagnose_verification_key(&SecretBytes::new(policy_key.to_vec()), &token).unwrap()
    };
    let key = random_key(1);
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let utf16 = |text: &str, big: bool| {
        text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect::<Vec<u8>>()
    };
    assert_eq!(diagnose(&key, &key), KeyEncoding::AsIs);
    assert_eq!(diagnose(&key, STANDARD.encode(&key).as_bytes()), KeyEncoding::Base64Text);
    assert_eq!(diagnose(&key, STANDARD_NO_PAD.encode(&key).as_bytes()), KeyEncoding::Base64TextUnpadded);
    assert_eq!(diagnose(&key, URL_SAFE_NO_PAD.encode(&key).as_bytes()), KeyEncoding::Base64UrlText);
    assert_eq!(diagnose(&key, hex.as_bytes()), KeyEncoding::HexText);
    assert_eq!(diagnose(&key, hex.to_uppercase().as_bytes()), KeyEncoding::HexTextUpper);
    assert_eq!(diagnose(STANDARD.encode(&key).as_bytes(), &key), KeyEncoding::DecodedBase64);
    assert_eq!(diagnose(URL_SAFE_NO_PAD.encode(&key).as_bytes(), &key), KeyEncoding::DecodedBase64Url);
    assert_eq!(diagnose(hex.as_bytes(), &key), KeyEncoding::DecodedHex);
    assert_eq!(diagnose(&key, &[key.as_slice(), b"\n"].concat()), KeyEncoding::TrailingLineFeed);
    assert_eq!(diagnose(&key, &[key.as_slice(), b"\r\n"].concat()), KeyEncoding::TrailingCrLf);
    assert_eq!(diagnose(&[key.as_slice(), b" \n"].concat(), &key), KeyEncoding::PolicyTrailingWhiteSpace);
    assert_eq!(diagnose("pässwort".as_bytes(), &utf16("pässwort", false)), KeyEncoding::Utf16LittleEndian);
    assert_eq!(diagnose("pässwort".as_bytes(), &utf16("pässwort", true)), KeyEncoding::Utf16BigEndian);
    assert_eq!(diagnose(&key, format!("{}\n", STANDARD.encode(&key)).as_bytes()), KeyEncoding::Base64TextLineFeed);
    assert_eq!(diagnose(&key, &random_key(3)), KeyEncoding::Unknown);
    let unreadable = diagnose_verification_key(&SecretBytes::new(key), "hello").unwrap_err();
    assert_eq!(unreadable.code(), ErrorCode::VerificationKeyTokenUnreadable);
}

/// Does some valid token meet some cached policy that lacks its key? Tried out second by second. At the very moment of the
/// change, tokens of both keys are signed.
fn refuses_a_valid_token(steps: &[RolloverStep], times: &RolloverTimes) -> bool {
    let at = |action| steps.iter().find(|step| step.action == action).unwrap().at;
    let (add, sign, drop) =
        (at(RolloverAction::AddAsAlternate), at(RolloverAction::SignWithNewKey), at(RolloverAction::DropOldKey));
    let old_is_unknown = |policy_time: i64| policy_time >= drop;
    let new_is_unknown = |policy_time: i64| policy_time < add;
    (-20..80).any(|signed| {
        let mut used = signed..signed + times.longest_token_life + times.tolerance;
        used.any(|used| {
            (0..=times.policy_cache).any(|age| {
                (signed <= sign && old_is_unknown(used - age)) || (signed >= sign && new_is_unknown(used - age))
            })
        })
    })
}

proptest! {
    /// A plan is accepted exactly where trying it out finds no refused token (given that promotion stands between).
    #[test]
    fn plans_are_judged_as_trying_them_out_does(add in 0_i64..10, sign in 0_i64..25, drop in 0_i64..50, policy_cache in 0_i64..8, longest_token_life in 1_i64..12, tolerance in 0_i64..4) {
        let times = RolloverTimes { policy_cache, longest_token_life, tolerance };
        let step = |action, at| RolloverStep { action, at };
        let steps = [step(RolloverAction::AddAsAlternate, add), step(RolloverAction::SignWithNewKey, sign), step(RolloverAction::Promote, add), step(RolloverAction::DropOldKey, drop)];
        let judged = check_rollover(&steps, &times);
        // Dropping before the old key's last token has ended, and dropping before the promotion, are both refused.
        prop_assert_eq!(judged.is_err(), refuses_a_valid_token(&steps, &times) || drop < add, "{:?}", judged);
    }

    #[test]
    fn our_own_plans_are_accepted_and_not_a_second_later_than_needed(now in 0_i64..1_000_000, policy_cache in 0_i64..2000, longest_token_life in 0_i64..100_000, tolerance in 0_i64..900) {
        let times = RolloverTimes { policy_cache, longest_token_life, tolerance };
        let plan = plan_rollover(now, &times).unwrap();
        check_rollover(&plan, &times).unwrap();
        let mut hasty = plan;
        hasty[1].at -= 1;
        prop_assert_eq!(check_rollover(&hasty, &times).unwrap_err().code(), ErrorCode::RolloverRefusesValidTokens);
    }

    /// What the strict reader reads, the lenient one reads the same, unless it says that an element was out of order.
    #[test]
    fn the_two_readers_agree_or_say_why(order in Just([0_usize, 1, 2, 3, 4]).prop_shuffle()) {
        let parts = ["<Audience>a</Audience>", "<Issuer>i</Issuer>",
            r#"<PrimaryVerificationKey i:type="SymmetricVerificationKey"><KeyValue>AAECAwQFBgcICQoLDA0ODw==</KeyValue></PrimaryVerificationKey>"#,
            "<RequiredClaims><TokenClaim><ClaimType>x</ClaimType></TokenClaim></RequiredClaims>", "<TokenType>JWT</TokenType>"];
        let body: String = order.iter().map(|index| parts[*index]).collect();
        let xml = format!(r#"<TokenRestrictionTemplate xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="{}">{body}</TokenRestrictionTemplate>"#, token_restriction::NAMESPACE);
        let (lenient, findings) = read_token_restriction(&xml, Reading::Lenient).unwrap();
        let sorted = order.is_sorted();
        prop_assert_eq!(findings.iter().any(|finding| finding.code == "token_restriction.out_of_order"), !sorted);
        match read_token_restriction(&xml, Reading::Strict) {
            Ok((strict, _)) => prop_assert!(strict == lenient || !sorted),
            Err(_) => prop_assert!(!sorted),
        }
    }
}
