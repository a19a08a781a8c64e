//! The functions of XLSForm, a file for each family. What each means follows
//! <https://docs.getodk.org/form-operators-functions> and, where that leaves
//! a question open, JavaRosa's `XPathFuncExpr`; what is different is said at
//! the function.

mod choice;
mod date;
mod list;
mod number;
mod text;

use std::borrow::Cow;

pub(super) use date::ESCAPES;

use super::{data::Data, evaluate::Term};
use crate::definition::value::Values;

/// What works a call out; none if it depends on an unreadable value.
pub(super) type Run = for<'a> fn(&Call<'a>) -> Option<Data<'a>>;

/// A function as an author sees it.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// What it takes.
    pub(super) takes: &'static [Takes],
    /// How many arguments it needs.
    pub(super) needs: usize,
    /// How many of the last arguments may be given again and again.
    pub(super) again: usize,
    pub(super) gives: Gives,
    pub(super) run: Run,
}

/// What an argument must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Takes {
    /// Anything that has one value.
    One,
    /// What can be a number.
    Number,
    /// What can be a date.
    Date,
    /// What can be several values: a repeat's variable in all instances.
    Several,
    /// A repeat's variable, a repeat, or a variable.
    Nodes,
    /// A choice, several of them, or a text of codes.
    Choices,
}

/// What comes out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Gives {
    Text,
    Number,
    Truth,
    Date,
    Moment,
}

/// The function called `name`.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let families = [choice::ALL, date::ALL, list::ALL, number::ALL, text::ALL];
    families.into_iter().flatten().find(|function| function.name == name)
}

/// A call in a row.
pub(super) struct Call<'a> {
    pub(super) terms: &'a [Term],
    pub(super) values: Values<'a>,
}

impl<'a> Call<'a> {
    fn data(&self, at: usize) -> Option<Data<'a>> {
        match self.terms.get(at) {
            Some(term) => term.evaluate(&self.values),
            None => Some(Data::EMPTY),
        }
    }

    fn text(&self, at: usize) -> Option<Cow<'a, str>> {
        self.data(at).map(Data::into_text)
    }

    fn number(&self, at: usize) -> Option<f64> {
        self.data(at).map(|data| data.number())
    }

    /// All values of the arguments from `from` on.
    fn each(&self, from: usize, mut take: impl FnMut(Data<'a>)) -> Option<()> {
        self.terms.iter().skip(from).try_for_each(|term| term.each(&self.values, &mut take))
    }
}

/// A function with exactly these arguments.
const fn exactly(name: &'static str, takes: &'static [Takes], gives: Gives, run: Run) -> Function {
    Function { name, takes, needs: takes.len(), again: 0, gives, run }
}
