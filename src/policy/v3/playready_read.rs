//! PlayReady licences out of v3's JSON.

use super::playready_write::{CONTENT_TYPES, LICENSE_TYPES};
use super::read::{Reader, kind, unknown_type};
use super::write::TYPE;
use super::{PlayReady, SecurityLevel};
use crate::error::{Finding, Result, Severity};
use crate::id::Guid;
use crate::json::Members;
use crate::policy::playready::{
    AnalogVideoOpl, CompressedDigitalVideoOpl, ContentType, DateTime, DigitalAudioOpl, ExplicitAnalogTelevision,
    KeySource, License, PlayReadyTemplate, PlayRight, TimeSpan, TwoBits, UncompressedDigitalVideoOpl, UnknownOutput,
};

const FLAGS: [&str; 3] = [
    "digitalVideoOnlyContentRestriction",
    "imageConstraintForAnalogComponentVideoRestriction",
    "imageConstraintForAnalogComputerMonitorRestriction",
];
const LEVELS: [&str; 5] = [
    "uncompressedDigitalVideoOpl",
    "compressedDigitalVideoOpl",
    "analogVideoOpl",
    "compressedDigitalAudioOpl",
    "uncompressedDigitalAudioOpl",
];
const OTHERS: [&str; 5] = [
    "firstPlayExpiration",
    "scmsRestriction",
    "agcAndColorStripeRestriction",
    "explicitAnalogTelevisionOutputRestriction",
    "allowPassingVideoContentToUnknownOutput",
];

pub(super) fn read(reader: &mut Reader, members: &Members<'_>) -> Result<PlayReady> {
    reader.check(members, &[TYPE, "licenses", "responseCustomData"]);
    let licenses = members.objects("licenses")?;
    if licenses.is_empty() {
        return Err(members.missing("licenses"));
    }
    let read = licenses.iter().map(|license| read_license(reader, license)).collect::<Result<Vec<_>>>()?;
    let (license_templates, security_levels) = read.into_iter().unzip();
    let response_custom_data = members.text("responseCustomData")?.map(str::to_owned);
    let template = PlayReadyTemplate { license_templates, response_custom_data, ..PlayReadyTemplate::default() };
    Ok(PlayReady { template, security_levels })
}

fn read_license(reader: &mut Reader, members: &Members<'_>) -> Result<(License, Option<SecurityLevel>)> {
    const REQUIRED: [&str; 5] = ["allowTestDevices", "playRight", "licenseType", "contentKeyLocation", "contentType"];
    const OPTIONAL: [&str; 6] =
        ["securityLevel", "beginDate", "expirationDate", "relativeBeginDate", "relativeExpirationDate", "gracePeriod"];
    reader.check(members, &REQUIRED.into_iter().chain(OPTIONAL).collect::<Vec<_>>());
    let date = |name: &str| parse(members, name, DateTime::parse);
    let span = |name: &str| parse(members, name, TimeSpan::parse);
    let content_type = members.choice("contentType", &CONTENT_TYPES)?;
    let license_type = members.choice("licenseType", &LICENSE_TYPES)?;
    let license = License {
        allow_test_devices: flag(reader, members, "allowTestDevices")?,
        begin_date: date("beginDate")?,
        content_key: read_key_location(reader, &members.required_object("contentKeyLocation")?)?,
        // Required in v3 and unknown to the old SDK, which says nothing where v3 says that.
        content_type: content_type.filter(|kind| *kind != ContentType::Unspecified),
        expiration_date: date("expirationDate")?,
        grace_period: span("gracePeriod")?,
        license_type: license_type.ok_or_else(|| members.missing("licenseType"))?,
        play_right: read_play_right(reader, &members.required_object("playRight")?)?,
        relative_begin_date: span("relativeBeginDate")?,
        relative_expiration_date: span("relativeExpirationDate")?,
        unknown_elements: Vec::new(),
    };
    Ok((license, members.choice("securityLevel", &SecurityLevel::ALL)?))
}

fn read_key_location(reader: &mut Reader, members: &Members<'_>) -> Result<KeySource> {
    match kind(members)? {
        "PlayReadyContentEncryptionKeyFromHeader" => {
            reader.check(members, &[TYPE]);
            Ok(KeySource::FromHeader)
        }
        "PlayReadyContentEncryptionKeyFromKeyIdentifier" => {
            reader.check(members, &[TYPE, "keyId"]);
            let id = parse(members, "keyId", Guid::parse)?;
            id.map(KeySource::FromKeyIdentifier).ok_or_else(|| members.missing("keyId"))
        }
        _ => Err(unknown_type(members, "PlayReadyContentEncryptionKeyFromHeader or …FromKeyIdentifier")),
    }
}

fn read_play_right(reader: &mut Reader, members: &Members<'_>) -> Result<PlayRight> {
    reader.check(members, &OTHERS.into_iter().chain(FLAGS).chain(LEVELS).collect::<Vec<_>>());
    let [digital_only, component, monitor] = FLAGS.map(|name| flag(reader, members, name));
    let unknown_output = parse(members, "allowPassingVideoContentToUnknownOutput", UnknownOutput::from_name)?;
    Ok(PlayRight {
        agc_and_color_stripe_restriction: number(members, "agcAndColorStripeRestriction", TwoBits::new)?,
        allow_passing_video_content_to_unknown_output: unknown_output.unwrap_or(UnknownOutput::NotAllowed),
        analog_video_opl: number(members, "analogVideoOpl", AnalogVideoOpl::from_level)?,
        compressed_digital_audio_opl: number(members, "compressedDigitalAudioOpl", DigitalAudioOpl::from_level)?,
        compressed_digital_video_opl: number(
            members,
            "compressedDigitalVideoOpl",
            CompressedDigitalVideoOpl::from_level,
        )?,
        digital_video_only_content_restriction: digital_only?,
        explicit_analog_television_output_restriction: read_television(reader, members)?,
        first_play_expiration: parse(members, "firstPlayExpiration", TimeSpan::parse)?,
        image_constraint_for_analog_component_video_restriction: component?,
        image_constraint_for_analog_computer_monitor_restriction: monitor?,
        scms_restriction: number(members, "scmsRestriction", TwoBits::new)?,
        uncompressed_digital_audio_opl: number(members, "uncompressedDigitalAudioOpl", DigitalAudioOpl::from_level)?,
        uncompressed_digital_video_opl: number(
            members,
            "uncompressedDigitalVideoOpl",
            UncompressedDigitalVideoOpl::from_level,
        )?,
        unknown_elements: Vec::new(),
    })
}

fn read_television(reader: &mut Reader, members: &Members<'_>) -> Result<Option<ExplicitAnalogTelevision>> {
    let Some(restriction) = members.object("explicitAnalogTelevisionOutputRestriction")? else { return Ok(None) };
    reader.check(&restriction, &["bestEffort", "configurationData"]);
    let data = number(&restriction, "configurationData", TwoBits::new)?;
    Ok(Some(ExplicitAnalogTelevision {
        best_effort: flag(reader, &restriction, "bestEffort")?,
        configuration_data: data.ok_or_else(|| restriction.missing("configurationData"))?,
    }))
}

/// v3 wants these said; what is not said was false in v2.
fn flag(reader: &mut Reader, members: &Members<'_>, name: &str) -> Result<bool> {
    let flag = members.flag(name)?;
    if flag.is_none() {
        let why = "v3 wants this said; it is taken for false";
        reader.note(Finding::new("v3.missing_member", Severity::Warning, members.path(name), why));
    }
    Ok(flag.unwrap_or_default())
}

fn parse<T>(members: &Members<'_>, name: &str, parse: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
    members.text(name)?.map(|text| parse(text).map_err(|error| error.at(members.path(name)))).transpose()
}

fn number<T>(members: &Members<'_>, name: &str, take: impl Fn(i32) -> Result<T>) -> Result<Option<T>> {
    members.integer(name)?.map(|number| take(number).map_err(|error| error.at(members.path(name)))).transpose()
}
