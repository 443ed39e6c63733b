//! Writing JSON as the writers of the old SDK did, which escaped differently.

use super::Json;
use crate::secret::SecretText;
use std::fmt::Write as _;

/// Which characters are escaped, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Newtonsoft.Json: quotation mark, backslash, control characters, and the three other line ends of Unicode.
    Newtonsoft,
    /// `DataContractJsonSerializer`: also the slash; control characters and surrogates as `\u` and four digits.
    DataContract,
}

pub(super) fn write(value: &Json, escapes: Escapes) -> SecretText {
    let mut writer = Writer { out: SecretText::new(), escapes };
    writer.value(value);
    writer.out
}

struct Writer {
    out: SecretText,
    escapes: Escapes,
}

impl Writer {
    fn value(&mut self, value: &Json) {
        match value {
            Json::Null => self.out.push_str("null"),
            Json::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) => self.out.push_str(&number.to_string()),
            Json::Text(text) => self.text(text.expose()),
            Json::List(items) => self.between('[', ']', items, |writer, item| writer.value(item)),
            Json::Object(members) => self.between('{', '}', members, |writer, (name, value)| {
                writer.text(name);
                writer.out.push_str(":");
                writer.value(value);
            }),
        }
    }

    fn between<T>(&mut self, open: char, close: char, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.character(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(",");
            }
            write(self, item);
        }
        self.character(close);
    }

    fn text(&mut self, text: &str) {
        self.out.push_str("\"");
        let mut rest = text;
        while let Some((before, special)) = rest.find(|c| self.is_escaped(c)).and_then(|at| rest.split_at_checked(at)) {
            self.out.push_str(before);
            let mut characters = special.chars();
            if let Some(character) = characters.next() {
                self.escape(character);
            }
            rest = characters.as_str();
        }
        self.out.push_str(rest);
        self.out.push_str("\"");
    }

    fn is_escaped(&self, character: char) -> bool {
        let common = character < ' ' || matches!(character, '"' | '\\');
        common
            || match self.escapes {
                Escapes::Newtonsoft => matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}'),
                Escapes::DataContract => character == '/' || character >= '\u{FFFE}',
            }
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '"' | '\\' | '/' => Some(character),
            _ if self.escapes == Escapes::DataContract => None,
            '\u{8}' => Some('b'),
            '\t' => Some('t'),
            '\n' => Some('n'),
            '\u{C}' => Some('f'),
            '\r' => Some('r'),
            _ => None,
        };
        match short {
            Some(letter) => {
                self.out.push_str("\\");
                self.character(letter);
            }
            None => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let mut escape = String::new();
                    // Writing to a String cannot fail.
                    let _ = write!(escape, "\\u{unit:04x}");
                    self.out.push_str(&escape);
                }
            }
        }
    }

    fn character(&mut self, character: char) {
        self.out.push_str(character.encode_utf8(&mut [0; 4]));
    }
}
