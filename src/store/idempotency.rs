//! Answers to requests that may be repeated: the same name with the same
//! request gives the same answer, for a day. A batch takes its name with its
//! first part, so that no other request begins under it meanwhile.

use rusqlite::{OptionalExtension, params};

use super::{Purpose, Tx};
use crate::{
    domain::{api_key::ApiKeyId, import::ImportId},
    error::Result,
};

/// How long an answer is kept, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;

/// What a request is told from others by: keyed hashes, since a request holds
/// patient data and a name may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Name {
    name: [u8; 32],
    request: [u8; 32],
}

/// What is known of a name.
#[derive(Debug, Eq, PartialEq)]
pub enum Known {
    /// Nothing: the request is to be done.
    Nothing,
    /// The answer that the same request got.
    Answer(Vec<u8>),
    /// Another request had this name, or has it.
    Other,
    /// The same request, a batch, is still being done.
    UnderWay,
}

impl Name {
    /// The name that a client gave to a request, which is all that these parts
    /// say.
    pub fn new(keys: &super::Keys, name: &str, request: &[&[u8]]) -> Self {
        let mut parts = vec![&b"idempotency request"[..]];
        let lengths: Vec<_> = request.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
        for (part, length) in request.iter().zip(&lengths) {
            parts.extend([&length[..], part]);
        }
        Self {
            name: keys.mac(Purpose::Submission, &[b"idempotency name", name.as_bytes()]),
            request: keys.mac(Purpose::Submission, &parts),
        }
    }

    /// The name alone, whatever the request.
    pub fn of(&self) -> [u8; 32] {
        self.name
    }
}

/// What is known of the name that a key gave.
pub fn look_up(tx: &Tx<'_>, key: ApiKeyId, name: &Name) -> Result<Known> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT request, answer, import FROM idempotency WHERE api_key = ?1 AND name = ?2 AND at > ?3",
    )?;
    let since = tx.now.as_millisecond() - KEPT;
    let found: Option<(Vec<u8>, Vec<u8>, Option<i64>)> = statement
        .query_row(params![key.0, name.name, since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(match found {
        None => Known::Nothing,
        Some((request, ..)) if request != name.request => Known::Other,
        Some((_, _, Some(_))) => Known::UnderWay,
        Some((_, answer, None)) => {
            Known::Answer(tx.keys.open_sealed(Purpose::Submission, &name.name, &answer)?.to_vec())
        }
    })
}

/// Keeps the answer to a request, in the transaction that does what it asks.
/// Those of yesterday go.
pub fn keep(tx: &Tx<'_>, key: ApiKeyId, name: &Name, answer: &[u8]) -> Result<()> {
    let now = tx.now.as_millisecond();
    tx.sql.prepare_cached("DELETE FROM idempotency WHERE at <= ?1")?.execute([now - KEPT])?;
    let sealed = tx.keys.seal(Purpose::Submission, &name.name, answer)?;
    tx.sql
        .prepare_cached(
            "INSERT OR REPLACE INTO idempotency (api_key, name, request, answer, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![key.0, name.name, name.request, sealed, now])?;
    Ok(())
}

/// Takes a name for a batch, in the transaction that stores its first part and
/// begins its import. [`keep`] follows with its last part.
pub fn take(tx: &Tx<'_>, key: ApiKeyId, name: &Name, import: ImportId) -> Result<()> {
    tx.sql
        .prepare_cached(
            "INSERT OR REPLACE INTO idempotency (api_key, name, request, answer, at, import)
             VALUES (?1, ?2, ?3, x'', ?4, ?5)",
        )?
        .execute(params![key.0, name.name, name.request, tx.now.as_millisecond(), import.0])?;
    Ok(())
}

/// Gives the name of a batch that goes no further back, if it had one.
pub fn give_back(tx: &Tx<'_>, import: ImportId) -> Result<()> {
    tx.sql.prepare_cached("DELETE FROM idempotency WHERE import = ?1")?.execute([import.0])?;
    Ok(())
}
