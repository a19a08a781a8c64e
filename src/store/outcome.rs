//! What became of batches: asking the platform, and writing its answer down.

use rusqlite::params;

use super::{Tx, audit, batch::members_of};
use crate::{
    domain::{organisation::OrganisationId, registration::State},
    error::Result,
};

/// What the platform says of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// `None` while it is waiting; else whether it took the batch in.
    pub consolidated: Option<bool>,
    /// Lines (from 1) that it refused, with its reasons.
    pub refused: Vec<(usize, String)>,
    /// Whether it deleted the codes.
    pub codes_deleted: bool,
    /// Why it refused the whole batch.
    pub reason: Option<String>,
}

/// A batch whose outcome is to be asked for.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Its key.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// How often it was asked for.
    pub asked: i64,
}

/// Claims batches whose outcome is due, until `lease`.
pub fn claim(tx: &Tx<'_>, limit: usize, lease: i64) -> Result<Vec<Asking>> {
    let now = tx.now.as_millisecond();
    let mut statement = tx.sql.prepare_cached(
        "UPDATE batch SET lease = ?2 WHERE id IN (
           SELECT id FROM batch WHERE ask_at <= ?1 AND lease <= ?1 ORDER BY ask_at LIMIT ?3)
         RETURNING id, name, organisation, asked",
    )?;
    let rows = statement.query_map(params![now, lease, limit as i64], |row| {
        Ok(Asking {
            id: row.get(0)?,
            name: row.get(1)?,
            organisation: OrganisationId(row.get(2)?),
            asked: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Releases every claim on asking; see [`super::delivery::release`].
pub(super) fn release(tx: &Tx<'_>) -> Result<()> {
    tx.sql.execute("UPDATE batch SET lease = 0 WHERE ask_at IS NOT NULL AND lease > 0", [])?;
    Ok(())
}

/// Gives up the claims on batches that were not asked for after all.
pub fn unclaim(tx: &Tx<'_>, asking: &[Asking]) -> Result<()> {
    let mut statement = tx.sql.prepare_cached("UPDATE batch SET lease = 0 WHERE id = ?1")?;
    asking.iter().try_for_each(|asking| statement.execute([asking.id]).map(drop))?;
    Ok(())
}

/// Asks again at `next` (milliseconds since 1970).
pub fn ask_again(tx: &Tx<'_>, asking: &Asking, next: i64) -> Result<()> {
    tx.sql
        .prepare_cached("UPDATE batch SET ask_at = ?2, asked = asked + 1, lease = 0 WHERE id = ?1")?
        .execute(params![asking.id, next])?;
    Ok(())
}

/// Writes down a final outcome.
pub fn conclude(tx: &Tx<'_>, asking: &Asking, outcome: &Outcome) -> Result<()> {
    let state = if outcome.consolidated == Some(true) { State::Consolidated } else { State::Refused };
    let ended = tx
        .sql
        .prepare_cached(
            "UPDATE batch SET state = ?2, codes_deleted = ?3, refused = ?4, reason = ?5, ask_at = NULL, lease = 0, ended_at = ?6
             WHERE id = ?1 AND state = 4",
        )?
        .execute(params![
            asking.id,
            state as i64,
            outcome.codes_deleted,
            outcome.refused.len() as i64,
            outcome.reason,
            tx.now.as_millisecond()
        ])?;
    if ended == 0 {
        return Ok(());
    }
    let members: Vec<u8> =
        tx.sql.query_row("SELECT members FROM batch WHERE id = ?1", [asking.id], |row| row.get(0))?;
    let members = members_of(&members);
    for (line, reason) in &outcome.refused {
        let Some(id) = line.checked_sub(1).and_then(|index| members.get(index)) else { continue };
        tx.sql
            .prepare_cached("UPDATE registration SET state = 6 WHERE id = ?1 AND state = 3")?
            .execute([id.0])?;
        tx.sql
            .prepare_cached("INSERT OR REPLACE INTO refusal (registration, reason) VALUES (?1, ?2)")?
            .execute(params![id.0, reason])?;
    }
    let details = serde_json::json!({
        "batch": asking.name, "state": state, "registrations": members.len(),
        "refused": outcome.refused.len(), "codes_deleted": outcome.codes_deleted,
    });
    audit::record(tx, "worker", "batch.outcome", Some(asking.organisation), &details)
}

/// When the next outcome is due (milliseconds since 1970).
pub fn next_asking(tx: &Tx<'_>) -> Result<Option<i64>> {
    let mut statement = tx.sql.prepare_cached("SELECT min(ask_at) FROM batch WHERE ask_at IS NOT NULL")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// How many outcomes are still awaited.
pub fn awaited(tx: &Tx<'_>) -> Result<u64> {
    let mut statement = tx.sql.prepare_cached("SELECT count(*) FROM batch WHERE ask_at IS NOT NULL")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))? as u64)
}
