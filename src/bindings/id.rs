//! Ids for JavaScript.

use super::read::{self, Result};
use super::write;
use crate::id::{EntityId, EntityKind, KeyId};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = describeKeyId)]
pub fn describe_key_id(id: JsValue) -> Result<JsValue> {
    let forms = key_id(&id, "id")?.forms();
    let order = |hex: String, base64: String| write::Members::new().set("hex", hex).set("base64", base64).finish();
    Ok(write::Members::new()
        .set("id", forms.id)
        .set("guid", forms.guid)
        .set("uriEncoded", forms.uri_encoded)
        .set("cenc", order(forms.cenc_hex, forms.cenc_base64))
        .set("playready", order(forms.playready_hex, forms.playready_base64))
        .finish())
}

#[wasm_bindgen(js_name = describeEntityId)]
pub fn describe_entity_id(id: JsValue) -> Result<JsValue> {
    let text = read::text(&id, "id", read::MAX_TEXT)?;
    let id = EntityId::parse_any(&text).map_err(|error| error.at("id"))?;
    Ok(write::Members::new()
        .set("kind", kind_name(id.kind()))
        .set("id", id.to_string())
        .set("guid", id.guid().to_string())
        .set("uriEncoded", id.uri_encoded())
        .finish())
}

const fn kind_name(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::ContentKey => "ContentKey",
        EntityKind::ContentKeyAuthorizationPolicy => "ContentKeyAuthorizationPolicy",
        EntityKind::ContentKeyAuthorizationPolicyOption => "ContentKeyAuthorizationPolicyOption",
        EntityKind::Asset => "Asset",
        EntityKind::AssetDeliveryPolicy => "AssetDeliveryPolicy",
    }
}

pub(super) fn key_id(value: &JsValue, path: &str) -> Result<KeyId> {
    let text = read::text(value, path, read::MAX_TEXT)?;
    Ok(KeyId::parse(&text).map_err(|error| error.at(path))?)
}
