//! What was begun in one version of a definition and goes on in another: a
//! draft, or what somebody has typed and not saved yet.

use std::sync::Arc;

use super::{
    desk::{Desk, Found},
    judged::label,
    typed::Typed,
};
use crate::{
    definition::{Definition, Variable, Version},
    domain::form::Form,
    error::Result,
    language::Language,
    store::{Tx, version},
};

/// The field of a form that says in which version it was filled in.
pub const VERSION: &str = "version";

/// The field, and the parameter of the address, by which a person stays in the
/// older major version.
pub const STAY: &str = "stay";

/// The version that something goes on in.
pub struct Onward {
    /// It.
    pub found: Found,
    /// The newer version that it could go on in, where a person asked to stay.
    pub newer: Option<Version>,
    /// Whether the person may go on in the major version that it was begun in.
    pub may_stay: bool,
}

/// The version that a form says it was filled in by.
pub fn filled_in(form: &Form) -> Option<Version> {
    form.get(VERSION).parse().ok()
}

/// What goes on in another version than it was begun in.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The version that it was begun in.
    pub begun: Arc<Definition>,
    /// The answers, by their labels, that the version it goes on in has no place
    /// for.
    pub left: Vec<String>,
}

/// The version in which goes on what was begun in `begun`: the newest of the
/// same major version, or of the one that drafts are carried to.
pub fn of(desk: &Desk, tx: &Tx<'_>, name: &str, begun: Version, stays: bool) -> Result<Onward> {
    let own = begun.major();
    let onward = version::continued_in(tx, name, own)?;
    let may_stay = onward != own && !version::closed(tx)?.has(name, begun);
    if stays && may_stay {
        let newer = desk.newest_of(tx, name, onward)?.definition.version;
        return Ok(Onward { found: desk.newest_of(tx, name, own)?, newer: Some(newer), may_stay });
    }
    Ok(Onward { found: desk.newest_of(tx, name, onward)?, newer: None, may_stay })
}

impl Carried {
    /// What of answers to `begun` has no place in `into`, if that is another
    /// version.
    pub fn of(begun: &Arc<Definition>, cells: &Typed, into: &Definition, language: Language) -> Option<Self> {
        if begun.version == into.version {
            return None;
        }
        let mut left = Vec::new();
        for (variable, cell) in begun.variables.iter().zip(&cells.cells) {
            let stays = |other: &Variable| {
                other.name == variable.name && other.repeat.is_none() && other.calculation.is_none()
            };
            // What is calculated is calculated anew.
            let is_answer = variable.repeat.is_none() && variable.calculation.is_none() && !cell.is_empty();
            if is_answer && !into.variables.iter().any(stays) {
                left.push(label(variable.labels.get(language), &variable.name).to_owned());
            }
        }
        for (repeat, instances) in begun.repeats.iter().zip(&cells.repeats) {
            let now = into.repeats.iter().find(|other| other.name == repeat.name);
            let stays = |name: &str| {
                now.is_some_and(|now| {
                    into.variables[now.variables.clone()]
                        .iter()
                        .any(|it| it.name == name && it.calculation.is_none())
                })
            };
            for (at, variable) in begun.variables[repeat.variables.clone()].iter().enumerate() {
                let is_answer = instances.iter().any(|cells| cells.get(at).is_some_and(|it| !it.is_empty()));
                if is_answer && variable.calculation.is_none() && !stays(&variable.name) {
                    let repeat = label(repeat.labels.get(language), &repeat.name);
                    left.push(format!("{repeat}: {}", label(variable.labels.get(language), &variable.name)));
                }
            }
        }
        Some(Self { begun: Arc::clone(begun), left })
    }
}
