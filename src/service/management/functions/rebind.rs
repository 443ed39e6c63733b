//! `RebindContentKey`: a content key, unwrapped with the service's private key and wrapped to a certificate of the caller's.

use super::arguments::Arguments;
use super::{content_key, key_type};
use crate::encoding::base64_encode;
use crate::error::{Error, ErrorCode};
use crate::id::KeyId;
use crate::json::{Json, Members};
use crate::key::{Certificate, ChecksumVerdict, OaepHash, diagnose_checksum, wrap};
use crate::secret::SecretBytes;
use crate::service::EntitySet;
use crate::service::management::context::Context;
use crate::service::management::refusal::Refusal;
use crate::service::platform::Platform;
use crate::service::random::PlatformRandom;
use crate::service::settings::Settings;
use crate::service::store::{Batch, CORRUPT};

/// `RebindContentKey?id='nb:kid:UUID:…'&x509Certificate='…'`: base64 of the wrapped key. The answer is written to the audit log
/// before it is given.
pub(super) async fn rebind<P: Platform>(context: &Context<'_, P>, arguments: &Arguments) -> Result<String, Refusal> {
    let Context { settings, platform, .. } = *context;
    let id = arguments.text("id")?;
    let certificate = read_certificate(&arguments.text("x509Certificate")?)?;
    let (key_id, entity) = content_key(platform, &id).await?;
    let clear = unwrap(settings, platform, &entity).await?;
    check(key_id, &entity, &clear)?;
    let wrapped = wrap(&certificate, &clear, OaepHash::Sha1, &mut PlatformRandom(platform))?;
    let entry = context
        .entry("rebind")
        .with("set", EntitySet::ContentKeys.name())
        .with("id", &key_id.to_string())
        .with("certificate", &certificate.thumbprint());
    let batch = Batch { audit: vec![entry.finish()], ..Batch::default() };
    if !platform.commit(batch).await? {
        return Err(Error::new(ErrorCode::StoreUnavailable, "the audit log could not be written").into());
    }
    Ok(base64_encode(&wrapped))
}

/// Base64 of a certificate, or PEM.
fn read_certificate(text: &str) -> Result<Certificate, Error> {
    if text.trim().is_empty() {
        let why = "without a certificate the answer would be the clear key, which this service never gives away: \
                   name a certificate";
        return Err(Error::new(ErrorCode::RebindEmptyCertificate, why).at("x509Certificate"));
    }
    Certificate::from_text(text).map_err(|error| error.at("x509Certificate"))
}

async fn unwrap<P: Platform>(settings: &Settings, platform: &P, entity: &Json) -> Result<SecretBytes, Refusal> {
    let members = Members::of(entity, "", CORRUPT)?;
    let protection = members.text("ProtectionKeyId")?.and_then(|thumbprint| settings.protection_key(thumbprint));
    let Some((number, _)) = protection.filter(|(_, key)| key.can_unwrap) else {
        let why = "the private key that this content key is wrapped to is not here: put it into the settings (protectionKeys)";
        return Err(Refusal::new(409, ErrorCode::UnwrapNoPrivateKey.as_str(), why));
    };
    let wrapped = members.base64("EncryptedContentKey")?.ok_or_else(|| members.missing("EncryptedContentKey"))?;
    Ok(platform.unwrap(number, wrapped.expose()).await?)
}

/// Only a key that belongs to its id leaves. The SDKs' own mistakes say that it does.
fn check(id: KeyId, entity: &Json, clear: &SecretBytes) -> Result<(), Refusal> {
    let members = Members::of(entity, "", CORRUPT)?;
    let checksum = members.base64("Checksum")?.filter(|checksum| !checksum.is_empty());
    let Some(checksum) = checksum.filter(|_| key_type(entity).is_ok_and(crate::key::ContentKeyType::has_checksum))
    else {
        return Ok(());
    };
    let verdict = diagnose_checksum(id, &id.to_string(), clear, checksum.expose()).unwrap_or(ChecksumVerdict::Unknown);
    if verdict != ChecksumVerdict::Unknown {
        return Ok(());
    }
    let why = format!("the checksum of this content key is not that of its key and id: {}", verdict.why());
    Err(Refusal::new(409, ErrorCode::UnwrapChecksumMismatch.as_str(), why))
}
