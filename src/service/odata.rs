//! OData as the old service spoke it: addresses of entities, and what its answers mean.

use super::EntitySet;
use crate::error::{Error, ErrorCode, Result};
use crate::id::EntityId;
use serde::Deserialize;

/// The address of an entity: `{root}{set}('{id}')`, the colons of the id written `%3A`.
///
/// # Errors
/// `entity.bad_root`; `id.*` where the id is not one of that set.
pub fn entity_uri(root: &str, set: EntitySet, id: &str) -> Result<String> {
    check_root(root)?;
    let id = EntityId::parse(set.kind(), id)?;
    Ok(format!("{root}{}('{}')", set.name(), id.uri_encoded()))
}

/// A root is an http or https URL ending with a slash, without query or fragment.
pub(super) fn check_root(root: &str) -> Result<()> {
    let http = root.starts_with("https://") || root.starts_with("http://");
    if http && root.ends_with('/') && crate::policy::is_absolute_uri(root) && !root.contains(['?', '#', '\'']) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::EntityBadRoot,
        "the API root is an http or https URL that ends with a slash, such as https://media.example/api/",
    )
    .at("root"))
}

/// The entity set that a created entity's `odata.metadata` names: `…$metadata#ContentKeys/@Element`.
///
/// # Errors
/// `entity.invalid`, `entity.unknown_set`.
pub fn metadata_entity_set(metadata: &str) -> Result<EntitySet> {
    let name = metadata.rsplit_once("$metadata#").and_then(|(_, rest)| rest.strip_suffix("/@Element"));
    let name = name.ok_or_else(|| {
        Error::new(ErrorCode::EntityInvalid, "odata.metadata does not name an entity").at("odata.metadata")
    })?;
    EntitySet::from_name(name)
}

/// The text of a function's answer: `{"odata.metadata":"…#Edm.String","value":"…"}`.
///
/// # Errors
/// `entity.not_json`.
pub fn string_value(body: &str) -> Result<String> {
    #[derive(Deserialize)]
    struct Body {
        value: String,
    }
    let body: Body = serde_json::from_str(body)
        .map_err(|_| Error::new(ErrorCode::EntityNotJson, "expected a JSON object with the text member value"))?;
    Ok(body.value)
}
