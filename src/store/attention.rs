//! What of an organisation needs a person.

use rusqlite::{OptionalExtension, params};

use super::{
    Tx,
    count::Counts,
    unmended::{self, Unmended},
};
use crate::{
    domain::{organisation::OrganisationId, registration::State},
    error::Result,
};

/// How many days before its end a certificate is a concern.
pub const EXPIRY_DAYS: i64 = 60;

const DAY: i64 = 24 * 3_600_000;

/// What there is; zero is well.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Attention {
    /// Whether there is no certificate that is valid now.
    pub has_no_certificate: bool,
    /// The days that the certificate in use is still valid, if they are few.
    pub certificate_days: Option<u64>,
    /// Deliveries that wait for a person.
    pub parked: u64,
    /// Files with rejected rows that nobody has mended yet, the newest first.
    pub rejected: Vec<Unmended>,
    /// Whether files in the drop folder cannot be taken, or their results not
    /// be written.
    pub drop_folder: bool,
    /// Registrations that may not leave.
    pub held: u64,
    /// Registrations that the platform refused.
    pub refused: u64,
}

/// What of `organisation` needs a person now. Its registrations are counted
/// already: that takes longer than all else.
pub fn of(tx: &Tx<'_>, organisation: OrganisationId, counts: &Counts) -> Result<Attention> {
    let in_state =
        |wanted: State| counts.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, number)| *number);
    let count = |sql: &str| -> Result<u64> {
        let mut statement = tx.sql.prepare_cached(sql)?;
        let found: Option<Option<i64>> =
            statement.query_row([organisation.0], |row| row.get(0)).optional()?;
        Ok(found.flatten().unwrap_or(0) as u64)
    };
    let ends: Option<i64> = tx
        .sql
        .prepare_cached(
            "SELECT not_after FROM certificate WHERE organisation = ?1 AND published = 1 AND not_before <= ?2 AND not_after > ?2",
        )?
        .query_row(params![organisation.0, tx.now.as_millisecond()], |row| row.get(0))
        .optional()?;
    let days = ends.map(|ends| (ends - tx.now.as_millisecond()) / DAY);
    Ok(Attention {
        has_no_certificate: ends.is_none(),
        certificate_days: days.filter(|days| *days <= EXPIRY_DAYS).map(|days| days as u64),
        parked: count("SELECT count(*) FROM delivery WHERE organisation = ?1 AND state = 'parked'")?,
        rejected: unmended::list(tx, organisation)?,
        drop_folder: count(
            "SELECT count(*) FROM alert JOIN organisation ON organisation.id = ?1
             WHERE subject = 'drop:folder' OR subject = 'drop:' || nihdi",
        )? > 0,
        held: in_state(State::Held),
        refused: in_state(State::Refused),
    })
}
