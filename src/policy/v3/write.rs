//! v3's JSON. Every member is written whatever v3 takes, so that policies can be compared; what v3 does not take is
//! refused before.

use super::fairplay::{FairPlay, FairPlayKeys};
use super::{Configuration, Policy, PolicyOption, playready_write, within};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::json::{Json, Object};
use crate::policy::verification_key::rsa_numbers;
use crate::policy::{Restriction, TokenRestriction, TokenType, VerificationKey};
use crate::secret::SecretText;

pub(super) const TYPE: &str = "@odata.type";
const PREFIX: &str = "#Microsoft.Media.ContentKeyPolicy";

pub(super) fn write(policy: &Policy) -> Result<(SecretText, Vec<Finding>)> {
    let (mut options, mut findings) = (Vec::new(), Vec::new());
    for (index, option) in policy.options.iter().enumerate() {
        let place = format!("options[{index}]");
        let (json, found) = write_option(option).map_err(|error| error.within(&place))?;
        options.push(json);
        findings.extend(within(&place, found));
    }
    let mut properties = Object::new();
    properties.extend(policy.description.as_deref().map(|text| ("description".to_owned(), Json::text(text))));
    properties.push(("options".to_owned(), Json::List(options)));
    Ok((Json::object([("properties", Json::Object(properties))]).to_text(), findings))
}

impl PolicyOption {
    /// Writes the JSON of this option alone.
    ///
    /// # Errors
    /// `v3.no_counterpart` for restrictions by address and for no delivery, `v3.several_restrictions`,
    /// `v3.fairplay_secrets_missing`, `v3.secret_missing`, `verification_key.invalid`.
    pub fn to_json(&self) -> Result<(SecretText, Vec<Finding>)> {
        write_option(self).map(|(json, findings)| (json.to_text(), findings))
    }
}

fn write_option(option: &PolicyOption) -> Result<(Json, Vec<Finding>)> {
    check_configuration(&option.configuration).map_err(|error| error.within("configuration"))?;
    check_restrictions(&option.restrictions)?;
    let mut findings = Vec::new();
    match &option.configuration {
        Configuration::FairPlay(fairplay) if fairplay.content_encryption_iv.is_some() => {
            let why =
                "v3 has no place for the initialization vector here: it belongs to the streaming policy's content key";
            findings.push(Finding::new("v3.iv_dropped", Severity::Warning, "configuration.contentEncryptionIV", why));
        }
        Configuration::PlayReady(playready) => {
            findings.extend(within("configuration", playready_write::losses(&playready.template)));
        }
        _ => {}
    }
    Ok((json_of(option), findings))
}

fn check_configuration(configuration: &Configuration) -> Result<()> {
    match configuration {
        Configuration::None => {
            let why = "an option that delivers nothing has no counterpart in v3";
            Err(Error::new(ErrorCode::V3NoCounterpart, why))
        }
        Configuration::FairPlay(fairplay) if matches!(fairplay.keys, FairPlayKeys::Named(_)) => {
            let why = "a v2 option names its FairPlay secrets by key id and a v3 option holds them: give the application secret key and the password";
            Err(Error::new(ErrorCode::V3FairplaySecretsMissing, why))
        }
        _ => Ok(()),
    }
}

fn check_restrictions(restrictions: &[Restriction]) -> Result<()> {
    let restriction = match restrictions {
        [restriction] => restriction,
        [] => return Err(Error::new(ErrorCode::V3NoRestriction, "an option needs a restriction").at("restriction")),
        _ => {
            let why = "all restrictions of a v2 option must hold, and a v3 option has one: leaving one out would open the key";
            return Err(Error::new(ErrorCode::V3SeveralRestrictions, why).at("restriction"));
        }
    };
    match restriction {
        Restriction::Open => Ok(()),
        Restriction::Token(token) => check_keys(token).map_err(|error| error.within("restriction")),
        Restriction::Ip(_) => {
            let why = "a restriction by address has no counterpart in v3";
            Err(Error::new(ErrorCode::V3NoCounterpart, why).at("restriction"))
        }
    }
}

pub(super) fn check_keys(token: &TokenRestriction) -> Result<()> {
    for (name, key) in token.verification_keys() {
        match key {
            VerificationKey::Symmetric(bytes) if bytes.is_empty() => {
                let why = "the verification key is empty: anybody could sign with it, and a v3 answer leaves secrets out like this";
                return Err(Error::new(ErrorCode::V3SecretMissing, why).at(name));
            }
            VerificationKey::Rsa { raw_body } => drop(rsa_numbers(raw_body).map_err(|error| error.at(name))?),
            _ => {}
        }
    }
    Ok(())
}

/// The option as v3 writes it, and in its manner what v3 cannot say.
pub(super) fn json_of(option: &PolicyOption) -> Json {
    let mut members = Object::new();
    push(&mut members, "name", option.name.as_deref().map(Json::text));
    push(&mut members, "configuration", Some(configuration(&option.configuration)));
    match option.restrictions.as_slice() {
        [restriction] => push(&mut members, "restriction", Some(restriction_json(restriction))),
        several => {
            let list = Json::List(several.iter().map(restriction_json).collect());
            push(&mut members, "restrictions", Some(list));
        }
    }
    Json::Object(members)
}

fn configuration(configuration: &Configuration) -> Json {
    match configuration {
        Configuration::None => typed("NoConfiguration", []),
        Configuration::ClearKey => typed("ClearKeyConfiguration", []),
        Configuration::Widevine { template } => {
            typed("WidevineConfiguration", [("widevineTemplate", Some(Json::Text(template.clone())))])
        }
        Configuration::PlayReady(playready) => {
            let custom = playready.template.response_custom_data.as_deref();
            let licenses = playready_write::licenses(playready);
            typed(
                "PlayReadyConfiguration",
                [("licenses", Some(licenses)), ("responseCustomData", custom.map(Json::text))],
            )
        }
        Configuration::FairPlay(fairplay) => write_fairplay(fairplay),
    }
}

fn write_fairplay(fairplay: &FairPlay) -> Json {
    let (named, embedded) = match &fairplay.keys {
        FairPlayKeys::Named(ids) => (Some(ids), None),
        FairPlayKeys::Embedded(secrets) => (None, Some(secrets)),
    };
    let iv = fairplay.content_encryption_iv.filter(|_| named.is_some());
    let offline = fairplay.offline_rental.map(|rental| {
        Json::object([
            ("playbackDurationSeconds", Json::number(rental.playback_duration_seconds)),
            ("storageDurationSeconds", Json::number(rental.storage_duration_seconds)),
        ])
    });
    typed(
        "FairPlayConfiguration",
        [
            ("askId", named.map(|ids| Json::text(&ids.ask_id.to_string()))),
            ("fairPlayPfxPasswordId", named.map(|ids| Json::text(&ids.pfx_password_id.to_string()))),
            ("contentEncryptionIV", iv.map(|iv| Json::text(&crate::encoding::hex_upper(&iv)))),
            ("ask", embedded.map(|secrets| Json::base64(secrets.ask.expose()))),
            ("fairPlayPfxPassword", embedded.map(|secrets| Json::Text(secrets.pfx_password.clone()))),
            ("fairPlayPfx", Some(Json::base64(fairplay.pfx.expose()))),
            ("rentalAndLeaseKeyType", Some(Json::text(fairplay.rental_type.name()))),
            ("rentalDuration", Some(Json::number(fairplay.rental_duration))),
            ("offlineRentalConfiguration", offline),
        ],
    )
}

pub(super) fn restriction_json(restriction: &Restriction) -> Json {
    match restriction {
        Restriction::Open => typed("OpenRestriction", []),
        Restriction::Token(token) => write_token(token),
        Restriction::Ip(networks) => typed("IpRestriction", [("networks", Some(Json::text(&networks.to_string())))]),
    }
}

fn write_token(token: &TokenRestriction) -> Json {
    let kind = match token.token_type {
        TokenType::Swt => "Swt",
        TokenType::Jwt => "Jwt",
    };
    let claims = token.required_claims.iter().map(|claim| {
        let value = claim.value.as_deref().map_or(Json::Null, Json::text);
        Json::object([("claimType", Json::text(&claim.claim_type)), ("claimValue", value)])
    });
    typed(
        "TokenRestriction",
        [
            ("issuer", Some(Json::text(&token.issuer))),
            ("audience", Some(Json::text(&token.audience))),
            // Required by the schema, and null where a discovery document is asked for the keys.
            ("primaryVerificationKey", Some(token.primary_verification_key.as_ref().map_or(Json::Null, write_key))),
            (
                "alternateVerificationKeys",
                Some(Json::List(token.alternate_verification_keys.iter().map(write_key).collect())),
            ),
            ("requiredClaims", Some(Json::List(claims.collect()))),
            ("restrictionTokenType", Some(Json::text(kind))),
            ("openIdConnectDiscoveryDocument", token.open_id_discovery_uri.as_deref().map(Json::text)),
        ],
    )
}

pub(super) fn write_key(key: &VerificationKey) -> Json {
    match key {
        VerificationKey::Symmetric(bytes) => {
            typed("SymmetricTokenKey", [("keyValue", Some(Json::base64(bytes.expose())))])
        }
        VerificationKey::X509 { raw_body } => {
            typed("X509CertificateTokenKey", [("rawBody", Some(Json::base64(raw_body)))])
        }
        VerificationKey::Rsa { raw_body } => match rsa_numbers(raw_body) {
            Ok((modulus, exponent)) => typed(
                "RsaTokenKey",
                [("exponent", Some(Json::base64(&exponent))), ("modulus", Some(Json::base64(&modulus)))],
            ),
            Err(_) => typed("RsaTokenKey", [("rawBody", Some(Json::base64(raw_body)))]),
        },
    }
}

/// An object of a type of content key policies; absent members are left out.
pub(super) fn typed<const N: usize>(kind: &str, members: [(&str, Option<Json>); N]) -> Json {
    let mut object = vec![(TYPE.to_owned(), Json::text(&format!("{PREFIX}{kind}")))];
    for (name, value) in members {
        push(&mut object, name, value);
    }
    Json::Object(object)
}

/// The name of a type without what all have in common.
pub(super) fn short_type(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

pub(super) fn push(members: &mut Object, name: &str, value: Option<Json>) {
    members.extend(value.map(|value| (name.to_owned(), value)));
}
