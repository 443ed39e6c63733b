//! Options: each restriction is one that the verifier can check, and the configuration one that the licence service can use.

use super::super::refusal::Refusal;
use super::super::rows::{number_of, text_of, value_of};
use super::{Change, place, within};
use crate::error::{Error, ErrorCode, Finding};
use crate::json::{Json, Object};
use crate::policy::fairplay::read_fairplay_configuration;
use crate::policy::widevine::read_widevine_message;
use crate::policy::{
    KeyDeliveryType, PolicyOption, Reading, Restriction, lint_token_restriction, read_playready_template,
    read_token_restriction,
};
use crate::token::{CompiledPolicy, VerifierSettings};

const CONFIGURATION: &str = "KeyDeliveryConfiguration";
const RESTRICTIONS: &str = "Restrictions";

pub(super) fn check(change: &Change<'_>, members: &Object) -> Result<Vec<Finding>, Refusal> {
    if !change.is_any_new(members, &["KeyDeliveryType", CONFIGURATION, RESTRICTIONS]) {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    let number = number_of(members, "KeyDeliveryType").and_then(|number| u8::try_from(number).ok());
    let kind = KeyDeliveryType::from_number(number.unwrap_or(u8::MAX))?;
    let restrictions = read_restrictions(members, &mut findings)?;
    let option = PolicyOption::new(kind, restrictions)?;
    // The path begins with the number of the option, which is the only one.
    CompiledPolicy::from_options(std::slice::from_ref(&option), &VerifierSettings::default())
        .map_err(|error| error.within(RESTRICTIONS))?;
    findings.extend(check_configuration(kind, text_of(members, CONFIGURATION).unwrap_or_default())?);
    Ok(findings)
}

fn read_restrictions(members: &Object, findings: &mut Vec<Finding>) -> Result<Vec<Restriction>, Refusal> {
    let Some(Json::List(items)) = value_of(members, RESTRICTIONS) else { return Ok(Vec::new()) };
    let read = items.iter().enumerate().map(|(index, item)| {
        let path = format!("{RESTRICTIONS}[{index}]");
        let Json::Object(restriction) = item else { return Err(missing_type(&path).into()) };
        read_restriction(&path, restriction, findings)
    });
    read.collect()
}

fn read_restriction(path: &str, restriction: &Object, findings: &mut Vec<Finding>) -> Result<Restriction, Refusal> {
    let number = number_of(restriction, "KeyRestrictionType").ok_or_else(|| missing_type(path))?;
    let requirements = text_of(restriction, "Requirements");
    match (number, requirements.filter(|text| !text.trim().is_empty())) {
        (1, Some(xml)) => {
            let place_of = format!("{path}.Requirements");
            let (read, noted) = within(&place_of, read_token_restriction(xml, Reading::Lenient))?;
            let mut risks = lint_token_restriction(&read);
            place(&place_of, &mut risks);
            findings.extend(noted.into_iter().chain(risks));
            Ok(Restriction::Token(Box::new(read)))
        }
        _ => {
            let number = u8::try_from(number).unwrap_or(u8::MAX);
            Ok(Restriction::read(number, requirements).map_err(|error| error.within(path))?)
        }
    }
}

fn missing_type(path: &str) -> Error {
    let why = "a restriction needs its KeyRestrictionType: 0 (open), 1 (token) or 2 (client address)";
    Error::new(ErrorCode::PolicyBadOption, why).at(format!("{path}.KeyRestrictionType"))
}

fn check_configuration(kind: KeyDeliveryType, text: &str) -> Result<Vec<Finding>, Refusal> {
    let findings = match kind {
        KeyDeliveryType::PlayReadyLicense => within(CONFIGURATION, read_playready_template(text, Reading::Lenient))?.1,
        KeyDeliveryType::Widevine => within(CONFIGURATION, read_widevine_message(text))?.1,
        KeyDeliveryType::FairPlay => within(CONFIGURATION, read_fairplay_configuration(text))?.1,
        KeyDeliveryType::None | KeyDeliveryType::BaselineHttp if text.trim().is_empty() => Vec::new(),
        KeyDeliveryType::None | KeyDeliveryType::BaselineHttp => {
            let why =
                "a key that is delivered itself (2) has no configuration: send null, or the type that this is for";
            return Err(Error::new(ErrorCode::PolicyBadOption, why).at(CONFIGURATION).into());
        }
    };
    Ok(findings)
}
