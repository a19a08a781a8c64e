//! Opening the database: the directory, the key, the pragmas, the migrations.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, config::DbConfig, params};

use super::{DATABASE_FILE, Keys, Purpose, key::KEY_FILE};
use crate::{
    clock,
    error::{Code, Error, Result},
};

/// The migrations in order. One that has landed is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_ground.sql"),
    include_str!("migrations/0002_out.sql"),
    include_str!("migrations/0003_front.sql"),
    include_str!("migrations/0004_accounts.sql"),
    include_str!("migrations/0005_uploads.sql"),
    include_str!("migrations/0006_portal.sql"),
    include_str!("migrations/0007_certificates.sql"),
    include_str!("migrations/0008_registrations.sql"),
    include_str!("migrations/0009_queue.sql"),
    include_str!("migrations/0010_drop_folder.sql"),
    include_str!("migrations/0011_api.sql"),
    include_str!("migrations/0012_forms.sql"),
    include_str!("migrations/0013_definitions.sql"),
    include_str!("migrations/0014_written_on.sql"),
    include_str!("migrations/0015_rejected.sql"),
    include_str!("migrations/0016_batch_names.sql"),
    include_str!("migrations/0017_arrival.sql"),
    include_str!("migrations/0018_findings_left_out.sql"),
];

/// Opens the one connection that writes, making the database first if there
/// is none and bringing its schema up to date.
pub(super) fn writer(directory: &Path) -> Result<(Connection, Keys)> {
    prepare(directory)?;
    let path = directory.join(DATABASE_FILE);
    let new = !path.exists();
    let keys = if new && !directory.join(KEY_FILE).exists() {
        Keys::create(directory)?
    } else {
        Keys::open(directory)?
    };
    let mut connection = Connection::open(&path).map_err(Error::from)?;
    configure(&connection)?;
    if new {
        connection.pragma_update(None, "page_size", 8192)?;
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    migrate(&mut connection)?;
    check_key(&connection, &keys, directory)?;
    Ok((connection, keys))
}

/// Opens a connection that only reads.
pub(super) fn reader(directory: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(directory.join(DATABASE_FILE), flags)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    // Whatever is written empties a reader's cache, and there may be many readers.
    connection.pragma_update(None, "cache_size", -2_048)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    connection.pragma_update(None, "journal_size_limit", 256 << 20)?;
    // Else SQLite prepares some statements anew for each value they are given.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Makes the directory if needed, and refuses one of another user: files
/// written by the wrong user would lock the service out of its own store.
fn prepare(directory: &Path) -> Result<()> {
    let unusable = |error| {
        Error::new(Code::Unavailable, "store-directory-unusable")
            .with("path", directory.display().to_string())
            .because(error)
    };
    if !directory.exists() {
        create_private(directory).map_err(unusable)?;
    }
    let metadata = fs::metadata(directory).map_err(unusable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let owner = metadata.uid();
        let me = fs::metadata("/proc/self").map(|process| process.uid()).unwrap_or(owner);
        if owner != me {
            return Err(Error::new(Code::Unavailable, "store-other-owner")
                .with("path", directory.display().to_string())
                .with("owner", owner.to_string()));
        }
    }
    #[cfg(not(unix))]
    drop(metadata);
    Ok(())
}

fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Brings the schema up to date. One that is needs no write lock, so that a
/// verb that only reads never waits for one that writes.
fn migrate(connection: &mut Connection) -> Result<()> {
    let known = MIGRATIONS.len() as i64;
    if connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? == known {
        return Ok(());
    }
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > known {
            return Err(Error::new(Code::Unavailable, "store-newer-schema")
                .with("found", version.to_string())
                .with("known", known.to_string()));
        }
        let Some(migration) = MIGRATIONS.get(version as usize) else {
            return Ok(());
        };
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
}

/// A database belongs to one key. The first opening writes the check value,
/// each later one compares it.
fn check_key(connection: &Connection, keys: &Keys, directory: &Path) -> Result<()> {
    let check = keys.mac(Purpose::Check, &[b"hd4dp"]);
    let stored = || -> rusqlite::Result<Option<Vec<u8>>> {
        connection.query_row("SELECT key_check FROM installation", [], |row| row.get(0)).optional()
    };
    let stored = match stored()? {
        Some(stored) => stored,
        None => {
            connection.execute(
                "INSERT INTO installation (only, key_check, created_at, audit_head) VALUES (1, ?1, ?2, x'') ON CONFLICT DO NOTHING",
                params![check, clock::now().as_millisecond()],
            )?;
            stored()?.unwrap_or_default()
        }
    };
    if stored == check {
        Ok(())
    } else {
        Err(Error::new(Code::Unavailable, "store-key-wrong")
            .with("path", directory.join(KEY_FILE).display().to_string()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn uploads_of_before_the_drop_folder_are_kept_as_those_of_people() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        for migration in &MIGRATIONS[..9] {
            connection.execute_batch(migration).unwrap();
        }
        connection.pragma_update(None, "user_version", 9).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection
            .execute_batch(
                "INSERT INTO upload VALUES (7, 1, 1, 3, 'a@b.example', 'a.csv', 5, x'01', 'f', 'done', x'02', NULL, NULL, 8, 9)",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let kept: (String, i64, String, Vec<u8>, i64) = connection
            .query_row(
                "SELECT source, account, sealed, dry_run, changed_at FROM upload WHERE id = 7",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
            )
            .unwrap();
        assert_eq!(kept, ("portal".into(), 3, "f".into(), vec![2], 9));
        let nobodys = "UPDATE upload SET account = NULL WHERE id = 7";
        assert!(connection.execute(nobodys, []).is_err(), "a person's upload names the person");
    }
}
