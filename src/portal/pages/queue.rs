//! The queue of a group: what waits, why and since when; retry and park.

use crate::{
    clock,
    domain::{
        delivery::{DeliveryId, reason_text},
        member::{Projects, forbidden},
        organisation::OrganisationId,
        role::Permission,
    },
    error::Result,
    portal::{answer::Answer, content::content, pages::group::person, visit::Visit},
    store::{
        Tx, delivery,
        queue::{self, Place, View},
    },
};

/// How many deliveries a page lists.
const ROWS: usize = 50;

/// The list, with the numbers by service and state above it.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let projects = projects(visit, Permission::QueueRead)?;
    let (counts, chosen, mut found) = visit.read(|tx| {
        let counts = queue::counts(tx, group, &projects)?;
        let asked = visit.query.get("show");
        let chosen = View::ALL.into_iter().find(|view| view.name() == asked).unwrap_or(View::Problems);
        let found = queue::page(tx, group, &projects, chosen, place(visit).as_ref(), ROWS + 1)?;
        Ok((counts, chosen, found))
    })?;
    let next = (found.len() > ROWS).then(|| {
        found.truncate(ROWS);
        let last = found.last().map_or(String::new(), |last| format!("{}.{}", last.state, last.id));
        visit.group_path(&format!("/queue?show={}&after={last}", chosen.name()))
    });
    let has_parked = counts.iter().any(|count| count.state == "parked" && count.number > 0);
    let rows: Vec<_> = found
        .into_iter()
        .map(|row| {
            let reason = row.reason.as_deref().map(|reason| reason_text(visit.language, reason));
            content! { reason, delivery => row }
        })
        .collect();
    let views: Vec<_> = View::ALL
        .into_iter()
        .map(|view| content! { name => view.name(), here => view == chosen, href => visit.group_path(&format!("/queue?show={}", view.name())) })
        .collect();
    let may_edit = visit.permits(Permission::QueueEdit);
    let first = place(visit).is_some().then(|| visit.group_path(&format!("/queue?show={}", chosen.name())));
    Ok(visit.page(
        "queue.html",
        content! { rows, counts, views, view => chosen.name(), next, first, may_edit, has_parked, now => now() },
    ))
}

/// One delivery, with every attempt and act, and what became of its batch.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let id = DeliveryId(visit.number("delivery")?);
    let projects = projects(visit, Permission::QueueRead)?;
    let (batch, shown, attempts) = visit.read(|tx| {
        let batch = queue::batch(tx, group, &projects, id)?;
        let (shown, mut attempts) = queue::show(tx, group, id)?;
        attempts.reverse();
        let attempts = attempts.into_iter().map(|attempt| {
            let detail = match attempt.outcome.as_str() {
                "again" | "parked" | "waits" => reason_text(visit.language, &attempt.detail),
                "retry" | "park" => person(tx, visit.language, &attempt.detail)?,
                _ => attempt.detail,
            };
            Ok(content! { at => attempt.at, outcome => attempt.outcome, detail })
        });
        Ok((batch, shown, attempts.collect::<Result<Vec<_>>>()?))
    })?;
    let reason = shown.reason.as_deref().map(|reason| reason_text(visit.language, reason));
    let may_edit = visit.permits(Permission::QueueEdit);
    let content = content! { batch, shown, attempts, reason, may_edit, now => now() };
    Ok(visit.page("queue_delivery.html", content))
}

/// Tries a delivery now: one that waits, or one that was parked.
pub fn retry(visit: &Visit<'_>) -> Result<Answer> {
    act(visit, "retried", delivery::retry)
}

/// Keeps a delivery back until somebody retries it.
pub fn park(visit: &Visit<'_>) -> Result<Answer> {
    act(visit, "parked", delivery::park)
}

/// Tries all that is parked now.
pub fn retry_parked(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    if projects(visit, Permission::QueueEdit)? != Projects::All {
        return Err(forbidden(Permission::QueueEdit));
    }
    visit.write(|tx| delivery::retry_parked(tx, group, &visit.actor().to_string()))?;
    Ok(Answer::redirect(visit.group_path("/queue?done=delivery-retried")))
}

/// The projects of the group in which the person may do this.
pub fn projects(visit: &Visit<'_>, permission: Permission) -> Result<Projects> {
    Ok(visit.who()?.standing.projects(permission, visit.group()?.id))
}

type Act = fn(&Tx<'_>, OrganisationId, DeliveryId, &str) -> Result<()>;

fn act(visit: &Visit<'_>, done: &str, act: Act) -> Result<Answer> {
    let group = visit.group()?.id;
    let id = DeliveryId(visit.number("delivery")?);
    let projects = projects(visit, Permission::QueueEdit)?;
    visit.write(|tx| {
        queue::batch(tx, group, &projects, id)?;
        act(tx, group, id, &visit.actor().to_string())
    })?;
    Ok(Answer::redirect(visit.group_path(&format!("/queue/{}?done=delivery-{done}", id.0))))
}

/// Where the list goes on, as `state.key`.
fn place(visit: &Visit<'_>) -> Option<Place> {
    let (state, id) = visit.query.get("after").split_once('.')?;
    Some(Place { state: state.to_owned(), id: id.parse().ok()? })
}

fn now() -> i64 {
    clock::now().as_millisecond()
}
