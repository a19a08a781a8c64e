//! Physicians who take part, page by page, and those who do not and hold
//! registrations back.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Row, params};

use super::Tx;
use crate::{
    clock,
    domain::{member::not_found, organisation::OrganisationId},
    error::Result,
};

/// A physician's taking part, as a page lists it.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Listed {
    /// Its key.
    pub id: i64,
    /// The project.
    pub project: String,
    /// The first eight digits of the number, by which the list is sorted.
    pub physician: String,
    /// The NIHDI number as it was given.
    pub nihdi: String,
    /// The first day (`YYYY-MM-DD`).
    pub since: String,
    /// The last day (`YYYY-MM-DD`), if it is known.
    pub until: Option<String>,
    /// How many registrations wait for the physician to be enrolled.
    pub held: u64,
}

/// A physician who does not take part today.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Stranger {
    /// The first eight digits of the NIHDI number.
    pub physician: String,
    /// How many registrations wait for the physician to be enrolled.
    pub held: u64,
}

const LISTED: &str = "SELECT e.id, e.project, e.physician, e.nihdi, e.since, e.until,
     (SELECT count(*) FROM held h WHERE h.organisation = e.organisation AND h.project = e.project
        AND h.physician = e.physician AND h.reasons & 1) FROM enrolment e";

/// Up to `limit` enrolments in a project by number, from behind `after` (the
/// first eight digits, and the key) on; only those whose number begins with
/// `digits`.
pub fn page(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: &str,
    digits: &str,
    after: Option<(&str, i64)>,
    limit: usize,
) -> Result<Vec<Listed>> {
    let (physician, id) = after.unwrap_or(("", 0));
    let mut statement = tx.sql.prepare_cached(&format!(
        "{LISTED} WHERE e.organisation = ?1 AND e.project = ?2 AND (e.physician, e.id) > (?3, ?4)
         AND substr(e.nihdi, 1, length(?5)) = ?5 ORDER BY e.physician, e.id LIMIT ?6"
    ))?;
    let rows =
        statement.query_map(params![organisation.0, project, physician, id, digits, limit as i64], listed)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One enrolment of the organisation.
///
/// # Errors
///
/// `NotFound` for one of another organisation.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: i64) -> Result<Listed> {
    let mut statement =
        tx.sql.prepare_cached(&format!("{LISTED} WHERE e.organisation = ?1 AND e.id = ?2"))?;
    statement.query_row([organisation.0, id], listed).optional()?.ok_or_else(not_found)
}

/// The physicians who do not take part in a project today and for whom
/// registrations wait, those with most first; and how many registrations wait
/// that name no physician.
pub fn strangers(tx: &Tx<'_>, organisation: OrganisationId, project: &str) -> Result<(Vec<Stranger>, u64)> {
    let today = clock::today().to_string();
    let mut statement = tx.sql.prepare_cached(
        "SELECT DISTINCT physician FROM enrolment WHERE organisation = ?1 AND project = ?2
         AND since <= ?3 AND (until IS NULL OR until >= ?3)",
    )?;
    let rows = statement.query_map(params![organisation.0, project, today], |row| row.get(0))?;
    let enrolled: HashSet<String> = rows.collect::<rusqlite::Result<_>>()?;
    let mut statement = tx.sql.prepare_cached(
        "SELECT physician, count(*) FROM held WHERE organisation = ?1 AND project = ?2 GROUP BY physician",
    )?;
    let mut rows = statement.query(params![organisation.0, project])?;
    let (mut strangers, mut nameless) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let held = row.get::<_, i64>(1)? as u64;
        match row.get::<_, Option<String>>(0)? {
            None => nameless = held,
            Some(physician) if enrolled.contains(&physician) => {}
            Some(physician) => strangers.push(Stranger { physician, held }),
        }
    }
    strangers.sort_by(|a, b| b.held.cmp(&a.held).then_with(|| a.physician.cmp(&b.physician)));
    Ok((strangers, nameless))
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        id: row.get(0)?,
        project: row.get(1)?,
        physician: row.get(2)?,
        nihdi: row.get(3)?,
        since: row.get(4)?,
        until: row.get(5)?,
        held: row.get::<_, i64>(6)? as u64,
    })
}
