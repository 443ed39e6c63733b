//! PlayReady licence templates.

use super::Answer;
use super::input::{list, optional_text, text};
use keywicket::error::Error;
use keywicket::id::Guid;
use keywicket::policy::Reading;
use keywicket::policy::playready::{
    AnalogVideoOpl, CompressedDigitalVideoOpl, DateTime, DigitalAudioOpl, ExplicitAnalogTelevision, KeySource, License,
    LicenseType, PlayReadyTemplate, PlayRight, TimeSpan, TwoBits, UncompressedDigitalVideoOpl, UnknownOutput,
    read_playready_template,
};
use serde_json::{Map, Value, json};

pub fn reserialize_strictly(input: &Value) -> Answer {
    reserialize(input, Reading::Strict)
}

pub fn reserialize_leniently(input: &Value) -> Answer {
    reserialize(input, Reading::Lenient)
}

fn reserialize(input: &Value, reading: Reading) -> Answer {
    read_playready_template(text(input, ""), reading).and_then(|(template, _)| template.to_xml()).into()
}

pub fn serialize(input: &Value) -> Answer {
    // The types have no licence without a content key or a play right.
    for (member, code) in
        [("contentKey", "playready.missing_content_key"), ("playRight", "playready.missing_play_right")]
    {
        if list(input, "licenses").iter().any(|license| license.get(member).is_some_and(Value::is_null)) {
            return Answer::Refused(code.to_owned());
        }
    }
    let template = || {
        Ok::<_, Error>(PlayReadyTemplate {
            license_templates: list(input, "licenses").iter().map(license).collect::<Result<_, _>>()?,
            response_custom_data: optional_text(input, "responseCustomData").map(str::to_owned),
            ..PlayReadyTemplate::default()
        })
    };
    template().and_then(|template| template.to_xml()).into()
}

fn license(input: &Value) -> Result<License, Error> {
    let date = |name: &str| optional_text(input, name).map(DateTime::parse).transpose();
    let guid = optional_text(input, "keyIdentifier").map(Guid::parse).transpose()?;
    Ok(License {
        allow_test_devices: flag(input, "allowTestDevices"),
        begin_date: date("beginDate")?,
        content_key: guid.map_or(KeySource::FromHeader, KeySource::FromKeyIdentifier),
        expiration_date: date("expirationDate")?,
        grace_period: ticks(input, "gracePeriodTicks"),
        license_type: optional_text(input, "licenseType")
            .map_or(Ok(LicenseType::Nonpersistent), LicenseType::from_name)?,
        play_right: input.get("playRight").map_or_else(|| Ok(PlayRight::default()), play_right)?,
        relative_begin_date: ticks(input, "relativeBeginTicks"),
        relative_expiration_date: ticks(input, "relativeExpirationTicks"),
        ..License::default()
    })
}

fn play_right(input: &Value) -> Result<PlayRight, Error> {
    let two_bits = |name: &str| level(input, name, TwoBits::new);
    let television = input.get("explicitAnalog").filter(|value| !value.is_null());
    let television = television.map(|value| {
        Ok::<_, Error>(ExplicitAnalogTelevision {
            best_effort: flag(value, "bestEffort"),
            configuration_data: level(value, "configurationData", TwoBits::new)?.unwrap_or_default(),
        })
    });
    Ok(PlayRight {
        agc_and_color_stripe_restriction: two_bits("agc")?,
        allow_passing_video_content_to_unknown_output: optional_text(input, "unknownOutput")
            .map_or(Ok(UnknownOutput::NotAllowed), UnknownOutput::from_name)?,
        analog_video_opl: level(input, "analogVideoOpl", AnalogVideoOpl::from_level)?,
        compressed_digital_audio_opl: level(input, "compressedDigitalAudioOpl", DigitalAudioOpl::from_level)?,
        compressed_digital_video_opl: level(input, "compressedDigitalVideoOpl", CompressedDigitalVideoOpl::from_level)?,
        digital_video_only_content_restriction: flag(input, "digitalVideoOnly"),
        explicit_analog_television_output_restriction: television.transpose()?,
        first_play_expiration: ticks(input, "firstPlayTicks"),
        image_constraint_for_analog_component_video_restriction: flag(input, "imageConstraintComponent"),
        image_constraint_for_analog_computer_monitor_restriction: flag(input, "imageConstraintMonitor"),
        scms_restriction: two_bits("scms")?,
        uncompressed_digital_audio_opl: level(input, "uncompressedDigitalAudioOpl", DigitalAudioOpl::from_level)?,
        uncompressed_digital_video_opl: level(
            input,
            "uncompressedDigitalVideoOpl",
            UncompressedDigitalVideoOpl::from_level,
        )?,
        unknown_elements: Vec::new(),
    })
}

pub fn opl(input: &Value) -> Answer {
    let is_level: fn(i32) -> bool = match text(input, "field") {
        "analogVideoOpl" => |level| AnalogVideoOpl::from_level(level).is_ok(),
        "compressedDigitalAudioOpl" | "uncompressedDigitalAudioOpl" => {
            |level| DigitalAudioOpl::from_level(level).is_ok()
        }
        "compressedDigitalVideoOpl" => |level| CompressedDigitalVideoOpl::from_level(level).is_ok(),
        "uncompressedDigitalVideoOpl" => |level| UncompressedDigitalVideoOpl::from_level(level).is_ok(),
        _ => return Answer::Missing,
    };
    each_value(input, is_level)
}

pub fn two_bit(input: &Value) -> Answer {
    each_value(input, |value| TwoBits::new(value).is_ok())
}

pub fn format_duration(input: &Value) -> Answer {
    ticks(input, "ticks_100ns").map_or(Answer::Missing, |span| Answer::ok(span.to_string()))
}

pub fn parse_duration(input: &Value) -> Answer {
    TimeSpan::parse(text(input, "")).map(|span| json!({ "ticks_100ns": span.ticks().to_string() })).into()
}

pub fn format_date_time(input: &Value) -> Answer {
    DateTime::parse(text(input, "")).map(|date| date.to_string()).into()
}

fn each_value(input: &Value, accepts: impl Fn(i32) -> bool) -> Answer {
    let accepts = |value: &Value| (value.to_string(), integer(value).is_some_and(&accepts).into());
    Answer::ok(Value::Object(list(input, "values").iter().map(accepts).collect::<Map<_, _>>()))
}

fn level<T>(input: &Value, name: &str, find: fn(i32) -> Result<T, Error>) -> Result<Option<T>, Error> {
    input.get(name).and_then(integer).map(find).transpose()
}

fn integer(value: &Value) -> Option<i32> {
    i32::try_from(value.as_i64()?).ok()
}

fn flag(input: &Value, name: &str) -> bool {
    input.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// Units of 100 ns, as text.
fn ticks(input: &Value, name: &str) -> Option<TimeSpan> {
    optional_text(input, name)?.parse().ok().map(TimeSpan::from_ticks)
}
