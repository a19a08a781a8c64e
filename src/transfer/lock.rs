//! The right to run workers on a data directory: one process at a time.

use std::fs::{File, TryLockError};

use crate::{
    error::{Code, Error, Result},
    store::{Store, delivery},
};

/// Holds the right to run workers on a data directory.
pub struct WorkerLock {
    _file: File,
}

impl WorkerLock {
    /// Takes the lock, or `None` if another process has it. Whatever a process
    /// before had claimed can be claimed again from now on: with the lock
    /// free, nobody is at work on it.
    pub fn take(store: &Store) -> Result<Option<Self>> {
        let path = store.directory().join("workers.lock");
        let file =
            File::options().create(true).truncate(false).write(true).open(path).map_err(Error::internal)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(Error::internal(error)),
        }
        store.write(delivery::release)?;
        Ok(Some(Self { _file: file }))
    }
}

/// The lock, or the error that another process is at work.
pub fn lock(store: &Store) -> Result<WorkerLock> {
    WorkerLock::take(store)?.ok_or_else(|| Error::new(Code::Conflict, "workers-elsewhere"))
}
