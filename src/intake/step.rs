//! One step of an upload: its dry run, or its import. Each may be done twice.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;

use super::{
    check::Gathered,
    desk::Desk,
    input::Input,
    job::{CHUNK_ROWS, Job, Outcome, when},
    upload::{actor, remove},
};
use crate::{
    config::Config,
    domain::{
        finding::Finding,
        import::ImportState,
        organisation::{Organisation, OrganisationId},
        upload::{Source, UploadId, UploadState},
    },
    error::{Code, Error, Result},
    store::{
        Store, audit, definition,
        finding::args_to_json,
        import, organisation,
        sealed_file::SealedFile,
        upload::{self, Upload},
    },
};

/// What all steps are done with.
pub(super) struct Steps<'a> {
    pub store: &'a Store,
    pub config: &'a Config,
    pub desk: &'a Desk,
    pub stop: &'a AtomicBool,
    /// Rows that one transaction stores: fewer in tests.
    pub chunk_rows: usize,
}

/// The actor of what the runner does by itself.
const WORKER: &str = "worker";

impl<'a> Steps<'a> {
    /// Steps that store chunks of the ordinary size.
    pub fn new(store: &'a Store, config: &'a Config, desk: &'a Desk, stop: &'a AtomicBool) -> Self {
        Self { store, config, desk, stop, chunk_rows: CHUNK_ROWS }
    }

    /// Does what the upload waits for, if it still does.
    pub fn step(&self, organisation: OrganisationId, id: UploadId) -> Result<()> {
        let (organisation, upload) = self
            .store
            .read(|tx| Ok((organisation::get(tx, organisation)?, upload::get(tx, organisation, id)?)))?;
        let Some(name) = upload.sealed.as_deref().filter(|_| upload.state.is_at_work()) else {
            return Ok(());
        };
        let file = match self.store.open_spooled(name) {
            Ok(file) => file,
            Err(error) if error.code == Code::Invalid => {
                return self.end(&organisation, &upload, UploadState::Refused, Some(&damaged()));
            }
            Err(error) => return Err(error),
        };
        match upload.state {
            UploadState::Received => self.check(&organisation, &upload, &file),
            _ => self.import(&organisation, &upload, &file),
        }
    }

    fn check(&self, organisation: &Organisation, upload: &Upload, file: &SealedFile) -> Result<()> {
        let mut gathered = Gathered::default();
        let outcome = self.with_job(organisation, upload, |job| {
            let input = Input::Sealed { file, name: &upload.file };
            let advance = &mut |at| self.desk.advance(upload.id, at);
            job.dry_run(input, advance, &mut |fates, findings| gathered.take(fates, findings))
        })?;
        if outcome.state == Some(ImportState::Running) {
            return Ok(());
        }
        let earlier = self.earlier(organisation.id, upload)?;
        let told = gathered.told(&outcome, earlier.as_ref());
        let state = if outcome.state.is_some() { UploadState::Checked } else { UploadState::Refused };
        let codes: Vec<_> = told.file.iter().map(|finding| &finding.code).collect();
        let details =
            json!({ "upload": upload.id.0, "state": state, "rows": outcome.counts, "findings": codes });
        let kept = self.store.write(|tx| {
            let kept = upload::checked(tx, organisation.id, upload.id, &told)?;
            if !kept {
                return Ok(None);
            }
            audit::record(tx, WORKER, "upload.check", Some(organisation.id), &details)?;
            match (state, upload.source) {
                (UploadState::Refused, _) => upload::finish(tx, organisation.id, upload.id, state, None),
                (_, Source::Portal) => Ok(None),
                // Nobody waits at a drop folder to be asked.
                (_, Source::DropFolder) => {
                    upload::start(tx, organisation.id, upload.id)?;
                    let details = json!({ "upload": upload.id.0 });
                    let by = actor(upload.account);
                    audit::record(tx, &by, "upload.import", Some(organisation.id), &details)?;
                    Ok(None)
                }
            }
        })?;
        remove(self.store, kept)
    }

    fn import(&self, organisation: &Organisation, upload: &Upload, file: &SealedFile) -> Result<()> {
        if self.is_over(organisation, upload)? {
            return Ok(());
        }
        let outcome = self.with_job(organisation, upload, |job| {
            let input = Input::Sealed { file, name: &upload.file };
            job.run(input, &mut |at| self.desk.advance(upload.id, at))
        })?;
        match (ended(outcome.state), outcome.state) {
            (Some(state), _) => {
                let reason = outcome.findings.last().filter(|_| state == UploadState::Stopped);
                self.end(organisation, upload, state, reason)
            }
            (None, Some(_)) => Ok(()),
            (None, None) => self.not_begun(organisation, upload, &outcome),
        }
    }

    /// The import did not begin: another process runs one of the same file, or
    /// the file is refused after all.
    fn not_begun(&self, organisation: &Organisation, upload: &Upload, outcome: &Outcome) -> Result<()> {
        match outcome.findings.last() {
            Some(finding) if finding.code == "import-runs-elsewhere" => {
                Err(Error::new(Code::Unavailable, "import-runs-elsewhere"))
            }
            finding => self.end(organisation, upload, UploadState::Refused, finding),
        }
    }

    /// Takes over the end of an import that came to it before a kill, or that
    /// somebody wanted to end.
    fn is_over(&self, organisation: &Organisation, upload: &Upload) -> Result<bool> {
        let Some(id) = upload.import else { return Ok(false) };
        let begun = self.store.read(|tx| import::get(tx, organisation.id, id))?;
        let mut state = begun.state;
        if state == ImportState::Running && begun.cancel {
            state = ImportState::Cancelled;
            self.store.write(|tx| import::finish(tx, organisation.id, id, state, None))?;
        }
        let Some(state) = ended(Some(state)) else { return Ok(false) };
        self.end_because(organisation, upload, state, begun.reason.as_deref())?;
        Ok(true)
    }

    fn with_job<T>(
        &self,
        organisation: &Organisation,
        upload: &Upload,
        act: impl FnOnce(&Job<'_>) -> Result<T>,
    ) -> Result<T> {
        let known = self.store.read(|tx| definition::get(tx, upload.definition))?;
        let default_author = match upload.author.as_str() {
            "" => self.config.validation.default_author.as_str(),
            author => author,
        };
        let leave = || self.stop.load(Ordering::Relaxed) || self.was_ended(organisation.id, upload);
        act(&Job {
            store: self.store,
            organisation,
            definition: Arc::new(known),
            definition_id: upload.definition,
            actor: &actor(upload.account),
            default_author,
            nihdi_moduli: &self.config.validation.nihdi_moduli,
            chunk_rows: self.chunk_rows,
            upload: Some(upload.id),
            leave: &leave,
        })
    }

    /// Whether a person ended the upload while its dry run went on.
    fn was_ended(&self, organisation: OrganisationId, upload: &Upload) -> bool {
        let now = self.store.read(|tx| upload::get(tx, organisation, upload.id));
        now.is_ok_and(|now| now.state != upload.state)
    }

    /// Where the same bytes came before, if they did.
    fn earlier(&self, organisation: OrganisationId, upload: &Upload) -> Result<Option<Finding>> {
        self.store.read(|tx| {
            let imports = import::of_file(tx, organisation, upload.definition, &upload.digest)?;
            if let Some(before) = imports.first() {
                let finding = Finding::warning("file-seen-before").with("when", when(before.started_at));
                return Ok(Some(finding.with("import", before.id.0.to_string())));
            }
            let before = upload::same_before(tx, organisation, upload.id)?;
            before
                .map(|before| Ok(Finding::warning("upload-came-before").with("when", when(before.came_at))))
                .transpose()
        })
    }

    fn end(
        &self,
        organisation: &Organisation,
        upload: &Upload,
        state: UploadState,
        reason: Option<&Finding>,
    ) -> Result<()> {
        self.end_because(organisation, upload, state, reason.map(reason_json).as_deref())
    }

    fn end_because(
        &self,
        organisation: &Organisation,
        upload: &Upload,
        state: UploadState,
        reason: Option<&str>,
    ) -> Result<()> {
        let details = json!({ "upload": upload.id.0, "state": state });
        let file = self.store.write(|tx| {
            audit::record(tx, WORKER, "upload.end", Some(organisation.id), &details)?;
            upload::finish(tx, organisation.id, upload.id, state, reason)
        })?;
        remove(self.store, file)
    }
}

/// The finding that ended an upload, as the store keeps it.
pub(super) fn reason_json(finding: &Finding) -> String {
    json!({ "code": finding.code, "args": args_to_json(&finding.args) }).to_string()
}

fn ended(state: Option<ImportState>) -> Option<UploadState> {
    match state? {
        ImportState::Running => None,
        ImportState::Done => Some(UploadState::Done),
        ImportState::Stopped => Some(UploadState::Stopped),
        ImportState::Cancelled => Some(UploadState::Cancelled),
    }
}

fn damaged() -> Finding {
    Finding::error("upload-damaged")
}
