//! Texts of a form that speak of answers, with what is answered so far.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{
    control::words,
    judged::label,
    stored::Stored,
    typed::{InInstance, Typed},
};
use crate::{
    definition::{Definition, Kind, Piece, Texts, Variable},
    language::Language,
    portal::format,
    validate::{Look, Seen, SeenInstance},
};

/// So many letters of an answer are told within a text.
const MOST_LETTERS: usize = 200;

/// What is told for an answer that there is not.
const NONE: &str = "…";

/// The answers of a form so far.
pub struct Answers<'a> {
    /// What is filled in.
    pub definition: &'a Definition,
    /// As it was typed.
    pub typed: &'a Typed,
    /// What is asked and calculated.
    pub seen: &'a Seen,
    /// What it goes on from.
    pub stored: Option<&'a Stored>,
    /// In which it is told.
    pub language: Language,
}

impl Answers<'_> {
    /// A text with the answers that it speaks of, in an instance of a repeat
    /// those of that one. What an answer holds is never taken for a reference.
    pub fn tell<'t>(&self, texts: &'t Texts, instance: Option<InInstance>) -> Cow<'t, str> {
        let Some(pieces) = texts.pieces(self.language) else {
            return Cow::Borrowed(texts.get(self.language));
        };
        let told = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Cow::Borrowed(text.as_str()),
            Piece::Answer { variable, identifies } => {
                let answer = self.answer(*variable, *identifies, instance);
                answer.map_or(Cow::Borrowed(NONE), Cow::Owned)
            }
        });
        Cow::Owned(told.collect())
    }

    /// What a variable is called, in an instance of a repeat with that and its
    /// number.
    pub fn label_of(&self, variable: &Variable, instance: Option<InInstance>) -> String {
        let told = self.tell(&variable.labels, instance);
        let inner = label(&told, &variable.name);
        match instance {
            Some((repeat, _, number)) => {
                let repeat = &self.definition.repeats[repeat];
                format!("{} {number}: {inner}", label(&self.tell(&repeat.labels, instance), &repeat.name))
            }
            None => inner.to_owned(),
        }
    }

    /// What is answered, in words; none if nothing is, if it is not asked, or
    /// if it is not to be shown.
    fn answer(&self, at: usize, identifies: bool, instance: Option<InInstance>) -> Option<String> {
        let variable = &self.definition.variables[at];
        // What is outside of repeats is the same in all instances.
        let instance = instance.filter(|(repeat, ..)| variable.repeat == Some(*repeat));
        if variable.repeat.is_some() && instance.is_none() {
            return None;
        }
        let look = look(self.seen, at, instance);
        if look.is_some_and(|look| !look.relevant) {
            return None;
        }
        let value = match (variable.calculation.is_some(), instance) {
            (true, _) => look?.value.as_str(),
            (false, None) => self.typed.cells.get(at)?,
            (false, Some((repeat, first, number))) => {
                self.typed.repeats[repeat].get(number.checked_sub(1)?)?.get(at - first)?
            }
        };
        let is_hidden = |stored: &Stored| match variable.calculation {
            Some(_) => identifies,
            None => stored.hides(self.definition, at) && stored.cells.cells[at] == value,
        };
        if value.is_empty() || self.stored.is_some_and(is_hidden) {
            return None;
        }
        Some(short(self.worded(variable, value)))
    }

    fn worded(&self, variable: &Variable, value: &str) -> String {
        match variable.kind {
            Kind::Date => format::date(self.language, value),
            Kind::DateTime => moment(self.language, value),
            _ => words(self.definition.list_of(variable), value, self.language),
        }
    }
}

/// What is seen of a variable in an instance, from 1; of a blank one what is
/// seen of blank ones.
pub fn look(seen: &Seen, at: usize, instance: Option<InInstance>) -> Option<&Look> {
    let Some((repeat, first, number)) = instance else { return seen.flat.get(at) };
    let known = seen_instance(seen, repeat, number);
    known.and_then(|instance| instance.looks.get(at - first)).or_else(|| seen.flat.get(at))
}

/// What is seen of the instance of a repeat with this number, if it has a value.
pub fn seen_instance(seen: &Seen, repeat: usize, number: usize) -> Option<&SeenInstance> {
    seen.instances.get(repeat)?.iter().find(|instance| instance.number as usize == number)
}

/// A moment as a person reads it; what is none as it is.
fn moment(language: Language, value: &str) -> String {
    if let Ok(moment) = value.parse::<Timestamp>() {
        return format::time(language, moment.as_millisecond());
    }
    match value.split_once('T') {
        Some((day, clock)) => format!("{} {clock}", format::date(language, day)),
        None => format::date(language, value),
    }
}

fn short(mut answer: String) -> String {
    if let Some((end, _)) = answer.char_indices().nth(MOST_LETTERS) {
        answer.truncate(end);
        answer.push_str(NONE);
    }
    answer
}
