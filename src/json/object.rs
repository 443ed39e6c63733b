//! The members of an object under their names, with errors and findings that say which one is meant.

use super::{Json, Object};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::secret::SecretBytes;
use std::borrow::Cow;

/// The codes of a format for what can be wrong with a member.
#[derive(Clone, Copy)]
pub(crate) struct Codes {
    /// A required member is absent or null.
    pub(crate) missing: ErrorCode,
    /// A member's value is not what the format has there.
    pub(crate) bad: ErrorCode,
}

/// The findings of a format about names.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    /// Nothing reads a member of this name.
    pub(crate) unknown: &'static str,
    /// The name is spelt in another letter case.
    pub(crate) letter_case: &'static str,
}

/// An object being read. Names are found in any letter case, as Newtonsoft.Json did, the exact one first; null is absent.
#[derive(Clone)]
pub(crate) struct Members<'j> {
    members: &'j Object,
    path: String,
    codes: Codes,
}

impl<'j> Members<'j> {
    pub(crate) fn of(value: &'j Json, path: impl Into<String>, codes: Codes) -> Result<Self> {
        let path = path.into();
        match value {
            Json::Object(members) => Ok(Self { members, path, codes }),
            other => Err(wrong_kind(codes.bad, path, "an object", other)),
        }
    }

    /// The place of a member, for errors and findings.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The place of an item of a list.
    pub(crate) fn item_path(&self, name: &str, index: usize) -> String {
        format!("{}[{index}]", self.path(name))
    }

    /// A member that says something.
    pub(crate) fn get(&self, name: &str) -> Option<&'j Json> {
        let exact = self.members.iter().find(|(known, _)| known == name);
        let found = exact.or_else(|| self.members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value).filter(|value| **value != Json::Null)
    }

    pub(crate) fn missing(&self, name: &str) -> Error {
        Error::new(self.codes.missing, format!("the member {name} is missing")).at(self.path(name))
    }

    pub(crate) fn bad(&self, name: &str, why: impl Into<Cow<'static, str>>) -> Error {
        Error::new(self.codes.bad, why).at(self.path(name))
    }

    fn wrong_kind(&self, name: &str, expected: &str, got: &Json) -> Error {
        wrong_kind(self.codes.bad, self.path(name), expected, got)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'j str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.expose())),
            Some(other) => Err(self.wrong_kind(name, "a text", other)),
        }
    }

    pub(crate) fn required_text(&self, name: &str) -> Result<&'j str> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong_kind(name, "true or false", other)),
        }
    }

    /// A whole number that fits.
    pub(crate) fn integer<T: TryFrom<i64>>(&self, name: &str) -> Result<Option<T>> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Number(number)) => {
                let fits = number.as_i64().and_then(|number| T::try_from(number).ok());
                fits.map(Some).ok_or_else(|| self.bad(name, "this is not a whole number, or it is out of range"))
            }
            Some(other) => Err(self.wrong_kind(name, "a whole number", other)),
        }
    }

    pub(crate) fn list(&self, name: &str) -> Result<Option<&'j [Json]>> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::List(items)) => Ok(Some(items)),
            Some(other) => Err(self.wrong_kind(name, "a list", other)),
        }
    }

    /// The items of a list of objects; an absent list is empty.
    pub(crate) fn objects(&self, name: &str) -> Result<Vec<Self>> {
        let items = self.list(name)?.unwrap_or_default();
        items.iter().enumerate().map(|(index, item)| Self::of(item, self.item_path(name, index), self.codes)).collect()
    }

    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>> {
        self.get(name).map(|value| Self::of(value, self.path(name), self.codes)).transpose()
    }

    pub(crate) fn required_object(&self, name: &str) -> Result<Self> {
        self.object(name)?.ok_or_else(|| self.missing(name))
    }

    pub(crate) fn base64(&self, name: &str) -> Result<Option<SecretBytes>> {
        let text = self.text(name)?;
        text.map(|text| SecretBytes::from_base64(text).map_err(|error| self.bad(name, error.message().to_owned())))
            .transpose()
    }

    /// A name out of a list.
    pub(crate) fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value);
        found.map(Some).ok_or_else(|| self.bad(name, one_of(choices.iter().map(|(choice, _)| *choice))))
    }

    /// The members with none of these names, in any letter case.
    pub(crate) fn strangers(&self, known: &[&str]) -> impl Iterator<Item = &'j (String, Json)> {
        let is_known = move |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.members.iter().filter(move |(name, _)| !is_known(name))
    }

    /// Reports names that nothing reads, and known ones in another letter case.
    pub(crate) fn check_names(&self, known: &[&str], names: Names, findings: &mut Vec<Finding>) {
        for (name, _) in self.members.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let near = known.iter().find(|known| is_near(known, name));
            let same = near.filter(|near| near.eq_ignore_ascii_case(name));
            let mut finding = match same {
                Some(_) => Finding::new(
                    names.letter_case,
                    Severity::Warning,
                    self.path(name),
                    "the name is spelt in another letter case; not every reader takes it",
                ),
                None => Finding::new(
                    names.unknown,
                    Severity::Warning,
                    self.path(name),
                    "nothing reads a member of this name",
                ),
            };
            if let Some(near) = near {
                finding = finding.fix(format!("write {near}"));
            }
            finding.mended = same.map(|same| (*same).to_owned());
            findings.push(finding);
        }
    }
}

/// `expected one of a, b, c`
pub(crate) fn one_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("expected one of {}", names.collect::<Vec<_>>().join(", "))
}

fn wrong_kind(code: ErrorCode, path: String, expected: &str, got: &Json) -> Error {
    Error::new(code, format!("expected {expected}, got {}", got.kind())).at(path)
}

/// At most two letters apart: a slip of the fingers.
fn is_near(known: &str, name: &str) -> bool {
    if known.eq_ignore_ascii_case(name) {
        return true;
    }
    if name.len() > 64 || known.len().abs_diff(name.len()) > 2 {
        return false;
    }
    // Levenshtein's distance, row by row.
    let known: Vec<char> = known.chars().collect();
    let first: Vec<usize> = (0..=known.len()).collect();
    let last = name.chars().fold(first, |above, letter| {
        let mut row = vec![above.first().map_or(0, |cell| cell.saturating_add(1))];
        for (pair, known) in above.windows(2).zip(&known) {
            let [diagonal, upper] = pair else { continue };
            let left = row.last().copied().unwrap_or_default();
            let changed = diagonal.saturating_add(usize::from(*known != letter));
            row.push(changed.min(upper.saturating_add(1)).min(left.saturating_add(1)));
        }
        row
    });
    last.last().is_some_and(|distance| *distance <= 2)
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        for slip in [
            "allowed_track_type",
            "alowed_track_types",
            "Allowed_Track_Types",
            "allowed_tracktypes",
            "allowed_trakc_types",
        ] {
            assert!(is_near("allowed_track_types", slip), "{slip}");
        }
        for other in ["", "payload", "content_key_specs", "allowed"] {
            assert!(!is_near("allowed_track_types", other), "{other}");
        }
    }
}
