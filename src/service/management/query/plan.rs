//! Which rows a query looks at, and whether they come in the order that it asks for.

use super::Source;
use super::filter::{Comparison, Condition, Operand, TextTest};
use super::options::QueryOptions;
use super::sequence::Sequence;
use super::value::{Value, index_text};
use crate::id::EntityId;
use crate::service::EntitySet;
use crate::service::management::model::{Edm, Member, members};
use crate::service::store::{Range, keys};
use std::collections::BTreeSet;

/// Behind every character that a key has.
const END: &str = "\u{7f}";
/// Longer values are cut in the rows of an index.
const WHOLE: usize = 96;

/// How a query is answered.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) walk: Walk,
    pub(super) sequence: Sequence,
    /// Whether the rows come in that sequence; otherwise all of them are looked at and sorted.
    pub(super) is_streamed: bool,
    /// Whether each row leads to an entity that is wanted, so that counting and passing over need no look at it.
    pub(super) is_exact: bool,
}

impl Plan {
    /// Whether no more is looked at than is on the page, or named in the query.
    pub(super) const fn is_bounded(&self) -> bool {
        self.is_exact || matches!(self.walk, Walk::Named(_))
    }
}

/// Where the entities come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    /// Their own rows.
    Entities(Bounds),
    /// Rows whose last part is the id.
    Ids(Bounds),
    /// Ids that the query names, in order.
    Named(Vec<String>),
}

/// Rows between two keys that begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) prefix: String,
    pub(super) from: String,
    pub(super) to: String,
}

impl Bounds {
    fn all(prefix: String) -> Self {
        let Range { from, to, .. } = Range::prefix(&prefix, 0);
        Self { prefix, from, to }
    }

    fn narrow(&mut self, from: Option<String>, to: Option<String>) {
        self.from = from.into_iter().chain([std::mem::take(&mut self.from)]).max().unwrap_or_default();
        self.to = to.into_iter().chain([std::mem::take(&mut self.to)]).min().unwrap_or_default();
    }
}

/// How well an index fits a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    None,
    Range,
    Prefix,
    Value,
}

/// What the terms of a filter say about one member that rows are ordered by.
struct Narrowed {
    /// `None` for the id, by which the entities themselves are ordered.
    member: Option<&'static Member>,
    bounds: Bounds,
    fit: Fit,
    /// Whether the bounds say all that the filter does.
    is_exact: bool,
}

pub(super) fn plan(source: &Source, options: &QueryOptions) -> Plan {
    let set = options.set;
    let terms = options.filter.as_ref().map(Condition::terms).unwrap_or_default();
    match source {
        Source::Linked { navigation, from_id } => linked(keys::links(*navigation, from_id), options),
        Source::Set(_) => match options.filter.as_ref().and_then(named_ids) {
            Some(ids) => finish(Walk::Named(ids.into_iter().collect()), Sequence::default(), false, options),
            None => best(set, terms, options).finish(options),
        },
    }
}

fn linked(prefix: String, options: &QueryOptions) -> Plan {
    let is_exact = options.filter.is_none();
    finish(Walk::Ids(Bounds::all(prefix)), Sequence::default(), is_exact, options)
}

/// The rows that narrow the query most; where none do, those that come in its order.
fn best(set: EntitySet, terms: &[Condition], options: &QueryOptions) -> Narrowed {
    let indexed = members(set).iter().filter(|member| member.is_indexed);
    let wanted = options.order.as_ref().map(|order| order.members.first().map(|(member, _)| *member));
    let by_id = Narrowed::new(set, None, terms);
    indexed.map(|member| Narrowed::new(set, Some(member), terms)).fold(by_id, |best, other| {
        let rank = |one: &Narrowed| (one.fit, wanted == Some(one.member));
        if rank(&other) > rank(&best) { other } else { best }
    })
}

impl Narrowed {
    fn new(set: EntitySet, member: Option<&'static Member>, terms: &[Condition]) -> Self {
        let prefix = member.map_or_else(|| keys::entities(set), |member| keys::index(set, member.name));
        let mut narrowed = Self { member, bounds: Bounds::all(prefix), fit: Fit::None, is_exact: true };
        for term in terms {
            // What is not taken in has to be looked for on the entities.
            let (fit, is_exact) = narrowed.narrow(set, term).unwrap_or((Fit::None, false));
            narrowed.fit = narrowed.fit.max(fit);
            narrowed.is_exact &= is_exact;
        }
        narrowed
    }

    /// Takes a term into the bounds, if it is about this member.
    fn narrow(&mut self, set: EntitySet, term: &Condition) -> Option<(Fit, bool)> {
        let name = self.member.map_or("Id", |member| member.name);
        match term {
            Condition::Compare(Operand::Member(member), comparison, Operand::Literal(value)) if member.name == name => {
                self.compare(set, member, *comparison, value)
            }
            Condition::Text(TextTest::StartsWith, Operand::Member(member), Operand::Literal(Value::Text(start)))
                if member.name == name && !start.is_empty() =>
            {
                let key = self.key(start)?;
                self.bounds.narrow(Some(key.clone()), Some(key + END));
                Some((Fit::Prefix, start.len() < WHOLE))
            }
            _ => None,
        }
    }

    fn compare(
        &mut self,
        set: EntitySet,
        member: &Member,
        comparison: Comparison,
        value: &Value,
    ) -> Option<(Fit, bool)> {
        let text = index_text(value.seen());
        // Null and the empty text share their rows, and so do texts that are cut.
        let is_whole = !text.is_empty() && text.len() < WHOLE;
        let (first, last) = match self.member {
            Some(member) => {
                let rows = keys::index_value(set, member.name, &text);
                (rows.clone(), rows + END)
            }
            None => (self.key(&text)?, self.key(&text)? + " "),
        };
        let is_time = member.edm == Edm::DateTime;
        match comparison {
            Comparison::NotEqual => return None,
            Comparison::Equal => {
                self.bounds.narrow(Some(first), Some(last));
                return Some((Fit::Value, is_whole));
            }
            // Nothing is before or after null.
            _ if *value == Value::Null => return None,
            Comparison::Less if is_whole => self.bounds.narrow(None, Some(first)),
            Comparison::Greater if is_whole => self.bounds.narrow(Some(last), None),
            Comparison::Less | Comparison::LessOrEqual => self.bounds.narrow(None, Some(last)),
            Comparison::Greater | Comparison::GreaterOrEqual => self.bounds.narrow(Some(first), None),
        }
        // Times are never null or cut.
        Some((Fit::Range, is_time))
    }

    /// The key of the first row with a value that begins so; `None` where ids have no such text.
    fn key(&self, start: &str) -> Option<String> {
        let text = match self.member {
            Some(_) => keys::escape(start),
            None => Some(start).filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic()))?.to_owned(),
        };
        Some(format!("{}{text}", self.bounds.prefix))
    }

    fn finish(self, options: &QueryOptions) -> Plan {
        // Without bounds, and without an order, the entities come by their ids.
        match self.member {
            Some(member) => finish(Walk::Ids(self.bounds), Sequence::by(member), self.is_exact, options),
            None => finish(Walk::Entities(self.bounds), Sequence::default(), self.is_exact, options),
        }
    }
}

/// Compares the order of the rows with the one that is asked for.
fn finish(walk: Walk, natural: Sequence, is_exact: bool, options: &QueryOptions) -> Plan {
    let sequence = options.order.clone().unwrap_or_else(|| natural.clone());
    let directed = Sequence {
        members: natural.members.into_iter().map(|(member, _)| (member, sequence.is_id_descending)).collect(),
        is_id_descending: sequence.is_id_descending,
    };
    // What is counted must be looked at, unless rows alone say how many there are.
    let is_streamed = directed == sequence && (is_exact || !options.is_counted);
    Plan { walk, sequence, is_streamed, is_exact }
}

/// The ids that entities can have at all under a filter, where it names them.
fn named_ids(condition: &Condition) -> Option<BTreeSet<String>> {
    match condition {
        Condition::Compare(Operand::Member(member), Comparison::Equal, Operand::Literal(Value::Text(id)))
            if member.name == "Id" =>
        {
            // What cannot be an id is none, and need not be looked for.
            let is_an_id = EntityId::parse_any(id).is_ok_and(|parsed| parsed.to_string() == *id);
            Some(is_an_id.then(|| id.clone()).into_iter().collect())
        }
        Condition::All(terms) => terms.iter().find_map(named_ids),
        Condition::Any(terms) => {
            let sets: Option<Vec<_>> = terms.iter().map(named_ids).collect();
            Some(sets?.into_iter().flatten().collect())
        }
        _ => None,
    }
}
