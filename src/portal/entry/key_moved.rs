//! Which answers make the business key of a correction another one: a part of
//! the key may be calculated, or not be asked any more.

use std::collections::BTreeSet;

use super::{
    judged::{Judged, label_of, local},
    stored::Stored,
    typed::{self, Typed},
};
use crate::{
    definition::{Calculation, Definition, Expression},
    language::Language,
};

/// The field and the label of each answer that differs from what is stored, and
/// that a part of the key hangs on which is not what it was.
pub fn reasons(
    definition: &Definition,
    typed: &Typed,
    judged: &Judged,
    stored: &Stored,
    language: Language,
) -> Vec<(String, String)> {
    let mut behind = BTreeSet::new();
    for (at, variable) in definition.variables.iter().enumerate().filter(|(_, it)| it.key) {
        let Some(look) = judged.look(at, None) else { continue };
        let is_moved = match &variable.calculation {
            Some(_) => look.value != stored.cells.cells[at],
            None => !look.relevant,
        };
        if is_moved {
            let relevant = variable.relevant.iter().flat_map(Expression::mentions);
            let calculation = variable.calculation.iter().flat_map(Calculation::mentions);
            behind.extend(relevant.chain(calculation).filter_map(|name| definition.variable(name)));
        }
    }
    let between = behind.iter().filter_map(|at| definition.variables[*at].calculation.as_ref());
    let further: Vec<usize> = between.flat_map(|calculation| definition.behind(calculation)).collect();
    behind.extend(further);
    let differs = |at: &usize| {
        let variable = &definition.variables[*at];
        let (now, before) = (&typed.cells[*at], &stored.cells.cells[*at]);
        variable.calculation.is_none() && variable.repeat.is_none() && now != before && *now != local(before)
    };
    let told = |at: usize| {
        let variable = &definition.variables[at];
        (typed::flat_name(variable), label_of(variable, None, language))
    };
    behind.into_iter().filter(differs).map(told).collect()
}
