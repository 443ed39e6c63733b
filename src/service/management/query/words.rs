//! The words of a `$filter`: names, literals, punctuation; each with the column where it begins.

use super::value::Value;
use crate::error::{Error, ErrorCode, Position, Result};
use crate::id::Guid;
use crate::policy::playready::DateTime;

/// A word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word<'t> {
    Open,
    Close,
    Comma,
    Name(&'t str),
    Literal(Value),
}

/// A word and its column, counted in characters from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed<'t> {
    pub(super) word: Word<'t>,
    pub(super) column: u32,
}

/// Splits a filter into its words. Its length is the caller's to bound.
pub(super) fn words(text: &str) -> Result<Vec<Placed<'_>>> {
    let mut reader = Reader { rest: text, column: 1 };
    let mut words = Vec::new();
    while let Some(placed) = reader.next()? {
        words.push(placed);
    }
    Ok(words)
}

/// An error at a column of the filter.
pub(super) fn error(why: impl Into<String>, column: u32) -> Error {
    Error::new(ErrorCode::QueryBadFilter, why.into()).at("$filter").at_position(Position { line: 1, column })
}

struct Reader<'t> {
    rest: &'t str,
    column: u32,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<Placed<'t>>> {
        self.take_while(|c| c.is_ascii_whitespace());
        let column = self.column;
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let word = match first {
            '(' => self.punctuation(Word::Open),
            ')' => self.punctuation(Word::Close),
            ',' => self.punctuation(Word::Comma),
            '\'' => Word::Literal(Value::Text(self.quoted(column)?)),
            '-' | '0'..='9' => self.number(column)?,
            'A'..='Z' | 'a'..='z' | '_' => self.name(column)?,
            _ => return Err(error("this character has no meaning here", column)),
        };
        Ok(Some(Placed { word, column }))
    }

    fn punctuation(&mut self, word: Word<'t>) -> Word<'t> {
        self.advance(1);
        word
    }

    /// A text in apostrophes; one inside it is doubled.
    fn quoted(&mut self, column: u32) -> Result<String> {
        let mut text = String::new();
        loop {
            self.advance(1);
            text.push_str(self.take_while(|c| c != '\''));
            if self.rest.is_empty() {
                return Err(error("the text that begins here does not end: an apostrophe is missing", column));
            }
            self.advance(1);
            if !self.rest.starts_with('\'') {
                return Ok(text);
            }
            text.push('\'');
        }
    }

    /// A whole number, with the `L` that marks a long one.
    fn number(&mut self, column: u32) -> Result<Word<'t>> {
        let digits = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        let digits = digits.strip_suffix(['L', 'l']).unwrap_or(digits);
        let number = digits.parse().map_err(|_| error("this is not a whole number, or it is too large", column))?;
        Ok(Word::Literal(Value::Int(number)))
    }

    fn name(&mut self, column: u32) -> Result<Word<'t>> {
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.'));
        if self.rest.starts_with('\'') {
            let text = self.quoted(column)?;
            return typed(name, &text, column).map(Word::Literal);
        }
        Ok(match name {
            "null" => Word::Literal(Value::Null),
            "true" => Word::Literal(Value::Bool(true)),
            "false" => Word::Literal(Value::Bool(false)),
            name => Word::Name(name),
        })
    }

    fn take_while(&mut self, is_in: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !is_in(c)).unwrap_or(self.rest.len());
        self.advance(end)
    }

    /// Passes over that many bytes, which end between characters.
    fn advance(&mut self, bytes: usize) -> &'t str {
        let (before, after) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = after;
        self.column = self.column.saturating_add(u32::try_from(before.chars().count()).unwrap_or(u32::MAX));
        before
    }
}

/// `datetime'…'`, `datetimeoffset'…'` and `guid'…'`.
fn typed(kind: &str, text: &str, column: u32) -> Result<Value> {
    match kind {
        "datetime" | "datetimeoffset" => Value::time(text).ok_or_else(|| {
            error("this is not a date with a time: expected the form datetime'2015-02-10T09:00:00'", column)
        }),
        "guid" => Guid::parse(text).map(Value::Guid).map_err(|refusal| error(refusal.message(), column)),
        _ => Err(error("expected datetime'…', guid'…' or a text in apostrophes", column)),
    }
}

impl Value {
    /// Reads a time; without a zone it is UTC, and seconds may be left out.
    pub(super) fn time(text: &str) -> Option<Self> {
        let whole = || DateTime::parse(&format!("{text}:00")).ok().filter(|_| text.len() == 16);
        let time = DateTime::parse(text).ok().or_else(whole)?;
        Some(Self::Time(time.ticks()))
    }
}
