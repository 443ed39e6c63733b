//! The order of elements, and the old reader's way through them: forward only, and what comes too late is a stranger.

use crate::xml::Element;

/// The three elements that keep what they do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// `PlayReadyLicenseResponseTemplate`
    Template,
    /// `PlayReadyLicenseTemplate`
    License,
    /// `PlayRight`
    PlayRight,
}

impl Level {
    /// Names of the child elements, in the order in which they are written: alphabetical.
    #[must_use]
    pub const fn elements(self) -> &'static [&'static str] {
        match self {
            Self::Template => &["LicenseTemplates", "ResponseCustomData"],
            Self::License => &[
                "AllowTestDevices",
                "BeginDate",
                "ContentKey",
                "ContentType",
                "ExpirationDate",
                "GracePeriod",
                "LicenseType",
                "PlayRight",
                "RelativeBeginDate",
                "RelativeExpirationDate",
            ],
            Self::PlayRight => &[
                "AgcAndColorStripeRestriction",
                "AllowPassingVideoContentToUnknownOutput",
                "AnalogVideoOpl",
                "CompressedDigitalAudioOpl",
                "CompressedDigitalVideoOpl",
                "DigitalVideoOnlyContentRestriction",
                "ExplicitAnalogTelevisionOutputRestriction",
                "FirstPlayExpiration",
                "ImageConstraintForAnalogComponentVideoRestriction",
                "ImageConstraintForAnalogComputerMonitorRestriction",
                "ScmsRestriction",
                "UncompressedDigitalAudioOpl",
                "UncompressedDigitalVideoOpl",
            ],
        }
    }
}

/// Where a child stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A known element where it may stand.
    InOrder(&'static str),
    /// A known element that the old reader had already passed.
    Late(&'static str),
    /// No known element.
    Unknown,
}

/// A child, where it stands, and the last known element before it.
pub(super) struct Child<'e, 'a> {
    pub(super) element: &'e Element<'a>,
    pub(super) place: Place,
    pub(super) after: Option<&'static str>,
}

/// Goes through the children once, forward.
pub(super) fn scan<'e, 'a>(
    parent: &'e Element<'a>,
    order: &'static [&'static str],
    is_ours: impl Fn(&str) -> bool,
) -> Vec<Child<'e, 'a>> {
    let mut last = None;
    let places = parent.children().iter().map(|element| {
        let after = last.and_then(|at: usize| order.get(at)).copied();
        let found = order.iter().position(|name| *name == element.name()).filter(|_| is_ours(element.namespace()));
        let place = match found.and_then(|at| Some((at, *order.get(at)?))) {
            None => Place::Unknown,
            Some((at, name)) if last.is_some_and(|last| at <= last) || is_early_content_type(name, after) => {
                Place::Late(name)
            }
            Some((at, name)) => {
                last = Some(at);
                Place::InOrder(name)
            }
        };
        Child { element, place, after }
    });
    places.collect()
}

/// The old reader knew no `ContentType`, so one before the content key neither counted nor moved it on.
fn is_early_content_type(name: &str, after: Option<&str>) -> bool {
    name == "ContentType" && after.is_none_or(|after| after < "ContentKey")
}
