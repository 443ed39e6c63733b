//! Tokens at random, right and wrong, with all that is true about them written beside them.

use crate::random_policies::{AUDIENCES, ISSUERS, Key, Rules, below, chance, key_id, one_of};
use crate::randomness::Repeatable;
use crate::signers::{Signer, signing_input, with_signature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::policy::TokenType;
use keywicket::token::{Algorithm, DecisionCode, KeyKind, MAX_USES_CLAIM};

const KEY_CLAIM: &str = "urn:microsoft:azure:mediaservices:contentkeyidentifier";

/// What reading the text must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Not even looked at.
    Refused(DecisionCode),
    /// Unreadable as the type it was made for; as the other type it is malformed.
    Broken(TokenType, DecisionCode),
    Readable(TokenType),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    Absent,
    /// Written like this, which is refused for this reason.
    Bad(&'static str, DecisionCode),
    At(i64),
}

#[derive(Clone, Debug)]
pub struct Token {
    pub text: String,
    pub shape: Shape,
    /// What the header names, if it is an algorithm.
    pub algorithm: Option<Algorithm>,
    pub key_id: Option<&'static str>,
    /// Kind and seed of the private key that signed this text, and how.
    pub signed_by: Option<(KeyKind, u8, Algorithm)>,
    pub claims: Claims,
}

#[derive(Clone, Debug)]
pub struct Claims {
    pub expires: Time,
    pub not_before: Time,
    pub issuer: Option<&'static str>,
    pub audience: Option<&'static str>,
    /// The byte of the content key it is for.
    pub for_key: Option<u8>,
    pub tier: Option<&'static str>,
    pub role: Option<&'static str>,
    /// How it is written; the number if it is one.
    pub max_uses: Option<(&'static str, Option<i64>)>,
}

/// A token that was made for these rules and the content key 1; about a third are right in everything.
pub fn token(rng: &mut Repeatable, rules: Option<&Rules>, now: i64) -> Token {
    let token_type = match rules {
        Some(rules) => rules.restriction.token_type,
        None => one_of(rng, &[TokenType::Jwt, TokenType::Swt]),
    };
    let token_type = if chance(rng, 5) { other(token_type) } else { token_type };
    let mut claims = Claims {
        expires: Time::At(now + 600),
        not_before: one_of(rng, &[Time::Absent, Time::At(now - 60)]),
        issuer: rules.and_then(|rules| ISSUERS.into_iter().find(|issuer| *issuer == rules.restriction.issuer)),
        audience: rules.and_then(|rules| AUDIENCES.into_iter().find(|name| *name == rules.restriction.audience)),
        for_key: Some(1),
        tier: Some("gold"),
        role: Some("viewer"),
        max_uses: None,
    };
    if chance(rng, 55) {
        spoil(rng, &mut claims, now);
    }
    if token_type == TokenType::Swt {
        claims.not_before = Time::Absent;
    }
    let signing_key = signing_key(rng, rules, token_type);
    let mut token =
        if token_type == TokenType::Jwt { jwt(rng, &signing_key, claims) } else { swt(&signing_key, claims) };
    if chance(rng, 25) {
        break_text(rng, &mut token, token_type, &signing_key);
    }
    token
}

fn other(token_type: TokenType) -> TokenType {
    if token_type == TokenType::Jwt { TokenType::Swt } else { TokenType::Jwt }
}

/// One of the policy's keys, or now and then a stranger's.
fn signing_key(rng: &mut Repeatable, rules: Option<&Rules>, token_type: TokenType) -> Key {
    let stranger = Key { kind: KeyKind::Symmetric, seed: 77, algorithm: Algorithm::Hs256, id: None };
    let keys: Vec<Key> = rules.map(|rules| rules.keys.clone()).unwrap_or_default();
    let usable: Vec<Key> =
        keys.into_iter().filter(|key| token_type == TokenType::Jwt || key.algorithm == Algorithm::Hs256).collect();
    if usable.is_empty() || chance(rng, 4) {
        return stranger;
    }
    let mut key = one_of(rng, &usable);
    if key.kind != KeyKind::Rsa && chance(rng, 5) {
        key.seed = 78;
    }
    key
}

/// Makes one claim wrong, or right in an unusual way.
fn spoil(rng: &mut Repeatable, claims: &mut Claims, now: i64) {
    let bad_times = [
        Time::Absent,
        Time::Bad("x", DecisionCode::TimeNotANumber),
        Time::Bad("1.5", DecisionCode::TimeNotWhole),
        Time::Bad("6e39", DecisionCode::TimeNotWhole),
        Time::Bad("-1", DecisionCode::TimeOutOfRange),
        Time::Bad("9007199254740993", DecisionCode::TimeOutOfRange),
    ];
    let near = [-900, -301, -300, -61, -60, -1, 0, 1, 60, 61, 301, 4000];
    match below(rng, 9) {
        0 => claims.expires = one_of(rng, &bad_times),
        1 => claims.expires = Time::At(now + one_of(rng, &near)),
        2 => claims.not_before = one_of(rng, &bad_times),
        3 => claims.not_before = Time::At(now + one_of(rng, &near)),
        4 => claims.issuer = one_of(rng, &[None, Some("urn:issuer:b"), Some("urn:issuer"), Some("URN:ISSUER:A")]),
        5 => claims.audience = one_of(rng, &[None, Some("urn:audience:b"), Some("urn:audience:a/")]),
        6 => claims.for_key = one_of(rng, &[None, Some(2), Some(3)]),
        7 => match below(rng, 2) {
            0 => claims.tier = one_of(rng, &[None, Some("silver"), Some("Gold")]),
            _ => claims.role = None,
        },
        _ => {
            let limits = [("3", Some(3)), ("3", Some(3)), ("1", Some(1)), ("0", None), ("1.5", None), ("-2", None)];
            claims.max_uses = Some(one_of(rng, &limits));
            claims.expires = Time::At(now + one_of(rng, &[600, 600, 600, 3600, 3661, 3901, 90_000]));
        }
    }
}

fn time(time: Time, is_json: bool) -> Option<String> {
    match time {
        Time::Absent => None,
        Time::Bad("x", _) if is_json => Some("\"x\"".to_owned()),
        Time::Bad(text, _) => Some(text.to_owned()),
        Time::At(seconds) => Some(seconds.to_string()),
    }
}

/// Names and values, those that are there: texts in quotation marks if asked for.
fn members(claims: &Claims, names: [&'static str; 4], is_json: bool) -> Vec<(&'static str, String)> {
    let text = |value: &str| if is_json { format!("\"{value}\"") } else { value.replace(':', "%3a") };
    let all = [
        (names[0], claims.issuer.map(text)),
        (names[1], claims.audience.map(text)),
        (names[2], time(claims.expires, is_json)),
        (names[3], time(claims.not_before, is_json)),
        (KEY_CLAIM, claims.for_key.map(|byte| text(&key_id(byte).guid().to_string()))),
        ("tier", claims.tier.map(text)),
        ("role", claims.role.map(text)),
        (MAX_USES_CLAIM, claims.max_uses.map(|(written, _)| written.to_owned())),
    ];
    all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
}

fn jwt(rng: &mut Repeatable, key: &Key, claims: Claims) -> Token {
    let payload: Vec<String> = members(&claims, ["iss", "aud", "exp", "nbf"], true)
        .into_iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    let key_id = match below(rng, 10) {
        0..4 => key.id,
        4..9 => None,
        _ => one_of(rng, &[Some("k1"), Some("k2"), Some("nobody")]),
    };
    let id = key_id.map(|id| format!(",\"kid\":\"{id}\"")).unwrap_or_default();
    let header = format!("{{\"alg\":\"{}\"{id}}}", key.algorithm.name());
    let text = signing_input(&header, &format!("{{{}}}", payload.join(",")));
    Token {
        text: with_signature(&text, &key.signer().sign(key.algorithm, text.as_bytes())),
        shape: Shape::Readable(TokenType::Jwt),
        algorithm: Some(key.algorithm),
        key_id,
        signed_by: Some((key.kind, key.seed, key.algorithm)),
        claims,
    }
}

fn swt(key: &Key, claims: Claims) -> Token {
    let pairs: Vec<String> = members(&claims, ["Issuer", "Audience", "ExpiresOn", ""], false)
        .into_iter()
        .map(|(name, value)| format!("{}={value}", name.replace(':', "%3a")))
        .collect();
    let text = pairs.join("&");
    let mac = Signer::of(KeyKind::Symmetric, key.seed).sign(Algorithm::Hs256, text.as_bytes());
    let mac = STANDARD.encode(mac).replace('+', "%2b").replace('/', "%2f").replace('=', "%3d");
    Token {
        text: format!("{text}&HMACSHA256={mac}"),
        shape: Shape::Readable(TokenType::Swt),
        algorithm: Some(Algorithm::Hs256),
        key_id: None,
        signed_by: Some((KeyKind::Symmetric, key.seed, Algorithm::Hs256)),
        claims,
    }
}

/// Makes the text itself wrong.
fn break_text(rng: &mut Repeatable, token: &mut Token, token_type: TokenType, key: &Key) {
    let resigned = |header: &str, payload: &str| {
        let text = signing_input(header, payload);
        with_signature(&text, &key.signer().sign(key.algorithm, text.as_bytes()))
    };
    let name = key.algorithm.name();
    let broken = |code| Shape::Broken(token_type, code);
    let is_jwt = token_type == TokenType::Jwt;
    match below(rng, 9) {
        0 => (token.text, token.shape) = (String::new(), Shape::Refused(DecisionCode::Missing)),
        1 => (token.text, token.shape) = ("a".repeat(16_385), Shape::Refused(DecisionCode::TooLarge)),
        2 => {
            // Neither type reads it, whatever it was.
            token.text = one_of(rng, &["hello", "a.b", "Bearer x", "a=b", "%"]).to_owned();
            token.shape = broken(DecisionCode::Malformed);
        }
        3 if is_jwt => {
            token.text = resigned(&format!("{{\"alg\":\"{name}\"}}"), "{\"exp\":1,\"exp\":2}");
            token.shape = broken(DecisionCode::DuplicateMember);
        }
        3 => {
            token.text = token.text.replacen("&HMACSHA256=", "&tier=gold&tier=gold&HMACSHA256=", 1);
            token.shape = broken(DecisionCode::DuplicateMember);
        }
        4 if is_jwt => {
            let deep = format!("{{\"a\":{}{}}}", "[".repeat(17), "]".repeat(17));
            token.text = resigned(&format!("{{\"alg\":\"{name}\"}}"), &deep);
            token.shape = broken(DecisionCode::TooComplex);
        }
        4 => {
            let many: Vec<String> = (0..257).map(|number| format!("n{number}=1")).collect();
            token.text = format!("{}&{}", many.join("&"), token.text);
            token.shape = broken(DecisionCode::TooComplex);
        }
        5 if is_jwt => {
            token.text = resigned(&format!("{{\"alg\":\"{name}\",\"crit\":[\"exp\"]}}"), "{}");
            token.shape = broken(DecisionCode::Unsupported);
        }
        6 if is_jwt => {
            // The same claims under another algorithm's name, by the same key's signature.
            let (_, rest) = token.text.split_once('.').unwrap();
            let other = one_of(rng, &["none", "HS256", "RS256", "PS512", "ES512"]);
            token.algorithm = Algorithm::ALL.iter().copied().find(|algorithm| algorithm.name() == other);
            let header = signing_input(&format!("{{\"alg\":\"{other}\",\"x\":1}}"), "");
            token.text = format!("{header}{rest}");
            (token.key_id, token.signed_by) = (None, None);
        }
        _ => {
            // A claim more that nobody looks at: every check but the signature's still passes.
            if is_jwt {
                let (signed, signature) = token.text.rsplit_once('.').unwrap();
                let (header, _) = signed.split_once('.').unwrap();
                let payload: Vec<String> = members(&token.claims, ["iss", "aud", "exp", "nbf"], true)
                    .into_iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                let payload = format!("{{\"x\":1{}{}}}", if payload.is_empty() { "" } else { "," }, payload.join(","));
                let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload);
                token.text = format!("{header}.{payload}.{signature}");
            } else {
                token.text = format!("x=1&{}", token.text);
            }
            token.signed_by = None;
        }
    }
}
