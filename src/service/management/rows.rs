//! Entities as they stand in the store: one row with their JSON, and the rows of the indexes that lead to it.

use super::model::{self, Edm};
use super::path::EntityRef;
use super::query;
use super::refusal::Refusal;
use crate::error::{Error, ErrorCode};
use crate::json::{self, Json, Object};
use crate::secret::SecretBytes;
use crate::service::EntitySet;
use crate::service::store::{Batch, Store, Versioned, keys, read_json};
use std::collections::BTreeSet;

/// An entity that is there.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) entity: EntityRef,
    pub(super) version: u64,
    pub(super) value: SecretBytes,
    pub(super) members: Object,
}

impl Stored {
    fn read(entity: EntityRef, row: Versioned) -> Result<Self, Error> {
        let members = parse(&row.value)?;
        Ok(Self { entity, version: row.version, value: row.value, members })
    }

    /// The batch holds only if this entity stays as it is until then.
    pub(super) fn expect(&self, batch: &mut Batch) {
        let expected = (self.key(), self.version);
        if !batch.expect.contains(&expected) {
            batch.expect.push(expected);
        }
    }

    /// The same, and whoever else looked at this entity before must look again.
    pub(super) fn touch(&self, batch: &mut Batch) {
        self.expect(batch);
        batch.put.push((self.key(), self.value.clone()));
    }

    pub(super) fn key(&self) -> String {
        keys::entity(self.entity.set, &self.entity.id)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text_of(&self.members, name)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        number_of(&self.members, name)
    }
}

/// The member of that name, if it says something.
pub(super) fn value_of<'m>(members: &'m Object, name: &str) -> Option<&'m Json> {
    members.iter().find(|(known, _)| known == name).map(|(_, value)| value).filter(|value| **value != Json::Null)
}

pub(super) fn text_of<'m>(members: &'m Object, name: &str) -> Option<&'m str> {
    if let Some(Json::Text(text)) = value_of(members, name) { Some(text.expose()) } else { None }
}

pub(super) fn number_of(members: &Object, name: &str) -> Option<i64> {
    if let Some(Json::Number(number)) = value_of(members, name) { number.as_i64() } else { None }
}

/// Reads entities in one go, in their order.
pub(super) async fn load<S: Store, const N: usize>(
    store: &S,
    entities: [&EntityRef; N],
) -> Result<[Option<Stored>; N], Refusal> {
    let keys: Vec<String> = entities.iter().map(|entity| keys::entity(entity.set, &entity.id)).collect();
    let mut rows = store.get(&keys).await?.into_iter();
    let mut loaded = [const { None }; N];
    for (slot, entity) in loaded.iter_mut().zip(entities) {
        *slot = rows.next().flatten().map(|row| Stored::read(entity.clone(), row)).transpose()?;
    }
    Ok(loaded)
}

/// Reads those that are there.
pub(super) async fn load_all<S: Store>(store: &S, entities: Vec<EntityRef>) -> Result<Vec<Stored>, Refusal> {
    let keys: Vec<String> = entities.iter().map(|entity| keys::entity(entity.set, &entity.id)).collect();
    let rows = store.get(&keys).await?;
    let found = entities.into_iter().zip(rows).filter_map(|(entity, row)| row.map(|row| Stored::read(entity, row)));
    Ok(found.collect::<Result<_, Error>>()?)
}

/// Reads an entity that must be there.
pub(super) async fn load_one<S: Store>(store: &S, entity: &EntityRef) -> Result<Stored, Refusal> {
    let [stored] = load(store, [entity]).await?;
    stored.ok_or_else(|| not_found(entity))
}

/// Nothing of that id is in the set.
pub(super) fn not_found(entity: &EntityRef) -> Refusal {
    let why = format!("there is no {} with the id {}", entity.set.type_name(), entity.id);
    Refusal::new(404, "entity.not_found", why)
}

fn parse(value: &SecretBytes) -> Result<Object, Error> {
    match read_json(value)? {
        Json::Object(members) => Ok(members),
        _ => Err(Error::new(ErrorCode::StoreCorrupt, "a stored entity cannot be read")),
    }
}

/// Puts an entity and its index rows into a batch, in place of what it was before.
pub(super) fn put(
    batch: &mut Batch,
    entity: &EntityRef,
    before: Option<&Object>,
    members: &Object,
) -> Result<SecretBytes, Refusal> {
    let value = Json::Object(members.clone()).to_text().into_bytes();
    // What is written must be readable again: escapes make a text longer.
    if value.len() > json::MAX_BYTES {
        let why = format!("the entity would be longer than the {} bytes that are kept", json::MAX_BYTES);
        return Err(Refusal::new(413, "entity.too_large", why));
    }
    let (old, new) = (before.map(|before| index_rows(entity, before)).unwrap_or_default(), index_rows(entity, members));
    batch.delete.extend(old.difference(&new).cloned());
    batch.put.extend(new.difference(&old).map(|key| (key.clone(), SecretBytes::default())));
    batch.put.push((keys::entity(entity.set, &entity.id), value.clone()));
    Ok(value)
}

/// Takes an entity and its index rows out.
pub(super) fn remove(batch: &mut Batch, stored: &Stored) {
    stored.expect(batch);
    batch.delete.push(stored.key());
    batch.delete.extend(index_rows(&stored.entity, &stored.members));
}

fn index_rows(entity: &EntityRef, members: &Object) -> BTreeSet<String> {
    query::index_rows(entity.set, &entity.id, members).into_iter().collect()
}

/// The members in the order in which they are written. Those of a ContentKey that came later than the documentation are
/// left out where they say nothing, as the documentation prints them.
pub(super) fn in_order(set: EntitySet, members: &Object) -> Object {
    let written = model::members(set).iter().filter_map(|member| {
        let value = value_of(members, member.name);
        let is_late = matches!(member.name, "AuthorizationPolicyId" | "TrackIdentifiers");
        if value.is_none() && is_late {
            return None;
        }
        let none = if member.edm == Edm::Restrictions { Json::List(Vec::new()) } else { Json::Null };
        Some((member.name.to_owned(), value.cloned().unwrap_or(none)))
    });
    written.collect()
}
