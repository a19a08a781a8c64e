//! Members of a group: the list, and what somebody may do there.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::{
        account::{Account, AccountId},
        member::{Grant, not_found},
        role::Permission,
    },
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
    store::{Tx, account, definition, member, password, second_factor},
};

/// A member in the list.
#[derive(Serialize)]
struct Row {
    id: i64,
    email: String,
    roles: Vec<Held>,
    is_self: bool,
    is_new: bool,
    has_second_factor: bool,
    elsewhere: bool,
}

/// A role that is held.
#[derive(Serialize)]
struct Held {
    name: &'static str,
    projects: Vec<String>,
}

/// The list.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let (group, me) = (visit.group()?, visit.who()?.account.id);
    let rows = visit.read(|tx| {
        let row = |member: member::Member| {
            let account = member.account;
            Ok(Row {
                id: account.id.0,
                is_self: account.id == me,
                is_new: account.temporary_until.is_some(),
                has_second_factor: account.has_second_factor,
                elsewhere: member::of_account(tx, account.id)?.len() > 1,
                email: account.email,
                roles: member.roles.into_iter().map(held).collect(),
            })
        };
        member::of_organisation(tx, group.id)?.into_iter().map(row).collect::<Result<Vec<_>>>()
    })?;
    let may_edit = visit.permits(Permission::MembersEdit);
    Ok(visit.page("members.html", content! { rows, may_edit }))
}

/// Asks before a member is removed.
pub fn ask_remove(visit: &Visit<'_>) -> Result<Answer> {
    let account = target(visit)?;
    Ok(visit.page("member_remove.html", content! { email => account.email, id => account.id.0 }))
}

/// Removes a member. The account stays.
pub fn remove(visit: &Visit<'_>) -> Result<Answer> {
    let (by, id, account) = (visit.actor(), visit.group()?.id, target(visit)?);
    visit.write(|tx| member::remove(tx, &by, id, account.id))?;
    let left = account.id == visit.who()?.account.id;
    Ok(Answer::redirect(if left {
        "/ssp?done=member-removed".to_owned()
    } else {
        visit.group_path("/members?done=member-removed")
    }))
}

/// Gives a new temporary password, which is shown once.
pub fn reset_password(visit: &Visit<'_>) -> Result<Answer> {
    let (by, account) = (visit.actor(), target(visit)?);
    let (secret, temporary) = visit.portal.temporary()?;
    visit.write(|tx| password::reset(tx, &by, account.id, &temporary))?;
    let until = temporary.until;
    let secret = secret.as_str();
    Ok(visit
        .page("member_password.html", content! { email => account.email, secret, until, is_new => false }))
}

/// Takes the second factor off an account whose person lost it.
pub fn reset_factor(visit: &Visit<'_>) -> Result<Answer> {
    let (by, account) = (visit.actor(), target(visit)?);
    visit.write(|tx| second_factor::reset(tx, &by, account.id))?;
    Ok(Answer::redirect(visit.group_path("/members?done=factor-reset")))
}

/// The projects that study roles can be given for.
pub fn projects(tx: &Tx<'_>) -> Result<Vec<String>> {
    let mut projects: Vec<_> = definition::all(tx)?.iter().map(|known| known.project.clone()).collect();
    projects.sort();
    projects.dedup();
    Ok(projects)
}

/// The same, each with the name that people call it by.
pub fn named_projects(tx: &Tx<'_>) -> Result<BTreeMap<String, String>> {
    Ok(definition::all(tx)?.iter().map(|known| (known.project.clone(), known.abbreviation.clone())).collect())
}

/// The member that the path names.
pub fn target(visit: &Visit<'_>) -> Result<Account> {
    let (group, id) = (visit.group()?.id, AccountId(visit.number("account")?));
    visit.read(|tx| {
        if member::roles(tx, group, id)?.is_empty() {
            return Err(not_found());
        }
        account::get(tx, id)
    })
}

fn held(grant: Grant) -> Held {
    Held { name: grant.role.name(), projects: grant.projects }
}
