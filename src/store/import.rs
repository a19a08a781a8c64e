//! Imports as jobs: how far each is, so that a killed one goes on where it
//! stopped.

use rusqlite::{OptionalExtension, Row, params};

use super::{Purpose, Tx, limit, organisation};
use crate::{
    domain::{
        import::{ImportId, ImportState, Position, RowCounts},
        organisation::OrganisationId,
    },
    error::{Code, Error, Result},
};

/// An import as stored.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its key.
    pub id: ImportId,
    /// The key of its definition.
    pub definition: i64,
    /// The file's name, without folders and without a patient's number.
    pub file: String,
    /// SHA-256 of the file's bytes.
    pub digest: Vec<u8>,
    /// The file's size in bytes.
    pub size: u64,
    /// Where it is.
    pub state: ImportState,
    /// Up to where everything is stored.
    pub position: Position,
    /// What became of the rows up to there.
    pub counts: RowCounts,
    /// Why it stopped: a finding as JSON.
    pub reason: Option<String>,
    /// Whether a person asked to end it.
    pub cancel: bool,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
}

/// A file that an import begins with.
pub struct NewImport<'a> {
    /// The key of the definition.
    pub definition: i64,
    /// The file's name, without folders and without a patient's number.
    pub file: &'a str,
    /// The file's size in bytes.
    pub size: u64,
    /// SHA-256 of the file's bytes.
    pub digest: &'a [u8],
    /// The header line as it came.
    pub header: &'a [u8],
    /// Where the first row starts.
    pub position: Position,
}

/// Begins an import.
///
/// # Errors
///
/// As [`limit::must_take`].
pub fn start(tx: &Tx<'_>, organisation: OrganisationId, new: &NewImport<'_>) -> Result<ImportId> {
    limit::must_take(tx, organisation, new.definition)?;
    let header = tx.keys.seal(Purpose::Refused, b"header", new.header)?;
    tx.sql.execute(
        "INSERT INTO import (organisation, definition, file, size, digest, state, position, line, row, header, started_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'running', ?6, ?7, ?8, ?9, ?10, ?10)",
        params![
            organisation.0,
            new.definition,
            new.file,
            new.size as i64,
            new.digest,
            new.position.byte as i64,
            new.position.line as i64,
            new.position.row as i64,
            header,
            tx.now.as_millisecond()
        ],
    )?;
    Ok(ImportId(tx.sql.last_insert_rowid()))
}

/// The imports of a file with this digest, newest first.
pub fn of_file(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    definition: i64,
    digest: &[u8],
) -> Result<Vec<Import>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT * FROM import WHERE organisation = ?1 AND definition = ?2 AND digest = ?3 ORDER BY id DESC",
    )?;
    let rows = statement.query_map(params![organisation.0, definition, digest], import)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The import that was interrupted on a file of this name with other
/// content: the file changed meanwhile. Imports of uploads are gone on with by
/// themselves and do not count.
pub fn interrupted(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    definition: i64,
    file: &str,
) -> Result<Option<Import>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT * FROM import WHERE organisation = ?1 AND definition = ?2 AND file = ?3 AND state = 'running'
           AND NOT EXISTS (SELECT 1 FROM upload WHERE upload.import = import.id)
         ORDER BY id DESC LIMIT 1",
    )?;
    Ok(statement.query_row(params![organisation.0, definition, file], import).optional()?)
}

/// The organisation's imports, newest first.
pub fn all(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<Import>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM import WHERE organisation = ?1 ORDER BY id DESC")?;
    let rows = statement.query_map([organisation.0], import)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One import of the organisation.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId) -> Result<Import> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM import WHERE organisation = ?1 AND id = ?2")?;
    statement
        .query_row([organisation.0, id.0], import)
        .optional()?
        .ok_or_else(|| Error::new(Code::NotFound, "import-unknown").with("import", id.0.to_string()))
}

/// The header line of an import, as it came.
pub fn header(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId) -> Result<Vec<u8>> {
    get(tx, organisation, id)?;
    let sealed: Vec<u8> = tx.sql.query_row(
        "SELECT header FROM import WHERE organisation = ?1 AND id = ?2",
        [organisation.0, id.0],
        |row| row.get(0),
    )?;
    Ok(tx.keys.open_sealed(Purpose::Refused, b"header", &sealed)?.to_vec())
}

/// Forgets a wish to end an import: a person asked to go on with it. A conflict
/// if the organisation is deactivated. One that began may go on, whatever the
/// organisation was limited to since.
pub fn resume(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId) -> Result<()> {
    organisation::must_be_active(tx, organisation)?;
    tx.sql.execute(
        "UPDATE import SET cancel = 0, changed_at = ?3 WHERE organisation = ?1 AND id = ?2",
        params![organisation.0, id.0, tx.now.as_millisecond()],
    )?;
    Ok(())
}

/// Moves an import on from `from` to `to`, in the transaction that stored the
/// rows between. If another process moved it meanwhile this is a conflict,
/// and the rows are not stored twice; so it is if the organisation was
/// deactivated meanwhile.
pub fn advance(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: ImportId,
    from: Position,
    to: Position,
    counts: &RowCounts,
) -> Result<()> {
    organisation::must_be_active(tx, organisation)?;
    let moved = tx.sql.prepare_cached(
        "UPDATE import SET position = ?4, line = ?5, row = ?6, accepted = accepted + ?7, unchanged = unchanged + ?8,
           rejected = rejected + ?9, corrections = corrections + ?10, warnings = warnings + ?11, changed_at = ?12
         WHERE organisation = ?1 AND id = ?2 AND position = ?3 AND state = 'running'",
    )?
    .execute(params![
        organisation.0,
        id.0,
        from.byte as i64,
        to.byte as i64,
        to.line as i64,
        to.row as i64,
        counts.accepted as i64,
        counts.unchanged as i64,
        counts.rejected as i64,
        counts.corrections as i64,
        counts.warnings as i64,
        tx.now.as_millisecond()
    ])?;
    if moved == 1 { Ok(()) } else { Err(Error::new(Code::Conflict, "import-runs-elsewhere")) }
}

/// Ends an import; `reason` is the finding that ended it before the file's
/// end, as JSON.
pub fn finish(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: ImportId,
    state: ImportState,
    reason: Option<&str>,
) -> Result<()> {
    tx.sql.execute(
        "UPDATE import SET state = ?3, reason = ?4, changed_at = ?5 WHERE organisation = ?1 AND id = ?2",
        params![organisation.0, id.0, state.as_str(), reason, tx.now.as_millisecond()],
    )?;
    Ok(())
}

/// Asks the process that runs an import to end it after the part it is at.
/// Returns whether it was running.
pub fn cancel(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId) -> Result<bool> {
    let changed = tx.sql.execute(
        "UPDATE import SET cancel = 1, changed_at = ?3 WHERE organisation = ?1 AND id = ?2 AND state = 'running'",
        params![organisation.0, id.0, tx.now.as_millisecond()],
    )?;
    Ok(changed == 1)
}

/// Keeps refused rows as they came, sealed, if there are any.
pub fn add_refused(tx: &Tx<'_>, id: ImportId, count: u64, rows: &[u8]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sealed = tx.keys.seal(Purpose::Refused, &id.0.to_be_bytes(), rows)?;
    tx.sql
        .prepare_cached("INSERT INTO refused_rows (import, count, sealed) VALUES (?1, ?2, ?3)")?
        .execute(params![id.0, count as i64, sealed])?;
    Ok(())
}

/// Refused rows that are handed out together: entries `first` to `last`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RefusedPart {
    first: i64,
    last: i64,
    /// How many rows it holds.
    pub rows: u64,
    /// About how many bytes.
    pub bytes: u64,
}

/// The refused rows of an import in parts of about `bytes` bytes, in the
/// file's order. What follows damage in a file counts as one row and is not
/// divided.
pub fn refused_parts(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: ImportId,
    bytes: u64,
) -> Result<Vec<RefusedPart>> {
    get(tx, organisation, id)?;
    let mut statement = tx
        .sql
        .prepare_cached("SELECT id, count, length(sealed) FROM refused_rows WHERE import = ?1 ORDER BY id")?;
    let mut rows = statement.query([id.0])?;
    let mut parts: Vec<RefusedPart> = Vec::new();
    while let Some(row) = rows.next()? {
        let (entry, count, size): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match parts.last_mut() {
            Some(part) if part.bytes < bytes || count == 0 => {
                part.last = entry;
                part.rows += count as u64;
                part.bytes += size as u64;
            }
            _ => {
                parts.push(RefusedPart { first: entry, last: entry, rows: count as u64, bytes: size as u64 })
            }
        }
    }
    Ok(parts)
}

/// Hands the refused rows of a part, or of the whole import, to `take`, piece
/// by piece in the file's order.
pub fn refused(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: ImportId,
    part: Option<RefusedPart>,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    get(tx, organisation, id)?;
    let (first, last) = part.map_or((0, i64::MAX), |part| (part.first, part.last));
    let mut statement = tx.sql.prepare_cached(
        "SELECT sealed FROM refused_rows WHERE import = ?1 AND id BETWEEN ?2 AND ?3 ORDER BY id",
    )?;
    let mut rows = statement.query([id.0, first, last])?;
    while let Some(row) = rows.next()? {
        let sealed: Vec<u8> = row.get(0)?;
        take(&tx.keys.open_sealed(Purpose::Refused, &id.0.to_be_bytes(), &sealed)?)?;
    }
    Ok(())
}

/// What became of all rows of the installation.
pub fn count_rows(tx: &Tx<'_>) -> Result<RowCounts> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT total(accepted), total(unchanged), total(rejected), total(corrections), total(warnings) FROM import",
    )?;
    let number = |row: &Row<'_>, index| row.get::<_, f64>(index).map(|number| number as u64);
    Ok(statement.query_row([], |row| {
        Ok(RowCounts {
            accepted: number(row, 0)?,
            unchanged: number(row, 1)?,
            rejected: number(row, 2)?,
            corrections: number(row, 3)?,
            warnings: number(row, 4)?,
        })
    })?)
}

fn import(row: &Row<'_>) -> rusqlite::Result<Import> {
    let count = |name: &str| row.get::<_, i64>(name).map(|number| number as u64);
    let state: String = row.get("state")?;
    Ok(Import {
        id: ImportId(row.get("id")?),
        definition: row.get("definition")?,
        file: row.get("file")?,
        digest: row.get("digest")?,
        size: count("size")?,
        state: ImportState::from_word(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        position: Position { byte: count("position")?, line: count("line")?, row: count("row")? },
        counts: RowCounts {
            accepted: count("accepted")?,
            unchanged: count("unchanged")?,
            rejected: count("rejected")?,
            corrections: count("corrections")?,
            warnings: count("warnings")?,
        },
        reason: row.get("reason")?,
        cancel: row.get("cancel")?,
        started_at: row.get("started_at")?,
    })
}
