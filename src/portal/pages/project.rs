//! The project that a page of a group is about.

use serde::Serialize;

use crate::{
    domain::{
        member::{Projects, not_found},
        role::Permission,
    },
    error::Result,
    portal::{form::encode, pages::member, visit::Visit},
    store::{Tx, definition},
};

/// The projects that a person may choose from, and the one that is chosen.
pub struct Choice {
    /// All that may be chosen.
    pub items: Vec<Item>,
    /// The chosen one; none if there is none to choose.
    pub chosen: Option<String>,
}

/// A project as a link.
#[derive(Serialize)]
pub struct Item {
    name: String,
    href: String,
    here: bool,
}

/// The projects of the group in which the person may do `permission`, `asked`
/// being the one that the address or the form names, or else the first that is
/// in use here, that asks for enrolment, or at all. `page` is the group's page
/// that the links lead to.
///
/// # Errors
///
/// `NotFound` for a project that does not exist, or not for this person.
pub fn choose(
    visit: &Visit<'_>,
    tx: &Tx<'_>,
    permission: Permission,
    page: &str,
    asked: &str,
) -> Result<Choice> {
    let reached = visit.who()?.standing.projects(permission, visit.group()?.id);
    let mut known = member::projects(tx)?;
    known.retain(|project| reached.reach(project).is_some());
    let chosen = match asked {
        "" => usual(tx, &known)?,
        asked => Some(known.iter().find(|known| *known == asked).cloned().ok_or_else(not_found)?),
    };
    let item = |name: String| Item {
        href: visit.group_path(&format!("{page}?project={}", encode(&name))),
        here: Some(&name) == chosen.as_ref(),
        name,
    };
    Ok(Choice { items: known.into_iter().map(item).collect(), chosen })
}

fn usual(tx: &Tx<'_>, known: &[String]) -> Result<Option<String>> {
    let used = definition::stored(tx)?;
    let all = definition::all(tx)?;
    let is_used = |project: &&String| used.iter().any(|(_, facts)| facts.project == **project);
    let asks = |project: &&String| all.iter().any(|one| one.enrolment_required && one.project == **project);
    let first = known.iter().find(is_used).or_else(|| known.iter().find(asks)).or(known.first());
    Ok(first.cloned())
}

/// The project that a form or an address names, for one who may do
/// `permission` there.
///
/// # Errors
///
/// As [`choose`]; also if no project is named and none is known.
pub fn named(visit: &Visit<'_>, tx: &Tx<'_>, permission: Permission, asked: &str) -> Result<String> {
    choose(visit, tx, permission, "", asked)?.chosen.ok_or_else(not_found)
}

/// Whether the person may do `permission` in all projects of the group.
pub fn reaches_all(visit: &Visit<'_>, permission: Permission) -> Result<bool> {
    Ok(visit.who()?.standing.projects(permission, visit.group()?.id) == Projects::All)
}
