//! An authorization policy made ready to check tokens, and the provider keys behind it.

use super::caches::{Caches, Moment};
use crate::encoding::hex_lower;
use crate::error::{Error, ErrorCode, Result};
use crate::json::{Json, Members};
use crate::policy::{KeyDeliveryType, PolicyOption, Restriction};
use crate::service::store::{CORRUPT, Range, keys, read_json};
use crate::service::{EntitySet, Navigation, Platform};
use crate::token::{CompiledPolicy, JsonWebKeySet, TokenVerifier, VerifierSettings};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Links that are read: one more than any policy may have, which the policy's own rule then refuses.
const MAX_LINKS: u32 = 65;

/// A policy with its verifier.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) id: String,
    /// Where the provider of further keys is, if the policy names one.
    pub(super) discovery_uri: Option<String>,
    /// Whether the provider's keys are in the verifier: not while it does not answer.
    has_provider_keys: Cell<bool>,
    ready: RefCell<Rc<Ready>>,
    loaded_at: i64,
}

/// What checks the tokens, with its name in records.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) verifier: TokenVerifier,
    /// Of the policy, in hexadecimal.
    pub(super) digest: String,
}

impl Ready {
    fn new(policy: CompiledPolicy) -> Result<Rc<Self>> {
        let digest = hex_lower(&policy.digest());
        Ok(Rc::new(Self { verifier: TokenVerifier::new(policy).map_err(unusable)?, digest }))
    }
}

impl Policy {
    /// A policy: remembered, or read from the store. One without options, or which is gone, opens nothing.
    ///
    /// # Errors
    /// `deliver.policy_unusable` where its options cannot be used as they are stored.
    pub(super) async fn load<P: Platform>(caches: &Caches, platform: &P, id: &str, moment: Moment) -> Result<Rc<Self>> {
        if let Some(known) = caches.policy(id, moment) {
            return Ok(known);
        }
        let ticket = caches.ticket();
        // Before the options: what is remembered must not be older than the epoch it is remembered under.
        let epoch = platform.get(&[keys::EPOCH.to_owned()]).await?.pop().flatten();
        let ticket = caches.note_epoch(ticket, epoch.map(|epoch| epoch.value));
        let (policy, discovery_uri) = compile(&read_options(platform, id).await?)?;
        let policy = Rc::new(Self {
            id: id.to_owned(),
            discovery_uri,
            has_provider_keys: Cell::new(false),
            ready: RefCell::new(Ready::new(policy)?),
            loaded_at: moment.now,
        });
        policy.ask_provider(platform, false).await;
        caches.put_policy(ticket, &policy, moment);
        Ok(policy)
    }

    /// The newest verifier.
    pub(super) fn ready(&self) -> Rc<Ready> {
        Rc::clone(&self.ready.borrow())
    }

    /// How old it is, in seconds.
    pub(super) fn age(&self, now: i64) -> i64 {
        now.saturating_sub(self.loaded_at).max(0).div_euclid(1000)
    }

    /// Asks the provider again, since a token names a key that is not known.
    ///
    /// # Errors
    /// `upstream.unavailable` where the provider does not answer and never has: then nothing can be said of the token.
    pub(super) async fn refresh<P: Platform>(&self, caches: &Caches, platform: &P, now: i64) -> Result<()> {
        let Some(uri) = &self.discovery_uri else { return Ok(()) };
        if caches.may_refresh(uri, now) {
            self.ask_provider(platform, true).await;
            caches.note_refresh(uri, now);
        }
        if self.has_provider_keys.get() {
            return Ok(());
        }
        Err(Error::new(ErrorCode::UpstreamUnavailable, "the policy's OpenID provider does not answer"))
    }

    /// A provider that does not answer, or with keys that the policy cannot take (too many, for one), leaves things as they
    /// are: other keys and options may do.
    async fn ask_provider<P: Platform>(&self, platform: &P, is_refresh: bool) {
        let Some(uri) = &self.discovery_uri else { return };
        let key_set = platform.key_set(uri, is_refresh).await;
        let is_taken = key_set.and_then(|key_set| self.take(&key_set)).is_ok();
        self.has_provider_keys.set(is_taken || self.has_provider_keys.get());
    }

    fn take(&self, key_set: &JsonWebKeySet) -> Result<()> {
        let policy = self.ready().verifier.policy().clone().with_key_set(key_set).map_err(unusable)?;
        *self.ready.borrow_mut() = Ready::new(policy)?;
        Ok(())
    }
}

/// Why it is unusable stays inside: the reasons of the rooms may name what a policy holds.
fn unusable(_: Error) -> Error {
    Error::new(ErrorCode::DeliverPolicyUnusable, "an option of the policy cannot be used as it is stored")
}

/// The options of a policy in the order of their ids.
async fn read_options<P: Platform>(platform: &P, policy_id: &str) -> Result<Vec<PolicyOption>> {
    let links = platform.list(&Range::prefix(&keys::links(Navigation::Options, policy_id), MAX_LINKS)).await?;
    let set = EntitySet::ContentKeyAuthorizationPolicyOptions;
    let rows: Vec<String> = links.iter().map(|link| keys::entity(set, keys::last_part(&link.key))).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // One that was deleted in between is no option any more.
    platform
        .get(&rows)
        .await?
        .iter()
        .flatten()
        .map(|row| read_option(&read_json(&row.value)?).map_err(unusable))
        .collect()
}

fn read_option(entity: &Json) -> Result<PolicyOption> {
    let members = Members::of(entity, "", CORRUPT)?;
    let required = |members: &Members<'_>, name: &str| -> Result<u8> {
        members.integer(name)?.ok_or_else(|| members.missing(name))
    };
    let kind = KeyDeliveryType::from_number(required(&members, "KeyDeliveryType")?)?;
    let restrictions = members.objects("Restrictions")?;
    let restrictions = restrictions
        .iter()
        .map(|restriction| {
            Restriction::read(required(restriction, "KeyRestrictionType")?, restriction.text("Requirements")?)
        })
        .collect::<Result<_>>()?;
    PolicyOption::new(kind, restrictions)
}

/// The compiled policy and the address of its provider.
fn compile(options: &[PolicyOption]) -> Result<(CompiledPolicy, Option<String>)> {
    let restrictions = options.iter().flat_map(PolicyOption::restrictions);
    let mut uris: Vec<&String> = restrictions
        .filter_map(|restriction| match restriction {
            Restriction::Token(restriction) => restriction.open_id_discovery_uri.as_ref(),
            _ => None,
        })
        .collect();
    uris.sort();
    uris.dedup();
    if uris.len() > 1 {
        // A key set goes to all restrictions that take one: keys of one provider would open what another one guards.
        let why = "the options of the policy name different OpenID providers";
        return Err(Error::new(ErrorCode::DeliverPolicyUnusable, why));
    }
    let policy = CompiledPolicy::from_options(options, &VerifierSettings::default()).map_err(unusable)?;
    Ok((policy, uris.first().map(|uri| (*uri).clone())))
}
