//! Policies and keys that are remembered for a while: bounded, wiped when they go, and gone at once when an entity changes.
//!
//! A change made elsewhere is seen when the time is up, or when the epoch in the store has grown: every look into the store
//! reads it along.

use super::policies::Policy;
use super::records::KeyRecord;
use crate::id::KeyId;
use crate::secret::SecretBytes;
use crate::service::Settings;
use crate::service::http::HttpRequest;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Of each kind. The oldest goes where one more comes.
const MAX_ITEMS: usize = 1024;
/// A provider's keys are asked for again at most this often, in milliseconds, however many tokens name keys that it never had.
const REFRESH_EVERY: i64 = 10_000;
/// How far requests that are answered side by side may be out of order, in milliseconds: a load that took long belongs to a
/// request that came early. What is further in the future was remembered before the clock was set back.
const MAX_AHEAD: i64 = 60_000;
/// What is too old goes at most this often, in milliseconds.
const SWEEP_EVERY: u64 = 1000;

/// Policies and unwrapped keys that are remembered for a while.
#[derive(Debug, Default)]
pub(in crate::service) struct Caches {
    keys: RefCell<Shelf<KeyId, KeyRecord>>,
    policies: RefCell<Shelf<String, Policy>>,
    refreshes: RefCell<BTreeMap<String, i64>>,
    /// The epoch as it was last read, as it stands in the store.
    epoch: RefCell<Option<SecretBytes>>,
    generation: Cell<u64>,
    swept_at: Cell<i64>,
}

/// When a load began: what was loaded before everything was forgotten is not remembered afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// The time, in milliseconds since 1970, and for how long things are remembered, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) now: i64,
    pub(super) seconds: u32,
}

impl Moment {
    pub(super) const fn of(settings: &Settings, request: &HttpRequest) -> Self {
        Self { now: request.received_at, seconds: settings.cache_seconds }
    }

    /// Whether something loaded at `then` still counts.
    fn is_fresh(self, then: i64) -> bool {
        self.seconds > 0 && is_within(self.now, then, i64::from(self.seconds).saturating_mul(1000))
    }
}

/// Whether `then` is less than `length` milliseconds ago, or a little ahead.
fn is_within(now: i64, then: i64, length: i64) -> bool {
    (-MAX_AHEAD..length).contains(&now.saturating_sub(then))
}

impl Caches {
    /// Lets go of what is too old, so that no clear key outlives its time for want of requests for others.
    pub(super) fn sweep(&self, moment: Moment) {
        if self.swept_at.get().abs_diff(moment.now) >= SWEEP_EVERY {
            self.swept_at.set(moment.now);
            self.keys.borrow_mut().sweep(moment);
            self.policies.borrow_mut().sweep(moment);
        }
    }

    /// Forgets everything: an entity was changed here.
    pub(in crate::service) fn clear(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        self.keys.borrow_mut().items.clear();
        self.policies.borrow_mut().items.clear();
    }

    pub(super) fn ticket(&self) -> Ticket {
        Ticket(self.generation.get())
    }

    /// Takes note of the epoch that was read by a load; where it is a new one, everything older is forgotten, and the load goes
    /// on with a ticket of the new time.
    pub(super) fn note_epoch(&self, ticket: Ticket, epoch: Option<SecretBytes>) -> Ticket {
        // A load that began before the last change may have read an old epoch.
        if ticket != self.ticket() || *self.epoch.borrow() == epoch {
            return ticket;
        }
        self.clear();
        *self.epoch.borrow_mut() = epoch;
        self.ticket()
    }

    pub(super) fn key(&self, id: KeyId, moment: Moment) -> Option<Rc<KeyRecord>> {
        self.keys.borrow().get(&id, moment)
    }

    pub(super) fn put_key(&self, ticket: Ticket, record: &Rc<KeyRecord>, moment: Moment) {
        if ticket == self.ticket() {
            self.keys.borrow_mut().put(record.id, record, moment);
        }
    }

    pub(super) fn policy(&self, id: &str, moment: Moment) -> Option<Rc<Policy>> {
        self.policies.borrow().get(id, moment)
    }

    pub(super) fn put_policy(&self, ticket: Ticket, policy: &Rc<Policy>, moment: Moment) {
        if ticket == self.ticket() {
            self.policies.borrow_mut().put(policy.id.clone(), policy, moment);
        }
    }

    /// Whether a provider may be asked again.
    pub(super) fn may_refresh(&self, discovery_uri: &str, now: i64) -> bool {
        let last = self.refreshes.borrow().get(discovery_uri).copied();
        last.is_none_or(|last| !is_within(now, last, REFRESH_EVERY))
    }

    /// Noted when the provider has answered, so that requests that come meanwhile wait for the same answer.
    pub(super) fn note_refresh(&self, discovery_uri: &str, now: i64) {
        let mut refreshes = self.refreshes.borrow_mut();
        refreshes.retain(|_, last| is_within(now, *last, REFRESH_EVERY));
        if refreshes.len() < MAX_ITEMS {
            refreshes.insert(discovery_uri.to_owned(), now);
        }
    }
}

/// A tree and not a hash table: where this runs there may be no randomness for one when it is made.
#[derive(Debug)]
struct Shelf<K, V> {
    items: BTreeMap<K, (i64, Rc<V>)>,
}

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self { items: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, V> Shelf<K, V> {
    fn get<Q: Ord + ?Sized>(&self, key: &Q, moment: Moment) -> Option<Rc<V>>
    where
        K: std::borrow::Borrow<Q>,
    {
        let (at, value) = self.items.get(key)?;
        moment.is_fresh(*at).then(|| Rc::clone(value))
    }

    fn sweep(&mut self, moment: Moment) {
        self.items.retain(|_, (at, _)| moment.is_fresh(*at));
    }

    fn put(&mut self, key: K, value: &Rc<V>, moment: Moment) {
        self.sweep(moment);
        // What was loaded for a later request is the newer one.
        let is_newer_there = self.items.get(&key).is_some_and(|(at, _)| *at > moment.now);
        if moment.seconds == 0 || is_newer_there {
            return;
        }
        if self.items.len() >= MAX_ITEMS && !self.items.contains_key(&key) {
            let oldest = self.items.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| self.items.remove(&oldest));
        }
        self.items.insert(key, (moment.now, Rc::clone(value)));
    }
}

#[cfg(test)]
mod tests {
    use super::{Caches, MAX_ITEMS, Moment, Shelf};
    use std::rc::Rc;

    fn at(now: i64) -> Moment {
        Moment { now, seconds: 60 }
    }

    #[test]
    fn a_shelf_is_bounded_and_the_oldest_goes_first() {
        let mut shelf = Shelf::default();
        let total = MAX_ITEMS + 10;
        for (number, now) in (0..total).zip(0..) {
            shelf.put(number, &Rc::new(()), at(now));
        }
        assert_eq!(shelf.items.len(), MAX_ITEMS);
        let kept = |number: usize| shelf.get(&number, at(2000)).is_some();
        assert_eq!((kept(9), kept(10), kept(total - 1)), (false, true, true));
    }

    #[test]
    fn what_is_too_old_or_of_another_clock_is_not_used_and_goes() {
        let mut shelf = Shelf::default();
        let value = Rc::new(());
        shelf.put("a", &value, at(1_000_000));
        for (now, is_there) in [
            (939_999, false),
            (940_000, true),
            (999_999, true),
            (1_000_000, true),
            (1_059_999, true),
            (1_060_000, false),
        ] {
            assert_eq!(shelf.get("a", at(now)).is_some(), is_there, "{now}");
        }
        // It is wiped once nobody holds it.
        shelf.put("b", &Rc::new(()), at(1_060_000));
        assert_eq!((shelf.items.len(), Rc::strong_count(&value)), (1, 1));
        // The clock goes back: what was loaded in its future is gone for good.
        shelf.put("c", &value, at(5));
        assert_eq!(shelf.items.keys().copied().collect::<Vec<_>>(), ["c"]);
        shelf.put("d", &value, Moment { now: 6, seconds: 0 });
        assert!(shelf.items.is_empty(), "with no time to remember for, nothing is");
    }

    /// A load that took long ends with the time at which its request came, when others have come and were served.
    #[test]
    fn a_slow_load_ends_nothing_newer() {
        let mut shelf = Shelf::default();
        let newer = Rc::new(1);
        shelf.put("a", &newer, at(1_020_000));
        shelf.put("b", &Rc::new(2), at(1_000_000));
        shelf.put("a", &Rc::new(3), at(1_000_000));
        assert_eq!((shelf.get("a", at(1_020_001)), shelf.items.len()), (Some(newer), 2));
    }

    #[test]
    fn what_is_too_old_goes_with_any_request_at_most_once_a_second() {
        let caches = Caches::default();
        let held = Rc::new(());
        // Stands for both kinds, which have the same shelf.
        let mut shelf = Shelf::default();
        shelf.put("a", &held, at(1_000_000));
        shelf.sweep(at(1_059_999));
        assert_eq!(Rc::strong_count(&held), 2);
        shelf.sweep(at(1_060_000));
        assert_eq!(Rc::strong_count(&held), 1);
        for (now, swept_at) in [(5_000, 5_000), (5_999, 5_000), (4_001, 5_000), (6_000, 6_000), (1, 1)] {
            caches.sweep(at(now));
            assert_eq!(caches.swept_at.get(), swept_at);
        }
    }
}
