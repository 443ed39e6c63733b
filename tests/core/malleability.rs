//! One token, one identity: another spelling of a token is refused, or is counted as the same token.

use crate::randomness::Repeatable;
use crate::signers::{Signer, signing_input, with_signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keywicket::id::{Guid, KeyId};
use keywicket::policy::{TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::token::{
    Algorithm, CompiledPolicy, Decision, DecisionCode, JsonWebKeySet, KeyKind, TokenRequest, TokenVerifier,
    VerifierSettings,
};
use rand_core::Rng as _;

const NOW: i64 = 1_800_000_000;
const SEED: u8 = 9;
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn verifier(token_type: TokenType, algorithm: Algorithm) -> TokenVerifier {
    let signer = Signer::of(algorithm.key_kind(), SEED);
    let secret = algorithm.is_symmetric().then(|| VerificationKey::Symmetric(SecretBytes::new(vec![SEED; 64])));
    let restriction = TokenRestriction {
        token_type,
        issuer: "https://sts.example/".to_owned(),
        audience: "urn:video".to_owned(),
        open_id_discovery_uri: secret.is_none().then(|| "https://sts.example/.well-known".to_owned()),
        primary_verification_key: secret,
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
    };
    let mut settings = VerifierSettings::default();
    if algorithm.is_symmetric() {
        settings.symmetric_algorithm = algorithm;
    } else {
        let set = format!(r#"{{"keys":[{}]}}"#, signer.jwk(Some(algorithm), None));
        settings.key_set = Some(JsonWebKeySet::parse(&set).unwrap().0);
    }
    TokenVerifier::new(CompiledPolicy::from_restriction(&restriction, &settings).unwrap()).unwrap()
}

fn check(verifier: &TokenVerifier, token: &str) -> Decision {
    verifier.check(token, &TokenRequest::new(KeyId::new(Guid::from_cenc_bytes([1; 16])), NOW))
}

/// A token with claims of random length, so that parts end in every way base64url can end.
fn token(algorithm: Algorithm, rng: &mut Repeatable) -> String {
    let filler = |rng: &mut Repeatable| "x".repeat((rng.next_u32() % 7) as usize);
    let header = format!(r#"{{"alg":"{}","note":"{}"}}"#, algorithm.name(), filler(rng));
    let payload = format!(
        r#"{{"iss":"https://sts.example/","aud":"urn:video","exp":1800000600,"jti":"{:x}é?>{}"}}"#,
        rng.next_u64(),
        filler(rng)
    );
    let text = signing_input(&header, &payload);
    with_signature(&text, &Signer::of(algorithm.key_kind(), SEED).sign(algorithm, text.as_bytes()))
}

/// Other texts that some decoder would read as the same part.
fn respellings(part: &str) -> Vec<String> {
    let (body, last) = part.split_at(part.len() - 1);
    let mut spellings: Vec<String> =
        ALPHABET.chars().filter(|other| !last.starts_with(*other)).map(|other| format!("{body}{other}")).collect();
    let middle = part.len() / 2;
    for extra in ["=", "==", "===", " ", "\t", "\r", "\n", "\r\n", "\0", "\u{a0}", "\u{feff}", "%20", "%3D", "A", "AA"]
    {
        spellings.push(format!("{part}{extra}"));
        spellings.push(format!("{extra}{part}"));
        spellings.push(format!("{}{extra}{}", &part[..middle], &part[middle..]));
    }
    spellings.push(part.replace('-', "+").replace('_', "/"));
    spellings.push(format!("%{:02X}{}", part.as_bytes()[0], &part[1..]));
    spellings.push(body.to_owned());
    spellings.push(String::new());
    spellings.push(STANDARD.encode(URL_SAFE_NO_PAD.decode(part).unwrap()));
    spellings.retain(|spelling| spelling != part);
    spellings
}

#[test]
fn no_part_of_a_json_web_token_has_a_second_spelling() {
    let mut rng = Repeatable(4);
    let (mut tokens, mut run, mut same_bytes) = (0, 0, 0);
    for algorithm in Algorithm::ALL.iter().copied() {
        let verifier = verifier(TokenType::Jwt, algorithm);
        for _ in 0..8 {
            let token = token(algorithm, &mut rng);
            assert_eq!(check(&verifier, &token).code(), DecisionCode::Allowed, "{}", algorithm.name());
            tokens += 1;
            let parts: Vec<&str> = token.split('.').collect();
            for at in 0..3 {
                let lax = base64::engine::GeneralPurpose::new(
                    &base64::alphabet::URL_SAFE,
                    base64::engine::GeneralPurposeConfig::new()
                        .with_decode_allow_trailing_bits(true)
                        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
                );
                for spelling in respellings(parts[at]) {
                    same_bytes += usize::from(lax.decode(&spelling).ok() == URL_SAFE_NO_PAD.decode(parts[at]).ok());
                    let mut changed = parts.clone();
                    changed[at] = &spelling;
                    let decision = check(&verifier, &changed.join("."));
                    assert!(!decision.is_allowed(), "{} part {at}: {spelling:?}", algorithm.name());
                    run += 1;
                }
            }
            for whole in [format!("{token}."), format!(".{token}"), format!(" {token}"), format!("{token}\n")] {
                assert!(!check(&verifier, &whole).is_allowed());
                run += 1;
            }
        }
    }
    println!("malleability: {tokens} tokens, {run} respellings refused; a lax decoder reads {same_bytes} as the same");
    assert!(same_bytes > 500, "the respellings must be such that somebody could take them for the same: {same_bytes}");
}

/// (r, n − s) is a signature of the same text, which anybody can make: it must not be a second token.
#[test]
fn a_flipped_ecdsa_signature_is_the_same_token() {
    let mut rng = Repeatable(5);
    let mut run = 0;
    for algorithm in [Algorithm::Es256, Algorithm::Es384] {
        let verifier = verifier(TokenType::Jwt, algorithm);
        for _ in 0..20 {
            let token = token(algorithm, &mut rng);
            let (text, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let flipped = if algorithm == Algorithm::Es256 {
                let (r, s) = p256::ecdsa::Signature::from_slice(&signature).unwrap().split_scalars();
                p256::ecdsa::Signature::from_scalars(r, -s).unwrap().to_bytes().to_vec()
            } else {
                let (r, s) = p384::ecdsa::Signature::from_slice(&signature).unwrap().split_scalars();
                p384::ecdsa::Signature::from_scalars(r, -s).unwrap().to_bytes().to_vec()
            };
            assert_ne!(signature, flipped);
            let flipped = with_signature(text, &flipped);
            let (first, second) = (check(&verifier, &token), check(&verifier, &flipped));
            assert!(first.is_allowed() && second.is_allowed());
            assert!(
                first.token_digest(&token).is_some() && first.token_digest(&token) == second.token_digest(&flipped)
            );
            run += 1;
        }
    }
    println!("malleability: {run} ECDSA signatures flipped, each the same token");
}

/// S + L would be a second Ed25519 signature (RFC 8032, section 5.1.7), and s + n a second RSA one: both are refused. A new
/// PSS salt makes another signature of the same text: the same token.
#[test]
fn other_signatures_of_the_same_text() {
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut rng = Repeatable(6);
    let first = token(Algorithm::EdDsa, &mut rng);
    let (text, signature) = first.rsplit_once('.').unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(add(&mut signature[32..], &order), 0);
    let verifier_ed = verifier(TokenType::Jwt, Algorithm::EdDsa);
    assert_eq!(check(&verifier_ed, &with_signature(text, &signature)).code(), DecisionCode::BadSignature);

    let verifier_rsa = verifier(TokenType::Jwt, Algorithm::Rs256);
    let mut little_endian_modulus = Signer::rsa().rsa_numbers().0;
    little_endian_modulus.reverse();
    let mut run = 0;
    for _ in 0..20 {
        let token = token(Algorithm::Rs256, &mut rng);
        let (text, signature) = token.rsplit_once('.').unwrap();
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        signature.reverse();
        let carry = add(&mut signature, &little_endian_modulus);
        if carry == 1 {
            signature.push(1);
        }
        signature.reverse();
        assert_eq!(check(&verifier_rsa, &with_signature(text, &signature)).code(), DecisionCode::BadSignature);
        run += 1;
    }
    println!("malleability: S + L and {run} RSA signatures plus the modulus refused");

    let verifier_pss = verifier(TokenType::Jwt, Algorithm::Ps256);
    let token = token(Algorithm::Ps256, &mut rng);
    let (text, signature) = token.rsplit_once('.').unwrap();
    let Signer::Rsa(key) = Signer::of(KeyKind::Rsa, SEED) else { panic!("an RSA key") };
    use rsa::traits::SignatureScheme as _;
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(text.as_bytes());
    let other = rsa::Pss::<sha2::Sha256>::new().sign(Some(&mut Repeatable(99)), &key, &digest).unwrap();
    let resigned = with_signature(text, &other);
    assert_ne!(URL_SAFE_NO_PAD.encode(&other), signature);
    let (first, second) = (check(&verifier_pss, &token), check(&verifier_pss, &resigned));
    assert!(first.is_allowed() && second.is_allowed());
    assert!(first.token_digest(&token).is_some() && first.token_digest(&token) == second.token_digest(&resigned));
}

/// Adds little-endian numbers of one length; the carry.
fn add(number: &mut [u8], other: &[u8]) -> u8 {
    number.iter_mut().zip(other).fold(0, |carry, (byte, other)| {
        let sum = u16::from(*byte) + u16::from(*other) + u16::from(carry);
        *byte = (sum & 0xFF) as u8;
        (sum >> 8) as u8
    })
}

/// What is signed in a SWT is its text; the signature itself is percent-encoded, and so has many spellings.
#[test]
fn respelt_signatures_of_simple_web_tokens_are_the_same_token() {
    let verifier = verifier(TokenType::Swt, Algorithm::Hs256);
    let mut rng = Repeatable(7);
    let (mut same, mut refused) = (0, 0);
    for _ in 0..200 {
        let text = format!(
            "n={:x}&Audience=urn%3avideo&ExpiresOn=1800000600&Issuer=https%3a%2f%2fsts.example%2f",
            rng.next_u64()
        );
        let base64 = STANDARD.encode(Signer::of(KeyKind::Symmetric, SEED).sign(Algorithm::Hs256, text.as_bytes()));
        let escape = |byte: u8, upper: bool| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        // Each character escaped or not, in either case, at random; + must be, for it means a space.
        let spell = |rng: &mut Repeatable| -> String {
            let one = |byte: u8| match rng.next_u32() % 3 {
                0 if byte != b'+' => char::from(byte).to_string(),
                1 => escape(byte, true),
                _ => escape(byte, false),
            };
            base64.bytes().map(one).collect()
        };
        let usual = base64.replace('+', "%2b").replace('/', "%2f").replace('=', "%3d");
        let token = format!("{text}&HMACSHA256={usual}");
        let first = check(&verifier, &token);
        let digest = first.token_digest(&token);
        assert!(first.is_allowed() && digest.is_some());
        for _ in 0..20 {
            let token = format!("{text}&HMACSHA256={}", spell(&mut rng));
            let decision = check(&verifier, &token);
            assert_eq!((decision.code(), decision.token_digest(&token)), (DecisionCode::Allowed, digest));
            same += 1;
        }
        let (body, last) = base64.trim_end_matches('=').split_at(42);
        let spare = ALPHABET.chars().filter(|other| *other != '-' && *other != '_' && !last.starts_with(*other));
        let body = body.replace('+', "%2b");
        let mut others: Vec<String> = spare.map(|other| format!("{body}{other}%3d")).collect();
        others.extend(["", "%3d%3d", "+", "%20", "%0d%0a", "\n", "&", "%00", "%"].map(|end| format!("{usual}{end}")));
        others.push(usual.replace("%3d", ""));
        others.push(usual.replace("%2b", "-").replace("%2f", "_") + "x");
        others.push(URL_SAFE_NO_PAD.encode(STANDARD.decode(&base64).unwrap()));
        for other in others.iter().filter(|other| **other != usual) {
            let decision = check(&verifier, &format!("{text}&HMACSHA256={other}"));
            assert!(!decision.is_allowed(), "{other}");
            refused += 1;
        }
        // The signed text has one spelling: the same parameters written in another way are another text.
        for other in [text.replace("%3a", "%3A"), text.replace("%3a", ":"), format!("{text}&"), format!("&{text}")] {
            assert!(!check(&verifier, &format!("{other}&HMACSHA256={usual}")).is_allowed());
            refused += 1;
        }
        for other in [format!("{text}&HMACSHA256={usual}&HMACSHA256={usual}"), format!("{text}&%48MACSHA256={usual}")] {
            assert!(!check(&verifier, &other).is_allowed());
            refused += 1;
        }
    }
    println!("malleability: {same} respelt SWT signatures are the same token, {refused} other ones refused");
}
