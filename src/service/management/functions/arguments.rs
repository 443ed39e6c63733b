//! The arguments of a function, in the query: `name=1` or `name='text'`.

use crate::encoding::query_decode;
use crate::error::{Error, ErrorCode, Result};

/// The longest query, in bytes: a certificate is percent-encoded base64.
const MAX_BYTES: usize = 64 * 1024;

/// Arguments by name. The old SDKs write names in several letter cases.
#[derive(Debug)]
pub(super) struct Arguments(Vec<(String, String)>);

impl Arguments {
    pub(super) fn parse(query: &str) -> Result<Self> {
        if query.len() > MAX_BYTES {
            let why = format!("the arguments of a function are at most {MAX_BYTES} bytes long");
            return Err(Error::new(ErrorCode::FunctionBadParameter, why));
        }
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let decoded = pairs.map(|(name, value)| query_decode(name).zip(query_decode(value)));
        let decoded: Option<Vec<_>> = decoded.collect();
        let why = "the arguments are not correctly percent-encoded";
        decoded.map(Self).ok_or_else(|| Error::new(ErrorCode::FunctionBadParameter, why))
    }

    /// A text, which stands in apostrophes; one inside it is doubled.
    pub(super) fn text(&self, name: &str) -> Result<String> {
        let value = self.get(name)?;
        let inner = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let inner = inner.filter(|inner| !inner.replace("''", "").contains('\''));
        inner.map(|inner| inner.replace("''", "'")).ok_or_else(|| bad(name, "expected a text in apostrophes"))
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Result<i64> {
        let digits = Some(self.get(name)?).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| bad(name, "expected a whole number"))
    }

    fn get(&self, name: &str) -> Result<&str> {
        let mut named = self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        match (named.next(), named.next()) {
            (Some((_, value)), None) => Ok(value),
            (None, _) => Err(bad(name, "this argument is missing")),
            (Some(_), Some(_)) => Err(bad(name, "this argument stands twice")),
        }
    }
}

fn bad(name: &str, why: &'static str) -> Error {
    Error::new(ErrorCode::FunctionBadParameter, why).at(name)
}
