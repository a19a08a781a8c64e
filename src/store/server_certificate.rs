//! The certificates of this installation's own server, with their keys.

use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::{Purpose, Tx};
use crate::error::Result;

/// What a row is. There is at most one of each kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The installation's own authority.
    Authority,
    /// A server certificate that the hospital brought.
    Given,
    /// A server certificate that the authority issued.
    Issued,
    /// A key that waits for its certificate; its chain is the request.
    Request,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Given => "given",
            Self::Issued => "issued",
            Self::Request => "request",
        }
    }
}

/// A row, with its key in clear.
pub struct Row {
    /// The names and addresses it is for.
    pub names: Vec<String>,
    /// Certificates in PEM, the leaf first; or the request.
    pub chain: String,
    /// The private key in DER.
    pub key: Zeroizing<Vec<u8>>,
    /// First moment of validity, in milliseconds since 1970.
    pub not_before: i64,
    /// Last moment of validity, in milliseconds since 1970.
    pub not_after: i64,
    /// When it came, in milliseconds since 1970; writing ignores it.
    pub added_at: i64,
}

/// The row of this kind.
pub fn get(tx: &Tx<'_>, kind: Kind) -> Result<Option<Row>> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM server_certificate WHERE kind = ?1")?;
    let row = statement.query_row([kind.text()], |row| {
        let names: String = row.get("names")?;
        let sealed: Vec<u8> = row.get("key")?;
        let row = Row {
            names: names.lines().map(str::to_owned).collect(),
            chain: row.get("chain")?,
            key: Zeroizing::new(Vec::new()),
            not_before: row.get("not_before")?,
            not_after: row.get("not_after")?,
            added_at: row.get("added_at")?,
        };
        Ok((row, sealed))
    });
    let Some((row, sealed)) = row.optional()? else { return Ok(None) };
    let key = tx.keys.open_sealed(Purpose::Server, kind.text().as_bytes(), &sealed)?;
    Ok(Some(Row { key, ..row }))
}

/// Puts a row in the place of the one of its kind.
pub fn put(tx: &Tx<'_>, kind: Kind, row: &Row) -> Result<()> {
    let sealed = tx.keys.seal(Purpose::Server, kind.text().as_bytes(), &row.key)?;
    tx.sql.execute(
        "INSERT OR REPLACE INTO server_certificate (kind, names, chain, key, not_before, not_after, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            kind.text(),
            row.names.join("\n"),
            row.chain,
            sealed,
            row.not_before,
            row.not_after,
            tx.now.as_millisecond()
        ],
    )?;
    Ok(())
}

/// Removes the row of this kind with its key. False if there was none.
pub fn remove(tx: &Tx<'_>, kind: Kind) -> Result<bool> {
    Ok(tx.sql.execute("DELETE FROM server_certificate WHERE kind = ?1", [kind.text()])? > 0)
}
