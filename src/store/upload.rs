//! Uploads: which files came, from whom, and how far each is.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Row, params};

use super::{Tx, dropped, dry_run::DryRun, limit, sealed_file::Sealed};
use crate::{
    domain::{
        account::AccountId,
        import::ImportId,
        organisation::OrganisationId,
        upload::{Source, UploadId, UploadState},
    },
    error::{Code, Error, Result},
};

/// An upload as stored.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its key.
    pub id: UploadId,
    /// The key of its definition.
    pub definition: i64,
    /// The definition's project.
    pub project: String,
    /// The definition's name.
    pub name: String,
    /// The definition's version.
    pub version: String,
    /// Where it came from.
    pub source: Source,
    /// The account that sent it, if a person did.
    pub account: Option<AccountId>,
    /// The author of rows that name none: an e-mail address, or empty.
    pub author: String,
    /// The file's name, without folders and without a patient's number.
    pub file: String,
    /// The file's size in bytes.
    pub size: u64,
    /// SHA-256 of the file's bytes.
    pub digest: Vec<u8>,
    /// The name of the sealed file; none once it is deleted.
    pub sealed: Option<String>,
    /// Where it is.
    pub state: UploadState,
    /// Its import, once that has begun.
    pub import: Option<ImportId>,
    /// Why it ended: a finding's code and arguments as JSON.
    pub reason: Option<String>,
    /// When it came, in milliseconds since 1970.
    pub came_at: i64,
    /// When its state last changed, in milliseconds since 1970.
    pub changed_at: i64,
}

/// An upload that work waits for.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Its key.
    pub id: UploadId,
    /// The folder that it lay in, below the drop folder, if it did.
    pub folder: Option<String>,
}

/// A file that came whole.
pub struct NewUpload<'a> {
    /// The key of the definition.
    pub definition: i64,
    /// Where it came from.
    pub source: Source,
    /// The account that sent it, if a person did.
    pub account: Option<AccountId>,
    /// The author of rows that name none: an e-mail address, or empty. It is
    /// kept, so that an import that goes on later goes on with the same.
    pub author: &'a str,
    /// The file's name, without folders and without a patient's number.
    pub file: &'a str,
    /// What was written.
    pub content: &'a Sealed,
    /// The name of the sealed file.
    pub sealed: &'a str,
}

/// Notes a file that came whole; from now on it waits for its dry run.
///
/// # Errors
///
/// As [`limit::must_take`].
pub fn add(tx: &Tx<'_>, organisation: OrganisationId, new: &NewUpload<'_>) -> Result<UploadId> {
    limit::must_take(tx, organisation, new.definition)?;
    tx.sql.execute(
        "INSERT INTO upload (organisation, definition, source, account, author, file, size, digest, sealed, state, came_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'received', ?10, ?10)",
        params![
            organisation.0,
            new.definition,
            new.source.as_str(),
            new.account.map(|account| account.0),
            new.author,
            new.file,
            new.content.size as i64,
            new.content.digest,
            new.sealed,
            tx.now.as_millisecond()
        ],
    )?;
    Ok(UploadId(tx.sql.last_insert_rowid()))
}

const SELECT: &str = "SELECT upload.*, project, name, version FROM upload JOIN definition ON definition.id = upload.definition";

/// One upload of the organisation.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: UploadId) -> Result<Upload> {
    let mut statement =
        tx.sql.prepare_cached(&format!("{SELECT} WHERE organisation = ?1 AND upload.id = ?2"))?;
    statement
        .query_row([organisation.0, id.0], upload)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound, "upload-unknown"))
}

/// The organisation's uploads for `projects` (`None` for all), newest first:
/// `limit` of them older than `before`.
pub fn list(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    projects: Option<&[String]>,
    before: Option<UploadId>,
    limit: u64,
) -> Result<Vec<Upload>> {
    let projects = projects.map(|projects| serde_json::Value::from(projects).to_string());
    let before = before.map_or(i64::MAX, |before| before.0);
    let mut statement = tx.sql.prepare_cached(&format!(
        "{SELECT} WHERE organisation = ?1 AND upload.id < ?2
           AND (?3 IS NULL OR project IN (SELECT value FROM json_each(?3)))
         ORDER BY upload.id DESC LIMIT ?4"
    ))?;
    let rows = statement.query_map(params![organisation.0, before, projects, limit as i64], upload)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The newest upload before `id` of a file with the same bytes for the same
/// definition.
pub fn same_before(tx: &Tx<'_>, organisation: OrganisationId, id: UploadId) -> Result<Option<Upload>> {
    let this = get(tx, organisation, id)?;
    let mut statement = tx.sql.prepare_cached(&format!(
        "{SELECT} WHERE organisation = ?1 AND upload.id < ?2 AND definition = ?3 AND digest = ?4
         ORDER BY upload.id DESC LIMIT 1"
    ))?;
    let values = params![organisation.0, id.0, this.definition, this.digest];
    Ok(statement.query_row(values, upload).optional()?)
}

/// What the dry run of an upload told, if it has run.
pub fn dry_run(tx: &Tx<'_>, organisation: OrganisationId, id: UploadId) -> Result<Option<DryRun>> {
    let sealed: Option<Vec<u8>> = tx
        .sql
        .prepare_cached("SELECT dry_run FROM upload WHERE organisation = ?1 AND id = ?2")?
        .query_row([organisation.0, id.0], |row| row.get(0))
        .optional()?
        .flatten();
    sealed.map(|sealed| DryRun::open(tx, id, &sealed)).transpose()
}

/// All uploads that work waits for, the oldest first.
pub fn waiting(tx: &Tx<'_>) -> Result<Vec<Waiting>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT upload.organisation, id, folder FROM upload LEFT JOIN dropped ON dropped.upload = id
         WHERE state IN ('received', 'importing') AND upload.sealed IS NOT NULL ORDER BY id",
    )?;
    let waiting = |row: &Row<'_>| {
        Ok(Waiting {
            organisation: OrganisationId(row.get(0)?),
            id: UploadId(row.get(1)?),
            folder: row.get(2)?,
        })
    };
    let rows = statement.query_map([], waiting)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// All uploads that nobody decided about since `before` (milliseconds since
/// 1970).
pub fn undecided(tx: &Tx<'_>, before: i64) -> Result<Vec<(OrganisationId, UploadId)>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT organisation, id FROM upload
         WHERE state IN ('checked', 'failed') AND sealed IS NOT NULL AND changed_at < ?1",
    )?;
    keys(statement.query([before])?)
}

/// The names of all sealed files that are still needed.
pub fn files(tx: &Tx<'_>) -> Result<HashSet<String>> {
    let mut statement = tx.sql.prepare(
        "SELECT sealed FROM upload WHERE sealed IS NOT NULL
         UNION SELECT sealed FROM dropped WHERE sealed IS NOT NULL",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps what a dry run told, unless the upload was ended meanwhile. Returns
/// whether it was kept.
pub fn checked(tx: &Tx<'_>, organisation: OrganisationId, id: UploadId, told: &DryRun) -> Result<bool> {
    let changed = tx.sql.execute(
        "UPDATE upload SET state = 'checked', dry_run = ?3, changed_at = ?4
         WHERE organisation = ?1 AND id = ?2 AND state = 'received'",
        params![organisation.0, id.0, told.seal(tx, id)?, tx.now.as_millisecond()],
    )?;
    Ok(changed == 1)
}

/// A person wants the import, or wants what failed to be tried again.
///
/// # Errors
///
/// A conflict if the upload is at no such place.
pub fn start(tx: &Tx<'_>, organisation: OrganisationId, id: UploadId) -> Result<UploadState> {
    let next = match get(tx, organisation, id)? {
        Upload { sealed: None, .. } => return Err(not_here()),
        Upload { state: UploadState::Checked, .. } => UploadState::Importing,
        Upload { state: UploadState::Failed, .. } => match dry_run(tx, organisation, id)? {
            Some(_) => UploadState::Importing,
            None => UploadState::Received,
        },
        _ => return Err(not_here()),
    };
    set(tx, organisation, id, next, None)?;
    Ok(next)
}

/// Notes which import this upload became, in the transaction that begins it.
///
/// # Errors
///
/// A conflict if the upload was ended meanwhile.
pub fn link(tx: &Tx<'_>, organisation: OrganisationId, id: UploadId, import: ImportId) -> Result<()> {
    let linked = tx.sql.execute(
        "UPDATE upload SET import = ?3 WHERE organisation = ?1 AND id = ?2 AND state = 'importing'",
        [organisation.0, id.0, import.0],
    )?;
    if linked == 1 { Ok(()) } else { Err(not_here()) }
}

/// Something went wrong here: a person may have it tried again. `reason` is a
/// finding as JSON.
pub fn fail(tx: &Tx<'_>, organisation: OrganisationId, id: UploadId, reason: &str) -> Result<()> {
    set(tx, organisation, id, UploadState::Failed, Some(reason))
}

/// Ends an upload; `reason` is the finding that ended it, as JSON. Returns the
/// name of the sealed file, which is to be removed once this is committed,
/// unless a result is still to be made with it.
pub fn finish(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: UploadId,
    state: UploadState,
    reason: Option<&str>,
) -> Result<Option<String>> {
    let sealed = get(tx, organisation, id)?.sealed;
    set(tx, organisation, id, state, reason)?;
    tx.sql.execute(
        "UPDATE upload SET sealed = NULL WHERE organisation = ?1 AND id = ?2",
        [organisation.0, id.0],
    )?;
    Ok(if dropped::is_to_be_told(tx, id)? { None } else { sealed })
}

fn set(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: UploadId,
    state: UploadState,
    reason: Option<&str>,
) -> Result<()> {
    tx.sql.execute(
        "UPDATE upload SET state = ?3, reason = ?4, changed_at = ?5 WHERE organisation = ?1 AND id = ?2",
        params![organisation.0, id.0, state.as_str(), reason, tx.now.as_millisecond()],
    )?;
    Ok(())
}

/// The upload is not where this can be done with it.
pub fn not_here() -> Error {
    Error::new(Code::Conflict, "upload-not-here")
}

fn keys(mut rows: rusqlite::Rows<'_>) -> Result<Vec<(OrganisationId, UploadId)>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((OrganisationId(row.get(0)?), UploadId(row.get(1)?)));
    }
    Ok(found)
}

fn upload(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let (state, source): (String, String) = (row.get("state")?, row.get("source")?);
    Ok(Upload {
        id: UploadId(row.get("id")?),
        definition: row.get("definition")?,
        project: row.get("project")?,
        name: row.get("name")?,
        version: row.get("version")?,
        source: Source::from_word(&source).ok_or(rusqlite::Error::InvalidQuery)?,
        account: row.get::<_, Option<i64>>("account")?.map(AccountId),
        author: row.get("author")?,
        file: row.get("file")?,
        size: row.get::<_, i64>("size")? as u64,
        digest: row.get("digest")?,
        sealed: row.get("sealed")?,
        state: UploadState::from_word(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        import: row.get::<_, Option<i64>>("import")?.map(ImportId),
        reason: row.get("reason")?,
        came_at: row.get("came_at")?,
        changed_at: row.get("changed_at")?,
    })
}
