//! What an import would do, told without doing it: the store is only read,
//! and the rows told so far are noted in a database of their own that goes
//! with the process.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Tx,
    fate::{Current, Decision, Fate, Order},
    key::Hash,
    registration::{NewBlock, Taken, Target, known},
};
use crate::{domain::registration::RegistrationId, error::Result};

/// The rows of one file as far as they were told.
pub struct Preview {
    seen: Connection,
}

/// Stands for a registration that an earlier part of the file would make.
const WOULD_BE: RegistrationId = RegistrationId(0);

/// Blocks of a part are numbered from here, above all that are stored.
const FIRST: i64 = 1 << 40;

impl Preview {
    /// Nothing told yet.
    pub fn new() -> Result<Self> {
        // An empty name makes a temporary file that nobody else can open and
        // that SQLite uses only if there is much. It holds keyed hashes.
        let seen = Connection::open("")?;
        seen.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
             CREATE TABLE seen (key BLOB PRIMARY KEY, digest BLOB NOT NULL, revision INTEGER NOT NULL, draft INTEGER NOT NULL,
             row INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
        )?;
        Ok(Self { seen })
    }

    /// What [`take_in`](super::registration::take_in) would do.
    pub fn take_in(&mut self, tx: &Tx<'_>, target: Target<'_>, blocks: &[NewBlock]) -> Result<Taken> {
        let order = Order::of(blocks);
        let (_, mut currents) = known(tx, target, &order.keys())?;
        let mut decision = Decision::about(blocks);
        let seen = self.seen.transaction()?;
        let mut find = seen.prepare_cached("SELECT digest, revision, draft, row FROM seen WHERE key = ?1")?;
        let mut note = seen.prepare_cached("INSERT OR REPLACE INTO seen VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (index, group) in order.groups().enumerate() {
            let key: Hash = group[0].0;
            let before = find
                .query_row([key], |row| {
                    let (digest, revision, draft) = (row.get(0)?, row.get(1)?, row.get(2)?);
                    let row = Some(row.get(3)?);
                    let (id, stands, moved) = (WOULD_BE, true, false);
                    Ok(Current { id, digest, revision, stands, withdrawn: None, draft, moved, row })
                })
                .optional()?
                .or_else(|| currents.remove(&index));
            if let Some(Current { digest, revision, draft, row: Some(row), .. }) =
                decision.follow(FIRST, blocks, group, before)
            {
                note.execute(params![key, digest, revision, draft, row])?;
            }
        }
        drop((find, note));
        seen.commit()?;
        let mut taken = Taken { fates: decision.told(blocks).collect(), ..Taken::default() };
        for fate in decision.fates.iter().flatten() {
            *match fate {
                Fate::Unchanged => &mut taken.counts.unchanged,
                Fate::Refused => &mut taken.counts.rejected,
                Fate::Stored { .. } | Fate::Replaced { .. } => &mut taken.counts.accepted,
            } += 1;
        }
        taken.counts.corrections = decision.corrections;
        taken.doubled = decision.doubled;
        taken.late_drafts = decision.late_drafts;
        taken.withdrawn = decision.withdrawn;
        Ok(taken)
    }
}
