//! Passwords into keys, and what they open.

use super::read::{Algorithm, Mac, octet_string};
use super::{Iterations, damaged, unsupported};
use crate::error::Result;
use crate::secret::{SecretBytes, SecretText};
use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InnerIvInit as _, KeyInit};
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Reader as _};
use des::{TdesEde2, TdesEde3};
use hmac::{Mac as _, SimpleHmac};
use pbkdf2::pbkdf2_hmac;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use rc2::Rc2;
use sha1::Sha1;
use sha2::digest::block_api::BlockSizeUser;
use sha2::digest::{Digest, FixedOutputReset};
use sha2::{Sha256, Sha384, Sha512};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}
const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
const HMAC_SHA1: ObjectIdentifier = oid("1.2.840.113549.2.7");
const HMAC_SHA256: ObjectIdentifier = oid("1.2.840.113549.2.9");
const HMAC_SHA384: ObjectIdentifier = oid("1.2.840.113549.2.10");
const HMAC_SHA512: ObjectIdentifier = oid("1.2.840.113549.2.11");
const PBES2: ObjectIdentifier = oid("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = oid("1.2.840.113549.1.5.12");
const SHA1_3DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.3");
const SHA1_2DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.4");
const SHA1_RC2_128: ObjectIdentifier = oid("1.2.840.113549.1.12.1.5");
const SHA1_RC2_40: ObjectIdentifier = oid("1.2.840.113549.1.12.1.6");
const AES_128_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.2");
const AES_192_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.22");
const AES_256_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.42");
const DES_EDE3_CBC: ObjectIdentifier = oid("1.2.840.113549.3.7");

/// A password in the two spellings that PKCS#12 needs.
pub(super) struct Password<'a> {
    /// For PBES2: UTF-8.
    utf8: &'a [u8],
    /// For the older scheme: UTF-16, big-endian, with two zero bytes at the end.
    utf16: SecretBytes,
}

impl<'a> Password<'a> {
    pub(super) fn new(password: &'a SecretText) -> Self {
        let text = password.expose();
        let mut utf16 = SecretBytes::zeroed(text.encode_utf16().count().saturating_add(1).saturating_mul(2));
        for (place, unit) in utf16.expose_mut().chunks_exact_mut(2).zip(text.encode_utf16()) {
            place.copy_from_slice(&unit.to_be_bytes());
        }
        Self { utf8: text.as_bytes(), utf16 }
    }

    /// The key derivation of PKCS#12 (RFC 7292, appendix B).
    fn derive<D>(&self, salt: &[u8], purpose: Pkcs12KeyType, iterations: u32, length: usize) -> Result<SecretBytes>
    where
        D: Digest + FixedOutputReset + BlockSizeUser,
    {
        let iterations = i32::try_from(iterations).map_err(|_| damaged())?;
        Ok(SecretBytes::new(derive_key::<D>(self.utf16.expose(), salt, purpose, iterations, length)))
    }
}

/// Checks the MAC; the password comes back in the spelling that it fits.
pub(super) fn verify<'a>(
    mac: &Mac<'_>,
    data: &[u8],
    password: &'a SecretText,
    iterations: &mut Iterations,
) -> Result<Password<'a>> {
    let mut password = Password::new(password);
    if is_right(mac, data, &password, iterations)? {
        return Ok(password);
    }
    // To some writers an empty password is no bytes at all.
    if password.utf8.is_empty() {
        password.utf16 = SecretBytes::default();
        if is_right(mac, data, &password, iterations)? {
            return Ok(password);
        }
    }
    Err(damaged())
}

fn is_right(mac: &Mac<'_>, data: &[u8], password: &Password<'_>, iterations: &mut Iterations) -> Result<bool> {
    let rounds = iterations.take(mac.iterations)?;
    match mac.hash {
        SHA1 => is_mac::<Sha1>(mac, data, password, rounds),
        SHA256 => is_mac::<Sha256>(mac, data, password, rounds),
        SHA384 => is_mac::<Sha384>(mac, data, password, rounds),
        SHA512 => is_mac::<Sha512>(mac, data, password, rounds),
        other => Err(unsupported(&format!("a MAC of algorithm {other}"))),
    }
}

fn is_mac<D>(mac: &Mac<'_>, data: &[u8], password: &Password<'_>, rounds: u32) -> Result<bool>
where
    D: Digest + FixedOutputReset + BlockSizeUser + Clone,
{
    let key = password.derive::<D>(mac.salt, Pkcs12KeyType::Mac, rounds, <D as Digest>::output_size())?;
    let mut expected = SimpleHmac::<D>::new_from_slice(key.expose()).map_err(|_| damaged())?;
    expected.update(data);
    Ok(expected.verify_slice(mac.digest).is_ok())
}

/// Opens what the password encrypts.
pub(super) fn decrypt(
    algorithm: &Algorithm<'_>,
    data: &[u8],
    password: &Password<'_>,
    iterations: &mut Iterations,
) -> Result<SecretBytes> {
    let key_length = match algorithm.oid {
        PBES2 => return decrypt_pbes2(algorithm, data, password, iterations),
        SHA1_3DES => 24,
        SHA1_2DES | SHA1_RC2_128 => 16,
        SHA1_RC2_40 => 5,
        other => return Err(unsupported(&format!("encryption of algorithm {other}"))),
    };
    let (salt, count) = algorithm.fields(|r| Ok((octet_string(r)?, u32::decode(r)?)))?;
    let key = password.derive::<Sha1>(salt, Pkcs12KeyType::EncryptionKey, iterations.take(count)?, key_length)?;
    let iv = password.derive::<Sha1>(salt, Pkcs12KeyType::Iv, iterations.take(count)?, 8)?;
    match algorithm.oid {
        SHA1_3DES => decrypt_cbc::<TdesEde3>(key.expose(), iv.expose(), data),
        SHA1_2DES => decrypt_cbc::<TdesEde2>(key.expose(), iv.expose(), data),
        // Its effective length is that of the key.
        _ => decrypt_blocks(Rc2::new_with_eff_key_len(key.expose(), key_length.saturating_mul(8)), iv.expose(), data),
    }
}

/// Key, initialization vector and ciphertext into clear text.
type Open = fn(&[u8], &[u8], &[u8]) -> Result<SecretBytes>;

/// `PBES2-params ::= SEQUENCE { keyDerivationFunc, encryptionScheme }`
fn decrypt_pbes2(
    algorithm: &Algorithm<'_>,
    data: &[u8],
    password: &Password<'_>,
    iterations: &mut Iterations,
) -> Result<SecretBytes> {
    let (derivation, scheme) =
        algorithm.fields(|r| Ok((Algorithm::read(AnyRef::decode(r)?)?, Algorithm::read(AnyRef::decode(r)?)?)))?;
    let (key_length, open): (_, Open) = match scheme.oid {
        AES_128_CBC => (16, decrypt_cbc::<Aes128>),
        AES_192_CBC => (24, decrypt_cbc::<Aes192>),
        AES_256_CBC => (32, decrypt_cbc::<Aes256>),
        DES_EDE3_CBC => (24, decrypt_cbc::<TdesEde3>),
        other => return Err(unsupported(&format!("encryption of algorithm {other}"))),
    };
    let mut key = SecretBytes::zeroed(key_length);
    derive_pbkdf2(&derivation, password, iterations, key.expose_mut())?;
    open(key.expose(), scheme.octets()?, data)
}

/// `PBKDF2-params ::= SEQUENCE { salt, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 }`
fn derive_pbkdf2(
    derivation: &Algorithm<'_>,
    password: &Password<'_>,
    iterations: &mut Iterations,
    key: &mut [u8],
) -> Result<()> {
    if derivation.oid != PBKDF2 {
        return Err(unsupported(&format!("key derivation of algorithm {}", derivation.oid)));
    }
    let (salt, count, hash) = derivation.fields(|r| {
        let (salt, count) = (octet_string(r)?, u32::decode(r)?);
        Option::<u32>::decode(r)?;
        let hash = if r.is_finished() { HMAC_SHA1 } else { Algorithm::read(AnyRef::decode(r)?)?.oid };
        Ok((salt, count, hash))
    })?;
    let rounds = iterations.take(count)?;
    let password = password.utf8;
    match hash {
        HMAC_SHA1 => pbkdf2_hmac::<Sha1>(password, salt, rounds, key),
        HMAC_SHA256 => pbkdf2_hmac::<Sha256>(password, salt, rounds, key),
        HMAC_SHA384 => pbkdf2_hmac::<Sha384>(password, salt, rounds, key),
        HMAC_SHA512 => pbkdf2_hmac::<Sha512>(password, salt, rounds, key),
        other => return Err(unsupported(&format!("key derivation with {other}"))),
    }
    Ok(())
}

fn decrypt_cbc<C: BlockCipherDecrypt + KeyInit>(key: &[u8], iv: &[u8], data: &[u8]) -> Result<SecretBytes> {
    decrypt_blocks(C::new_from_slice(key).map_err(|_| damaged())?, iv, data)
}

/// CBC with PKCS#7, in place.
fn decrypt_blocks<C: BlockCipherDecrypt>(cipher: C, iv: &[u8], data: &[u8]) -> Result<SecretBytes> {
    let cipher = Decryptor::inner_iv_slice_init(cipher, iv).map_err(|_| damaged())?;
    let mut buffer = SecretBytes::new(data.to_vec());
    let clear = cipher.decrypt_padded::<Pkcs7>(buffer.expose_mut()).map_err(|_| damaged())?;
    Ok(SecretBytes::new(clear.to_vec()))
}
