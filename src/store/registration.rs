//! Registrations: taking in a part of an import, and counting states.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, params};

use super::{
    Tx,
    block::{self, Entry, Packed},
    fate::{Current, Decision, Doubled, Fate, LateDraft, Order, RowFate, Withdrawn},
    history,
    key::Hash,
    record::{self, Found},
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
#[derive(Clone, Debug)]
pub struct NewRow {
    /// Key, digest and source row.
    pub entry: Entry,
    /// The line that the row begins on.
    pub line: u32,
    /// Whether it is a draft.
    pub draft: bool,
    /// What holds it back; boxed, because few rows are held and a part has
    /// hundreds of thousands.
    pub hold: Option<Box<Hold>>,
}

/// Why a registration may not leave, and what would release it.
#[derive(Clone, Debug)]
pub struct Hold {
    /// What holds it back.
    pub reasons: HoldReasons,
    /// First eight digits of the physician's number.
    pub physician: Option<[u8; 8]>,
    /// Keyed hash of the patient.
    pub patient: Option<Hash>,
}

/// Up to [`BLOCK_ROWS`](block::BLOCK_ROWS) rows in the order of the file.
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
    /// Whether they arrive now, one by one, and not with the beginning of the
    /// import.
    pub arrives_now: bool,
}

/// What became of a part of an import.
#[derive(Debug, Default)]
pub struct Taken {
    /// Accepted, unchanged, corrections, and rejected late drafts.
    pub counts: RowCounts,
    /// Rows of the same file with the same key.
    pub doubled: Vec<Doubled>,
    /// Rows that were refused, because they are drafts of what is complete.
    pub late_drafts: Vec<LateDraft>,
    /// Rows under keys of registrations that people took back.
    pub withdrawn: Vec<Withdrawn>,
    /// What became of each row, if that was asked.
    pub fates: Vec<RowFate>,
}

/// Stores the rows of `blocks`: new ones, corrections that supersede, and
/// nothing for what is stored already with the same content, taken back or
/// not, nor for a draft of what is complete.
pub fn take_in(tx: &Tx<'_>, target: Target<'_>, blocks: Vec<NewBlock>) -> Result<Taken> {
    take(tx, target, blocks, Bringing::File)
}

/// As [`take_in`], and tells the fate of each row.
pub fn take_in_told(tx: &Tx<'_>, target: Target<'_>, blocks: Vec<NewBlock>) -> Result<Taken> {
    take(tx, target, blocks, Bringing::Told)
}

/// As [`take_in`], for what a person entered by form: a draft that went on
/// under another key may come back to its first one just as it was, and so may
/// a registration that was taken back.
pub fn take_in_entered(tx: &Tx<'_>, target: Target<'_>, block: NewBlock) -> Result<Taken> {
    take(tx, target, vec![block], Bringing::Entered)
}

/// How a part comes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Bringing {
    /// In a file.
    File,
    /// From a system that is told each row's fate.
    Told,
    /// By form.
    Entered,
}

fn take(tx: &Tx<'_>, target: Target<'_>, blocks: Vec<NewBlock>, bringing: Bringing) -> Result<Taken> {
    let first: i64 = tx.sql.query_row("SELECT coalesce(max(id), 0) + 1 FROM block", [], |row| row.get(0))?;
    let decision = decide(tx, target, first, &blocks, bringing)?;
    for id in &decision.superseded {
        supersede(tx, *id)?;
    }
    history::note(tx, &decision.replaced)?;
    let mut taken = Taken::default();
    if bringing == Bringing::Told {
        taken.fates.extend(decision.told(&blocks));
    }
    taken.doubled = decision.doubled;
    taken.late_drafts = decision.late_drafts;
    taken.withdrawn = decision.withdrawn;
    taken.counts.corrections = decision.corrections;
    for (index, (block, fates)) in blocks.into_iter().zip(decision.fates).enumerate() {
        store_block(tx, target, first + index as i64, block, &fates, &mut taken.counts)?;
    }
    Ok(taken)
}

/// Decides every row's fate, by key, and points the index at the newest
/// registration of each.
fn decide(
    tx: &Tx<'_>,
    target: Target<'_>,
    first: i64,
    blocks: &[NewBlock],
    bringing: Bringing,
) -> Result<Decision> {
    let order = Order::of(blocks);
    let (found, mut currents) = known(tx, target, &order.keys())?;
    let mut decision = Decision::about(blocks);
    let mut newest = Vec::with_capacity(found.len());
    for (index, (group, found)) in order.groups().zip(found).enumerate() {
        let (key, block, place) = group[0];
        let in_tree = matches!(found, Found::Tree(_));
        let id = if found == Found::Nowhere && group.len() == 1 {
            Some(RegistrationId::new(first + i64::from(block), place.into()))
        } else {
            let mut before = currents.remove(&index);
            if bringing == Bringing::Entered {
                before = before.filter(|before| !before.moved);
                before = before.map(|before| Current { withdrawn: None, ..before });
            }
            let after = decision.follow(first, blocks, group, before);
            after.map(|after| after.id).filter(|id| Some(*id) != before.map(|before| before.id))
        };
        newest.extend(id.map(|id| (key, id, in_tree)));
    }
    record::put(tx, &newest)?;
    Ok(decision)
}

/// Where `keys`, sorted, were found, and the newest registrations of those
/// that were, by their place among the keys.
pub(super) fn known(
    tx: &Tx<'_>,
    target: Target<'_>,
    keys: &[Hash],
) -> Result<(Vec<Found>, HashMap<usize, Current>)> {
    let found = record::find(tx, keys)?;
    let currents = currents(tx, target, &found)?;
    Ok((found, currents))
}

/// A draft leaves its business key and goes on elsewhere. What was taken back
/// or refused before somebody began the draft in its place is again what it
/// was, so that whatever comes next under the key counts on from it.
pub(super) fn leave_key(tx: &Tx<'_>, organisation: OrganisationId, draft: RegistrationId) -> Result<()> {
    let key_of = |id: RegistrationId| -> Result<Hash> {
        Ok(block::directory(tx, organisation, id.block())?.1[id.place()].key)
    };
    let key = key_of(draft)?;
    supersede(tx, draft)?;
    let mut first = draft;
    while let Some(earlier) = history::earlier(tx, first)? {
        if key_of(earlier)? != key {
            break;
        }
        if let Some(state) = complete(tx, earlier)? {
            tx.sql
                .prepare_cached("UPDATE registration SET state = ?2 WHERE id = ?1")?
                .execute(params![earlier.0, state as i64])?;
            history::unlink(tx, first)?;
            return record::put(tx, &[(key, earlier, true)]);
        }
        first = earlier;
    }
    Ok(())
}

/// The state that a registration had which a draft replaced; none for one that
/// was a draft itself.
fn complete(tx: &Tx<'_>, id: RegistrationId) -> Result<Option<State>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM withdrawal WHERE registration = g.id) THEN ?2
           WHEN EXISTS (SELECT 1 FROM refusal WHERE registration = g.id) THEN ?3
           WHEN g.batch IS NOT NULL THEN ?4 END FROM registration g WHERE g.id = ?1",
    )?;
    // Where the platform refused a whole batch, the batch alone says so.
    let states = [State::Withdrawn, State::Refused, State::Queued].map(|state| state as i64);
    let state: Option<i64> =
        statement.query_row(params![id.0, states[0], states[1], states[2]], |row| row.get(0))?;
    Ok(state.and_then(State::from_number))
}

/// The registrations that were found, by their place among the keys. Each
/// block is opened once, however many of its registrations are asked for.
fn currents(tx: &Tx<'_>, target: Target<'_>, known: &[Found]) -> Result<HashMap<usize, Current>> {
    let mut wanted: Vec<(RegistrationId, usize)> = Vec::new();
    for (index, found) in known.iter().enumerate() {
        if let Found::Run(id) | Found::Tree(id) = found {
            wanted.push((*id, index));
        }
    }
    wanted.sort_unstable();
    let mut statement = tx.sql.prepare_cached(
        "SELECT g.revision, g.state, b.state IS 6 FROM registration g LEFT JOIN batch b ON b.id = g.batch
         WHERE g.id = ?1",
    )?;
    let mut withdrawal = tx.sql.prepare_cached("SELECT at FROM withdrawal WHERE registration = ?1")?;
    let mut currents = HashMap::with_capacity(wanted.len());
    for of_block in wanted.chunk_by(|a, b| a.0.block() == b.0.block()) {
        let (import, directory) = block::directory(tx, target.organisation, of_block[0].0.block())?;
        for (id, index) in of_block {
            let (revision, state, refused): (i32, i64, bool) =
                statement.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let entry = directory[id.place()];
            let is = |wanted: State| state == wanted as i64;
            // What replaces under the same key is the newest itself.
            let moved = is(State::Superseded);
            let withdrawn = match is(State::Withdrawn) {
                true => withdrawal.query_row([id.0], |row| row.get(0)).optional()?,
                false => None,
            };
            currents.insert(
                *index,
                Current {
                    id: *id,
                    digest: entry.digest,
                    revision,
                    stands: !is(State::Withdrawn) && !is(State::Refused) && !refused && !moved,
                    withdrawn,
                    draft: is(State::Open),
                    moved,
                    row: (import == target.import).then_some(entry.row),
                },
            );
        }
    }
    Ok(currents)
}

/// Marks the stored registration that a correction replaces.
fn supersede(tx: &Tx<'_>, id: RegistrationId) -> Result<()> {
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
    let stored = fates.iter().filter(|fate| fate.is_stored()).count();
    let refused = fates.iter().filter(|fate| **fate == Fate::Refused).count();
    counts.accepted += stored as u64;
    counts.rejected += refused as u64;
    counts.unchanged += (fates.len() - stored - refused) as u64;
    if stored == 0 {
        return Ok(());
    }
    let mut packed = block.packed;
    if stored < fates.len() {
        packed = packed.without(|place| fates[place].is_stored())?;
    }
    let empty = Entry { key: [0; 16], digest: [0; 16], row: 0 };
    let kept = |(row, fate): (&NewRow, &Fate)| if fate.is_stored() { row.entry } else { empty };
    let directory: Vec<Entry> = block.rows.iter().zip(fates).map(kept).collect();
    let states: Vec<(i32, State)> =
        block.rows.iter().zip(fates).map(|(row, fate)| beginning(row, *fate)).collect();
    let plain = |state: &(i32, State)| *state == (1, State::Submitted);
    let pending =
        states.iter().filter(|(revision, state)| *revision > 0 && *state == State::Submitted).count();
    block::insert(tx, target, id, &directory, &packed, pending)?;
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
fn beginning(row: &NewRow, fate: Fate) -> (i32, State) {
    match fate {
        Fate::Unchanged | Fate::Refused => (0, State::Submitted),
        Fate::Replaced { revision } => (revision, State::Superseded),
        Fate::Stored { revision } if row.draft => (revision, State::Open),
        Fate::Stored { revision } if row.hold.is_some() => (revision, State::Held),
        Fate::Stored { revision } => (revision, State::Submitted),
    }
}

/// Rows were written as new and submitted, all at once; this sets right the
/// ones that are not.
fn adjust(
    tx: &Tx<'_>,
    target: Target<'_>,
    id: RegistrationId,
    (revision, state): (i32, State),
    row: &NewRow,
) -> Result<()> {
    if revision == 0 {
        tx.sql.prepare_cached("DELETE FROM registration WHERE id = ?1")?.execute([id.0])?;
        return Ok(());
    }
    tx.sql
        .prepare_cached("UPDATE registration SET revision = ?2, state = ?3 WHERE id = ?1")?
        .execute(params![id.0, revision, state as i64])?;
    if let Some(held) = row.hold.as_ref().filter(|_| state == State::Held) {
        hold(tx, target.organisation, target.project, id, held)?;
    }
    Ok(())
}

/// Notes why a registration is held, and what would release it.
pub(super) fn hold(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    project: &str,
    id: RegistrationId,
    hold: &Hold,
) -> Result<()> {
    let physician = hold.physician.map(|digits| String::from_utf8_lossy(&digits).into_owned());
    tx.sql
        .prepare_cached(
            "INSERT OR REPLACE INTO held (registration, organisation, project, reasons, physician, patient)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![id.0, organisation.0, project, hold.reasons.0, physician, hold.patient])?;
    Ok(())
}

/// Adds the registrations of one import to `summary`, by state.
pub fn count_import(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    import: ImportId,
    summary: &mut Summary,
) -> Result<()> {
    // Nearly all of them are submitted, and how many those are stands in the
    // blocks; the others are counted one by one.
    let pending: i64 = tx
        .sql
        .prepare_cached(
            "SELECT coalesce(sum(pending), 0) FROM block WHERE organisation = ?1 AND import = ?2",
        )?
        .query_row([organisation.0, import.0], |row| row.get(0))?;
    summary.registrations(State::Submitted, pending as u64);
    let mut statement = tx.sql.prepare_cached(
        "SELECT CASE WHEN g.state = 3 THEN t.state ELSE g.state END, count(*) FROM block b
         CROSS JOIN registration g ON g.id BETWEEN b.id * 1024 AND b.id * 1024 + 1023 AND g.state <> 1
         LEFT JOIN batch t ON t.id = g.batch WHERE b.organisation = ?1 AND b.import = ?2 GROUP BY 1",
    )?;
    let mut rows = statement.query([organisation.0, import.0])?;
    while let Some(row) = rows.next()? {
        add(summary, row)?;
    }
    Ok(())
}

/// The blocks that an import brought, in the order of the file.
pub fn blocks_of(tx: &Tx<'_>, organisation: OrganisationId, import: ImportId) -> Result<Vec<i64>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT id FROM block WHERE organisation = ?1 AND import = ?2 ORDER BY id")?;
    let rows = statement.query_map([organisation.0, import.0], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The rows of the file that a block holds, in their order, each with whether
/// it corrected an earlier registration.
pub fn rows_of(tx: &Tx<'_>, organisation: OrganisationId, block: i64) -> Result<Vec<(u64, bool)>> {
    let (_, directory) = block::directory(tx, organisation, block)?;
    let mut statement = tx
        .sql
        .prepare_cached("SELECT id FROM registration WHERE id BETWEEN ?1 AND ?1 + 1023 AND revision > 1")?;
    let first = RegistrationId::new(block, 0).0;
    let corrections: HashSet<i64> =
        statement.query_map([first], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let placed = directory.iter().enumerate().filter(|(_, entry)| entry.row > 0);
    Ok(placed
        .map(|(place, entry)| (entry.row.into(), corrections.contains(&RegistrationId::new(block, place).0)))
        .collect())
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
