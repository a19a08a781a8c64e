//! The services' databases, the one place of the sandbox that names rusqlite.
//!
//! All writes go through one thread, which runs whatever has gathered in one
//! transaction: batches that arrive together share one wait for the disk.

use std::{
    ffi::CStr,
    io::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

pub(super) use rusqlite::{Connection, OptionalExtension, Result as SqlResult, params};
use rusqlite::{MAIN_DB, OpenFlags, Params, Row, TransactionBehavior, blob::ZeroBlob};

use crate::error::{Code, Error, Result};

/// One service's database.
pub(super) struct Database {
    jobs: Option<Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    reader: Mutex<Connection>,
}

/// Work for the writing thread, which says whether others share its
/// transaction.
type Job = Box<dyn FnOnce(&Connection, bool) -> Ran + Send>;

/// A job that was run.
struct Ran {
    well: bool,
    /// Is told whether the transaction held.
    told: Told,
}

type Told = Box<dyn FnOnce(bool) + Send>;

impl Database {
    /// Opens the database, making what `schema` says is missing.
    pub(super) fn open(path: &Path, schema: &str) -> Result<Self> {
        let failed = |cause: rusqlite::Error| {
            Error::new(Code::Unavailable, "sandbox-database-unusable")
                .with("file", path.display().to_string())
                .because(cause)
        };
        let writing = Connection::open(path).map_err(failed)?;
        writing.execute_batch(PRAGMAS).and_then(|()| writing.execute_batch(schema)).map_err(failed)?;
        let reader = read_only(path).map_err(failed)?;
        let (jobs, work) = channel();
        let writer = std::thread::Builder::new()
            .name("sandbox-writer".into())
            .spawn(move || write_all(writing, &work))
            .map_err(Error::internal)?;
        Ok(Self { jobs: Some(jobs), writer: Some(writer), reader: Mutex::new(reader) })
    }

    /// Runs `job` in a transaction and returns once the disk has it. A job
    /// that fails leaves no trace.
    pub(super) fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> SqlResult<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = sync_channel(1);
        let job: Job = Box::new(move |connection, shared| {
            let done = if shared { run_apart(connection, job) } else { run(connection, job) };
            let well = done.is_ok();
            let told = Box::new(move |committed| {
                // Nobody listens any more only if the asking thread died.
                let _told = tell.send(if committed { done } else { Err(rusqlite::Error::InvalidQuery) });
            });
            Ran { well, told }
        });
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).map_err(|_| gone())?;
        told.recv().map_err(|_| gone())?.map_err(Error::internal)
    }

    /// Reads what is committed.
    pub(super) fn read<T>(&self, job: impl FnOnce(&Connection) -> SqlResult<T>) -> Result<T> {
        let connection = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        job(&connection).map_err(Error::internal)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            let _ended = writer.join();
        }
    }
}

/// Opens a database for reading alone, also while its service runs.
pub(super) fn read_only(path: &Path) -> SqlResult<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Codes are deleted at once and for ever: what is deleted is overwritten.
const PRAGMAS: &str = "
    PRAGMA busy_timeout = 10000;
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;
    PRAGMA wal_autocheckpoint = 4096;
    PRAGMA journal_size_limit = 67108864;
";

const BUSY: Duration = Duration::from_secs(10);

/// Jobs in one transaction at the most.
const TOGETHER: usize = 64;

fn write_all(mut connection: Connection, work: &Receiver<Job>) {
    while let Ok(first) = work.recv() {
        let mut told = Vec::new();
        let committed = transaction(&mut connection, first, work, &mut told);
        if let Err(error) = &committed {
            tracing::error!(%error, "the sandbox could not write; nothing of it is acknowledged");
        }
        told.into_iter().for_each(|tell| tell(committed.is_ok()));
    }
    // The write-ahead log still has what was deleted from the database.
    let emptied = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if let Err(error) = emptied {
        tracing::warn!(%error, "the sandbox's write-ahead log could not be emptied");
    }
}

fn transaction(
    connection: &mut Connection,
    first: Job,
    work: &Receiver<Job>,
    told: &mut Vec<Told>,
) -> SqlResult<()> {
    let mut jobs = vec![first];
    while jobs.len() < TOGETHER
        && let Ok(job) = work.try_recv()
    {
        jobs.push(job);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let shared = jobs.len() > 1;
    let mut well = true;
    for job in jobs {
        let ran = job(&transaction, shared);
        well &= ran.well;
        told.push(ran.told);
    }
    if shared || well { transaction.commit() } else { transaction.rollback() }
}

/// Runs a job so that its failure takes nothing else with it. What SQLite needs
/// for that costs more than most jobs, so one without company goes without.
fn run_apart<T>(connection: &Connection, job: impl FnOnce(&Connection) -> SqlResult<T>) -> SqlResult<T> {
    connection.execute_batch("SAVEPOINT job")?;
    let done = run(connection, job);
    connection.execute_batch(if done.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    done
}

fn run<T>(connection: &Connection, job: impl FnOnce(&Connection) -> SqlResult<T>) -> SqlResult<T> {
    catch_unwind(AssertUnwindSafe(|| job(connection))).unwrap_or_else(|_| Err(rusqlite::Error::InvalidQuery))
}

/// Runs one statement, which stays prepared for the next time.
pub(super) fn execute(connection: &Connection, sql: &str, values: impl Params) -> SqlResult<usize> {
    connection.prepare_cached(sql)?.execute(values)
}

/// The first row of a statement, which stays prepared for the next time.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnOnce(&Row<'_>) -> SqlResult<T>,
) -> SqlResult<Option<T>> {
    connection.prepare_cached(sql)?.query_row(values, read).optional()
}

/// Room for a value that [`fill`] then writes: a large one that is bound to a
/// statement is copied three times on its way.
pub(super) fn room(bytes: &[u8]) -> ZeroBlob {
    ZeroBlob(bytes.len() as u64)
}

/// Writes a value into the room that was made for it.
pub(super) fn fill(
    connection: &Connection,
    (table, column): (&CStr, &CStr),
    row: i64,
    bytes: &[u8],
) -> SqlResult<()> {
    let mut blob = connection.blob_open(MAIN_DB, table, column, row, false)?;
    blob.write_all(bytes).map_err(|cause| failed(Error::internal(cause)))
}

/// Another failure as one of the database, to end a job with.
pub(super) fn failed(error: Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

fn gone() -> Error {
    Error::internal("the sandbox's writing thread has ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fails_leaves_no_trace_and_stops_nobody() {
        let dir = tempfile::tempdir().expect("a folder");
        let database =
            Database::open(&dir.path().join("a.db"), "CREATE TABLE a (b INTEGER) STRICT").expect("open");
        let insert = |connection: &Connection| connection.execute("INSERT INTO a VALUES (1)", []);
        let failing: Result<()> =
            database.write(move |connection| insert(connection).and(Err(rusqlite::Error::InvalidQuery)));
        assert!(failing.is_err());
        let panicking: Result<()> = database.write(|_| panic!("asked to"));
        assert!(panicking.is_err());
        assert_eq!(database.write(insert).ok(), Some(1));
        let count =
            |connection: &Connection| connection.query_row("SELECT count(*) FROM a", [], |row| row.get(0));
        assert_eq!(database.read::<i64>(count).ok(), Some(1));
    }
}
