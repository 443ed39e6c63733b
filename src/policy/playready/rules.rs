//! What may not stand together in one licence. The old writer and the old reader asked in this order.

use super::{License, LicenseType, UnknownOutput};
use crate::error::{Error, ErrorCode, Result};

/// One rule: its sentence, and which elements are to blame where it is broken.
pub(super) struct Rule {
    code: ErrorCode,
    message: &'static str,
    /// Elements that break it together, the one that is named in the error first. Any of them being absent mends it.
    elements: &'static [&'static str],
    is_broken: fn(&License) -> bool,
}

static RULES: [Rule; 7] = [
    Rule {
        code: ErrorCode::PlayReadyUnknownOutputWithDigitalVideoOnly,
        message: "PlayReady does not allow passing to unknown outputs if the DigitalVideoOnlyContentRestriction is enabled",
        elements: &["AllowPassingVideoContentToUnknownOutput", "DigitalVideoOnlyContentRestriction"],
        is_broken: |license| {
            license.play_right.digital_video_only_content_restriction
                && license.play_right.allow_passing_video_content_to_unknown_output != UnknownOutput::NotAllowed
        },
    },
    Rule {
        code: ErrorCode::PlayReadyTwoBeginDates,
        message: "set BeginDate or RelativeBeginDate but not both",
        elements: &["RelativeBeginDate", "BeginDate"],
        is_broken: |license| license.begin_date.is_some() && license.relative_begin_date.is_some(),
    },
    Rule {
        code: ErrorCode::PlayReadyTwoExpirationDates,
        message: "set ExpirationDate or RelativeExpirationDate but not both",
        elements: &["RelativeExpirationDate", "ExpirationDate"],
        is_broken: |license| license.expiration_date.is_some() && license.relative_expiration_date.is_some(),
    },
    Rule {
        code: ErrorCode::PlayReadyFirstPlayOnNonpersistent,
        message: "FirstPlayExpiration cannot be set on the PlayRight of a Nonpersistent license",
        elements: &["FirstPlayExpiration"],
        is_broken: |license| is_nonpersistent(license) && license.play_right.first_play_expiration.is_some(),
    },
    Rule {
        code: ErrorCode::PlayReadyGracePeriodOnNonpersistent,
        message: "GracePeriod cannot be set on a Nonpersistent license",
        elements: &["GracePeriod"],
        is_broken: |license| is_nonpersistent(license) && license.grace_period.is_some(),
    },
    Rule {
        code: ErrorCode::PlayReadyBeginDateOnNonpersistent,
        message: "BeginDate cannot be set on a Nonpersistent license; RelativeBeginDate can",
        elements: &["BeginDate"],
        is_broken: |license| is_nonpersistent(license) && license.begin_date.is_some(),
    },
    Rule {
        code: ErrorCode::PlayReadyExpirationDateOnNonpersistent,
        message: "ExpirationDate cannot be set on a Nonpersistent license; RelativeExpirationDate can",
        elements: &["ExpirationDate"],
        is_broken: |license| is_nonpersistent(license) && license.expiration_date.is_some(),
    },
];

impl Rule {
    /// The first rule that a licence breaks.
    pub(super) fn first_broken(license: &License) -> Option<&'static Self> {
        RULES.iter().find(|rule| (rule.is_broken)(license))
    }

    /// The refusal, without its place.
    pub(super) fn error(&self) -> Error {
        Error::new(self.code, self.message)
    }

    /// Path of the element to blame, from the licence on.
    pub(super) fn path(&self) -> String {
        let blamed = self.elements.first().copied().unwrap_or_default();
        let in_play_right = super::scan::Level::PlayRight.elements().contains(&blamed);
        if in_play_right { format!("PlayRight.{blamed}") } else { blamed.to_owned() }
    }

    pub(super) const fn elements(&self) -> &'static [&'static str] {
        self.elements
    }

    pub(super) const fn message(&self) -> &'static str {
        self.message
    }
}

/// A template without a licence gives none.
pub(super) fn at_least_one(licenses: &[License]) -> Result<()> {
    if licenses.is_empty() { Err(no_license()) } else { Ok(()) }
}

pub(super) fn no_license() -> Error {
    Error::new(
        ErrorCode::PlayReadyNoLicenseTemplates,
        "a PlayReadyLicenseResponseTemplate must have at least one PlayReadyLicenseTemplate",
    )
}

pub(super) fn all_zero_key_identifier() -> Error {
    Error::new(ErrorCode::PlayReadyAllZeroKeyIdentifier, "the key identifier is all zeros: no content key has that id")
}

fn is_nonpersistent(license: &License) -> bool {
    license.license_type == LicenseType::Nonpersistent
}
