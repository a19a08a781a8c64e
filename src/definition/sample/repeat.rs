//! The instances of a row's repeats: as many as their count says.

use std::mem;

use super::row::{Generator, MOST_DRAWS};
use crate::definition::{Definition, Instance, Kind, Value, Values};
use crate::domain::{decimal::Decimal, moment};

/// A repeat without a count has up to so many instances, and a number on which a
/// count hangs is at most so much more than it must be.
pub(super) const FEW: usize = 3;

/// So many instances a count can ask for.
const MOST: usize = 100;

/// The rows that tell how many instances counts ask for.
const TRIAL_ROWS: u64 = 50;

/// An instance of a repeat: the cells and values of its variables.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    pub(super) cells: Vec<String>,
    values: Vec<Value>,
}

/// Whether a repeat's count hangs on each variable.
pub(super) fn drivers(definition: &Definition) -> Vec<bool> {
    let counts = definition.repeats.iter().filter_map(|repeat| repeat.count.as_ref());
    let mut drivers = vec![false; definition.variables.len()];
    counts.flat_map(|count| definition.behind(count)).for_each(|at| drivers[at] = true);
    drivers
}

/// How many instances each repeat has at most in a sample of so many rows.
pub(super) fn widths(definition: &Definition, seed: u64, rows: u64) -> Vec<usize> {
    let most = |count: bool| if count { MOST } else { FEW };
    let mut widths: Vec<usize> =
        definition.repeats.iter().map(|repeat| most(repeat.count.is_some())).collect();
    if !widths.contains(&MOST) {
        return widths;
    }
    let mut trial = Generator::new(definition, seed, 0.0, widths.clone());
    let mut seen = vec![1; widths.len()];
    for number in 0..rows.min(TRIAL_ROWS) {
        // What cannot be made is told by the sample itself.
        let Ok(()) = trial.row(number) else { break };
        for (seen, instances) in seen.iter_mut().zip(&trial.instances) {
            *seen = instances.len().max(*seen);
        }
    }
    for (place, repeat) in definition.repeats.iter().enumerate() {
        if repeat.count.is_some() {
            widths[place] = seen[place];
        }
    }
    widths
}

impl Generator<'_> {
    /// Makes the instances of all repeats. Fails with the repeat whose count
    /// cannot be met by the row's other values.
    pub(super) fn fill_repeats(&mut self) -> Result<(), usize> {
        for place in 0..self.definition.repeats.len() {
            let repeat = &self.definition.repeats[place];
            self.instances[place].clear();
            if repeat.relevant.as_ref().is_some_and(|relevant| self.holds(relevant) == Some(false)) {
                continue;
            }
            let wanted = match repeat.count {
                None => self.random.below(self.widths[place] as u64 + 1) as usize,
                Some(_) => self.wanted(place),
            };
            if wanted > self.widths[place] {
                return Err(place);
            }
            for number in 1..=wanted {
                match (1..=MOST_DRAWS).find_map(|_| self.instance(place, number)) {
                    Some(made) => self.instances[place].push(made),
                    None if repeat.count.is_none() => break,
                    None => return Err(place),
                }
            }
        }
        Ok(())
    }

    /// How many instances the repeat's count asks for.
    fn wanted(&self, place: usize) -> usize {
        let wanted = self.with_seen(|values| self.definition.repeats[place].count.as_ref()?.number(values));
        wanted.map_or(0, |wanted| wanted as usize)
    }

    /// An instance with a value in it and all that it must have; none if none
    /// was found.
    fn instance(&mut self, place: usize, number: usize) -> Option<Made> {
        let variables = self.definition.repeats[place].variables.clone();
        self.position = number;
        self.passed_over.retain(|at| !variables.contains(at));
        for at in variables.clone() {
            self.cells[at].clear();
            self.values[at] = Value::Empty;
        }
        variables.clone().for_each(|at| self.fill(at));
        for step in 0..self.unsettled.len() {
            if variables.contains(&self.unsettled[step]) {
                self.settle(self.unsettled[step]);
            }
        }
        variables.clone().for_each(|at| self.work_out(at));
        let is_given = |at: usize| self.definition.variables[at].calculation.is_none();
        let is_blank = variables.clone().all(|at| !is_given(at) || self.cells[at].is_empty());
        let is_whole = !is_blank && variables.clone().all(|at| self.is_right(at));
        self.position = 0;
        let cells = variables.clone().map(|at| mem::take(&mut self.cells[at])).collect();
        let values = variables.map(|at| mem::take(&mut self.values[at])).collect();
        is_whole.then_some(Made { cells, values })
    }

    /// Works the value of a calculated variable out, for the rules that speak of
    /// it; it has no column.
    pub(super) fn work_out(&mut self, at: usize) {
        let variable = &self.definition.variables[at];
        let Some(calculation) = &variable.calculation else { return };
        let is_asked = variable.relevant.as_ref().is_none_or(|relevant| self.holds(relevant) == Some(true));
        let cell =
            self.with_seen(|values| calculation.cell_of(variable.kind, values).map(|it| it.into_owned()));
        let cell = cell.filter(|_| is_asked).unwrap_or_default();
        let list = self.definition.list_of(variable);
        self.values[at] = match variable.kind {
            _ if cell.is_empty() => Value::Empty,
            Kind::Integer | Kind::Decimal => Decimal::parse(&cell, false).map_or(Value::Empty, Value::Number),
            Kind::Date => moment::date(&cell).map_or(Value::Empty, Value::Date),
            Kind::SelectOne(_) => {
                let choice = list.and_then(|list| list.find_code(&cell));
                choice.map_or(Value::Empty, |choice| Value::Choice(choice as u32))
            }
            Kind::Text => Value::Text { start: 0, end: cell.len() as u32 },
            Kind::DateTime | Kind::SelectMultiple(_) | Kind::Time => Value::Empty,
        };
        self.cells[at] = cell;
    }

    /// What an expression is asked about: the row so far, with its instances.
    pub(super) fn with_seen<T>(&self, ask: impl FnOnce(&Values<'_>) -> T) -> T {
        let cells: Vec<&str> = self.cells.iter().map(String::as_str).collect();
        let repeats = self.repeats();
        ask(&self.seen(&cells, &repeats))
    }

    /// The instances so far, as rules see them.
    pub(super) fn repeats(&self) -> Vec<Vec<Instance<'_>>> {
        let of = self.definition.repeats.iter().zip(&self.instances);
        of.map(|(repeat, all)| all.iter().map(|made| made.seen(repeat.variables.start)).collect()).collect()
    }
}

impl Made {
    fn seen(&self, first: usize) -> Instance<'_> {
        let cells = self.cells.iter().map(String::as_str).collect();
        Instance { first, cells, values: self.values.clone() }
    }
}
