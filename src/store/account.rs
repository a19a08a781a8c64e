//! Accounts, apart from their passwords (`password.rs`), second factors and
//! roles (`member.rs`, `manager.rs`).

use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;

use super::{Tx, audit, login, manager, member, session};
use crate::{
    domain::{
        account::{Account, AccountId, Actor, Temporary, email_key},
        email::is_email,
        member::{Membership, Standing, forbidden, not_found},
        role::Permission,
    },
    error::{Code, Error, Result},
    language::Language,
};

/// An account with its roles, as managers see it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Listed {
    /// The account.
    pub account: Account,
    /// Its roles, in deactivated organisations too.
    pub memberships: Vec<Membership>,
}

/// Columns by their places, as [`account`] takes them.
macro_rules! accounts {
    ($which:literal) => {
        concat!(
            "SELECT id, email, language, manager, second_factor IS NOT NULL, temporary_until, created_at, cancelled_at
             FROM account ",
            $which
        )
    };
}

/// The account of this e-mail address, if there is one that is not cancelled.
pub fn by_email(tx: &Tx<'_>, email: &str) -> Result<Option<Account>> {
    let mut statement = tx.sql.prepare_cached(accounts!("WHERE email_key = ?1 AND cancelled_at IS NULL"))?;
    Ok(statement.query_row([email_key(email)], account).optional()?)
}

/// The account of this key, cancelled or not.
///
/// # Errors
///
/// `NotFound` if there is none.
pub fn get(tx: &Tx<'_>, id: AccountId) -> Result<Account> {
    let mut statement = tx.sql.prepare_cached(accounts!("WHERE id = ?1"))?;
    statement.query_row([id.0], account).optional()?.ok_or_else(not_found)
}

/// The accounts of User Managers, by e-mail address.
pub(super) fn managers(tx: &Tx<'_>) -> Result<Vec<Account>> {
    let mut statement = tx.sql.prepare_cached(accounts!("WHERE manager ORDER BY email_key"))?;
    let rows = statement.query_map([], account)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The accounts whose e-mail address contains `search` (all, if it is empty),
/// by address; those that were cancelled come last.
pub fn list(tx: &Tx<'_>, search: &str) -> Result<Vec<Listed>> {
    let mut statement = tx.sql.prepare_cached(accounts!(
        "WHERE instr(email_key, ?1) > 0 ORDER BY cancelled_at IS NOT NULL, email_key, id"
    ))?;
    let accounts: Vec<_> =
        statement.query_map([email_key(search)], account)?.collect::<rusqlite::Result<_>>()?;
    let listed = |account: Account| Ok(Listed { memberships: member::of_account(tx, account.id)?, account });
    accounts.into_iter().map(listed).collect()
}

/// Chooses the language of one's own account.
pub fn set_language(tx: &Tx<'_>, id: AccountId, language: Language) -> Result<()> {
    tx.sql
        .prepare_cached("UPDATE account SET language = ?2 WHERE id = ?1")?
        .execute(params![id.0, language.code()])?;
    Ok(())
}

/// Cancels an account for good: it loses its roles, password, second factor
/// and sessions. What it did stays its own in the audit.
///
/// # Errors
///
/// `Forbidden` to all but managers, and for one's own account; `Conflict` for
/// the last manager.
pub fn cancel(tx: &Tx<'_>, by: &Actor, id: AccountId) -> Result<()> {
    member::require(tx, by, Permission::Accounts, None)?;
    let known = alive(tx, id)?;
    if by.account() == Some(id) {
        return Err(Error::new(Code::Forbidden, "account-cancel-self"));
    }
    if known.is_manager {
        manager::one_stays(tx, id)?;
    }
    let organisations: Vec<_> =
        member::of_account(tx, id)?.iter().map(|membership| membership.organisation.0).collect();
    session::end_all(tx, id, None)?;
    login::forget(tx, &known)?;
    for sql in ["DELETE FROM member_role WHERE account = ?1", "DELETE FROM recovery_code WHERE account = ?1"]
    {
        tx.sql.execute(sql, [id.0])?;
    }
    tx.sql.execute(
        "UPDATE account SET cancelled_at = ?2, manager = 0, password = NULL, temporary_until = NULL,
         second_factor = NULL WHERE id = ?1",
        params![id.0, tx.now.as_millisecond()],
    )?;
    let details = json!({ "account": id.0, "organisations": organisations });
    audit::record(tx, &by.to_string(), "account.cancel", None, &details)
}

/// Makes an account with a temporary password. Who may is for callers to say.
pub(super) fn add(tx: &Tx<'_>, email: &str, password: &Temporary) -> Result<AccountId> {
    let email = email.trim();
    if !is_email(email) {
        return Err(Error::invalid("account-email-invalid"));
    }
    if by_email(tx, email)?.is_some() {
        return Err(Error::new(Code::Conflict, "account-known").with("email", email));
    }
    tx.sql.execute(
        "INSERT INTO account (email, email_key, password, temporary_until, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![email, email_key(email), password.hash, password.until, tx.now.as_millisecond()],
    )?;
    Ok(AccountId(tx.sql.last_insert_rowid()))
}

/// The account, unless it was cancelled.
pub(super) fn alive(tx: &Tx<'_>, id: AccountId) -> Result<Account> {
    let account = get(tx, id)?;
    if account.cancelled_at.is_some() {
        return Err(Error::new(Code::Conflict, "account-cancelled").with("email", account.email));
    }
    Ok(account)
}

/// Refuses an act on another's password or second factor: that is for managers,
/// and for a `dp_manager` if all the account's roles are in organisations
/// where the acting person is one.
pub(super) fn may_reset(tx: &Tx<'_>, by: &Actor, id: AccountId) -> Result<()> {
    let Actor::Account(acting) = by else { return Ok(()) };
    let acting = member::standing(tx, *acting)?;
    if acting.account == id {
        return Err(Error::new(Code::Forbidden, "account-reset-self"));
    }
    if acting.permits_everywhere(Permission::Accounts) {
        return Ok(());
    }
    let edits = |standing: &Standing, membership: &Membership| {
        standing.permits(Permission::MembersEdit, membership.organisation)
    };
    let memberships = member::of_account(tx, id)?;
    let shares = memberships.iter().any(|membership| acting.sees(membership.organisation));
    match () {
        () if !shares => Err(not_found()),
        () if !memberships.iter().any(|membership| edits(&acting, membership)) => {
            Err(forbidden(Permission::MembersEdit))
        }
        () if get(tx, id)?.is_manager || !memberships.iter().all(|membership| edits(&acting, membership)) => {
            Err(Error::new(Code::Forbidden, "account-roles-elsewhere"))
        }
        () => Ok(()),
    }
}

/// An account, of whose row these are the first columns.
pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let code: Option<String> = row.get(2)?;
    Ok(Account {
        id: AccountId(row.get(0)?),
        email: row.get(1)?,
        language: Language::ALL.into_iter().find(|language| Some(language.code()) == code.as_deref()),
        is_manager: row.get(3)?,
        has_second_factor: row.get(4)?,
        temporary_until: row.get(5)?,
        created_at: row.get(6)?,
        cancelled_at: row.get(7)?,
    })
}
