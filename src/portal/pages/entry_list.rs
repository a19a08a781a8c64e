//! The forms that a person may fill in, and what of theirs is not finished.

use serde::Serialize;

use super::{
    registration::reached,
    registration_list::{self, scopes},
};
use crate::{
    domain::{
        registration::{RegistrationId, State},
        role::Permission,
    },
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
    store::{
        Tx, definition, entry,
        listing::{self, Page, Start},
    },
};

/// Drafts on a page.
const ROWS: usize = 25;

/// A form that can be chosen.
#[derive(Serialize)]
struct Offered<'a> {
    name: String,
    version: String,
    project: &'a str,
    title: String,
}

/// A draft of the person, or what was typed and not saved.
#[derive(Serialize)]
struct Unfinished {
    path: String,
    name: String,
    at: i64,
    is_saved: bool,
}

/// The forms that the person may fill in, and what is not finished.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let (group, who) = (visit.group()?.id, visit.who()?);
    let projects = who.standing.projects(Permission::RegistrationsEnter, group);
    let from: Option<i64> = visit.query.get("from").parse().ok();
    let (offered, unfinished) = visit.read(|tx| {
        let mut all = visit.portal.forms.all(tx)?;
        let limited = visit.group()?;
        all.retain(|newest| projects.reach(&newest.project).is_some() && limited.takes(&newest.name));
        if let Some(from) = from.map(RegistrationId) {
            let listed = reached(visit, tx, from, Permission::RegistrationsRead)?;
            let project = definition::facts(tx, listed.definition)?.project;
            all.retain(|newest| newest.project == project);
        }
        let titles = all.iter().map(|newest| visit.portal.forms.title(tx, newest, visit.language));
        let titles = titles.collect::<Result<Vec<String>>>()?;
        Ok((all.into_iter().zip(titles).collect::<Vec<_>>(), unfinished(visit, tx)?))
    })?;
    let offered: Vec<_> = offered
        .iter()
        .map(|(newest, title)| Offered {
            name: newest.name.clone(),
            version: newest.version.to_string(),
            project: &newest.project,
            title: title.clone(),
        })
        .collect();
    let (unfinished, drafts) = unfinished;
    let query = from.map_or_else(String::new, |from| format!("from={from}&"));
    let link = |at: &str, id: Option<RegistrationId>| {
        id.map(|id| visit.group_path(&format!("/registrations/new?{query}{at}={}", id.0)))
    };
    let pages = content! { previous => link("after", drafts.newer), next => link("before", drafts.older) };
    let is_cut = drafts.is_cut;
    Ok(visit.page("entry_list.html", content! { offered, unfinished, pages, is_cut, from }))
}

/// A page of the person's drafts in this group, and before the first one the
/// forms that are kept.
fn unfinished(visit: &Visit<'_>, tx: &Tx<'_>) -> Result<(Vec<Unfinished>, Page)> {
    let (group, who) = (visit.group()?.id, visit.who()?);
    let stored = definition::stored(tx)?;
    let mut scopes = scopes(visit, &stored, Permission::RegistrationsEnter)?;
    scopes.iter_mut().for_each(|scope| scope.people = vec![who.account.email.clone()]);
    let filter = listing::Filter { scopes, state: Some(State::Open), ..listing::Filter::default() };
    let start = registration_list::start(visit);
    let drafts = listing::page(tx, group, &filter, start, ROWS)?;
    let name =
        |id: i64| stored.iter().find(|(known, _)| *known == id).map_or("", |(_, facts)| facts.name.as_str());
    let kept = entry::all_kept(tx, who.account.id, group)?;
    let saved = drafts.rows.iter().map(|draft| Unfinished {
        path: visit.group_path(&format!("/registrations/{}/edit", draft.id.0)),
        name: format!("{} · {}", name(draft.definition), draft.id.0),
        at: draft.arrived_at,
        is_saved: true,
    });
    let saved: Vec<_> = saved.filter(|draft| kept.iter().all(|(path, _)| *path != draft.path)).collect();
    let unsaved = kept.into_iter().filter(|_| start == Start::Newest);
    let unsaved =
        unsaved.map(|(path, at)| Unfinished { name: name_of(&path).to_owned(), path, at, is_saved: false });
    let unfinished = unsaved.chain(saved).collect();
    Ok((unfinished, drafts))
}

/// What a kept form is called: its definition, or the number of its registration.
fn name_of(path: &str) -> &str {
    let mut parts = path.split('/').skip_while(|part| *part != "registrations").skip(1);
    parts.find(|part| *part != "new").unwrap_or_default()
}
