//! How much a reader of the old XML forgives, and the slip in the published documentation that it forgives.

use crate::xml::{Element, SCHEMA_INSTANCE};

/// How much is forgiven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// Elements in any order, the documentation's `https://` namespaces, a byte order mark; each reported.
    #[default]
    Lenient,
    /// What the .NET SDK read, and nothing else.
    Strict,
}

/// A link sweep that turned `http` into `https` went over the published documentation and its namespaces.
pub(super) const SWEPT_SCHEMA_INSTANCE: &str = "https://www.w3.org/2001/XMLSchema-instance";

impl Reading {
    /// Whether a namespace passes for the expected one, which begins with `http:`.
    pub(super) fn takes_namespace(self, namespace: &str, expected: &str) -> bool {
        let is_swept =
            || namespace.strip_prefix("https").is_some_and(|rest| expected.strip_prefix("http") == Some(rest));
        namespace == expected || (self == Self::Lenient && is_swept())
    }

    /// Whether an element says that it has no value.
    pub(super) fn is_nil(self, element: &Element<'_>) -> bool {
        let is_nil =
            |namespace| element.attribute(namespace, "nil").is_some_and(|nil| matches!(nil.value.trim(), "true" | "1"));
        is_nil(SCHEMA_INSTANCE) || (self == Self::Lenient && is_nil(SWEPT_SCHEMA_INSTANCE))
    }
}
