//! File encryption.

use super::Answer;
use super::input::{base64, hex, number, optional_text, secret, text};
use keywicket::encoding::{base64_encode, hex_lower};
use keywicket::error::Error;
use keywicket::key::file_encryption::{EnvelopeDecryptor, EnvelopeEncryptor, StorageCipher, encrypt_configuration};
use keywicket::secret::{SecretBytes, SecretText};
use serde_json::Value;

pub fn storage(input: &Value) -> Answer {
    let Ok(iv) = text(input, "iv_decimal").parse() else { return Answer::Refused("file.bad_iv".to_owned()) };
    let run = || {
        let mut cipher = StorageCipher::new(&secret(input, "key_b64"), iv)?;
        cipher.seek(number(input, "offset"))?;
        let mut data = base64(text(input, "data_b64"));
        cipher.apply(&mut data)?;
        Ok::<_, Error>(base64_encode(&data))
    };
    run().into()
}

pub fn configuration(input: &Value) -> Answer {
    let clear = SecretText::from_string(text(input, "text").to_owned());
    encrypt_configuration(&secret(input, "key_b64"), &base64(text(input, "iv_b64")), &clear).into()
}

pub fn envelope(input: &Value) -> Answer {
    let encrypted =
        encrypt(&secret(input, "key_b64"), &base64(text(input, "iv_b64")), &base64(text(input, "data_b64")));
    encrypted.map(|bytes| base64_encode(&bytes)).into()
}

pub fn segment_encrypt(input: &Value) -> Answer {
    let (Some(key), Some(iv), Some(clear)) =
        (hex_member(input, "key_hex"), hex_member(input, "iv_hex"), hex_member(input, "plaintext_hex"))
    else {
        return Answer::Missing;
    };
    match encrypt(&SecretBytes::new(key), &iv, &clear) {
        Ok(bytes) => Answer::values([("ciphertext_hex", hex_lower(&bytes).into())]),
        Err(error) => error.into(),
    }
}

pub fn segment_decrypt(input: &Value) -> Answer {
    let (Some(key), Some(iv), Some(encrypted)) =
        (hex_member(input, "key_hex"), hex_member(input, "iv_hex"), hex_member(input, "ciphertext_hex"))
    else {
        return Answer::Missing;
    };
    let run = || {
        let mut cipher = EnvelopeDecryptor::new(&SecretBytes::new(key), &iv)?;
        Ok::<_, Error>(hex_lower(&[cipher.update(&encrypted), cipher.finish()?].concat()))
    };
    match run() {
        Ok(clear) => Answer::values([("plaintext_hex", clear.into())]),
        Err(error) => error.into(),
    }
}

fn hex_member(input: &Value, name: &str) -> Option<Vec<u8>> {
    optional_text(input, name).map(hex)
}

/// In three pieces, since the public cipher takes any.
fn encrypt(key: &SecretBytes, iv: &[u8], clear: &[u8]) -> Result<Vec<u8>, Error> {
    let mut cipher = EnvelopeEncryptor::new(key, iv)?;
    let (head, tail) = clear.split_at(clear.len() / 3);
    Ok([cipher.update(head), cipher.update(tail), cipher.finish()].concat())
}
