//! Mistakes such as files from practice have.

use super::{filler::is_left_out, row::Generator};
use crate::{
    definition::{Definition, Kind, Required, Role, Value},
    domain::{
        decimal::Decimal,
        identifier::{Nihdi, Ssin},
        moment,
    },
};

/// A mistake for which a row is refused.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mistake {
    /// A needed value is missing.
    Missing,
    /// A check digit is wrong.
    CheckDigit,
    /// Too few digits.
    CutOff,
    /// A date that does not exist.
    ImpossibleDate,
    /// Words where a date belongs.
    NoDate,
    /// A code that the list does not have.
    UnknownCode,
    /// Words where a number belongs.
    NoNumber,
    /// `9999` for a postal code.
    PlaceholderPostalCode,
    /// A value that breaks its constraint.
    BrokenRule,
}

/// The mistakes that the variables of a definition can have.
pub(super) fn possible(definition: &Definition) -> Vec<(usize, Mistake)> {
    let mut possible = Vec::new();
    for (at, variable) in definition.variables.iter().enumerate() {
        // Those outside of repeats are enough to choose from.
        if is_left_out(variable) || variable.repeat.is_some() {
            continue;
        }
        let mut add = |mistake| possible.push((at, mistake));
        if variable.key || matches!(variable.required, Required::Always) {
            add(Mistake::Missing);
        }
        match variable.kind {
            Kind::Date | Kind::DateTime => {
                add(Mistake::ImpossibleDate);
                add(Mistake::NoDate);
            }
            Kind::SelectOne(_) | Kind::SelectMultiple(_) => add(Mistake::UnknownCode),
            Kind::Integer | Kind::Decimal => add(Mistake::NoNumber),
            Kind::Text | Kind::Time => {}
        }
        match variable.role {
            Some(Role::Patient | Role::Physician) => {
                add(Mistake::CheckDigit);
                add(Mistake::CutOff);
            }
            Some(Role::PostalCode) => add(Mistake::PlaceholderPostalCode),
            _ => {}
        }
        if variable.constraint.is_some() {
            add(Mistake::BrokenRule);
        }
    }
    possible
}

impl Mistake {
    /// Makes the mistake in the row's cell; says whether it could be made.
    pub(super) fn make(self, at: usize, row: &mut Generator<'_>) -> bool {
        if row.values[at].is_empty() {
            return false;
        }
        let cell = &mut row.cells[at];
        match self {
            Self::Missing => cell.clear(),
            Self::CheckDigit => return spoil_check_digit(cell),
            Self::CutOff => _ = cell.pop(),
            Self::ImpossibleDate => put(cell, "31/02/2023"),
            Self::NoDate => put(cell, "unknown"),
            Self::UnknownCode => put(cell, "no such code"),
            Self::NoNumber => put(cell, "n/a"),
            Self::PlaceholderPostalCode => put(cell, "9999"),
            Self::BrokenRule => return break_rule(at, row),
        }
        true
    }
}

fn put(cell: &mut String, text: &str) {
    cell.clear();
    cell.push_str(text);
}

/// Changes a digit until neither rule takes the number any more.
fn spoil_check_digit(cell: &mut String) -> bool {
    let place = if cell.len() == 11 && Nihdi::parse(cell, Nihdi::MODULI).is_ok() { 6 } else { 10 };
    for digit in "0123456789".chars() {
        let spoilt: String =
            cell.chars().enumerate().map(|(at, old)| if at == place { digit } else { old }).collect();
        if Ssin::parse(&spoilt, i16::MAX).is_err() && Nihdi::parse(&spoilt, Nihdi::MODULI).is_err() {
            *cell = spoilt;
            return true;
        }
    }
    false
}

fn break_rule(at: usize, row: &mut Generator<'_>) -> bool {
    let variable = &row.definition.variables[at];
    let Some(constraint) = &variable.constraint else { return false };
    let candidates: &[&str] = match variable.kind {
        Kind::Date => &["01/01/2199", "01/01/1850"],
        Kind::Integer | Kind::Decimal => &["-1", "-1000000", "1000000"],
        _ => return false,
    };
    let right = row.values[at];
    for candidate in candidates {
        row.values[at] = match variable.kind {
            Kind::Date => moment::date(candidate).map_or(Value::Empty, Value::Date),
            _ => Decimal::parse(candidate, false).map_or(Value::Empty, Value::Number),
        };
        if row.holds(constraint) == Some(false) {
            put(&mut row.cells[at], candidate);
            return true;
        }
    }
    row.values[at] = right;
    false
}
