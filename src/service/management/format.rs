//! The two JSON formats of the old service, and how a client asks for one.

use super::metadata::{NAMESPACE, RESTRICTION};
use super::refusal::Refusal;
use crate::json::{Json, Object};
use crate::service::http::HttpRequest;
use crate::service::odata::entity_uri;
use crate::service::{EntitySet, Navigation};

/// How answers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// `application/json`, as also `odata=minimalmetadata`.
    #[default]
    Minimal,
    /// `odata=nometadata`: members alone.
    Bare,
    /// `odata=verbose`: everything below `d`.
    Verbose,
}

impl Format {
    /// The format that a request asks for: `$format` in its query, or else its `Accept` header.
    pub(super) fn wanted(request: &HttpRequest) -> Result<Self, Refusal> {
        let query = request.address().query.split('&');
        let named = query.filter_map(|parameter| parameter.split_once('=')).find(|(name, _)| is_format_option(name));
        let decoded = named.map(|(_, value)| crate::encoding::percent_decode(value).unwrap_or_default());
        let accept = decoded.as_deref().or_else(|| request.header("accept")).unwrap_or("*/*");
        let mut offers: Vec<(u32, Self)> = accept.split(',').filter_map(read_offer).collect();
        // The heaviest, and the first of those.
        offers.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        offers.first().map(|(_, format)| *format).ok_or_else(|| {
            let why = "answers are application/json, also with odata=verbose, odata=minimalmetadata or odata=nometadata \
                       (at Accept)";
            Refusal::new(415, "accept.unsupported", why)
        })
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Minimal => "application/json;odata=minimalmetadata;streaming=true;charset=utf-8",
            Self::Bare => "application/json;odata=nometadata;streaming=true;charset=utf-8",
            Self::Verbose => "application/json;odata=verbose;charset=utf-8",
        }
    }

    /// The body of a refusal.
    pub(super) fn error(self, code: &str, message: &str) -> Json {
        let text = Json::object([("lang", Json::text("en-US")), ("value", Json::text(message))]);
        let name = if self == Self::Verbose { "error" } else { "odata.error" };
        Json::object([(name, Json::object([("code", Json::text(code)), ("message", text)]))])
    }
}

fn is_format_option(name: &str) -> bool {
    name == "$format" || name.eq_ignore_ascii_case("%24format")
}

/// One of the types in an `Accept` header, if it can be served: its weight in thousandths, and the format.
fn read_offer(offer: &str) -> Option<(u32, Format)> {
    let mut parts = offer.split(';').map(str::trim);
    let kind = parts.next()?.to_ascii_lowercase();
    if !matches!(kind.as_str(), "application/json" | "json" | "application/*" | "*/*") {
        return None;
    }
    let (mut weight, mut format) = (1000, Format::Minimal);
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "odata" => format = named_format(value.trim())?,
            "q" => weight = read_weight(value.trim())?,
            _ => {}
        }
    }
    (weight > 0).then_some((weight, format))
}

fn named_format(name: &str) -> Option<Format> {
    match name.to_ascii_lowercase().as_str() {
        "verbose" => Some(Format::Verbose),
        "minimalmetadata" | "fullmetadata" => Some(Format::Minimal),
        "nometadata" => Some(Format::Bare),
        _ => None,
    }
}

/// `1`, `0`, `0.125`: at most three digits after the point.
fn read_weight(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole, "0" | "1") || fraction.len() > 3 || !is_digits(fraction) {
        return None;
    }
    let thousandths: u32 = format!("{fraction:0<3}").parse().ok()?;
    Some(if whole == "1" { 1000 } else { thousandths })
}

/// Writes bodies in a format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope<'r> {
    pub(super) format: Format,
    /// The root of the API, for `odata.metadata` and the addresses of entities.
    pub(super) root: &'r str,
}

impl Envelope<'_> {
    pub(super) fn service_document(&self) -> Json {
        if self.format == Format::Verbose {
            let names = EntitySet::ALL.iter().map(|set| Json::text(set.name()));
            return Json::object([("d", Json::object([("EntitySets", Json::List(names.collect()))]))]);
        }
        let set = |set: &EntitySet| Json::object([("name", Json::text(set.name())), ("url", Json::text(set.name()))]);
        self.with_metadata("", vec![("value".to_owned(), Json::List(EntitySet::ALL.iter().map(set).collect()))])
    }

    pub(super) fn entity(&self, set: EntitySet, id: &str, members: Object) -> Json {
        match self.format {
            Format::Verbose => Json::object([("d", self.verbose_entity(set, id, members))]),
            _ => self.with_metadata(&format!("#{}/@Element", set.name()), members),
        }
    }

    pub(super) fn entities(&self, set: EntitySet, page: Page) -> Json {
        let fragment = format!("#{}", set.name());
        self.page(&fragment, page, |envelope, members| match envelope.format {
            Format::Verbose => {
                let id = id_of(&members);
                envelope.verbose_entity(set, &id, members)
            }
            _ => Json::Object(members),
        })
    }

    pub(super) fn links(&self, navigation: Navigation, page: Page) -> Json {
        let (from, to) = navigation.ends();
        let fragment = format!("#{}/$links/{}", from.name(), navigation.name());
        self.page(&fragment, page, |envelope, members| {
            let name = if envelope.format == Format::Verbose { "uri" } else { "url" };
            Json::object([(name, Json::text(&envelope.address(to, &id_of(&members))))])
        })
    }

    /// The answer of a function.
    pub(super) fn text(&self, function: &str, value: &str) -> Json {
        match self.format {
            Format::Verbose => Json::object([("d", Json::object([(function, Json::text(value))]))]),
            _ => self.with_metadata("#Edm.String", vec![("value".to_owned(), Json::text(value))]),
        }
    }

    /// The address of an entity.
    pub(super) fn address(&self, set: EntitySet, id: &str) -> String {
        // The root was checked, and ids come from the store.
        entity_uri(self.root, set, id).unwrap_or_default()
    }

    fn page(&self, fragment: &str, page: Page, item: impl Fn(&Self, Object) -> Json) -> Json {
        let items = Json::List(page.entities.into_iter().map(|members| item(self, members)).collect());
        let is_verbose = self.format == Format::Verbose;
        let name = |verbose: &str, light: &str| if is_verbose { verbose.to_owned() } else { light.to_owned() };
        let mut members = Object::new();
        let count = page.count.map(|count| (name("__count", "odata.count"), Json::text(&count.to_string())));
        let next = page.next.map(|next| (name("__next", "odata.nextLink"), Json::text(&next)));
        if is_verbose {
            members.push(("results".to_owned(), items));
            members.extend(count.into_iter().chain(next));
            return Json::object([("d", Json::Object(members))]);
        }
        members.extend(count);
        members.push(("value".to_owned(), items));
        members.extend(next);
        self.with_metadata(fragment, members)
    }

    fn with_metadata(&self, fragment: &str, members: Object) -> Json {
        let mut whole = Object::new();
        if self.format == Format::Minimal {
            let context = format!("{}$metadata{fragment}", self.root);
            whole.push(("odata.metadata".to_owned(), Json::text(&context)));
        }
        whole.extend(members);
        Json::Object(whole)
    }

    fn verbose_entity(&self, set: EntitySet, id: &str, members: Object) -> Json {
        let address = self.address(set, id);
        let kind = format!("{NAMESPACE}.{}", set.type_name());
        let metadata =
            Json::object([("uri", Json::text(&address)), ("id", Json::text(&address)), ("type", Json::text(&kind))]);
        let mut whole = vec![("__metadata".to_owned(), metadata)];
        let navigations = Navigation::of(set);
        let expanded = |name: &str| navigations.iter().find(|navigation| navigation.name() == name);
        let deferred: Vec<&Navigation> =
            navigations.iter().filter(|navigation| members.iter().all(|(name, _)| name != navigation.name())).collect();
        for (name, value) in members {
            let value = match (value, expanded(&name)) {
                (Json::List(items), Some(navigation)) => self.verbose_items(navigation.ends().1, items),
                (Json::List(items), None) => verbose_collection(items),
                (value, _) => value,
            };
            whole.push((name, value));
        }
        for navigation in deferred {
            let uri = Json::text(&format!("{address}/{}", navigation.name()));
            let stub = Json::object([("__deferred", Json::object([("uri", uri)]))]);
            whole.push((navigation.name().to_owned(), stub));
        }
        Json::Object(whole)
    }

    fn verbose_items(&self, set: EntitySet, items: Vec<Json>) -> Json {
        let item = |item| match item {
            Json::Object(members) => {
                let id = id_of(&members);
                self.verbose_entity(set, &id, members)
            }
            other => other,
        };
        Json::object([("results", Json::List(items.into_iter().map(item).collect()))])
    }
}

/// A page of entities, ready to be written.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) entities: Vec<Object>,
    pub(super) count: Option<u64>,
    /// The whole address of the next page.
    pub(super) next: Option<String>,
}

/// The restrictions of an option, the only list that an entity has of its own.
fn verbose_collection(items: Vec<Json>) -> Json {
    let kind = format!("Collection({NAMESPACE}.{RESTRICTION})");
    Json::object([("__metadata", Json::object([("type", Json::text(&kind))])), ("results", Json::List(items))])
}

fn id_of(members: &Object) -> String {
    let id = members.iter().find(|(name, _)| name == "Id").map(|(_, value)| value);
    if let Some(Json::Text(text)) = id { text.expose().to_owned() } else { String::new() }
}
