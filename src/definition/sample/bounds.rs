//! The bounds within which a constraint leaves a value.

use jiff::{ToSpan, civil::Date};

use super::{TODAY, row::Generator};
use crate::definition::{
    Value,
    expression::{Node, Operand, Operator},
};

/// The bounds that a constraint sets to its variable in a row.
#[derive(Default)]
pub(super) struct Bounds {
    pub(super) low: Option<Value>,
    pub(super) high: Option<Value>,
}

impl Generator<'_> {
    /// A day from `low` to `high`; `low` if there is none.
    pub(super) fn day_between(&mut self, low: Date, high: Date) -> Date {
        let days = i64::from(low.until(high).map_or(0, |span| span.get_days()).max(0));
        low.saturating_add((self.random.below(days as u64 + 1) as i64).days())
    }

    /// The first and the last day that a date's constraint leaves it.
    pub(super) fn days(&self, at: usize) -> (Date, Date) {
        let bounds = self.bounds(at);
        let day = |bound: Option<Value>| match bound {
            Some(Value::Date(date)) => Some(date),
            Some(Value::Moment(moment)) => Some(moment.date),
            _ => None,
        };
        let low = day(bounds.low).unwrap_or(self.person.birth);
        (low, day(bounds.high).unwrap_or(TODAY))
    }

    /// The bounds of a variable in the row so far.
    pub(super) fn bounds(&self, at: usize) -> Bounds {
        let mut bounds = Bounds::default();
        if let Some(constraint) = &self.definition.variables[at].constraint {
            self.find_bounds(constraint.node(), at, &mut bounds);
        }
        bounds
    }

    /// Bounds that must hold together; alternatives are left to trying.
    fn find_bounds(&self, node: &Node, at: usize, bounds: &mut Bounds) {
        match node {
            Node::And(sides) => sides.iter().for_each(|side| self.find_bounds(side, at, bounds)),
            Node::Compare(Operand::Variable(this), operator, other) if *this == at => {
                let bound = match other {
                    Operand::Variable(other) => self.values[*other],
                    Operand::Today => Value::Date(TODAY),
                    Operand::Number(number) => Value::Number(*number),
                    Operand::Date(date) => Value::Date(*date),
                    Operand::Moment(moment) => Value::Moment(*moment),
                    Operand::Time(_) | Operand::Text(_) => return,
                };
                if bound.is_readable() {
                    bounds.set(*operator, bound);
                }
            }
            node => {
                if let Some((operator, bound)) = self.with_seen(|values| node.bound_of(at, values)) {
                    bounds.set(operator, bound);
                }
            }
        }
    }
}

impl Bounds {
    fn set(&mut self, operator: Operator, bound: Value) {
        match operator {
            Operator::Less | Operator::LessOrEqual => self.high = Some(bound),
            Operator::Greater | Operator::GreaterOrEqual => self.low = Some(bound),
            Operator::Equal => (self.low, self.high) = (Some(bound), Some(bound)),
            Operator::NotEqual => {}
        }
    }
}
