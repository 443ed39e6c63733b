//! JSON Web Key Sets (RFC 7517): the keys that a discovery document leads to.

use super::algorithm::{Algorithm, KeyKind};
use super::compiled::CompiledKey;
use super::decision::KeyName;
use crate::encoding::{base64_decode, base64url_decode};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::json::scan::{self, Value};
use crate::key::{Certificate, RsaKey};
use crate::secret::SecretBytes;
use rsa::pkcs8::EncodePublicKey as _;

/// What is read of a key set, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// The keys of a set that verify signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonWebKeySet {
    keys: Vec<CompiledKey>,
}

impl JsonWebKeySet {
    /// Reads a key set: `{"keys": […]}`. Keys that are not for verifying signatures, or not of a kind that is known here,
    /// are passed over with a finding, as RFC 7517 asks; so is every secret key, since a set that anybody may fetch keeps
    /// no secret.
    ///
    /// A key's algorithm is its `alg`; without one it follows from the key: RS256 for RSA, ES256 for P-256, ES384 for
    /// P-384, EdDSA for Ed25519.
    ///
    /// # Errors
    /// `verification_key.invalid` where the text is no key set, `verification_key.unsupported_jwk` where no key is left.
    pub fn parse(json: &str) -> Result<(Self, Vec<Finding>)> {
        let no_set = || {
            let why = "this is not a JSON Web Key Set: expected {\"keys\": […]}";
            Error::new(ErrorCode::VerificationKeyInvalid, why)
        };
        if json.len() > MAX_BYTES {
            return Err(no_set());
        }
        let members = scan::members(json).map_err(|_| no_set())?;
        let keys = members.iter().find_map(|(name, value)| match value {
            Value::List(list) if name.is("keys") => Some(*list),
            _ => None,
        });
        let items = scan::items(keys.ok_or_else(no_set)?).map_err(|_| no_set())?;
        let (mut keys, mut findings) = (Vec::new(), Vec::new());
        for (index, item) in items.into_iter().enumerate() {
            let key = u8::try_from(index).map_err(|_| "more than 256 keys are not looked at");
            match key.and_then(|index| Jwk::read(item)?.compile(KeyName::Jwks(index))) {
                Ok(key) => keys.push(key),
                Err(why) => {
                    let path = format!("keys[{index}]");
                    findings.push(Finding::new("verification_key.unsupported_jwk", Severity::Info, path, why));
                }
            }
        }
        if keys.is_empty() {
            let why = "no key of the set verifies signatures: expected RSA, EC (P-256, P-384) or OKP (Ed25519) keys";
            return Err(Error::new(ErrorCode::VerificationKeyUnsupportedJwk, why));
        }
        Ok((Self { keys }, findings))
    }

    pub(super) fn keys(&self) -> &[CompiledKey] {
        &self.keys
    }
}

type Read<T> = std::result::Result<T, &'static str>;

/// The members of a JSON Web Key that matter here.
struct Jwk<'j>(Vec<(scan::Text<'j>, Value<'j>)>);

impl<'j> Jwk<'j> {
    fn read(item: Value<'j>) -> Read<Self> {
        let Value::Object(json) = item else { return Err("this is no JSON Web Key: expected an object") };
        scan::members(json).map(Self).map_err(|_| "this is no JSON Web Key: a member stands twice")
    }

    fn get(&self, name: &str) -> Option<Value<'j>> {
        self.0.iter().find(|(found, _)| found.is(name)).map(|(_, value)| *value)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(Value::text).map(|text| text.get().into_owned())
    }

    fn bytes(&self, name: &str) -> Read<Vec<u8>> {
        let text = self.text(name).ok_or("a number of the key is missing")?;
        base64url_decode(&text).map_err(|_| "a number of the key is not base64url without padding")
    }

    fn compile(&self, name: KeyName) -> Read<CompiledKey> {
        if self.get("d").is_some() || self.get("k").is_some() {
            return Err("this key is secret, or has a secret part: it does not belong into a key set");
        }
        let usage = self.text("use");
        if usage.is_some_and(|usage| usage != "sig") {
            return Err("this key is not for signatures (use)");
        }
        if let Some(Value::List(operations)) = self.get("key_ops")
            && !super::claims::texts(operations).iter().any(|operation| operation == "verify")
        {
            return Err("this key is not for verifying (key_ops)");
        }
        let (kind, info) = self.public_key()?;
        let algorithm = self.algorithm(kind)?;
        let key = CompiledKey { name, id: self.text("kid"), algorithm, material: SecretBytes::new(info) };
        // A key that could never verify is found now, not at the first token.
        super::public_key::prepare(algorithm, key.material.expose())
            .map_err(|_| "its numbers are not a usable public key")?;
        Ok(key)
    }

    fn algorithm(&self, kind: KeyKind) -> Read<Algorithm> {
        let stated = self.get("alg").map(|name| name.text().and_then(|name| Algorithm::from_name(&name.get())));
        let natural = match kind {
            KeyKind::P256 => Algorithm::Es256,
            KeyKind::P384 => Algorithm::Es384,
            KeyKind::Ed25519 => Algorithm::EdDsa,
            KeyKind::Rsa | KeyKind::Symmetric => Algorithm::Rs256,
        };
        match stated {
            None => Ok(natural),
            Some(Some(algorithm)) if algorithm.key_kind() == kind => Ok(algorithm),
            Some(_) => Err("its alg is not a signature algorithm of its kty"),
        }
    }

    /// The kind and the SubjectPublicKeyInfo.
    fn public_key(&self) -> Read<(KeyKind, Vec<u8>)> {
        match (self.text("kty").as_deref(), self.text("crv").as_deref()) {
            (Some("RSA"), _) => self.rsa().map(|info| (KeyKind::Rsa, info)),
            (Some("EC"), Some("P-256")) => Ok((KeyKind::P256, info(P256_PREFIX, &self.point(32)?))),
            (Some("EC"), Some("P-384")) => Ok((KeyKind::P384, info(P384_PREFIX, &self.point(48)?))),
            (Some("OKP"), Some("Ed25519")) => {
                let x = self.bytes("x")?;
                if x.len() == 32 { Ok((KeyKind::Ed25519, info(ED25519_PREFIX, &x))) } else { Err(WRONG_LENGTH) }
            }
            _ => Err("keys of this kty and crv are not known here"),
        }
    }

    /// From `n` and `e`, or from the first certificate of `x5c` where there are none.
    fn rsa(&self) -> Read<Vec<u8>> {
        let key = if self.get("n").is_some() {
            RsaKey::new(&self.bytes("n")?, &self.bytes("e")?)
        } else {
            let Some(Value::List(chain)) = self.get("x5c") else { return Err("a number of the key is missing") };
            let certificate = super::claims::texts(chain).into_iter().next().unwrap_or_default();
            let der = base64_decode(&certificate).map_err(|_| "its certificate is not base64")?;
            Certificate::from_der(&der).map(|certificate| certificate.key().clone())
        };
        let key = key.map_err(|_| "its numbers are not a usable public key")?;
        let info = key.key().to_public_key_der().map_err(|_| "its numbers are not a usable public key")?;
        Ok(info.into_vec())
    }

    /// Both coordinates, each of full length (RFC 7518, section 6.2.1.2).
    fn point(&self, length: usize) -> Read<Vec<u8>> {
        let (x, y) = (self.bytes("x")?, self.bytes("y")?);
        if x.len() != length || y.len() != length {
            return Err(WRONG_LENGTH);
        }
        Ok([x, y].concat())
    }
}

const WRONG_LENGTH: &str = "a coordinate of the key has the wrong length";

// SubjectPublicKeyInfo up to the key itself (RFC 5480 and RFC 8410); points are uncompressed, hence the 4 at the end.
const P256_PREFIX: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
const P384_PREFIX: &[u8] = &[
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00,
    0x22, 0x03, 0x62, 0x00, 0x04,
];
const ED25519_PREFIX: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

fn info(prefix: &[u8], key: &[u8]) -> Vec<u8> {
    [prefix, key].concat()
}
