//! The audit chain: one event for each act of a person or step of a worker.
//!
//! Each event's mac is an HMAC over the mac before it and the event itself.
//! The installation's row keeps the number and mac of the newest event, so
//! that a cut tail shows; `audit verify --head` compares with a head noted
//! elsewhere, which shows even a database put back to an older state.

use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::{Purpose, Tx};
use crate::{domain::organisation::OrganisationId, error::Result};

/// An event as stored.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Event {
    /// Its number in the chain, from 1.
    pub seq: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Who: `cli:<user>`, `worker`, or an account.
    pub actor: String,
    /// What, as `noun.verb`.
    pub act: String,
    /// The organisation it concerns.
    pub organisation: Option<i64>,
    /// Counts, names and digests; never an identifier or a value.
    pub details: String,
    #[serde(skip)]
    mac: Vec<u8>,
}

/// What verifying found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verification {
    /// All events are as they were written; the head in lower-case hex.
    Whole {
        /// How many events there are.
        events: i64,
        /// The newest event's mac.
        head: String,
    },
    /// The event of this number is changed, missing or out of its place.
    BrokenAt(i64),
    /// The chain ends before the newest event that was written.
    Cut {
        /// The number of the newest event that is there.
        last: i64,
        /// The number of the newest event that was written.
        expected: i64,
    },
    /// The chain is whole in itself but does not contain the head asked for.
    HeadUnknown,
}

/// Appends an event.
pub fn record(
    tx: &Tx<'_>,
    actor: &str,
    act: &str,
    organisation: Option<OrganisationId>,
    details: &Value,
) -> Result<()> {
    let (seq, head): (i64, Vec<u8>) = tx
        .sql
        .prepare_cached("SELECT audit_seq, audit_head FROM installation")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut event = Event {
        seq: seq + 1,
        at: tx.now.as_millisecond(),
        actor: actor.to_owned(),
        act: act.to_owned(),
        organisation: organisation.map(|id| id.0),
        details: details.to_string(),
        mac: Vec::new(),
    };
    event.mac = mac(tx, &head, &event).to_vec();
    tx.sql
        .prepare_cached(
            "INSERT INTO audit (seq, at, actor, act, organisation, details, mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            event.seq, event.at, event.actor, event.act, event.organisation, event.details, event.mac
        ])?;
    tx.sql
        .prepare_cached("UPDATE installation SET audit_seq = ?1, audit_head = ?2")?
        .execute(params![event.seq, event.mac])?;
    Ok(())
}

/// The newest `limit` events, oldest of them first.
pub fn list(tx: &Tx<'_>, limit: u64) -> Result<Vec<Event>> {
    let mut events = events(tx, "SELECT * FROM audit ORDER BY seq DESC LIMIT ?1", limit as i64)?;
    events.reverse();
    Ok(events)
}

/// The number and mac (lower-case hex) of the newest event, as [`verify`] takes
/// it; 0 and nothing if there is none.
pub fn head(tx: &Tx<'_>) -> Result<(i64, String)> {
    let mut statement = tx.sql.prepare_cached("SELECT audit_seq, audit_head FROM installation")?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, hex(&row.get::<_, Vec<u8>>(1)?))))?)
}

/// Walks the whole chain; with `head` (hex, as an earlier verification gave
/// it) also checks that this head is in it.
pub fn verify(tx: &Tx<'_>, head: Option<&str>) -> Result<Verification> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut previous = Vec::new();
    let mut last = 0;
    let mut head_seen = head.is_none();
    while let Some(row) = rows.next()? {
        let event = event(row)?;
        if event.seq != last + 1 || event.mac != mac(tx, &previous, &event) {
            return Ok(Verification::BrokenAt(last + 1));
        }
        last = event.seq;
        head_seen |= head == Some(hex(&event.mac).as_str());
        previous = event.mac;
    }
    let (expected, expected_head): (i64, Vec<u8>) = tx
        .sql
        .query_row("SELECT audit_seq, audit_head FROM installation", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or_default();
    if expected != last || expected_head != previous {
        return Ok(Verification::Cut { last, expected });
    }
    if !head_seen {
        return Ok(Verification::HeadUnknown);
    }
    Ok(Verification::Whole { events: last, head: hex(&previous) })
}

fn mac(tx: &Tx<'_>, previous: &[u8], event: &Event) -> [u8; 32] {
    let numbers = [
        event.seq,
        event.at,
        event.organisation.unwrap_or(-1),
        event.actor.len() as i64,
        event.act.len() as i64,
    ];
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    tx.keys.mac(
        Purpose::Audit,
        &[previous, &numbers, event.actor.as_bytes(), event.act.as_bytes(), event.details.as_bytes()],
    )
}

fn events(tx: &Tx<'_>, sql: &str, limit: i64) -> Result<Vec<Event>> {
    let mut statement = tx.sql.prepare_cached(sql)?;
    let rows = statement.query_map([limit], event)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn event(row: &rusqlite::Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: row.get("seq")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        act: row.get("act")?,
        organisation: row.get("organisation")?,
        details: row.get("details")?,
        mac: row.get("mac")?,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
