//! Failed log-ins, which slow down and lock.
//!
//! They are counted by e-mail address, whether an account has it or not, so
//! that waiting tells nobody which addresses do, and by network address. Both
//! counts begin anew each day.

use std::net::IpAddr;

use rusqlite::{OptionalExtension, params};
use serde_json::json;

use super::{Purpose, Tx, account, audit, member};
use crate::{
    clock,
    domain::{
        account::{Account, AccountId, Actor, email_key},
        login::{LOCKED_AFTER, party, wait_of_account, wait_of_address},
        role::Permission,
    },
    error::{Error, Result},
};

/// Whether a log-in may be tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Gate {
    /// Now.
    Open,
    /// From this moment on, in milliseconds since 1970.
    Waits(i64),
    /// Not today, unless a manager lifts it.
    Locked,
}

/// Failures of today, as managers see them.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Failures {
    /// The account, if it is of one; a network address otherwise.
    pub account: Option<Account>,
    /// The network address of the last failure.
    pub address: String,
    /// How many there were today.
    pub failures: u32,
    /// Until when it waits, in milliseconds since 1970.
    pub wait_until: i64,
    /// Whether the account is locked for today.
    pub is_locked: bool,
    /// When the last one was, in milliseconds since 1970.
    pub last_at: i64,
}

/// Whether a log-in with this e-mail address, from this network address, may be
/// tried. To be asked before anything is looked at; writes nothing.
pub fn gate(tx: &Tx<'_>, email: &str, address: IpAddr) -> Result<Gate> {
    let by_email = counted(tx, &of_email(tx, email))?;
    let by_address = counted(tx, &of_address(tx, address))?;
    if by_email.failures >= LOCKED_AFTER {
        return Ok(Gate::Locked);
    }
    let until = by_email.wait_until.max(by_address.wait_until);
    Ok(if until > tx.now.as_millisecond() { Gate::Waits(until) } else { Gate::Open })
}

/// Counts a failed log-in: a wrong password, code, recovery or set-up code.
/// What was typed is not stored.
pub fn fail(tx: &Tx<'_>, email: &str, address: IpAddr) -> Result<()> {
    tx.sql.execute("DELETE FROM login_failure WHERE day <> ?1", [today(tx)])?;
    let known = account::by_email(tx, email)?.map(|account| account.id);
    let shown = party(address).to_string();
    let failures = count(tx, &of_email(tx, email), known, &shown, wait_of_account)?;
    count(tx, &of_address(tx, address), None, &shown, wait_of_address)?;
    let account = known.map(|id| id.0);
    let details = json!({ "account": account, "address": shown, "failures": failures });
    audit::record(tx, "visitor", "login.fail", None, &details)?;
    if failures == LOCKED_AFTER {
        let details = json!({ "account": account, "address": shown });
        audit::record(tx, "visitor", "login.lock", None, &details)?;
    }
    Ok(())
}

/// Forgets the failures of an account whose person has logged in, also where
/// they were counted for the network address.
pub fn succeed(tx: &Tx<'_>, account: &Account, address: IpAddr) -> Result<()> {
    let before = counted(tx, &of_email(tx, &account.email))?;
    if before.failures == 0 {
        return Ok(());
    }
    forget(tx, account)?;
    tx.sql.execute(
        "UPDATE login_failure SET failures = max(failures - ?2, 0), wait_until = 0 WHERE subject = ?1",
        params![of_address(tx, address), before.failures],
    )?;
    Ok(())
}

/// Today's failures, the newest first: those of accounts, and those of network
/// addresses that have to wait. E-mail addresses without an account are not
/// shown, since people type passwords there.
pub fn list(tx: &Tx<'_>) -> Result<Vec<Failures>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT account, address, failures, wait_until, last_at, subject FROM login_failure
         WHERE day = ?1 ORDER BY last_at DESC",
    )?;
    let rows = statement.query_map([today(tx)], |row| {
        Ok((row.get::<_, Option<i64>>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    })?;
    let mut listed = Vec::new();
    for row in rows {
        let (id, address, failures, wait_until, last_at, subject): (_, String, u32, i64, i64, Vec<u8>) = row?;
        let account = id.map(|id| account::get(tx, AccountId(id))).transpose()?;
        let is_address = || address.parse().is_ok_and(|address| of_address(tx, address)[..] == subject);
        if account.is_none() && !(wait_until > 0 && is_address()) {
            continue;
        }
        let is_locked = account.is_some() && failures >= LOCKED_AFTER;
        listed.push(Failures { account, address, failures, wait_until, is_locked, last_at });
    }
    Ok(listed)
}

/// Lifts the waiting or the lock of an account.
///
/// # Errors
///
/// `Forbidden` to all but managers.
pub fn lift(tx: &Tx<'_>, by: &Actor, id: AccountId) -> Result<()> {
    member::require(tx, by, Permission::Accounts, None)?;
    forget(tx, &account::get(tx, id)?)?;
    audit::record(tx, &by.to_string(), "login.lift", None, &json!({ "account": id.0 }))
}

/// Lifts the waiting of a network address, as [`list`] shows it.
///
/// # Errors
///
/// `Forbidden` to all but managers; `Invalid` for what is no address.
pub fn lift_address(tx: &Tx<'_>, by: &Actor, address: &str) -> Result<()> {
    member::require(tx, by, Permission::Accounts, None)?;
    let parsed = address.parse().map_err(|_| Error::invalid("account-address-invalid"))?;
    tx.sql.execute("DELETE FROM login_failure WHERE subject = ?1", params![of_address(tx, parsed)])?;
    audit::record(tx, &by.to_string(), "login.lift", None, &json!({ "address": parsed.to_string() }))
}

/// Drops the account's count.
pub(super) fn forget(tx: &Tx<'_>, account: &Account) -> Result<()> {
    let subject = of_email(tx, &account.email);
    tx.sql.execute("DELETE FROM login_failure WHERE subject = ?1", params![subject])?;
    Ok(())
}

/// Failures of today.
#[derive(Default)]
pub(super) struct Count {
    failures: u32,
    /// Until when to wait, in milliseconds since 1970.
    pub(super) wait_until: i64,
}

/// The failures of a subject.
pub(super) fn counted(tx: &Tx<'_>, subject: &[u8; 32]) -> Result<Count> {
    let mut statement = tx
        .sql
        .prepare_cached("SELECT failures, wait_until FROM login_failure WHERE subject = ?1 AND day = ?2")?;
    let row = statement.query_row(params![subject, today(tx)], |row| {
        Ok(Count { failures: row.get(0)?, wait_until: row.get(1)? })
    });
    Ok(row.optional()?.unwrap_or_default())
}

/// Counts another failure of a subject, and tells how many there were today.
pub(super) fn count(
    tx: &Tx<'_>,
    subject: &[u8; 32],
    account: Option<AccountId>,
    address: &str,
    wait: fn(u32) -> i64,
) -> Result<u32> {
    let failures = counted(tx, subject)?.failures.saturating_add(1);
    let now = tx.now.as_millisecond();
    let seconds = wait(failures);
    let wait_until = if seconds == 0 { 0 } else { now + seconds * 1_000 };
    tx.sql.execute(
        "INSERT OR REPLACE INTO login_failure (subject, account, address, day, failures, wait_until, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![subject, account.map(|id| id.0), address, today(tx), failures, wait_until, now],
    )?;
    Ok(failures)
}

fn of_email(tx: &Tx<'_>, email: &str) -> [u8; 32] {
    tx.keys.mac(Purpose::Account, &[b"login email", email_key(email).as_bytes()])
}

fn of_address(tx: &Tx<'_>, address: IpAddr) -> [u8; 32] {
    tx.keys.mac(Purpose::Account, &[b"login address", party(address).to_string().as_bytes()])
}

fn today(tx: &Tx<'_>) -> String {
    clock::local(tx.now).date().to_string()
}
