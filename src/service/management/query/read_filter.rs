//! Reading a `$filter` (OData v3, section 10.2.3.1), as far as clients of the old service wrote them.

use super::filter::{Comparison, Condition, Operand, TextTest};
use super::value::Value;
use super::words::{Placed, Word, error, words};
use crate::error::Result;
use crate::id::EntityId;
use crate::service::EntitySet;
use crate::service::management::model::{Edm, Member, members};

/// The longest filter, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// How deep parentheses and `not` may nest.
const MAX_DEPTH: u32 = 32;
/// How many comparisons and functions a filter may have.
const MAX_TERMS: u32 = 64;

/// Reads a filter over the members of a set.
pub(super) fn read(set: EntitySet, text: &str) -> Result<Condition> {
    if text.len() > MAX_BYTES {
        return Err(error(format!("a filter is at most {MAX_BYTES} bytes long"), 1));
    }
    let end = u32::try_from(text.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
    let mut reader = Reader { set, words: words(text)?.into_iter().peekable(), end, depth: 0, terms: 0 };
    let condition = reader.any()?.condition()?;
    match reader.words.next() {
        None => Ok(condition),
        Some(more) => Err(error("expected and, or, or the end of the filter", more.column)),
    }
}

struct Reader<'t> {
    set: EntitySet,
    words: std::iter::Peekable<std::vec::IntoIter<Placed<'t>>>,
    /// The column behind the last character.
    end: u32,
    depth: u32,
    terms: u32,
}

/// What was read: parentheses may hold either.
enum Piece {
    Condition(Condition),
    Value(Operand, u32),
}

impl Piece {
    fn condition(self) -> Result<Condition> {
        match self {
            Self::Condition(condition) => Ok(condition),
            Self::Value(Operand::Literal(Value::Bool(holds)), _) => Ok(Condition::Always(holds)),
            Self::Value(_, column) => {
                Err(error("expected a condition, such as Name eq 'a' or startswith(Name,'a')", column))
            }
        }
    }
}

impl<'t> Reader<'t> {
    fn any(&mut self) -> Result<Piece> {
        self.chain("or", Condition::Any, Self::all)
    }

    fn all(&mut self) -> Result<Piece> {
        self.chain("and", Condition::All, Self::comparison)
    }

    /// One piece, or conditions with a word between them.
    fn chain(
        &mut self,
        word: &str,
        join: fn(Vec<Condition>) -> Condition,
        read: fn(&mut Self) -> Result<Piece>,
    ) -> Result<Piece> {
        let first = read(self)?;
        if !self.take_name(word) {
            return Ok(first);
        }
        let mut conditions = vec![first.condition()?];
        loop {
            conditions.push(read(self)?.condition()?);
            if !self.take_name(word) {
                return Ok(Piece::Condition(join(conditions)));
            }
        }
    }

    fn comparison(&mut self) -> Result<Piece> {
        let left = self.unary()?;
        let comparison = self.words.peek().and_then(|placed| match placed.word {
            Word::Name(name) => Comparison::from_name(name),
            _ => None,
        });
        let Some(comparison) = comparison else { return Ok(left) };
        let column = self.words.next().map_or(self.end, |placed| placed.column);
        let right = self.unary()?;
        self.count(column)?;
        match (left, right) {
            (Piece::Value(left, _), Piece::Value(right, _)) => {
                compare(self.set, left, comparison, right, column).map(Piece::Condition)
            }
            (Piece::Condition(condition), Piece::Value(truth, _))
            | (Piece::Value(truth, _), Piece::Condition(condition)) => {
                is_true(condition, comparison, &truth, column).map(Piece::Condition)
            }
            (Piece::Condition(_), Piece::Condition(_)) => {
                Err(error("two conditions are not compared: join them with and or or", column))
            }
        }
    }

    fn unary(&mut self) -> Result<Piece> {
        let (place, _) = self.place();
        if self.take_name("not") {
            return self.nested(place, |reader| {
                let condition = reader.unary()?.condition()?;
                Ok(Piece::Condition(Condition::Not(Box::new(condition))))
            });
        }
        let Some(placed) = self.words.next() else {
            return Err(error("the filter ends where a condition belongs", self.end));
        };
        match placed.word {
            Word::Open => self.nested(placed.column, |reader| {
                let piece = reader.any()?;
                reader.expect(&Word::Close, "expected and, or, or a closing parenthesis")?;
                Ok(piece)
            }),
            Word::Literal(value) => Ok(Piece::Value(Operand::Literal(value), placed.column)),
            Word::Name(name) if matches!(self.place(), (_, Some(Word::Open))) => self.function(name, placed.column),
            Word::Name(name) => {
                let member = scalar_member(self.set, name).map_err(|why| error(why, placed.column))?;
                Ok(Piece::Value(Operand::Member(member), placed.column))
            }
            Word::Close | Word::Comma => Err(error("expected a member, a value or a function", placed.column)),
        }
    }

    fn function(&mut self, name: &str, column: u32) -> Result<Piece> {
        let test = match name {
            "startswith" => TextTest::StartsWith,
            "endswith" => TextTest::EndsWith,
            "substringof" => TextTest::Contains,
            _ => return Err(error("the functions of a filter are startswith, endswith and substringof", column)),
        };
        self.count(column)?;
        self.expect(&Word::Open, "expected an opening parenthesis")?;
        let first = self.text_operand()?;
        self.expect(&Word::Comma, "expected a comma and a second text")?;
        let second = self.text_operand()?;
        self.expect(&Word::Close, "expected a closing parenthesis")?;
        // What is looked for stands first in this one alone.
        let (text, part) = if test == TextTest::Contains { (second, first) } else { (first, second) };
        Ok(Piece::Condition(Condition::Text(test, text, part)))
    }

    fn text_operand(&mut self) -> Result<Operand> {
        let (column, _) = self.place();
        match self.words.next().map(|placed| placed.word) {
            Some(Word::Literal(value @ (Value::Text(_) | Value::Null))) => Ok(Operand::Literal(value)),
            Some(Word::Name(name)) => {
                let member = scalar_member(self.set, name).map_err(|why| error(why, column))?;
                let is_text = member.edm == Edm::Text;
                is_text.then_some(Operand::Member(member)).ok_or_else(|| error("this member is not a text", column))
            }
            _ => Err(error("expected a member or a text in apostrophes", column)),
        }
    }

    fn nested(&mut self, column: u32, read: impl FnOnce(&mut Self) -> Result<Piece>) -> Result<Piece> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(error(format!("a filter nests at most {MAX_DEPTH} levels deep"), column));
        }
        let piece = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(piece)
    }

    fn count(&mut self, column: u32) -> Result<()> {
        self.terms = self.terms.saturating_add(1);
        let why = || error(format!("a filter has at most {MAX_TERMS} comparisons"), column);
        if self.terms > MAX_TERMS { Err(why()) } else { Ok(()) }
    }

    /// The next word and its column.
    fn place(&mut self) -> (u32, Option<&Word<'t>>) {
        let end = self.end;
        self.words.peek().map_or((end, None), |placed| (placed.column, Some(&placed.word)))
    }

    fn take_name(&mut self, name: &str) -> bool {
        self.words.next_if(|placed| placed.word == Word::Name(name)).is_some()
    }

    fn expect(&mut self, word: &Word<'_>, why: &str) -> Result<()> {
        let (column, _) = self.place();
        let found = self.words.next_if(|placed| placed.word == *word);
        found.map(|_| ()).ok_or_else(|| error(why, column))
    }
}

/// Puts the member on the left, and refuses values that are never of its type.
fn compare(set: EntitySet, left: Operand, comparison: Comparison, right: Operand, column: u32) -> Result<Condition> {
    let (left, comparison, right) = match (&left, &right) {
        (Operand::Literal(_), Operand::Member(_)) => (right, comparison.turned(), left),
        _ => (left, comparison, right),
    };
    let (left_kind, right_kind) = (kind_of(&left), kind_of(&right));
    if left_kind != right_kind && left_kind != NULL && right_kind != NULL {
        let fix = if right_kind == GUID { ": write the whole id as a text in apostrophes" } else { "" };
        return Err(error(format!("{left_kind} is compared with {right_kind}{fix}"), column));
    }
    Ok(Condition::Compare(left.clone(), comparison, canonical(set, &left, right)))
}

const NULL: &str = Value::Null.kind();
const GUID: &str = "a GUID";

fn kind_of(operand: &Operand) -> &'static str {
    match operand {
        Operand::Literal(value) => value.kind(),
        Operand::Member(member) => match member.edm {
            Edm::Text => "a text",
            Edm::Int32 => "a number",
            Edm::DateTime => "a time",
            Edm::Restrictions => "a list",
        },
    }
}

/// Ids are stored in one spelling and asked for in several.
fn canonical(set: EntitySet, left: &Operand, right: Operand) -> Operand {
    match (left, &right) {
        (Operand::Member(member), Operand::Literal(Value::Text(text))) if member.name == "Id" => {
            EntityId::parse(set.kind(), text).map_or(right, |id| Operand::Literal(Value::Text(id.to_string())))
        }
        _ => right,
    }
}

/// `startswith(Name,'a') eq true`: how some clients write a condition.
fn is_true(condition: Condition, comparison: Comparison, truth: &Operand, column: u32) -> Result<Condition> {
    let truth = match truth {
        Operand::Literal(Value::Bool(truth)) => *truth,
        _ => return Err(error("a condition is compared with true or false alone", column)),
    };
    match (comparison, truth) {
        (Comparison::Equal, true) | (Comparison::NotEqual, false) => Ok(condition),
        (Comparison::Equal, false) | (Comparison::NotEqual, true) => Ok(Condition::Not(Box::new(condition))),
        _ => Err(error("a condition is compared by eq or ne alone", column)),
    }
}

/// A member that has a single value, under its exact name; or why not.
pub(super) fn scalar_member(set: EntitySet, name: &str) -> std::result::Result<&'static Member, String> {
    let scalars = || members(set).iter().filter(|member| member.edm != Edm::Restrictions);
    scalars().find(|member| member.name == name).ok_or_else(|| {
        let known = scalars().map(|member| member.name).collect::<Vec<_>>().join(", ");
        format!("{} have no such member to ask by: expected one of {known}", set.name())
    })
}
