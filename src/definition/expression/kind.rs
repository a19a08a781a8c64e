//! What terms give, and which variables can hold it.

use crate::definition::variable::Kind;

/// What kind of value a term gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Type {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A number that counts the days from 1970-01-01 to a date.
    DateNumber,
    /// A number that counts the days from the beginning of 1970 in UTC to a
    /// moment, with the part of the last one.
    MomentNumber,
    /// True or false.
    Truth,
    /// A date.
    Date,
    /// A date with its time of day.
    Moment,
    /// A time of day.
    Time,
    /// A code.
    Choice,
    /// Codes with blanks between them.
    Choices,
    /// The values of a repeat, which only some functions take.
    Nodes,
    /// One or the other.
    Any,
}

impl Type {
    /// What a variable of this kind gives.
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::SelectOne(_) => Self::Choice,
            Kind::SelectMultiple(_) => Self::Choices,
            Kind::Text => Self::Text,
            Kind::Integer | Kind::Decimal => Self::Number,
            Kind::Date => Self::Date,
            Kind::Time => Self::Time,
            Kind::DateTime => Self::Moment,
        }
    }

    /// The kind of a variable that has no other than what its calculation gives.
    pub fn kind(self) -> Kind {
        match self {
            Self::Number | Self::DateNumber | Self::MomentNumber => Kind::Decimal,
            Self::Date => Kind::Date,
            Self::Moment => Kind::DateTime,
            Self::Time => Kind::Time,
            Self::Text | Self::Truth | Self::Choice | Self::Choices | Self::Nodes | Self::Any => Kind::Text,
        }
    }

    /// Whether a variable of this kind can hold any of it.
    pub fn fits(self, kind: Kind) -> bool {
        match kind {
            Kind::Date | Kind::DateTime => !matches!(self, Self::Truth | Self::Time),
            Kind::Time => !matches!(self, Self::Truth | Self::Date | Self::DateNumber | Self::Number),
            Kind::Integer => !matches!(self, Self::Time | Self::MomentNumber),
            Kind::Decimal => self != Self::Time,
            Kind::Text | Kind::SelectOne(_) | Kind::SelectMultiple(_) => true,
        }
    }

    /// What expressions have to know of a calculated variable of this kind
    /// beyond the kind itself.
    pub fn beyond(self, kind: Kind) -> Option<Self> {
        match (kind, self) {
            (Kind::Integer | Kind::Decimal, Self::DateNumber | Self::MomentNumber) => Some(self),
            (Kind::Integer | Kind::Decimal, Self::Date) | (Kind::Integer, Self::Moment) => {
                Some(Self::DateNumber)
            }
            (Kind::Decimal, Self::Moment) => Some(Self::MomentNumber),
            _ => None,
        }
    }
}
