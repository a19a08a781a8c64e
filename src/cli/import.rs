//! `import`: takes in CSV files.

use std::{
    io::{Write, stdout},
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::json;

use super::{Context, Done, note, peak, progress, say, say_json};
use crate::{
    domain::{
        finding::Severity,
        import::{ImportState, RowCounts},
        summary::Summary,
    },
    error::{Error, Result},
    intake::job::{Job, Outcome},
    store::{definition, registration},
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
        let (definition_id, definition) = definition::resolve(store, &self.dcd)?;
        let job = Job {
            store,
            organisation: &organisation,
            definition,
            definition_id,
            actor: &context.actor(),
            default_author: &context.config.validation.default_author,
            nihdi_moduli: &context.config.validation.nihdi_moduli,
        };
        if self.dry_run {
            return dry_run(context, &job, &self.files, self.json);
        }
        let mut report = Report::default();
        for file in &self.files {
            report.file(context, &job, file)?;
        }
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
    imports: Vec<serde_json::Value>,
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
        self.refused_files += usize::from(outcome.import.is_none());
        self.incomplete |= outcome.state != Some(ImportState::Done);
        if let Some(import) = outcome.import {
            context
                .store()?
                .read(|tx| registration::count_import(tx, job.organisation.id, import, &mut self.summary))?;
        }
        self.imports.push(json!({
            "file": file.display().to_string(),
            "import": outcome.import.map(|id| id.0),
            "state": outcome.state,
            "resumed": outcome.resumed,
            "rows": outcome.counts,
            "findings": outcome.findings.iter().map(|finding| json!({
                "code": finding.code, "severity": finding.severity, "text": finding.text(context.language),
            })).collect::<Vec<_>>(),
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
            let number = |text: &str| self.imports.iter().find_map(|import| import[text].as_i64());
            if let Some(import) = number("import")
                && (self.counts.rejected > 0 || self.counts.warnings > 0)
            {
                say(context.text("import-see-job", &[("import", import.to_string().into())]))?;
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
    let mut refused_files = 0;
    let mut out = stdout().lock();
    let mut separator = "";
    let mut written: std::io::Result<()> = Ok(());
    let mut emit = |text: String| {
        if written.is_ok() {
            written = writeln!(out, "{text}");
        }
    };
    emit(if as_json { "{\"rows\": [".to_owned() } else { "file;row;fate;codes".to_owned() });
    for file in files {
        let name = file.display().to_string();
        let bar = progress::bar();
        let outcome = job.dry_run(file, &mut |at| progress::advance(&bar, at), &mut |fates, findings| {
            let mut rows: std::collections::BTreeMap<u64, (&str, Vec<&str>)> =
                fates.iter().map(|fate| (fate.row, (fate.fate, Vec::new()))).collect();
            for finding in findings {
                let entry = rows.entry(finding.row).or_insert(("refused", Vec::new()));
                entry.1.push(&finding.code);
            }
            for (row, (fate, codes)) in rows {
                emit(if as_json {
                    format!(
                        "{separator}{}",
                        json!({ "file": name, "row": row, "fate": fate, "codes": codes })
                    )
                } else {
                    format!("{name};{row};{fate};{}", codes.join(" "))
                });
                separator = ",";
            }
        })?;
        bar.finish_and_clear();
        tell_findings(context, file, &outcome);
        counts.add(&outcome.counts);
        refused_files +=
            usize::from(outcome.findings.iter().any(|finding| finding.severity == Severity::Error));
    }
    if as_json {
        emit(format!(
            "], \"dry_run\": true, \"rows_read\": {}, \"new\": {}, \"corrections\": {}, \"unchanged\": {}, \"rejected\": {}}}",
            counts.read(),
            counts.accepted - counts.corrections,
            counts.corrections,
            counts.unchanged,
            counts.rejected
        ));
    }
    written.map_err(Error::internal)?;
    drop(out);
    if !as_json {
        note(counts_text(context, &counts));
    }
    Ok(match refused_files {
        0 if counts.rejected > 0 => Done::Attention,
        0 => Done::Well,
        _ => Done::Refused,
    })
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
