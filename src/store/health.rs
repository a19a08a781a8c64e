//! The figures by which one tells whether the installation is well; for the
//! whole installation, without names.

use rusqlite::{OptionalExtension, params};

use super::{Tx, delivery};
use crate::error::Result;

/// The figures of this moment. Moments are in milliseconds since 1970.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Figures {
    /// Deliveries that wait to be sent.
    pub queued: u64,
    /// Since when the one that is longest due waits to be claimed.
    pub due_since: Option<i64>,
    /// When something was last sent, or tried.
    pub tried_at: Option<i64>,
    /// Deliveries that wait for a person.
    pub parked: u64,
    /// Active organisations without a certificate that is valid now.
    pub uncertified: u64,
    /// When the first of the certificates in use ends.
    pub certificate_ends: Option<i64>,
    /// Services whose clock differs from ours.
    pub clocks: u64,
    /// Alerts about the drop folder.
    pub drops: u64,
}

/// The figures of this moment, in a few reads that do not grow with what is
/// stored.
pub fn figures(tx: &Tx<'_>) -> Result<Figures> {
    let now = tx.now.as_millisecond();
    let count = |sql: &str| -> Result<u64> {
        Ok(tx.sql.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))? as u64)
    };
    let (uncertified, certificate_ends) = tx
        .sql
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE ends IS NULL), min(ends) FROM (
                 SELECT max(c.not_after) AS ends FROM organisation o
                 LEFT JOIN certificate c ON c.organisation = o.id AND c.published = 1
                     AND c.not_before <= ?1 AND c.not_after > ?1
                 WHERE o.deactivated_at IS NULL GROUP BY o.id)",
        )?
        .query_row(params![now], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)))?;
    Ok(Figures {
        queued: count("SELECT count(*) FROM delivery WHERE state = 'queued'")?,
        due_since: delivery::next_due(tx)?.filter(|due| *due <= now),
        tried_at: tx
            .sql
            .prepare_cached("SELECT at FROM attempt ORDER BY id DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?,
        parked: count("SELECT count(*) FROM delivery WHERE state = 'parked'")?,
        uncertified,
        certificate_ends,
        clocks: count("SELECT count(*) FROM alert WHERE subject >= 'clock:' AND subject < 'clock;'")?,
        drops: count("SELECT count(*) FROM alert WHERE subject >= 'drop:' AND subject < 'drop;'")?,
    })
}

/// Why deliveries are parked, and how many for each reason.
pub fn parked_reasons(tx: &Tx<'_>) -> Result<Vec<(String, u64)>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT coalesce(reason, ''), count(*) FROM delivery WHERE state = 'parked' GROUP BY 1 ORDER BY 2 DESC, 1",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The number of the newest migration, and the size of the database in bytes.
pub fn database(tx: &Tx<'_>) -> Result<(i64, u64)> {
    let value = |name: &str| tx.sql.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok((value("user_version")?, (value("page_count")? * value("page_size")?) as u64))
}
