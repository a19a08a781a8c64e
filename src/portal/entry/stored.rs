//! What a form begins with: a registration that is continued or corrected, or
//! an earlier one of the same patient.

use std::collections::BTreeMap;

use super::typed::Typed;
use crate::{
    definition::{Definition, Variable},
    domain::registration::RegistrationId,
    portal::values::Json,
};

/// The cells of a registration that the form goes on from.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The registration.
    pub id: RegistrationId,
    /// Its values as cells.
    pub cells: Typed,
    /// How the form goes on from it.
    pub how: How,
    /// The technical columns: group of the author, author, co-author.
    pub authors: [String; 3],
}

/// How a form goes on from a registration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// It is a draft.
    Continue,
    /// It was submitted; its business key stays.
    Correct,
    /// It was submitted, and its business key is wrong.
    Move,
    /// Another registration begins with what is known of the patient.
    Prefill,
}

impl Stored {
    /// The stored values of `definition`'s variables, a yes or no as its code.
    pub fn new(
        id: RegistrationId,
        definition: &Definition,
        values: &BTreeMap<String, Json>,
        how: How,
    ) -> Self {
        let mut cells = Typed::empty(definition);
        for (at, variable) in definition.variables.iter().enumerate() {
            let is_taken = match how {
                How::Prefill => variable.role.is_some() && variable.calculation.is_none(),
                _ => true,
            };
            if is_taken && variable.repeat.is_none() {
                cells.cells[at] = values.get(&variable.name).map_or_else(String::new, cell);
            }
        }
        if how != How::Prefill {
            for (place, repeat) in definition.repeats.iter().enumerate() {
                let instances = values.get(&repeat.name).and_then(Json::as_array).into_iter().flatten();
                cells.repeats[place] = instances
                    .filter_map(Json::as_object)
                    .map(|instance| {
                        let variables = &definition.variables[repeat.variables.clone()];
                        let of =
                            |variable: &Variable| instance.get(&variable.name).map_or_else(String::new, cell);
                        variables.iter().map(of).collect()
                    })
                    .collect();
            }
        }
        let author = |name: &str| values.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let authors = ["TX_AUTHOR_GR", "TX_AUTHOR", "TX_COAUTHOR"].map(author);
        Self { id, cells, how, authors }
    }

    /// Whether the form changes this very registration.
    pub fn is_same_registration(&self) -> bool {
        self.how != How::Prefill
    }

    /// Whether a variable's value is not changed here: it is part of the
    /// business key of what is corrected.
    pub fn locks(&self, variable: &Variable) -> bool {
        self.how == How::Correct && variable.key
    }

    /// Whether the stored value of a variable outside of repeats is kept without
    /// being shown: it tells who the patient is.
    pub fn hides(&self, definition: &Definition, at: usize) -> bool {
        definition.variables[at].identifies && !self.cells.cells[at].is_empty()
    }

    /// Whether the `value` that a variable has in the form tells who the patient
    /// is and is not what somebody typed there: it is stored, or calculated,
    /// maybe from what is.
    pub fn keeps(&self, definition: &Definition, at: usize, value: &str) -> bool {
        let variable = &definition.variables[at];
        match (&variable.calculation, variable.repeat) {
            (Some(_), _) => variable.identifies && !value.is_empty(),
            (None, None) => self.hides(definition, at) && (value.is_empty() || value == self.cells.cells[at]),
            (None, Some(_)) => self.instance_with(definition, at, value).is_some(),
        }
    }

    /// The number, from 1, of a stored instance whose hidden value of a variable
    /// is this one.
    pub fn instance_with(&self, definition: &Definition, at: usize, value: &str) -> Option<usize> {
        let variable = &definition.variables[at];
        let repeat = variable.repeat.filter(|_| variable.identifies && variable.calculation.is_none())?;
        let inner = at - definition.repeats[repeat].variables.start;
        let is_it = |cells: &Vec<String>| !value.is_empty() && cells[inner] == value;
        Some(self.cells.repeats[repeat].iter().position(is_it)? + 1)
    }
}

/// What a stored value says as a cell.
fn cell(value: &Json) -> String {
    match value {
        Json::Null | Json::Object(_) => String::new(),
        Json::String(text) => text.clone(),
        Json::Number(digits) => digits.clone(),
        Json::Bool(truth) => truth.to_string(),
        Json::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join("|"),
    }
}
