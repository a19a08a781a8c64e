//! Values of cells, read by their variable's type.

use jiff::civil::{Date, Time};

use crate::domain::decimal::Decimal;

/// A cell's value. It holds no text of its own, so that the same buffer
/// serves row after row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Empty,
    /// Something that is not of the type; what depends on it is not judged.
    Unreadable,
    /// The bytes of the cell from `start` to `end`.
    Text {
        /// Where it starts.
        start: u32,
        /// Where it ends.
        end: u32,
    },
    /// A number.
    Number(Decimal),
    /// A date.
    Date(Date),
    /// A moment.
    Moment(Moment),
    /// A time of day.
    Time(Time),
    /// The choice at this place of the list.
    Choice(u32),
    /// Choices, from `start` to `end` of those that were picked in the row.
    Choices {
        /// Where they start.
        start: u32,
        /// Where they end.
        end: u32,
    },
}

/// A moment, comparable with moments of any offset and with plain dates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// The date as written.
    pub date: Date,
    /// Seconds and nanoseconds since 1970 in UTC; none if only the date is
    /// known.
    pub instant: Option<(i64, i32)>,
}

/// The values of a row, as rules see them.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The cells, one for each variable.
    pub cells: &'a [&'a str],
    /// Their values.
    pub values: &'a [Value],
    /// The choices that several-choice values point into.
    pub picked: &'a [u32],
    /// The day that the row is judged on.
    pub today: Date,
}

impl<'a> Values<'a> {
    /// The text of a variable whose value is [`Value::Text`].
    pub fn text(&self, variable: usize) -> Option<&'a str> {
        match self.values[variable] {
            Value::Text { start, end } => self.cells[variable].get(start as usize..end as usize),
            _ => None,
        }
    }

    /// The choices of a variable whose value is [`Value::Choices`].
    pub fn choices(&self, variable: usize) -> &'a [u32] {
        match self.values[variable] {
            Value::Choices { start, end } => &self.picked[start as usize..end as usize],
            _ => &[],
        }
    }
}
