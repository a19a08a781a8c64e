//! Comparisons of variables with each other and with what stands in the
//! workbook: typed when they are compiled, and worked out without allocating.

use std::borrow::Cow;

use super::{
    Fault, General, Node, Operand, Operator,
    compile::Scope,
    data::{Data, read_moment},
    evaluate::Term,
};
use crate::{
    definition::variable::Kind,
    domain::{decimal::Decimal, moment},
};

/// A side of a comparison before its type is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Side<'a> {
    Variable(usize),
    Today,
    Text(&'a str),
    Number(Cow<'a, str>),
}

/// The node for two sides; none if neither is a variable.
pub(super) fn comparison(
    scope: &Scope<'_>,
    left: Side<'_>,
    operator: Operator,
    right: Side<'_>,
) -> Result<Option<Node>, Fault> {
    match (left, right) {
        (Side::Variable(variable), constant) => with_variable(scope, variable, operator, constant).map(Some),
        (constant, Side::Variable(variable)) => {
            with_variable(scope, variable, operator.turned(), constant).map(Some)
        }
        _ => Ok(None),
    }
}

/// Gives the other side the type of the variable.
fn with_variable(
    scope: &Scope<'_>,
    variable: usize,
    operator: Operator,
    other: Side<'_>,
) -> Result<Node, Fault> {
    let kind = scope.kinds[variable];
    let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
    if other == Side::Text("") && !is_order {
        return Ok(operator.applied(Node::Empty(variable)));
    }
    if is_order && matches!(kind, Kind::Text | Kind::SelectOne(_) | Kind::SelectMultiple(_)) {
        return Err(Fault::plain("definition-expression-order"));
    }
    let literal = |text: &str| Fault::about("definition-expression-literal", text);
    let types = || Fault::plain("definition-expression-types");
    let text = match &other {
        Side::Text(text) => *text,
        Side::Number(text) => text,
        _ => "",
    };
    let operand = match (kind, &other) {
        (_, Side::Variable(other)) if comparable(kind, scope.kinds[*other]) => Operand::Variable(*other),
        (_, Side::Variable(_)) => return Err(types()),
        (Kind::SelectOne(_), Side::Text(_) | Side::Number(_)) => {
            return chosen(scope, variable, text).map(|node| operator.applied(node));
        }
        // Equal to one code is who has this choice alone.
        (Kind::SelectMultiple(_), Side::Text(_) | Side::Number(_)) => {
            chosen(scope, variable, text)?;
            let sides = [Term::Variable(variable, kind), Term::Text(text.to_owned())];
            return Ok(Node::General(General(Box::new(Term::Compare(operator, Box::new(sides))))));
        }
        (Kind::Text, Side::Text(_)) => Operand::Text(text.to_owned()),
        (Kind::Integer | Kind::Decimal, Side::Text(_) | Side::Number(_)) => {
            Operand::Number(Decimal::parse(text, false).ok_or_else(|| literal(text))?)
        }
        (Kind::Date | Kind::DateTime, Side::Today) => Operand::Today,
        (Kind::Date, Side::Text(_)) => Operand::Date(moment::date(text).map_err(|_| literal(text))?),
        (Kind::DateTime, Side::Text(_)) => moment_operand(text).ok_or_else(|| literal(text))?,
        (Kind::Time, Side::Text(_)) => Operand::Time(moment::time(text).map_err(|_| literal(text))?),
        _ => return Err(types()),
    };
    Ok(Node::Compare(Operand::Variable(variable), operator, operand))
}

/// The node for a variable that has a choice, alone or among others.
pub(super) fn chosen(scope: &Scope<'_>, variable: usize, code: &str) -> Result<Node, Fault> {
    let (Kind::SelectOne(list) | Kind::SelectMultiple(list)) = scope.kinds[variable] else {
        return Err(Fault::plain("definition-expression-types"));
    };
    let list = &scope.lists[list];
    let choice = list.find_code(code).ok_or_else(|| Fault {
        id: "definition-expression-choice",
        args: vec![("what", code.into()), ("list", list.name.as_str().into())],
    })?;
    Ok(Node::Chosen(variable, choice as u32))
}

impl Operator {
    /// The same comparison with its sides exchanged.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            equal => equal,
        }
    }

    /// The node for `=`, its contrary for `!=`.
    fn applied(self, node: Node) -> Node {
        if self == Self::NotEqual { Node::Not(Box::new(node)) } else { node }
    }
}

/// A date with a time is Belgian if it does not say its offset.
fn moment_operand(text: &str) -> Option<Operand> {
    match read_moment(text)? {
        Data::Date(date) => Some(Operand::Date(date)),
        Data::Moment(moment) => Some(Operand::Moment(moment)),
        _ => None,
    }
}

fn comparable(one: Kind, other: Kind) -> bool {
    let class = |kind| match kind {
        Kind::Integer | Kind::Decimal => Some((0, 0)),
        Kind::Date | Kind::DateTime => Some((1, 0)),
        Kind::Time => Some((2, 0)),
        Kind::Text => Some((3, 0)),
        Kind::SelectOne(list) => Some((4, list)),
        Kind::SelectMultiple(_) => None,
    };
    class(one).is_some() && class(one) == class(other)
}
