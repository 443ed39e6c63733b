//! Whole policies, the doctor of verification keys, the linter and the rollover planner for JavaScript.

use super::policy::{policy, write_key};
use super::read::{self, MAX_DOCUMENT, Members, Result};
use super::write;
use crate::error::{Error, ErrorCode};
use crate::policy::{
    KeyDeliveryType, PolicyOption, Restriction, RolloverAction, RolloverStep, RolloverTimes, VerificationKey,
    check_rollover as check_plan, lint_token_restriction as lint, plan_rollover as plan,
};
use crate::secret::{SecretBytes, SecretText};
use crate::token::{DEFAULT_TOLERANCE, MAX_TOKEN_BYTES, diagnose_verification_key as diagnose};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(js_name = lintTokenRestriction)]
pub fn lint_token_restriction(restriction: JsValue) -> Result<JsValue> {
    Ok(write::list(lint(&policy(&restriction)?), write::finding))
}

#[wasm_bindgen(js_name = verificationKeyFromJwk)]
pub fn verification_key_from_jwk(jwk: JsValue) -> Result<JsValue> {
    let json = SecretText::from_string(read::text(&jwk, "jwk", MAX_DOCUMENT)?);
    write_key(&VerificationKey::from_jwk(json.expose()).map_err(|error| error.at("jwk"))?)
}

#[wasm_bindgen(js_name = diagnoseVerificationKey)]
pub fn diagnose_verification_key(input: JsValue) -> Result<JsValue> {
    let members = Members::of(&input, "", &["key", "token"])?;
    let key = SecretBytes::new(members.bytes("key")?);
    let most = u32::try_from(MAX_TOKEN_BYTES).unwrap_or(u32::MAX);
    let token = SecretText::from_string(read::text(&members.required("token")?, "token", most)?);
    let encoding = diagnose(&key, token.expose())?;
    Ok(write::Members::new().set("encoding", encoding.name()).set("why", encoding.why()).finish())
}

#[wasm_bindgen(js_name = planRollover)]
pub fn plan_rollover(input: JsValue) -> Result<JsValue> {
    let members = Members::of(&input, "", &["now", "policyCache", "longestTokenLife", "tolerance"])?;
    let steps = plan(members.whole_number("now")?, &rollover_times(&members)?)?;
    Ok(write::list(steps, write_step))
}

#[wasm_bindgen(js_name = checkRollover)]
pub fn check_rollover(steps: JsValue, times: JsValue) -> Result<()> {
    let members = Members::of(&times, "times", &["policyCache", "longestTokenLife", "tolerance"])?;
    let steps = read::list(&steps, "steps")?;
    let steps = steps.iter().enumerate().map(|(index, step)| rollover_step(step, &format!("steps[{index}]")));
    Ok(check_plan(&steps.collect::<Result<Vec<_>>>()?, &rollover_times(&members)?)?)
}

/// An option as the REST API has it; its id, name and configuration are not looked at here.
pub(super) fn policy_option(value: &JsValue, path: &str) -> Result<PolicyOption> {
    let members =
        Members::of(value, path, &["Id", "Name", "KeyDeliveryType", "KeyDeliveryConfiguration", "Restrictions"])?;
    let kind = delivery_type(members.integer("KeyDeliveryType")?).map_err(|error| error.within(path))?;
    let restrictions = members.list("Restrictions")?;
    let restrictions = restrictions
        .iter()
        .enumerate()
        .map(|(index, value)| restriction(value, &format!("{path}.Restrictions[{index}]")));
    Ok(PolicyOption::new(kind, restrictions.collect::<Result<_>>()?).map_err(|error| error.within(path))?)
}

fn restriction(value: &JsValue, path: &str) -> Result<Restriction> {
    let members = Members::of(value, path, &["Name", "KeyRestrictionType", "Requirements"])?;
    let number = u8::try_from(members.integer("KeyRestrictionType")?).unwrap_or(u8::MAX);
    let requirements = members.get("Requirements")?.filter(|value| !value.is_null());
    let requirements = requirements.map(|value| read::text(&value, &members.path("Requirements"), MAX_DOCUMENT));
    let requirements = SecretText::from_string(requirements.transpose()?.unwrap_or_default());
    Ok(Restriction::read(number, Some(requirements.expose())).map_err(|error| error.within(path))?)
}

fn delivery_type(number: i64) -> crate::error::Result<KeyDeliveryType> {
    KeyDeliveryType::from_number(u8::try_from(number).unwrap_or(u8::MAX))
}

fn rollover_times(members: &Members) -> Result<RolloverTimes> {
    Ok(RolloverTimes {
        policy_cache: members.whole_number("policyCache")?,
        longest_token_life: members.whole_number("longestTokenLife")?,
        tolerance: members.optional_whole_number("tolerance")?.unwrap_or(i64::from(DEFAULT_TOLERANCE)),
    })
}

fn rollover_step(value: &JsValue, path: &str) -> Result<RolloverStep> {
    let members = Members::of(value, path, &["action", "at", "why"])?;
    let name = members.text("action")?;
    let action = RolloverAction::ALL.into_iter().find(|action| action.name() == name);
    let action = action.ok_or_else(|| {
        let known = RolloverAction::ALL.map(RolloverAction::name).join(", ");
        Error::new(ErrorCode::ArgumentOutOfRange, format!("expected one of {known}")).at(members.path("action"))
    })?;
    Ok(RolloverStep { action, at: members.whole_number("at")? })
}

fn write_step(step: RolloverStep) -> JsValue {
    write::Members::new()
        .set("action", step.action.name())
        .set("at", write::number(step.at))
        .set("why", step.action.why())
        .finish()
}
