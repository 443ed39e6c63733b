//! Tokens signed by other hands than the library's: whatever header, payload and signature a test wants.

use crate::randomness::Repeatable;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use keywicket::token::{Algorithm, KeyKind};
use p256::ecdsa::signature::Signer as _;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use rsa::traits::{PublicKeyParts as _, SignatureScheme as _};
use rsa::{Pkcs1v15Sign, Pss};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use std::sync::OnceLock;

/// Certificate and PKCS#8 key of the same pair, made by OpenSSL.
pub const CERTIFICATE: &str = include_str!("../fixtures/rsa-2048.cert.pem");
const PRIVATE_KEY: &str = include_str!("../fixtures/rsa-2048.key.pem");

/// Something that signs.
pub enum Signer {
    Secret(Vec<u8>),
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl Signer {
    /// The pair of the fixture's certificate.
    pub fn rsa() -> &'static Self {
        static KEY: OnceLock<Signer> = OnceLock::new();
        KEY.get_or_init(|| Self::Rsa(Box::new(RsaPrivateKey::from_pkcs8_der(&pem_body(PRIVATE_KEY)).unwrap())))
    }

    /// A key of that kind out of one byte; of RSA there is one.
    pub fn of(kind: KeyKind, seed: u8) -> Self {
        match kind {
            KeyKind::Symmetric => Self::Secret(vec![seed; 64]),
            KeyKind::P256 => Self::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()),
            KeyKind::P384 => Self::P384(p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap()),
            KeyKind::Ed25519 => Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))),
            KeyKind::Rsa => match Self::rsa() {
                Self::Rsa(key) => Self::Rsa(key.clone()),
                _ => panic!("an RSA key"),
            },
        }
    }

    /// A signature by that algorithm; it must be one for this key.
    pub fn sign(&self, algorithm: Algorithm, text: &[u8]) -> Vec<u8> {
        match (self, algorithm) {
            (Self::Secret(key), _) => hmac(algorithm, key, text),
            (Self::P256(key), Algorithm::Es256) => {
                let signature: p256::ecdsa::Signature = key.sign(text);
                signature.to_bytes().to_vec()
            }
            (Self::P384(key), Algorithm::Es384) => {
                let signature: p384::ecdsa::Signature = key.sign(text);
                signature.to_bytes().to_vec()
            }
            (Self::Ed25519(key), Algorithm::EdDsa) => key.sign(text).to_bytes().to_vec(),
            (Self::Rsa(key), _) => rsa_signature(key, algorithm, text),
            _ => panic!("{} is not for this key", algorithm.name()),
        }
    }

    /// The public key as a SubjectPublicKeyInfo, by the fixed headers of RFC 5480 and RFC 8410.
    pub fn info(&self) -> Vec<u8> {
        let with = |header: &str, key: &[u8]| {
            let byte = |at| u8::from_str_radix(&header[at..at + 2], 16).unwrap();
            (0..header.len()).step_by(2).map(byte).chain(key.iter().copied()).collect()
        };
        match self {
            Self::Secret(_) => panic!("a secret has no public part"),
            Self::Rsa(key) => key.to_public_key().to_public_key_der().unwrap().into_vec(),
            Self::P256(key) => with(
                "3059301306072a8648ce3d020106082a8648ce3d030107034200",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Self::P384(key) => with(
                "3076301006072a8648ce3d020106052b81040022036200",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Self::Ed25519(key) => with("302a300506032b6570032100", key.verifying_key().as_bytes()),
        }
    }

    /// The public key as a JSON Web Key.
    pub fn jwk(&self, algorithm: Option<Algorithm>, id: Option<&str>) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = |curve: &str, point: &[u8]| {
            let (x, y) = point[1..].split_at(point.len() / 2);
            format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, text(x), text(y))
        };
        let mut members = match self {
            Self::Secret(_) => panic!("a secret is in no key set"),
            Self::Rsa(key) => {
                let (n, e) = (key.n().to_be_bytes_trimmed_vartime(), key.e().to_be_bytes_trimmed_vartime());
                format!(r#""kty":"RSA","n":"{}","e":"{}""#, text(&n), text(&e))
            }
            Self::P256(key) => point("P-256", key.verifying_key().to_sec1_point(false).as_bytes()),
            Self::P384(key) => point("P-384", key.verifying_key().to_sec1_point(false).as_bytes()),
            Self::Ed25519(key) => {
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, text(key.verifying_key().as_bytes()))
            }
        };
        if let Some(algorithm) = algorithm {
            members += &format!(r#","alg":"{}""#, algorithm.name());
        }
        if let Some(id) = id {
            members += &format!(r#","kid":"{id}""#);
        }
        format!("{{{members}}}")
    }

    /// Modulus and exponent.
    pub fn rsa_numbers(&self) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Rsa(key) => {
                (key.n().to_be_bytes_trimmed_vartime().to_vec(), key.e().to_be_bytes_trimmed_vartime().to_vec())
            }
            _ => panic!("an RSA key"),
        }
    }
}

pub fn hmac(algorithm: Algorithm, key: &[u8], text: &[u8]) -> Vec<u8> {
    macro_rules! with {
        ($hash:ty) => {
            Hmac::<$hash>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
        };
    }
    match algorithm {
        Algorithm::Hs256 => with!(Sha256),
        Algorithm::Hs384 => with!(Sha384),
        Algorithm::Hs512 => with!(Sha512),
        _ => panic!("{} is no HMAC", algorithm.name()),
    }
}

fn rsa_signature(key: &RsaPrivateKey, algorithm: Algorithm, text: &[u8]) -> Vec<u8> {
    let rng = Some(&mut Repeatable(17));
    match algorithm {
        Algorithm::Rs256 => Pkcs1v15Sign::new::<Sha256>().sign(rng, key, &Sha256::digest(text)),
        Algorithm::Rs384 => Pkcs1v15Sign::new::<Sha384>().sign(rng, key, &Sha384::digest(text)),
        Algorithm::Rs512 => Pkcs1v15Sign::new::<Sha512>().sign(rng, key, &Sha512::digest(text)),
        Algorithm::Ps256 => Pss::<Sha256>::new().sign(rng, key, &Sha256::digest(text)),
        Algorithm::Ps384 => Pss::<Sha384>::new().sign(rng, key, &Sha384::digest(text)),
        Algorithm::Ps512 => Pss::<Sha512>::new().sign(rng, key, &Sha512::digest(text)),
        _ => panic!("{} is not for RSA", algorithm.name()),
    }
    .unwrap()
}

/// The bytes in a PEM text.
pub fn pem_body(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).unwrap()
}

/// The text that a JWS signature is over.
pub fn signing_input(header: &str, payload: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

/// A token with that signature.
pub fn with_signature(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
