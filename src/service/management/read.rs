//! Reading entities and links.

use super::context::{Context, etag};
use super::format::Page;
use super::path::EntityRef;
use super::precondition;
use super::query::{self, QueryOptions, Source};
use super::refusal::Refusal;
use super::respond::{Answer, Content, Roots};
use super::rows;
use crate::service::platform::Platform;
use crate::service::{EntitySet, Navigation};

/// One entity.
pub(super) async fn entity<P: Platform>(context: &Context<'_, P>, entity: &EntityRef) -> Result<Answer, Refusal> {
    let options = QueryOptions::parse(entity.set, context.request.address().query)?;
    // First the tag and then the entity: if it changes in between, the tag is too old, and not too new.
    let tag = etag(rows::load_one(context.platform, entity).await?.value.expose());
    if precondition::is_known(context.request, &tag) {
        return Ok(Answer::new(304, Content::Nothing).with_etag(tag));
    }
    let found = query::one(context.platform, context.settings, &entity.id, &options).await?;
    let members = found.ok_or_else(|| rows::not_found(entity))?;
    Ok(Answer::ok(Content::Entity { set: entity.set, id: entity.id.clone(), members }).with_etag(tag))
}

/// A page of a set.
pub(super) async fn set<P: Platform>(context: &Context<'_, P>, set: EntitySet) -> Result<Answer, Refusal> {
    let page = page(context, set, Source::Set(set), set.name()).await?;
    Ok(Answer::ok(Content::Entities(set, page)))
}

/// A page of the entities behind a navigation.
pub(super) async fn linked<P: Platform>(
    context: &Context<'_, P>,
    from: &EntityRef,
    navigation: Navigation,
) -> Result<Answer, Refusal> {
    let page = linked_page(context, from, navigation, "").await?;
    Ok(Answer::ok(Content::Entities(navigation.ends().1, page)))
}

/// A page of their addresses.
pub(super) async fn links<P: Platform>(
    context: &Context<'_, P>,
    from: &EntityRef,
    navigation: Navigation,
) -> Result<Answer, Refusal> {
    let page = linked_page(context, from, navigation, "$links/").await?;
    Ok(Answer::ok(Content::Links(navigation, page)))
}

async fn linked_page<P: Platform>(
    context: &Context<'_, P>,
    from: &EntityRef,
    navigation: Navigation,
    links: &str,
) -> Result<Page, Refusal> {
    rows::load_one(context.platform, from).await?;
    let path = format!("{}('{}')/{links}{}", from.set.name(), from.id.replace(':', "%3A"), navigation.name());
    let source = Source::Linked { navigation, from_id: from.id.clone() };
    page(context, navigation.ends().1, source, &path).await
}

/// The page, and where the next one is: the path is that below the root.
async fn page<P: Platform>(
    context: &Context<'_, P>,
    set: EntitySet,
    source: Source,
    path: &str,
) -> Result<Page, Refusal> {
    let options = QueryOptions::parse(set, context.request.address().query)?;
    let listing = query::list(context.platform, context.settings, source, &options).await?;
    let root = Roots::of(context)?.public;
    let next = listing.next.map(|query| format!("{root}{path}?{query}"));
    Ok(Page { entities: listing.entities, count: listing.count, next })
}
