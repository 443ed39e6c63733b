//! Selected members and expanded navigations.

use super::super::{QueryOptions, Source, list, one};
use super::data::{KEYS, Known, ask, ids, link, put, run};
use crate::json::{Json, Object};
use crate::secret::SecretBytes;
use crate::service::settings::Settings;
use crate::service::store::{Batch, MemoryStore, Store as _, keys};
use crate::service::{EntitySet, Navigation};

const ASSET: &str = "nb:cid:UUID:00000000-0000-4000-8000-000000000001";

fn store() -> MemoryStore {
    let store = MemoryStore::new();
    put(&store, &(0..6).map(Known::number).collect::<Vec<_>>());
    let asset = format!(r#"{{"Id":"{ASSET}","State":0,"Name":"film","Options":0}}"#).into_bytes();
    let row = (keys::entity(EntitySet::Assets, ASSET), SecretBytes::new(asset));
    assert!(run(store.commit(Batch { put: vec![row], ..Batch::default() })).unwrap());
    let linked = [2, 4].map(|number| Known::number(number).id);
    link(&store, Navigation::ContentKeys, ASSET, &linked.each_ref().map(String::as_str));
    store
}

fn names(entity: &Object) -> Vec<&str> {
    entity.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn selected_members_come_in_the_order_of_the_entity() {
    let page = ask(&store(), Source::Set(KEYS), "$select=Name,Id&$top=2", 10).unwrap();
    assert!(page.entities.iter().all(|entity| names(entity) == ["Id", "Name"]));
    let page = ask(&store(), Source::Set(KEYS), "$select=*,Name&$top=1", 10).unwrap();
    assert_eq!(names(&page.entities[0]).len(), 11);
    // Ids need not be shown to be sorted and paged by.
    let page = ask(&store(), Source::Set(KEYS), "$select=Name&$orderby=ContentKeyType,Name", 10).unwrap();
    let texts: Vec<String> =
        page.entities.iter().map(|entity| Json::Object(entity.clone()).to_text().expose().to_owned()).collect();
    let expected = ["000000", "000000", "000001", "000001", "000002", "000002"];
    assert_eq!(texts, expected.map(|number| format!(r#"{{"Name":"key {number}"}}"#)));
}

#[test]
fn expanded_entities_come_in_a_list_behind_the_members() {
    let options = QueryOptions::parse(EntitySet::Assets, "$expand=DeliveryPolicies,ContentKeys&$select=Name").unwrap();
    let settings = Settings::default();
    let single = run(one(&store(), &settings, ASSET, &options)).unwrap().unwrap();
    assert_eq!(names(&single), ["Name", "ContentKeys", "DeliveryPolicies"]);
    let Json::List(expanded) = &single[1].1 else { panic!("no list") };
    let mut expected = [2, 4].map(|number| Json::Object(Known::number(number).entity()));
    expected.sort_by_key(|entity| entity.to_text().expose().to_owned());
    assert_eq!(*expanded, expected);
    assert_eq!(single[2].1, Json::List(Vec::new()));
    let all = run(list(&store(), &settings, Source::Set(EntitySet::Assets), &options)).unwrap();
    assert_eq!(all.entities, [single]);
}

/// Each entity of such a page costs look-ups of its own.
#[test]
fn pages_with_expanded_entities_are_small_and_lead_on() {
    let store = MemoryStore::new();
    let assets: Vec<Batch> = (0..250)
        .map(|number| {
            let id = format!("nb:cid:UUID:00000000-0000-4000-8000-{number:012}");
            let value = format!(r#"{{"Id":"{id}","Name":null}}"#).into_bytes();
            Batch { put: vec![(keys::entity(EntitySet::Assets, &id), SecretBytes::new(value))], ..Batch::default() }
        })
        .collect();
    assets.into_iter().for_each(|batch| assert!(run(store.commit(batch)).unwrap()));
    let (mut query, mut sizes) = ("$expand=ContentKeys&$top=210".to_owned(), Vec::new());
    loop {
        let options = QueryOptions::parse(EntitySet::Assets, &query).unwrap();
        let page = run(list(&store, &Settings::default(), Source::Set(EntitySet::Assets), &options)).unwrap();
        sizes.push(page.entities.len());
        match page.next {
            Some(next) => query = next,
            None => break,
        }
    }
    assert_eq!(sizes, [100, 100, 10]);
}

#[test]
fn too_much_to_expand_is_refused() {
    let settings = Settings { scan_limit: 1, ..Settings::default() };
    let options = QueryOptions::parse(EntitySet::Assets, "$expand=ContentKeys").unwrap();
    let refused = run(one(&store(), &settings, ASSET, &options)).unwrap_err();
    assert_eq!((refused.status, refused.code), (400, "query.too_broad"));
}

#[test]
fn links_are_followed() {
    let store = store();
    let linked = Source::Linked { navigation: Navigation::ContentKeys, from_id: ASSET.to_owned() };
    let page = ask(&store, linked, "$inlinecount=allpages", 10).unwrap();
    let mut expected = [2, 4].map(|number| Known::number(number).id);
    expected.sort();
    assert_eq!((ids(&page), page.count), (expected.to_vec(), Some(2)));
}

#[test]
fn a_single_entity_is_there_or_not_and_takes_no_options_of_lists() {
    let store = store();
    let ask_one =
        |id: &str, query: &str| run(one(&store, &Settings::default(), id, &QueryOptions::parse(KEYS, query).unwrap()));
    assert_eq!(ask_one(&Known::number(3).id, "").unwrap(), Some(Known::number(3).entity()));
    assert_eq!(ask_one(&Known::number(9).id, "$select=Id").unwrap(), None);
    for query in ["$top=1", "$skip=0", "$filter=Name eq 'a'", "$orderby=Id", "$inlinecount=none", "$skiptoken=a"] {
        assert_eq!(ask_one(&Known::number(3).id, query).unwrap_err().code, "query.bad_option", "{query}");
    }
}
