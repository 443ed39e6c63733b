//! OData as the old service spoke it: addresses of entities, and what its answers mean.

use super::EntitySet;
use crate::delivery::is_root;
use crate::error::{Error, ErrorCode, Result};
use crate::id::EntityId;
use crate::json::{Codes, Json, Members};
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
    if is_root(root) {
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

/// What the answer to a create says: the entity is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedResponse {
    /// 201: the only status that such an answer has.
    pub status: u16,
    /// Which set the entity was added to.
    pub entity_set: EntitySet,
    /// Its id.
    pub id: String,
    /// Its address, as the answer's `Location` header has it.
    pub location: String,
}

/// Reads the answer to a create: a JSON object with `odata.metadata` and the entity's members.
///
/// # Errors
/// `entity.not_json`, `entity.invalid`, `entity.unknown_set`, `entity.bad_root`; `id.*` where the id is not one of that set.
pub fn created_response(body: &str) -> Result<CreatedResponse> {
    const CODES: Codes = Codes { missing: ErrorCode::EntityInvalid, bad: ErrorCode::EntityInvalid };
    // An option's answer repeats its verification keys.
    let body = Json::parse(body, ErrorCode::EntityNotJson)?;
    let members = Members::of(&body, "", CODES)?;
    let metadata = members.required_text("odata.metadata")?;
    let entity_set = metadata_entity_set(metadata).map_err(|error| error.at("odata.metadata"))?;
    let root = metadata.rsplit_once("$metadata#").map_or("", |(root, _)| root);
    let id = members.required_text("Id")?;
    let location = entity_uri(root, entity_set, id).map_err(|error| error.at("Id"))?;
    Ok(CreatedResponse { status: 201, entity_set, id: EntityId::parse(entity_set.kind(), id)?.to_string(), location })
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
