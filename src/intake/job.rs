//! An import as a job: it stores chunk by chunk, and after a kill the same
//! command goes on where the last stored chunk ended.

use std::sync::Arc;

use serde_json::json;

pub use super::chunk::CHUNK_ROWS;
use super::{
    chunk::Chunk,
    file_name::{self, file_name},
    input::Input,
    opened::Opened,
    pass::Parts,
};
use crate::{
    clock,
    definition::Definition,
    domain::{
        finding::{Finding, shape},
        import::{ImportId, ImportState, Position, RowCounts},
        organisation::Organisation,
        upload::UploadId,
    },
    error::Result,
    store::{
        ImportLock, Store, Tx, audit,
        fate::{Doubled, LateDraft, Withdrawn},
        finding::{self, RowFinding, args_to_json},
        import, limit,
        registration::{self, Target},
        upload,
    },
};

/// The code of what is found in a draft of what is complete already.
pub const LATE_DRAFT: &str = "row-draft-late";

/// The code of a row that says the same as a registration that was taken back.
pub const STAYS_WITHDRAWN: &str = "row-withdrawn-stays";

/// What is imported, for whom.
pub struct Job<'a> {
    /// Where to.
    pub store: &'a Store,
    /// Whose data it is.
    pub organisation: &'a Organisation,
    /// What each row is.
    pub definition: Arc<Definition>,
    /// The definition's key in the store; a dry run needs none.
    pub definition_id: i64,
    /// Who does it, for the audit.
    pub actor: &'a str,
    /// Who is the author where the file names none.
    pub default_author: &'a str,
    /// The moduli that a NIHDI number's check digits may come from.
    pub nihdi_moduli: &'a [u64],
    /// Rows that one transaction stores: [`CHUNK_ROWS`], or fewer in tests.
    pub chunk_rows: usize,
    /// The upload that it is the import of, if it is one's.
    pub upload: Option<UploadId>,
    /// Asked after each chunk: whether to leave off there, to be gone on with
    /// another time.
    pub leave: &'a (dyn Fn() -> bool + Sync),
}

/// The answer of a job that nobody asks to leave off.
pub fn never() -> bool {
    false
}

/// How an import ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its key; none if the file was refused before its first row, and in a
    /// dry run.
    pub import: Option<ImportId>,
    /// Where it is now; none if the file was refused before its first row.
    pub state: Option<ImportState>,
    /// What became of its rows, those of an earlier, interrupted run included.
    pub counts: RowCounts,
    /// What is wrong or remarkable about the file as a whole.
    pub findings: Vec<Finding>,
    /// Whether it went on where an interrupted run had stopped.
    pub resumed: bool,
}

/// How far an import is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bytes of text read, and the size of the file: about the same unit.
    pub bytes: u64,
    /// The size of the file.
    pub size: u64,
    /// Rows stored.
    pub rows: u64,
}

/// An import that this process has the right to run.
struct Begun {
    import: ImportId,
    from: Position,
    _lock: ImportLock,
}

impl Job<'_> {
    /// Imports `input`, or goes on with it.
    ///
    /// # Errors
    ///
    /// What the store says; the import can then be gone on with. A file that
    /// is refused is no error but an [`Outcome`] with findings.
    pub fn run<'i>(
        &self,
        input: impl Into<Input<'i>>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome> {
        let input = input.into();
        let opened = match Opened::read(input, &self.definition) {
            Ok(opened) => opened,
            Err(findings) => return self.refuse(input, findings),
        };
        if let Some(finding) = self.store.read(|tx| self.barred(tx, Some(opened.source.digest())))? {
            return self.refuse(input, vec![finding]);
        }
        let findings = file_name::judge(input.path(), &self.definition);
        let mut outcome = Outcome { findings, ..Outcome::default() };
        let Some(begun) = self.begin(input, &opened, &mut outcome)? else { return Ok(outcome) };
        outcome.import = Some(begun.import);
        outcome.state = Some(ImportState::Running);
        self.pass(&opened, begun.from, progress, |mut chunk, parts| {
            if !opened.source.is_unchanged() {
                chunk.replace_by(changed(chunk.from));
            }
            let goes_on = self.store.write(|tx| {
                let last = chunk.last;
                let stopped = self.store_chunk(tx, begun.import, chunk, parts, &mut outcome)?;
                self.conclude(tx, begun.import, &opened, last, stopped, &mut outcome)
            })?;
            Ok((goes_on && !(self.leave)(), outcome.counts.read()))
        })?;
        Ok(outcome)
    }

    /// Why nothing of this definition may come in for the organisation, unless
    /// an import of the file with this digest began before that was so.
    pub(super) fn barred(&self, tx: &Tx<'_>, digest: Option<&[u8]>) -> Result<Option<Finding>> {
        let organisation = self.organisation.id;
        if let Some(digest) = digest {
            let earlier = import::of_file(tx, organisation, self.definition_id, digest)?;
            if earlier.iter().any(|import| import.state == ImportState::Running) {
                return Ok(None);
            }
        }
        match limit::check(tx, organisation, &self.definition.name, self.definition.version) {
            Err(error) if limit::ABOUT.contains(&error.id) => {
                Ok(Some(Finding { args: error.args, ..Finding::error(error.id) }))
            }
            checked => checked.map(|()| None),
        }
    }

    /// A file that is refused before its first row leaves an audit event only.
    /// Its name is shown as a shape, because it can hold a patient's number.
    fn refuse(&self, input: Input<'_>, findings: Vec<Finding>) -> Result<Outcome> {
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        let name = shape(&file_name(input.path()));
        let details = json!({ "definition": self.definition.name, "file_name": name, "findings": codes });
        self.store.write(|tx| {
            audit::record(tx, self.actor, "import.refused", Some(self.organisation.id), &details)
        })?;
        Ok(Outcome { findings, ..Outcome::default() })
    }

    /// Starts the import, or finds the interrupted one to go on with.
    fn begin(&self, input: Input<'_>, opened: &Opened, outcome: &mut Outcome) -> Result<Option<Begun>> {
        let organisation = self.organisation.id;
        let name = file_name(input.path());
        self.store.write(|tx| {
            let earlier = import::of_file(tx, organisation, self.definition_id, opened.source.digest())?;
            if let Some(running) = earlier.iter().find(|import| import.state == ImportState::Running) {
                let Some(lock) = self.store.lock_import(running.id)? else {
                    outcome.findings.push(Finding::error("import-runs-elsewhere"));
                    return Ok(None);
                };
                import::resume(tx, organisation, running.id)?;
                self.link(tx, running.id)?;
                outcome.resumed = true;
                outcome.counts = running.counts;
                return Ok(Some(Begun { import: running.id, from: running.position, _lock: lock }));
            }
            // Uploads of one name are files of their own.
            if self.upload.is_none()
                && let Some(other) = import::interrupted(tx, organisation, self.definition_id, &name)?
                // One that a living process runs is another file of the same name.
                && self.store.lock_import(other.id)?.is_some()
            {
                let finding = Finding::error("file-changed-meanwhile");
                outcome.findings.push(finding.with("import", other.id.0.to_string()));
                return Ok(None);
            }
            if let Some(before) = earlier.first() {
                let finding = Finding::warning("file-seen-before").with("when", when(before.started_at));
                outcome.findings.push(finding.with("import", before.id.0.to_string()));
            }
            let new = import::NewImport {
                definition: self.definition_id,
                file: &name,
                size: opened.source.size(),
                digest: opened.source.digest(),
                header: &opened.header_line,
                position: opened.first,
            };
            let id = import::start(tx, organisation, &new)?;
            self.link(tx, id)?;
            let lock = self.store.lock_import(id)?;
            Ok(lock.map(|lock| Begun { import: id, from: opened.first, _lock: lock }))
        })
    }

    fn link(&self, tx: &Tx<'_>, import: ImportId) -> Result<()> {
        self.upload.map_or(Ok(()), |upload| upload::link(tx, self.organisation.id, upload, import))
    }

    /// Stores a chunk, and behind a stop all the rest of the file in the same
    /// transaction: a part of it stored alone would come twice after a kill.
    /// Returns what stopped it.
    fn store_chunk(
        &self,
        tx: &Tx<'_>,
        id: ImportId,
        chunk: Chunk,
        parts: &mut Parts<'_>,
        outcome: &mut Outcome,
    ) -> Result<Option<Finding>> {
        let taken = registration::take_in(tx, self.target(id), chunk.blocks)?;
        let mut counts = chunk.counts;
        let mut to = chunk.to;
        counts.warnings += (taken.doubled.len() + taken.withdrawn.len()) as u64;
        counts.add(&taken.counts);
        let add = |findings: &[RowFinding]| finding::add(tx, id, findings, finding::MOST);
        add(&chunk.findings)?;
        add(&taken.doubled.iter().map(doubled).collect::<Vec<_>>())?;
        add(&taken.late_drafts.iter().map(late_draft).collect::<Vec<_>>())?;
        add(&taken.withdrawn.iter().map(withdrawn).collect::<Vec<_>>())?;
        import::add_refused(tx, id, chunk.counts.rejected, &chunk.refused)?;
        let late = chunk.drafts.late(&taken.late_drafts);
        import::add_refused(tx, id, taken.late_drafts.len() as u64, &late)?;
        if let Some(stop) = &chunk.stop {
            // Why the file ended is kept in any case.
            finding::add(tx, id, &[about_rest(stop, to)], u64::MAX)?;
        }
        if chunk.rest_follows {
            parts.rest(|part| {
                counts.add(&part.counts);
                to = part.position;
                import::add_refused(tx, id, part.counts.rejected, &part.refused)
            })?;
        }
        import::advance(tx, self.organisation.id, id, chunk.from, to, &counts)?;
        outcome.counts.add(&counts);
        Ok(chunk.stop)
    }

    /// Ends the import if this was its last chunk, or if a person asked for
    /// it. Returns whether it goes on.
    fn conclude(
        &self,
        tx: &Tx<'_>,
        id: ImportId,
        opened: &Opened,
        last: bool,
        stopped: Option<Finding>,
        outcome: &mut Outcome,
    ) -> Result<bool> {
        let state = match &stopped {
            Some(_) => ImportState::Stopped,
            None if last => ImportState::Done,
            None if import::get(tx, self.organisation.id, id)?.cancel => ImportState::Cancelled,
            None => return Ok(true),
        };
        let reason = stopped
            .as_ref()
            .map(|finding| json!({ "code": finding.code, "args": args_to_json(&finding.args) }).to_string());
        import::finish(tx, self.organisation.id, id, state, reason.as_deref())?;
        let digest: String = opened.source.digest().iter().map(|byte| format!("{byte:02x}")).collect();
        let details = json!({
            "import": id.0,
            "definition": self.definition.name,
            "version": self.definition.version.to_string(),
            "sha256": digest,
            "state": state.as_str(),
            "rows": outcome.counts,
        });
        audit::record(tx, self.actor, "import.end", Some(self.organisation.id), &details)?;
        outcome.state = Some(state);
        outcome.findings.extend(stopped);
        Ok(false)
    }

    pub(super) fn target(&self, import: ImportId) -> Target<'_> {
        Target {
            organisation: self.organisation.id,
            definition: self.definition_id,
            project: &self.definition.project,
            import,
            arrives_now: false,
        }
    }
}

/// What is found when a file is no longer the one that was looked over.
pub(super) fn changed(from: Position) -> Finding {
    Finding::error("file-changed-while-read").with("line", from.line)
}

/// The finding of a row that has an equal key as an earlier one.
pub(super) fn doubled(pair: &Doubled) -> RowFinding {
    RowFinding { row: pair.later, line: pair.line, ..about(&is_doubled(pair)) }
}

/// That two rows have the same key.
pub(super) fn is_doubled(pair: &Doubled) -> Finding {
    Finding::warning("row-doubled-key").with("earlier", pair.earlier).with("later", pair.later)
}

/// The finding of a draft of what is complete already.
pub(super) fn late_draft(late: &LateDraft) -> RowFinding {
    RowFinding { row: late.row, line: late.line, ..about(&Finding::error(LATE_DRAFT)) }
}

/// The finding of a row under the key of what was taken back.
pub(super) fn withdrawn(row: &Withdrawn) -> RowFinding {
    RowFinding { row: row.row, line: row.line, ..about(&is_withdrawn(row)) }
}

/// That a registration was taken back, and whether it stays so.
pub(super) fn is_withdrawn(row: &Withdrawn) -> Finding {
    let code = if row.stays { STAYS_WITHDRAWN } else { "row-withdrawn-back" };
    Finding::warning(code).with("when", when(row.at))
}

/// A moment for people; it stands in texts of any language.
pub(super) fn when(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    clock::local(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The finding of the row that ended the file after `position`.
pub(super) fn about_rest(stop: &Finding, position: Position) -> RowFinding {
    RowFinding { row: position.row + 1, line: position.line + 1, ..about(stop) }
}

/// A finding about the file as a whole, as it is stored.
pub(super) fn about(found: &Finding) -> RowFinding {
    RowFinding {
        row: 0,
        line: 0,
        column: String::new(),
        code: found.code.to_owned(),
        severity: found.severity,
        shape: String::new(),
        args: args_to_json(&found.args),
    }
}
