//! Comparing what the API answered with what a vector expects. Accept or refuse and the values decide.

use crate::adapters::{self, Answer};
use crate::policy::Policy;
use crate::vectors::{Expected, Vector};
use serde_json::{Map, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a vector went.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As expected. `other_reason`: refused as it should be, for a reason that the table does not equate.
    Agree {
        /// Ours, where the two reasons differ.
        other_reason: Option<String>,
    },
    /// Refused although the reference accepts, on the list of exceptions.
    StricterOnPurpose,
    /// Not as expected; what came instead.
    Differ {
        /// What the API answered.
        got: String,
    },
    /// Nothing is built yet for this.
    Missing,
}

/// Runs one vector.
pub fn judge(vector: &Vector, policy: &Policy) -> Verdict {
    let Some(adapter) = adapters::find(&vector.operation) else { return Verdict::Missing };
    let Ok(answer) = catch_unwind(AssertUnwindSafe(|| adapter(&vector.input))) else {
        return Verdict::Differ { got: "a panic".to_owned() };
    };
    match (answer, &vector.expected) {
        (Answer::Missing, _) => Verdict::Missing,
        (Answer::Accepted(_) | Answer::Refused(_), Expected::Either) => Verdict::Agree { other_reason: None },
        (Answer::Accepted(values), Expected::Accept(expected)) if agrees(expected, &values) => {
            Verdict::Agree { other_reason: None }
        }
        (Answer::Accepted(values), _) => Verdict::Differ { got: Value::Object(values).to_string() },
        (Answer::Refused(code), Expected::Refuse(reason)) => {
            let same = policy.reason_matches(reason, &code);
            Verdict::Agree { other_reason: (!same).then_some(code) }
        }
        (Answer::Refused(code), Expected::Accept(_)) => {
            if vector.tolerance && policy.is_stricter_on_purpose(&vector.operation, &code) {
                Verdict::StricterOnPurpose
            } else {
                Verdict::Differ { got: format!("refused: {code}") }
            }
        }
    }
}

/// Every value that is expected must have come, at every depth; more may have come. An absent member is null.
fn agrees(expected: &Map<String, Value>, got: &Map<String, Value>) -> bool {
    expected.iter().all(|(name, expected)| agree(expected, got.get(name).unwrap_or(&Value::Null)))
}

fn agree(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => agrees(expected, got),
        (Value::Array(expected), Value::Array(got)) => {
            expected.len() == got.len() && expected.iter().zip(got).all(|(expected, got)| agree(expected, got))
        }
        (expected, got) => expected == got,
    }
}
