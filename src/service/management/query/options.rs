//! The query options of a request: what is asked for, in which order, how much of it, and in which shape.

use super::filter::Condition;
use super::read_filter;
use super::sequence::Sequence;
use crate::encoding::{percent_encode, query_decode};
use crate::error::{Error, ErrorCode, Result as Read};
use crate::service::management::model::{Member, members};
use crate::service::management::refusal::Refusal;
use crate::service::{EntitySet, Navigation};

/// Entities on a page.
pub(super) const PAGE: u32 = 1000;
/// The same where each brings others with it, which are looked up one by one.
const EXPANDED_PAGE: u32 = 100;
/// The longest query, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// The query options of a request for one set.
#[derive(Clone, Debug)]
pub(in crate::service) struct QueryOptions {
    pub(super) set: EntitySet,
    pub(super) filter: Option<Condition>,
    /// `None`: as it comes.
    pub(super) order: Option<Sequence>,
    pub(super) top: Option<u32>,
    pub(super) skip: u32,
    /// `None`: all of them.
    pub(super) select: Option<Vec<&'static Member>>,
    pub(super) expand: Vec<Navigation>,
    pub(super) is_counted: bool,
    /// Where the page before ended.
    pub(super) after: Option<String>,
    /// The options as they came, decoded.
    written: Vec<(String, String)>,
}

impl QueryOptions {
    /// Reads a query as it stands in an address, without the question mark. Parameters without a dollar sign are
    /// somebody else's and not looked at.
    pub(in crate::service) fn parse(set: EntitySet, query: &str) -> Result<Self, Refusal> {
        if query.len() > MAX_BYTES {
            return Err(bad("query", format!("a query is at most {MAX_BYTES} bytes long")).into());
        }
        let mut options = Self {
            set,
            filter: None,
            order: None,
            top: None,
            skip: 0,
            select: None,
            expand: Vec::new(),
            is_counted: false,
            after: None,
            written: Vec::new(),
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = query_decode(name).zip(query_decode(value));
            let Some((name, value)) = decoded else {
                return Err(bad("query", "the query is not correctly percent-encoded").into());
            };
            if name.starts_with('$') {
                options.read(name, value)?;
            }
        }
        Ok(options)
    }

    fn read(&mut self, name: String, value: String) -> Result<(), Refusal> {
        if self.written.iter().any(|(known, _)| *known == name) {
            return Err(bad(&name, "this option stands twice").into());
        }
        match name.as_str() {
            "$filter" => self.filter = Some(read_filter::read(self.set, &value)?),
            "$orderby" => self.order = Some(Sequence::read(self.set, &value)?),
            "$top" => self.top = Some(number(&name, &value)?),
            "$skip" => self.skip = number(&name, &value)?,
            "$select" => self.select = read_select(self.set, &value)?,
            "$expand" => self.expand = read_expand(self.set, &value)?,
            "$inlinecount" => self.is_counted = read_count(&value)?,
            "$skiptoken" => self.after = Some(value.clone()),
            // The answer is written in it, whoever asks for what: it is read there.
            "$format" => {}
            _ => return Err(bad("query", format!("this API has none of this option: {KNOWN}")).into()),
        }
        self.written.push((name, value));
        Ok(())
    }

    /// How many entities any page has at most.
    const fn most(&self) -> u32 {
        if self.expand.is_empty() { PAGE } else { EXPANDED_PAGE }
    }

    /// How many entities the page has at most.
    pub(super) fn page_size(&self) -> u32 {
        self.top.map_or(self.most(), |top| top.min(self.most()))
    }

    /// Whether more may follow after a full page.
    pub(super) fn goes_on(&self) -> bool {
        self.top.is_none_or(|top| top > self.most())
    }

    /// The query for the page after this full one, which ended at `token`.
    pub(super) fn next(&self, token: &str) -> String {
        let kept = |name: &str| !matches!(name, "$top" | "$skip" | "$skiptoken");
        let mut pairs: Vec<(&str, String)> = self
            .written
            .iter()
            .filter(|(name, _)| kept(name))
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        pairs.extend(self.top.map(|top| ("$top", top.saturating_sub(self.most()).to_string())));
        pairs.push(("$skiptoken", token.to_owned()));
        pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encode(value).expose()))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// Refuses what makes no sense for a single entity.
    pub(super) fn check_for_one(&self) -> Read<()> {
        let for_lists = ["$filter", "$orderby", "$top", "$skip", "$inlinecount", "$skiptoken"];
        match self.written.iter().find(|(name, _)| for_lists.contains(&name.as_str())) {
            Some((name, _)) => Err(bad(name, "this option is for lists: ask for the entity without it")),
            None => Ok(()),
        }
    }
}

const KNOWN: &str = "expected $filter, $orderby, $top, $skip, $select, $expand, $inlinecount, $skiptoken or $format";

pub(super) fn bad(option: &str, why: impl Into<String>) -> Error {
    Error::new(ErrorCode::QueryBadOption, why.into()).at(option)
}

fn number(name: &str, value: &str) -> Read<u32> {
    let digits = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| bad(name, "expected a whole number from 0 to 4294967295"))
}

/// The names of a list separated by commas.
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// In the order of the model, since answers have their members in that order.
fn read_select(set: EntitySet, value: &str) -> Read<Option<Vec<&'static Member>>> {
    if names(value).any(|name| name == "*") {
        return Ok(None);
    }
    let navigations = Navigation::of(set);
    for name in names(value) {
        // A navigation is selected by expanding it.
        let is_navigation = navigations.iter().any(|navigation| navigation.name() == name);
        if !is_navigation && !members(set).iter().any(|member| member.name == name) {
            let known = members(set).iter().map(|member| member.name).collect::<Vec<_>>().join(", ");
            return Err(bad("$select", format!("{} have no such member: expected some of {known}", set.name())));
        }
    }
    Ok(Some(members(set).iter().filter(|member| names(value).any(|name| name == member.name)).collect()))
}

fn read_expand(set: EntitySet, value: &str) -> Read<Vec<Navigation>> {
    let known = Navigation::of(set);
    for name in names(value) {
        if !known.iter().any(|navigation| navigation.name() == name) {
            let list = known.iter().map(|navigation| navigation.name()).collect::<Vec<_>>().join(" and ");
            let which =
                if list.is_empty() { "have nothing to expand".to_owned() } else { format!("expand {list} alone") };
            return Err(bad("$expand", format!("{} {which}", set.name())));
        }
    }
    Ok(known.into_iter().filter(|navigation| names(value).any(|name| name == navigation.name())).collect())
}

fn read_count(value: &str) -> Read<bool> {
    match value {
        "allpages" => Ok(true),
        "none" => Ok(false),
        _ => Err(bad("$inlinecount", "expected allpages or none")),
    }
}
