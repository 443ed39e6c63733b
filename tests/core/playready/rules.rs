//! The rules in their order, and what has no value for either reader.

use super::{BOTH, CLOSE, HEADER, OPEN, date, license, read, refusal, right, span};
use keywicket::error::ErrorCode;
use keywicket::id::Guid;
use keywicket::policy::playready::{
    AnalogVideoOpl, KeySource, License, PlayReadyTemplate, PlayRight, TimeSpan, TwoBits, UnknownOutput,
};

type Mend = fn(&mut License);

/// Each with everything that the rules after it forbid too, so that a changed order shows.
#[test]
fn rules_are_asked_in_their_order_by_the_writer_and_both_readers() {
    let moment = Some(date("2015-02-10T09:00:00Z"));
    let period = Some(span("PT1H"));
    let mut license = License {
        begin_date: moment,
        expiration_date: moment,
        grace_period: period,
        relative_begin_date: period,
        relative_expiration_date: period,
        ..License::default()
    };
    license.play_right.digital_video_only_content_restriction = true;
    license.play_right.first_play_expiration = period;
    license.play_right.allow_passing_video_content_to_unknown_output = UnknownOutput::AllowedWithVideoConstriction;
    let mends: [(ErrorCode, &str, Mend); 7] = [
        (
            ErrorCode::PlayReadyUnknownOutputWithDigitalVideoOnly,
            "PlayRight.AllowPassingVideoContentToUnknownOutput",
            |license| {
                license.play_right.allow_passing_video_content_to_unknown_output = UnknownOutput::NotAllowed;
            },
        ),
        (ErrorCode::PlayReadyTwoBeginDates, "RelativeBeginDate", |license| license.relative_begin_date = None),
        (ErrorCode::PlayReadyTwoExpirationDates, "RelativeExpirationDate", |license| {
            license.relative_expiration_date = None
        }),
        (ErrorCode::PlayReadyFirstPlayOnNonpersistent, "PlayRight.FirstPlayExpiration", |license| {
            license.play_right.first_play_expiration = None;
        }),
        (ErrorCode::PlayReadyGracePeriodOnNonpersistent, "GracePeriod", |license| license.grace_period = None),
        (ErrorCode::PlayReadyBeginDateOnNonpersistent, "BeginDate", |license| license.begin_date = None),
        (ErrorCode::PlayReadyExpirationDateOnNonpersistent, "ExpirationDate", |license| license.expiration_date = None),
    ];
    for (code, path, mend) in mends {
        let template = PlayReadyTemplate {
            license_templates: vec![License::default(), license.clone()],
            ..PlayReadyTemplate::default()
        };
        let error = template.to_xml().unwrap_err();
        let camel: String =
            path.split('.').map(|part| format!(".{}{}", part[..1].to_lowercase(), &part[1..])).collect();
        assert_eq!((error.code(), error.path()), (code, Some(format!("licenseTemplates[1]{camel}").as_str())));
        let xml = unchecked(&license);
        for reading in BOTH {
            assert_eq!(refusal(&xml, reading), (code, format!("LicenseTemplates[0].{path}")), "{xml}");
        }
        mend(&mut license);
    }
    assert!(PlayReadyTemplate { license_templates: vec![license], ..PlayReadyTemplate::default() }.validate().is_ok());
    assert_eq!(PlayReadyTemplate::default().to_xml().unwrap_err().code(), ErrorCode::PlayReadyNoLicenseTemplates);
}

/// What the writer would write, were it not for the rules; by hand, in the order of the specification.
fn unchecked(license: &License) -> String {
    let element =
        |name: &str, text: Option<String>| text.map_or_else(String::new, |text| format!("<{name}>{text}</{name}>"));
    let text = |value: Option<TimeSpan>| value.map(|value| value.to_string());
    let right = &license.play_right;
    let output = right.allow_passing_video_content_to_unknown_output;
    let right = [
        element(
            "AllowPassingVideoContentToUnknownOutput",
            (output != UnknownOutput::NotAllowed).then(|| output.name().to_owned()),
        ),
        element("DigitalVideoOnlyContentRestriction", Some(right.digital_video_only_content_restriction.to_string())),
        element("FirstPlayExpiration", text(right.first_play_expiration)),
    ];
    self::license(
        &[
            element("BeginDate", license.begin_date.map(|date| date.to_string())),
            HEADER.to_owned(),
            element("ExpirationDate", license.expiration_date.map(|date| date.to_string())),
            element("GracePeriod", text(license.grace_period)),
            element("LicenseType", Some(license.license_type.name().to_owned())),
            element("PlayRight", Some(right.concat())),
            element("RelativeBeginDate", text(license.relative_begin_date)),
            element("RelativeExpirationDate", text(license.relative_expiration_date)),
        ]
        .concat(),
    )
}

#[test]
fn relative_dates_are_allowed_on_nonpersistent_licenses_and_negative_ones_too() {
    let xml = license(&format!(
        "{HEADER}<PlayRight /><RelativeBeginDate>-PT1H</RelativeBeginDate><RelativeExpirationDate>PT0S</RelativeExpirationDate>"
    ));
    for reading in BOTH {
        let (license, findings) = read(&xml, reading);
        assert_eq!(
            (license.relative_begin_date, license.relative_expiration_date),
            (Some(span("-PT1H")), Some(TimeSpan::default()))
        );
        assert_eq!(findings, vec![]);
    }
}

#[test]
fn both_readers_refuse_what_has_no_value() {
    let outside = |children: &str| format!("{OPEN}{children}{CLOSE}");
    for (xml, code, path) in [
        (outside(""), ErrorCode::PlayReadyMissingElement, "LicenseTemplates"),
        (outside("<LicenseTemplates />"), ErrorCode::PlayReadyNoLicenseTemplates, "LicenseTemplates"),
        (outside("<LicenseTemplates i:nil=\"true\" />"), ErrorCode::PlayReadyNoLicenseTemplates, "LicenseTemplates"),
        (license("<PlayRight />"), ErrorCode::PlayReadyMissingContentKey, "LicenseTemplates[0].ContentKey"),
        (
            license("<ContentKey i:nil=\"true\" /><PlayRight />"),
            ErrorCode::PlayReadyMissingContentKey,
            "LicenseTemplates[0].ContentKey",
        ),
        (
            license("<ContentKey /><PlayRight />"),
            ErrorCode::PlayReadyUnknownContentKeyType,
            "LicenseTemplates[0].ContentKey",
        ),
        (
            license("<ContentKey i:type=\"PlayReadyContentKey\" /><PlayRight />"),
            ErrorCode::PlayReadyUnknownContentKeyType,
            "LicenseTemplates[0].ContentKey",
        ),
        (
            license(
                "<ContentKey i:type=\"ContentEncryptionKeyFromKeyIdentifier\"><KeyIdentifier>me</KeyIdentifier></ContentKey><PlayRight />",
            ),
            ErrorCode::IdNotAGuid,
            "LicenseTemplates[0].ContentKey.KeyIdentifier",
        ),
        (license(HEADER), ErrorCode::PlayReadyMissingPlayRight, "LicenseTemplates[0].PlayRight"),
        (
            license(&format!("{HEADER}<PlayRight i:nil=\"1\" />")),
            ErrorCode::PlayReadyMissingPlayRight,
            "LicenseTemplates[0].PlayRight",
        ),
        (
            license(&format!("{HEADER}<LicenseType>NonPersistent</LicenseType><PlayRight />")),
            ErrorCode::PlayReadyUnknownName,
            "LicenseTemplates[0].LicenseType",
        ),
        (
            license(&format!("{HEADER}<LicenseType i:nil=\"true\" /><PlayRight />")),
            ErrorCode::PlayReadyBadValue,
            "LicenseTemplates[0].LicenseType",
        ),
        (
            license(&format!("<AllowTestDevices>yes</AllowTestDevices>{HEADER}<PlayRight />")),
            ErrorCode::PlayReadyBadValue,
            "LicenseTemplates[0].AllowTestDevices",
        ),
        (
            right("<AnalogVideoOpl>250</AnalogVideoOpl>"),
            ErrorCode::PlayReadyBadOpl,
            "LicenseTemplates[0].PlayRight.AnalogVideoOpl",
        ),
        (
            right("<AnalogVideoOpl>x</AnalogVideoOpl>"),
            ErrorCode::PlayReadyBadValue,
            "LicenseTemplates[0].PlayRight.AnalogVideoOpl",
        ),
        (
            right("<ScmsRestriction><ConfigurationData>256</ConfigurationData></ScmsRestriction>"),
            ErrorCode::PlayReadyBadTwoBit,
            "LicenseTemplates[0].PlayRight.ScmsRestriction.ConfigurationData",
        ),
        ("<a/>".to_owned(), ErrorCode::PlayReadyWrongRoot, "a"),
        (license(HEADER).replace("/v1", "/v2"), ErrorCode::PlayReadyWrongRoot, "PlayReadyLicenseResponseTemplate"),
    ] {
        for reading in BOTH {
            assert_eq!(refusal(&xml, reading), (code, path.to_owned()), "{xml}");
        }
    }
}

#[test]
fn what_is_unset_nil_or_padded_reads() {
    let xml = license(
        "<AllowTestDevices> 1 </AllowTestDevices><BeginDate i:nil=\"true\" /><ContentKey i:type=\"ContentEncryptionKeyFromKeyIdentifier\"><KeyIdentifier> {339C45B5-FB6D-4BD9-994C-EABD9D41C95B} </KeyIdentifier></ContentKey><PlayRight><AgcAndColorStripeRestriction/><AnalogVideoOpl> 100 </AnalogVideoOpl><CompressedDigitalVideoOpl i:nil=\"true\" /><ScmsRestriction i:nil=\"true\" /></PlayRight>",
    );
    for reading in BOTH {
        let (license, findings) = read(&xml, reading);
        let guid = Guid::parse("339c45b5-fb6d-4bd9-994c-eabd9d41c95b").unwrap();
        let right = PlayRight {
            agc_and_color_stripe_restriction: Some(TwoBits::default()),
            analog_video_opl: Some(AnalogVideoOpl::Level100),
            ..PlayRight::default()
        };
        let expected = License {
            allow_test_devices: true,
            content_key: KeySource::FromKeyIdentifier(guid),
            play_right: right,
            ..License::default()
        };
        assert_eq!((license, findings), (expected, vec![]));
    }
}
