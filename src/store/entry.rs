//! Registrations that people enter by form: the imports they belong to, and
//! what was typed and not saved yet.

use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::{Purpose, Store, Tx, fate, history, import, key::Hash, limit, registration};
use crate::{
    clock,
    domain::{
        account::AccountId,
        import::{ImportId, ImportState, Position},
        organisation::OrganisationId,
        registration::{RegistrationId, State},
    },
    error::{Code, Error, Result},
};

/// How long what was typed and not saved is kept, in milliseconds: two weeks.
const KEPT_FOR: i64 = 14 * 24 * 3_600_000;

/// The most forms that are kept of a person; the oldest makes room.
const MOST_KEPT: i64 = 50;

/// The import of what this person enters of a definition today, and the number
/// that its next row has. It is done from its beginning on, since nothing of
/// it is ever left to do.
///
/// # Errors
///
/// As [`limit::must_take`].
pub fn of_today(
    tx: &Tx<'_>,
    (account, email): (AccountId, &str),
    organisation: OrganisationId,
    definition: i64,
    is_correction: bool,
) -> Result<(ImportId, u64)> {
    match is_correction {
        true => limit::must_take_correction(tx, organisation, definition)?,
        false => limit::must_take(tx, organisation, definition)?,
    }
    let day = clock::local(tx.now).date().to_string();
    let known: Option<i64> = tx
        .sql
        .prepare_cached(
            "SELECT import FROM entry_day WHERE account = ?1 AND organisation = ?2 AND definition = ?3 AND day = ?4",
        )?
        .query_row(params![account.0, organisation.0, definition, day], |row| row.get(0))
        .optional()?;
    if let Some(id) = known.map(ImportId) {
        return Ok((id, import::get(tx, organisation, id)?.position.row + 1));
    }
    let new = import::NewImport {
        definition,
        file: email,
        size: 0,
        digest: &[],
        header: &[],
        position: Position::default(),
    };
    let id = import::start(tx, organisation, &new)?;
    import::finish(tx, organisation, id, ImportState::Done, None)?;
    tx.sql.execute(
        "INSERT INTO entry_day (account, organisation, definition, day, import) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account.0, organisation.0, definition, day, id.0],
    )?;
    Ok((id, 1))
}

/// Whether an import is of what somebody entered by form.
pub fn is_entered(tx: &Tx<'_>, id: ImportId) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM entry_day WHERE import = ?1)";
    Ok(tx.sql.prepare_cached(sql)?.query_row([id.0], |row| row.get(0))?)
}

/// The registration that stands under a business key, and the digest of what it
/// holds: not one that was taken back or refused, nor a draft that left the key.
pub fn standing(
    tx: &Tx<'_>,
    target: registration::Target<'_>,
    key: &Hash,
) -> Result<Option<(RegistrationId, Hash)>> {
    let (_, currents) = registration::known(tx, target, &[*key])?;
    let standing = currents.get(&0).filter(|current: &&fate::Current| current.stands);
    Ok(standing.map(|current| (current.id, current.digest)))
}

/// Whether nobody has saved, corrected or withdrawn the registration since it
/// was in this state.
pub fn is_still(tx: &Tx<'_>, id: RegistrationId, is_draft: bool) -> Result<bool> {
    let state: Option<i64> = tx
        .sql
        .prepare_cached("SELECT state FROM registration WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    let gone = |state: i64| [State::Superseded, State::Withdrawn].iter().any(|gone| *gone as i64 == state);
    Ok(state.is_some_and(|state| !gone(state) && (state == State::Open as i64) == is_draft))
}

/// A draft whose business key changed goes on as another registration, and its
/// old key is free.
pub fn follow(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    draft: RegistrationId,
    by: RegistrationId,
) -> Result<()> {
    registration::leave_key(tx, organisation, draft)?;
    history::go_on(tx, by, draft)
}

/// Keeps what was typed in the form at `path`, in place of what was kept of it
/// before.
pub fn keep(
    tx: &Tx<'_>,
    account: AccountId,
    organisation: OrganisationId,
    path: &str,
    typed: &str,
) -> Result<()> {
    let sealed = tx.keys.seal(Purpose::Content, &place(account, path), typed.as_bytes())?;
    let now = tx.now.as_millisecond();
    tx.sql.execute(
        "INSERT OR REPLACE INTO kept_form (account, organisation, path, sealed, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account.0, organisation.0, path, sealed, now],
    )?;
    tx.sql.execute(
        "DELETE FROM kept_form WHERE account = ?1 AND path NOT IN
         (SELECT path FROM kept_form WHERE account = ?1 ORDER BY at DESC LIMIT ?2)",
        [account.0, MOST_KEPT],
    )?;
    Ok(())
}

/// What the person typed in the form at `path` and did not save, and when, in
/// milliseconds since 1970.
pub fn kept(tx: &Tx<'_>, account: AccountId, path: &str) -> Result<Option<(Zeroizing<String>, i64)>> {
    let mut statement = tx
        .sql
        .prepare_cached("SELECT sealed, at FROM kept_form WHERE account = ?1 AND path = ?2 AND at >= ?3")?;
    let found: Option<(Vec<u8>, i64)> = statement
        .query_row(params![account.0, path, oldest(tx)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((sealed, at)) = found else { return Ok(None) };
    let clear = tx.keys.open_sealed(Purpose::Content, &place(account, path), &sealed)?;
    let text = std::str::from_utf8(&clear).map_err(Error::internal)?;
    Ok(Some((Zeroizing::new(text.to_owned()), at)))
}

/// The forms of an organisation in which the person typed something that is
/// not saved: their paths, and when, the newest first.
pub fn all_kept(tx: &Tx<'_>, account: AccountId, organisation: OrganisationId) -> Result<Vec<(String, i64)>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT path, at FROM kept_form WHERE account = ?1 AND organisation = ?2 AND at >= ?3 ORDER BY at DESC",
    )?;
    let rows =
        statement.query_map([account.0, organisation.0, oldest(tx)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Forgets what was typed in the form at `path`.
pub fn forget(tx: &Tx<'_>, account: AccountId, path: &str) -> Result<()> {
    let sql = "DELETE FROM kept_form WHERE account = ?1 AND path = ?2";
    tx.sql.prepare_cached(sql)?.execute(params![account.0, path])?;
    Ok(())
}

/// Deletes what was typed and not saved for longer than it is kept. Where there
/// is none, nothing is written.
pub fn forget_old(store: &Store) -> Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM kept_form WHERE at < ?1)";
    if store.read(|tx| Ok(tx.sql.prepare_cached(sql)?.query_row([oldest(tx)], |row| row.get(0))?))? {
        store.write(|tx| Ok(tx.sql.execute("DELETE FROM kept_form WHERE at < ?1", [oldest(tx)])?))?;
    }
    Ok(())
}

/// When what is still kept was kept at the earliest, in milliseconds since 1970.
fn oldest(tx: &Tx<'_>) -> i64 {
    tx.now.as_millisecond() - KEPT_FOR
}

/// The answer where somebody else was faster.
pub fn changed_meanwhile() -> Error {
    Error::new(Code::Conflict, "entry-changed-meanwhile")
}

fn place(account: AccountId, path: &str) -> Vec<u8> {
    [&b"kept form"[..], &account.0.to_be_bytes(), path.as_bytes()].concat()
}
