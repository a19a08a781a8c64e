//! What judges say, and the table of where they differ, with the reasons.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use super::mutant::Mutant;

/// What a judge makes of a mutant.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Same,
    Other,
    Refused(String),
}

/// The table of differences with their reasons.
pub struct Table {
    lines: Vec<Line>,
}

struct Line {
    operator: String,
    columns: Vec<String>,
    ours: String,
    theirs: String,
    used: BTreeMap<String, bool>,
}

impl Table {
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odk/mutations.tsv");
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [operator, columns, ours, theirs, reason] = cells[..] else { panic!("five cells: {line}") };
            assert!(!reason.is_empty(), "{line}");
            let columns: Vec<String> = columns.split(' ').map(str::to_owned).collect();
            let used = columns.iter().map(|column| (column.clone(), false)).collect();
            Line {
                operator: operator.to_owned(),
                columns,
                ours: ours.to_owned(),
                theirs: theirs.to_owned(),
                used,
            }
        });
        Self { lines: lines.collect() }
    }

    /// Whether a line of the table is about this difference.
    pub fn covers(&mut self, mutant: &Mutant, ours: &Verdict, theirs: &Verdict) -> bool {
        let line = self.lines.iter_mut().find(|line| {
            line.operator == mutant.operator
                && line.columns.contains(&mutant.column)
                && ours.is(&line.ours)
                && theirs.is(&line.theirs)
        });
        let Some(line) = line else { return false };
        line.used.insert(mutant.column.clone(), true);
        true
    }

    /// The lines and columns that are about no difference.
    pub fn idle(&self) -> Vec<String> {
        let idle = |line: &Line| -> Vec<String> {
            let columns = line.used.iter().filter(|(_, used)| !**used);
            columns
                .map(|(column, _)| {
                    format!("{}\t{column}\t{}\t{}\tis no difference", line.operator, line.ours, line.theirs)
                })
                .collect()
        };
        self.lines.iter().flat_map(idle).collect()
    }
}

impl Verdict {
    /// Whether it is what the table says: `same`, `other`, or a part of why it
    /// is refused.
    fn is(&self, said: &str) -> bool {
        match self {
            Self::Same => said == "same",
            Self::Other => said == "other",
            Self::Refused(reason) => !["same", "other"].contains(&said) && reason.contains(said),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Other => f.write_str("other"),
            Self::Refused(reason) => f.write_str(&reason.replace('\n', " ")),
        }
    }
}
