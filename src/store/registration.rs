//! Registrations: taking in a part of an import, and counting states.

use rusqlite::params;

use super::{
    Tx,
    block::{self, BLOCK_ROWS, Entry, Packed},
    key::Hash,
};
use crate::{
    domain::{
        import::{ImportId, RowCounts},
        organisation::OrganisationId,
        registration::{HoldReasons, RegistrationId, State},
        summary::Summary,
    },
    error::Result,
};

/// A row that passed validation.
#[derive(Clone, Copy, Debug)]
pub struct NewRow {
    /// Key, digest and source row.
    pub entry: Entry,
    /// Whether it is a draft.
    pub draft: bool,
    /// What holds it back.
    pub reasons: HoldReasons,
    /// First eight digits of the physician's number; wanted only if held.
    pub physician: Option<[u8; 8]>,
    /// Keyed hash of the patient; wanted only if held.
    pub patient: Option<Hash>,
}

/// Up to [`BLOCK_ROWS`] rows in the order of the file.
pub struct NewBlock {
    /// One for each row in `packed`.
    pub rows: Vec<NewRow>,
    /// Their contents.
    pub packed: Packed,
}

/// Where a part of an import belongs.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Whose registrations they are.
    pub organisation: OrganisationId,
    /// The definition's key in the store.
    pub definition: i64,
    /// The definition's project.
    pub project: &'a str,
    /// The import that brings them.
    pub import: ImportId,
}

/// What became of a part of an import.
#[derive(Debug, Default)]
pub struct Taken {
    /// Accepted, unchanged and corrections.
    pub counts: RowCounts,
    /// Pairs of rows of the same file with the same key: the earlier, then
    /// the later, which won.
    pub doubled: Vec<(u64, u64)>,
    /// What became of each row.
    pub fates: Vec<RowFate>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
pub struct RowFate {
    /// The row, from 1, the header not counted.
    pub row: u64,
    /// `new`, `correction` or `unchanged`.
    pub fate: &'static str,
}

/// What is to be done with one row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Stored {
        revision: i64,
    },
    /// Stored, but a later row of the same part replaced it.
    Replaced {
        revision: i64,
    },
    Unchanged,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Stored { revision: 1 } | Self::Replaced { revision: 1 } => "new",
            Self::Stored { .. } | Self::Replaced { .. } => "correction",
        }
    }
}

/// The newest registration of a key while its rows are gone through.
struct Current {
    id: RegistrationId,
    digest: Hash,
    revision: i64,
    /// Whether the same content again is no news: it is not for one that was
    /// taken back or refused.
    stands: bool,
    /// The row of this very import that it came from.
    row: Option<u64>,
}

/// Stores the rows of `blocks`: new ones, corrections that supersede, and
/// nothing for what is stored already with the same content.
pub fn take_in(tx: &Tx<'_>, target: Target<'_>, blocks: Vec<NewBlock>) -> Result<Taken> {
    let first: i64 = tx.sql.query_row("SELECT coalesce(max(id), 0) + 1 FROM block", [], |row| row.get(0))?;
    let mut fates: Vec<Vec<Fate>> =
        blocks.iter().map(|block| vec![Fate::Stored { revision: 1 }; block.rows.len()]).collect();
    let mut taken = Taken::default();
    resolve(tx, target, first, &blocks, &mut fates, &mut taken)?;
    for (index, (block, fates)) in blocks.into_iter().zip(fates).enumerate() {
        taken.fates.extend(
            block
                .rows
                .iter()
                .zip(&fates)
                .map(|(row, fate)| RowFate { row: row.entry.row, fate: fate.name() }),
        );
        store_block(tx, target, first + index as i64, block, &fates, &mut taken.counts)?;
    }
    Ok(taken)
}

/// Decides every row's fate, by key, and points `record` at the newest
/// registration of each. The keys are gone through in order, so that the
/// index is written from left to right.
fn resolve(
    tx: &Tx<'_>,
    target: Target<'_>,
    first: i64,
    blocks: &[NewBlock],
    fates: &mut [Vec<Fate>],
    taken: &mut Taken,
) -> Result<()> {
    let mut order: Vec<(Hash, u32, u16)> = Vec::with_capacity(blocks.len() * BLOCK_ROWS);
    for (block, rows) in blocks.iter().enumerate() {
        let keyed = rows.rows.iter().enumerate();
        order.extend(keyed.map(|(place, row)| (row.entry.key, block as u32, place as u16)));
    }
    order.sort_unstable();
    let mut insert = tx
        .sql
        .prepare_cached("INSERT INTO record (key, registration) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    for same_key in order.chunk_by(|a, b| a.0 == b.0) {
        let (key, block, place) = same_key[0];
        let id = RegistrationId::new(first + i64::from(block), place.into());
        let is_new = insert.execute(params![key, id.0])? == 1;
        if !is_new || same_key.len() > 1 {
            follow(tx, target, first, blocks, same_key, is_new, fates, taken)?;
        }
    }
    Ok(())
}

/// Goes through the rows of one key in the order of the file.
#[allow(clippy::too_many_arguments)]
fn follow(
    tx: &Tx<'_>,
    target: Target<'_>,
    first: i64,
    blocks: &[NewBlock],
    same_key: &[(Hash, u32, u16)],
    is_new: bool,
    fates: &mut [Vec<Fate>],
    taken: &mut Taken,
) -> Result<()> {
    let mut current = if is_new { None } else { Some(current(tx, target, &same_key[0].0)?) };
    for (_, block, place) in same_key {
        let (block, place) = (*block as usize, usize::from(*place));
        let row = &blocks[block].rows[place];
        let mut revision = 1;
        if let Some(current) = &current {
            if let Some(earlier) = current.row {
                taken.doubled.push((earlier, row.entry.row));
            }
            if current.stands && current.digest == row.entry.digest {
                fates[block][place] = Fate::Unchanged;
                continue;
            }
            revision = current.revision + 1;
            supersede(tx, first, current.id, fates)?;
            taken.counts.corrections += 1;
        }
        fates[block][place] = Fate::Stored { revision };
        current = Some(Current {
            id: RegistrationId::new(first + block as i64, place),
            digest: row.entry.digest,
            revision,
            stands: true,
            row: Some(row.entry.row),
        });
    }
    if let Some(current) = current {
        tx.sql
            .prepare_cached("UPDATE record SET registration = ?2 WHERE key = ?1")?
            .execute(params![same_key[0].0, current.id.0])?;
    }
    Ok(())
}

fn current(tx: &Tx<'_>, target: Target<'_>, key: &Hash) -> Result<Current> {
    let (id, revision, state, refused): (i64, i64, i64, bool) = tx
        .sql
        .prepare_cached(
            "SELECT g.id, g.revision, g.state, b.state IS 6 FROM record r JOIN registration g ON g.id = r.registration
             LEFT JOIN batch b ON b.id = g.batch WHERE r.key = ?1",
        )?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let id = RegistrationId(id);
    let (import, directory) = block::directory(tx, target.organisation, id.block())?;
    let entry = directory[id.place()];
    let gone = [State::Withdrawn, State::Refused].iter().any(|gone| *gone as i64 == state);
    Ok(Current {
        id,
        digest: entry.digest,
        revision,
        stands: !gone && !refused,
        row: (import == target.import).then_some(entry.row),
    })
}

/// Marks the registration that a correction replaces: in the store, or in the
/// part that is just being taken in.
fn supersede(tx: &Tx<'_>, first: i64, id: RegistrationId, fates: &mut [Vec<Fate>]) -> Result<()> {
    if id.block() >= first {
        let fate = &mut fates[(id.block() - first) as usize][id.place()];
        if let Fate::Stored { revision } = *fate {
            *fate = Fate::Replaced { revision };
        }
        return Ok(());
    }
    let state: i64 = tx
        .sql
        .prepare_cached("SELECT state FROM registration WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))?;
    tx.sql
        .prepare_cached("UPDATE registration SET state = ?2 WHERE id = ?1")?
        .execute(params![id.0, State::Superseded as i64])?;
    if state == State::Submitted as i64 {
        tx.sql
            .prepare_cached("UPDATE block SET pending = pending - 1 WHERE id = ?1")?
            .execute([id.block()])?;
    }
    tx.sql.prepare_cached("DELETE FROM held WHERE registration = ?1")?.execute([id.0])?;
    Ok(())
}

fn store_block(
    tx: &Tx<'_>,
    target: Target<'_>,
    id: i64,
    block: NewBlock,
    fates: &[Fate],
    counts: &mut RowCounts,
) -> Result<()> {
    let unchanged = fates.iter().filter(|fate| **fate == Fate::Unchanged).count();
    counts.unchanged += unchanged as u64;
    counts.accepted += (fates.len() - unchanged) as u64;
    if unchanged == fates.len() {
        return Ok(());
    }
    let mut packed = block.packed;
    if unchanged > 0 {
        packed = packed.without(|place| fates[place] != Fate::Unchanged)?;
    }
    let empty = Entry { key: [0; 16], digest: [0; 16], row: 0 };
    let kept = |(row, fate): (&NewRow, &Fate)| if *fate == Fate::Unchanged { empty } else { row.entry };
    let directory: Vec<Entry> = block.rows.iter().zip(fates).map(kept).collect();
    let states: Vec<(i64, State)> =
        block.rows.iter().zip(fates).map(|(row, fate)| beginning(row, *fate)).collect();
    let plain = |state: &(i64, State)| *state == (1, State::Submitted);
    let pending =
        states.iter().filter(|(revision, state)| *revision > 0 && *state == State::Submitted).count();
    block::insert(
        tx,
        target.organisation,
        target.definition,
        target.import,
        id,
        &directory,
        &packed,
        pending,
    )?;
    let first = RegistrationId::new(id, 0).0;
    tx.sql
        .prepare_cached("INSERT INTO registration (id, revision, state) SELECT ?1 + number, 1, 1 FROM place WHERE number < ?2")?
        .execute(params![first, fates.len() as i64])?;
    for (place, state) in states.iter().enumerate().filter(|(_, state)| !plain(state)) {
        adjust(tx, target, RegistrationId::new(id, place), *state, &block.rows[place])?;
    }
    Ok(())
}

/// Revision and state that a row begins with; revision 0 stands for none.
fn beginning(row: &NewRow, fate: Fate) -> (i64, State) {
    match fate {
        Fate::Unchanged => (0, State::Submitted),
        Fate::Replaced { revision } => (revision, State::Superseded),
        Fate::Stored { revision } if row.draft => (revision, State::Open),
        Fate::Stored { revision } if !row.reasons.is_empty() => (revision, State::Held),
        Fate::Stored { revision } => (revision, State::Submitted),
    }
}

/// Rows were written as new and submitted, all at once; this sets right the
/// ones that are not.
fn adjust(
    tx: &Tx<'_>,
    target: Target<'_>,
    id: RegistrationId,
    (revision, state): (i64, State),
    row: &NewRow,
) -> Result<()> {
    if revision == 0 {
        tx.sql.prepare_cached("DELETE FROM registration WHERE id = ?1")?.execute([id.0])?;
        return Ok(());
    }
    tx.sql
        .prepare_cached("UPDATE registration SET revision = ?2, state = ?3 WHERE id = ?1")?
        .execute(params![id.0, revision, state as i64])?;
    if state == State::Held {
        let physician = row.physician.map(|digits| String::from_utf8_lossy(&digits).into_owned());
        hold(
            tx,
            target.organisation,
            target.project,
            id,
            row.reasons,
            physician.as_deref(),
            row.patient.as_ref(),
        )?;
    }
    Ok(())
}

/// Notes why a registration is held, and what would release it.
pub(super) fn hold(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: &str,
    id: RegistrationId,
    reasons: HoldReasons,
    physician: Option<&str>,
    patient: Option<&Hash>,
) -> Result<()> {
    tx.sql
        .prepare_cached(
            "INSERT OR REPLACE INTO held (registration, organisation, project, reasons, physician, patient)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![id.0, organisation.0, project, reasons.0, physician, patient])?;
    Ok(())
}

/// Adds the registrations of one import to `summary`, by state.
pub fn count_import(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    import: ImportId,
    summary: &mut Summary,
) -> Result<()> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT CASE WHEN g.state = 3 THEN t.state ELSE g.state END, count(*) FROM block b
         CROSS JOIN registration g ON g.id BETWEEN b.id * 1024 AND b.id * 1024 + 1023
         LEFT JOIN batch t ON t.id = g.batch WHERE b.organisation = ?1 AND b.import = ?2 GROUP BY 1",
    )?;
    let mut rows = statement.query([organisation.0, import.0])?;
    while let Some(row) = rows.next()? {
        add(summary, row)?;
    }
    Ok(())
}

/// Adds all registrations of the installation to `summary`, by state.
pub fn count_all(tx: &Tx<'_>, summary: &mut Summary) -> Result<()> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT CASE WHEN g.state = 3 THEN t.state ELSE g.state END, sum(g.number)
         FROM (SELECT state, batch, count(*) AS number FROM registration GROUP BY state, batch) g
         LEFT JOIN batch t ON t.id = g.batch GROUP BY 1",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        add(summary, row)?;
    }
    Ok(())
}

fn add(summary: &mut Summary, row: &rusqlite::Row<'_>) -> Result<()> {
    let number: i64 = row.get(0)?;
    let state = State::from_number(number).ok_or(rusqlite::Error::InvalidQuery)?;
    summary.registrations(state, row.get::<_, i64>(1)? as u64);
    Ok(())
}
