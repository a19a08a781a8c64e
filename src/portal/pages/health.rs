//! Health: for machines, and as a page with what to do.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    clock,
    domain::{
        health::{Check, State, worst},
        role::Permission,
    },
    error::Result,
    portal::{answer::Answer, content::content, health::checks, visit::Visit},
    store::{Tx, alert, organisation},
};

/// A check on the page.
#[derive(Serialize)]
struct Row {
    id: &'static str,
    state: State,
    unit: &'static str,
    number: Option<i64>,
}

/// For machines: the state of the whole and of each check. 503 if something
/// does not work. It names nobody.
pub fn machine(visit: &Visit<'_>) -> Result<Answer> {
    let checks = checks(visit.portal);
    let state = worst(&checks);
    let one = |check: &Check| {
        let mut facts = Map::from_iter([("status".to_owned(), Value::from(check.state.name()))]);
        facts.extend(check.figure.map(|(unit, number)| (unit.to_owned(), Value::from(number))));
        (check.id.replace('-', "_"), Value::Object(facts))
    };
    let document = json!({
        "status": state.name(),
        "time": clock::now().to_string(),
        "checks": Map::from_iter(checks.iter().map(one)),
    });
    Ok(Answer::json(&document)?.status(if state == State::Failing { 503 } else { 200 }))
}

/// For people: each check in words, what to do, and what is wrong where.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let checks = checks(visit.portal);
    let state = worst(&checks);
    let rows: Vec<_> = checks
        .into_iter()
        .map(|Check { id, state, figure }| Row {
            id,
            state,
            unit: figure.map_or("", |(unit, _)| unit),
            number: figure.map(|(_, number)| number),
        })
        .collect();
    let alerts = visit.read(|tx| alerts(tx, visit))?;
    Ok(visit.page(
        "health.html",
        content! { state_of_all => state, rows, alerts, at => clock::now().as_millisecond() },
    ))
}

/// An alert that concerns the whole installation, or an organisation that the
/// person oversees.
#[derive(Serialize)]
struct Told {
    about: String,
    since: i64,
    why: String,
}

fn alerts(tx: &Tx<'_>, visit: &Visit<'_>) -> Result<Vec<Told>> {
    let standing = &visit.who()?.standing;
    let groups = organisation::all(tx)?;
    let told = |alert: alert::Alert| {
        let parts: Vec<_> = alert.subject.split(':').collect();
        let group = groups.iter().find(|group| parts.last() == Some(&group.nihdi.as_str()));
        let is_seen = match group {
            Some(group) => standing.permits(Permission::QueueRead, group.id),
            None => matches!(parts.as_slice(), ["clock", _] | ["drop", "folder"]),
        };
        let status = alert.reason.strip_prefix("status-").unwrap_or_default();
        let id = match status {
            "" => format!("delivery-reason-{}", alert.reason),
            "301" | "308" => "delivery-reason-status-final".to_owned(),
            _ if status.starts_with('4') && !["408", "425", "429"].contains(&status) => {
                "delivery-reason-status-final".to_owned()
            }
            _ => "delivery-reason-status-passing".to_owned(),
        };
        let whole = || match parts.as_slice() {
            ["drop", _] => visit.text("settings-drop-folder", &[]),
            parts => parts.get(1).copied().unwrap_or_default().to_owned(),
        };
        let about = group.map_or_else(whole, |group| group.title.clone());
        (is_seen && visit.language.has(&id)).then(|| Told {
            about,
            since: alert.since,
            why: visit.text(&id, &[("status", status.into())]),
        })
    };
    Ok(alert::list(tx)?.into_iter().filter_map(told).collect())
}
