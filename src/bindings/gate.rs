//! The verifier for JavaScript: a token goes in as bytes, one number comes out, and the rest is asked for when wanted.
//!
//! The facade reads and checks the members of a request, since reading JavaScript objects from here costs more than the
//! decision. What it hands over is checked here all the same.

use super::stack::wipe_after_check;
use super::{Result, number, scratch};
use crate::encoding::hex_lower;
use crate::error::{Error, ErrorCode};
use crate::id::KeyId;
use crate::policy::KeyDeliveryType;
use crate::secret::{SecretBytes, SecretText};
use crate::token::{
    Algorithm, CompiledPolicy, Decision, DecisionCode, KeyName, TokenRequest, TokenVerifier, token_digest,
};
use std::cell::RefCell;
use std::net::IpAddr;
use wasm_bindgen::prelude::wasm_bindgen;

/// A policy made ready, held on this side of the boundary. Methods take `&self`: a trap leaves no broken borrow.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Gate {
    pub(super) verifier: TokenVerifier,
    /// What the last call found, to be asked for piece by piece: a call costs less than an object.
    last: RefCell<Last>,
}

#[derive(Debug, Default)]
struct Last {
    decision: Option<Decision>,
    error: Option<Error>,
    open: Vec<u16>,
    signature: Vec<u8>,
    signed_length: u32,
}

/// What the facade hands over, taken apart.
pub(super) struct Input<'a> {
    pub(super) token: &'a str,
    pub(super) request: TokenRequest,
}

/// Set where the decision depends on answers about signatures.
const IS_OPEN: u32 = 1 << 31;
/// In place of a decision: an argument is wrong, and `throwError` says how.
const IS_ERROR: u32 = 0xFF;

#[wasm_bindgen]
impl Gate {
    #[wasm_bindgen(constructor)]
    pub fn new(compiled: Vec<u8>) -> Result<Self> {
        let compiled = SecretBytes::new(compiled);
        let policy = CompiledPolicy::from_bytes(compiled.expose()).map_err(|error| error.at("policy"))?;
        #[cfg(feature = "module")]
        let verifier = TokenVerifier::new(policy);
        #[cfg(not(feature = "module"))]
        let verifier = TokenVerifier::without_public_keys(policy);
        Ok(Self { verifier: verifier.map_err(|error| error.within("policy"))?, last: RefCell::default() })
    }

    /// The decision as a number; see [`packed`]. The request lies in the scratch memory; see [`parse`].
    pub fn check(&self, length: u32, head: u32, now: f64, uses: f64) -> u32 {
        let packed = scratch::take(length, |input| match parse(input, head, now, uses) {
            Ok(Input { token, request }) => self.keep(self.verifier.check(token, &request)),
            Err(error) => self.keep_error(error),
        });
        wipe_after_check();
        packed
    }

    /// The same with answers about public keys: the number of a key, doubled, plus one if it signed. The request stays in
    /// the scratch memory, for its signature to be verified there.
    #[wasm_bindgen(js_name = checkWith)]
    pub fn check_with(&self, length: u32, head: u32, now: f64, uses: f64, answers: &[u16]) -> u32 {
        let answers: Vec<(u16, bool)> = answers.iter().map(|answer| (answer >> 1, answer & 1 == 1)).collect();
        let packed = scratch::look(length, |input| match parse(input, head, now, uses) {
            Ok(Input { token, request }) => self.check_provisionally(token, &request, &answers),
            Err(error) => self.keep_error(error),
        });
        wipe_after_check();
        packed
    }

    fn check_provisionally(&self, token: &str, request: &TokenRequest, answers: &[(u16, bool)]) -> u32 {
        let decision = self.verifier.check_with(token, request, answers);
        let packed = self.keep(decision.if_all_signed().clone());
        if decision.open().is_empty() {
            return packed;
        }
        let mut last = self.last.borrow_mut();
        last.open = decision.open().to_vec();
        // It was read to get here, so it has this shape.
        if let Some((signed, signature)) = token.rsplit_once('.') {
            last.signature = crate::encoding::base64url_decode(signature).unwrap_or_default();
            last.signed_length = u32::try_from(signed.len()).unwrap_or(0);
        }
        packed | IS_OPEN
    }

    /// Throws what made the last call return `IS_ERROR`.
    #[wasm_bindgen(js_name = throwError)]
    pub fn throw_error(&self) -> Result<()> {
        self.last.borrow_mut().error.take().map_or(Ok(()), |error| Err(error.into()))
    }

    /// The requested key's GUID in the one spelling of this house.
    #[wasm_bindgen(js_name = keyId)]
    #[must_use]
    pub fn key_id(&self) -> Option<String> {
        self.decided(|decision| Some(decision.key_id().guid().to_string()))
    }

    #[wasm_bindgen(js_name = expiresAt)]
    #[must_use]
    pub fn expires_at(&self) -> f64 {
        float(self.decided(Decision::expires_at))
    }

    #[wasm_bindgen(js_name = usesLimit)]
    #[must_use]
    pub fn uses_limit(&self) -> f64 {
        float(self.decided(Decision::uses_limit))
    }

    /// How many keys' answers are open.
    #[wasm_bindgen(js_name = openCount)]
    #[must_use]
    pub fn open_count(&self) -> usize {
        self.last.borrow().open.len()
    }

    /// The number of such a key, by its place among them.
    #[wasm_bindgen(js_name = openKey)]
    #[must_use]
    pub fn open_key(&self, place: usize) -> u16 {
        self.last.borrow().open.get(place).copied().unwrap_or(u16::MAX)
    }

    /// The signature that the answers are about; the signed text is the token's first `signedLength` bytes.
    #[must_use]
    pub fn signature(&self) -> Vec<u8> {
        self.last.borrow().signature.clone()
    }

    #[wasm_bindgen(js_name = signedLength)]
    #[must_use]
    pub fn signed_length(&self) -> u32 {
        self.last.borrow().signed_length
    }

    /// The algorithm of a public key; none for a symmetric one and for no key.
    #[wasm_bindgen(js_name = publicKeyAlgorithm)]
    #[must_use]
    pub fn public_key_algorithm(&self, number: u16) -> Option<String> {
        self.verifier.public_key(number).map(|(algorithm, _)| algorithm.name().to_owned())
    }

    /// The SubjectPublicKeyInfo of a public key.
    #[wasm_bindgen(js_name = publicKey)]
    #[must_use]
    pub fn public_key(&self, number: u16) -> Option<Vec<u8>> {
        self.verifier.public_key(number).map(|(_, info)| info.to_vec())
    }

    #[wasm_bindgen(js_name = keyCount)]
    #[must_use]
    pub fn key_count(&self) -> u16 {
        self.verifier.key_count()
    }

    pub(super) fn keep(&self, decision: Decision) -> u32 {
        let packed = packed(&decision);
        let mut last = self.last.borrow_mut();
        last.open.clear();
        last.decision = Some(decision);
        packed
    }

    fn keep_error(&self, error: Error) -> u32 {
        let mut last = self.last.borrow_mut();
        last.decision = None;
        last.error = Some(error);
        IS_ERROR
    }

    fn decided<T>(&self, read: impl FnOnce(&Decision) -> Option<T>) -> Option<T> {
        self.last.borrow().decision.as_ref().and_then(read)
    }
}

/// The texts of the decision codes, by number.
#[wasm_bindgen(js_name = decisionCodes)]
#[must_use]
pub fn decision_codes() -> String {
    DecisionCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(" ")
}

/// The digest that names a token which was verified with a symmetric key, or with a public one.
#[wasm_bindgen(js_name = tokenDigest)]
#[must_use]
pub fn digest_of(token: String, is_mac: bool) -> Option<String> {
    let token = SecretText::from_string(token);
    token_digest(token.expose(), is_mac).map(|digest| hex_lower(&digest))
}

/// Bits 0–7 the code's number, 8–9 the kind of the key that verified (0 none, 1 primary, 2 alternate, 3 key set), 10–17 its
/// index, 18–24 the option plus one, 25 has an expiry, 26 has a limit of uses, 27 was verified with a MAC.
fn packed(decision: &Decision) -> u32 {
    let (kind, index) = match decision.verification_key() {
        None => (0, 0),
        Some(KeyName::Primary) => (1, 0),
        Some(KeyName::Alternate(index)) => (2, index),
        Some(KeyName::Jwks(index)) => (3, index),
    };
    let option = decision.option().map_or(0, |option| u32::from(option).saturating_add(1));
    u32::from(decision.code().number())
        | (kind << 8)
        | (u32::from(index) << 10)
        | (option << 18)
        | (u32::from(decision.expires_at().is_some()) << 25)
        | (u32::from(decision.uses_limit().is_some()) << 26)
        | (u32::from(decision.algorithm().is_some_and(Algorithm::is_symmetric)) << 27)
}

/// Takes apart what the facade hands over: key id, address and token end to end. In `head`, bits 0–11 are the length of the
/// key id, 12–23 that of the address (0 for none), the rest is the delivery type (0 for any). An unknown number of uses is
/// negative.
pub(super) fn parse(input: &[u8], head: u32, now: f64, uses: f64) -> crate::error::Result<Input<'_>> {
    let out_of_range = |why: &'static str| Error::new(ErrorCode::ArgumentOutOfRange, why);
    let broken = || out_of_range("this is not text");
    let split = |bytes, length: u32| split_at(bytes, length & 0xFFF).ok_or_else(broken);
    let (key, rest) = split(input, head)?;
    let (address, token) = split(rest, head >> 12)?;
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| broken());
    let key_id = KeyId::parse(text(key)?).map_err(|error| error.at("request.keyId"))?;
    if key_id.guid().is_all_zero() {
        let error = Error::new(ErrorCode::IdAllZero, "the all-zero GUID identifies no content key");
        return Err(error.at("request.keyId"));
    }
    let client_address: Option<IpAddr> =
        match text(address)? {
            "" => None,
            address => Some(address.parse().map_err(|_| {
                out_of_range("expected an IPv4 or IPv6 address without port").at("request.clientAddress")
            })?),
        };
    let key_delivery_type = match u8::try_from(head >> 24).unwrap_or(u8::MAX) {
        0 => None,
        kind => Some(
            KeyDeliveryType::from_number(kind)
                .map_err(|_| out_of_range("the key delivery type is 1, 2, 3 or 4").at("request.keyDeliveryType"))?,
        ),
    };
    let whole = |value| number::whole(value).ok_or_else(|| out_of_range("expected a number from 0 to 2^53"));
    let now = whole(now).map_err(|error| error.at("request.now"))?;
    let uses = if uses < 0.0 { None } else { Some(whole(uses).map_err(|error| error.at("request.uses"))?) };
    let request = TokenRequest { key_id, now, client_address, key_delivery_type, uses };
    Ok(Input { token: text(token)?, request })
}

fn split_at(bytes: &[u8], length: u32) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(usize::try_from(length).ok()?)
}

/// NaN where there is none.
fn float(value: Option<i64>) -> f64 {
    value.map_or(f64::NAN, number::float)
}
