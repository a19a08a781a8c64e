//! `import`: takes in CSV files.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufWriter, Write, stdout},
    mem,
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::json;

use super::{Context, Done, note, peak, printed, progress, say, say_json};
use crate::{
    domain::{
        import::{ImportId, ImportState, RowCounts},
        summary::Summary,
    },
    error::{Error, Result},
    intake::job::{CHUNK_ROWS, Job, Outcome, never},
    store::{definition, fate::RowFate, finding::RowFinding, registration},
};

#[derive(clap::Args)]
pub struct Verb {
    /// The organisation's NIHDI number
    #[arg(long)]
    organisation: String,
    /// The definition, by name or NAME@VERSION
    #[arg(long, value_name = "NAME[@VERSION]")]
    dcd: String,
    /// Tells what would become of each row, and stores nothing
    #[arg(long)]
    dry_run: bool,
    #[arg(long)]
    json: bool,
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        let started = Instant::now();
        let organisation = context.organisation(&self.organisation)?;
        let store = context.store()?;
        let definition = context.definition(&self.dcd)?;
        let mut job = Job {
            store,
            organisation: &organisation,
            definition,
            definition_id: 0,
            actor: &context.actor(),
            default_author: &context.config.validation.default_author,
            nihdi_moduli: &context.config.validation.nihdi_moduli,
            chunk_rows: CHUNK_ROWS,
            upload: None,
            leave: &never,
        };
        if self.dry_run {
            return dry_run(context, &job, &self.files, self.json);
        }
        job.definition_id = store.write(|tx| definition::add(tx, &job.definition))?.0;
        let mut report = Report::default();
        for file in &self.files {
            report.file(context, &job, file)?;
        }
        // Counted last, because a later file can correct an earlier one.
        store.read(|tx| {
            report
                .stored
                .iter()
                .try_for_each(|id| registration::count_import(tx, organisation.id, *id, &mut report.summary))
        })?;
        let seconds = started.elapsed().as_secs_f64();
        report.summary.seconds.validate_store = seconds;
        report.summary.seconds.total = seconds;
        report.end(context, self.json)
    }
}

/// What several files came to.
#[derive(Default)]
struct Report {
    summary: Summary,
    counts: RowCounts,
    stored: BTreeSet<ImportId>,
    imports: Vec<serde_json::Value>,
    to_look_at: Vec<ImportId>,
    refused_files: usize,
    incomplete: bool,
}

impl Report {
    fn file(&mut self, context: &Context, job: &Job<'_>, file: &Path) -> Result<()> {
        let bar = progress::bar();
        let outcome = job.run(file, &mut |at| progress::advance(&bar, at))?;
        bar.finish_and_clear();
        tell_findings(context, file, &outcome);
        self.counts.add(&outcome.counts);
        self.refused_files += usize::from(outcome.state.is_none());
        self.incomplete |= outcome.state != Some(ImportState::Done);
        self.stored.extend(outcome.import);
        if outcome.counts.rejected + outcome.counts.warnings > 0 {
            self.to_look_at.extend(outcome.import);
        }
        self.imports.push(json!({
            "file": file.display().to_string(),
            "import": outcome.import.map(|id| id.0),
            "state": outcome.state,
            "resumed": outcome.resumed,
            "rows": outcome.counts,
            "findings": findings_json(context, &outcome),
        }));
        Ok(())
    }

    fn end(mut self, context: &Context, as_json: bool) -> Result<Done> {
        self.summary.rows(&self.counts);
        self.summary.peak_rss_bytes = peak::resident_bytes();
        self.summary.reconcile(false);
        if as_json {
            let mut document = serde_json::to_value(&self.summary).map_err(Error::internal)?;
            document["imports"] = self.imports.into();
            say_json(&document)?;
        } else {
            tell_counts(context, &self.counts)?;
            for id in &self.to_look_at {
                say(context.text("import-see-job", &[("import", id.0.to_string().into())]))?;
            }
        }
        Ok(match self.refused_files {
            0 if self.counts.rejected > 0 || self.incomplete => Done::Attention,
            0 => Done::Well,
            _ => Done::Refused,
        })
    }
}

/// One JSON document, or CSV of rows on stdout with the counts on stderr:
/// both are written as the rows come, because a file may have millions.
fn dry_run(context: &Context, job: &Job<'_>, files: &[PathBuf], as_json: bool) -> Result<Done> {
    let mut counts = RowCounts::default();
    let mut told = Vec::new();
    let (mut refused_files, mut incomplete) = (0, false);
    let mut rows = Rows { out: BufWriter::new(stdout().lock()), as_json, first: true, failed: None };
    rows.write(if as_json { "{\"rows\": [" } else { "file;row;fate;codes" });
    for file in files {
        let bar = progress::bar();
        let advance = &mut |at| progress::advance(&bar, at);
        let outcome = job.dry_run(file, advance, &mut |fates, findings| rows.tell(file, fates, findings))?;
        bar.finish_and_clear();
        tell_findings(context, file, &outcome);
        counts.add(&outcome.counts);
        refused_files += usize::from(outcome.state.is_none());
        incomplete |= outcome.state != Some(ImportState::Done);
        told.push(json!({ "file": file.display().to_string(), "rows": outcome.counts,
                          "findings": findings_json(context, &outcome) }));
    }
    if as_json {
        rows.write(&format!(
            "], \"files\": {}, \"dry_run\": true, \"rows_read\": {}, \"accepted\": {}, \"new\": {}, \"corrections\": {}, \"unchanged\": {}, \"rejected\": {}}}",
            serde_json::Value::from(told),
            counts.read(),
            counts.accepted,
            counts.accepted - counts.corrections,
            counts.corrections,
            counts.unchanged,
            counts.rejected
        ));
    }
    rows.end()?;
    if !as_json {
        note(counts_text(context, &counts));
    }
    Ok(match refused_files {
        0 if counts.rejected > 0 || incomplete => Done::Attention,
        0 => Done::Well,
        _ => Done::Refused,
    })
}

/// The rows of a dry run on their way out.
struct Rows<W: Write> {
    out: W,
    as_json: bool,
    first: bool,
    failed: Option<std::io::Error>,
}

impl<W: Write> Rows<W> {
    fn tell(&mut self, file: &Path, fates: &[RowFate], findings: &[RowFinding]) {
        let name = file.display().to_string();
        let mut rows: BTreeMap<u64, (&str, Vec<&str>)> =
            fates.iter().map(|fate| (fate.row, (fate.fate, Vec::new()))).collect();
        for finding in findings {
            let entry = rows.entry(finding.row).or_insert(("refused", Vec::new()));
            entry.1.push(&finding.code);
        }
        for (row, (fate, codes)) in rows {
            if self.as_json {
                let separator = if mem::take(&mut self.first) { "" } else { "," };
                let row = json!({ "file": name, "row": row, "fate": fate, "codes": codes });
                self.write(&format!("{separator}{row}"));
            } else {
                let name = name.replace('"', "\"\"");
                self.write(&format!("\"{name}\";{row};{fate};{}", codes.join(" ")));
            }
        }
    }

    fn write(&mut self, line: &str) {
        if self.failed.is_none() {
            self.failed = writeln!(self.out, "{line}").err();
        }
    }

    fn end(mut self) -> Result<()> {
        let flushed = self.out.flush();
        printed(self.failed.map_or(flushed, Err))
    }
}

fn findings_json(context: &Context, outcome: &Outcome) -> Vec<serde_json::Value> {
    let told = outcome.findings.iter().map(|finding| {
        json!({ "code": finding.code, "severity": finding.severity, "text": finding.text(context.language) })
    });
    told.collect()
}

pub(super) fn tell_findings(context: &Context, file: &Path, outcome: &Outcome) {
    for finding in &outcome.findings {
        note(format!("{}: {}", file.display(), finding.text(context.language)));
    }
}

fn tell_counts(context: &Context, counts: &RowCounts) -> Result<()> {
    say(counts_text(context, counts))
}

fn counts_text(context: &Context, counts: &RowCounts) -> String {
    context.text(
        "import-counts",
        &[
            ("read", counts.read().into()),
            ("accepted", counts.accepted.into()),
            ("corrections", counts.corrections.into()),
            ("unchanged", counts.unchanged.into()),
            ("rejected", counts.rejected.into()),
            ("warnings", counts.warnings.into()),
        ],
    )
}
