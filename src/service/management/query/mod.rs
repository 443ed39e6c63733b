//! Lists of entities, as clients ask for them with OData's query options.
//!
//! A query is planned first: the rows of the store that narrow it most, or that come in its order. A query that would have
//! to look at more entities than the settings allow is refused, and told which members it can be asked by.

mod filter;
mod list;
mod options;
mod plan;
mod read_filter;
mod sequence;
mod shape;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod value;
mod walk;
mod words;

pub(in crate::service) use options::QueryOptions;

use super::model::members;
use super::refusal::Refusal;
use crate::json::Object;
use crate::service::settings::Settings;
use crate::service::store::{Store, keys};
use crate::service::{EntitySet, Navigation};
pub(in crate::service) use value::time_text;
use value::{Seen, index_text};

/// Where the entities of a list come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::service) enum Source {
    /// All of a set.
    Set(EntitySet),
    /// Those that an entity is linked to. Whether there is such an entity is for the caller to know.
    Linked { navigation: Navigation, from_id: String },
}

/// A page of a list.
#[derive(Debug)]
pub(in crate::service) struct Listing {
    /// With the members that are selected, and the expanded navigations behind them.
    pub(in crate::service) entities: Vec<Object>,
    /// How many there are on all pages, if that was asked for.
    pub(in crate::service) count: Option<u64>,
    /// The query of the next page, percent-encoded, if there may be one.
    pub(in crate::service) next: Option<String>,
}

/// The page of a list that the options ask for.
pub(in crate::service) async fn list<S: Store>(
    store: &S,
    settings: &Settings,
    source: Source,
    options: &QueryOptions,
) -> Result<Listing, Refusal> {
    let limit = settings.scan_limit;
    let page = list::page(store, &plan::plan(&source, options), options, limit).await?;
    let next = page.end.map(|place| options.next(&place.to_token()));
    Ok(Listing { entities: shape::shape(store, page.entities, options, limit).await?, count: page.count, next })
}

/// A single entity, or nothing where there is none. The id is in its canonical spelling.
pub(in crate::service) async fn one<S: Store>(
    store: &S,
    settings: &Settings,
    id: &str,
    options: &QueryOptions,
) -> Result<Option<Object>, Refusal> {
    options.check_for_one()?;
    let found = walk::fetch(store, options.set, &[id.to_owned()]).await?;
    Ok(shape::shape(store, found, options, settings.scan_limit).await?.pop())
}

/// The rows of the store that lead from an entity's values to it: one for each indexed member, whether it has a value or not.
/// Whoever writes an entity writes these with it, and takes those of its last state away.
pub(in crate::service) fn index_rows(set: EntitySet, id: &str, entity: &Object) -> Vec<String> {
    let indexed = members(set).iter().filter(|member| member.is_indexed);
    indexed
        .map(|member| {
            let value = index_text(Seen::of(member, entity));
            format!("{}{id}", keys::index_value(set, member.name, &value))
        })
        .collect()
}
