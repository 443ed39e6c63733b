//! Content key policies of Azure Media Services v3, whose JSON its successors still speak, and the way from v2 and back.
//!
//! [`Policy`] is what either version can say. It is read from v3's JSON or from v2's options, and written as either; what the
//! other version has no place for is reported as a finding, or refused where leaving it out would open a key to others.

mod access;
mod diff;
mod fairplay;
mod from_v2;
mod playready_read;
mod playready_write;
mod read;
mod to_v2;
mod v2_option;
mod words;
mod write;

use super::Restriction;
use super::playready::PlayReadyTemplate;
use crate::error::{ErrorCode, Finding, Result};
use crate::json::{Json, Object};
use crate::secret::SecretText;
pub use access::{Access, read_access};
pub use diff::{Change, ChangeKind, diff};
pub use fairplay::{FairPlay, FairPlayKeyIds, FairPlayKeys, FairPlaySecrets, OfflineRental, RentalType};
pub use to_v2::{FairPlayLink, V2Policy};
pub use v2_option::{V2Option, V2Restriction};

/// What a v3 restriction is called in v2, which names restrictions.
const OPEN_NAME: &str = "Open";
const TOKEN_NAME: &str = "Token Authorization Policy";

/// A policy of either version: options that are alternatives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What it is for.
    pub description: Option<String>,
    /// The ways to a key.
    pub options: Vec<PolicyOption>,
}

/// One way to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyOption {
    /// Friendly name.
    pub name: Option<String>,
    /// What the viewer gets.
    pub configuration: Configuration,
    /// What must hold, all of it. v3 has exactly one restriction, v2 any number.
    pub restrictions: Vec<Restriction>,
}

/// What the viewer gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Configuration {
    /// Nothing; v2 only.
    None,
    /// The key itself.
    ClearKey,
    /// A Widevine licence.
    Widevine {
        /// The message, as its text: new values of the licence service are none of our business.
        template: SecretText,
    },
    /// A PlayReady licence.
    PlayReady(Box<PlayReady>),
    /// A FairPlay licence.
    FairPlay(Box<FairPlay>),
}

/// PlayReady licences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlayReady {
    /// What both versions can say.
    pub template: PlayReadyTemplate,
    /// What only v3 can say: the security level of each licence.
    pub security_levels: Vec<Option<SecurityLevel>>,
}

/// How robust a PlayReady player must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecurityLevel {
    /// 150: for tests.
    Sl150,
    /// 2000: hardened software or hardware.
    Sl2000,
    /// 3000: hardware.
    Sl3000,
}

impl SecurityLevel {
    /// All of them, under their names.
    pub const ALL: [(&str, Self); 3] = [("SL150", Self::Sl150), ("SL2000", Self::Sl2000), ("SL3000", Self::Sl3000)];

    /// The name in the JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sl150 => "SL150",
            Self::Sl2000 => "SL2000",
            Self::Sl3000 => "SL3000",
        }
    }
}

impl Policy {
    /// Reads v2's options. FairPlay keys stay ids until [`Policy::embed_fairplay_secrets`].
    ///
    /// # Errors
    /// As [`PolicyOption::from_v2`], with the option's place.
    pub fn from_v2(options: &[V2Option]) -> Result<(Self, Vec<Finding>)> {
        let (mut policy, mut findings) = (Self::default(), Vec::new());
        for (index, option) in options.iter().enumerate() {
            let place = format!("options[{index}]");
            let (option, found) = PolicyOption::from_v2(option).map_err(|error| error.within(&place))?;
            policy.options.push(option);
            findings.extend(within(&place, found));
        }
        Ok((policy, findings))
    }

    /// Reads v3's JSON: the resource, or its properties alone. What an answer of the service has beside them is passed over;
    /// secrets that it leaves out are reported.
    ///
    /// # Errors
    /// `v3.not_json`, `v3.missing_member`, `v3.bad_value`, `v3.unknown_type`, `playready.*`.
    pub fn from_json(json: &str) -> Result<(Self, Vec<Finding>)> {
        read::read(json)
    }

    /// Reads the JSON of either version: an option entity or a list of them is v2, anything else v3.
    ///
    /// # Errors
    /// As [`V2Option::list_from_json`] and [`Policy::from_v2`], or [`Policy::from_json`].
    pub fn from_either_json(json: &str) -> Result<(Self, Vec<Finding>)> {
        let document = Json::parse(json, ErrorCode::V3NotJson)?;
        let is_option = |members: &Object| members.iter().any(|(name, _)| name == "KeyDeliveryType");
        match &document {
            Json::List(_) => Self::from_v2(&V2Option::list_from(&document)?),
            Json::Object(members) if is_option(members) => Self::from_v2(&V2Option::list_from(&document)?),
            _ => read::read_document(&document),
        }
    }

    /// Writes v3's JSON, ready to be sent: `{"properties":{…}}`.
    ///
    /// # Errors
    /// As [`PolicyOption::to_json`], with the option's place.
    pub fn to_json(&self) -> Result<(SecretText, Vec<Finding>)> {
        write::write(self)
    }

    /// Puts the secrets in the place of the ids that v2 has.
    ///
    /// # Errors
    /// `v3.fairplay_secrets_missing` where two options name different keys, `key.wrong_length`.
    pub fn embed_fairplay_secrets(&mut self, secrets: &FairPlaySecrets) -> Result<()> {
        fairplay::embed(self, secrets)
    }
}

/// Puts an outer place in front of findings.
fn within(outer: &str, findings: Vec<Finding>) -> impl Iterator<Item = Finding> {
    findings.into_iter().map(move |mut finding| {
        let separator = if finding.path.is_empty() || finding.path.starts_with('[') { "" } else { "." };
        finding.path = format!("{outer}{separator}{}", finding.path);
        finding
    })
}
