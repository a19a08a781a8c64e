//! Certificates of organisations, in versions: the newest good one is
//! published, the ones before it are kept but unpublished.

use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::{Purpose, Tx};
use crate::{domain::organisation::OrganisationId, error::Result};

/// A version that passed the checks.
pub struct NewVersion<'a> {
    /// SHA-256 of the authentication certificate, in hexadecimal digits.
    pub thumbprint: &'a str,
    /// `TYPE=id` and the application, as the certificate says.
    pub identity: &'a str,
    /// First and last moment of validity, in milliseconds since 1970.
    pub validity: (i64, i64),
    /// The keys and certificates, which are sealed before they are stored.
    pub credential: &'a [u8],
    /// The steps of its processing, as JSON.
    pub log: &'a str,
}

/// An upload as it is listed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Version {
    /// SHA-256 of the authentication certificate, in hexadecimal digits; empty
    /// for an upload that was refused.
    pub thumbprint: String,
    /// `TYPE=id` and the application; empty for one that was refused.
    pub identity: String,
    /// Milliseconds since 1970.
    pub not_before: i64,
    /// Milliseconds since 1970.
    pub not_after: i64,
    /// Whether it is the one in use.
    pub published: bool,
    /// When it came, in milliseconds since 1970.
    pub added_at: i64,
    /// The steps of its processing, as JSON.
    pub log: String,
}

/// Publishes a new version and unpublishes the others.
pub fn publish(tx: &Tx<'_>, organisation: OrganisationId, new: &NewVersion<'_>) -> Result<()> {
    tx.sql.execute("UPDATE certificate SET published = 0 WHERE organisation = ?1", [organisation.0])?;
    let sealed = tx.keys.seal(Purpose::Credential, &organisation.0.to_be_bytes(), new.credential)?;
    tx.sql.execute(
        "INSERT INTO certificate (organisation, thumbprint, identity, not_before, not_after, published, credential, added_at, log)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8)",
        params![
            organisation.0,
            new.thumbprint,
            new.identity,
            new.validity.0,
            new.validity.1,
            sealed,
            tx.now.as_millisecond(),
            new.log
        ],
    )?;
    Ok(())
}

/// Keeps the log of an upload that was refused.
pub fn refuse(tx: &Tx<'_>, organisation: OrganisationId, log: &str) -> Result<()> {
    tx.sql.execute(
        "INSERT INTO certificate (organisation, thumbprint, identity, not_before, not_after, published, added_at, log)
         VALUES (?1, '', '', 0, 0, 0, ?2, ?3)",
        params![organisation.0, tx.now.as_millisecond(), log],
    )?;
    Ok(())
}

/// The organisation's uploads, newest first.
pub fn list(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<Version>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM certificate WHERE organisation = ?1 ORDER BY id DESC")?;
    let rows = statement.query_map([organisation.0], |row| {
        Ok(Version {
            thumbprint: row.get("thumbprint")?,
            identity: row.get("identity")?,
            not_before: row.get("not_before")?,
            not_after: row.get("not_after")?,
            published: row.get("published")?,
            added_at: row.get("added_at")?,
            log: row.get("log")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The key of the published version that is valid now, if there is one.
pub fn in_use(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Option<i64>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT id FROM certificate WHERE organisation = ?1 AND published = 1 AND not_before <= ?2 AND not_after > ?2",
    )?;
    Ok(statement.query_row(params![organisation.0, tx.now.as_millisecond()], |row| row.get(0)).optional()?)
}

/// The keys and certificates of a version.
pub fn credential(tx: &Tx<'_>, organisation: OrganisationId, version: i64) -> Result<Zeroizing<Vec<u8>>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT credential FROM certificate WHERE organisation = ?1 AND id = ?2")?;
    let sealed: Vec<u8> = statement.query_row([organisation.0, version], |row| row.get(0))?;
    tx.keys.open_sealed(Purpose::Credential, &organisation.0.to_be_bytes(), &sealed)
}
