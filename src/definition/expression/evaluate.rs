//! Terms: the parts of an expression that are more than a plain comparison,
//! and what they give in a row.

use std::borrow::Cow;

use regex::Regex;

use super::{
    Node, Operator,
    data::Data,
    function::{Call, Run},
    parse::Arithmetic,
};
use crate::definition::{
    value::{Instance, Value, Values},
    variable::Kind,
};

/// A part of an expression that gives a value.
#[derive(Clone, Debug)]
pub(super) enum Term {
    /// The value of a variable, in a repeat that of the present instance.
    Variable(usize, Kind),
    /// The values of a repeat's variable in all instances.
    All(usize, usize, Kind),
    /// A repeat: as many empty values as it has instances.
    Instances(usize),
    /// A column of the code list, for the choice that is being judged.
    Column(usize),
    Text(String),
    Number(f64),
    Truth(Node),
    Compare(Operator, Box<[Term; 2]>),
    Arithmetic(Arithmetic, Box<[Term; 2]>),
    Minus(Box<Term>),
    /// The Belgian date of a moment, or of the number of days to one.
    Day(Box<Term>),
    /// The date that a number counts the days to, without a part of the last one.
    Date(Box<Term>),
    If(Box<(Node, Term, Term)>),
    /// The first that is not empty.
    Coalesce(Box<[Term; 2]>),
    /// Whether a text is wholly what the pattern says.
    Matches(Box<Regex>, Box<Term>),
    /// The label of the list's choice with a code.
    Label(usize, Box<Term>),
    /// The value of a repeat's variable (and the repeat) in the instance of
    /// this number.
    Indexed(usize, usize, Kind, Box<Term>),
    /// The number of the present instance, from 1.
    Position,
    Today,
    Now,
    Call(Run, Box<[Term]>),
}

impl Term {
    /// What it gives in a row; none if it depends on an unreadable value.
    pub(super) fn evaluate<'a>(&'a self, values: &Values<'a>) -> Option<Data<'a>> {
        Some(match self {
            Self::Variable(variable, kind) => {
                let cell = values.cells.get(*variable).copied().unwrap_or_default();
                data(values, *values.values.get(*variable)?, cell, *kind)?
            }
            Self::All(repeat, variable, kind) => match values.repeats.get(*repeat)?.first() {
                Some(instance) => inside(values, instance, *variable, *kind)?,
                None => Data::EMPTY,
            },
            Self::Instances(_) => Data::EMPTY,
            Self::Column(column) => Data::of(
                values.choice.and_then(|choice| choice.columns.get(*column)).map_or("", String::as_str),
            ),
            Self::Text(text) => Data::of(text.as_str()),
            Self::Number(number) => Data::Number(*number),
            Self::Truth(node) => Data::Truth(node.evaluate(values)?),
            Self::Compare(operator, sides) => {
                let (left, right) = (sides[0].evaluate(values)?, sides[1].evaluate(values)?);
                Data::Truth(left.compare(*operator, &right))
            }
            Self::Arithmetic(arithmetic, sides) => {
                let (left, right) =
                    (sides[0].evaluate(values)?.number(), sides[1].evaluate(values)?.number());
                Data::Number(arithmetic.apply(left, right))
            }
            Self::Minus(term) => Data::Number(-term.evaluate(values)?.number()),
            Self::Day(term) => term.evaluate(values)?.dated(Kind::DateTime).dated(Kind::Date),
            Self::Date(term) => term.evaluate(values)?.dated(Kind::Date),
            Self::If(parts) => {
                let (condition, yes, no) = &**parts;
                if condition.evaluate(values)? { yes.evaluate(values)? } else { no.evaluate(values)? }
            }
            Self::Coalesce(terms) => {
                let first = terms[0].evaluate(values)?;
                if first.is_empty() { terms[1].evaluate(values)? } else { first }
            }
            Self::Matches(pattern, term) => {
                Data::Truth(pattern.is_match(&term.evaluate(values)?.into_text()))
            }
            Self::Label(list, code) => {
                let code = code.evaluate(values)?.into_text();
                let list = values.lists.get(*list)?;
                Data::of(list.find_code(&code).map_or("", |choice| list.label(choice, values.language)))
            }
            Self::Indexed(repeat, variable, kind, number) => {
                let number = number.evaluate(values)?.number();
                // JavaRosa takes what is no number or below 1 as 1.
                let place = if number >= 1.0 { number as usize - 1 } else { 0 };
                match values.repeats.get(*repeat)?.get(place) {
                    Some(instance) => inside(values, instance, *variable, *kind)?,
                    None => Data::EMPTY,
                }
            }
            Self::Position => Data::Number(values.position as f64),
            Self::Today => Data::Date(values.now.date),
            Self::Now => Data::Moment(values.now),
            Self::Call(run, terms) => run(&Call { terms, values: *values })?,
        })
    }

    /// The variable that it is, or of which it is the day.
    pub(super) fn variable(&self) -> Option<(usize, Kind)> {
        match self {
            Self::Variable(variable, kind) => Some((*variable, *kind)),
            Self::Day(term) => term.variable(),
            _ => None,
        }
    }

    /// Calls `take` with each value that it stands for; none if one of them
    /// is unreadable.
    pub(super) fn each<'a>(&'a self, values: &Values<'a>, mut take: impl FnMut(Data<'a>)) -> Option<()> {
        match self {
            Self::All(repeat, variable, kind) => {
                for instance in values.repeats.get(*repeat)? {
                    take(inside(values, instance, *variable, *kind)?);
                }
            }
            Self::Instances(repeat) => values.repeats.get(*repeat)?.iter().for_each(|_| take(Data::EMPTY)),
            term => take(term.evaluate(values)?),
        }
        Some(())
    }
}

impl Arithmetic {
    fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Add => left + right,
            Self::Divide => left / right,
            Self::Multiply => left * right,
            Self::Remainder => left % right,
            Self::Subtract => left - right,
        }
    }
}

fn inside<'a>(
    values: &Values<'a>,
    instance: &'a Instance<'a>,
    variable: usize,
    kind: Kind,
) -> Option<Data<'a>> {
    let place = variable.checked_sub(instance.first)?;
    let cell = instance.cells.get(place).copied().unwrap_or_default();
    data(values, *instance.values.get(place)?, cell, kind)
}

/// A value as data. Choices are their codes, several with a blank between
/// them as XForms has it.
fn data<'a>(values: &Values<'a>, value: Value, cell: &'a str, kind: Kind) -> Option<Data<'a>> {
    Some(match value {
        Value::Unreadable => return None,
        Value::Empty => Data::EMPTY,
        Value::Text { start, end } => Data::of(cell.get(start as usize..end as usize)?),
        Value::Made { start, end } => Data::of(values.made.get(start as usize..end as usize)?),
        Value::Number(number) => Data::Exact(number),
        Value::Date(date) => Data::Date(date),
        Value::Moment(moment) => Data::Moment(moment),
        Value::Time(time) => Data::Time(time),
        Value::Choice(choice) => Data::of(code(values, kind, choice)),
        Value::Choices { start, end } => {
            let picked = values.picked.get(start as usize..end as usize)?;
            let codes: Vec<&str> = picked.iter().map(|choice| code(values, kind, *choice)).collect();
            match codes[..] {
                [code] => Data::of(code),
                _ => Data::Text(Cow::Owned(codes.join(" "))),
            }
        }
    })
}

fn code<'a>(values: &Values<'a>, kind: Kind, choice: u32) -> &'a str {
    let (Kind::SelectOne(list) | Kind::SelectMultiple(list)) = kind else { return "" };
    values
        .lists
        .get(list)
        .and_then(|list| list.choices.get(choice as usize))
        .map_or("", |choice| &choice.code)
}
