//! What is odd about a ContentKey entity that somebody else wrote.

use super::{ContentKeyType, KEY_SEED_BYTES};
use crate::encoding::base64_decode;
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::id::KeyId;
use serde_json::{Map, Value};

/// The documented maximum of EncryptedContentKey, Name, ProtectionKeyId and Checksum.
const MAX_MEMBER_CHARACTERS: usize = 4000;
/// Members that the REST API has; the service's own ones among them are read-only.
const MEMBERS: [&str; 11] = [
    "Id",
    "Created",
    "LastModified",
    "ContentKeyType",
    "EncryptedContentKey",
    "Name",
    "ProtectionKeyId",
    "ProtectionKeyType",
    "Checksum",
    "AuthorizationPolicyId",
    "TrackIdentifiers",
];

/// Reads the JSON of a ContentKey and says what is wrong or unusual: code, member, why and how to mend it.
///
/// # Errors
/// `entity.not_json` where it is not a JSON object.
pub fn lint_content_key_entity(json: &str) -> Result<Vec<Finding>> {
    let entity: Value =
        serde_json::from_str(json).map_err(|_| Error::new(ErrorCode::EntityNotJson, "the entity is not JSON"))?;
    let entity =
        entity.as_object().ok_or_else(|| Error::new(ErrorCode::EntityNotJson, "the entity is not a JSON object"))?;
    let mut lint = Lint { entity, findings: Vec::new() };
    lint.members();
    lint.id();
    let kind = lint.content_key_type();
    lint.protection_key();
    lint.encrypted_key();
    lint.checksum(kind);
    Ok(lint.findings)
}

struct Lint<'a> {
    entity: &'a Map<String, Value>,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn members(&mut self) {
        for (name, value) in self.entity {
            if !MEMBERS.contains(&name.as_str()) && !name.starts_with("odata.") && name != "__metadata" {
                let near = MEMBERS.iter().find(|known| known.eq_ignore_ascii_case(name));
                let fix = near.map_or_else(|| "remove it".to_owned(), |known| format!("write {known}"));
                self.add(
                    "content_key.unknown_member",
                    Severity::Error,
                    name,
                    "the REST API has no such member and refuses the entity",
                    fix,
                );
            }
            if value.as_str().is_some_and(|text| text.chars().count() > MAX_MEMBER_CHARACTERS) {
                self.add(
                    "content_key.member_too_long",
                    Severity::Error,
                    name,
                    "longer than 4000 characters, the documented maximum",
                    "shorten it",
                );
            }
        }
    }

    fn id(&mut self) {
        match self.text("Id") {
            None => self.add(
                "content_key.missing_id",
                Severity::Warning,
                "Id",
                "there is no id: the documentation asks for one, and the service makes one",
                "give it nb:kid:UUID: and a GUID",
            ),
            Some(id) => match KeyId::parse_entity_id(id) {
                Err(error) => self.add(
                    "content_key.bad_id",
                    Severity::Error,
                    "Id",
                    error.message().to_owned(),
                    "write nb:kid:UUID: and a GUID",
                ),
                Ok(key_id) if key_id.guid().is_all_zero() => {
                    self.add(
                        "content_key.all_zero_id",
                        Severity::Error,
                        "Id",
                        "the all-zero GUID cannot identify a content key",
                        "make a new GUID",
                    );
                }
                Ok(key_id) if key_id.to_string() != id => {
                    let written = key_id.to_string();
                    self.mend("content_key.unusual_id", "Id", "the id is not written in the usual way", written);
                }
                Ok(_) => {}
            },
        }
    }

    fn content_key_type(&mut self) -> Option<ContentKeyType> {
        let number = self.number("ContentKeyType", 0)?;
        let kind = ContentKeyType::from_number(number).ok();
        match kind {
            None => self.add(
                "content_key.unknown_type",
                Severity::Error,
                "ContentKeyType",
                "there is no content key type of this number",
                "write 0 (common), 1 (storage), 4 (envelope), 6 (cbcs), 7 or 8 (FairPlay)",
            ),
            Some(kind) if !kind.clients_may_create() => {
                self.add(
                    "content_key.service_type",
                    Severity::Warning,
                    "ContentKeyType",
                    "keys of this type are made by the service itself",
                    "use another type",
                );
            }
            Some(_) => {}
        }
        kind
    }

    fn protection_key(&mut self) {
        if let Some(1) = self.number("ProtectionKeyType", 0) {
            self.mend(
                "content_key.protection_key_type_1",
                "ProtectionKeyType",
                "the documentation's sample sends 1, but the only value is 0 (X.509 certificate thumbprint)",
                "0".to_owned(),
            );
        } else if self.number("ProtectionKeyType", 0).is_some_and(|number| number != 0) {
            self.add(
                "content_key.unknown_protection_key_type",
                Severity::Error,
                "ProtectionKeyType",
                "the only value is 0 (X.509 certificate thumbprint)",
                "write 0",
            );
        }
        match self.text("ProtectionKeyId") {
            None => self.add(
                "content_key.missing_protection_key_id",
                Severity::Error,
                "ProtectionKeyId",
                "nothing says which certificate the key is wrapped to",
                "write the certificate's SHA-1 thumbprint",
            ),
            Some(id) if id.len() != 40 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                self.add(
                    "content_key.bad_protection_key_id",
                    Severity::Error,
                    "ProtectionKeyId",
                    "not a SHA-1 thumbprint",
                    "write 40 hexadecimal digits",
                );
            }
            Some(id) if id.bytes().any(|byte| byte.is_ascii_lowercase()) => {
                let upper = id.to_ascii_uppercase();
                self.mend(
                    "content_key.lower_case_thumbprint",
                    "ProtectionKeyId",
                    "thumbprints are written in capitals; the Java SDK does not",
                    upper,
                );
            }
            Some(_) => {}
        }
    }

    fn encrypted_key(&mut self) {
        let Some(text) = self.text("EncryptedContentKey").filter(|text| !text.is_empty()) else {
            return self.add(
                "content_key.missing_key",
                Severity::Error,
                "EncryptedContentKey",
                "there is no key in it",
                "wrap the key to the protection certificate",
            );
        };
        match base64_decode(text).map(|bytes| bytes.len()) {
            Err(_) => self.add(
                "content_key.key_not_base64",
                Severity::Error,
                "EncryptedContentKey",
                "not base64",
                "write standard base64 on one line",
            ),
            // As long as a clear key, or as a key seed: then it is most likely one.
            Ok(16 | 24 | 32 | KEY_SEED_BYTES) => {
                self.add(
                    "content_key.key_in_the_clear",
                    Severity::Error,
                    "EncryptedContentKey",
                    "this is as short as a clear key: the key seems not to be wrapped",
                    "wrap it, and stop using this key",
                );
            }
            Ok(length) if !(128..=1024).contains(&length) || length % 64 != 0 => {
                self.add(
                    "content_key.unusual_key_length",
                    Severity::Warning,
                    "EncryptedContentKey",
                    "not as long as an RSA modulus (256 bytes for 2048 bits)",
                    "wrap the key again",
                );
            }
            Ok(_) => {}
        }
    }

    fn checksum(&mut self, kind: Option<ContentKeyType>) {
        let has_checksum = kind.is_none_or(ContentKeyType::has_checksum);
        match self.text("Checksum") {
            None if has_checksum => self.add(
                "content_key.missing_checksum",
                Severity::Warning,
                "Checksum",
                "without a checksum nobody can see whether the key is the right one",
                "compute it",
            ),
            Some(_) if !has_checksum => self.add(
                "content_key.needless_checksum",
                Severity::Info,
                "Checksum",
                "keys of this type have no checksum",
                "write null",
            ),
            Some(text) if base64_decode(text).map(|bytes| bytes.len()) != Ok(8) => {
                self.add(
                    "content_key.bad_checksum",
                    Severity::Error,
                    "Checksum",
                    "a checksum is 8 bytes in base64, 12 characters",
                    "compute it again",
                );
            }
            _ => {}
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.entity.get(name).and_then(Value::as_str)
    }

    /// A number, which may come as text; the default where it is left out. `None` (and a finding) for anything else.
    fn number(&mut self, name: &str, default: i64) -> Option<i64> {
        let number = match self.entity.get(name) {
            None | Some(Value::Null) => Some(default),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_i64(),
        };
        if number.is_none() && self.findings.iter().all(|finding| finding.path != name) {
            self.add("content_key.not_a_number", Severity::Error, name, "not a whole number", "write a number");
        }
        number
    }

    fn add(
        &mut self,
        code: &'static str,
        severity: Severity,
        path: &str,
        why: impl Into<std::borrow::Cow<'static, str>>,
        fix: impl Into<std::borrow::Cow<'static, str>>,
    ) {
        self.findings.push(Finding::new(code, severity, path, why).fix(fix));
    }

    fn mend(&mut self, code: &'static str, path: &str, why: &'static str, mended: String) {
        let mut finding = Finding::new(code, Severity::Warning, path, why).fix(format!("write {mended}"));
        finding.mended = Some(mended);
        self.findings.push(finding);
    }
}
