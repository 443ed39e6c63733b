//! PlayReady licences in v3's JSON.

use super::write::{push, typed};
use super::{PlayReady, SecurityLevel};
use crate::error::{Finding, Severity};
use crate::json::{Json, Object};
use crate::policy::playready::{
    ContentType, DateTime, KeySource, License, LicenseType, PlayReadyTemplate, PlayRight, TimeSpan, Zone,
};

/// v3's names where they differ from v2's.
pub(super) const LICENSE_TYPES: [(&str, LicenseType); 2] =
    [("NonPersistent", LicenseType::Nonpersistent), ("Persistent", LicenseType::Persistent)];
pub(super) const CONTENT_TYPES: [(&str, ContentType); 3] = [
    ("Unspecified", ContentType::Unspecified),
    ("UltraVioletDownload", ContentType::UltravioletDownload),
    ("UltraVioletStreaming", ContentType::UltravioletStreaming),
];

pub(super) fn licenses(playready: &PlayReady) -> Json {
    let levels = playready.security_levels.iter().copied().chain(std::iter::repeat(None));
    Json::List(
        playready.template.license_templates.iter().zip(levels).map(|(one, level)| license(one, level)).collect(),
    )
}

fn license(license: &License, level: Option<SecurityLevel>) -> Json {
    let date = |date: Option<DateTime>| date.map(|date| Json::text(&with_zone(date).to_string()));
    let content_type = license.content_type.unwrap_or(ContentType::Unspecified);
    let mut members = Object::new();
    push(&mut members, "allowTestDevices", Some(Json::Bool(license.allow_test_devices)));
    push(&mut members, "securityLevel", level.map(|level| Json::text(level.name())));
    push(&mut members, "beginDate", date(license.begin_date));
    push(&mut members, "expirationDate", date(license.expiration_date));
    push(&mut members, "relativeBeginDate", license.relative_begin_date.map(duration));
    push(&mut members, "relativeExpirationDate", license.relative_expiration_date.map(duration));
    push(&mut members, "gracePeriod", license.grace_period.map(duration));
    push(&mut members, "playRight", Some(play_right(&license.play_right)));
    push(&mut members, "licenseType", Some(named(&LICENSE_TYPES, license.license_type)));
    push(&mut members, "contentKeyLocation", Some(key_location(license.content_key)));
    push(&mut members, "contentType", Some(named(&CONTENT_TYPES, content_type)));
    Json::Object(members)
}

fn key_location(source: KeySource) -> Json {
    match source {
        KeySource::FromHeader => typed("PlayReadyContentEncryptionKeyFromHeader", []),
        KeySource::FromKeyIdentifier(id) => {
            typed("PlayReadyContentEncryptionKeyFromKeyIdentifier", [("keyId", Some(Json::text(&id.to_string())))])
        }
    }
}

fn play_right(right: &PlayRight) -> Json {
    let television = right.explicit_analog_television_output_restriction.map(|restriction| {
        Json::object([
            ("bestEffort", Json::Bool(restriction.best_effort)),
            ("configurationData", Json::number(restriction.configuration_data.value())),
        ])
    });
    let mut members = Object::new();
    push(&mut members, "firstPlayExpiration", right.first_play_expiration.map(duration));
    push(&mut members, "scmsRestriction", right.scms_restriction.map(|bits| Json::number(bits.value())));
    push(
        &mut members,
        "agcAndColorStripeRestriction",
        right.agc_and_color_stripe_restriction.map(|bits| Json::number(bits.value())),
    );
    push(&mut members, "explicitAnalogTelevisionOutputRestriction", television);
    for (name, flag) in [
        ("digitalVideoOnlyContentRestriction", right.digital_video_only_content_restriction),
        (
            "imageConstraintForAnalogComponentVideoRestriction",
            right.image_constraint_for_analog_component_video_restriction,
        ),
        (
            "imageConstraintForAnalogComputerMonitorRestriction",
            right.image_constraint_for_analog_computer_monitor_restriction,
        ),
    ] {
        push(&mut members, name, Some(Json::Bool(flag)));
    }
    let unknown_output = right.allow_passing_video_content_to_unknown_output.name();
    push(&mut members, "allowPassingVideoContentToUnknownOutput", Some(Json::text(unknown_output)));
    push_levels(&mut members, right);
    Json::Object(members)
}

/// Output protection levels.
fn push_levels(members: &mut Object, right: &PlayRight) {
    let audio =
        |level: Option<crate::policy::playready::DigitalAudioOpl>| level.map(|level| Json::number(level.level()));
    push(
        members,
        "uncompressedDigitalVideoOpl",
        right.uncompressed_digital_video_opl.map(|level| Json::number(level.level())),
    );
    push(
        members,
        "compressedDigitalVideoOpl",
        right.compressed_digital_video_opl.map(|level| Json::number(level.level())),
    );
    push(members, "analogVideoOpl", right.analog_video_opl.map(|level| Json::number(level.level())));
    push(members, "compressedDigitalAudioOpl", audio(right.compressed_digital_audio_opl));
    push(members, "uncompressedDigitalAudioOpl", audio(right.uncompressed_digital_audio_opl));
}

fn duration(span: TimeSpan) -> Json {
    Json::text(&span.to_string())
}

fn named<T: PartialEq>(names: &[(&str, T)], value: T) -> Json {
    Json::text(names.iter().find(|(_, known)| *known == value).map_or("Unknown", |(name, _)| name))
}

/// v3's dates have a zone (RFC 3339); one without is taken for UTC, as the service's machines ran.
fn with_zone(date: DateTime) -> DateTime {
    match date.zone() {
        Zone::Unspecified => DateTime::from_ticks(date.ticks(), Zone::Utc).unwrap_or(date),
        _ => date,
    }
}

/// What of a v2 template v3 has no place for.
pub(super) fn losses(template: &PlayReadyTemplate) -> Vec<Finding> {
    let mut findings = Vec::new();
    lost_elements("unknownElements", template.unknown_elements.len(), &mut findings);
    for (index, license) in template.license_templates.iter().enumerate() {
        let place = format!("licenses[{index}]");
        lost_elements(&place, license.unknown_elements.len(), &mut findings);
        lost_elements(&format!("{place}.playRight"), license.play_right.unknown_elements.len(), &mut findings);
        for (name, date) in [("beginDate", license.begin_date), ("expirationDate", license.expiration_date)] {
            if date.is_some_and(|date| date.zone() == Zone::Unspecified) {
                let why = "the date says no zone and v3 wants one: it is taken for UTC";
                findings.push(Finding::new("v3.date_without_zone", Severity::Warning, format!("{place}.{name}"), why));
            }
        }
    }
    findings
}

fn lost_elements(place: &str, count: usize, findings: &mut Vec<Finding>) {
    if count > 0 {
        let why = "the template carries elements that v3 has no place for";
        findings.push(Finding::new("v3.unknown_elements_dropped", Severity::Warning, place, why));
    }
}
