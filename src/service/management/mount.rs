//! What stands below `/api` and is not OData's: each has a name there, and a handler of its own.

use super::audit_log;
use super::context::Context;
use super::refusal::Refusal;
use super::respond::Answer;
use crate::service::platform::Platform;

/// A route of its own. Imports and the key exchange of encoders are to be mounted here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mounted {
    /// The audit log, page by page.
    AuditLog,
}

impl Mounted {
    /// Finds a route by the names in its path, one or several.
    pub(super) fn find(names: &[&str]) -> Option<Self> {
        match names {
            [name] if name.eq_ignore_ascii_case("AuditLog") => Some(Self::AuditLog),
            _ => None,
        }
    }

    /// The types of bodies that it reads.
    pub(super) const fn body_types(self) -> &'static [&'static str] {
        match self {
            Self::AuditLog => &[],
        }
    }

    pub(super) const fn methods(self) -> &'static [&'static str] {
        match self {
            Self::AuditLog => &["GET"],
        }
    }

    pub(super) async fn handle<P: Platform>(self, context: &Context<'_, P>) -> Result<Answer, Refusal> {
        match self {
            Self::AuditLog => audit_log::page(context).await,
        }
    }
}
