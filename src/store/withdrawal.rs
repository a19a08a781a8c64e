//! Taking registrations back: what never left stays here, of what did the
//! platform is told.

use rusqlite::{OptionalExtension, params};
use serde_json::json;

use super::{
    Purpose, Tx, audit,
    batch::{self, NewBatch},
    certificate, history,
};
use crate::{
    domain::{
        account::Actor,
        organisation::OrganisationId,
        registration::{RegistrationId, State},
    },
    error::{Code, Error, Result},
};

/// Why a registration is taken back: names, which are also Fluent identifiers
/// after `withdraw-reason-`.
pub const REASONS: [&str; 4] = ["objection", "mistake", "not-concerned", "other"];

/// The most letters of what a person adds to the reason.
pub const NOTE_LETTERS: usize = 1_000;

/// A withdrawal.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Withdrawal {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// One of [`REASONS`].
    pub reason: String,
    /// What was added.
    pub note: String,
    /// Whether the platform is to be told.
    pub is_told: bool,
    /// The batch that tells it, once there is one.
    pub batch: Option<history::Batch>,
}

/// A withdrawal that the platform is to be told and is in no batch yet.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// The registration.
    pub id: RegistrationId,
    /// The revision under which the platform is told.
    pub revision: i64,
}

/// Takes a registration back. If it waits it is never sealed; if its batch is
/// sealed and nothing of it left, the batch is dissolved and the rest sealed
/// anew; if it or an earlier version may have left, the platform will be told.
/// Returns whether it will.
///
/// # Errors
///
/// `NotFound`; a conflict if a correction replaced it, or it was taken back
/// already; invalid if the reason is unknown or the note too long.
pub fn withdraw(
    tx: &Tx<'_>,
    by: &Actor,
    organisation: OrganisationId,
    id: RegistrationId,
    reason: &str,
    note: &str,
) -> Result<bool> {
    if !REASONS.contains(&reason) || note.chars().count() > NOTE_LETTERS {
        return Err(Error::invalid("withdraw-reason-needed"));
    }
    let found = tx
        .sql
        .prepare_cached(
            "SELECT g.revision, g.state, g.batch, b.definition FROM registration g JOIN block b ON b.id = g.id / 1024
             WHERE g.id = ?1 AND b.organisation = ?2",
        )?
        .query_row([id.0, organisation.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let (revision, state, batch, definition): (i64, i64, Option<i64>, i64) =
        found.ok_or_else(history::unknown)?;
    if [State::Superseded, State::Withdrawn].iter().any(|gone| *gone as i64 == state) {
        return Err(Error::new(Code::Conflict, "withdraw-gone"));
    }
    if let Some(batch) = batch.filter(|_| state == State::Queued as i64) {
        batch::dissolve_unsent(tx, organisation, batch)?;
    }
    let is_told = may_have_left(tx, id)?;
    let revision = if is_told { revision + 1 } else { revision };
    take_out(tx, id, revision)?;
    let sealed = match note {
        "" => None,
        note => Some(tx.keys.seal(Purpose::Content, &id.0.to_be_bytes(), note.as_bytes())?),
    };
    let actor = by.to_string();
    tx.sql
        .prepare_cached(
            "INSERT INTO withdrawal (registration, organisation, definition, at, actor, reason, note, revision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            id.0,
            organisation.0,
            definition,
            tx.now.as_millisecond(),
            actor,
            reason,
            sealed,
            is_told.then_some(revision)
        ])?;
    let details = json!({ "registration": id.0, "reason": reason, "platform_told": is_told });
    audit::record(tx, &actor, "registration.withdraw", Some(organisation), &details)?;
    Ok(is_told)
}

/// How the registration was taken back, if it was.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: RegistrationId) -> Result<Option<Withdrawal>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT at, actor, reason, note, revision IS NOT NULL, batch FROM withdrawal
         WHERE organisation = ?1 AND registration = ?2",
    )?;
    let found = statement.query_row([organisation.0, id.0], |row| {
        let withdrawal = Withdrawal {
            at: row.get(0)?,
            actor: row.get(1)?,
            reason: row.get(2)?,
            note: String::new(),
            is_told: row.get(4)?,
            batch: None,
        };
        Ok((withdrawal, row.get::<_, Option<Vec<u8>>>(3)?, row.get::<_, Option<i64>>(5)?))
    });
    let Some((mut withdrawal, note, batch)) = found.optional()? else { return Ok(None) };
    if let Some(sealed) = note {
        let clear = tx.keys.open_sealed(Purpose::Content, &id.0.to_be_bytes(), &sealed)?;
        withdrawal.note = String::from_utf8_lossy(&clear).into_owned();
    }
    withdrawal.batch = batch.map(|batch| history::get_batch(tx, organisation, batch, id)).transpose()?;
    Ok(Some(withdrawal))
}

/// The organisations and definitions (by key) with withdrawals that the
/// platform is to be told and can be: they wait until there is a certificate.
pub(super) fn waiting(tx: &Tx<'_>) -> Result<Vec<(i64, i64)>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT DISTINCT organisation, definition FROM withdrawal INDEXED BY withdrawal_waiting
         WHERE revision IS NOT NULL AND batch IS NULL",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut waiting = Vec::new();
    for pair in rows {
        let (organisation, definition) = pair?;
        if certificate::in_use(tx, OrganisationId(organisation))?.is_some() {
            waiting.push((organisation, definition));
        }
    }
    Ok(waiting)
}

/// The withdrawals of one definition that wait for a batch, at most `limit`,
/// by registration.
pub fn pending(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    definition: i64,
    limit: usize,
) -> Result<Vec<Waiting>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT registration, revision FROM withdrawal INDEXED BY withdrawal_waiting
         WHERE organisation = ?1 AND definition = ?2 AND revision IS NOT NULL AND batch IS NULL
         ORDER BY registration LIMIT ?3",
    )?;
    let rows = statement.query_map(params![organisation.0, definition, limit as i64], |row| {
        Ok(Waiting { id: RegistrationId(row.get(0)?), revision: row.get(1)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Queues a batch that takes its members back at the platform. Returns false,
/// and changes nothing, if one of them is in a batch already.
pub fn enqueue(tx: &Tx<'_>, organisation: OrganisationId, new: &NewBatch) -> Result<bool> {
    let mut waits = tx.sql.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM withdrawal WHERE registration = ?1 AND revision IS NOT NULL AND batch IS NULL)",
    )?;
    for id in &new.members {
        if !waits.query_row([id.0], |row| row.get::<_, bool>(0))? {
            return Ok(false);
        }
    }
    let batch = batch::insert(tx, organisation, new)?;
    let mut statement = tx.sql.prepare_cached("UPDATE withdrawal SET batch = ?2 WHERE registration = ?1")?;
    for id in &new.members {
        statement.execute([id.0, batch])?;
    }
    Ok(true)
}

/// Whether a batch takes its members back. No gate holds it: who objects or is
/// no longer enrolled must be able to take back what left before.
pub(super) fn is_of(tx: &Tx<'_>, organisation: OrganisationId, batch: i64) -> Result<bool> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM withdrawal WHERE organisation = ?1 AND batch = ?2 AND batch IS NOT NULL)",
    )?;
    Ok(statement.query_row([organisation.0, batch], |row| row.get(0))?)
}

/// Whether the platform may have the registration or an earlier version of it
/// that was not taken back since.
fn may_have_left(tx: &Tx<'_>, id: RegistrationId) -> Result<bool> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT coalesce(b.transmitted, 0) AND b.state <> 6 AND NOT EXISTS (SELECT 1 FROM refusal WHERE registration = g.id),
           EXISTS (SELECT 1 FROM withdrawal WHERE registration = g.id)
         FROM registration g LEFT JOIN batch b ON b.id = g.batch WHERE g.id = ?1",
    )?;
    let mut next = Some(id);
    while let Some(id) = next {
        let (left, withdrawn): (Option<bool>, bool) =
            statement.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if withdrawn {
            return Ok(false);
        }
        if left == Some(true) {
            return Ok(true);
        }
        next = history::earlier(tx, id)?;
    }
    Ok(false)
}

/// Takes the registration out of whatever it waits in.
fn take_out(tx: &Tx<'_>, id: RegistrationId, revision: i64) -> Result<()> {
    let waited = tx
        .sql
        .prepare_cached("SELECT state = 1 FROM registration WHERE id = ?1")?
        .query_row([id.0], |row| row.get::<_, bool>(0))?;
    tx.sql
        .prepare_cached("UPDATE registration SET state = ?2, revision = ?3 WHERE id = ?1")?
        .execute(params![id.0, State::Withdrawn as i64, revision])?;
    if waited {
        tx.sql
            .prepare_cached("UPDATE block SET pending = pending - 1 WHERE id = ?1")?
            .execute([id.block()])?;
    }
    tx.sql.prepare_cached("DELETE FROM held WHERE registration = ?1")?.execute([id.0])?;
    Ok(())
}
