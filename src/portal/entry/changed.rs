//! What is told where a registration was replaced or withdrawn while somebody
//! typed in its form.

use serde::Serialize;

use super::{
    control::{control, shaped},
    judged::{Judged, label, label_of},
    stored::Stored,
    typed::Typed,
};
use crate::{
    definition::{Definition, Variable},
    domain::registration::RegistrationId,
    language::Language,
};

/// The field of a form that names the older version that it was opened as.
pub const OVER: &str = "over";

/// That something else took the place of what was opened.
#[derive(Clone, Copy, Debug)]
pub struct Changed {
    /// What did, if the person may open it.
    pub newest: Option<RegistrationId>,
    /// Whether the person may go on in it with what was typed.
    pub may_go_on: bool,
}

/// What the page's script is told of it.
#[derive(Debug, Serialize)]
pub struct LiveChanged<'a> {
    /// What happened, and how to go on.
    pub changed: &'a str,
    /// The address of the newest version.
    pub newest: Option<String>,
    /// The words of the link to it.
    pub open: &'a str,
    /// When what was typed was kept, in a sentence; empty if it was not.
    pub kept: &'a str,
}

/// The labels of answers that are not what is stored. What is calculated is
/// nobody's answer, and what is not asked is none.
pub fn differing(
    definition: &Definition,
    typed: &Typed,
    judged: &Judged,
    stored: &Stored,
    language: Language,
) -> Vec<String> {
    let differs = |variable: &Variable, one: &str, other: &str| {
        let list = definition.list_of(variable);
        let seen = |value| shaped(control(variable, list, value), list, None, value, language);
        variable.calculation.is_none() && one != other && seen(one) != seen(other)
    };
    let mut labels = Vec::new();
    for (at, variable) in definition.variables.iter().enumerate().filter(|(_, it)| it.repeat.is_none()) {
        let (one, other) = (&typed.cells[at], &stored.cells.cells[at]);
        let is_asked = judged.look(at, None).is_none_or(|look| look.relevant);
        if differs(variable, one, other) && (is_asked || !other.is_empty()) {
            labels.push(label_of(variable, None, language));
        }
    }
    for (repeat, (ones, others)) in
        definition.repeats.iter().zip(typed.repeats.iter().zip(&stored.cells.repeats))
    {
        let variables = &definition.variables[repeat.variables.clone()];
        let is_other = |(ones, others): (&Vec<String>, &Vec<String>)| {
            variables.iter().zip(ones.iter().zip(others)).any(|(it, (one, other))| differs(it, one, other))
        };
        if ones.len() != others.len() || ones.iter().zip(others).any(is_other) {
            labels.push(label(repeat.labels.get(language), &repeat.name).to_owned());
        }
    }
    labels
}
