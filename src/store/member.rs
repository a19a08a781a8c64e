//! Members of organisations and their roles.
//!
//! The rules are here, so that no page can forget them: who may do this at
//! all, that nobody grants roles to themselves, and that only managers make or
//! unmake a DP Manager.

use rusqlite::{Row, params};
use serde_json::json;

use super::{Tx, account, alert, audit, organisation};
use crate::{
    domain::{
        account::{Account, AccountId, Actor, Temporary},
        member::{Grant, Membership, Standing, forbidden, not_found},
        organisation::OrganisationId,
        role::{Permission, Role},
    },
    error::{Code, Error, Result},
};

/// A member of an organisation.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Member {
    /// The account.
    pub account: Account,
    /// Its roles in the organisation; at least one.
    pub roles: Vec<Grant>,
}

/// All that the account may do now.
pub fn standing(tx: &Tx<'_>, id: AccountId) -> Result<Standing> {
    let mut statement =
        tx.sql.prepare_cached("SELECT manager FROM account WHERE id = ?1 AND cancelled_at IS NULL")?;
    let is_manager = statement.query_map([id.0], |row| row.get(0))?.next().transpose()?;
    let mut statement = tx.sql.prepare_cached(
        "SELECT m.* FROM member_role m JOIN organisation o ON o.id = m.organisation
         WHERE m.account = ?1 AND o.deactivated_at IS NULL ORDER BY m.organisation",
    )?;
    let rows = statement.query_map([id.0], granted)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Standing { account: id, is_manager: is_manager.unwrap_or(false), memberships: memberships(rows) })
}

/// Refuses what the actor is not permitted in `organisation` (or, without one,
/// in the installation), as [`Standing::require`].
pub fn require(
    tx: &Tx<'_>,
    by: &Actor,
    permission: Permission,
    organisation: Option<OrganisationId>,
) -> Result<()> {
    match by {
        Actor::Account(id) => standing(tx, *id)?.require(permission, organisation),
        Actor::System(_) => Ok(()),
    }
}

/// The roles of an account in all organisations, deactivated ones included.
pub fn of_account(tx: &Tx<'_>, id: AccountId) -> Result<Vec<Membership>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM member_role WHERE account = ?1 ORDER BY organisation")?;
    Ok(memberships(statement.query_map([id.0], granted)?.collect::<rusqlite::Result<_>>()?))
}

/// The members of an organisation, by e-mail address.
pub fn of_organisation(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<Member>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT a.id, a.email, a.language, a.manager, a.second_factor IS NOT NULL, a.temporary_until, a.created_at,
           a.cancelled_at, m.role, m.projects
         FROM member_role m JOIN account a ON a.id = m.account
         WHERE m.organisation = ?1 ORDER BY a.email_key",
    )?;
    let mut members: Vec<Member> = Vec::new();
    let rows = statement.query_map([organisation.0], |row| Ok((account::account(row)?, grant(row)?)))?;
    for row in rows {
        let (account, grant) = row?;
        match members.last_mut().filter(|last| last.account.id == account.id) {
            Some(last) => last.roles.push(grant),
            None => members.push(Member { account, roles: vec![grant] }),
        }
    }
    members.iter_mut().for_each(|member| member.roles.sort());
    Ok(members)
}

/// The roles of an account in an organisation; empty if it is no member.
pub fn roles(tx: &Tx<'_>, organisation: OrganisationId, id: AccountId) -> Result<Vec<Grant>> {
    let of_here = |membership: &Membership| membership.organisation == organisation;
    Ok(of_account(tx, id)?.into_iter().find(of_here).map(|membership| membership.roles).unwrap_or_default())
}

/// Adds an account that exists to an organisation.
///
/// # Errors
///
/// `NotFound` or `Forbidden` to whoever may not edit members; `Forbidden` for
/// one's own account and for roles that the actor cannot grant; `Conflict` for
/// a member; `Invalid` for roles that cannot be.
pub fn add(
    tx: &Tx<'_>,
    by: &Actor,
    organisation: OrganisationId,
    id: AccountId,
    roles: &[Grant],
) -> Result<()> {
    require(tx, by, Permission::MembersEdit, Some(organisation))?;
    let known = account::alive(tx, id)?;
    if !self::roles(tx, organisation, id)?.is_empty() {
        return Err(Error::new(Code::Conflict, "account-member-known").with("email", known.email));
    }
    replace(tx, by, organisation, id, roles, "member.add")
}

/// Makes an account with a temporary password and adds it to an organisation.
///
/// # Errors
///
/// As [`add`]; `Conflict` if the e-mail address has an account already.
pub fn add_new(
    tx: &Tx<'_>,
    by: &Actor,
    organisation: OrganisationId,
    email: &str,
    password: &Temporary,
    roles: &[Grant],
) -> Result<AccountId> {
    require(tx, by, Permission::MembersEdit, Some(organisation))?;
    let id = account::add(tx, email, password)?;
    audit::record(tx, &by.to_string(), "account.add", Some(organisation), &json!({ "account": id.0 }))?;
    replace(tx, by, organisation, id, roles, "member.add")?;
    Ok(id)
}

/// Changes the roles of a member.
///
/// # Errors
///
/// As [`add`], but `NotFound` for who is no member. One's own roles can be
/// given up, not added to.
pub fn set_roles(
    tx: &Tx<'_>,
    by: &Actor,
    organisation: OrganisationId,
    id: AccountId,
    roles: &[Grant],
) -> Result<()> {
    require(tx, by, Permission::MembersEdit, Some(organisation))?;
    if self::roles(tx, organisation, id)?.is_empty() {
        return Err(not_found());
    }
    replace(tx, by, organisation, id, roles, "member.change")
}

/// Removes a member from an organisation. The account stays.
///
/// # Errors
///
/// `NotFound` or `Forbidden` to whoever may not edit members, and for a DP
/// Manager to all but managers and the person.
pub fn remove(tx: &Tx<'_>, by: &Actor, organisation: OrganisationId, id: AccountId) -> Result<()> {
    require(tx, by, Permission::MembersEdit, Some(organisation))?;
    let before = roles(tx, organisation, id)?;
    if before.is_empty() {
        return Err(not_found());
    }
    only_managers_make_dp_managers(tx, by, id, &before, &[])?;
    delete(tx, organisation, id)?;
    let nihdi = organisation::get(tx, organisation)?.nihdi;
    alert::clear(tx, &alert::reset(id, nihdi.as_str()))?;
    let details = json!({ "account": id.0, "before": before });
    audit::record(tx, &by.to_string(), "member.remove", Some(organisation), &details)
}

fn replace(
    tx: &Tx<'_>,
    by: &Actor,
    organisation: OrganisationId,
    id: AccountId,
    roles: &[Grant],
    act: &str,
) -> Result<()> {
    check(roles)?;
    let before = self::roles(tx, organisation, id)?;
    if by.account() == Some(id) && !roles.iter().all(|grant| is_within(grant, &before)) {
        return Err(Error::new(Code::Forbidden, "account-roles-self"));
    }
    only_managers_make_dp_managers(tx, by, id, &before, roles)?;
    delete(tx, organisation, id)?;
    for grant in roles {
        tx.sql.execute(
            "INSERT INTO member_role (organisation, account, role, projects) VALUES (?1, ?2, ?3, ?4)",
            params![organisation.0, id.0, grant.role.name(), json!(grant.projects).to_string()],
        )?;
    }
    let details = json!({ "account": id.0, "before": before, "roles": roles });
    audit::record(tx, &by.to_string(), act, Some(organisation), &details)
}

fn check(roles: &[Grant]) -> Result<()> {
    let twice = |grant: &Grant| roles.iter().filter(|other| other.role == grant.role).count() > 1;
    match () {
        () if roles.is_empty() => Err(Error::invalid("account-roles-none")),
        () if roles.iter().any(|grant| grant.role.is_of_installation() || twice(grant)) => {
            Err(Error::invalid("account-roles-wrong"))
        }
        () if roles.iter().any(|grant| grant.role.has_projects() == grant.projects.is_empty()) => {
            Err(Error::invalid("account-roles-projects"))
        }
        () => Ok(()),
    }
}

/// Whether a role is held already, for at least these projects.
fn is_within(grant: &Grant, before: &[Grant]) -> bool {
    let covers = |held: &Grant| {
        held.role == grant.role && grant.projects.iter().all(|project| held.projects.contains(project))
    };
    before.iter().any(covers)
}

fn only_managers_make_dp_managers(
    tx: &Tx<'_>,
    by: &Actor,
    id: AccountId,
    before: &[Grant],
    after: &[Grant],
) -> Result<()> {
    let Actor::Account(acting) = by else { return Ok(()) };
    let is_one = |roles: &[Grant]| roles.iter().any(|grant| grant.role == Role::DpManager);
    // Giving it up oneself is no grant.
    let given_up = *acting == id && !is_one(after);
    if is_one(before) == is_one(after) || given_up || standing(tx, *acting)?.is_manager {
        return Ok(());
    }
    Err(forbidden(Permission::Organisations))
}

fn delete(tx: &Tx<'_>, organisation: OrganisationId, id: AccountId) -> Result<()> {
    let sql = "DELETE FROM member_role WHERE organisation = ?1 AND account = ?2";
    tx.sql.execute(sql, [organisation.0, id.0])?;
    Ok(())
}

fn memberships(rows: Vec<(OrganisationId, Grant)>) -> Vec<Membership> {
    let mut memberships: Vec<Membership> = Vec::new();
    for (organisation, grant) in rows {
        match memberships.last_mut().filter(|last| last.organisation == organisation) {
            Some(last) => last.roles.push(grant),
            None => memberships.push(Membership { organisation, roles: vec![grant] }),
        }
    }
    memberships.iter_mut().for_each(|membership| membership.roles.sort());
    memberships
}

fn granted(row: &Row<'_>) -> rusqlite::Result<(OrganisationId, Grant)> {
    Ok((OrganisationId(row.get("organisation")?), grant(row)?))
}

fn grant(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let role = Role::named(&row.get::<_, String>("role")?).ok_or(rusqlite::Error::InvalidQuery)?;
    let projects = serde_json::from_str(&row.get::<_, String>("projects")?);
    Ok(Grant { role, projects: projects.map_err(|_| rusqlite::Error::InvalidQuery)? })
}
