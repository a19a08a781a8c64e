//! `GET /proxy/api/dcd/submit`: what was submitted, and what became of it.

use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::{
    answer::Answer,
    call::Call,
    known::{Listed, is_latest},
    number,
    problem::hex,
};
use crate::{
    domain::registration::{RegistrationId, State},
    error::{Code, Error, Result},
    intake::report,
    store::{
        Tx, api_key, audit,
        block::{self, Block},
        finding,
        history::{self, Whole},
        listing::{self, Filter, Scope, Start},
    },
};

/// Registrations of a page, if no number is asked for.
const USUAL: usize = 100;

/// The most registrations of a page.
pub const MOST: u64 = 500;

/// A page ends after the registration that fills it beyond so many bytes, since
/// a registration may be a mebibyte long.
const MOST_BYTES: usize = 4 << 20;

/// A registration, as clients get it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    /// A text, since not every client holds so great a number.
    registration_id: String,
    business_key: String,
    dcd_id: u64,
    dcd_version_id: u64,
    dcd: &'a str,
    version: String,
    status: State,
    revision: i64,
    received_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
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
    let (body, count) = call.api.store.read(|tx| {
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
        tell(call, tx, &definitions, &page)
    })?;
    if with_data {
        let names: Vec<_> = definitions.iter().map(|listed| &listed.name).collect();
        let details = json!({ "api_key": key.id.0, "definitions": names, "registrations": count });
        let organisation = Some(key.organisation);
        call.api
            .store
            .write(|tx| audit::record(tx, &key.id.actor(), "api-key.read", organisation, &details))?;
    }
    Ok(Answer::new(200, "application/json", body))
}

/// The definitions whose registrations are asked for, in all versions unless
/// one is named.
fn wanted(call: &Call<'_>) -> Result<Vec<Listed>> {
    let mut all = call.definitions()?;
    if let Some(wanted) = call.param("dcd-id") {
        all.retain(|listed| listed.is(wanted));
    }
    match call.param("dcd-version-id") {
        // The highest version of each comes first.
        Some(version) if is_latest(version) => all.dedup_by(|next, first| next.name == first.name),
        Some(version) => all.retain(|listed| listed.is_version(version)),
        None => {}
    }
    if all.is_empty() { Err(Error::new(Code::NotFound, "api-dcd-unknown")) } else { Ok(all) }
}

/// The answer that tells a page, and how many registrations it tells: fewer
/// than the page has if they are long.
fn tell(
    call: &Call<'_>,
    tx: &Tx<'_>,
    definitions: &[Listed],
    page: &listing::Page,
) -> Result<(Vec<u8>, usize)> {
    let organisation = call.key()?.organisation;
    let mut body = br#"{"registrations":["#.to_vec();
    // Rows of a block mostly follow one another.
    let mut block: Option<Block> = None;
    let mut count = 0;
    for row in &page.rows {
        if body.len() >= MOST_BYTES {
            break;
        }
        let block = match block.take().filter(|block| block.id == row.id.block()) {
            Some(known) => block.insert(known),
            None => block.insert(block::get(tx, organisation, row.id.block())?),
        };
        if count > 0 {
            body.push(b',');
        }
        add(call, tx, definitions, row, &history::whole_of(tx, organisation, block, row.id)?, &mut body)?;
        count += 1;
    }
    let next = if count < page.rows.len() { Some(page.rows[count - 1].id) } else { page.older };
    let next = json!(next.map(|id| id.0.to_string()));
    body.extend_from_slice(format!(r#"],"next":{next}}}"#).as_bytes());
    Ok((body, count))
}

fn add(
    call: &Call<'_>,
    tx: &Tx<'_>,
    definitions: &[Listed],
    row: &listing::Listed,
    whole: &Whole,
    body: &mut Vec<u8>,
) -> Result<()> {
    let listed = definitions.iter().find(|listed| listed.id() == Some(row.definition));
    let listed = listed.ok_or_else(|| Error::internal("a registration of another definition"))?;
    let version = listed.version.to_string();
    let with_data = call.flag("incl-submit-data", false);
    let data = with_data.then(|| serde_json::from_str(&whole.data)).transpose().map_err(Error::internal)?;
    let with_results = call.flag("incl-submit-results", true);
    let told = Told {
        registration_id: row.id.0.to_string(),
        business_key: if row.state == State::Open { String::new() } else { hex(&whole.key) },
        dcd_id: number::definition(&listed.name),
        dcd_version_id: number::version(&listed.name, &version),
        dcd: &listed.name,
        version,
        status: row.state,
        revision: row.revision,
        received_at: moment(row.arrived_at)?,
        data,
        results: with_results.then(|| results(call, tx, listed, whole)).transpose()?,
    };
    serde_json::to_writer(body, &told).map_err(Error::internal)
}

/// What was found in a registration, and what holds or held it back.
fn results(call: &Call<'_>, tx: &Tx<'_>, listed: &Listed, whole: &Whole) -> Result<Value> {
    let known = call.api.shelf.get(tx, listed)?;
    let number = u64::from(whole.row);
    let found = finding::of_rows(tx, call.key()?.organisation, whole.import, number, number)?;
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
    let refusal = whole.refusal.as_ref().or(whole.batch.as_ref().and_then(|batch| batch.reason.as_ref()));
    Ok(json!({ "holdReasons": held, "refusal": refusal, "findings": found.collect::<Vec<_>>() }))
}

fn moment(at: i64) -> Result<String> {
    Ok(jiff::Timestamp::from_millisecond(at).map_err(Error::internal)?.to_string())
}
