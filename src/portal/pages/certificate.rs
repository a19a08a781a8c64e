//! Certificates of organisations: the overview, a group's uploads, the log of
//! one, and putting an earlier one back.

use minijinja::Value;
use serde::Serialize;

use super::group::person;
use crate::{
    certificate::{self as engine, Holder, Log},
    clock,
    domain::{
        certificate::{CertificateId, Status, days_left, notice},
        organisation::Organisation,
        role::Permission,
    },
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
    store::{Tx, certificate, certificate::Version, organisation},
};

/// An upload as it is shown.
#[derive(Serialize)]
pub(super) struct Row {
    id: i64,
    at: i64,
    status: Status,
    identity: String,
    from: i64,
    until: i64,
    /// Whole days until the end, for one that is not over.
    days: Option<i64>,
    /// The notice that holds now, for the one in use.
    notice: Option<i64>,
    thumbprint: String,
    /// Whether it can be put back into use.
    may_return: bool,
}

impl Row {
    pub(super) fn of(version: Version) -> Self {
        let now = clock::now().as_millisecond();
        let status = version.status(now);
        let days = days_left(version.not_after, now);
        Self {
            id: version.id.0,
            at: version.added_at,
            status,
            days: (!matches!(status, Status::Refused | Status::Expired)).then_some(days),
            notice: notice(days).filter(|_| status == Status::Published),
            may_return: status == Status::Unpublished,
            identity: version.identity,
            from: version.not_before,
            until: version.not_after,
            thumbprint: version.thumbprint,
        }
    }
}

/// An organisation in the overview.
#[derive(Serialize)]
struct Card {
    title: String,
    nihdi: String,
    in_use: Option<Row>,
    newest: Option<Row>,
    may_edit: bool,
}

/// All organisations whose certificates the person may see.
pub fn overview(visit: &Visit<'_>) -> Result<Answer> {
    let standing = &visit.who()?.standing;
    let rows = visit.read(|tx| {
        let groups = organisation::all(tx)?.into_iter();
        let seen = groups.filter(|group| standing.permits(Permission::CertificatesRead, group.id));
        let card = |group: Organisation| {
            let (in_use, newest) = certificate::latest(tx, group.id)?;
            Ok(Card {
                in_use: in_use.map(Row::of),
                newest: newest.map(Row::of),
                may_edit: standing.permits(Permission::CertificatesEdit, group.id),
                title: group.title,
                nihdi: group.nihdi.as_str().to_owned(),
            })
        };
        seen.map(card).collect::<Result<Vec<_>>>()
    })?;
    Ok(visit.page("certificates.html", content! { rows }))
}

/// A group's uploads, newest first.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let rows: Vec<_> = visit.read(|tx| certificate::list(tx, group))?.into_iter().map(Row::of).collect();
    let may_edit = visit.permits(Permission::CertificatesEdit);
    let in_use = rows.iter().find(|row| row.status == Status::Published);
    Ok(visit.page("certificate_list.html", content! { rows, in_use, may_edit }))
}

/// The log of one upload.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let (group, id) = (visit.group()?.id, CertificateId(visit.number("version")?));
    let (version, events) =
        visit.read(|tx| Ok((certificate::get(tx, group, id)?, events(tx, visit, id)?)))?;
    let log = Log::read(&version.log);
    let content = content! {
        steps => steps(visit, &log),
        holder => log.holder.unwrap_or_else(|| of_identity(&version.identity)),
        row => Row::of(version),
        events,
        may_edit => visit.permits(Permission::CertificatesEdit),
    };
    Ok(visit.page("certificate.html", content))
}

/// Puts an earlier version back into use.
pub fn publish(visit: &Visit<'_>) -> Result<Answer> {
    let (group, id) = (visit.group()?, CertificateId(visit.number("version")?));
    let actor = visit.actor().to_string();
    visit.write(|tx| engine::publish_again(tx, &actor, group, id))?;
    Ok(Answer::redirect(visit.group_path("/certificates?done=certificate-again")))
}

/// A check as it is shown.
#[derive(Serialize)]
pub(super) struct Step {
    step: String,
    outcome: String,
    texts: Vec<String>,
}

/// The checks of a log, in the reader's language.
pub(super) fn steps(visit: &Visit<'_>, log: &Log) -> Vec<Step> {
    let step = |entry: &engine::Entry| Step {
        step: visit.text(&format!("certificate-step-{}", entry.step), &[]),
        outcome: entry.outcome.clone(),
        texts: entry.findings.iter().map(|found| found.text(visit.language)).collect(),
    };
    log.steps.iter().map(step).collect()
}

fn events(tx: &Tx<'_>, visit: &Visit<'_>, id: CertificateId) -> Result<Vec<Value>> {
    let happened = certificate::history(tx, visit.group()?.id, id)?.into_iter();
    let event = |happened: certificate::Happened| {
        let actor = person(tx, visit.language, &happened.actor)?;
        Ok(content! { at => happened.at, actor, event => happened.event })
    };
    happened.map(event).collect()
}

/// What an upload before there were logs says of its holder.
fn of_identity(identity: &str) -> Holder {
    let (kind, number) = identity.split_once('=').unwrap_or_default();
    Holder { kind: kind.to_owned(), number: number.to_owned(), ..Holder::default() }
}
