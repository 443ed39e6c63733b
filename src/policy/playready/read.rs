//! Reading the XML: the root, and the two readers over it.

use super::read_license::Draft;
use super::scan::Level;
use super::values::{Late, Reader, join};
use super::{License, NAMESPACE, PlayReadyTemplate, rules};
use crate::error::{Error, ErrorCode, Finding, Position, Result, Severity};
use crate::policy::reading::{Reading, SWEPT_SCHEMA_INSTANCE};
use crate::xml::{Document, Element, Limits};

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Reads a `PlayReadyLicenseResponseTemplate` and says what had to be mended, or what was kept without being looked at.
///
/// [`Reading::Lenient`] takes elements wherever they stand. One that the old reader would have skipped is left out again
/// where its value is none, or where it breaks a rule that holds without it.
///
/// [`Reading::Strict`] scans forward and keeps what it does not know and what stands too late, unseen. It refuses three
/// things that the .NET SDK let through: output control bits of 4 to 255, an all-zero key identifier, and a year or a month
/// alone in place of a date.
///
/// # Errors
/// `xml.*`; `playready.*` and `id.*` with the element's path and position.
pub fn read_playready_template(xml: &str, reading: Reading) -> Result<(PlayReadyTemplate, Vec<Finding>)> {
    let without_mark = xml.strip_prefix(BYTE_ORDER_MARK);
    if reading == Reading::Strict && without_mark.is_some() {
        let position = Position { line: 1, column: 1 };
        return Err(Error::new(ErrorCode::XmlMalformed, "the text begins with a byte order mark").at_position(position));
    }
    let document = Document::parse(without_mark.unwrap_or(xml), Limits::POLICY)?;
    let mut reader = Reader { document: &document, reading, findings: Vec::new(), late: Vec::new() };
    let root = document.root();
    if without_mark.is_some() {
        let why = "the text begins with a byte order mark, which the old reader refused";
        reader.note("playready.byte_order_mark", Severity::Warning, root, "", why, "remove it", None);
    }
    reader.check_schema_instance(root)?;
    let template = reader.read_root(root)?;
    Ok((template, reader.findings))
}

/// The first element with a type, or else nil, in the namespace that the documentation's link sweep made.
fn first_swept<'e, 'a>(element: &'e Element<'a>) -> Option<&'e Element<'a>> {
    let find = |name: &str| {
        let mut pending = vec![element];
        while let Some(element) = pending.pop() {
            if element.attribute(SWEPT_SCHEMA_INSTANCE, name).is_some() {
                return Some(element);
            }
            pending.extend(element.children().iter().rev());
        }
        None
    };
    find("type").or_else(|| find("nil"))
}

impl<'a> Reader<'a> {
    /// The slip of the published documentation: the old reader saw neither types nor nil, so it took every content key for
    /// one without a type.
    fn check_schema_instance(&mut self, root: &Element<'a>) -> Result<()> {
        let Some(element) = first_swept(root) else { return Ok(()) };
        if !self.is_strict() {
            let why = "a prefix is bound to https://www.w3.org/…, a slip of the published documentation: the old reader saw neither types nor nil";
            let fix = "write http://www.w3.org/2001/XMLSchema-instance";
            self.note("playready.https_schema_instance", Severity::Warning, element, element.name(), why, fix, None);
        } else if element.attribute(SWEPT_SCHEMA_INSTANCE, "type").is_some() {
            let error = Error::new(
                ErrorCode::PlayReadyHttpsSchemaInstance,
                "the prefix of the type is bound to https://www.w3.org/…: write http://www.w3.org/2001/XMLSchema-instance, or let the lenient reader mend it",
            );
            return Err(self.refuse(error, element, element.name()));
        }
        Ok(())
    }

    fn read_root(&mut self, root: &'a Element<'a>) -> Result<PlayReadyTemplate> {
        if root.name() != "PlayReadyLicenseResponseTemplate" || !self.is_ours(root.namespace()) {
            let message = format!(
                "this is not a PlayReady license template: expected the element PlayReadyLicenseResponseTemplate in the namespace {NAMESPACE}"
            );
            return Err(self.refuse(Error::new(ErrorCode::PlayReadyWrongRoot, message), root, root.name()));
        }
        if root.namespace() != NAMESPACE {
            let why = "the namespace is spelt with https, which the old reader refused";
            let fix = "write http://schemas.microsoft.com/…";
            self.note("playready.https_namespace", Severity::Warning, root, root.name(), why, fix, None);
        }
        let mut template = PlayReadyTemplate::default();
        let members = self.members(root, Level::Template.elements(), "", Some(&mut template.unknown_elements));
        let Some(list) = members.iter().find(|member| member.name == "LicenseTemplates") else {
            let missing = Error::new(
                ErrorCode::PlayReadyMissingElement,
                "the element LicenseTemplates is missing, or stands too late",
            );
            return Err(self.refuse(missing, root, "LicenseTemplates"));
        };
        let drafts = self.read_list(list.element)?;
        for member in &members {
            if member.name == "ResponseCustomData" {
                template.response_custom_data =
                    self.nilable(member.element, member.name, |text| Ok(text.to_owned()))?;
            }
            if member.is_late {
                self.note_late(member.element, member.name, member.name);
            }
        }
        let licenses = drafts.into_iter().map(|draft| self.finish(draft));
        template.license_templates = licenses.collect::<Result<Vec<License>>>()?;
        rules::at_least_one(&template.license_templates)
            .map_err(|error| self.refuse(error, list.element, "LicenseTemplates"))?;
        Ok(template)
    }

    fn read_list(&mut self, list: &'a Element<'a>) -> Result<Vec<Draft<'a>>> {
        if self.is_nil(list) {
            return Err(self.refuse(rules::no_license(), list, "LicenseTemplates"));
        }
        let mut drafts = Vec::new();
        for (index, item) in list.children().iter().enumerate() {
            let path = format!("LicenseTemplates[{index}]");
            if item.name() != "PlayReadyLicenseTemplate" || !self.is_ours(item.namespace()) {
                let why = "nothing reads this element, and it is not carried along";
                self.note(
                    "playready.unknown_element_left_out",
                    Severity::Warning,
                    item,
                    &join(&path, item.name()),
                    why,
                    "remove it",
                    None,
                );
            } else if !self.is_nil(item) {
                drafts.push(self.read_license(item, path)?);
            } else if self.is_strict() {
                let error =
                    Error::new(ErrorCode::PlayReadyNilLicense, "a license is nil, on which the old reader crashed");
                return Err(self.refuse(error, item, &path));
            } else {
                let why = "a license is nil, on which the old reader crashed; it is left out";
                self.note("playready.nil_license", Severity::Warning, item, &path, why, "remove it", None);
            }
        }
        Ok(drafts)
    }

    /// Says that an element stood too late and was read all the same.
    pub(super) fn note_late(&mut self, element: &Element<'_>, path: &str, name: &'static str) {
        let mended =
            element.children().is_empty().then(|| element.text().trim().to_owned()).filter(|text| !text.is_empty());
        let why = "the element stands too late: the old reader refused the document, or carried the element along without using it; here it is used";
        let fix = "put the elements in alphabetical order";
        let finding = self.note("playready.out_of_order", Severity::Warning, element, path, why, fix, mended);
        self.late.push(Late { name, finding });
    }

    /// Says that an element stood too late and is left out, since its value is none.
    pub(super) fn note_left_out(&mut self, element: &Element<'_>, path: &str, error: &Error) {
        let why = format!(
            "the element stands too late, so the old reader never checked it, and it is left out: {}",
            error.message()
        );
        let fix = "put the elements in alphabetical order and mend the value";
        self.note("playready.late_value_left_out", Severity::Error, element, path, why, fix, None);
    }
}
