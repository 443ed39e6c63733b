//! The verifier: what it refuses and why, and that `check` and `explain` never disagree.

use keywicket::error::Error;
use keywicket::error::ErrorCode;
use keywicket::id::{Guid, KeyId};
use keywicket::key::{ContentKey, ContentKeyType};
use keywicket::policy::{TokenClaim, TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::token::{
    CompiledPolicy, DecisionCode, JsonWebKeySet, KeyKind, KeyName, MintRequest, Outcome, Rule, TokenRequest,
    TokenVerifier, VerifierSettings, mint,
};
use proptest::prelude::*;

use crate::signers::Signer;

const NOW: i64 = 1_800_000_000;

fn key_id(byte: u8) -> KeyId {
    KeyId::new(Guid::from_cenc_bytes([byte; 16]))
}

fn restriction(token_type: TokenType) -> TokenRestriction {
    TokenRestriction {
        token_type,
        issuer: "https://sts.example/".to_owned(),
        audience: "urn:video".to_owned(),
        primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(vec![7; 64]))),
        alternate_verification_keys: vec![VerificationKey::Symmetric(SecretBytes::new(vec![8; 64]))],
        required_claims: vec![
            TokenClaim::content_key_identifier(),
            TokenClaim { claim_type: "tier".to_owned(), value: Some("gold".to_owned()) },
        ],
        open_id_discovery_uri: None,
    }
}

fn prepare(policy: TokenRestriction, tolerance: u16) -> Result<TokenVerifier, Error> {
    let settings = VerifierSettings { tolerance, ..VerifierSettings::default() };
    TokenVerifier::new(CompiledPolicy::from_restriction(&policy, &settings)?)
}

fn good() -> MintRequest {
    MintRequest {
        key_id: Some(key_id(1)),
        expires_at: NOW + 600,
        not_before: Some(NOW - 300),
        ..MintRequest::default()
    }
}

fn verifier(token_type: TokenType) -> TokenVerifier {
    prepare(restriction(token_type), 60).unwrap()
}

/// Checks a token both ways; the two must agree in everything, and the failing rule must be the expected one.
fn decide(token_type: TokenType, token: &str, now: i64) -> (DecisionCode, Option<Rule>) {
    let verifier = verifier(token_type);
    let request = TokenRequest::new(key_id(1), now);
    let (explained, checks) = verifier.explain(token, &request);
    assert_eq!(verifier.check(token, &request), explained);
    let checks: Vec<_> = checks.into_iter().map(|(_, check)| check).collect();
    let failed: Vec<_> = checks.iter().filter(|check| check.outcome == Outcome::Fail).collect();
    assert_eq!(explained.is_allowed(), failed.is_empty());
    for check in &failed {
        assert!(check.why.is_some() && check.fix.is_some(), "a failure without words: {check:?}");
    }
    (explained.code(), failed.first().map(|check| check.rule))
}

#[test]
fn each_defect_is_named_and_its_rule_too() {
    for token_type in [TokenType::Jwt, TokenType::Swt] {
        let restriction = restriction(token_type);
        let judge =
            |request: MintRequest, now: i64| decide(token_type, mint(&restriction, &request).unwrap().expose(), now);
        assert_eq!(judge(good(), NOW), (DecisionCode::Allowed, None));
        assert_eq!(judge(good(), NOW + 659), (DecisionCode::Allowed, None), "60 s of tolerance");
        assert_eq!(judge(good(), NOW + 660), (DecisionCode::Expired, Some(Rule::Time)));
        assert_eq!(
            judge(MintRequest { issuer: Some("https://sts.example".into()), ..good() }, NOW),
            (DecisionCode::WrongIssuer, Some(Rule::Issuer))
        );
        assert_eq!(
            judge(MintRequest { audience: Some("urn:other".into()), ..good() }, NOW),
            (DecisionCode::WrongAudience, Some(Rule::Audience))
        );
        assert_eq!(
            judge(MintRequest { key_id: Some(key_id(2)), ..good() }, NOW),
            (DecisionCode::WrongKeyId, Some(Rule::Claim))
        );
        let stranger = MintRequest { signing_key: Some(SecretBytes::new(vec![9; 64])), ..good() };
        assert_eq!(judge(stranger, NOW), (DecisionCode::BadSignature, Some(Rule::Signature)));
        let other = if token_type == TokenType::Jwt { TokenType::Swt } else { TokenType::Jwt };
        assert_eq!(
            judge(MintRequest { token_type: Some(other), ..good() }, NOW),
            (DecisionCode::WrongType, Some(Rule::Parse))
        );
        let alternate = MintRequest { signing_key: Some(SecretBytes::new(vec![8; 64])), ..good() };
        let token = mint(&restriction, &alternate).unwrap();
        let decision = verifier(token_type).check(token.expose(), &TokenRequest::new(key_id(1), NOW));
        assert_eq!(decision.verification_key(), Some(KeyName::Alternate(0)));
    }
    let restriction = restriction(TokenType::Jwt);
    let early = mint(&restriction, &MintRequest { not_before: Some(NOW + 61), ..good() }).unwrap();
    assert_eq!(decide(TokenType::Jwt, early.expose(), NOW), (DecisionCode::NotYetValid, Some(Rule::Time)));
}

/// A policy that prints a value for the key identifier must not make a token for one key open another.
#[test]
fn a_printed_key_identifier_opens_no_other_key() {
    let with_value = |value: &str| {
        let claim = TokenClaim { value: Some(value.to_owned()), ..TokenClaim::content_key_identifier() };
        TokenRestriction { required_claims: vec![claim], ..restriction(TokenType::Jwt) }
    };
    let ask = |policy: &TokenRestriction, token_for: u8, requested: u8| {
        let token = mint(policy, &MintRequest { key_id: Some(key_id(token_for)), ..good() }).unwrap();
        let request = TokenRequest::new(key_id(requested), NOW);
        prepare(policy.clone(), 60).unwrap().check(token.expose(), &request).code()
    };
    let fixed = with_value(&key_id(1).guid().to_string().to_uppercase());
    assert_eq!(ask(&fixed, 1, 1), DecisionCode::Allowed);
    assert_eq!(ask(&fixed, 1, 2), DecisionCode::WrongKeyId);
    assert_eq!(ask(&fixed, 2, 2), DecisionCode::WrongKeyId);
    assert_eq!(ask(&with_value("x"), 1, 1), DecisionCode::WrongKeyId);
}

#[test]
fn claims_with_registered_names_and_claims_required_twice_can_be_satisfied() {
    for (token_type, name) in [(TokenType::Jwt, "aud"), (TokenType::Swt, "Audience")] {
        let claim = |name: &str, value: &str| TokenClaim { claim_type: name.to_owned(), value: Some(value.to_owned()) };
        let required_claims = vec![claim(name, "urn:video"), claim("tier", "gold"), claim("tier", "gold")];
        let policy = TokenRestriction { required_claims, ..restriction(token_type) };
        let token = mint(&policy, &good()).unwrap();
        let decision = prepare(policy, 60).unwrap().check(token.expose(), &TokenRequest::new(key_id(1), NOW));
        assert_eq!(decision.code(), DecisionCode::Allowed);
    }
}

/// Both were read as a parameter named “Bearer …”, and then the signature was blamed.
#[test]
fn bearer_in_front_is_said_to_be_the_matter() {
    for token_type in [TokenType::Jwt, TokenType::Swt] {
        let token = mint(&restriction(token_type), &good()).unwrap().expose().to_owned();
        for prefix in ["Bearer ", "bearer=", "Bearer%3D", "Bearer%20"] {
            let request = TokenRequest::new(key_id(1), NOW);
            let (decision, checks) = verifier(token_type).explain(&format!("{prefix}{token}"), &request);
            assert_eq!(decision.code(), DecisionCode::Malformed);
            assert!(checks[1].1.why.as_ref().unwrap().contains("Bearer"), "{checks:?}");
        }
    }
}

#[test]
fn simple_web_tokens_need_a_symmetric_key() {
    let raw_body = include_bytes!("../fixtures/documented-protection-certificate.txt");
    use base64::Engine as _;
    let raw_body = base64::engine::general_purpose::STANDARD.decode(raw_body.trim_ascii()).unwrap();
    let policy = restriction(TokenType::Swt);
    let token = mint(&policy, &good()).unwrap();
    let asymmetric = TokenRestriction {
        primary_verification_key: Some(VerificationKey::X509 { raw_body }),
        alternate_verification_keys: vec![],
        ..policy
    };
    let decision = prepare(asymmetric, 60).unwrap().check(token.expose(), &TokenRequest::new(key_id(1), NOW));
    assert_eq!(decision.code(), DecisionCode::NoUsableKey);
}

#[test]
fn what_is_no_token_is_told_apart() {
    assert_eq!(decide(TokenType::Jwt, "", NOW), (DecisionCode::Missing, Some(Rule::Transport)));
    assert_eq!(
        decide(TokenType::Jwt, &"a".repeat(16 * 1024 + 1), NOW),
        (DecisionCode::TooLarge, Some(Rule::Transport))
    );
    for text in ["hello", "a.b.c", "Bearer x", "..", "%25", "é.漢.😀"] {
        assert_eq!(decide(TokenType::Jwt, text, NOW), (DecisionCode::Malformed, Some(Rule::Parse)), "{text}");
        assert_eq!(decide(TokenType::Swt, text, NOW), (DecisionCode::Malformed, Some(Rule::Parse)), "{text}");
    }
}

/// Tokens with a good signature by the policy's key and an unusual header or payload.
#[test]
fn odd_json_web_tokens_get_their_own_codes() {
    let judge = |header: &str, payload: &str| decide(TokenType::Jwt, &signed(header, payload), NOW);
    let header = r#"{"alg":"HS256"}"#;
    let claims = format!(
        r#""iss":"https://sts.example/","aud":["x","urn:video"],"tier":"gold","urn:microsoft:azure:mediaservices:contentkeyidentifier":"{}""#,
        "01".repeat(16)
    );
    assert_eq!(judge(header, &format!(r#"{{{claims},"exp":1800000600}}"#)).0, DecisionCode::Allowed);
    for algorithm in ["none", "nOnE", "RS256", "HS512", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", ""] {
        let code = judge(&format!(r#"{{"alg":"{algorithm}"}}"#), &format!(r#"{{{claims},"exp":1800000600}}"#));
        assert_eq!(code, (DecisionCode::AlgorithmNotAllowed, Some(Rule::Algorithm)), "{algorithm}");
    }
    for exp in ["1800000600.5", "\"1800000600\"", "null", "1e400", "-1", "9007199254740994", "true"] {
        let code = judge(header, &format!(r#"{{{claims},"exp":{exp}}}"#)).0;
        let expected = match exp {
            "1800000600.5" | "1e400" => DecisionCode::TimeNotWhole,
            "-1" | "9007199254740994" => DecisionCode::TimeOutOfRange,
            _ => DecisionCode::TimeNotANumber,
        };
        assert_eq!(code, expected, "{exp}");
    }
    assert_eq!(judge(header, &format!("{{{claims}}}")).0, DecisionCode::MissingExpiry);
    assert_eq!(
        judge(header, &format!(r#"{{{claims},"exp":1800000600,"exp":1900000000}}"#)).0,
        DecisionCode::DuplicateMember
    );
    assert_eq!(
        judge(r#"{"alg":"none","alg":"HS256"}"#, &format!(r#"{{{claims},"exp":1800000600}}"#)).0,
        DecisionCode::DuplicateMember
    );
    for extension in ["crit", "b64", "zip", "enc"] {
        assert_eq!(
            judge(&format!(r#"{{"alg":"HS256","{extension}":[]}}"#), &format!(r#"{{{claims},"exp":1800000600}}"#)).0,
            DecisionCode::Unsupported
        );
    }
    assert_eq!(judge(header, r#"{"exp":1800000600}"#).0, DecisionCode::MissingIssuer);
    assert_eq!(judge(header, r#"{"exp":1800000600,"iss":["https://sts.example/"]}"#).0, DecisionCode::WrongIssuer);
    assert_eq!(judge(header, r#"{"exp":1800000600,"iss":"https://sts.example/"}"#).0, DecisionCode::MissingAudience);
    assert_eq!(
        judge(header, r#"{"exp":1800000600,"iss":"https://sts.example/","aud":"urn:video"}"#).0,
        DecisionCode::MissingClaim
    );
}

/// Two bits of the last base64url character carry nothing: they must not make a second token out of one.
#[test]
fn a_signature_has_one_spelling() {
    let restriction = restriction(TokenType::Jwt);
    let token = mint(&restriction, &good()).unwrap().expose().to_owned();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let accepted: Vec<char> = alphabet
        .chars()
        .filter(|last| {
            let respelt = format!("{}{last}", &token[..token.len() - 1]);
            verifier(TokenType::Jwt).check(&respelt, &TokenRequest::new(key_id(1), NOW)).is_allowed()
        })
        .collect();
    assert_eq!(accepted, [token.chars().last().unwrap()]);
    for variant in [format!("{token}="), format!("{token}\n"), format!(" {token}"), token.replace('_', "/")] {
        if variant != token {
            assert_eq!(decide(TokenType::Jwt, &variant, NOW).0, DecisionCode::Malformed);
        }
    }
}

#[test]
fn a_decision_opens_its_own_key_only() {
    let make = |byte| {
        ContentKey::new(ContentKeyType::EnvelopeEncryption, key_id(byte), SecretBytes::new(vec![byte; 16])).unwrap()
    };
    let token = mint(&restriction(TokenType::Jwt), &good()).unwrap();
    let allowed = verifier(TokenType::Jwt).check(token.expose(), &TokenRequest::new(key_id(1), NOW));
    assert_eq!(keywicket::delivery::release(&allowed, &make(1)).unwrap().expose(), [1; 16]);
    assert_eq!(keywicket::delivery::release(&allowed, &make(2)).unwrap_err().code(), ErrorCode::DeliverWrongKey);
    for (kind, length) in [
        (ContentKeyType::StorageEncryption, 32),
        (ContentKeyType::FairPlayPfxPassword, 9),
        (ContentKeyType::CommonEncryption, 16),
    ] {
        let key = ContentKey::new(kind, key_id(1), SecretBytes::zeroed(length)).unwrap();
        assert_eq!(keywicket::delivery::release(&allowed, &key).unwrap_err().code(), ErrorCode::DeliverNotDeliverable);
    }
    let refused = verifier(TokenType::Jwt).check(token.expose(), &TokenRequest::new(key_id(2), NOW));
    assert_eq!(keywicket::delivery::release(&refused, &make(2)).unwrap_err().code(), ErrorCode::DeliverNotAllowed);
}

#[test]
fn bad_policies_are_refused_when_the_verifier_is_built() {
    let with_key = |key| TokenRestriction { primary_verification_key: Some(key), ..restriction(TokenType::Jwt) };
    let error = prepare(with_key(VerificationKey::X509 { raw_body: b"x".to_vec() }), 60).unwrap_err();
    assert_eq!((error.code(), error.path()), (ErrorCode::CertificateNotACertificate, Some("primaryVerificationKey")));
    let error = prepare(with_key(VerificationKey::Rsa { raw_body: b"{}".to_vec() }), 60).unwrap_err();
    assert_eq!(error.code(), ErrorCode::VerificationKeyInvalid);
    assert_eq!(prepare(restriction(TokenType::Jwt), 901).unwrap_err().code(), ErrorCode::ArgumentOutOfRange);
    let keys = vec![VerificationKey::Symmetric(SecretBytes::new(vec![1; 64])); 32];
    let crowd = TokenRestriction { alternate_verification_keys: keys, ..restriction(TokenType::Jwt) };
    assert_eq!(prepare(crowd, 60).unwrap_err().code(), ErrorCode::ArgumentOutOfRange);
    let mut untied = good();
    untied.key_id = None;
    assert_eq!(mint(&restriction(TokenType::Jwt), &untied).unwrap_err().code(), ErrorCode::MintKeyIdRequired);
}

/// A key set is the discovery document's: it has no place in a policy that names none, and its size counts.
#[test]
fn a_key_set_needs_a_discovery_document_and_room() {
    let jwk = Signer::of(KeyKind::P256, 1).jwk(None, None);
    let with_keys = |count: usize, uri: Option<&str>| {
        let json = format!("{{\"keys\":[{}]}}", vec![jwk.as_str(); count].join(","));
        let policy = TokenRestriction { open_id_discovery_uri: uri.map(str::to_owned), ..restriction(TokenType::Jwt) };
        let key_set = Some(JsonWebKeySet::parse(&json).unwrap().0);
        CompiledPolicy::from_restriction(&policy, &VerifierSettings { key_set, ..VerifierSettings::default() })
    };
    let uri = Some("https://issuer.example/.well-known/openid-configuration");
    // The policy has two keys of its own.
    assert!(with_keys(30, uri).is_ok());
    for refused in [with_keys(31, uri), with_keys(1, None)] {
        let error = refused.unwrap_err();
        assert_eq!((error.code(), error.path()), (ErrorCode::ArgumentOutOfRange, Some("jwks")));
    }
}

proptest! {
    /// Any good token with any edit: both answers agree (asserted in `decide`), and only the untouched one opens.
    #[test]
    fn check_and_explain_agree_on_any_edit(swt: bool, place: prop::sample::Index, replacement in "[A-Za-z0-9._=&%+-]{0,3}", now in NOW - 2000..NOW + 2000) {
        let token_type = if swt { TokenType::Swt } else { TokenType::Jwt };
        let token = mint(&restriction(token_type), &good()).unwrap().expose().to_owned();
        let at = place.index(token.len());
        let edited = format!("{}{replacement}{}", &token[..at], &token[at + 1..]);
        let (code, _) = decide(token_type, &edited, now);
        prop_assert!(code != DecisionCode::Allowed || edited == token || same_text(token_type, &token, &edited));
    }

    #[test]
    fn no_text_stops_the_verifier(text in ".{0,200}", swt: bool) {
        let _ = decide(if swt { TokenType::Swt } else { TokenType::Jwt }, &text, NOW);
    }
}

/// In a SWT the percent-encoding of the signature itself is not signed: `%2B` and `%2b` are the same signature.
fn same_text(token_type: TokenType, token: &str, edited: &str) -> bool {
    token_type == TokenType::Swt
        && token.eq_ignore_ascii_case(edited)
        && token.rsplit_once("&HMACSHA256=").map(|(signed, _)| signed)
            == edited.rsplit_once("&HMACSHA256=").map(|(signed, _)| signed)
}

fn signed(header: &str, payload: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[7; 64]).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
