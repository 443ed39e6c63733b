//! What a token says, in one shape for both token types. Everything is borrowed from the token.

use crate::json::scan::{self, Text, Value};

/// Largest whole number that every JSON reader keeps exact.
pub(super) const MAX_SECONDS: i64 = 1 << 53;

/// A point in time as a token states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time<'t> {
    /// Not stated.
    Absent,
    /// Seconds since 1970, from 0 to 2^53.
    Seconds(i64),
    /// Not a number; in a JWT also a number in quotation marks.
    NotANumber(&'t str),
    /// With a fraction or an exponent.
    NotWhole(&'t str),
    /// Negative, or beyond 2^53.
    OutOfRange(&'t str),
}

impl<'t> Time<'t> {
    /// The seconds, if they are there and readable.
    pub(super) const fn seconds(self) -> Option<i64> {
        if let Self::Seconds(seconds) = self { Some(seconds) } else { None }
    }

    /// Reads the text of a number.
    pub(super) fn read(text: &'t str) -> Self {
        // Ten digits until the year 2286, without the care that other texts need.
        if (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let digit = |byte: u8| i64::from(byte.saturating_sub(b'0'));
            return Self::Seconds(
                text.bytes().fold(0_i64, |sum, byte| sum.saturating_mul(10).saturating_add(digit(byte))),
            );
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let after = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() == digits.len() {
            return Self::NotANumber(text);
        }
        match (after.is_empty(), text.parse()) {
            (true, Ok(seconds @ 0..=MAX_SECONDS)) => Self::Seconds(seconds),
            (true, _) => Self::OutOfRange(text),
            (false, _) => {
                let is_number =
                    after.starts_with(['.', 'e', 'E']) && after.bytes().all(|byte| b"0123456789.eE+-".contains(&byte));
                if is_number { Self::NotWhole(text) } else { Self::NotANumber(text) }
            }
        }
    }

    fn read_json(value: Value<'t>) -> Self {
        match value {
            Value::Number(number) => Self::read(number),
            _ => Self::NotANumber("not a number"),
        }
    }
}

/// The claims of a token, those that every token has apart.
#[derive(Debug)]
pub(super) struct Claims<'t> {
    /// `iss` or `Issuer`.
    pub(super) issuer: Option<Value<'t>>,
    /// `aud` or `Audience`.
    pub(super) audience: Option<Value<'t>>,
    /// `exp` or `ExpiresOn`.
    pub(super) expires: Time<'t>,
    /// `nbf`; a Simple Web Token has none.
    pub(super) not_before: Time<'t>,
    /// All claims under their own names, those above included, in the order of the token, each name once.
    pub(super) all: Vec<(Text<'t>, Value<'t>)>,
}

impl<'t> Claims<'t> {
    /// No claims yet.
    pub(super) fn none() -> Self {
        // Most tokens have fewer than 12 claims: one allocation.
        let all = Vec::with_capacity(12);
        Self { issuer: None, audience: None, expires: Time::Absent, not_before: Time::Absent, all }
    }

    /// Adds a claim of a JWT.
    pub(super) fn add(&mut self, name: Text<'t>, value: Value<'t>) {
        match &*name.get() {
            "iss" => self.issuer = Some(value),
            "aud" => self.audience = Some(value),
            "exp" => self.expires = Time::read_json(value),
            "nbf" => self.not_before = Time::read_json(value),
            _ => {}
        }
        self.all.push((name, value));
    }

    /// The parameters of a SWT, decoded.
    pub(super) fn of_parameters(parameters: impl Iterator<Item = (&'t str, &'t str)>) -> Self {
        let mut claims = Self::none();
        for (name, value) in parameters {
            let text = Value::Text(Text::plain(value));
            match name {
                "Issuer" => claims.issuer = Some(text),
                "Audience" => claims.audience = Some(text),
                "ExpiresOn" => claims.expires = Time::read(value),
                _ => {}
            }
            claims.all.push((Text::plain(name), text));
        }
        claims
    }

    /// A claim by its name in the token.
    pub(super) fn get(&self, claim_type: &str) -> Option<Value<'t>> {
        self.all.iter().find(|(name, _)| name.is(claim_type)).map(|(_, value)| *value)
    }
}

/// Whether a claim is, or among several contains, this text. Numbers and truth values compare by their JSON text.
pub(super) fn says(value: Value<'_>, text: &str) -> bool {
    any(value, |found| found == text)
}

/// Whether any of a claim's values satisfies a condition.
pub(super) fn any(value: Value<'_>, condition: impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Text(text) => condition(&text.get()),
        Value::Number(json) | Value::Word(json) | Value::Object(json) => condition(json),
        Value::List(json) => texts(json).iter().any(|text| condition(text)),
    }
}

/// The texts in a list; what is no text is passed over.
pub(super) fn texts(list: &str) -> Vec<String> {
    let items = scan::items(list).unwrap_or_default();
    items.into_iter().filter_map(Value::text).map(|text| text.get().into_owned()).collect()
}

/// A claim for reading.
pub(super) fn display(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => text.get().into_owned(),
        Value::Number(json) | Value::Word(json) | Value::Object(json) => json.to_owned(),
        Value::List(json) => format!("[{}]", texts(json).join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_SECONDS, Time};

    #[test]
    fn each_kind_of_bad_time_is_told_apart() {
        assert_eq!(Time::read("0"), Time::Seconds(0));
        assert_eq!(Time::read("9007199254740992"), Time::Seconds(MAX_SECONDS));
        for text in ["9007199254740993", "-1", "99999999999999999999999999"] {
            assert_eq!(Time::read(text), Time::OutOfRange(text));
        }
        for text in ["1.5", "1e3", "6e+39", "1.0", "-1.5"] {
            assert_eq!(Time::read(text), Time::NotWhole(text));
        }
        for text in ["", "-", "soon", "inf", "nan", "+5", "0x10", " 5"] {
            assert_eq!(Time::read(text), Time::NotANumber(text));
        }
    }
}
