//! Random queries over random entities, against an evaluation that knows nothing of the code under test.

use super::super::Source;
use super::data::{KEYS, Known, ask, ask_all, filter, id, ids, link, put, time};
use crate::service::Navigation;
use crate::service::store::MemoryStore;
use proptest::prelude::*;
use std::cmp::Ordering;

/// A filter as the tests have it: written by them, and judged by them.
#[derive(Clone, Debug)]
enum Ask {
    Name(&'static str, Option<String>),
    Id(&'static str, u32),
    Created(&'static str, u32),
    Kind(&'static str, i32),
    Policy(&'static str, Option<String>),
    Text(&'static str, String),
    Not(Box<Ask>),
    And(Box<Ask>, Box<Ask>),
    Or(Box<Ask>, Box<Ask>),
}

fn quoted(text: &Option<String>) -> String {
    text.as_ref().map_or("null".to_owned(), |text| format!("'{}'", text.replace('\'', "''")))
}

impl Ask {
    fn text(&self) -> String {
        match self {
            Self::Name(op, value) => format!("Name {op} {}", quoted(value)),
            Self::Id(op, number) => format!("Id {op} '{}'", id(*number)),
            Self::Created(op, at) => format!("Created {op} datetime'{}'", time(*at).trim_end_matches('Z')),
            // Turned around, as some clients write it.
            Self::Kind(op, value) => {
                let turned = match *op {
                    "lt" => "gt",
                    "le" => "ge",
                    "gt" => "lt",
                    "ge" => "le",
                    same => same,
                };
                format!("{value} {turned} ContentKeyType")
            }
            Self::Policy(op, value) => format!("AuthorizationPolicyId {op} {}", quoted(value)),
            Self::Text("substringof", part) => format!("substringof({},Name)", quoted(&Some(part.clone()))),
            Self::Text(function, part) => format!("{function}(Name, {}) eq true", quoted(&Some(part.clone()))),
            Self::Not(inner) => format!("not ({})", inner.text()),
            Self::And(left, right) => format!("({}) and ({})", left.text(), right.text()),
            Self::Or(left, right) => format!("({}) or ({})", left.text(), right.text()),
        }
    }

    fn holds(&self, known: &Known) -> bool {
        match self {
            Self::Name(op, value) => compare(op, known.name.as_ref(), value.as_ref()),
            Self::Id(op, number) => compare(op, Some(&known.id), Some(&id(*number))),
            Self::Created(op, at) => compare(op, Some(&known.created), Some(at)),
            Self::Kind(op, value) => compare(op, Some(&known.kind), Some(value)),
            Self::Policy(op, value) => compare(op, known.policy.as_ref(), value.as_ref()),
            Self::Text(function, part) => known.name.as_ref().is_some_and(|name| match *function {
                "startswith" => name.starts_with(part),
                "endswith" => name.ends_with(part),
                _ => name.contains(part),
            }),
            Self::Not(inner) => !inner.holds(known),
            Self::And(left, right) => left.holds(known) && right.holds(known),
            Self::Or(left, right) => left.holds(known) || right.holds(known),
        }
    }
}

fn compare<T: Ord>(op: &str, left: Option<&T>, right: Option<&T>) -> bool {
    match (op, left, right) {
        ("eq", left, right) => left == right,
        ("ne", left, right) => left != right,
        (_, Some(left), Some(right)) => match op {
            "lt" => left < right,
            "le" => left <= right,
            "gt" => left > right,
            _ => left >= right,
        },
        _ => false,
    }
}

/// Names that are near each other: quotes, percent signs, slashes, other scripts, and some that indexes cut.
fn name() -> impl Strategy<Value = String> {
    let long = "x".repeat(95);
    let fixed = ["", "a", "a ", "a'", "a''b", "a%27", "ab", "aé", "!", "~", "a/b", "a b", "\u{1f600}", "A"];
    let fixed: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
    let cut: Vec<String> = ["", "y", "yz", "ya", "é"].iter().map(|end| format!("{long}{end}")).collect();
    prop_oneof![3 => proptest::sample::select(fixed), 2 => proptest::sample::select(cut), 1 => "[ab'%é~! ]{0,3}"]
}

fn policy() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(
        (0_u32..3).prop_map(|number| format!("nb:ckpid:UUID:{number:08x}-0000-4000-8000-000000000000")),
    )
}

fn known() -> impl Strategy<Value = Vec<Known>> {
    let one = (proptest::option::weighted(0.9, name()), 0_u32..2_000_003, -1_i32..3, policy());
    proptest::collection::vec(one, 0..40).prop_map(|all| {
        let numbered = all.into_iter().zip(0_u32..);
        numbered
            .map(|((name, created, kind, policy), number)| {
                // Few moments, so that they meet.
                Known { id: id(number), name, created: created / 200_000 * 200_001, kind, policy }
            })
            .collect()
    })
}

fn ask_for() -> impl Strategy<Value = Ask> {
    let op = || proptest::sample::select(vec!["eq", "eq", "ne", "lt", "le", "gt", "ge"]);
    let leaf = prop_oneof![
        (op(), proptest::option::weighted(0.9, name())).prop_map(|(op, value)| Ask::Name(op, value)),
        (op(), 0_u32..45).prop_map(|(op, number)| Ask::Id(op, number)),
        (op(), 0_u32..11).prop_map(|(op, at)| Ask::Created(op, at * 200_001)),
        (op(), -2_i32..4).prop_map(|(op, kind)| Ask::Kind(op, kind)),
        (op(), policy()).prop_map(|(op, policy)| Ask::Policy(op, policy)),
        (proptest::sample::select(vec!["startswith", "endswith", "substringof"]), name())
            .prop_map(|(function, part)| Ask::Text(function, part)),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            inner.prop_map(|one| Ask::Not(Box::new(one))),
            two.clone().prop_map(|(left, right)| Ask::And(Box::new(left), Box::new(right))),
            two.prop_map(|(left, right)| Ask::Or(Box::new(left), Box::new(right))),
        ]
    })
}

/// Members to order by, each with its direction.
fn order() -> impl Strategy<Value = Vec<(&'static str, bool)>> {
    let members = vec!["Id", "Name", "Created", "ContentKeyType", "AuthorizationPolicyId"];
    proptest::collection::vec((proptest::sample::select(members), any::<bool>()), 0..3)
}

fn in_order(order: &[(&str, bool)], left: &Known, right: &Known) -> Ordering {
    // Null is where the empty text is; of a long text 96 bytes count.
    let cut = |text: &Option<String>| text.iter().flat_map(|text| text.bytes()).take(96).collect::<Vec<_>>();
    for (member, is_descending) in order {
        let compared = match *member {
            "Id" => left.id.cmp(&right.id),
            "Name" => cut(&left.name).cmp(&cut(&right.name)),
            "Created" => left.created.cmp(&right.created),
            "ContentKeyType" => left.kind.cmp(&right.kind),
            _ => cut(&left.policy).cmp(&cut(&right.policy)),
        };
        if compared.is_ne() {
            return if *is_descending { compared.reverse() } else { compared };
        }
    }
    let last = order.last().is_some_and(|(_, is_descending)| *is_descending);
    if last { right.id.cmp(&left.id) } else { left.id.cmp(&right.id) }
}

fn orderby(order: &[(&str, bool)]) -> String {
    let parts: Vec<String> =
        order.iter().map(|(member, down)| format!("{member}{}", if *down { "+desc" } else { "%20asc" })).collect();
    if parts.is_empty() { String::new() } else { format!("&$orderby={}", parts.join(",")) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_query_finds_what_a_look_at_everything_finds(
        known in known(),
        wanted in proptest::option::weighted(0.9, ask_for()),
        order in order(),
        (top, skip) in (proptest::option::of(0_usize..12), proptest::option::of(0_usize..6)),
        linked in proptest::option::weighted(0.2, 0_usize..40),
    ) {
        let store = MemoryStore::new();
        put(&store, &known);
        let asset = "nb:cid:UUID:00000000-0000-4000-8000-000000000001";
        let some: Vec<&str> = known.iter().take(linked.unwrap_or(0)).map(|known| known.id.as_str()).collect();
        link(&store, Navigation::ContentKeys, asset, &some);
        let source = match linked {
            Some(_) => Source::Linked { navigation: Navigation::ContentKeys, from_id: asset.to_owned() },
            None => Source::Set(KEYS),
        };

        let mut expected: Vec<&Known> = known.iter().take(linked.unwrap_or(known.len())).collect();
        expected.retain(|known| wanted.as_ref().is_none_or(|wanted| wanted.holds(known)));
        expected.sort_by(|left, right| in_order(&order, left, right));
        let expected: Vec<String> = expected.into_iter().map(|known| known.id.clone()).collect();

        let text = wanted.as_ref().map_or(String::new(), |wanted| filter(&wanted.text()));
        let query = format!("{text}{}&$inlinecount=allpages", orderby(&order));
        let all = ask(&store, source.clone(), &query, 1000).unwrap();
        prop_assert_eq!(all.count, u64::try_from(expected.len()).ok(), "{}", query);
        let mut got = ids(&all);
        if order.is_empty() {
            // Any order is right, as long as it is always the same; the rest is compared with this one.
            got.sort();
        }
        prop_assert_eq!(&got, &expected, "{}", query);

        let whole = ids(&ask(&store, source.clone(), &format!("{text}{}", orderby(&order)), 1000).unwrap());
        let cut = format!("{text}{}&{}{}", orderby(&order),
            top.map_or(String::new(), |top| format!("$top={top}&")), skip.map_or(String::new(), |skip| format!("$skip={skip}")));
        let part: Vec<String> = whole.into_iter().skip(skip.unwrap_or(0)).take(top.unwrap_or(1000)).collect();
        prop_assert_eq!(ids(&ask(&store, source, &cut, 1000).unwrap()), part, "{}", cut);
    }
}

/// More than two pages of them, with names that meet.
fn many() -> (MemoryStore, Vec<Known>) {
    let known: Vec<Known> = (0..2345)
        .map(|number| Known {
            kind: i32::from(number % 3 == 1) + 2 * i32::from(number % 3 == 2),
            created: number / 7 * 100,
            ..Known::number(number)
        })
        .collect();
    let store = MemoryStore::new();
    put(&store, &known);
    (store, known)
}

#[test]
fn pages_follow_each_other_and_each_entity_is_on_one_of_them() {
    let (store, known) = many();
    let all = Source::Set(KEYS);
    let third = |known: &&Known| known.kind != 2;
    for order in [
        &[][..],
        &[("Id", true)],
        &[("Name", false)],
        &[("Name", true)],
        &[("Created", true)],
        &[("ContentKeyType", false), ("Name", true)],
    ] {
        for (text, is_third) in [("", false), ("$filter=ContentKeyType+ne+2", true)] {
            let mut expected: Vec<&Known> = known.iter().filter(|known| !is_third || third(known)).collect();
            expected.sort_by(|left, right| in_order(order, left, right));
            let expected: Vec<&str> = expected.iter().map(|known| known.id.as_str()).collect();
            let pages = ask_all(&store, &all, &format!("{text}{}&$inlinecount=allpages", orderby(order)), 5000);
            assert!(pages.iter().all(|page| page.count == u64::try_from(expected.len()).ok()));
            let got: Vec<String> = pages.iter().flat_map(ids).collect();
            assert_eq!(got, expected, "{text} {order:?}");
            // A smaller part of them: the links carry what is left of it.
            let pages = ask_all(&store, &all, &format!("{text}{}&$top=1203&$skip=17", orderby(order)), 5000);
            assert_eq!(pages.iter().map(|page| page.entities.len()).collect::<Vec<_>>(), [1000, 203]);
            assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), expected[17..1220]);
        }
    }
}

#[test]
fn what_goes_between_pages_is_not_missed_and_what_stays_comes_once() {
    for query in ["", "$orderby=Name+desc", "$orderby=ContentKeyType", "$filter=startswith(Name,'key')"] {
        let (store, known) = many();
        let first = ask(&store, Source::Set(KEYS), query, 5000).unwrap();
        // One is gone from the first page, one from the second, and the rows that lead to it are still there.
        let on_first = ids(&first)[500].clone();
        let rest: Vec<&Known> = known.iter().filter(|known| !ids(&first).contains(&known.id)).collect();
        let on_second = rest[rest.len() / 2].id.clone();
        let delete = [&on_first, &on_second].map(|id| crate::service::store::keys::entity(KEYS, id)).to_vec();
        let batch = crate::service::store::Batch { delete, ..Default::default() };
        assert!(super::data::run(crate::service::store::Store::commit(&store, batch)).unwrap());
        let pages = ask_all(&store, &Source::Set(KEYS), &first.next.unwrap(), 5000);
        let mut got: Vec<String> = pages.iter().flat_map(ids).collect();
        got.sort();
        let mut expected: Vec<String> =
            rest.iter().map(|known| known.id.clone()).filter(|id| *id != on_second).collect();
        expected.sort();
        assert_eq!(got, expected, "{query}");
    }
}
