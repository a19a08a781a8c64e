//! The dry run of an upload: what a person is shown before deciding.

use std::collections::BTreeMap;

use super::job::{Outcome, about};
use crate::{
    domain::finding::{Finding, Severity},
    store::{
        dry_run::{DryRun, PreviewRow},
        fate::RowFate,
        finding::{Count, RowFinding},
    },
};

/// Rows of each fate that are shown.
const ROWS_SHOWN: usize = 50;

/// Findings of a row that are shown.
const FINDINGS_SHOWN: usize = 5;

/// Gathers what a dry run tells, chunk by chunk, in bounded memory.
#[derive(Default)]
pub(super) struct Gathered {
    rows: BTreeMap<u64, PreviewRow>,
    shown: BTreeMap<&'static str, usize>,
    found: BTreeMap<(String, String, Severity), u64>,
}

impl Gathered {
    /// Takes the rows of a chunk.
    pub fn take(&mut self, fates: &[RowFate], findings: &[RowFinding]) {
        for fate in fates {
            if self.may_show(fate.fate) {
                self.show(fate.row, fate.line, fate.fate);
            }
        }
        let mut passed: Vec<_> = fates.iter().map(|fate| (fate.row, fate.fate)).collect();
        passed.sort_unstable();
        for finding in findings {
            let key = (finding.code.clone(), finding.column.clone(), finding.severity);
            *self.found.entry(key).or_default() += 1;
            if finding.row > 0 && !self.rows.contains_key(&finding.row) {
                let place = passed.binary_search_by_key(&finding.row, |(row, _)| *row);
                // Of a refused row there are only findings.
                let (fate, kind) = place.map_or(("refused", "refused"), |at| (passed[at].1, "remarkable"));
                if self.may_show(kind) {
                    self.show(finding.row, finding.line, fate);
                }
            }
            if let Some(row) = self.rows.get_mut(&finding.row)
                && row.findings.len() < FINDINGS_SHOWN
            {
                row.findings.push(finding.clone());
            }
        }
    }

    /// What was told, once it is over; `earlier` is what is remarkable beside.
    pub fn told(self, outcome: &Outcome, earlier: Option<&Finding>) -> DryRun {
        let count = |((code, column, severity), count)| Count { code, column, severity, count };
        DryRun {
            counts: outcome.counts,
            file: outcome.findings.iter().chain(earlier).map(about).collect(),
            found: self.found.into_iter().map(count).collect(),
            rows: self.rows.into_values().collect(),
        }
    }

    fn may_show(&mut self, fate: &'static str) -> bool {
        let shown = self.shown.entry(fate).or_default();
        *shown += 1;
        *shown <= ROWS_SHOWN
    }

    fn show(&mut self, row: u64, line: u64, fate: &str) {
        self.rows.insert(row, PreviewRow { row, line, fate: fate.to_owned(), findings: Vec::new() });
    }
}
