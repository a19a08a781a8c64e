//! What a form is of: the definition in the version that it goes on in, and
//! what it begins with.

use std::{collections::BTreeMap, sync::Arc};

use super::{registration::reached, registration_list::scopes};
use crate::{
    definition::{Definition, Variable, Version},
    domain::{
        form::Form,
        member::not_found,
        registration::{RegistrationId, State},
        role::Permission,
    },
    error::{Code, Result},
    portal::{
        entry::{
            changed::{Changed, OVER},
            desk::Found,
            earlier::{self, Earlier},
            onward::{self, Onward},
            stored::{How, Stored},
            typed::{self, Typed},
        },
        values::{Json, values},
        visit::Visit,
    },
    store::{
        Tx, definition, history, limit,
        listing::{self, Listed},
    },
};

/// A form and what it goes on from.
pub struct Place {
    /// The definition.
    pub found: Found,
    /// What is stored already.
    pub stored: Option<Stored>,
    /// The key of the definition of what is stored.
    pub stored_in: i64,
    /// In which other version it could go on.
    pub onward: Onward,
    /// What was answered in other versions, the latest first.
    pub earlier: Vec<Earlier>,
    /// The version that it was begun in.
    pub begun: Version,
    /// What was typed, if that was in another version: the first of the earlier
    /// ones.
    pub moved: Option<Typed>,
    /// That something else took the place of what the address names.
    pub changed: Option<Changed>,
    /// The older version that was opened, if what was typed in it is put over
    /// what is stored.
    pub over: Option<RegistrationId>,
}

/// The place of a new registration.
///
/// # Errors
///
/// `NotFound`.
pub fn new(visit: &Visit<'_>, tx: &Tx<'_>, form: &Form) -> Result<Place> {
    let (forms, name) = (&visit.portal.forms, visit.param("definition"));
    let newest = forms.newest(tx, name)?;
    let (group, standing) = (visit.group()?.id, &visit.who()?.standing);
    let may =
        |project: &str| standing.projects(Permission::RegistrationsEnter, group).reach(project).is_some();
    if !may(&newest.definition.project) || !visit.group()?.takes(name) {
        return Err(not_found());
    }
    let begun = earlier::begun_in(form).filter(|version| *version != newest.definition.version);
    let onward = match begun.map(|version| forms.exactly(tx, name, version)).transpose()?.flatten() {
        Some(begun) => onward::of(forms, tx, name, begun.definition.version, stays(visit, form))?,
        None => Onward { found: newest, newer: None, stay: None },
    };
    let mut place = Place::at(visit, tx, form, onward, None)?;
    let found = &place.found;
    // Another version may be another project's.
    if !may(&found.definition.project) {
        return Err(not_found());
    }
    let Ok(from) = form.get("from").parse().map(RegistrationId) else { return Ok(place) };
    let Some(from) = valid(visit, tx, from)? else { return Ok(place) };
    let whole = history::whole(tx, group, from)?;
    // Of another project's registration nothing is known here.
    if definition::facts(tx, whole.definition)?.project != found.definition.project {
        return Err(not_found());
    }
    let own = forms.of_id(tx, whole.definition)?.definition;
    let stored = Stored::new(from, &found.definition, &values(&own, &whole), How::Prefill);
    (place.stored, place.stored_in) = (Some(stored), whole.definition);
    Ok(place)
}

/// What a new form is filled in from: the registration that the address names,
/// or what it was corrected to since; nothing if it was taken back.
fn valid(visit: &Visit<'_>, tx: &Tx<'_>, from: RegistrationId) -> Result<Option<RegistrationId>> {
    let read = |id| reached(visit, tx, id, Permission::RegistrationsRead);
    let mut listed = read(from)?;
    if let Some(newest) = history::newest(tx, from)? {
        listed = match read(newest) {
            Err(error) if error.code == Code::NotFound => return Ok(None),
            newest => newest?,
        };
    }
    Ok(Some(listed.id).filter(|_| !is_gone(listed.state)))
}

/// The place of a registration that is continued or corrected. If another one
/// took its place meanwhile, it is that one's, as far as what was typed fits it.
///
/// # Errors
///
/// As [`editable`]; `Forbidden` if the group is not to use the definition.
pub fn edit(visit: &Visit<'_>, tx: &Tx<'_>, form: &Form) -> Result<Place> {
    let asked = editable(visit, tx, RegistrationId(visit.number("registration")?))?;
    if !is_gone(asked.state) {
        let over = form.get(OVER).parse().ok().map(RegistrationId);
        return Ok(Place { over, ..of(visit, tx, form, &asked)? });
    }
    let newest = match history::newest(tx, asked.id)?.map(|newest| editable(visit, tx, newest)) {
        None => None,
        Some(Err(error)) if error.code == Code::NotFound => None,
        Some(newest) => Some(newest?).filter(|newest| !is_gone(newest.state)),
    };
    let changed = Changed { newest: newest.as_ref().map(|newest| newest.id), may_go_on: true };
    if let Some(newest) = newest {
        let place = of(visit, tx, form, &newest)?;
        if place.fits(form) && place.hides_as(&of(visit, tx, form, &asked)?) {
            return Ok(Place { changed: Some(changed), over: Some(asked.id), ..place });
        }
    }
    let changed = Changed { may_go_on: false, ..changed };
    Ok(Place { changed: Some(changed), ..of(visit, tx, form, &asked)? })
}

fn of(visit: &Visit<'_>, tx: &Tx<'_>, form: &Form, listed: &Listed) -> Result<Place> {
    let id = listed.id;
    let whole = history::whole(tx, visit.group()?.id, id)?;
    let (forms, own) = (&visit.portal.forms, visit.portal.forms.of_id(tx, whole.definition)?);
    limit::must_use(tx, visit.group()?.id, &own.definition.name)?;
    let types_key = |it: &Variable| it.key && form.has(&typed::flat_name(it));
    let how = match listed.state {
        State::Open => How::Continue,
        _ if form.get("key") == "free" => How::Move,
        // Only the form knows still that it was a draft.
        state if is_gone(state) && own.definition.variables.iter().any(types_key) => How::Continue,
        _ => How::Correct,
    };
    let (begun, values) = (Arc::clone(&own.definition), values(&own.definition, &whole));
    let onward = match how {
        How::Continue => onward::of(forms, tx, &begun.name, begun.version, stays(visit, form))?,
        _ => Onward { found: own, newer: None, stay: None },
    };
    let place = Place::at(visit, tx, form, onward, Some((id, &begun, &values)))?;
    let (group, standing) = (visit.group()?.id, &visit.who()?.standing);
    let project = &place.found.definition.project;
    // What is carried over may go to another project.
    if *project != begun.project
        && standing.projects(Permission::RegistrationsEnter, group).reach(project).is_none()
    {
        return Err(not_found());
    }
    let stored = Stored::new(id, &place.found.definition, &values, how);
    Ok(Place { stored: Some(stored), stored_in: whole.definition, ..place })
}

/// The registration, if the person may continue or correct it: who may edit it,
/// and whoever entered a draft. It may have been replaced or withdrawn since.
///
/// # Errors
///
/// `NotFound`.
pub fn editable(visit: &Visit<'_>, tx: &Tx<'_>, id: RegistrationId) -> Result<Listed> {
    match reached(visit, tx, id, Permission::RegistrationsEdit) {
        Err(error) if error.code == Code::NotFound => {
            let mut scopes = scopes(visit, &definition::stored(tx)?, Permission::RegistrationsEnter)?;
            let own = &visit.who()?.account.email;
            scopes.iter_mut().for_each(|scope| scope.people = vec![own.clone()]);
            let found = listing::one(tx, visit.group()?.id, &scopes, id)?;
            let is_draft = |state| matches!(state, State::Open | State::Superseded);
            found.filter(|listed| is_draft(listed.state)).ok_or_else(not_found)
        }
        other => other,
    }
}

/// Whether nothing can be entered any more.
pub fn is_gone(state: State) -> bool {
    matches!(state, State::Superseded | State::Withdrawn)
}

impl Place {
    /// The place of a form; `begun` is the stored registration's definition and
    /// values, if it is a draft.
    fn at(
        visit: &Visit<'_>,
        tx: &Tx<'_>,
        form: &Form,
        onward: Onward,
        begun: Option<(RegistrationId, &Arc<Definition>, &BTreeMap<String, Json>)>,
    ) -> Result<Self> {
        let (forms, found) = (&visit.portal.forms, onward.found.clone());
        let into = &*found.definition;
        let stored =
            |of: &Definition| begun.map(|(id, _, values)| Stored::new(id, of, values, How::Continue));
        let mut earlier = earlier::read(forms, tx, &into.name, form, stored)?;
        let typed_in = onward::filled_in(form).map(|version| forms.exactly(tx, &into.name, version));
        let typed_in = typed_in.transpose()?.flatten().map(|found| found.definition);
        let other = typed_in.as_ref().filter(|other| other.version != into.version);
        if let Some(other) = other {
            earlier.retain(|it| it.definition.version != other.version);
            earlier.insert(0, Earlier::typed(Arc::clone(other), form, stored(other)));
        }
        let mut of = earlier::begun_in(form).unwrap_or(into.version);
        if let Some((_, begun, _)) = begun {
            of = begun.version;
            let is_there = earlier.iter().any(|it| it.definition.version == of);
            let own = stored(begun).filter(|_| !is_there && (of != into.version || other.is_some()));
            let shown = typed_in.as_deref();
            earlier.extend(own.map(|own| Earlier::stored(Arc::clone(begun), own, shown)));
        }
        let moved = other.map(|_| earlier::gather(&earlier, into));
        let (stored, stored_in, changed, over) = (None, 0, None, None);
        Ok(Self { found, stored, stored_in, onward, earlier, begun: of, moved, changed, over })
    }

    /// Whether what is stored and not shown stands in the same instances of
    /// repeats: a form names it by their numbers.
    fn hides_as(&self, other: &Self) -> bool {
        let hidden = |place: &Self| -> Option<Vec<(String, Vec<String>)>> {
            let (definition, stored) = (&place.found.definition, place.stored.as_ref()?);
            let hidden =
                definition.repeats.iter().zip(&stored.cells.repeats).flat_map(|(repeat, instances)| {
                    let all = repeat.variables.clone().enumerate();
                    let hidden = all.filter(|(_, at)| definition.variables[*at].identifies);
                    hidden.map(|(inner, at)| {
                        let cells = instances.iter().map(|cells| cells[inner].clone()).collect();
                        (format!("{}/{}", repeat.name, definition.variables[at].name), cells)
                    })
                });
            Some(hidden.collect())
        };
        hidden(self) == hidden(other)
    }

    /// Whether nothing that was typed would be put aside for a stored business
    /// key.
    fn fits(&self, form: &Form) -> bool {
        let (definition, Some(stored)) = (&self.found.definition, &self.stored) else { return true };
        let typed = self.moved.clone().unwrap_or_else(|| Typed::read(definition, form, Some(stored)));
        let cells = definition.variables.iter().zip(typed.cells.iter().zip(&stored.cells.cells));
        cells.filter(|(it, _)| stored.locks(it)).all(|(_, (cell, known))| cell.is_empty() || cell == known)
    }
}

/// Whether the person wants to go on in the older version: as the address says,
/// or else the form.
fn stays(visit: &Visit<'_>, form: &Form) -> bool {
    let asked = visit.query.get(onward::STAY);
    (if asked.is_empty() { form.get(onward::STAY) } else { asked }) == "yes"
}
