//! Queries: lists of entities, and single ones.

use super::refusal::Refusal;
use crate::error::{Error, ErrorCode};
use crate::json::{Json, Object};
use crate::service::settings::Settings;
use crate::service::store::{Range, Store, keys};
use crate::service::{EntitySet, Navigation};

/// The options of a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct QueryOptions;

impl QueryOptions {
    pub(super) fn parse(_set: EntitySet, _query: &str) -> Result<Self, Refusal> {
        Ok(Self)
    }
}

/// Where the entities come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Set(EntitySet),
    Linked { navigation: Navigation, from_id: String },
}

/// A page.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) entities: Vec<Object>,
    pub(super) count: Option<u64>,
    pub(super) next: Option<String>,
}

/// A page of entities.
pub(super) async fn list<S: Store>(
    store: &S,
    _settings: &Settings,
    source: Source,
    options: &QueryOptions,
) -> Result<Listing, Refusal> {
    let (set, prefix) = match &source {
        Source::Set(set) => (*set, keys::entities(*set)),
        Source::Linked { navigation, from_id } => (navigation.ends().1, keys::links(*navigation, from_id)),
    };
    let mut entities = Vec::new();
    for row in store.list(&Range::prefix(&prefix, 1000)).await? {
        entities.extend(one(store, set, keys::last_part(&row.key), options).await?);
    }
    Ok(Listing { entities, count: None, next: None })
}

/// One entity.
pub(super) async fn one<S: Store>(
    store: &S,
    set: EntitySet,
    id: &str,
    _options: &QueryOptions,
) -> Result<Option<Object>, Refusal> {
    let Some(Some(row)) = store.get(&[keys::entity(set, id)]).await?.into_iter().next() else { return Ok(None) };
    let corrupt = || Error::new(ErrorCode::StoreCorrupt, "an entity cannot be read");
    let text = std::str::from_utf8(row.value.expose()).map_err(|_| corrupt())?;
    match Json::parse(text, ErrorCode::StoreCorrupt)? {
        Json::Object(members) => Ok(Some(members)),
        _ => Err(corrupt().into()),
    }
}
