//! The REST API's addresses and bodies.

use super::Answer;
use super::input::text;
use keywicket::error::Error;
use keywicket::service::{self, Entity, EntitySet};
use serde_json::{Value, json};

const ROOT: &str = "https://example.test/api/";
const KEY_ID: &str = "nb:kid:UUID:00000000-0000-0000-0000-000000000001";

pub fn entity_uri(input: &Value) -> Answer {
    EntitySet::from_name(text(input, "set"))
        .and_then(|set| service::entity_uri(text(input, "base"), set, text(input, "id")))
        .into()
}

/// Which request a body belongs to shows in its members.
pub fn request_body(input: &Value) -> Answer {
    let Some(parsed) = input.get("parsed") else { return Answer::Missing };
    let json = parsed.to_string();
    let has = |name: &str| parsed.get(name).is_some();
    let body = if has("AuthorizationPolicyId") {
        service::update_entity(ROOT, EntitySet::ContentKeys, KEY_ID, &json)
    } else if has("Restrictions") {
        create(EntitySet::ContentKeyAuthorizationPolicyOptions, &json)
    } else if has("uri") {
        link(text(parsed, "uri"))
    } else if has("Name") {
        create(EntitySet::ContentKeyAuthorizationPolicies, &json)
    } else {
        return Answer::Missing;
    };
    match body {
        Ok(request) => Answer::values([
            ("content_length", request.body.expose().len().into()),
            ("ok", request.body.expose().into()),
        ]),
        Err(error) => error.into(),
    }
}

fn create(set: EntitySet, json: &str) -> Result<service::Request, Error> {
    service::create_entity(ROOT, &Entity::from_json(set, json)?)
}

/// Links to the entity that the address in the vector names.
fn link(uri: &str) -> Result<service::Request, Error> {
    let (root, id) = uri.split_once("ContentKeyAuthorizationPolicyOptions('").unwrap_or((uri, ""));
    let id = id.trim_end_matches("')").replace("%3A", ":");
    service::link_entities(
        root,
        service::Navigation::Options,
        "nb:ckpid:UUID:00000000-0000-0000-0000-000000000001",
        &id,
    )
}

pub fn string_value(input: &Value) -> Answer {
    service::string_value(text(input, "body")).into()
}

pub fn created_response(input: &Value) -> Answer {
    let read = |created: service::CreatedResponse| {
        json!({
            "status": created.status,
            "entity_set": created.entity_set.name(),
            "id": created.id,
            "location": created.location,
        })
    };
    service::created_response(text(input, "body")).map(read).into()
}
