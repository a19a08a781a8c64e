//! Versions of definitions: how a new one comes in, and what becomes of the
//! drafts of older ones.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};
use serde_json::json;

use super::{Tx, audit, definition, member};
use crate::{
    definition::{Definition, Version, bundled},
    domain::{account::Actor, older_drafts::OlderDrafts, registration::State, role::Permission},
    error::{Code, Error, Result},
};

/// The open drafts of a version.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Drafts {
    /// The version.
    pub version: String,
    /// How many there are in the installation.
    pub count: u64,
}

/// The majors below which versions of definitions are closed, by name.
#[derive(Clone, Debug, Default)]
pub struct Closed(HashMap<String, u32>);

impl Closed {
    /// Whether nothing is taken in under this version any more.
    pub fn has(&self, name: &str, version: Version) -> bool {
        self.0.get(name).is_some_and(|below| version.major() < *below)
    }
}

/// Adds a definition for good, or finds it if it is there. Returns whether it
/// is new.
///
/// # Errors
///
/// `Forbidden` to all but those who keep the installation's settings; `Conflict`
/// as [`definition::add`]; `Usage` (`definition-drafts-needed`) if there are
/// open drafts of an older major version, and nobody has ever said what becomes
/// of those.
pub fn introduce(
    tx: &Tx<'_>,
    by: &Actor,
    definition: &Definition,
    drafts: Option<OlderDrafts>,
) -> Result<bool> {
    member::require(tx, by, Permission::Settings, None)?;
    let (_, is_new) = definition::add(tx, definition)?;
    let (name, version) = (&definition.name, definition.version);
    let known = choice(tx, name, version.major())?;
    if is_new && known.or(drafts).is_none() {
        must_have_none(tx, name, version)?;
    }
    if is_new {
        let details = json!({ "name": name, "version": version.to_string() });
        audit::record(tx, &by.to_string(), "definition.add", None, &details)?;
    }
    if let Some(drafts) = drafts {
        choose(tx, by, name, version, drafts)?;
    }
    Ok(is_new)
}

/// Says what becomes of the drafts of all major versions before that of
/// `version`.
///
/// # Errors
///
/// `Forbidden` to all but those who keep the installation's settings; `NotFound`
/// if there is no such version.
pub fn choose(tx: &Tx<'_>, by: &Actor, name: &str, version: Version, drafts: OlderDrafts) -> Result<()> {
    member::require(tx, by, Permission::Settings, None)?;
    let known = definition::find(tx, &format!("{name}@{version}"))?;
    let (name, major) = (known.name.as_str(), version.major());
    let before = choice(tx, name, major)?;
    if before == Some(drafts) {
        return Ok(());
    }
    tx.sql.execute(
        "INSERT OR REPLACE INTO older_drafts (name, major, choice) VALUES (?1, ?2, ?3)",
        params![name, major, drafts.as_str()],
    )?;
    let open: u64 = drafts_before(tx, name, version)?.iter().map(|drafts| drafts.count).sum();
    let details = json!({
        "name": name, "version": version.to_string(), "drafts": drafts, "open": open, "before": before,
    });
    audit::record(tx, &by.to_string(), "definition.drafts", None, &details)
}

/// What somebody said becomes of drafts of older versions since there is this
/// major one.
pub fn choice(tx: &Tx<'_>, name: &str, major: u32) -> Result<Option<OlderDrafts>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT choice FROM older_drafts WHERE name = ?1 AND major = ?2")?;
    let word: Option<String> = statement.query_row(params![name, major], |row| row.get(0)).optional()?;
    Ok(word.as_deref().and_then(OlderDrafts::from_word))
}

/// The open drafts of all major versions before that of `version`, by version.
pub fn drafts_before(tx: &Tx<'_>, name: &str, version: Version) -> Result<Vec<Drafts>> {
    let mut older = Vec::new();
    for (id, facts) in definition::stored(tx)?.into_iter().filter(|(_, facts)| facts.name == name) {
        let known: Version = facts.version.parse().unwrap_or_default();
        if known.major() < version.major() {
            older.push((known, id));
        }
    }
    older.sort_unstable();
    let mut statement = tx.sql.prepare_cached(
        "SELECT count(*) FROM registration g JOIN block b ON b.id = g.id / 1024
         WHERE g.state = ?1 AND g.state NOT IN (1, 3) AND b.definition = ?2",
    )?;
    let mut drafts = Vec::new();
    for (version, id) in older {
        let count: i64 = statement.query_row([State::Open as i64, id], |row| row.get(0))?;
        if count > 0 {
            drafts.push(Drafts { version: version.to_string(), count: count as u64 });
        }
    }
    Ok(drafts)
}

/// Which versions are closed.
pub fn closed(tx: &Tx<'_>) -> Result<Closed> {
    let mut statement = tx
        .sql
        .prepare_cached("SELECT name, max(major) FROM older_drafts WHERE choice = 'close' GROUP BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Closed(rows.collect::<rusqlite::Result<_>>()?))
}

/// The major version in which a draft of the major version `begun` is continued,
/// unless somebody asks otherwise.
pub fn continued_in(tx: &Tx<'_>, name: &str, begun: u32) -> Result<u32> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT max(major) FROM older_drafts WHERE name = ?1 AND major > ?2 AND choice IN ('carry', 'close')",
    )?;
    let onward: Option<u32> = statement.query_row(params![name, begun], |row| row.get(0))?;
    Ok(onward.unwrap_or(begun))
}

/// The major version before that of `version` in which drafts of still older
/// ones are continued, whatever was said when `version` came.
pub fn onward_before(tx: &Tx<'_>, name: &str, version: Version) -> Result<Option<u32>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT max(major) FROM older_drafts WHERE name = ?1 AND major < ?2 AND choice IN ('carry', 'close')",
    )?;
    Ok(statement.query_row(params![name, version.major()], |row| row.get(0))?)
}

/// Whether there is an older major version of the definition.
pub fn has_older(tx: &Tx<'_>, name: &str, version: Version) -> Result<bool> {
    let is_older = |known: &str, other: Version| known == name && other.major() < version.major();
    let stored = definition::stored(tx)?;
    let mut stored = stored.iter().map(|(_, facts)| (&facts.name, facts.version.parse().unwrap_or_default()));
    let mut bundled = bundled().iter().map(|known| (&known.summary.name, known.summary.version));
    Ok(stored.any(|(known, other)| is_older(known, other))
        || bundled.any(|(known, other)| is_older(known, other)))
}

fn must_have_none(tx: &Tx<'_>, name: &str, version: Version) -> Result<()> {
    let drafts = drafts_before(tx, name, version)?;
    if drafts.is_empty() {
        return Ok(());
    }
    let told: Vec<_> = drafts.iter().map(|drafts| format!("{}: {}", drafts.version, drafts.count)).collect();
    let count: u64 = drafts.iter().map(|drafts| drafts.count).sum();
    Err(Error::new(Code::Usage, "definition-drafts-needed")
        .with("name", name)
        .with("version", version.to_string())
        .with("count", count)
        .with("drafts", told.join(", ")))
}
