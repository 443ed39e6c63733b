//! Content keys and certificates for JavaScript.

use super::id::key_id;
use super::platform::PlatformRng;
use super::read::{self, MAX_DOCUMENT, Members, Result};
use super::write;
use crate::error::{Error, ErrorCode};
use crate::key::{
    Certificate, ContentKey, ContentKeyEntity, ContentKeyType, OaepHash, lint_content_key_entity as lint,
    wrap_content_key as wrap,
};
use crate::secret::{SecretBytes, SecretText};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = generateContentKey)]
pub fn generate_content_key(spec: JsValue) -> Result<JsValue> {
    let spec = Members::optional(&spec, "spec", &["type", "id"])?;
    let kind = spec
        .optional_text("type")?
        .map(|name| key_type(&name, &spec.path("type")))
        .transpose()?
        .unwrap_or(ContentKeyType::CommonEncryption);
    let id = spec.get("id")?.map(|id| key_id(&id, &spec.path("id"))).transpose()?;
    Ok(write_content_key(&ContentKey::generate(kind, id, &mut PlatformRng).map_err(|error| error.within("spec"))?))
}

#[wasm_bindgen(js_name = importContentKey)]
pub fn import_content_key(key: JsValue) -> Result<JsValue> {
    Ok(write_content_key(&content_key(&key, "key")?))
}

#[wasm_bindgen(js_name = readProtectionCertificate)]
pub fn read_protection_certificate(certificate: JsValue, options: JsValue) -> Result<JsValue> {
    let now = Members::of(&options, "options", &["now"])?.whole_number("now")?;
    let certificate = read_certificate(&certificate)?;
    let exponent = certificate.key().exponent().iter().fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
    Ok(write::Members::new()
        .set("thumbprint", certificate.thumbprint())
        .set("thumbprintSha256", certificate.thumbprint_sha256())
        .set("subject", certificate.subject())
        .set("issuer", certificate.issuer())
        .set("serialNumber", certificate.serial_number())
        .set("notBefore", write::number(certificate.not_before()))
        .set("notAfter", write::number(certificate.not_after()))
        .set("keyBits", write::number(i64::try_from(certificate.key().bits()).unwrap_or(0)))
        .set("exponent", write::number(exponent))
        .set("signatureAlgorithmOid", certificate.signature_algorithm_oid())
        .set("signatureAlgorithm", certificate.signature_algorithm())
        .set("findings", write::list(certificate.findings(now), write::finding))
        .finish())
}

#[wasm_bindgen(js_name = wrapContentKey)]
pub fn wrap_content_key(key: JsValue, certificate: JsValue, options: JsValue) -> Result<JsValue> {
    let key = content_key(&key, "key")?;
    let certificate = read_certificate(&certificate)?;
    let options = Members::optional(&options, "options", &["name", "trackIdentifiers", "hash"])?;
    let name = options.optional_text("name")?.unwrap_or_default();
    let tracks = options.list("trackIdentifiers")?;
    let tracks = tracks
        .iter()
        .map(|track| read::text(track, &options.path("trackIdentifiers"), read::MAX_TEXT))
        .collect::<Result<Vec<_>>>()?;
    let hash = match options.optional_text("hash")? {
        None => OaepHash::Sha1,
        Some(name) => OaepHash::from_name(&name).ok_or_else(|| {
            Error::new(ErrorCode::ArgumentOutOfRange, "the hash is \"SHA-1\" or \"SHA-256\"").at(options.path("hash"))
        })?,
    };
    Ok(write_entity(wrap(&key, &certificate, &name, &tracks, hash, &mut PlatformRng)?))
}

#[wasm_bindgen(js_name = certificatePublicKey)]
pub fn certificate_public_key(certificate: JsValue) -> Result<JsValue> {
    let certificate = read_certificate(&certificate)?;
    Ok(write::Members::new()
        .set("spki", write::public_bytes(certificate.public_key_info()))
        .set("thumbprint", certificate.thumbprint())
        .finish())
}

#[wasm_bindgen(js_name = lintContentKeyEntity)]
pub fn lint_content_key_entity(entity: JsValue) -> Result<JsValue> {
    // What the linter looks for is, among others, a key in the clear.
    let json = SecretText::from_string(read::text(&entity, "entity", MAX_DOCUMENT)?);
    Ok(write::list(lint(json.expose()).map_err(|error| error.at("entity"))?, write::finding))
}

/// `{ type, id, key }` as a key whose length and id are right.
pub(super) fn content_key(value: &JsValue, path: &str) -> Result<ContentKey> {
    let members = Members::of(value, path, &["type", "id", "key"])?;
    // The bytes first: whatever is wrong with the rest, the copy wipes itself.
    let bytes = SecretBytes::new(members.bytes("key")?);
    let kind = key_type(&members.text("type")?, &members.path("type"))?;
    let id = key_id(&members.required("id")?, &members.path("id"))?;
    Ok(ContentKey::new(kind, id, bytes).map_err(|error| error.within(path))?)
}

fn key_type(name: &str, path: &str) -> Result<ContentKeyType> {
    Ok(ContentKeyType::from_name(name).map_err(|error| error.at(path))?)
}

fn read_certificate(value: &JsValue) -> Result<Certificate> {
    let path = "certificate";
    let certificate = if value.is_instance_of::<Uint8Array>() {
        Certificate::from_bytes(&read::bytes(value, path)?)
    } else if value.is_string() {
        Certificate::from_text(&read::text(value, path, MAX_DOCUMENT)?)
    } else {
        Err(Error::new(
            ErrorCode::ArgumentWrongType,
            "expected a certificate as base64 or PEM text, or as DER bytes in a Uint8Array",
        ))
    };
    Ok(certificate.map_err(|error| error.at(path))?)
}

pub(super) fn write_content_key(key: &ContentKey) -> JsValue {
    write::Members::new()
        .set("id", key.id().to_string())
        .set("type", key.kind().name())
        .set("key", write::secret_bytes(key.bytes()))
        .finish()
}

/// Members in wire order, so that `JSON.stringify` gives the body.
fn write_entity(entity: ContentKeyEntity) -> JsValue {
    write::Members::new()
        .set("Id", entity.id)
        .set("ContentKeyType", entity.content_key_type)
        .set("EncryptedContentKey", entity.encrypted_content_key)
        .set("Name", entity.name)
        .set("ProtectionKeyId", entity.protection_key_id)
        .set("ProtectionKeyType", entity.protection_key_type)
        .set("Checksum", entity.checksum.map_or(JsValue::NULL, JsValue::from))
        .set_some("TrackIdentifiers", entity.track_identifiers)
        .finish()
}
