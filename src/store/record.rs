//! The index of business keys: the newest registration of each.
//!
//! An import brings hundreds of thousands of keys in no order. Written into a
//! B-tree each part would rewrite the whole tree, again and again. So a part's
//! keys are sorted and appended as a *run*: pages of sorted entries, read from
//! left to right when the next part is compared with them. Runs of one size
//! are merged when there are many, which keeps their number small. Single
//! registrations go into a *tree*, the table `record`, which overrides the
//! runs; of the runs the newer overrides the older.

use std::{iter::Peekable, vec};

use rusqlite::{OptionalExtension, params};

use super::{Tx, key::Hash};
use crate::{domain::registration::RegistrationId, error::Result};

/// Fewer new keys than this go into the tree.
const RUN_AT_LEAST: usize = 4_096;

/// Entries on a page of a run.
const PAGE: usize = 2_048;

/// Bytes of an entry: the key, then the registration's id.
const ENTRY: usize = 24;

/// So many runs of one size class are merged into one.
const FAN: usize = 8;

/// Where the newest registration of a key was found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Found {
    /// The key is new.
    #[default]
    Nowhere,
    /// In a run.
    Run(RegistrationId),
    /// In the tree.
    Tree(RegistrationId),
}

/// Looks `keys` up, which are sorted and all different.
pub(super) fn find(tx: &Tx<'_>, keys: &[Hash]) -> Result<Vec<Found>> {
    let mut found = vec![Found::Nowhere; keys.len()];
    in_tree(tx, keys, &mut found)?;
    for run in runs(tx)? {
        if keys.len() * 4 < run.pages {
            pick(tx, &run, keys, &mut found)?;
        } else {
            walk(tx, &run, keys, &mut found)?;
        }
    }
    Ok(found)
}

/// Points keys, sorted, at their newest registration; `in_tree` says which
/// are in the tree already.
pub(super) fn put(tx: &Tx<'_>, newest: &[(Hash, RegistrationId, bool)]) -> Result<()> {
    let as_run = newest.iter().filter(|(_, _, in_tree)| !in_tree).count() >= RUN_AT_LEAST;
    let mut tree =
        tx.sql.prepare_cached("INSERT OR REPLACE INTO record (key, registration) VALUES (?1, ?2)")?;
    for (key, id, in_tree) in newest {
        if *in_tree || !as_run {
            tree.execute(params![key, id.0])?;
        }
    }
    if as_run {
        let entries = newest.iter().filter(|(_, _, in_tree)| !in_tree).map(|(key, id, _)| Ok((*key, id.0)));
        write(tx, None, entries)?;
        merge(tx)?;
    }
    Ok(())
}

/// A run as listed.
struct Run {
    id: i64,
    entries: i64,
    pages: usize,
}

/// All runs, the newest first.
fn runs(tx: &Tx<'_>) -> Result<Vec<Run>> {
    let mut statement = tx.sql.prepare_cached("SELECT id, entries FROM record_run ORDER BY id DESC")?;
    let rows = statement.query_map([], |row| {
        let entries: i64 = row.get(1)?;
        Ok(Run { id: row.get(0)?, entries, pages: entries as usize / PAGE + 1 })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn in_tree(tx: &Tx<'_>, keys: &[Hash], found: &mut [Found]) -> Result<()> {
    let empty: bool = tx.sql.query_row("SELECT NOT EXISTS (SELECT 1 FROM record)", [], |row| row.get(0))?;
    if empty {
        return Ok(());
    }
    let mut statement = tx.sql.prepare_cached("SELECT registration FROM record WHERE key = ?1")?;
    for (key, found) in keys.iter().zip(found) {
        if let Some(id) = statement.query_row([key], |row| row.get(0)).optional()? {
            *found = Found::Tree(RegistrationId(id));
        }
    }
    Ok(())
}

/// Looks few keys up in a large run: one page for each.
fn pick(tx: &Tx<'_>, run: &Run, keys: &[Hash], found: &mut [Found]) -> Result<()> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT entries FROM record_page WHERE run = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1",
    )?;
    for (key, found) in keys.iter().zip(found).filter(|(_, found)| **found == Found::Nowhere) {
        let page: Option<Vec<u8>> = statement.query_row(params![run.id, key], |row| row.get(0)).optional()?;
        let page = page.unwrap_or_default();
        let entries = page.as_chunks::<ENTRY>().0;
        if let Ok(at) = entries.binary_search_by(|entry| entry[..16].cmp(key)) {
            *found = Found::Run(entry(&entries[at]).1);
        }
    }
    Ok(())
}

/// Looks many keys up: both sides are sorted, so one pass over the run does.
fn walk(tx: &Tx<'_>, run: &Run, keys: &[Hash], found: &mut [Found]) -> Result<()> {
    let mut statement =
        tx.sql.prepare_cached("SELECT entries FROM record_page WHERE run = ?1 ORDER BY first")?;
    let mut rows = statement.query([run.id])?;
    let mut at = 0;
    while let Some(row) = rows.next()? {
        for bytes in row.get_ref(0)?.as_blob().unwrap_or_default().as_chunks::<ENTRY>().0 {
            while at < keys.len() && keys[at][..] < bytes[..16] {
                at += 1;
            }
            if at == keys.len() {
                return Ok(());
            }
            if keys[at][..] == bytes[..16] && found[at] == Found::Nowhere {
                found[at] = Found::Run(entry(bytes).1);
            }
        }
    }
    Ok(())
}

/// Writes a run of sorted entries, under the id of one that it replaces or a
/// new one.
fn write(tx: &Tx<'_>, id: Option<i64>, entries: impl Iterator<Item = Result<(Hash, i64)>>) -> Result<()> {
    tx.sql.prepare_cached("INSERT INTO record_run (id, entries) VALUES (?1, 0)")?.execute([id])?;
    let run = tx.sql.last_insert_rowid();
    let mut statement =
        tx.sql.prepare_cached("INSERT INTO record_page (run, first, entries) VALUES (?1, ?2, ?3)")?;
    let mut page = Vec::with_capacity(PAGE * ENTRY);
    let mut count = 0;
    let mut flush = |page: &mut Vec<u8>| -> Result<()> {
        if !page.is_empty() {
            statement.execute(params![run, &page[..16], &page[..]])?;
            page.clear();
        }
        Ok(())
    };
    for entry in entries {
        let (key, id) = entry?;
        page.extend_from_slice(&key);
        page.extend_from_slice(&id.to_le_bytes());
        count += 1;
        if page.len() == PAGE * ENTRY {
            flush(&mut page)?;
        }
    }
    flush(&mut page)?;
    tx.sql
        .prepare_cached("UPDATE record_run SET entries = ?2 WHERE id = ?1")?
        .execute(params![run, count])?;
    Ok(())
}

/// Merges the newest runs while [`FAN`] of them are of one size class. The
/// merged run takes the newest one's place.
fn merge(tx: &Tx<'_>) -> Result<()> {
    loop {
        let mut newest = runs(tx)?;
        let class = |run: &Run| (run.entries.max(1) as usize).ilog(FAN);
        let Some(first) = newest.first().map(class) else { return Ok(()) };
        let same = newest.iter().take_while(|run| class(run) <= first).count();
        if same < FAN {
            return Ok(());
        }
        newest.truncate(same);
        // Parked under an id below all others while the old ones are read.
        let parked = tx.sql.query_row("SELECT min(id) - 1 FROM record_run", [], |row| row.get(0))?;
        write(tx, Some(parked), Merged::new(tx, &newest)?)?;
        for run in &newest {
            tx.sql.prepare_cached("DELETE FROM record_page WHERE run = ?1")?.execute([run.id])?;
            tx.sql.prepare_cached("DELETE FROM record_run WHERE id = ?1")?.execute([run.id])?;
        }
        let place = newest[0].id;
        tx.sql.execute("UPDATE record_page SET run = ?2 WHERE run = ?1", params![parked, place])?;
        tx.sql.execute("UPDATE record_run SET id = ?2 WHERE id = ?1", params![parked, place])?;
    }
}

/// Several runs read as one: of equal keys the entry of the newest run.
struct Merged<'a> {
    sources: Vec<Peekable<Entries<'a>>>,
}

impl<'a> Merged<'a> {
    fn new(tx: &'a Tx<'a>, runs: &[Run]) -> Result<Self> {
        let source =
            |run: &Run| Entries { tx, run: run.id, after: None, page: Vec::new().into_iter() }.peekable();
        Ok(Self { sources: runs.iter().map(source).collect() })
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<(Hash, i64)>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut least: Option<Hash> = None;
        for source in &mut self.sources {
            match source.peek() {
                None => {}
                Some(Err(_)) => return source.next(),
                Some(Ok((key, _))) => least = Some(least.map_or(*key, |least| least.min(*key))),
            }
        }
        let least = least?;
        let mut winner = None;
        for source in &mut self.sources {
            let same = |entry: &Result<(Hash, i64)>| entry.as_ref().is_ok_and(|(key, _)| *key == least);
            if let Some(entry) = source.next_if(same) {
                winner = winner.or(Some(entry));
            }
        }
        winner
    }
}

/// The entries of one run, page by page.
struct Entries<'a> {
    tx: &'a Tx<'a>,
    run: i64,
    after: Option<Vec<u8>>,
    page: vec::IntoIter<(Hash, i64)>,
}

impl Iterator for Entries<'_> {
    type Item = Result<(Hash, i64)>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(entry) = self.page.next() {
            return Some(Ok(entry));
        }
        match self.read() {
            Ok(page) => {
                self.page = page.into_iter();
                self.page.next().map(Ok)
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl Entries<'_> {
    fn read(&mut self) -> Result<Vec<(Hash, i64)>> {
        let mut statement = self.tx.sql.prepare_cached(
            "SELECT first, entries FROM record_page WHERE run = ?1 AND first > ?2 ORDER BY first LIMIT 1",
        )?;
        let after = self.after.take().unwrap_or_default();
        let page: Option<(Vec<u8>, Vec<u8>)> =
            statement.query_row(params![self.run, after], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((first, bytes)) = page else { return Ok(Vec::new()) };
        self.after = Some(first);
        Ok(bytes.as_chunks::<ENTRY>().0.iter().map(|bytes| (entry(bytes).0, entry(bytes).1.0)).collect())
    }
}

fn entry(bytes: &[u8; ENTRY]) -> (Hash, RegistrationId) {
    let (mut key, mut id) = ([0; 16], [0; 8]);
    key.copy_from_slice(&bytes[..16]);
    id.copy_from_slice(&bytes[16..]);
    (key, RegistrationId(i64::from_le_bytes(id)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::store::{Store, key::digest};

    fn key(number: u64) -> Hash {
        digest(&[&number.to_le_bytes()])
    }

    fn put_all(store: &Store, entries: impl Iterator<Item = (u64, i64)>) {
        let newest: BTreeMap<Hash, i64> = entries.map(|(number, id)| (key(number), id)).collect();
        let keys: Vec<Hash> = newest.keys().copied().collect();
        store
            .write(|tx| {
                let found = find(tx, &keys)?;
                let rows = newest.iter().zip(found);
                let rows: Vec<_> = rows
                    .map(|((key, id), found)| (*key, RegistrationId(*id), matches!(found, Found::Tree(_))))
                    .collect();
                put(tx, &rows)
            })
            .unwrap();
    }

    fn get(store: &Store, numbers: impl Iterator<Item = u64>) -> BTreeMap<u64, Option<i64>> {
        let by_key: BTreeMap<Hash, u64> = numbers.map(|number| (key(number), number)).collect();
        let keys: Vec<Hash> = by_key.keys().copied().collect();
        let found = store.read(|tx| find(tx, &keys)).unwrap();
        let id = |found: Found| match found {
            Found::Nowhere => None,
            Found::Run(id) | Found::Tree(id) => Some(id.0),
        };
        by_key.values().copied().zip(found.into_iter().map(id)).collect()
    }

    #[test]
    fn the_newest_registration_of_a_key_is_found_wherever_it_went() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let mut expected = BTreeMap::new();
        let mut id = 0;
        // Twenty large parts that overlap by half, so that runs are merged,
        // with small parts in between that go into the tree.
        for part in 0..20_u64 {
            let numbers: Vec<u64> =
                (part * 2_500..part * 2_500 + 5_000).chain([part * 7, part * 11]).collect();
            let numbers = if part % 5 == 4 { vec![part, part * 3, 1_000_000 + part] } else { numbers };
            let entries: Vec<(u64, i64)> = numbers
                .into_iter()
                .map(|number| {
                    id += 1;
                    (number, id)
                })
                .collect();
            expected.extend(entries.iter().copied());
            put_all(&store, entries.into_iter());
        }
        let found = get(&store, 0..60_000);
        for (number, found) in &found {
            assert_eq!(*found, expected.get(number).copied(), "{number}");
        }
        for number in [3, 17, 12_345, 1_000_004, 59_999] {
            assert_eq!(
                get(&store, [number].into_iter())[&number],
                expected.get(&number).copied(),
                "{number} alone"
            );
        }
        let runs = store.read(|tx| Ok(runs(tx)?.len())).unwrap();
        assert!(runs < FAN + 2, "{runs} runs are left unmerged");
    }
}
