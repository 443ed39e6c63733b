//! Whatever is written reads back; whatever is damaged is refused in words.

use super::{BOTH, HEADER, date, license, read, span};
use keywicket::id::Guid;
use keywicket::policy::Reading;
use keywicket::policy::playready::{
    AnalogVideoOpl, CompressedDigitalVideoOpl, ContentType, DateTime, DigitalAudioOpl, ExplicitAnalogTelevision,
    KeySource, Level, License, LicenseType, PlayReadyTemplate, PlayRight, TimeSpan, TwoBits,
    UncompressedDigitalVideoOpl, UnknownElement, UnknownOutput, Zone, read_playready_template,
};
use proptest::prelude::*;

fn time_span() -> impl Strategy<Value = Option<TimeSpan>> {
    prop::option::of(any::<i64>().prop_map(TimeSpan::from_ticks))
}

fn date_time() -> impl Strategy<Value = Option<DateTime>> {
    let zone = prop_oneof![Just(Zone::Utc), Just(Zone::UtcOffset), Just(Zone::Unspecified)];
    prop::option::of(
        (0_i64..=3_155_378_975_999_999_999, zone).prop_map(|(ticks, zone)| DateTime::from_ticks(ticks, zone).unwrap()),
    )
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

/// Strangers behind an element that is always written, or before all.
fn strangers(level: Level, always: Option<&'static str>) -> impl Strategy<Value = Vec<UnknownElement>> {
    let inner = prop::sample::select(vec![
        r#"<Foo xmlns="urn:foo" />"#,
        r#"<f:Foo xmlns:f="urn:foo" f:a="1&quot;&#10;" b="&lt;"><f:Bar>1 &amp; 2</f:Bar><Baz xmlns="" /></f:Foo>"#,
        r#"<PlayRight xmlns="" />"#,
        r#"<Extra xmlns="http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyTemplate/v1"> x </Extra>"#,
        r#"<N xmlns="urn:n" xmlns:x="http://www.w3.org/2001/XMLSchema-instance" xmlns:o="urn:o" x:nil="true" x:type="o:T" xml:lang="de" />"#,
    ]);
    let one = (any::<bool>(), inner)
        .prop_map(move |(first, xml)| UnknownElement::new(level, always.filter(|_| !first), xml).unwrap());
    prop::collection::vec(one, 0..3).prop_map(|mut all| {
        // In the order in which they come out again.
        all.sort_by_key(UnknownElement::after);
        all
    })
}

prop_compose! {
    fn play_right()(
        unknown_output in one_of(UnknownOutput::ALL),
        audio in prop::option::of(one_of(DigitalAudioOpl::ALL)),
        other_audio in prop::option::of(one_of(DigitalAudioOpl::ALL)),
        analog in prop::option::of(one_of(AnalogVideoOpl::ALL)),
        compressed in prop::option::of(one_of(CompressedDigitalVideoOpl::ALL)),
        uncompressed in prop::option::of(one_of(UncompressedDigitalVideoOpl::ALL)),
        flags: [bool; 3],
        television in prop::option::of((any::<bool>(), 0..4)),
        bits in prop::array::uniform2(prop::option::of(0..4)),
        first_play_expiration in time_span(),
        unknown_elements in strangers(Level::PlayRight, None),
    ) -> PlayRight {
        let bits = bits.map(|bits| bits.map(|bits| TwoBits::new(bits).unwrap()));
        PlayRight {
            agc_and_color_stripe_restriction: bits[0],
            allow_passing_video_content_to_unknown_output: unknown_output,
            analog_video_opl: analog,
            compressed_digital_audio_opl: audio,
            compressed_digital_video_opl: compressed,
            digital_video_only_content_restriction: flags[0] && unknown_output == UnknownOutput::NotAllowed,
            explicit_analog_television_output_restriction: television.map(|(best_effort, bits)| ExplicitAnalogTelevision {
                best_effort,
                configuration_data: TwoBits::new(bits).unwrap(),
            }),
            first_play_expiration,
            image_constraint_for_analog_component_video_restriction: flags[1],
            image_constraint_for_analog_computer_monitor_restriction: flags[2],
            scms_restriction: bits[1],
            uncompressed_digital_audio_opl: other_audio,
            uncompressed_digital_video_opl: uncompressed,
            unknown_elements,
        }
    }
}

prop_compose! {
    /// Any licence that keeps the rules.
    fn any_license()(
        flags: [bool; 4],
        guid in prop::option::of(prop::array::uniform16(1_u8..)),
        content_type in prop::option::of(one_of(ContentType::ALL)),
        dates in prop::array::uniform2(date_time()),
        spans in prop::array::uniform3(time_span()),
        right in play_right(),
        unknown_elements in strangers(Level::License, Some("LicenseType")),
    ) -> License {
        let [allow_test_devices, persistent, begin, end] = flags;
        let mut play_right = right;
        play_right.first_play_expiration = play_right.first_play_expiration.filter(|_| persistent);
        License {
            allow_test_devices,
            begin_date: dates[0].filter(|_| persistent && begin),
            content_key: guid.map_or(KeySource::FromHeader, |bytes| KeySource::FromKeyIdentifier(Guid::from_cenc_bytes(bytes))),
            content_type,
            expiration_date: dates[1].filter(|_| persistent && end),
            grace_period: spans[0].filter(|_| persistent),
            license_type: if persistent { LicenseType::Persistent } else { LicenseType::Nonpersistent },
            play_right,
            relative_begin_date: spans[1].filter(|_| !(persistent && begin)),
            relative_expiration_date: spans[2].filter(|_| !(persistent && end)),
            unknown_elements,
        }
    }
}

prop_compose! {
    fn any_template()(
        license_templates in prop::collection::vec(any_license(), 1..4),
        // Carriage returns aside, which XML turns into line feeds.
        response_custom_data in prop::option::of("[ -~éü漢😀\t\n&<>\"']{0,24}"),
        unknown_elements in strangers(Level::Template, Some("LicenseTemplates")),
    ) -> PlayReadyTemplate {
        PlayReadyTemplate { license_templates, response_custom_data, unknown_elements }
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back_in_both_readers(template in any_template()) {
        let xml = template.to_xml().unwrap();
        for reading in BOTH {
            let (read, findings) = read_playready_template(&xml, reading).unwrap();
            prop_assert_eq!(&read, &template);
            prop_assert!(findings.iter().all(|finding| finding.code == "playready.unknown_element"), "{:?}", findings);
            prop_assert_eq!(read.to_xml().unwrap(), xml.clone());
        }
    }

    #[test]
    fn unknown_elements_survive_as_documents_of_their_own(elements in strangers(Level::License, Some("ContentKey"))) {
        for element in elements {
            prop_assert_eq!(UnknownElement::new(Level::License, element.after(), &element.to_xml()).unwrap(), element);
        }
    }

    /// A document with some characters replaced, removed or doubled reads or is refused with a code; it never panics.
    /// What reads strictly can be written, and then both readers agree with themselves.
    #[test]
    fn no_damage_stops_the_readers(template in any_template(), places in prop::collection::vec((any::<prop::sample::Index>(), "[<>&;/=\"'!\\[\\]a:0-9PT.+Z-]?"), 1..6)) {
        let mut xml = template.to_xml().unwrap();
        for (place, replacement) in places {
            let starts: Vec<usize> = xml.char_indices().map(|(at, _)| at).collect();
            let at = starts[place.index(starts.len())];
            let end = xml[at..].chars().next().map_or(at, |c| at + c.len_utf8());
            xml.replace_range(at..end, &replacement);
        }
        for reading in BOTH {
            match read_playready_template(&xml, reading) {
                Ok((template, _)) => {
                    if let Ok(written) = template.to_xml() {
                        let again = read_playready_template(&written, reading).unwrap().0.to_xml().unwrap();
                        prop_assert_eq!(again, written);
                    }
                }
                Err(error) => {
                    let room = error.code().as_str().split('.').next().unwrap();
                    prop_assert!(matches!(room, "xml" | "playready" | "id"), "{}", error);
                    prop_assert!(error.position().is_some(), "{}", error);
                }
            }
        }
    }

    /// Elements of a licence in any order mean the same to the lenient reader.
    #[test]
    fn order_is_no_matter_to_the_lenient_reader(shuffled in Just(vec![
        "<AllowTestDevices>true</AllowTestDevices>", "<BeginDate>2015-02-10T09:00:00Z</BeginDate>", HEADER,
        "<ContentType>Unspecified</ContentType>", "<ExpirationDate>2016-02-10T09:00:00Z</ExpirationDate>",
        "<GracePeriod>P1D</GracePeriod>", "<LicenseType>Persistent</LicenseType>",
        "<PlayRight><FirstPlayExpiration>PT6H</FirstPlayExpiration></PlayRight>",
    ]).prop_shuffle()) {
        let (license, findings) = read(&license(&shuffled.concat()), Reading::Lenient);
        prop_assert_eq!(license, License {
            allow_test_devices: true,
            begin_date: Some(date("2015-02-10T09:00:00Z")),
            content_type: Some(ContentType::Unspecified),
            expiration_date: Some(date("2016-02-10T09:00:00Z")),
            grace_period: Some(span("P1D")),
            license_type: LicenseType::Persistent,
            play_right: PlayRight { first_play_expiration: Some(span("PT6H")), ..PlayRight::default() },
            ..License::default()
        });
        prop_assert!(findings.iter().all(|finding| finding.code == "playready.out_of_order" && finding.fix.is_some()));
    }

    #[test]
    fn durations_and_dates_read_back(ticks: i64, moment in date_time()) {
        let span = TimeSpan::from_ticks(ticks);
        prop_assert_eq!(TimeSpan::parse(&span.to_string()).unwrap(), span);
        if let Some(moment) = moment {
            prop_assert_eq!(DateTime::parse(&moment.to_string()).unwrap(), moment);
        }
    }
}
