//! Reading the message as Newtonsoft.Json did with the SDK's types, and saying what it would have passed over.

use super::{AllowedTrackTypes, ContentKeySpec, Hdcp, WidevineMessage, lint_widevine_message};
use crate::error::{Error, ErrorCode, Finding, Result, Severity};
use crate::json::{Codes, Json, Members, Names, Object};

/// Members that the SDK's type has.
pub(super) const MEMBERS: [&str; 3] = ["allowed_track_types", "content_key_specs", "policy_overrides"];
/// Further ones that the licence service documents.
const DOCUMENTED: [&str; 7] = [
    "payload",
    "content_id",
    "provider",
    "policy_name",
    "use_policy_overrides_exclusively",
    "session_init",
    "parse_only",
];
pub(super) const SPEC_MEMBERS: [&str; 4] = ["track_type", "key_id", "security_level", "required_output_protection"];
/// Further ones that the licence service documents: the key itself, which Azure Media Services put in by itself.
const SPEC_DOCUMENTED: [&str; 2] = ["key", "iv"];

const CODES: Codes = Codes { missing: ErrorCode::WidevineBadValue, bad: ErrorCode::WidevineBadValue };
const NAMES: Names = Names { unknown: "widevine.unknown_member", letter_case: "widevine.letter_case" };

/// Reads the message of any writer; null members are absent ones. Unknown members are kept and reported: the SDK dropped
/// them without a word.
///
/// # Errors
/// `widevine.not_json`, `widevine.not_an_object`, `widevine.bad_value` with the member's path.
pub fn read_widevine_message(json: &str) -> Result<(WidevineMessage, Vec<Finding>)> {
    let document = Json::parse(json, ErrorCode::WidevineNotJson)?;
    if !matches!(document, Json::Object(_)) {
        let why = format!("a Widevine message is a JSON object, {{}} at least; this is {}", document.kind());
        return Err(Error::new(ErrorCode::WidevineNotAnObject, why));
    }
    let members = Members::of(&document, "", CODES)?;
    let mut findings = Vec::new();
    let known: Vec<&str> = MEMBERS.into_iter().chain(DOCUMENTED).collect();
    members.check_names(&known, NAMES, &mut findings);
    let message = WidevineMessage {
        allowed_track_types: choice(&members, "allowed_track_types", &AllowedTrackTypes::ALL, &mut findings)?,
        content_key_specs: read_specs(&members, &mut findings)?,
        policy_overrides: read_overrides(&members)?,
        other: others(&members, &MEMBERS),
    };
    findings.extend(lint_widevine_message(&message));
    Ok((message, findings))
}

fn read_specs(members: &Members<'_>, findings: &mut Vec<Finding>) -> Result<Option<Vec<ContentKeySpec>>> {
    if members.list("content_key_specs")?.is_none() {
        return Ok(None);
    }
    let specs = members.objects("content_key_specs")?;
    specs.iter().map(|spec| read_spec(spec, findings)).collect::<Result<_>>().map(Some)
}

fn read_spec(members: &Members<'_>, findings: &mut Vec<Finding>) -> Result<ContentKeySpec> {
    let known: Vec<&str> = SPEC_MEMBERS.into_iter().chain(SPEC_DOCUMENTED).collect();
    members.check_names(&known, NAMES, findings);
    Ok(ContentKeySpec {
        track_type: members.text("track_type")?.map(str::to_owned),
        key_id: members.text("key_id")?.map(str::to_owned),
        security_level: security_level(members, findings)?,
        required_output_protection: read_protection(members, findings)?,
        other: others(members, &SPEC_MEMBERS),
    })
}

/// A number; Newtonsoft.Json took a text of digits too.
fn security_level(members: &Members<'_>, findings: &mut Vec<Finding>) -> Result<Option<i32>> {
    const NAME: &str = "security_level";
    let Some(Json::Text(text)) = members.get(NAME) else { return members.integer(NAME) };
    let level: i32 = text.expose().trim().parse().map_err(|_| members.bad(NAME, "expected a number from 1 to 5"))?;
    let why = "the number is written as a text";
    findings.push(mended("widevine.number_as_text", members.path(NAME), why, level.to_string()));
    Ok(Some(level))
}

fn read_protection(members: &Members<'_>, findings: &mut Vec<Finding>) -> Result<Option<Hdcp>> {
    let Some(protection) = members.object("required_output_protection")? else { return Ok(None) };
    protection.check_names(&["hdcp"], NAMES, findings);
    let hdcp = choice(&protection, "hdcp", &Hdcp::ALL, findings)?;
    if hdcp.is_none() {
        let why = "an output protection without hdcp asks for none";
        findings.push(mended("widevine.missing_hdcp", protection.path("hdcp"), why, Hdcp::None.name().to_owned()));
    }
    Ok(Some(hdcp.unwrap_or_default()))
}

fn read_overrides(members: &Members<'_>) -> Result<Option<Object>> {
    match members.get("policy_overrides") {
        None => Ok(None),
        Some(Json::Object(overrides)) => Ok(Some(overrides.clone())),
        Some(other) => Err(members.bad("policy_overrides", format!("expected an object, got {}", other.kind()))),
    }
}

/// A name out of a list; in another letter case it is taken, as Newtonsoft.Json did, and reported.
fn choice<T: Copy>(
    members: &Members<'_>,
    name: &str,
    choices: &[(&str, T)],
    findings: &mut Vec<Finding>,
) -> Result<Option<T>> {
    let Some(text) = members.text(name)? else { return Ok(None) };
    match choices.iter().find(|(choice, _)| choice.eq_ignore_ascii_case(text)) {
        Some((choice, value)) => {
            if *choice != text {
                let why = "the value is spelt in another letter case; not every reader takes it";
                findings.push(mended("widevine.letter_case", members.path(name), why, (*choice).to_owned()));
            }
            Ok(Some(*value))
        }
        None => members.choice(name, choices),
    }
}

fn others(members: &Members<'_>, known: &[&str]) -> Object {
    members.strangers(known).cloned().collect()
}

fn mended(code: &'static str, path: String, why: &'static str, value: String) -> Finding {
    let mut finding = Finding::new(code, Severity::Warning, path, why).fix(format!("write {value}"));
    finding.mended = Some(value);
    finding
}
