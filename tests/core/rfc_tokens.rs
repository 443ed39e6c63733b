//! The signed examples of RFC 7515 and RFC 8037, with their published keys.
//!
//! Their claims are not those of our policies, so what is expected is the first claim that is missing, behind a signature
//! that was found good: `verification_key` is only there in that case.

use keywicket::id::{Guid, KeyId};
use keywicket::policy::{TokenRestriction, TokenType, VerificationKey};
use keywicket::secret::SecretBytes;
use keywicket::token::{
    CompiledPolicy, Decision, DecisionCode, JsonWebKeySet, KeyName, TokenRequest, TokenVerifier, VerifierSettings,
};

/// {"iss":"joe", "exp":1300819380, "http://example.com/is_root":true}
const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const EXPIRES: i64 = 1_300_819_380;

const HS256_KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const HS256_SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const RS256_MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql\
     L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7\
     WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2P\
     AcDTW9gb54h4FRWyuXpoQ";
const RS256_SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5\
     jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN\
     9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVm\
     tVrBp0igcN_IoypGlUPQGe77Rw";

const ES256_JWK: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const ES256_SIGNATURE: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

const ED25519_JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3A\
     IbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

enum Keys {
    InPolicy(VerificationKey),
    InSet(String),
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn verifier(keys: Keys) -> TokenVerifier {
    let mut restriction = TokenRestriction {
        token_type: TokenType::Jwt,
        issuer: "joe".to_owned(),
        audience: "urn:example".to_owned(),
        primary_verification_key: None,
        alternate_verification_keys: Vec::new(),
        required_claims: Vec::new(),
        open_id_discovery_uri: None,
    };
    let mut settings = VerifierSettings { tolerance: 0, ..VerifierSettings::default() };
    match keys {
        Keys::InPolicy(key) => restriction.primary_verification_key = Some(key),
        Keys::InSet(jwk) => {
            restriction.open_id_discovery_uri = Some("https://example.com/.well-known".to_owned());
            settings.key_set = Some(JsonWebKeySet::parse(&format!(r#"{{"keys":[{jwk}]}}"#)).unwrap().0);
        }
    }
    TokenVerifier::new(CompiledPolicy::from_restriction(&restriction, &settings).unwrap()).unwrap()
}

fn decide(verifier: &TokenVerifier, token: &str, now: i64) -> Decision {
    verifier.check(token, &TokenRequest::new(KeyId::new(Guid::from_cenc_bytes([1; 16])), now))
}

#[test]
fn examples_of_rfc_7515() {
    let hs256 = Keys::InPolicy(VerificationKey::Symmetric(SecretBytes::new(decoded(HS256_KEY))));
    let rs256 = Keys::InPolicy(VerificationKey::from_rsa_numbers(&decoded(RS256_MODULUS), &decoded("AQAB")));
    let rs256_set = Keys::InSet(format!(r#"{{"kty":"RSA","n":"{RS256_MODULUS}","e":"AQAB"}}"#));
    let mut run = 0;
    // A.1 has two lines in its header, A.2 and A.3 have one.
    for (name, header, signature, keys, key) in [
        ("A.1", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", HS256_SIGNATURE, hs256, KeyName::Primary),
        ("A.2", "eyJhbGciOiJSUzI1NiJ9", RS256_SIGNATURE, rs256, KeyName::Primary),
        ("A.2", "eyJhbGciOiJSUzI1NiJ9", RS256_SIGNATURE, rs256_set, KeyName::Jwks(0)),
        ("A.3", "eyJhbGciOiJFUzI1NiJ9", ES256_SIGNATURE, Keys::InSet(ES256_JWK.to_owned()), KeyName::Jwks(0)),
    ] {
        let verifier = verifier(keys);
        let token = format!("{header}.{PAYLOAD}.{signature}");
        for (now, code) in [(EXPIRES - 1, DecisionCode::MissingAudience), (EXPIRES, DecisionCode::Expired)] {
            let decision = decide(&verifier, &token, now);
            assert_eq!((decision.code(), decision.verification_key()), (code, Some(key)), "{name}");
            assert_eq!(decision.expires_at(), Some(EXPIRES), "{name}");
        }
        // Every bit of the signature counts.
        let good = decoded(signature);
        for place in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[place / 8] ^= 1 << (place % 8);
            let changed = crate::signers::with_signature(&format!("{header}.{PAYLOAD}"), &bytes);
            let decision = decide(&verifier, &changed, EXPIRES - 1);
            let seen = (decision.code(), decision.verification_key(), decision.token_digest(&changed));
            assert_eq!(seen, (DecisionCode::BadSignature, None, None), "{name}, bit {place}");
            run += 1;
        }
    }
    println!("RFC 7515 A.1 to A.3: 4 examples accepted by signature, {run} single-bit changes refused");
}

/// The payload is “Example of Ed25519 signing”. Its signature is judged beside the code, in `src/token/wycheproof.rs`.
#[test]
fn example_of_rfc_8037_is_no_json_web_token() {
    let decision = decide(&verifier(Keys::InSet(ED25519_JWK.to_owned())), ED25519_TOKEN, 0);
    assert_eq!((decision.code(), decision.verification_key()), (DecisionCode::Malformed, None));
}
