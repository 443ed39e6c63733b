//! The `service` room for JavaScript: the REST calls as data. Entities cross as JSON text, which they are on the wire.

use super::id::key_id;
use super::read::{self, MAX_DOCUMENT, MAX_TEXT, Members, Result};
use super::write;
use crate::delivery::{key_delivery_url, key_id_of_url};
use crate::error::{Error, ErrorCode};
use crate::key::ContentKeyType;
use crate::policy::KeyDeliveryType;
use crate::secret::SecretText;
use crate::service::{
    Entity, EntitySet, Navigation, Request, create_entity, created_response, link_entities, update_entity,
};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = createEntityRequest)]
pub fn create_entity_request(root: JsValue, set: JsValue, entity: JsValue) -> Result<JsValue> {
    let root = read::text(&root, "root", MAX_TEXT)?;
    let set = entity_set(&set, "set")?;
    // An option's requirements hold verification keys.
    let json = SecretText::from_string(read::text(&entity, "entity", MAX_DOCUMENT)?);
    let entity = Entity::from_json(set, json.expose()).map_err(|error| error.within("entity"))?;
    Ok(write_request(&create_entity(&root, &entity)?))
}

#[wasm_bindgen(js_name = linkEntitiesRequest)]
pub fn link_entities_request(root: JsValue, from: JsValue, navigation: JsValue, to: JsValue) -> Result<JsValue> {
    let root = read::text(&root, "root", MAX_TEXT)?;
    let (from_set, from_id) = reference(&from, "from")?;
    let (to_set, to_id) = reference(&to, "to")?;
    let navigation = read::text(&navigation, "navigation", MAX_TEXT)?;
    let navigation = Navigation::between(from_set, &navigation, to_set).map_err(|error| error.at("navigation"))?;
    Ok(write_request(&link_entities(&root, navigation, &from_id, &to_id)?))
}

#[wasm_bindgen(js_name = updateEntityRequest)]
pub fn update_entity_request(root: JsValue, entity: JsValue, changes: JsValue) -> Result<JsValue> {
    let root = read::text(&root, "root", MAX_TEXT)?;
    let (set, id) = reference(&entity, "entity")?;
    let changes = SecretText::from_string(read::text(&changes, "changes", MAX_DOCUMENT)?);
    Ok(write_request(&update_entity(&root, set, &id, changes.expose())?))
}

#[wasm_bindgen(js_name = readCreatedResponse)]
pub fn read_created_response(body: JsValue) -> Result<JsValue> {
    let body = SecretText::from_string(read::text(&body, "body", MAX_DOCUMENT)?);
    let created = created_response(body.expose()).map_err(|error| error.within("body"))?;
    Ok(write::Members::new()
        .set("status", created.status)
        .set("entitySet", created.entity_set.name())
        .set("id", created.id)
        .set("location", created.location)
        .finish())
}

#[wasm_bindgen(js_name = keyDeliveryUrl)]
pub fn delivery_url(root: JsValue, delivery: JsValue, id: JsValue, options: JsValue) -> Result<String> {
    let root = read::text(&root, "root", MAX_TEXT)?;
    let number = delivery.as_f64().filter(|number| number.fract() == 0.0);
    let number = number.and_then(super::number::whole).and_then(|number| u8::try_from(number).ok());
    let unknown = || Error::new(ErrorCode::ArgumentOutOfRange, "expected a delivery type from 1 to 4").at("delivery");
    let delivery = KeyDeliveryType::from_number(number.ok_or_else(unknown)?).map_err(|_| unknown())?;
    let id = key_id(&id, "keyId")?;
    let members = Members::optional(&options, "options", &["type"])?;
    let key_type = members.optional_text("type")?.map(|name| ContentKeyType::from_name(&name)).transpose();
    let key_type = key_type.map_err(|error| error.at("options.type"))?;
    Ok(key_delivery_url(&root, delivery, id, key_type)?)
}

#[wasm_bindgen(js_name = keyIdOfUrl)]
pub fn id_of_url(url: JsValue) -> Result<String> {
    Ok(key_id_of_url(&read::text(&url, "url", MAX_TEXT)?)?.to_string())
}

fn reference(value: &JsValue, path: &str) -> Result<(EntitySet, String)> {
    let members = Members::of(value, path, &["set", "id"])?;
    Ok((entity_set(&members.required("set")?, &members.path("set"))?, members.text("id")?))
}

fn entity_set(value: &JsValue, path: &str) -> Result<EntitySet> {
    Ok(EntitySet::from_name(&read::text(value, path, MAX_TEXT)?).map_err(|error| error.at(path))?)
}

fn write_request(request: &Request) -> JsValue {
    let headers =
        request.headers.iter().fold(write::Members::new(), |headers, (name, value)| headers.set(name, *value));
    write::Members::new()
        .set("method", request.method.name())
        .set("url", request.url.as_str())
        .set("headers", headers.finish())
        .set("body", request.body.expose())
        .set("contentLength", write::number(i64::try_from(request.body.expose().len()).unwrap_or(i64::MAX)))
        .finish()
}
