//! Sessions of people who are logged in.
//!
//! The browser has a random token; here is its SHA-256 only. Finding a session
//! writes nothing: whoever serves pages remembers when a session was last seen
//! and calls [`touch`] now and then, well within the idle limit.

use aws_lc_rs::{digest, rand};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Keys, Purpose, Tx, account, audit};
use crate::{
    domain::{
        account::{Account, AccountId, Actor},
        member::not_found,
        session::Limits,
    },
    error::{Error, Result},
};

/// Columns by their places, as [`session`] takes them: each page asks, and to
/// look them up by name takes longer than to find the row.
macro_rules! sessions {
    ($which:literal) => {
        concat!(
            "SELECT id, account, complete, address, browser, created_at, seen_at, expires_at FROM session ",
            $which
        )
    };
}

/// The key of a session in the store, which may be shown.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, serde::Serialize)]
pub struct SessionId(pub i64);

/// What the browser proves a session with: 256 random bits as 43 letters of
/// the URL alphabet of base64. It has no `Debug` and no `Display`.
pub struct Token(Zeroizing<String>);

/// A session. All times are milliseconds since 1970.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Session {
    /// Its key.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// Whether all that a log-in needs was given; if not, the second factor is
    /// still missing and the session is good for giving it only.
    pub is_complete: bool,
    /// The network address that it was opened from.
    pub address: String,
    /// What the browser said it was.
    pub browser: String,
    /// When it was opened.
    pub created_at: i64,
    /// When it was last seen, to the minute or so.
    pub seen_at: i64,
    /// When it ends in any case.
    pub expires_at: i64,
}

/// The most values that a session keeps; the oldest makes room.
const MOST_VALUES: i64 = 64;

/// How long it is known whose an ended session was, in milliseconds: a day.
const ENDED_FOR: i64 = 24 * 3_600_000;

/// The most letters kept of what a browser says it is.
const BROWSER_LETTERS: usize = 200;

impl Token {
    /// A token as a browser sends it. It need not be of any session.
    pub fn received(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text for the cookie, and for nothing else.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the forms of the browser that holds this token carry, so that other
    /// sites cannot send them. Nothing is stored for it.
    pub fn csrf(&self, keys: &Keys) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(keys.mac(Purpose::Session, &[b"csrf", self.0.as_bytes()]))
    }

    /// A new one; of no session until one is opened with it.
    ///
    /// # Errors
    ///
    /// The system gives no random bits.
    pub fn new() -> Result<Self> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref().to_vec()
    }
}

/// Opens a session for an account whose password was right. Without
/// `is_complete` it waits for the second factor ([`complete`]). Sessions that
/// ended by themselves go, with what they kept.
pub fn open(
    tx: &Tx<'_>,
    id: AccountId,
    is_complete: bool,
    address: &str,
    browser: &str,
    limits: Limits,
) -> Result<(Token, Session)> {
    sweep(tx, limits)?;
    account::alive(tx, id)?;
    let token = Token::new()?;
    let now = tx.now.as_millisecond();
    let browser: String =
        browser.chars().filter(|letter| !letter.is_control()).take(BROWSER_LETTERS).collect();
    let expires_at = now + limits.absolute.as_millis() as i64;
    tx.sql.execute(
        "INSERT INTO session (token, account, complete, address, browser, created_at, seen_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
        params![token.hash(), id.0, is_complete, address, browser, now, expires_at],
    )?;
    let session = SessionId(tx.sql.last_insert_rowid());
    if is_complete {
        opened(tx, id, session, address)?;
    }
    let session = get(tx, id, session)?;
    Ok((token, session))
}

/// Completes a session whose second factor was given. It gets a new token, and
/// the one before is good for nothing.
pub fn complete(tx: &Tx<'_>, session: &Session) -> Result<Token> {
    let token = Token::new()?;
    let sql = "UPDATE session SET token = ?2, complete = 1, seen_at = ?3 WHERE id = ?1";
    tx.sql.execute(sql, params![session.id.0, token.hash(), tx.now.as_millisecond()])?;
    opened(tx, session.account, session.id, &session.address)?;
    Ok(token)
}

/// The session of this token and its account, unless it has ended or the
/// account was cancelled. Writes nothing.
pub fn find(tx: &Tx<'_>, token: &Token, limits: Limits) -> Result<Option<(Session, Account)>> {
    let mut statement =
        tx.sql.prepare_cached(sessions!("WHERE token = ?1 AND expires_at > ?2 AND seen_at > ?3"))?;
    let now = tx.now.as_millisecond();
    let idle_since = now - limits.idle.as_millis() as i64;
    let Some(found) = statement.query_row(params![token.hash(), now, idle_since], session).optional()? else {
        return Ok(None);
    };
    let account = account::get(tx, found.account)?;
    Ok(account.cancelled_at.is_none().then_some((found, account)))
}

/// Notes that the session was seen now.
pub fn touch(tx: &Tx<'_>, id: SessionId) -> Result<()> {
    let sql = "UPDATE session SET seen_at = ?2 WHERE id = ?1";
    tx.sql.prepare_cached(sql)?.execute(params![id.0, tx.now.as_millisecond()])?;
    Ok(())
}

/// The account's sessions that have not ended, the one seen last first.
pub fn list(tx: &Tx<'_>, id: AccountId, limits: Limits) -> Result<Vec<Session>> {
    let mut statement = tx.sql.prepare_cached(sessions!(
        "WHERE account = ?1 AND expires_at > ?2 AND seen_at > ?3 ORDER BY seen_at DESC, id DESC"
    ))?;
    let now = tx.now.as_millisecond();
    let rows = statement.query_map(params![id.0, now, now - limits.idle.as_millis() as i64], session)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Ends one of the account's own sessions.
///
/// # Errors
///
/// `NotFound` if the account has no such session.
pub fn end(tx: &Tx<'_>, account: AccountId, id: SessionId) -> Result<()> {
    if tx.sql.execute("DELETE FROM session WHERE id = ?1 AND account = ?2", [id.0, account.0])? == 0 {
        return Err(not_found());
    }
    let details = json!({ "session": id.0 });
    audit::record(tx, &Actor::Account(account).to_string(), "session.end", None, &details)
}

/// Ends all sessions of the account, but `keep`. Returns how many there were.
pub fn end_all(tx: &Tx<'_>, account: AccountId, keep: Option<SessionId>) -> Result<u64> {
    let sql = "DELETE FROM session WHERE account = ?1 AND id <> ?2";
    Ok(tx.sql.execute(sql, [account.0, keep.map_or(0, |id| id.0)])? as u64)
}

/// Whose session of this token has ended by itself lately; it is good for
/// nothing but telling whose a form was that came too late.
pub fn ended(tx: &Tx<'_>, token: &Token) -> Result<Option<AccountId>> {
    let mut statement = tx.sql.prepare_cached("SELECT account FROM session WHERE token = ?1 AND complete")?;
    Ok(statement.query_row([token.hash()], |row| row.get(0).map(AccountId)).optional()?)
}

/// Deletes what sessions kept that ended by themselves, and a day later the
/// sessions.
pub fn sweep(tx: &Tx<'_>, limits: Limits) -> Result<u64> {
    let now = tx.now.as_millisecond();
    let idle = limits.idle.as_millis() as i64;
    let sql = "DELETE FROM session_value WHERE session IN (SELECT id FROM session WHERE expires_at <= ?1 OR seen_at <= ?2)";
    tx.sql.execute(sql, [now, now - idle])?;
    let sql = "DELETE FROM session WHERE expires_at <= ?1 OR seen_at <= ?2";
    Ok(tx.sql.execute(sql, [now - ENDED_FOR, now - idle - ENDED_FOR])? as u64)
}

/// Keeps a value with the session, sealed, and returns the random name under
/// which [`kept`] gives it back. It goes with the session.
pub fn keep(tx: &Tx<'_>, session: SessionId, value: &str) -> Result<String> {
    let name = random()?;
    let sealed = tx.keys.seal(Purpose::Session, name.as_bytes(), value.as_bytes())?;
    tx.sql.execute(
        "INSERT INTO session_value (session, name, sealed) VALUES (?1, ?2, ?3)",
        params![session.0, name, sealed],
    )?;
    tx.sql.execute(
        "DELETE FROM session_value WHERE session = ?1 AND id <=
         (SELECT id FROM session_value WHERE session = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        [session.0, MOST_VALUES],
    )?;
    Ok(name)
}

/// The value that the session keeps under this name, if there is one.
pub fn kept(tx: &Tx<'_>, session: SessionId, name: &str) -> Result<Option<Zeroizing<String>>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT sealed FROM session_value WHERE session = ?1 AND name = ?2")?;
    let sealed: Option<Vec<u8>> =
        statement.query_row(params![session.0, name], |row| row.get(0)).optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    let clear = tx.keys.open_sealed(Purpose::Session, name.as_bytes(), &sealed)?;
    let text = std::str::from_utf8(&clear).map_err(Error::internal)?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// Drops a value that is not needed any more.
pub fn drop_kept(tx: &Tx<'_>, session: SessionId, name: &str) -> Result<()> {
    tx.sql.execute("DELETE FROM session_value WHERE session = ?1 AND name = ?2", params![session.0, name])?;
    Ok(())
}

fn get(tx: &Tx<'_>, account: AccountId, id: SessionId) -> Result<Session> {
    let mut statement = tx.sql.prepare_cached(sessions!("WHERE id = ?1 AND account = ?2"))?;
    Ok(statement.query_row([id.0, account.0], session)?)
}

fn opened(tx: &Tx<'_>, account: AccountId, id: SessionId, address: &str) -> Result<()> {
    let details = json!({ "session": id.0, "address": address });
    audit::record(tx, &Actor::Account(account).to_string(), "session.open", None, &details)
}

fn random() -> Result<String> {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::fill(&mut *bytes).map_err(Error::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()))
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: SessionId(row.get(0)?),
        account: AccountId(row.get(1)?),
        is_complete: row.get(2)?,
        address: row.get(3)?,
        browser: row.get(4)?,
        created_at: row.get(5)?,
        seen_at: row.get(6)?,
        expires_at: row.get(7)?,
    })
}
