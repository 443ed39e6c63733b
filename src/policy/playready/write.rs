//! The XML as the .NET SDK wrote it: alphabetical elements, defaults left out, strangers where they stood.

use super::{ExplicitAnalogTelevision, KeySource, License, NAMESPACE, PlayReadyTemplate, PlayRight, TwoBits};
use super::{UnknownElement, UnknownOutput, scan::Level};
use crate::xml::{SCHEMA_INSTANCE, Writer};

pub(super) fn write(template: &PlayReadyTemplate) -> String {
    const ROOT: &str = "PlayReadyLicenseResponseTemplate";
    let mut xml = Writer::new();
    xml.open(ROOT, &format!(r#"xmlns:i="{SCHEMA_INSTANCE}" xmlns="{NAMESPACE}""#));
    write_members(&mut xml, Level::Template, &template.unknown_elements, |xml, name| match name {
        "LicenseTemplates" => {
            xml.open(name, "");
            template.license_templates.iter().for_each(|license| write_license(xml, license));
            xml.close(name);
        }
        _ => {
            if let Some(data) = &template.response_custom_data {
                xml.text(name, data);
            }
        }
    });
    xml.close(ROOT);
    xml.finish().expose().to_owned()
}

/// Every member in its order, and behind each the unknown elements that stood there.
fn write_members(xml: &mut Writer, level: Level, unknown: &[UnknownElement], write: impl Fn(&mut Writer, &str)) {
    let write_unknown = |xml: &mut Writer, after: Option<&str>| {
        unknown.iter().filter(|element| element.after() == after).for_each(|element| element.write(xml));
    };
    write_unknown(xml, None);
    for name in level.elements() {
        write(xml, name);
        write_unknown(xml, Some(name));
    }
}

fn write_license(xml: &mut Writer, license: &License) {
    const ELEMENT: &str = "PlayReadyLicenseTemplate";
    xml.open(ELEMENT, "");
    write_members(xml, Level::License, &license.unknown_elements, |xml, name| match name {
        "AllowTestDevices" => xml.text(name, if license.allow_test_devices { "true" } else { "false" }),
        "BeginDate" => text_of(xml, name, license.begin_date),
        "ContentKey" => write_content_key(xml, name, license.content_key),
        "ContentType" => text_of(xml, name, license.content_type.map(super::ContentType::name)),
        "ExpirationDate" => text_of(xml, name, license.expiration_date),
        "GracePeriod" => text_of(xml, name, license.grace_period),
        "LicenseType" => xml.text(name, license.license_type.name()),
        "PlayRight" => write_play_right(xml, name, &license.play_right),
        "RelativeBeginDate" => text_of(xml, name, license.relative_begin_date),
        _ => text_of(xml, name, license.relative_expiration_date),
    });
    xml.close(ELEMENT);
}

fn write_content_key(xml: &mut Writer, name: &str, source: KeySource) {
    match source {
        KeySource::FromHeader => xml.empty(name, r#"i:type="ContentEncryptionKeyFromHeader""#),
        KeySource::FromKeyIdentifier(guid) => {
            xml.open(name, r#"i:type="ContentEncryptionKeyFromKeyIdentifier""#);
            xml.text("KeyIdentifier", &guid.to_string());
            xml.close(name);
        }
    }
}

fn write_play_right(xml: &mut Writer, element: &str, right: &PlayRight) {
    if *right == PlayRight::default() {
        return xml.empty(element, "");
    }
    xml.open(element, "");
    write_members(xml, Level::PlayRight, &right.unknown_elements, |xml, name| match name {
        "AgcAndColorStripeRestriction" => write_two_bits(xml, name, right.agc_and_color_stripe_restriction),
        "AllowPassingVideoContentToUnknownOutput" => {
            let option = Some(right.allow_passing_video_content_to_unknown_output);
            text_of(xml, name, option.filter(|option| *option != UnknownOutput::NotAllowed).map(UnknownOutput::name));
        }
        "AnalogVideoOpl" => text_of(xml, name, right.analog_video_opl.map(super::AnalogVideoOpl::level)),
        "CompressedDigitalAudioOpl" => {
            text_of(xml, name, right.compressed_digital_audio_opl.map(super::DigitalAudioOpl::level));
        }
        "CompressedDigitalVideoOpl" => {
            text_of(xml, name, right.compressed_digital_video_opl.map(super::CompressedDigitalVideoOpl::level));
        }
        "DigitalVideoOnlyContentRestriction" => flag(xml, name, right.digital_video_only_content_restriction),
        "ExplicitAnalogTelevisionOutputRestriction" => {
            write_television(xml, name, right.explicit_analog_television_output_restriction);
        }
        "FirstPlayExpiration" => text_of(xml, name, right.first_play_expiration),
        "ImageConstraintForAnalogComponentVideoRestriction" => {
            flag(xml, name, right.image_constraint_for_analog_component_video_restriction);
        }
        "ImageConstraintForAnalogComputerMonitorRestriction" => {
            flag(xml, name, right.image_constraint_for_analog_computer_monitor_restriction);
        }
        "ScmsRestriction" => write_two_bits(xml, name, right.scms_restriction),
        "UncompressedDigitalAudioOpl" => {
            text_of(xml, name, right.uncompressed_digital_audio_opl.map(super::DigitalAudioOpl::level));
        }
        _ => text_of(xml, name, right.uncompressed_digital_video_opl.map(super::UncompressedDigitalVideoOpl::level)),
    });
    xml.close(element);
}

fn write_two_bits(xml: &mut Writer, element: &str, bits: Option<TwoBits>) {
    let Some(bits) = bits else { return };
    xml.open(element, "");
    xml.text("ConfigurationData", &bits.value().to_string());
    xml.close(element);
}

fn write_television(xml: &mut Writer, element: &str, restriction: Option<ExplicitAnalogTelevision>) {
    let Some(restriction) = restriction else { return };
    xml.open(element, "");
    xml.text("BestEffort", if restriction.best_effort { "true" } else { "false" });
    xml.text("ConfigurationData", &restriction.configuration_data.value().to_string());
    xml.close(element);
}

fn text_of(xml: &mut Writer, name: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        xml.text(name, &value.to_string());
    }
}

/// Only what is on is written.
fn flag(xml: &mut Writer, name: &str, is_on: bool) {
    text_of(xml, name, is_on.then_some("true"));
}
