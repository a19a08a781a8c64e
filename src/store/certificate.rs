//! Certificates of organisations, in versions: the newest good one is
//! published, the ones before it are kept but unpublished, and one of these
//! can be published again. Each has a log of what became of it.

use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::{Purpose, Tx, alert};
use crate::{
    domain::{
        certificate::{CertificateId, Event, Status, days_left, notice},
        member::not_found,
        organisation::OrganisationId,
    },
    error::{Code, Error, Result},
};

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
    /// Its key.
    pub id: CertificateId,
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

/// Something that became of an upload.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// What.
    pub event: Event,
}

impl Version {
    /// Its state at `now`, in milliseconds since 1970.
    pub fn status(&self, now: i64) -> Status {
        Status::of(!self.thumbprint.is_empty(), self.published, (self.not_before, self.not_after), now)
    }
}

/// Publishes a new version and unpublishes the others.
pub fn publish(
    tx: &Tx<'_>,
    actor: &str,
    organisation: OrganisationId,
    new: &NewVersion<'_>,
) -> Result<CertificateId> {
    unpublish(tx, actor, organisation)?;
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
    let id = CertificateId(tx.sql.last_insert_rowid());
    note(tx, organisation, id, actor, Event::Published)?;
    Ok(id)
}

/// Publishes an earlier version again and unpublishes the others. Returns its
/// thumbprint.
///
/// # Errors
///
/// It does not exist, was refused, is not valid now, or is in use.
pub fn publish_again(
    tx: &Tx<'_>,
    actor: &str,
    organisation: OrganisationId,
    id: CertificateId,
) -> Result<String> {
    let version = get(tx, organisation, id)?;
    match version.status(tx.now.as_millisecond()) {
        Status::Unpublished => {}
        Status::Published => return Err(Error::new(Code::Conflict, "certificate-in-use")),
        _ => return Err(Error::new(Code::Conflict, "certificate-not-again")),
    }
    unpublish(tx, actor, organisation)?;
    tx.sql.execute(
        "UPDATE certificate SET published = 1 WHERE organisation = ?1 AND id = ?2",
        params![organisation.0, id.0],
    )?;
    note(tx, organisation, id, actor, Event::Again)?;
    Ok(version.thumbprint)
}

/// Keeps the log of an upload that was refused.
pub fn refuse(tx: &Tx<'_>, actor: &str, organisation: OrganisationId, log: &str) -> Result<CertificateId> {
    tx.sql.execute(
        "INSERT INTO certificate (organisation, thumbprint, identity, not_before, not_after, published, added_at, log)
         VALUES (?1, '', '', 0, 0, 0, ?2, ?3)",
        params![organisation.0, tx.now.as_millisecond(), log],
    )?;
    let id = CertificateId(tx.sql.last_insert_rowid());
    note(tx, organisation, id, actor, Event::Refused)?;
    Ok(id)
}

/// Writes down what became of an upload.
pub fn note(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: CertificateId,
    actor: &str,
    event: Event,
) -> Result<()> {
    tx.sql.execute(
        "INSERT INTO certificate_event (certificate, at, actor, event)
         SELECT id, ?3, ?4, ?5 FROM certificate WHERE organisation = ?1 AND id = ?2",
        params![organisation.0, id.0, tx.now.as_millisecond(), actor, event.as_str()],
    )?;
    Ok(())
}

/// What became of an upload, in order.
pub fn history(tx: &Tx<'_>, organisation: OrganisationId, id: CertificateId) -> Result<Vec<Happened>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT e.at, e.actor, e.event FROM certificate_event e JOIN certificate c ON c.id = e.certificate
         WHERE c.organisation = ?1 AND c.id = ?2 ORDER BY e.id",
    )?;
    let rows = statement.query_map(params![organisation.0, id.0], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (at, actor, event) = row?;
        found.extend(Event::named(&event).map(|event| Happened { at, actor, event }));
    }
    Ok(found)
}

/// The organisation's uploads, newest first.
pub fn list(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<Version>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM certificate WHERE organisation = ?1 ORDER BY id DESC")?;
    let rows = statement.query_map([organisation.0], version)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One upload; `NotFound` if the organisation has none with this key.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: CertificateId) -> Result<Version> {
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM certificate WHERE organisation = ?1 AND id = ?2")?;
    statement.query_row(params![organisation.0, id.0], version).optional()?.ok_or_else(not_found)
}

/// The version that is published, valid or not, and the newest upload.
pub fn latest(tx: &Tx<'_>, organisation: OrganisationId) -> Result<(Option<Version>, Option<Version>)> {
    let one = |condition: &str| {
        let sql = format!(
            "SELECT * FROM certificate WHERE organisation = ?1 AND {condition} ORDER BY id DESC LIMIT 1"
        );
        tx.sql.prepare_cached(&sql)?.query_row([organisation.0], version).optional()
    };
    Ok((one("published = 1")?, one("1")?))
}

/// A notice about the end of a certificate that changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    /// The alert's subject.
    pub subject: String,
    /// Its reason; none if it is well again.
    pub reason: Option<String>,
}

/// Raises and clears the alerts about the ends of certificates, and returns
/// those that changed.
pub fn watch(tx: &Tx<'_>) -> Result<Vec<Notice>> {
    let now = tx.now.as_millisecond();
    let mut statement = tx.sql.prepare_cached(
        "SELECT o.nihdi, max(c.not_after) FROM organisation o
         LEFT JOIN certificate c ON c.organisation = o.id AND c.published = 1
         WHERE o.deactivated_at IS NULL GROUP BY o.id",
    )?;
    let rows =
        statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    let mut changed = Vec::new();
    for (nihdi, ends) in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        let reason = ends.map(|ends| days_left(ends, now)).and_then(|days| match notice(days) {
            Some(_) if days < 0 => Some("certificate-ended".to_owned()),
            notice => notice.map(|notice| format!("certificate-ending-{notice}")),
        });
        let subject = alert::expiry(&nihdi);
        let is_new = match &reason {
            Some(reason) => alert::raise(tx, &subject, reason)?,
            None => alert::clear(tx, &subject)?,
        };
        if is_new {
            changed.push(Notice { subject, reason });
        }
    }
    Ok(changed)
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

fn unpublish(tx: &Tx<'_>, actor: &str, organisation: OrganisationId) -> Result<()> {
    tx.sql.execute(
        "INSERT INTO certificate_event (certificate, at, actor, event)
         SELECT id, ?2, ?3, ?4 FROM certificate WHERE organisation = ?1 AND published = 1",
        params![organisation.0, tx.now.as_millisecond(), actor, Event::Unpublished.as_str()],
    )?;
    tx.sql.execute("UPDATE certificate SET published = 0 WHERE organisation = ?1", [organisation.0])?;
    Ok(())
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        id: CertificateId(row.get("id")?),
        thumbprint: row.get("thumbprint")?,
        identity: row.get("identity")?,
        not_before: row.get("not_before")?,
        not_after: row.get("not_after")?,
        published: row.get("published")?,
        added_at: row.get("added_at")?,
        log: row.get("log")?,
    })
}
