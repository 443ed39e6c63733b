//! The management API: entities over REST, as the old service spoke OData.
//!
//! A request passes the [`frame`], its [`path`] says which resource it means, and [`dispatch`] has it done. Reads are
//! [`query`]'s; a write reads what it needs, plans a batch, and commits it with the versions it relied on ([`write`]).

mod audit_log;
mod body;
mod check;
mod context;
mod create;
mod delete;
mod dispatch;
mod findings;
mod format;
mod frame;
mod functions;
mod ids;
mod links;
mod metadata;
mod model;
mod mount;
mod path;
mod precondition;
mod query;
mod read;
mod reference;
mod refusal;
mod respond;
mod rows;
mod update;
mod write;

use super::audit::Entry;
use super::auth;
use super::deliver::Caches;
use super::http::{HttpRequest, HttpResponse};
use super::platform::Platform;
use super::settings::Settings;
use crate::token::DecisionCode;
use context::Context;
use format::Format;
use path::Resource;
use refusal::Refusal;
use respond::{Answer, Roots};

/// Answers a request below `/api`.
pub(super) async fn handle<P: Platform>(
    settings: &Settings,
    caches: &Caches,
    platform: &P,
    request: &HttpRequest,
) -> HttpResponse {
    let response = match settings.redirect(request.address()) {
        Some(root) => HttpResponse::new(301).with("Cache-Control", "no-cache").with("Location", root),
        None => match auth::check(settings, request.header("authorization"), request.now()) {
            Err(code) => unauthorized(request, code),
            Ok(admin) => managed(&Context { settings, caches, platform, request, admin: &admin }).await,
        },
    };
    respond::finish(platform, request, response)
}

/// Who may not manage hears a code. It goes into the audit log behind the answer, for anybody could fill that log.
fn unauthorized(request: &HttpRequest, code: DecisionCode) -> HttpResponse {
    let why = "this needs the bearer token of somebody who may manage, in the Authorization header";
    let refusal = Refusal::new(401, code.as_str(), why);
    let format = Format::wanted(request).unwrap_or_default();
    let mut response = respond::refuse(format, &refusal).with("WWW-Authenticate", "Bearer");
    response
        .audit
        .push(Entry::new("refuse", request.received_at).with("code", code.as_str()).with("status", "401").finish());
    response
}

/// Answers somebody who may manage.
async fn managed<P: Platform>(context: &Context<'_, P>) -> HttpResponse {
    let request = context.request;
    let format = Format::wanted(request);
    let resource = path::read(request.address().path);
    let method = frame::method(request);
    let done = match (&method, &resource) {
        (Ok(method), Ok(resource)) if !is_allowed(method, resource) => Err(not_allowed(resource)),
        _ => answer(context, &format, &method, &resource).await,
    };
    let format = format.unwrap_or_default();
    let method = method.unwrap_or(&request.method);
    match done {
        Ok(response) => response,
        Err(refusal) => refuse(context, format, method, resource.as_ref().ok(), refusal).await,
    }
}

async fn answer<P: Platform>(
    context: &Context<'_, P>,
    format: &Result<Format, Refusal>,
    method: &Result<&str, Refusal>,
    resource: &Result<Resource, Refusal>,
) -> Result<HttpResponse, Refusal> {
    let (method, resource) = (method.clone()?, resource.as_ref().map_err(Clone::clone)?);
    let mut findings = frame::check_form(method, context.request, dispatch::body_types(resource))?;
    let format = format_for(resource, format)?;
    let roots = Roots::of(context)?;
    let mut answer: Answer = dispatch::dispatch(context, method, resource).await?;
    findings.append(&mut answer.findings);
    Ok(respond::write(format, &roots, Answer { findings, ..answer }))
}

/// Metadata is XML, whatever the client says it takes; and what is not OData's knows its own types.
fn format_for(resource: &Resource, format: &Result<Format, Refusal>) -> Result<Format, Refusal> {
    if matches!(resource, Resource::Metadata | Resource::Mounted(_)) { Ok(Format::default()) } else { format.clone() }
}

fn is_allowed(method: &str, resource: &Resource) -> bool {
    let method = if method == "HEAD" { "GET" } else { method };
    dispatch::methods(resource).contains(&method)
}

fn not_allowed(resource: &Resource) -> Refusal {
    let why = format!("this address answers {}", dispatch::methods(resource).join(", "));
    Refusal::new(405, "request.method_not_allowed", why)
}

/// Says why not. A refused write stands in the audit log before the client hears of it, or else nothing is answered but that
/// the log cannot be written.
async fn refuse<P: Platform>(
    context: &Context<'_, P>,
    format: Format,
    method: &str,
    resource: Option<&Resource>,
    refusal: Refusal,
) -> HttpResponse {
    let is_grave = frame::is_write(method) || resource.is_some_and(dispatch::takes_a_key_out);
    let is_logged = is_grave && (400..500).contains(&refusal.status);
    let logged = if is_logged { write::log_refusal(context, method, resource, &refusal).await } else { Ok(()) };
    let refusal = logged.err().unwrap_or(refusal);
    let response = respond::refuse(format, &refusal);
    match resource.filter(|_| refusal.status == 405) {
        Some(resource) => response.with("Allow", dispatch::methods(resource).join(", ")),
        None => response,
    }
}
