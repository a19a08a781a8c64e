//! The queue: deliveries, claimed under a lease that expires, with every
//! attempt written down.

use jiff::civil::Date;
use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::{Purpose, Tx, audit, batch};
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
    /// A person must act.
    Parked {
        /// A stable reason.
        reason: String,
    },
}

/// Gives the gate and the project of an organisation's definition.
pub type GateOf<'a> = &'a dyn Fn(&Tx<'_>, OrganisationId, i64) -> Result<(Gate, String)>;

/// Claims the delivery to `service` that is longest due, until `lease`
/// (milliseconds since 1970). Before the first transmission of a batch the
/// gate is asked again.
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
            .prepare_cached(
                "SELECT d.id, d.batch, b.name, d.organisation, d.count, d.digest, d.body, d.attempts, d.unsure
                 FROM delivery d JOIN batch b ON b.id = d.batch
                 WHERE d.service = ?1 AND d.state = 'queued' AND d.next_at <= ?2 AND d.lease <= ?2
                 ORDER BY d.next_at LIMIT 1",
            )?
            .query_row(params![service.as_str(), tx.now.as_millisecond()], |row| {
                Ok(Due {
                    id: row.get(0)?,
                    batch: row.get(1)?,
                    name: row.get(2)?,
                    organisation: row.get(3)?,
                    count: row.get(4)?,
                    digest: row.get(5)?,
                    body: row.get(6)?,
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
            .prepare_cached("UPDATE delivery SET lease = ?2 WHERE id = ?1")?
            .execute(params![due.id, lease])?;
        let body =
            tx.keys.open_sealed(Purpose::Body, batch::place(&due.name, service).as_bytes(), &due.body)?;
        return Ok(Some(Claim {
            id: DeliveryId(due.id),
            batch: (due.batch, due.name),
            organisation: OrganisationId(due.organisation),
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
    count: i64,
    digest: String,
    body: Vec<u8>,
    attempts: i64,
    unsure: bool,
}

/// Gives back what a process that was killed had claimed; only for the holder
/// of the workers' lock, beside whom nobody is at work. What was claimed may
/// have arrived, so its receipt is asked for before it is sent again.
pub fn release(tx: &Tx<'_>) -> Result<()> {
    tx.sql.execute("UPDATE delivery SET lease = 0, unsure = 1 WHERE state = 'queued' AND lease > 0", [])?;
    Ok(())
}

/// Writes down how an attempt ended. With the last receipt of a batch its
/// registrations are sent, and the outcome is asked for.
pub fn settle(tx: &Tx<'_>, claim: &Claim, result: &Settled) -> Result<()> {
    let now = tx.now.as_millisecond();
    let (outcome, detail) = match result {
        Settled::Receipted { .. } => ("receipted", ""),
        Settled::Again { reason, .. } => ("again", reason.as_str()),
        Settled::Parked { reason } => ("parked", reason.as_str()),
    };
    let changed = match result {
        Settled::Receipted { receipt } => tx
            .sql
            .prepare_cached(
                "UPDATE delivery SET state = 'sent', body = NULL, receipt = ?2, reason = NULL, lease = 0,
                 attempts = attempts + 1, changed_at = ?3 WHERE id = ?1 AND state = 'queued'",
            )?
            .execute(params![claim.id.0, receipt, now])?,
        Settled::Again { reason, next, unsure } => tx
            .sql
            .prepare_cached(
                "UPDATE delivery SET reason = ?2, next_at = ?3, unsure = unsure OR ?4, lease = 0,
                 attempts = attempts + 1, changed_at = ?5 WHERE id = ?1 AND state = 'queued'",
            )?
            .execute(params![claim.id.0, reason, next, unsure, now])?,
        Settled::Parked { reason } => tx
            .sql
            .prepare_cached(
                "UPDATE delivery SET state = 'parked', reason = ?2, lease = 0, attempts = attempts + 1, changed_at = ?3
                 WHERE id = ?1 AND state = 'queued'",
            )?
            .execute(params![claim.id.0, reason, now])?,
    };
    if changed == 0 {
        return Ok(());
    }
    note(tx, claim.id.0, outcome, detail)?;
    match result {
        Settled::Receipted { .. } => {
            tx.sql
                .prepare_cached(
                    "UPDATE batch SET state = 4, ask_at = ?2 WHERE id = ?1 AND state = 3
                     AND NOT EXISTS (SELECT 1 FROM delivery WHERE batch = ?1 AND state <> 'sent')",
                )?
                .execute(params![claim.batch.0, now])?;
            Ok(())
        }
        Settled::Again { .. } => Ok(()),
        Settled::Parked { reason } => {
            let details = serde_json::json!({ "batch": claim.batch.1, "service": claim.service.as_str(), "reason": reason });
            audit::record(tx, "worker", "delivery.park", Some(claim.organisation), &details)
        }
    }
}

/// A delivery as `queue list` shows it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Listed {
    /// Its key.
    pub id: i64,
    /// Its batch's name.
    pub batch: String,
    /// The organisation's NIHDI number.
    pub organisation: String,
    /// Where it goes.
    pub service: String,
    /// `queued`, `sent` or `parked`.
    pub state: String,
    /// How many registrations it carries.
    pub count: i64,
    /// Attempts since a person last acted.
    pub attempts: i64,
    /// Why it waits.
    pub reason: Option<String>,
    /// The next try, in milliseconds since 1970; none unless queued.
    pub next_at: Option<i64>,
    /// Since when it is in this state.
    pub changed_at: i64,
}

/// An attempt or an act of a person.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Attempt {
    /// Milliseconds since 1970.
    pub at: i64,
    /// `receipted`, `again`, `parked`, `retry` or `park`.
    pub outcome: String,
    /// The reason, or who acted.
    pub detail: String,
}

/// Deliveries of all organisations (or one), those that need attention first;
/// receipted ones only with `everything`.
pub fn list(tx: &Tx<'_>, organisation: Option<OrganisationId>, everything: bool) -> Result<Vec<Listed>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT d.id, b.name, o.nihdi, d.service, d.state, d.count, d.attempts, d.reason, d.next_at, d.changed_at
         FROM delivery d JOIN batch b ON b.id = d.batch JOIN organisation o ON o.id = d.organisation
         WHERE (?1 IS NULL OR d.organisation = ?1) AND d.state <> 'dissolved' AND (?2 OR d.state <> 'sent')
         ORDER BY d.state = 'parked' DESC, d.state = 'queued' DESC, d.next_at, d.id",
    )?;
    let rows = statement.query_map(params![organisation.map(|id| id.0), everything], listed)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One delivery with its whole history.
pub fn show(tx: &Tx<'_>, id: DeliveryId) -> Result<(Listed, Vec<Attempt>)> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT d.id, b.name, o.nihdi, d.service, d.state, d.count, d.attempts, d.reason, d.next_at, d.changed_at
         FROM delivery d JOIN batch b ON b.id = d.batch JOIN organisation o ON o.id = d.organisation WHERE d.id = ?1",
    )?;
    let shown = statement.query_row([id.0], listed).optional()?.ok_or_else(|| unknown(id))?;
    let mut statement =
        tx.sql.prepare_cached("SELECT at, outcome, detail FROM attempt WHERE delivery = ?1 ORDER BY id")?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Attempt { at: row.get(0)?, outcome: row.get(1)?, detail: row.get(2)? })
    })?;
    Ok((shown, rows.collect::<rusqlite::Result<_>>()?))
}

/// Tries a queued or parked delivery now. Attempts are counted anew.
pub fn retry(tx: &Tx<'_>, id: DeliveryId, actor: &str) -> Result<()> {
    act(
        tx,
        id,
        actor,
        "retry",
        "UPDATE delivery SET state = 'queued', attempts = 0, next_at = ?2, changed_at = ?2
         WHERE id = ?1 AND state IN ('queued', 'parked')",
    )
}

/// Parks a queued delivery until a person retries it.
pub fn park(tx: &Tx<'_>, id: DeliveryId, actor: &str) -> Result<()> {
    act(
        tx,
        id,
        actor,
        "park",
        "UPDATE delivery SET state = 'parked', reason = 'by-hand', changed_at = ?2 WHERE id = ?1 AND state = 'queued'",
    )
}

/// Makes everything that waits because of its certificate due at once.
pub fn hurry(tx: &Tx<'_>, organisation: OrganisationId) -> Result<()> {
    tx.sql.execute(
        "UPDATE delivery SET next_at = min(next_at, ?2) WHERE organisation = ?1 AND state = 'queued'",
        params![organisation.0, tx.now.as_millisecond()],
    )?;
    Ok(())
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

/// How many deliveries of an organisation are queued.
pub fn queued(tx: &Tx<'_>, organisation: OrganisationId) -> Result<u64> {
    let mut statement = tx
        .sql
        .prepare_cached("SELECT count(*) FROM delivery WHERE state = 'queued' AND organisation = ?1")?;
    Ok(statement.query_row([organisation.0], |row| row.get::<_, i64>(0))? as u64)
}

/// Whether a delivery to `service` can be claimed at `now` (milliseconds
/// since 1970).
pub fn is_due(tx: &Tx<'_>, service: Service, now: i64) -> Result<bool> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM delivery WHERE service = ?1 AND state = 'queued' AND next_at <= ?2 AND lease <= ?2)",
    )?;
    Ok(statement.query_row(params![service.as_str(), now], |row| row.get(0))?)
}

/// When the next queued delivery is due or its lease ends.
pub fn next_due(tx: &Tx<'_>) -> Result<Option<i64>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT min(max(next_at, lease)) FROM delivery WHERE state = 'queued'")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

fn act(tx: &Tx<'_>, id: DeliveryId, actor: &str, what: &'static str, sql: &str) -> Result<()> {
    let changed = tx.sql.execute(sql, params![id.0, tx.now.as_millisecond()])?;
    if changed == 0 {
        show(tx, id)?;
        return Err(Error::new(Code::Conflict, "delivery-not-waiting").with("delivery", id.0.to_string()));
    }
    note(tx, id.0, what, actor)?;
    let organisation: i64 =
        tx.sql.query_row("SELECT organisation FROM delivery WHERE id = ?1", [id.0], |row| row.get(0))?;
    let details = serde_json::json!({ "delivery": id.0 });
    audit::record(tx, actor, &format!("delivery.{what}"), Some(OrganisationId(organisation)), &details)
}

fn note(tx: &Tx<'_>, delivery: i64, outcome: &str, detail: &str) -> Result<()> {
    tx.sql
        .prepare_cached("INSERT INTO attempt (delivery, at, outcome, detail) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![delivery, tx.now.as_millisecond(), outcome, detail])?;
    Ok(())
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    let state: String = row.get(4)?;
    let next_at = row.get(8)?;
    Ok(Listed {
        id: row.get(0)?,
        batch: row.get(1)?,
        organisation: row.get(2)?,
        service: row.get(3)?,
        next_at: (state == "queued").then_some(next_at),
        state,
        count: row.get(5)?,
        attempts: row.get(6)?,
        reason: row.get(7)?,
        changed_at: row.get(9)?,
    })
}

fn unknown(id: DeliveryId) -> Error {
    Error::new(Code::NotFound, "delivery-unknown").with("delivery", id.0.to_string())
}
