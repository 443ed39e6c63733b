//! What is different between two policies, in words. No secret is printed: of keys it is said that they are others.

use super::words::{self, Place};
use super::write::{json_of, write_key};
use super::{Policy, PolicyOption};
use crate::error::ErrorCode;
use crate::json::Json;
use crate::policy::{Restriction, VerificationKey};

/// What happened at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// Only the second policy has it.
    Added,
    /// Only the first policy has it.
    Removed,
    /// Both have it, and not the same.
    Changed,
}

impl ChangeKind {
    /// `added`, `removed` or `changed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which member, in v3's names; options by their names.
    pub path: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The value in the first policy, where it may be shown.
    pub before: Option<String>,
    /// The value in the second policy, where it may be shown.
    pub after: Option<String>,
    /// The same as a sentence.
    pub text: String,
}

/// Compares two policies. Options are alternatives, so their order means nothing: they are told apart by their names, and
/// by their places where those do not do.
#[must_use]
pub fn diff(before: &Policy, after: &Policy) -> Vec<Change> {
    let mut differ = Differ { changes: Vec::new() };
    let description = |policy: &Policy| policy.description.as_deref().map(Json::text);
    let place = Place::policy().member("description");
    differ.member(&place, description(before).as_ref(), description(after).as_ref());
    let (old, new) = (labelled(before), labelled(after));
    for (label, option) in &old {
        let place = Place::option(label);
        match new.iter().find(|(other, _)| other == label) {
            Some((_, other)) => differ.option(&place, option, other),
            None => differ.whole_option(&place, ChangeKind::Removed, option),
        }
    }
    for (label, option) in new.iter().filter(|(label, _)| old.iter().all(|(other, _)| other != label)) {
        differ.whole_option(&Place::option(label), ChangeKind::Added, option);
    }
    differ.changes
}

/// The options with what tells them apart within their policy.
fn labelled(policy: &Policy) -> Vec<(String, &PolicyOption)> {
    let name = |option: &PolicyOption| option.name.clone().filter(|name| !name.is_empty());
    let is_only = |name: &str| policy.options.iter().filter(|option| option.name.as_deref() == Some(name)).count() == 1;
    let label = |(index, option): (usize, _)| {
        (name(option).filter(|name| is_only(name)).unwrap_or_else(|| index.to_string()), option)
    };
    policy.options.iter().enumerate().map(label).collect()
}

struct Differ {
    changes: Vec<Change>,
}

impl Differ {
    fn whole_option(&mut self, place: &Place, kind: ChangeKind, option: &PolicyOption) {
        let (verb, summary) = (if kind == ChangeKind::Added { "is new" } else { "is gone" }, words::summary(option));
        let text = format!("{} {verb}: {summary}", place.subject());
        let (before, after) = if kind == ChangeKind::Added { (None, Some(summary)) } else { (Some(summary), None) };
        self.changes.push(Change { path: place.path().to_owned(), kind, before, after, text });
    }

    fn option(&mut self, place: &Place, before: &PolicyOption, after: &PolicyOption) {
        let (old_json, new_json) = (json_of(before), json_of(after));
        let (Json::Object(old), Json::Object(new)) = (&old_json, &new_json) else { return };
        let (delivery, other) = (words::delivery(&before.configuration), words::delivery(&after.configuration));
        if delivery == other {
            let at = place.member("configuration");
            self.value(&at, words::member(old, "configuration"), words::member(new, "configuration"));
        } else {
            self.shown(
                &place.member("configuration"),
                delivery,
                other,
                format!("{} delivers {other} instead of {delivery}", place.subject()),
            );
        }
        match (before.restrictions.as_slice(), after.restrictions.as_slice()) {
            ([Restriction::Token(old)], [Restriction::Token(new)]) => {
                let at = place.member("restriction");
                self.keys(&at, old, new);
                self.value(&at, Some(&json_of_token(old)), Some(&json_of_token(new)));
            }
            (old, new) if old == new => {}
            (old, new) => {
                let (old, new) = (words::restrictions(old), words::restrictions(new));
                let text = format!("{} is open to {new} instead of {old}", place.subject());
                self.shown(&place.member("restriction"), &old, &new, text);
            }
        }
    }

    fn shown(&mut self, place: &Place, before: &str, after: &str, text: String) {
        let (before, after) = (Some(before.to_owned()), Some(after.to_owned()));
        self.changes.push(Change { path: place.path().to_owned(), kind: ChangeKind::Changed, before, after, text });
    }

    fn value(&mut self, place: &Place, before: Option<&Json>, after: Option<&Json>) {
        match (before, after) {
            (Some(Json::Object(old)), Some(Json::Object(new))) => {
                let added = new.iter().filter(|(name, _)| old.iter().all(|(other, _)| other != name));
                for (name, _) in old.iter().chain(added) {
                    self.member(&place.member(name), words::member(old, name), words::member(new, name));
                }
            }
            (Some(Json::List(old)), Some(Json::List(new))) => self.list(place, old, new),
            (before, after) => self.leaf(place, before, after),
        }
    }

    /// A member: a template in a text is looked into.
    fn member(&mut self, place: &Place, before: Option<&Json>, after: Option<&Json>) {
        let template = |value: Option<&Json>| match value {
            Some(Json::Text(text)) if place.is_template() => {
                Json::parse(text.expose(), ErrorCode::WidevineNotJson).ok()
            }
            _ => None,
        };
        match (template(before), template(after)) {
            (Some(before), Some(after)) => self.value(place, Some(&before), Some(&after)),
            _ => self.value(place, before, after),
        }
    }

    /// Items are told apart by the type of the claim they ask for, and by their places.
    fn list(&mut self, place: &Place, before: &[Json], after: &[Json]) {
        let label = |items: &[Json], index: usize| {
            let claim = |item: &Json| match item {
                Json::Object(members) => words::text_member(members, "claimType"),
                _ => None,
            };
            let claims: Vec<_> = items.iter().filter_map(claim).collect();
            let own = items.get(index).and_then(claim);
            own.filter(|own| claims.iter().filter(|claim| *claim == own).count() == 1)
                .unwrap_or_else(|| index.to_string())
        };
        for (index, item) in before.iter().enumerate() {
            let name = label(before, index);
            let other = (0..after.len()).find(|other| label(after, *other) == name).and_then(|other| after.get(other));
            self.value(&place.item(&name), Some(item), other);
        }
        for (index, item) in after.iter().enumerate() {
            let name = label(after, index);
            if !(0..before.len()).any(|other| label(before, other) == name) {
                self.value(&place.item(&name), None, Some(item));
            }
        }
    }

    fn leaf(&mut self, place: &Place, before: Option<&Json>, after: Option<&Json>) {
        let (before, after) =
            (before.filter(|value| **value != Json::Null), after.filter(|value| **value != Json::Null));
        let kind = match (before, after) {
            (before, after) if before == after => return,
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let show = |value: Option<&Json>| value.filter(|_| !place.is_secret()).map(words::show);
        let (shown_before, shown_after) = (show(before), show(after));
        let text = if place.is_secret() {
            let blank = |value: Option<&Json>| matches!(value, Some(Json::Text(text)) if text.expose().is_empty());
            words::secret_changed(place, kind, blank(before) != blank(after))
        } else {
            words::changed(place, shown_before.as_deref(), shown_after.as_deref())
        };
        self.changes.push(Change {
            path: place.path().to_owned(),
            kind,
            before: shown_before,
            after: shown_after,
            text,
        });
    }

    /// Verification keys: the primary by itself, the alternates as a set, in which the order is only that of trying.
    fn keys(
        &mut self,
        place: &Place,
        before: &crate::policy::TokenRestriction,
        after: &crate::policy::TokenRestriction,
    ) {
        let at = place.member("primaryVerificationKey");
        match (&before.primary_verification_key, &after.primary_verification_key) {
            (Some(old), Some(new)) if !same(old, new) => {
                let promoted = before.alternate_verification_keys.iter().any(|key| same(key, new));
                self.key(&at, Some(old), Some(new), promoted.then_some("which was an alternate one before"));
            }
            (None, Some(new)) => self.key(&at, None, Some(new), None),
            (Some(old), None) => self.key(&at, Some(old), None, None),
            _ => {}
        }
        let (old, new) = (&before.alternate_verification_keys, &after.alternate_verification_keys);
        for (index, key) in unmatched(old, new) {
            self.key(&place.member("alternateVerificationKeys").item(&index.to_string()), Some(key), None, None);
        }
        for (index, key) in unmatched(new, old) {
            let demoted = before.primary_verification_key.as_ref().is_some_and(|primary| same(primary, key));
            let remark = demoted.then_some("which was the primary one before");
            self.key(&place.member("alternateVerificationKeys").item(&index.to_string()), None, Some(key), remark);
        }
    }

    fn key(
        &mut self,
        place: &Place,
        before: Option<&VerificationKey>,
        after: Option<&VerificationKey>,
        remark: Option<&str>,
    ) {
        let kind = match (before, after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        let text = words::key_changed(place, before, after, remark);
        let (before, after) = (before.map(words::key), after.map(words::key));
        self.changes.push(Change { path: place.path().to_owned(), kind, before, after, text });
    }
}

/// Compared by what v3 writes: the layout of an RSA key's JSON does not make it another key.
fn same(one: &VerificationKey, other: &VerificationKey) -> bool {
    write_key(one) == write_key(other)
}

/// The keys that have no equal in another list, each with its place.
fn unmatched<'k>(keys: &'k [VerificationKey], others: &[VerificationKey]) -> Vec<(usize, &'k VerificationKey)> {
    let mut left: Vec<&VerificationKey> = others.iter().collect();
    let mut is_matched = |key: &VerificationKey| {
        let place = left.iter().position(|other| same(key, other));
        place.map(|place| left.swap_remove(place)).is_some()
    };
    keys.iter().enumerate().filter(|(_, key)| !is_matched(key)).collect()
}

/// What of a token restriction is no key.
fn json_of_token(token: &crate::policy::TokenRestriction) -> Json {
    super::write::restriction_json(&Restriction::Token(Box::new(crate::policy::TokenRestriction {
        primary_verification_key: None,
        alternate_verification_keys: Vec::new(),
        ..token.clone()
    })))
}
