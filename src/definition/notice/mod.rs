//! What the author of a definition should know: what its workbook says that
//! nobody reads, and keys that rows do not bring.
//!
//! XLSForm lets authors add columns of their own, so one that nobody knows is
//! no mistake; but `relevnat` means a condition that is never asked. Its author
//! is told and decides. Nothing of this is stored: it is found anew in the
//! sheets.

mod known;

use std::collections::HashSet;

use strsim::osa_distance;

use super::{
    passing::Passing,
    sheet::{Problem, Sheet, SheetRow, Sheets, column_name},
    text::language_named,
    variable::Variable,
};
use known::{CHOICES, HD, Known, SETTINGS, SURVEY};

/// The most names of the sheet `hd` that are looked at.
const MOST_NAMES: usize = 1_000;

/// How much of a name is shown and compared, in letters.
const MOST_LETTERS: usize = 60;

/// The first words of columns that are plainly comments.
const COMMENTS: [&str; 10] = [
    "comment",
    "comments",
    "commentaire",
    "commentaires",
    "note",
    "notes",
    "opmerking",
    "opmerkingen",
    "remark",
    "remarks",
];

/// What is passed over and may have been meant, sheet by sheet.
///
/// A column without any cell, and one that says itself that it is a comment
/// or put aside (`remark`, `#…`, `_…`), is not told.
pub(super) fn notices(sheets: &Sheets) -> Vec<Problem> {
    let mut notices = columns(&SETTINGS, &sheets.settings, &HashSet::new());
    notices.extend(columns(&SURVEY, &sheets.survey, &HashSet::new()));
    notices.extend(columns(&CHOICES, &sheets.choices, &filter_words(&sheets.survey)));
    match (sheets.hd.column("key"), sheets.hd.column("value")) {
        (Some(key), Some(value)) => notices.extend(names(&sheets.hd, key, value)),
        _ => notices.extend(columns(&HD, &sheets.hd, &HashSet::new())),
    }
    notices
}

/// Variables of the business key that have another value each time that a row
/// comes without it.
pub(super) fn keys(variables: &[Variable]) -> impl Iterator<Item = Problem> {
    let is_it = |at: &usize| {
        let passing = || Passing::of(variables, *at).is_some_and(|passing| passing.is_kept);
        variables[*at].key && passing()
    };
    let notice = |at: usize| Problem::at("survey", variables[at].row, "calculation", "definition-notice-key");
    (0..variables.len()).filter(is_it).map(notice)
}

/// The columns of a sheet, without those that are `used` under any name.
fn columns(known: &Known, sheet: &Sheet, used: &HashSet<&str>) -> Vec<Problem> {
    let present: HashSet<String> = sheet.header.iter().map(|name| column_name(name)).collect();
    let is_filled = |at| sheet.rows.iter().any(|row| !row.cell(Some(at)).is_empty());
    let told = sheet.header.iter().enumerate().filter(|(_, name)| !used.contains(name.as_str()));
    told.filter_map(|(at, name)| {
        let name = short(name);
        let (id, near) = passed_over(known, &name, &present)?;
        is_filled(at).then(|| with_near(Problem::at(known.sheet, 0, &name, id), near))
    })
    .collect()
}

/// The names of a sheet `hd` that has them in its column `key`.
fn names(sheet: &Sheet, key: usize, value: usize) -> Vec<Problem> {
    let rows = || sheet.rows.iter().take(MOST_NAMES);
    let name = |row: &SheetRow| short(row.cell(Some(key)));
    let present: HashSet<String> = rows().map(|row| column_name(&name(row))).collect();
    rows()
        .filter(|row| !row.cell(Some(value)).is_empty())
        .filter_map(|row| {
            let (id, near) = passed_over(&HD, &name(row), &present)?;
            Some(with_near(Problem::at("hd", row.0, "key", id), near))
        })
        .collect()
}

fn with_near(notice: Problem, near: Option<String>) -> Problem {
    match near {
        Some(near) => notice.with("near", near),
        None => notice,
    }
}

/// The message about a name that is not read and not passed over on purpose,
/// and the usual name that it resembles.
fn passed_over(
    known: &Known,
    name: &str,
    present: &HashSet<String>,
) -> Option<(&'static str, Option<String>)> {
    let folded = column_name(name);
    if folded.is_empty() || is_comment(&folded) || known.has(&folded) {
        return None;
    }
    let (base, language) = match name.split_once("::") {
        Some((base, rest)) => (column_name(base), Some(rest.trim())),
        None => (folded.clone(), None),
    };
    let shown_in = language.filter(|language| language_named(language).is_some());
    if known.texts.contains(&&*base) {
        return shown_in.is_none().then_some(("definition-notice-language", None));
    }
    let near = match shown_in {
        Some(language) => nearest(&base, known.texts.iter().map(|text| (*text, *text)))
            .map(|text| format!("{text}::{language}")),
        None => nearest(&folded, known.read()).map(str::to_owned),
    };
    let near = near.filter(|near| !present.contains(&column_name(near)));
    let start = folded.split(':').next().unwrap_or_default();
    let is_usual = known.only_near || known.open.contains(&start);
    match near {
        Some(_) => Some(("definition-notice-near", near)),
        None => (!is_usual).then_some(("definition-notice-column", None)),
    }
}

/// The usual name of what `name` resembles most: it differs by a letter or
/// two, or in nothing but the signs between the words.
fn nearest<'a>(name: &str, known: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    let letters = |name: &str| name.chars().filter(|it| it.is_alphanumeric()).collect::<String>();
    let alone = letters(name);
    let distance = |it: &str| if letters(it) == alone { 0 } else { osa_distance(name, it) };
    let close = known.filter_map(|(it, usual)| {
        // In a short word two other letters make another word.
        let most = (it.rsplit("::").next().unwrap_or(it).len() / 3).clamp(1, 2);
        Some((distance(it), usual)).filter(|(distance, _)| *distance <= most)
    });
    close.min_by_key(|(distance, _)| *distance).map(|(_, usual)| usual)
}

fn is_comment(folded: &str) -> bool {
    let first = folded.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    folded.starts_with(['#', '_']) || COMMENTS.contains(&first)
}

/// The words of the filters: a column of the choices that is among them is
/// read.
fn filter_words(survey: &Sheet) -> HashSet<&str> {
    let filter = survey.column("choice_filter");
    let is_end = |letter: char| !letter.is_alphanumeric() && !"_-.".contains(letter);
    survey.rows.iter().flat_map(|row| row.cell(filter).split(is_end)).collect()
}

fn short(name: &str) -> String {
    name.trim().chars().take(MOST_LETTERS).collect()
}

#[cfg(test)]
mod tests;
