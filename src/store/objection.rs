//! Objections as pages list them: without the patient's number, which is
//! opened only for those who may see it.

use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::{
    Purpose, Tx,
    enrolment::{end_of, patient_hash},
    key::Hash,
};
use crate::{
    domain::{identifier::Ssin, member::not_found, organisation::OrganisationId},
    error::{Error, Result},
};

/// An objection, without its patient.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Objection {
    /// Its key.
    pub id: i64,
    /// The project; all projects if none.
    pub project: Option<String>,
    /// When it was noted, in milliseconds since 1970.
    pub since: i64,
    /// When it ended, in milliseconds since 1970.
    pub ended_at: Option<i64>,
    /// How many of the patient's registrations are held, for any reason.
    pub held: u64,
}

const LISTED: &str = "SELECT o.id, o.project, o.since, o.ended_at,
     CASE WHEN o.ended_at IS NULL THEN (SELECT count(*) FROM held h WHERE h.organisation = o.organisation
       AND h.patient = o.patient AND (o.project IS NULL OR h.project = o.project)) ELSE 0 END FROM objection o";

/// Up to `limit` objections against `project` (those against all projects
/// included), the newest first, from behind the key `after` on; only those of
/// `patient`, if one is given.
pub fn page(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: &str,
    patient: Option<&Ssin>,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Objection>> {
    let hash = patient.map(|patient| patient_hash(tx, patient.digits()));
    let mut statement = tx.sql.prepare_cached(&format!(
        "{LISTED} WHERE o.organisation = ?1 AND (o.project IS NULL OR o.project = ?2) AND o.id < ?3
         AND (?4 IS NULL OR o.patient = ?4) ORDER BY o.id DESC LIMIT ?5"
    ))?;
    let below = after.unwrap_or(i64::MAX);
    let rows = statement.query_map(params![organisation.0, project, below, hash, limit as i64], objection)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One objection of the organisation.
///
/// # Errors
///
/// `NotFound` for one of another organisation.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: i64) -> Result<Objection> {
    let mut statement =
        tx.sql.prepare_cached(&format!("{LISTED} WHERE o.organisation = ?1 AND o.id = ?2"))?;
    statement.query_row([organisation.0, id], objection).optional()?.ok_or_else(not_found)
}

/// The patient's number in clear: eleven digits. Whoever asks must write down
/// in the audit that it was shown.
pub fn digits(tx: &Tx<'_>, organisation: OrganisationId, id: i64) -> Result<Zeroizing<String>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT sealed FROM objection WHERE organisation = ?1 AND id = ?2")?;
    let sealed: Option<Vec<u8>> = statement.query_row([organisation.0, id], |row| row.get(0)).optional()?;
    let place = organisation.0.to_be_bytes();
    let clear = tx.keys.open_sealed(Purpose::Patient, &place, &sealed.ok_or_else(not_found)?)?;
    let text = std::str::from_utf8(&clear).map_err(Error::internal)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Ends an objection and releases what waited for that. Returns how many
/// registrations that were, or `None` if it had ended already.
pub fn end(tx: &Tx<'_>, organisation: OrganisationId, id: i64) -> Result<Option<u64>> {
    let mut statement = tx
        .sql
        .prepare_cached("SELECT project, patient FROM objection WHERE organisation = ?1 AND id = ?2")?;
    let found: Option<(Option<String>, Hash)> =
        statement.query_row([organisation.0, id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (project, patient) = found.ok_or_else(not_found)?;
    end_of(tx, organisation, project.as_deref(), &patient)
}

fn objection(row: &Row<'_>) -> rusqlite::Result<Objection> {
    Ok(Objection {
        id: row.get(0)?,
        project: row.get(1)?,
        since: row.get(2)?,
        ended_at: row.get(3)?,
        held: row.get::<_, i64>(4)? as u64,
    })
}
