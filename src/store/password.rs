//! Passwords of accounts, as Argon2id hashes that the portal makes.

use rusqlite::{OptionalExtension, params};
use serde_json::json;

use super::{Tx, account, alert, audit, member, organisation, session};
use crate::{
    domain::{
        account::{AccountId, Actor, Temporary},
        organisation::OrganisationId,
        role::Permission,
    },
    error::Result,
};

/// The hash of the account's password, with its parameters; none for an
/// account that was cancelled.
pub fn hash(tx: &Tx<'_>, id: AccountId) -> Result<Option<String>> {
    let mut statement = tx.sql.prepare_cached("SELECT password FROM account WHERE id = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get(0)).optional()?.flatten())
}

/// Sets one's own password, which the caller has judged strong enough, and
/// ends all sessions of the account.
pub fn change(tx: &Tx<'_>, id: AccountId, hash: &str) -> Result<()> {
    account::alive(tx, id)?;
    tx.sql.execute(
        "UPDATE account SET password = ?2, temporary_until = NULL WHERE id = ?1",
        params![id.0, hash],
    )?;
    session::end_all(tx, id, None)?;
    audit::record(tx, &Actor::Account(id).to_string(), "password.change", None, &json!({ "account": id.0 }))
}

/// Puts another hash of the same password in place, made with newer parameters.
/// Nothing is changed if `before` is not the hash any more.
pub fn rehash(tx: &Tx<'_>, id: AccountId, before: &str, hash: &str) -> Result<()> {
    tx.sql.execute(
        "UPDATE account SET password = ?3 WHERE id = ?1 AND password = ?2",
        params![id.0, before, hash],
    )?;
    Ok(())
}

/// Gives another's account a temporary password, ends its sessions and alerts
/// the organisations in which it has roles.
///
/// # Errors
///
/// `Forbidden` for one's own account, and to a `dp_manager` if the account is
/// a manager or has roles elsewhere; `NotFound` to whoever does not see it.
pub fn reset(tx: &Tx<'_>, by: &Actor, id: AccountId, password: &Temporary) -> Result<()> {
    account::may_reset(tx, by, id)?;
    account::alive(tx, id)?;
    tx.sql.execute(
        "UPDATE account SET password = ?2, temporary_until = ?3 WHERE id = ?1",
        params![id.0, password.hash, password.until],
    )?;
    session::end_all(tx, id, None)?;
    alert_of_reset(tx, id, "password")?;
    audit::record(tx, &by.to_string(), "password.reset", None, &json!({ "account": id.0 }))
}

/// Notes that an organisation has seen that an account was reset, which clears
/// the alert.
///
/// # Errors
///
/// `Forbidden` to all but managers and `dp_manager`s of the organisation.
pub fn reset_seen(tx: &Tx<'_>, by: &Actor, organisation: OrganisationId, id: AccountId) -> Result<()> {
    member::require(tx, by, Permission::MembersEdit, Some(organisation))?;
    let nihdi = organisation::get(tx, organisation)?.nihdi;
    if alert::clear(tx, &alert::reset(id, nihdi.as_str()))? {
        let details = json!({ "account": id.0 });
        audit::record(tx, &by.to_string(), "account.reset-seen", Some(organisation), &details)?;
    }
    Ok(())
}

/// Tells the account's organisations that somebody else reset it.
pub(super) fn alert_of_reset(tx: &Tx<'_>, id: AccountId, what: &str) -> Result<()> {
    for membership in member::of_account(tx, id)? {
        let nihdi = organisation::get(tx, membership.organisation)?.nihdi;
        alert::raise(tx, &alert::reset(id, nihdi.as_str()), what)?;
    }
    Ok(())
}
