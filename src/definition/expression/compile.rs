//! From a tree to what can be worked out in a row: names become places,
//! types are checked, and what has no meaning is refused.

use std::{borrow::Cow, collections::HashMap};

use super::{
    Fault, General, Node, Operator, Room,
    data::read_moment,
    day,
    evaluate::Term,
    fast::{self, Side},
    function::{self, Gives, Takes},
    kind::Type,
    parse::{Arithmetic, Tree},
    special,
    token::unexpected,
};
use crate::definition::{
    choice::List,
    variable::{Kind, is_metadata},
};

/// What an expression may speak of.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The places of the variables by their names.
    pub variables: &'a HashMap<String, usize>,
    /// Their types.
    pub kinds: &'a [Kind],
    /// What is known of the calculated ones beyond their types; empty if
    /// nothing is.
    pub calculated: &'a [Option<Type>],
    /// The repeat that each is in; empty if there are no repeats.
    pub repeat_of: &'a [Option<usize>],
    /// The repeats' names.
    pub repeats: &'a [String],
    /// The code lists that the types point at.
    pub lists: &'a [List],
    /// The variable whose cell the expression stands in, for `.` in a
    /// constraint and `once()` in a calculation.
    pub this: Option<usize>,
    /// The repeat that the expression is evaluated in.
    pub repeat: Option<usize>,
    /// The code list whose columns can be named, in a choice filter.
    pub columns: Option<usize>,
    /// What the expression is for.
    pub purpose: Purpose,
    /// What is left for it and others.
    pub room: &'a Room,
}

/// What an expression is for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Purpose {
    /// A value.
    Calculation,
    /// A rule about the value `.`.
    Constraint,
    /// Whether something is asked, needed or offered.
    #[default]
    Condition,
}

pub(super) type Typed = (Term, Type);

impl<'s> Scope<'s> {
    /// A part that is true or false.
    pub(super) fn truth(&self, tree: &Tree<'_>) -> Result<Node, Fault> {
        let all =
            |parts: &[Tree<'_>]| parts.iter().map(|part| self.truth(part)).collect::<Result<Box<[_]>, _>>();
        Ok(match tree {
            Tree::And(parts) => Node::And(all(parts)?),
            Tree::Or(parts) => Node::Or(all(parts)?),
            Tree::Compare(operator, sides) => self.comparison(*operator, sides)?,
            Tree::Call("not", parts) => match &parts[..] {
                [part] => Node::Not(Box::new(self.truth(part)?)),
                _ => return Err(Fault::about("definition-expression-arguments", "not")),
            },
            Tree::Call(name @ ("true" | "false"), parts) => match &parts[..] {
                [] => Node::Always(*name == "true"),
                _ => return Err(Fault::about("definition-expression-arguments", name)),
            },
            Tree::Text(_) | Tree::Number(..) => return Err(Fault::plain("definition-expression-no-truth")),
            tree => {
                let (term, kind) = self.single(tree)?;
                if let Term::Truth(node) = term {
                    return Ok(node);
                }
                let is_plain = matches!(tree, Tree::Variable(_) | Tree::This) && kind != Type::Any;
                if is_plain {
                    return Err(Fault::plain("definition-expression-no-truth"));
                }
                Node::General(General(Box::new(term)))
            }
        })
    }

    /// A part that has one value.
    pub(super) fn single(&self, tree: &Tree<'_>) -> Result<Typed, Fault> {
        match self.term(tree)? {
            (_, Type::Nodes) => Err(Fault::plain("definition-expression-several")),
            term => Ok(term),
        }
    }

    /// Any part.
    pub(super) fn term(&self, tree: &Tree<'_>) -> Result<Typed, Fault> {
        // Sums may be long, and each part of one stands a level deeper: what
        // is not on the way down has its own place on the stack.
        match tree {
            Tree::Call(name, arguments) => self.call(name, arguments),
            Tree::Arithmetic(arithmetic, sides) => self.worked_out(*arithmetic, sides),
            Tree::Minus(inner) => {
                self.number(inner).map(|(term, _)| (Term::Minus(Box::new(term)), Type::Number))
            }
            tree => self.plain(tree),
        }
    }

    fn plain(&self, tree: &Tree<'_>) -> Result<Typed, Fault> {
        Ok(match tree {
            Tree::Variable(name) => self.named(name)?,
            Tree::This => self.typed(self.this()?),
            Tree::Parent => return Err(unexpected("..")),
            Tree::Name(name) => (Term::Column(self.column(name)?), Type::Text),
            Tree::Text(text) => (Term::Text((*text).to_owned()), Type::Text),
            Tree::Number(is_negative, text) => {
                let number: f64 = text.parse().map_err(|_| unexpected(text))?;
                (Term::Number(if *is_negative { -number } else { number }), Type::Number)
            }
            Tree::Compare(operator, sides) => (Term::Truth(self.comparison(*operator, sides)?), Type::Truth),
            tree => (Term::Truth(self.truth(tree)?), Type::Truth),
        })
    }

    fn worked_out(&self, arithmetic: Arithmetic, sides: &[Tree<'_>; 2]) -> Result<Typed, Fault> {
        let (left, of_left) = self.number(&sides[0])?;
        let (right, of_right) = self.number(&sides[1])?;
        let kind = day::worked_out(arithmetic, of_left, of_right);
        Ok((Term::Arithmetic(arithmetic, Box::new([left, right])), kind))
    }

    /// A part that can be a number.
    pub(super) fn number(&self, tree: &Tree<'_>) -> Result<Typed, Fault> {
        match self.single(tree)? {
            (_, Type::Choices) => Err(Fault::plain("definition-expression-types")),
            typed => Ok(typed),
        }
    }

    pub(super) fn this(&self) -> Result<usize, Fault> {
        let this = self.this.filter(|_| self.purpose != Purpose::Calculation);
        this.ok_or_else(|| Fault::plain("definition-expression-this"))
    }

    fn named(&self, name: &str) -> Result<Typed, Fault> {
        let Some(variable) = self.variables.get(name).copied() else {
            return match self.repeats.iter().position(|repeat| repeat == name) {
                Some(repeat) => Ok((Term::Instances(repeat), Type::Nodes)),
                None if is_metadata(name) => Err(Fault::about("definition-expression-metadata", name)),
                None => Err(Fault::about("definition-expression-variable", name)),
            };
        };
        Ok(match self.repeat_of.get(variable).copied().flatten() {
            Some(repeat) if self.repeat != Some(repeat) => {
                (Term::All(repeat, variable, self.kinds[variable]), Type::Nodes)
            }
            _ => self.typed(variable),
        })
    }

    pub(super) fn typed(&self, variable: usize) -> Typed {
        let kind = self.kinds[variable];
        let known = self.calculated.get(variable).copied().flatten();
        (Term::Variable(variable, kind), known.unwrap_or_else(|| Type::of(kind)))
    }

    fn column(&self, name: &str) -> Result<usize, Fault> {
        let Some(list) = self.columns else { return Err(unexpected(name)) };
        let found = self.lists[list].columns.iter().position(|column| column == name);
        found.ok_or_else(|| Fault::about("definition-expression-column", name))
    }

    /// Whether a variable has a choice that stands in the workbook; none if
    /// the arguments are something else.
    pub(super) fn chosen(&self, variable: &Tree<'_>, code: &Tree<'_>) -> Result<Option<Node>, Fault> {
        let Some(Side::Variable(variable)) = self.side(variable)? else { return Ok(None) };
        if !matches!(self.kinds[variable], Kind::SelectOne(_) | Kind::SelectMultiple(_)) {
            return Ok(None);
        }
        match self.side(code)? {
            Some(Side::Text(code)) => fast::chosen(self, variable, code).map(Some),
            Some(Side::Number(code)) => fast::chosen(self, variable, &code).map(Some),
            _ => Ok(None),
        }
    }

    fn comparison(&self, operator: Operator, sides: &[Tree<'_>; 2]) -> Result<Node, Fault> {
        let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
        let (left, right) = (self.side(&sides[0])?, self.side(&sides[1])?);
        if let (Some(left), Some(right)) = (left, right)
            && !(self.is_of_numbers(&left, &right) && (is_order || self.has_text(&left, &right)))
            && let Some(node) = fast::comparison(self, left, operator, right)?
        {
            return Ok(node);
        }
        let typed = |tree| self.single(tree).map(|(term, kind)| (self.is_numeral(&term), term, kind));
        let (left, right) = (typed(&sides[0])?, typed(&sides[1])?);
        for (side, (tree, other)) in [(&left, (&sides[0], &right)), (&right, (&sides[1], &left))] {
            let kind = |side: &(bool, Term, Type)| if is_order && side.0 { Type::Number } else { side.2 };
            check_side((tree, kind(side)), kind(other), is_order)?;
        }
        let sides = day::agreed((left.1, left.2), (right.1, right.2));
        Ok(Node::General(General(Box::new(Term::Compare(operator, Box::new(sides))))))
    }

    /// Whether a comparison is one of numbers although a side is a text or a
    /// choice: XPath reads the number in it.
    fn is_of_numbers(&self, left: &Side<'_>, right: &Side<'_>) -> bool {
        let kind = |side: &Side<'_>| match side {
            Side::Variable(variable) => Some(self.kinds[*variable]),
            _ => None,
        };
        let is_number = |side: &Side<'_>| {
            matches!(side, Side::Number(_)) || matches!(kind(side), Some(Kind::Integer | Kind::Decimal))
        };
        let reads = |side: &Side<'_>| match kind(side) {
            Some(Kind::Text) => true,
            Some(Kind::SelectOne(list)) => self.has_numerals(list),
            _ => false,
        };
        (is_number(left) && reads(right)) || (reads(left) && is_number(right))
    }

    fn has_text(&self, left: &Side<'_>, right: &Side<'_>) -> bool {
        let is_text =
            |side: &Side<'_>| matches!(side, Side::Variable(variable) if self.kinds[*variable] == Kind::Text);
        is_text(left) || is_text(right)
    }

    fn is_numeral(&self, term: &Term) -> bool {
        matches!(term, Term::Variable(_, Kind::SelectOne(list)) if self.has_numerals(*list))
            || matches!(term, Term::Variable(_, Kind::Text))
    }

    /// Whether all codes of a list are numbers.
    fn has_numerals(&self, list: usize) -> bool {
        self.lists[list].choices.iter().all(|choice| choice.code.parse::<f64>().is_ok())
    }

    /// A side of a comparison that the typed comparisons understand.
    fn side<'t>(&self, tree: &Tree<'t>) -> Result<Option<Side<'t>>, Fault> {
        Ok(match tree {
            Tree::Variable(_) | Tree::This => match self.term(tree)? {
                (Term::Variable(..), Type::Any | Type::DateNumber | Type::MomentNumber) => None,
                (Term::Variable(variable, _), _) => Some(Side::Variable(variable)),
                _ => None,
            },
            Tree::Text(text) => Some(Side::Text(text)),
            Tree::Number(false, text) => Some(Side::Number(Cow::Borrowed(text))),
            Tree::Number(true, text) => Some(Side::Number(Cow::Owned(format!("-{text}")))),
            Tree::Call("today", arguments) if arguments.is_empty() => Some(Side::Today),
            _ => None,
        })
    }

    fn call(&self, name: &str, arguments: &[Tree<'_>]) -> Result<Typed, Fault> {
        if let Some(special) = special::compile(self, name, arguments)? {
            return Ok(special);
        }
        let function =
            function::find(name).ok_or_else(|| Fault::about("definition-expression-function", name))?;
        let (most, given) = (function.takes.len(), arguments.len());
        let goes_on = function.again > 0 && given > most && (given - most).is_multiple_of(function.again);
        if given < function.needs || (given > most && !goes_on) {
            return Err(Fault::about("definition-expression-arguments", name));
        }
        let (mut terms, mut kinds) = (Vec::with_capacity(given), Vec::with_capacity(given));
        for (at, tree) in arguments.iter().enumerate() {
            let place = if at < most { at } else { most - function.again + (at - most) % function.again };
            let (term, kind) = self.argument(tree, function.takes[place])?;
            let is_moment_number = name == "date" && kind == Type::MomentNumber;
            terms.push(if is_moment_number { Term::Day(Box::new(term)) } else { term });
            kinds.push(kind);
        }
        let kind = match function.gives {
            Gives::Text => Type::Text,
            Gives::Number => day::called(name, &kinds),
            Gives::Truth => Type::Truth,
            Gives::Date => Type::Date,
            Gives::Moment => Type::Moment,
        };
        Ok((Term::Call(function.run, terms.into()), kind))
    }

    /// An argument, with the type of each of its values.
    fn argument(&self, tree: &Tree<'_>, takes: Takes) -> Result<Typed, Fault> {
        let types = || Fault::plain("definition-expression-types");
        let (term, kind) = match takes {
            Takes::Several | Takes::Nodes => self.term(tree)?,
            Takes::Number => return self.number(tree),
            _ => self.single(tree)?,
        };
        match (takes, kind) {
            (Takes::Nodes, Type::Nodes) => {}
            (Takes::Nodes, _) if !matches!(tree, Tree::Variable(_) | Tree::This) => return Err(types()),
            (Takes::Date, Type::Truth | Type::Time | Type::Choice | Type::Choices) => return Err(types()),
            (Takes::Date, Type::Text) => check_date(tree)?,
            (Takes::Choices, kind)
                if !matches!(kind, Type::Choice | Type::Choices | Type::Text | Type::Any) =>
            {
                return Err(types());
            }
            _ => {}
        }
        let kind = match term {
            Term::All(_, _, of) => Type::of(of),
            _ => kind,
        };
        Ok((term, kind))
    }
}

/// Whether a side of a comparison of which not both sides are plain can be
/// compared with the type of the other.
fn check_side((tree, kind): (&Tree<'_>, Type), other: Type, is_order: bool) -> Result<(), Fault> {
    let types = || Err(Fault::plain("definition-expression-types"));
    let order = || Err(Fault::plain("definition-expression-order"));
    match (kind, other) {
        (Type::Truth, _) if is_order => order(),
        (Type::Truth, Type::Truth | Type::Number | Type::DateNumber | Type::MomentNumber | Type::Any) => {
            Ok(())
        }
        (Type::Truth, _) => types(),
        (Type::Choices | Type::Choice, _) if is_order => order(),
        (Type::Date | Type::Moment | Type::Time, Type::Number) => types(),
        (Type::Time, Type::Date | Type::Moment | Type::DateNumber | Type::MomentNumber) => types(),
        (Type::Text, Type::Date | Type::Moment) => check_date(tree),
        (Type::Text, Type::Time) => Ok(()),
        (Type::Text, _) if is_order => match tree {
            Tree::Text(text) if text.trim().parse::<f64>().is_ok() => Ok(()),
            Tree::Text(_) | Tree::Variable(_) | Tree::This => order(),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// A text in the workbook that stands for a date is one.
fn check_date(tree: &Tree<'_>) -> Result<(), Fault> {
    match tree {
        Tree::Text(text)
            if !text.is_empty() && text.parse::<f64>().is_err() && read_moment(text).is_none() =>
        {
            Err(Fault::about("definition-expression-literal", text))
        }
        _ => Ok(()),
    }
}
