//! How many registrations of an organisation are in which state, without
//! looking at each of them.

use std::collections::BTreeMap;

use rusqlite::Statement;

use super::Tx;
use crate::{
    domain::{organisation::OrganisationId, registration::State},
    error::Result,
};

/// A state and how many are in it; states without any are left out.
pub type Counts = Vec<(State, u64)>;

/// The registrations of `organisation` by state.
pub fn of(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Counts> {
    Ok(total(&by_definition(tx, organisation)?))
}

/// The registrations of `organisation` by definition (its key) and state.
///
/// Those that wait are counted by block and those that left by batch; of the
/// others, few as a rule, each has its line in an index.
pub fn by_definition(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<(i64, Counts)>> {
    let mut tally = Tally(BTreeMap::new(), organisation);
    tally.add(
        tx.sql.prepare_cached(
            "SELECT definition, 1, sum(pending) FROM block INDEXED BY block_pending
             WHERE organisation = ?1 AND pending > 0 GROUP BY definition",
        )?,
        1,
    )?;
    tally.add(
        tx.sql.prepare_cached(
            "SELECT definition, state, sum(count) FROM batch INDEXED BY batch_of
             WHERE organisation = ?1 GROUP BY state, definition",
        )?,
        1,
    )?;
    // What became of it since, its batch still counts among its own.
    const OWN: &str = "FROM registration g INDEXED BY registration_own JOIN block b ON b.id = g.id / 1024";
    tally.add(
        tx.sql.prepare_cached(&format!(
            "SELECT b.definition, g.state, count(*) {OWN}
             WHERE g.state NOT IN (1, 3) AND b.organisation = ?1 GROUP BY 1, 2"
        ))?,
        1,
    )?;
    tally.add(
        tx.sql.prepare_cached(&format!(
            "SELECT b.definition, t.state, count(*) {OWN} JOIN batch t ON t.id = g.batch
             WHERE g.state NOT IN (1, 3) AND b.organisation = ?1 GROUP BY 1, 2"
        ))?,
        -1,
    )?;
    // A batch that takes registrations back counts its lines, too.
    tally.add(
        tx.sql.prepare_cached(
            "SELECT w.definition, t.state, count(*) FROM withdrawal w JOIN batch t ON t.id = w.batch
             WHERE w.organisation = ?1 AND w.batch IS NOT NULL GROUP BY 1, 2",
        )?,
        -1,
    )?;
    let counts = |counts: [i64; State::ALL.len()]| {
        let counts = State::ALL.into_iter().map(|state| (state, counts[state as usize].max(0) as u64));
        counts.filter(|(_, number)| *number > 0).collect()
    };
    Ok(tally.0.into_iter().map(|(definition, found)| (definition, counts(found))).collect())
}

/// The sum over definitions.
pub fn total(by_definition: &[(i64, Counts)]) -> Counts {
    let sum = |wanted: State| {
        let counts = by_definition.iter().flat_map(|(_, counts)| counts);
        counts.filter(|(state, _)| *state == wanted).map(|(_, number)| number).sum()
    };
    State::ALL.into_iter().map(|state| (state, sum(state))).filter(|(_, number)| *number > 0).collect()
}

/// Numbers by definition and state, of one organisation.
struct Tally(BTreeMap<i64, [i64; State::ALL.len()]>, OrganisationId);

impl Tally {
    fn add<'a>(
        &mut self,
        mut statement: impl std::ops::DerefMut<Target = Statement<'a>>,
        sign: i64,
    ) -> Result<()> {
        let mut rows = statement.query([self.1.0])?;
        while let Some(row) = rows.next()? {
            // A batch that was dissolved has a state that no registration has.
            if let Some(state) = State::from_number(row.get(1)?) {
                let counts = self.0.entry(row.get(0)?).or_default();
                counts[state as usize] += sign * row.get::<_, i64>(2)?;
            }
        }
        Ok(())
    }
}
