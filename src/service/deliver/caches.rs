//! Policies and keys that are remembered for a while: bounded, wiped when they go, and gone at once when an entity changes.
//!
//! A change made elsewhere is seen when the time is up, or when the epoch in the store has grown: every look into the store
//! reads it along.

use super::policies::Policy;
use super::records::KeyRecord;
use crate::id::KeyId;
use crate::secret::SecretBytes;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Of each kind. The oldest goes where one more comes.
const MAX_ITEMS: usize = 1024;
/// A provider's keys are asked for again at most this often, in milliseconds, however many tokens name keys that it never had.
const REFRESH_EVERY: i64 = 10_000;

/// Policies and unwrapped keys that are remembered for a while.
#[derive(Debug, Default)]
pub(in crate::service) struct Caches {
    keys: RefCell<Shelf<KeyId, KeyRecord>>,
    policies: RefCell<Shelf<String, Policy>>,
    refreshes: RefCell<BTreeMap<String, i64>>,
    /// The epoch as it was last read, as it stands in the store.
    epoch: RefCell<Option<SecretBytes>>,
    generation: Cell<u64>,
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
    /// Whether something loaded at `then` still counts. After a clock has gone backwards, nothing from the future does.
    fn is_fresh(self, then: i64) -> bool {
        let age = self.now.saturating_sub(then);
        (0..i64::from(self.seconds).saturating_mul(1000)).contains(&age)
    }
}

impl Caches {
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
        last.is_none_or(|last| !(0..REFRESH_EVERY).contains(&now.saturating_sub(last)))
    }

    /// Noted when the provider has answered, so that requests that come meanwhile wait for the same answer.
    pub(super) fn note_refresh(&self, discovery_uri: &str, now: i64) {
        let mut refreshes = self.refreshes.borrow_mut();
        refreshes.retain(|_, last| (0..REFRESH_EVERY).contains(&now.saturating_sub(*last)));
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

    fn put(&mut self, key: K, value: &Rc<V>, moment: Moment) {
        self.items.retain(|_, (at, _)| moment.is_fresh(*at));
        if moment.seconds == 0 {
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
    use super::{MAX_ITEMS, Moment, Shelf};
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
    fn what_is_too_old_or_from_the_future_is_not_used_and_goes() {
        let mut shelf = Shelf::default();
        let value = Rc::new(());
        shelf.put("a", &value, at(1_000_000));
        for (now, is_there) in [(999_999, false), (1_000_000, true), (1_059_999, true), (1_060_000, false)] {
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
}
