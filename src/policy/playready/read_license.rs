//! Reading one licence and its content key, and asking the rules about it.

use super::rules::{self, Rule};
use super::scan::Level;
use super::values::{Late, Member, Reader, boolean, join};
use super::{ContentType, KeySource, License, LicenseType, UnknownElement, UnknownOutput};
use crate::error::{Error, ErrorCode, Result, Severity};
use crate::id::Guid;
use crate::policy::reading::SWEPT_SCHEMA_INSTANCE;
use crate::xml::{Element, SCHEMA_INSTANCE};

/// A licence as read, before the rules.
pub(super) struct Draft<'a> {
    element: &'a Element<'a>,
    path: String,
    license: License,
    has_content_key: bool,
    has_play_right: bool,
    late: Vec<Late>,
}

impl<'a> Reader<'a> {
    pub(super) fn read_license(&mut self, element: &'a Element<'a>, path: String) -> Result<Draft<'a>> {
        let mut unknown = Vec::new();
        let members = self.members(element, Level::License.elements(), &path, Some(&mut unknown));
        if members.iter().all(|member| member.name != "ContentKey") {
            let error = Error::new(
                ErrorCode::PlayReadyMissingContentKey,
                "the license has no ContentKey, or it stands too late: it must have a ContentEncryptionKeyFromHeader or a ContentEncryptionKeyFromKeyIdentifier",
            );
            return Err(self.refuse(error, element, &join(&path, "ContentKey")));
        }
        let license = License { unknown_elements: unknown, ..License::default() };
        let mut draft =
            Draft { element, path, license, has_content_key: false, has_play_right: false, late: Vec::new() };
        for member in members {
            let path = join(&draft.path, member.name);
            let result = self.read_license_member(&mut draft, member, &path);
            let is_needed = matches!(member.name, "ContentKey" | "PlayRight");
            self.settle(member, &path, result, is_needed)?;
        }
        draft.late = std::mem::take(&mut self.late);
        Ok(draft)
    }

    /// What stands too late is told; where it cannot be read either, that need not stop the reader.
    pub(super) fn settle(&mut self, member: Member<'a>, path: &str, result: Result<()>, is_needed: bool) -> Result<()> {
        match result {
            Err(error) if member.is_late && !is_needed => self.note_left_out(member.element, path, &error),
            Ok(()) if member.is_late => self.note_late(member.element, path, member.name),
            other => return other,
        }
        Ok(())
    }

    fn read_license_member(&mut self, draft: &mut Draft<'a>, member: Member<'a>, path: &str) -> Result<()> {
        let (license, element) = (&mut draft.license, member.element);
        match member.name {
            "AllowTestDevices" => license.allow_test_devices = self.value(element, path, boolean)?,
            "BeginDate" => license.begin_date = self.date_time(element, path)?,
            "ContentKey" if self.is_nil(element) => {}
            "ContentKey" => {
                license.content_key = self.read_content_key(element, path)?;
                draft.has_content_key = true;
            }
            "ContentType" => self.read_content_type(license, element, path),
            "ExpirationDate" => license.expiration_date = self.date_time(element, path)?,
            "GracePeriod" => license.grace_period = self.time_span(element, path)?,
            "LicenseType" => license.license_type = self.value(element, path, LicenseType::from_name)?,
            "PlayRight" if self.is_nil(element) => {}
            "PlayRight" => {
                license.play_right = self.read_play_right(element, path)?;
                draft.has_play_right = true;
            }
            "RelativeBeginDate" => license.relative_begin_date = self.time_span(element, path)?,
            _ => license.relative_expiration_date = self.time_span(element, path)?,
        }
        Ok(())
    }

    /// The old SDK did not know this element and took any value; one that is none is carried along.
    fn read_content_type(&mut self, license: &mut License, element: &'a Element<'a>, path: &str) {
        let is_plain = element.attributes().is_empty() && element.children().is_empty();
        let known = ContentType::from_name(element.text()).ok().filter(|_| is_plain);
        license.content_type = known;
        if known.is_none() {
            license.unknown_elements.extend(UnknownElement::of(Some("ContentType"), element));
            let why =
                "this is no content type; the old SDK knew none and carried the element along, and so does this reader";
            let fix = "write Unspecified, UltravioletDownload or UltravioletStreaming, or remove it";
            self.note("playready.unknown_content_type", Severity::Warning, element, path, why, fix, None);
        }
    }

    fn read_content_key(&mut self, element: &'a Element<'a>, path: &str) -> Result<KeySource> {
        let swept = element.attribute(SWEPT_SCHEMA_INSTANCE, "type").filter(|_| !self.is_strict());
        let kind = element.attribute(SCHEMA_INSTANCE, "type").or(swept);
        let kind = kind.filter(|kind| self.is_ours(&kind.value_namespace));
        match kind.and_then(|kind| kind.value.trim().rsplit(':').next()) {
            Some("ContentEncryptionKeyFromHeader") => Ok(KeySource::FromHeader),
            Some("ContentEncryptionKeyFromKeyIdentifier") => self.read_key_identifier(element, path),
            _ => {
                let error = Error::new(
                    ErrorCode::PlayReadyUnknownContentKeyType,
                    "the content key has no known i:type: expected ContentEncryptionKeyFromHeader or ContentEncryptionKeyFromKeyIdentifier",
                );
                Err(self.refuse(error, element, path))
            }
        }
    }

    fn read_key_identifier(&mut self, element: &'a Element<'a>, path: &str) -> Result<KeySource> {
        let path = join(path, "KeyIdentifier");
        let member = self.members(element, &["KeyIdentifier"], &path, None).into_iter().next();
        let guid = match member {
            Some(member) => self.value(member.element, &path, Guid::parse)?,
            None => Guid::from_cenc_bytes([0; 16]),
        };
        if guid.is_all_zero() {
            let element = member.map_or(element, |member| member.element);
            if self.is_strict() {
                return Err(self.refuse(rules::all_zero_key_identifier(), element, &path));
            }
            let why =
                "the key identifier is missing or all zeros, which the old reader let pass: no content key has that id";
            let fix = "name a content key, or take the key from the header";
            self.note("playready.all_zero_key_identifier", Severity::Error, element, &path, why, fix, None);
        }
        Ok(KeySource::FromKeyIdentifier(guid))
    }

    /// The rules, in their order. A rule that an element broke by standing too late is mended by leaving that element out.
    pub(super) fn finish(&mut self, draft: Draft<'a>) -> Result<License> {
        let Draft { element, path, mut license, has_content_key, has_play_right, mut late } = draft;
        let needed = [
            (
                has_content_key,
                "ContentKey",
                ErrorCode::PlayReadyMissingContentKey,
                "each license must have either a ContentEncryptionKeyFromHeader or a ContentEncryptionKeyFromKeyIdentifier",
            ),
            (has_play_right, "PlayRight", ErrorCode::PlayReadyMissingPlayRight, "each license must have a PlayRight"),
        ];
        if let Some((_, name, code, message)) = needed.into_iter().find(|(is_there, ..)| !is_there) {
            return Err(self.refuse(Error::new(code, message), element, &join(&path, name)));
        }
        while let Some(rule) = Rule::first_broken(&license) {
            let Some(at) = late.iter().position(|late| rule.elements().contains(&late.name)) else {
                return Err(self.refuse(rule.error(), element, &join(&path, &rule.path())));
            };
            self.leave_out(&mut license, &late.remove(at), rule);
        }
        Ok(license)
    }

    fn leave_out(&mut self, license: &mut License, late: &Late, rule: &Rule) {
        let right = &mut license.play_right;
        match late.name {
            "BeginDate" => license.begin_date = None,
            "RelativeBeginDate" => license.relative_begin_date = None,
            "ExpirationDate" => license.expiration_date = None,
            "RelativeExpirationDate" => license.relative_expiration_date = None,
            "GracePeriod" => license.grace_period = None,
            "FirstPlayExpiration" => right.first_play_expiration = None,
            "DigitalVideoOnlyContentRestriction" => right.digital_video_only_content_restriction = false,
            _ => right.allow_passing_video_content_to_unknown_output = UnknownOutput::NotAllowed,
        }
        if let Some(finding) = late.finding.and_then(|at| self.findings.get_mut(at)) {
            finding.code = "playready.late_value_left_out";
            finding.severity = Severity::Error;
            finding.why = format!(
                "the element stands too late, so the old reader never checked it, and it is left out: {}",
                rule.message()
            )
            .into();
            finding.fix =
                Some("remove the element, or put the elements in alphabetical order and mend the license".into());
            finding.mended = None;
        }
    }
}
