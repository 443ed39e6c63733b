//! Whole policies, the doctor of verification keys, the linter and the rollover planner for JavaScript.

use super::id::requested_key_id;
use super::policy::{policy, write_key};
use super::read::{self, MAX_DOCUMENT, MAX_TEXT, Members, Result};
use super::token::{tolerance, write_check, write_decision};
use super::write;
use crate::error::{Error, ErrorCode};
use crate::policy::{
    KeyDeliveryType, PolicyOption, Restriction, RolloverAction, RolloverStep, RolloverTimes, VerificationKey,
    check_rollover as check_plan, lint_token_restriction as lint, plan_rollover as plan,
};
use crate::secret::{SecretBytes, SecretText};
use crate::token::{
    DEFAULT_TOLERANCE, PolicyRequest, PolicyVerifier as Verifier, diagnose_verification_key as diagnose,
};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// A policy's options made ready, held on this side of the boundary.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PolicyVerifier(Verifier);

#[wasm_bindgen]
impl PolicyVerifier {
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, settings: JsValue) -> Result<Self> {
        let settings = Members::optional(&settings, "settings", &["tolerance"])?;
        let tolerance = tolerance(&settings)?;
        let options = read::list(&options, "options")?;
        let options =
            options.iter().enumerate().map(|(index, option)| policy_option(option, &format!("options[{index}]")));
        let options = options.collect::<Result<Vec<_>>>()?;
        let verifier = Verifier::new(options, tolerance);
        Ok(Self(verifier.map_err(|error| {
            if error.path() == Some("tolerance") { error.within("settings") } else { error.within("options") }
        })?))
    }

    pub fn check(&self, token: JsValue, request: JsValue) -> Result<JsValue> {
        let token = SecretText::from_string(read::token(&token, "token")?);
        Ok(write_decision(&self.0.check(token.expose(), &policy_request(&request)?), None))
    }

    pub fn explain(&self, token: JsValue, request: JsValue) -> Result<JsValue> {
        let token = SecretText::from_string(read::token(&token, "token")?);
        let (decision, checks) = self.0.explain(token.expose(), &policy_request(&request)?);
        let checks = write::list(checks, |(option, check)| write_check(check, Some(option)));
        Ok(write_decision(&decision, Some(checks)))
    }
}

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
    let token = SecretText::from_string(read::token(&members.required("token")?, "token")?);
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
fn policy_option(value: &JsValue, path: &str) -> Result<PolicyOption> {
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

fn policy_request(value: &JsValue) -> Result<PolicyRequest> {
    let members = Members::of(value, "request", &["keyId", "now", "clientAddress", "keyDeliveryType"])?;
    let address = members
        .get("clientAddress")?
        .map(|value| read::text(&value, &members.path("clientAddress"), MAX_TEXT))
        .transpose()?;
    let client_address = address.map(|text| text.parse()).transpose().map_err(|_| {
        Error::new(ErrorCode::ArgumentOutOfRange, "expected an IPv4 or IPv6 address without port")
            .at(members.path("clientAddress"))
    })?;
    let kind = members.get("keyDeliveryType")?.map(|_| members.integer("keyDeliveryType")).transpose()?;
    // 0 delivers nothing, so nobody asks for it.
    let kind = kind.map(|number| delivery_type(if number == 0 { i64::MAX } else { number })).transpose();
    Ok(PolicyRequest {
        key_id: requested_key_id(&members)?,
        now: members.whole_number("now")?,
        client_address,
        key_delivery_type: kind.map_err(|_| {
            Error::new(ErrorCode::ArgumentOutOfRange, "the key delivery type is 1, 2, 3 or 4")
                .at(members.path("keyDeliveryType"))
        })?,
    })
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
