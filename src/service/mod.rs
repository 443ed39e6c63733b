//! The four steps over HTTP: the entities and requests of the Azure Media Services v2 REST API, and the service that
//! answers them.
//!
//! [`Service::handle`] answers a request with the help of a [`Platform`]: a [`store::Store`], randomness, private keys, the
//! network. [`call::Call`] is the same for callers that do the waiting themselves.
//!
//! Requests below `/api` are for `management`, all others for `deliver`; who may manage is `auth`'s to say. Both keep everything
//! in the [`store`], and tell the [`audit`] log.

pub mod audit;
mod auth;
pub mod call;
mod deliver;
mod entities;
pub mod http;
mod management;
mod odata;
mod platform;
mod random;
mod requests;
mod server;
mod settings;
pub mod store;

pub use entities::{
    AssetDeliveryPolicyEntity, AssetEntity, AuthorizationPolicyEntity, AuthorizationPolicyOptionEntity, Entity,
    EntitySet, Navigation, Restriction,
};
pub use http::{HttpRequest, HttpResponse, MAX_BODY_BYTES};
pub use odata::{CreatedResponse, created_response, entity_uri, metadata_entity_set, string_value};
pub use platform::{FetchedPlaylist, Platform};
pub use requests::{Method, Request, create_entity, link_entities, update_entity};
pub use server::Service;
pub use settings::{DEFAULT_CACHE_SECONDS, DEFAULT_SCAN_LIMIT, MAX_CACHE_SECONDS, ProtectionKey, Settings};
