//! A compiled policy as bytes: what the full module makes once and the edge reads on every start.
//!
//! ```text
//! "KWCP"  version: u8 = 1  flags: u8 (1 = numbered options)  tolerance: u16
//! options: u8 × ( delivery type: u8 (255 = none)  restrictions: u8 × restriction )
//! restriction:  0 open
//!               1 token   type: u8 (0 SWT, 1 JWT)  issuer: text  audience: text
//!                         claims: u16 × ( type: text  has value: u8  [ value: text ] )
//!                         takes key set: u8  keys: u8 × ( name: u8 u8  has kid: u8  [ kid: text ]  algorithm: u8  material: bytes )
//!               2 address networks: text
//! first 8 bytes of the SHA-256 of everything before
//! ```
//!
//! Numbers are big-endian; a text (UTF-8) and bytes have their length in front, as u32. The sum at the end is against
//! accidents, such as a cut copy: who can write the bytes can write the sum.

use super::{CompiledKey, CompiledOption, CompiledPolicy, CompiledRestriction, MAX_OPTIONS, TokenRules};
use crate::error::{Error, ErrorCode, Result};
use crate::policy::{IpRestriction, KeyDeliveryType, MAX_VERIFICATION_KEYS, TokenClaim, TokenType};
use crate::secret::SecretBytes;
use crate::token::algorithm::Algorithm;
use crate::token::decision::KeyName;
use sha2::{Digest as _, Sha256};

const MAGIC: &[u8; 4] = b"KWCP";
const VERSION: u8 = 1;
const SUM_BYTES: usize = 8;
/// What is read, in bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// A policy in bytes of its REST form has fewer.
const MAX_RESTRICTIONS: usize = 16;

impl CompiledPolicy {
    /// The bytes for `from_bytes`. They hold the policy's symmetric keys.
    #[must_use]
    pub fn to_bytes(&self) -> SecretBytes {
        let mut writer = Writer(SecretBytes::default());
        writer.put(MAGIC);
        writer.put(&[VERSION, u8::from(self.is_numbered)]);
        writer.put(&self.tolerance.to_be_bytes());
        writer.count8(self.options.len());
        for option in &self.options {
            writer.put(&[option.key_delivery_type.map_or(u8::MAX, KeyDeliveryType::number)]);
            writer.count8(option.restrictions.len());
            option.restrictions.iter().for_each(|restriction| writer.restriction(restriction));
        }
        let sum = Sha256::digest(writer.0.expose());
        writer.put(sum.get(..SUM_BYTES).unwrap_or_default());
        writer.0
    }

    /// SHA-256 over the compiled policy without its symmetric keys, whose guesses a digest would confirm: it names a
    /// version of the policy in records.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut public = self.clone();
        for restriction in public.options.iter_mut().flat_map(|option| &mut option.restrictions) {
            if let CompiledRestriction::Token(rules) = restriction {
                rules.keys.iter_mut().filter(|key| key.algorithm.is_symmetric()).for_each(|key| {
                    key.material = SecretBytes::default();
                });
            }
        }
        Sha256::digest(public.to_bytes().expose()).into()
    }

    /// Reads what [`CompiledPolicy::to_bytes`] wrote, of this version.
    ///
    /// # Errors
    /// `compiled_policy.invalid`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES || !bytes.starts_with(MAGIC) {
            return Err(invalid("these bytes are no compiled policy: expected what compilePolicy() returned"));
        }
        if bytes.get(MAGIC.len()) != Some(&VERSION) {
            return Err(invalid("the policy was compiled by another version: compile it again with this one"));
        }
        let content = bytes.len().checked_sub(SUM_BYTES).and_then(|length| bytes.split_at_checked(length));
        let content = content.filter(|(content, sum)| Sha256::digest(content).starts_with(sum));
        let (content, _) = content.ok_or_else(damaged)?;
        let mut reader = Reader(content.get(MAGIC.len().saturating_add(1)..).unwrap_or_default());
        let policy = reader.policy().ok_or_else(damaged)?;
        if reader.0.is_empty() { Ok(policy) } else { Err(damaged()) }
    }
}

fn invalid(why: &'static str) -> Error {
    Error::new(ErrorCode::CompiledPolicyInvalid, why)
}

fn damaged() -> Error {
    invalid("the compiled policy is damaged or cut off: store it as bytes, or as base64 decoded once")
}

struct Writer(SecretBytes);

impl Writer {
    fn put(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    fn count8(&mut self, count: usize) {
        // More than 255 of anything was refused when the policy was compiled.
        self.put(&[u8::try_from(count).unwrap_or(u8::MAX)]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.put(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.put(bytes);
    }

    fn optional(&mut self, text: Option<&str>) {
        self.put(&[u8::from(text.is_some())]);
        if let Some(text) = text {
            self.bytes(text.as_bytes());
        }
    }

    fn restriction(&mut self, restriction: &CompiledRestriction) {
        match restriction {
            CompiledRestriction::Open => self.put(&[0]),
            CompiledRestriction::Token(rules) => {
                self.put(&[1]);
                self.rules(rules);
            }
            CompiledRestriction::Ip(networks) => {
                self.put(&[2]);
                self.bytes(networks.to_string().as_bytes());
            }
        }
    }

    fn rules(&mut self, rules: &TokenRules) {
        self.put(&[u8::from(rules.token_type == TokenType::Jwt)]);
        self.bytes(rules.issuer.as_bytes());
        self.bytes(rules.audience.as_bytes());
        self.put(&u16::try_from(rules.required_claims.len()).unwrap_or(u16::MAX).to_be_bytes());
        for claim in &rules.required_claims {
            self.bytes(claim.claim_type.as_bytes());
            self.optional(claim.value.as_deref());
        }
        self.put(&[u8::from(rules.takes_key_set)]);
        self.count8(rules.keys.len());
        for key in &rules.keys {
            self.put(&match key.name {
                KeyName::Primary => [0, 0],
                KeyName::Alternate(index) => [1, index],
                KeyName::Jwks(index) => [2, index],
            });
            self.optional(key.id.as_deref());
            self.put(&[key.algorithm.number()]);
            self.bytes(key.material.expose());
        }
    }
}

/// What is left to read. `None` wherever it ends too early or says what cannot be.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = u32::from_be_bytes(self.take(4)?.try_into().ok()?);
        self.take(usize::try_from(length).ok()?)
    }

    fn text(&mut self) -> Option<String> {
        std::str::from_utf8(self.bytes()?).ok().map(str::to_owned)
    }

    fn optional(&mut self) -> Option<Option<String>> {
        if self.flag()? { self.text().map(Some) } else { Some(None) }
    }

    /// Items one by one: a count that lies allocates nothing.
    fn list<T>(&mut self, count: usize, most: usize, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        if count > most {
            return None;
        }
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }

    fn policy(&mut self) -> Option<CompiledPolicy> {
        let is_numbered = self.flag()?;
        let tolerance = self.u16().filter(|tolerance| *tolerance <= super::settings::MAX_TOLERANCE)?;
        let count = self.byte()?.into();
        let options = self.list(count, MAX_OPTIONS, Self::option)?;
        Some(CompiledPolicy { tolerance, is_numbered, options })
    }

    fn option(&mut self) -> Option<CompiledOption> {
        let key_delivery_type = match self.byte()? {
            u8::MAX => None,
            number => Some(KeyDeliveryType::from_number(number).ok()?),
        };
        let count = self.byte()?.into();
        let restrictions = self.list(count, MAX_RESTRICTIONS, Self::restriction)?;
        // Without any restriction, "all hold" would open the key to everybody.
        (!restrictions.is_empty()).then_some(CompiledOption { key_delivery_type, restrictions })
    }

    fn restriction(&mut self) -> Option<CompiledRestriction> {
        match self.byte()? {
            0 => Some(CompiledRestriction::Open),
            1 => self.rules().map(Box::new).map(CompiledRestriction::Token),
            2 => IpRestriction::parse(&self.text()?).ok().map(CompiledRestriction::Ip),
            _ => None,
        }
    }

    fn rules(&mut self) -> Option<TokenRules> {
        let token_type = if self.flag()? { TokenType::Jwt } else { TokenType::Swt };
        let issuer = self.text()?;
        let audience = self.text()?;
        let count = self.u16()?.into();
        let required_claims = self.list(count, usize::MAX, |reader| {
            Some(TokenClaim { claim_type: reader.text()?, value: reader.optional()? })
        })?;
        let takes_key_set = self.flag()?;
        let count = self.byte()?.into();
        let keys = self.list(count, MAX_VERIFICATION_KEYS, Self::key)?;
        Some(TokenRules { token_type, issuer, audience, required_claims, takes_key_set, keys })
    }

    fn key(&mut self) -> Option<CompiledKey> {
        let name = match (self.byte()?, self.byte()?) {
            (0, 0) => KeyName::Primary,
            (1, index) => KeyName::Alternate(index),
            (2, index) => KeyName::Jwks(index),
            _ => return None,
        };
        let id = self.optional()?;
        let algorithm = Algorithm::from_number(self.byte()?)?;
        let material = self.bytes().filter(|bytes| !bytes.is_empty())?;
        Some(CompiledKey { name, id, algorithm, material: SecretBytes::new(material.to_vec()) })
    }
}
