//! An import as a job: it stores part by part, and after a kill the same
//! command goes on where the last stored part ended.

use std::{
    path::Path,
    sync::{Arc, mpsc},
    thread,
};

use serde_json::json;

use super::{
    chunk::Chunk,
    header::{Header, delimiter},
    reader::{Part, Reader},
    rows::Rows,
    source::Source,
};
use crate::{
    clock,
    definition::Definition,
    domain::{
        enrolment::Gate,
        finding::Finding,
        import::{ImportId, ImportState, Position, RowCounts},
        organisation::Organisation,
    },
    error::{Code, Error, Result},
    store::{
        Store, Tx, audit, enrolment,
        finding::{self, RowFinding, args_to_json},
        import,
        registration::{self, RowFate, Target},
    },
    validate::{Options, Validator},
};

/// How many parts may wait between reading and storing.
const PARTS_WAITING: usize = 32;

/// Stores a chunk and tells how many rows are stored; says whether to go on.
type StoreChunk<'a> = &'a mut dyn FnMut(Chunk, &mut dyn FnMut(u64)) -> Result<bool>;

/// What is imported, for whom.
pub struct Job<'a> {
    /// Where to.
    pub store: &'a Store,
    /// Whose data it is.
    pub organisation: &'a Organisation,
    /// What each row is.
    pub definition: Arc<Definition>,
    /// The definition's key in the store.
    pub definition_id: i64,
    /// Who does it, for the audit.
    pub actor: &'a str,
    /// Who is the author where the file names none.
    pub default_author: &'a str,
    /// The moduli that a NIHDI number's check digits may come from.
    pub nihdi_moduli: &'a [u64],
}

/// How an import ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its key; none if the file was refused before its first row.
    pub import: Option<ImportId>,
    /// Where it is now; none likewise.
    pub state: Option<ImportState>,
    /// What became of its rows, those of an earlier, interrupted run included.
    pub counts: RowCounts,
    /// What is wrong or remarkable about the file as a whole.
    pub findings: Vec<Finding>,
    /// Whether it went on where an interrupted run had stopped.
    pub resumed: bool,
}

/// Takes what a dry run tells of the rows, part by part: what would become of
/// those that passed, and what was found.
pub type Tell<'a> = &'a mut dyn FnMut(&[RowFate], &[RowFinding]);

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

impl Job<'_> {
    /// Imports the file at `path`, or goes on with it.
    ///
    /// # Errors
    ///
    /// What the store says; the import can then be gone on with. A file that
    /// is refused is no error but an [`Outcome`] with findings.
    pub fn run(&self, path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Outcome> {
        let opened = match self.open(path) {
            Ok(opened) => opened,
            Err(findings) => return self.refuse(path, findings),
        };
        let mut outcome = Outcome { findings: self.about_name(path), ..Outcome::default() };
        let begun = self.begin(path, &opened, &mut outcome)?;
        let Some(begun) = begun else { return Ok(outcome) };
        self.read_and_store(&opened, begun, progress, &mut outcome)?;
        Ok(outcome)
    }

    /// Tells what importing the file at `path` would do, and stores nothing.
    pub fn dry_run(
        &self,
        path: &Path,
        progress: &mut dyn FnMut(Progress),
        tell: Tell<'_>,
    ) -> Result<Outcome> {
        let opened = match self.open(path) {
            Ok(opened) => opened,
            Err(findings) => return Ok(Outcome { findings, ..Outcome::default() }),
        };
        let mut outcome = Outcome { findings: self.about_name(path), ..Outcome::default() };
        // All in one transaction that never commits: what is told is exactly
        // what would happen, rows of one file against each other included.
        let dry = self.store.write(|tx| -> Result<()> {
            let import = self.start(tx, path, &opened)?;
            self.pass(&opened, opened.first, progress, &mut |chunk, progress| {
                self.store_chunk(tx, import, chunk, &mut outcome, Some(&mut *tell))?;
                progress(outcome.counts.read());
                Ok(true)
            })?;
            Err(Error::new(Code::Conflict, DRY_RUN))
        });
        match dry {
            Err(error) if error.id == DRY_RUN => Ok(outcome),
            Err(error) => Err(error),
            Ok(()) => Ok(outcome),
        }
    }

    /// Looks the file over and reads its header.
    fn open(&self, path: &Path) -> Result<Opened, Vec<Finding>> {
        let source = Source::open(path).map_err(|finding| vec![finding])?;
        let unreadable = |error: std::io::Error| {
            vec![Finding::error("file-unreadable").with("reason", error.kind().to_string())]
        };
        let delimiter = {
            let mut start = Vec::new();
            let text = source.text(0).map_err(unreadable)?;
            std::io::Read::read_to_end(&mut std::io::Read::take(text, 1 << 16), &mut start)
                .map_err(unreadable)?;
            delimiter(&start)
        };
        let mut rows = Rows::new(source.text(0).map_err(unreadable)?, delimiter, Position::default());
        let Some(row) = rows.read().map_err(|finding| vec![finding])? else {
            return Err(vec![Finding::error("file-empty")]);
        };
        let header_line = row.raw.to_vec();
        let header = Header::read(&row, &self.definition)?;
        rows.count_from_here();
        let first = rows.position();
        if rows.read().is_ok_and(|row| row.is_none()) {
            return Err(vec![Finding::error("file-no-rows")]);
        }
        drop(rows);
        Ok(Opened { source, delimiter, header, header_line, first })
    }

    /// A file that is refused before its first row leaves an audit event only.
    fn refuse(&self, path: &Path, findings: Vec<Finding>) -> Result<Outcome> {
        let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
        self.store.write(|tx| {
            let details =
                json!({ "definition": self.definition.name, "file_name": shown(path), "findings": codes });
            audit::record(tx, self.actor, "import.refused", Some(self.organisation.id), &details)
        })?;
        Ok(Outcome { findings, ..Outcome::default() })
    }

    /// Starts the import, or finds the interrupted one to go on with.
    fn begin(&self, path: &Path, opened: &Opened, outcome: &mut Outcome) -> Result<Option<Begun>> {
        self.store.write(|tx| {
            let organisation = self.organisation.id;
            let earlier = import::of_file(tx, organisation, self.definition_id, opened.source.digest())?;
            if let Some(running) = earlier.iter().find(|import| import.state == ImportState::Running) {
                outcome.resumed = true;
                outcome.counts = running.counts;
                return Ok(Some(Begun { import: running.id, from: running.position }));
            }
            if let Some(changed) =
                import::interrupted(tx, organisation, self.definition_id, &file_name(path))?
            {
                let finding =
                    Finding::error("file-changed-meanwhile").with("import", changed.id.0.to_string());
                outcome.findings.push(finding);
                return Ok(None);
            }
            if let Some(before) = earlier.first() {
                let when = jiff::Timestamp::from_millisecond(before.started_at).map_err(Error::internal)?;
                let when = clock::local(when).strftime("%Y-%m-%d %H:%M").to_string();
                let finding = Finding::warning("file-seen-before")
                    .with("when", when)
                    .with("import", before.id.0.to_string());
                outcome.findings.push(finding);
            }
            Ok(Some(Begun { import: self.start(tx, path, opened)?, from: opened.first }))
        })
    }

    fn start(&self, tx: &Tx<'_>, path: &Path, opened: &Opened) -> Result<ImportId> {
        let new = import::NewImport {
            definition: self.definition_id,
            file: &file_name(path),
            size: opened.source.size(),
            digest: opened.source.digest(),
            header: &opened.header_line,
            position: opened.first,
        };
        import::start(tx, self.organisation.id, &new)
    }

    fn read_and_store(
        &self,
        opened: &Opened,
        begun: Begun,
        progress: &mut dyn FnMut(Progress),
        outcome: &mut Outcome,
    ) -> Result<()> {
        outcome.import = Some(begun.import);
        outcome.state = Some(ImportState::Running);
        self.pass(opened, begun.from, progress, &mut |mut chunk, progress| {
            if !opened.source.is_unchanged() {
                chunk.replace_by(Finding::error("file-changed-while-read").with("line", chunk.from.line + 1));
            }
            let goes_on = self.store.write(|tx| {
                let before = outcome.counts;
                let last = chunk.last;
                self.store_chunk(tx, begun.import, chunk, outcome, None)
                    .and_then(|()| self.conclude(tx, begun.import, opened, last, outcome))
                    .inspect_err(|_| outcome.counts = before)
            })?;
            progress(outcome.counts.read());
            Ok(goes_on)
        })
    }

    /// Reads from `from` on in a thread of its own and gives `store` chunk
    /// after chunk, until it says to stop.
    fn pass(
        &self,
        opened: &Opened,
        from: Position,
        progress: &mut dyn FnMut(Progress),
        store: StoreChunk<'_>,
    ) -> Result<()> {
        let gate = self.store.read(|tx| {
            enrolment::gate(
                tx,
                self.organisation.id,
                &self.definition.project,
                self.definition.enrolment_required,
            )
        })?;
        let (sender, receiver) = mpsc::sync_channel(PARTS_WAITING);
        thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let sender = sender;
                self.read(opened, from, &gate, |part| sender.send(part).is_ok())
            });
            let mut chunk = Chunk::starting(from);
            let mut goes_on = true;
            let mut report = |to: Position, rows| {
                progress(Progress { bytes: to.byte, size: opened.source.size(), rows });
            };
            for part in receiver.iter() {
                chunk.add(part);
                if chunk.is_full() {
                    let next = Chunk::starting(chunk.to);
                    let to = chunk.to;
                    goes_on = store(std::mem::replace(&mut chunk, next), &mut |rows| report(to, rows))?;
                    if !goes_on {
                        break;
                    }
                }
            }
            drop(receiver);
            reading.join().map_err(|_| Error::internal("the reading thread panicked"))??;
            if goes_on {
                chunk.last = true;
                let to = chunk.to;
                store(chunk, &mut |rows| report(to, rows))?;
            }
            Ok(())
        })
    }

    fn read(
        &self,
        opened: &Opened,
        from: Position,
        gate: &Gate,
        send: impl FnMut(Part) -> bool,
    ) -> Result<()> {
        let options = Options {
            today: clock::today(),
            decimal_comma: opened.delimiter != b',',
            nihii_moduli: self.nihdi_moduli.to_vec(),
        };
        let mut validator = Validator::new(Arc::clone(&self.definition), options);
        let reader = Reader {
            keys: self.store.keys(),
            gate,
            organisation: self.organisation.id,
            definition: &self.definition,
            header: &opened.header,
            default_author: self.default_author,
        };
        let text = opened.source.text(from.byte).map_err(Error::internal)?;
        reader.run(&mut Rows::new(text, opened.delimiter, from), &mut validator, send)
    }

    fn store_chunk(
        &self,
        tx: &Tx<'_>,
        id: ImportId,
        chunk: Chunk,
        outcome: &mut Outcome,
        tell: Option<Tell<'_>>,
    ) -> Result<()> {
        let target = Target {
            organisation: self.organisation.id,
            definition: self.definition_id,
            project: &self.definition.project,
            import: id,
        };
        let taken = registration::take_in(tx, target, chunk.blocks, tell.is_some())?;
        let mut counts = chunk.counts;
        counts.warnings += taken.doubled.len() as u64;
        counts.add(&taken.counts);
        let mut findings = chunk.findings;
        findings.extend(taken.doubled.iter().map(|(earlier, later)| doubled(*earlier, *later)));
        finding::add(tx, id, &findings)?;
        if let Some(tell) = tell {
            tell(&taken.fates, &findings);
        }
        if !chunk.refused.is_empty() {
            import::add_refused(tx, id, chunk.counts.rejected, &chunk.refused)?;
        }
        import::advance(tx, self.organisation.id, id, chunk.from, chunk.to, &counts)?;
        outcome.counts.add(&counts);
        if let Some(stop) = chunk.stop {
            outcome.state = Some(ImportState::Stopped);
            outcome.findings.push(stop);
        }
        Ok(())
    }

    /// Ends the import if this was its last chunk, or if a person asked for
    /// it. Returns whether it goes on.
    fn conclude(
        &self,
        tx: &Tx<'_>,
        id: ImportId,
        opened: &Opened,
        last: bool,
        outcome: &mut Outcome,
    ) -> Result<bool> {
        let cancelled = !last && import::get(tx, self.organisation.id, id)?.cancel;
        if !last && !cancelled {
            return Ok(true);
        }
        let state = match outcome.state {
            Some(ImportState::Stopped) => ImportState::Stopped,
            _ if cancelled => ImportState::Cancelled,
            _ => ImportState::Done,
        };
        outcome.state = Some(state);
        let reason = outcome.findings.last().filter(|_| state == ImportState::Stopped);
        let reason = reason
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
        Ok(false)
    }

    /// What the file's name says, if it keeps to the convention
    /// `HD_DCD_submcsv_<HDBP number>_<definition>_v<version>…`.
    fn about_name(&self, path: &Path) -> Vec<Finding> {
        let name = file_name(path);
        let Some(rest) = name.strip_prefix("HD_DCD_submcsv_") else { return Vec::new() };
        let says = |part: &str| rest.split(['_', '.']).any(|word| word.eq_ignore_ascii_case(part));
        if says(&self.definition.project) {
            Vec::new()
        } else {
            vec![Finding::warning("file-name-other-project")]
        }
    }
}

const DRY_RUN: &str = "import-dry-run";

/// A file that was looked over, with its header read.
struct Opened {
    source: Source,
    delimiter: u8,
    header: Header,
    header_line: Vec<u8>,
    first: Position,
}

struct Begun {
    import: ImportId,
    from: Position,
}

fn doubled(earlier: u64, later: u64) -> RowFinding {
    let found = Finding::warning("row-doubled-key").with("earlier", earlier).with("later", later);
    RowFinding {
        row: later,
        line: 0,
        column: String::new(),
        code: found.code.to_owned(),
        severity: found.severity,
        shape: String::new(),
        args: args_to_json(&found.args),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The name as the audit may show it: a name can hold a patient's number.
fn shown(path: &Path) -> String {
    crate::domain::finding::shape(&file_name(path))
}
