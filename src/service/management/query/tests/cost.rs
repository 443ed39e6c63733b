//! What queries cost: rows listed and entities read, told by the store.

use super::super::Source;
use super::data::{KEYS, Known, ask, filter, id, ids, put};
use crate::error::Result;
use crate::service::store::{Batch, MemoryStore, Range, Row, Store, Versioned};
use std::cell::Cell;

/// A store that counts.
#[derive(Default)]
struct Counting {
    store: MemoryStore,
    cost: Cell<(usize, usize, usize)>,
}

impl Counting {
    fn add(&self, calls: usize, rows: usize, gets: usize) {
        let (all, listed, got) = self.cost.get();
        self.cost.set((all + calls, listed + rows, got + gets));
    }
}

impl Store for Counting {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<Versioned>>> {
        assert!(keys.len() <= 1000, "{} keys at once", keys.len());
        self.add(1, 0, keys.len());
        self.store.get(keys).await
    }

    async fn list(&self, range: &Range) -> Result<Vec<Row>> {
        let rows = self.store.list(range).await?;
        self.add(1, rows.len(), 0);
        Ok(rows)
    }

    async fn count(&self, range: &Range) -> Result<u64> {
        self.add(1, 0, 0);
        self.store.count(range).await
    }

    async fn commit(&self, batch: Batch) -> Result<bool> {
        self.store.commit(batch).await
    }
}

fn of(entities: u32) -> Counting {
    let store = Counting::default();
    put(&store, &(0..entities).map(Known::number).collect::<Vec<_>>());
    store
}

/// Queries, and what they may cost: calls, rows listed, entities read by their ids.
fn queries() -> Vec<(String, (usize, usize, usize), usize)> {
    let created = "Created ge datetime'2015-02-04T02:00:00.0010000' and Created lt datetime'2015-02-04T02:00:00.0015'";
    vec![
        (filter(&format!("Id eq '{}'", id(7).to_uppercase().replace("NB:KID:UUID:", "nb:kid:UUID:"))), (1, 0, 1), 1),
        (filter(&format!("Id eq '{}' or Id eq '{}' or Id eq 'none'", id(7), id(8))), (1, 0, 3), 2),
        (filter("Name eq 'key 000100'"), (2, 2, 2), 2),
        (filter("ContentKeyType eq 4 and Name eq 'key 000100'"), (2, 2, 2), 2),
        (filter("startswith(Name,'key 00010')"), (2, 20, 20), 20),
        (filter(created), (2, 50, 50), 50),
        (format!("{}&$inlinecount=allpages", filter(created)), (3, 50, 50), 50),
        (format!("{}&$orderby=Created desc&$top=5", filter(created)), (2, 6, 5), 5),
        ("$orderby=Name&$top=10".to_owned(), (2, 11, 10), 10),
        ("$orderby=Created+desc&$top=10&$skip=20".to_owned(), (2, 11, 10), 10),
        ("$top=10".to_owned(), (1, 11, 0), 10),
        ("$top=10&$skip=300&$inlinecount=allpages".to_owned(), (2, 11, 0), 10),
        ("$top=0&$inlinecount=allpages".to_owned(), (1, 0, 0), 0),
        (filter(&format!("Id gt '{}'", id(7))) + "&$top=3", (1, 100, 0), 3),
    ]
}

#[test]
fn a_hundred_times_the_entities_cost_the_same() {
    for entities in [1_000, 100_000] {
        let store = of(entities);
        for (query, cost, found) in queries() {
            store.cost.set((0, 0, 0));
            let page = ask(&store, Source::Set(KEYS), &query, 500).unwrap();
            assert_eq!(page.entities.len(), found, "{query}");
            let (calls, rows, gets) = store.cost.get();
            let is_cheap = calls <= cost.0 && rows <= cost.1 + 1 && gets <= cost.2;
            assert!(is_cheap, "{query} of {entities}: {calls} calls, {rows} rows, {gets} gets");
        }
        // A page, and the place where it ends.
        store.cost.set((0, 0, 0));
        let page = ask(&store, Source::Set(KEYS), "", 500).unwrap();
        assert_eq!((page.entities.len(), page.next.is_some()), (1000, entities > 1000));
        assert!(store.cost.get().1 <= 1001);
    }
}

#[test]
fn what_no_index_answers_is_looked_for_up_to_the_limit() {
    let store = of(10_000);
    for query in [
        filter("ContentKeyType eq 1"),
        filter("endswith(Name,'x')"),
        filter("not (Name eq 'key 000001')") + "&$orderby=Name&$inlinecount=allpages",
        "$orderby=ContentKeyType".to_owned(),
        filter("ContentKeyType eq 4") + "&$inlinecount=allpages",
        filter("ContentKeyType eq 4 and startswith(Name,'key')") + "&$skip=3000",
        filter("Name ne 'a' or Id eq 'b'") + "&$orderby=LastModified",
    ] {
        store.cost.set((0, 0, 0));
        let refused = ask(&store, Source::Set(KEYS), &query, 2500).unwrap_err();
        assert_eq!((refused.status, refused.code), (400, "query.too_broad"), "{query}");
        let hint = "more than 2500 ContentKeys: ask by Id, Created, Name or AuthorizationPolicyId";
        assert!(refused.message.contains(hint), "{}", refused.message);
        let (_, rows, _) = store.cost.get();
        // With one row more for each look, which says whether there is more.
        assert!((2500..=2530).contains(&rows), "{query}: {rows} rows");
    }
    // What is found before the limit is answered.
    let page = ask(&store, Source::Set(KEYS), &(filter("ContentKeyType eq 4") + "&$top=20"), 100).unwrap();
    assert_eq!(ids(&page).len(), 20);
}

#[test]
fn as_many_rows_as_the_limit_are_not_too_many() {
    let store = of(1000);
    for query in [filter("ContentKeyType eq 1"), filter("ContentKeyType eq 1") + "&$orderby=ContentKeyType"] {
        assert_eq!(ask(&store, Source::Set(KEYS), &query, 1000).unwrap().entities.len(), 0);
        assert_eq!(ask(&store, Source::Set(KEYS), &query, 999).unwrap_err().code, "query.too_broad");
    }
}
