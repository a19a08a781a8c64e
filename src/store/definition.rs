//! Definitions of this installation: those that were added, and the bundled
//! ones from the moment they are used.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, Tx};
use crate::{
    definition::{Bundled, Definition, Role, Summary, Version, bundled},
    error::{Code, Error, Result},
};

/// What the way out needs to know of a definition.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The project's number, e.g. `HDBP0147`.
    pub project: String,
    /// Its name, e.g. `INTEGO-LAB`.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// Whether only enrolled physicians' registrations may leave.
    pub enrolment_required: bool,
    /// Whether it has a patient identifier.
    pub has_patient: bool,
}

/// Adds a definition, or finds it if it is there. Returns its key and whether
/// it is new.
///
/// # Errors
///
/// A conflict if another definition of the same name and version is there:
/// registrations refer to it, so the new one needs a higher version. A conflict
/// also if there is one, stored or bundled, whose name differs only in its
/// capitals: they make no difference where people and systems name one.
pub fn add(tx: &Tx<'_>, definition: &Definition) -> Result<(i64, bool)> {
    let version = definition.version.to_string();
    let source = definition.to_source();
    let known: Option<(i64, String)> = tx
        .sql
        .prepare_cached("SELECT id, source FROM definition WHERE name = ?1 AND version = ?2")?
        .query_row([&definition.name, &version], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((id, known)) = known {
        if known == source {
            return Ok((id, false));
        }
        return Err(Error::new(Code::Conflict, "definition-version-known")
            .with("name", definition.name.as_str())
            .with("version", version));
    }
    let has_versions = "SELECT EXISTS (SELECT 1 FROM definition WHERE name = ?1)";
    if !tx.sql.prepare_cached(has_versions)?.query_row([&definition.name], |row| row.get(0))? {
        must_have_no_twin(tx, &definition.name)?;
    }
    tx.sql.execute(
        "INSERT INTO definition (project, name, version, source, enrolment_required, has_patient, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            definition.project,
            definition.name,
            version,
            source,
            definition.enrolment_required,
            definition.with_role(Role::Patient).is_some(),
            tx.now.as_millisecond()
        ],
    )?;
    Ok((tx.sql.last_insert_rowid(), true))
}

fn must_have_no_twin(tx: &Tx<'_>, name: &str) -> Result<()> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT name FROM definition WHERE name = ?1 COLLATE NOCASE AND name <> ?1 ORDER BY id LIMIT 1",
    )?;
    let stored: Option<String> = statement.query_row([name], |row| row.get(0)).optional()?;
    let bundled = bundled().iter().map(|known| &known.summary.name);
    let is_twin = |known: &&String| known.eq_ignore_ascii_case(name) && *known != name;
    match stored.or_else(|| bundled.into_iter().find(is_twin).cloned()) {
        None => Ok(()),
        Some(known) => {
            Err(Error::new(Code::Conflict, "definition-name-known").with("name", name).with("known", known))
        }
    }
}

/// The definition with this key.
pub fn get(tx: &Tx<'_>, id: i64) -> Result<Definition> {
    let mut statement = tx.sql.prepare_cached("SELECT source FROM definition WHERE id = ?1")?;
    let source: String = statement.query_row([id], |row| row.get(0))?;
    Definition::from_source(&source)
}

/// The facts of the definition with this key.
pub fn facts(tx: &Tx<'_>, id: i64) -> Result<Facts> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT project, name, version, enrolment_required, has_patient FROM definition WHERE id = ?1",
    )?;
    Ok(statement.query_row([id], |row| read_facts(row, 0))?)
}

/// The definitions that were used or added, by name and version, each with
/// its key.
pub fn stored(tx: &Tx<'_>) -> Result<Vec<(i64, Facts)>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT id, project, name, version, enrolment_required, has_patient FROM definition ORDER BY name, id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, read_facts(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read_facts(row: &Row<'_>, from: usize) -> rusqlite::Result<Facts> {
    Ok(Facts {
        project: row.get(from)?,
        name: row.get(from + 1)?,
        version: row.get(from + 2)?,
        enrolment_required: row.get(from + 3)?,
        has_patient: row.get(from + 4)?,
    })
}

/// All definitions that can be used, without reading them: stored ones, then
/// bundled ones that are not stored in the same version.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Summary>> {
    let mut statement = tx.sql.prepare_cached("SELECT source FROM definition ORDER BY name, id DESC")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Summary::from_source(row.get_ref(0)?.as_str().map_err(Error::internal)?)?);
    }
    for Bundled { summary, .. } in bundled() {
        if !all.iter().any(|known| known.name == summary.name && known.version == summary.version) {
            all.push(summary.clone());
        }
    }
    Ok(all)
}

/// The definition called `name`, or `NAME@VERSION`; without a version the
/// highest, and a stored one before a bundled one.
///
/// # Errors
///
/// Not found.
pub fn find(tx: &Tx<'_>, name: &str) -> Result<Arc<Definition>> {
    let (wanted, version) = match name.split_once('@') {
        Some((wanted, version)) => (wanted, Some(version)),
        None => (name, None),
    };
    let wanted_version: Option<Result<Version, ()>> = version.map(str::parse);
    let fits = |name: &str, version: Version| {
        name.eq_ignore_ascii_case(wanted) && wanted_version.is_none_or(|wanted| wanted == Ok(version))
    };
    let mut statement = tx.sql.prepare_cached("SELECT name, version, id FROM definition")?;
    let mut rows = statement.query([])?;
    let mut stored: Option<(Version, i64)> = None;
    while let Some(row) = rows.next()? {
        let (name, version): (String, String) = (row.get(0)?, row.get(1)?);
        let Ok(version) = version.parse() else { continue };
        if fits(&name, version) && stored.is_none_or(|(known, _)| version > known) {
            stored = Some((version, row.get(2)?));
        }
    }
    let bundled = bundled().iter().rev().find(|known| fits(&known.summary.name, known.summary.version));
    match (stored, bundled) {
        (Some((version, id)), bundled) if bundled.is_none_or(|known| known.summary.version <= version) => {
            get(tx, id).map(Arc::new)
        }
        (_, Some(known)) => known.definition(),
        (_, None) => Err(Error::new(Code::NotFound, "definition-unknown").with("name", name)),
    }
}

/// The definition called `name`, stored if it was only bundled so far, with
/// its key.
pub fn resolve(store: &Store, name: &str) -> Result<(i64, Arc<Definition>)> {
    let definition = store.read(|tx| find(tx, name))?;
    let (id, _) = store.write(|tx| add(tx, &definition))?;
    Ok((id, definition))
}
