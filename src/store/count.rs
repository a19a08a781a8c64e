//! How many registrations of an organisation are in which state, without
//! looking at each of them.

use rusqlite::params;

use super::Tx;
use crate::{
    domain::{organisation::OrganisationId, registration::State},
    error::Result,
};

/// A state and how many are in it; states without any are left out.
pub type Counts = Vec<(State, u64)>;

/// The registrations of `organisation` by state.
///
/// Those that wait are counted by block and those that left by batch; of the
/// others, few as a rule, each has its line in an index.
pub fn of(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Counts> {
    let mut counts = [0_i64; State::ALL.len()];
    counts[State::Submitted as usize] = tx
        .sql
        .prepare_cached(
            "SELECT coalesce(sum(pending), 0) FROM block WHERE organisation = ?1 AND pending > 0",
        )?
        .query_row([organisation.0], |row| row.get(0))?;
    let mut statement = tx
        .sql
        .prepare_cached("SELECT state, sum(count) FROM batch WHERE organisation = ?1 GROUP BY state")?;
    let mut rows = statement.query([organisation.0])?;
    while let Some(row) = rows.next()? {
        // A batch that was dissolved has a state that no registration has.
        if let Some(state) = State::from_number(row.get(0)?) {
            counts[state as usize] += row.get::<_, i64>(1)?;
        }
    }
    let mut statement = tx.sql.prepare_cached(
        "SELECT g.state, t.state, count(*) FROM registration g INDEXED BY registration_own
         JOIN block b ON b.id = g.id / 1024 LEFT JOIN batch t ON t.id = g.batch
         WHERE g.state NOT IN (1, 3) AND b.organisation = ?1 GROUP BY 1, 2",
    )?;
    let mut rows = statement.query(params![organisation.0])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(2)?;
        if let Some(state) = State::from_number(row.get(0)?) {
            counts[state as usize] += number;
        }
        // What became of it since, its batch still counts among its own.
        if let Some(state) = row.get::<_, Option<i64>>(1)?.and_then(State::from_number) {
            counts[state as usize] -= number;
        }
    }
    // A batch that takes registrations back counts its lines, too.
    let mut statement = tx.sql.prepare_cached(
        "SELECT t.state, count(*) FROM withdrawal w JOIN batch t ON t.id = w.batch
         WHERE w.organisation = ?1 AND w.batch IS NOT NULL GROUP BY t.state",
    )?;
    let mut rows = statement.query([organisation.0])?;
    while let Some(row) = rows.next()? {
        if let Some(state) = State::from_number(row.get(0)?) {
            counts[state as usize] -= row.get::<_, i64>(1)?;
        }
    }
    let counts = State::ALL.into_iter().map(|state| (state, counts[state as usize].max(0) as u64));
    Ok(counts.filter(|(_, number)| *number > 0).collect())
}
