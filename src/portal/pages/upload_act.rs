//! What a person decides about an upload: have it imported, or end it.

use super::upload::{find, person};
use crate::{
    domain::upload::{UploadId, UploadState},
    error::Result,
    intake::upload,
    portal::{answer::Answer, content::content, visit::Visit},
};

/// Has it imported, or tried again if that failed.
pub fn import(visit: &Visit<'_>) -> Result<Answer> {
    let id = find(visit)?.id;
    upload::start(visit.store(), person(visit)?, id)?;
    visit.portal.desk().ring();
    Ok(back(visit, id, ""))
}

/// Asks before it is ended.
pub fn ask_cancel(visit: &Visit<'_>) -> Result<Answer> {
    let found = find(visit)?;
    let UploadId(id) = found.id;
    let is_running = found.import.is_some();
    Ok(visit.page("upload_cancel.html", content! { id, file => found.file, is_running }))
}

/// Ends it.
pub fn cancel(visit: &Visit<'_>) -> Result<Answer> {
    let id = find(visit)?.id;
    let state = upload::cancel(visit.store(), person(visit)?, id)?;
    visit.portal.desk().ring();
    let done = if state == UploadState::Cancelled { "upload-cancelled" } else { "upload-cancelling" };
    Ok(back(visit, id, &format!("?done={done}")))
}

fn back(visit: &Visit<'_>, UploadId(id): UploadId, query: &str) -> Answer {
    Answer::redirect(visit.group_path(&format!("/uploads/{id}{query}")))
}
