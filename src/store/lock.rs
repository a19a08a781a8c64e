//! Locks on what one process at a time may do, released by the kernel however
//! the process ends.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

use super::Store;
use crate::{
    domain::import::ImportId,
    error::{Error, Result},
};

/// The right to run one import.
pub struct ImportLock {
    file: File,
    path: PathBuf,
}

impl Store {
    /// Takes the right to run an import, or `None` if a process that lives
    /// has it.
    pub fn lock_import(&self, id: ImportId) -> Result<Option<ImportLock>> {
        let path = self.directory.join(format!("import-{}.lock", id.0));
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::internal)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(ImportLock { file, path })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::internal(error)),
        }
    }
}

impl Drop for ImportLock {
    /// Whoever opened the file before it goes finds in the database that the
    /// import does not run any more, or goes on with it.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_import_is_run_by_one_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let lock = store.lock_import(ImportId(7)).unwrap();
        assert!(lock.is_some());
        assert!(store.lock_import(ImportId(7)).unwrap().is_none());
        assert!(store.lock_import(ImportId(8)).unwrap().is_some());
        drop(lock);
        assert!(store.lock_import(ImportId(7)).unwrap().is_some());
    }
}
