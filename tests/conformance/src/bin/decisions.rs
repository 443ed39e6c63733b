//! Judges a corpus of tokens natively, so that other runtimes can be held against it.
//!
//! `decisions FILE` reads `{"policies": [base64, …], "cases": [{"policy", "token", "request"}, …]}` and prints a line of JSON
//! per case: the decision of `check`, the decision of `explain` and its checks, members in the order of the TypeScript types.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keywicket::id::KeyId;
use keywicket::policy::KeyDeliveryType;
use keywicket::token::{CompiledPolicy, Decision, OptionCheck, TokenRequest, TokenVerifier};
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("usage: decisions FILE");
        return ExitCode::from(2);
    };
    match judge(&file) {
        Ok(lines) => {
            println!("{}", lines.join("\n"));
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{file}: {why}");
            ExitCode::from(2)
        }
    }
}

fn judge(file: &str) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let corpus: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let list = |name: &str| corpus.get(name).and_then(Value::as_array).ok_or_else(|| format!("no list {name}"));
    let verifiers = list("policies")?.iter().map(verifier).collect::<Result<Vec<_>, _>>()?;
    let cases = list("cases")?.iter().enumerate();
    cases.map(|(index, case)| line(&verifiers, case).ok_or_else(|| format!("case {index} is not one"))).collect()
}

fn verifier(compiled: &Value) -> Result<TokenVerifier, String> {
    let bytes = STANDARD.decode(compiled.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
    let policy = CompiledPolicy::from_bytes(&bytes).map_err(|error| error.to_string())?;
    TokenVerifier::new(policy).map_err(|error| error.to_string())
}

fn line(verifiers: &[TokenVerifier], case: &Value) -> Option<String> {
    let verifier = verifiers.get(usize::try_from(case.get("policy")?.as_u64()?).ok()?)?;
    let token = case.get("token")?.as_str().unwrap_or_default();
    let request = request(case.get("request")?)?;
    let (explained, checks) = verifier.explain(token, &request);
    let answer = json!({
        "check": decision(&verifier.check(token, &request), token),
        "explain": decision(&explained, token),
        "checks": checks.iter().map(check).collect::<Vec<_>>(),
    });
    Some(answer.to_string())
}

fn request(members: &Value) -> Option<TokenRequest> {
    let mut request =
        TokenRequest::new(KeyId::parse(members.get("keyId")?.as_str()?).ok()?, members.get("now")?.as_i64()?);
    if let Some(address) = members.get("clientAddress") {
        request.client_address = Some(address.as_str()?.parse().ok()?);
    }
    if let Some(number) = members.get("keyDeliveryType") {
        let number = u8::try_from(number.as_u64()?).ok()?;
        request.key_delivery_type = Some(KeyDeliveryType::from_number(number).ok()?);
    }
    if let Some(uses) = members.get("uses") {
        request.uses = Some(uses.as_i64()?);
    }
    Some(request)
}

fn decision(decision: &Decision, token: &str) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Option<Value>| value.map(|value| members.insert(name.to_owned(), value));
    set("allowed", Some(decision.is_allowed().into()));
    set("code", Some(decision.code().as_str().into()));
    set("keyId", Some(decision.key_id().guid().to_string().into()));
    set("option", decision.option().map(Value::from));
    set("verificationKey", decision.verification_key().map(|key| key.to_string().into()));
    set("expiresAt", decision.expires_at().map(Value::from));
    set("tokenDigest", decision.token_digest(token).map(|digest| hex(&digest).into()));
    set("usesLimit", decision.uses_limit().map(Value::from));
    Value::Object(members)
}

fn check((option, check): &OptionCheck) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Option<Value>| value.map(|value| members.insert(name.to_owned(), value));
    set("option", option.map(Value::from));
    set("rule", Some(check.rule.name().into()));
    set("outcome", Some(check.outcome.name().into()));
    set("observed", check.observed.clone().map(Value::from));
    set("expected", check.expected.clone().map(Value::from));
    set("why", check.why.clone().map(Value::from));
    set("fix", check.fix.clone().map(Value::from));
    Value::Object(members)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
