//! PlayReady licence templates: what a licence server of Azure Media Services v2 puts into a licence, and the XML that
//! says so (`PlayReadyLicenseResponseTemplate`).
//!
//! The lenient reader mends what can be mended and reports it; the strict one answers as the .NET SDK did, down to what it
//! carried along without looking at it, and refuses the little that this model cannot hold.

mod date_time;
mod duration;
mod levels;
mod read;
mod read_license;
mod read_play_right;
mod rules;
mod scan;
mod unknown;
mod values;
mod write;

use crate::error::{Error, Result};
use crate::id::Guid;
use crate::xml::{Document, Limits};
pub use date_time::{DateTime, Zone};
pub use duration::TimeSpan;
pub use levels::{
    AnalogVideoOpl, CompressedDigitalVideoOpl, ContentType, DigitalAudioOpl, LicenseType, TwoBits,
    UncompressedDigitalVideoOpl, UnknownOutput,
};
pub use read::read_playready_template;
pub use scan::Level;
pub use unknown::UnknownElement;

/// Namespace of the XML.
pub const NAMESPACE: &str = "http://schemas.microsoft.com/Azure/MediaServices/KeyDelivery/PlayReadyTemplate/v1";

/// What a player gets for a licence request: usually one licence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlayReadyTemplate {
    /// The licences, at least one.
    pub license_templates: Vec<License>,
    /// Text that is sent along; `None` is not the same as an empty text.
    pub response_custom_data: Option<String>,
    /// Carried along.
    pub unknown_elements: Vec<UnknownElement>,
}

/// One licence. Nonpersistent, with the key that the header names and without restrictions, unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// Whether test devices may play: minimum security level 150 in place of 2000.
    pub allow_test_devices: bool,
    /// Not valid before. Persistent licences only.
    pub begin_date: Option<DateTime>,
    /// Which content key is in it.
    pub content_key: KeySource,
    /// What the content is.
    pub content_type: Option<ContentType>,
    /// Not valid after. Persistent licences only.
    pub expiration_date: Option<DateTime>,
    /// How long dates are taken on trust after the device's clock was unset. Persistent licences only.
    pub grace_period: Option<TimeSpan>,
    /// Whether it may be stored.
    pub license_type: LicenseType,
    /// Under which restrictions it plays.
    pub play_right: PlayRight,
    /// Not valid before this time after it was issued.
    pub relative_begin_date: Option<TimeSpan>,
    /// Not valid after this time after it was issued.
    pub relative_expiration_date: Option<TimeSpan>,
    /// Carried along.
    pub unknown_elements: Vec<UnknownElement>,
}

/// Where a licence takes its content key from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// From the header of the content that is to be played: what is usual.
    #[default]
    FromHeader,
    /// This one, whatever is to be played. All zeros can be read, so that it can be reported, and not written.
    FromKeyIdentifier(Guid),
}

/// Restrictions of playback. `None`, `false` and `NotAllowed` are not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayRight {
    /// Automatic gain control and colour stripe on analog outputs.
    pub agc_and_color_stripe_restriction: Option<TwoBits>,
    /// Whether video may pass to unknown outputs.
    pub allow_passing_video_content_to_unknown_output: UnknownOutput,
    /// Output protection level of analog video.
    pub analog_video_opl: Option<AnalogVideoOpl>,
    /// Output protection level of compressed digital audio.
    pub compressed_digital_audio_opl: Option<DigitalAudioOpl>,
    /// Output protection level of compressed digital video.
    pub compressed_digital_video_opl: Option<CompressedDigitalVideoOpl>,
    /// Whether video may leave by digital outputs only.
    pub digital_video_only_content_restriction: bool,
    /// Restriction of analog television outputs.
    pub explicit_analog_television_output_restriction: Option<ExplicitAnalogTelevision>,
    /// How long it plays after it was first used. Persistent licences only.
    pub first_play_expiration: Option<TimeSpan>,
    /// Whether analog component outputs get a smaller picture.
    pub image_constraint_for_analog_component_video_restriction: bool,
    /// Whether analog computer monitors get a smaller picture.
    pub image_constraint_for_analog_computer_monitor_restriction: bool,
    /// Serial copy management of audio.
    pub scms_restriction: Option<TwoBits>,
    /// Output protection level of uncompressed digital audio.
    pub uncompressed_digital_audio_opl: Option<DigitalAudioOpl>,
    /// Output protection level of uncompressed digital video.
    pub uncompressed_digital_video_opl: Option<UncompressedDigitalVideoOpl>,
    /// Carried along.
    pub unknown_elements: Vec<UnknownElement>,
}

/// Restriction of analog television outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExplicitAnalogTelevision {
    /// Whether a player that cannot keep to it may play all the same.
    pub best_effort: bool,
    /// The control bits.
    pub configuration_data: TwoBits,
}

impl Default for License {
    fn default() -> Self {
        Self {
            allow_test_devices: false,
            begin_date: None,
            content_key: KeySource::FromHeader,
            content_type: None,
            expiration_date: None,
            grace_period: None,
            license_type: LicenseType::Nonpersistent,
            play_right: PlayRight::default(),
            relative_begin_date: None,
            relative_expiration_date: None,
            unknown_elements: Vec::new(),
        }
    }
}

impl Default for PlayRight {
    fn default() -> Self {
        Self {
            agc_and_color_stripe_restriction: None,
            allow_passing_video_content_to_unknown_output: UnknownOutput::NotAllowed,
            analog_video_opl: None,
            compressed_digital_audio_opl: None,
            compressed_digital_video_opl: None,
            digital_video_only_content_restriction: false,
            explicit_analog_television_output_restriction: None,
            first_play_expiration: None,
            image_constraint_for_analog_component_video_restriction: false,
            image_constraint_for_analog_computer_monitor_restriction: false,
            scms_restriction: None,
            uncompressed_digital_audio_opl: None,
            uncompressed_digital_video_opl: None,
            unknown_elements: Vec::new(),
        }
    }
}

impl PlayReadyTemplate {
    /// Checks what the .NET SDK checked before writing, in its order: key identifiers, that there is a licence, then
    /// what may not stand together, licence by licence.
    ///
    /// # Errors
    /// `playready.all_zero_key_identifier`, `….no_license_templates`, `….unknown_output_with_digital_video_only`,
    /// `….two_begin_dates`, `….two_expiration_dates`, `….first_play_on_nonpersistent`,
    /// `….grace_period_on_nonpersistent`, `….begin_date_on_nonpersistent`, `….expiration_date_on_nonpersistent`.
    pub fn validate(&self) -> Result<()> {
        let each = || self.license_templates.iter().enumerate();
        let refuse = |index: usize, path: &str, error: Error| {
            Err(error.at(format!("licenseTemplates[{index}].{}", in_camel_case(path))))
        };
        for (index, license) in each() {
            if matches!(license.content_key, KeySource::FromKeyIdentifier(guid) if guid.is_all_zero()) {
                return refuse(index, "ContentKey.KeyIdentifier", rules::all_zero_key_identifier());
            }
        }
        rules::at_least_one(&self.license_templates).map_err(|error| error.at("licenseTemplates"))?;
        for (index, license) in each() {
            if let Some(rule) = rules::Rule::first_broken(license) {
                return refuse(index, &rule.path(), rule.error());
            }
        }
        Ok(())
    }

    /// Writes the XML after checking the template.
    ///
    /// # Errors
    /// As [`PlayReadyTemplate::validate`]; `xml.*` for what no reader would take: characters that XML does not have, and
    /// more than [`Limits::POLICY`] allows.
    pub fn to_xml(&self) -> Result<String> {
        self.validate()?;
        let xml = write::write(self);
        Document::parse(&xml, Limits::POLICY)?;
        Ok(xml)
    }
}

/// Members are called like the elements, with a small first letter.
fn in_camel_case(path: &str) -> String {
    let segments = path.split('.').map(|segment| {
        let mut letters = segment.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    segments.collect::<Vec<_>>().join(".")
}
