//! Numbers that stand for dates: `today() - 30` counts days since 1970, as in
//! JavaRosa and Enketo, and compares with a date as the date that it counts to.
//!
//! Any other number beside a date is a mistake, so what a number counts is
//! followed through sums and the functions that keep it.

use super::{compile::Typed, evaluate::Term, kind::Type, parse::Arithmetic};

/// What a sum or product gives: a date with days more or less still counts to
/// a date, the days between two dates do not.
pub(super) fn worked_out(arithmetic: Arithmetic, left: Type, right: Type) -> Type {
    match (arithmetic, counted(left), counted(right)) {
        (Arithmetic::Add | Arithmetic::Subtract, Some(kind), None) => kind,
        (Arithmetic::Add, None, Some(kind)) => kind,
        _ => Type::Number,
    }
}

/// What a function that gives a number gives, by the types of its arguments.
pub(super) fn called(name: &str, arguments: &[Type]) -> Type {
    let first = match arguments.first().copied() {
        Some(first) if name == "decimal-date-time" => counted(first).or(Some(Type::MomentNumber)),
        first => first.and_then(counted),
    };
    let Some(first) = first else { return Type::Number };
    match name {
        // The whole days of a moment are those of UTC, which are no date here.
        "abs" | "ceiling" | "floor" | "int" | "round" if first == Type::DateNumber => first,
        "decimal-date-time" | "number" => first,
        "max" | "min" if arguments.iter().all(|kind| counted(*kind) == Some(first)) => first,
        _ => Type::Number,
    }
}

/// The sides of a comparison, so that a date and a moment, or the number of
/// either, compare by their days.
pub(super) fn agreed((left, of_left): Typed, (right, of_right): Typed) -> [Term; 2] {
    let day = |term| Term::Day(Box::new(term));
    let date = |term| Term::Date(Box::new(term));
    match (of_left, of_right) {
        (Type::Moment, Type::DateNumber) => [day(left), date(right)],
        (Type::DateNumber, Type::Moment) => [date(left), day(right)],
        (Type::MomentNumber, Type::Date) => [day(left), right],
        (Type::Date, Type::MomentNumber) => [left, day(right)],
        _ => [left, right],
    }
}

fn counted(kind: Type) -> Option<Type> {
    match kind {
        Type::Date | Type::DateNumber => Some(Type::DateNumber),
        Type::Moment | Type::MomentNumber => Some(Type::MomentNumber),
        _ => None,
    }
}
