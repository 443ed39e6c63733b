//! The numbered checks behind a decision. `check` leaves them out, `explain` writes them down; the rules are the same.

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
    /// There are keys to try.
    Keys,
    /// One of them signed it.
    Signature,
    /// It is valid now.
    Time,
    /// Its issuer is the policy's.
    Issuer,
    /// Its audience is the policy's.
    Audience,
    /// It says what the policy requires; one check per claim.
    Claim,
    /// It was not used more often than it may be.
    Uses,
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
            Self::Keys => "keys",
            Self::Signature => "signature",
            Self::Time => "time",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Claim => "claim",
            Self::Uses => "uses",
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

/// Who is told how the checks went. The rules are written once; a silent run compiles their words away.
pub(super) trait Witness {
    /// Notes a check. `failure` is its code if it failed; `words` is called only where somebody reads them.
    fn note(&mut self, rule: Rule, failure: Option<DecisionCode>, words: impl FnOnce(Words) -> Words);

    /// Notes checks that an earlier failure made impossible.
    fn skip(&mut self, rules: &[Rule], why: &'static str);

    /// From here on, checks that pass say this: they look at something that nobody vouches for.
    fn remark(&mut self, remark: &'static str);

    /// The first failure, if there was one.
    fn failure(&self) -> Option<DecisionCode>;

    /// Whether the verdict is known and nobody wants to read on.
    fn is_settled(&self) -> bool;
}

/// Keeps the first failure only.
#[derive(Default)]
pub(super) struct Silent(Option<DecisionCode>);

impl Witness for Silent {
    fn note(&mut self, _: Rule, failure: Option<DecisionCode>, _: impl FnOnce(Words) -> Words) {
        self.0 = self.0.or(failure);
    }
    fn skip(&mut self, _: &[Rule], _: &'static str) {}
    fn remark(&mut self, _: &'static str) {}
    fn failure(&self) -> Option<DecisionCode> {
        self.0
    }
    fn is_settled(&self) -> bool {
        self.0.is_some()
    }
}

/// Keeps every check.
#[derive(Default)]
pub(super) struct Recorder {
    failure: Option<DecisionCode>,
    checks: Vec<Check>,
    remark: Option<&'static str>,
}

impl Recorder {
    pub(super) fn into_checks(self) -> Vec<Check> {
        self.checks
    }

    fn record(&mut self, rule: Rule, outcome: Outcome, words: Words) {
        let Words { observed, expected, why, fix } = words;
        let why = why.or_else(|| self.remark.map(str::to_owned));
        self.checks.push(Check { rule, outcome, observed, expected, why, fix });
    }
}

impl Witness for Recorder {
    fn note(&mut self, rule: Rule, failure: Option<DecisionCode>, words: impl FnOnce(Words) -> Words) {
        let outcome = if failure.is_some() { Outcome::Fail } else { Outcome::Pass };
        self.failure = self.failure.or(failure);
        self.record(rule, outcome, words(Words::default()));
    }
    fn skip(&mut self, rules: &[Rule], why: &'static str) {
        for rule in rules {
            self.record(*rule, Outcome::Skip, Words::default().why(why));
        }
    }
    fn remark(&mut self, remark: &'static str) {
        self.remark = Some(remark);
    }
    fn failure(&self) -> Option<DecisionCode> {
        self.failure
    }
    fn is_settled(&self) -> bool {
        false
    }
}
