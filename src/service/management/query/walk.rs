//! Walking over the rows of a plan, some at a time.

use super::plan::{Bounds, Plan, Walk};
use super::sequence::{Place, id_of};
use crate::error::{Error, ErrorCode, Result};
use crate::json::{Json, Object};
use crate::service::EntitySet;
use crate::service::store::{Range, Row, Store, Versioned, keys, read_json};

/// A walk under way. Rows may come and go meanwhile: it goes on behind the last key it saw.
pub(super) struct Walker<'s, S> {
    store: &'s S,
    set: EntitySet,
    walk: Walk,
    is_reverse: bool,
    skip: u32,
    is_done: bool,
}

impl<'s, S: Store> Walker<'s, S> {
    pub(super) fn new(store: &'s S, set: EntitySet, plan: &Plan) -> Self {
        let is_reverse = plan.is_streamed && plan.sequence.is_id_descending;
        let mut walk = plan.walk.clone();
        if let Walk::Named(ids) = &mut walk
            && is_reverse
        {
            ids.reverse();
        }
        Self { store, set, walk, is_reverse, skip: 0, is_done: false }
    }

    /// Goes on behind a place.
    pub(super) fn start_after(&mut self, place: &Place) {
        match &mut self.walk {
            Walk::Entities(bounds) | Walk::Ids(bounds) => {
                let key = format!("{}{}", bounds.prefix, place.to_token());
                pass(bounds, self.is_reverse, key);
            }
            Walk::Named(ids) if self.is_reverse => ids.retain(|id| *id < place.id),
            Walk::Named(ids) => ids.retain(|id| *id > place.id),
        }
    }

    /// Passes over that many rows without looking at them.
    pub(super) fn skip(&mut self, rows: u32) {
        self.skip = rows;
    }

    /// Whether there are no more rows.
    pub(super) const fn is_done(&self) -> bool {
        self.is_done
    }

    /// The entities of the next rows. Of those rows, some may be gone.
    pub(super) async fn next(&mut self, rows: u32) -> Result<Vec<Object>> {
        match &mut self.walk {
            Walk::Named(ids) => {
                let named = std::mem::take(ids);
                self.is_done = true;
                fetch(self.store, self.set, &named).await
            }
            Walk::Ids(_) => {
                let ids: Vec<String> =
                    self.rows(rows).await?.iter().map(|row| keys::last_part(&row.key).to_owned()).collect();
                fetch(self.store, self.set, &ids).await
            }
            Walk::Entities(_) => self.rows(rows).await?.iter().map(|row| read(&row.value)).collect(),
        }
    }

    async fn rows(&mut self, limit: u32) -> Result<Vec<Row>> {
        let (Walk::Entities(bounds) | Walk::Ids(bounds)) = &mut self.walk else { return Ok(Vec::new()) };
        // Not every store takes a range whose ends are crossed.
        if bounds.from >= bounds.to {
            self.is_done = true;
            return Ok(Vec::new());
        }
        // One more says whether there is more.
        let range = Range {
            from: bounds.from.clone(),
            to: bounds.to.clone(),
            is_reverse: self.is_reverse,
            skip: std::mem::take(&mut self.skip),
            limit: limit.saturating_add(1),
        };
        let mut rows = self.store.list(&range).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.is_done = rows.len() <= limit;
        rows.truncate(limit);
        if let Some(last) = rows.last() {
            pass(bounds, self.is_reverse, last.key.clone());
        }
        Ok(rows)
    }
}

/// Leaves out what comes up to a key.
fn pass(bounds: &mut Bounds, is_reverse: bool, key: String) {
    match is_reverse {
        true => bounds.to = key.min(std::mem::take(&mut bounds.to)),
        // A space is below all other characters of a key: this is the next key that there can be.
        false => bounds.from = (key + " ").max(std::mem::take(&mut bounds.from)),
    }
}

/// Entities by their ids, without those that are not there.
pub(super) async fn fetch<S: Store>(store: &S, set: EntitySet, ids: &[String]) -> Result<Vec<Object>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<String> = ids.iter().map(|id| keys::entity(set, id)).collect();
    store.get(&keys).await?.iter().flatten().map(read).collect()
}

fn read(row: &Versioned) -> Result<Object> {
    match read_json(&row.value)? {
        Json::Object(entity) if !id_of(&entity).is_empty() => Ok(entity),
        _ => Err(Error::new(ErrorCode::StoreCorrupt, "an entity in the store cannot be read")),
    }
}
