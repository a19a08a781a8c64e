//! Batches: choosing registrations, queueing them sealed, and dissolving those
//! that may not leave.

use std::io::Write;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use rusqlite::{MAIN_DB, OptionalExtension, blob::ZeroBlob, params};

use super::{
    Keys, Purpose, Tx, audit,
    block::{self, Block, Subject},
    delivery::GateOf,
    key::Sealed,
    registration::{self, Hold},
    withdrawal,
};
use crate::{
    domain::{
        delivery::Service,
        enrolment::Gate,
        organisation::OrganisationId,
        registration::{HoldReasons, RegistrationId, State},
    },
    error::{Error, Result},
};

/// The most registrations of a batch (`wire.md`).
pub const BATCH_ROWS: usize = 1000;

/// A batch that was dissolved before anything of it left.
pub(super) const DISSOLVED: i64 = 9;

/// Registrations of one block that wait for a batch.
pub struct Pending {
    /// The block.
    pub block: Block,
    /// Places and revisions of those that are submitted.
    pub places: Vec<(usize, i64)>,
}

/// The organisations and definitions (by key) that have registrations
/// waiting, the longest-waiting first. For an organisation that is deactivated
/// everything waits.
pub fn waiting(tx: &Tx<'_>) -> Result<Vec<(OrganisationId, i64)>> {
    // From one pair to the next through the index: there may be many blocks.
    let mut next = tx.sql.prepare_cached(
        "SELECT organisation, definition, id FROM block
         WHERE pending > 0 AND (organisation, definition) > (?1, ?2) ORDER BY organisation, definition, id LIMIT 1",
    )?;
    let mut found: Vec<(i64, i64, i64)> = Vec::new();
    loop {
        let (organisation, definition, _) = found.last().copied().unwrap_or_default();
        let pair =
            next.query_row([organisation, definition], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        match pair.optional()? {
            Some(pair) => found.push(pair),
            None => break,
        }
    }
    let mut is_active =
        tx.sql.prepare_cached("SELECT deactivated_at IS NULL FROM organisation WHERE id = ?1")?;
    // What is taken back waits the shortest: it is told in the next round.
    found.extend(
        withdrawal::waiting(tx)?
            .into_iter()
            .map(|(organisation, definition)| (organisation, definition, i64::MAX)),
    );
    found.sort_unstable();
    found.dedup_by_key(|(organisation, definition, _)| (*organisation, *definition));
    let mut active = Vec::with_capacity(found.len());
    for pair in found {
        if is_active.query_row([pair.0], |row| row.get(0))? {
            active.push(pair);
        }
    }
    active.sort_unstable_by_key(|(_, _, block)| *block);
    Ok(active
        .into_iter()
        .map(|(organisation, definition, _)| (OrganisationId(organisation), definition))
        .collect())
}

/// The longest-waiting registrations of one definition, at most `limit`, whole
/// blocks as far as they fit, of those blocks that `take` says yes to.
pub fn pending(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    definition: i64,
    limit: usize,
    mut take: impl FnMut(i64) -> bool,
) -> Result<Vec<Pending>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT id FROM block WHERE organisation = ?1 AND definition = ?2 AND pending > 0 ORDER BY id LIMIT ?3",
    )?;
    let ids: Vec<i64> = statement
        .query_map(params![organisation.0, definition, limit as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut chosen = Vec::new();
    let mut room = limit;
    for id in ids {
        if room == 0 {
            break;
        }
        if !take(id) {
            continue;
        }
        let mut places = submitted(tx, id)?;
        places.truncate(room);
        room -= places.len();
        chosen.push(Pending { block: block::get(tx, organisation, id)?, places });
    }
    Ok(chosen)
}

/// A sealed body of a batch.
pub struct NewDelivery {
    /// Where it goes.
    pub service: Service,
    /// The bytes to send, sealed for the store.
    body: Sealed,
    /// Their `Content-Digest`.
    digest: String,
}

impl NewDelivery {
    /// The delivery of `body` in the batch of this name. Here, before any
    /// transaction, its bytes are summed up and sealed where they lie.
    pub fn new(keys: &Keys, batch: &str, service: Service, body: Vec<u8>) -> Result<Self> {
        let digest = digest::digest(&digest::SHA256, &body);
        Ok(Self {
            service,
            digest: format!("sha-256=:{}:", STANDARD.encode(digest)),
            body: keys.seal_in_place(Purpose::Body, place(batch, service).as_bytes(), body)?,
        })
    }
}

/// A batch ready for the queue.
pub struct NewBatch {
    /// Its name: a UUIDv7 in lower-case text form.
    pub name: String,
    /// The definition's key.
    pub definition: i64,
    /// The registrations, in the order of their lines.
    pub members: Vec<RegistrationId>,
    /// The gate it passed, and the day.
    pub gate: (i64, Date),
    /// Its streams.
    pub deliveries: Vec<NewDelivery>,
}

/// Queues a batch: its sealed bodies and its registrations' new state in one
/// transaction. Returns false, and changes nothing, if one of them is no
/// longer waiting: a correction came in between.
pub fn enqueue(tx: &Tx<'_>, organisation: OrganisationId, new: &NewBatch) -> Result<bool> {
    if !all_waiting(tx, &new.members)? {
        return Ok(false);
    }
    let batch = insert(tx, organisation, new)?;
    for (block, first, last, count) in runs(&new.members) {
        let changed = tx
            .sql
            .prepare_cached(
                "UPDATE registration SET state = 3, batch = ?1 WHERE id BETWEEN ?2 AND ?3 AND state = 1",
            )?
            .execute(params![batch, first, last])?;
        debug_assert_eq!(changed, count);
        tx.sql
            .prepare_cached("UPDATE block SET pending = pending - ?2 WHERE id = ?1")?
            .execute(params![block, count as i64])?;
    }
    Ok(true)
}

/// Stores a batch with its sealed bodies, and returns its key.
pub(super) fn insert(tx: &Tx<'_>, organisation: OrganisationId, new: &NewBatch) -> Result<i64> {
    let members: Vec<u8> = new.members.iter().flat_map(|id| id.0.to_le_bytes()).collect();
    tx.sql
        .prepare_cached(
            "INSERT INTO batch (name, organisation, definition, state, count, members, gate_version, gate_day, created_at)
             VALUES (?1, ?2, ?3, 3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            new.name,
            organisation.0,
            new.definition,
            new.members.len() as i64,
            members,
            new.gate.0,
            new.gate.1.to_string(),
            tx.now.as_millisecond()
        ])?;
    let batch = tx.sql.last_insert_rowid();
    for delivery in &new.deliveries {
        tx.sql
            .prepare_cached(
                "INSERT INTO delivery (batch, organisation, service, stream, state, count, digest, next_at, changed_at)
                 VALUES (?1, ?2, ?3, ?4, 'queued', ?5, ?6, ?7, ?7)",
            )?
            .execute(params![
                batch,
                organisation.0,
                delivery.service.as_str(),
                delivery.service.stream(),
                new.members.len() as i64,
                delivery.digest,
                tx.now.as_millisecond()
            ])?;
        store_body(tx, tx.sql.last_insert_rowid(), &delivery.body)?;
    }
    Ok(batch)
}

/// Written into the room made for it: bound to a statement, a body would be
/// copied three times.
fn store_body(tx: &Tx<'_>, delivery: i64, body: &Sealed) -> Result<()> {
    tx.sql
        .prepare_cached("INSERT INTO body (delivery, sealed) VALUES (?1, ?2)")?
        .execute(params![delivery, ZeroBlob(body.size() as u64)])?;
    let mut blob = tx.sql.blob_open(MAIN_DB, c"body", c"sealed", delivery, false)?;
    blob.write_all(&body.nonce).and_then(|()| blob.write_all(&body.text)).map_err(Error::internal)
}

/// Holds a submitted registration back: the gate said no after it was stored.
pub fn hold_back(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: &str,
    id: RegistrationId,
    hold: &Hold,
) -> Result<()> {
    let changed = tx
        .sql
        .prepare_cached("UPDATE registration SET state = ?2 WHERE id = ?1 AND state = ?3")?
        .execute(params![id.0, State::Held as i64, State::Submitted as i64])?;
    if changed == 1 {
        tx.sql
            .prepare_cached("UPDATE block SET pending = pending - 1 WHERE id = ?1")?
            .execute([id.block()])?;
        registration::hold(tx, organisation, project, id, hold)?;
    }
    Ok(())
}

/// Holds everything back that waits, because nothing can be sealed.
pub fn hold_all(tx: &Tx<'_>, organisation: OrganisationId, reason: HoldReasons) -> Result<u64> {
    let held = tx.sql.execute(
        "INSERT OR REPLACE INTO held (registration, organisation, project, reasons)
         SELECT g.id, b.organisation, d.project, ?2 FROM block b JOIN definition d ON d.id = b.definition
         CROSS JOIN registration g ON g.id BETWEEN b.id * 1024 AND b.id * 1024 + 1023
         WHERE b.organisation = ?1 AND b.pending > 0 AND g.state = 1",
        params![organisation.0, reason.0],
    )?;
    tx.sql.execute(
        "UPDATE registration SET state = 2 WHERE state = 1 AND id IN (SELECT registration FROM held WHERE organisation = ?1)",
        [organisation.0],
    )?;
    tx.sql
        .execute("UPDATE block SET pending = 0 WHERE organisation = ?1 AND pending > 0", [organisation.0])?;
    Ok(held as u64)
}

/// Asks the gate once more, in the transaction that claims a batch for its
/// first transmission. Returns false if the batch had to be dissolved: what
/// may still leave is submitted again, the rest is held.
pub(super) fn may_leave(tx: &Tx<'_>, batch: i64, gate_of: GateOf<'_>, today: Date) -> Result<bool> {
    let asked = tx
        .sql
        .prepare_cached(
            "SELECT b.organisation, b.definition, b.transmitted, b.gate_version = o.gate_version AND b.gate_day = ?2
             FROM batch b JOIN organisation o ON o.id = b.organisation WHERE b.id = ?1",
        )?
        .query_row(params![batch, today.to_string()], |row| {
            Ok((OrganisationId(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
    let (organisation, definition, is_transmitted, is_fresh): (OrganisationId, i64, bool, bool) = asked;
    if is_transmitted {
        return Ok(true);
    }
    if !is_fresh && !withdrawal::is_of(tx, organisation, batch)? {
        let (gate, project) = gate_of(tx, organisation, definition)?;
        let members = members(tx, organisation, batch)?;
        let stopped = stopped(tx, organisation, &gate, &members)?;
        if !stopped.is_empty() {
            dissolve(tx, organisation, batch, &project, &members, &stopped)?;
            return Ok(false);
        }
        tx.sql
            .prepare_cached("UPDATE batch SET gate_version = ?2, gate_day = ?3 WHERE id = ?1")?
            .execute(params![batch, gate.version, today.to_string()])?;
    }
    tx.sql.prepare_cached("UPDATE batch SET transmitted = 1 WHERE id = ?1")?.execute([batch])?;
    Ok(true)
}

/// After an attempt that came to nothing: if no byte of the batch can have
/// arrived anywhere, the next attempt is its first transmission, and the gate
/// is asked again.
pub(super) fn may_be_unsent(tx: &Tx<'_>, batch: i64) -> Result<()> {
    tx.sql
        .prepare_cached(
            "UPDATE batch SET transmitted = 0 WHERE id = ?1 AND transmitted = 1 AND NOT EXISTS (
               SELECT 1 FROM delivery WHERE batch = ?1 AND (state = 'sent' OR unsure = 1 OR lease > 0))",
        )?
        .execute([batch])?;
    Ok(())
}

/// The registrations that may not leave any more.
fn stopped(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    gate: &Gate,
    members: &[RegistrationId],
) -> Result<Vec<(RegistrationId, Hold)>> {
    let mut stopped = Vec::new();
    for members in members.chunk_by(|a, b| a.block() == b.block()) {
        let block = block::get(tx, organisation, members[0].block())?;
        let contents: Vec<_> = block.contents().collect();
        for id in members {
            let Some(content) = contents.get(id.place()).and_then(Option::as_ref) else { continue };
            if let Some(hold) = stop(tx.keys, gate, content.subject) {
                stopped.push((*id, hold));
            }
        }
    }
    Ok(stopped)
}

/// Why the registration about `subject` may not leave, if so.
pub fn stop(keys: &Keys, gate: &Gate, subject: Subject<'_>) -> Option<Hold> {
    let hash = || keys.hash(Purpose::Patient, subject.patient.as_bytes());
    let known = !subject.patient.is_empty();
    let physician = subject.physician.as_bytes().try_into().ok();
    let asked = (known && !gate.objecting.is_empty()).then(hash);
    let reasons = gate.reasons(physician.as_ref(), asked.as_ref());
    if reasons.is_empty() {
        return None;
    }
    Some(Hold { reasons, physician, patient: asked.or_else(|| known.then(hash)) })
}

/// Dissolves a batch of which nothing can have left; what was in it is
/// submitted again. Of any other batch nothing is changed.
pub(super) fn dissolve_unsent(tx: &Tx<'_>, organisation: OrganisationId, batch: i64) -> Result<()> {
    let is_unsent = tx
        .sql
        .prepare_cached(
            "SELECT transmitted = 0 AND state = 3 FROM batch WHERE organisation = ?1 AND id = ?2",
        )?
        .query_row([organisation.0, batch], |row| row.get::<_, bool>(0))?;
    if is_unsent {
        // Nobody is held, so no project is asked for.
        dissolve(tx, organisation, batch, "", &members(tx, organisation, batch)?, &[])?;
    }
    Ok(())
}

fn dissolve(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    batch: i64,
    project: &str,
    members: &[RegistrationId],
    stopped: &[(RegistrationId, Hold)],
) -> Result<()> {
    tx.sql.execute(
        "UPDATE batch SET state = ?2, ended_at = ?3 WHERE id = ?1",
        params![batch, DISSOLVED, tx.now.as_millisecond()],
    )?;
    tx.sql
        .execute("DELETE FROM body WHERE delivery IN (SELECT id FROM delivery WHERE batch = ?1)", [batch])?;
    tx.sql.execute("UPDATE delivery SET state = 'dissolved', reason = NULL WHERE batch = ?1", [batch])?;
    for (block, first, last, _) in runs(members) {
        let changed = tx.sql.execute(
            "UPDATE registration SET state = 1, batch = NULL WHERE id BETWEEN ?2 AND ?3 AND batch = ?1 AND state = 3",
            params![batch, first, last],
        )?;
        tx.sql.execute(
            "UPDATE block SET pending = pending + ?2 WHERE id = ?1",
            params![block, changed as i64],
        )?;
    }
    for (id, hold) in stopped {
        hold_back(tx, organisation, project, *id, hold)?;
    }
    let details = serde_json::json!({ "batch": batch, "held": stopped.len() });
    audit::record(tx, "worker", "batch.dissolve", Some(organisation), &details)
}

/// Of all registrations that leave or left: how many have their outcome, and
/// how many there are. Made for a progress bar: it looks at blocks and batches
/// only.
pub fn progress(tx: &Tx<'_>) -> Result<(u64, u64)> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT coalesce(sum(count) FILTER (WHERE state IN (5, 6)), 0), coalesce(sum(count), 0)
           + (SELECT coalesce(sum(pending), 0) FROM block WHERE pending > 0)
         FROM batch WHERE state <> ?1",
    )?;
    Ok(statement
        .query_row([DISSOLVED], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)))?)
}

/// How many batches there are, and of how many the codes are deleted.
pub fn count(tx: &Tx<'_>) -> Result<(u64, u64)> {
    let counts = tx
        .sql
        .query_row("SELECT count(*), sum(codes_deleted) FROM batch WHERE state <> ?1", [DISSOLVED], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
        })
        .optional()?
        .unwrap_or_default();
    Ok((counts.0 as u64, counts.1.unwrap_or(0) as u64))
}

/// Where a body's seal belongs.
pub(super) fn place(batch: &str, service: Service) -> String {
    format!("{batch}/{}", service.stream())
}

fn submitted(tx: &Tx<'_>, block: i64) -> Result<Vec<(usize, i64)>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT id, revision FROM registration WHERE id BETWEEN ?1 AND ?2 AND state = 1 ORDER BY id",
    )?;
    let first = RegistrationId::new(block, 0).0;
    let rows = statement.query_map([first, first + RegistrationId::PLACES - 1], |row| {
        Ok((RegistrationId(row.get(0)?).place(), row.get(1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn all_waiting(tx: &Tx<'_>, members: &[RegistrationId]) -> Result<bool> {
    let mut waiting = 0;
    for (_, first, last, _) in runs(members) {
        waiting += tx
            .sql
            .prepare_cached("SELECT count(*) FROM registration WHERE id BETWEEN ?1 AND ?2 AND state = 1")?
            .query_row([first, last], |row| row.get::<_, i64>(0))?;
    }
    Ok(waiting as usize == members.len())
}

/// Runs of consecutive ids inside one block: block, first, last, how many.
fn runs(members: &[RegistrationId]) -> impl Iterator<Item = (i64, i64, i64, usize)> {
    members
        .chunk_by(|a, b| a.0 + 1 == b.0 && a.block() == b.block())
        .map(|run| (run[0].block(), run[0].0, run[run.len() - 1].0, run.len()))
}

pub(super) fn members_of(bytes: &[u8]) -> Vec<RegistrationId> {
    let id = |chunk: &[u8; 8]| RegistrationId(i64::from_le_bytes(*chunk));
    bytes.as_chunks::<8>().0.iter().map(id).collect()
}

/// The registrations of a batch by line, for tests and pages.
pub fn members(tx: &Tx<'_>, organisation: OrganisationId, batch: i64) -> Result<Vec<RegistrationId>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT members FROM batch WHERE organisation = ?1 AND id = ?2")?;
    let bytes: Option<Vec<u8>> = statement.query_row([organisation.0, batch], |row| row.get(0)).optional()?;
    bytes.map(|bytes| members_of(&bytes)).ok_or_else(|| Error::invalid("registration-unknown"))
}
