//! What must hold for the survey as a whole.

use super::survey::{Reader, Survey};
use crate::definition::{sheet::Problem, variable::Role};

/// Checks the business key and the roles.
pub(super) fn check(reader: &mut Reader<'_>, survey: &Survey) {
    let sheet = |id| Problem::at("survey", 0, "", id);
    if survey.variables.is_empty() {
        reader.problems.push(sheet("definition-no-variables"));
        return;
    }
    if !survey.variables.iter().any(|variable| variable.key) {
        reader.problems.push(Problem::at("survey", 0, "hd::key", "definition-no-key"));
    }
    for (place, variable) in survey.variables.iter().enumerate() {
        let row = reader.planned[place].row;
        let earlier = &survey.variables[..place];
        if variable.role.is_some() && earlier.iter().any(|other| other.role == variable.role) {
            reader.problem(row, "hd::role", "definition-role-twice", &variable.name);
        }
        if variable.repeat.is_some() && variable.key {
            reader.problem(row, "hd::key", "definition-repeat-key", "");
        }
        if variable.repeat.is_some() && variable.role.is_some() {
            reader.problem(row, "hd::role", "definition-repeat-role", &variable.name);
        }
        if variable.calculation.is_some() && variable.role == Some(Role::Patient) {
            reader.problem(row, "calculation", "definition-calculation-patient", "");
        }
    }
    for (repeat, (row, _)) in survey.repeats.iter().zip(reader.repeats.clone()) {
        if repeat.variables.is_empty() {
            reader.problem(row, "type", "definition-repeat-empty", "");
        }
    }
    let has_physician = survey.variables.iter().any(|variable| variable.role == Some(Role::Physician));
    if reader.settings.enrolment_required && !has_physician {
        reader.problems.push(sheet("definition-no-physician"));
    }
}
