//! What may be done with a resource, and who does it.

use super::context::Context;
use super::functions::{self, Function, Target};
use super::path::Resource;
use super::refusal::Refusal;
use super::respond::{Answer, Content};
use super::{create, delete, links, metadata, read, update};
use crate::secret::SecretBytes;
use crate::service::platform::Platform;

/// The methods of a resource. HEAD goes wherever GET does.
pub(super) fn methods(resource: &Resource) -> &'static [&'static str] {
    match resource {
        Resource::Root | Resource::Metadata | Resource::Linked(..) => &["GET"],
        Resource::Set(_) => &["GET", "POST"],
        Resource::Entity(_) => &["GET", "PUT", "MERGE", "PATCH", "DELETE"],
        Resource::Links(..) => &["GET", "POST"],
        Resource::Link(..) => &["DELETE"],
        Resource::Function(target) => function(target).methods(),
        Resource::Mounted(mounted) => mounted.methods(),
    }
}

/// Whether a refusal is logged whatever the method.
pub(super) const fn takes_a_key_out(resource: &Resource) -> bool {
    matches!(resource, Resource::Function(target) if function(target).takes_a_key_out())
}

/// The types of bodies that a resource reads.
pub(super) const fn body_types(resource: &Resource) -> &'static [&'static str] {
    match resource {
        Resource::Mounted(mounted) => mounted.body_types(),
        _ => &["application/json"],
    }
}

/// Does what is asked. The method is one of the resource's.
pub(super) async fn dispatch<P: Platform>(
    context: &Context<'_, P>,
    method: &str,
    resource: &Resource,
) -> Result<Answer, Refusal> {
    match (method, resource) {
        (_, Resource::Root) => Ok(Answer::ok(Content::ServiceDocument)),
        (_, Resource::Metadata) => {
            let body = SecretBytes::new(metadata::document().into_bytes());
            Ok(Answer::ok(Content::Document { content_type: "application/xml;charset=utf-8", body }))
        }
        ("POST", Resource::Set(set)) => create::create(context, *set).await,
        (_, Resource::Set(set)) => read::set(context, *set).await,
        ("PUT" | "MERGE" | "PATCH", Resource::Entity(entity)) => update::update(context, entity).await,
        ("DELETE", Resource::Entity(entity)) => delete::delete(context, entity).await,
        (_, Resource::Entity(entity)) => read::entity(context, entity).await,
        (_, Resource::Linked(from, navigation)) => read::linked(context, from, *navigation).await,
        ("POST", Resource::Links(from, navigation)) => links::link(context, from, *navigation).await,
        (_, Resource::Links(from, navigation)) => read::links(context, from, *navigation).await,
        (_, Resource::Link(from, navigation, to)) => links::unlink(context, from, *navigation, to).await,
        (_, Resource::Function(target)) => {
            let value = functions::call(context, target).await?;
            Ok(Answer::ok(Content::Text(function(target).name(), value)))
        }
        (_, Resource::Mounted(mounted)) => mounted.handle(context).await,
    }
}

const fn function(target: &Target) -> Function {
    match target {
        Target::Unbound(function) | Target::Key(function, _) => *function,
    }
}
