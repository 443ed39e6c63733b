//! The members in the body of a write, read into their types.

use super::model::{self, Edm, Member};
use super::refusal::Refusal;
use crate::error::{ErrorCode, Finding, Severity};
use crate::json::{Json, Object};
use crate::secret::{SecretBytes, SecretText};
use crate::service::{EntitySet, Navigation};

/// The documented maximum of texts. Licence templates and restrictions have none but that of the body.
const MAX_TEXT: usize = 4000;
const UNBOUNDED: [&str; 2] = ["KeyDeliveryConfiguration", "AssetDeliveryConfiguration"];
const RESTRICTION: [(&str, Edm); 3] =
    [("Name", Edm::Text), ("KeyRestrictionType", Edm::Int32), ("Requirements", Edm::Text)];

/// What a client says about an entity.
#[derive(Debug)]
pub(super) struct Said {
    /// Members of the model, under its names, each once.
    pub(super) members: Vec<(&'static Member, Json)>,
    pub(super) findings: Vec<Finding>,
}

/// The JSON of a body; an empty one says nothing.
pub(super) fn parse(body: &SecretBytes) -> Result<Json, Refusal> {
    let text = std::str::from_utf8(body.expose())
        .map_err(|_| Refusal::new(400, ErrorCode::EntityNotJson.as_str(), "the body is not UTF-8"))?;
    if text.trim().is_empty() {
        return Ok(Json::Null);
    }
    Ok(Json::parse(text.strip_prefix('\u{FEFF}').unwrap_or(text), ErrorCode::EntityNotJson)?)
}

/// Reads the members of an entity of that set.
pub(super) fn read(set: EntitySet, body: &SecretBytes) -> Result<Said, Refusal> {
    let Json::Object(members) = parse(body)? else {
        let why = format!("the body is the JSON object of a {}", set.type_name());
        return Err(Refusal::new(400, ErrorCode::EntityNotJson.as_str(), why));
    };
    let mut said = Said { members: Vec::new(), findings: Vec::new() };
    for (name, value) in &members {
        if is_decoration(set, name, value) {
            continue;
        }
        let member = find(set, &members, name).ok_or_else(|| unknown(set, name))?;
        if member.name != name {
            let why = "the name is spelt in another letter case; not every reader takes it";
            let finding = Finding::new("entity.letter_case", Severity::Warning, member.name, why);
            said.findings.push(finding.fix(format!("write {}", member.name)));
        }
        if said.members.iter().any(|(known, _)| known.name == member.name) {
            return Err(bad(member.name, "this member stands twice, in different letter cases"));
        }
        let value = read_value(member.name, member.edm, value)?;
        said.members.push((member, value));
    }
    Ok(said)
}

/// What clients send along although it says nothing: metadata, and stubs of navigations.
fn is_decoration(set: EntitySet, name: &str, value: &Json) -> bool {
    let is_stub = match value {
        Json::Null => true,
        Json::Object(members) => members.iter().any(|(name, _)| matches!(name.as_str(), "__deferred" | "uri")),
        _ => false,
    };
    let is_navigation = Navigation::of(set).iter().any(|navigation| navigation.name() == name);
    name == "__metadata"
        || name.starts_with("odata.")
        || name.contains("@odata.")
        || (is_navigation && is_stub)
        || matches!(value, Json::Object(members) if members.iter().any(|(name, _)| name == "__deferred"))
}

/// The member of that exact name, or else of that name in another letter case.
fn find(set: EntitySet, body: &Object, name: &str) -> Option<&'static Member> {
    let members = model::members(set);
    members.iter().find(|member| member.name == name).or_else(|| {
        let near = members.iter().find(|member| member.name.eq_ignore_ascii_case(name));
        near.filter(|near| body.iter().all(|(other, _)| other != near.name))
    })
}

fn unknown(set: EntitySet, name: &str) -> Refusal {
    let known: Vec<&str> = model::members(set).iter().map(|member| member.name).collect();
    let is_navigation = Navigation::of(set).iter().any(|navigation| navigation.name() == name);
    let advice = if is_navigation { "; entities are linked with $links" } else { "" };
    let is_name = name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = if is_name { name } else { "of that name" };
    let why = format!("{} have no member {name}: expected some of {}{advice}", set.name(), known.join(", "));
    Refusal::new(400, ErrorCode::EntityInvalid.as_str(), why)
}

pub(super) fn bad(path: &str, why: impl std::fmt::Display) -> Refusal {
    Refusal::new(400, ErrorCode::EntityInvalid.as_str(), format!("{why} (at {path})"))
}

fn read_value(path: &str, edm: Edm, value: &Json) -> Result<Json, Refusal> {
    let expected = |what: &str| bad(path, format!("expected {what}, got {}", value.kind()));
    match (edm, value) {
        (Edm::Text | Edm::DateTime | Edm::Int32, Json::Null) => Ok(Json::Null),
        (Edm::Text | Edm::DateTime, Json::Text(text)) => {
            let is_bounded = !UNBOUNDED.contains(&path) && !path.ends_with("Requirements");
            if is_bounded && text.expose().chars().count() > MAX_TEXT {
                return Err(bad(path, format!("longer than {MAX_TEXT} characters, the documented maximum")));
            }
            Ok(Json::Text(text.clone()))
        }
        (Edm::Text | Edm::DateTime, _) => Err(expected("a text")),
        (Edm::Int32, Json::Number(number)) => {
            let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
            number.map(Json::number).ok_or_else(|| bad(path, "expected a whole number of 32 bits"))
        }
        (Edm::Int32, Json::Text(text)) => {
            let number: Result<i32, _> = text.expose().parse();
            number.map(Json::number).map_err(|_| bad(path, "expected a whole number of 32 bits"))
        }
        (Edm::Int32, _) => Err(expected("a whole number")),
        (Edm::Restrictions, value) => {
            let items = list_of(value).ok_or_else(|| expected("a list of restrictions"))?;
            let items = items.iter().enumerate();
            let read = items.map(|(index, item)| read_restriction(&format!("{path}[{index}]"), item));
            read.collect::<Result<_, _>>().map(Json::List)
        }
    }
}

/// A list, also as the verbose format writes it.
fn list_of(value: &Json) -> Option<&[Json]> {
    match value {
        Json::List(items) => Some(items),
        Json::Object(members) => match members.iter().find(|(name, _)| name == "results") {
            Some((_, Json::List(items))) => Some(items),
            _ => None,
        },
        _ => None,
    }
}

/// A restriction with all its members, in the order in which they are written.
fn read_restriction(path: &str, value: &Json) -> Result<Json, Refusal> {
    let Json::Object(members) = value else {
        return Err(bad(path, format!("expected an object, got {}", value.kind())));
    };
    let mut restriction: Object = RESTRICTION.iter().map(|(name, _)| ((*name).to_owned(), Json::Null)).collect();
    for (name, value) in members.iter().filter(|(name, _)| name != "__metadata" && !name.starts_with("odata.")) {
        let place = restriction.iter_mut().zip(RESTRICTION).find(|((known, _), _)| known.eq_ignore_ascii_case(name));
        let Some(((known, slot), (_, edm))) = place else {
            return Err(bad(path, "a restriction has a Name, a KeyRestrictionType and Requirements, and nothing else"));
        };
        if *slot != Json::Null {
            return Err(bad(path, "a member stands twice, in different letter cases"));
        }
        *slot = read_value(&format!("{path}.{known}"), edm, value)?;
    }
    Ok(Json::Object(restriction))
}

/// The address in the body of a link.
pub(super) fn read_uri(body: &SecretBytes) -> Result<SecretText, Refusal> {
    if let Json::Object(members) = parse(body)? {
        let named = |wanted: &str| members.iter().find(|(name, _)| name == wanted);
        if let Some((_, Json::Text(uri))) = named("uri").or_else(|| named("url")) {
            return Ok(uri.clone());
        }
    }
    let why = "the body of a link is {\"uri\":\"address of the entity\"}";
    Err(Refusal::new(400, ErrorCode::EntityInvalid.as_str(), why))
}
