//! Values of members and of literals, and how they compare.

use crate::id::Guid;
use crate::json::{Json, Object};
use crate::policy::playready::{DateTime, Zone};
use crate::service::management::model::{Edm, Member};
use crate::service::store::keys;
use std::cmp::Ordering;

const TICKS_PER_SECOND: i64 = 10_000_000;

/// The value of a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    /// Units of 100 ns since the year 1.
    Time(i64),
    Guid(Guid),
}

/// A value as it is compared, borrowed from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen<'v> {
    Null,
    Bool(bool),
    Int(i64),
    Text(&'v str),
    Time(i64),
    Guid(Guid),
}

impl Value {
    pub(super) fn seen(&self) -> Seen<'_> {
        match self {
            Self::Null => Seen::Null,
            Self::Bool(value) => Seen::Bool(*value),
            Self::Int(value) => Seen::Int(*value),
            Self::Text(value) => Seen::Text(value),
            Self::Time(value) => Seen::Time(*value),
            Self::Guid(value) => Seen::Guid(*value),
        }
    }

    /// What kind of value it is, for sentences.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a number",
            Self::Text(_) => "a text",
            Self::Time(_) => "a time",
            Self::Guid(_) => "a GUID",
        }
    }
}

impl<'v> Seen<'v> {
    /// What an entity has in a member; absent is null.
    pub(super) fn of(member: &Member, entity: &'v Object) -> Self {
        let value = entity.iter().find(|(name, _)| name == member.name).map(|(_, value)| value);
        match (member.edm, value) {
            (Edm::Text, Some(Json::Text(text))) => Self::Text(text.expose()),
            (Edm::Int32, Some(Json::Number(number))) => number.as_i64().map_or(Self::Null, Self::Int),
            (Edm::DateTime, Some(Json::Text(text))) => {
                DateTime::parse(text.expose()).map_or(Self::Null, |time| Self::Time(time.ticks()))
            }
            _ => Self::Null,
        }
    }

    /// The order of two values of one kind; texts by their bytes. Null has none, and neither have truth values.
    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) | (Self::Time(left), Self::Time(right)) => Some(left.cmp(&right)),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (Self::Guid(left), Self::Guid(right)) => Some(left.cmp(&right)),
            _ => None,
        }
    }
}

/// A value as text that stands in index rows (before it is escaped): null is the empty text, and times have all their
/// digits, so that their order is that of the text.
pub(super) fn index_text(value: Seen<'_>) -> String {
    match value {
        Seen::Text(text) => text.to_owned(),
        Seen::Time(ticks) => time_text(ticks).unwrap_or_default(),
        // Moved beyond zero, where order is that of the digits.
        Seen::Int(number) => format!("{:020}", i128::from(number).saturating_sub(i128::from(i64::MIN))),
        Seen::Null | Seen::Bool(_) | Seen::Guid(_) => String::new(),
    }
}

/// The same as it stands there: what members are sorted by. Texts that agree in their first 96 bytes are in one place, and
/// so are null and the empty text.
pub(super) fn sort_text(member: &Member, entity: &Object) -> String {
    keys::escape(&index_text(Seen::of(member, entity)))
}

/// `2015-02-04T02:37:46.9684379Z`, from units of 100 ns since the year 1, within the years 1 to 9999: always with all its digits,
/// so that the order of the texts is that of the times.
pub(in crate::service) fn time_text(ticks: i64) -> Option<String> {
    let fraction = ticks.rem_euclid(TICKS_PER_SECOND);
    let second = DateTime::from_ticks(ticks.saturating_sub(fraction), Zone::Unspecified);
    second.map(|second| format!("{second}.{fraction:07}Z"))
}
