//! Uploads out of the drop folder, until their files are archived, their
//! results written there, and nobody writes on in what was taken.

use rusqlite::{OptionalExtension, Row, params};

use super::{Tx, key::Hash};
use crate::{
    domain::{organisation::OrganisationId, upload::UploadId},
    error::Result,
};

/// An upload whose file or result is not where it belongs yet, or whose file
/// is still looked after there.
#[derive(Clone, Debug)]
pub struct Dropped {
    /// The upload.
    pub upload: UploadId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The folder it lay in, below the drop folder, with `/` between names.
    pub folder: String,
    /// The keyed hash of its path below the drop folder.
    pub place: Hash,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified: i64,
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
    /// Its name in `ARCHIVE`.
    pub archive: String,
    /// Whether it is there.
    pub archived: bool,
    /// Since when, in milliseconds since 1970; none if it is not there yet.
    pub archived_at: Option<i64>,
    /// Whether it was written on after it was taken.
    pub written_on: bool,
    /// The sealed file that its result is made with; none once it is written.
    pub sealed: Option<String>,
}

/// A file that was just taken.
pub struct NewDropped<'a> {
    /// The folder it lies in, below the drop folder, with `/` between names.
    pub folder: &'a str,
    /// The keyed hash of its path below the drop folder.
    pub place: Hash,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified: i64,
    /// The name that it is to have in `ARCHIVE`.
    pub archive: &'a str,
    /// The name of the sealed file.
    pub sealed: &'a str,
}

/// Notes a file in the transaction that notes its upload: should the same
/// file be found again, it is only to be archived.
pub fn add(tx: &Tx<'_>, organisation: OrganisationId, upload: UploadId, new: &NewDropped<'_>) -> Result<()> {
    tx.sql.execute(
        "INSERT INTO dropped (upload, organisation, folder, place, size, modified, archive, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            upload.0,
            organisation.0,
            new.folder,
            new.place,
            new.size as i64,
            new.modified,
            new.archive,
            new.sealed
        ],
    )?;
    Ok(())
}

/// All that is not done yet, the oldest first.
pub fn open(tx: &Tx<'_>) -> Result<Vec<Dropped>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT dropped.*, digest FROM dropped JOIN upload ON upload.id = dropped.upload ORDER BY upload",
    )?;
    let rows = statement.query_map([], dropped)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The file is in `ARCHIVE`, or is gone for good.
pub fn archived(tx: &Tx<'_>, organisation: OrganisationId, upload: UploadId) -> Result<()> {
    tx.sql.execute(
        "UPDATE dropped SET archived = 1, archived_at = ?3 WHERE organisation = ?1 AND upload = ?2",
        [organisation.0, upload.0, tx.now.as_millisecond()],
    )?;
    Ok(())
}

/// The file was written on after it was taken.
pub fn written_on(tx: &Tx<'_>, organisation: OrganisationId, upload: UploadId) -> Result<()> {
    tx.sql.execute(
        "UPDATE dropped SET written_on = 1 WHERE organisation = ?1 AND upload = ?2",
        [organisation.0, upload.0],
    )?;
    Ok(())
}

/// The result is written.
pub fn told(tx: &Tx<'_>, organisation: OrganisationId, upload: UploadId) -> Result<()> {
    tx.sql.execute(
        "UPDATE dropped SET sealed = NULL WHERE organisation = ?1 AND upload = ?2",
        [organisation.0, upload.0],
    )?;
    Ok(())
}

/// The file is looked after no more. What is not archived or not told yet is
/// not forgotten by that.
pub fn forget(tx: &Tx<'_>, organisation: OrganisationId, upload: UploadId) -> Result<()> {
    tx.sql.execute(
        "DELETE FROM dropped WHERE organisation = ?1 AND upload = ?2 AND archived = 1 AND sealed IS NULL",
        [organisation.0, upload.0],
    )?;
    Ok(())
}

/// Nothing is told to the drop folder any more, because there is none.
/// Returns the sealed files of uploads that are over.
pub fn tell_no_more(tx: &Tx<'_>) -> Result<Vec<String>> {
    let mut statement = tx.sql.prepare(
        "SELECT dropped.sealed FROM dropped JOIN upload ON upload.id = dropped.upload
         WHERE dropped.sealed IS NOT NULL AND upload.sealed IS NULL",
    )?;
    let files = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    tx.sql.execute("UPDATE dropped SET sealed = NULL", [])?;
    tx.sql.execute("DELETE FROM dropped WHERE archived = 1", [])?;
    Ok(files)
}

/// Whether the result of an upload is still to be written.
pub(super) fn is_to_be_told(tx: &Tx<'_>, upload: UploadId) -> Result<bool> {
    let mut statement =
        tx.sql.prepare_cached("SELECT 1 FROM dropped WHERE upload = ?1 AND sealed IS NOT NULL")?;
    Ok(statement.exists([upload.0])?)
}

/// Whether a drop folder was set up at `path` before.
pub fn is_known(tx: &Tx<'_>, path: &str) -> Result<bool> {
    let mut statement = tx.sql.prepare_cached("SELECT 1 FROM drop_folder WHERE path = ?1")?;
    Ok(statement.query_row([path], |_| Ok(())).optional()?.is_some())
}

/// Notes that the drop folder at `path` is set up.
pub fn set_up(tx: &Tx<'_>, path: &str) -> Result<()> {
    tx.sql.execute(
        "INSERT INTO drop_folder (path, made_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![path, tx.now.as_millisecond()],
    )?;
    Ok(())
}

fn dropped(row: &Row<'_>) -> rusqlite::Result<Dropped> {
    Ok(Dropped {
        upload: UploadId(row.get("upload")?),
        organisation: OrganisationId(row.get("organisation")?),
        folder: row.get("folder")?,
        place: row.get("place")?,
        size: row.get::<_, i64>("size")? as u64,
        modified: row.get("modified")?,
        digest: row.get("digest")?,
        archive: row.get("archive")?,
        archived: row.get("archived")?,
        archived_at: row.get("archived_at")?,
        written_on: row.get("written_on")?,
        sealed: row.get("sealed")?,
    })
}
