//! The one-time code that makes the first User Manager.

use rusqlite::{OptionalExtension, params};

use super::{Purpose, Tx, manager, second_factor::plain};
use crate::{
    domain::account::{AccountId, Actor, Temporary},
    error::{Code, Error, Result},
};

/// Puts a code in place of the one before, good until `until` (milliseconds
/// since 1970).
pub fn put(tx: &Tx<'_>, code: &str, until: i64) -> Result<()> {
    tx.sql.execute(
        "INSERT OR REPLACE INTO setup_code (only, hash, expires_at) VALUES (1, ?1, ?2)",
        params![hash(tx, code), until],
    )?;
    Ok(())
}

/// Whether this code would be taken now. Codes are good once, for a day, and
/// only while there is no User Manager.
pub fn is_good(tx: &Tx<'_>, code: &str) -> Result<bool> {
    let mut statement =
        tx.sql.prepare_cached("SELECT 1 FROM setup_code WHERE hash = ?1 AND expires_at > ?2")?;
    let found =
        statement.query_row(params![hash(tx, code), tx.now.as_millisecond()], |_| Ok(())).optional()?;
    Ok(found.is_some() && !manager::exists(tx)?)
}

/// Takes the code and makes the first User Manager.
///
/// # Errors
///
/// `Forbidden` for a code that is not good; what [`manager::add`] says about
/// the e-mail address.
pub fn redeem(tx: &Tx<'_>, code: &str, email: &str, password: &Temporary) -> Result<AccountId> {
    if !is_good(tx, code)? {
        return Err(Error::new(Code::Forbidden, "account-setup-code-wrong"));
    }
    remove(tx)?;
    manager::add(tx, &Actor::System("setup".to_owned()), email, password)
}

/// Deletes the code, if there is one.
pub fn remove(tx: &Tx<'_>) -> Result<()> {
    tx.sql.execute("DELETE FROM setup_code", [])?;
    Ok(())
}

/// A keyed hash is enough for a code that is random and long.
fn hash(tx: &Tx<'_>, code: &str) -> [u8; 32] {
    tx.keys.mac(Purpose::Account, &[b"setup code", plain(code).as_bytes()])
}
