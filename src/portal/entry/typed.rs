//! What was typed in a form, as the cells of a row.
//!
//! Fields are called `v-VARIABLE`, those of a repeat `r-REPEAT-NUMBER-VARIABLE`
//! with the number of the instance from 1, and `n-REPEAT` says how many
//! instances there are. The names are also the ids on the page.

use super::stored::Stored;
use crate::{
    definition::{Definition, Kind, List, Variable},
    domain::form::{FIELDS, Form},
};

/// No form lets a person add more instances of a repeat.
pub const MOST_INSTANCES: usize = 100;

/// Room for the fields of a form that are not of its definition.
const OWN_FIELDS: usize = 20;

/// Where a variable of a repeat is: the repeat, the place of its first
/// variable, and the number of the instance, from 1.
pub type InInstance = (usize, usize, usize);

/// Cells of a row, as typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed {
    /// One for each variable; those of repeats are empty.
    pub cells: Vec<String>,
    /// The instances of each repeat: a cell for each of its variables.
    pub repeats: Vec<Vec<Vec<String>>>,
}

impl Typed {
    /// Nothing, with no instance of any repeat.
    pub fn empty(definition: &Definition) -> Self {
        Self {
            cells: vec![String::new(); definition.variables.len()],
            repeats: vec![Vec::new(); definition.repeats.len()],
        }
    }

    /// What a new form begins with: the definition's defaults, one new
    /// instance of each repeat that has no count, and `email` for the author if the definition
    /// asks for one. What expressions begin with comes by
    /// [`Judging::begin`](super::judged::Judging::begin).
    pub fn defaults(definition: &Definition, email: &str) -> Self {
        let mut typed = Self::empty(definition);
        for (at, variable) in definition.variables.iter().enumerate() {
            if variable.repeat.is_none() {
                typed.cells[at] = match variable.name.as_str() {
                    "TX_AUTHOR" => email.to_owned(),
                    _ => default(variable),
                };
            }
        }
        for (place, repeat) in definition.repeats.iter().enumerate() {
            if repeat.count.is_none() {
                typed.add_instance(definition, place);
            }
        }
        typed
    }

    /// The fields of a form that goes on from `stored`. A repeat has as many
    /// instances as the form says, but no more than a person may add or than
    /// are stored: more come by a file only.
    pub fn read(definition: &Definition, form: &Form, stored: Option<&Stored>) -> Self {
        let fields = form.by_name();
        let read = |variable: &Variable, name: &str| {
            let values = fields.get(name).map_or(&[][..], Vec::as_slice);
            match (variable.kind, definition.list_of(variable)) {
                (Kind::SelectMultiple(_), _) => {
                    values.iter().filter(|it| !it.is_empty()).copied().collect::<Vec<_>>().join("|")
                }
                (_, Some(list)) => {
                    chosen(list, values.first().copied().unwrap_or_default().trim()).to_owned()
                }
                _ => values.first().copied().unwrap_or_default().trim().replace("\r\n", "\n"),
            }
        };
        let mut typed = Self::empty(definition);
        for (at, variable) in definition.variables.iter().enumerate() {
            if variable.repeat.is_none() {
                typed.cells[at] = read(variable, &flat_name(variable));
            }
        }
        for (place, repeat) in definition.repeats.iter().enumerate() {
            let count = form.get(&count_name(&repeat.name)).parse::<usize>().unwrap_or(0);
            let known = stored.map_or(&[][..], |stored| &stored.cells.repeats[place]);
            let variables = &definition.variables[repeat.variables.clone()];
            typed.repeats[place] = (1..=count.min(most_instances(definition).max(known.len())))
                .map(|number| {
                    let cell = |(at, variable): (usize, &Variable)| {
                        let name = inner_name(&repeat.name, number, variable);
                        let typed = read(variable, &name);
                        if !typed.is_empty() || !variable.identifies {
                            return typed;
                        }
                        // What is stored and not shown stays if nothing is typed.
                        let kept = fields.get(kept_name(&name).as_str()).and_then(|it| it.first());
                        let kept = kept.and_then(|kept| kept.parse::<usize>().ok()?.checked_sub(1));
                        let kept = kept.and_then(|kept| known.get(kept));
                        kept.map_or_else(String::new, |cells| cells[at].clone())
                    };
                    variables.iter().enumerate().map(cell).collect()
                })
                .collect();
        }
        typed
    }

    /// Puts what is stored where the form leaves it alone: in fields that do
    /// not change, and in those whose value is not shown and was not typed anew.
    pub fn fill(&mut self, definition: &Definition, stored: &Stored) {
        for (at, variable) in definition.variables.iter().enumerate() {
            if stored.locks(variable) || (self.cells[at].is_empty() && stored.hides(definition, at)) {
                self.cells[at].clone_from(&stored.cells.cells[at]);
            }
        }
    }

    /// Puts what the form began with into the fields that nobody types in.
    pub fn give(&mut self, definition: &Definition, begun: &Self) {
        for (at, variable) in definition.variables.iter().enumerate().filter(|(_, it)| is_given(it)) {
            let Some(repeat) = variable.repeat else {
                self.cells[at].clone_from(&begun.cells[at]);
                continue;
            };
            // Instances come and go, so theirs is one that some instance had. What
            // an expression says differs from one to the other.
            let at = at - definition.repeats[repeat].variables.start;
            let known: Vec<_> = begun.repeats[repeat].iter().filter_map(|cells| cells.get(at)).collect();
            for cells in &mut self.repeats[repeat] {
                if variable.begins.is_none() && !known.contains(&&cells[at]) {
                    cells[at] = default(variable);
                }
            }
        }
    }

    /// Adds a blank instance of a repeat, as far as there may be more.
    pub fn add_instance(&mut self, definition: &Definition, repeat: usize) {
        let variables = &definition.variables[definition.repeats[repeat].variables.clone()];
        if self.repeats[repeat].len() < most_instances(definition) {
            self.repeats[repeat].push(variables.iter().map(default).collect());
        }
    }

    /// The cell of a variable, in a repeat that of an instance.
    pub fn cell(&mut self, at: usize, instance: Option<InInstance>) -> Option<&mut String> {
        match instance {
            None => self.cells.get_mut(at),
            Some((repeat, first, number)) => {
                self.repeats[repeat].get_mut(number.checked_sub(1)?)?.get_mut(at - first)
            }
        }
    }

    /// Takes the instance with this number, from 1, away.
    pub fn remove_instance(&mut self, repeat: usize, number: usize) {
        if (1..=self.repeats[repeat].len()).contains(&number) {
            self.repeats[repeat].remove(number - 1);
        }
    }
}

/// A form lets a person add instances of each repeat up to so many: no more than
/// it can send.
pub fn most_instances(definition: &Definition) -> usize {
    let (inner, flat): (Vec<_>, Vec<_>) =
        definition.variables.iter().partition(|variable| variable.repeat.is_some());
    let sum = |variables: &[&Variable]| variables.iter().map(|it| fields_of(definition, it)).sum::<usize>();
    let room = FIELDS.saturating_sub(sum(&flat) + definition.repeats.len() + OWN_FIELDS);
    (room / sum(&inner).max(1)).clamp(1, MOST_INSTANCES)
}

/// How many fields a browser sends of the form as it stands.
pub fn fields(definition: &Definition, typed: &Typed) -> usize {
    let of = |(variable, cell): (&Variable, &String)| match variable.kind {
        Kind::SelectMultiple(_) => cell.split('|').count(),
        _ => fields_of(definition, variable),
    };
    let flat = definition.variables.iter().zip(&typed.cells).filter(|(it, _)| it.repeat.is_none()).map(of);
    let repeats = definition.repeats.iter().zip(&typed.repeats);
    let inner = repeats.flat_map(|(repeat, instances)| {
        let variables = &definition.variables[repeat.variables.clone()];
        instances.iter().flat_map(move |cells| variables.iter().zip(cells).map(of))
    });
    flat.sum::<usize>() + inner.sum::<usize>() + definition.repeats.len() + OWN_FIELDS
}

/// How many fields it may send of a variable.
fn fields_of(definition: &Definition, variable: &Variable) -> usize {
    match (variable.kind, definition.list_of(variable)) {
        (Kind::SelectMultiple(_), Some(list)) => list.choices.len().max(1),
        // One more says in which instance its hidden value is.
        _ => 1 + usize::from(variable.identifies),
    }
}

/// Whether a variable has a value that nobody types and nothing calculates.
pub fn is_given(variable: &Variable) -> bool {
    variable.read_only && variable.calculation.is_none()
}

/// The name of the field of a variable outside of repeats.
pub fn flat_name(variable: &Variable) -> String {
    format!("v-{}", variable.name)
}

/// The name of the field of a variable in an instance, from 1.
pub fn inner_name(repeat: &str, number: usize, variable: &Variable) -> String {
    format!("r-{repeat}-{number}-{}", variable.name)
}

/// The name of the field that says how many instances there are.
pub fn count_name(repeat: &str) -> String {
    format!("n-{repeat}")
}

/// The name of the field that says in which stored instance the value is that
/// the field called `name` does not show.
pub fn kept_name(name: &str) -> String {
    format!("k-{name}")
}

/// What a default says by itself, which an expression does not.
pub fn default(variable: &Variable) -> String {
    if variable.begins.is_some() { String::new() } else { variable.default.clone() }
}

/// How a choice is written in a field that is typed in.
pub fn typed_choice(label: &str, code: &str) -> String {
    if label == code { code.to_owned() } else { format!("{label} ({code})") }
}

/// The code of what was typed or picked: a code, a label, or `Label (code)`.
fn chosen<'a>(list: &'a List, text: &'a str) -> &'a str {
    let code = |at: usize| list.choices[at].code.as_str();
    if let Some(at) = list.find(text) {
        return code(at);
    }
    let inner = text.strip_suffix(')').and_then(|text| Some(text.rsplit_once('(')?.1));
    inner.and_then(|inner| list.find_code(inner)).map_or(text, code)
}
