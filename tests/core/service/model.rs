//! Random writes beside a small model of what they mean: afterwards the store holds exactly the rows that follow from it.

use super::platform::{Desk, text};
use super::validation::foreign_key;
use keywicket::service::{EntitySet, Navigation};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const CREATED: &str = "2015-02-04T02:37:46.9680000Z";
const NAMES: [Option<&str>; 5] = [None, Some(""), Some("a"), Some("~ a!é/'\u{1F511}"), Some(LONG)];
/// Longer than what stands in an index.
const LONG: &str =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 and more";

#[derive(Clone, Debug)]
enum Step {
    Create(usize, usize, usize),
    Rename(usize, usize, usize),
    SetPolicy(usize, Option<usize>),
    Link(usize, usize, usize),
    Unlink(usize, usize, usize),
    Delete(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (set, entity, name, navigation) = (0..5_usize, 0..3_usize, 0..NAMES.len(), 0..3_usize);
    prop_oneof![
        4 => (set.clone(), entity.clone(), name.clone()).prop_map(|(set, id, name)| Step::Create(set, id, name)),
        2 => (set.clone(), entity.clone(), name).prop_map(|(set, id, name)| Step::Rename(set, id, name)),
        3 => (entity.clone(), prop::option::of(0..3_usize)).prop_map(|(key, policy)| Step::SetPolicy(key, policy)),
        6 => (navigation.clone(), entity.clone(), entity.clone()).prop_map(|(n, from, to)| Step::Link(n, from, to)),
        2 => (navigation, entity.clone(), entity.clone()).prop_map(|(n, from, to)| Step::Unlink(n, from, to)),
        2 => (set, entity).prop_map(|(set, id)| Step::Delete(set, id)),
    ]
}

/// Two steps that have an entity in common more often than not: the late one and the early one.
fn meeting() -> impl Strategy<Value = (Step, Step)> {
    let link = (0..3_usize, 0..3_usize, 0..3_usize);
    let about_a_link = link.prop_flat_map(|(navigation, from, to)| {
        let (from_set, to_set) = ENDS[navigation];
        let step = prop::sample::select(vec![
            Step::Link(navigation, from, to),
            Step::Unlink(navigation, from, to),
            Step::Delete(from_set, from),
            Step::Delete(to_set, to),
            Step::Link(navigation, from, 0),
            Step::Link(0, from, to),
            Step::Unlink(0, from, to),
            Step::Delete(KEYS, to),
            Step::Rename(from_set, from, 2),
        ]);
        (step.clone(), step)
    });
    let about_a_policy = (0..3_usize, 0..3_usize).prop_flat_map(|(key, policy)| {
        let step = prop::sample::select(vec![
            Step::SetPolicy(key, Some(policy)),
            Step::SetPolicy(key, None),
            Step::Delete(POLICIES, policy),
            Step::Delete(KEYS, key),
            Step::Rename(KEYS, key, 1),
        ]);
        (step.clone(), step)
    });
    prop_oneof![4 => about_a_link, 3 => about_a_policy, 1 => (step(), step())]
}

fn id(set: EntitySet, number: usize) -> String {
    format!("{}00000000-0000-4000-8000-00000000000{number}", set.kind().prefix())
}

#[derive(Clone, Debug, Default)]
struct Entity {
    name: usize,
    policy: Option<usize>,
}

#[derive(Clone, Default)]
struct Model {
    entities: BTreeMap<(usize, usize), Entity>,
    links: BTreeSet<(usize, usize, usize)>,
}

/// Places of the sets in `EntitySet::ALL`.
const ASSETS: usize = 0;
const KEYS: usize = 1;
const POLICIES: usize = 2;
const OPTIONS: usize = 3;
const DELIVERY: usize = 4;
/// From and to, for each of `Navigation::ALL`.
const ENDS: [(usize, usize); 3] = [(ASSETS, KEYS), (POLICIES, OPTIONS), (ASSETS, DELIVERY)];

impl Model {
    fn has(&self, set: usize, id: usize) -> bool {
        self.entities.contains_key(&(set, id))
    }

    /// What a step means, and the status it is answered with.
    fn take(&mut self, step: &Step) -> u16 {
        match *step {
            Step::Create(set, id, _) | Step::Rename(set, id, _) | Step::Delete(set, id)
                if self.has(set, id) == matches!(step, Step::Create(..)) =>
            {
                if matches!(step, Step::Create(..)) {
                    409
                } else {
                    404
                }
            }
            Step::Create(set, id, name) => {
                self.entities.insert((set, id), Entity { name, policy: None });
                201
            }
            Step::Rename(set, id, name) => {
                self.entities.get_mut(&(set, id)).unwrap().name = name;
                204
            }
            Step::SetPolicy(key, policy) => match policy {
                _ if !self.has(KEYS, key) => 404,
                // What it says already needs no looking up; and it cannot dangle.
                Some(policy) if !self.has(POLICIES, policy) => 400,
                policy => {
                    self.entities.get_mut(&(KEYS, key)).unwrap().policy = policy;
                    204
                }
            },
            Step::Link(navigation, from, to) => self.link(navigation, from, to),
            Step::Unlink(navigation, from, to) if self.links.remove(&(navigation, from, to)) => 204,
            Step::Unlink(..) => 404,
            Step::Delete(set, id) => self.delete(set, id),
        }
    }

    fn link(&mut self, navigation: usize, from: usize, to: usize) -> u16 {
        let ends = ENDS[navigation];
        if !self.has(ends.0, from) || !self.has(ends.1, to) {
            return 404;
        }
        if self.links.contains(&(navigation, from, to)) {
            return 409;
        }
        // The first delivery policy needs an envelope key, which all keys here are.
        if navigation == 2 && to == 0 && !self.links.iter().any(|(n, asset, _)| (*n, *asset) == (0, from)) {
            return 400;
        }
        self.links.insert((navigation, from, to));
        204
    }

    fn delete(&mut self, set: usize, id: usize) -> u16 {
        if set == POLICIES && self.entities.values().any(|entity| entity.policy == Some(id)) {
            return 409;
        }
        self.entities.remove(&(set, id));
        self.links.retain(|(navigation, from, to)| {
            (ENDS[*navigation].0, *from) != (set, id) && (ENDS[*navigation].1, *to) != (set, id)
        });
        204
    }

    /// The keys of all rows but those of entities, by the layout that the store's documentation gives.
    fn kept(&self) -> BTreeSet<String> {
        let mut rows = BTreeSet::new();
        for (&(set, number), entity) in &self.entities {
            let set_name = EntitySet::ALL[set].name();
            let id = id(EntitySet::ALL[set], number);
            let mut index =
                |member: &str, value: &str| rows.insert(format!("i/{set_name}/{member}/{} {id}", escaped(value)));
            // What says nothing stands where the empty text does, or else a list in that order would lose it.
            index("Name", NAMES[entity.name].unwrap_or_default());
            if matches!(set, ASSETS | KEYS | DELIVERY) {
                index("Created", CREATED);
            }
            if set == KEYS {
                let policy = entity.policy.map(|policy| self::id(EntitySet::ALL[POLICIES], policy));
                index("AuthorizationPolicyId", policy.as_deref().unwrap_or_default());
            }
        }
        for &(navigation, from, to) in &self.links {
            let (name, (from_set, to_set)) = (Navigation::ALL[navigation].name(), ENDS[navigation]);
            let (from_set, to_set) = (EntitySet::ALL[from_set], EntitySet::ALL[to_set]);
            let (from, to) = (id(from_set, from), id(to_set, to));
            rows.insert(format!("l/{}/{from}/{name}/{to}", from_set.name()));
            rows.insert(format!("r/{}/{to}/{name}/{from}", to_set.name()));
        }
        rows
    }
}

/// The keys of all rows but those of entities and the log.
fn kept(desk: &Desk) -> BTreeSet<String> {
    desk.platform.rows().into_iter().map(|(key, _)| key).filter(|key| !key.starts_with("e/")).collect()
}

/// Name and policy of all entities, by their rows.
type Members = BTreeMap<String, (Value, Value)>;

fn members(desk: &Desk) -> Members {
    let entities = desk.platform.rows().into_iter().filter(|(key, _)| key.starts_with("e/"));
    let parsed = entities.map(|(key, text)| (key, serde_json::from_str::<Value>(&text).unwrap()));
    parsed.map(|(key, value)| (key, (value["Name"].clone(), value["AuthorizationPolicyId"].clone()))).collect()
}

impl Model {
    fn members(&self) -> Members {
        let said = |(&(set, number), entity): (&(usize, usize), &Entity)| {
            let key = format!("e/{}/{}", EntitySet::ALL[set].name(), id(EntitySet::ALL[set], number));
            let policy = entity.policy.map(|policy| id(EntitySet::ALL[POLICIES], policy));
            (key, (json!(NAMES[entity.name]), json!(policy)))
        };
        self.entities.iter().map(said).collect()
    }
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'"'..=b'}' => char::from(byte).to_string(),
        0..=b'!' => format!("!{byte:02x}"),
        _ => format!("~{byte:02x}"),
    };
    text.bytes().take(96).map(escape).collect()
}

fn body(set: usize, number: usize, name: usize) -> String {
    let (id, name) = (id(EntitySet::ALL[set], number), json!(NAMES[name]));
    let mut body: Value = match set {
        KEYS => serde_json::from_str(&foreign_key("")).unwrap(),
        OPTIONS => {
            json!({"KeyDeliveryType": 2, "KeyDeliveryConfiguration": "", "Restrictions": [{"Name": "", "KeyRestrictionType": 0, "Requirements": null}]})
        }
        DELIVERY => {
            json!({"AssetDeliveryProtocol": 4, "AssetDeliveryPolicyType": if number == 0 { 3 } else { 2 }, "AssetDeliveryConfiguration": null})
        }
        _ => json!({}),
    };
    body["Id"] = json!(id);
    body["Name"] = name;
    body.to_string()
}

fn send(desk: &Desk, step: &Step) -> (u16, String) {
    let entity =
        |set: usize, number: usize| format!("{}('{}')", EntitySet::ALL[set].name(), id(EntitySet::ALL[set], number));
    let response = match *step {
        Step::Create(set, number, name) => desk.call("POST", EntitySet::ALL[set].name(), &body(set, number, name)),
        Step::Rename(set, number, name) => {
            let method = ["PUT", "MERGE", "PATCH"][number];
            desk.call(method, &entity(set, number), &json!({"Name": NAMES[name]}).to_string())
        }
        Step::SetPolicy(key, policy) => {
            let policy = policy.map(|policy| id(EntitySet::ALL[POLICIES], policy));
            desk.call("PUT", &entity(KEYS, key), &json!({"AuthorizationPolicyId": policy}).to_string())
        }
        Step::Link(navigation, from, to) => {
            let (from_set, to_set) = ENDS[navigation];
            let path = format!("{}/$links/{}", entity(from_set, from), Navigation::ALL[navigation].name());
            desk.call("POST", &path, &json!({"uri": format!("https://h/api/{}", entity(to_set, to))}).to_string())
        }
        Step::Unlink(navigation, from, to) => {
            let (from_set, to_set) = ENDS[navigation];
            let to = id(EntitySet::ALL[to_set], to);
            let path = format!("{}/$links/{}('{to}')", entity(from_set, from), Navigation::ALL[navigation].name());
            desk.call("DELETE", &path, "")
        }
        Step::Delete(set, number) => desk.call("DELETE", &entity(set, number), ""),
    };
    (response.status, text(&response))
}

/// Walks the chain by its description, and gives the entries back.
fn audited(desk: &Desk) -> Vec<Value> {
    let rows = desk.platform.all_rows();
    let mut previous = "0".repeat(64);
    let log: Vec<&(String, String)> = rows.iter().filter(|(key, _)| key.starts_with("a/")).collect();
    for (number, (key, row)) in (1..).zip(&log) {
        assert_eq!(*key, format!("a/{number:016}"));
        let (text, hash) = row.split_once(r#","hash":""#).unwrap();
        let expected: String = Sha256::digest(format!("{text}}}")).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, format!("{expected}\"}}"));
        assert!(text.starts_with(&format!(r#"{{"n":{number},"prev":"{previous}","entry":"#)));
        previous = expected;
    }
    let head = rows.iter().find(|(key, _)| key == "m/audit").map(|(_, value)| value.clone());
    assert_eq!(head.unwrap(), format!(r#"{{"n":{},"hash":"{previous}"}}"#, log.len()));
    log.iter().map(|(_, row)| serde_json::from_str::<Value>(row).unwrap()["entry"].clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_store_holds_what_the_writes_mean(steps in prop::collection::vec(step(), 1..60)) {
        let (desk, mut model) = (Desk::new(), Model::default());
        for step in &steps {
            let expected = model.take(step);
            let (status, answer) = send(&desk, step);
            prop_assert_eq!(status, expected, "{:?} {}", step, answer);
        }
        prop_assert_eq!(kept(&desk), model.kept());
        prop_assert_eq!(members(&desk), model.members());
        let log = audited(&desk);
        prop_assert_eq!(log.len(), steps.len(), "each write stands in it, refused or not");
        let refusals = log.iter().filter(|entry| entry["action"] == "refuse").count();
        let mut again = Model::default();
        prop_assert_eq!(refusals, steps.iter().filter(|step| again.take(step) >= 400).count());
    }

    /// Another instance writes after this one has planned, and before it commits: the outcome is as if one had come after the
    /// other, in one order or the other.
    #[test]
    fn writes_that_meet_come_one_after_the_other(
        steps in prop::collection::vec(step(), 0..20),
        mut races in prop::collection::vec(meeting(), 1..8),
    ) {
        let (desk, mut model) = (Desk::new(), Model::default());
        let all = (0..5).flat_map(|set| (0..3).map(move |number| Step::Create(set, number, 2)));
        for step in all.collect::<Vec<_>>().iter().chain(&steps) {
            model.take(step);
            send(&desk, step);
        }
        for (late, early) in races.drain(..) {
            let (other, answer) = (desk.beside(), Rc::new(Cell::new(0)));
            let (seen, interrupting) = (Rc::clone(&answer), early.clone());
            let interrupt = move || seen.set(send(&other, &interrupting).0);
            *desk.platform.interruption.borrow_mut() = Some(Box::new(interrupt));
            let (status, _) = send(&desk, &late);
            let (mut first, mut second) = (model.clone(), model.clone());
            let early_first = (first.take(&early), first.take(&late)) == (answer.get(), status);
            let late_first = { let late = second.take(&late); (second.take(&early), late) } == (answer.get(), status);
            let fits = |fits: bool, model: &Model| fits && (kept(&desk), members(&desk)) == (model.kept(), model.members());
            let is_first = fits(early_first, &first);
            prop_assert!(is_first || fits(late_first, &second), "{:?} {:?} {} {}", late, early, status, answer.get());
            model = if is_first { first } else { second };
        }
        audited(&desk);
    }
}
