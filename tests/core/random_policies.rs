//! Policies at random, and what they are made of, so that a test can say by itself what they ask for.

use crate::randomness::Repeatable;
use crate::signers::{CERTIFICATE, Signer, pem_body};
use keywicket::id::{Guid, KeyId};
use keywicket::policy::{
    IpRestriction, KeyDeliveryType, PolicyOption, Restriction, TokenClaim, TokenRestriction, TokenType, VerificationKey,
};
use keywicket::secret::SecretBytes;
use keywicket::token::{Algorithm, CompiledPolicy, JsonWebKeySet, KeyKind, VerifierSettings};
use rand_core::Rng as _;

pub const NETWORKS: &str = "192.0.2.0/24,2001:db8::/32";
/// No dots: then a SWT never looks like a JWT with more or fewer parts.
pub const ISSUERS: [&str; 2] = ["urn:issuer:a", "urn:issuer:b"];
pub const AUDIENCES: [&str; 2] = ["urn:audience:a", "urn:audience:b"];

pub fn key_id(byte: u8) -> KeyId {
    KeyId::new(Guid::from_cenc_bytes([byte; 16]))
}

pub fn below(rng: &mut Repeatable, end: usize) -> usize {
    (rng.next_u64() % end as u64) as usize
}

pub fn chance(rng: &mut Repeatable, percent: usize) -> bool {
    below(rng, 100) < percent
}

pub fn one_of<T: Clone>(rng: &mut Repeatable, items: &[T]) -> T {
    items[below(rng, items.len())].clone()
}

/// A key of a policy: which private key belongs to it, what it is for, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub kind: KeyKind,
    pub seed: u8,
    pub algorithm: Algorithm,
    pub id: Option<&'static str>,
}

impl Key {
    pub fn signer(&self) -> Signer {
        Signer::of(self.kind, self.seed)
    }
}

/// A token restriction and its keys in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Rules {
    pub restriction: TokenRestriction,
    pub keys: Vec<Key>,
}

#[derive(Clone, Debug)]
pub enum Condition {
    Open,
    Ip,
    Token(Box<Rules>),
}

/// A policy: its options, and the same compiled. A single restriction is one option of no delivery type.
#[derive(Clone, Debug)]
pub struct Policy {
    pub options: Vec<(Option<KeyDeliveryType>, Vec<Condition>)>,
    pub tolerance: u16,
    pub compiled: CompiledPolicy,
}

impl Policy {
    pub fn rules(&self) -> Vec<&Rules> {
        let conditions = self.options.iter().flat_map(|(_, conditions)| conditions);
        conditions
            .filter_map(|condition| match condition {
                Condition::Token(rules) => Some(rules.as_ref()),
                _ => None,
            })
            .collect()
    }
}

/// What all restrictions of a policy share.
struct Shared {
    symmetric: Algorithm,
    rsa: Algorithm,
    set: Vec<Key>,
}

pub fn policy(rng: &mut Repeatable) -> Policy {
    let shared = Shared {
        symmetric: one_of(rng, &[Algorithm::Hs256, Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512]),
        rsa: one_of(rng, &Algorithm::ALL[3..9]),
        set: (0..1 + below(rng, 3)).map(|_| set_key(rng)).collect(),
    };
    let tolerance = one_of(rng, &[0, 60, 300]);
    let is_single = chance(rng, 30);
    let options: Vec<_> = if is_single {
        vec![(None, vec![Condition::Token(Box::new(rules(rng, &shared)))])]
    } else {
        (0..1 + below(rng, 3))
            .map(|_| {
                let kinds = [KeyDeliveryType::BaselineHttp, KeyDeliveryType::PlayReadyLicense];
                (Some(one_of(rng, &kinds)), conditions(rng, &shared))
            })
            .collect()
    };
    let takes_set = options.iter().flat_map(|(_, conditions)| conditions).any(
        |condition| matches!(condition, Condition::Token(rules) if rules.restriction.open_id_discovery_uri.is_some()),
    );
    let settings = VerifierSettings {
        tolerance,
        symmetric_algorithm: shared.symmetric,
        rsa_algorithm: shared.rsa,
        key_set: takes_set.then(|| key_set(&shared.set)),
    };
    let compiled = if is_single {
        let [(_, conditions)] = options.as_slice() else { panic!("one option") };
        let [Condition::Token(rules)] = conditions.as_slice() else { panic!("one restriction") };
        CompiledPolicy::from_restriction(&rules.restriction, &settings)
    } else {
        let options: Vec<_> = options.iter().map(|(kind, conditions)| option(*kind, conditions)).collect();
        CompiledPolicy::from_options(&options, &settings)
    };
    Policy { options, tolerance, compiled: compiled.unwrap() }
}

fn option(kind: Option<KeyDeliveryType>, conditions: &[Condition]) -> PolicyOption {
    let restrictions = conditions.iter().map(|condition| match condition {
        Condition::Open => Restriction::Open,
        Condition::Ip => Restriction::Ip(IpRestriction::parse(NETWORKS).unwrap()),
        Condition::Token(rules) => Restriction::Token(Box::new(rules.restriction.clone())),
    });
    PolicyOption::new(kind.unwrap(), restrictions.collect()).unwrap()
}

fn conditions(rng: &mut Repeatable, shared: &Shared) -> Vec<Condition> {
    (0..1 + below(rng, 2))
        .map(|_| match below(rng, 10) {
            0 => Condition::Open,
            1 | 2 => Condition::Ip,
            _ => Condition::Token(Box::new(rules(rng, shared))),
        })
        .collect()
}

fn rules(rng: &mut Repeatable, shared: &Shared) -> Rules {
    let token_type = if chance(rng, 70) { TokenType::Jwt } else { TokenType::Swt };
    let symmetric = if token_type == TokenType::Swt { Algorithm::Hs256 } else { shared.symmetric };
    let takes_set = chance(rng, if token_type == TokenType::Jwt { 50 } else { 10 });
    let (mut keys, mut in_policy) = (Vec::new(), Vec::new());
    for _ in 0..below(rng, 4) {
        let (kind, seed) =
            if chance(rng, 70) { (KeyKind::Symmetric, 1 + below(rng, 3) as u8) } else { (KeyKind::Rsa, 0) };
        let algorithm = if kind == KeyKind::Symmetric { symmetric } else { shared.rsa };
        keys.push(Key { kind, seed, algorithm, id: None });
        in_policy.push(policy_key(rng, kind, seed));
    }
    if takes_set {
        keys.extend_from_slice(&shared.set);
    }
    let mut required_claims = Vec::new();
    if chance(rng, 60) {
        required_claims.push(TokenClaim::content_key_identifier());
    }
    for (name, value) in [("tier", Some("gold")), ("role", None)] {
        if chance(rng, 40) {
            required_claims.push(TokenClaim { claim_type: name.to_owned(), value: value.map(str::to_owned) });
        }
    }
    let mut in_policy = in_policy.into_iter();
    let restriction = TokenRestriction {
        token_type,
        issuer: one_of(rng, &ISSUERS).to_owned(),
        audience: one_of(rng, &AUDIENCES).to_owned(),
        primary_verification_key: in_policy.next(),
        alternate_verification_keys: in_policy.collect(),
        required_claims,
        open_id_discovery_uri: takes_set.then(|| "https://issuer/.well-known/openid-configuration".to_owned()),
    };
    Rules { restriction, keys }
}

fn policy_key(rng: &mut Repeatable, kind: KeyKind, seed: u8) -> VerificationKey {
    if kind == KeyKind::Symmetric {
        return VerificationKey::Symmetric(SecretBytes::new(vec![seed; 64]));
    }
    if chance(rng, 50) {
        return VerificationKey::X509 { raw_body: pem_body(CERTIFICATE) };
    }
    let (modulus, exponent) = Signer::rsa().rsa_numbers();
    VerificationKey::from_rsa_numbers(&modulus, &exponent)
}

fn set_key(rng: &mut Repeatable) -> Key {
    let algorithm = one_of(rng, &Algorithm::ALL[3..]);
    let seed = if algorithm.key_kind() == KeyKind::Rsa { 0 } else { 1 + below(rng, 3) as u8 };
    let id = one_of(rng, &[None, Some("k1"), Some("k2")]);
    Key { kind: algorithm.key_kind(), seed, algorithm, id }
}

fn key_set(keys: &[Key]) -> JsonWebKeySet {
    let keys: Vec<String> = keys.iter().map(|key| key.signer().jwk(Some(key.algorithm), key.id)).collect();
    JsonWebKeySet::parse(&format!(r#"{{"keys":[{}]}}"#, keys.join(","))).unwrap().0
}
