//! The page of a form, and what its script is told.

use serde::Serialize;

use super::entry_place::Place;
use crate::{
    domain::{registration::RegistrationId, role::Permission},
    error::{Error, Result},
    portal::{
        answer::Answer,
        content::content,
        entry::{
            changed::{OVER, differing},
            earlier::{self, WAS},
            judged::Judged,
            key_moved,
            live::Live,
            lost::OWN_FIELDS,
            parts::{Making, Part},
            stored::How,
            typed::{self, Typed},
        },
        format,
        visit::Visit,
    },
    store::entry,
};

/// What is told where a form was filled in by another version than it is stored
/// in.
pub(super) const MOVED: &str = "entry-version-moved";

/// Something that cannot be stored, as the summary tells it.
#[derive(Serialize)]
struct Wrong {
    field: String,
    label: String,
    text: String,
}

/// What was typed in another form of the definition and not saved.
#[derive(Serialize)]
pub(super) struct Other {
    /// The address of the form.
    pub path: String,
    /// When it was kept, in milliseconds since 1970.
    pub at: i64,
}

/// What else the page tells.
#[derive(Default)]
pub(super) struct Shown {
    /// When it was kept, in milliseconds since 1970.
    pub kept: Option<i64>,
    /// What else was kept of new forms of this definition.
    pub others: Vec<Other>,
    /// The address that the form has for itself, if that is not the page's.
    pub address: Option<String>,
    /// Whether somebody asked what is wrong.
    pub told: bool,
    /// Why it was not stored.
    pub error: Option<Error>,
    /// Where somebody goes on, if that is not the beginning.
    pub focus: Option<String>,
}

/// The page.
pub(super) fn show(
    visit: &Visit<'_>,
    place: &Place,
    typed: &Typed,
    judged: &Judged,
    shown: Shown,
) -> Result<Answer> {
    let definition = &*place.found.definition;
    let stored = place.stored.as_ref();
    let making = making(visit, place, typed, judged);
    let mut wrong: Vec<Wrong> = Vec::new();
    let moved = stored.filter(|_| shown.error.as_ref().is_some_and(|error| error.id == "entry-key-moved"));
    let reasons = moved.map(|stored| key_moved::reasons(definition, typed, judged, stored, visit.language));
    for (field, label) in reasons.iter().flatten().cloned() {
        wrong.push(Wrong { field, label, text: visit.text("entry-key-hangs", &[]) });
    }
    if let Some(error) = shown.error.as_ref().filter(|_| wrong.is_empty()) {
        let key = definition.variables.iter().find(|variable| variable.key && error.id != MOVED);
        let field = key.map_or_else(String::new, typed::flat_name);
        wrong.push(Wrong { field, label: String::new(), text: error.text(visit.language) });
    }
    if shown.told {
        wrong.extend(judged.found.iter().filter(|found| found.is_wrong).map(|found| Wrong {
            field: found.field.clone(),
            label: found.label.clone(),
            text: found.text.clone(),
        }));
    }
    let may_go_on = place.changed.is_none_or(|changed| changed.may_go_on);
    let status = match (&place.changed, wrong.is_empty()) {
        (Some(_), _) => 409,
        (None, true) => 200,
        (None, false) => 422,
    };
    let differs = match stored.filter(|_| place.over.is_some()) {
        Some(stored) => differing(definition, typed, judged, stored, visit.language),
        None => Vec::new(),
    };
    let address = match registration(place).filter(|_| place.changed.is_some() && may_go_on) {
        Some(newest) => edit_path(visit, newest),
        None => shown.address.unwrap_or_else(|| visit.head.path.clone()),
    };
    let how = match stored.map(|stored| stored.how) {
        None | Some(How::Prefill) => "new",
        Some(How::Continue) => "continue",
        Some(How::Correct) => "correct",
        Some(How::Move) => "move",
    };
    let misfits: Vec<_> = match place.earlier.is_empty() || shown.told {
        true => Vec::new(),
        false => judged.found.iter().filter(|found| found.is_wrong).collect(),
    };
    let left = earlier::left(&place.earlier, definition, visit.language);
    let was = place.earlier.iter().enumerate();
    let was: Vec<_> =
        was.filter_map(|(at, earlier)| earlier.write(definition, &place.earlier[..at])).collect();
    let parts = making.parts();
    let titled = |part: &&Part| part.kind == "section" && !part.title.is_empty();
    let sections: Vec<_> = parts.iter().filter(titled).collect();
    let content = content! {
        parts, sections, shared => making.shared(), wrong, how, may_go_on, address,
        changed => place.changed.is_some(),
        over => place.over.map(|over| over.0),
        over_field => OVER,
        newest => newest_path(visit, place),
        differs => differs.join(", "),
        title => definition.titles.get(visit.language),
        name => format!("{} {}", definition.name, definition.version),
        progress => progress(visit, judged),
        prefilled => making.prefilled().join(", "),
        from => stored.filter(|it| it.how == How::Prefill).map(|it| it.id.0),
        registration => registration(place).map(|id| id.0),
        version => definition.version.to_string(),
        is_carried => !place.earlier.is_empty(),
        begun => place.begun.to_string(),
        left => left.stored.join(", "),
        unsaved => left.unsaved,
        was, was_field => WAS,
        unasked => judged.unasked.join(", "),
        misfits,
        stay => place.onward.stay.map(|stay| stay.to_string()),
        newer => place.onward.newer.map(|newer| newer.to_string()),
        kept => shown.kept,
        others => shown.others,
        focus => shown.focus,
        was_checked => shown.told,
    };
    Ok(visit.page("entry.html", content).status(status))
}

fn making<'a>(visit: &Visit<'_>, place: &'a Place, typed: &'a Typed, judged: &'a Judged) -> Making<'a> {
    Making {
        definition: &place.found.definition,
        typed,
        judged,
        stored: place.stored.as_ref(),
        begun: place.earlier.first().map(|earlier| &*earlier.definition),
        language: visit.language,
    }
}

/// How far the form is.
fn progress(visit: &Visit<'_>, judged: &Judged) -> String {
    match (judged.missing as u64, judged.wrong as u64) {
        (0, 0) => visit.text("entry-complete", &[]),
        (missing, 0) => visit.text("entry-missing", &[("count", missing.into())]),
        (0, wrong) => visit.text("entry-wrong", &[("count", wrong.into())]),
        (missing, wrong) => {
            visit.text("entry-missing-and-wrong", &[("missing", missing.into()), ("wrong", wrong.into())])
        }
    }
}

/// Keeps what was typed, if the page's script asks for it; says so.
pub(super) fn keep(visit: &Visit<'_>) -> Result<String> {
    if !visit.form.has("keep") {
        return Ok(String::new());
    }
    let (account, group) = (visit.who()?.account.id, visit.group()?.id);
    let text = visit.form.without(&OWN_FIELDS);
    visit.write(|tx| entry::keep(tx, account, group, &visit.head.path, &text))?;
    let at = crate::clock::now().as_millisecond();
    Ok(visit.text("entry-kept-at", &[("time", format::time(visit.language, at).into())]))
}

/// What the page's script is told; now and then it asks for what was typed to
/// be kept.
pub(super) fn live(visit: &Visit<'_>, place: &Place, typed: &Typed, judged: &Judged) -> Result<Answer> {
    let kept = keep(visit)?;
    let parts = making(visit, place, typed, judged).parts();
    let unasked = judged.unasked.join(", ");
    Answer::json(&Live { unasked: &unasked, ..Live::of(&parts, &progress(visit, judged), &kept) })
}

/// Where the newest version is seen, by whoever may open it.
pub(super) fn newest_path(visit: &Visit<'_>, place: &Place) -> Option<String> {
    let newest = place.changed.as_ref().map_or(place.over.and(registration(place)), |it| it.newest)?;
    Some(match visit.permits(Permission::RegistrationsRead) {
        true => visit.group_path(&format!("/registrations/{}", newest.0)),
        false => edit_path(visit, newest),
    })
}

/// The registration that the form changes, if it does not make one.
pub(super) fn registration(place: &Place) -> Option<RegistrationId> {
    place.stored.as_ref().filter(|stored| stored.is_same_registration()).map(|stored| stored.id)
}

pub(super) fn edit_path(visit: &Visit<'_>, id: RegistrationId) -> String {
    visit.group_path(&format!("/registrations/{}/edit", id.0))
}
