//! How imports add up: each row read, from the file to what became of it at
//! the platform.

use rusqlite::{OptionalExtension, Row, params};

use super::{Tx, queue::known_projects, registration};
use crate::{
    domain::{
        import::{ImportId, ImportState, RowCounts},
        member::{Projects, not_found},
        organisation::OrganisationId,
        summary::Summary,
    },
    error::Result,
};

/// An import, and what became of its rows when they came.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Line {
    /// Its key.
    pub import: i64,
    /// The file's name, without folders and without a patient's number.
    pub file: String,
    /// Its definition's project.
    pub project: String,
    /// Its definition's name.
    pub definition: String,
    /// Its definition's version.
    pub version: String,
    /// Where it is.
    pub state: ImportState,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
    /// The system that sent it, or who ended it, as the audit names them; none
    /// while it runs.
    pub actor: Option<String>,
    /// What became of its rows.
    pub counts: RowCounts,
}

/// What the platform confirmed about the codes of an import's batches.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Codes {
    /// Batches that hold registrations of the import.
    pub batches: u64,
    /// Those of them whose codes are destroyed.
    pub deleted: u64,
    /// When the last of these was confirmed, in milliseconds since 1970.
    pub last_at: Option<i64>,
}

const LINE: &str = "SELECT i.id, i.file, f.project, f.name, f.version, i.state, i.started_at,
     coalesce('api-key:' || i.api_key,
       (SELECT a.actor FROM audit a WHERE a.organisation = i.organisation AND a.act = 'import.end'
        AND json_extract(a.details, '$.import') = i.id ORDER BY a.seq LIMIT 1)),
     i.accepted, i.unchanged, i.rejected, i.corrections, i.warnings
     FROM import i JOIN definition f ON f.id = i.definition";

/// Up to `limit` imports of the organisation and these projects, the newest
/// first, from behind the import `after` on.
pub fn page(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    projects: &Projects,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<Line>> {
    let mut statement = tx.sql.prepare_cached(&format!(
        "{LINE} WHERE i.organisation = ?1 AND i.id < ?2
         AND (?3 IS NULL OR f.project IN (SELECT value FROM json_each(?3))) ORDER BY i.id DESC LIMIT ?4"
    ))?;
    let projects = known_projects(projects);
    let rows = statement
        .query_map(params![organisation.0, after.unwrap_or(i64::MAX), projects, limit as i64], line)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One import of the organisation.
///
/// # Errors
///
/// `NotFound` for an import of another organisation or project.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, projects: &Projects, import: ImportId) -> Result<Line> {
    let mut statement = tx.sql.prepare_cached(&format!("{LINE} WHERE i.organisation = ?1 AND i.id = ?2"))?;
    let found = statement.query_row([organisation.0, import.0], line).optional()?;
    found.filter(|line| projects.reach(&line.project).is_some()).ok_or_else(not_found)
}

/// Follows every accepted row of an import to the state it is in now. Takes
/// longer the larger the import is: about half a second for a million rows.
pub fn follow(tx: &Tx<'_>, organisation: OrganisationId, line: &Line) -> Result<Summary> {
    let mut summary = Summary::default();
    summary.rows(&line.counts);
    registration::count_import(tx, organisation, ImportId(line.import), &mut summary)?;
    summary.reconcile(false);
    Ok(summary)
}

/// What is known of the codes of the import's batches.
pub fn codes(tx: &Tx<'_>, organisation: OrganisationId, import: ImportId) -> Result<Codes> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT count(*), coalesce(sum(codes_deleted), 0), max(CASE WHEN codes_deleted THEN ended_at END)
         FROM batch WHERE organisation = ?1 AND id IN (
           SELECT g.batch FROM block b
           CROSS JOIN registration g ON g.id BETWEEN b.id * 1024 AND b.id * 1024 + 1023
           WHERE b.organisation = ?1 AND b.import = ?2 AND g.batch IS NOT NULL)",
    )?;
    Ok(statement.query_row([organisation.0, import.0], |row| {
        Ok(Codes {
            batches: row.get::<_, i64>(0)? as u64,
            deleted: row.get::<_, i64>(1)? as u64,
            last_at: row.get(2)?,
        })
    })?)
}

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let state: String = row.get(5)?;
    let count = |index| row.get::<_, i64>(index).map(|number| number as u64);
    Ok(Line {
        import: row.get(0)?,
        file: row.get(1)?,
        project: row.get(2)?,
        definition: row.get(3)?,
        version: row.get(4)?,
        state: ImportState::from_word(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        started_at: row.get(6)?,
        actor: row.get(7)?,
        counts: RowCounts {
            accepted: count(8)?,
            unchanged: count(9)?,
            rejected: count(10)?,
            corrections: count(11)?,
            warnings: count(12)?,
        },
    })
}
