//! Expressions of XLSForm, compiled once when the workbook is read.
//!
//! [`parse`] makes a tree by the grammar of XPath 1.0, `compile` gives names,
//! types and meaning, and refuses what has none, with the place in the
//! workbook. The common rules, comparisons of variables with each other and
//! with what stands in the workbook, become [`Node`]s, which are worked out
//! exactly and without allocating; whatever is more becomes a [`Term`] inside
//! one (`evaluate`, `function/`), with XPath's values and conversions.
//!
//! As in XPath an empty value equals only an empty one, and every comparison
//! of order with it is false. A value that is not of its type makes the
//! answer unknown, because that value has its own finding already.
//!
//! Stricter than ODK, so that mistakes are found before the first row: types
//! that cannot agree are not compared, a code must be in its list, a value
//! alone is no condition, and outside its repeat a variable is several values,
//! which only functions for several values take. Paths other than `${name}`,
//! `.` and `..` (in `position(..)`) are not understood.

mod compile;
mod data;
mod day;
mod evaluate;
mod fast;
mod function;
mod kind;
mod parse;
mod room;
mod special;
mod token;

use std::{borrow::Cow, cmp::Ordering};

use jiff::civil::{Date, Time};

pub use compile::{Purpose, Scope};
pub use kind::Type;
pub use room::Room;

use crate::{
    definition::{
        value::{Moment, Value, Values},
        variable::Kind,
    },
    domain::decimal::Decimal,
    language::Args,
};
use data::Data;
use evaluate::Term;
use token::{Token, tokens};

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Expression {
    node: Node,
    text: String,
}

/// Why a text is no expression that can be obeyed: a Fluent message.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The message.
    pub id: &'static str,
    /// Its arguments.
    pub args: Args,
}

impl Fault {
    fn plain(id: &'static str) -> Self {
        Self { id, args: Vec::new() }
    }

    fn about(id: &'static str, what: &str) -> Self {
        let what: String = what.chars().take(60).collect();
        Self { id, args: vec![("what", what.into())] }
    }
}

/// A compiled expression that gives a value.
#[derive(Clone, Debug)]
pub struct Calculation {
    term: Term,
    text: String,
}

/// A part of an expression that is true or false.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Always(bool),
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    /// The variable has no value.
    Empty(usize),
    /// The variable has this choice, alone or among others.
    Chosen(usize, u32),
    Compare(Operand, Operator, Operand),
    /// Whatever is more than these.
    General(General),
}

/// A term that stands for whether it is true.
#[derive(Clone, Debug)]
pub(super) struct General(Box<Term>);

/// A side of a comparison.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Variable(usize),
    Today,
    Text(String),
    Number(Decimal),
    Date(Date),
    Moment(Moment),
    Time(Time),
}

/// How two sides are compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Expression {
    /// The text that it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Compiles a text. Fails on unknown functions, variables and choices, and
    /// on what makes no sense.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Self, Fault> {
        scope.room.take_text(text)?;
        let node = scope.truth(&parse::parse(text)?)?;
        Ok(Self { node, text: text.trim().to_owned() })
    }

    /// Whether it holds for a row; none if a value in it is unreadable.
    pub fn evaluate(&self, values: &Values<'_>) -> Option<bool> {
        self.node.evaluate(values)
    }

    /// The names of the variables that it speaks of, each time that it does.
    pub fn mentions(&self) -> Vec<&str> {
        mentioned(&self.text).unwrap_or_default()
    }

    /// Both this one and `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let text = format!("({}) and ({})", self.text, other.text);
        Self { node: Node::And(Box::new([self.node, other.node])), text }
    }

    pub(super) fn node(&self) -> &Node {
        &self.node
    }
}

impl Calculation {
    /// The text that it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it keeps a value that is there already.
    pub fn keeps_its_value(&self) -> bool {
        calls(&self.text, &["once"])
    }

    /// Compiles a text, and tells the type of what it gives. Fails as
    /// [`Expression::compile`] does.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<(Self, Type), Fault> {
        scope.room.take_text(text)?;
        let (term, kind) = scope.single(&parse::parse(text)?)?;
        Ok((Self { term, text: text.trim().to_owned() }, kind))
    }

    /// The calculation of a variable of this kind, by the type of what it gives:
    /// a date has the Belgian one of what counts to a moment.
    #[must_use]
    pub fn held_by(self, kind: Kind, gives: Type) -> Self {
        match (kind, gives) {
            (Kind::Date, Type::MomentNumber) => Self { term: Term::Day(Box::new(self.term)), ..self },
            _ => self,
        }
    }

    /// The names of the variables that it speaks of, each time that it does.
    pub fn mentions(&self) -> Vec<&str> {
        mentioned(&self.text).unwrap_or_default()
    }

    /// What it gives in a row as a number; NaN for what is no number, none if
    /// it depends on an unreadable value.
    pub fn number(&self, values: &Values<'_>) -> Option<f64> {
        Some(self.term.evaluate(values)?.number())
    }

    /// What it gives in a row, as a file's cell would say it: empty for
    /// nothing; none if it depends on an unreadable value.
    pub fn cell<'a>(&'a self, values: &Values<'a>) -> Option<Cow<'a, str>> {
        let data = self.term.evaluate(values)?;
        Some(if data.is_empty() { Cow::Borrowed("") } else { data.into_text() })
    }

    /// The same as the cell of a variable of this type: a number where a date
    /// or a moment stands counts the days since 1970, as for ODK, and several
    /// choices stand with a `|` between them.
    pub fn cell_of<'a>(&'a self, kind: Kind, values: &Values<'a>) -> Option<Cow<'a, str>> {
        match kind {
            Kind::Date | Kind::DateTime | Kind::Time => {
                let data = self.term.evaluate(values)?.dated(kind);
                Some(if data.is_empty() { Cow::Borrowed("") } else { data.into_text() })
            }
            Kind::Integer | Kind::Decimal => match self.term.evaluate(values)?.dated(kind) {
                data if data.is_empty() => Some(Cow::Borrowed("")),
                Data::Number(number) => Some(data::written_in_cell(number).into()),
                data => Some(data.into_text()),
            },
            Kind::SelectMultiple(_) => {
                let cell = self.cell(values)?;
                Some(cell.split_whitespace().collect::<Vec<_>>().join("|").into())
            }
            _ => self.cell(values),
        }
    }
}

/// The names that a text mentions as `${name}`, each time that it does.
/// Fails on signs that no expression has.
pub fn mentioned(text: &str) -> Result<Vec<&str>, Fault> {
    let name = |token| if let Token::Variable(name) = token { Some(name) } else { None };
    Ok(tokens(text)?.into_iter().filter_map(name).collect())
}

/// Whether what a text gives may be another each time, though nothing that it
/// speaks of changed.
pub(super) fn is_volatile(text: &str) -> bool {
    calls(text, &["now", "random", "today", "uuid"])
}

fn calls(text: &str, functions: &[&str]) -> bool {
    let words = tokens(text).unwrap_or_default();
    words.windows(2).any(|pair| matches!(pair, [Token::Word(name), Token::Open] if functions.contains(name)))
}

impl Node {
    /// The pattern that a variable must fit: the first one that is asked of it.
    pub(super) fn pattern_of(&self, at: usize) -> Option<&str> {
        match self {
            Self::And(sides) | Self::Or(sides) => sides.iter().find_map(|side| side.pattern_of(at)),
            Self::General(General(term)) => match &**term {
                Term::Matches(pattern, text) if matches!(**text, Term::Variable(of, _) if of == at) => {
                    Some(pattern.as_str())
                }
                Term::Truth(node) => node.pattern_of(at),
                _ => None,
            },
            _ => None,
        }
    }

    /// How a variable compares with a value that is worked out, as one of its
    /// kind: the rule `. >= today() - 30` of a date.
    pub(super) fn bound_of(&self, at: usize, values: &Values<'_>) -> Option<(Operator, Value)> {
        let Self::General(General(term)) = self else { return None };
        let Term::Compare(operator, sides) = &**term else { return None };
        let of = |side: &Term| side.variable().filter(|(variable, _)| *variable == at);
        let (kind, operator, other) = match (of(&sides[0]), of(&sides[1])) {
            (Some((_, kind)), None) => (kind, *operator, &sides[1]),
            (None, Some((_, kind))) => (kind, operator.turned(), &sides[0]),
            _ => return None,
        };
        let value = match other.evaluate(values)?.dated(kind) {
            Data::Date(date) => Value::Date(date),
            Data::Moment(moment) => Value::Moment(moment),
            Data::Number(number) => Value::Number(Decimal::parse(&data::written_in_cell(number), false)?),
            Data::Exact(number) => Value::Number(number),
            _ => return None,
        };
        Some((operator, value))
    }

    /// Whether it compares the texts of values, for which cells are needed.
    pub(super) fn compares_text(&self) -> bool {
        match self {
            Self::And(sides) | Self::Or(sides) => sides.iter().any(Self::compares_text),
            Self::Not(inner) => inner.compares_text(),
            Self::Always(_) | Self::Empty(_) | Self::Chosen(..) => false,
            Self::General(_) => true,
            Self::Compare(_, _, other) => matches!(other, Operand::Text(_) | Operand::Variable(_)),
        }
    }

    fn evaluate(&self, values: &Values<'_>) -> Option<bool> {
        match self {
            Self::Always(holds) => Some(*holds),
            Self::And(sides) => decided(sides, values, false),
            Self::Or(sides) => decided(sides, values, true),
            Self::General(General(term)) => term.evaluate(values).map(|data| data.truth()),
            Self::Not(inner) => inner.evaluate(values).map(|holds| !holds),
            Self::Empty(variable) => match values.values[*variable] {
                Value::Unreadable => None,
                value => Some(value.is_empty()),
            },
            Self::Chosen(variable, choice) => match values.values[*variable] {
                Value::Unreadable => None,
                Value::Choice(chosen) => Some(chosen == *choice),
                _ => Some(values.choices(*variable).contains(choice)),
            },
            Self::Compare(left, operator, right) => {
                let (left, right) = (left.seen(values)?, right.seen(values)?);
                Some(operator.holds(left.compare(right)))
            }
        }
    }
}

/// Whether a list of parts holds: the first part that is `wanted` decides,
/// whatever the others are.
fn decided(parts: &[Node], values: &Values<'_>, wanted: bool) -> Option<bool> {
    let mut answer = Some(!wanted);
    for part in parts {
        match part.evaluate(values) {
            Some(holds) if holds == wanted => return Some(wanted),
            None => answer = None,
            Some(_) => {}
        }
    }
    answer
}

impl Operator {
    /// Whether it holds, given how the sides compare; none if they do not.
    fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            Self::Equal => ordering == Some(Ordering::Equal),
            Self::NotEqual => ordering != Some(Ordering::Equal),
            Self::Less => ordering == Some(Ordering::Less),
            Self::LessOrEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => ordering == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// What a side of a comparison is in a row.
#[derive(Clone, Copy)]
enum Seen<'a> {
    Empty,
    Text(&'a str),
    Number(Decimal),
    Date(Date),
    Moment(Moment),
    Time(Time),
    Choice(u32),
}

impl Operand {
    fn seen<'a>(&'a self, values: &Values<'a>) -> Option<Seen<'a>> {
        Some(match self {
            Self::Variable(variable) => match values.values[*variable] {
                Value::Unreadable => return None,
                Value::Empty | Value::Choices { .. } => Seen::Empty,
                Value::Text { .. } | Value::Made { .. } => Seen::Text(values.text(*variable)?),
                Value::Number(number) => Seen::Number(number),
                Value::Date(date) => Seen::Date(date),
                Value::Moment(moment) => Seen::Moment(moment),
                Value::Time(time) => Seen::Time(time),
                Value::Choice(choice) => Seen::Choice(choice),
            },
            Self::Today => Seen::Date(values.now.date),
            Self::Text(text) => Seen::Text(text),
            Self::Number(number) => Seen::Number(*number),
            Self::Date(date) => Seen::Date(*date),
            Self::Moment(moment) => Seen::Moment(*moment),
            Self::Time(time) => Seen::Time(*time),
        })
    }
}

impl Seen<'_> {
    /// A date and a moment compare by their dates.
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Empty, Self::Empty) => Some(Ordering::Equal),
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Number(one), Self::Number(other)) => Some(one.cmp(&other)),
            (Self::Date(one), Self::Date(other)) => Some(one.cmp(&other)),
            (Self::Date(one), Self::Moment(other)) => Some(one.cmp(&other.date)),
            (Self::Moment(one), Self::Date(other)) => Some(one.date.cmp(&other)),
            (Self::Moment(one), Self::Moment(other)) => match (one.instant, other.instant) {
                (Some(one), Some(other)) => Some(one.cmp(&other)),
                _ => Some(one.date.cmp(&other.date)),
            },
            (Self::Time(one), Self::Time(other)) => Some(one.cmp(&other)),
            (Self::Choice(one), Self::Choice(other)) => Some(one.cmp(&other)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod table;
