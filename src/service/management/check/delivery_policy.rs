//! Asset delivery policies: flags and types that exist, and a configuration that can be read.

use super::super::create::{invalid, set_member};
use super::super::refusal::Refusal;
use super::super::rows::{number_of, text_of};
use super::{Change, within};
use crate::error::Finding;
use crate::json::{Json, Object};
use crate::policy::asset_delivery::{DeliveryPolicyType, DeliveryProtocols, read_delivery_configuration};

const CONFIGURATION: &str = "AssetDeliveryConfiguration";

pub(super) fn check(change: &Change<'_>, members: &mut Object) -> Result<Vec<Finding>, Refusal> {
    let kind = number_of(members, "AssetDeliveryPolicyType").and_then(|number| u8::try_from(number).ok());
    if kind.and_then(DeliveryPolicyType::from_number).is_none() {
        let names = DeliveryPolicyType::ALL.map(|(name, _)| name).join(", ");
        return Err(invalid("AssetDeliveryPolicyType", format!("the type is the number of one of {names}, from 0")));
    }
    let protocols = number_of(members, "AssetDeliveryProtocol").and_then(|bits| u32::try_from(bits).ok());
    if !protocols.is_some_and(|bits| DeliveryProtocols::ALL.contains(DeliveryProtocols::from_bits(bits))) {
        let why = "the protocols are a sum of 1 (Smooth Streaming), 2 (DASH), 4 (HLS), 8 (HDS) and 16 (progressive \
                   download), or 65535 for all";
        return Err(invalid("AssetDeliveryProtocol", why));
    }
    if !change.is_new(members, CONFIGURATION) {
        return Ok(Vec::new());
    }
    let text = text_of(members, CONFIGURATION).unwrap_or_default();
    let (configuration, findings) = within(CONFIGURATION, read_delivery_configuration(text))?;
    if configuration.is_none() {
        set_member(members, CONFIGURATION, Json::Null);
    }
    Ok(findings)
}
