//! Answers: what a handler has to say, and how it goes out.

use super::context::Context;
use super::findings;
use super::format::{Envelope, Format, Page};
use super::refusal::Refusal;
use crate::error::Finding;
use crate::id::Guid;
use crate::json::Object;
use crate::secret::SecretBytes;
use crate::service::http::{HttpRequest, HttpResponse};
use crate::service::platform::Platform;
use crate::service::{EntitySet, Navigation, entity_uri};

/// A longer id of the client's is not repeated.
const MAX_CLIENT_REQUEST_ID: usize = 256;

/// What a handler has to say.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content: Content,
    pub(super) etag: Option<String>,
    pub(super) findings: Vec<Finding>,
}

/// What is in it, whatever the format.
#[derive(Debug)]
pub(super) enum Content {
    Nothing,
    ServiceDocument,
    Entity {
        set: EntitySet,
        id: String,
        members: Object,
    },
    Entities(EntitySet, Page),
    Links(Navigation, Page),
    /// The name of a function and what it returned.
    Text(&'static str, String),
    /// A body of its own format.
    Document {
        content_type: &'static str,
        body: SecretBytes,
    },
}

impl Answer {
    pub(super) const fn new(status: u16, content: Content) -> Self {
        Self { status, content, etag: None, findings: Vec::new() }
    }

    pub(super) const fn ok(content: Content) -> Self {
        Self::new(200, content)
    }

    pub(super) const fn done() -> Self {
        Self::new(204, Content::Nothing)
    }

    pub(super) fn with_etag(mut self, etag: String) -> Self {
        self.etag = Some(etag);
        self
    }

    pub(super) fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings.extend(findings);
        self
    }
}

/// Where the API is: as the client asked it, and as the settings say.
#[derive(Clone, Debug)]
pub(super) struct Roots {
    pub(super) request: String,
    pub(super) public: String,
}

impl Roots {
    pub(super) fn of<P>(context: &Context<'_, P>) -> Result<Self, Refusal> {
        let request = format!("{}/api/", context.request.address().origin);
        crate::service::odata::check_root(&request)
            .map_err(|_| Refusal::new(400, "request.bad_host", "the request names no host that an address can have"))?;
        let public = context.settings.root.clone().unwrap_or_else(|| request.clone());
        Ok(Self { request, public })
    }
}

/// Writes an answer.
pub(super) fn write(format: Format, roots: &Roots, answer: Answer) -> HttpResponse {
    let envelope = Envelope { format, root: &roots.public };
    let mut response = HttpResponse::new(answer.status).with("Cache-Control", "no-cache");
    let mut location = None;
    let json = match answer.content {
        Content::Nothing => None,
        Content::ServiceDocument => Some(envelope.service_document()),
        Content::Entity { set, id, members } => {
            // Under the root that the client asked: the documentation has the two differ.
            location = (answer.status == 201).then(|| entity_uri(&roots.request, set, &id).unwrap_or_default());
            Some(envelope.entity(set, &id, members))
        }
        Content::Entities(set, page) => Some(envelope.entities(set, page)),
        Content::Links(navigation, page) => Some(envelope.links(navigation, page)),
        Content::Text(function, value) => Some(envelope.text(function, &value)),
        Content::Document { content_type, body } => {
            response = response.with_body(content_type, body);
            None
        }
    };
    if let Some(json) = json {
        response = response.with_body(format.content_type(), json.to_text().into_bytes());
    }
    for (name, value) in
        [("Location", location), ("ETag", answer.etag), (findings::HEADER, findings::header(&answer.findings))]
    {
        response.headers.extend(value.map(|value| (name, value)));
    }
    response
}

/// Writes a refusal.
pub(super) fn refuse(format: Format, refusal: &Refusal) -> HttpResponse {
    let body = format.error(refusal.code, &refusal.message).to_text().into_bytes();
    HttpResponse::new(refusal.status).with("Cache-Control", "no-cache").with_body(format.content_type(), body)
}

/// Adds what every answer of the old service carried.
pub(super) fn finish<P: Platform>(platform: &P, request: &HttpRequest, mut response: HttpResponse) -> HttpResponse {
    if request.method == "HEAD" {
        response.body = SecretBytes::default();
    }
    let client_id = request.header("x-ms-client-request-id").filter(|id| is_header_text(id));
    response.headers.extend(client_id.map(|id| ("x-ms-client-request-id", id.to_owned())));
    let mut bytes = [0; 16];
    // An answer without an id is better than none.
    if platform.fill_random(&mut bytes).is_ok() {
        let id = Guid::from_random_bytes(bytes).to_string();
        response = response.with("request-id", id.as_str()).with("x-ms-request-id", id);
    }
    response
        .with("X-Content-Type-Options", "nosniff")
        .with("DataServiceVersion", "3.0;")
        .with("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
}

fn is_header_text(text: &str) -> bool {
    (1..=MAX_CLIENT_REQUEST_ID).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}
