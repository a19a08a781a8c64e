//! The store: one SQLite file in WAL mode, one writer, readers beside it.
//!
//! Every public function that changes something takes a [`Tx`] of
//! [`Store::write`], which is one `BEGIN IMMEDIATE` transaction with one fixed
//! time; nothing is acknowledged before it has committed with
//! `synchronous=FULL`. Every function that touches an organisation's data
//! takes the organisation. SQL stands beside the code that reads its rows.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use crate::{clock, error::Result};

pub mod account;
pub mod alert;
pub mod api_key;
pub mod attention;
pub mod audit;
pub mod audit_search;
mod authorship;
pub mod batch;
pub mod block;
pub mod certificate;
pub mod count;
pub mod definition;
pub mod delivery;
pub mod dropped;
pub mod dry_run;
pub mod enrolment;
pub mod enrolment_list;
pub mod entry;
mod failure;
pub mod fate;
pub mod finding;
pub mod health;
pub mod history;
pub mod idempotency;
pub mod import;
pub mod key;
mod left_out;
pub mod limit;
pub mod listing;
mod lock;
pub mod login;
pub mod manager;
pub mod member;
pub mod objection;
mod open;
pub mod organisation;
pub mod outcome;
pub mod password;
pub mod preview;
pub mod private_file;
pub mod queue;
pub mod reconciliation;
mod record;
pub mod registration;
pub mod revision;
pub mod sealed_file;
pub mod second_factor;
pub mod server_certificate;
pub mod session;
pub mod setup_code;
pub mod spool;
pub mod submission;
pub mod unmended;
pub mod upload;
pub mod version;
mod walk;
pub mod withdrawal;

pub use key::{Keys, Purpose};
pub use lock::ImportLock;

/// The name of the database file in the data directory.
pub const DATABASE_FILE: &str = "hd4dp.db";

/// An open store. Verbs and a running service may each have one on the same
/// directory.
pub struct Store {
    directory: PathBuf,
    keys: Keys,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// One transaction, with the time it happens at.
pub struct Tx<'a> {
    /// The time that everything written in this transaction carries.
    pub now: Timestamp,
    /// The installation's keys.
    pub keys: &'a Keys,
    sql: &'a Connection,
}

impl Store {
    /// Opens the store in `directory`, or makes a new one if there is none.
    ///
    /// # Errors
    ///
    /// All of code `Unavailable`, each with what to do: the key is missing or
    /// is another installation's, the file is corrupt or of a newer version,
    /// the directory belongs to another user, is read-only or full.
    pub fn open(directory: &Path) -> Result<Self> {
        let (writer, keys) = open::writer(directory)?;
        Ok(Self {
            directory: directory.to_owned(),
            keys,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The installation's keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Runs `act` in a write transaction and commits it; on an error nothing
    /// of it stays.
    pub fn write<T>(&self, act: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let mut connection = lock(&self.writer);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = act(&Tx { now: clock::now(), keys: &self.keys, sql: &transaction })?;
        transaction.commit()?;
        Ok(done)
    }

    /// Runs `act` on one consistent view of the store.
    pub fn read<T>(&self, act: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let pooled = lock(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open::reader(&self.directory)?,
        };
        // Prepared once for each connection; rusqlite's own way parses both
        // each time.
        connection.prepare_cached("BEGIN")?.execute([])?;
        let done = act(&Tx { now: clock::now(), keys: &self.keys, sql: &connection });
        // A view keeps nothing, so what cannot be ended is only not used again.
        let ended = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        if ended.is_ok() {
            lock(&self.readers).push(connection);
        }
        done
    }
}

/// A panic while a connection was in use leaves no half-done transaction: the
/// writer's rolled back as it was dropped, a reader went with its own.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
