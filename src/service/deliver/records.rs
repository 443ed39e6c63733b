//! A content key as the store has it, and unwrapping it.

use super::caches::{Caches, Moment};
use crate::encoding::base64_decode;
use crate::error::{Error, ErrorCode, Result};
use crate::id::KeyId;
use crate::json::Members;
use crate::key::{ChecksumVerdict, ContentKey, ContentKeyType, diagnose_checksum};
use crate::service::store::{CORRUPT, Versioned, keys, read_json};
use crate::service::{EntitySet, Platform, Settings};
use std::cell::RefCell;
use std::rc::Rc;

/// A content key as it is stored: wrapped; and in the clear, once somebody was allowed to have it.
#[derive(Debug)]
pub(super) struct KeyRecord {
    pub(super) id: KeyId,
    pub(super) kind: ContentKeyType,
    /// Its authorization policy.
    pub(super) policy_id: Option<String>,
    wrapped: Vec<u8>,
    /// Thumbprint of the certificate that it is wrapped to.
    protection_key_id: String,
    checksum: Option<Vec<u8>>,
    clear: RefCell<Option<Rc<ContentKey>>>,
}

impl KeyRecord {
    /// The records of keys, in their order: remembered; or read from the store, all at once and together with the epoch.
    /// `None` where there is no such key.
    ///
    /// # Errors
    /// Those of the store; a row that cannot be read is the trouble of its own key alone.
    pub(super) async fn load<P: Platform>(
        caches: &Caches,
        platform: &P,
        ids: &[KeyId],
        moment: Moment,
    ) -> Result<Vec<Result<Option<Rc<Self>>>>> {
        let known: Vec<_> = ids.iter().map(|id| (*id, caches.key(*id, moment))).collect();
        let unknown = known.iter().filter(|(_, known)| known.is_none());
        let mut rows: Vec<_> = unknown.map(|(id, _)| keys::entity(EntitySet::ContentKeys, &id.to_string())).collect();
        if rows.is_empty() {
            return Ok(known.into_iter().map(|(_, known)| Ok(known)).collect());
        }
        rows.push(keys::EPOCH.to_owned());
        let ticket = caches.ticket();
        let mut values = platform.get(&rows).await?;
        let ticket = caches.note_epoch(ticket, values.pop().flatten().map(|epoch| epoch.value));
        let mut values = values.into_iter();
        let mut read = |id| {
            let Some(value) = values.next().flatten() else { return Ok(None) };
            let record = Rc::new(Self::read(id, &value)?);
            caches.put_key(ticket, &record, moment);
            Ok(Some(record))
        };
        Ok(known.into_iter().map(|(id, known)| known.map_or_else(|| read(id), |known| Ok(Some(known)))).collect())
    }

    fn read(id: KeyId, row: &Versioned) -> Result<Self> {
        let json = read_json(&row.value)?;
        let members = Members::of(&json, "", CORRUPT)?;
        let number = members.integer("ContentKeyType")?.ok_or_else(|| members.missing("ContentKeyType"))?;
        let kind = ContentKeyType::from_number(number);
        let text = |name: &str| members.text(name).map(|text| text.filter(|text| !text.is_empty()));
        let bytes = |name: &str| {
            let bytes = text(name)?.map(base64_decode).transpose();
            bytes.map_err(|_| members.bad(name, "this is not base64"))
        };
        Ok(Self {
            id,
            kind: kind.map_err(|_| members.bad("ContentKeyType", "no content key has this type"))?,
            policy_id: text("AuthorizationPolicyId")?.map(str::to_owned),
            wrapped: bytes("EncryptedContentKey")?.unwrap_or_default(),
            protection_key_id: text("ProtectionKeyId")?.unwrap_or_default().to_owned(),
            checksum: bytes("Checksum")?,
            clear: RefCell::default(),
        })
    }

    /// The key in the clear: unwrapped, its checksum compared. To be asked for only after somebody was allowed to have it.
    ///
    /// # Errors
    /// `deliver.unwrap_failed` where no private key here fits; `deliver.checksum_mismatch`.
    pub(super) async fn unwrap<P: Platform>(&self, settings: &Settings, platform: &P) -> Result<Rc<ContentKey>> {
        if let Some(known) = self.clear.borrow().as_ref() {
            return Ok(Rc::clone(known));
        }
        let failed = || Error::new(ErrorCode::DeliverUnwrapFailed, "no private key here unwraps this content key");
        let ours = settings.protection_key(&self.protection_key_id).filter(|(_, ours)| ours.can_unwrap);
        let (number, _) = ours.ok_or_else(failed)?;
        let bytes = match platform.unwrap(number, &self.wrapped).await {
            Err(error) if error.code() == ErrorCode::UnwrapFailed => return Err(failed()),
            other => other?,
        };
        let key = Rc::new(ContentKey::new(self.kind, self.id, bytes).map_err(|_| failed())?);
        self.check(&key)?;
        *self.clear.borrow_mut() = Some(Rc::clone(&key));
        Ok(key)
    }

    /// A key without a checksum has nothing to be compared with.
    fn check(&self, key: &ContentKey) -> Result<()> {
        let Some(stored) = &self.checksum else { return Ok(()) };
        match diagnose_checksum(self.id, &self.id.to_string(), key.bytes(), stored)? {
            ChecksumVerdict::Match => Ok(()),
            verdict => Err(Error::new(ErrorCode::DeliverChecksumMismatch, verdict.why())),
        }
    }
}
