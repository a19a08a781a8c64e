//! Expressions of XLSForm, as far as the appliance obeys them.
//!
//! The subset: `${name}`, `.`, text and number literals, `=`, `!=`, `<`,
//! `<=`, `>`, `>=`, `and`, `or`, `not(…)`, `today()`, `selected(${x}, 'a')`
//! and parentheses. What lies outside is refused when the workbook is read,
//! never ignored. Compiled once; evaluation allocates nothing.
//!
//! As in XPath an empty value equals only an empty one, and every comparison
//! of order with it is false. A value that is not of its type makes the
//! answer unknown, because that value has its own finding already.

mod compile;
mod token;

use std::cmp::Ordering;

use jiff::civil::{Date, Time};

pub use compile::Scope;

use crate::{
    definition::value::{Moment, Value, Values},
    domain::decimal::Decimal,
    language::Args,
};

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

/// A part of an expression that is true or false.
#[derive(Clone, Debug)]
pub(super) enum Node {
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Not(Box<Node>),
    /// The variable has no value.
    Empty(usize),
    /// The variable has this choice, alone or among others.
    Chosen(usize, u32),
    Compare(Operand, Operator, Operand),
}

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

    /// Compiles a text. Fails on everything outside the subset, on unknown
    /// variables and choices, and on comparisons that make no sense.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Self, Fault> {
        compile::compile(text, scope).map(|node| Self { node, text: text.trim().to_owned() })
    }

    /// Whether it holds for a row; none if a value in it is unreadable.
    pub fn evaluate(&self, values: &Values<'_>) -> Option<bool> {
        self.node.evaluate(values)
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

impl Node {
    /// Whether it compares the texts of values, for which cells are needed.
    pub(super) fn compares_text(&self) -> bool {
        match self {
            Self::And(sides) | Self::Or(sides) => sides.iter().any(Self::compares_text),
            Self::Not(inner) => inner.compares_text(),
            Self::Empty(_) | Self::Chosen(..) => false,
            Self::Compare(_, _, other) => matches!(other, Operand::Text(_) | Operand::Variable(_)),
        }
    }

    fn evaluate(&self, values: &Values<'_>) -> Option<bool> {
        match self {
            Self::And(sides) => match (sides[0].evaluate(values), sides[1].evaluate(values)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(sides) => match (sides[0].evaluate(values), sides[1].evaluate(values)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
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
                Value::Text { .. } => Seen::Text(values.text(*variable)?),
                Value::Number(number) => Seen::Number(number),
                Value::Date(date) => Seen::Date(date),
                Value::Moment(moment) => Seen::Moment(moment),
                Value::Time(time) => Seen::Time(time),
                Value::Choice(choice) => Seen::Choice(choice),
            },
            Self::Today => Seen::Date(values.today),
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
