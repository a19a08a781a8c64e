//! The header: which column holds which variable.

use std::collections::{HashMap, HashSet};

use crate::{
    definition::{Definition, Required, Role, Variable},
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
        let names = Names::of(definition);
        let mut findings = Vec::new();
        let mut known = 0;
        for column in 0..row.len() {
            let name = row.field(column).trim();
            let number = column as u64 + 1;
            let Some(place) = header.place(name, &names) else {
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
        let generates = missing
            .clone()
            .any(|(variable, column)| column.is_some() && variable.role == Some(Role::PatientGenerated));
        let is_missing = |(variable, column): &(&Variable, &Option<usize>)| {
            column.is_none() && is_needed(variable, generates)
        };
        findings.extend(missing.filter(is_missing).map(|(variable, _)| {
            Finding::error("header-missing-column").with("column", variable.name.as_str())
        }));
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

    fn place(&mut self, name: &str, names: &Names<'_>) -> Option<&mut Option<usize>> {
        let name = name.to_ascii_lowercase();
        if let Some((repeat, variable)) = name.split_once("]/") {
            return self.place_in_repeat(repeat, variable, names);
        }
        Some(match names.flat.get(&name)? {
            Place::Technical(index) => &mut self.technical[*index],
            Place::Repeat(at) => &mut self.repeats[*at].json,
            Place::Variable(at) => &mut self.variables[*at],
        })
    }

    /// The place of `repeat[2]/name`, of which `repeat` is `repeat[2`.
    fn place_in_repeat(
        &mut self,
        repeat: &str,
        variable: &str,
        names: &Names<'_>,
    ) -> Option<&mut Option<usize>> {
        let (repeat, number) = repeat.split_once('[')?;
        let number: usize = number.parse().ok().filter(|number| (1..=MOST_INSTANCES).contains(number))?;
        let Some(Place::Repeat(at)) = names.flat.get(repeat) else { return None };
        let place = *names.inside.get(&(*at, variable.to_owned()))?;
        let width = names.definition.repeats[*at].variables.len();
        let instances = &mut self.repeats[*at].instances;
        if instances.len() < number {
            instances.resize(number, vec![None; width]);
        }
        Some(&mut instances[number - 1][place])
    }
}

/// What a column can be called, in small letters. A header may have a million
/// columns and a definition thousands of variables.
struct Names<'d> {
    definition: &'d Definition,
    flat: HashMap<String, Place>,
    /// The variables of repeats, by the place of the repeat.
    inside: HashMap<(usize, String), usize>,
}

/// Where a column outside of repeats belongs.
enum Place {
    Repeat(usize),
    Technical(usize),
    Variable(usize),
}

impl<'d> Names<'d> {
    fn of(definition: &'d Definition) -> Self {
        let mut names = Self { definition, flat: HashMap::new(), inside: HashMap::new() };
        let own: HashSet<String> =
            definition.variables.iter().map(|variable| variable.name.to_ascii_lowercase()).collect();
        for (index, name) in TECHNICAL.iter().map(|name| name.to_ascii_lowercase()).enumerate() {
            if !own.contains(&name) {
                names.flat.insert(name, Place::Technical(index));
            }
        }
        for (at, repeat) in definition.repeats.iter().enumerate() {
            names.flat.entry(repeat.name.to_ascii_lowercase()).or_insert(Place::Repeat(at));
        }
        for name_of in Variable::NAMES {
            for (at, variable) in definition.variables.iter().enumerate() {
                let name = name_of(variable).to_ascii_lowercase();
                match variable.repeat {
                    None => drop(names.flat.entry(name).or_insert(Place::Variable(at))),
                    Some(repeat) => {
                        let first = definition.repeats[repeat].variables.start;
                        names.inside.entry((repeat, name)).or_insert(at - first);
                    }
                }
            }
        }
        names
    }
}

/// Whether a file must have the column, because each of its rows needs a value
/// there: not if it is asked in some rows only, nor the patient's number if
/// rows can say that it is to be generated.
fn is_needed(variable: &Variable, generates: bool) -> bool {
    let is_always = matches!(variable.required, Required::Always) && variable.relevant.is_none();
    variable.repeat.is_none()
        && variable.calculation.is_none()
        && (variable.key || is_always)
        && !(generates && variable.role == Some(Role::Patient))
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
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{domain::import::Position, intake::rows::Rows};

    #[test]
    fn a_header_of_a_hundred_thousand_columns_is_told_in_a_few_sentences() {
        let definition = crate::definition::find_bundled("INTEGO-LAB").unwrap();
        let text = "IDC_PAT;".to_owned() + &"X;".repeat(100_000);
        let mut rows = Rows::new(text.as_bytes(), b';', Position::default());
        let findings = Header::read(&rows.read().unwrap().unwrap(), &definition).unwrap_err();
        let unknown = findings.iter().filter(|finding| finding.code == "header-unknown-column");
        assert_eq!(unknown.count(), MOST_FINDINGS);
        assert!(findings.len() < MOST_FINDINGS + definition.variables.len());
    }

    #[test]
    fn a_name_counts_before_the_technical_name_of_another() {
        let mut definition = (*crate::definition::find_bundled("INTEGO-LAB").unwrap()).clone();
        let place = |definition: &Definition, name: &str| {
            let names = Names::of(definition);
            match names.flat.get(&name.to_ascii_lowercase()) {
                Some(Place::Variable(at)) => *at,
                _ => usize::MAX,
            }
        };
        definition.variables[1].technical = definition.variables[2].name.clone();
        let name = definition.variables[2].name.clone();
        assert_eq!(place(&definition, &name), 2);
        definition.variables[1].technical = "ITS_OWN".to_owned();
        assert_eq!(place(&definition, "its_own"), 1);
    }

    #[test]
    fn a_column_may_be_missing_whose_answer_not_every_row_needs() {
        let missing = |name: &str, without: &[&str]| {
            let definition = crate::definition::find_bundled(name).unwrap();
            let names = definition.variables.iter().map(|variable| variable.name.as_str());
            let header: Vec<&str> = names.filter(|name| !without.contains(name)).collect();
            let text = header.join(";");
            let mut rows = Rows::new(text.as_bytes(), b';', Position::default());
            let read = Header::read(&rows.read().unwrap().unwrap(), &definition);
            read.err().unwrap_or_default().len()
        };
        assert_eq!(missing("BCFR", &["D_PAT_DOD", "TX_CFTR_MODULATOR"]), 0, "asked in some rows only");
        assert_eq!(missing("BCFR", &["CD_PAT_SEX"]), 1);
        assert_eq!(missing("OP_KNEE_PRIM_IMPLT", &["IDC_PAT"]), 0, "it may be generated");
        assert_eq!(missing("OP_KNEE_PRIM_IMPLT", &["IDC_PAT", "TX_IDC_PAT_GENER"]), 1);
    }

    #[test]
    fn only_what_looks_like_a_name_is_quoted() {
        assert_eq!(quoted("TX_EXTRA"), "TX_EXTRA");
        assert_eq!(quoted("85040216932"), "…");
        assert_eq!(quoted("A850402169"), "…");
        assert_eq!(quoted("Jan Peeters"), "…");
    }
}
