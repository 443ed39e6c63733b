//! A header is whatever a stranger wrote: it brings no key, leads to none, and chooses only among those the policy has.

use crate::signers::{CERTIFICATE, Signer, pem_body, signing_input, with_signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keywicket::id::{Guid, KeyId};
use keywicket::policy::{TokenRestriction, TokenType};
use keywicket::token::{
    Algorithm, CompiledPolicy, Decision, DecisionCode, JsonWebKeySet, KeyKind, KeyName, TokenRequest, TokenVerifier,
    VerifierSettings,
};

const PAYLOAD: &str = r#"{"iss":"i","aud":"a","exp":1000}"#;

/// A policy whose key set has two P-256 keys with names and one Ed25519 key without.
fn verifier() -> TokenVerifier {
    let restriction = TokenRestriction {
        token_type: TokenType::Jwt,
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        primary_verification_key: None,
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
        open_id_discovery_uri: Some("https://i/.well-known".to_owned()),
    };
    let jwk = |kind, seed, id| Signer::of(kind, seed).jwk(None, id);
    let keys = [jwk(KeyKind::P256, 1, Some("one")), jwk(KeyKind::P256, 2, Some("two")), jwk(KeyKind::Ed25519, 3, None)];
    let set = JsonWebKeySet::parse(&format!(r#"{{"keys":[{}]}}"#, keys.join(","))).unwrap().0;
    let settings = VerifierSettings { key_set: Some(set), ..VerifierSettings::default() };
    TokenVerifier::new(CompiledPolicy::from_restriction(&restriction, &settings).unwrap()).unwrap()
}

fn check(token: &str) -> Decision {
    verifier().check(token, &TokenRequest::new(KeyId::new(Guid::from_cenc_bytes([1; 16])), 0))
}

/// A token whose header has these members beside its algorithm, signed by the P-256 key of that seed.
fn judge(members: &str, seed: u8) -> (DecisionCode, Option<KeyName>) {
    let text = signing_input(&format!(r#"{{"alg":"ES256"{members}}}"#), PAYLOAD);
    let signature = Signer::of(KeyKind::P256, seed).sign(Algorithm::Es256, text.as_bytes());
    let decision = check(&with_signature(&text, &signature));
    (decision.code(), decision.verification_key())
}

#[test]
fn a_token_does_not_bring_its_own_key() {
    let stranger = 66;
    let jwk = Signer::of(KeyKind::P256, stranger).jwk(Some(Algorithm::Es256), Some("one"));
    let certificate = STANDARD.encode(pem_body(CERTIFICATE));
    let mut run = 0;
    for members in [
        format!(r#","jwk":{jwk}"#),
        format!(r#","kid":"one","jwk":{jwk}"#),
        format!(r#","jku":"https://evil.example/keys","jwk":{jwk}"#),
        r#","jku":"https://evil.example/keys""#.to_owned(),
        r#","x5u":"file:///etc/passwd""#.to_owned(),
        format!(r#","x5c":["{certificate}"],"x5t":"AAAA","x5t#S256":"AAAA""#),
        r#","jwk":"none","x5c":{}"#.to_owned(),
    ] {
        assert_eq!(judge(&members, stranger), (DecisionCode::BadSignature, None), "{members}");
        // And what it brings does not stand in the way of the policy's own key either.
        let by_right_key = judge(&members, 1);
        assert_eq!(by_right_key, (DecisionCode::Allowed, Some(KeyName::Jwks(0))), "{members}");
        run += 2;
    }
    println!("untrusted headers: {run} with keys of their own");
}

#[test]
fn a_key_id_chooses_among_the_policys_keys_and_does_nothing_else() {
    let (unknown, bad) = ((DecisionCode::UnknownKey, None), (DecisionCode::BadSignature, None));
    let allowed = |index| (DecisionCode::Allowed, Some(KeyName::Jwks(index)));
    for (members, seed, expected) in [
        (r#","kid":"one""#, 1, allowed(0)),
        (r#","kid":"two""#, 2, allowed(1)),
        (r#","kid":"\u006fne""#, 1, allowed(0)),
        ("", 2, allowed(1)),
        // The right key under another's name was not asked for.
        (r#","kid":"one""#, 2, bad),
        (r#","kid":"two""#, 1, bad),
        (r#","kid":"One""#, 1, unknown),
        (r#","kid":"""#, 1, unknown),
        (r#","kid":"one ""#, 1, unknown),
        (r#","kid":"../../dev/null""#, 1, unknown),
        (r#","kid":"' OR '1'='1""#, 1, unknown),
        (r#","kid":"one\u0000""#, 1, unknown),
        // What is no text names no key.
        (r#","kid":1"#, 1, allowed(0)),
        (r#","kid":null"#, 2, allowed(1)),
        (r#","kid":["two"]"#, 1, allowed(0)),
        (r#","kid":["two"]"#, 66, bad),
    ] {
        assert_eq!(judge(members, seed), expected, "{members} {seed}");
    }
    assert_eq!(judge(&format!(r#","kid":"{}""#, "k".repeat(9000)), 1), unknown);
    // A key without a name is tried whatever the token names, and only for its own algorithm.
    let text = signing_input(r#"{"alg":"EdDSA","kid":"one"}"#, PAYLOAD);
    let signature = Signer::of(KeyKind::Ed25519, 3).sign(Algorithm::EdDsa, text.as_bytes());
    assert_eq!(check(&with_signature(&text, &signature)).verification_key(), Some(KeyName::Jwks(2)));
}

/// Only JSON objects in UTF-8, each name once, and in the one serialization: the rest is not guessed at.
#[test]
fn forms_that_readers_disagree_on_are_refused() {
    let signed = |header: &[u8], payload: &[u8]| {
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = Signer::of(KeyKind::P256, 1).sign(Algorithm::Es256, text.as_bytes());
        with_signature(&text, &signature)
    };
    let (header, payload) = (br#"{"alg":"ES256"}"#.as_slice(), PAYLOAD.as_bytes());
    assert!(check(&signed(header, payload)).is_allowed());
    let utf16 =
        |text: &[u8]| [&[0xFF, 0xFE], text].concat().into_iter().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
    for (header, payload) in [
        (header, b"{\"iss\":\"i\",\"aud\":\"a\",\"exp\":1000,\"x\":\"\xff\"}".as_slice()),
        (header, b"{\"iss\":\"i\",\"aud\":\"a\",\"exp\":1000,\"x\":\"\xc0\xaf\"}"),
        (header, b"{\"iss\":\"i\",\"aud\":\"a\",\"exp\":1000,\"x\":\"\xed\xa0\x80\"}"),
        (header, &utf16(payload)),
        (header, &[b"\xef\xbb\xbf", payload].concat()),
        (&[b"\xef\xbb\xbf", header].concat(), payload),
        (b"{\"alg\":\"ES256\",\"x\":\"\xff\"}", payload),
        (header, &[payload, b"\0"].concat()),
        (header, &[payload, payload].concat()),
        (header, b"[]"),
        (header, b"\"text\""),
        (header, b""),
        (b"", payload),
        (b"{}", payload),
        (br#"{"alg":["ES256"]}"#, payload),
        (br#"{"alg":null}"#, payload),
        (br#"{"ALG":"ES256"}"#, payload),
    ] {
        assert_eq!(check(&signed(header, payload)).code(), DecisionCode::Malformed, "{}", payload.escape_ascii());
    }
    let token = signed(header, payload);
    let parts: Vec<&str> = token.split('.').collect();
    let (first, second, third) = (parts[0], parts[1], parts[2]);
    for json in [
        format!(r#"{{"protected":"{first}","payload":"{second}","signature":"{third}"}}"#),
        format!(r#"{{"payload":"{second}","signatures":[{{"protected":"{first}","signature":"{third}"}}]}}"#),
        format!("{first}..{third}"),
        format!("{first}.{second}"),
        format!("{token}.{third}"),
    ] {
        assert_eq!(check(&json).code(), DecisionCode::Malformed, "{json}");
    }
    let encrypted = signing_input(r#"{"alg":"dir","enc":"A128GCM","zip":"DEF"}"#, "") + ".AAAA.AAAA.AAAA";
    assert_eq!(check(&encrypted).code(), DecisionCode::Unsupported);
}
