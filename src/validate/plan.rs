//! What is worked out about a definition before its first row.

use crate::{
    definition::{Codes, Definition, Expression, Kind, NumberFormat, Required, Role, Variable},
    validate::json,
};

/// How the cells of one variable are read, judged and written.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) reading: Reading,
    /// Whether the value goes to the platform; else it stays in `local`.
    pub(super) goes: bool,
    pub(super) role: Option<Role>,
    pub(super) key: bool,
    /// `,"NAME":`.
    pub(super) label: Vec<u8>,
    /// The list's choices as JSON.
    pub(super) choices: Vec<Vec<u8>>,
    pub(super) format: Option<NumberFormat>,
    pub(super) required: Required,
    pub(super) relevant: Option<Expression>,
    pub(super) constraint: Option<Expression>,
    pub(super) codes: Option<Codes>,
    /// Whether a patient's own number could hide in the value and leave.
    pub(super) could_tell: bool,
}

/// How a cell becomes a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    Choice(usize),
    Choices(usize),
    Text,
    Integer,
    Decimal,
    Date,
    Time,
    Moment,
    Ssin,
    Physician,
    PostalCode,
    Enterprise,
}

/// Where the variables with roles are.
#[derive(Debug)]
pub(super) struct Roles {
    pub(super) patient: Option<usize>,
    pub(super) generated: Option<usize>,
    pub(super) last_name: Option<usize>,
    pub(super) first_name: Option<usize>,
    pub(super) birth_date: Option<usize>,
    pub(super) sex: Option<usize>,
    pub(super) country: Option<usize>,
    pub(super) postal_code: Option<usize>,
    /// Whether the patient's number must be there.
    pub(super) patient_required: bool,
}

impl Plan {
    pub(super) fn new(variable: &Variable, definition: &Definition) -> Self {
        let reading = reading_of(variable);
        let mut label = vec![b','];
        json::write_string(&mut label, &variable.name);
        label.push(b':');
        let choices = definition.list_of(variable).map_or(&[][..], |list| &list.choices);
        let choices = choices
            .iter()
            .map(|choice| {
                let mut text = Vec::new();
                match choice.truth {
                    Some(truth) => text.extend_from_slice(truth.to_string().as_bytes()),
                    None => _ = json::write_string(&mut text, &choice.code),
                }
                text
            })
            .collect();
        let goes = variable.destinations.hd && variable.role != Some(Role::Patient);
        Self {
            reading,
            goes,
            role: variable.role,
            key: variable.key,
            label,
            choices,
            format: variable.format,
            required: variable.required.clone(),
            relevant: variable.relevant.clone(),
            constraint: variable.constraint.clone(),
            codes: variable.codes.clone(),
            could_tell: goes && matches!(variable.kind, Kind::Text | Kind::Integer | Kind::Decimal),
        }
    }
}

impl Roles {
    pub(super) fn of(definition: &Definition) -> Self {
        let place = |role| definition.with_role(role);
        let patient = place(Role::Patient);
        Self {
            patient,
            generated: place(Role::PatientGenerated),
            last_name: place(Role::LastName),
            first_name: place(Role::FirstName),
            birth_date: place(Role::BirthDate),
            sex: place(Role::Sex),
            country: place(Role::Country),
            postal_code: place(Role::PostalCode),
            patient_required: patient
                .is_some_and(|at| !matches!(definition.variables[at].required, Required::Never)),
        }
    }
}

/// A role decides only for texts: a list has its own codes.
fn reading_of(variable: &Variable) -> Reading {
    match (variable.kind, variable.role) {
        (Kind::SelectOne(list), _) => Reading::Choice(list),
        (Kind::SelectMultiple(list), _) => Reading::Choices(list),
        (Kind::Text, Some(Role::Patient)) => Reading::Ssin,
        (Kind::Text, Some(Role::Physician)) => Reading::Physician,
        (Kind::Text, Some(Role::PostalCode)) => Reading::PostalCode,
        (Kind::Text, Some(Role::Enterprise)) => Reading::Enterprise,
        (Kind::Text, _) => Reading::Text,
        (Kind::Integer, _) => Reading::Integer,
        (Kind::Decimal, _) => Reading::Decimal,
        (Kind::Date, _) => Reading::Date,
        (Kind::Time, _) => Reading::Time,
        (Kind::DateTime, _) => Reading::Moment,
    }
}
