//! `GET /proxy/api/dcd/submit`: what was submitted, and what became of it.

use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::{answer::Answer, call::Call, known::Listed, number, problem::hex};
use crate::{
    domain::registration::{RegistrationId, State},
    error::{Code, Error, Result},
    intake::report,
    store::{
        Tx, api_key, audit, finding, history,
        listing::{self, Filter, Scope, Start},
    },
};

/// Registrations of a page, if no number is asked for.
const USUAL: usize = 100;

/// The most registrations of a page.
pub const MOST: u64 = 500;

#[derive(Serialize)]
struct Page {
    registrations: Vec<Told>,
    /// The number before which the next page goes on.
    next: Option<String>,
}

#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    facts: Value,
    /// As it is stored: in between, numbers would lose digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Value>,
}

/// A page of registrations, the newest first. Reading their values is written
/// down.
pub fn get(call: &Call<'_>) -> Result<Answer> {
    let key = call.key()?;
    let definitions = wanted(call)?;
    let with_data = call.flag("incl-submit-data", false);
    let limit = call.param("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL);
    let start = call.param("before").and_then(|before| before.parse().ok());
    let start = start.map_or(Start::Newest, |before| Start::Before(RegistrationId(before)));
    let body = call.api.store.read(|tx| {
        for listed in &definitions {
            if !api_key::may_read(tx, key, &listed.project)? {
                return Err(Error::new(Code::Forbidden, "api-key-reads-no-more"));
            }
        }
        let scopes = definitions
            .iter()
            .filter_map(|listed| Some(Scope { definition: listed.id()?, people: Vec::new() }));
        let filter = Filter { scopes: scopes.collect(), ..Filter::default() };
        let page = listing::page(tx, key.organisation, &filter, start, limit)?;
        let registrations =
            page.rows.iter().map(|row| told(call, tx, &definitions, row)).collect::<Result<_>>()?;
        Ok(Page { registrations, next: page.older.map(|id| id.0.to_string()) })
    })?;
    if with_data {
        let names: Vec<_> = definitions.iter().map(|listed| &listed.name).collect();
        let count = body.registrations.len();
        let details = json!({ "api_key": key.id.0, "definitions": names, "registrations": count });
        let organisation = Some(key.organisation);
        call.api
            .store
            .write(|tx| audit::record(tx, &key.id.actor(), "api-key.read", organisation, &details))?;
    }
    Answer::json(200, &body)
}

/// The definitions whose registrations are asked for, in all versions unless
/// one is named.
fn wanted(call: &Call<'_>) -> Result<Vec<Listed>> {
    let mut all = call.definitions()?;
    if let Some(wanted) = call.param("dcd-id") {
        all.retain(|listed| listed.is(wanted));
    }
    if let Some(version) = call.param("dcd-version-id") {
        all.retain(|listed| listed.is_version(version));
    }
    if all.is_empty() { Err(Error::new(Code::NotFound, "api-dcd-unknown")) } else { Ok(all) }
}

fn told(call: &Call<'_>, tx: &Tx<'_>, definitions: &[Listed], row: &listing::Listed) -> Result<Told> {
    let organisation = call.key()?.organisation;
    let listed = definitions.iter().find(|listed| listed.id() == Some(row.definition));
    let listed = listed.ok_or_else(|| Error::internal("a registration of another definition"))?;
    let whole = history::whole(tx, organisation, row.id)?;
    let version = listed.version.to_string();
    let facts = json!({
        // A text, since not every client holds so great a number.
        "registrationId": row.id.0.to_string(),
        "businessKey": if row.state == State::Open { String::new() } else { hex(&whole.key) },
        "dcdId": number::definition(&listed.name),
        "dcdVersionId": number::version(&listed.name, &version),
        "dcd": listed.name,
        "version": version,
        "status": row.state,
        "revision": row.revision,
        "receivedAt": moment(row.arrived_at)?,
    });
    let mut told = Told { facts, data: None, results: None };
    if call.flag("incl-submit-data", false) {
        told.data = Some(serde_json::from_str(&whole.data).map_err(Error::internal)?);
    }
    if call.flag("incl-submit-results", true) {
        let known = call.api.shelf.get(tx, listed)?;
        let number = u64::from(whole.row);
        let found = finding::of_rows(tx, organisation, whole.import, number, number)?;
        let found = found.iter().map(|found| {
            json!({
                "field": found.column,
                "code": found.code,
                "severity": found.severity,
                "message": report::text(found, call.language, &known.definition),
                "shape": found.shape,
            })
        });
        let held: Vec<_> = whole.held.map(|held| held.names().collect()).unwrap_or_default();
        let refusal = whole.refusal.or_else(|| whole.batch.as_ref().and_then(|batch| batch.reason.clone()));
        told.results = Some(json!({
            "holdReasons": held,
            "refusal": refusal,
            "findings": found.collect::<Vec<_>>(),
        }));
    }
    Ok(told)
}

fn moment(at: i64) -> Result<String> {
    Ok(jiff::Timestamp::from_millisecond(at).map_err(Error::internal)?.to_string())
}
