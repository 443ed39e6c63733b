//! Policies of v3 for JavaScript. Entities and policies cross as JSON text, which they are on the wire.

use super::drm::initialization_vector;
use super::id::key_id;
use super::key::write_content_key;
use super::read::{self, MAX_DOCUMENT, Members, Result};
use super::write;
use crate::policy::v3::{Change, FairPlayKeyIds, FairPlayLink, FairPlaySecrets, Policy, V2Option, diff};
use crate::secret::{SecretBytes, SecretText};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = toV3)]
pub fn to_v3(option_entities: JsValue, options: JsValue) -> Result<JsValue> {
    let settings = Members::optional(&options, "options", &["description", "secrets"])?;
    let json = SecretText::from_string(read::text(&option_entities, "policyOptions", MAX_DOCUMENT)?);
    let entities = V2Option::list_from_json(json.expose()).map_err(|error| error.within("policyOptions"))?;
    let (mut policy, mut findings) = Policy::from_v2(&entities)?;
    policy.description = settings.optional_text("description")?;
    if let Some(secrets) = settings.get("secrets")? {
        policy.embed_fairplay_secrets(&fairplay_secrets(&secrets, &settings.path("secrets"))?)?;
    }
    let (json, found) = policy.to_json()?;
    findings.extend(found);
    Ok(write::Members::new()
        .set("policy", write::secret_text(&json))
        .set("findings", write::list(findings, write::finding))
        .finish())
}

fn fairplay_secrets(value: &JsValue, path: &str) -> Result<FairPlaySecrets> {
    let members = Members::of(value, path, &["ask", "pfxPassword"])?;
    Ok(FairPlaySecrets {
        ask: SecretBytes::new(members.bytes("ask")?),
        pfx_password: SecretText::from_string(members.text("pfxPassword")?),
    })
}

#[wasm_bindgen(js_name = fromV3)]
pub fn from_v3(policy: JsValue, options: JsValue) -> Result<JsValue> {
    let settings = Members::optional(&options, "options", &["fairPlayKeys"])?;
    let json = SecretText::from_string(read::text(&policy, "policy", MAX_DOCUMENT)?);
    let (policy, mut findings) = Policy::from_json(json.expose()).map_err(|error| error.within("policy"))?;
    let link =
        settings.get("fairPlayKeys")?.map(|keys| fairplay_keys(&keys, &settings.path("fairPlayKeys"))).transpose()?;
    let link = link.as_ref().map(|(keys, iv)| FairPlayLink { keys, content_encryption_iv: Some(*iv) });
    let (converted, found) = policy.to_v2(link)?;
    findings.extend(found);
    Ok(write::Members::new()
        .set_some("description", converted.description)
        .set("options", write::list(&converted.options, |option| write::secret_text(&option.to_json())))
        .set("contentKeys", write::list(&converted.content_keys, write_content_key))
        .set("findings", write::list(findings, write::finding))
        .finish())
}

fn fairplay_keys(value: &JsValue, path: &str) -> Result<(FairPlayKeyIds, [u8; 16])> {
    let members = Members::of(value, path, &["askId", "pfxPasswordId", "contentEncryptionIV"])?;
    let id = |name: &str| Ok::<_, JsValue>(key_id(&members.required(name)?, &members.path(name))?.guid());
    let keys = FairPlayKeyIds { ask_id: id("askId")?, pfx_password_id: id("pfxPasswordId")? };
    Ok((keys, initialization_vector(&members)?))
}

#[wasm_bindgen(js_name = diffPolicies)]
pub fn diff_policies(before: JsValue, after: JsValue) -> Result<JsValue> {
    let policy = |value: &JsValue, path: &str| {
        let json = SecretText::from_string(read::text(value, path, MAX_DOCUMENT)?);
        Ok::<_, JsValue>(Policy::from_either_json(json.expose()).map_err(|error| error.within(path))?.0)
    };
    let (before, after) = (policy(&before, "before")?, policy(&after, "after")?);
    Ok(write::list(diff(&before, &after), write_change))
}

fn write_change(change: Change) -> JsValue {
    write::Members::new()
        .set("path", change.path)
        .set("kind", change.kind.name())
        .set_some("before", change.before)
        .set_some("after", change.after)
        .set("text", change.text)
        .finish()
}
