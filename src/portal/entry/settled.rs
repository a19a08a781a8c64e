//! What `once()` keeps while a form is filled in.
//!
//! It keeps what is stored, not what the page showed before: else it would take
//! the first letter of an answer. So it follows the answers until they are
//! submitted, and comes to what a file with the same answers would give. What
//! hangs on no answer, such as the moment at which a form was begun, stays as it
//! was first shown.

use super::{
    judged::local,
    stored::{How, Stored},
    typed::Typed,
};
use crate::definition::{Calculation, Definition};

/// Puts into each cell of a calculation with `once()` what that keeps, or
/// nothing.
pub fn settle(definition: &Definition, cells: &mut Typed, stored: Option<&Stored>) {
    let stored = stored.filter(|stored| stored.is_same_registration());
    for (at, variable) in definition.variables.iter().enumerate() {
        let calculation = variable.calculation.as_ref().filter(|calculation| calculation.keeps_its_value());
        let Some(calculation) = calculation else { continue };
        let Some(repeat) = variable.repeat else {
            let known = stored.map(|stored| (stored, None, stored.cells.cells[at].as_str()));
            cells.cells[at] = kept(definition, calculation, (cells, None, &cells.cells[at]), known);
            continue;
        };
        let inner = at - definition.repeats[repeat].variables.start;
        for index in 0..cells.repeats[repeat].len() {
            let shown = &cells.repeats[repeat][index][inner];
            let known = stored.and_then(|stored| {
                let origin = origin(definition, stored, cells, (repeat, index), inner)?;
                Some((stored, Some((repeat, origin)), stored.cells.repeats[repeat][origin][inner].as_str()))
            });
            let kept = kept(definition, calculation, (cells, Some((repeat, index)), shown), known);
            cells.repeats[repeat][index][inner] = kept;
        }
    }
}

/// A repeat and the place of one of its instances.
type Instance = Option<(usize, usize)>;

fn kept(
    definition: &Definition,
    calculation: &Calculation,
    (cells, instance, shown): (&Typed, Instance, &str),
    known: Option<(&Stored, Instance, &str)>,
) -> String {
    match known.filter(|(.., value)| !value.is_empty()) {
        // A draft is not settled where its answers change.
        Some((stored, before, value))
            if stored.how != How::Continue
                || is_same(definition, calculation, (cells, instance), (&stored.cells, before)) =>
        {
            value.to_owned()
        }
        _ if calculation.mentions().is_empty() => shown.to_owned(),
        _ => String::new(),
    }
}

/// Whether the answers that a calculation hangs on are what is stored.
fn is_same(
    definition: &Definition,
    calculation: &Calculation,
    (now, instance): (&Typed, Instance),
    (before, origin): (&Typed, Instance),
) -> bool {
    let behind = definition.behind(calculation);
    let between = behind.iter().filter_map(|at| definition.variables[*at].calculation.as_ref());
    let mut names = between.chain([calculation]).flat_map(Calculation::mentions);
    let repeats = &definition.repeats;
    let has_other_length = |name| {
        let repeat = repeats.iter().position(|repeat| repeat.name == name);
        repeat.is_some_and(|repeat| now.repeats[repeat].len() != before.repeats[repeat].len())
    };
    if names.any(has_other_length) {
        return false;
    }
    let is_it = |one: &String, other: &String| one == other || *one == local(other);
    behind.iter().filter(|at| definition.variables[**at].calculation.is_none()).all(|at| {
        let Some(repeat) = definition.variables[*at].repeat else {
            return is_it(&now.cells[*at], &before.cells[*at]);
        };
        let inner = at - repeats[repeat].variables.start;
        let (now, before) = (&now.repeats[repeat], &before.repeats[repeat]);
        match (instance, origin) {
            (Some((of, index)), Some((_, origin))) if of == repeat => {
                is_it(&now[index][inner], &before[origin][inner])
            }
            _ => {
                now.len() == before.len() && now.iter().zip(before).all(|(a, b)| is_it(&a[inner], &b[inner]))
            }
        }
    })
}

/// The place of the stored instance that one came from: instances are taken away
/// or added at the end, so it stood no earlier. It has the same answers, or what
/// it shows at `inner`; if as many are there as before, it stands where it did,
/// unless what was stored there stands elsewhere now.
fn origin(
    definition: &Definition,
    stored: &Stored,
    cells: &Typed,
    (repeat, index): (usize, usize),
    inner: usize,
) -> Option<usize> {
    let (instances, known) = (&cells.repeats[repeat], &stored.cells.repeats[repeat]);
    let variables = &definition.variables[definition.repeats[repeat].variables.clone()];
    let instance = &instances[index];
    let is_like = |one: &[String], other: &[String]| {
        let mut answers =
            variables.iter().zip(one.iter().zip(other)).filter(|(it, _)| it.calculation.is_none());
        answers.all(|(_, (one, other))| one == other || *one == local(other))
    };
    let has_answers = |other: &Vec<String>| is_like(instance, other);
    let shows = |other: &Vec<String>| !instance[inner].is_empty() && instance[inner] == other[inner];
    let find = |is_it: &dyn Fn(&Vec<String>) -> bool| {
        known.iter().enumerate().skip(index).find(|(_, it)| is_it(it)).map(|(at, _)| at)
    };
    let is_elsewhere = || instances.iter().any(|one| is_like(one, &known[index]));
    let stays = || (instances.len() == known.len() && !is_elsewhere()).then_some(index);
    find(&has_answers).or_else(|| find(&shows)).or_else(stays)
}
