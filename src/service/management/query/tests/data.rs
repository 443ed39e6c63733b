//! Content keys as the tests know them, and a store that holds them.

use super::super::{Listing, QueryOptions, Source, index_rows, list};
use crate::encoding::percent_encode;
use crate::json::{Json, Object};
use crate::service::management::refusal::Refusal;
use crate::service::settings::Settings;
use crate::service::store::{Batch, Store, keys};
use crate::service::{EntitySet, Navigation};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

pub(super) const KEYS: EntitySet = EntitySet::ContentKeys;

/// What the tests know of a content key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// In microseconds of one hour.
    pub(super) created: u32,
    pub(super) kind: i32,
    pub(super) policy: Option<String>,
}

impl Known {
    /// One of many, told apart by a number.
    pub(super) fn number(number: u32) -> Self {
        Self {
            id: id(number),
            name: Some(format!("key {:06}", number / 2)),
            created: number * 10,
            kind: 4,
            policy: Some(format!("nb:ckpid:UUID:{:08x}-0000-4000-8000-000000000000", number % 100)),
        }
    }

    pub(super) fn created_text(&self) -> String {
        time(self.created)
    }

    pub(super) fn entity(&self) -> Object {
        let text = |value: &Option<String>| value.as_deref().map_or(Json::Null, Json::text);
        let Json::Object(members) = Json::object([
            ("Id", Json::text(&self.id)),
            ("Created", Json::text(&self.created_text())),
            ("LastModified", Json::text(&self.created_text())),
            ("ContentKeyType", Json::number(self.kind)),
            ("EncryptedContentKey", Json::text("c2VjcmV0")),
            ("Name", text(&self.name)),
            ("ProtectionKeyId", Json::text("7D9BB04D9D0A4A24800CADBFEF232689E048F69C")),
            ("ProtectionKeyType", Json::number(0)),
            ("Checksum", Json::text("TfXtjCIlq1Y=")),
            ("AuthorizationPolicyId", text(&self.policy)),
            ("TrackIdentifiers", Json::Null),
        ]) else {
            return Object::new();
        };
        members
    }
}

/// `nb:kid:UUID:…`, in the order of the number's digits turned around, so that ids and names disagree.
pub(super) fn id(number: u32) -> String {
    format!("nb:kid:UUID:{:08x}-0000-4000-8000-{number:012x}", number.reverse_bits())
}

pub(super) fn time(microseconds: u32) -> String {
    let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
    format!("2015-02-04T02:{:02}:{:02}.{rest:06}0Z", seconds / 60, seconds % 60)
}

pub(super) fn put(store: &impl Store, known: &[Known]) {
    let rows = known.iter().flat_map(|known| {
        let entity = known.entity();
        let index = index_rows(KEYS, &known.id, &entity).into_iter().map(|key| (key, String::new()));
        let row = (keys::entity(KEYS, &known.id), Json::Object(entity).to_text().expose().to_owned());
        index.chain([row]).collect::<Vec<_>>()
    });
    let put = rows.map(|(key, value)| (key, crate::secret::SecretBytes::new(value.into_bytes()))).collect();
    assert!(run(store.commit(Batch { put, ..Batch::default() })).unwrap());
}

pub(super) fn link(store: &impl Store, navigation: Navigation, from: &str, to: &[&str]) {
    let rows = to.iter().flat_map(|to| {
        [format!("{}{to}", keys::links(navigation, from)), format!("{}{from}", keys::links_to(navigation, to))]
    });
    let put = rows.map(|key| (key, crate::secret::SecretBytes::default())).collect();
    assert!(run(store.commit(Batch { put, ..Batch::default() })).unwrap());
}

/// Asks for a page of content keys.
pub(super) fn ask(store: &impl Store, source: Source, query: &str, limit: u32) -> Result<Listing, Refusal> {
    let settings = Settings { scan_limit: limit, ..Settings::default() };
    let options = QueryOptions::parse(KEYS, query)?;
    run(list(store, &settings, source, &options))
}

/// Asks for all pages.
pub(super) fn ask_all(store: &impl Store, source: &Source, query: &str, limit: u32) -> Vec<Listing> {
    let mut pages = vec![ask(store, source.clone(), query, limit).unwrap()];
    while let Some(next) = pages[pages.len() - 1].next.clone() {
        pages.push(ask(store, source.clone(), &next, limit).unwrap());
        assert!(pages.len() < 100, "it goes on for ever: {next}");
    }
    pages
}

pub(super) fn ids(listing: &Listing) -> Vec<String> {
    listing.entities.iter().map(|entity| super::super::sequence::id_of(entity).to_owned()).collect()
}

/// `$filter=…`, percent-encoded.
pub(super) fn filter(text: &str) -> String {
    format!("$filter={}", percent_encode(text).expose())
}

/// Stores in memory never wait.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory waits"),
    }
}
