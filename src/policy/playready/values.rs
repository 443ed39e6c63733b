//! What both readers share: names, nil, the values of elements, and telling what was noticed.

use super::scan::{self, Place};
use super::{DateTime, NAMESPACE, TimeSpan, UnknownElement};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::policy::Reading;
use crate::xml::{Document, Element};
use std::borrow::Cow;

/// Each finding has its position, which costs a look at all the text before it: this many bound what a hostile document
/// costs. No template of the old SDKs' tests has more than three.
const MOST_FINDINGS: usize = 100;

pub(super) struct Reader<'a> {
    pub(super) document: &'a Document<'a>,
    pub(super) reading: Reading,
    pub(super) findings: Vec<Finding>,
    /// Elements of the licence being read that stood too late and were read all the same.
    pub(super) late: Vec<Late>,
}

/// An element that stood too late, and the index of the finding that says so, where there is one.
pub(super) struct Late {
    pub(super) name: &'static str,
    pub(super) finding: Option<usize>,
}

/// A known child element.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) name: &'static str,
    pub(super) element: &'a Element<'a>,
    pub(super) is_late: bool,
}

impl<'a> Reader<'a> {
    /// Whether to answer as the .NET SDK did.
    pub(super) fn is_strict(&self) -> bool {
        self.reading == Reading::Strict
    }

    pub(super) fn is_ours(&self, namespace: &str) -> bool {
        self.reading.takes_namespace(namespace, NAMESPACE)
    }

    pub(super) fn is_nil(&self, element: &Element<'_>) -> bool {
        self.reading.is_nil(element)
    }

    /// The known children, those that stood too late at the end. With `kept`, unknown ones are put there.
    ///
    /// The strict reader takes nothing that stood too late: to the old one it was a stranger.
    pub(super) fn members(
        &mut self,
        parent: &'a Element<'a>,
        order: &'static [&'static str],
        path: &str,
        mut kept: Option<&mut Vec<UnknownElement>>,
    ) -> Vec<Member<'a>> {
        let (reading, is_strict) = (self.reading, self.is_strict());
        let is_ours = |namespace: &str| reading.takes_namespace(namespace, NAMESPACE);
        let (mut members, mut late) = (Vec::new(), Vec::new());
        for scan::Child { element, place, after } in scan::scan(parent, order, is_ours) {
            match place {
                Place::InOrder(name) => members.push(Member { name, element, is_late: false }),
                Place::Late(name) if !is_strict => late.push(Member { name, element, is_late: true }),
                Place::Late(_) | Place::Unknown => {
                    let is_kept = kept.as_mut().is_some_and(|kept| {
                        UnknownElement::of(after, element).map(|unknown| kept.push(unknown)).is_some()
                    });
                    self.note_unknown(element, path, place, is_kept);
                }
            }
        }
        for member in late {
            if members.iter().any(|earlier| earlier.name == member.name) {
                let why = "the element stands twice; the first one counts, and this one is left out";
                self.note(
                    "playready.duplicate_element",
                    Severity::Warning,
                    member.element,
                    &join(path, member.name),
                    why,
                    "remove it",
                    None,
                );
            } else {
                members.push(member);
            }
        }
        members
    }

    fn note_unknown(&mut self, element: &Element<'_>, path: &str, place: Place, is_kept: bool) {
        let path = join(path, element.name());
        let (code, severity, why, fix) = match (place, is_kept) {
            (Place::Unknown, true) => (
                "playready.unknown_element",
                Severity::Info,
                "nothing reads this element; it is carried along and written again where it stands",
                "remove it, unless the licence server knows it",
            ),
            (Place::Unknown, false) => (
                "playready.unknown_element_left_out",
                Severity::Warning,
                "nothing reads this element, and it cannot be carried along",
                "remove it",
            ),
            (_, is_kept) => (
                "playready.late_element_not_read",
                Severity::Warning,
                if is_kept {
                    "the element stands too late or twice: it is carried along as text that is neither used nor checked"
                } else {
                    "the element stands too late or twice: it is neither used nor carried along"
                },
                "put the elements in alphabetical order, each once",
            ),
        };
        self.note(code, severity, element, &path, why, fix, None);
    }

    /// A value that cannot be nil.
    pub(super) fn value<T>(
        &self,
        element: &Element<'_>,
        path: &str,
        parse: impl FnOnce(&str) -> Result<T>,
    ) -> Result<T> {
        let value = if self.is_nil(element) {
            Err(Error::new(ErrorCode::PlayReadyBadValue, "this value cannot be nil"))
        } else if !element.children().is_empty() {
            Err(Error::new(ErrorCode::PlayReadyBadValue, "there are elements where a value belongs"))
        } else {
            parse(element.text())
        };
        value.map_err(|error| self.refuse(error, element, path))
    }

    /// A value that nil leaves unset.
    pub(super) fn nilable<T>(
        &self,
        element: &Element<'_>,
        path: &str,
        parse: impl FnOnce(&str) -> Result<T>,
    ) -> Result<Option<T>> {
        if self.is_nil(element) { Ok(None) } else { self.value(element, path, parse).map(Some) }
    }

    pub(super) fn time_span(&mut self, element: &Element<'_>, path: &str) -> Result<Option<TimeSpan>> {
        let read = self.nilable(element, path, TimeSpan::parse_noting)?;
        Ok(read.map(|(span, note)| {
            self.note_change("playready.duration_changed", element, path, note, span.to_string());
            span
        }))
    }

    pub(super) fn date_time(&mut self, element: &Element<'_>, path: &str) -> Result<Option<DateTime>> {
        let read = self.nilable(element, path, DateTime::parse_noting)?;
        Ok(read.map(|(date, note)| {
            self.note_change("playready.date_changed", element, path, note, date.to_string());
            date
        }))
    }

    fn note_change(
        &mut self,
        code: &'static str,
        element: &Element<'_>,
        path: &str,
        why: Option<&'static str>,
        now: String,
    ) {
        if let Some(why) = why {
            self.note(
                code,
                Severity::Info,
                element,
                path,
                why,
                "write the mended value, if it is what you mean",
                Some(now),
            );
        }
    }

    /// Adds a finding and answers with its index; from a document that is wrong everywhere, some are enough.
    #[expect(clippy::too_many_arguments, reason = "a finding has that many parts")]
    pub(super) fn note(
        &mut self,
        code: &'static str,
        severity: Severity,
        element: &Element<'_>,
        path: &str,
        why: impl Into<Cow<'static, str>>,
        fix: &'static str,
        mended: Option<String>,
    ) -> Option<usize> {
        let index = self.findings.len();
        if index > MOST_FINDINGS {
            return None;
        }
        if index == MOST_FINDINGS {
            let why = "there is more to say about this document than is said here";
            self.findings.push(Finding::new("playready.more_findings", Severity::Warning, path, why));
            return None;
        }
        let mut finding = Finding::new(code, severity, path, why).fix(fix);
        finding.position = Some(self.document.position(element));
        finding.mended = mended;
        self.findings.push(finding);
        Some(index)
    }

    pub(super) fn refuse(&self, error: Error, element: &Element<'_>, path: &str) -> Error {
        error.at(path).at_position(self.document.position(element))
    }
}

pub(super) fn join(outer: &str, name: &str) -> String {
    if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") }
}

/// `xs:boolean`.
pub(super) fn boolean(text: &str) -> Result<bool> {
    match text.trim() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Error::new(ErrorCode::PlayReadyBadValue, "expected true, false, 1 or 0, in small letters")),
    }
}

/// `xs:int`, a sign in front or none.
pub(super) fn integer(text: &str) -> Result<i32> {
    text.trim().parse().map_err(|_| Error::new(ErrorCode::PlayReadyBadValue, "expected a whole number"))
}
