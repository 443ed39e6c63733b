//! A page of a list: the entities that a query wants, in its order.

use super::filter::Condition;
use super::options::{PAGE, QueryOptions};
use super::plan::{Bounds, Plan, Walk};
use super::sequence::{Place, id_of};
use super::walk::{Walker, fetch};
use crate::error::{Error, ErrorCode, Result};
use crate::json::Object;
use crate::service::EntitySet;
use crate::service::management::model::members;
use crate::service::store::{Range, Store};

/// Rows that are looked at together where a filter may leave out most of them.
const LOOK: u32 = 100;

/// A page, and where it ended if there may be more.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) entities: Vec<Object>,
    pub(super) count: Option<u64>,
    pub(super) end: Option<Place>,
}

/// Reads a page; `limit` is how many rows may be looked at that are not on it.
pub(super) async fn page<S: Store>(store: &S, plan: &Plan, options: &QueryOptions, limit: u32) -> Result<Page> {
    let after = options.after.as_deref().map(|token| plan.sequence.read_place(token)).transpose()?;
    let query = Query { store, plan, options, after, limit };
    let mut page = if plan.is_streamed { query.stream().await? } else { query.sort().await? };
    if options.is_counted && plan.is_exact {
        page.count = Some(query.count_rows().await?);
    }
    page.end = page.end.filter(|_| options.goes_on());
    Ok(page)
}

struct Query<'q, S> {
    store: &'q S,
    plan: &'q Plan,
    options: &'q QueryOptions,
    after: Option<Place>,
    limit: u32,
}

impl<S: Store> Query<'_, S> {
    /// The rows come in order: it ends with the page.
    async fn stream(&self) -> Result<Page> {
        let want = self.options.page_size();
        let mut walker = Walker::new(self.store, self.options.set, self.plan);
        let mut skip = self.skip();
        if let Some(place) = &self.after {
            walker.start_after(place);
        }
        if self.plan.is_exact {
            walker.skip(std::mem::take(&mut skip));
        }
        let (mut entities, mut passed, mut is_more) = (Vec::new(), 0_u32, false);
        while missing(want, &entities) > 0 && !walker.is_done() {
            let rows = self.rows_at_once(missing(want, &entities).saturating_add(skip), passed)?;
            for entity in walker.next(rows).await? {
                let is_wanted = self.is_wanted(&entity);
                if !is_wanted || skip > 0 {
                    skip = skip.saturating_sub(u32::from(is_wanted));
                    passed = passed.saturating_add(1);
                } else if missing(want, &entities) > 0 {
                    entities.push(entity);
                } else {
                    is_more = true;
                    break;
                }
            }
        }
        let last = entities.last().map(|last| self.plan.sequence.place(id_of(last), last));
        let is_full = missing(want, &entities) == 0;
        let end = last.filter(|_| is_full && (is_more || !walker.is_done()));
        Ok(Page { entities, count: None, end })
    }

    /// How many rows to look at next.
    fn rows_at_once(&self, missing: u32, passed: u32) -> Result<u32> {
        if self.plan.is_bounded() {
            return Ok(missing.min(PAGE));
        }
        match self.limit.saturating_sub(passed) {
            0 => Err(self.too_broad()),
            left => Ok(missing.clamp(LOOK, PAGE).min(left)),
        }
    }

    /// The rows come in another order: the places of all that is wanted are sorted, and the entities of the page fetched.
    async fn sort(&self) -> Result<Page> {
        let (set, sequence) = (self.options.set, &self.plan.sequence);
        let mut places = self.places().await?;
        let count = self.options.is_counted.then(|| u64::try_from(places.len()).unwrap_or(u64::MAX));
        places.sort_by(|left, right| sequence.compare(left, right));
        if let Some(after) = &self.after {
            places.retain(|place| sequence.compare(place, after).is_gt());
        }
        let (skip, want) = (index(self.skip()), index(self.options.page_size()));
        let is_more = places.len() > skip.saturating_add(want);
        let page: Vec<Place> = places.into_iter().skip(skip).take(want).collect();
        let ids: Vec<String> = page.iter().map(|place| place.id.clone()).collect();
        let entities = fetch(self.store, set, &ids).await?;
        Ok(Page { entities, count, end: page.into_iter().last().filter(|_| is_more) })
    }

    async fn places(&self) -> Result<Vec<Place>> {
        let mut walker = Walker::new(self.store, self.options.set, self.plan);
        let (mut places, mut left) = (Vec::new(), self.limit);
        while !walker.is_done() {
            let rows = left.min(PAGE);
            // Ids that the query names are few.
            if rows == 0 && !matches!(self.plan.walk, Walk::Named(_)) {
                return Err(self.too_broad());
            }
            left = left.saturating_sub(rows);
            let entities = walker.next(rows).await?;
            let wanted = entities.iter().filter(|entity| self.is_wanted(entity));
            places.extend(wanted.map(|entity| self.plan.sequence.place(id_of(entity), entity)));
        }
        Ok(places)
    }

    async fn count_rows(&self) -> Result<u64> {
        match &self.plan.walk {
            Walk::Entities(bounds) | Walk::Ids(bounds) => {
                let Bounds { from, to, .. } = bounds.clone();
                if from >= to {
                    return Ok(0);
                }
                self.store.count(&Range { from, to, is_reverse: false, skip: 0, limit: 0 }).await
            }
            Walk::Named(ids) => Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX)),
        }
    }

    fn is_wanted(&self, entity: &Object) -> bool {
        self.options.filter.as_ref().is_none_or(|filter: &Condition| filter.holds(entity))
    }

    /// A page that follows another begins where that ended: what was passed over is behind it.
    fn skip(&self) -> u32 {
        if self.after.is_some() { 0 } else { self.options.skip }
    }

    fn too_broad(&self) -> Error {
        let set = self.options.set;
        Error::new(
            ErrorCode::QueryTooBroad,
            format!(
                "this query would look at more than {} {}: ask by {}, or narrow it with one of them",
                self.limit,
                set.name(),
                looked_up(set)
            ),
        )
    }
}

/// `Id, Name, Created or AuthorizationPolicyId`
fn looked_up(set: EntitySet) -> String {
    let mut names = vec!["Id"];
    names.extend(members(set).iter().filter(|member| member.is_indexed).map(|member| member.name));
    let last = names.pop().unwrap_or_default();
    format!("{} or {last}", names.join(", "))
}

fn missing(want: u32, entities: &[Object]) -> u32 {
    want.saturating_sub(u32::try_from(entities.len()).unwrap_or(u32::MAX))
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
