//! From v2's numbers and texts.

use super::{
    Configuration, FairPlay, FairPlayKeyIds, FairPlayKeys, OPEN_NAME, PlayReady, PolicyOption, RentalType, TOKEN_NAME,
    V2Option, V2Restriction, within,
};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::policy::fairplay::read_fairplay_configuration;
use crate::policy::playready::read_playready_template;
use crate::policy::widevine::read_widevine_message;
use crate::policy::{IpRestriction, KeyDeliveryType, Reading, Restriction, read_token_restriction};
use crate::secret::SecretText;

const CONFIGURATION: &str = "KeyDeliveryConfiguration";

impl PolicyOption {
    /// Reads a v2 option: its licence template and its restrictions.
    ///
    /// # Errors
    /// `policy.bad_option` for numbers that do not exist; `v3.missing_configuration`, `v3.no_restriction`; those of the
    /// readers of the template and the restrictions.
    pub fn from_v2(option: &V2Option) -> Result<(Self, Vec<Finding>)> {
        let mut findings = Vec::new();
        let configuration = read_configuration(option, &mut findings)?;
        if option.restrictions.is_empty() {
            let why = "an option needs a restriction: the open one (0) to let everybody in";
            return Err(Error::new(ErrorCode::V3NoRestriction, why).at("Restrictions"));
        }
        let mut restrictions = Vec::new();
        for (index, restriction) in option.restrictions.iter().enumerate() {
            let place = format!("Restrictions[{index}]");
            let (restriction, found) = read_restriction(restriction).map_err(|error| error.within(&place))?;
            restrictions.push(restriction);
            findings.extend(within(&place, found));
        }
        if option.id.is_some() {
            let why = "v3 gives its options ids of its own";
            findings.push(Finding::new("v3.id_dropped", Severity::Info, "Id", why));
        }
        Ok((Self { name: option.name.clone(), configuration, restrictions }, findings))
    }
}

fn read_configuration(option: &V2Option, findings: &mut Vec<Finding>) -> Result<Configuration> {
    let text = option.key_delivery_configuration.as_ref().map(SecretText::expose);
    let text = text.filter(|text| !text.trim().is_empty());
    let needed = || {
        let why = "a licence needs its template here; for Widevine {} means the defaults";
        text.ok_or_else(|| Error::new(ErrorCode::V3MissingConfiguration, why).at(CONFIGURATION))
    };
    Ok(match KeyDeliveryType::from_number(option.key_delivery_type)? {
        KeyDeliveryType::PlayReadyLicense => {
            let read =
                read_playready_template(needed()?, Reading::Lenient).map_err(|error| error.within(CONFIGURATION))?;
            findings.extend(within(CONFIGURATION, read.1));
            let security_levels = vec![None; read.0.license_templates.len()];
            Configuration::PlayReady(Box::new(PlayReady { template: read.0, security_levels }))
        }
        KeyDeliveryType::Widevine => widevine(needed()?, CONFIGURATION, findings),
        KeyDeliveryType::FairPlay => read_fairplay(needed()?, findings)?,
        other => {
            if text.is_some() {
                let why = "nothing reads a configuration for this kind of delivery";
                findings.push(Finding::new("v3.configuration_dropped", Severity::Warning, CONFIGURATION, why));
            }
            if other == KeyDeliveryType::BaselineHttp { Configuration::ClearKey } else { Configuration::None }
        }
    })
}

fn read_fairplay(text: &str, findings: &mut Vec<Finding>) -> Result<Configuration> {
    let (configuration, found) = read_fairplay_configuration(text).map_err(|error| error.within(CONFIGURATION))?;
    findings.extend(within(CONFIGURATION, found));
    let ids = FairPlayKeyIds { ask_id: configuration.ask_id, pfx_password_id: configuration.pfx_password_id };
    Ok(Configuration::FairPlay(Box::new(FairPlay {
        keys: FairPlayKeys::Named(ids),
        rental_duration: configuration.written_duration(),
        rental_type: RentalType::Both(configuration.rental_and_lease_key_type),
        content_encryption_iv: configuration.content_encryption_iv,
        pfx: configuration.pfx,
        offline_rental: None,
    })))
}

/// The text is carried over whatever it says: the licence service may know more values than we do.
pub(super) fn widevine(template: &str, place: &str, findings: &mut Vec<Finding>) -> Configuration {
    match read_widevine_message(template) {
        Ok((_, found)) => findings.extend(within(place, found)),
        Err(error) => {
            let path = error.path().map_or_else(|| place.to_owned(), |path| format!("{place}.{path}"));
            let why = format!(
                "the template is carried over as it is, and is not what the old SDK could read: {}",
                error.message()
            );
            findings.push(Finding::new(error.code().as_str(), Severity::Error, path, why));
        }
    }
    Configuration::Widevine { template: SecretText::copied(template) }
}

fn read_restriction(restriction: &V2Restriction) -> Result<(Restriction, Vec<Finding>)> {
    let mut findings = Vec::new();
    let requirements = restriction.requirements.as_ref().map(SecretText::expose).filter(|text| !text.trim().is_empty());
    let read = match (restriction.key_restriction_type, requirements) {
        (0, requirements) => {
            if requirements.is_some() {
                let why = "the restriction is open: nothing reads these requirements";
                findings.push(Finding::new("v3.requirements_dropped", Severity::Warning, "Requirements", why));
            }
            Restriction::Open
        }
        (1, Some(xml)) => {
            let read = read_token_restriction(xml, Reading::Lenient).map_err(|error| error.within("Requirements"))?;
            findings.extend(within("Requirements", read.1));
            Restriction::Token(Box::new(read.0))
        }
        (2, Some(networks)) => {
            Restriction::Ip(IpRestriction::parse(networks).map_err(|error| error.within("Requirements"))?)
        }
        (number, _) => Restriction::read(number, None)?,
    };
    if let Some(name) = restriction.name.as_deref().filter(|name| Some(*name) != usual_name(&read)) {
        let mut finding =
            Finding::new("v3.restriction_name_dropped", Severity::Info, "Name", "v3 does not name restrictions");
        finding.mended = usual_name(&read).filter(|usual| *usual != name).map(str::to_owned);
        findings.push(finding);
    }
    Ok((read, findings))
}

/// The name that a restriction gets on the way back.
pub(super) const fn usual_name(restriction: &Restriction) -> Option<&'static str> {
    match restriction {
        Restriction::Open => Some(OPEN_NAME),
        Restriction::Token(_) => Some(TOKEN_NAME),
        Restriction::Ip(_) => None,
    }
}
