//! Alerts: what is wrong now. An alert is raised once and stays until it is
//! cleared, so that a thousand failures of one kind are one message.

use rusqlite::params;

use super::Tx;
use crate::{
    domain::{account::AccountId, delivery::Service},
    error::Result,
};

/// An alert as stored.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Alert {
    /// What it is about, such as `service:ttp:71099911`.
    pub subject: String,
    /// A stable reason.
    pub reason: String,
    /// Since when, in milliseconds since 1970.
    pub since: i64,
}

/// The subject of an organisation's way to a service.
pub fn service(service: Service, nihdi: &str) -> String {
    format!("service:{service}:{nihdi}")
}

/// The subject of an organisation's parked deliveries.
pub fn parked(nihdi: &str) -> String {
    format!("parked:{nihdi}")
}

/// The subject of an organisation's certificate.
pub fn certificate(nihdi: &str) -> String {
    format!("certificate:{nihdi}")
}

/// The subject of the end of an organisation's certificate.
pub fn expiry(nihdi: &str) -> String {
    format!("expiry:{nihdi}")
}

/// The subject of an account of an organisation that somebody else reset.
pub fn reset(account: AccountId, nihdi: &str) -> String {
    format!("reset:{}:{nihdi}", account.0)
}

/// The subject of sealing for an organisation.
pub fn sealing(nihdi: &str) -> String {
    format!("sealing:{nihdi}")
}

/// The subject of the difference between a service's clock and ours.
pub fn clock(service: Service) -> String {
    format!("clock:{service}")
}

/// The subject of the drop folder as a whole.
pub const DROP_FOLDER: &str = "drop:folder";

/// The subject of an organisation's part of the drop folder.
pub fn dropped(nihdi: &str) -> String {
    format!("drop:{nihdi}")
}

/// Whether an alert is about the drop folder.
pub fn is_about_drops(subject: &str) -> bool {
    subject.starts_with("drop:")
}

/// Raises an alert. Returns whether the state changed.
pub fn raise(tx: &Tx<'_>, subject: &str, reason: &str) -> Result<bool> {
    let changed = tx
        .sql
        .prepare_cached(
            "INSERT INTO alert (subject, reason, since) VALUES (?1, ?2, ?3)
             ON CONFLICT (subject) DO UPDATE SET reason = ?2, since = ?3 WHERE reason <> ?2",
        )?
        .execute(params![subject, reason, tx.now.as_millisecond()])?;
    Ok(changed == 1)
}

/// Clears an alert. Returns whether there was one.
pub fn clear(tx: &Tx<'_>, subject: &str) -> Result<bool> {
    Ok(tx.sql.prepare_cached("DELETE FROM alert WHERE subject = ?1")?.execute([subject])? == 1)
}

/// All alerts, the oldest first.
pub fn list(tx: &Tx<'_>) -> Result<Vec<Alert>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT subject, reason, since FROM alert ORDER BY since, subject")?;
    let rows = statement
        .query_map([], |row| Ok(Alert { subject: row.get(0)?, reason: row.get(1)?, since: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
