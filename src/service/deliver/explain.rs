//! The whole decision, for a manager: in place of the key, and without counting.
//!
//! The shapes are those of the package's `Decision` and `DecisionRecord`, so that a record can be replayed there.

use super::delivery::{Case, Outcome};
use crate::encoding::hex_lower;
use crate::json::{Json, Object};
use crate::token::{Check, Decision, DecisionRecord, OptionCheck, TokenRequest};

/// One outcome in full: status and code as a viewer would get them, the policy, how long it has been remembered, the decision with its
/// checks, and the record.
pub(super) fn outcome(outcome: &Outcome, token: &str, now_ms: i64) -> Json {
    let mut members = Members::default();
    members.text("KeyId", Some(&outcome.id.guid().to_string()));
    members.number("Status", Some(outcome.refusal.map_or(200, |refusal| refusal.status.into())));
    members.text("Code", Some(outcome.code()));
    if let Some(case) = &outcome.case {
        let record = case.ready.verifier.record(token, &case.asked);
        members.text("PolicyId", Some(&case.policy.id));
        members.number("PolicyAge", Some(case.policy.age(now_ms)));
        let mut explained = decision(case, token);
        explained.put("checks", checks(&record.checks));
        members.put("Decision", explained.finish());
        members.put("Record", self::record(case, token, &record));
    }
    members.finish()
}

fn record(case: &Case, token: &str, record: &DecisionRecord) -> Json {
    Json::object([
        ("version", Json::number(1)),
        ("policyDigest", Json::text(&hex_lower(&record.policy_digest))),
        ("tokenTextDigest", Json::text(&hex_lower(&record.token_text_digest))),
        ("request", request(&record.request)),
        ("decision", decision(case, token).finish()),
        ("checks", checks(&record.checks)),
    ])
}

fn request(asked: &TokenRequest) -> Json {
    let mut members = Members::default();
    members.text("keyId", Some(&asked.key_id.guid().to_string()));
    members.number("now", Some(asked.now));
    members.text("clientAddress", asked.client_address.map(|address| address.to_string()).as_deref());
    members.number("keyDeliveryType", asked.key_delivery_type.map(|kind| kind.number().into()));
    members.number("uses", asked.uses);
    members.finish()
}

fn decision(case: &Case, token: &str) -> Members {
    let decision: &Decision = &case.decision;
    let mut members = Members::default();
    members.put("allowed", Json::Bool(decision.is_allowed()));
    members.text("code", Some(decision.code().as_str()));
    members.text("keyId", Some(&decision.key_id().guid().to_string()));
    members.number("option", decision.option().map(i64::from));
    members.text("verificationKey", decision.verification_key().map(|name| name.to_string()).as_deref());
    members.number("expiresAt", decision.expires_at());
    members.text("tokenDigest", decision.token_digest(token).map(|digest| hex_lower(&digest)).as_deref());
    members.number("usesLimit", decision.uses_limit());
    members
}

fn checks(checks: &[OptionCheck]) -> Json {
    Json::List(checks.iter().map(|(option, check)| self::check(*option, check)).collect())
}

fn check(option: Option<u8>, check: &Check) -> Json {
    let mut members = Members::default();
    members.number("option", option.map(i64::from));
    members.text("rule", Some(check.rule.name()));
    members.text("outcome", Some(check.outcome.name()));
    members.text("observed", check.observed.as_deref());
    members.text("expected", check.expected.as_deref());
    members.text("why", check.why.as_deref());
    members.text("fix", check.fix.as_deref());
    members.finish()
}

/// An object under way; what is not there is left out.
#[derive(Default)]
struct Members(Object);

impl Members {
    fn put(&mut self, name: &str, value: Json) {
        self.0.push((name.to_owned(), value));
    }

    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(text) = value {
            self.put(name, Json::text(text));
        }
    }

    fn number(&mut self, name: &str, value: Option<i64>) {
        if let Some(number) = value {
            self.put(name, Json::number(number));
        }
    }

    fn finish(self) -> Json {
        Json::Object(self.0)
    }
}
