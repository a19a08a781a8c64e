//! Uploads: the history, and one upload from its dry run to its end.

use minijinja::Value;
use serde_json::Map;

use super::upload_findings::query;
use crate::{
    definition::Definition,
    domain::{
        import::RowCounts,
        member::{Projects, not_found},
        role::Permission,
        upload::{UploadId, UploadState},
    },
    error::Result,
    intake::{report, upload::Person},
    portal::{answer::Answer, content::content, visit::Visit},
    store::{
        Tx, account, definition,
        dry_run::DryRun,
        finding::{self, Count, Filter, RowFinding},
        import,
        upload::{self, Upload},
    },
};

/// Uploads on one page of the history.
const LISTED: u64 = 50;

/// Lines of what was found that are shown before somebody asks for all.
const FOUND: usize = 100;

/// The history, newest first.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let (group, projects) = (visit.group()?.id, projects(visit)?);
    let before = visit.query.get("before").parse().ok().map(UploadId);
    let (rows, next) = visit.read(|tx| {
        let mut found = upload::list(tx, group, projects.as_deref(), before, LISTED + 1)?;
        let has_more = found.len() as u64 > LISTED;
        found.truncate(LISTED as usize);
        let last = found.last().map(|last| last.id).filter(|_| has_more);
        let next = last.map(|UploadId(last)| visit.group_path(&format!("/uploads?before={last}")));
        let rows = found.into_iter().map(|upload| {
            let counts = counts(tx, visit, &upload)?;
            let by = by(tx, &upload)?;
            let kind = kind(upload.state, counts.as_ref());
            let counts = counts.as_ref().map(counts_shown);
            Ok(content! { upload => about(&upload), by, counts, kind })
        });
        Ok((rows.collect::<Result<Vec<_>>>()?, next))
    })?;
    let previous = before.map(|_| visit.group_path("/uploads"));
    let folder = visit.portal.desk().watch().folder(group).map(|folder| folder.display().to_string());
    Ok(visit.page("uploads.html", content! { rows, folder, pages => content! { previous, next } }))
}

/// One upload: where it is, what its dry run told, what became of it.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let upload = find(visit)?;
    let content = visit.read(|tx| {
        let definition = definition::get(tx, upload.definition)?;
        let told = upload::dry_run(tx, group, upload.id)?.unwrap_or_default();
        let found = match upload.import {
            Some(import) => finding::counts(tx, group, import)?,
            None => told.found.clone(),
        };
        let reason = match (&upload.reason, upload.import) {
            (Some(reason), _) => Some(reason_text(visit, reason)),
            (None, Some(import)) => import::get(tx, group, import)?.reason.map(|it| reason_text(visit, &it)),
            (None, None) => None,
        };
        let counts = counts(tx, visit, &upload)?;
        Ok(content! {
            upload => about(&upload),
            by => by(tx, &upload)?,
            kind => kind(upload.state, counts.as_ref()),
            is_at_work => upload.state.is_at_work(),
            is_final => upload.state.is_final(),
            progress => progress(visit, &upload),
            counts => counts.or(has_run(&upload, &told)).as_ref().map(counts_shown),
            file => told.file.iter().map(|it| finding_shown(it, visit, &definition)).collect::<Vec<_>>(),
            rows => preview(&told, visit, &definition),
            shows_all => told.rows.len() as u64 == told.counts.read(),
            found => found_shown(&found),
            found_more => found.len().saturating_sub(FOUND),
            reason,
        })
    })?;
    Ok(visit.page("upload.html", content))
}

/// The upload that the path names, if its project is open to this person.
pub fn find(visit: &Visit<'_>) -> Result<Upload> {
    let (group, id) = (visit.group()?.id, UploadId(visit.number("upload")?));
    let upload = visit.read(|tx| upload::get(tx, group, id))?;
    let open = visit.who()?.standing.projects(Permission::Upload, group);
    if open.reach(&upload.project).is_some() { Ok(upload) } else { Err(not_found()) }
}

/// The projects for which this person uploads; `None` for all.
pub fn projects(visit: &Visit<'_>) -> Result<Option<Vec<String>>> {
    Ok(match visit.who()?.standing.projects(Permission::Upload, visit.group()?.id) {
        Projects::All => None,
        Projects::Some(projects) => Some(projects.into_keys().collect()),
    })
}

/// Who acts, for whom.
pub fn person(visit: &Visit<'_>) -> Result<Person> {
    Ok(Person { organisation: visit.group()?.id, account: visit.who()?.account.id })
}

/// A finding for a person.
pub fn finding_shown(found: &RowFinding, visit: &Visit<'_>, definition: &Definition) -> Value {
    content! {
        row => found.row,
        line => found.line,
        column => found.column,
        code => found.code,
        severity => found.severity,
        shape => found.shape,
        text => report::text(found, visit.language, definition),
    }
}

/// The e-mail address of who sent it, if a person did.
fn by(tx: &Tx<'_>, upload: &Upload) -> Result<Option<String>> {
    upload.account.map(|account| Ok(account::get(tx, account)?.email)).transpose()
}

fn about(upload: &Upload) -> Value {
    let (UploadId(id), import) = (upload.id, upload.import.map(|import| import.0));
    content! {
        id, import,
        file => upload.file,
        size => upload.size,
        source => upload.source,
        state => upload.state,
        project => upload.project,
        definition => upload.name,
        version => upload.version,
        author => upload.author,
        came_at => upload.came_at,
    }
}

/// The colour and shape of a state. What is imported but for some rows is not
/// all well.
fn kind(state: UploadState, counts: Option<&RowCounts>) -> &'static str {
    match state {
        UploadState::Done if counts.is_some_and(|counts| counts.rejected > 0) => "warn",
        UploadState::Received | UploadState::Importing | UploadState::Cancelled => "",
        UploadState::Checked => "warn",
        UploadState::Done => "good",
        UploadState::Stopped | UploadState::Failed | UploadState::Refused => "bad",
    }
}

/// How far the work on it is: bytes read, the file's size, and rows.
fn progress(visit: &Visit<'_>, upload: &Upload) -> Option<Value> {
    let at = visit.portal.desk().progress(upload.id)?;
    let (bytes, size, rows) = (at.bytes.min(at.size), at.size, at.rows);
    Some(content! { bytes, size, rows, percent => bytes * 100 / size.max(1) })
}

/// What became of its rows, once its import has begun.
fn counts(tx: &Tx<'_>, visit: &Visit<'_>, upload: &Upload) -> Result<Option<RowCounts>> {
    let Some(import) = upload.import else { return Ok(None) };
    Ok(Some(import::get(tx, visit.group()?.id, import)?.counts))
}

fn has_run(upload: &Upload, told: &DryRun) -> Option<RowCounts> {
    (upload.state != UploadState::Received && told.counts.read() > 0).then_some(told.counts)
}

fn counts_shown(counts: &RowCounts) -> Value {
    content! {
        read => counts.read(),
        new => counts.accepted - counts.corrections,
        corrections => counts.corrections,
        unchanged => counts.unchanged,
        refused => counts.rejected,
        warnings => counts.warnings,
        accepted => counts.accepted,
    }
}

fn preview(told: &DryRun, visit: &Visit<'_>, definition: &Definition) -> Vec<Value> {
    let rows = told.rows.iter().map(|row| {
        let kind = match row.fate.as_str() {
            "new" => "good",
            "correction" => "warn",
            "refused" => "bad",
            _ => "",
        };
        let findings: Vec<_> =
            row.findings.iter().map(|found| finding_shown(found, visit, definition)).collect();
        content! { row => row.row, line => row.line, fate => row.fate, kind, findings }
    });
    rows.collect()
}

fn found_shown(found: &[Count]) -> Vec<Value> {
    let mut found: Vec<_> = found.iter().collect();
    found.sort_by_key(|count| std::cmp::Reverse((count.severity, count.count)));
    let line = |count: &&Count| {
        let filter = Filter { code: Some(&count.code), column: Some(&count.column) };
        content! { code => count.code, column => count.column, severity => count.severity, count => count.count,
        query => query(filter) }
    };
    found.iter().take(FOUND).map(line).collect()
}

/// The sentence of a reason that the store keeps as JSON.
fn reason_text(visit: &Visit<'_>, reason: &str) -> String {
    let reason: Map<_, _> = serde_json::from_str(reason).unwrap_or_default();
    let text = |name: &str| reason.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    report::plain(&text("code"), &text("args"), visit.language)
}
