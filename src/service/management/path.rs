//! The resource that a path names: OData's grammar, as far as the old service's clients use it.
//!
//! The whole path is percent-decoded once, before anything is looked for: clients encode it all, slashes and quotation marks
//! included, and others append a path that begins with a slash to a root that ends with one.

use super::functions::{Function, Target};
use super::mount::Mounted;
use super::refusal::Refusal;
use crate::encoding::percent_decode;
use crate::id::EntityId;
use crate::service::{EntitySet, Navigation};

/// A longer path is refused before it is looked at.
const MAX_PATH_BYTES: usize = 4096;

/// An entity that is asked for, whether or not it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EntityRef {
    pub(super) set: EntitySet,
    /// In its canonical spelling.
    pub(super) id: String,
}

/// What a path names.
#[derive(Clone, Debug)]
pub(super) enum Resource {
    /// The list of sets.
    Root,
    /// `$metadata`
    Metadata,
    /// `Set`
    Set(EntitySet),
    /// `Set('id')`
    Entity(EntityRef),
    /// `Set('id')/Navigation`
    Linked(EntityRef, Navigation),
    /// `Set('id')/$links/Navigation`
    Links(EntityRef, Navigation),
    /// `Set('id')/$links/Navigation('id')`
    Link(EntityRef, Navigation, EntityRef),
    /// `Function`, `Set('id')/Function`
    Function(Target),
    /// What is not OData's.
    Mounted(Mounted),
}

impl Resource {
    /// The entity that it is about, for the audit log.
    pub(super) const fn entity(&self) -> Option<&EntityRef> {
        match self {
            Self::Entity(entity) | Self::Linked(entity, _) | Self::Links(entity, _) | Self::Link(entity, ..) => {
                Some(entity)
            }
            _ => None,
        }
    }
}

/// One part of a path between slashes: `name` or `name('id')`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment {
    name: String,
    key: Option<String>,
}

/// Reads a path that begins with `/api`, in any letter case, still percent-encoded.
pub(super) fn read(path: &str) -> Result<Resource, Refusal> {
    if path.len() > MAX_PATH_BYTES {
        return Err(bad(format!("the path is longer than {MAX_PATH_BYTES} bytes")));
    }
    let path = percent_decode(path).ok_or_else(|| bad("the path is not percent-encoded UTF-8"))?;
    let below = path.get(4..).unwrap_or_default();
    let segments = split(below)?.into_iter().map(read_segment).collect::<Result<Vec<_>, _>>()?;
    resource(&segments)
}

/// Reads the address of an entity of that set, as a link's body has it: absolute or not, on whatever host.
pub(super) fn read_address(address: &str, set: EntitySet) -> Result<EntityRef, Refusal> {
    let why = || {
        let name = set.name();
        Refusal::new(
            400,
            "link.bad_uri",
            format!("uri is the address of one of {name}, such as {name}('nb:…') (at uri)"),
        )
    };
    if address.len() > MAX_PATH_BYTES {
        return Err(why());
    }
    let decoded = percent_decode(address).ok_or_else(why)?;
    // Ids hold no slash.
    let last = decoded.rsplit('/').next().unwrap_or_default();
    match read_segment(last).ok().map(|segment| (find_set(&segment.name), segment.key)) {
        Some((Some(named), Some(key))) if named == set => entity(set, &key),
        _ => Err(why()),
    }
}

/// The parts between slashes that do not stand in a literal. Empty ones say nothing.
fn split(path: &str) -> Result<Vec<&str>, Refusal> {
    let mut is_literal = false;
    let parts = path.split(|character| {
        is_literal ^= character == '\'';
        character == '/' && !is_literal
    });
    let parts = parts.filter(|part| !part.is_empty()).collect();
    if is_literal { Err(bad("a quotation mark in the path is not closed")) } else { Ok(parts) }
}

fn read_segment(text: &str) -> Result<Segment, Refusal> {
    let Some((name, rest)) = text.split_once('(') else {
        return Ok(Segment { name: text.to_owned(), key: None });
    };
    let inner = rest.strip_suffix(')').ok_or_else(|| bad("a parenthesis in the path is not closed"))?;
    // A function without arguments may be written as a call.
    if inner.is_empty() {
        return Ok(Segment { name: name.to_owned(), key: None });
    }
    let key = read_literal(inner).ok_or_else(|| bad("an id in the path stands in quotation marks: Set('nb:…')"))?;
    Ok(Segment { name: name.to_owned(), key: Some(key) })
}

/// `'text'`, where a quotation mark is written twice.
fn read_literal(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = inner.replace("''", "");
    (!plain.contains('\'')).then(|| inner.replace("''", "'"))
}

fn resource(segments: &[Segment]) -> Result<Resource, Refusal> {
    let names: Option<Vec<&str>> =
        segments.iter().map(|segment| segment.key.is_none().then_some(segment.name.as_str())).collect();
    if let Some(mounted) = names.and_then(|names| Mounted::find(&names)) {
        return Ok(Resource::Mounted(mounted));
    }
    match segments {
        [] => Ok(Resource::Root),
        [first] => alone(first),
        [first, second] => below(first, second),
        [first, second, third] if second.name == "$links" && second.key.is_none() => links(first, third),
        [first, ..] => {
            named_entity(first)?;
            Err(nothing(first, "below an entity stand its navigations, $links and functions"))
        }
    }
}

fn alone(segment: &Segment) -> Result<Resource, Refusal> {
    if let Some(set) = find_set(&segment.name) {
        return match &segment.key {
            Some(key) => entity(set, key).map(Resource::Entity),
            None => Ok(Resource::Set(set)),
        };
    }
    match (segment.name.as_str(), &segment.key) {
        ("$metadata", None) => Ok(Resource::Metadata),
        (name, None) => Function::from_name(name)
            .map(|function| Resource::Function(Target::Unbound(function)))
            .ok_or_else(|| not_served(segment)),
        _ => Err(not_served(segment)),
    }
}

fn below(first: &Segment, second: &Segment) -> Result<Resource, Refusal> {
    let from = named_entity(first)?;
    if second.key.is_none() {
        if let Some(navigation) = find_navigation(from.set, &second.name) {
            return Ok(Resource::Linked(from, navigation));
        }
        if let Some(function) = Function::from_name(&second.name).filter(|_| from.set == EntitySet::ContentKeys) {
            return Ok(Resource::Function(Target::Key(function, from.id)));
        }
    }
    Err(nothing(second, &navigations_of(from.set)))
}

fn links(first: &Segment, third: &Segment) -> Result<Resource, Refusal> {
    let from = named_entity(first)?;
    let navigation = find_navigation(from.set, &third.name).ok_or_else(|| nothing(third, &navigations_of(from.set)))?;
    match &third.key {
        Some(key) => Ok(Resource::Link(from, navigation, entity(navigation.ends().1, key)?)),
        None => Ok(Resource::Links(from, navigation)),
    }
}

fn named_entity(segment: &Segment) -> Result<EntityRef, Refusal> {
    let set = find_set(&segment.name).ok_or_else(|| not_served(segment))?;
    let key = segment.key.as_deref();
    entity(set, key.ok_or_else(|| nothing(segment, "an entity is named with its id: Set('nb:…')"))?)
}

fn entity(set: EntitySet, key: &str) -> Result<EntityRef, Refusal> {
    Ok(EntityRef { set, id: EntityId::parse(set.kind(), key)?.to_string() })
}

/// The exact name first, then any letter case.
fn find<T: Copy>(items: &[T], name_of: impl Fn(T) -> &'static str, name: &str) -> Option<T> {
    let exact = items.iter().copied().find(|item| name_of(*item) == name);
    exact.or_else(|| items.iter().copied().find(|item| name_of(*item).eq_ignore_ascii_case(name)))
}

fn find_set(name: &str) -> Option<EntitySet> {
    find(&EntitySet::ALL, EntitySet::name, name)
}

fn find_navigation(from: EntitySet, name: &str) -> Option<Navigation> {
    find(&Navigation::of(from), Navigation::name, name)
}

fn navigations_of(set: EntitySet) -> String {
    let names: Vec<&str> = Navigation::of(set).into_iter().map(Navigation::name).collect();
    match names.as_slice() {
        [] => format!("{} have no navigations", set.name()),
        names => format!("{} have the navigations {}", set.name(), names.join(", ")),
    }
}

fn bad(why: impl Into<String>) -> Refusal {
    Refusal::new(400, "path.malformed", why)
}

fn not_served(segment: &Segment) -> Refusal {
    let sets = EntitySet::ALL.map(EntitySet::name).join(", ");
    let why = format!(
        "this service keeps content keys and their policies: {sets}, their functions, and $metadata; the rest of the old \
         service (jobs, locators, files, processors, …) is not here"
    );
    nothing(segment, &why)
}

/// The name is repeated where it is one.
fn nothing(segment: &Segment, why: &str) -> Refusal {
    let is_name = segment.name.len() <= 64 && segment.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'$');
    let what = if is_name { segment.name.as_str() } else { "that" };
    Refusal::new(404, "path.not_found", format!("there is no {what} here: {why}"))
}
