//! The queue: deliveries, claimed under a lease that expires, with every
//! attempt written down.

use std::io::Read;

use jiff::civil::Date;
use rusqlite::{MAIN_DB, OptionalExtension, params};
use zeroize::Zeroizing;

use super::{Purpose, Tx, alert, audit, batch, key::NONCE, organisation, outcome, queue};
use crate::{
    domain::{
        delivery::{DeliveryId, Service},
        enrolment::Gate,
        organisation::OrganisationId,
        summary::DeliveryCounts,
    },
    error::{Code, Error, Result},
};

/// A delivery that its claimant may now try.
pub struct Claim {
    /// Its key.
    pub id: DeliveryId,
    /// Its batch's key and name.
    pub batch: (i64, String),
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The organisation's NIHDI number.
    pub nihdi: String,
    /// Where it goes.
    pub service: Service,
    /// How many registrations it carries.
    pub count: u64,
    /// The `Content-Digest` of the body.
    pub digest: String,
    /// The bytes to send.
    pub body: Zeroizing<Vec<u8>>,
    /// Attempts made before this one.
    pub attempts: u32,
    /// Whether an earlier attempt may have arrived.
    pub unsure: bool,
}

/// How an attempt ended.
pub enum Settled {
    /// The receipt is in.
    Receipted {
        /// The receipt, as JSON.
        receipt: String,
    },
    /// It will be tried again.
    Again {
        /// A stable reason.
        reason: String,
        /// When, in milliseconds since 1970.
        next: i64,
        /// Whether it may have arrived all the same.
        unsure: bool,
    },
    /// It could not be tried, which is no attempt: what it lacks must come first.
    Waits {
        /// A stable reason.
        reason: &'static str,
        /// When to look again, in milliseconds since 1970.
        next: i64,
    },
    /// A person must act.
    Parked {
        /// A stable reason.
        reason: String,
        /// Whether it may have arrived all the same.
        unsure: bool,
    },
}

/// The reason of a delivery that waits for its organisation's certificate.
pub const NO_CERTIFICATE: &str = "certificate-none";

/// Deliveries of one organisation to one service that are under way at once:
/// a service that stalls for one organisation must leave the others room.
const AT_ONCE: i64 = 3;

/// What can be claimed by service ?1 at ?2 while at most ?3 are under way.
/// Nothing leaves for an organisation that is deactivated.
const CLAIMABLE: &str = "
    WITH busy AS MATERIALIZED (
      SELECT organisation, count(*) AS number FROM delivery
      WHERE lease > 0 AND lease > ?2 AND service = ?1 GROUP BY organisation)
    SELECT d.id, coalesce(busy.number, 0) AS under_way FROM delivery d LEFT JOIN busy USING (organisation)
    WHERE d.service = ?1 AND d.state = 'queued' AND d.next_at <= ?2 AND d.lease <= ?2
    AND coalesce(busy.number, 0) < ?3
    AND d.organisation NOT IN (SELECT id FROM organisation WHERE deactivated_at IS NOT NULL)";

/// Gives the gate and the project of an organisation's definition.
pub type GateOf<'a> = &'a dyn Fn(&Tx<'_>, OrganisationId, i64) -> Result<(Gate, String)>;

/// Claims the delivery to `service` that is longest due, of the organisation
/// that has the fewest under way, until `lease` (milliseconds since 1970).
/// Before the first transmission of a batch the gate is asked again.
pub fn claim(
    tx: &Tx<'_>,
    service: Service,
    lease: i64,
    gate_of: GateOf<'_>,
    today: Date,
) -> Result<Option<Claim>> {
    loop {
        let due = tx
            .sql
            .prepare_cached(&format!(
                "SELECT d.id, d.batch, b.name, d.organisation, o.nihdi, d.count, d.digest, d.attempts,
                 d.unsure OR d.lease > 0 FROM (
                   {CLAIMABLE} ORDER BY under_way, d.next_at, d.id LIMIT 1) c
                 JOIN delivery d ON d.id = c.id JOIN batch b ON b.id = d.batch
                 JOIN organisation o ON o.id = d.organisation"
            ))?
            .query_row(params![service.as_str(), tx.now.as_millisecond(), AT_ONCE], |row| {
                Ok(Due {
                    id: row.get(0)?,
                    batch: row.get(1)?,
                    name: row.get(2)?,
                    organisation: row.get(3)?,
                    nihdi: row.get(4)?,
                    count: row.get(5)?,
                    digest: row.get(6)?,
                    attempts: row.get(7)?,
                    unsure: row.get(8)?,
                })
            })
            .optional()?;
        let Some(due) = due else { return Ok(None) };
        if !batch::may_leave(tx, due.batch, gate_of, today)? {
            continue;
        }
        tx.sql
            .prepare_cached("UPDATE delivery SET lease = ?2, unsure = ?3 WHERE id = ?1")?
            .execute(params![due.id, lease, due.unsure])?;
        let body = body(tx, due.id, &batch::place(&due.name, service))?;
        return Ok(Some(Claim {
            id: DeliveryId(due.id),
            batch: (due.batch, due.name),
            organisation: OrganisationId(due.organisation),
            nihdi: due.nihdi,
            service,
            count: due.count as u64,
            digest: due.digest,
            body,
            attempts: due.attempts as u32,
            unsure: due.unsure,
        }));
    }
}

struct Due {
    id: i64,
    batch: i64,
    name: String,
    organisation: i64,
    nihdi: String,
    count: i64,
    digest: String,
    attempts: i64,
    unsure: bool,
}

/// Opens the body of a delivery. It is read into the buffer that it is opened
/// in: it is large, and each copy of it costs more than the work on it.
fn body(tx: &Tx<'_>, delivery: i64, place: &str) -> Result<Zeroizing<Vec<u8>>> {
    let mut blob = tx.sql.blob_open(MAIN_DB, c"body", c"sealed", delivery, true)?;
    let mut nonce = [0; NONCE];
    let mut text = Zeroizing::new(vec![0; blob.len().saturating_sub(NONCE)]);
    blob.read_exact(&mut nonce).and_then(|()| blob.read_exact(&mut text)).map_err(Error::internal)?;
    tx.keys.open_in_place(Purpose::Body, place.as_bytes(), nonce, &mut text)?;
    Ok(text)
}

/// Releases every claim. For whoever has just got the right to run workers:
/// claims that still stand are of a process that is no more. What it was
/// sending may have arrived.
pub fn release(tx: &Tx<'_>) -> Result<()> {
    tx.sql.execute("UPDATE delivery SET lease = 0, unsure = 1 WHERE lease > 0", [])?;
    outcome::release(tx)
}

/// Writes down how an attempt ended. With the last receipt of a batch its
/// registrations are sent, and the outcome is asked for.
pub fn settle(tx: &Tx<'_>, claim: &Claim, result: &Settled) -> Result<()> {
    match result {
        Settled::Receipted { receipt } => receipted(tx, claim, receipt),
        Settled::Again { reason, next, unsure } => {
            if put_back(tx, claim, reason, (*next, *unsure), 1)? {
                note(tx, claim.id.0, "again", reason)?;
                batch::may_be_unsent(tx, claim.batch.0)?;
            }
            Ok(())
        }
        Settled::Waits { reason, next } => {
            let news = reason_of(tx, claim.id)?.as_deref() != Some(*reason);
            if put_back(tx, claim, reason, (*next, false), 0)? {
                if news {
                    note(tx, claim.id.0, "waits", reason)?;
                }
                batch::may_be_unsent(tx, claim.batch.0)?;
            }
            Ok(())
        }
        Settled::Parked { reason, unsure } => {
            if !put_back(tx, claim, reason, (tx.now.as_millisecond(), *unsure), 1)? {
                return Ok(());
            }
            tx.sql.execute("UPDATE delivery SET state = 'parked' WHERE id = ?1", [claim.id.0])?;
            note(tx, claim.id.0, "parked", reason)?;
            batch::may_be_unsent(tx, claim.batch.0)?;
            let details = serde_json::json!({ "batch": claim.batch.1, "service": claim.service.as_str(), "reason": reason });
            audit::record(tx, "worker", "delivery.park", Some(claim.organisation), &details)
        }
    }
}

/// A receipt counts even if somebody parked the delivery meanwhile.
fn receipted(tx: &Tx<'_>, claim: &Claim, receipt: &str) -> Result<()> {
    let now = tx.now.as_millisecond();
    let changed = tx
        .sql
        .prepare_cached(
            "UPDATE delivery SET state = 'sent', receipt = ?2, reason = NULL, lease = 0,
             attempts = attempts + 1, changed_at = ?3 WHERE id = ?1 AND state IN ('queued', 'parked')",
        )?
        .execute(params![claim.id.0, receipt, now])?;
    if changed == 0 {
        return Ok(());
    }
    tx.sql.prepare_cached("DELETE FROM body WHERE delivery = ?1")?.execute([claim.id.0])?;
    note(tx, claim.id.0, "receipted", "")?;
    tx.sql
        .prepare_cached(
            "UPDATE batch SET state = 4, ask_at = ?2 WHERE id = ?1 AND state = 3
             AND NOT EXISTS (SELECT 1 FROM delivery WHERE batch = ?1 AND state <> 'sent')",
        )?
        .execute(params![claim.batch.0, now])?;
    Ok(())
}

/// Ends a claim without a receipt. Returns false if the delivery is not
/// queued any more: somebody parked it, and only that it may have arrived is
/// kept.
fn put_back(
    tx: &Tx<'_>,
    claim: &Claim,
    reason: &str,
    (next, unsure): (i64, bool),
    attempts: i64,
) -> Result<bool> {
    tx.sql
        .prepare_cached("UPDATE delivery SET lease = 0, unsure = unsure OR ?2 WHERE id = ?1")?
        .execute(params![claim.id.0, unsure])?;
    let changed = tx
        .sql
        .prepare_cached(
            "UPDATE delivery SET reason = ?2, next_at = ?3, attempts = attempts + ?4, changed_at = ?5
             WHERE id = ?1 AND state = 'queued'",
        )?
        .execute(params![claim.id.0, reason, next, attempts, tx.now.as_millisecond()])?;
    Ok(changed == 1)
}

fn reason_of(tx: &Tx<'_>, id: DeliveryId) -> Result<Option<String>> {
    let mut statement = tx.sql.prepare_cached("SELECT reason FROM delivery WHERE id = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get(0))?)
}

/// Tries a queued or parked delivery of the organisation now. Attempts are
/// counted anew.
pub fn retry(tx: &Tx<'_>, organisation: OrganisationId, id: DeliveryId, actor: &str) -> Result<()> {
    act(
        tx,
        (organisation, id),
        actor,
        "retry",
        "UPDATE delivery SET state = 'queued', attempts = 0, next_at = ?2, changed_at = ?2
         WHERE id = ?1 AND organisation = ?3 AND state IN ('queued', 'parked')",
    )?;
    let is_last: bool = tx.sql.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM delivery WHERE state = 'parked' AND organisation = ?1)",
        [organisation.0],
        |row| row.get(0),
    )?;
    if is_last {
        let nihdi = organisation::get(tx, organisation)?.nihdi;
        alert::clear(tx, &alert::parked(nihdi.as_str()))?;
    }
    Ok(())
}

/// Tries all parked deliveries of the organisation now, as one act of `actor`.
/// Returns how many there were.
pub fn retry_parked(tx: &Tx<'_>, organisation: OrganisationId, actor: &str) -> Result<u64> {
    tx.sql.execute(
        "INSERT INTO attempt (delivery, at, outcome, detail)
         SELECT id, ?2, 'retry', ?3 FROM delivery WHERE organisation = ?1 AND state = 'parked'",
        params![organisation.0, tx.now.as_millisecond(), actor],
    )?;
    let retried = tx.sql.execute(
        "UPDATE delivery SET state = 'queued', attempts = 0, next_at = ?2, changed_at = ?2
         WHERE organisation = ?1 AND state = 'parked'",
        params![organisation.0, tx.now.as_millisecond()],
    )? as u64;
    let nihdi = organisation::get(tx, organisation)?.nihdi;
    alert::clear(tx, &alert::parked(nihdi.as_str()))?;
    if retried > 0 {
        let details = serde_json::json!({ "deliveries": retried });
        audit::record(tx, actor, "delivery.retry-parked", Some(organisation), &details)?;
    }
    Ok(retried)
}

/// Parks a queued delivery of the organisation until a person retries it.
pub fn park(tx: &Tx<'_>, organisation: OrganisationId, id: DeliveryId, actor: &str) -> Result<()> {
    act(
        tx,
        (organisation, id),
        actor,
        "park",
        "UPDATE delivery SET state = 'parked', reason = 'by-hand', unsure = unsure OR lease > 0, changed_at = ?2
         WHERE id = ?1 AND organisation = ?3 AND state = 'queued'",
    )
}

/// For an organisation that has got a certificate: everything queued is due
/// at once.
pub fn hurry(tx: &Tx<'_>, organisation: OrganisationId) -> Result<()> {
    tx.sql.execute(
        "UPDATE delivery SET next_at = min(next_at, ?2), reason = nullif(reason, ?3)
         WHERE organisation = ?1 AND state = 'queued'",
        params![organisation.0, tx.now.as_millisecond(), NO_CERTIFICATE],
    )?;
    let nihdi: String =
        tx.sql
            .query_row("SELECT nihdi FROM organisation WHERE id = ?1", [organisation.0], |row| row.get(0))?;
    alert::clear(tx, &alert::certificate(&nihdi))?;
    Ok(())
}

/// The organisations with deliveries that wait for a certificate.
pub fn uncertified(tx: &Tx<'_>) -> Result<Vec<OrganisationId>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT DISTINCT organisation FROM delivery WHERE state = 'queued' AND reason = ?1",
    )?;
    let rows = statement.query_map([NO_CERTIFICATE], |row| row.get(0).map(OrganisationId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Deliveries by state.
pub fn count(tx: &Tx<'_>) -> Result<DeliveryCounts> {
    let mut counts = DeliveryCounts::default();
    let mut statement = tx.sql.prepare_cached("SELECT state, count(*) FROM delivery GROUP BY state")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number = row.get::<_, i64>(1)? as u64;
        match row.get_ref(0)?.as_str().unwrap_or_default() {
            "queued" => counts.queued = number,
            "sent" => counts.sent = number,
            "parked" => counts.parked = number,
            _ => {}
        }
    }
    Ok(counts)
}

/// How many deliveries of an organisation are queued, those that wait for its
/// certificate not counted.
pub fn queued(tx: &Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT count(*) FROM delivery WHERE state = 'queued' AND organisation = ?1 AND reason IS NOT ?2",
    )?;
    let number: i64 = statement.query_row(params![organisation.0, NO_CERTIFICATE], |row| row.get(0))?;
    Ok(number as u64)
}

/// Whether a delivery to `service` can be claimed at `now` (milliseconds
/// since 1970).
pub fn is_due(tx: &Tx<'_>, service: Service, now: i64) -> Result<bool> {
    let mut statement = tx.sql.prepare_cached(&format!("SELECT EXISTS ({CLAIMABLE})"))?;
    Ok(statement.query_row(params![service.as_str(), now, AT_ONCE], |row| row.get(0))?)
}

/// When the next queued delivery is due, if any can move by itself: one that
/// waits for a certificate, or whose organisation is deactivated, cannot.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<i64>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT min(next_at) FROM delivery WHERE state = 'queued' AND reason IS NOT ?1
         AND organisation NOT IN (SELECT id FROM organisation WHERE deactivated_at IS NOT NULL)",
    )?;
    Ok(statement.query_row([NO_CERTIFICATE], |row| row.get(0))?)
}

fn act(
    tx: &Tx<'_>,
    (organisation, id): (OrganisationId, DeliveryId),
    actor: &str,
    what: &'static str,
    sql: &str,
) -> Result<()> {
    let changed = tx.sql.execute(sql, params![id.0, tx.now.as_millisecond(), organisation.0])?;
    if changed == 0 {
        queue::show(tx, organisation, id)?;
        return Err(Error::new(Code::Conflict, "delivery-not-waiting").with("delivery", id.0.to_string()));
    }
    note(tx, id.0, what, actor)?;
    let details = serde_json::json!({ "delivery": id.0 });
    audit::record(tx, actor, &format!("delivery.{what}"), Some(organisation), &details)
}

fn note(tx: &Tx<'_>, delivery: i64, outcome: &str, detail: &str) -> Result<()> {
    tx.sql
        .prepare_cached("INSERT INTO attempt (delivery, at, outcome, detail) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![delivery, tx.now.as_millisecond(), outcome, detail])?;
    Ok(())
}
