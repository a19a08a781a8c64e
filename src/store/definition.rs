//! Definitions that were added to this installation, as their sheets.

use rusqlite::{OptionalExtension, params};

use super::Tx;
use crate::error::Result;

/// A definition as stored.
#[derive(Clone, Debug)]
pub struct StoredDefinition {
    /// Its key, which registrations refer to.
    pub id: i64,
    /// The project's number, e.g. `HDBP0147`.
    pub project: String,
    /// Its name, e.g. `INTEGO-LAB`.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// Its sheets as text.
    pub source: String,
}

/// Adds a definition, or finds the one that is there with the same name and
/// version; returns its key and whether its source is the same.
pub fn add(tx: &Tx<'_>, project: &str, name: &str, version: &str, source: &str) -> Result<(i64, bool)> {
    if let Some(known) = find(tx, name, version)? {
        return Ok((known.id, known.source == source));
    }
    tx.sql.execute(
        "INSERT INTO definition (project, name, version, source, added_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![project, name, version, source, tx.now.as_millisecond()],
    )?;
    Ok((tx.sql.last_insert_rowid(), true))
}

/// All stored definitions, by name; of one name the newest added first.
pub fn all(tx: &Tx<'_>) -> Result<Vec<StoredDefinition>> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM definition ORDER BY name, id DESC")?;
    let rows = statement.query_map([], definition)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The definition with this key.
pub fn get(tx: &Tx<'_>, id: i64) -> Result<StoredDefinition> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM definition WHERE id = ?1")?;
    Ok(statement.query_row([id], definition)?)
}

fn find(tx: &Tx<'_>, name: &str, version: &str) -> Result<Option<StoredDefinition>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM definition WHERE name = ?1 COLLATE NOCASE AND version = ?2")?;
    Ok(statement.query_row([name, version], definition).optional()?)
}

fn definition(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredDefinition> {
    Ok(StoredDefinition {
        id: row.get("id")?,
        project: row.get("project")?,
        name: row.get("name")?,
        version: row.get("version")?,
        source: row.get("source")?,
    })
}
