//! Receipts, which both services keep for ever.

use super::{
    database::{Connection, SqlResult, execute, first, params},
    problem::Problem,
    wire::Receipt,
};
use crate::{
    clock,
    error::{Error, Result},
};

/// The receipts' table.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS receipt (
        sender TEXT NOT NULL,
        batch TEXT NOT NULL,
        stream TEXT NOT NULL,
        receipt TEXT NOT NULL,
        count INTEGER NOT NULL,
        digest TEXT NOT NULL,
        received TEXT NOT NULL,
        PRIMARY KEY (sender, batch, stream)
    ) STRICT, WITHOUT ROWID;
";

/// A receipt, and whether it is for something new.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) receipt: Receipt,
    pub(super) first: bool,
}

/// A new receipt.
pub(super) fn new(batch: &str, stream: &str, count: usize, digest: &str) -> Result<Receipt> {
    let mut random = [0; 10];
    aws_lc_rs::rand::fill(&mut random).map_err(Error::internal)?;
    let now = clock::now();
    let millis = u64::try_from(now.as_millisecond()).map_err(Error::internal)?;
    let name = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    Ok(Receipt {
        receipt: name.to_string(),
        batch: batch.to_owned(),
        stream: stream.to_owned(),
        count: u32::try_from(count).map_err(Error::internal)?,
        digest: digest.to_owned(),
        received: now.to_string(),
    })
}

/// The receipt that is kept, if there is one.
pub(super) fn kept(
    connection: &Connection,
    sender: &str,
    batch: &str,
    stream: &str,
) -> SqlResult<Option<Receipt>> {
    first(
        connection,
        "SELECT receipt, count, digest, received FROM receipt
         WHERE sender = ?1 AND batch = ?2 AND stream = ?3",
        params![sender, batch, stream],
        |row| {
            Ok(Receipt {
                receipt: row.get(0)?,
                batch: batch.to_owned(),
                stream: stream.to_owned(),
                count: row.get(1)?,
                digest: row.get(2)?,
                received: row.get(3)?,
            })
        },
    )
}

/// The receipt of a stream that is not its caller's own, if one sender alone
/// has a batch of this name.
pub(super) fn only(connection: &Connection, batch: &str, stream: &str) -> SqlResult<Option<Receipt>> {
    let mut statement = connection.prepare("SELECT sender FROM receipt WHERE batch = ?1 AND stream = ?2")?;
    let senders: Vec<String> =
        statement.query_map([batch, stream], |row| row.get(0))?.collect::<SqlResult<_>>()?;
    match senders.as_slice() {
        [sender] => kept(connection, sender, batch, stream),
        _ => Ok(None),
    }
}

/// What a repeated delivery gets: the same receipt for the same bytes, a
/// conflict for others, nothing if it is new.
pub(super) fn repeated(kept: Option<Receipt>, digest: &str) -> Result<Option<Stored>, Problem> {
    match kept {
        Some(receipt) if receipt.digest == digest => Ok(Some(Stored { receipt, first: false })),
        Some(_) => Err(Problem::conflict()),
        None => Ok(None),
    }
}

/// Keeps a receipt.
pub(super) fn keep(connection: &Connection, sender: &str, receipt: &Receipt) -> SqlResult<()> {
    execute(
        connection,
        "INSERT INTO receipt (sender, batch, stream, receipt, count, digest, received)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            sender,
            receipt.batch,
            receipt.stream,
            receipt.receipt,
            receipt.count,
            receipt.digest,
            receipt.received
        ],
    )
    .map(drop)
}
