//! File encryption for JavaScript: raw ciphers over chunks; the facade makes streams of them.
//!
//! State sits in cells, so that methods take `&self`: a trap leaves no broken borrow behind.

use super::platform::PlatformRng;
use super::read::{self, MAX_CHUNK, MAX_DOCUMENT, Members, Result};
use super::write;
use crate::error::{Error, ErrorCode};
use crate::key::file_encryption as files;
use crate::secret::{SecretBytes, SecretText};
use js_sys::Uint8Array;
use std::cell::RefCell;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroizing;

#[wasm_bindgen(js_name = encryptConfiguration)]
pub fn encrypt_configuration(input: JsValue) -> Result<String> {
    let members = Members::of(&input, "", &["key", "iv", "text"])?;
    let key = SecretBytes::new(members.bytes("key")?);
    let text = SecretText::from_string(read::text(&members.required("text")?, "text", MAX_DOCUMENT)?);
    Ok(files::encrypt_configuration(&key, &members.bytes("iv")?, &text)?)
}

#[wasm_bindgen(js_name = decryptConfiguration)]
pub fn decrypt_configuration(input: JsValue) -> Result<JsValue> {
    let members = Members::of(&input, "", &["key", "iv", "encrypted"])?;
    let key = SecretBytes::new(members.bytes("key")?);
    let encrypted = read::text(&members.required("encrypted")?, "encrypted", MAX_CHUNK)?;
    Ok(write::secret_text(&files::decrypt_configuration(&key, &members.bytes("iv")?, &encrypted)?))
}

/// The files of one storage key.
#[wasm_bindgen]
#[derive(Debug)]
pub struct StorageEncryption(RefCell<files::StorageEncryption>);

#[wasm_bindgen]
impl StorageEncryption {
    #[wasm_bindgen(constructor)]
    pub fn new(key: JsValue) -> Result<Self> {
        let key = SecretBytes::new(read::bytes(&key, "key")?);
        Ok(Self(RefCell::new(files::StorageEncryption::new(key)?)))
    }

    #[wasm_bindgen(js_name = newFile)]
    pub fn new_file(&self) -> Result<JsValue> {
        let (iv, cipher) = self.0.try_borrow_mut().map_err(|_| busy())?.new_file(&mut PlatformRng)?;
        let cipher = StorageCipher(RefCell::new(cipher));
        Ok(write::Members::new().set("iv", iv.to_string()).set("cipher", cipher).finish())
    }

    #[wasm_bindgen(js_name = fileWithIv)]
    pub fn file_with_iv(&self, iv: JsValue) -> Result<StorageCipher> {
        let cipher = self.0.try_borrow_mut().map_err(|_| busy())?.file_with_iv(storage_iv(&iv)?)?;
        Ok(StorageCipher(RefCell::new(cipher)))
    }
}

/// The key stream of one file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct StorageCipher(RefCell<files::StorageCipher>);

#[wasm_bindgen]
impl StorageCipher {
    #[wasm_bindgen(constructor)]
    pub fn new(key: JsValue, iv: JsValue) -> Result<Self> {
        let key = SecretBytes::new(read::bytes(&key, "key")?);
        Ok(Self(RefCell::new(files::StorageCipher::new(&key, storage_iv(&iv)?)?)))
    }

    pub fn seek(&self, offset: JsValue) -> Result<()> {
        let offset = read::whole_number(&offset, "offset")?;
        Ok(self.0.try_borrow_mut().map_err(|_| busy())?.seek(offset)?)
    }

    pub fn apply(&self, chunk: JsValue) -> Result<Uint8Array> {
        let mut bytes = Zeroizing::new(read::chunk(&chunk, "chunk")?);
        self.0.try_borrow_mut().map_err(|_| busy())?.apply(&mut bytes)?;
        Ok(Uint8Array::from(bytes.as_slice()))
    }
}

/// Encrypts one segment.
#[wasm_bindgen]
#[derive(Debug)]
pub struct EnvelopeEncryptor(RefCell<Option<files::EnvelopeEncryptor>>);

#[wasm_bindgen]
impl EnvelopeEncryptor {
    #[wasm_bindgen(constructor)]
    pub fn new(key: JsValue, iv: JsValue) -> Result<Self> {
        let key = SecretBytes::new(read::bytes(&key, "key")?);
        Ok(Self(RefCell::new(Some(files::EnvelopeEncryptor::new(&key, &read::bytes(&iv, "iv")?)?))))
    }

    pub fn update(&self, chunk: JsValue) -> Result<Uint8Array> {
        let bytes = Zeroizing::new(read::chunk(&chunk, "chunk")?);
        let mut cipher = self.0.try_borrow_mut().map_err(|_| busy())?;
        Ok(Uint8Array::from(cipher.as_mut().ok_or_else(finished)?.update(&bytes).as_slice()))
    }

    pub fn finish(&self) -> Result<Uint8Array> {
        let cipher = self.0.try_borrow_mut().map_err(|_| busy())?.take().ok_or_else(finished)?;
        Ok(Uint8Array::from(cipher.finish().as_slice()))
    }
}

/// Decrypts one segment.
#[wasm_bindgen]
#[derive(Debug)]
pub struct EnvelopeDecryptor(RefCell<Option<files::EnvelopeDecryptor>>);

#[wasm_bindgen]
impl EnvelopeDecryptor {
    #[wasm_bindgen(constructor)]
    pub fn new(key: JsValue, iv: JsValue) -> Result<Self> {
        let key = SecretBytes::new(read::bytes(&key, "key")?);
        Ok(Self(RefCell::new(Some(files::EnvelopeDecryptor::new(&key, &read::bytes(&iv, "iv")?)?))))
    }

    pub fn update(&self, chunk: JsValue) -> Result<Uint8Array> {
        let bytes = read::chunk(&chunk, "chunk")?;
        let mut cipher = self.0.try_borrow_mut().map_err(|_| busy())?;
        let clear = Zeroizing::new(cipher.as_mut().ok_or_else(finished)?.update(&bytes));
        Ok(Uint8Array::from(clear.as_slice()))
    }

    pub fn finish(&self) -> Result<Uint8Array> {
        let cipher = self.0.try_borrow_mut().map_err(|_| busy())?.take().ok_or_else(finished)?;
        Ok(Uint8Array::from(Zeroizing::new(cipher.finish()?).as_slice()))
    }
}

/// The 64-bit vector of storage encryption, as the decimal text that the REST API writes.
fn storage_iv(value: &JsValue) -> Result<u64> {
    let text = read::text(value, "iv", 20)?;
    let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let iv = text.parse().ok().filter(|_| digits_only);
    iv.ok_or_else(|| {
        Error::new(ErrorCode::FileBadIv, "the initialization vector of a file is a decimal number from 0 to 2^64 − 1")
            .at("iv")
            .into()
    })
}

fn finished() -> Error {
    Error::new(ErrorCode::FileFinished, "this segment is finished: begin a new one")
}

/// Cannot happen from JavaScript, which has one thread and no way back in here.
fn busy() -> Error {
    Error::new(ErrorCode::FileFinished, "this cipher is in use")
}
