//! The functions of the API: about protection keys, about addresses, and about the service itself.

mod arguments;
mod epoch;
mod rebind;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use super::body;
use super::context::Context;
use super::refusal::Refusal;
use crate::delivery::key_delivery_url;
use crate::encoding::base64_encode;
use crate::error::{Error, ErrorCode};
use crate::id::{EntityId, EntityKind, KeyId};
use crate::json::{Json, Members};
use crate::key::ContentKeyType;
use crate::policy::KeyDeliveryType;
use crate::service::EntitySet;
use crate::service::platform::Platform;
use crate::service::settings::Settings;
use crate::service::store::{CORRUPT, Store, keys, read_json};
use arguments::Arguments;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Function {
    /// The thumbprint of the certificate to wrap new keys to.
    GetProtectionKeyId,
    /// A protection certificate.
    GetProtectionKey,
    /// A content key, wrapped to another certificate.
    RebindContentKey,
    /// Of a content key: the address at which it is delivered.
    GetKeyDeliveryUrl,
    /// The number that ends all caching when it grows.
    Epoch,
    /// Makes it grow.
    RaiseEpoch,
}

impl Function {
    /// All of them under their names.
    pub(super) const ALL: [(&str, Self); 6] = [
        ("GetProtectionKeyId", Self::GetProtectionKeyId),
        ("GetProtectionKey", Self::GetProtectionKey),
        ("RebindContentKey", Self::RebindContentKey),
        ("GetKeyDeliveryUrl", Self::GetKeyDeliveryUrl),
        ("Epoch", Self::Epoch),
        ("RaiseEpoch", Self::RaiseEpoch),
    ];

    /// Finds a function by its exact name.
    pub(in crate::service) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, function)| function)
    }

    /// Its name in addresses and answers.
    pub(in crate::service) fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }

    /// The methods that it is called by.
    pub(in crate::service) const fn methods(self) -> &'static [&'static str] {
        match self {
            Self::GetProtectionKeyId | Self::GetProtectionKey | Self::RebindContentKey | Self::Epoch => &["GET"],
            Self::GetKeyDeliveryUrl | Self::RaiseEpoch => &["POST"],
        }
    }

    /// Whether a refusal of it is a matter for the audit log, though it changes nothing: it takes a key out.
    pub(in crate::service) const fn takes_a_key_out(self) -> bool {
        matches!(self, Self::RebindContentKey)
    }

    /// Its parameters, and their types as `$metadata` names them.
    pub(super) const fn parameters(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::GetProtectionKeyId => &[("contentKeyType", "Edm.Int32")],
            Self::GetProtectionKey => &[("ProtectionKeyId", "Edm.String")],
            Self::RebindContentKey => &[("id", "Edm.String"), ("x509Certificate", "Edm.String")],
            Self::GetKeyDeliveryUrl => &[("keyDeliveryType", "Edm.Int32")],
            Self::Epoch | Self::RaiseEpoch => &[],
        }
    }

    /// Whether it is called on a content key.
    pub(in crate::service) const fn is_of_a_key(self) -> bool {
        matches!(self, Self::GetKeyDeliveryUrl)
    }
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::service) enum Target {
    /// A function of the API.
    Unbound(Function),
    /// A function of the content key with that id, in its canonical spelling.
    Key(Function, String),
}

/// Calls a function, and gives its answer, which is a text.
pub(super) async fn call<P: Platform>(context: &Context<'_, P>, target: &Target) -> Result<String, Refusal> {
    let body = body::parse(&context.request.body)?;
    let arguments = || Arguments::parse(context.request.address().query);
    match target {
        Target::Unbound(Function::GetProtectionKeyId) => protection_key_id(context.settings, &arguments()?),
        Target::Unbound(Function::GetProtectionKey) => protection_key(context.settings, &arguments()?),
        Target::Unbound(Function::RebindContentKey) => rebind::rebind(context, &arguments()?).await,
        Target::Unbound(Function::Epoch) => Ok(epoch::read(context.platform).await?.to_string()),
        Target::Unbound(Function::RaiseEpoch) => epoch::raise(context).await,
        Target::Key(Function::GetKeyDeliveryUrl, id) => delivery_url(context, id, &body).await,
        Target::Unbound(_) | Target::Key(..) => Err(Refusal::new(
            404,
            ErrorCode::FunctionBadParameter.as_str(),
            "this function is called on a content key if it is GetKeyDeliveryUrl, and on nothing otherwise",
        )),
    }
}

/// `GetProtectionKeyId?contentKeyType=n`; one certificate protects keys of every type.
fn protection_key_id(settings: &Settings, arguments: &Arguments) -> Result<String, Refusal> {
    ContentKeyType::from_number(arguments.number("contentKeyType")?).map_err(|error| error.at("contentKeyType"))?;
    match settings.protection_keys.first() {
        Some(key) => Ok(key.certificate.thumbprint()),
        None => Err(no_protection_key(
            "this service has no protection certificate: name one in its settings (protectionKeys)",
        )),
    }
}

/// `GetProtectionKey?ProtectionKeyId='thumbprint'`
fn protection_key(settings: &Settings, arguments: &Arguments) -> Result<String, Refusal> {
    let thumbprint = arguments.text("ProtectionKeyId")?;
    let (_, key) = settings.protection_key(&thumbprint).ok_or_else(|| {
        no_protection_key(
            "there is no protection certificate of that thumbprint: GetProtectionKeyId says which there is",
        )
    })?;
    Ok(base64_encode(key.certificate.der()))
}

fn no_protection_key(why: &str) -> Refusal {
    Refusal::new(404, ErrorCode::FunctionNoProtectionKey.as_str(), why)
}

/// `ContentKeys('id')/GetKeyDeliveryUrl`, with `{"keyDeliveryType":n}`
async fn delivery_url<P: Platform>(context: &Context<'_, P>, id: &str, body: &Json) -> Result<String, Refusal> {
    let delivery = delivery_type(body)?;
    let (key_id, entity) = content_key(context.platform, id).await?;
    let own_root = || format!("{}/", context.request.address().origin);
    let root = context.settings.delivery_root.clone().unwrap_or_else(own_root);
    Ok(key_delivery_url(&root, delivery, key_id, Some(key_type(&entity)?))?)
}

fn delivery_type(body: &Json) -> Result<KeyDeliveryType, Error> {
    let bad = || {
        let why = "expected the number of a delivery type, as in {\"keyDeliveryType\":2}";
        Error::new(ErrorCode::FunctionBadParameter, why).at("keyDeliveryType")
    };
    let Json::Object(members) = body else { return Err(bad()) };
    let mut named = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case("keyDeliveryType"));
    let number = match (named.next(), named.next()) {
        (Some((_, Json::Number(number))), None) => number.as_u64().and_then(|number| u8::try_from(number).ok()),
        // Numbers also come as texts.
        (Some((_, Json::Text(text))), None) => text.expose().parse().ok(),
        _ => None,
    };
    KeyDeliveryType::from_number(number.ok_or_else(bad)?)
}

/// A content key's entity, or 404.
async fn content_key<S: Store>(store: &S, id: &str) -> Result<(KeyId, Json), Refusal> {
    let id = EntityId::parse(EntityKind::ContentKey, id).map_err(|error| error.at("id"))?;
    let rows = store.get(&[keys::entity(EntitySet::ContentKeys, &id.to_string())]).await?;
    let Some(row) = rows.into_iter().flatten().next() else {
        return Err(Refusal::new(404, "entity.not_found", "there is no content key with this id"));
    };
    Ok((KeyId::new(id.guid()), read_json(&row.value)?))
}

/// The type of a stored key; it is 0 where nothing was said.
fn key_type(entity: &Json) -> Result<ContentKeyType, Error> {
    ContentKeyType::from_number(Members::of(entity, "", CORRUPT)?.integer("ContentKeyType")?.unwrap_or(0))
}
