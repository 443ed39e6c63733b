//! To v2's numbers and texts.

use super::fairplay::{FairPlay, FairPlayKeyIds, FairPlayKeys, FairPlaySecrets, RentalType};
use super::write::check_keys;
use super::{Configuration, PlayReady, Policy, PolicyOption, SecurityLevel, V2Option, V2Restriction, from_v2, within};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::id::KeyId;
use crate::key::{ContentKey, ContentKeyType};
use crate::policy::fairplay::{FairPlayConfiguration, lint_fairplay_configuration};
use crate::policy::{Form, KeyDeliveryType, Restriction};
use crate::secret::{SecretBytes, SecretText};

/// A policy in v2's parts.
#[derive(Clone, Debug)]
pub struct V2Policy {
    /// For the name of the policy entity, which v2 has in the place of a description.
    pub description: Option<String>,
    /// The options.
    pub options: Vec<V2Option>,
    /// The content keys that a FairPlay option names, with what v3 had in the option itself.
    pub content_keys: Vec<ContentKey>,
}

/// What a v2 FairPlay option has and a v3 one does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FairPlayLink<'a> {
    /// The ids that the secrets shall have as content keys.
    pub keys: &'a FairPlayKeyIds,
    /// The initialization vector, as in the delivery policy.
    pub content_encryption_iv: Option<[u8; 16]>,
}

impl Policy {
    /// Writes v2's options. FairPlay options out of v3 need the ids under which their secrets become content keys.
    ///
    /// # Errors
    /// `v3.fairplay_keys_missing`, `v3.secret_missing`, `v3.no_counterpart`; `token_restriction.*` and `playready.*` for what
    /// v2 did not write.
    pub fn to_v2(&self, link: Option<FairPlayLink<'_>>) -> Result<(V2Policy, Vec<Finding>)> {
        let mut writer = Writer { link, embedded: None, findings: Vec::new() };
        let mut options = Vec::new();
        for (index, option) in self.options.iter().enumerate() {
            let place = format!("options[{index}]");
            let outer = std::mem::take(&mut writer.findings);
            options.push(writer.option(option).map_err(|error| error.within(&place))?);
            let found = std::mem::replace(&mut writer.findings, outer);
            writer.findings.extend(within(&place, found));
        }
        let content_keys = writer.content_keys()?;
        Ok((V2Policy { description: self.description.clone(), options, content_keys }, writer.findings))
    }
}

struct Writer<'a> {
    link: Option<FairPlayLink<'a>>,
    /// The secrets that go with the link.
    embedded: Option<FairPlaySecrets>,
    findings: Vec<Finding>,
}

impl Writer<'_> {
    fn option(&mut self, option: &PolicyOption) -> Result<V2Option> {
        let (kind, configuration) =
            self.configuration(&option.configuration).map_err(|error| error.within("configuration"))?;
        let restrictions = option.restrictions.iter().map(restriction).collect::<Result<_>>();
        Ok(V2Option {
            id: None,
            name: Some(option.name.clone().unwrap_or_default()),
            key_delivery_type: kind.number(),
            key_delivery_configuration: configuration,
            restrictions: restrictions.map_err(|error| error.within("restriction"))?,
        })
    }

    fn configuration(&mut self, configuration: &Configuration) -> Result<(KeyDeliveryType, Option<SecretText>)> {
        Ok(match configuration {
            Configuration::None => (KeyDeliveryType::None, None),
            Configuration::ClearKey => (KeyDeliveryType::BaselineHttp, None),
            Configuration::Widevine { template } => (KeyDeliveryType::Widevine, Some(template.clone())),
            Configuration::PlayReady(playready) => {
                self.check_security_levels(playready);
                let xml = playready.template.to_xml()?;
                (KeyDeliveryType::PlayReadyLicense, Some(SecretText::from_string(xml)))
            }
            Configuration::FairPlay(fairplay) => {
                let configuration = self.fairplay(fairplay)?;
                self.findings.extend(within("configuration", lint_fairplay_configuration(&configuration)));
                (KeyDeliveryType::FairPlay, Some(configuration.to_json()))
            }
        })
    }

    /// v2 has two levels, which follow from whether test devices are allowed.
    fn check_security_levels(&mut self, playready: &PlayReady) {
        let licenses = playready.template.license_templates.iter().zip(&playready.security_levels).enumerate();
        for (index, (license, level)) in licenses {
            let (severity, why) = match (level, license.allow_test_devices) {
                (Some(SecurityLevel::Sl3000), _) => {
                    (Severity::Error, "v2 cannot ask for level 3000: players of level 2000 get the licence too")
                }
                (Some(SecurityLevel::Sl2000), true) => {
                    (Severity::Error, "v2 gives test devices, if they are allowed, licences of level 150")
                }
                (Some(SecurityLevel::Sl150), false) => {
                    (Severity::Warning, "v2 asks for level 2000 where test devices are not allowed")
                }
                _ => continue,
            };
            let path = format!("configuration.licenses[{index}].securityLevel");
            self.findings.push(Finding::new("v3.security_level_dropped", severity, path, why));
        }
    }

    fn fairplay(&mut self, fairplay: &FairPlay) -> Result<FairPlayConfiguration> {
        let RentalType::Both(rental_and_lease_key_type) = fairplay.rental_type else {
            let why = "two durations for one key have no counterpart in v2";
            return Err(Error::new(ErrorCode::V3NoCounterpart, why).at("rentalAndLeaseKeyType"));
        };
        if fairplay.pfx.is_empty() {
            let why = "the certificate file is left out: ask for the policy with its secrets";
            return Err(Error::new(ErrorCode::V3SecretMissing, why).at("fairPlayPfx"));
        }
        if fairplay.offline_rental.is_some() {
            let why = "v2 has no durations for offline playback";
            let path = "configuration.offlineRentalConfiguration";
            self.findings.push(Finding::new("v3.offline_rental_dropped", Severity::Error, path, why));
        }
        let ids = self.key_ids(&fairplay.keys)?;
        Ok(FairPlayConfiguration {
            ask_id: ids.ask_id,
            pfx_password_id: ids.pfx_password_id,
            pfx: fairplay.pfx.clone(),
            content_encryption_iv: fairplay
                .content_encryption_iv
                .or(self.link.and_then(|link| link.content_encryption_iv)),
            rental_and_lease_key_type,
            rental_duration: fairplay.rental_duration,
        })
    }

    fn key_ids(&mut self, keys: &FairPlayKeys) -> Result<FairPlayKeyIds> {
        let secrets = match keys {
            FairPlayKeys::Named(ids) => return Ok(*ids),
            FairPlayKeys::Embedded(secrets) => secrets,
        };
        let link = self.link.ok_or_else(|| {
            let why = "a v3 option holds its FairPlay secrets and a v2 option names them by key id: give the ids that they shall have, and the initialization vector";
            Error::new(ErrorCode::V3FairplayKeysMissing, why)
        })?;
        if self.embedded.as_ref().is_some_and(|others| others != secrets) {
            let why = "the FairPlay options hold different secrets: convert them one by one, each with its key ids";
            return Err(Error::new(ErrorCode::V3FairplayKeysMissing, why));
        }
        self.embedded = Some(secrets.clone());
        Ok(*link.keys)
    }

    /// The secrets as content keys; what the service left out must be in its content keys already.
    fn content_keys(&mut self) -> Result<Vec<ContentKey>> {
        let (Some(secrets), Some(link)) = (&self.embedded, self.link) else { return Ok(Vec::new()) };
        let password = SecretBytes::new(secrets.pfx_password.expose().as_bytes().to_vec());
        let keys = [
            (ContentKeyType::FairPlayASk, link.keys.ask_id, secrets.ask.clone()),
            (ContentKeyType::FairPlayPfxPassword, link.keys.pfx_password_id, password),
        ];
        let given = keys.into_iter().filter(|(_, _, key)| !key.is_empty());
        given.map(|(kind, id, key)| ContentKey::new(kind, KeyId::new(id), key)).collect()
    }
}

fn restriction(restriction: &Restriction) -> Result<V2Restriction> {
    let (key_restriction_type, requirements) = match restriction {
        Restriction::Open => (0, None),
        Restriction::Token(token) => {
            check_keys(token)?;
            (1, Some(token.to_xml(Form::Current)?))
        }
        Restriction::Ip(networks) => (2, Some(SecretText::from_string(networks.to_string()))),
    };
    let name = from_v2::usual_name(restriction).map(str::to_owned);
    Ok(V2Restriction { name, key_restriction_type, requirements })
}
