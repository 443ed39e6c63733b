//! The authorization policy of a content key: the one reference that stands in a member and not in a link.

use super::context::Context;
use super::create::invalid;
use super::path::EntityRef;
use super::refusal::Refusal;
use super::rows::{self, Stored};
use crate::id::{EntityId, EntityKind};
use crate::json::{Json, Object};
use crate::service::EntitySet;
use crate::service::platform::Platform;
use crate::service::store::{Batch, Range, Store, keys};

const MEMBER: &str = "AuthorizationPolicyId";
/// How many keys a refusal names.
const NAMED: u32 = 3;

/// Writes the id in its canonical spelling; an empty one is none.
pub(super) fn normalize(members: &mut Object) -> Result<(), Refusal> {
    let Some((_, value)) = members.iter_mut().find(|(name, _)| name == MEMBER) else { return Ok(()) };
    if let Json::Text(text) = value {
        *value = match text.expose() {
            "" => Json::Null,
            id => {
                let id = EntityId::parse(EntityKind::ContentKeyAuthorizationPolicy, id);
                Json::text(&id.map_err(|error| error.at(MEMBER))?.to_string())
            }
        };
    }
    Ok(())
}

/// Looks that the policy is there, and that it stays until the batch is written.
pub(super) async fn hold<P: Platform>(
    context: &Context<'_, P>,
    members: &Object,
    batch: &mut Batch,
) -> Result<(), Refusal> {
    let Some(id) = rows::text_of(members, MEMBER) else { return Ok(()) };
    let entity = EntityRef { set: EntitySet::ContentKeyAuthorizationPolicies, id: id.to_owned() };
    let [policy] = rows::load(context.platform, [&entity]).await?;
    let policy = policy.ok_or_else(|| invalid(MEMBER, format!("there is no authorization policy {id}")))?;
    policy.touch(batch);
    Ok(())
}

/// A policy that keys refer to stays: without it nobody would get them, and nobody would know why.
pub(super) async fn check_unused<S: Store>(store: &S, policy: &Stored) -> Result<(), Refusal> {
    if policy.entity.set != EntitySet::ContentKeyAuthorizationPolicies {
        return Ok(());
    }
    let prefix = keys::index_value(EntitySet::ContentKeys, MEMBER, &policy.entity.id);
    let range = Range::prefix(&prefix, NAMED);
    let rows = store.list(&range).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let count = store.count(&range).await?;
    let named: Vec<&str> = rows.iter().map(|row| keys::last_part(&row.key)).collect();
    let more = if count > u64::from(NAMED) { ", …" } else { "" };
    let why = format!(
        "{count} content keys are guarded by this policy ({}{more}): give them another AuthorizationPolicyId, or null, first",
        named.join(", ")
    );
    Err(Refusal::new(409, "entity.in_use", why))
}
