//! Configuration encryption: a text under AES-256-CBC.

use super::{cbc_iv, decrypt_failed, wrong_key_length};
use crate::encoding::{base64_decode, base64_encode};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::{SecretBytes, SecretText};
use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};

/// Encrypts a text (as UTF-8) with AES-256-CBC and PKCS#7. The result is base64.
///
/// # Errors
/// `file.wrong_key_length`, `file.bad_iv`, `file.empty`.
pub fn encrypt_configuration(key: &SecretBytes, iv: &[u8], text: &SecretText) -> Result<String> {
    if text.expose().is_empty() {
        return Err(Error::new(ErrorCode::FileEmpty, "there is no text to encrypt").at("text"));
    }
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key.expose(), &cbc_iv(iv)?);
    let cipher = cipher.map_err(|_| wrong_key_length("configuration", 32, key.len()))?;
    // Room for the text and a block of padding; encrypted in place, so no second clear copy is made.
    let clear = text.expose().as_bytes();
    let mut buffer = SecretBytes::zeroed(clear.len().saturating_add(16));
    if let Some(place) = buffer.expose_mut().get_mut(..clear.len()) {
        place.copy_from_slice(clear);
    }
    let encrypted = cipher.encrypt_padded::<Pkcs7>(buffer.expose_mut(), clear.len());
    Ok(base64_encode(encrypted.map_err(|_| Error::new(ErrorCode::FileEmpty, "there is no room for the padding"))?))
}

/// The reverse of [`encrypt_configuration`].
///
/// # Errors
/// `file.wrong_key_length`, `file.bad_iv`, `base64.invalid`, `file.decrypt_failed`.
pub fn decrypt_configuration(key: &SecretBytes, iv: &[u8], encrypted: &str) -> Result<SecretText> {
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key.expose(), &cbc_iv(iv)?);
    let cipher = cipher.map_err(|_| wrong_key_length("configuration", 32, key.len()))?;
    let mut buffer = SecretBytes::new(base64_decode(encrypted).map_err(|error| error.at("encrypted"))?);
    let clear = cipher.decrypt_padded::<Pkcs7>(buffer.expose_mut()).map_err(|_| decrypt_failed())?;
    let mut text = SecretText::new();
    text.push_str(std::str::from_utf8(clear).map_err(|_| decrypt_failed())?);
    Ok(text)
}
