//! PlayReady licence templates for JavaScript: members are called like the elements, dates and durations are ISO 8601.

use super::read::{self, MAX_DOCUMENT, Members, Result};
use super::write;
use crate::error::{Error, ErrorCode};
use crate::id::Guid;
use crate::policy::Reading;
use crate::policy::playready::{
    AnalogVideoOpl, CompressedDigitalVideoOpl, ContentType, DateTime, DigitalAudioOpl, ExplicitAnalogTelevision,
    KeySource, Level, License, LicenseType, PlayReadyTemplate, PlayRight, TimeSpan, TwoBits,
    UncompressedDigitalVideoOpl, UnknownElement, UnknownOutput, read_playready_template,
};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

const UNKNOWN: &str = "unknownElements";
const LICENSE_MEMBERS: [&str; 11] = [
    "allowTestDevices",
    "beginDate",
    "contentKey",
    "contentType",
    "expirationDate",
    "gracePeriod",
    "licenseType",
    "playRight",
    "relativeBeginDate",
    "relativeExpirationDate",
    UNKNOWN,
];
const PLAY_RIGHT_MEMBERS: [&str; 14] = [
    "agcAndColorStripeRestriction",
    "allowPassingVideoContentToUnknownOutput",
    "analogVideoOpl",
    "compressedDigitalAudioOpl",
    "compressedDigitalVideoOpl",
    "digitalVideoOnlyContentRestriction",
    "explicitAnalogTelevisionOutputRestriction",
    "firstPlayExpiration",
    "imageConstraintForAnalogComponentVideoRestriction",
    "imageConstraintForAnalogComputerMonitorRestriction",
    "scmsRestriction",
    "uncompressedDigitalAudioOpl",
    "uncompressedDigitalVideoOpl",
    UNKNOWN,
];

#[wasm_bindgen(js_name = buildPlayReadyLicenseTemplate)]
pub fn build_playready_license_template(template: JsValue) -> Result<JsValue> {
    let xml = read_template(&template, "template")?.to_xml().map_err(|error| error.within("template"))?;
    Ok(JsValue::from_str(&xml))
}

#[wasm_bindgen(js_name = readPlayReadyLicenseTemplate)]
pub fn read_playready_license_template(xml: JsValue, options: JsValue) -> Result<JsValue> {
    let xml = read::text(&xml, "xml", MAX_DOCUMENT)?;
    let strict = Members::optional(&options, "options", &["strict"])?.optional_flag("strict")?;
    let (template, findings) = read_playready_template(&xml, if strict { Reading::Strict } else { Reading::Lenient })?;
    Ok(write::Members::new()
        .set("template", write_template(&template))
        .set("findings", write::list(findings, write::finding))
        .finish())
}

// ------------------------------------------------------------------------------------------------- to the core

fn read_template(value: &JsValue, path: &str) -> Result<PlayReadyTemplate> {
    let members = Members::of(value, path, &["licenseTemplates", "responseCustomData", UNKNOWN])?;
    members.required("licenseTemplates")?;
    let licenses = members.list("licenseTemplates")?;
    let path = |index: usize| format!("{}[{index}]", members.path("licenseTemplates"));
    Ok(PlayReadyTemplate {
        license_templates: licenses
            .iter()
            .enumerate()
            .map(|(index, license)| read_license(license, &path(index)))
            .collect::<Result<_>>()?,
        response_custom_data: members.optional_text("responseCustomData")?,
        unknown_elements: read_unknown(&members, Level::Template)?,
    })
}

fn read_license(value: &JsValue, path: &str) -> Result<License> {
    let members = Members::of(value, path, &LICENSE_MEMBERS)?;
    let (date, span) = (DateTime::parse, TimeSpan::parse);
    let content_key = members.get("contentKey")?;
    let play_right = members.get("playRight")?;
    Ok(License {
        allow_test_devices: members.optional_flag("allowTestDevices")?,
        begin_date: parsed(&members, "beginDate", date)?,
        content_key: match content_key {
            Some(key) => read_content_key(&key, &members.path("contentKey"))?,
            None => KeySource::FromHeader,
        },
        content_type: parsed(&members, "contentType", ContentType::from_name)?,
        expiration_date: parsed(&members, "expirationDate", date)?,
        grace_period: parsed(&members, "gracePeriod", span)?,
        license_type: parsed(&members, "licenseType", LicenseType::from_name)?.unwrap_or(LicenseType::Nonpersistent),
        play_right: match play_right {
            Some(right) => read_play_right(&right, &members.path("playRight"))?,
            None => PlayRight::default(),
        },
        relative_begin_date: parsed(&members, "relativeBeginDate", span)?,
        relative_expiration_date: parsed(&members, "relativeExpirationDate", span)?,
        unknown_elements: read_unknown(&members, Level::License)?,
    })
}

fn read_content_key(value: &JsValue, path: &str) -> Result<KeySource> {
    let members = Members::of(value, path, &["kind", "keyIdentifier"])?;
    let refuse = |name: &str, why: &'static str| {
        Err(Error::new(ErrorCode::ArgumentOutOfRange, why).at(members.path(name)).into())
    };
    match members.text("kind")?.as_str() {
        "fromHeader" if members.get("keyIdentifier")?.is_some() => {
            refuse("keyIdentifier", "a content key from the header has no identifier")
        }
        "fromHeader" => Ok(KeySource::FromHeader),
        "fromKeyIdentifier" => {
            members.required("keyIdentifier")?;
            let guid = parsed(&members, "keyIdentifier", Guid::parse)?;
            Ok(guid.map_or(KeySource::FromHeader, KeySource::FromKeyIdentifier))
        }
        _ => refuse("kind", "the kind of a content key is \"fromHeader\" or \"fromKeyIdentifier\""),
    }
}

fn read_play_right(value: &JsValue, path: &str) -> Result<PlayRight> {
    let members = Members::of(value, path, &PLAY_RIGHT_MEMBERS)?;
    let television = members.get("explicitAnalogTelevisionOutputRestriction")?;
    let television_path = members.path("explicitAnalogTelevisionOutputRestriction");
    let unknown_output = parsed(&members, "allowPassingVideoContentToUnknownOutput", UnknownOutput::from_name)?;
    let audio = DigitalAudioOpl::from_level;
    Ok(PlayRight {
        agc_and_color_stripe_restriction: level(&members, "agcAndColorStripeRestriction", TwoBits::new)?,
        allow_passing_video_content_to_unknown_output: unknown_output.unwrap_or(UnknownOutput::NotAllowed),
        analog_video_opl: level(&members, "analogVideoOpl", AnalogVideoOpl::from_level)?,
        compressed_digital_audio_opl: level(&members, "compressedDigitalAudioOpl", audio)?,
        compressed_digital_video_opl: level(
            &members,
            "compressedDigitalVideoOpl",
            CompressedDigitalVideoOpl::from_level,
        )?,
        digital_video_only_content_restriction: members.optional_flag("digitalVideoOnlyContentRestriction")?,
        explicit_analog_television_output_restriction: television
            .map(|restriction| read_television(&restriction, &television_path))
            .transpose()?,
        first_play_expiration: parsed(&members, "firstPlayExpiration", TimeSpan::parse)?,
        image_constraint_for_analog_component_video_restriction: members
            .optional_flag("imageConstraintForAnalogComponentVideoRestriction")?,
        image_constraint_for_analog_computer_monitor_restriction: members
            .optional_flag("imageConstraintForAnalogComputerMonitorRestriction")?,
        scms_restriction: level(&members, "scmsRestriction", TwoBits::new)?,
        uncompressed_digital_audio_opl: level(&members, "uncompressedDigitalAudioOpl", audio)?,
        uncompressed_digital_video_opl: level(
            &members,
            "uncompressedDigitalVideoOpl",
            UncompressedDigitalVideoOpl::from_level,
        )?,
        unknown_elements: read_unknown(&members, Level::PlayRight)?,
    })
}

fn read_television(value: &JsValue, path: &str) -> Result<ExplicitAnalogTelevision> {
    let members = Members::of(value, path, &["bestEffort", "configurationData"])?;
    Ok(ExplicitAnalogTelevision {
        best_effort: members.optional_flag("bestEffort")?,
        configuration_data: level(&members, "configurationData", TwoBits::new)?.unwrap_or_default(),
    })
}

fn read_unknown(members: &Members, level: Level) -> Result<Vec<UnknownElement>> {
    let items = members.list(UNKNOWN)?;
    let read = |(index, item): (usize, &JsValue)| {
        let path = format!("{}[{index}]", members.path(UNKNOWN));
        let item = Members::of(item, &path, &["after", "xml"])?;
        let element = UnknownElement::new(level, item.optional_text("after")?.as_deref(), &item.text("xml")?);
        element.map_err(|error| error.within(&path).into())
    };
    items.iter().enumerate().map(read).collect()
}

/// A text with a form of its own.
fn parsed<T>(members: &Members, name: &str, parse: impl Fn(&str) -> crate::error::Result<T>) -> Result<Option<T>> {
    let Some(text) = members.optional_text(name)? else { return Ok(None) };
    parse(&text).map(Some).map_err(|error| error.at(members.path(name)).into())
}

/// A whole number out of few.
fn level<T>(members: &Members, name: &str, find: fn(i32) -> crate::error::Result<T>) -> Result<Option<T>> {
    let Some(value) = members.get(name)? else { return Ok(None) };
    let whole = i32::try_from(read::whole_number(&value, &members.path(name))?).unwrap_or(i32::MAX);
    // A fraction is no level either.
    let exact = if value.as_f64() == Some(f64::from(whole)) { whole } else { i32::MAX };
    find(exact).map(Some).map_err(|error| error.at(members.path(name)).into())
}

// ----------------------------------------------------------------------------------------------- from the core

fn write_template(template: &PlayReadyTemplate) -> JsValue {
    write::Members::new()
        .set("licenseTemplates", write::list(&template.license_templates, write_license))
        .set_some("responseCustomData", template.response_custom_data.as_deref())
        .set_some(UNKNOWN, write_unknown(&template.unknown_elements))
        .finish()
}

fn write_license(license: &License) -> JsValue {
    write::Members::new()
        .set("allowTestDevices", license.allow_test_devices)
        .set_some("beginDate", text_of(license.begin_date))
        .set("contentKey", write_content_key(license.content_key))
        .set_some("contentType", license.content_type.map(ContentType::name))
        .set_some("expirationDate", text_of(license.expiration_date))
        .set_some("gracePeriod", text_of(license.grace_period))
        .set("licenseType", license.license_type.name())
        .set("playRight", write_play_right(&license.play_right))
        .set_some("relativeBeginDate", text_of(license.relative_begin_date))
        .set_some("relativeExpirationDate", text_of(license.relative_expiration_date))
        .set_some(UNKNOWN, write_unknown(&license.unknown_elements))
        .finish()
}

fn write_content_key(source: KeySource) -> JsValue {
    let members = write::Members::new();
    match source {
        KeySource::FromHeader => members.set("kind", "fromHeader"),
        KeySource::FromKeyIdentifier(guid) => {
            members.set("kind", "fromKeyIdentifier").set("keyIdentifier", guid.to_string())
        }
    }
    .finish()
}

/// As in the XML, what restricts nothing is left out.
fn write_play_right(right: &PlayRight) -> JsValue {
    let flag = |is_on: bool| is_on.then_some(true);
    let bits = |bits: TwoBits| u32::from(bits.value());
    let unknown_output = Some(right.allow_passing_video_content_to_unknown_output)
        .filter(|option| *option != UnknownOutput::NotAllowed)
        .map(UnknownOutput::name);
    let television = right.explicit_analog_television_output_restriction.map(|restriction| {
        write::Members::new()
            .set("bestEffort", restriction.best_effort)
            .set("configurationData", bits(restriction.configuration_data))
            .finish()
    });
    let component = flag(right.image_constraint_for_analog_component_video_restriction);
    let monitor = flag(right.image_constraint_for_analog_computer_monitor_restriction);
    write::Members::new()
        .set_some("agcAndColorStripeRestriction", right.agc_and_color_stripe_restriction.map(bits))
        .set_some("allowPassingVideoContentToUnknownOutput", unknown_output)
        .set_some("analogVideoOpl", right.analog_video_opl.map(AnalogVideoOpl::level))
        .set_some("compressedDigitalAudioOpl", right.compressed_digital_audio_opl.map(DigitalAudioOpl::level))
        .set_some("compressedDigitalVideoOpl", right.compressed_digital_video_opl.map(CompressedDigitalVideoOpl::level))
        .set_some("digitalVideoOnlyContentRestriction", flag(right.digital_video_only_content_restriction))
        .set_some("explicitAnalogTelevisionOutputRestriction", television)
        .set_some("firstPlayExpiration", text_of(right.first_play_expiration))
        .set_some("imageConstraintForAnalogComponentVideoRestriction", component)
        .set_some("imageConstraintForAnalogComputerMonitorRestriction", monitor)
        .set_some("scmsRestriction", right.scms_restriction.map(bits))
        .set_some("uncompressedDigitalAudioOpl", right.uncompressed_digital_audio_opl.map(DigitalAudioOpl::level))
        .set_some(
            "uncompressedDigitalVideoOpl",
            right.uncompressed_digital_video_opl.map(UncompressedDigitalVideoOpl::level),
        )
        .set_some(UNKNOWN, write_unknown(&right.unknown_elements))
        .finish()
}

fn write_unknown(elements: &[UnknownElement]) -> Option<JsValue> {
    let write = |element: &UnknownElement| {
        write::Members::new().set_some("after", element.after()).set("xml", element.to_xml()).finish()
    };
    (!elements.is_empty()).then(|| write::list(elements, write))
}

fn text_of(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}
