//! What is worked out about a definition before its first row.

use std::{collections::HashMap, sync::Arc};

use crate::{
    definition::{
        Calculation, Choice, Codes, Definition, Expression, Kind, NumberFormat, Required, Role, Variable,
    },
    validate::json,
};

/// How the cells of one variable are read, judged and written.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) reading: Reading,
    /// Whether the value goes to the platform; else it stays in `local`.
    pub(super) goes: bool,
    /// Whether its value does not come from the row's own cell: it is in a
    /// repeat, or calculated.
    pub(super) elsewhere: bool,
    pub(super) has_calculation: bool,
    /// Whether its calculation may give another value each time.
    pub(super) is_volatile: bool,
    /// Whether its calculation keeps what the row's own cell says.
    pub(super) keeps_its_value: bool,
    pub(super) repeat: Option<usize>,
    pub(super) role: Option<Role>,
    pub(super) key: bool,
    /// What stands before a value: `,"NAME":`, with the opening quote where
    /// the value has one.
    pub(super) label: Vec<u8>,
    /// What stands before one of the choices.
    pub(super) before_choice: Vec<u8>,
    /// The choices of a list as JSON; where `before_choice` is empty and one is
    /// chosen, the whole member.
    pub(super) choices: Choices,
    pub(super) format: Option<NumberFormat>,
    pub(super) required: Required,
    pub(super) relevant: Option<Expression>,
    pub(super) constraint: Option<Expression>,
    pub(super) codes: Option<Codes>,
    pub(super) filter: Option<Expression>,
}

/// Each choice of a list, written as JSON.
pub(super) type Choices = Arc<[Box<[u8]>]>;

/// Larger lists are written once, for all variables that have them.
const MOST_OWN: usize = 256;

/// The places of the variables that each step has something to do with.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// Those outside of repeats whose codes belong to a coding system.
    pub(super) coded: Vec<usize>,
    /// Those outside of repeats that have rules.
    pub(super) ruled: Vec<usize>,
    /// The same for each repeat.
    pub(super) inside: Vec<[Vec<usize>; 2]>,
    /// They are part of the business key, each with what stands before its
    /// value there; sorted by that, since rows of a workbook change places.
    pub(super) keys: Vec<(Box<[u8]>, usize)>,
    /// A patient's own number could hide in them and leave.
    pub(super) could_tell: Vec<usize>,
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
    /// Belgium's place in the list of the country's variable.
    pub(super) belgium: Option<usize>,
    /// Whether the patient's number must be there.
    pub(super) patient_required: bool,
}

impl Plan {
    /// The plan of the variable at `at`; `shared` has the large lists that were written
    /// already, by their places.
    pub(super) fn new(at: usize, definition: &Definition, shared: &mut HashMap<usize, Choices>) -> Self {
        let variable = &definition.variables[at];
        let reading = reading_of(variable);
        let mut label = vec![b','];
        json::write_string(&mut label, &variable.name);
        label.push(b':');
        let member = if matches!(reading, Reading::Choice(_)) { label.clone() } else { Vec::new() };
        if reading.is_quoted() {
            label.push(b'"');
        }
        let of_list = definition.list_of(variable).map_or(&[][..], |list| &list.choices);
        let (before_choice, choices) = match variable.kind {
            Kind::SelectOne(list) | Kind::SelectMultiple(list) if of_list.len() > MOST_OWN => {
                (member, shared.entry(list).or_insert_with(|| written(of_list, &[])).clone())
            }
            _ => (Vec::new(), written(of_list, &member)),
        };
        let goes = variable.destinations.hd && variable.role != Some(Role::Patient);
        Self {
            reading,
            goes,
            elsewhere: variable.repeat.is_some() || variable.calculation.is_some(),
            has_calculation: variable.calculation.is_some(),
            is_volatile: definition.volatile.binary_search(&at).is_ok(),
            keeps_its_value: variable.calculation.as_ref().is_some_and(Calculation::keeps_its_value),
            repeat: variable.repeat,
            role: variable.role,
            key: variable.key,
            label,
            before_choice,
            choices,
            format: variable.format,
            required: variable.required.clone(),
            relevant: variable.relevant.clone(),
            constraint: variable.constraint.clone(),
            codes: variable.codes.clone(),
            filter: variable.filter.clone(),
        }
    }
}

fn written(choices: &[Choice], before: &[u8]) -> Choices {
    let one = |choice: &Choice| {
        let mut text = before.to_vec();
        match choice.truth {
            Some(truth) => text.extend_from_slice(truth.to_string().as_bytes()),
            None => json::write_string(&mut text, &choice.code),
        }
        text.into_boxed_slice()
    };
    choices.iter().map(one).collect()
}

impl Reading {
    fn is_quoted(self) -> bool {
        !matches!(self, Self::Choice(_) | Self::Choices(_) | Self::Integer | Self::Decimal)
    }
}

impl Steps {
    pub(super) fn of(plans: &[Plan], definition: &Definition) -> Self {
        let places = |has: &dyn Fn(&Plan) -> bool| -> Vec<usize> {
            (0..plans.len()).filter(|at| has(&plans[*at])).collect()
        };
        let is_free = |plan: &Plan| {
            !matches!(plan.reading, Reading::Choice(_) | Reading::Choices(_))
                && !matches!(plan.reading, Reading::Date | Reading::Time | Reading::Moment)
        };
        let has_rules = |plan: &Plan| {
            plan.key
                || plan.relevant.is_some()
                || plan.constraint.is_some()
                || plan.filter.is_some()
                || !matches!(plan.required, Required::Never)
        };
        let of_repeat = |repeat: Option<usize>| {
            [
                places(&|plan| plan.repeat == repeat && plan.codes.is_some()),
                places(&|plan| plan.repeat == repeat && has_rules(plan)),
            ]
        };
        let [coded, ruled] = of_repeat(None);
        Self {
            coded,
            ruled,
            inside: (0..definition.repeats.len()).map(|repeat| of_repeat(Some(repeat))).collect(),
            keys: keys(&places(&|plan| plan.key), definition),
            could_tell: places(&|plan| plan.goes && is_free(plan)),
        }
    }
}

/// Capitals make no difference in names, so they make none here.
fn keys(places: &[usize], definition: &Definition) -> Vec<(Box<[u8]>, usize)> {
    let label = |at: &usize| format!("{}=", definition.variables[*at].name.to_ascii_lowercase());
    let mut keys: Vec<_> = places.iter().map(|at| (label(at).into_bytes().into(), *at)).collect();
    keys.sort_unstable();
    keys
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
            belgium: place(Role::Country)
                .and_then(|at| definition.list_of(&definition.variables[at])?.find("BE")),
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
