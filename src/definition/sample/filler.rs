//! What a variable is filled with.

use std::sync::Arc;

use super::{pattern::Pattern, row::MOST_ROWS};
use crate::{
    definition::{Codes, Definition, Kind, List, Role, Variable},
    domain::code_system::CodeSystem,
};

/// What a variable is filled with.
#[derive(Clone, Debug)]
pub(super) enum Filler {
    Ssin,
    Birth,
    /// The choices for a man, a woman and an open sex; none for a text.
    Sex(Option<[usize; 3]>),
    Country,
    PostalCode,
    Physician,
    Practice,
    LastName,
    FirstName,
    Internal,
    /// Stays empty.
    Nothing,
    Enterprise,
    /// A letter and the row's number, which makes keys differ.
    Number(char),
    /// What fits the pattern of its constraint.
    Pattern(Arc<Pattern>),
    /// A date that differs from row to row of a patient.
    DateOfRow,
    /// A year that differs from row to row of a patient.
    YearOfRow,
    Visit,
    /// Some time after the variable's lower bound.
    End,
    Choice(usize),
    Choices(usize),
    Integer,
    Decimal(u32),
    Time,
    Text,
    /// A code of the row's analysis, and so on.
    Lab(Lab),
    /// The choice tells the coding system that the row's code is of.
    System(usize),
    Code(Option<CodeSystem>),
    /// The text of the row's code.
    CodeText,
    Reason,
    ReasonText,
    Quantity,
}

/// A part of a laboratory result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lab {
    Code,
    Text,
    Value,
    Words,
    Unit,
    Low,
    High,
    Remark,
}

impl Filler {
    /// The filler of each variable.
    pub(super) fn of(definition: &Definition) -> Vec<Self> {
        let told_by: Vec<usize> = definition
            .variables
            .iter()
            .filter_map(|variable| match variable.codes {
                Some(Codes::Told { by, .. }) => Some(by),
                _ => None,
            })
            .collect();
        let one = |(at, variable): (usize, &Variable)| {
            if is_left_out(variable) {
                return Self::Nothing;
            }
            by_role(variable, definition)
                .or_else(|| by_name(variable))
                .or_else(|| pattern(at, variable))
                .or_else(|| told_by.contains(&at).then(|| system(variable)).flatten())
                .unwrap_or_else(|| by_type(variable))
        };
        definition.variables.iter().enumerate().map(one).collect()
    }

    /// Whether it gives each row of a patient a value of its own.
    pub(super) fn tells_rows_apart(&self) -> bool {
        match self {
            Self::Number(_) | Self::DateOfRow | Self::YearOfRow => true,
            Self::Pattern(pattern) => pattern.room() >= MOST_ROWS,
            _ => false,
        }
    }

    /// Whether no two rows of different patients have the same value.
    pub(super) fn tells_people_apart(&self) -> bool {
        matches!(self, Self::Ssin | Self::Internal | Self::Number(_))
    }

    /// Whether it decides itself that there is no value.
    pub(super) fn decides(&self) -> bool {
        matches!(self, Self::Lab(_) | Self::Nothing)
    }
}

/// Whether it has no column in a sample: what is calculated needs none.
pub(super) fn is_left_out(variable: &Variable) -> bool {
    variable.calculation.is_some()
}

fn by_role(variable: &Variable, definition: &Definition) -> Option<Filler> {
    let filler = match variable.role? {
        Role::Patient => Filler::Ssin,
        Role::PatientGenerated => Filler::Nothing,
        Role::PatientInternal => Filler::Internal,
        Role::BirthDate => Filler::Birth,
        Role::Sex => Filler::Sex(definition.list_of(variable).map(sexes)),
        Role::LastName => Filler::LastName,
        Role::FirstName => Filler::FirstName,
        Role::Physician => Filler::Physician,
        Role::PostalCode => Filler::PostalCode,
        Role::Country => Filler::Country,
        Role::Enterprise => Filler::Enterprise,
    };
    Some(filler)
}

/// The variables of INTEGO whose values belong together.
fn by_name(variable: &Variable) -> Option<Filler> {
    let filler = match (variable.name.as_str(), variable.kind) {
        ("TX_PRACTICE", Kind::Text) => Filler::Practice,
        ("CD_LAB", Kind::Text) => Filler::Lab(Lab::Code),
        ("TX_LAB", Kind::Text) => Filler::Lab(Lab::Text),
        ("MS_LAB_VALUE", Kind::Decimal) => Filler::Lab(Lab::Value),
        ("TX_LAB_VALUE", Kind::Text) => Filler::Lab(Lab::Words),
        ("TX_LAB_UNIT", Kind::Text) => Filler::Lab(Lab::Unit),
        ("MS_LAB_REF_LOW", Kind::Decimal) => Filler::Lab(Lab::Low),
        ("MS_LAB_REF_HIGH", Kind::Decimal) => Filler::Lab(Lab::High),
        ("TX_LAB_RMRK", Kind::Text) => Filler::Lab(Lab::Remark),
        ("TX_DIAG" | "TX_MED", Kind::Text) => Filler::CodeText,
        ("CD_REASON", Kind::Text) => Filler::Reason,
        ("TX_REASON", Kind::Text) => Filler::ReasonText,
        ("NR_MED_QTY", Kind::Integer) => Filler::Quantity,
        _ => return None,
    };
    Some(filler)
}

fn pattern(at: usize, variable: &Variable) -> Option<Filler> {
    let text = variable.constraint.as_ref()?.node().pattern_of(at)?;
    let is_typed = matches!(variable.kind, Kind::Text | Kind::Integer | Kind::Decimal);
    let pattern = Pattern::read(text).filter(|pattern| is_typed && pattern.room() > 0)?;
    Some(Filler::Pattern(Arc::new(pattern)))
}

fn system(variable: &Variable) -> Option<Filler> {
    match variable.kind {
        Kind::SelectOne(list) => Some(Filler::System(list)),
        _ => None,
    }
}

fn by_type(variable: &Variable) -> Filler {
    match (variable.kind, &variable.codes) {
        (Kind::Text, Some(Codes::Of(system))) => Filler::Code(Some(*system)),
        (Kind::Text, Some(Codes::Told { .. })) => Filler::Code(None),
        (Kind::Integer, _) if variable.key && variable.name.contains("YEAR") => Filler::YearOfRow,
        (Kind::Text | Kind::Integer | Kind::Decimal, _) if variable.key => {
            let letter = variable.name.strip_prefix("TX_").unwrap_or(&variable.name).chars().next();
            Filler::Number(letter.filter(char::is_ascii_alphabetic).unwrap_or('R'))
        }
        (Kind::Date | Kind::DateTime, _) if variable.key => Filler::DateOfRow,
        (Kind::Date, _) if variable.name.ends_with("_END") => Filler::End,
        (Kind::Date | Kind::DateTime, _) => Filler::Visit,
        (Kind::SelectOne(list), _) => Filler::Choice(list),
        (Kind::SelectMultiple(list), _) => Filler::Choices(list),
        (Kind::Integer, _) => Filler::Integer,
        (Kind::Decimal, _) => Filler::Decimal(variable.format.map_or(1, |format| format.decimals.min(6))),
        (Kind::Time, _) => Filler::Time,
        (Kind::Text, _) => Filler::Text,
    }
}

/// The choices for a man, a woman and an open sex, by code or English label;
/// the last and, failing all, the first choice stand in.
fn sexes(list: &List) -> [usize; 3] {
    let find = |names: &[&str]| names.iter().find_map(|name| list.find(name));
    let man = find(&["M", "Male", "248153007"]).unwrap_or(0);
    let woman = find(&["F", "Female", "V", "248152002"]).unwrap_or(0);
    [man, woman, find(&["U", "Unknown", "X"]).unwrap_or(man)]
}
