//! The folder of uploaded files, each sealed under a random name.

use std::{
    collections::HashSet,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;

use super::{
    Store,
    sealed_file::{SealedFile, SealedWriter},
};
use crate::error::{Error, Result};

/// The folder's name in the data directory.
pub const UPLOADS: &str = "uploads";

/// Bytes of the disk that an upload leaves free, for the database and for
/// everything else on it.
const RESERVE: u64 = 1 << 30;

impl Store {
    /// Begins a sealed file under a new random name, of which `announced` bytes
    /// are expected (0 if nobody knows).
    ///
    /// # Errors
    ///
    /// Of code `NoRoom` if the disk would get too full.
    pub fn spool(&self, announced: u64) -> Result<(String, SealedWriter)> {
        let folder = self.directory().join(UPLOADS);
        make_private(&folder)?;
        let mut random = [0; 16];
        rand::fill(&mut random).map_err(Error::internal)?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let writer = SealedWriter::create(folder.join(&name), self.keys(), announced, RESERVE)?;
        Ok((name, writer))
    }

    /// Opens the sealed file called `name`.
    ///
    /// # Errors
    ///
    /// `upload-damaged` if it is gone or not as it was written.
    pub fn open_spooled(&self, name: &str) -> Result<SealedFile> {
        SealedFile::open(self.spooled(name), self.keys())
    }

    /// Removes the sealed file called `name`, if it is there.
    pub fn remove_spooled(&self, name: &str) -> Result<()> {
        match fs::remove_file(self.spooled(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::internal(error)),
            _ => Ok(()),
        }
    }

    /// Removes every sealed file but those in `known`, and tells how many. Only
    /// for a time when nothing is being uploaded.
    pub fn sweep_spool(&self, known: &HashSet<String>) -> Result<u64> {
        let entries = match fs::read_dir(self.directory().join(UPLOADS)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            entries => entries.map_err(Error::internal)?,
        };
        let mut removed = 0;
        for entry in entries {
            let entry = entry.map_err(Error::internal)?;
            let is_known = entry.file_name().to_str().is_some_and(|name| known.contains(name));
            if !is_known {
                fs::remove_file(entry.path()).map_err(Error::internal)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// A name that this program did not give leads to no file.
    fn spooled(&self, name: &str) -> PathBuf {
        let is_ours = name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.directory().join(UPLOADS).join(if is_ours { name } else { "none" })
    }
}

fn make_private(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(Error::internal(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_that_nobody_knows_are_swept_away() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        assert_eq!(store.sweep_spool(&HashSet::new()).unwrap(), 0, "no folder yet");
        let write = || {
            let (name, mut writer) = store.spool(3).unwrap();
            writer.write(b"abc").unwrap();
            writer.finish().unwrap();
            name
        };
        let (kept, lost) = (write(), write());
        assert_eq!(store.sweep_spool(&HashSet::from([kept.clone()])).unwrap(), 1);
        assert_eq!(store.open_spooled(&kept).unwrap().size(), 3);
        assert!(store.open_spooled(&lost).is_err());
        store.remove_spooled(&kept).unwrap();
        store.remove_spooled(&kept).unwrap();
        store.remove_spooled("../hd4dp.key").unwrap();
        assert!(store.directory().join("hd4dp.key").exists());
    }
}
