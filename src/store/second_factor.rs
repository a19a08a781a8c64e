//! Second factors (TOTP) and recovery codes.

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Purpose, Tx, account, audit, password, session};
use crate::{
    domain::account::{AccountId, Actor},
    error::{Code, Error, Result},
};

/// The secret of the account's second factor, if one is set up.
pub fn secret(tx: &Tx<'_>, id: AccountId) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let mut statement = tx.sql.prepare_cached("SELECT second_factor FROM account WHERE id = ?1")?;
    let sealed: Option<Vec<u8>> = statement.query_row([id.0], |row| row.get(0)).optional()?.flatten();
    sealed.map(|sealed| tx.keys.open_sealed(Purpose::SecondFactor, &id.0.to_be_bytes(), &sealed)).transpose()
}

/// Sets up one's own second factor: its secret, the time step of the code that
/// proved it, and the recovery codes, which replace earlier ones. All other
/// sessions end.
pub fn set(
    tx: &Tx<'_>,
    id: AccountId,
    secret: &[u8],
    step: u64,
    codes: &[Zeroizing<String>],
    keep: Option<session::SessionId>,
) -> Result<()> {
    account::alive(tx, id)?;
    let sealed = tx.keys.seal(Purpose::SecondFactor, &id.0.to_be_bytes(), secret)?;
    tx.sql.execute(
        "UPDATE account SET second_factor = ?2, second_factor_step = ?3 WHERE id = ?1",
        params![id.0, sealed, step as i64],
    )?;
    put_codes(tx, id, codes)?;
    session::end_all(tx, id, keep)?;
    record(tx, &Actor::Account(id), "second-factor.set", id)
}

/// Replaces one's own recovery codes.
pub fn set_codes(tx: &Tx<'_>, id: AccountId, codes: &[Zeroizing<String>]) -> Result<()> {
    put_codes(tx, id, codes)?;
    record(tx, &Actor::Account(id), "second-factor.codes", id)
}

/// Takes a code's time step: true the first time, false for a step that was
/// taken already or lies before one that was.
pub fn use_step(tx: &Tx<'_>, id: AccountId, step: u64) -> Result<bool> {
    let sql = "UPDATE account SET second_factor_step = ?2 WHERE id = ?1 AND second_factor_step < ?2";
    Ok(tx.sql.prepare_cached(sql)?.execute(params![id.0, step as i64])? == 1)
}

/// Takes a recovery code, which is good once. Blanks, hyphens and upper or
/// lower case do not matter.
pub fn use_code(tx: &Tx<'_>, id: AccountId, code: &str) -> Result<bool> {
    let sql = "DELETE FROM recovery_code WHERE account = ?1 AND hash = ?2";
    let used = tx.sql.execute(sql, params![id.0, code_hash(tx, id, code)])? == 1;
    if used {
        record(tx, &Actor::Account(id), "second-factor.code-used", id)?;
    }
    Ok(used)
}

/// How many recovery codes are left.
pub fn codes_left(tx: &Tx<'_>, id: AccountId) -> Result<u64> {
    let mut statement = tx.sql.prepare_cached("SELECT count(*) FROM recovery_code WHERE account = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get::<_, i64>(0))? as u64)
}

/// Whether one of the account's organisations requires a second factor; a
/// manager, who reaches all of them, needs one as soon as any of them does.
/// Deactivated organisations require nothing.
pub fn is_required(tx: &Tx<'_>, id: AccountId) -> Result<bool> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM organisation o WHERE o.requires_second_factor AND o.deactivated_at IS NULL
         AND (EXISTS (SELECT 1 FROM account WHERE id = ?1 AND manager)
              OR EXISTS (SELECT 1 FROM member_role WHERE account = ?1 AND organisation = o.id)))",
    )?;
    Ok(statement.query_row([id.0], |row| row.get(0))?)
}

/// Gives up one's own second factor.
///
/// # Errors
///
/// `Conflict` if an organisation requires it.
pub fn give_up(tx: &Tx<'_>, id: AccountId) -> Result<()> {
    if is_required(tx, id)? {
        return Err(Error::new(Code::Conflict, "account-second-factor-required"));
    }
    remove(tx, id)?;
    record(tx, &Actor::Account(id), "second-factor.give-up", id)
}

/// Takes the second factor off another's account, whose person lost it, ends
/// its sessions and alerts its organisations.
///
/// # Errors
///
/// As [`password::reset`].
pub fn reset(tx: &Tx<'_>, by: &Actor, id: AccountId) -> Result<()> {
    account::may_reset(tx, by, id)?;
    account::alive(tx, id)?;
    remove(tx, id)?;
    session::end_all(tx, id, None)?;
    password::alert_of_reset(tx, id, "second-factor")?;
    record(tx, by, "second-factor.reset", id)
}

fn remove(tx: &Tx<'_>, id: AccountId) -> Result<()> {
    tx.sql.execute("UPDATE account SET second_factor = NULL WHERE id = ?1", [id.0])?;
    tx.sql.execute("DELETE FROM recovery_code WHERE account = ?1", [id.0])?;
    Ok(())
}

fn put_codes(tx: &Tx<'_>, id: AccountId, codes: &[Zeroizing<String>]) -> Result<()> {
    tx.sql.execute("DELETE FROM recovery_code WHERE account = ?1", [id.0])?;
    for code in codes {
        tx.sql
            .execute("INSERT INTO recovery_code VALUES (?1, ?2)", params![id.0, code_hash(tx, id, code)])?;
    }
    Ok(())
}

/// The codes are random and long, so a keyed hash is enough; Argon2 would cost
/// ten times its time for each try.
fn code_hash(tx: &Tx<'_>, id: AccountId, code: &str) -> [u8; 32] {
    tx.keys.mac(Purpose::Account, &[b"recovery code", &id.0.to_be_bytes(), plain(code).as_bytes()])
}

/// A code as it is compared.
pub(super) fn plain(code: &str) -> Zeroizing<String> {
    Zeroizing::new(
        code.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect(),
    )
}

fn record(tx: &Tx<'_>, by: &Actor, act: &str, id: AccountId) -> Result<()> {
    audit::record(tx, &by.to_string(), act, None, &json!({ "account": id.0 }))
}
