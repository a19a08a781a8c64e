//! One registration: what it holds, the way it went, and its other versions.

use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::{
    Tx,
    batch::members_of,
    block::{self, Block},
    key::Hash,
    listing,
};
use crate::{
    domain::{
        import::ImportId,
        organisation::OrganisationId,
        registration::{HoldReasons, RegistrationId, State},
    },
    error::{Code, Error, Result},
};

/// The most versions of a business key that are shown.
const MOST_VERSIONS: usize = 100;

/// A registration.
pub struct Whole {
    /// Its key.
    pub id: RegistrationId,
    /// The key of its definition.
    pub definition: i64,
    /// The import that brought it.
    pub import: ImportId,
    /// The row of the file it came from, from 1.
    pub row: u32,
    /// The name of its business key.
    pub key: Hash,
    /// The JSON object for the platform.
    pub data: Zeroizing<String>,
    /// The JSON object of what stays here.
    pub local: Zeroizing<String>,
    /// What holds it back.
    pub held: Option<HoldReasons>,
    /// Why the platform refused it.
    pub refusal: Option<String>,
    /// The batch it left in, or is to leave in.
    pub batch: Option<Batch>,
}

/// A batch, as the way of one of its registrations.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Batch {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub state: Option<State>,
    /// The line of the registration in it, from 1.
    pub line: Option<usize>,
    /// When it was sealed. All times are milliseconds since 1970.
    pub created_at: i64,
    /// When its outcome was final.
    pub ended_at: Option<i64>,
    /// Whether the platform confirmed that it deleted the codes.
    pub codes_deleted: bool,
    /// Why the platform refused all of it.
    pub reason: Option<String>,
    /// Its streams.
    pub deliveries: Vec<Stream>,
}

/// A stream of a batch.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Stream {
    /// The delivery's key.
    pub id: i64,
    /// Where it goes.
    pub service: String,
    /// `queued`, `sent`, `parked` or `dissolved`.
    pub state: String,
    /// Attempts since a person last acted.
    pub attempts: i64,
    /// Why it waits.
    pub reason: Option<String>,
    /// The number of its receipt.
    pub receipt: Option<String>,
    /// Since when it is in this state.
    pub changed_at: i64,
}

/// A version of a business key.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Version {
    /// The registration's key.
    pub id: i64,
    /// Which version it is.
    pub revision: i64,
    /// When it arrived, in milliseconds since 1970.
    pub arrived_at: i64,
}

/// The organisation's registration, whole.
///
/// # Errors
///
/// `NotFound`.
pub fn whole(tx: &Tx<'_>, organisation: OrganisationId, id: RegistrationId) -> Result<Whole> {
    whole_of(tx, organisation, &block::get(tx, organisation, id.block())?, id)
}

/// As [`whole`], of the organisation's block that it is in.
///
/// # Errors
///
/// `NotFound`.
pub fn whole_of(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    block: &Block,
    id: RegistrationId,
) -> Result<Whole> {
    let content = block.contents().nth(id.place()).flatten().ok_or_else(unknown)?;
    let batch: Option<i64> = tx
        .sql
        .prepare_cached("SELECT batch FROM registration WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?
        .ok_or_else(unknown)?;
    let held: Option<i64> = tx
        .sql
        .prepare_cached("SELECT reasons FROM held WHERE organisation = ?1 AND registration = ?2")?
        .query_row([organisation.0, id.0], |row| row.get(0))
        .optional()?;
    Ok(Whole {
        id,
        definition: block.definition,
        import: block.import,
        row: content.entry.row,
        key: content.entry.key,
        data: Zeroizing::new(content.data.to_owned()),
        local: Zeroizing::new(content.local.to_owned()),
        held: held.map(HoldReasons),
        refusal: refusal(tx, id)?,
        batch: batch.map(|batch| get_batch(tx, organisation, batch, id)).transpose()?,
    })
}

/// Why the platform refused the registration, or taking it back.
pub fn refusal(tx: &Tx<'_>, id: RegistrationId) -> Result<Option<String>> {
    let mut statement = tx.sql.prepare_cached("SELECT reason FROM refusal WHERE registration = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get(0)).optional()?)
}

/// The batch with this key, as the way of its member `id`.
pub fn get_batch(tx: &Tx<'_>, organisation: OrganisationId, batch: i64, id: RegistrationId) -> Result<Batch> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT id, service, state, attempts, reason, receipt, changed_at FROM delivery WHERE batch = ?1 ORDER BY id",
    )?;
    let deliveries = statement.query_map([batch], |row| {
        let receipt: Option<String> = row.get(5)?;
        let number = receipt
            .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
            .and_then(|receipt| Some(receipt.get("receipt")?.as_str()?.to_owned()));
        Ok(Stream {
            id: row.get(0)?,
            service: row.get(1)?,
            state: row.get(2)?,
            attempts: row.get(3)?,
            reason: row.get(4)?,
            receipt: number,
            changed_at: row.get(6)?,
        })
    })?;
    let deliveries = deliveries.collect::<rusqlite::Result<_>>()?;
    let mut statement = tx.sql.prepare_cached(
        "SELECT name, state, created_at, ended_at, codes_deleted, reason, members FROM batch
         WHERE organisation = ?1 AND id = ?2",
    )?;
    Ok(statement.query_row([organisation.0, batch], |row| {
        let members = members_of(row.get_ref(6)?.as_blob().unwrap_or_default());
        Ok(Batch {
            name: row.get(0)?,
            state: State::from_number(row.get(1)?),
            line: members.iter().position(|member| *member == id).map(|at| at + 1),
            created_at: row.get(2)?,
            ended_at: row.get(3)?,
            codes_deleted: row.get(4)?,
            reason: row.get(5)?,
            deliveries,
        })
    })?)
}

/// The versions of the business key with this name, the newest first.
pub fn versions(tx: &Tx<'_>, organisation: OrganisationId, key: &Hash) -> Result<Vec<Version>> {
    let mut next = listing::of_key(tx, key)?;
    let mut versions = Vec::new();
    let mut statement = tx.sql.prepare_cached(
        "SELECT g.revision, coalesce(b.arrived_at, i.started_at) FROM registration g JOIN block b ON b.id = g.id / 1024
         JOIN import i ON i.id = b.import WHERE g.id = ?1 AND b.organisation = ?2",
    )?;
    while let Some(id) = next.filter(|_| versions.len() < MOST_VERSIONS) {
        let version = statement.query_row([id.0, organisation.0], |row| {
            Ok(Version { id: id.0, revision: row.get(0)?, arrived_at: row.get(1)? })
        });
        versions.extend(version.optional()?);
        next = earlier(tx, id)?;
    }
    Ok(versions)
}

/// The registration that this one replaced.
pub(super) fn earlier(tx: &Tx<'_>, id: RegistrationId) -> Result<Option<RegistrationId>> {
    let mut statement = tx.sql.prepare_cached("SELECT earlier FROM correction WHERE registration = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get(0).map(RegistrationId)).optional()?)
}

/// The newest of the registrations that took the place of this one, one after
/// the other; none if nothing did.
pub fn newest(tx: &Tx<'_>, id: RegistrationId) -> Result<Option<RegistrationId>> {
    // What takes a place is stored later, under a higher number.
    let mut statement = tx.sql.prepare_cached(
        "SELECT registration, earlier FROM correction WHERE registration > ?1 ORDER BY registration",
    )?;
    let mut rows = statement.query([id.0])?;
    let mut newest = id;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(1)? == newest.0 {
            newest = RegistrationId(row.get(0)?);
        }
    }
    Ok(Some(newest).filter(|newest| *newest != id))
}

/// Notes which registration each correction replaced.
pub(super) fn note(tx: &Tx<'_>, replaced: &[(RegistrationId, RegistrationId)]) -> Result<()> {
    let mut statement =
        tx.sql.prepare_cached("INSERT INTO correction (registration, earlier) VALUES (?1, ?2)")?;
    for (id, earlier) in replaced {
        statement.execute(params![id.0, earlier.0])?;
    }
    Ok(())
}

/// Notes that `by` goes on where `earlier` was under another business key,
/// unless it replaced one under its own.
pub(super) fn go_on(tx: &Tx<'_>, by: RegistrationId, earlier: RegistrationId) -> Result<()> {
    tx.sql
        .prepare_cached("INSERT OR IGNORE INTO correction (registration, earlier) VALUES (?1, ?2)")?
        .execute(params![by.0, earlier.0])?;
    Ok(())
}

/// Forgets which registration this one replaced.
pub(super) fn unlink(tx: &Tx<'_>, id: RegistrationId) -> Result<()> {
    tx.sql.prepare_cached("DELETE FROM correction WHERE registration = ?1")?.execute([id.0])?;
    Ok(())
}

/// The answer for a registration that is not there, or not the organisation's.
pub fn unknown() -> Error {
    Error::new(Code::NotFound, "registration-unknown")
}
