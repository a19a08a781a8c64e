//! Looking events of the audit up.

use rusqlite::params;

use super::{Tx, audit::Event};
use crate::{
    domain::{account::email_key, organisation::OrganisationId},
    error::Result,
};

/// Which events are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of these organisations; all, and those of none, without.
    pub organisations: Option<Vec<OrganisationId>>,
    /// From this moment on, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Before this moment, in milliseconds since 1970.
    pub until: Option<i64>,
    /// Only this act.
    pub act: Option<String>,
    /// Only acts of accounts whose e-mail address, or of others whose name,
    /// contains this.
    pub actor: Option<String>,
}

/// Up to `limit` events, the newest first, from before the event `before` on.
pub fn search(tx: &Tx<'_>, filter: &Filter, before: Option<i64>, limit: usize) -> Result<Vec<Event>> {
    // Most events of the chain are wanted where several organisations are, so
    // that walking the chain is quicker than sorting what an index finds.
    let organisations = match filter.organisations.as_deref() {
        None => "?3 IS NULL",
        Some([_]) => "organisation = (SELECT value FROM json_each(?3))",
        Some(_) => "+organisation IN (SELECT value FROM json_each(?3))",
    };
    let mut statement = tx.sql.prepare_cached(&format!(
        "SELECT * FROM audit WHERE seq < ?1 AND {organisations}
         AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR at < ?5) AND (?6 IS NULL OR act = ?6)
         AND (?7 IS NULL
           OR actor IN (SELECT 'account:' || id FROM account WHERE instr(email_key, ?7) > 0)
           OR (actor NOT LIKE 'account:%' AND instr(lower(actor), ?7) > 0))
         ORDER BY seq DESC LIMIT ?2"
    ))?;
    let keys = |known: &Vec<OrganisationId>| {
        serde_json::Value::from_iter(known.iter().map(|organisation| organisation.0)).to_string()
    };
    let rows = statement.query_map(
        params![
            before.unwrap_or(i64::MAX),
            limit as i64,
            filter.organisations.as_ref().map(keys),
            filter.from,
            filter.until,
            filter.act,
            filter.actor.as_deref().map(email_key),
        ],
        super::audit::event,
    )?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
