//! The `delivery` room for JavaScript.

use super::read::Result;
use super::token::write_decision;
use super::write;
use crate::delivery::release;
use crate::key::ContentKey;
use crate::token::Decision;
use wasm_bindgen::JsValue;

/// `{ decision, body? }`: the body only where the decision allows it.
pub(super) fn write(decision: &Decision, key: &ContentKey) -> Result<JsValue> {
    let answer = write::Members::new().set("decision", write_decision(decision, None));
    if !decision.is_allowed() {
        return Ok(answer.finish());
    }
    Ok(answer.set("body", write::secret_bytes(&release(decision, key)?)).finish())
}
