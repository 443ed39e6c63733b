//! A store that lives as long as its process: for tests, and for trying things out.

use super::{Batch, Range, Row, Store, Versioned};
use crate::error::Result;
use crate::service::audit;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Everything in a `BTreeMap`.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    rows: BTreeMap<String, Versioned>,
    version: u64,
}

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<Versioned>>> {
        let state = self.state.borrow();
        Ok(keys.iter().map(|key| state.rows.get(key).cloned()).collect())
    }

    async fn list(&self, range: &Range) -> Result<Vec<Row>> {
        if range.from >= range.to {
            return Ok(Vec::new());
        }
        let state = self.state.borrow();
        let rows = state.rows.range(range.from.clone()..range.to.clone());
        let row = |(key, value): (&String, &Versioned)| Row { key: key.clone(), value: value.clone() };
        let (skip, limit) =
            (usize::try_from(range.skip).unwrap_or(usize::MAX), usize::try_from(range.limit).unwrap_or(0));
        Ok(match range.is_reverse {
            true => rows.rev().skip(skip).take(limit).map(row).collect(),
            false => rows.skip(skip).take(limit).map(row).collect(),
        })
    }

    async fn count(&self, range: &Range) -> Result<u64> {
        if range.from >= range.to {
            return Ok(0);
        }
        let rows = self.state.borrow().rows.range(range.from.clone()..range.to.clone()).count();
        Ok(u64::try_from(rows).unwrap_or(u64::MAX))
    }

    async fn commit(&self, batch: Batch) -> Result<bool> {
        let mut state = self.state.borrow_mut();
        let version_of = |key: &String| state.rows.get(key).map_or(0, |row| row.version);
        if batch.expect.iter().any(|(key, version)| version_of(key) != *version) {
            return Ok(false);
        }
        let head = state.rows.get(super::keys::AUDIT_HEAD).map(|row| row.value.clone());
        let chained = audit::append(head.as_ref(), &batch.audit)?;
        state.version = state.version.saturating_add(1);
        let version = state.version;
        for key in &batch.delete {
            state.rows.remove(key);
        }
        for (key, value) in batch.put.into_iter().chain(chained) {
            state.rows.insert(key, Versioned { version, value });
        }
        Ok(true)
    }
}
