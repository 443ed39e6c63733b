//! Content keys: what the linter says, and what the key itself says where it can be unwrapped here.

use super::super::context::Context;
use super::super::refusal::Refusal;
use super::super::rows::{in_order, number_of, text_of};
use super::{Before, Change};
use crate::encoding::base64_decode;
use crate::error::{Error, ErrorCode, Finding, Severity};
use crate::id::KeyId;
use crate::json::{Json, Object};
use crate::key::{ChecksumVerdict, ContentKey, ContentKeyType, diagnose_checksum, lint_content_key_entity};
use crate::secret::SecretBytes;
use crate::service::EntitySet;
use crate::service::platform::Platform;

/// The members that must fit together.
const WRAPPED: [&str; 3] = ["EncryptedContentKey", "ProtectionKeyId", "Checksum"];

pub(super) async fn check<P: Platform>(
    context: &Context<'_, P>,
    change: &Change<'_>,
    members: &Object,
) -> Result<Vec<Finding>, Refusal> {
    let mut findings = lint(change, members)?;
    if change.is_any_new(members, &WRAPPED) {
        findings.extend(check_wrapped(context, change, members).await?);
    }
    Ok(findings)
}

/// What the old service would refuse is refused; the rest is said of the members that are new.
fn lint(change: &Change<'_>, members: &Object) -> Result<Vec<Finding>, Refusal> {
    let json = Json::Object(in_order(EntitySet::ContentKeys, members)).to_text();
    let (errors, mut others): (Vec<Finding>, Vec<Finding>) =
        lint_content_key_entity(json.expose())?.into_iter().partition(|finding| finding.severity == Severity::Error);
    if let Some(error) = errors.first() {
        let fix = error.fix.as_ref().map_or_else(String::new, |fix| format!(": {fix}"));
        return Err(Refusal::new(400, error.code, format!("{}{fix} (at {})", error.why, error.path)));
    }
    others.retain(|finding| change.is_new(members, &finding.path));
    Ok(others)
}

async fn check_wrapped<P: Platform>(
    context: &Context<'_, P>,
    change: &Change<'_>,
    members: &Object,
) -> Result<Vec<Finding>, Refusal> {
    let thumbprint = text_of(members, "ProtectionKeyId").unwrap_or_default();
    match context.settings.protection_key(thumbprint) {
        None => {
            let why =
                "the key is wrapped to a certificate that is not this service's: it is kept, and cannot be delivered";
            Ok(vec![not_delivered(why).fix("wrap it to the certificate of GetProtectionKeyId")])
        }
        Some((_, key)) if !key.can_unwrap => {
            let why = "the service holds no private key for this certificate: the key is kept, and cannot be delivered";
            Ok(vec![not_delivered(why).fix("give the service the private key")])
        }
        Some((index, _)) => check_key(context, index, change, members).await,
    }
}

fn not_delivered(why: &'static str) -> Finding {
    Finding::new("content_key.not_deliverable_here", Severity::Warning, "ProtectionKeyId", why)
}

/// Unwraps the key and looks whether it is one of its type, and the one that the checksum was made of.
async fn check_key<P: Platform>(
    context: &Context<'_, P>,
    protection_key: usize,
    change: &Change<'_>,
    members: &Object,
) -> Result<Vec<Finding>, Refusal> {
    let wrapped = base64_decode(text_of(members, "EncryptedContentKey").unwrap_or_default())?;
    let key = context.platform.unwrap(protection_key, &wrapped).await.map_err(explain_unwrap)?;
    let id = KeyId::parse_entity_id(&change.entity.id)?;
    let kind = number_of(members, "ContentKeyType").and_then(|number| ContentKeyType::from_number(number).ok());
    let has_checksum = kind.is_none_or(ContentKeyType::has_checksum);
    let key = match kind.filter(|kind| kind.clients_may_create()) {
        Some(kind) => ContentKey::new(kind, id, key).map_err(|error| error.at("EncryptedContentKey"))?.bytes().clone(),
        None => key,
    };
    match (text_of(members, "Checksum").filter(|_| has_checksum), change.before) {
        (Some(_), Before::NoId) => Ok(vec![checksum_of_no_id()]),
        (Some(checksum), _) => check_checksum(id, &change.entity.id, &key, checksum).map(|()| Vec::new()),
        (None, _) => Ok(Vec::new()),
    }
}

/// The documentation's own sample does it: a checksum is of a key and an id, and there was no id yet.
fn checksum_of_no_id() -> Finding {
    let why = "the checksum cannot be right: it is of a key and its id, and the id was chosen only now";
    Finding::new("content_key.checksum_without_id", Severity::Warning, "Checksum", why)
        .fix("send an Id, or compute the checksum for the new one and send that")
}

fn check_checksum(id: KeyId, entity_id: &str, key: &SecretBytes, checksum: &str) -> Result<(), Refusal> {
    let stored = base64_decode(checksum).map_err(|error| error.at("Checksum"))?;
    match diagnose_checksum(id, entity_id, key, &stored).map_err(|error| error.at("EncryptedContentKey"))? {
        ChecksumVerdict::Match => Ok(()),
        verdict => {
            let why = format!(
                "the checksum is not the one of this key and this id ({}): {} (at Checksum)",
                verdict.name(),
                verdict.why()
            );
            Err(Refusal::new(400, "unwrap.checksum_mismatch", why))
        }
    }
}

/// One and the same whatever was wrong.
fn explain_unwrap(error: Error) -> Refusal {
    if error.code() != ErrorCode::UnwrapFailed {
        return error.into();
    }
    let why = "the key does not unwrap: wrap it with RSA-OAEP (SHA-1) to the certificate that ProtectionKeyId names (at \
               EncryptedContentKey)";
    Refusal::new(400, error.code().as_str(), why)
}
