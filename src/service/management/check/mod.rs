//! Whether an entity can be what it says: the rooms' own readers and linters, asked about each member that is new.

mod content_key;
mod delivery_policy;
mod option;

use super::context::Context;
use super::path::EntityRef;
use super::refusal::Refusal;
use super::rows::number_of;
use super::update::is_changed;
use crate::error::{Error, ErrorCode, Finding};
use crate::json::Object;
use crate::policy::encryption_state::AssetOptions;
use crate::service::EntitySet;
use crate::service::platform::Platform;

/// Checks an entity as it is to be written, beside what it was before. What is accepted with a remark is a finding; a text that
/// means nothing may be replaced by null.
pub(super) async fn check<P: Platform>(
    context: &Context<'_, P>,
    entity: &EntityRef,
    before: Before<'_>,
    members: &mut Object,
) -> Result<Vec<Finding>, Refusal> {
    let change = Change { entity, before };
    match entity.set {
        EntitySet::Assets => asset(members),
        EntitySet::ContentKeyAuthorizationPolicies => Ok(Vec::new()),
        EntitySet::ContentKeys => content_key::check(context, &change, members).await,
        EntitySet::ContentKeyAuthorizationPolicyOptions => option::check(&change, members),
        EntitySet::AssetDeliveryPolicies => delivery_policy::check(&change, members),
    }
}

fn asset(members: &Object) -> Result<Vec<Finding>, Refusal> {
    let options = number_of(members, "Options").unwrap_or_default();
    let why = "the options of an asset are 0, or a sum of 1 (storage encrypted), 2 (common encryption protected) and 4 \
               (envelope encryption protected)";
    match AssetOptions::from_number(options) {
        Some(_) => Ok(Vec::new()),
        None => Err(Error::new(ErrorCode::EntityInvalid, why).at("Options").into()),
    }
}

/// What an entity was before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Before<'b> {
    /// Nothing, and its id is the client's.
    Nothing,
    /// Not even an id: the service chose it.
    NoId,
    /// These members.
    Members(&'b Object),
}

/// What is new.
struct Change<'c> {
    entity: &'c EntityRef,
    before: Before<'c>,
}

impl Change<'_> {
    /// Whether a member is said for the first time, or otherwise than before.
    fn is_new(&self, members: &Object, name: &str) -> bool {
        if let Before::Members(before) = self.before { is_changed(before, members, name) } else { true }
    }

    fn is_any_new(&self, members: &Object, names: &[&str]) -> bool {
        names.iter().any(|name| self.is_new(members, name))
    }
}

/// A room's findings and errors are about its document; here it stands in a member.
fn within<T>(member: &str, read: Result<(T, Vec<Finding>), Error>) -> Result<(T, Vec<Finding>), Refusal> {
    let (value, mut findings) = read.map_err(|error| error.within(member))?;
    place(member, &mut findings);
    Ok((value, findings))
}

fn place(member: &str, findings: &mut [Finding]) {
    for finding in findings {
        finding.path = match finding.path.as_str() {
            "" => member.to_owned(),
            path if path.starts_with('[') => format!("{member}{path}"),
            path => format!("{member}.{path}"),
        };
    }
}
