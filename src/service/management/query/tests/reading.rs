//! Reading what clients write, well and badly.

use super::super::{QueryOptions, Source};
use super::data::{KEYS, Known, ask, filter, ids, put};
use crate::service::EntitySet;
use crate::service::store::MemoryStore;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn refused(query: &str) -> (u16, &'static str, String) {
    let refusal = QueryOptions::parse(KEYS, query).unwrap_err();
    (refusal.status, refusal.code, refusal.message)
}

#[test]
fn a_bad_filter_is_refused_at_its_column() {
    for (text, column) in [
        ("", 1),
        ("Name", 1),
        ("Name eq", 8),
        ("Name eq 'a", 9),
        ("Name eq 'a' and", 16),
        ("Name eq 'a' Name eq 'b'", 13),
        ("name eq 'a'", 1),
        ("Names eq 'a'", 1),
        ("Restrictions eq null", 1),
        ("'é' eq Nam", 8),
        ("(Name eq 'a'", 13),
        ("Name eq 'a')", 12),
        ("Name eq 4", 6),
        ("Name eq datetime'2015-01-01T00:00:00'", 6),
        ("Created eq datetime'2015-13-01T00:00:00'", 12),
        ("Created eq '2015-01-01T00:00:00'", 9),
        ("Id eq guid'339c45b5-fb6d-4bd9-994c-eabd9d41c95b'", 4),
        ("Id eq guid'339c45b5'", 7),
        ("ContentKeyType eq 1.5", 19),
        ("ContentKeyType eq 99999999999999999999", 19),
        ("ContentKeyType eq 1 2", 21),
        ("length(Name) gt 3", 1),
        ("startswith(Name)", 16),
        ("startswith(ContentKeyType,'4')", 12),
        ("startswith(Name,'a','b')", 20),
        ("startswith(Name,'a') eq 'true'", 22),
        ("startswith(Name,'a') gt true", 22),
        ("startswith(Name,'a') eq startswith(Name,'b')", 22),
        ("not Name eq 'a'", 5),
        ("Name eq \"a\"", 9),
        ("Name = 'a'", 6),
        ("Name eq 'a'; drop", 12),
        ("Name/x eq 'a'", 1),
    ] {
        let (status, code, message) = refused(&filter(text));
        assert_eq!((status, code), (400, "query.bad_filter"), "{text}");
        assert!(message.ends_with(&format!("(at $filter) (line 1, column {column})")), "{text}: {message}");
    }
}

#[test]
fn options_are_refused_with_their_names() {
    for (query, option) in [
        ("$top=-1", "$top"),
        ("$top=", "$top"),
        ("$top=%2B1", "$top"),
        ("$top=4294967296", "$top"),
        ("$skip=a", "$skip"),
        ("$select=Nam", "$select"),
        ("$select=", "$select"),
        ("$expand=Options", "$expand"),
        ("$expand=ContentKeys", "$expand"),
        ("$orderby=", "$orderby"),
        ("$orderby=Name up", "$orderby"),
        ("$orderby=Name desc desc", "$orderby"),
        ("$orderby=Name;Id", "$orderby"),
        ("$inlinecount=all", "$inlinecount"),
        ("$top=1&$top=1", "$top"),
        ("%24top=1&$top=1", "$top"),
        ("$count=true", "query"),
        ("$Filter=Name eq 'a'", "query"),
        ("$filter=%zz", "query"),
        ("$filter=%ff", "query"),
    ] {
        let (status, code, message) = refused(query);
        assert_eq!((status, code), (400, "query.bad_option"), "{query}");
        assert!(message.ends_with(&format!("(at {option})")), "{query}: {message}");
    }
    for token in ["a", "a b c", "a%00 b", "é b", "%20"] {
        let store = MemoryStore::new();
        let answer = ask(&store, Source::Set(KEYS), &format!("$orderby=Name&$skiptoken={token}"), 10);
        assert_eq!(answer.unwrap_err().code, "query.bad_option", "{token}");
    }
}

#[test]
fn a_token_leads_nowhere_outside_of_its_list() {
    let store = MemoryStore::new();
    put(&store, &[Known::number(1)]);
    // Before, behind, and beside: other sets and other rows of the store.
    for token in ["!", "~", "../ContentKeys/", "/", "nb:kid:UUID:"] {
        for order in ["Id", "Id desc"] {
            let page = ask(&store, Source::Set(KEYS), &format!("$skiptoken={token}&$orderby={order}"), 10).unwrap();
            assert!(ids(&page).iter().all(|id| *id == Known::number(1).id));
        }
    }
}

#[test]
fn length_depth_and_terms_are_bounded() {
    let nested = |depth: usize| filter(&format!("{}Name eq 'a'{}", "(".repeat(depth), ")".repeat(depth)));
    let nots = |depth: usize| filter(&format!("{}startswith(Name,'a')", "not ".repeat(depth)));
    let terms = |terms: usize| filter(&vec!["Name eq 'a'"; terms].join(" or "));
    let long = |bytes: usize| filter(&format!("Name eq '{}'", "a".repeat(bytes)));
    for (fits, does_not) in
        [(nested(32), nested(33)), (nots(32), nots(33)), (terms(64), terms(65)), (long(8000), long(8200))]
    {
        assert!(QueryOptions::parse(KEYS, &fits).is_ok());
        assert_eq!(refused(&does_not).1, "query.bad_filter");
    }
    assert_eq!(refused(&format!("x={}", "a".repeat(20_000))).1, "query.bad_option");
    let start = Instant::now();
    for hostile in ["(", ")", "not ", "'", "''", "a(", "-", "1", "datetime'", "startswith(", "Name eq ", "é"] {
        let repeated = hostile.repeat(8192 / hostile.len());
        let raw = format!("$filter={}", repeated.replace(' ', "+"));
        assert!(QueryOptions::parse(KEYS, &raw).is_err());
    }
    // Each takes less than a millisecond; the rest is for a busy machine.
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn quotes_and_percent_signs_stay_inside_of_a_text() {
    let store = MemoryStore::new();
    let names = ["x' or 'a' eq 'a", "100%", "%27", "a+b", "a&b=c", "a b", "x'", "'", "''", "\u{0}"];
    let known: Vec<Known> = names
        .iter()
        .zip(0..)
        .map(|(name, number)| Known { name: Some((*name).to_owned()), ..Known::number(number) })
        .collect();
    put(&store, &known);
    for expected in &known {
        let name = expected.name.clone().unwrap_or_default();
        for text in [
            format!("Name eq '{}'", name.replace('\'', "''")),
            format!("endswith(Name,'{}') and not (Name ne '{0}')", name.replace('\'', "''")),
        ] {
            let page = ask(&store, Source::Set(KEYS), &filter(&text), 100).unwrap();
            assert_eq!(ids(&page).as_slice(), std::slice::from_ref(&expected.id), "{text}");
        }
    }
    // As clients write it that encode nothing but spaces.
    let page = ask(&store, Source::Set(KEYS), "$filter=Name+eq+'x''+or+''a''+eq+''a'", 100).unwrap();
    assert_eq!(ids(&page), [known[0].id.clone()]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn nothing_makes_the_reader_stop(
        text in ".{0,200}",
        words in proptest::collection::vec(proptest::sample::select(vec![
            "Name", "Id", "Created", "ContentKeyType", "eq", "ne", "and", "or", "not", "(", ")", ",", "'a'", "''", "4", "-1L", "null",
            "true", "datetime'2015-01-01T00:00'", "guid'0'", "startswith", "substringof", "'", "gt", "%27",
        ]), 0..24),
    ) {
        for set in EntitySet::ALL {
            _ = QueryOptions::parse(set, &text);
            _ = QueryOptions::parse(set, &filter(&text));
            for option in ["$orderby", "$select", "$expand", "$format", "$skiptoken", "$top"] {
                _ = QueryOptions::parse(set, &format!("{option}={text}"));
            }
        }
        _ = QueryOptions::parse(KEYS, &filter(&words.join(" ")));
    }
}
