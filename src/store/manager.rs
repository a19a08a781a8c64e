//! User Managers, of whom there is always at least one once there was one.

use serde_json::json;

use super::{Tx, account, audit, member};
use crate::{
    domain::{
        account::{Account, AccountId, Actor, Temporary},
        role::Permission,
    },
    error::{Code, Error, Result},
};

/// All User Managers, by e-mail address.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Account>> {
    account::managers(tx)
}

/// Whether there is a User Manager.
pub fn exists(tx: &Tx<'_>) -> Result<bool> {
    let mut statement = tx.sql.prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE manager)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Adds a User Manager with a temporary password.
///
/// # Errors
///
/// `Forbidden` to all but managers; `Conflict` for an e-mail address that has
/// an account ([`appoint`] is for those); `Invalid` for what is no address.
pub fn add(tx: &Tx<'_>, by: &Actor, email: &str, password: &Temporary) -> Result<AccountId> {
    member::require(tx, by, Permission::Accounts, None)?;
    let id = account::add(tx, email, password)?;
    let details = json!({ "account": id.0 });
    audit::record(tx, &by.to_string(), "account.add", None, &details)?;
    set(tx, by, id, true)?;
    Ok(id)
}

/// Makes a User Manager of an account that exists.
///
/// # Errors
///
/// `Forbidden` to all but managers, who can only appoint others.
pub fn appoint(tx: &Tx<'_>, by: &Actor, id: AccountId) -> Result<()> {
    member::require(tx, by, Permission::Accounts, None)?;
    account::alive(tx, id)?;
    set(tx, by, id, true)
}

/// Takes the role of User Manager away.
///
/// # Errors
///
/// `Forbidden` to all but managers; `Conflict` for the last manager.
pub fn dismiss(tx: &Tx<'_>, by: &Actor, id: AccountId) -> Result<()> {
    member::require(tx, by, Permission::Accounts, None)?;
    account::alive(tx, id)?;
    one_stays(tx, id)?;
    set(tx, by, id, false)
}

/// Refuses to do without the last manager.
pub(super) fn one_stays(tx: &Tx<'_>, without: AccountId) -> Result<()> {
    let mut statement =
        tx.sql.prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE manager AND id <> ?1)")?;
    if statement.query_row([without.0], |row| row.get(0))? {
        Ok(())
    } else {
        Err(Error::new(Code::Conflict, "account-last-manager"))
    }
}

fn set(tx: &Tx<'_>, by: &Actor, id: AccountId, is_manager: bool) -> Result<()> {
    let sql = "UPDATE account SET manager = ?2 WHERE id = ?1 AND manager <> ?2";
    if tx.sql.execute(sql, (id.0, is_manager))? == 1 {
        let act = if is_manager { "manager.appoint" } else { "manager.dismiss" };
        audit::record(tx, &by.to_string(), act, None, &json!({ "account": id.0 }))?;
    }
    Ok(())
}
