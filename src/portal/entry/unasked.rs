//! Answers to what is not asked. They are not stored, and whoever gave them is
//! told so where they may come as a surprise.

use std::collections::BTreeSet;

use super::{judged::label_of, typed::Typed};
use crate::{
    definition::{Definition, Variable},
    language::Language,
    validate::{Look, Seen},
};

/// The places of such answers: the variable, and the number of the instance of
/// its repeat, from 1, or 0.
#[derive(Default)]
pub struct Unasked(BTreeSet<(usize, u32)>);

impl Unasked {
    /// Takes out the answers to what is not asked; says whether there were any.
    pub fn take(&mut self, definition: &Definition, cells: &mut Typed, seen: &Seen) -> bool {
        let before = self.0.len();
        let mut take = |at: usize, number: u32, cell: &mut String, look: Option<&Look>| {
            if !cell.is_empty() && look.is_some_and(|look| !look.relevant) {
                cell.clear();
                self.0.insert((at, number));
            }
        };
        for (at, variable) in definition.variables.iter().enumerate() {
            if variable.repeat.is_none() {
                take(at, 0, &mut cells.cells[at], seen.flat.get(at));
            }
        }
        let repeats = definition.repeats.iter().zip(cells.repeats.iter_mut().zip(&seen.instances));
        for (repeat, (instances, seen)) in repeats {
            for instance in seen {
                let Some(cells) = instances.get_mut(instance.number as usize - 1) else { continue };
                let cells = cells.iter_mut().zip(&instance.looks);
                for (at, (cell, look)) in repeat.variables.clone().zip(cells) {
                    take(at, instance.number, cell, Some(look));
                }
            }
        }
        self.0.len() > before
    }

    /// Their labels. What is calculated is nobody's answer.
    pub fn labels(&self, definition: &Definition, language: Language) -> Vec<String> {
        let answers = self.0.iter().map(|(at, number)| (&definition.variables[*at], *number as usize));
        let answers = answers.filter(|(variable, _)| variable.calculation.is_none());
        let label = |(variable, number): (&Variable, usize)| {
            let repeat = variable.repeat.map(|repeat| (&definition.repeats[repeat], number));
            label_of(variable, repeat, language)
        };
        answers.map(label).collect()
    }
}
