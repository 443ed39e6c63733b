//! Where the two readers go their own ways, and what both carry along.

use super::{BOTH, CLOSE, HEADER, OPEN, codes, license, read, refusal, right};
use keywicket::error::{ErrorCode, Severity};
use keywicket::policy::Reading;
use keywicket::policy::playready::{
    AnalogVideoOpl, Level, License, LicenseType, PlayReadyTemplate, TwoBits, UnknownElement, Zone,
    read_playready_template,
};

#[test]
fn what_stands_too_late_is_text_to_the_strict_reader_and_a_value_to_the_lenient_one() {
    let xml =
        right("<UncompressedDigitalVideoOpl>270</UncompressedDigitalVideoOpl><AnalogVideoOpl>100</AnalogVideoOpl>");
    let (strict, findings) = read(&xml, Reading::Strict);
    assert_eq!(strict.play_right.analog_video_opl, None);
    assert_eq!(codes(&findings), ["playready.late_element_not_read"]);
    let written =
        PlayReadyTemplate { license_templates: vec![strict], ..PlayReadyTemplate::default() }.to_xml().unwrap();
    assert!(written.contains("<PlayRight><UncompressedDigitalVideoOpl>270</UncompressedDigitalVideoOpl><AnalogVideoOpl>100</AnalogVideoOpl></PlayRight>"));

    let (lenient, findings) = read(&xml, Reading::Lenient);
    assert_eq!(lenient.play_right.analog_video_opl, Some(AnalogVideoOpl::Level100));
    assert_eq!(codes(&findings), ["playready.out_of_order"]);
    assert_eq!(
        (findings[0].path.as_str(), findings[0].mended.as_deref()),
        ("LicenseTemplates[0].PlayRight.AnalogVideoOpl", Some("100"))
    );
}

/// The traps: the old reader never looked at these.
#[test]
fn what_the_old_reader_let_pass_is_an_error_to_the_lenient_one() {
    let late_level =
        right("<UncompressedDigitalVideoOpl>270</UncompressedDigitalVideoOpl><AnalogVideoOpl>999</AnalogVideoOpl>");
    let late_period = license(&format!("{HEADER}<PlayRight /><GracePeriod>P1D</GracePeriod>"));
    let late_output = right(
        "<DigitalVideoOnlyContentRestriction>true</DigitalVideoOnlyContentRestriction><AllowPassingVideoContentToUnknownOutput>Allowed</AllowPassingVideoContentToUnknownOutput>",
    );
    for (xml, path) in [
        (&late_level, "LicenseTemplates[0].PlayRight.AnalogVideoOpl"),
        (&late_period, "LicenseTemplates[0].GracePeriod"),
        (&late_output, "LicenseTemplates[0].PlayRight.AllowPassingVideoContentToUnknownOutput"),
    ] {
        let (strict, _) = read(xml, Reading::Strict);
        let (lenient, findings) = read(xml, Reading::Lenient);
        assert_eq!((findings.len(), findings[0].code), (1, "playready.late_value_left_out"), "{xml}");
        assert_eq!((findings[0].severity, findings[0].path.as_str()), (Severity::Error, path));
        assert!(findings[0].position.is_some() && findings[0].fix.is_some());
        // But for what is carried along, the same licence.
        let mut strict = strict;
        assert_eq!(strict.unknown_elements.drain(..).count() + strict.play_right.unknown_elements.drain(..).count(), 1);
        assert_eq!(lenient, strict);
    }
    // Late, but together they are right.
    let persistent =
        license(&format!("{HEADER}<PlayRight /><GracePeriod>P1D</GracePeriod><LicenseType>Persistent</LicenseType>"));
    assert_eq!(codes(&read(&persistent, Reading::Lenient).1), ["playready.out_of_order", "playready.out_of_order"]);
}

#[test]
fn control_bits_beyond_two_are_read_as_the_strictest_and_reported() {
    for value in [4, 128, 255] {
        let xml = right(&format!("<ScmsRestriction><ConfigurationData>{value}</ConfigurationData></ScmsRestriction>"));
        let (license, findings) = read(&xml, Reading::Lenient);
        assert_eq!(license.play_right.scms_restriction, Some(TwoBits::STRICTEST));
        assert_eq!(
            (codes(&findings), findings[0].severity, findings[0].mended.as_deref()),
            (vec!["playready.bad_two_bit"], Severity::Error, Some("3"))
        );
        assert_eq!(refusal(&xml, Reading::Strict).0, ErrorCode::PlayReadyBadTwoBit);
    }
}

#[test]
fn an_all_zero_key_identifier_is_read_once_and_written_never() {
    let zeros = "<KeyIdentifier>00000000-0000-0000-0000-000000000000</KeyIdentifier>";
    for body in [zeros, ""] {
        let xml = license(&format!(
            "<ContentKey i:type=\"ContentEncryptionKeyFromKeyIdentifier\">{body}</ContentKey><PlayRight />"
        ));
        let (license, findings) = read(&xml, Reading::Lenient);
        assert_eq!(codes(&findings), ["playready.all_zero_key_identifier"]);
        let template = PlayReadyTemplate { license_templates: vec![license], ..PlayReadyTemplate::default() };
        let error = template.to_xml().unwrap_err();
        assert_eq!(
            (error.code(), error.path()),
            (ErrorCode::PlayReadyAllZeroKeyIdentifier, Some("licenseTemplates[0].contentKey.keyIdentifier"))
        );
        assert_eq!(refusal(&xml, Reading::Strict).0, ErrorCode::PlayReadyAllZeroKeyIdentifier);
    }
}

#[test]
fn order_that_the_old_reader_needed_is_refused_by_the_strict_one_only() {
    for (xml, code) in [
        (license(&format!("<PlayRight />{HEADER}")), ErrorCode::PlayReadyMissingContentKey),
        (
            license(&format!("{HEADER}<RelativeBeginDate>PT1H</RelativeBeginDate><PlayRight />")),
            ErrorCode::PlayReadyMissingPlayRight,
        ),
        (
            format!(
                "{OPEN}<ResponseCustomData>x</ResponseCustomData><LicenseTemplates><PlayReadyLicenseTemplate>{HEADER}<PlayRight /></PlayReadyLicenseTemplate></LicenseTemplates>{CLOSE}"
            ),
            ErrorCode::PlayReadyMissingElement,
        ),
        (
            format!(
                "{OPEN}<LicenseTemplates><PlayReadyLicenseTemplate i:nil=\"true\" /><PlayReadyLicenseTemplate>{HEADER}<PlayRight /></PlayReadyLicenseTemplate></LicenseTemplates>{CLOSE}"
            ),
            ErrorCode::PlayReadyNilLicense,
        ),
        (
            license(&format!("{HEADER}<PlayRight />")).replace("http://schemas", "https://schemas"),
            ErrorCode::PlayReadyWrongRoot,
        ),
        (format!("\u{FEFF}{}", license(&format!("{HEADER}<PlayRight />"))), ErrorCode::XmlMalformed),
    ] {
        assert_eq!(refusal(&xml, Reading::Strict).0, code, "{xml}");
        assert_eq!(read(&xml, Reading::Lenient).1.len(), 1, "{xml}");
    }
}

#[test]
fn a_second_element_of_a_name_is_reported() {
    let xml = license(&format!(
        "{HEADER}<LicenseType>Persistent</LicenseType><LicenseType>Nonpersistent</LicenseType><PlayRight />"
    ));
    let (lenient, findings) = read(&xml, Reading::Lenient);
    assert_eq!(
        (lenient.license_type, codes(&findings)),
        (LicenseType::Persistent, vec!["playready.duplicate_element"])
    );
    let (strict, findings) = read(&xml, Reading::Strict);
    assert_eq!(
        (strict.license_type, codes(&findings)),
        (LicenseType::Persistent, vec!["playready.late_element_not_read"])
    );
}

#[test]
fn changed_dates_and_durations_are_told_with_what_they_became() {
    let xml = license(&format!(
        "<BeginDate>2015-02-10T11:00:00+02:00</BeginDate>{HEADER}<GracePeriod>P1M</GracePeriod><LicenseType>Persistent</LicenseType><PlayRight />"
    ));
    for reading in BOTH {
        let mended: Vec<_> =
            read(&xml, reading).1.into_iter().map(|finding| (finding.code, finding.mended.unwrap())).collect();
        let expected =
            [("playready.date_changed", "2015-02-10T09:00:00+00:00"), ("playready.duration_changed", "P30D")];
        assert_eq!(mended, expected.map(|(code, text)| (code, text.to_owned())));
    }
}

#[test]
fn other_writers_are_read_without_a_word() {
    // PHP: no blank in empty elements, an empty text, an offset of zero. Java: a declaration and line breaks.
    let php = format!(
        "{OPEN}<LicenseTemplates><PlayReadyLicenseTemplate><BeginDate>2015-02-10T09:00:00+00:00</BeginDate><ContentKey i:type=\"ContentEncryptionKeyFromHeader\"/><LicenseType>Persistent</LicenseType><PlayRight/></PlayReadyLicenseTemplate></LicenseTemplates><ResponseCustomData/>{CLOSE}"
    );
    let java = format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n{}", php.replace("><", ">\n  <"));
    let prefixed = r#"<p:PlayReadyLicenseResponseTemplate xmlns:p="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyTemplate/v1"><p:LicenseTemplates><p:PlayReadyLicenseTemplate><p:BeginDate>2015-02-10T09:00:00+00:00</p:BeginDate><p:ContentKey xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:type="p:ContentEncryptionKeyFromHeader" /><p:LicenseType>Persistent</p:LicenseType><p:PlayRight /></p:PlayReadyLicenseTemplate></p:LicenseTemplates><p:ResponseCustomData /></p:PlayReadyLicenseResponseTemplate>"#;
    for xml in [php.as_str(), java.as_str(), prefixed] {
        for reading in BOTH {
            let (template, findings) = read_playready_template(xml, reading).unwrap();
            assert_eq!(template.response_custom_data.as_deref(), Some(""));
            assert_eq!(template.license_templates[0].begin_date.unwrap().zone(), Zone::UtcOffset);
            assert_eq!(findings, vec![], "{xml}");
        }
    }
}

#[test]
fn strangers_stay_where_they_stand() {
    let xml = format!(
        "{OPEN}<A xmlns=\"urn:a\" /><LicenseTemplates><PlayReadyLicenseTemplate><B>1</B>{HEADER}<C xmlns=\"urn:c\"><D>x</D></C><ContentType>Other</ContentType><PlayRight><E /></PlayRight></PlayReadyLicenseTemplate></LicenseTemplates><F i:nil=\"true\" />{CLOSE}"
    );
    let expected = xml
        .replace("<B>1</B>", "<B>1</B><AllowTestDevices>false</AllowTestDevices>")
        .replace("<PlayRight>", "<LicenseType>Nonpersistent</LicenseType><PlayRight>");
    for reading in BOTH {
        assert_eq!(read_playready_template(&xml, reading).unwrap().0.to_xml().unwrap(), expected);
    }
    let mixed = right("<E>text<F /></E>");
    assert_eq!(codes(&read(&mixed, Reading::Lenient).1), ["playready.unknown_element_left_out"]);
}

#[test]
fn a_document_that_is_wrong_everywhere_is_told_in_part() {
    let (_, findings) = read(&right(&"<E />".repeat(3000)), Reading::Lenient);
    assert_eq!((findings.len(), findings[100].code), (101, "playready.more_findings"));
}

#[test]
fn strangers_are_checked_when_they_are_made() {
    let ours = "xmlns=\"http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyTemplate/v1\"";
    let known = format!("<GracePeriod {ours}>P1D</GracePeriod>");
    for (after, xml, code, path) in [
        (Some("Nowhere"), "<a/>", ErrorCode::PlayReadyBadUnknownElement, "after"),
        (None, "<a>", ErrorCode::XmlMalformed, "xml"),
        (None, "<a>text<b/></a>", ErrorCode::PlayReadyBadUnknownElement, "xml"),
        (Some("ContentKey"), known.as_str(), ErrorCode::PlayReadyBadUnknownElement, "xml"),
    ] {
        let error = UnknownElement::new(Level::License, after, xml).unwrap_err();
        assert_eq!((error.code(), error.path()), (code, Some(path)), "{xml}");
    }
    assert!(UnknownElement::new(Level::License, Some("PlayRight"), &known).is_ok());
}

#[test]
fn nothing_is_written_that_no_reader_takes() {
    let with = |data: &str| PlayReadyTemplate {
        license_templates: vec![License::default()],
        response_custom_data: Some(data.to_owned()),
        ..PlayReadyTemplate::default()
    };
    assert_eq!(with("a\u{0}b").to_xml().unwrap_err().code(), ErrorCode::XmlBadCharacter);
    assert_eq!(with(&"x".repeat(256 * 1024)).to_xml().unwrap_err().code(), ErrorCode::XmlTooLarge);
}
