//! Reading JSON (RFC 8259) to its last byte.

use super::{Json, MAX_DEPTH, Number, Object, escape};
use crate::error::Position;
use crate::secret::SecretText;
use std::collections::BTreeSet;

/// Why a text was refused, and where.
pub(super) struct Refusal {
    pub(super) why: &'static str,
    pub(super) position: Position,
}

type Result<T> = std::result::Result<T, &'static str>;

pub(super) fn read(text: &str) -> std::result::Result<Json, Refusal> {
    let mut reader = Reader { rest: text };
    reader.document().map_err(|why| {
        let read = text.len().saturating_sub(reader.rest.len());
        Refusal { why, position: position(text.get(..read).unwrap_or_default()) }
    })
}

/// The place behind what was read.
fn position(read: &str) -> Position {
    let lines = read.matches('\n').count().saturating_add(1);
    let last = read.rsplit('\n').next().unwrap_or_default();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position { line: number(lines), column: number(last.chars().count().saturating_add(1)) }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Json> {
        let value = self.value(0)?;
        self.skip_space();
        if self.rest.is_empty() { Ok(value) } else { Err("there is more after the end of the JSON value") }
    }

    fn value(&mut self, depth: usize) -> Result<Json> {
        if depth > MAX_DEPTH {
            return Err("nested deeper than 32 levels");
        }
        self.skip_space();
        match self.rest.as_bytes().first() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.text().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            None => Err("the text ends where a JSON value belongs"),
            Some(_) => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json> {
        let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        let known = words.into_iter().find(|(word, _)| self.take(word));
        known
            .map(|(_, value)| value)
            .ok_or("this is not JSON: expected an object, a list, a text, a number, true, false or null")
    }

    fn object(&mut self, depth: usize) -> Result<Json> {
        self.take("{");
        let (mut members, mut names) = (Object::new(), BTreeSet::new());
        if self.take_next("}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            if !self.rest.starts_with('"') {
                return Err("expected a member's name in quotation marks");
            }
            let name = self.text()?.expose().to_owned();
            if !names.insert(name.clone()) {
                return Err("this member stands twice");
            }
            if !self.take_next(":") {
                return Err("expected a colon after the member's name");
            }
            members.push((name, self.value(depth.saturating_add(1))?));
            if self.take_next("}") {
                return Ok(Json::Object(members));
            }
            if !self.take_next(",") {
                return Err("expected a comma or the end of the object");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json> {
        self.take("[");
        let mut items = Vec::new();
        if self.take_next("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth.saturating_add(1))?);
            if self.take_next("]") {
                return Ok(Json::List(items));
            }
            if !self.take_next(",") {
                return Err("expected a comma or the end of the list");
            }
        }
    }

    fn number(&mut self) -> Result<Json> {
        let in_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = self.rest.find(|c| !in_number(c)).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(length).ok_or("this is not a number")?;
        let why = "this is not a number as JSON writes it, or it is too large";
        let number: Number = serde_json::from_str(digits).map_err(|_| why)?;
        // serde_json reads fractions to the last digit but one.
        let exact = if number.is_f64() { digits.parse().ok().and_then(Number::from_f64) } else { Some(number) };
        let number = exact.ok_or(why)?;
        self.rest = rest;
        Ok(Json::Number(number))
    }

    /// A text, decoded straight into its own buffer, which never moves: it cannot be longer than what is left.
    fn text(&mut self) -> Result<SecretText> {
        self.take("\"");
        let end = self.rest.find('"').unwrap_or(self.rest.len());
        let mut text = SecretText::with_capacity(end);
        loop {
            let plain = self.rest.find(|c: char| c == '"' || c == '\\' || c < ' ').ok_or("the text does not end")?;
            let (before, rest) = self.rest.split_at_checked(plain).ok_or("the text does not end")?;
            text.push_str(before);
            self.rest = rest;
            if self.take("\"") {
                return Ok(text);
            }
            if !self.take("\\") {
                return Err("a control character stands in a text: it must be escaped");
            }
            let character = self.escaped()?;
            text.push_str(character.encode_utf8(&mut [0; 4]));
        }
    }

    fn escaped(&mut self) -> Result<char> {
        let read = escape::read(self.rest);
        self.rest = read.as_ref().map_or_else(|refusal| refusal.rest, |(_, rest)| rest);
        read.map(|(character, _)| character).map_err(|refusal| refusal.why)
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take_next(&mut self, token: &str) -> bool {
        self.skip_space();
        self.take(token)
    }

    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_where() {
        for (text, line, column) in [
            ("", 1, 1),
            ("{\n \"é\": x}", 2, 7),
            ("[1,]", 1, 4),
            ("{\"a\":1,\"a\":2}", 1, 11),
            ("1 2", 1, 3),
            ("\"\\x\"", 1, 3),
            ("\"\\ud800\"", 1, 8),
            ("01", 1, 1),
            ("\u{FEFF}{}", 1, 1),
        ] {
            let refusal = read(text).err().map(|refusal| (refusal.position.line, refusal.position.column));
            assert_eq!(refusal, Some((line, column)), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert!(read(&nested(MAX_DEPTH + 2)).is_err());
    }
}
