//! FairPlay: the configuration of a licence option, as JSON.

use crate::encoding::{hex_decode, hex_upper};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::id::{Guid, KeyId};
use crate::json::{Codes, Json, Members, Names, one_of};
use crate::secret::{SecretBytes, SecretText};

const CODES: Codes = Codes { missing: ErrorCode::FairplayMissingMember, bad: ErrorCode::FairplayBadValue };
const NAMES: Names = Names { unknown: "fairplay.unknown_member", letter_case: "fairplay.letter_case" };
const ASK_ID: &str = "ASkId";
const PASSWORD_ID: &str = "FairPlayPfxPasswordId";
const PFX: &str = "FairPlayPfx";
const IV: &str = "ContentEncryptionIV";
const RENTAL: &str = "RentalAndLeaseKeyType";
const DURATION: &str = "RentalDuration";

/// Whether a player may keep the key, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RentalAndLeaseKeyType {
    /// Nothing is said; the key is for streaming.
    #[default]
    Undefined,
    /// The player may keep the key without end.
    PersistentUnlimited,
    /// The player may keep the key as long as the rental lasts.
    PersistentLimited,
}

impl RentalAndLeaseKeyType {
    /// All of them, under their names.
    pub const ALL: [(&str, Self); 3] = [
        ("Undefined", Self::Undefined),
        ("PersistentUnlimited", Self::PersistentUnlimited),
        ("PersistentLimited", Self::PersistentLimited),
    ];

    /// The name in the SDK.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undefined => "Undefined",
            Self::PersistentUnlimited => "PersistentUnlimited",
            Self::PersistentLimited => "PersistentLimited",
        }
    }

    /// The number in the configuration, which is the one that FairPlay's licences carry.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Undefined => 0,
            Self::PersistentUnlimited => 0x3DF2_D9FB,
            Self::PersistentLimited => 0x18F0_6048,
        }
    }

    /// Finds a type by its name, letter case included.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// Finds a type by its number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, kind)| kind.number() == number).map(|(_, kind)| kind)
    }
}

/// What the licence service needs to answer a FairPlay player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FairPlayConfiguration {
    /// The content key of type 7 that holds the application secret key (ASk).
    pub ask_id: Guid,
    /// The content key of type 8 that holds the password of the certificate file.
    pub pfx_password_id: Guid,
    /// The application certificate with its private key, as PKCS#12.
    pub pfx: SecretBytes,
    /// The initialization vector of the content; the delivery policy must name the same one. Without it every licence
    /// request fails.
    pub content_encryption_iv: Option<[u8; 16]>,
    /// Whether keys may be kept.
    pub rental_and_lease_key_type: RentalAndLeaseKeyType,
    /// How long a limited rental lasts, in seconds. Dropped where the type is undefined.
    pub rental_duration: u32,
}

impl FairPlayConfiguration {
    /// Writes the configuration as the .NET SDK did.
    #[must_use]
    pub fn to_json(&self) -> SecretText {
        let iv = self.content_encryption_iv.as_ref();
        Json::object([
            (ASK_ID, Json::text(&self.ask_id.to_string())),
            (PASSWORD_ID, Json::text(&self.pfx_password_id.to_string())),
            (PFX, Json::base64(self.pfx.expose())),
            (IV, iv.map_or(Json::Null, |iv| Json::text(&hex_upper(iv)))),
            (RENTAL, Json::number(self.rental_and_lease_key_type.number())),
            (DURATION, Json::number(self.written_duration())),
        ])
        .to_text()
    }

    /// The duration that is written: none where nothing is said about renting.
    #[must_use]
    pub fn written_duration(&self) -> u32 {
        if self.rental_and_lease_key_type == RentalAndLeaseKeyType::Undefined { 0 } else { self.rental_duration }
    }
}

/// Reads an initialization vector: 32 hexadecimal digits in any letter case.
///
/// # Errors
/// `fairplay.bad_iv`.
pub fn parse_fairplay_iv(hex: &str) -> Result<[u8; 16]> {
    hex_decode(hex).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        Error::new(ErrorCode::FairplayBadIv, "an initialization vector has 16 bytes, written as 32 hexadecimal digits")
    })
}

/// Reads the configuration of any writer. PHP's and Java's has no rental members, which means that nothing is said.
///
/// # Errors
/// `fairplay.not_json`, `fairplay.missing_member`, `fairplay.bad_value`, `fairplay.bad_iv`.
pub fn read_fairplay_configuration(json: &str) -> Result<(FairPlayConfiguration, Vec<Finding>)> {
    let document = Json::parse(json, ErrorCode::FairplayNotJson)?;
    let members = Members::of(&document, "", CODES)?;
    let mut findings = Vec::new();
    members.check_names(&[ASK_ID, PASSWORD_ID, PFX, IV, RENTAL, DURATION], NAMES, &mut findings);
    let iv = members.text(IV)?.filter(|text| !text.is_empty());
    let mut configuration = FairPlayConfiguration {
        ask_id: read_key_id(&members, ASK_ID, &mut findings)?,
        pfx_password_id: read_key_id(&members, PASSWORD_ID, &mut findings)?,
        pfx: members.base64(PFX)?.ok_or_else(|| members.missing(PFX))?,
        content_encryption_iv: iv.map(|iv| parse_fairplay_iv(iv).map_err(|error| error.at(IV))).transpose()?,
        rental_and_lease_key_type: read_rental(&members, &mut findings)?,
        rental_duration: members.integer(DURATION)?.unwrap_or_default(),
    };
    findings.extend(lint_fairplay_configuration(&configuration));
    configuration.rental_duration = configuration.written_duration();
    Ok((configuration, findings))
}

/// A GUID; the prefix of a content key's id is taken off and reported.
fn read_key_id(members: &Members<'_>, name: &str, findings: &mut Vec<Finding>) -> Result<Guid> {
    let text = members.required_text(name)?;
    if let Ok(guid) = Guid::parse(text) {
        return Ok(guid);
    }
    let id = KeyId::parse(text).map_err(|error| members.bad(name, error.message().to_owned()))?;
    let mut finding =
        warning("fairplay.key_id_prefix", name, "the id stands with its prefix, which the old service did not read")
            .fix("write the bare GUID");
    finding.mended = Some(id.guid().to_string());
    findings.push(finding);
    Ok(id.guid())
}

/// A number; Newtonsoft.Json took the name too.
fn read_rental(members: &Members<'_>, findings: &mut Vec<Finding>) -> Result<RentalAndLeaseKeyType> {
    let known = || one_of(RentalAndLeaseKeyType::ALL.iter().map(|(name, _)| *name));
    if let Some(Json::Text(name)) = members.get(RENTAL) {
        let kind = RentalAndLeaseKeyType::from_name(name.expose()).ok_or_else(|| members.bad(RENTAL, known()))?;
        let mut finding =
            warning("fairplay.rental_type_as_text", RENTAL, "the type is written as a name instead of its number");
        finding.mended = Some(kind.number().to_string());
        findings.push(finding);
        return Ok(kind);
    }
    let number = members.integer(RENTAL)?.unwrap_or_default();
    RentalAndLeaseKeyType::from_number(number).ok_or_else(|| {
        members.bad(
            RENTAL,
            "expected 0 (undefined), 1039325691 (persistent, unlimited) or 418406472 (persistent, limited)",
        )
    })
}

/// Findings about a configuration that is well-formed and will not work.
#[must_use]
pub fn lint_fairplay_configuration(configuration: &FairPlayConfiguration) -> Vec<Finding> {
    let mut findings = Vec::new();
    let error = |code, path: &str, why| Finding::new(code, Severity::Error, path, why);
    for (name, id) in [(ASK_ID, configuration.ask_id), (PASSWORD_ID, configuration.pfx_password_id)] {
        if id.is_all_zero() {
            findings.push(error("fairplay.all_zero_key_id", name, "the all-zero GUID names no content key"));
        }
    }
    if configuration.pfx.is_empty() {
        findings.push(error("fairplay.empty_pfx", PFX, "there is no certificate file"));
    }
    if configuration.content_encryption_iv.is_none() {
        let why = "without an initialization vector every licence request fails with “FairPlay ContentEncryptionIv is not set.”";
        let fix = "write the CommonEncryptionIVForCbcs of the asset delivery policy";
        findings.push(error("fairplay.missing_iv", IV, why).fix(fix));
    }
    match (configuration.rental_and_lease_key_type, configuration.rental_duration) {
        (RentalAndLeaseKeyType::Undefined, 1..) => {
            let why = "a duration means nothing while the type is undefined: the SDK dropped it";
            let mut finding = warning("fairplay.rental_duration_dropped", DURATION, why);
            finding.mended = Some("0".to_owned());
            findings.push(finding);
        }
        (RentalAndLeaseKeyType::PersistentLimited, 0) => {
            findings.push(warning("fairplay.no_rental_duration", DURATION, "a limited rental without a duration"));
        }
        _ => {}
    }
    findings
}

fn warning(code: &'static str, path: &str, why: &'static str) -> Finding {
    Finding::new(code, Severity::Warning, path, why)
}
