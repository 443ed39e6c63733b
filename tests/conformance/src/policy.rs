//! The two committed tables: which of our codes a reason of the vectors means, and where we are stricter on purpose.

use serde_json::Value;
use std::collections::HashMap;

/// Both tables, read.
pub struct Policy {
    reasons: HashMap<String, Vec<String>>,
    stricter: Vec<Stricter>,
}

struct Stricter {
    operation: String,
    code: String,
}

impl Policy {
    /// Reads `reasons.json` and `stricter.json`, which stand beside this crate's manifest.
    pub fn load() -> Result<Self, String> {
        let reasons: Value = parse("reasons.json", include_str!("../reasons.json"))?;
        let stricter: Value = parse("stricter.json", include_str!("../stricter.json"))?;
        let reasons = reasons.as_object().ok_or("reasons.json: expected an object")?;
        let codes = |value: &Value| {
            value.as_array().map(|codes| codes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let stricter = stricter.as_array().ok_or("stricter.json: expected a list")?;
        Ok(Self {
            reasons: reasons.iter().filter_map(|(reason, value)| Some((reason.clone(), codes(value)?))).collect(),
            stricter: stricter.iter().map(Stricter::read).collect::<Result<_, _>>()?,
        })
    }

    /// Whether a code of ours is what the vector's reason means. Some files give none; reasons without an entry differ.
    pub fn reason_matches(&self, reason: &str, code: &str) -> bool {
        reason.is_empty() || self.reasons.get(reason).is_some_and(|codes| codes.iter().any(|known| known == code))
    }

    /// Whether refusing here with this code is on the list.
    pub fn is_stricter_on_purpose(&self, operation: &str, code: &str) -> bool {
        self.stricter.iter().any(|entry| entry.operation == operation && entry.code == code)
    }
}

impl Stricter {
    fn read(entry: &Value) -> Result<Self, String> {
        let member =
            |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let (Some(operation), Some(code), Some(_reason)) = (member("operation"), member("code"), member("reason"))
        else {
            return Err("stricter.json: each entry has operation, code and reason".to_owned());
        };
        Ok(Self { operation, code })
    }
}

fn parse(name: &str, text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))
}
