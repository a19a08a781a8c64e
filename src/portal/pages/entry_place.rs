//! What a form is of: the definition in the version that it goes on in, and
//! what it begins with.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{
    registration::{reached, values},
    registration_list::scopes,
};
use crate::{
    definition::Definition,
    domain::{
        form::Form,
        member::not_found,
        registration::{RegistrationId, State},
        role::Permission,
    },
    error::{Code, Error, Result},
    portal::{
        entry::{
            desk::Found,
            onward::{self, Carried, Onward},
            stored::{How, Stored},
            typed::Typed,
        },
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
    /// What of it has no place in this version.
    pub carried: Option<Carried>,
    /// What was typed, if that was in another version.
    pub moved: Option<Typed>,
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
    let begun = onward::filled_in(form).filter(|version| *version != newest.definition.version);
    let onward = match begun.map(|version| forms.exactly(tx, name, version)).transpose()?.flatten() {
        Some(begun) => onward::of(forms, tx, name, begun.definition.version, stays(visit, form))?,
        None => Onward { found: newest, newer: None, may_stay: false },
    };
    let mut place = Place::at(visit, tx, form, onward, None)?;
    let found = &place.found;
    // Another version may be another project's.
    if !may(&found.definition.project) {
        return Err(not_found());
    }
    let Ok(from) = form.get("from").parse().map(RegistrationId) else { return Ok(place) };
    reached(visit, tx, from, Permission::RegistrationsRead)?;
    let whole = history::whole(tx, group, from)?;
    // Of another project's registration nothing is known here.
    if definition::facts(tx, whole.definition)?.project != found.definition.project {
        return Err(not_found());
    }
    let stored = Stored::new(from, &found.definition, &values(&whole), How::Prefill);
    (place.stored, place.stored_in) = (Some(stored), whole.definition);
    Ok(place)
}

/// The place of a registration that is continued or corrected.
///
/// # Errors
///
/// As [`editable`]; `Forbidden` if the group is not to use the definition.
pub fn edit(visit: &Visit<'_>, tx: &Tx<'_>, form: &Form) -> Result<Place> {
    let id = RegistrationId(visit.number("registration")?);
    let listed = editable(visit, tx, id)?;
    let whole = history::whole(tx, visit.group()?.id, id)?;
    let (forms, own) = (&visit.portal.forms, visit.portal.forms.of_id(tx, whole.definition)?);
    limit::must_use(tx, visit.group()?.id, &own.definition.name)?;
    let how = match listed.state {
        State::Open => How::Continue,
        _ if form.get("key") == "free" => How::Move,
        _ => How::Correct,
    };
    let (begun, values) = (Arc::clone(&own.definition), values(&whole));
    let onward = match how {
        How::Continue => onward::of(forms, tx, &begun.name, begun.version, stays(visit, form))?,
        _ => Onward { found: own, newer: None, may_stay: false },
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
/// and whoever entered a draft.
///
/// # Errors
///
/// `NotFound`; a conflict if a correction replaced it, or it was withdrawn.
pub fn editable(visit: &Visit<'_>, tx: &Tx<'_>, id: RegistrationId) -> Result<Listed> {
    let listed = match reached(visit, tx, id, Permission::RegistrationsEdit) {
        Err(error) if error.code == Code::NotFound => {
            let mut scopes = scopes(visit, &definition::stored(tx)?, Permission::RegistrationsEnter)?;
            let own = &visit.who()?.account.email;
            scopes.iter_mut().for_each(|scope| scope.people = vec![own.clone()]);
            let found = listing::one(tx, visit.group()?.id, &scopes, id)?;
            found.filter(|listed| listed.state == State::Open).ok_or_else(not_found)?
        }
        other => other?,
    };
    if is_gone(listed.state) {
        return Err(Error::new(Code::Conflict, "entry-gone"));
    }
    Ok(listed)
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
        begun: Option<(RegistrationId, &Arc<Definition>, &Map<String, Json>)>,
    ) -> Result<Self> {
        let (found, language) = (onward.found.clone(), visit.language);
        let into = &*found.definition;
        let typed_in = onward::filled_in(form).filter(|version| *version != into.version);
        let typed_in = typed_in.map(|version| visit.portal.forms.exactly(tx, &into.name, version));
        let typed_in = typed_in.transpose()?.flatten();
        let stored =
            |of: &Definition| begun.map(|(id, _, values)| Stored::new(id, of, values, How::Continue));
        let (mut moved, mut carried) = (None, None);
        if let Some(Found { definition: other, .. }) = &typed_in {
            let mut cells = Typed::read(other, form);
            if let Some(stored) = stored(other) {
                cells.fill(other, &stored);
            }
            carried = Carried::of(other, &cells, into, language);
            moved = Some(cells.moved(other, into));
        } else if let Some((_, begun, _)) = begun {
            carried = stored(begun).and_then(|stored| Carried::of(begun, &stored.cells, into, language));
        }
        Ok(Self { found, stored: None, stored_in: 0, onward, carried, moved })
    }
}

/// Whether the person wants to go on in the older version: as the address says,
/// or else the form.
fn stays(visit: &Visit<'_>, form: &Form) -> bool {
    let asked = visit.query.get(onward::STAY);
    (if asked.is_empty() { form.get(onward::STAY) } else { asked }) == "yes"
}
