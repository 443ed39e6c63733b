//! Reading a play right and its restrictions.

use super::scan::Level;
use super::values::{Member, Reader, boolean, integer, join};
use super::{
    AnalogVideoOpl, CompressedDigitalVideoOpl, DigitalAudioOpl, ExplicitAnalogTelevision, PlayRight, TwoBits,
    UncompressedDigitalVideoOpl, UnknownOutput,
};
use crate::error::{Result, Severity};
use crate::xml::Element;

impl<'a> Reader<'a> {
    pub(super) fn read_play_right(&mut self, element: &'a Element<'a>, path: &str) -> Result<PlayRight> {
        let mut right = PlayRight::default();
        for member in self.members(element, Level::PlayRight.elements(), path, Some(&mut right.unknown_elements)) {
            let path = join(path, member.name);
            let result = self.read_play_right_member(&mut right, member, &path);
            self.settle(member, &path, result, false)?;
        }
        Ok(right)
    }

    fn read_play_right_member(&mut self, right: &mut PlayRight, member: Member<'a>, path: &str) -> Result<()> {
        let element = member.element;
        match member.name {
            "AgcAndColorStripeRestriction" => {
                right.agc_and_color_stripe_restriction = self.read_two_bits(element, path)?
            }
            "AllowPassingVideoContentToUnknownOutput" => {
                right.allow_passing_video_content_to_unknown_output =
                    self.value(element, path, UnknownOutput::from_name)?;
            }
            "AnalogVideoOpl" => right.analog_video_opl = self.read_level(element, path, AnalogVideoOpl::from_level)?,
            "CompressedDigitalAudioOpl" => {
                right.compressed_digital_audio_opl = self.read_level(element, path, DigitalAudioOpl::from_level)?;
            }
            "CompressedDigitalVideoOpl" => {
                right.compressed_digital_video_opl =
                    self.read_level(element, path, CompressedDigitalVideoOpl::from_level)?;
            }
            "DigitalVideoOnlyContentRestriction" => {
                right.digital_video_only_content_restriction = self.value(element, path, boolean)?;
            }
            "ExplicitAnalogTelevisionOutputRestriction" => {
                right.explicit_analog_television_output_restriction = self.read_television(element, path)?;
            }
            "FirstPlayExpiration" => right.first_play_expiration = self.time_span(element, path)?,
            "ImageConstraintForAnalogComponentVideoRestriction" => {
                right.image_constraint_for_analog_component_video_restriction = self.value(element, path, boolean)?;
            }
            "ImageConstraintForAnalogComputerMonitorRestriction" => {
                right.image_constraint_for_analog_computer_monitor_restriction = self.value(element, path, boolean)?;
            }
            "ScmsRestriction" => right.scms_restriction = self.read_two_bits(element, path)?,
            "UncompressedDigitalAudioOpl" => {
                right.uncompressed_digital_audio_opl = self.read_level(element, path, DigitalAudioOpl::from_level)?;
            }
            _ => {
                right.uncompressed_digital_video_opl =
                    self.read_level(element, path, UncompressedDigitalVideoOpl::from_level)?;
            }
        }
        Ok(())
    }

    fn read_level<T>(&self, element: &Element<'_>, path: &str, find: fn(i32) -> Result<T>) -> Result<Option<T>> {
        self.nilable(element, path, |text| find(integer(text)?))
    }

    /// A restriction that has control bits only.
    fn read_two_bits(&mut self, element: &'a Element<'a>, path: &str) -> Result<Option<TwoBits>> {
        Ok(self.read_restriction(element, path, &["ConfigurationData"])?.map(|read| read.configuration_data))
    }

    fn read_television(&mut self, element: &'a Element<'a>, path: &str) -> Result<Option<ExplicitAnalogTelevision>> {
        self.read_restriction(element, path, &["BestEffort", "ConfigurationData"])
    }

    /// What is missing in it is false, or 0.
    fn read_restriction(
        &mut self,
        element: &'a Element<'a>,
        path: &str,
        members: &'static [&'static str],
    ) -> Result<Option<ExplicitAnalogTelevision>> {
        if self.is_nil(element) {
            return Ok(None);
        }
        let mut read = ExplicitAnalogTelevision::default();
        for member in self.members(element, members, path, None) {
            let path = join(path, member.name);
            let result = match member.name {
                "BestEffort" => self.value(member.element, &path, boolean).map(|value| read.best_effort = value),
                _ => self.read_bits(member.element, &path).map(|value| read.configuration_data = value),
            };
            self.settle(member, &path, result, false)?;
        }
        Ok(Some(read))
    }

    /// The old reader took any byte for the two bits. What it means nobody knows, so it is read as the strictest value.
    fn read_bits(&mut self, element: &Element<'_>, path: &str) -> Result<TwoBits> {
        let number = self.value(element, path, integer)?;
        match TwoBits::new(number) {
            Err(error) if !self.is_strict() && (0..=255).contains(&number) => {
                let why =
                    format!("{}, and the old reader let {number} pass; the strictest value is read", error.message());
                let mended = Some(TwoBits::STRICTEST.value().to_string());
                let fix = "write 0, 1, 2 or 3";
                self.note("playready.bad_two_bit", Severity::Error, element, path, why, fix, mended);
                Ok(TwoBits::STRICTEST)
            }
            bits => bits.map_err(|error| self.refuse(error, element, path)),
        }
    }
}
