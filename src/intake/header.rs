//! The header: which column holds which variable.

use crate::{
    definition::{Definition, Required, Variable},
    domain::finding::{Finding, Severity},
};

use super::rows::Row;

/// The columns that every definition may have beside its variables.
pub const TECHNICAL: [&str; 4] = ["TX_AUTHOR_GR", "TX_AUTHOR", "TX_COAUTHOR", "STATUS"];

/// So many wrong columns are named; a damaged header may have a million.
const MOST_FINDINGS: usize = 100;

/// Where each variable and each technical column is.
#[derive(Clone, Debug)]
pub struct Header {
    /// How many columns the file has.
    pub columns: usize,
    /// For each variable of the definition its column; those of repeats have
    /// theirs in `repeats`.
    pub variables: Vec<Option<usize>>,
    /// For each repeat of the definition its columns.
    pub repeats: Vec<RepeatColumns>,
    /// For each of [`TECHNICAL`] its column.
    pub technical: [Option<usize>; 4],
}

/// Where the instances of a repeat are.
#[derive(Clone, Debug, Default)]
pub struct RepeatColumns {
    /// The column of all instances as JSON.
    pub json: Option<usize>,
    /// For each instance the columns of the repeat's variables.
    pub instances: Vec<Vec<Option<usize>>>,
}

/// The highest number of an instance that a column may have.
const MOST_INSTANCES: usize = 1_000;

impl Header {
    /// Reads the header row: names by technical code, in any order and case.
    ///
    /// # Errors
    ///
    /// Every finding there is: no header at all, unknown, doubled, blank and
    /// missing columns.
    pub fn read(row: &Row<'_>, definition: &Definition) -> Result<Self, Vec<Finding>> {
        let mut header = Self {
            columns: row.len(),
            variables: vec![None; definition.variables.len()],
            repeats: vec![RepeatColumns::default(); definition.repeats.len()],
            technical: [None; 4],
        };
        let mut findings = Vec::new();
        let mut known = 0;
        for column in 0..row.len() {
            let name = row.field(column).trim();
            let number = column as u64 + 1;
            let Some(place) = header.place(name, definition) else {
                if findings.len() >= MOST_FINDINGS {
                    continue;
                }
                let code = if name.is_empty() { "header-blank" } else { "header-unknown-column" };
                findings.push(Finding::error(code).with("column", quoted(name)).with("number", number));
                continue;
            };
            known += 1;
            if place.replace(column).is_some() && findings.len() < MOST_FINDINGS {
                findings.push(
                    Finding::error("header-duplicate-column")
                        .with("column", quoted(name))
                        .with("number", number),
                );
            }
        }
        if known == 0 {
            return Err(vec![Finding::error("header-missing").with("definition", definition.name.as_str())]);
        }
        let missing = definition.variables.iter().zip(&header.variables);
        findings.extend(missing.filter(|(variable, column)| column.is_none() && is_needed(variable)).map(
            |(variable, _)| Finding::error("header-missing-column").with("column", variable.name.as_str()),
        ));
        for (repeat, columns) in definition.repeats.iter().zip(&header.repeats) {
            if columns.json.is_some() && !columns.instances.is_empty() {
                findings.push(Finding::error("header-repeat-twice").with("column", repeat.name.as_str()));
            }
        }
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            Err(findings)
        } else {
            Ok(header)
        }
    }

    fn place(&mut self, name: &str, definition: &Definition) -> Option<&mut Option<usize>> {
        if let Some(index) = TECHNICAL.iter().position(|technical| technical.eq_ignore_ascii_case(name))
            && !definition.variables.iter().any(|variable| variable.name.eq_ignore_ascii_case(name))
        {
            return Some(&mut self.technical[index]);
        }
        if let Some(at) = definition.repeats.iter().position(|repeat| repeat.name.eq_ignore_ascii_case(name))
        {
            return Some(&mut self.repeats[at].json);
        }
        if let Some((repeat, variable)) = name.split_once("]/") {
            return self.place_in_repeat(repeat, variable, definition);
        }
        let index = definition
            .variables
            .iter()
            .position(|variable| variable.repeat.is_none() && is_called(variable, name))?;
        Some(&mut self.variables[index])
    }

    /// The place of `REPEAT[2]/NAME`, of which `repeat` is `REPEAT[2`.
    fn place_in_repeat(
        &mut self,
        repeat: &str,
        variable: &str,
        definition: &Definition,
    ) -> Option<&mut Option<usize>> {
        let (repeat, number) = repeat.split_once('[')?;
        let number: usize = number.parse().ok().filter(|number| (1..=MOST_INSTANCES).contains(number))?;
        let at = definition.repeats.iter().position(|known| known.name.eq_ignore_ascii_case(repeat))?;
        let places = definition.repeats[at].variables.clone();
        let variables = &definition.variables[places.clone()];
        let place = variables.iter().position(|known| is_called(known, variable))?;
        let instances = &mut self.repeats[at].instances;
        if instances.len() < number {
            instances.resize(number, vec![None; places.len()]);
        }
        Some(&mut instances[number - 1][place])
    }
}

/// The delimiter that the first line has most of; `;` if it has none.
pub fn delimiter(start: &[u8]) -> u8 {
    let line =
        start.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    let mut best = b';';
    for delimiter in [b',', b'\t'] {
        if count(delimiter) > count(best) {
            best = delimiter;
        }
    }
    best
}

fn is_called(variable: &Variable, name: &str) -> bool {
    variable.name.eq_ignore_ascii_case(name) || variable.technical.eq_ignore_ascii_case(name)
}

fn is_needed(variable: &Variable) -> bool {
    variable.repeat.is_none()
        && variable.calculation.is_none()
        && (variable.key || matches!(variable.required, Required::Always))
}

/// A name as it may be shown: only what looks like a column's name, because
/// in a file without a header the first row is a patient's.
pub fn quoted(name: &str) -> String {
    let looks_like_a_name = name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:|[]/".contains(&byte))
        && name.bytes().filter(u8::is_ascii_digit).count() < 6;
    if looks_like_a_name { name.to_owned() } else { "…".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_found_by_itself() {
        assert_eq!(delimiter(b"A;B;C\n1,2;3\n"), b';');
        assert_eq!(delimiter(b"\r\nA,B,C\n"), b',');
        assert_eq!(delimiter(b"A\tB\n"), b'\t');
        assert_eq!(delimiter(b"A\n"), b';');
    }

    #[test]
    fn only_what_looks_like_a_name_is_quoted() {
        assert_eq!(quoted("TX_EXTRA"), "TX_EXTRA");
        assert_eq!(quoted("85040216932"), "…");
        assert_eq!(quoted("A850402169"), "…");
        assert_eq!(quoted("Jan Peeters"), "…");
    }
}
