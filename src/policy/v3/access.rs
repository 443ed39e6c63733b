//! Who may have the key, out of any piece of v3's JSON that says so.

use super::{Configuration, Policy, PolicyOption, read};
use crate::error::{Error, ErrorCode, Result};
use crate::json::Json;
use crate::policy::{KeyDeliveryType, PolicyOption as AccessOption, Restriction};

/// Who may have the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A restriction by itself.
    Restriction(Restriction),
    /// Options that are alternatives.
    Options(Vec<AccessOption>),
}

/// Reads a policy, one of its options, or the restriction of an option.
///
/// # Errors
/// As [`Policy::from_json`]; `policy.bad_option` for an option that delivers nothing.
pub fn read_access(json: &str) -> Result<Access> {
    let document = Json::parse(json, ErrorCode::V3NotJson)?;
    let has = |name: &str| matches!(&document, Json::Object(members) if members.iter().any(|(found, _)| found == name));
    if has(super::write::TYPE) {
        return read::read_restriction(&document).map(Access::Restriction);
    }
    let options = if has("restriction") { vec![read::read_option(&document)?] } else { read_options(&document)? };
    options.iter().enumerate().map(access).collect::<Result<_>>().map(Access::Options)
}

fn read_options(document: &Json) -> Result<Vec<PolicyOption>> {
    read::read_document(document).map(|(Policy { options, .. }, _)| options)
}

fn access((index, option): (usize, &PolicyOption)) -> Result<AccessOption> {
    let kind = match option.configuration {
        Configuration::ClearKey => KeyDeliveryType::BaselineHttp,
        Configuration::Widevine { .. } => KeyDeliveryType::Widevine,
        Configuration::PlayReady(_) => KeyDeliveryType::PlayReadyLicense,
        Configuration::FairPlay(_) => KeyDeliveryType::FairPlay,
        Configuration::None => {
            let why = "an option that delivers nothing opens nothing";
            return Err(Error::new(ErrorCode::PolicyBadOption, why).at(format!("options[{index}]")));
        }
    };
    AccessOption::new(kind, option.restrictions.clone()).map_err(|error| error.within(&format!("options[{index}]")))
}
