//! A registration as a form: a new one, a draft that is continued, a
//! correction.

use uuid::Uuid;

use super::{
    entry_place::{self, Place},
    entry_show::{MOVED, Other, Shown, edit_path, keep, live, newest_path, show},
    registration::reached,
};
use crate::{
    definition::{Definition, Version},
    domain::{
        form::{FIELDS, Form, encode},
        registration::RegistrationId,
        role::Permission,
    },
    error::{Code, Error, Result},
    intake::entry::{self as intake, Entered, Replaced, Saved},
    portal::{
        answer::Answer,
        entry::{
            changed::LiveChanged,
            judged::{Judged, Judging, Purpose},
            stored::{How, Stored},
            typed::{self, Typed},
        },
        visit::Visit,
    },
    store::{Tx, definition, entry},
    validate::Row,
};

/// What is told where somebody else was faster.
const CHANGED: &str = "entry-changed-meanwhile";

/// The form of a new registration.
pub fn new(visit: &Visit<'_>) -> Result<Answer> {
    begin(visit, entry_place::new)
}

/// What was done with it.
pub fn post_new(visit: &Visit<'_>) -> Result<Answer> {
    act(visit, entry_place::new)
}

/// The form of a registration that is continued or corrected.
pub fn edit(visit: &Visit<'_>) -> Result<Answer> {
    begin(visit, entry_place::edit)
}

/// What was done with it.
pub fn post_edit(visit: &Visit<'_>) -> Result<Answer> {
    act(visit, entry_place::edit)
}

type Find = fn(&Visit<'_>, &Tx<'_>, &Form) -> Result<Place>;

/// The form as it was kept, or as it begins. Each new one has an address of its
/// own, under which it is kept: what was typed about one patient never comes in
/// the form of another, and two windows leave each other's alone.
fn begin(visit: &Visit<'_>, find: Find) -> Result<Answer> {
    let (account, path) = (visit.who()?.account.id, visit.head.path.as_str());
    let is_new = !visit.param("definition").is_empty();
    let is_named = !visit.param("form").is_empty();
    let (mut place, kept, others) = visit.read(|tx| {
        let kept = match is_new && !is_named && visit.query.has("from") {
            true => None,
            false => entry::kept(tx, account, path)?,
        };
        let kept = kept.map(|(text, at)| (asked(visit, &text), at));
        let form = kept.as_ref().map_or(&visit.query, |(form, _)| form);
        let others = if is_new && kept.is_none() { others(visit, tx)? } else { Vec::new() };
        Ok((find(visit, tx, form)?, kept, others))
    })?;
    if let (Some(changed), None) = (&place.changed, &kept) {
        let newest = changed.newest.ok_or_else(|| Error::new(Code::Conflict, "entry-gone"))?;
        return Ok(Answer::redirect(format!("{}?done=entry-newest", edit_path(visit, newest))));
    }
    let mut typed = match &kept {
        Some((form, _)) => filled(visit, &place, form)?,
        None => beginning(visit, &place)?,
    };
    let mut judged = follow(visit, &mut place, &mut typed, Purpose::Check)?;
    if typed::fields(&place.found.definition, &typed) > FIELDS {
        return Err(Error::new(Code::Conflict, "entry-too-large"));
    }
    if kept.is_none() && !place.stored.as_ref().is_some_and(Stored::is_same_registration) {
        judged.found.clear();
    }
    let address = (is_new && !is_named && kept.is_none()).then(|| format!("{path}/{}", Uuid::new_v4()));
    let kept = kept.map(|(_, at)| at);
    show(visit, &place, &typed, &judged, Shown { kept, others, address, ..Shown::default() })
}

/// What was kept, with what the address asks about the business key now.
fn asked(visit: &Visit<'_>, kept: &str) -> Form {
    match visit.query.get("key") {
        "" => Form::read(kept.as_bytes()),
        key => Form::read(format!("key={}&{kept}", encode(key)).as_bytes()),
    }
}

/// What else the person typed in new forms of this definition and did not save.
fn others(visit: &Visit<'_>, tx: &Tx<'_>) -> Result<Vec<Other>> {
    let form = visit.group_path(&format!("/registrations/new/{}", visit.param("definition")));
    let is_of_it =
        |path: &str| path.strip_prefix(&form).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let kept = entry::all_kept(tx, visit.who()?.account.id, visit.group()?.id)?;
    Ok(kept.into_iter().filter(|(path, _)| is_of_it(path)).map(|(path, at)| Other { path, at }).collect())
}

/// Does what the button says that was pressed.
fn act(visit: &Visit<'_>, find: Find) -> Result<Answer> {
    let form = &visit.form;
    let mut place = visit.read(|tx| find(visit, tx, form))?;
    if !form.has("end") {
        // A part of it did not arrive; the rest must not stand for all of it.
        return Err(Error::new(Code::TooLarge, "entry-too-long"));
    }
    let mut typed = filled(visit, &place, form)?;
    if form.get("act") == "discard" {
        return discard(visit, &place);
    }
    if place.changed.is_some() {
        return changed(visit, &mut place, typed);
    }
    let moved = place.moved.as_ref().and(place.earlier.first()).map(|earlier| earlier.definition.version);
    if is_script(visit)
        && let Some(from) = moved
    {
        return live_moved(visit, &place, from);
    }
    if is_script(visit) {
        let judged = follow(visit, &mut place, &mut typed, Purpose::Check)?;
        return live(visit, &place, &typed, &judged);
    }
    let purpose = match purpose(visit, place.stored.as_ref()) {
        Ok(purpose) => purpose,
        Err(other) => {
            let changed = change_instances(&mut place, &mut typed, other);
            if let Some(Changed { repeat, number, is_new: true }) = changed {
                let (definition, stored) = (&place.found.definition, place.stored.as_ref());
                judging(visit)?.begin(definition, &mut typed, stored, Some((repeat, number)));
            }
            let judged = follow(visit, &mut place, &mut typed, Purpose::Check)?;
            let focus = changed.map(|changed| changed.place(&place.found.definition, &typed));
            let told = !other.starts_with("add-") && !other.starts_with("remove-") && other != "look";
            let page = show(visit, &place, &typed, &judged, Shown { told, focus, ..Shown::default() })?;
            // A part of this page does not fit on one of another version.
            return Ok(if moved.is_some() && !told { page.status(409) } else { page });
        }
    };
    let judged = follow(visit, &mut place, &mut typed, purpose)?;
    if let Some(from) = moved {
        // Nobody has seen yet what becomes of it in this version.
        let error = Error::new(Code::Conflict, MOVED)
            .with("from", from.to_string())
            .with("to", place.found.definition.version.to_string());
        let shown = Shown { error: Some(error), ..Shown::default() };
        return show(visit, &place, &typed, &judged, shown);
    }
    if judged.is_refused() {
        return show(visit, &place, &typed, &judged, Shown { told: true, ..Shown::default() });
    }
    match save(visit, &place, &judged) {
        Ok(saved) => {
            // A draft is stored all the same, but not without a word.
            let is_wrong =
                purpose == Purpose::Draft && follow(visit, &mut place, &mut typed, Purpose::Check)?.wrong > 0;
            Ok(done(visit, place.stored.as_ref(), (purpose, is_wrong), saved))
        }
        Err(error) if error.id == CHANGED => {
            let mut place = visit.read(|tx| find(visit, tx, form))?;
            let typed = filled(visit, &place, form)?;
            changed(visit, &mut place, typed)
        }
        Err(error) if matches!(error.code, Code::Conflict | Code::Invalid) => {
            let error = Some(error);
            show(visit, &place, &typed, &judged, Shown { told: true, error, ..Shown::default() })
        }
        Err(error) => Err(error),
    }
}

/// What a registration is judged for that is to be stored; else what is to be
/// done instead.
fn purpose<'a>(visit: &'a Visit<'_>, stored: Option<&Stored>) -> std::result::Result<Purpose, &'a str> {
    let is_draft = stored.is_none_or(|stored| matches!(stored.how, How::Continue | How::Prefill));
    match visit.form.get("act") {
        "draft" if is_draft => Ok(Purpose::Draft),
        "submit" => Ok(Purpose::Submit),
        other => Err(other),
    }
}

/// Throws away what was kept.
fn discard(visit: &Visit<'_>, place: &Place) -> Result<Answer> {
    let path = &visit.head.path;
    visit.write(|tx| entry::forget(tx, visit.who()?.account.id, path))?;
    let from = place.stored.as_ref().filter(|stored| stored.how == How::Prefill);
    let from = from.map_or_else(String::new, |stored| format!("from={}&", stored.id.0));
    let next = match (place.changed, visit.param("definition")) {
        (Some(_), _) => visit.group_path("/registrations/new"),
        (None, "") => path.clone(),
        (None, definition) => visit.group_path(&format!("/registrations/new/{definition}")),
    };
    Ok(Answer::redirect(format!("{next}?{from}done=entry-discarded")))
}

/// What was typed in a registration that was replaced or withdrawn meanwhile:
/// nothing of it is stored, and nothing of it is lost. If it is what took the
/// place, it was sent twice.
fn changed(visit: &Visit<'_>, place: &mut Place, mut typed: Typed) -> Result<Answer> {
    if is_script(visit) {
        let answer = Answer::json(&LiveChanged {
            changed: &visit.text("entry-changed-live", &[]),
            newest: newest_path(visit, place),
            open: &visit.text("entry-newest", &[]),
            kept: &keep(visit)?,
        });
        return Ok(answer?.status(409));
    }
    let (definition, stored) = (&place.found.definition, place.stored.as_ref());
    if let (Ok(purpose), None) = (purpose(visit, stored), &place.moved) {
        let judged = judging(visit)?.follow(definition, &mut typed.clone(), stored, purpose);
        if let Some(id) = repeated(visit, place, &judged)? {
            return Ok(led(visit, id, "entry-repeated"));
        }
    }
    let judged = follow(visit, place, &mut typed, Purpose::Check)?;
    show(visit, place, &typed, &judged, Shown::default())
}

/// The registration that was made of just this before, if the person may see it.
fn repeated(visit: &Visit<'_>, place: &Place, judged: &Judged) -> Result<Option<RegistrationId>> {
    let (group, who) = (visit.group()?.id, visit.who()?);
    if judged.is_refused() {
        return Ok(None);
    }
    visit.read(|tx| {
        let entered = Entered {
            by: &who.account,
            organisation: group,
            definition: &place.found.definition,
            definition_id: place.found.id.unwrap_or_default(),
            row: &judged.row,
            replaces: replaced(place),
        };
        let known = intake::known(tx, &entered)?;
        let may_read = visit.permits(Permission::RegistrationsRead);
        Ok(known.filter(|id| !may_read || entry_place::editable(visit, tx, *id).is_ok()))
    })
}

/// What the script of a page is told that is of another version than its form
/// goes on in now: nothing of that page can be judged.
fn live_moved(visit: &Visit<'_>, place: &Place, from: Version) -> Result<Answer> {
    let to = place.found.definition.version;
    let versions = [("from", from.to_string().into()), ("to", to.to_string().into())];
    let changed = &visit.text("entry-version-moved-live", &versions);
    let answer = Answer::json(&LiveChanged { changed, newest: None, open: "", kept: &keep(visit)? });
    Ok(answer?.status(409))
}

/// Whether the page's script asks.
fn is_script(visit: &Visit<'_>) -> bool {
    visit.head.header("accept").is_some_and(|kinds| kinds.starts_with("application/json"))
}

/// What the form says before anybody typed in it.
fn beginning(visit: &Visit<'_>, place: &Place) -> Result<Typed> {
    let (definition, stored) = (&place.found.definition, place.stored.as_ref());
    if let Some(stored) = stored.filter(|stored| stored.is_same_registration()) {
        return Ok(stored.cells.clone());
    }
    let mut typed = Typed::defaults(definition, &visit.who()?.account.email);
    let begun = stored.map(|stored| &stored.cells.cells).into_iter().flatten();
    for (cell, known) in typed.cells.iter_mut().zip(begun).filter(|(_, known)| !known.is_empty()) {
        cell.clone_from(known);
    }
    judging(visit)?.begin(definition, &mut typed, stored, None);
    Ok(typed)
}

/// What was typed, with what is stored where it is left alone, and what the form
/// began with where nobody types.
fn filled(visit: &Visit<'_>, place: &Place, form: &Form) -> Result<Typed> {
    let definition = &place.found.definition;
    let mut typed =
        place.moved.clone().unwrap_or_else(|| Typed::read(definition, form, place.stored.as_ref()));
    if let Some(stored) = &place.stored {
        typed.fill(definition, stored);
    }
    if definition.variables.iter().any(typed::is_given) {
        typed.give(definition, &beginning(visit, place)?);
    }
    Ok(typed)
}

/// Judges what was typed; what was answered in other versions goes with the
/// instances that come and go.
fn follow(visit: &Visit<'_>, place: &mut Place, typed: &mut Typed, purpose: Purpose) -> Result<Judged> {
    let definition = &place.found.definition;
    let before = (!place.earlier.is_empty()).then(|| typed.clone());
    let judged = judging(visit)?.follow(definition, typed, place.stored.as_ref(), purpose);
    if let Some(before) = before {
        place.earlier.iter_mut().for_each(|it| it.follow(definition, &before, typed));
    }
    Ok(judged)
}

fn judging<'a>(visit: &'a Visit<'_>) -> Result<Judging<'a>> {
    Ok(Judging {
        email: &visit.who()?.account.email,
        nihii_moduli: &visit.portal.config.validation.nihdi_moduli,
        language: visit.language,
    })
}

/// An instance that was added to a repeat or taken away.
#[derive(Clone, Copy)]
struct Changed {
    repeat: usize,
    /// From 1.
    number: usize,
    is_new: bool,
}

impl Changed {
    /// Where somebody goes on: in what is new, or in what took the place of
    /// what is gone.
    fn place(self, definition: &Definition, typed: &Typed) -> String {
        let name = &definition.repeats[self.repeat].name;
        match self.number.min(typed.repeats[self.repeat].len()) {
            0 => format!("r-{name}"),
            number => format!("r-{name}-{number}"),
        }
    }
}

/// `add-REPEAT` and `remove-NUMBER-REPEAT`.
fn change_instances(place: &mut Place, typed: &mut Typed, act: &str) -> Option<Changed> {
    let definition = &place.found.definition;
    let known = |name: &str| definition.repeats.iter().position(|repeat| repeat.name == name);
    if let Some(repeat) = act.strip_prefix("add-").and_then(known) {
        let before = typed.repeats[repeat].len();
        typed.add_instance(definition, repeat);
        let is_new = typed.repeats[repeat].len() > before;
        return Some(Changed { repeat, number: typed.repeats[repeat].len(), is_new });
    }
    let (number, name) = act.strip_prefix("remove-")?.split_once('-')?;
    let (number, repeat) = (number.parse().ok()?, known(name)?);
    typed.remove_instance(repeat, number);
    place.earlier.iter_mut().for_each(|it| it.remove_instance(name, number));
    Some(Changed { repeat, number, is_new: false })
}

/// What the form takes the place of, if there is such.
fn replaced(place: &Place) -> Option<Replaced> {
    let stored = place.stored.as_ref().filter(|stored| stored.is_same_registration())?;
    Some(Replaced {
        id: stored.id,
        is_draft: stored.how == How::Continue,
        may_move: stored.how == How::Move,
        definition: place.stored_in,
    })
}

fn save(visit: &Visit<'_>, place: &Place, judged: &Judged) -> Result<Saved> {
    let (group, who) = (visit.group()?.id, visit.who()?);
    let replaces = replaced(place);
    let saved = visit.write(|tx| {
        let definition = &place.found.definition;
        let definition_id = match place.found.id {
            Some(id) => id,
            None => definition::add(tx, definition)?.0,
        };
        let entered = Entered {
            by: &who.account,
            organisation: group,
            definition,
            definition_id,
            row: &judged.row,
            replaces,
        };
        let saved = intake::save(tx, &entered)?;
        if saved.is_repeated {
            must_see(visit, tx, saved.id, &judged.row)?;
        }
        entry::forget(tx, who.account.id, &visit.head.path)?;
        if let Some(over) = place.over {
            entry::forget(tx, who.account.id, &edit_path(visit, over))?;
        }
        Ok(saved)
    });
    visit.portal.figures.forget(group);
    saved
}

/// A registration that somebody else made is led to by who may see it only.
fn must_see(visit: &Visit<'_>, tx: &Tx<'_>, id: RegistrationId, row: &Row) -> Result<()> {
    if !visit.permits(Permission::RegistrationsRead) {
        return Ok(());
    }
    match reached(visit, tx, id, Permission::RegistrationsRead) {
        Err(error) if error.code == Code::NotFound => Err(intake::known_already(row)),
        other => other.map(drop),
    }
}

fn done(
    visit: &Visit<'_>,
    stored: Option<&Stored>,
    (purpose, is_wrong): (Purpose, bool),
    saved: Saved,
) -> Answer {
    let is_correction = stored.is_some_and(|stored| matches!(stored.how, How::Correct | How::Move));
    let done = match purpose {
        _ if saved.is_repeated => "entry-repeated",
        _ if saved.is_unchanged => "entry-unchanged",
        Purpose::Draft if is_wrong => "entry-draft-wrong",
        Purpose::Draft => "entry-draft",
        _ if saved.is_moved => "entry-moved",
        _ if !saved.held.is_empty() => "entry-held",
        _ if is_correction => "entry-corrected",
        _ => "entry-submitted",
    };
    led(visit, saved.id, done)
}

/// Leads to the registration, or, who may read none, to what else there is to
/// enter.
fn led(visit: &Visit<'_>, id: RegistrationId, done: &str) -> Answer {
    let page = match visit.permits(Permission::RegistrationsRead) {
        true => format!("/registrations/{}?done={done}", id.0),
        false => format!("/registrations/new?done={done}"),
    };
    Answer::redirect(visit.group_path(&page))
}
