//! Organisations.

use rusqlite::{OptionalExtension, Row, params};

use super::Tx;
use crate::{
    domain::{
        identifier::Nihdi,
        organisation::{Organisation, OrganisationId},
    },
    error::{Code, Error, Result},
};

/// Adds an organisation. A NIHDI number that is known already is a conflict.
pub fn add(tx: &Tx<'_>, nihdi: &Nihdi, title: &str, cbe: &[String], ehp: &[String]) -> Result<Organisation> {
    let known = all(tx)?.into_iter().find(|other| other.nihdi.key() == nihdi.key());
    if let Some(known) = known {
        return Err(Error::new(Code::Conflict, "organisation-known")
            .with("nihdi", nihdi.as_str())
            .with("title", known.title));
    }
    tx.sql.execute(
        "INSERT INTO organisation (nihdi, title, cbe, ehp, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![nihdi.as_str(), title, cbe.join(" "), ehp.join(" "), tx.now.as_millisecond()],
    )?;
    Ok(Organisation {
        id: OrganisationId(tx.sql.last_insert_rowid()),
        nihdi: nihdi.clone(),
        title: title.to_owned(),
        cbe: cbe.to_vec(),
        ehp: ehp.to_vec(),
    })
}

/// All organisations, by title.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Organisation>> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM organisation ORDER BY title, nihdi")?;
    let rows = statement.query_map([], organisation)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The organisation with this NIHDI number (its first eight digits count).
pub fn by_nihdi(tx: &Tx<'_>, nihdi: &Nihdi) -> Result<Organisation> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM organisation WHERE substr(nihdi, 1, 8) = ?1")?;
    statement
        .query_row([nihdi.key()], organisation)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound, "organisation-unknown").with("nihdi", nihdi.as_str()))
}

/// The organisation with this key.
pub fn get(tx: &Tx<'_>, id: OrganisationId) -> Result<Organisation> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM organisation WHERE id = ?1")?;
    Ok(statement.query_row([id.0], organisation)?)
}

fn organisation(row: &Row<'_>) -> rusqlite::Result<Organisation> {
    let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
    let nihdi: String = row.get("nihdi")?;
    Ok(Organisation {
        id: OrganisationId(row.get("id")?),
        nihdi: Nihdi::stored(nihdi).ok_or(rusqlite::Error::InvalidQuery)?,
        title: row.get("title")?,
        cbe: words(row.get("cbe")?),
        ehp: words(row.get("ehp")?),
    })
}
