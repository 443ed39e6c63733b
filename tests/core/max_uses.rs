//! Tokens that limit their uses: what the claim may say, how long such a token may live, and when it is used up.

use crate::signers::{Signer, signing_input, with_signature};
use base64::Engine as _;
use keywicket::id::{Guid, KeyId};
use keywicket::policy::{TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::token::{
    Algorithm, CompiledPolicy, DecisionCode, KeyName, MAX_USES_CLAIM, TokenRequest, TokenVerifier, VerifierSettings,
};

const NOW: i64 = 1_800_000_000;
const TOLERANCE: u16 = 60;
/// The last second that a token with limited uses may name: an hour, and what clocks are forgiven.
const LATEST: i64 = NOW + 3600 + 60;

fn verifier(token_type: TokenType) -> TokenVerifier {
    let restriction = TokenRestriction {
        token_type,
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        primary_verification_key: Some(VerificationKey::Symmetric(SecretBytes::new(vec![3; 64]))),
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
        open_id_discovery_uri: None,
    };
    let settings = VerifierSettings { tolerance: TOLERANCE, ..VerifierSettings::default() };
    TokenVerifier::new(CompiledPolicy::from_restriction(&restriction, &settings).unwrap()).unwrap()
}

/// A JWT whose claim is this JSON.
fn jwt(limit: Option<&str>, expires: i64) -> String {
    let claim = limit.map(|limit| format!(r#","{MAX_USES_CLAIM}":{limit}"#)).unwrap_or_default();
    let text = signing_input(r#"{"alg":"HS256"}"#, &format!(r#"{{"iss":"i","aud":"a","exp":{expires}{claim}}}"#));
    with_signature(&text, &Signer::Secret(vec![3; 64]).sign(Algorithm::Hs256, text.as_bytes()))
}

/// A SWT whose claim is this text.
fn swt(limit: Option<&str>, expires: i64) -> String {
    let name = MAX_USES_CLAIM.replace(':', "%3a");
    let claim = limit.map(|limit| format!("{name}={limit}&")).unwrap_or_default();
    let text = format!("{claim}Audience=a&ExpiresOn={expires}&Issuer=i");
    let mac = Signer::Secret(vec![3; 64]).sign(Algorithm::Hs256, text.as_bytes());
    let mac = base64::engine::general_purpose::STANDARD.encode(mac);
    format!("{text}&HMACSHA256={}", mac.replace('+', "%2b").replace('/', "%2f").replace('=', "%3d"))
}

/// The claim, the expiry and the uses so far; and the code and the limit that must come out.
type Case = (Option<&'static str>, i64, Option<i64>, DecisionCode, Option<i64>);

/// What holds for both types of token.
const COMMON: &[Case] = &[
    (None, NOW + 600, None, DecisionCode::Allowed, None),
    (None, NOW + 600, Some(1_000_000), DecisionCode::Allowed, None),
    (None, NOW + 1_000_000, None, DecisionCode::Allowed, None),
    (Some("5"), NOW + 600, None, DecisionCode::UsesUnknown, Some(5)),
    (Some("5"), NOW + 600, Some(0), DecisionCode::Allowed, Some(5)),
    (Some("5"), NOW + 600, Some(4), DecisionCode::Allowed, Some(5)),
    (Some("5"), NOW + 600, Some(5), DecisionCode::UsesExhausted, Some(5)),
    (Some("5"), NOW + 600, Some(6), DecisionCode::UsesExhausted, Some(5)),
    (Some("5"), NOW + 600, Some(i64::MAX), DecisionCode::UsesExhausted, Some(5)),
    (Some("1"), NOW + 600, Some(0), DecisionCode::Allowed, Some(1)),
    (Some("1"), NOW + 600, Some(1), DecisionCode::UsesExhausted, Some(1)),
    (Some("9007199254740992"), NOW + 600, Some(0), DecisionCode::Allowed, Some(9_007_199_254_740_992)),
    (Some("9007199254740993"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("99999999999999999999"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("0"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("0"), NOW + 600, None, DecisionCode::BadMaxUses, None),
    (Some("-1"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("1.5"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("1e3"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    // The claim is read before the lifetime, the lifetime before the count.
    (Some("0"), LATEST + 1, Some(0), DecisionCode::BadMaxUses, None),
    (Some("5"), LATEST, Some(0), DecisionCode::Allowed, Some(5)),
    (Some("5"), LATEST + 1, Some(0), DecisionCode::LifetimeTooLong, Some(5)),
    (Some("5"), LATEST + 1, None, DecisionCode::LifetimeTooLong, Some(5)),
    (Some("5"), LATEST + 1, Some(5), DecisionCode::LifetimeTooLong, Some(5)),
    // What is wrong earlier is said first.
    (Some("5"), NOW - 60, Some(5), DecisionCode::Expired, Some(5)),
];

/// JSON that a SWT cannot say.
const JSON: &[Case] = &[
    (Some("\"5\""), NOW + 600, Some(4), DecisionCode::Allowed, Some(5)),
    (Some("\"5\""), NOW + 600, Some(5), DecisionCode::UsesExhausted, Some(5)),
    (Some("\"x\""), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("\"\""), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("\" 5\""), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("\"+5\""), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("null"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("true"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("[5]"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("{}"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
];

/// Texts that only a SWT can say without quotation marks.
const TEXT: &[Case] = &[
    (Some("x"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some(""), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("+5"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("%2b5"), NOW + 600, Some(0), DecisionCode::BadMaxUses, None),
    (Some("%35"), NOW + 600, Some(4), DecisionCode::Allowed, Some(5)),
];

#[test]
fn uses_are_limited_as_the_claim_says() {
    let mut run = 0;
    for (token_type, cases) in [(TokenType::Jwt, [COMMON, JSON]), (TokenType::Swt, [COMMON, TEXT])] {
        let verifier = verifier(token_type);
        for (limit, expires, uses, code, seen) in cases.into_iter().flatten().copied() {
            let token = if token_type == TokenType::Jwt { jwt(limit, expires) } else { swt(limit, expires) };
            let request = TokenRequest { uses, ..TokenRequest::new(KeyId::new(Guid::from_cenc_bytes([1; 16])), NOW) };
            let decision = verifier.check(&token, &request);
            let what = format!("{token_type:?} {limit:?}, {} s, used {uses:?}", expires - NOW);
            assert_eq!((decision.code(), decision.uses_limit()), (code, seen), "{what}");
            // Whoever counts needs the name to count under, whatever the answer.
            assert!(decision.token_digest(&token).is_some() && decision.verification_key() == Some(KeyName::Primary));
            assert_eq!(verifier.explain(&token, &request).0, decision, "{what}");
            run += 1;
        }
    }
    println!("maxuses: {run} cases");
}
