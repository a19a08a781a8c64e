//! Changes of organisations: who may make them, and the log that each leaves.

use rusqlite::params;
use serde_json::{Value, json};

use super::{Tx, audit, definition, member, organisation};
use crate::{
    domain::{
        account::Actor,
        organisation::{Details, Organisation, OrganisationId},
        role::Permission,
    },
    error::{Error, Result},
};

/// One change of an organisation.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Revision {
    /// Its number, from 1.
    pub number: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who, as in the audit: `account:<id>`, `cli:<user>` or `configuration`.
    pub actor: String,
    /// The revision log message; may be empty.
    pub message: String,
    /// What it was: an object with `nihdi`, `title`, `cbe`, `ehp`, `active`,
    /// `second_factor` and `definitions`; null for the first.
    pub before: Value,
    /// What it became.
    pub after: Value,
}

/// The most letters of a title or a message.
const MOST_LETTERS: usize = 1_000;

/// Adds an organisation.
///
/// # Errors
///
/// `Forbidden` to all but managers; `Conflict` for a NIHDI number that is
/// known; `Invalid` without a title.
pub fn create(tx: &Tx<'_>, by: &Actor, details: &Details, message: &str) -> Result<Organisation> {
    member::require(tx, by, Permission::Organisations, None)?;
    check(details, message)?;
    let added = organisation::add(tx, &details.nihdi, details.title.trim(), &details.cbe, &details.ehp)?;
    log(tx, by, None, &added, message)?;
    let facts = json!({ "nihdi": added.nihdi.as_str(), "title": added.title });
    audit::record(tx, &by.to_string(), "organisation.add", Some(added.id), &facts)?;
    Ok(added)
}

/// Changes an organisation's title and numbers.
///
/// # Errors
///
/// As [`create`].
pub fn edit(
    tx: &Tx<'_>,
    by: &Actor,
    id: OrganisationId,
    details: &Details,
    message: &str,
) -> Result<Organisation> {
    check(details, message)?;
    change(tx, by, id, message, "organisation.edit", |edited| {
        edited.nihdi = details.nihdi.clone();
        edited.title = details.title.trim().to_owned();
        edited.cbe = details.cbe.clone();
        edited.ehp = details.ehp.clone();
    })
}

/// Deactivates an organisation: its members lose access, and nothing is
/// imported or delivered for it until it is reactivated.
///
/// # Errors
///
/// `Forbidden` to all but managers.
pub fn deactivate(tx: &Tx<'_>, by: &Actor, id: OrganisationId, message: &str) -> Result<Organisation> {
    change(tx, by, id, message, "organisation.deactivate", |edited| edited.is_active = false)
}

/// Reactivates an organisation: everything is as it was before.
///
/// # Errors
///
/// `Forbidden` to all but managers.
pub fn reactivate(tx: &Tx<'_>, by: &Actor, id: OrganisationId, message: &str) -> Result<Organisation> {
    change(tx, by, id, message, "organisation.reactivate", |edited| edited.is_active = true)
}

/// Says whether an organisation's members must have a second factor.
///
/// # Errors
///
/// `Forbidden` to all but managers.
pub fn require_second_factor(
    tx: &Tx<'_>,
    by: &Actor,
    id: OrganisationId,
    required: bool,
    message: &str,
) -> Result<Organisation> {
    change(tx, by, id, message, "organisation.second-factor", |edited| {
        edited.requires_second_factor = required;
    })
}

/// Limits an organisation to the definitions of these names, or to none if there
/// are none. What is stored already stays, and can be read and withdrawn.
///
/// # Errors
///
/// `Forbidden` to all but managers; `NotFound` for a definition that is not
/// there.
pub fn limit(
    tx: &Tx<'_>,
    by: &Actor,
    id: OrganisationId,
    names: &[&str],
    message: &str,
) -> Result<Organisation> {
    check_letters(&[message])?;
    let mut definitions = Vec::with_capacity(names.len());
    for name in names {
        definitions.push(definition::find(tx, name)?.name.clone());
    }
    definitions.sort_unstable();
    definitions.dedup();
    change(tx, by, id, message, "organisation.limit", |edited| edited.definitions = definitions)
}

/// The changes of an organisation, the newest first.
pub fn list(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<Revision>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT number, at, actor, message, before, after FROM organisation_revision
         WHERE organisation = ?1 ORDER BY number DESC",
    )?;
    let rows = statement.query_map([organisation.0], |row| {
        let value = |text: Option<String>| {
            text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
        };
        Ok(Revision {
            number: row.get("number")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            message: row.get("message")?,
            before: value(row.get("before")?),
            after: value(row.get("after")?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What filling the list of organisations did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Filled {
    /// Organisations added.
    pub added: u64,
    /// Organisations that were known already. They are left as they are,
    /// because their titles may have been changed here since.
    pub known: u64,
}

/// Adds the organisations that are not known yet.
///
/// # Errors
///
/// As [`create`].
pub fn fill(tx: &Tx<'_>, by: &Actor, list: &[Details], message: &str) -> Result<Filled> {
    let mut filled = Filled::default();
    for details in list {
        if organisation::by_nihdi(tx, &details.nihdi).is_ok() {
            filled.known += 1;
        } else {
            create(tx, by, details, message)?;
            filled.added += 1;
        }
    }
    Ok(filled)
}

/// Makes a change, if it is one.
fn change(
    tx: &Tx<'_>,
    by: &Actor,
    id: OrganisationId,
    message: &str,
    act: &str,
    edit: impl FnOnce(&mut Organisation),
) -> Result<Organisation> {
    member::require(tx, by, Permission::Organisations, None)?;
    let before = organisation::get(tx, id)?;
    let mut after = before.clone();
    edit(&mut after);
    if after == before {
        return Ok(after);
    }
    organisation::update(tx, &after)?;
    log(tx, by, Some(&before), &after, message)?;
    let details = json!({ "before": facts(&before), "after": facts(&after) });
    audit::record(tx, &by.to_string(), act, Some(id), &details)?;
    Ok(after)
}

fn check(details: &Details, message: &str) -> Result<()> {
    if details.title.trim().is_empty() {
        return Err(Error::invalid("organisation-title-missing"));
    }
    check_letters(&[&details.title, message])
}

fn check_letters(texts: &[&str]) -> Result<()> {
    if texts.iter().any(|text| text.chars().count() > MOST_LETTERS) {
        return Err(Error::invalid("organisation-text-long").with("most", MOST_LETTERS as u64));
    }
    Ok(())
}

fn log(
    tx: &Tx<'_>,
    by: &Actor,
    before: Option<&Organisation>,
    after: &Organisation,
    message: &str,
) -> Result<()> {
    tx.sql.execute(
        "INSERT INTO organisation_revision (organisation, number, at, actor, message, before, after)
         SELECT ?1, 1 + coalesce(max(number), 0), ?2, ?3, ?4, ?5, ?6 FROM organisation_revision WHERE organisation = ?1",
        params![
            after.id.0,
            tx.now.as_millisecond(),
            by.to_string(),
            message.trim(),
            before.map(|before| facts(before).to_string()),
            facts(after).to_string()
        ],
    )?;
    Ok(())
}

fn facts(organisation: &Organisation) -> Value {
    json!({
        "nihdi": organisation.nihdi.as_str(),
        "title": organisation.title,
        "cbe": organisation.cbe,
        "ehp": organisation.ehp,
        "active": organisation.is_active,
        "second_factor": organisation.requires_second_factor,
        "definitions": organisation.definitions,
    })
}
