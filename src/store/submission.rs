//! Imports that systems send through the API: what comes one by one is one
//! import for each key, definition and day, so that the history stays readable;
//! a batch is one of its own.

use rusqlite::{OptionalExtension, params};

use super::{Purpose, Tx, audit, idempotency, limit, organisation};
use crate::{
    clock,
    domain::{
        api_key::{ApiKey, ApiKeyId},
        import::{ImportId, ImportState, RowCounts},
        organisation::OrganisationId,
    },
    error::Result,
};

/// The import of what this key sends one by one of a definition today. It is
/// done from its beginning on, since nothing of it is ever left to do.
///
/// # Errors
///
/// As [`limit::must_take`].
pub fn of_today(tx: &Tx<'_>, key: &ApiKey, definition: i64) -> Result<ImportId> {
    limit::must_take(tx, key.organisation, definition)?;
    let day = clock::local(tx.now).date().to_string();
    let mut statement =
        tx.sql.prepare_cached("SELECT id FROM import WHERE api_key = ?1 AND definition = ?2 AND day = ?3")?;
    let known = statement.query_row(params![key.id.0, definition, day], |row| row.get(0)).optional()?;
    match known {
        Some(id) => Ok(ImportId(id)),
        None => begin(tx, key, definition, ImportState::Done, Some(&day)),
    }
}

/// Begins the import of a batch.
///
/// # Errors
///
/// As [`limit::must_take`].
pub fn of_batch(tx: &Tx<'_>, key: &ApiKey, definition: i64) -> Result<ImportId> {
    limit::must_take(tx, key.organisation, definition)?;
    begin(tx, key, definition, ImportState::Running, None)
}

/// How many rows an import has; the next one has the number after that.
pub fn rows(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId) -> Result<u64> {
    let mut statement =
        tx.sql.prepare_cached("SELECT row FROM import WHERE organisation = ?1 AND id = ?2")?;
    Ok(statement.query_row([organisation.0, id.0], |row| row.get::<_, i64>(0))? as u64)
}

/// Counts more rows of an import, in the transaction that stores them.
///
/// # Errors
///
/// `Conflict` if the organisation was deactivated meanwhile.
pub fn grow(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId, counts: &RowCounts) -> Result<()> {
    organisation::must_be_active(tx, organisation)?;
    tx.sql
        .prepare_cached(
            "UPDATE import SET row = row + ?3, line = line + ?3, accepted = accepted + ?4, unchanged = unchanged + ?5,
               rejected = rejected + ?6, corrections = corrections + ?7, warnings = warnings + ?8, changed_at = ?9
             WHERE organisation = ?1 AND id = ?2",
        )?
        .execute(params![
            organisation.0,
            id.0,
            counts.read() as i64,
            counts.accepted as i64,
            counts.unchanged as i64,
            counts.rejected as i64,
            counts.corrections as i64,
            counts.warnings as i64,
            tx.now.as_millisecond()
        ])?;
    Ok(())
}

/// Ends the batches that were under way when the process ended: what came of
/// them is stored, and nobody got an answer. Returns how many there were.
pub fn end_interrupted(tx: &Tx<'_>) -> Result<usize> {
    let mut statement = tx.sql.prepare(
        "SELECT id, organisation, api_key FROM import
         WHERE api_key IS NOT NULL AND day IS NULL AND state = 'running'",
    )?;
    let found: Vec<(i64, i64, i64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (id, organisation, key) in &found {
        stop(tx, OrganisationId(*organisation), ApiKeyId(*key), ImportId(*id), "batch-interrupted")?;
    }
    Ok(found.len())
}

/// Ends a batch that goes no further, for the reason that the message `code`
/// tells; the name that its request had is free again. One that has ended
/// stays as it is.
pub fn stop(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    key: ApiKeyId,
    id: ImportId,
    code: &str,
) -> Result<()> {
    let import = super::import::get(tx, organisation, id)?;
    if import.state != ImportState::Running {
        return Ok(());
    }
    let reason = serde_json::json!({ "code": code, "args": "{}" }).to_string();
    super::import::finish(tx, organisation, id, ImportState::Stopped, Some(&reason))?;
    idempotency::give_back(tx, id)?;
    let details = serde_json::json!({ "import": id.0, "state": ImportState::Stopped, "rows": import.counts });
    audit::record(tx, &key.actor(), "import.end", Some(organisation), &details)
}

fn begin(
    tx: &Tx<'_>,
    key: &ApiKey,
    definition: i64,
    state: ImportState,
    day: Option<&str>,
) -> Result<ImportId> {
    // There is no file, so there is no header and no digest either.
    let header = tx.keys.seal(Purpose::Refused, b"header", b"")?;
    tx.sql.execute(
        "INSERT INTO import (organisation, definition, file, size, digest, state, header, started_at, changed_at, api_key, day)
         VALUES (?1, ?2, ?3, 0, x'', ?4, ?5, ?6, ?6, ?7, ?8)",
        params![
            key.organisation.0,
            definition,
            format!("API · {}", key.name),
            state.as_str(),
            header,
            tx.now.as_millisecond(),
            key.id.0,
            day
        ],
    )?;
    Ok(ImportId(tx.sql.last_insert_rowid()))
}
