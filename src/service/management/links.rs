//! Links between entities.

use super::body;
use super::context::Context;
use super::path::{self, EntityRef};
use super::refusal::Refusal;
use super::respond::Answer;
use super::rows::{self, Stored};
use super::update::needs_locator;
use super::write::{Plan, commit};
use crate::error::ErrorCode;
use crate::key::ContentKeyType;
use crate::policy::asset_delivery::DeliveryPolicyType;
use crate::secret::SecretBytes;
use crate::service::platform::Platform;
use crate::service::store::{Batch, Range, Store, keys};
use crate::service::{EntitySet, Navigation};
use crate::token::MAX_OPTIONS;

/// Entities that one is linked to through a navigation.
const MAX_LINKS: u32 = 1000;

/// Links an entity to the one whose address is in the body.
pub(super) async fn link<P: Platform>(
    context: &Context<'_, P>,
    from: &EntityRef,
    navigation: Navigation,
) -> Result<Answer, Refusal> {
    let uri = body::read_uri(&context.request.body)?;
    let to = path::read_address(uri.expose(), navigation.ends().1)?;
    commit(context, async || {
        let (from_entity, to_entity) = ends(context.platform, from, &to).await?;
        let rows = link_rows(navigation, from, &to);
        if context.platform.get(&rows).await?.iter().any(Option::is_some) {
            let why = format!("{} is linked to {} already", from.id, to.id);
            return Err(Refusal::new(409, "link.exists", why));
        }
        let mut batch = Batch::default();
        check_count(context.platform, navigation, from).await?;
        check_keys(context.platform, navigation, &from_entity, &to_entity).await?;
        from_entity.touch(&mut batch);
        to_entity.touch(&mut batch);
        for row in rows {
            batch.expect.push((row.clone(), 0));
            batch.put.push((row, SecretBytes::default()));
        }
        Ok(finish(context, batch, "link", from, navigation, &to))
    })
    .await
}

/// Takes a link away.
pub(super) async fn unlink<P: Platform>(
    context: &Context<'_, P>,
    from: &EntityRef,
    navigation: Navigation,
    to: &EntityRef,
) -> Result<Answer, Refusal> {
    commit(context, async || {
        rows::load_one(context.platform, from).await?;
        let rows = link_rows(navigation, from, to);
        let mut batch = Batch::default();
        for (row, link) in rows.iter().zip(context.platform.get(&rows).await?) {
            let why = || Refusal::new(404, "link.not_found", format!("{} is not linked to {}", from.id, to.id));
            batch.expect.push((row.clone(), link.ok_or_else(why)?.version));
        }
        batch.delete.extend(rows);
        Ok(finish(context, batch, "unlink", from, navigation, to))
    })
    .await
}

fn finish<P: Platform>(
    context: &Context<'_, P>,
    mut batch: Batch,
    action: &str,
    from: &EntityRef,
    navigation: Navigation,
    to: &EntityRef,
) -> Plan {
    let entry = context.entry(action).with("set", from.set.name()).with("id", &from.id);
    batch.audit.push(entry.with("navigation", navigation.name()).with("to", &to.id).finish());
    let mut answer = Answer::done();
    if navigation == Navigation::DeliveryPolicies {
        answer.findings.push(needs_locator());
    }
    Plan { batch, answer }
}

fn link_rows(navigation: Navigation, from: &EntityRef, to: &EntityRef) -> [String; 2] {
    [keys::links(navigation, &from.id) + &to.id, keys::links_to(navigation, &to.id) + &from.id]
}

async fn ends<S: Store>(store: &S, from: &EntityRef, to: &EntityRef) -> Result<(Stored, Stored), Refusal> {
    let [from_entity, to_entity] = rows::load(store, [from, to]).await?;
    let from_entity = from_entity.ok_or_else(|| rows::not_found(from))?;
    Ok((from_entity, to_entity.ok_or_else(|| rows::not_found(to))?))
}

/// More options than a verifier takes would close the policy for everybody.
async fn check_count<S: Store>(store: &S, navigation: Navigation, from: &EntityRef) -> Result<(), Refusal> {
    let most = match navigation {
        Navigation::Options => u64::try_from(MAX_OPTIONS).unwrap_or(u64::MAX),
        _ => u64::from(MAX_LINKS),
    };
    let range = Range::prefix(&keys::links(navigation, &from.id), MAX_LINKS);
    if store.count(&range).await? < most {
        return Ok(());
    }
    let why = format!("{} has {most} {} already, and there may be no more", from.id, navigation.name());
    Err(Refusal::new(409, "link.too_many", why))
}

/// What the old service asked of an asset's keys: one storage key at most, and the key that a delivery policy encrypts with.
async fn check_keys<S: Store>(store: &S, navigation: Navigation, from: &Stored, to: &Stored) -> Result<(), Refusal> {
    match navigation {
        Navigation::Options => Ok(()),
        Navigation::ContentKeys if key_type(to) == Some(ContentKeyType::StorageEncryption) => {
            let linked = linked_keys(store, from).await?;
            if linked.iter().all(|key| key_type(key) != Some(ContentKeyType::StorageEncryption)) {
                return Ok(());
            }
            let why = "an asset has one content key of type StorageEncryption, and this one has it already";
            Err(Refusal::new(409, "link.second_storage_key", why))
        }
        Navigation::ContentKeys => Ok(()),
        Navigation::DeliveryPolicies => check_needed_key(&linked_keys(store, from).await?, to),
    }
}

fn check_needed_key(linked: &[Stored], policy: &Stored) -> Result<(), Refusal> {
    let number = policy.number("AssetDeliveryPolicyType").and_then(|number| u8::try_from(number).ok());
    let Some(kind) = number.and_then(DeliveryPolicyType::from_number) else { return Ok(()) };
    let types: Vec<ContentKeyType> = linked.iter().filter_map(key_type).collect();
    kind.check_linked_keys(&types).map_err(|error| {
        let name = DeliveryPolicyType::ALL.into_iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name);
        let needed = kind.needed_key().map_or("", ContentKeyType::name);
        let why = format!(
            "Cannot set an AssetDeliveryPolicy specifying AssetDeliveryPolicyType.{name} when no ContentKey with \
             ContentKeyType.{needed} is linked to it: {}",
            error.message()
        );
        Refusal::new(400, ErrorCode::AssetDeliveryMissingContentKey.as_str(), why)
    })?;
    Ok(())
}

fn key_type(key: &Stored) -> Option<ContentKeyType> {
    key.number("ContentKeyType").and_then(|number| ContentKeyType::from_number(number).ok())
}

async fn linked_keys<S: Store>(store: &S, asset: &Stored) -> Result<Vec<Stored>, Refusal> {
    let range = Range::prefix(&keys::links(Navigation::ContentKeys, &asset.entity.id), MAX_LINKS);
    let ids = store.list(&range).await?.into_iter().map(|row| keys::last_part(&row.key).to_owned());
    let refs = ids.map(|id| EntityRef { set: EntitySet::ContentKeys, id }).collect();
    rows::load_all(store, refs).await
}
