//! From key ids and a token to keys: decide, unwrap, count, in this order. Who is not allowed is not unwrapped for, and what
//! could not be counted is not given out.

use super::caches::{Caches, Moment};
use super::policies::{Policy, Ready};
use super::records::KeyRecord;
use super::refusal::Refusal;
use super::uses::Tally;
use crate::delivery::Door;
use crate::encoding::hex_lower;
use crate::error::{Error, ErrorCode};
use crate::id::KeyId;
use crate::key::ContentKey;
use crate::policy::KeyDeliveryType;
use crate::service::audit::Entry;
use crate::service::http::HttpRequest;
use crate::service::{Platform, Settings};
use crate::token::{Decision, DecisionCode, TokenRequest};
use std::rc::Rc;

/// How often counting is tried when others count the same token at the same time.
const MAX_TRIES: usize = 16;

/// A request under way.
pub(super) struct Delivery<'r, P> {
    pub(super) settings: &'r Settings,
    pub(super) caches: &'r Caches,
    pub(super) platform: &'r P,
    pub(super) request: &'r HttpRequest,
    pub(super) token: &'r str,
    pub(super) door: Door,
}

/// What became of one key id.
pub(super) struct Outcome {
    pub(super) id: KeyId,
    /// What was decided, where it came to that.
    pub(super) case: Option<Case>,
    /// Why there is no key, or nothing.
    pub(super) refusal: Option<Refusal>,
    key: Option<Rc<ContentKey>>,
}

/// A decision and what it was made from.
pub(super) struct Case {
    pub(super) policy: Rc<Policy>,
    pub(super) ready: Rc<Ready>,
    pub(super) asked: TokenRequest,
    pub(super) decision: Decision,
    record: Rc<KeyRecord>,
}

impl Outcome {
    /// The same refusal for every key.
    pub(super) fn all_refused(ids: &[KeyId], refusal: Refusal) -> Vec<Self> {
        ids.iter().map(|id| Self { id: *id, case: None, refusal: Some(refusal), key: None }).collect()
    }

    /// The decision and the key that it lets out.
    pub(super) fn released(&self) -> Option<(&Decision, &ContentKey)> {
        let case = self.case.as_ref().filter(|_| self.refusal.is_none())?;
        Some((&case.decision, self.key.as_deref()?))
    }

    /// The code that it ends with.
    pub(super) fn code(&self) -> &'static str {
        self.refusal.map_or(DecisionCode::Allowed.as_str(), |refusal| refusal.code)
    }

    /// Whether it uses the token up.
    fn counts(&self) -> bool {
        self.refusal.is_none() && self.case.as_ref().is_some_and(|case| case.decision.uses_limit().is_some())
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal);
        self.key = None;
    }
}

impl<P: Platform> Delivery<'_, P> {
    /// What would become of each key: nothing is unwrapped or counted.
    pub(super) async fn judge(&self, ids: &[KeyId]) -> (Vec<Outcome>, Option<Tally>) {
        let mut tally = None;
        let records = match KeyRecord::load(self.caches, self.platform, ids, self.moment()).await {
            Ok(records) => records,
            Err(error) => return (Outcome::all_refused(ids, error.into()), tally),
        };
        let mut outcomes = Vec::with_capacity(ids.len());
        for (id, record) in ids.iter().zip(records) {
            let mut case = None;
            let refusal = self.judge_one(record, &mut case, &mut tally).await.err();
            outcomes.push(Outcome { id: *id, case, refusal, key: None });
        }
        (outcomes, tally)
    }

    /// What becomes of each key. One use is counted, however many keys there are.
    pub(super) async fn deliver(&self, ids: &[KeyId]) -> Vec<Outcome> {
        let (mut outcomes, tally) = self.judge(ids).await;
        for outcome in &mut outcomes {
            let Some(case) = outcome.case.as_ref().filter(|_| outcome.refusal.is_none()) else { continue };
            match case.record.unwrap(self.settings, self.platform).await {
                Ok(key) => outcome.key = Some(key),
                Err(error) => outcome.refuse(error.into()),
            }
        }
        let Some(tally) = tally else { return outcomes };
        if let Err(refusal) = self.count(&mut outcomes, tally).await {
            outcomes.iter_mut().filter(|outcome| outcome.counts()).for_each(|outcome| outcome.refuse(refusal));
        }
        outcomes
    }

    async fn judge_one(
        &self,
        record: Result<Option<Rc<KeyRecord>>, Error>,
        case: &mut Option<Case>,
        tally: &mut Option<Tally>,
    ) -> Result<(), Refusal> {
        let record = record?.ok_or(Refusal::of(ErrorCode::DeliverUnknownKey))?;
        let Some(policy_id) = &record.policy_id else { return Err(Refusal::of(ErrorCode::DeliverNoPolicy)) };
        let policy = Policy::load(self.caches, self.platform, policy_id, self.moment()).await?;
        let kind = record.kind;
        let case = case.insert(self.decide(policy, record, tally).await?);
        self.verdict(&case.decision, kind)
    }

    fn verdict(&self, decision: &Decision, kind: crate::key::ContentKeyType) -> Result<(), Refusal> {
        if !decision.is_allowed() {
            return Err(Refusal::of_decision(decision.code()));
        }
        Ok(self.door.check(decision, kind)?)
    }

    async fn decide(
        &self,
        policy: Rc<Policy>,
        record: Rc<KeyRecord>,
        tally: &mut Option<Tally>,
    ) -> Result<Case, Refusal> {
        let mut ready = policy.ready();
        let mut asked = TokenRequest {
            client_address: self.request.client_address,
            key_delivery_type: Some(KeyDeliveryType::BaselineHttp),
            uses: tally.as_ref().map(|tally| tally.uses),
            ..TokenRequest::new(record.id, self.request.now())
        };
        let mut decision = ready.verifier.check(self.token, &asked);
        if policy.discovery_uri.is_some() && may_be_new(decision.code()) {
            policy.refresh(self.caches, self.platform, self.request.received_at).await?;
            ready = policy.ready();
            decision = ready.verifier.check(self.token, &asked);
        }
        if decision.code() == DecisionCode::UsesUnknown
            && let Some(read) = Tally::read(self.platform, &decision, self.token).await?
        {
            asked.uses = Some(read.uses);
            decision = ready.verifier.check(self.token, &asked);
            *tally = Some(read);
        }
        Ok(Case { policy, ready, asked, decision, record })
    }

    /// Counts once for all that are allowed, and decides again where others were faster.
    async fn count(&self, outcomes: &mut [Outcome], mut tally: Tally) -> Result<(), Refusal> {
        for _ in 0..MAX_TRIES {
            if !outcomes.iter().any(Outcome::counts) || tally.count(self.platform, self.request.now()).await? {
                return Ok(());
            }
            tally.read_again(self.platform).await?;
            for outcome in outcomes.iter_mut().filter(|outcome| outcome.counts()) {
                let Some(case) = &mut outcome.case else { continue };
                case.asked.uses = Some(tally.uses);
                case.decision = case.ready.verifier.check(self.token, &case.asked);
                if let Err(refusal) = self.verdict(&case.decision, case.record.kind) {
                    outcome.refuse(refusal);
                }
            }
        }
        Err(Refusal::of(ErrorCode::StoreUnavailable))
    }

    /// What the audit log is told: one entry, however many keys a request names.
    pub(super) fn entry(&self, action: &str, outcomes: &[Outcome]) -> Entry {
        let entry = entry(action, self.request.received_at, outcomes);
        let mut cases = outcomes.iter().filter_map(|outcome| outcome.case.as_ref());
        match cases.find_map(|case| case.decision.token_digest(self.token)) {
            Some(digest) => entry.with("token", &hex_lower(&digest)),
            None => entry,
        }
    }

    fn moment(&self) -> Moment {
        Moment::of(self.settings, self.request)
    }
}

/// `key`, `code` and `policy`; of several keys `keys`, `codes` and `policies` in the order of the request, with spaces
/// between them, and a dash where no policy was asked.
pub(super) fn entry(action: &str, time: i64, outcomes: &[Outcome]) -> Entry {
    let entry = Entry::new(action, time);
    let digest = |outcome: &Outcome| outcome.case.as_ref().map(|case| case.ready.digest.clone());
    if let [only] = outcomes {
        let entry = entry.with("key", &only.id.to_string()).with("code", only.code());
        return match digest(only) {
            Some(digest) => entry.with("policy", &digest),
            None => entry,
        };
    }
    let joined = |part: &dyn Fn(&Outcome) -> String| outcomes.iter().map(part).collect::<Vec<_>>().join(" ");
    entry
        .with("keys", &joined(&|outcome| outcome.id.to_string()))
        .with("codes", &joined(&|outcome| outcome.code().to_owned()))
        .with("policies", &joined(&|outcome| digest(outcome).unwrap_or_else(|| "-".to_owned())))
}

/// Refusals that newer keys of the provider could turn: it may have changed its keys, or their algorithm.
fn may_be_new(code: DecisionCode) -> bool {
    matches!(code, DecisionCode::UnknownKey | DecisionCode::AlgorithmNotAllowed | DecisionCode::NoUsableKey)
}
