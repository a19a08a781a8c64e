//! What became of each line of a list that was sent as a file: told by line
//! numbers, never by what stood there.

use std::{collections::BTreeMap, fmt::Write};

use minijinja::Value;

use crate::{
    domain::identifier::Fault,
    error::{Error, Result},
    intake::column,
    portal::{content::content, visit::Visit},
};

/// What can become of a line, in the order in which it is told.
const OUTCOMES: [&str; 6] = ["check-digits", "impossible", "shape", "added", "known", "repeated"];

/// The lines by what became of them.
#[derive(Default)]
pub struct Told(BTreeMap<&'static str, Vec<u64>>);

impl Told {
    /// Notes what became of a line; `outcome` is the rest of a text's
    /// identifier after `list-`.
    pub fn note(&mut self, outcome: &'static str, line: u64) {
        self.0.entry(outcome).or_default().push(line);
    }

    /// How many lines became that.
    pub fn count(&self, outcome: &str) -> u64 {
        self.0.get(outcome).map_or(0, |lines| lines.len() as u64)
    }

    /// For a page: what is wrong first.
    pub fn rows(&self) -> Vec<Value> {
        let told = OUTCOMES.iter().filter_map(|outcome| Some((outcome, self.0.get(outcome)?)));
        told.map(|(outcome, lines)| {
            let is_wrong = OUTCOMES[..3].contains(outcome);
            content! { outcome, is_wrong, count => lines.len(), lines => ranges(lines) }
        })
        .collect()
    }
}

/// The values of the column `name` of the file that came with the form, with
/// their lines.
///
/// # Errors
///
/// `Invalid` if there is no file, or no such column in it.
pub fn read(visit: &Visit<'_>, name: &str) -> Result<Vec<(u64, String)>> {
    let file = visit.file.as_ref().ok_or_else(|| Error::invalid("list-file-missing"))?;
    column::read_bytes(&file.bytes, name)
}

/// The name of what is wrong with a number, in texts.
pub fn fault_name(fault: Fault) -> &'static str {
    match fault {
        Fault::CheckDigits => "check-digits",
        Fault::Impossible => "impossible",
        Fault::Shape => "shape",
    }
}

/// Line numbers as people write them: `2–40, 43`.
fn ranges(lines: &[u64]) -> String {
    let mut text = String::new();
    for run in lines.chunk_by(|a, b| a + 1 == *b) {
        let separator = if text.is_empty() { "" } else { ", " };
        let written = match run {
            [first, .., last] => write!(text, "{separator}{first}–{last}"),
            only => write!(text, "{separator}{}", only[0]),
        };
        // A String takes whatever is written.
        debug_assert!(written.is_ok());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_in_runs() {
        assert_eq!(ranges(&[2, 3, 4, 7, 9, 10]), "2–4, 7, 9–10");
        assert_eq!(ranges(&[5]), "5");
        assert_eq!(ranges(&[]), "");
    }
}
