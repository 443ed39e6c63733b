//! Changing a verification key without refusing a valid token.
//!
//! Two things make it take time: a policy is cached where tokens are checked, and a token lives after it was signed. So a
//! key is known everywhere only after the cache time, and no longer needed only after the longest token has ended.

use crate::error::{Error, ErrorCode, Result};

/// A century: what is longer is not a plan.
const MAX_SECONDS: i64 = 100 * 366 * 86_400;

/// What decides how long to wait, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolloverTimes {
    /// How long a changed policy may go unnoticed.
    pub policy_cache: i64,
    /// The longest life of a token.
    pub longest_token_life: i64,
    /// The clock skew that verifiers forgive.
    pub tolerance: i64,
}

/// What to do at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloverAction {
    /// Put the new key into the policy, as an alternate.
    AddAsAlternate,
    /// Sign new tokens with the new key.
    SignWithNewKey,
    /// Make the new key the primary one and the old one an alternate.
    Promote,
    /// Take the old key out of the policy.
    DropOldKey,
}

impl RolloverAction {
    /// In the order in which they are done.
    pub const ALL: [Self; 4] = [Self::AddAsAlternate, Self::SignWithNewKey, Self::Promote, Self::DropOldKey];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AddAsAlternate => "add_as_alternate",
            Self::SignWithNewKey => "sign_with_new_key",
            Self::Promote => "promote",
            Self::DropOldKey => "drop_old_key",
        }
    }

    /// What it means and why then, in a sentence.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::AddAsAlternate => {
                "put the new key into the policy as an alternate; tokens are still signed with the old one"
            }
            Self::SignWithNewKey => "every cached policy knows the new key now: sign new tokens with it",
            Self::Promote => {
                "the last token of the old key has ended: make the new key the primary one, the old one an alternate"
            }
            Self::DropOldKey => "every cached policy has the new key as its primary: take the old key out",
        }
    }
}

/// A dated step. Times are seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolloverStep {
    /// What to do.
    pub action: RolloverAction,
    /// Not before this time.
    pub at: i64,
}

/// A plan that refuses no valid token, beginning now: each step waits for everything before it to be known everywhere.
///
/// # Errors
/// `rollover.bad_times` for negative times or such beyond a century.
pub fn plan_rollover(now: i64, times: &RolloverTimes) -> Result<[RolloverStep; 4]> {
    times.check()?;
    let sign = now.saturating_add(times.policy_cache);
    let promote = sign.saturating_add(times.longest_token_life).saturating_add(times.tolerance);
    let drop = promote.saturating_add(times.policy_cache);
    let step = |action, at| RolloverStep { action, at };
    Ok([
        step(RolloverAction::AddAsAlternate, now),
        step(RolloverAction::SignWithNewKey, sign),
        step(RolloverAction::Promote, promote),
        step(RolloverAction::DropOldKey, drop),
    ])
}

/// Checks a plan of one's own: each step once, and no moment at which a valid token would be refused.
///
/// # Errors
/// `rollover.bad_times`; `rollover.incomplete` where a step is missing or stands twice; `rollover.refuses_valid_tokens`
/// with the step as its path and the earliest time at which it would be safe.
pub fn check_rollover(steps: &[RolloverStep], times: &RolloverTimes) -> Result<()> {
    times.check()?;
    let at = |action: RolloverAction| {
        let mut found = steps.iter().filter(|step| step.action == action);
        match (found.next(), found.next()) {
            (Some(step), None) => Ok(step.at),
            _ => Err(Error::new(
                ErrorCode::RolloverIncomplete,
                format!("the plan needs the step {} exactly once", action.name()),
            )
            .at(action.name())),
        }
    };
    let [add, sign, promote, drop] = [
        at(RolloverAction::AddAsAlternate)?,
        at(RolloverAction::SignWithNewKey)?,
        at(RolloverAction::Promote)?,
        at(RolloverAction::DropOldKey)?,
    ];
    let known = add.saturating_add(times.policy_cache);
    let ended = sign.saturating_add(times.longest_token_life).saturating_add(times.tolerance);
    not_before(
        RolloverAction::SignWithNewKey,
        sign,
        known,
        "tokens of the new key would meet cached policies that do not know it",
    )?;
    not_before(RolloverAction::Promote, promote, add, "the new key is not in the policy yet")?;
    not_before(RolloverAction::DropOldKey, drop, ended, "tokens of the old key would still be valid")?;
    not_before(RolloverAction::DropOldKey, drop, promote, "the policy would have no primary key")
}

fn not_before(action: RolloverAction, at: i64, earliest: i64, why: &'static str) -> Result<()> {
    if at >= earliest {
        return Ok(());
    }
    let message = format!("{why}: do it {} s later, at {earliest}", earliest.saturating_sub(at));
    Err(Error::new(ErrorCode::RolloverRefusesValidTokens, message).at(action.name()))
}

impl RolloverTimes {
    fn check(&self) -> Result<()> {
        for (path, seconds) in [
            ("policyCache", self.policy_cache),
            ("longestTokenLife", self.longest_token_life),
            ("tolerance", self.tolerance),
        ] {
            if !(0..=MAX_SECONDS).contains(&seconds) {
                return Err(Error::new(ErrorCode::RolloverBadTimes, "expected seconds from 0 to a century").at(path));
            }
        }
        Ok(())
    }
}
