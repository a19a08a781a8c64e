//! Files of any size, sealed on the disk and readable from any place.
//!
//! A file is its mark, a random salt, and chunks of 64 KiB, each sealed with
//! AES-256-GCM under a key that is this file's alone (made from the salt), with
//! the chunk's number as nonce. What is sealed with each chunk tells its
//! number and whether it is the last: chunks that were changed, moved, left out
//! or added are noticed.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, rand,
};
use zeroize::Zeroizing;

use super::{Keys, Purpose, private_file};
use crate::error::{Code, Error, Result};

/// The first bytes of each file.
const MARK: &[u8; 8] = b"HD4DPUP1";
const SALT: usize = 32;
const HEAD: usize = MARK.len() + SALT;

/// Bytes in clear of each chunk but the last.
const CHUNK: usize = 1 << 16;
const TAG: usize = 16;

/// How often the room on the disk is looked at, in chunks.
const LOOK_AT_ROOM: u64 = 128;

/// Writes a sealed file. Dropped before [`finish`](SealedWriter::finish) it
/// removes it.
pub struct SealedWriter {
    file: File,
    path: PathBuf,
    cipher: LessSafeKey,
    chunk: Zeroizing<Vec<u8>>,
    number: u64,
    digest: digest::Context,
    size: u64,
    reserve: u64,
    is_whole: bool,
}

/// A file that was sealed, in clear.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sealed {
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
}

impl SealedWriter {
    /// Begins a new file at `path`, of which `announced` bytes are expected
    /// (0 if nobody knows). `reserve` bytes of the disk must stay free.
    ///
    /// # Errors
    ///
    /// There is no room, or the file cannot be made.
    pub(super) fn create(path: PathBuf, keys: &Keys, announced: u64, reserve: u64) -> Result<Self> {
        check_room(&path, announced, reserve)?;
        let mut salt = [0; SALT];
        rand::fill(&mut salt).map_err(Error::internal)?;
        let cipher = cipher(keys, &salt)?;
        let mut writer = Self {
            file: private_file::create(&path).map_err(unwritable)?,
            path,
            cipher,
            chunk: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
            number: 0,
            digest: digest::Context::new(&digest::SHA256),
            size: 0,
            reserve,
            is_whole: false,
        };
        writer.file.write_all(&[&MARK[..], &salt].concat()).map_err(unwritable)?;
        Ok(writer)
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// Of code `NoRoom` if the disk would get too full; the disk fails.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.chunk.len() == CHUNK {
                self.seal(false)?;
            }
            let taken = bytes.len().min(CHUNK - self.chunk.len());
            self.chunk.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
        }
        Ok(())
    }

    /// The file is whole: puts it on the disk for good.
    pub fn finish(mut self) -> Result<Sealed> {
        self.seal(true)?;
        self.file.sync_all().map_err(unwritable)?;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritable)?;
        }
        self.is_whole = true;
        let digest = self.digest.clone().finish();
        Ok(Sealed { size: self.size, digest: digest.as_ref().to_vec() })
    }

    fn seal(&mut self, last: bool) -> Result<()> {
        if self.number % LOOK_AT_ROOM == LOOK_AT_ROOM - 1 {
            check_room(&self.path, 0, self.reserve)?;
        }
        let tag = self
            .cipher
            .seal_in_place_separate_tag(nonce(self.number), place(self.number, last), &mut self.chunk)
            .map_err(Error::internal)?;
        self.chunk.extend_from_slice(tag.as_ref());
        self.file.write_all(&self.chunk).map_err(unwritable)?;
        self.chunk.clear();
        self.number += 1;
        Ok(())
    }
}

impl Drop for SealedWriter {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A sealed file that can be read, by as many readers as are needed.
#[derive(Clone)]
pub struct SealedFile {
    path: PathBuf,
    cipher: Arc<LessSafeKey>,
    size: u64,
    chunks: u64,
}

impl SealedFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    ///
    /// `upload-damaged` if it is not as it was written, as far as its ends
    /// tell; `upload-unreadable` if it cannot be read.
    pub(super) fn open(path: PathBuf, keys: &Keys) -> Result<Self> {
        let mut file = File::open(&path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut head = [0; HEAD];
        file.read_exact(&mut head).map_err(|_| damaged())?;
        let sealed = length - HEAD as u64;
        let chunks = sealed.div_ceil((CHUNK + TAG) as u64);
        let last = sealed % (CHUNK + TAG) as u64;
        if !head.starts_with(MARK) || chunks == 0 || (1..TAG as u64).contains(&last) {
            return Err(damaged());
        }
        let size = sealed - chunks * TAG as u64;
        let cipher = Arc::new(cipher(keys, &head[MARK.len()..])?);
        let file = Self { path, cipher, size, chunks };
        // A file that was cut between two chunks ends with one that is not the
        // last.
        file.reader().and_then(|mut reader| reader.load(chunks - 1)).map_err(|_| damaged())?;
        Ok(file)
    }

    /// Its size in bytes, in clear.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// A reader of its own, at the beginning.
    pub fn reader(&self) -> io::Result<SealedReader> {
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
        Ok(SealedReader { file: File::open(&self.path)?, sealed: self.clone(), chunk, loaded: None, at: 0 })
    }
}

/// Reads a sealed file in clear, from any place.
pub struct SealedReader {
    file: File,
    sealed: SealedFile,
    chunk: Zeroizing<Vec<u8>>,
    loaded: Option<u64>,
    at: u64,
}

/// A sealed file is not as it was written. It comes as the inside of an
/// [`io::Error`].
#[derive(Debug)]
pub struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sealed file is not as it was written")
    }
}

impl std::error::Error for Damaged {}

impl SealedReader {
    fn load(&mut self, number: u64) -> io::Result<()> {
        if self.loaded == Some(number) {
            return Ok(());
        }
        self.loaded = None;
        let start = HEAD as u64 + number * (CHUNK + TAG) as u64;
        if self.file.stream_position()? != start {
            self.file.seek(SeekFrom::Start(start))?;
        }
        let clear = (self.sealed.size - number * CHUNK as u64).min(CHUNK as u64) as usize;
        self.chunk.resize(clear + TAG, 0);
        let damaged = |_| io::Error::other(Damaged);
        self.file.read_exact(&mut self.chunk).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged(()),
            _ => error,
        })?;
        let last = number + 1 == self.sealed.chunks;
        self.sealed
            .cipher
            .open_in_place(nonce(number), place(number, last), &mut self.chunk)
            .map_err(|_| damaged(()))?;
        self.chunk.truncate(clear);
        self.loaded = Some(number);
        Ok(())
    }
}

impl Read for SealedReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.sealed.size || out.is_empty() {
            return Ok(0);
        }
        self.load(self.at / CHUNK as u64)?;
        let rest = &self.chunk[(self.at % CHUNK as u64) as usize..];
        let given = rest.len().min(out.len());
        out[..given].copy_from_slice(&rest[..given]);
        self.at += given as u64;
        Ok(given)
    }
}

impl Seek for SealedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.sealed.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn cipher(keys: &Keys, salt: &[u8]) -> Result<LessSafeKey> {
    let key = Zeroizing::new(keys.mac(Purpose::Upload, &[b"file", salt]));
    UnboundKey::new(&AES_256_GCM, &*key).map(LessSafeKey::new).map_err(Error::internal)
}

/// The key is the file's alone, so the number is a nonce that never comes
/// twice.
fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - 8..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}

fn place(number: u64, last: bool) -> Aad<[u8; 9]> {
    let mut place = [0; 9];
    place[..8].copy_from_slice(&number.to_be_bytes());
    place[8] = last.into();
    Aad::from(place)
}

fn check_room(path: &Path, more: u64, reserve: u64) -> Result<()> {
    let free = fs4::available_space(path.parent().unwrap_or(path)).map_err(unwritable)?;
    if free < more.saturating_add(reserve) { Err(no_room()) } else { Ok(()) }
}

fn no_room() -> Error {
    Error::new(Code::NoRoom, "upload-no-room")
}

fn unwritable(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => no_room().because(error),
        _ => Error::new(Code::Unavailable, "store-io").because(error),
    }
}

fn unreadable(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => damaged().because(error),
        _ => Error::new(Code::Unavailable, "store-io").because(error),
    }
}

fn damaged() -> Error {
    Error::new(Code::Invalid, "upload-damaged")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    const CANARY: &[u8] = b"85010112345;canary";

    struct Place {
        directory: TempDir,
        keys: Keys,
    }

    impl Place {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let keys = Keys::create(directory.path()).unwrap();
            Self { directory, keys }
        }

        fn path(&self) -> PathBuf {
            self.directory.path().join("sealed")
        }

        fn write(&self, bytes: &[u8], step: usize) -> Sealed {
            let mut writer = SealedWriter::create(self.path(), &self.keys, bytes.len() as u64, 0).unwrap();
            bytes.chunks(step).for_each(|bytes| writer.write(bytes).unwrap());
            writer.finish().unwrap()
        }

        fn read(&self) -> Result<Vec<u8>, &'static str> {
            let file = SealedFile::open(self.path(), &self.keys).map_err(|error| error.id)?;
            let mut bytes = Vec::new();
            file.reader().unwrap().read_to_end(&mut bytes).map_err(|_| "while read")?;
            Ok(bytes)
        }
    }

    fn content(length: usize) -> Vec<u8> {
        CANARY.iter().copied().cycle().take(length).collect()
    }

    #[test]
    fn a_file_of_any_size_is_read_as_it_was_written_and_shows_nothing() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17] {
            let place = Place::new();
            let bytes = content(length);
            let sealed = place.write(&bytes, 10_007);
            assert_eq!(sealed.size, length as u64);
            assert_eq!(sealed.digest, digest::digest(&digest::SHA256, &bytes).as_ref());
            assert_eq!(place.read().unwrap(), bytes, "{length}");
            let raw = fs::read(place.path()).unwrap();
            assert!(memchr::memmem::find(&raw, &CANARY[..11]).is_none());
        }
    }

    #[test]
    fn a_file_that_was_cut_prolonged_or_put_together_anew_is_noticed() {
        let place = Place::new();
        place.write(&content(3 * CHUNK + 17), 1 << 20);
        let raw = fs::read(place.path()).unwrap();
        let whole = CHUNK + TAG;
        let swapped =
            [&raw[..HEAD], &raw[HEAD + whole..][..whole], &raw[HEAD..][..whole], &raw[HEAD + 2 * whole..]];
        let mut changed = raw.clone();
        changed[HEAD + 5] ^= 1;
        for (what, bytes) in [
            ("cut between chunks", raw[..HEAD + 3 * whole].to_vec()),
            ("cut inside a chunk", raw[..raw.len() - 1].to_vec()),
            ("cut inside the last tag", raw[..raw.len() - 20].to_vec()),
            ("cut to its head", raw[..HEAD].to_vec()),
            ("cut inside its head", raw[..3].to_vec()),
            ("prolonged", [&raw[..], b"x"].concat()),
            ("a chunk left out", [&raw[..HEAD], &raw[HEAD + whole..]].concat()),
            ("chunks swapped", swapped.concat()),
            ("a bit changed", changed),
            ("another mark", [b"HD4DPUP2", &raw[8..]].concat()),
        ] {
            fs::write(place.path(), bytes).unwrap();
            assert!(place.read().is_err(), "{what}");
        }
        fs::remove_file(place.path()).unwrap();
        assert_eq!(place.read().unwrap_err(), "upload-damaged", "gone");
    }

    #[test]
    fn another_installations_key_opens_nothing() {
        let (place, other) = (Place::new(), Place::new());
        place.write(&content(9), 9);
        assert!(SealedFile::open(place.path(), &other.keys).is_err());
    }

    #[test]
    fn an_unfinished_file_goes_and_a_full_disk_is_told_before_it_is() {
        let place = Place::new();
        let mut writer = SealedWriter::create(place.path(), &place.keys, 0, 0).unwrap();
        writer.write(&content(2 * CHUNK)).unwrap();
        assert!(place.path().exists());
        drop(writer);
        assert!(!place.path().exists());
        let full = SealedWriter::create(place.path(), &place.keys, u64::MAX, 0).map(drop).unwrap_err();
        assert_eq!((full.code, full.id), (Code::NoRoom, "upload-no-room"));
        let mut writer = SealedWriter::create(place.path(), &place.keys, 0, 0).unwrap();
        writer.reserve = u64::MAX;
        let written = writer.write(&content(CHUNK * (LOOK_AT_ROOM as usize + 2)));
        assert_eq!(written.unwrap_err().id, "upload-no-room");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn reading_goes_on_at_any_place(at in 0_usize..200_000, length in 0_usize..100_000) {
            let place = Place::new();
            let bytes = content(200_000);
            place.write(&bytes, 1 << 20);
            let mut reader = SealedFile::open(place.path(), &place.keys).unwrap().reader().unwrap();
            reader.seek(SeekFrom::Start(at as u64)).unwrap();
            let mut read = Vec::new();
            reader.take(length as u64).read_to_end(&mut read).unwrap();
            prop_assert_eq!(&read[..], &bytes[at..(at + length).min(bytes.len())]);
        }
    }
}
