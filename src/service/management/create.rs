//! Creating entities.

use super::body::{self, Said};
use super::check::{self, Before};
use super::context::{Context, etag};
use super::model::SetBy;
use super::path::EntityRef;
use super::refusal::Refusal;
use super::respond::{Answer, Content};
use super::write::{Plan, commit};
use super::{ids, reference, rows};
use crate::error::{Error, ErrorCode, Finding, Severity};
use crate::json::{Json, Object};
use crate::service::EntitySet;
use crate::service::platform::Platform;
use crate::service::store::{Batch, keys};

/// Creates the entity in the body.
pub(super) async fn create<P: Platform>(context: &Context<'_, P>, set: EntitySet) -> Result<Answer, Refusal> {
    let Said { members: said, mut findings } = body::read(set, &context.request.body)?;
    let id = said.iter().find(|(member, _)| member.name == "Id");
    let given = if let Some((_, Json::Text(id))) = id { Some(id.expose()).filter(|id| !id.is_empty()) } else { None };
    let before = if given.is_some() { Before::Nothing } else { Before::NoId };
    let entity = ids::of_new(context, set, given)?;
    let mut members = defaults(&entity, &context.timestamp()?);
    for (member, value) in said.into_iter().filter(|(member, _)| member.name != "Id") {
        if member.set_by != SetBy::Service {
            set_member(&mut members, member.name, value);
        } else if value != Json::Null {
            let why = "the service sets this member itself; what was sent is passed over";
            findings.push(Finding::new("entity.member_ignored", Severity::Info, member.name, why).fix("leave it out"));
        }
    }
    reference::normalize(&mut members)?;
    findings.extend(check::check(context, &entity, before, &mut members).await?);
    let members = rows::in_order(set, &members);
    commit(context, async || plan(context, &entity, &members, &findings).await).await
}

async fn plan<P: Platform>(
    context: &Context<'_, P>,
    entity: &EntityRef,
    members: &Object,
    findings: &[Finding],
) -> Result<Plan, Refusal> {
    let mut batch = Batch::default();
    let key = keys::entity(entity.set, &entity.id);
    if context.platform.get(std::slice::from_ref(&key)).await?.iter().any(Option::is_some) {
        let why = format!("there is a {} with the id {} already", entity.set.type_name(), entity.id);
        return Err(Refusal::new(409, "entity.exists", why));
    }
    batch.expect.push((key, 0));
    reference::hold(context, members, &mut batch).await?;
    let value = rows::put(&mut batch, entity, None, members)?;
    batch.audit.push(context.entry("create").with("set", entity.set.name()).with("id", &entity.id).finish());
    let content = Content::Entity { set: entity.set, id: entity.id.clone(), members: members.clone() };
    let answer = Answer::new(201, content).with_etag(etag(value.expose())).with_findings(findings.to_vec());
    Ok(Plan { batch, answer })
}

/// What an entity is before the client says anything.
fn defaults(entity: &EntityRef, now: &str) -> Object {
    let mut members = vec![("Id".to_owned(), Json::text(&entity.id))];
    let numbers: &[&str] = match entity.set {
        EntitySet::Assets => &["State", "Options"],
        EntitySet::ContentKeys => &["ContentKeyType", "ProtectionKeyType"],
        EntitySet::AssetDeliveryPolicies => &["AssetDeliveryProtocol", "AssetDeliveryPolicyType"],
        EntitySet::ContentKeyAuthorizationPolicyOptions => &["KeyDeliveryType"],
        EntitySet::ContentKeyAuthorizationPolicies => &[],
    };
    members.extend(numbers.iter().map(|name| ((*name).to_owned(), Json::number(0))));
    for name in ["Created", "LastModified"] {
        if super::model::members(entity.set).iter().any(|member| member.name == name) {
            members.push((name.to_owned(), Json::text(now)));
        }
    }
    members
}

/// Sets a member; a number that is null stays what it is without the client's word.
pub(super) fn set_member(members: &mut Object, name: &str, value: Json) {
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, Json::Number(_))) if value == Json::Null => {}
        Some((_, slot)) => *slot = value,
        None => members.push((name.to_owned(), value)),
    }
}

/// A sentence about a member that cannot be.
pub(super) fn invalid(path: &str, why: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Error::new(ErrorCode::EntityInvalid, why).at(path).into()
}
