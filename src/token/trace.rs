//! The numbered checks behind a decision. `check` leaves them out, `explain` writes them down; the rules run the same.

use super::DecisionCode;

/// What is looked at, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The viewer asks from an allowed network.
    Address,
    /// There is a token of an acceptable size.
    Transport,
    /// It is of the policy's type and can be read.
    Parse,
    /// Its algorithm is one that the policy's keys have.
    Algorithm,
    /// One of the policy's keys signed it.
    Signature,
    /// It is valid now.
    Time,
    /// Its issuer is the policy's.
    Issuer,
    /// Its audience is the policy's.
    Audience,
    /// It says what the policy requires; one check per claim.
    Claim,
}

impl Rule {
    /// The rule's name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Transport => "transport",
            Self::Parse => "parse",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Time => "time",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Claim => "claim",
        }
    }
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Pass,
    /// Not as it should be.
    Fail,
    /// Could not be looked at, because an earlier one failed.
    Skip,
}

impl Outcome {
    /// `pass`, `fail` or `skip`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// One check, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub rule: Rule,
    /// How it went.
    pub outcome: Outcome,
    /// What the token says.
    pub observed: Option<String>,
    /// What the policy asks for.
    pub expected: Option<String>,
    /// Why the outcome is what it is.
    pub why: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
}

/// The words of a check. Built only when somebody will read them.
#[derive(Debug, Default)]
pub(super) struct Words {
    observed: Option<String>,
    expected: Option<String>,
    why: Option<String>,
    fix: Option<String>,
}

impl Words {
    pub(super) fn observed(mut self, text: impl Into<String>) -> Self {
        self.observed = Some(text.into());
        self
    }
    pub(super) fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }
    pub(super) fn why(mut self, text: impl Into<String>) -> Self {
        self.why = Some(text.into());
        self
    }
    pub(super) fn fix(mut self, text: impl Into<String>) -> Self {
        self.fix = Some(text.into());
        self
    }
}

/// Keeps the first failure and, if asked to, every check.
pub(super) struct Trace {
    first_failure: Option<DecisionCode>,
    checks: Option<Vec<Check>>,
    remark: Option<&'static str>,
}

impl Trace {
    /// Remembers the verdict only.
    pub(super) const fn silent() -> Self {
        Self { first_failure: None, checks: None, remark: None }
    }

    /// Remembers everything.
    pub(super) const fn recording() -> Self {
        Self { first_failure: None, checks: Some(Vec::new()), remark: None }
    }

    /// Notes a check. `failure` is its code if it failed; `words` is called only when recording.
    pub(super) fn note(&mut self, rule: Rule, failure: Option<DecisionCode>, words: impl FnOnce(Words) -> Words) {
        let outcome = if failure.is_some() { Outcome::Fail } else { Outcome::Pass };
        self.first_failure = self.first_failure.or(failure);
        self.record(rule, outcome, words);
    }

    /// Notes checks that an earlier failure made impossible.
    pub(super) fn skip(&mut self, rules: &[Rule], why: &'static str) {
        for rule in rules {
            self.record(*rule, Outcome::Skip, |words| words.why(why));
        }
    }

    /// From here on, checks that pass say this: they look at something that nobody vouches for.
    pub(super) const fn remark(&mut self, remark: &'static str) {
        self.remark = Some(remark);
    }

    fn record(&mut self, rule: Rule, outcome: Outcome, words: impl FnOnce(Words) -> Words) {
        if let Some(checks) = &mut self.checks {
            let Words { observed, expected, why, fix } = words(Words::default());
            let why = why.or_else(|| self.remark.map(str::to_owned));
            checks.push(Check { rule, outcome, observed, expected, why, fix });
        }
    }

    /// Whether the verdict is known and nobody wants to read on.
    pub(super) const fn is_settled(&self) -> bool {
        self.first_failure.is_some() && self.checks.is_none()
    }

    pub(super) fn finish(self) -> (DecisionCode, Vec<Check>) {
        (self.first_failure.unwrap_or(DecisionCode::Allowed), self.checks.unwrap_or_default())
    }
}
