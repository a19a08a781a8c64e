//! Organisations. What people change about them goes through `revision.rs`.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;

use super::Tx;
use crate::{
    domain::{
        identifier::Nihdi,
        member::not_found,
        organisation::{Organisation, OrganisationId},
    },
    error::{Code, Error, Result},
};

/// Adds an organisation. A NIHDI number that is known already is a conflict.
/// This leaves no trace but the row: [`create`](super::revision::create) is for
/// people.
pub fn add(tx: &Tx<'_>, nihdi: &Nihdi, title: &str, cbe: &[String], ehp: &[String]) -> Result<Organisation> {
    must_be_new(tx, nihdi, None)?;
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
        is_active: true,
        requires_second_factor: false,
        definitions: Vec::new(),
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

/// The organisation with this key; `NotFound` if there is none.
pub fn get(tx: &Tx<'_>, id: OrganisationId) -> Result<Organisation> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM organisation WHERE id = ?1")?;
    statement.query_row([id.0], organisation).optional()?.ok_or_else(not_found)
}

/// The organisations whose title or numbers contain `search` (all, if it is
/// empty), by title.
pub fn search(tx: &Tx<'_>, search: &str) -> Result<Vec<Organisation>> {
    let search = search.trim().to_lowercase();
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let is_like = |known: &Organisation| {
        let numbers = || {
            [known.nihdi.as_str()].into_iter().chain(known.cbe.iter().chain(&known.ehp).map(String::as_str))
        };
        known.title.to_lowercase().contains(&search)
            || (!digits.is_empty() && numbers().any(|number| number.contains(&digits)))
    };
    Ok(all(tx)?.into_iter().filter(is_like).collect())
}

/// The organisation; refuses to work for one that is deactivated.
pub(super) fn must_be_active(tx: &Tx<'_>, id: OrganisationId) -> Result<Organisation> {
    let known = get(tx, id)?;
    if known.is_active {
        return Ok(known);
    }
    Err(Error::new(Code::Conflict, "organisation-deactivated").with("title", known.title))
}

/// Writes down an organisation that was changed.
pub(super) fn update(tx: &Tx<'_>, changed: &Organisation) -> Result<()> {
    must_be_new(tx, &changed.nihdi, Some(changed.id))?;
    tx.sql.execute(
        "UPDATE organisation SET nihdi = ?2, title = ?3, cbe = ?4, ehp = ?5, requires_second_factor = ?6, definitions = ?9,
         deactivated_at = CASE WHEN ?7 THEN NULL ELSE coalesce(deactivated_at, ?8) END WHERE id = ?1",
        params![
            changed.id.0,
            changed.nihdi.as_str(),
            changed.title,
            changed.cbe.join(" "),
            changed.ehp.join(" "),
            changed.requires_second_factor,
            changed.is_active,
            tx.now.as_millisecond(),
            json!(changed.definitions).to_string()
        ],
    )?;
    Ok(())
}

fn must_be_new(tx: &Tx<'_>, nihdi: &Nihdi, but: Option<OrganisationId>) -> Result<()> {
    match by_nihdi(tx, nihdi) {
        Ok(known) if Some(known.id) != but => Err(Error::new(Code::Conflict, "organisation-known")
            .with("nihdi", nihdi.as_str())
            .with("title", known.title)),
        _ => Ok(()),
    }
}

fn organisation(row: &Row<'_>) -> rusqlite::Result<Organisation> {
    let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
    let nihdi: String = row.get("nihdi")?;
    let definitions: String = row.get("definitions")?;
    Ok(Organisation {
        id: OrganisationId(row.get("id")?),
        nihdi: Nihdi::stored(nihdi).ok_or(rusqlite::Error::InvalidQuery)?,
        title: row.get("title")?,
        cbe: words(row.get("cbe")?),
        ehp: words(row.get("ehp")?),
        is_active: row.get::<_, Option<i64>>("deactivated_at")?.is_none(),
        requires_second_factor: row.get("requires_second_factor")?,
        definitions: serde_json::from_str(&definitions).map_err(|_| rusqlite::Error::InvalidQuery)?,
    })
}
