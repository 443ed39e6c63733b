//! A `$filter` as conditions, and whether an entity meets them.

use super::value::{Seen, Value};
use crate::json::Object;
use crate::service::management::model::Member;
use std::cmp::Ordering;

/// A condition. It is as deep as its parentheses, which the reader bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Literally `true` or `false`.
    Always(bool),
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Operand, Comparison, Operand),
    /// The text, and what is looked for in it.
    Text(TextTest, Operand, Operand),
}

/// What stands on a side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Member(&'static Member),
    Literal(Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

impl Comparison {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// The same with its sides exchanged.
    pub(super) const fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// Null equals null, and is neither before nor after anything.
    fn holds(self, left: Seen<'_>, right: Seen<'_>) -> bool {
        let order = left.order(right);
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }
}

impl TextTest {
    fn holds(self, text: &str, part: &str) -> bool {
        match self {
            Self::StartsWith => text.starts_with(part),
            Self::EndsWith => text.ends_with(part),
            Self::Contains => text.contains(part),
        }
    }
}

impl Operand {
    fn seen<'s>(&'s self, entity: &'s Object) -> Seen<'s> {
        match self {
            Self::Member(member) => Seen::of(member, entity),
            Self::Literal(value) => value.seen(),
        }
    }
}

impl Condition {
    /// Whether an entity meets it.
    pub(super) fn holds(&self, entity: &Object) -> bool {
        match self {
            Self::Always(holds) => *holds,
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(entity)),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(entity)),
            Self::Not(condition) => !condition.holds(entity),
            Self::Compare(left, comparison, right) => comparison.holds(left.seen(entity), right.seen(entity)),
            Self::Text(test, text, part) => match (text.seen(entity), part.seen(entity)) {
                (Seen::Text(text), Seen::Text(part)) => test.holds(text, part),
                _ => false,
            },
        }
    }

    /// The conditions that must all hold.
    pub(super) fn terms(&self) -> &[Self] {
        match self {
            Self::All(terms) => terms,
            one => std::slice::from_ref(one),
        }
    }
}
