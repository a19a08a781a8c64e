//! From the words of an expression to a tree that is true or false.

use std::collections::HashMap;

use super::{
    Fault, Node, Operand, Operator,
    token::{Token, tokens, unexpected},
};
use crate::{
    definition::{choice::List, value::Moment, variable::Kind},
    domain::{decimal::Decimal, moment},
};

/// How deep parentheses may nest, so that the stack is safe.
const MOST_DEPTH: usize = 50;
/// How many words an expression may have, for the same reason: each `and`
/// nests what stands before it.
const MOST_TOKENS: usize = 2_000;

/// What an expression may speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The places of the variables by their names.
    pub variables: &'a HashMap<String, usize>,
    /// Their types.
    pub kinds: &'a [Kind],
    /// The code lists that the types point at.
    pub lists: &'a [List],
    /// The variable that `.` stands for; none where `.` has no meaning.
    pub this: Option<usize>,
}

pub(super) fn compile(text: &str, scope: &Scope<'_>) -> Result<Node, Fault> {
    let tokens = tokens(text)?;
    if tokens.len() > MOST_TOKENS {
        return Err(fault("definition-expression-deep"));
    }
    let mut compiler = Compiler { tokens: &tokens, at: 0, depth: 0, scope };
    let node = compiler.any()?;
    match compiler.next() {
        None => Ok(node),
        Some(token) => Err(unexpected(&shown(token))),
    }
}

struct Compiler<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    depth: usize,
    scope: &'a Scope<'a>,
}

/// A side of a comparison before its type is known.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side<'a> {
    Variable(usize),
    Today,
    Text(&'a str),
    Number(&'a str),
}

impl<'a> Compiler<'a> {
    fn any(&mut self) -> Result<Node, Fault> {
        let mut node = self.all()?;
        while self.takes(Token::Word("or")) {
            node = Node::Or(Box::new([node, self.all()?]));
        }
        Ok(node)
    }

    fn all(&mut self) -> Result<Node, Fault> {
        let mut node = self.one()?;
        while self.takes(Token::Word("and")) {
            node = Node::And(Box::new([node, self.one()?]));
        }
        Ok(node)
    }

    fn one(&mut self) -> Result<Node, Fault> {
        match (self.tokens.get(self.at), self.tokens.get(self.at + 1)) {
            (Some(Token::Open), _) => {
                self.at += 1;
                self.nested()
            }
            (Some(Token::Word("not")), Some(Token::Open)) => {
                self.at += 2;
                Ok(Node::Not(Box::new(self.nested()?)))
            }
            (Some(Token::Word("selected")), Some(Token::Open)) => {
                self.at += 2;
                self.selected()
            }
            _ => self.comparison(),
        }
    }

    fn nested(&mut self) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(fault("definition-expression-deep"));
        }
        let node = self.any()?;
        self.expects(Token::Close)?;
        self.depth -= 1;
        Ok(node)
    }

    fn selected(&mut self) -> Result<Node, Fault> {
        let Side::Variable(variable) = self.side()? else {
            return Err(fault("definition-expression-types"));
        };
        self.expects(Token::Comma)?;
        let (Side::Text(code) | Side::Number(code)) = self.side()? else {
            return Err(fault("definition-expression-types"));
        };
        self.expects(Token::Close)?;
        self.chosen(variable, code)
    }

    fn comparison(&mut self) -> Result<Node, Fault> {
        let left = self.side()?;
        let operator = match self.next() {
            Some(Token::Operator(operator)) => *operator,
            Some(Token::Word(_) | Token::Close) | None => {
                return Err(fault("definition-expression-no-truth"));
            }
            Some(token) => return Err(unexpected(&shown(token))),
        };
        let right = self.side()?;
        match (left, right) {
            (Side::Variable(variable), constant) => self.with_variable(variable, operator, constant),
            (constant, Side::Variable(variable)) => self.with_variable(variable, operator.turned(), constant),
            _ => Err(fault("definition-expression-constant")),
        }
    }

    fn side(&mut self) -> Result<Side<'a>, Fault> {
        match self.next() {
            Some(Token::Variable(name)) => self.variable(name).map(Side::Variable),
            Some(Token::This) => {
                self.scope.this.map(Side::Variable).ok_or_else(|| fault("definition-expression-this"))
            }
            Some(Token::Text(text)) => Ok(Side::Text(text)),
            Some(Token::Number(text)) => Ok(Side::Number(text)),
            Some(Token::Word("today")) => {
                self.expects(Token::Open)?;
                self.expects(Token::Close)?;
                Ok(Side::Today)
            }
            Some(Token::Word(name)) if self.tokens.get(self.at) == Some(&Token::Open) => {
                Err(fault_about("definition-expression-function", name))
            }
            Some(token) => Err(unexpected(&shown(token))),
            None => Err(fault("definition-expression-end")),
        }
    }

    fn variable(&self, name: &str) -> Result<usize, Fault> {
        let found = self.scope.variables.get(name).copied();
        found.ok_or_else(|| fault_about("definition-expression-variable", name))
    }

    /// Gives the other side the type of the variable.
    fn with_variable(&self, variable: usize, operator: Operator, other: Side<'_>) -> Result<Node, Fault> {
        let kind = self.scope.kinds[variable];
        let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
        if other == Side::Text("") && !is_order {
            return Ok(operator.applied(Node::Empty(variable)));
        }
        if is_order && matches!(kind, Kind::Text | Kind::SelectOne(_) | Kind::SelectMultiple(_)) {
            return Err(fault("definition-expression-order"));
        }
        let literal = |text: &str| fault_about("definition-expression-literal", text);
        let types = || fault("definition-expression-types");
        let operand = match (kind, other) {
            (_, Side::Variable(other)) if comparable(kind, self.scope.kinds[other]) => {
                Operand::Variable(other)
            }
            (_, Side::Variable(_)) => return Err(types()),
            (Kind::SelectOne(_), Side::Text(code) | Side::Number(code)) => {
                return self.chosen(variable, code).map(|node| operator.applied(node));
            }
            (Kind::Text, Side::Text(text) | Side::Number(text)) => Operand::Text(text.to_owned()),
            (Kind::Integer | Kind::Decimal, Side::Text(text) | Side::Number(text)) => {
                Operand::Number(Decimal::parse(text, false).ok_or_else(|| literal(text))?)
            }
            (Kind::Date | Kind::DateTime, Side::Today) => Operand::Today,
            (Kind::Date, Side::Text(text)) => Operand::Date(moment::date(text).map_err(|_| literal(text))?),
            (Kind::DateTime, Side::Text(text)) => moment_operand(text).ok_or_else(|| literal(text))?,
            (Kind::Time, Side::Text(text)) => Operand::Time(moment::time(text).map_err(|_| literal(text))?),
            _ => return Err(types()),
        };
        Ok(Node::Compare(Operand::Variable(variable), operator, operand))
    }

    fn chosen(&self, variable: usize, code: &str) -> Result<Node, Fault> {
        let (Kind::SelectOne(list) | Kind::SelectMultiple(list)) = self.scope.kinds[variable] else {
            return Err(fault("definition-expression-types"));
        };
        let list = &self.scope.lists[list];
        let choice = list.find_code(code).ok_or_else(|| Fault {
            id: "definition-expression-choice",
            args: vec![("what", code.into()), ("list", list.name.as_str().into())],
        })?;
        Ok(Node::Chosen(variable, choice as u32))
    }

    fn next(&mut self) -> Option<&'a Token<'a>> {
        self.at += 1;
        self.tokens.get(self.at - 1)
    }

    fn takes(&mut self, token: Token<'_>) -> bool {
        let there = self.tokens.get(self.at) == Some(&token);
        self.at += usize::from(there);
        there
    }

    fn expects(&mut self, token: Token<'_>) -> Result<(), Fault> {
        match self.next() {
            Some(there) if *there == token => Ok(()),
            Some(there) => Err(unexpected(&shown(there))),
            None => Err(fault("definition-expression-end")),
        }
    }
}

impl Operator {
    /// The same comparison with its sides exchanged.
    fn turned(self) -> Self {
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

/// A date-time literal needs its offset, or else is its date.
fn moment_operand(text: &str) -> Option<Operand> {
    let written = moment::date_time(text).ok()?;
    match (written.time, written.offset) {
        (None, _) => Some(Operand::Date(written.date)),
        (Some(time), Some(offset)) => Some(Operand::Moment(Moment::at(written.date, time, offset))),
        (Some(_), None) => None,
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

fn shown(token: &Token<'_>) -> String {
    match token {
        Token::Variable(name) => format!("${{{name}}}"),
        Token::This => ".".to_owned(),
        Token::Text(text) => format!("'{text}'"),
        Token::Number(text) | Token::Word(text) => (*text).to_owned(),
        Token::Operator(Operator::Equal) => "=".to_owned(),
        Token::Operator(Operator::NotEqual) => "!=".to_owned(),
        Token::Operator(Operator::Less) => "<".to_owned(),
        Token::Operator(Operator::LessOrEqual) => "<=".to_owned(),
        Token::Operator(Operator::Greater) => ">".to_owned(),
        Token::Operator(Operator::GreaterOrEqual) => ">=".to_owned(),
        Token::Open => "(".to_owned(),
        Token::Close => ")".to_owned(),
        Token::Comma => ",".to_owned(),
    }
}

fn fault(id: &'static str) -> Fault {
    Fault { id, args: Vec::new() }
}

fn fault_about(id: &'static str, what: &str) -> Fault {
    let what: String = what.chars().take(60).collect();
    Fault { id, args: vec![("what", what.into())] }
}
