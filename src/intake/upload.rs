//! What people do with uploads: hand one in, have it imported, end it.

use serde_json::json;

use super::file_name::file_name;
use crate::{
    definition::Definition,
    domain::{
        account::{AccountId, Actor},
        import::ImportState,
        organisation::OrganisationId,
        upload::{Source, UploadId, UploadState},
    },
    error::Result,
    store::{
        Store, Tx, audit, definition, import,
        sealed_file::Sealed,
        upload::{self, NewUpload},
    },
};

/// Who acts on uploads, for which organisation.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Whose data it is.
    pub organisation: OrganisationId,
    /// The account.
    pub account: AccountId,
}

impl Person {
    fn actor(self) -> String {
        actor(Some(self.account))
    }
}

/// A file that came whole.
pub struct Came<'a> {
    /// The name that it came with, perhaps with folders.
    pub name: &'a str,
    /// The name of the sealed file.
    pub sealed: &'a str,
    /// What was written.
    pub content: &'a Sealed,
    /// The author of rows that name none: an e-mail address, or empty.
    pub author: &'a str,
}

/// Notes an upload, which from then on waits for its dry run.
pub fn hand_in(store: &Store, by: Person, as_a: &Definition, came: &Came<'_>) -> Result<UploadId> {
    store.write(|tx| note(tx, by.organisation, Some(by.account), as_a, came))
}

/// Notes an upload that `account` sent, or that lay in the drop folder if
/// nobody did.
pub(super) fn note(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    account: Option<AccountId>,
    as_a: &Definition,
    came: &Came<'_>,
) -> Result<UploadId> {
    let new = NewUpload {
        definition: definition::add(tx, as_a)?.0,
        source: if account.is_some() { Source::Portal } else { Source::DropFolder },
        account,
        author: came.author,
        file: &file_name(came.name.as_ref()),
        content: came.content,
        sealed: came.sealed,
    };
    let id = upload::add(tx, organisation, &new)?;
    let digest: String = came.content.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let details = json!({ "upload": id.0, "source": new.source, "definition": as_a.name,
                          "version": as_a.version.to_string(), "size": came.content.size, "sha256": digest });
    audit::record(tx, &actor(account), "upload.receive", Some(organisation), &details)?;
    Ok(id)
}

/// Who acts on an upload that `account` sent, or nobody did, for the audit.
pub(super) fn actor(account: Option<AccountId>) -> String {
    account.map_or_else(|| "system".to_owned(), |account| Actor::Account(account).to_string())
}

/// Has an upload imported, or tried again if that failed.
///
/// # Errors
///
/// A conflict if its dry run has not been, or if it is ended.
pub fn start(store: &Store, by: Person, id: UploadId) -> Result<()> {
    store.write(|tx| {
        upload::start(tx, by.organisation, id)?;
        audit::record(tx, &by.actor(), "upload.import", Some(by.organisation), &json!({ "upload": id.0 }))
    })
}

/// Ends an upload. One whose import runs ends after the part it is at; what
/// was stored before stays. Returns the state it is in after that.
///
/// # Errors
///
/// A conflict if it is ended.
pub fn cancel(store: &Store, by: Person, id: UploadId) -> Result<UploadState> {
    let ended = store.write(|tx| {
        if upload::get(tx, by.organisation, id)?.state.is_final() {
            return Err(upload::not_here());
        }
        audit::record(tx, &by.actor(), "upload.cancel", Some(by.organisation), &json!({ "upload": id.0 }))?;
        end(store, tx, by.organisation, id, None)
    })?;
    let state = if ended.is_some() { UploadState::Cancelled } else { UploadState::Importing };
    remove(store, ended.flatten())?;
    Ok(state)
}

/// Ends an upload and its import, and gives the name of its sealed file; `None`
/// if the import runs, which then ends by itself after the part it is at.
pub(super) fn end(
    store: &Store,
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: UploadId,
    reason: Option<&str>,
) -> Result<Option<Option<String>>> {
    if let Some(begun) = upload::get(tx, organisation, id)?.import
        && import::cancel(tx, organisation, begun)?
    {
        let Some(_lock) = store.lock_import(begun)? else { return Ok(None) };
        import::finish(tx, organisation, begun, ImportState::Cancelled, None)?;
    }
    upload::finish(tx, organisation, id, UploadState::Cancelled, reason).map(Some)
}

/// Removes the sealed file of an upload whose end is committed. What a kill
/// leaves of it is swept away at the next start.
pub(super) fn remove(store: &Store, file: Option<String>) -> Result<()> {
    file.map_or(Ok(()), |file| store.remove_spooled(&file))
}
