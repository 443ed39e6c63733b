//! What an answer shows of an entity: the members that are selected, and the entities that are expanded.

use super::options::{PAGE, QueryOptions};
use super::sequence::id_of;
use super::walk::fetch;
use crate::error::{Error, ErrorCode, Result};
use crate::json::{Json, Object};
use crate::service::Navigation;
use crate::service::store::{Range, Store, keys};

/// Expands and selects. Together the entities may bring at most `limit` others with them.
pub(super) async fn shape<S: Store>(
    store: &S,
    entities: Vec<Object>,
    options: &QueryOptions,
    limit: u32,
) -> Result<Vec<Object>> {
    let mut left = limit;
    let mut shaped = Vec::with_capacity(entities.len());
    for mut entity in entities {
        let mut expanded = Object::new();
        for navigation in &options.expand {
            let others = linked(store, *navigation, id_of(&entity), left).await?;
            left = left.saturating_sub(u32::try_from(others.len()).unwrap_or(u32::MAX));
            expanded.push((navigation.name().to_owned(), Json::List(others.into_iter().map(Json::Object).collect())));
        }
        if let Some(select) = &options.select {
            entity.retain(|(name, _)| select.iter().any(|member| member.name == name));
        }
        entity.append(&mut expanded);
        shaped.push(entity);
    }
    Ok(shaped)
}

/// The entities at the other end of a navigation.
async fn linked<S: Store>(store: &S, navigation: Navigation, from_id: &str, left: u32) -> Result<Vec<Object>> {
    let most = left.min(PAGE);
    let rows = store.list(&Range::prefix(&keys::links(navigation, from_id), most.saturating_add(1))).await?;
    if rows.len() > usize::try_from(most).unwrap_or(usize::MAX) {
        let why = format!(
            "there is too much to expand: ask for fewer entities with $top, or for {} apart",
            navigation.name()
        );
        return Err(Error::new(ErrorCode::QueryTooBroad, why).at("$expand"));
    }
    let ids: Vec<String> = rows.iter().map(|row| keys::last_part(&row.key).to_owned()).collect();
    fetch(store, navigation.ends().1, &ids).await
}
