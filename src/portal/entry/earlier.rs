//! Answers that were given in other versions of a definition. What the version
//! at hand does not ask goes along with the form, so that nothing of it is lost
//! where the form goes on in such a version again.
//!
//! The page has it in fields called [`WAS`], one for each version, the latest
//! first: the value of one is what the fields of a form of that version are.

use std::sync::Arc;

use super::{
    control::words,
    desk::Desk,
    judged::{label, label_of},
    onward::{VERSION, filled_in},
    stored::Stored,
    typed::{Typed, count_name, flat_name, inner_name, kept_name},
};
use crate::{
    definition::{Definition, Repeat, Variable, Version},
    domain::form::{Form, encode},
    error::Result,
    language::Language,
    store::Tx,
};

/// The field of a form that holds answers to another version.
pub const WAS: &str = "was";

/// Nobody goes through more versions with one form.
const MOST: usize = 8;

/// Answers to a version.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// The version.
    pub definition: Arc<Definition>,
    /// They; some of them only, if a later version asked the others as well.
    pub cells: Typed,
    /// The draft that is continued, in this version.
    stored: Option<Stored>,
}

/// Answers that the version at hand does not ask.
#[derive(Debug, Default, PartialEq)]
pub struct Left {
    /// The labels of those that are stored.
    pub stored: Vec<String>,
    /// The others, which are nowhere else: their labels and what they say.
    pub unsaved: Vec<(String, String)>,
}

/// The oldest version that a form was filled in by.
pub fn begun_in(form: &Form) -> Option<Version> {
    let was = form.all(WAS).take(MOST).filter_map(|was| filled_in(&Form::read(was.as_bytes())));
    was.chain(filled_in(form)).min()
}

/// What goes along with a form, the latest version first; `stored` gives the
/// draft that is continued, in a version.
pub fn read(
    desk: &Desk,
    tx: &Tx<'_>,
    name: &str,
    form: &Form,
    stored: impl Fn(&Definition) -> Option<Stored>,
) -> Result<Vec<Earlier>> {
    let mut all: Vec<Earlier> = Vec::new();
    for was in form.all(WAS).take(MOST) {
        let was = Form::read(was.as_bytes());
        let Some(version) = filled_in(&was) else { continue };
        let is_known = all.iter().any(|known| known.definition.version == version);
        let Some(found) = desk.exactly(tx, name, version)?.filter(|_| !is_known) else { continue };
        let stored = stored(&found.definition);
        all.push(Earlier::typed(found.definition, &was, stored));
    }
    Ok(all)
}

impl Earlier {
    /// What was typed in a form of this version.
    pub fn typed(definition: Arc<Definition>, form: &Form, stored: Option<Stored>) -> Self {
        let mut cells = Typed::read(&definition, form, stored.as_ref());
        if let Some(stored) = &stored {
            cells.fill(&definition, stored);
        }
        Self { definition, cells, stored }
    }

    /// What is stored in this version. Which instance of a repeat is which in a
    /// form of another version is not known, so of repeats that `shown` has as
    /// well there is nothing.
    pub fn stored(definition: Arc<Definition>, stored: Stored, shown: Option<&Definition>) -> Self {
        let mut cells = stored.cells.clone();
        for (repeat, instances) in definition.repeats.iter().zip(&mut cells.repeats) {
            if shown.is_some_and(|shown| shown.repeats.iter().any(|other| other.name == repeat.name)) {
                instances.clear();
            }
        }
        Self { definition, cells, stored: Some(stored) }
    }

    /// Keeps the instances of repeats with those of the form, of which there
    /// were those in `before` and are those in `after`. One with answers is
    /// never taken away by a count, which may be half typed.
    pub fn follow(&mut self, shown: &Definition, before: &Typed, after: &Typed) {
        for (place, repeat) in shown.repeats.iter().enumerate() {
            let own = self.definition.repeats.iter().position(|other| other.name == repeat.name);
            let (before, after) = (&before.repeats[place], &after.repeats[place]);
            let Some(own) = own.filter(|_| after.len() < before.len()) else { continue };
            let mut number = 0;
            let mut stays = after.iter().peekable();
            self.cells.repeats[own].retain(|cells| {
                let is_it = before.get(number) == stays.peek().copied();
                number += 1;
                (is_it && stays.next().is_some()) || cells.iter().any(|cell| !cell.is_empty())
            });
        }
    }

    /// Takes the instance with this number, from 1, of a repeat away.
    pub fn remove_instance(&mut self, repeat: &str, number: usize) {
        if let Some(place) = self.definition.repeats.iter().position(|other| other.name == repeat) {
            self.cells.remove_instance(place, number);
        }
    }

    /// The value of the field that holds what `into` and the later versions do
    /// not ask; none if nothing is left and nothing was begun here.
    pub fn write(&self, into: &Definition, later: &[Self]) -> Option<String> {
        let definition = &*self.definition;
        let mut fields = vec![(VERSION.to_owned(), definition.version.to_string())];
        let keeps = |at: usize, value: &str| {
            self.stored.as_ref().is_some_and(|stored| stored.keeps(definition, at, value))
        };
        let is_left = |at: usize| self.is_left(&definition.variables[at], into, later);
        for (at, cell) in self.cells.cells.iter().enumerate() {
            let variable = &definition.variables[at];
            let is_flat = variable.repeat.is_none() && !cell.is_empty();
            if is_flat && !keeps(at, cell) && is_left(at) {
                fields.push((flat_name(variable), cell.clone()));
            }
        }
        for (repeat, instances) in definition.repeats.iter().zip(&self.cells.repeats) {
            let places: Vec<_> = repeat.variables.clone().filter(|at| is_left(*at)).collect();
            if places.is_empty() || instances.is_empty() {
                continue;
            }
            fields.push((count_name(&repeat.name), instances.len().to_string()));
            for (number, cells) in (1..).zip(instances) {
                for at in &places {
                    let cell = &cells[at - repeat.variables.start];
                    let name = inner_name(&repeat.name, number, &definition.variables[*at]);
                    // What tells who the patient is stays where it is stored.
                    match self.stored.as_ref().and_then(|it| it.instance_with(definition, *at, cell)) {
                        Some(known) => fields.push((kept_name(&name), known.to_string())),
                        None if cell.is_empty() => {}
                        None => fields.push((name, cell.clone())),
                    }
                }
            }
        }
        let is_worth_it = fields.len() > 1 || definition.version < into.version;
        let written = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        is_worth_it.then(|| written.collect::<Vec<_>>().join("&"))
    }

    /// Whether an answer would be nowhere in `into`, and is not in what `later`
    /// versions asked.
    fn is_left(&self, variable: &Variable, into: &Definition, later: &[Self]) -> bool {
        let repeat = variable.repeat.map(|repeat| self.definition.repeats[repeat].name.as_str());
        let asks = |other: &Definition| asked(other, repeat, &variable.name).is_some();
        // What is calculated is calculated anew.
        variable.calculation.is_none() && !asks(into) && !later.iter().any(|later| asks(&later.definition))
    }
}

/// The answers to `into`, each from the latest version that asks it.
pub fn gather(all: &[Earlier], into: &Definition) -> Typed {
    let mut gathered = Typed::empty(into);
    for (at, variable) in into.variables.iter().enumerate().filter(|(_, it)| it.repeat.is_none()) {
        let given = |it: &Earlier| Some(it.cells.cells[asked(&it.definition, None, &variable.name)?].clone());
        let shown =
            || Some(all.first()?.cells.cells[known(&all.first()?.definition, None, variable)?].clone());
        gathered.cells[at] = all.iter().find_map(given).or_else(shown).unwrap_or_default();
    }
    for (place, repeat) in into.repeats.iter().enumerate() {
        let name = Some(repeat.name.as_str());
        let is_it = |other: &Repeat| other.name == repeat.name;
        let own = |it: &Earlier| Some(it.cells.repeats[it.definition.repeats.iter().position(is_it)?].len());
        let first = all.iter().find(|it| it.definition.repeats.iter().any(is_it));
        let columns: Vec<_> = into.variables[repeat.variables.clone()]
            .iter()
            .map(|variable| {
                let given = |it| column(it, asked(&it.definition, name, &variable.name)?);
                let shown = |it| column(it, known(&it.definition, name, variable)?);
                all.iter().find_map(given).or_else(|| first.and_then(shown))
            })
            .collect();
        let cell = |number: usize, column: &Option<Column<'_>>| {
            let (instances, at) = column.as_ref()?;
            instances.get(number)?.get(*at).cloned()
        };
        let instance = |number| columns.iter().map(|it| cell(number, it).unwrap_or_default()).collect();
        gathered.repeats[place] = (0..first.and_then(own).unwrap_or_default()).map(instance).collect();
    }
    gathered
}

/// The instances of a repeat, and the place of a variable in each.
type Column<'a> = (&'a [Vec<String>], usize);

fn column(earlier: &Earlier, at: usize) -> Option<Column<'_>> {
    let repeat = earlier.definition.variables[at].repeat?;
    Some((&earlier.cells.repeats[repeat], at - earlier.definition.repeats[repeat].variables.start))
}

/// What `into` does not ask of all that was answered.
pub fn left(all: &[Earlier], into: &Definition, language: Language) -> Left {
    let mut left = Left::default();
    for (number, earlier) in all.iter().enumerate() {
        let Earlier { definition, cells, stored } = earlier;
        let is_left = |variable: &Variable| earlier.is_left(variable, into, &all[..number]);
        let says = |variable: &Variable, cell: &str| words(definition.list_of(variable), cell, language);
        for (at, variable) in definition.variables.iter().enumerate() {
            let cell = &cells.cells[at];
            if variable.repeat.is_some() || cell.is_empty() || !is_left(variable) {
                continue;
            }
            let told = label_of(variable, None, language);
            match stored.as_ref().is_some_and(|stored| stored.cells.cells[at] == *cell) {
                true => left.stored.push(told),
                false => left.unsaved.push((told, says(variable, cell))),
            }
        }
        for (place, repeat) in definition.repeats.iter().enumerate() {
            let inner = repeat.variables.clone().enumerate();
            for (inner, at) in inner.filter(|(_, at)| is_left(&definition.variables[*at])) {
                let variable = &definition.variables[at];
                let known = stored.as_ref().map_or(&[][..], |stored| &stored.cells.repeats[place]);
                let is_stored = |cell: &String| known.iter().any(|known| known[inner] == *cell);
                let given = (1..).zip(&cells.repeats[place]).map(|(number, cells)| (number, &cells[inner]));
                let given: Vec<_> = given.filter(|(_, cell)| !cell.is_empty()).collect();
                if given.iter().any(|(_, cell)| is_stored(cell)) {
                    let repeat = label(repeat.labels.get(language), &repeat.name);
                    left.stored.push(format!("{repeat}: {}", label_of(variable, None, language)));
                }
                for (number, cell) in given.into_iter().filter(|(_, cell)| !is_stored(cell)) {
                    let told = label_of(variable, Some((repeat, number)), language);
                    left.unsaved.push((told, says(variable, cell)));
                }
            }
        }
    }
    left
}

/// The place of a variable that a person answers.
fn asked(definition: &Definition, repeat: Option<&str>, name: &str) -> Option<usize> {
    let is_it = |it: &Variable| it.name == name && it.calculation.is_none();
    definition.variables.iter().position(|it| is_it(it) && is_in(definition, it, repeat))
}

/// The place of a variable, be it calculated.
fn known(definition: &Definition, repeat: Option<&str>, variable: &Variable) -> Option<usize> {
    let is_it = |it: &Variable| it.name == variable.name && is_in(definition, it, repeat);
    definition.variables.iter().position(is_it)
}

fn is_in(definition: &Definition, variable: &Variable, repeat: Option<&str>) -> bool {
    variable.repeat.map(|repeat| definition.repeats[repeat].name.as_str()) == repeat
}
