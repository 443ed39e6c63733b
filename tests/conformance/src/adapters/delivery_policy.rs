//! Asset delivery policies.

use super::Answer;
use super::input::{list, number, optional_text, text};
use keywicket::error::Error;
use keywicket::policy::asset_delivery::{
    ConfigurationKey, DeliveryConfiguration, DeliveryPolicyType, DeliveryProtocols,
};
use keywicket::policy::encryption_state::{AssetFile, AssetOptions, AssetType, EncryptionState, LinkedDeliveryPolicy};
use serde_json::{Value, json};

pub fn configuration_json(input: &Value) -> Answer {
    let Some(pairs) = input.get("pairs").and_then(Value::as_array) else { return Answer::ok(Value::Null) };
    let entry = |pair: &Value| {
        let number = pair.get(0).and_then(Value::as_i64).unwrap_or(-1);
        Ok((ConfigurationKey::from_number(number)?, pair.get(1).and_then(Value::as_str).map(str::to_owned)))
    };
    let run =
        || Ok::<_, Error>(DeliveryConfiguration::new(pairs.iter().map(entry).collect::<Result<_, _>>()?)?.to_json());
    run().into()
}

/// A table: of each row the columns that are given, and of each shape its files, the primary one with a star.
pub fn encryption_states(input: &Value) -> Answer {
    let rows = list(input, "rows").iter().map(|row| state_of_row(input, row)).collect::<Option<Vec<_>>>();
    rows.map_or(Answer::Missing, Answer::ok)
}

fn state_of_row(input: &Value, row: &Value) -> Option<Value> {
    let cell = |name: &str| {
        let column = list(input, "columns").iter().position(|column| column == name)?;
        row.get(column)?.as_str()
    };
    let options = AssetOptions::from_name(cell("options")?)?;
    let files: Vec<AssetFile> =
        list(input.get("files_for_shape")?, cell("asset_files_shape")?).iter().map(file).collect();
    let protocols = DeliveryProtocols::from_name(cell("protocol")?)?;
    let policy_type = DeliveryPolicyType::from_name(cell("policy_type")?)?;
    // The table says None where no policy is linked.
    let policies = [LinkedDeliveryPolicy { policy_type, protocols }];
    let policies = if policy_type == DeliveryPolicyType::None { &[] } else { policies.as_slice() };
    let kind = AssetType::of(&files, options);
    let state = EncryptionState::of(kind, options, policies, protocols);
    let computed = [json!(state.name()), json!(kind.is_streamable()), json!(kind.name())];
    Some(row.as_array()?.iter().cloned().chain(computed).collect())
}

fn file(name: &Value) -> AssetFile {
    let name = text(name, "");
    let primary = name.strip_suffix('*');
    AssetFile { name: primary.unwrap_or(name).to_owned(), is_primary: primary.is_some(), is_fragmented: false }
}

pub fn encryption_state(input: &Value) -> Answer {
    let run = || {
        let options = AssetOptions::from_name(text(input, "options"))?;
        let kind = AssetType::from_name(text(input, "asset_type"))?;
        let policies = list(input, "policies").iter().map(policy).collect::<Option<Vec<_>>>()?;
        Some(EncryptionState::of(kind, options, &policies, protocols(input, "query_protocols")?).name())
    };
    run().map_or(Answer::Missing, Answer::ok)
}

fn policy(policy: &Value) -> Option<LinkedDeliveryPolicy> {
    let policy_type = DeliveryPolicyType::from_name(optional_text(policy, "type")?)?;
    Some(LinkedDeliveryPolicy { policy_type, protocols: protocols(policy, "protocols")? })
}

fn protocols(input: &Value, name: &str) -> Option<DeliveryProtocols> {
    u32::try_from(number(input, name)).ok().map(DeliveryProtocols::from_bits)
}
