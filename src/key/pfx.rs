//! Reading the private key out of a PFX file (PKCS#12, RFC 7292).
//!
//! Files come from strangers, so every structure is read to its end, sizes are those of the input, and the iterations
//! that a file may ask for are limited over the whole file. A wrong password and a damaged file look the same.

mod decrypt;
mod read;

use crate::error::{Error, ErrorCode, Result};
use crate::secret::{SecretBytes, SecretText};
use decrypt::Password;
use read::{Bag, Content, Pfx};

/// A PFX with a chain of certificates is some kilobytes; this bounds the work on something else.
const MAX_BYTES: usize = 64 * 1024;
/// Iterations of hashing over the whole file. OpenSSL asks for about 6,000, Java for 30,000; this many take seconds.
const MAX_ITERATIONS: u32 = 3_000_000;

/// The first private key of a PFX file, as PKCS#8 DER.
///
/// Reads what OpenSSL, Windows and Java write: PBES2 with PBKDF2 and AES or 3DES, and the old schemes with SHA-1, 3DES and
/// RC2; with a MAC, as password integrity has it, or without. BER of indefinite length is not read.
///
/// # Errors
/// `pfx.wrong_password_or_damaged`; `pfx.unsupported` for other schemes or too many iterations; `pfx.no_private_key`.
pub fn read_pfx(pfx: &[u8], password: &SecretText) -> Result<SecretBytes> {
    if pfx.len() > MAX_BYTES {
        return Err(unsupported("a file of more than 64 KiB"));
    }
    let file = Pfx::read(pfx)?;
    let mut iterations = Iterations(MAX_ITERATIONS);
    let password = match &file.mac {
        Some(mac) => decrypt::verify(mac, file.safe, password, &mut iterations)?,
        None => Password::new(password),
    };
    let contents = Content::list(file.safe)?;
    // Keys are almost always here, so that the certificates beside them need no decrypting.
    for content in &contents {
        if let Content::Plain(bags) = content
            && let Some(key) = first_key(bags, &password, &mut iterations)?
        {
            return Ok(key);
        }
    }
    for content in &contents {
        if let Content::Encrypted(algorithm, data) = content {
            let bags = decrypt::decrypt(algorithm, data, &password, &mut iterations)?;
            if let Some(key) = first_key(bags.expose(), &password, &mut iterations)? {
                return Ok(key);
            }
        }
    }
    Err(Error::new(ErrorCode::PfxNoPrivateKey, "there is no private key in this PFX file, only certificates").at("pfx"))
}

fn first_key(bags: &[u8], password: &Password, iterations: &mut Iterations) -> Result<Option<SecretBytes>> {
    for bag in Bag::list(bags)? {
        match bag {
            Bag::Key(pkcs8) => return Ok(Some(SecretBytes::new(pkcs8.to_vec()))),
            Bag::EncryptedKey(algorithm, data) => {
                return decrypt::decrypt(&algorithm, data, password, iterations).map(Some);
            }
            Bag::Other => {}
        }
    }
    Ok(None)
}

/// How many iterations the file may still ask for.
struct Iterations(u32);

impl Iterations {
    fn take(&mut self, count: u32) -> Result<u32> {
        if count == 0 {
            return Err(damaged());
        }
        self.0 = self.0.checked_sub(count).ok_or_else(|| unsupported("more than 3,000,000 iterations"))?;
        Ok(count)
    }
}

fn damaged() -> Error {
    Error::new(
        ErrorCode::PfxWrongPasswordOrDamaged,
        "the password is wrong, or this is not an undamaged PFX file (PKCS#12, DER)",
    )
    .at("pfx")
}

fn unsupported(what: &str) -> Error {
    Error::new(
        ErrorCode::PfxUnsupported,
        format!("the PFX file has {what}; write it anew, for example with `openssl pkcs12 -export`"),
    )
    .at("pfx")
}
