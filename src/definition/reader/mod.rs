//! From sheets to a definition, with every problem listed.
//!
//! `survey` reads every row for itself (`types` its type), `order` finds in
//! which order calculations are worked out, `relate` compiles what rows say of
//! each other (`spoken` what texts do, `identity` what follows from who the
//! patient is), `whole` checks what must hold for all of them.

mod choices;
mod identity;
mod order;
mod relate;
mod settings;
mod spoken;
mod survey;
mod types;
mod whole;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::{
    Definition,
    expression::Fault,
    sheet::{Problem, Refused, Sheet, SheetRow, Sheets, column_name},
    summary::Summary,
    text::{Texts, language_named},
};
use crate::language::Language;

/// Reads a definition from its sheets.
pub(super) fn read(sheets: Sheets) -> Result<Definition, Refused> {
    read_with(sheets, |_| true)
}

/// Reads the sheets of a definition that is stored, maybe by a version of this
/// program that took more. A default that cannot be worked out is then none,
/// what was passed over still is, and a text that speaks of no answer stays as
/// it is written.
pub(super) fn read_stored(sheets: Sheets) -> Result<Definition, Refused> {
    const LATER: [&str; 14] = [
        "definition-calculation-type",
        "definition-cell-unused",
        "definition-code-blank",
        "definition-column-twice",
        "definition-generated-type",
        "definition-generated-without",
        "definition-key-passing",
        "definition-relevance-circle",
        "definition-technical-twice",
        "definition-text-many",
        "definition-text-reference",
        "definition-text-several",
        "definition-text-variable",
        "definition-trigger",
    ];
    read_with(sheets, |problem| problem.column != "default" && !LATER.contains(&problem.id))
}

fn read_with(sheets: Sheets, counts: impl Fn(&Problem) -> bool) -> Result<Definition, Refused> {
    let mut problems = Vec::new();
    let settings = settings::read(&sheets, &mut problems);
    for (name, sheet) in [("survey", &sheets.survey), ("choices", &sheets.choices)] {
        find_twins(name, sheet, settings.language, &mut problems);
    }
    let filter = sheets.survey.column("choice_filter");
    let filters = sheets.survey.rows.iter().any(|row| !row.cell(filter).is_empty());
    let lists = choices::read(&sheets.choices, settings.language, filters, &mut problems);
    let survey = survey::read(&sheets.survey, &sheets.files, &settings, lists, &mut problems);
    choices::find_blanks(&sheets.choices, &survey, &mut problems);
    problems.retain(counts);
    if !problems.is_empty() {
        let place = |problem: &Problem| Sheets::NAMES.iter().position(|name| *name == problem.sheet);
        problems.sort_by_key(|problem| (place(problem), problem.row));
        return Err(Refused { problems });
    }
    Ok(Definition {
        project: settings.project,
        abbreviation: settings.abbreviation,
        name: settings.name,
        version: settings.version,
        titles: settings.titles,
        enrolment_required: settings.enrolment_required,
        language: settings.language,
        source_note: settings.source_note,
        variables: survey.variables,
        calculated: survey.calculated,
        volatile: survey.volatile,
        repeats: survey.repeats,
        lists: survey.lists,
        layout: survey.layout,
        source: sheets,
    })
}

/// Finds columns of one name, or filled ones of one text in one language, of
/// which only one would be read.
fn find_twins(name: &'static str, sheet: &Sheet, own: Language, problems: &mut Vec<Problem>) {
    let mut known = HashSet::new();
    let mut texts = HashSet::new();
    for (at, column) in sheet.header.iter().enumerate().filter(|(_, column)| !column.is_empty()) {
        let plain = column_name(column);
        let text = TEXTS.iter().find_map(|text| Some((text, in_language(&plain, text, own)?)));
        let is_filled = || sheet.rows.iter().any(|row| !row.cell(Some(at)).is_empty());
        let is_twin = text.is_some_and(|text| is_filled() && !texts.insert(text));
        if !known.insert(plain) || is_twin {
            problems.push(Problem::at(name, 0, column, "definition-column-twice"));
        }
    }
}

/// Reads what a list of definitions shows; the code lists may be missing.
pub(super) fn summarise(sheets: &Sheets) -> Result<Summary, Refused> {
    let mut problems = Vec::new();
    let settings = settings::read(sheets, &mut problems);
    if !problems.is_empty() {
        return Err(Refused { problems });
    }
    Ok(Summary {
        project: settings.project,
        abbreviation: settings.abbreviation,
        name: settings.name,
        version: settings.version,
        titles: settings.titles,
        enrolment_required: settings.enrolment_required,
        has_patient: survey::has_patient(&sheets.survey),
        variables: survey::count(&sheets.survey),
    })
}

/// The columns of one text in its languages: `label::English (en)`, `label`.
#[derive(Clone)]
struct TextColumns {
    columns: Vec<(Language, usize)>,
    own: Language,
}

impl TextColumns {
    /// The columns of the text called `name`. A column without a language is
    /// in the form's own.
    fn new(sheet: &Sheet, name: &str, own: Language) -> Self {
        let columns = sheet
            .header
            .iter()
            .enumerate()
            .filter_map(|(at, column)| Some((in_language(&column_name(column), name, own)?, at)));
        Self { columns: columns.collect(), own }
    }

    fn read(&self, row: &SheetRow) -> Texts {
        let mut texts = Texts::of(self.own);
        self.cells(row).for_each(|(language, _, text)| texts.set(language, text));
        texts
    }

    /// The cells that are not empty, with their languages and columns.
    fn cells<'row>(&self, row: &'row SheetRow) -> impl Iterator<Item = (Language, usize, &'row str)> {
        let cells =
            self.columns.iter().map(|(language, column)| (*language, *column, row.cell(Some(*column))));
        cells.filter(|(.., text)| !text.is_empty())
    }
}

/// The texts that a sheet may have in several languages.
const TEXTS: [&str; 5] = ["label", "hint", "required_message", "constraint_message", "guidance_hint"];

/// The language in which a column has the text called `name`, if it has it.
fn in_language(column: &str, name: &str, own: Language) -> Option<Language> {
    let rest = column.strip_prefix(name)?;
    match rest.strip_prefix("::") {
        Some(language) => language_named(&language.replace('_', " ")),
        None => rest.is_empty().then_some(own),
    }
}

/// What an author means by a cell that says yes or no; none for other words.
pub(super) fn truth(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "yes" | "true" | "true()" | "1" | "y" | "x" | "oui" | "ja" => Some(true),
        "" | "no" | "false" | "false()" | "0" | "n" | "non" | "nee" => Some(false),
        _ => None,
    }
}

/// A name as variables, lists and definitions have it.
fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

/// A fault of an expression, in its cell.
fn located(fault: Fault, sheet: &'static str, row: u32, column: &str) -> Problem {
    Problem { sheet, row, column: column.to_owned(), id: fault.id, args: fault.args }
}
