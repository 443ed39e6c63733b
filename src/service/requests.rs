//! The calls of the flow, as data: ready to send, to show or to copy.

use super::odata::{check_root, entity_uri};
use super::{Entity, EntitySet, Navigation};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::SecretText;
use serde_json::{Map, Value};

/// The version of the REST API that the requests are written for.
const API_VERSION: &str = "2.19";

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Creates or links.
    Post,
    /// Changes; the service merges.
    Put,
}

impl Method {
    /// The name in capitals.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// One call. `Authorization` and `Host` are the sender's to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Header names and values in the order of the documentation.
    pub headers: Vec<(&'static str, &'static str)>,
    /// JSON; an option's holds the verification keys of its policy.
    pub body: SecretText,
}

/// Creates an entity.
///
/// # Errors
/// `entity.bad_root`, `entity.invalid`.
pub fn create_entity(root: &str, entity: &Entity) -> Result<Request> {
    check_root(root)?;
    // A collection of complex values (the restrictions) needs version 3.
    let version =
        if entity.set() == EntitySet::ContentKeyAuthorizationPolicyOptions { "3.0;NetFx" } else { "1.0;NetFx" };
    Ok(request(Method::Post, format!("{root}{}", entity.set().name()), version, entity.to_json()?))
}

/// Links an entity to another through a navigation.
///
/// # Errors
/// `entity.bad_root`, `id.*`.
pub fn link_entities(root: &str, navigation: Navigation, from_id: &str, to_id: &str) -> Result<Request> {
    let (from, to) = navigation.ends();
    let url = format!(
        "{}/$links/{}",
        entity_uri(root, from, from_id).map_err(|error| error.within("from"))?,
        navigation.name()
    );
    let target = entity_uri(root, to, to_id).map_err(|error| error.within("to"))?;
    let body: Map<String, Value> = [("uri".to_owned(), Value::from(target))].into_iter().collect();
    Ok(request(Method::Post, url, "1.0;NetFx", Value::Object(body).to_string()))
}

/// Changes some members of an entity; the service leaves the others as they are.
///
/// # Errors
/// `entity.bad_root`, `id.*`, `entity.not_json`, `entity.invalid`.
pub fn update_entity(root: &str, set: EntitySet, id: &str, changes: &str) -> Result<Request> {
    let url = entity_uri(root, set, id)?;
    let changes: Value = serde_json::from_str(changes)
        .map_err(|_| Error::new(ErrorCode::EntityNotJson, "the changes are not JSON").at("changes"))?;
    let members = changes
        .as_object()
        .ok_or_else(|| Error::new(ErrorCode::EntityInvalid, "the changes are an object of members").at("changes"))?;
    if let Some(unknown) = members.keys().find(|name| !changeable_members(set).contains(&name.as_str())) {
        return Err(Error::new(
            ErrorCode::EntityInvalid,
            format!(
                "{} have no changeable member {unknown}: expected one of {}",
                set.name(),
                changeable_members(set).join(", ")
            ),
        )
        .at("changes"));
    }
    Ok(request(Method::Put, url, "1.0;NetFx", changes.to_string()))
}

/// The members that a client may change.
const fn changeable_members(set: EntitySet) -> &'static [&'static str] {
    match set {
        EntitySet::Assets | EntitySet::ContentKeyAuthorizationPolicies => &["Name"],
        EntitySet::ContentKeys => &["Name", "AuthorizationPolicyId"],
        EntitySet::ContentKeyAuthorizationPolicyOptions => {
            &["Name", "KeyDeliveryType", "KeyDeliveryConfiguration", "Restrictions"]
        }
        EntitySet::AssetDeliveryPolicies => {
            &["Name", "AssetDeliveryProtocol", "AssetDeliveryPolicyType", "AssetDeliveryConfiguration"]
        }
    }
}

fn request(method: Method, url: String, data_service_version: &'static str, body: String) -> Request {
    let headers = vec![
        ("Content-Type", "application/json"),
        ("DataServiceVersion", data_service_version),
        ("MaxDataServiceVersion", "3.0;NetFx"),
        ("Accept", "application/json"),
        ("Accept-Charset", "UTF-8"),
        ("x-ms-version", API_VERSION),
    ];
    Request { method, url, headers, body: SecretText::from_string(body) }
}
