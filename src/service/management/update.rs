//! Changing entities. PUT, MERGE and PATCH are one: what the body does not say stays, as in the old service.

use super::body::{self, Said};
use super::check::{self, Before};
use super::context::{Context, etag};
use super::create::{invalid, set_member};
use super::model::{Edm, Member, SetBy};
use super::path::EntityRef;
use super::refusal::Refusal;
use super::respond::Answer;
use super::rows::{self, Stored};
use super::write::{Plan, commit};
use super::{precondition, reference};
use crate::error::{Finding, Severity};
use crate::id::EntityId;
use crate::json::{Json, Object};
use crate::policy::playready::DateTime;
use crate::service::EntitySet;
use crate::service::platform::Platform;
use crate::service::store::Batch;

/// Changes the members that the body names.
pub(super) async fn update<P: Platform>(context: &Context<'_, P>, entity: &EntityRef) -> Result<Answer, Refusal> {
    let said = body::read(entity.set, &context.request.body)?;
    commit(context, async || plan(context, entity, &said).await).await
}

async fn plan<P: Platform>(context: &Context<'_, P>, entity: &EntityRef, said: &Said) -> Result<Plan, Refusal> {
    let stored = rows::load_one(context.platform, entity).await?;
    precondition::check_write(context.request, &stored)?;
    let mut members = stored.members.clone();
    for (member, value) in &said.members {
        change(&stored, &mut members, member, value)?;
    }
    reference::normalize(&mut members)?;
    let mut findings = said.findings.clone();
    findings.extend(check::check(context, entity, Before::Members(&stored.members), &mut members).await?);
    if entity.set == EntitySet::AssetDeliveryPolicies {
        findings.push(needs_locator());
    }
    let mut batch = Batch::default();
    stored.expect(&mut batch);
    if is_changed(&stored.members, &members, "AuthorizationPolicyId") {
        reference::hold(context, &members, &mut batch).await?;
    }
    let changed: Vec<&str> = said
        .members
        .iter()
        .map(|(member, _)| member.name)
        .filter(|name| is_changed(&stored.members, &members, name))
        .collect();
    if rows::value_of(&members, "LastModified").is_some() {
        set_member(&mut members, "LastModified", Json::text(&context.timestamp()?));
    }
    let members = rows::in_order(entity.set, &members);
    let value = rows::put(&mut batch, entity, Some(&stored.members), &members)?;
    let entry = context.entry("update").with("set", entity.set.name()).with("id", &entity.id);
    batch.audit.push(entry.with("members", &changed.join(",")).finish());
    Ok(Plan { batch, answer: Answer::done().with_etag(etag(value.expose())).with_findings(findings) })
}

/// Whether a member says something else than before.
pub(super) fn is_changed(before: &Object, members: &Object, name: &str) -> bool {
    rows::value_of(before, name) != rows::value_of(members, name)
}

/// Sets a member that may change; of the others, what they are already may be repeated.
fn change(stored: &Stored, members: &mut Object, member: &Member, value: &Json) -> Result<(), Refusal> {
    if member.set_by == SetBy::Client {
        set_member(members, member.name, value.clone());
        return Ok(());
    }
    let before = rows::value_of(&stored.members, member.name).unwrap_or(&Json::Null);
    if before == value || is_same(stored, member, value) {
        return Ok(());
    }
    let why = match member.set_by {
        SetBy::Service => "the service sets this member itself",
        _ => "this member is what it was when the entity was created",
    };
    Err(invalid(member.name, why))
}

/// The same in another spelling.
fn is_same(stored: &Stored, member: &Member, value: &Json) -> bool {
    let text = match value {
        Json::Text(text) => text.expose(),
        _ => "",
    };
    let before = stored.text(member.name).unwrap_or_default();
    match (member.name, member.edm) {
        ("Id", _) if text.is_empty() => matches!(value, Json::Null | Json::Text(_)),
        ("Id", _) => EntityId::parse(stored.entity.set.kind(), text).is_ok_and(|id| id.to_string() == before),
        (_, Edm::DateTime) => match (DateTime::parse(text), DateTime::parse(before)) {
            (Ok(said), Ok(known)) => said.ticks() == known.ticks(),
            _ => false,
        },
        _ => false,
    }
}

/// What the old service asked of its clients after a change of how assets are delivered.
pub(super) fn needs_locator() -> Finding {
    let why = "the old service needed a new locator after a change of delivery policies; here it counts at once";
    Finding::new("asset_delivery.new_locator", Severity::Info, "", why)
}
