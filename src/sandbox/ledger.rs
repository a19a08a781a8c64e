//! What the platform keeps of batches: waiting streams, consolidated
//! registrations, outcomes.

use serde::Serialize;

use super::{
    codes::{Joined, join},
    database::{Connection, SqlResult, execute, fill, first, params, room},
    receipts,
    registrations::{Refused, Registrations, without},
};

/// The platform's tables. Codes stand in tables of their own, whose rows are
/// gone once a batch is final.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS batch (
        id INTEGER PRIMARY KEY,
        sender TEXT NOT NULL,
        name TEXT NOT NULL,
        project TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting',
        reason TEXT,
        consolidated INTEGER NOT NULL DEFAULT 0,
        refused TEXT NOT NULL DEFAULT '[]',
        started INTEGER NOT NULL,
        changed TEXT NOT NULL,
        UNIQUE (sender, name)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS waiting ON batch (started) WHERE state = 'waiting';
    CREATE TABLE IF NOT EXISTS registrations (
        batch INTEGER PRIMARY KEY,
        keys BLOB NOT NULL,
        body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS consolidated (
        batch INTEGER PRIMARY KEY,
        pseudonyms BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS codes (
        batch INTEGER PRIMARY KEY,
        codes BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS pairs (
        batch INTEGER PRIMARY KEY,
        pairs BLOB NOT NULL
    ) STRICT;
";

/// The stream of registrations.
pub(super) const REGISTRATIONS: &str = "registrations";

/// The stream of pseudonyms.
pub(super) const PSEUDONYMS: &str = "pseudonyms";

/// What became of a batch.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    batch: String,
    pub(super) state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    missing: Vec<&'static str>,
    consolidated: u32,
    refused: Vec<Refused>,
    codes_deleted: bool,
    at: String,
}

/// A batch among its sender's.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) sender: String,
    pub(super) batch: String,
    pub(super) project: String,
}

/// Takes in registrations. `alone` says that their definition has no patient
/// identifier, so no pseudonyms will come.
pub(super) fn take_registrations(
    connection: &Connection,
    name: &Name,
    read: &Registrations,
    alone: bool,
    at: jiff::Timestamp,
) -> SqlResult<()> {
    let Some((id, project)) = waiting(connection, name, at)? else { return Ok(()) };
    execute(
        connection,
        "INSERT INTO registrations (batch, keys, body) VALUES (?1, ?2, ?3)",
        params![id, read.keys, room(&read.body)],
    )?;
    fill(connection, (c"registrations", c"body"), id, &read.body)?;
    let refused = serde_json::to_string(&read.refused).unwrap_or_default();
    execute(connection, "UPDATE batch SET refused = ?2 WHERE id = ?1", params![id, refused])?;
    if alone {
        let count = super::pack::keys(&read.keys).count();
        let joined = Joined { pseudonyms: vec![0; 16 * count], alone: Vec::new(), ordered: false };
        return settle(connection, id, &read.keys, &joined, at);
    }
    let pairs: Option<Vec<u8>> =
        first(connection, "SELECT pairs FROM pairs WHERE batch = ?1", [id], |row| row.get(0))?;
    match pairs {
        Some(_) if project != name.project => refuse(connection, id, "project-differs", at),
        Some(pairs) => settle(connection, id, &read.keys, &join(&read.codes, &read.keys, &pairs), at),
        None => {
            let values = params![id, read.codes];
            execute(connection, "INSERT INTO codes (batch, codes) VALUES (?1, ?2)", values).map(drop)
        }
    }
}

/// Takes in pairs of code and pseudonym.
pub(super) fn take_pairs(
    connection: &Connection,
    name: &Name,
    pairs: &[u8],
    at: jiff::Timestamp,
) -> SqlResult<()> {
    let Some((id, project)) = waiting(connection, name, at)? else { return Ok(()) };
    let there: Option<(Vec<u8>, Vec<u8>)> = first(
        connection,
        "SELECT codes, keys FROM codes JOIN registrations USING (batch) WHERE batch = ?1",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    match there {
        Some(_) if project != name.project => refuse(connection, id, "project-differs", at),
        Some((codes, keys)) => settle(connection, id, &keys, &join(&codes, &keys, pairs), at),
        None => {
            let values = params![id, room(pairs)];
            execute(connection, "INSERT INTO pairs (batch, pairs) VALUES (?1, ?2)", values)?;
            fill(connection, (c"pairs", c"pairs"), id, pairs)
        }
    }
}

/// What became of a sender's batch, if it is known.
pub(super) fn outcome(connection: &Connection, sender: &str, batch: &str) -> SqlResult<Option<Outcome>> {
    let found = first(
        connection,
        "SELECT state, reason, consolidated, refused, changed FROM batch WHERE sender = ?1 AND name = ?2",
        params![sender, batch],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?, row.get(4)?)),
    )?;
    let Some((state, reason, consolidated, refused, at)) = found else { return Ok(None) };
    let waiting = state == "waiting";
    let mut missing = Vec::new();
    for stream in [REGISTRATIONS, PSEUDONYMS] {
        if waiting && receipts::kept(connection, sender, batch, stream)?.is_none() {
            missing.push(stream);
        }
    }
    let refused = if waiting { Vec::new() } else { serde_json::from_str(&refused).unwrap_or_default() };
    let codes_deleted = !waiting;
    Ok(Some(Outcome {
        batch: batch.to_owned(),
        state,
        reason,
        missing,
        consolidated,
        refused,
        codes_deleted,
        at,
    }))
}

/// Refuses every batch that has waited for its other stream since before
/// `limit`; how many there were.
pub(super) fn refuse_incomplete(
    connection: &Connection,
    limit: jiff::Timestamp,
    at: jiff::Timestamp,
) -> SqlResult<usize> {
    let mut statement =
        connection.prepare("SELECT id FROM batch WHERE state = 'waiting' AND started < ?1")?;
    let ids: Vec<i64> =
        statement.query_map([limit.as_millisecond()], |row| row.get(0))?.collect::<SqlResult<_>>()?;
    for id in &ids {
        refuse(connection, *id, "incomplete", at)?;
    }
    Ok(ids.len())
}

/// The batch's key and project, made now if it is new; none if it is final
/// and takes nothing any more.
fn waiting(connection: &Connection, name: &Name, at: jiff::Timestamp) -> SqlResult<Option<(i64, String)>> {
    execute(
        connection,
        "INSERT OR IGNORE INTO batch (sender, name, project, started, changed) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![name.sender, name.batch, name.project, at.as_millisecond(), at.to_string()],
    )?;
    first(
        connection,
        "SELECT id, project FROM batch WHERE sender = ?1 AND name = ?2 AND state = 'waiting'",
        params![name.sender, name.batch],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Ends a batch whose streams are both here.
fn settle(
    connection: &Connection,
    id: i64,
    keys: &[u8],
    joined: &Joined,
    at: jiff::Timestamp,
) -> SqlResult<()> {
    if joined.ordered {
        return refuse(connection, id, "order-follows-registrations", at);
    }
    if !joined.alone.is_empty() {
        refuse_alone(connection, id, keys, &joined.alone)?;
    }
    execute(
        connection,
        "INSERT INTO consolidated (batch, pseudonyms) VALUES (?1, ?2)",
        params![id, joined.pseudonyms],
    )?;
    execute(
        connection,
        "UPDATE batch SET state = 'consolidated', consolidated = ?2, changed = ?3 WHERE id = ?1",
        params![id, joined.pseudonyms.len() as i64 / 16, at.to_string()],
    )?;
    forget_codes(connection, id)
}

/// Refuses the lines that no pseudonym came for.
fn refuse_alone(connection: &Connection, id: i64, keys: &[u8], alone: &[u32]) -> SqlResult<()> {
    let (body, refused): (Vec<u8>, String) = connection.query_row(
        "SELECT body, refused FROM registrations JOIN batch ON batch.id = registrations.batch WHERE batch = ?1",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut refused: Vec<Refused> = serde_json::from_str(&refused).unwrap_or_default();
    refused.extend(alone.iter().map(|line| Refused { line: *line, reason: "no-pseudonym".to_owned() }));
    refused.sort_by_key(|refused| refused.line);
    let (keys, body) = without(keys, &body, alone).map_err(super::database::failed)?;
    execute(
        connection,
        "UPDATE registrations SET keys = ?2, body = ?3 WHERE batch = ?1",
        params![id, keys, body],
    )?;
    let refused = serde_json::to_string(&refused).unwrap_or_default();
    execute(connection, "UPDATE batch SET refused = ?2 WHERE id = ?1", params![id, refused]).map(drop)
}

/// Ends a batch that is refused as a whole, and forgets what came of it.
fn refuse(connection: &Connection, id: i64, reason: &str, at: jiff::Timestamp) -> SqlResult<()> {
    execute(connection, "DELETE FROM registrations WHERE batch = ?1", [id])?;
    execute(
        connection,
        "UPDATE batch SET state = 'refused', reason = ?2, refused = '[]', changed = ?3 WHERE id = ?1",
        params![id, reason, at.to_string()],
    )?;
    forget_codes(connection, id)
}

/// At once and for ever: the database overwrites what it deletes.
fn forget_codes(connection: &Connection, id: i64) -> SqlResult<()> {
    execute(connection, "DELETE FROM codes WHERE batch = ?1", [id])?;
    execute(connection, "DELETE FROM pairs WHERE batch = ?1", [id]).map(drop)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::clock;

    #[test]
    fn a_batch_that_waits_for_thirty_days_is_refused() {
        let connection = Connection::open_in_memory().expect("memory");
        connection
            .execute_batch(SCHEMA)
            .and_then(|()| connection.execute_batch(receipts::SCHEMA))
            .expect("tables");
        let name = Name { sender: "71099911".into(), batch: "b".into(), project: "HDBP0147".into() };
        let now = clock::now();
        take_pairs(&connection, &name, &[7; 32], now).expect("stored");
        let count = |table: &str| -> i64 {
            connection
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
                .expect("count")
        };
        assert_eq!(refuse_incomplete(&connection, now, now), Ok(0));
        assert_eq!(count("pairs"), 1);
        let later = now + 720.hours() + 1.second();
        assert_eq!(refuse_incomplete(&connection, later - 720.hours(), later), Ok(1));
        assert_eq!(count("pairs"), 0);
        let outcome = outcome(&connection, "71099911", "b").expect("read").expect("known");
        assert_eq!((outcome.state.as_str(), outcome.reason.as_deref()), ("refused", Some("incomplete")));
        assert!(outcome.codes_deleted);
        take_pairs(&connection, &name, &[7; 32], later).expect("taken, and nothing kept");
        assert_eq!(count("pairs"), 0);
    }
}
