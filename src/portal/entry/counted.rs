//! Repeats whose workbook says how many instances there are: the form has just
//! so many. Answers beyond them stay until a person takes them away.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    judged::{Judged, Judging, Purpose, label, local},
    stored::Stored,
    typed::{Typed, default, most_instances},
};
use crate::{
    definition::{Definition, Repeat, Variable},
    language::Language,
    validate::{Seen, SeenRepeat, Wanted},
};

impl Judging<'_> {
    /// Judges what was typed, once each repeat with a count has as many
    /// instances as that says: blank ones come and go, those with an answer stay.
    pub fn follow(
        &self,
        definition: &Arc<Definition>,
        typed: &mut Typed,
        stored: Option<&Stored>,
        purpose: Purpose,
    ) -> Judged {
        let mut judged = self.judge(definition, typed, stored, purpose);
        // The instances of one repeat may say how many another one has, and those
        // how many the next.
        for _ in 0..=definition.repeats.len() {
            let before = typed.clone();
            for repeat in 0..definition.repeats.len() {
                if let Some(wanted) = judged.wanted(repeat) {
                    self.fit(
                        definition,
                        typed,
                        stored,
                        &judged,
                        (repeat, wanted.min(most_instances(definition))),
                    );
                }
            }
            if *typed == before {
                break;
            }
            judged = self.judge(definition, typed, stored, purpose);
        }
        judged
    }

    fn fit(
        &self,
        definition: &Arc<Definition>,
        typed: &mut Typed,
        stored: Option<&Stored>,
        judged: &Judged,
        (repeat, wanted): (usize, usize),
    ) {
        for number in (1..=typed.repeats[repeat].len()).rev() {
            let is_more = typed.repeats[repeat].len() > wanted;
            if is_more && is_untouched(definition, typed, judged, (repeat, number)) {
                typed.remove_instance(repeat, number);
            }
        }
        while typed.repeats[repeat].len() < wanted {
            typed.add_instance(definition, repeat);
            let number = typed.repeats[repeat].len();
            self.begin(definition, typed, stored, Some((repeat, number)));
        }
    }
}

impl Judged {
    /// How many instances a repeat with a count has to have: none while that
    /// cannot be worked out. None if it has as many as a person likes, or is not
    /// asked.
    pub fn wanted(&self, repeat: usize) -> Option<usize> {
        match self.seen.repeats.get(repeat)? {
            SeenRepeat { relevant: false, .. } | SeenRepeat { wanted: Wanted::Any, .. } => None,
            SeenRepeat { wanted: Wanted::Exactly(wanted), .. } => Some(*wanted),
            SeenRepeat { wanted: Wanted::Unknown, .. } => Some(0),
        }
    }
}

/// Whether an instance has nothing but what it began with.
fn is_untouched(
    definition: &Definition,
    typed: &Typed,
    judged: &Judged,
    (repeat, number): (usize, usize),
) -> bool {
    let places = definition.repeats[repeat].variables.clone();
    let first = places.start;
    places.zip(&typed.repeats[repeat][number - 1]).all(|(at, cell)| {
        let variable = &definition.variables[at];
        let begins = || judged.look(at, Some((repeat, first, number))).map(|look| local(&look.begins));
        cell.is_empty()
            || variable.calculation.is_some()
            || *cell == default(variable)
            || begins().is_some_and(|begins| begins == *cell)
    })
}

/// The labels of the answers that a repeat's count waits for.
pub fn awaited(
    definition: &Definition,
    typed: &Typed,
    judged: &Judged,
    repeat: usize,
    language: Language,
) -> Vec<String> {
    let asked: Vec<usize> = sources(definition, repeat)
        .into_iter()
        .filter(|at| judged.look(*at, None).is_none_or(|look| look.relevant))
        .collect();
    let is_open = |at: &usize| definition.variables[*at].repeat.is_none() && typed.cells[*at].is_empty();
    let open: Vec<usize> = asked.iter().copied().filter(is_open).collect();
    // What is answered, but not with a number, is waited for as well.
    let told = if open.is_empty() { asked } else { open };
    let label = |at: usize| {
        let variable = &definition.variables[at];
        label(variable.labels.get(language), &variable.name).to_owned()
    };
    told.into_iter().map(label).collect()
}

/// The variables with an answer of a person that a repeat's count hangs on.
fn sources(definition: &Definition, repeat: usize) -> BTreeSet<usize> {
    let Some(count) = &definition.repeats[repeat].count else { return BTreeSet::new() };
    let is_shown = |variable: &Variable| !(variable.read_only && variable.labels.is_empty());
    let is_answer = |at: &usize| {
        let variable = &definition.variables[*at];
        variable.calculation.is_none() && is_shown(variable)
    };
    definition.behind(count).into_iter().filter(is_answer).collect()
}

/// How many instances that a repeat's count asks for have no answer.
pub fn lacking(seen: &Seen, repeat: usize) -> usize {
    match seen.repeats.get(repeat) {
        Some(SeenRepeat { relevant: true, wanted: Wanted::Exactly(wanted) }) => {
            wanted.saturating_sub(seen.instances.get(repeat).map_or(0, Vec::len))
        }
        _ => 0,
    }
}

/// How many answers are missing in them, of each at least one.
pub fn unfilled(definition: &Definition, seen: &Seen) -> usize {
    let of = |(at, repeat): (usize, &Repeat)| {
        let looks = seen.flat.get(repeat.variables.clone()).unwrap_or_default();
        let must = looks.iter().filter(|look| look.relevant && look.required).count();
        lacking(seen, at).min(most_instances(definition)) * must.max(1)
    };
    definition.repeats.iter().enumerate().map(of).sum()
}
