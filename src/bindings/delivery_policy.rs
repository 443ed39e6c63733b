//! Asset delivery policies for JavaScript.

use super::read::{self, MAX_DOCUMENT, MAX_TEXT, Members, Result};
use super::write;
use crate::error::{Error, ErrorCode};
use crate::key::ContentKeyType;
use crate::policy::asset_delivery::{
    ConfigurationKey, DeliveryConfiguration, DeliveryPolicyType, DeliveryProtocols,
    read_delivery_configuration as read_configuration,
};
use crate::policy::encryption_state::{AssetFile, AssetOptions, AssetType, EncryptionState, LinkedDeliveryPolicy};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Takes the entries as a list of pairs: an object's members in their order.
#[wasm_bindgen(js_name = buildDeliveryConfiguration)]
pub fn build_delivery_configuration(entries: JsValue) -> Result<JsValue> {
    let entries = read::list(&entries, "configuration")?;
    let entries = entries.iter().map(entry).collect::<Result<_>>()?;
    let configuration = DeliveryConfiguration::new(entries).map_err(|error| error.within("configuration"))?;
    Ok(JsValue::from_str(&configuration.to_json()))
}

fn entry(pair: &JsValue) -> Result<(ConfigurationKey, Option<String>)> {
    let pair = read::list(pair, "configuration")?;
    let name = read::text(pair.first().unwrap_or(&JsValue::UNDEFINED), "configuration", MAX_TEXT)?;
    let path = format!("configuration.{name}");
    let key = ConfigurationKey::from_name(&name).ok_or_else(|| {
        let known = ConfigurationKey::ALL.map(|(name, _)| name).join(", ");
        Error::new(ErrorCode::ArgumentUnknownMember, format!("nothing reads this member: expected {known}"))
            .at(path.as_str())
    })?;
    let value = pair.get(1).filter(|value| !value.is_null());
    Ok((key, value.map(|value| read::text(value, &path, MAX_TEXT)).transpose()?))
}

#[wasm_bindgen(js_name = readDeliveryConfiguration)]
pub fn read_delivery_configuration(json: JsValue) -> Result<JsValue> {
    let (configuration, findings) = read_configuration(&read::text(&json, "json", MAX_DOCUMENT)?)?;
    let configuration = configuration.map(|configuration| {
        let entries = configuration.entries().iter();
        entries
            .fold(write::Members::new(), |members, (key, value)| {
                members.set(key.name(), value.as_deref().map_or(JsValue::NULL, JsValue::from_str))
            })
            .finish()
    });
    Ok(write::Members::new()
        .set("configuration", configuration.unwrap_or(JsValue::NULL))
        .set("findings", write::list(findings, write::finding))
        .finish())
}

#[wasm_bindgen(js_name = checkDeliveryPolicy)]
pub fn check_delivery_policy(policy: JsValue) -> Result<()> {
    let members = Members::of(&policy, "policy", &["type", "contentKeyTypes"])?;
    let kind = policy_type(&members)?;
    let types = members.list("contentKeyTypes")?;
    let types = types.iter().enumerate().map(|(index, name)| {
        let path = format!("{}[{index}]", members.path("contentKeyTypes"));
        let name = read::text(name, &path, MAX_TEXT)?;
        Ok(ContentKeyType::from_name(&name).map_err(|error| error.at(path))?)
    });
    Ok(kind
        .check_linked_keys(&types.collect::<Result<Vec<_>>>()?)
        .map_err(|error| error.at("policy.contentKeyTypes"))?)
}

#[wasm_bindgen(js_name = encryptionState)]
pub fn encryption_state(asset: JsValue) -> Result<JsValue> {
    let members = Members::of(&asset, "asset", &["options", "files", "assetType", "policies", "protocols"])?;
    let options = match members.get("options")? {
        None => AssetOptions::NONE,
        Some(value) => asset_options(&value, &members.path("options"))?,
    };
    let kind = asset_type(&members, options)?;
    let policies = members.list("policies")?;
    let policies = policies.iter().enumerate().map(|(index, policy)| {
        let members = Members::of(policy, &format!("{}[{index}]", members.path("policies")), &["type", "protocols"])?;
        Ok(LinkedDeliveryPolicy { policy_type: policy_type(&members)?, protocols: protocols(&members)? })
    });
    let policies = policies.collect::<Result<Vec<_>>>()?;
    let state = EncryptionState::of(kind, options, &policies, protocols(&members)?);
    Ok(write::Members::new()
        .set("state", state.name())
        .set("assetType", kind.name())
        .set("isStreamable", kind.is_streamable())
        .set("supportsDynamicEncryption", kind.supports_dynamic_encryption())
        .finish())
}

/// Given, or found out from the files.
fn asset_type(members: &Members, options: AssetOptions) -> Result<AssetType> {
    if let Some(name) = members.optional_text("assetType")? {
        return Ok(AssetType::from_name(&name)
            .ok_or_else(|| unknown(members.path("assetType"), &AssetType::ALL.map(|(name, _)| name)))?);
    }
    members.required("files")?;
    let files = members.list("files")?;
    let files = files.iter().enumerate().map(|(index, file)| {
        let path = format!("{}[{index}]", members.path("files"));
        let file = Members::of(file, &path, &["name", "isPrimary", "isFragmented"])?;
        Ok(AssetFile {
            name: file.text("name")?,
            is_primary: file.optional_flag("isPrimary")?,
            is_fragmented: file.optional_flag("isFragmented")?,
        })
    });
    Ok(AssetType::of(&files.collect::<Result<Vec<_>>>()?, options))
}

/// A name, or the entity's number.
fn asset_options(value: &JsValue, path: &str) -> Result<AssetOptions> {
    if value.as_f64().is_some() {
        return flags(value, path).map(AssetOptions::from_bits);
    }
    let name = read::text(value, path, MAX_TEXT)?;
    Ok(AssetOptions::from_name(&name)
        .ok_or_else(|| unknown(path.to_owned(), &AssetOptions::NAMES.map(|(name, _)| name)))?)
}

fn policy_type(members: &Members) -> Result<DeliveryPolicyType> {
    let name = members.text("type")?;
    Ok(DeliveryPolicyType::from_name(&name)
        .ok_or_else(|| unknown(members.path("type"), &DeliveryPolicyType::ALL.map(|(name, _)| name)))?)
}

/// A list of names, or the entity's number.
fn protocols(members: &Members) -> Result<DeliveryProtocols> {
    let (value, path) = (members.required("protocols")?, members.path("protocols"));
    if value.as_f64().is_some() {
        return flags(&value, &path).map(DeliveryProtocols::from_bits);
    }
    let mut all = DeliveryProtocols::NONE;
    for (index, name) in read::list(&value, &path)?.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let name = read::text(name, &path, MAX_TEXT)?;
        let known = DeliveryProtocols::from_name(&name);
        all = all.union(known.ok_or_else(|| unknown(path, &DeliveryProtocols::NAMES.map(|(name, _)| name)))?);
    }
    Ok(all)
}

fn flags(value: &JsValue, path: &str) -> Result<u32> {
    let number = read::whole_number(value, path)?;
    let flags = u32::try_from(number);
    Ok(flags.map_err(|_| Error::new(ErrorCode::ArgumentOutOfRange, "these are not flags of 32 bits").at(path))?)
}

fn unknown(path: String, known: &[&str]) -> Error {
    Error::new(ErrorCode::ArgumentOutOfRange, format!("expected one of {}", known.join(", "))).at(path)
}
