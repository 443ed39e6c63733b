//! Deleting entities, together with their links.

use super::context::Context;
use super::path::EntityRef;
use super::refusal::Refusal;
use super::respond::Answer;
use super::rows::{self, Stored};
use super::write::{Plan, commit};
use super::{precondition, reference};
use crate::service::Navigation;
use crate::service::platform::Platform;
use crate::service::store::{Batch, Range, Store, keys};

/// Links that go with an entity in one commit.
const MAX_LINKS: u32 = 10_000;

/// Deletes an entity and takes its links away at both ends.
pub(super) async fn delete<P: Platform>(context: &Context<'_, P>, entity: &EntityRef) -> Result<Answer, Refusal> {
    commit(context, async || {
        let stored = rows::load_one(context.platform, entity).await?;
        precondition::check_write(context.request, &stored)?;
        reference::check_unused(context.platform, &stored).await?;
        let mut batch = Batch::default();
        // A new link puts both its ends anew, so that this commit fails where one comes in between.
        rows::remove(&mut batch, &stored);
        unlink(context.platform, &stored, &mut batch).await?;
        batch.audit.push(context.entry("delete").with("set", entity.set.name()).with("id", &entity.id).finish());
        Ok(Plan { batch, answer: Answer::done() })
    })
    .await
}

async fn unlink<S: Store>(store: &S, stored: &Stored, batch: &mut Batch) -> Result<(), Refusal> {
    let EntityRef { set, id } = &stored.entity;
    for navigation in Navigation::ALL {
        let (from, to) = navigation.ends();
        if from == *set {
            for row in linked(store, &keys::links(navigation, id)).await? {
                batch.delete.push(keys::links_to(navigation, keys::last_part(&row)) + id);
                batch.delete.push(row);
            }
        }
        if to == *set {
            for row in linked(store, &keys::links_to(navigation, id)).await? {
                batch.delete.push(keys::links(navigation, keys::last_part(&row)) + id);
                batch.delete.push(row);
            }
        }
    }
    Ok(())
}

async fn linked<S: Store>(store: &S, prefix: &str) -> Result<Vec<String>, Refusal> {
    let rows = store.list(&Range::prefix(prefix, MAX_LINKS.saturating_add(1))).await?;
    if u32::try_from(rows.len()).is_ok_and(|count| count <= MAX_LINKS) {
        return Ok(rows.into_iter().map(|row| row.key).collect());
    }
    let why = format!("more than {MAX_LINKS} links go with this entity: take some away first");
    Err(Refusal::new(409, "entity.too_many_links", why))
}
