//! The entity sets of the REST API, their navigations, and their bodies with members in wire order.

use crate::error::{Error, ErrorCode, Result};
use crate::id::{EntityId, EntityKind};
use crate::key::ContentKeyEntity;
use crate::policy::asset_delivery::{DeliveryPolicyType, read_delivery_configuration};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroize as _;

/// A collection of entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntitySet {
    /// Media assets.
    Assets,
    /// Wrapped content keys.
    ContentKeys,
    /// Policies that group options.
    ContentKeyAuthorizationPolicies,
    /// Options that group restrictions.
    ContentKeyAuthorizationPolicyOptions,
    /// How assets are encrypted on delivery.
    AssetDeliveryPolicies,
}

impl EntitySet {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Assets,
        Self::ContentKeys,
        Self::ContentKeyAuthorizationPolicies,
        Self::ContentKeyAuthorizationPolicyOptions,
        Self::AssetDeliveryPolicies,
    ];

    /// The name in URLs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assets => "Assets",
            Self::ContentKeys => "ContentKeys",
            Self::ContentKeyAuthorizationPolicies => "ContentKeyAuthorizationPolicies",
            Self::ContentKeyAuthorizationPolicyOptions => "ContentKeyAuthorizationPolicyOptions",
            Self::AssetDeliveryPolicies => "AssetDeliveryPolicies",
        }
    }

    /// The name of its entities' type.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Assets => "Asset",
            Self::ContentKeys => "ContentKey",
            Self::ContentKeyAuthorizationPolicies => "ContentKeyAuthorizationPolicy",
            Self::ContentKeyAuthorizationPolicyOptions => "ContentKeyAuthorizationPolicyOption",
            Self::AssetDeliveryPolicies => "AssetDeliveryPolicy",
        }
    }

    /// The kind of id that its entities have.
    #[must_use]
    pub const fn kind(self) -> EntityKind {
        match self {
            Self::Assets => EntityKind::Asset,
            Self::ContentKeys => EntityKind::ContentKey,
            Self::ContentKeyAuthorizationPolicies => EntityKind::ContentKeyAuthorizationPolicy,
            Self::ContentKeyAuthorizationPolicyOptions => EntityKind::ContentKeyAuthorizationPolicyOption,
            Self::AssetDeliveryPolicies => EntityKind::AssetDeliveryPolicy,
        }
    }

    /// Finds a set by its name, letter case included.
    ///
    /// # Errors
    /// `entity.unknown_set`.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            Error::new(ErrorCode::EntityUnknownSet, format!("unknown entity set: expected one of {known}"))
        })
    }
}

/// A named link from an entity to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Navigation {
    /// From an asset to its content keys.
    ContentKeys,
    /// From a policy to its options.
    Options,
    /// From an asset to its delivery policies.
    DeliveryPolicies,
}

impl Navigation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ContentKeys, Self::Options, Self::DeliveryPolicies];

    /// Those that lead from a set.
    #[must_use]
    pub fn of(from: EntitySet) -> Vec<Self> {
        Self::ALL.into_iter().filter(|navigation| navigation.ends().0 == from).collect()
    }

    /// The name in URLs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContentKeys => "ContentKeys",
            Self::Options => "Options",
            Self::DeliveryPolicies => "DeliveryPolicies",
        }
    }

    /// Where the link comes from and where it goes.
    #[must_use]
    pub const fn ends(self) -> (EntitySet, EntitySet) {
        match self {
            Self::ContentKeys => (EntitySet::Assets, EntitySet::ContentKeys),
            Self::Options => {
                (EntitySet::ContentKeyAuthorizationPolicies, EntitySet::ContentKeyAuthorizationPolicyOptions)
            }
            Self::DeliveryPolicies => (EntitySet::Assets, EntitySet::AssetDeliveryPolicies),
        }
    }

    /// Finds the navigation of that name between two sets.
    ///
    /// # Errors
    /// `entity.unknown_navigation`.
    pub fn between(from: EntitySet, name: &str, to: EntitySet) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|navigation| navigation.name() == name && navigation.ends() == (from, to))
            .ok_or_else(|| {
                Error::new(
                    ErrorCode::EntityUnknownNavigation,
                    format!("{} have no such navigation to {}", from.name(), to.name()),
                )
            })
    }
}

/// A restriction inside an option. Its requirements hold keys and are wiped with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Restriction {
    /// Friendly name.
    pub name: String,
    /// 0 open, 1 token-restricted, 2 restricted by address.
    pub key_restriction_type: u8,
    /// The token restriction XML, or nothing.
    pub requirements: Option<String>,
}

/// A policy: its options are linked to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AuthorizationPolicyEntity {
    /// `nb:ckpid:UUID:…`; the service makes one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Friendly name.
    pub name: String,
}

/// An option of a policy: how the key is delivered, and under which restrictions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AuthorizationPolicyOptionEntity {
    /// `nb:ckpoid:UUID:…`; the service makes one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Friendly name; may be empty.
    pub name: String,
    /// 1 PlayReady licence, 2 the key itself over HTTPS, 3 Widevine, 4 FairPlay.
    pub key_delivery_type: u8,
    /// Nothing for the key itself; a licence template otherwise.
    pub key_delivery_configuration: Option<String>,
    /// All of them must hold.
    pub restrictions: Vec<Restriction>,
}

/// An asset, as far as keys are linked to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AssetEntity {
    /// `nb:cid:UUID:…`; the service makes one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Friendly name.
    pub name: String,
}

/// How an asset is encrypted on delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AssetDeliveryPolicyEntity {
    /// `nb:adpid:UUID:…`; the service makes one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Friendly name.
    pub name: String,
    /// Flags of protocols: see [`crate::policy::asset_delivery::DeliveryProtocols`].
    pub asset_delivery_protocol: u32,
    /// Number of a [`crate::policy::asset_delivery::DeliveryPolicyType`].
    pub asset_delivery_policy_type: u8,
    /// JSON as [`crate::policy::asset_delivery::DeliveryConfiguration::to_json`] writes it, or nothing.
    pub asset_delivery_configuration: Option<String>,
}

impl AssetDeliveryPolicyEntity {
    fn check(&self) -> Result<()> {
        if DeliveryPolicyType::from_number(self.asset_delivery_policy_type).is_none() {
            let why = "there is no delivery policy type of this number: they go from 0 to 5";
            return Err(Error::new(ErrorCode::EntityInvalid, why).at("AssetDeliveryPolicyType"));
        }
        let configuration = self.asset_delivery_configuration.as_deref().unwrap_or_default();
        read_delivery_configuration(configuration).map_err(|error| error.within("AssetDeliveryConfiguration"))?;
        Ok(())
    }
}

impl Drop for Restriction {
    fn drop(&mut self) {
        self.requirements.zeroize();
    }
}

/// An entity of any set whose body can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entity {
    /// Of [`EntitySet::Assets`].
    Asset(AssetEntity),
    /// Of [`EntitySet::ContentKeys`].
    ContentKey(ContentKeyEntity),
    /// Of [`EntitySet::ContentKeyAuthorizationPolicies`].
    AuthorizationPolicy(AuthorizationPolicyEntity),
    /// Of [`EntitySet::ContentKeyAuthorizationPolicyOptions`].
    AuthorizationPolicyOption(AuthorizationPolicyOptionEntity),
    /// Of [`EntitySet::AssetDeliveryPolicies`].
    AssetDeliveryPolicy(AssetDeliveryPolicyEntity),
}

impl Entity {
    /// Reads the JSON body of an entity of that set, checking its members and its id.
    ///
    /// # Errors
    /// `entity.not_json`, `entity.invalid`, `id.*`; `asset_delivery.*` where a delivery configuration cannot be read.
    pub fn from_json(set: EntitySet, json: &str) -> Result<Self> {
        let entity = match set {
            EntitySet::Assets => Self::Asset(read(json)?),
            EntitySet::ContentKeys => Self::ContentKey(read(json)?),
            EntitySet::ContentKeyAuthorizationPolicies => Self::AuthorizationPolicy(read(json)?),
            EntitySet::ContentKeyAuthorizationPolicyOptions => Self::AuthorizationPolicyOption(read(json)?),
            EntitySet::AssetDeliveryPolicies => {
                let entity: AssetDeliveryPolicyEntity = read(json)?;
                entity.check()?;
                Self::AssetDeliveryPolicy(entity)
            }
        };
        if let Some(id) = entity.id() {
            EntityId::parse(set.kind(), id).map_err(|error| error.at("Id"))?;
        }
        Ok(entity)
    }

    /// The id, where the entity carries one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Asset(entity) => entity.id.as_deref(),
            Self::ContentKey(entity) => Some(&entity.id),
            Self::AuthorizationPolicy(entity) => entity.id.as_deref(),
            Self::AuthorizationPolicyOption(entity) => entity.id.as_deref(),
            Self::AssetDeliveryPolicy(entity) => entity.id.as_deref(),
        }
    }

    /// Which set it belongs to.
    #[must_use]
    pub const fn set(&self) -> EntitySet {
        match self {
            Self::Asset(_) => EntitySet::Assets,
            Self::ContentKey(_) => EntitySet::ContentKeys,
            Self::AuthorizationPolicy(_) => EntitySet::ContentKeyAuthorizationPolicies,
            Self::AuthorizationPolicyOption(_) => EntitySet::ContentKeyAuthorizationPolicyOptions,
            Self::AssetDeliveryPolicy(_) => EntitySet::AssetDeliveryPolicies,
        }
    }

    /// The body: compact JSON, members in wire order.
    ///
    /// # Errors
    /// None in practice: these types always serialize.
    pub fn to_json(&self) -> Result<String> {
        let json = match self {
            Self::Asset(entity) => serde_json::to_string(entity),
            Self::ContentKey(entity) => serde_json::to_string(entity),
            Self::AuthorizationPolicy(entity) => serde_json::to_string(entity),
            Self::AuthorizationPolicyOption(entity) => serde_json::to_string(entity),
            Self::AssetDeliveryPolicy(entity) => serde_json::to_string(entity),
        };
        json.map_err(|_| Error::new(ErrorCode::EntityInvalid, "the entity cannot be written as JSON"))
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| json_error(&error))
}

/// The parser's sentence names members and types, and quotes a value only where it is of the wrong type.
fn json_error(error: &serde_json::Error) -> Error {
    if error.is_data() {
        let text = error.to_string();
        let what = text.split(" at line").next().unwrap_or_default();
        // `invalid type: string "…", expected u8`: the value stays out.
        let what = if what.starts_with("invalid") { "a member is of the wrong type" } else { what };
        return Error::new(ErrorCode::EntityInvalid, format!("the entity is not as the REST API has it: {what}"));
    }
    Error::new(ErrorCode::EntityNotJson, "the entity is not JSON")
}
