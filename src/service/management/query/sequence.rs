//! The order of a list, and places in it.

use super::options::bad;
use super::read_filter::scalar_member;
use super::value::sort_text;
use crate::error::Result;
use crate::json::{Json, Object};
use crate::service::EntitySet;
use crate::service::management::model::Member;
use std::cmp::Ordering;

/// An order in which no two entities are in the same place: by some members, and by the id where those agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    /// All but the id, and whether from the last to the first.
    pub(super) members: Vec<(&'static Member, bool)>,
    pub(super) is_id_descending: bool,
}

/// The place of an entity in a sequence: the texts its members are sorted by, and its id. As text with spaces between them
/// it is a `$skiptoken`, and the end of a row's key in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    texts: Vec<String>,
    pub(super) id: String,
}

impl Sequence {
    /// Reads an `$orderby`: members with `asc` or `desc`, separated by commas. Where it does not come to the id, that has the
    /// direction of the last member, as the rows of an index do.
    pub(super) fn read(set: EntitySet, text: &str) -> Result<Self> {
        let mut sequence = Self::default();
        for part in text.split(',') {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            let member = scalar_member(set, name).map_err(|why| bad("$orderby", why))?;
            sequence.is_id_descending = match (words.next(), words.next()) {
                (None | Some("asc"), None) => false,
                (Some("desc"), None) => true,
                _ => {
                    return Err(bad("$orderby", "expected a member with asc or desc, and a comma before the next one"));
                }
            };
            if member.name == "Id" {
                break;
            }
            // A member that stood before decides nothing any more.
            if !sequence.members.iter().any(|(known, _)| *known == member) {
                sequence.members.push((member, sequence.is_id_descending));
            }
        }
        Ok(sequence)
    }

    /// The order of the rows of an index.
    pub(super) fn by(member: &'static Member) -> Self {
        Self { members: vec![(member, false)], is_id_descending: false }
    }

    /// Where an entity stands.
    pub(super) fn place(&self, id: &str, entity: &Object) -> Place {
        Place { texts: self.members.iter().map(|(member, _)| sort_text(member, entity)).collect(), id: id.to_owned() }
    }

    /// Which of two places comes first.
    pub(super) fn compare(&self, left: &Place, right: &Place) -> Ordering {
        let directed = |order: Ordering, is_descending: bool| if is_descending { order.reverse() } else { order };
        let by_members = self.members.iter().zip(left.texts.iter().zip(&right.texts));
        by_members
            .map(|((_, is_descending), (left, right))| directed(left.cmp(right), *is_descending))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| directed(left.id.cmp(&right.id), self.is_id_descending))
    }

    /// Reads a `$skiptoken`, which must be one of this sequence.
    pub(super) fn read_place(&self, token: &str) -> Result<Place> {
        let mut texts: Vec<String> = token.split(' ').map(str::to_owned).collect();
        let is_ours = texts.len() == self.members.len().saturating_add(1)
            && texts.iter().all(|text| text.len() <= MAX_PART)
            && token.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let id = texts.pop().filter(|id| is_ours && !id.is_empty());
        let id =
            id.ok_or_else(|| bad("$skiptoken", "this is not the token of this query: follow the link as it came"))?;
        Ok(Place { texts, id })
    }
}

/// The longest part of a token: 96 bytes of a text, each escaped.
const MAX_PART: usize = 3 * 96;

impl Place {
    pub(super) fn to_token(&self) -> String {
        let mut parts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        parts.push(&self.id);
        parts.join(" ")
    }
}

/// The id of an entity.
pub(super) fn id_of(entity: &Object) -> &str {
    match entity.first() {
        Some((name, Json::Text(id))) if name == "Id" => id.expose(),
        _ => "",
    }
}
