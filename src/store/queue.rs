//! The queue as people see it: deliveries by state and page by page, one with
//! its whole history and what became of its batch.

use rusqlite::{OptionalExtension, Row, params};

use super::Tx;
use crate::{
    domain::{delivery::DeliveryId, member::Projects, organisation::OrganisationId, registration::State},
    error::{Code, Error, Result},
};

/// A delivery as `queue list` shows it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Listed {
    /// Its key.
    pub id: i64,
    /// Its batch's name.
    pub batch: String,
    /// The organisation's NIHDI number.
    pub organisation: String,
    /// Where it goes.
    pub service: String,
    /// `queued`, `sent` or `parked`.
    pub state: String,
    /// How many registrations it carries.
    pub count: i64,
    /// Attempts since a person last acted.
    pub attempts: i64,
    /// Why it waits.
    pub reason: Option<String>,
    /// The next try, in milliseconds since 1970; none unless queued.
    pub next_at: Option<i64>,
    /// Since when it is in this state.
    pub changed_at: i64,
}

/// An attempt or an act of a person.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Attempt {
    /// Milliseconds since 1970.
    pub at: i64,
    /// `receipted`, `again`, `waits`, `parked`, `retry` or `park`.
    pub outcome: String,
    /// The reason, or who acted.
    pub detail: String,
}

const LISTED: &str =
    "SELECT d.id, b.name, o.nihdi, d.service, d.state, d.count, d.attempts, d.reason, d.next_at, d.changed_at
     FROM delivery d JOIN batch b ON b.id = d.batch JOIN organisation o ON o.id = d.organisation";

/// Which deliveries a page lists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum View {
    /// What needs somebody, parked ones first, then what waits with a reason.
    Problems,
    /// All that wait for their next try.
    Queued,
    /// Those that wait for a person.
    Parked,
    /// Receipted ones.
    Sent,
}

/// Where a page of deliveries goes on: after this one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// Its state.
    pub state: String,
    /// Its key.
    pub id: i64,
}

/// How many deliveries to a service are in a state.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Count {
    /// Where they go.
    pub service: String,
    /// `queued`, `sent`, `parked` or `dissolved`.
    pub state: String,
    /// How many.
    pub number: u64,
}

/// What a delivery carries, and what became of that. Times are milliseconds
/// since 1970.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Batch {
    /// Its definition's project.
    pub project: String,
    /// Its definition's name.
    pub definition: String,
    /// Its definition's version.
    pub version: String,
    /// The state of its registrations; `None` if it was dissolved unsent.
    pub state: Option<State>,
    /// When it was sealed.
    pub created_at: i64,
    /// When its outcome was written down.
    pub ended_at: Option<i64>,
    /// When its outcome is asked for next.
    pub ask_at: Option<i64>,
    /// How many of its registrations the platform refused.
    pub refused: u64,
    /// Why the platform refused all of it.
    pub reason: Option<String>,
    /// Whether the platform confirmed with the outcome that it destroyed the
    /// codes.
    pub codes_deleted: bool,
    /// The deliveries of the batch: key, service and state.
    pub deliveries: Vec<(i64, String, String)>,
}

impl View {
    /// All views, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Problems, Self::Queued, Self::Parked, Self::Sent];

    /// Its name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Problems => "problems",
            Self::Queued => "queued",
            Self::Parked => "parked",
            Self::Sent => "sent",
        }
    }

    /// The states it lists, one after the other, and whether only deliveries
    /// with a reason.
    fn parts(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Problems => &[("parked", false), ("queued", true)],
            Self::Queued => &[("queued", false)],
            Self::Parked => &[("parked", false)],
            Self::Sent => &[("sent", false)],
        }
    }
}

/// The projects of a definition's batch that may be seen, as SQL takes them:
/// `NULL` for all.
pub(super) fn known_projects(projects: &Projects) -> Option<String> {
    match projects {
        Projects::All => None,
        Projects::Some(some) => {
            Some(serde_json::Value::from_iter(some.keys().map(String::as_str)).to_string())
        }
    }
}

/// Up to `limit` deliveries of the organisation and these projects, the newest
/// of a state first, from behind `after` on.
pub fn page(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    projects: &Projects,
    view: View,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Listed>> {
    let mut statement = tx.sql.prepare_cached(&format!(
        "{LISTED} WHERE d.organisation = ?1 AND d.state = ?2 AND d.id < ?3 AND (?4 = 0 OR d.reason IS NOT NULL)
         AND (?5 IS NULL OR b.definition IN (
           SELECT id FROM definition WHERE project IN (SELECT value FROM json_each(?5))))
         ORDER BY d.id DESC LIMIT ?6"
    ))?;
    let projects = known_projects(projects);
    let parts = view.parts();
    let first = after.and_then(|place| parts.iter().position(|(state, _)| *state == place.state));
    let mut found: Vec<Listed> = Vec::new();
    for (index, (state, with_reason)) in parts.iter().enumerate().skip(first.unwrap_or(0)) {
        let below = after.filter(|_| first == Some(index)).map_or(i64::MAX, |place| place.id);
        let room = (limit - found.len()) as i64;
        let rows = statement
            .query_map(params![organisation.0, state, below, with_reason, projects, room], listed)?;
        found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(found)
}

/// The organisation's deliveries of these projects by service and state.
pub fn counts(tx: &Tx<'_>, organisation: OrganisationId, projects: &Projects) -> Result<Vec<Count>> {
    let projects = known_projects(projects);
    // Without projects the index alone tells.
    let of_projects = match &projects {
        None => "AND ?2 IS NULL",
        Some(_) => {
            "AND batch IN (SELECT b.id FROM batch b JOIN definition f ON f.id = b.definition
               WHERE b.organisation = ?1 AND f.project IN (SELECT value FROM json_each(?2)))"
        }
    };
    let mut statement = tx.sql.prepare_cached(&format!(
        "SELECT service, state, count(*) FROM delivery WHERE organisation = ?1 {of_projects}
         GROUP BY service, state ORDER BY service DESC, state"
    ))?;
    let rows = statement.query_map(params![organisation.0, projects], |row| {
        Ok(Count { service: row.get(0)?, state: row.get(1)?, number: row.get::<_, i64>(2)? as u64 })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What a delivery of the organisation carries.
///
/// # Errors
///
/// `NotFound` for a delivery of another organisation or project.
pub fn batch(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    projects: &Projects,
    id: DeliveryId,
) -> Result<Batch> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT b.id, f.project, f.name, f.version, b.state, b.created_at, b.ended_at, b.ask_at, b.refused, b.reason,
         b.codes_deleted FROM delivery d JOIN batch b ON b.id = d.batch JOIN definition f ON f.id = b.definition
         WHERE d.id = ?1 AND d.organisation = ?2",
    )?;
    let found = statement.query_row([id.0, organisation.0], |row| {
        let batch = Batch {
            project: row.get(1)?,
            definition: row.get(2)?,
            version: row.get(3)?,
            state: State::from_number(row.get(4)?),
            created_at: row.get(5)?,
            ended_at: row.get(6)?,
            ask_at: row.get(7)?,
            refused: row.get::<_, i64>(8)? as u64,
            reason: row.get(9)?,
            codes_deleted: row.get(10)?,
            deliveries: Vec::new(),
        };
        Ok((row.get::<_, i64>(0)?, batch))
    });
    let (key, mut batch) = found.optional()?.ok_or_else(|| unknown(id))?;
    if projects.reach(&batch.project).is_none() {
        return Err(unknown(id));
    }
    let mut statement =
        tx.sql.prepare_cached("SELECT id, service, state FROM delivery WHERE batch = ?1 ORDER BY id")?;
    let rows = statement.query_map([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    batch.deliveries = rows.collect::<rusqlite::Result<_>>()?;
    Ok(batch)
}

/// Deliveries of all organisations (or one), those that need attention first;
/// receipted ones only with `everything`.
pub fn list(tx: &Tx<'_>, organisation: Option<OrganisationId>, everything: bool) -> Result<Vec<Listed>> {
    // Without what is receipted the partial indexes find the few rows.
    let which = if everything {
        "d.state <> 'dissolved'"
    } else {
        "d.id IN (SELECT id FROM delivery WHERE state = 'queued' UNION ALL SELECT id FROM delivery WHERE state = 'parked')"
    };
    let mut statement = tx.sql.prepare_cached(&format!(
        "{LISTED} WHERE {which} AND (?1 IS NULL OR d.organisation = ?1)
         ORDER BY d.state = 'parked' DESC, d.state = 'queued' DESC, d.next_at, d.id",
    ))?;
    let rows = statement.query_map([organisation.map(|id| id.0)], listed)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whose delivery it is, for whoever may act for every organisation.
pub fn organisation_of(tx: &Tx<'_>, id: DeliveryId) -> Result<OrganisationId> {
    let mut statement = tx.sql.prepare_cached("SELECT organisation FROM delivery WHERE id = ?1")?;
    let found = statement.query_row([id.0], |row| row.get(0)).optional()?;
    found.map(OrganisationId).ok_or_else(|| unknown(id))
}

/// One delivery of the organisation with its whole history, the oldest first.
pub fn show(tx: &Tx<'_>, organisation: OrganisationId, id: DeliveryId) -> Result<(Listed, Vec<Attempt>)> {
    let mut statement =
        tx.sql.prepare_cached(&format!("{LISTED} WHERE d.id = ?1 AND d.organisation = ?2"))?;
    let shown = statement.query_row([id.0, organisation.0], listed).optional()?.ok_or_else(|| unknown(id))?;
    let mut statement =
        tx.sql.prepare_cached("SELECT at, outcome, detail FROM attempt WHERE delivery = ?1 ORDER BY id")?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Attempt { at: row.get(0)?, outcome: row.get(1)?, detail: row.get(2)? })
    })?;
    Ok((shown, rows.collect::<rusqlite::Result<_>>()?))
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    let state: String = row.get(4)?;
    let next_at = row.get(8)?;
    Ok(Listed {
        id: row.get(0)?,
        batch: row.get(1)?,
        organisation: row.get(2)?,
        service: row.get(3)?,
        next_at: (state == "queued").then_some(next_at),
        state,
        count: row.get(5)?,
        attempts: row.get(6)?,
        reason: row.get(7)?,
        changed_at: row.get(9)?,
    })
}

fn unknown(id: DeliveryId) -> Error {
    Error::new(Code::NotFound, "delivery-unknown").with("delivery", id.0.to_string())
}
