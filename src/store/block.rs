//! Blocks: up to 1,000 registrations of one import, compressed and sealed
//! together.
//!
//! A block has three parts, so that each reader opens no more than it may:
//! the *directory* (business-key hash, content digest and source row of each
//! place), the *data* (what goes to the platform) and the *local* part (who
//! the patient and the physician are, and every value that stays here). A
//! place whose row turned out unchanged is empty in all three.

use std::cell::RefCell;

use rusqlite::params;
use zeroize::Zeroizing;
use zstd::bulk::{Compressor, Decompressor};

use super::{
    Purpose, Tx,
    authorship::{self, Authorship},
    key::Hash,
    registration::Target,
};
use crate::{
    domain::{import::ImportId, organisation::OrganisationId},
    error::{Code, Error, Result},
};

/// The most registrations a block holds.
pub const BLOCK_ROWS: usize = 1000;

/// Fastest level: the store must keep up with the validator.
const COMPRESSION: i32 = 1;

/// A place's entry in the directory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Keyed hash of organisation, definition and business key. It is also
    /// the registration's `record` on the wire.
    pub key: Hash,
    /// Digest of the content, which tells a correction from a repetition.
    pub digest: Hash,
    /// The row of the file it came from; 0 for an empty place.
    pub row: u32,
}

/// Who a registration is about, and who made it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Subject<'a> {
    /// The identifier that the TTP gets: eleven digits, or 32 hexadecimal
    /// ones made from the person's traits. Empty if there is no patient.
    pub patient: &'a str,
    /// The first eight digits of the physician's NIHDI number, or empty.
    pub physician: &'a str,
}

/// Builds the data and local parts of a block as its rows come.
pub struct Builder {
    data: Vec<u8>,
    local: Vec<u8>,
    authorship: Authorship,
    // Kept, because a new one for each block means a megabyte to clear.
    compressor: Compressor<'static>,
    scratch: Vec<u8>,
}

/// A block that is ready to be stored.
pub struct Packed {
    data: Box<[u8]>,
    local: Box<[u8]>,
    authorship: Authorship,
}

impl Builder {
    /// An empty block.
    pub fn new() -> Result<Self> {
        let compressor = Compressor::new(COMPRESSION).map_err(Error::internal)?;
        let authorship = Authorship::default();
        Ok(Self { data: Vec::new(), local: Vec::new(), authorship, compressor, scratch: Vec::new() })
    }

    /// Adds a row: its JSON `data` for the platform, its subject, the JSON of
    /// the values that stay here, and its authors: the author's e-mail
    /// address, a line feed, and the co-author's.
    pub fn push(&mut self, data: &[u8], patient: &str, physician: &str, local: &[u8], authors: &[u8]) {
        self.authorship.push(authors);
        put(&mut self.data, data);
        put(&mut self.local, patient.as_bytes());
        put(&mut self.local, physician.as_bytes());
        put(&mut self.local, local);
    }

    /// Bytes that its rows take until they are packed.
    pub fn size(&self) -> usize {
        self.data.len() + self.local.len()
    }

    /// Compresses the rows and starts anew.
    pub fn pack(&mut self) -> Result<Packed> {
        let packed = Packed {
            data: compress(&mut self.compressor, &self.data, &mut self.scratch)?,
            local: compress(&mut self.compressor, &self.local, &mut self.scratch)?,
            authorship: std::mem::take(&mut self.authorship),
        };
        self.data.clear();
        self.local.clear();
        Ok(packed)
    }
}

impl Packed {
    /// Bytes it takes in memory.
    pub fn size(&self) -> usize {
        self.data.len() + self.local.len()
    }

    /// The same block with the rows at the places where `keep` says no left
    /// empty.
    pub fn without(&self, keep: impl Fn(usize) -> bool) -> Result<Self> {
        let (data, local) = (unpack(&self.data)?, unpack(&self.local)?);
        let mut builder = Builder::new()?;
        let mut locals = Pieces(&local);
        for (place, data) in Pieces(&data).enumerate() {
            let (patient, physician, rest) = (locals.next(), locals.next(), locals.next());
            if keep(place) {
                put(&mut builder.data, data);
                for piece in [patient, physician, rest] {
                    put(&mut builder.local, piece.unwrap_or_default());
                }
            } else {
                put(&mut builder.data, b"");
                (0..3).for_each(|_| put(&mut builder.local, b""));
            }
        }
        Ok(Self { authorship: self.authorship.clone(), ..builder.pack()? })
    }
}

/// A block read from the store.
pub struct Block {
    /// Its key.
    pub id: i64,
    /// The key of its definition.
    pub definition: i64,
    /// The import that brought it.
    pub import: ImportId,
    directory: Zeroizing<Vec<u8>>,
    data: Zeroizing<Vec<u8>>,
    local: Zeroizing<Vec<u8>>,
}

/// One registration of a block.
#[derive(Clone, Debug)]
pub struct Content<'a> {
    /// Its entry in the directory.
    pub entry: Entry,
    /// The JSON object for the platform.
    pub data: &'a str,
    /// Patient and physician.
    pub subject: Subject<'a>,
    /// The JSON object of the values that stay here.
    pub local: &'a str,
}

impl Block {
    /// The registrations by place; `None` where a place is empty.
    pub fn contents(&self) -> impl Iterator<Item = Option<Content<'_>>> {
        let mut locals = Pieces(&self.local);
        // All of it was written from strings by `Builder::push`.
        fn text(piece: Option<&[u8]>) -> &str {
            std::str::from_utf8(piece.unwrap_or_default()).unwrap_or_default()
        }
        entries(&self.directory).zip(Pieces(&self.data)).map(move |(entry, data)| {
            let subject = Subject { patient: text(locals.next()), physician: text(locals.next()) };
            let local = locals.next();
            (entry.row > 0).then(|| Content { entry, data: text(Some(data)), subject, local: text(local) })
        })
    }
}

/// Stores a block under the key `id`.
pub(super) fn insert(
    tx: &Tx<'_>,
    target: Target<'_>,
    id: i64,
    directory: &[Entry],
    packed: &Packed,
    pending: usize,
) -> Result<()> {
    let mut bytes = Vec::with_capacity(directory.len() * ENTRY);
    for entry in directory {
        bytes.extend_from_slice(&entry.key);
        bytes.extend_from_slice(&entry.digest);
        bytes.extend_from_slice(&entry.row.to_le_bytes());
    }
    let seal = |part: u8, clear: &[u8]| tx.keys.seal(Purpose::Content, &place(id, part), clear);
    tx.sql
        .prepare_cached(
            "INSERT INTO block (id, organisation, definition, import, count, pending, directory, data, local, arrived_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            id,
            target.organisation.0,
            target.definition,
            target.import.0,
            directory.len() as i64,
            pending as i64,
            seal(0, &bytes)?,
            seal(1, &packed.data)?,
            seal(2, &packed.local)?,
            target.arrives_now.then(|| tx.now.as_millisecond())
        ])?;
    authorship::insert(tx, target.organisation, target.definition, id, &packed.authorship)
}

/// The organisation's block `id`.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: i64) -> Result<Block> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT import, directory, data, local, definition FROM block WHERE organisation = ?1 AND id = ?2",
    )?;
    let mut rows = statement.query([organisation.0, id])?;
    let row = rows.next()?.ok_or_else(|| Error::new(Code::NotFound, "registration-unknown"))?;
    let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
    let unseal = |part: u8, sealed: &[u8]| tx.keys.open_sealed(Purpose::Content, &place(id, part), sealed);
    Ok(Block {
        id,
        definition: row.get(4)?,
        import: ImportId(row.get(0)?),
        directory: unseal(0, blob(1)?)?,
        data: unpack(&unseal(1, blob(2)?)?)?,
        local: unpack(&unseal(2, blob(3)?)?)?,
    })
}

/// The directory of the organisation's block `id`, and the import that
/// brought it.
pub(super) fn directory(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: i64,
) -> Result<(ImportId, Vec<Entry>)> {
    let mut statement =
        tx.sql.prepare_cached("SELECT import, directory FROM block WHERE organisation = ?1 AND id = ?2")?;
    let (import, sealed): (i64, Vec<u8>) =
        statement.query_row([organisation.0, id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let clear = tx.keys.open_sealed(Purpose::Content, &place(id, 0), &sealed)?;
    Ok((ImportId(import), entries(&clear).collect()))
}

const ENTRY: usize = 36;

fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry> {
    bytes.chunks_exact(ENTRY).map(|bytes| {
        let mut entry = Entry { key: [0; 16], digest: [0; 16], row: 0 };
        let mut row = [0; 4];
        entry.key.copy_from_slice(&bytes[..16]);
        entry.digest.copy_from_slice(&bytes[16..32]);
        row.copy_from_slice(&bytes[32..]);
        entry.row = u32::from_le_bytes(row);
        entry
    })
}

fn place(id: i64, part: u8) -> [u8; 9] {
    let mut place = [part; 9];
    place[..8].copy_from_slice(&id.to_be_bytes());
    place
}

fn put(buffer: &mut Vec<u8>, piece: &[u8]) {
    buffer.extend_from_slice(&(piece.len() as u32).to_le_bytes());
    buffer.extend_from_slice(piece);
}

/// The pieces that [`put`] wrote.
struct Pieces<'a>(&'a [u8]);

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (piece, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.0 = rest;
        Some(piece)
    }
}

/// The result takes no more memory than it needs: hundreds of blocks wait for
/// their transaction.
fn compress(compressor: &mut Compressor<'_>, clear: &[u8], scratch: &mut Vec<u8>) -> Result<Box<[u8]>> {
    scratch.clear();
    scratch.reserve(zstd::zstd_safe::compress_bound(clear.len()));
    compressor.compress_to_buffer(clear, scratch).map_err(Error::internal)?;
    Ok(scratch.as_slice().into())
}

fn unpack(compressed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    thread_local! {
        // Kept, because a new one for each block means its tables to clear.
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    let damaged = || Error::new(Code::Internal, "store-damaged-value");
    let size = zstd::zstd_safe::get_frame_content_size(compressed).ok().flatten().ok_or_else(damaged)?;
    let mut clear = Zeroizing::new(Vec::with_capacity(usize::try_from(size).map_err(|_| damaged())?));
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().map_err(Error::internal)?),
        };
        decompressor.decompress_to_buffer(compressed, &mut *clear).map_err(|cause| damaged().because(cause))
    })?;
    Ok(clear)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_packed_block_can_leave_places_empty() {
        let mut builder = Builder::new().unwrap();
        builder.push(b"{\"A\":1}", "85040216932", "17552248", b"{}", b"");
        builder.push(b"{\"A\":2}", "", "", b"{\"L\":2}", b"");
        let packed = builder.pack().unwrap().without(|place| place == 1).unwrap();
        let data = unpack(&packed.data).unwrap();
        assert_eq!(Pieces(&data).collect::<Vec<_>>(), [&b""[..], b"{\"A\":2}"]);
        let local = unpack(&packed.local).unwrap();
        assert_eq!(Pieces(&local).collect::<Vec<_>>(), [&b""[..], b"", b"", b"", b"", b"{\"L\":2}"]);
        assert!(packed.size() > 0);
    }
}
