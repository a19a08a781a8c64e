//! Add a member, and edit the roles of one.

use serde::Serialize;

use super::member::{named_projects, target};
use crate::{
    domain::{
        account::{Account, AccountId},
        email::is_email,
        member::Grant,
        role::Role,
    },
    error::{Code, Error, Result},
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
    store::{account, member},
};

/// The first step: an e-mail address.
pub fn add(visit: &Visit<'_>) -> Result<Answer> {
    Ok(visit.page("member_add.html", content! { errors => Errors::default(), email => "" }))
}

/// The second step: the roles, for an account that is known or a new one.
/// Posted, so that no e-mail address stands in an address.
pub fn post_email(visit: &Visit<'_>) -> Result<Answer> {
    let email = visit.form.get("email");
    let mut errors = Errors::default();
    if !is_email(email) {
        errors.add("email", visit.text("account-email-invalid", &[]));
    }
    let known = visit.read(|tx| account::by_email(tx, email))?;
    if let Some(known) = &known {
        let group = visit.group()?;
        if !visit.read(|tx| member::roles(tx, group.id, known.id))?.is_empty() {
            let error =
                Error::new(Code::Conflict, "account-member-known").with("email", known.email.as_str());
            errors.add("email", error.text(visit.language));
        }
    }
    if !errors.is_empty() {
        let status = errors.status();
        return Ok(visit.page("member_add.html", content! { errors, email }).status(status));
    }
    form(visit, email, known.as_ref(), &[], &Errors::default())
}

/// Adds the member; a new account's temporary password is shown once.
pub fn post_add(visit: &Visit<'_>) -> Result<Answer> {
    let (by, group) = (visit.actor(), visit.group()?.id);
    let email = visit.form.get("email").to_owned();
    let roles = grants(visit);
    let known = visit.read(|tx| account::by_email(tx, &email))?;
    let Some(known) = known else {
        let (secret, temporary) = visit.portal.temporary()?;
        let added = visit.write(|tx| member::add_new(tx, &by, group, &email, &temporary, &roles));
        return match mendable(added, visit.language, field)? {
            Ok(_) => {
                let (secret, until) = (secret.as_str(), temporary.until);
                Ok(visit.page("member_password.html", content! { email, secret, until, is_new => true }))
            }
            Err(errors) => form(visit, &email, None, &roles, &errors),
        };
    };
    let added = visit.write(|tx| member::add(tx, &by, group, known.id, &roles));
    match mendable(added, visit.language, field)? {
        Ok(()) => Ok(Answer::redirect(visit.group_path("/members?done=member-added"))),
        Err(errors) => form(visit, &email, Some(&known), &roles, &errors),
    }
}

/// The roles of a member.
pub fn edit(visit: &Visit<'_>) -> Result<Answer> {
    let account = target(visit)?;
    let group = visit.group()?.id;
    let roles = visit.read(|tx| member::roles(tx, group, account.id))?;
    form(visit, &account.email, Some(&account), &roles, &Errors::default())
}

/// Saves the roles of a member.
pub fn post_edit(visit: &Visit<'_>) -> Result<Answer> {
    let account = target(visit)?;
    let (by, group, roles) = (visit.actor(), visit.group()?.id, grants(visit));
    let saved = visit.write(|tx| member::set_roles(tx, &by, group, account.id, &roles));
    match mendable(saved, visit.language, field)? {
        Ok(()) => Ok(Answer::redirect(visit.group_path("/members?done=member-saved"))),
        Err(errors) => form(visit, &account.email, Some(&account), &roles, &errors),
    }
}

/// A role to tick.
#[derive(Serialize)]
struct Choice {
    name: &'static str,
    is_held: bool,
    has_projects: bool,
    /// The number, the name, whether it is given.
    projects: Vec<(String, String, bool)>,
}

fn form(
    visit: &Visit<'_>,
    email: &str,
    account: Option<&Account>,
    held: &[Grant],
    errors: &Errors,
) -> Result<Answer> {
    let known = visit.read(named_projects)?;
    let choice = |role: Role| {
        let grant = held.iter().find(|grant| grant.role == role);
        let is_given = |project: &String| grant.is_some_and(|grant| grant.projects.contains(project));
        Choice {
            name: role.name(),
            is_held: grant.is_some(),
            has_projects: role.has_projects(),
            projects: known
                .iter()
                .map(|(project, name)| (project.clone(), name.clone(), is_given(project)))
                .collect(),
        }
    };
    let roles: Vec<_> = Role::ALL.into_iter().filter(|role| !role.is_of_installation()).map(choice).collect();
    let is_edit = !visit.params.get("account").is_empty();
    let action = if is_edit {
        format!("/members/{}/edit", visit.param("account"))
    } else {
        "/members/add/roles".into()
    };
    let content = content! {
        errors, email, roles, is_edit, is_known => account.is_some(), action => visit.group_path(&action),
        id => account.map(|account| { let AccountId(id) = account.id; id }),
    };
    Ok(visit.page("member_roles.html", content).status(errors.status()))
}

/// The roles that are ticked, each study role with its projects.
fn grants(visit: &Visit<'_>) -> Vec<Grant> {
    let roles = visit.form.all("role").filter_map(Role::named);
    let grant = |role: Role| {
        let projects = format!("projects-{}", role.name());
        let projects = visit.form.all(&projects).map(str::to_owned).collect();
        Grant { role, projects: if role.has_projects() { projects } else { Vec::new() } }
    };
    roles.map(grant).collect()
}

fn field(error: &Error) -> &'static str {
    match error.id {
        "account-email-invalid" | "account-known" | "account-member-known" => "email",
        _ => "",
    }
}
