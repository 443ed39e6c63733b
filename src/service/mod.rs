//! The four steps over HTTP: the entities and requests of the Azure Media Services v2 REST API.

mod entities;
mod odata;
mod requests;

pub use entities::{
    AssetEntity, AuthorizationPolicyEntity, AuthorizationPolicyOptionEntity, Entity, EntitySet, Navigation, Restriction,
};
pub use odata::{entity_uri, metadata_entity_set, string_value};
pub use requests::{Method, Request, create_entity, link_entities, update_entity};
