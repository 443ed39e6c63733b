//! What a Widevine message says that will not do what was meant.

use super::WidevineMessage;
use crate::error::{Finding, Severity};
use crate::json::{Json, Object};

/// What the licence service documents for `policy_overrides`.
const FLAGS: [&str; 4] = ["can_play", "can_persist", "can_renew", "renew_with_usage"];
const SECONDS: [&str; 6] = [
    "license_duration_seconds",
    "rental_duration_seconds",
    "playback_duration_seconds",
    "renewal_delay_seconds",
    "renewal_retry_interval_seconds",
    "renewal_recovery_duration_seconds",
];
const TEXTS: [&str; 1] = ["renewal_server_url"];

/// Findings about values that are legal JSON and useless: levels that do not exist, overrides that nothing reads, a
/// licence that may not be played.
#[must_use]
pub fn lint_widevine_message(message: &WidevineMessage) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, spec) in message.content_key_specs.iter().flatten().enumerate() {
        if spec.security_level.is_some_and(|level| !(1..=5).contains(&level)) {
            let path = format!("content_key_specs[{index}].security_level");
            let why =
                "security levels go from 1 (software) to 5 (the whole path in hardware); the old SDK did not check";
            findings.push(Finding::new("widevine.security_level_out_of_range", Severity::Error, path, why));
        }
    }
    if let Some(overrides) = &message.policy_overrides {
        lint_overrides(overrides, &mut findings);
    }
    findings
}

fn lint_overrides(overrides: &Object, findings: &mut Vec<Finding>) {
    let path = |name: &str| format!("policy_overrides.{name}");
    for (name, value) in overrides {
        match expected(name, value) {
            None => {
                let why = "the licence service documents no override of this name";
                findings.push(Finding::new("widevine.unknown_override", Severity::Warning, path(name), why));
            }
            Some(Err(kind)) => {
                let why = format!("expected {kind}, got {}", value.kind());
                findings.push(Finding::new("widevine.bad_override", Severity::Warning, path(name), why));
            }
            Some(Ok(())) => {}
        }
    }
    if !overrides.iter().any(|(name, value)| name == "can_play" && *value == Json::Bool(true)) {
        let why = "can_play is false unless it is said: no licence of this message plays anything";
        findings.push(
            Finding::new("widevine.cannot_play", Severity::Warning, path("can_play"), why).fix("set can_play to true"),
        );
    }
}

/// Whether a known override has a value of the right kind; nothing for an unknown one.
fn expected(name: &str, value: &Json) -> Option<Result<(), &'static str>> {
    let (right, kind) = if FLAGS.contains(&name) {
        (matches!(value, Json::Bool(_)), "true or false")
    } else if SECONDS.contains(&name) {
        let whole = |number: &crate::json::Number| number.as_i64().is_some_and(|seconds| seconds >= 0);
        (matches!(value, Json::Number(number) if whole(number)), "a whole number of seconds")
    } else if TEXTS.contains(&name) {
        (matches!(value, Json::Text(_)), "a text")
    } else {
        return None;
    };
    Some(if right || *value == Json::Null { Ok(()) } else { Err(kind) })
}
