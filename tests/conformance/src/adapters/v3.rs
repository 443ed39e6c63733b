//! Policies of v3.

use super::Answer;
use super::input::{secret, text};
use keywicket::error::Error;
use keywicket::policy::v3::{FairPlaySecrets, Policy, V2Option};
use keywicket::secret::SecretText;
use serde_json::Value;

pub fn convert_option(input: &Value) -> Answer {
    let Some(v2) = input.get("v2") else { return Answer::Missing };
    let secrets = input.get("resolved").map(|resolved| FairPlaySecrets {
        ask: secret(resolved, "ask_b64"),
        pfx_password: SecretText::from_string(text(resolved, "pfx_password").to_owned()),
    });
    let run = || {
        let (mut policy, _) = Policy::from_v2(&[V2Option::from_json(&v2.to_string())?])?;
        if let Some(secrets) = &secrets {
            policy.embed_fairplay_secrets(secrets)?;
        }
        policy.options.iter().map(|option| Ok::<_, Error>(option.to_json()?.0)).collect::<Result<Vec<_>, _>>()
    };
    match run() {
        Ok(options) => match options.first().map(|json| serde_json::from_str::<Value>(json.expose())) {
            Some(Ok(option)) => Answer::ok(option),
            _ => Answer::Missing,
        },
        Err(error) => error.into(),
    }
}

pub fn policy_example(input: &Value) -> Answer {
    Policy::from_json(&input.to_string()).map(|_| "accepted").into()
}
