//! Enrolments and objections, and what they hold back or release.

use std::collections::HashSet;

use jiff::civil::Date;
use rusqlite::params;

use super::{Purpose, Tx, key::Hash};
use crate::{
    clock,
    domain::{
        enrolment::Gate,
        identifier::{Nihdi, Ssin},
        organisation::OrganisationId,
        registration::{HoldReasons, State},
    },
    error::Result,
};

/// A physician's taking part in a project.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Enrolment {
    /// The NIHDI number as it was given.
    pub nihdi: String,
    /// The first day.
    pub since: String,
    /// The last day, if it is known.
    pub until: Option<String>,
}

/// Enrols a physician from `since` on and releases what waited for it. Returns
/// how many registrations that were, or `None` if the physician takes part
/// already, from then on and with no end known.
pub fn add(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: &str,
    nihdi: &Nihdi,
    since: Date,
) -> Result<Option<u64>> {
    let known: bool = tx
        .sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM enrolment WHERE organisation = ?1 AND project = ?2 AND physician = ?3
             AND since <= ?4 AND until IS NULL)",
        )?
        .query_row(params![organisation.0, project, nihdi.key(), since.to_string()], |row| row.get(0))?;
    if known {
        return Ok(None);
    }
    tx.sql
        .prepare_cached(
            "INSERT INTO enrolment (organisation, project, physician, nihdi, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![organisation.0, project, nihdi.key(), nihdi.as_str(), since.to_string()])?;
    if since > clock::today() {
        return Ok(Some(0));
    }
    let released = lift(
        tx,
        "UPDATE held SET reasons = reasons & ~?1 WHERE organisation = ?2 AND project = ?3 AND physician = ?4",
        params![HoldReasons::NOT_ENROLLED.0, organisation.0, project, nihdi.key()],
        organisation,
    )?;
    Ok(Some(released))
}

/// Ends a physician's taking part; `until` is the last day. Returns whether
/// there was anything to end.
pub fn end(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: &str,
    nihdi: &Nihdi,
    until: Date,
) -> Result<bool> {
    let ended = tx.sql.execute(
        "UPDATE enrolment SET until = ?4 WHERE organisation = ?1 AND project = ?2 AND physician = ?3
         AND (until IS NULL OR until > ?4)",
        params![organisation.0, project, nihdi.key(), until.to_string()],
    )?;
    raise_gate(tx, organisation)?;
    Ok(ended > 0)
}

/// The organisation's enrolments in a project, by number.
pub fn list(tx: &Tx<'_>, organisation: OrganisationId, project: &str) -> Result<Vec<Enrolment>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT nihdi, since, until FROM enrolment WHERE organisation = ?1 AND project = ?2 ORDER BY nihdi, since",
    )?;
    let rows = statement.query_map(params![organisation.0, project], |row| {
        Ok(Enrolment { nihdi: row.get(0)?, since: row.get(1)?, until: row.get(2)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes that a patient objects, to one project or to all. Returns false if
/// that is known already.
pub fn object(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: Option<&str>,
    patient: &Ssin,
) -> Result<bool> {
    let hash = patient_hash(tx, patient.digits());
    let known: bool = tx
        .sql
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM objection WHERE organisation = ?1 AND project IS ?2 AND patient = ?3
             AND ended_at IS NULL)",
        )?
        .query_row(params![organisation.0, project, hash], |row| row.get(0))?;
    if known {
        return Ok(false);
    }
    let sealed =
        tx.keys.seal(Purpose::Patient, &organisation.0.to_be_bytes(), patient.digits().as_bytes())?;
    tx.sql
        .prepare_cached(
            "INSERT INTO objection (organisation, project, patient, sealed, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![organisation.0, project, hash, sealed, tx.now.as_millisecond()])?;
    raise_gate(tx, organisation)?;
    Ok(true)
}

/// Ends a patient's objection and releases what waited for that. Returns how
/// many registrations that were, or `None` if there was no objection.
pub fn end_objection(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: Option<&str>,
    patient: &Ssin,
) -> Result<Option<u64>> {
    let hash = patient_hash(tx, patient.digits());
    end_of(tx, organisation, project, &hash)
}

/// As [`end_objection`], for a patient known by the keyed hash.
pub(super) fn end_of(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: Option<&str>,
    hash: &Hash,
) -> Result<Option<u64>> {
    let ended = tx.sql.execute(
        "UPDATE objection SET ended_at = ?4 WHERE organisation = ?1 AND project IS ?2 AND patient = ?3 AND ended_at IS NULL",
        params![organisation.0, project, hash, tx.now.as_millisecond()],
    )?;
    let released = lift(
        tx,
        "UPDATE held SET reasons = reasons & ~?1 WHERE organisation = ?2 AND patient = ?3 AND NOT EXISTS (
           SELECT 1 FROM objection o WHERE o.organisation = ?2 AND o.patient = ?3 AND o.ended_at IS NULL
           AND (o.project IS NULL OR o.project = held.project))",
        params![HoldReasons::OBJECTION.0, organisation.0, hash],
        organisation,
    )?;
    Ok((ended > 0).then_some(released))
}

/// Takes the reason `reason` off every held registration of an organisation
/// and releases those that have no other.
pub fn lift_everywhere(tx: &Tx<'_>, organisation: OrganisationId, reason: HoldReasons) -> Result<u64> {
    lift(
        tx,
        "UPDATE held SET reasons = reasons & ~?1 WHERE organisation = ?2",
        params![reason.0, organisation.0],
        organisation,
    )
}

/// Releases what waited for physicians whose first day has come.
pub fn lift_enrolled(tx: &Tx<'_>) -> Result<()> {
    let mut statement = tx.sql.prepare_cached("SELECT DISTINCT organisation FROM held WHERE reasons & 1")?;
    let organisations: Vec<i64> =
        statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for organisation in organisations {
        lift(
            tx,
            "UPDATE held SET reasons = reasons & ~?1 WHERE organisation = ?2 AND EXISTS (
               SELECT 1 FROM enrolment e WHERE e.organisation = ?2 AND e.project = held.project
               AND e.physician = held.physician AND e.since <= ?3 AND (e.until IS NULL OR e.until >= ?3))",
            params![HoldReasons::NOT_ENROLLED.0, organisation, clock::today().to_string()],
            OrganisationId(organisation),
        )?;
    }
    Ok(())
}

/// The organisations that have registrations held for want of a certificate.
pub fn uncertified(tx: &Tx<'_>) -> Result<Vec<OrganisationId>> {
    let mut statement = tx.sql.prepare_cached("SELECT DISTINCT organisation FROM held WHERE reasons & ?1")?;
    let rows = statement.query_map([HoldReasons::NO_CERTIFICATE.0], |row| row.get(0).map(OrganisationId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What the gate knows today. `ask_enrolment` is what the definition says.
pub fn gate(tx: &Tx<'_>, organisation: OrganisationId, project: &str, ask_enrolment: bool) -> Result<Gate> {
    let version = tx
        .sql
        .prepare_cached("SELECT gate_version FROM organisation WHERE id = ?1")?
        .query_row([organisation.0], |row| row.get(0))?;
    let enrolled = ask_enrolment.then(|| -> Result<_> {
        let mut statement = tx.sql.prepare_cached(
            "SELECT DISTINCT physician FROM enrolment WHERE organisation = ?1 AND project = ?2
             AND since <= ?3 AND (until IS NULL OR until >= ?3)",
        )?;
        let today = clock::today().to_string();
        let rows =
            statement.query_map(params![organisation.0, project, today], |row| row.get::<_, String>(0))?;
        let mut physicians = HashSet::new();
        for digits in rows {
            physicians.extend(<[u8; 8]>::try_from(digits?.as_bytes()));
        }
        Ok(physicians)
    });
    let mut statement = tx.sql.prepare_cached(
        "SELECT DISTINCT patient FROM objection WHERE organisation = ?1 AND ended_at IS NULL
         AND (project IS NULL OR project = ?2)",
    )?;
    let rows = statement.query_map(params![organisation.0, project], |row| row.get::<_, Hash>(0))?;
    let objecting = rows.collect::<rusqlite::Result<_>>()?;
    Ok(Gate { enrolled: enrolled.transpose()?, objecting, version })
}

/// The keyed hash that a patient is looked up by; `identifier` is what the
/// TTP gets.
pub fn patient_hash(tx: &Tx<'_>, identifier: &str) -> Hash {
    tx.keys.hash(Purpose::Patient, identifier.as_bytes())
}

/// Batches that were sealed under an older gate are judged anew before they
/// leave.
fn raise_gate(tx: &Tx<'_>, organisation: OrganisationId) -> Result<()> {
    tx.sql
        .execute("UPDATE organisation SET gate_version = gate_version + 1 WHERE id = ?1", [organisation.0])?;
    Ok(())
}

fn lift(
    tx: &Tx<'_>,
    sql: &str,
    params: &[&dyn rusqlite::ToSql],
    organisation: OrganisationId,
) -> Result<u64> {
    tx.sql.prepare_cached(sql)?.execute(params)?;
    tx.sql.execute(
        "UPDATE block SET pending = pending + f.number FROM (
           SELECT registration / 1024 AS block, count(*) AS number FROM held
           WHERE organisation = ?1 AND reasons = 0 GROUP BY 1) f WHERE block.id = f.block",
        [organisation.0],
    )?;
    tx.sql.execute(
        "UPDATE registration SET state = ?2 WHERE state = ?3 AND id IN (
           SELECT registration FROM held WHERE organisation = ?1 AND reasons = 0)",
        params![organisation.0, State::Submitted as i64, State::Held as i64],
    )?;
    let released =
        tx.sql.execute("DELETE FROM held WHERE organisation = ?1 AND reasons = 0", [organisation.0])?;
    Ok(released as u64)
}
