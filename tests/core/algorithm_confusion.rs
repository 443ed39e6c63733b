//! Every kind of key × every algorithm a header can name × every way to make a signature without the right key.

use crate::signers::{CERTIFICATE, Signer, pem_body, signing_input, with_signature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::id::{Guid, KeyId};
use keywicket::policy::{TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::token::{
    Algorithm, CompiledPolicy, DecisionCode, JsonWebKeySet, KeyKind, TokenRequest, TokenVerifier, VerifierSettings,
};
use std::collections::BTreeMap;

const NOW: i64 = 1_800_000_000;
const PAYLOAD: &str = r#"{"iss":"https://sts.example/","aud":"urn:video","exp":1800000600}"#;
const SEED: u8 = 7;

/// What a header may say beside the names that are known.
const OTHER_NAMES: &[&str] = &[
    "none",
    "nOnE",
    "NONE",
    "None",
    "",
    "HS1",
    "HS256 ",
    " HS256",
    "hs256",
    "Hs256",
    "rs256",
    "ES512",
    "ES256K",
    "RS1",
    "Ed25519",
    "Ed448",
    "eddsa",
    "dir",
    "A128KW",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    "HS256\\u0000",
    "\\u0048S256",
];

struct Policy {
    name: String,
    algorithm: Algorithm,
    verifier: TokenVerifier,
}

fn policy(name: &str, algorithm: Algorithm, key: Option<VerificationKey>, jwk: Option<String>) -> Policy {
    let restriction = TokenRestriction {
        token_type: TokenType::Jwt,
        issuer: "https://sts.example/".to_owned(),
        audience: "urn:video".to_owned(),
        primary_verification_key: key,
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
        open_id_discovery_uri: jwk.as_ref().map(|_| "https://sts.example/.well-known".to_owned()),
    };
    let mut settings = VerifierSettings::default();
    match algorithm.key_kind() {
        KeyKind::Symmetric => settings.symmetric_algorithm = algorithm,
        KeyKind::Rsa if jwk.is_none() => settings.rsa_algorithm = algorithm,
        _ => {}
    }
    settings.key_set = jwk.map(|jwk| JsonWebKeySet::parse(&format!(r#"{{"keys":[{jwk}]}}"#)).unwrap().0);
    let policy = CompiledPolicy::from_restriction(&restriction, &settings).unwrap();
    let verifier = TokenVerifier::new(policy).unwrap();
    Policy { name: format!("{name} for {}", algorithm.name()), algorithm, verifier }
}

/// Every way a policy can come by a key, with every algorithm that way allows.
fn policies() -> Vec<Policy> {
    let mut policies = Vec::new();
    for algorithm in Algorithm::ALL.iter().copied() {
        let signer = Signer::of(algorithm.key_kind(), SEED);
        match &signer {
            Signer::Secret(secret) => {
                let key = VerificationKey::Symmetric(SecretBytes::new(secret.clone()));
                policies.push(policy("symmetric", algorithm, Some(key), None));
            }
            Signer::Rsa(_) => {
                let raw_body = pem_body(CERTIFICATE);
                policies.push(policy("X.509", algorithm, Some(VerificationKey::X509 { raw_body }), None));
                let (modulus, exponent) = signer.rsa_numbers();
                let key = VerificationKey::from_rsa_numbers(&modulus, &exponent);
                policies.push(policy("RSA", algorithm, Some(key), None));
                policies.push(policy("JWKS", algorithm, None, Some(signer.jwk(Some(algorithm), None))));
            }
            _ => policies.push(policy("JWKS", algorithm, None, Some(signer.jwk(Some(algorithm), None)))),
        }
        // Without alg, a key set's key has the one algorithm that its kind implies, never the header's.
        if matches!(algorithm, Algorithm::Rs256 | Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa) {
            policies.push(policy("JWKS without alg", algorithm, None, Some(signer.jwk(None, None))));
        }
    }
    policies
}

/// All that is public, as bytes that somebody could have taken for a secret.
fn public_texts() -> Vec<(String, Vec<u8>)> {
    let mut texts = vec![
        ("certificate, DER".to_owned(), pem_body(CERTIFICATE)),
        ("certificate, PEM".to_owned(), CERTIFICATE.as_bytes().to_vec()),
        ("certificate, base64".to_owned(), STANDARD.encode(pem_body(CERTIFICATE)).into_bytes()),
        ("RSA modulus".to_owned(), Signer::rsa().rsa_numbers().0),
        ("nothing".to_owned(), Vec::new()),
        ("a zero byte".to_owned(), vec![0]),
    ];
    for kind in [KeyKind::Rsa, KeyKind::P256, KeyKind::P384, KeyKind::Ed25519] {
        let signer = Signer::of(kind, SEED);
        let body = STANDARD.encode(signer.info());
        let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", lines.join("\n"));
        texts.push((format!("{kind:?}, DER"), signer.info()));
        texts.push((format!("{kind:?}, PEM and line feed"), format!("{pem}\n").into_bytes()));
        texts.push((format!("{kind:?}, PEM"), pem.into_bytes()));
        texts.push((format!("{kind:?}, JWK"), signer.jwk(None, None).into_bytes()));
    }
    // The right secret in a wrong encoding is a wrong secret.
    texts.push(("secret, base64".to_owned(), STANDARD.encode([SEED; 64]).into_bytes()));
    texts
}

/// Signatures over one text: what made them, the algorithm if it was a right private key, and the bytes.
fn signatures(text: &str) -> Vec<(String, Option<Algorithm>, Vec<u8>)> {
    let mut signatures = Vec::new();
    for algorithm in Algorithm::ALL.iter().copied() {
        let right = Signer::of(algorithm.key_kind(), SEED).sign(algorithm, text.as_bytes());
        signatures.push((format!("right key, {}", algorithm.name()), Some(algorithm), right));
        if algorithm.key_kind() != KeyKind::Rsa {
            let other = Signer::of(algorithm.key_kind(), SEED + 1).sign(algorithm, text.as_bytes());
            signatures.push((format!("another key, {}", algorithm.name()), None, other));
        }
        if algorithm.is_symmetric() {
            for (name, public) in public_texts() {
                let mac = Signer::Secret(public).sign(algorithm, text.as_bytes());
                signatures.push((format!("{} with {name}", algorithm.name()), None, mac));
            }
        }
    }
    for length in [0, 1, 31, 32, 48, 64, 96, 255, 256, 257] {
        let bytes: Vec<u8> = (0..length).map(|place: u16| (place * 37 % 251) as u8).collect();
        signatures.push((format!("{length} arbitrary bytes"), None, bytes));
        signatures.push((format!("{length} zero bytes"), None, vec![0; length.into()]));
    }
    signatures
}

#[test]
fn only_the_right_algorithm_by_the_right_key_opens() {
    let policies = policies();
    let names: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
    let request = TokenRequest::new(KeyId::new(Guid::from_cenc_bytes([1; 16])), NOW);
    let (mut run, mut allowed, mut codes) = (0, 0, BTreeMap::new());
    for name in names.iter().chain(OTHER_NAMES) {
        let text = signing_input(&format!(r#"{{"typ":"JWT","alg":"{name}"}}"#), PAYLOAD);
        // What the header means, by RFC 7518 and RFC 9864; an escape in JSON is another spelling of the same name.
        let meant = match *name {
            "Ed25519" => Some(Algorithm::EdDsa),
            "\\u0048S256" => Some(Algorithm::Hs256),
            name => Algorithm::ALL.iter().copied().find(|algorithm| algorithm.name() == name),
        };
        for (how, right, signature) in signatures(&text) {
            let token = with_signature(&text, &signature);
            for policy in &policies {
                let decision = policy.verifier.check(&token, &request);
                let expected = if meant != Some(policy.algorithm) {
                    DecisionCode::AlgorithmNotAllowed
                } else if right != meant {
                    DecisionCode::BadSignature
                } else {
                    DecisionCode::Allowed
                };
                assert_eq!(decision.code(), expected, "{}, header {name:?}, signed by {how}", policy.name);
                assert_eq!(decision.verification_key().is_some(), decision.is_allowed());
                run += 1;
                allowed += usize::from(decision.is_allowed());
                *codes.entry(decision.code().as_str()).or_insert(0) += 1;
            }
        }
    }
    println!(
        "algorithm confusion: {} policies x {} headers: {run} combinations, {allowed} allowed, {codes:?}",
        policies.len(),
        names.len() + OTHER_NAMES.len()
    );
    // Each policy once; those for HS256 and EdDSA by the second spelling as well (one and two policies).
    assert_eq!(allowed, policies.len() + 3);
    assert!(run > 50_000, "{run}");
}

/// A public key that was put where a secret belongs is found when the policy is compiled, with white space or without.
#[test]
fn a_pem_text_is_no_secret() {
    for text in [CERTIFICATE.to_owned(), format!("\r\n \t{CERTIFICATE}"), format!("\n{}", CERTIFICATE.trim_end())] {
        let restriction = TokenRestriction {
            token_type: TokenType::Jwt,
            issuer: "i".to_owned(),
            audience: "a".to_owned(),
            primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(text.into_bytes()))),
            alternate_verification_keys: Vec::new(),
            required_claims: Vec::new(),
            open_id_discovery_uri: None,
        };
        let error = CompiledPolicy::from_restriction(&restriction, &VerifierSettings::default()).unwrap_err();
        assert_eq!(error.path(), Some("primaryVerificationKey"));
    }
}
