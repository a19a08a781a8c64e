//! The sheet `choices`, and lists that stand in sheets of their own.

use std::collections::{HashMap, HashSet};

use super::{TextColumns, survey::Survey};
use crate::{
    definition::{
        choice::{List, Origin},
        sheet::{FileSheet, Problem, Sheet, SheetRow},
        text::Texts,
        variable::Kind,
    },
    language::Language,
};

/// Reads the code lists, in the order in which they first appear; with the
/// columns that filters may name, if any variable has a filter.
pub(super) fn read(sheet: &Sheet, own: Language, filters: bool, problems: &mut Vec<Problem>) -> Vec<List> {
    if sheet.header.is_empty() {
        return Vec::new();
    }
    let list_name = sheet.column("list_name");
    let code = sheet.column("name").or_else(|| sheet.column("value"));
    for (column, name) in [(list_name, "list_name"), (code, "name")] {
        if column.is_none() {
            problems.push(Problem::at("choices", 0, name, "definition-no-column"));
        }
    }
    if list_name.is_none() || code.is_none() {
        return Vec::new();
    }
    let labels = TextColumns::new(sheet, "label", own);
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut known: HashSet<(usize, &str)> = HashSet::new();
    let mut lists: Vec<(&str, Gathered)> = Vec::new();
    for row in &sheet.rows {
        let (name, code) = (row.cell(list_name), row.cell(code));
        if name.is_empty() || code.is_empty() {
            let missing = if name.is_empty() { "list_name" } else { "name" };
            problems.push(Problem::at("choices", row.0, missing, "definition-empty"));
            continue;
        }
        if !is_code(code) {
            problems.push(Problem::at("choices", row.0, "name", "definition-code"));
            continue;
        }
        let place = *places.entry(name).or_insert_with(|| {
            lists.push((name, Gathered::default()));
            lists.len() - 1
        });
        if !known.insert((place, code)) {
            problems
                .push(Problem::at("choices", row.0, "name", "definition-choice-twice").with("what", code));
            continue;
        }
        lists[place].1.add(code, labels.read(row), row);
    }
    let columns = filters.then(|| Columns::of(sheet, list_name));
    lists.into_iter().map(|(name, gathered)| gathered.into_list(name, columns.as_ref())).collect()
}

/// Reads a list that stands alone. `value` and `label` are the columns of its
/// codes and labels. Fails with a message's identifier and what it is about.
pub(super) fn read_file(
    name: &str,
    file: &FileSheet,
    (value, label): (&str, &str),
    own: Language,
) -> Result<List, (&'static str, String)> {
    let sheet = &file.sheet;
    let code = sheet.column(&value.to_lowercase());
    let Some(code) = code else { return Err(("definition-file-column", value.to_owned())) };
    let labels = TextColumns::new(sheet, &label.to_lowercase(), own);
    let mut known: HashSet<&str> = HashSet::new();
    let mut gathered = Gathered::default();
    for row in &sheet.rows {
        let text = row.cell(Some(code));
        if !is_code(text) || text.is_empty() || !known.insert(text) {
            return Err(("definition-file-row", row.0.to_string()));
        }
        gathered.add(text, labels.read(row), row);
    }
    if gathered.rows.is_empty() {
        return Err(("definition-file-empty", name.to_owned()));
    }
    let mut list = gathered.into_list(name, Some(&Columns::of(sheet, None)));
    list.origin = if file.packaged { Origin::Packaged } else { Origin::Sheet };
    Ok(list)
}

/// Finds codes with a blank in lists of which several choices may be chosen: an
/// expression that counts or picks them would take one for several, since for
/// it they stand with blanks between them. A code of another sheet is told at the
/// variable.
pub(super) fn find_blanks(sheet: &Sheet, survey: &Survey, problems: &mut Vec<Problem>) {
    let has_blank = |code: &str| code.contains(char::is_whitespace);
    let mut known = HashSet::new();
    for variable in &survey.variables {
        let Kind::SelectMultiple(list) = variable.kind else { continue };
        let list = &survey.lists[list];
        if list.origin == Origin::Choices {
            known.insert(list.name.as_str());
        } else if let Some(choice) = list.choices.iter().find(|choice| has_blank(&choice.code)) {
            let problem = Problem::at("survey", variable.row, "type", "definition-code-blank");
            problems.push(problem.with("what", choice.code.as_str()));
        }
    }
    let list_name = sheet.column("list_name");
    let code = sheet.column("name").or_else(|| sheet.column("value"));
    let rows =
        sheet.rows.iter().filter(|row| known.contains(row.cell(list_name)) && has_blank(row.cell(code)));
    for row in rows {
        let problem = Problem::at("choices", row.0, "name", "definition-code-blank");
        problems.push(problem.with("what", row.cell(code)));
    }
}

fn is_code(code: &str) -> bool {
    !code.contains('|') && !code.chars().any(char::is_control)
}

/// The choices of one list, each with its row.
#[derive(Default)]
struct Gathered<'a> {
    choices: Vec<(String, Texts)>,
    rows: Vec<&'a SheetRow>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, code: &str, labels: Texts, row: &'a SheetRow) {
        self.choices.push((code.to_owned(), labels));
        self.rows.push(row);
    }

    fn into_list(self, name: &str, columns: Option<&Columns>) -> List {
        let mut list = List::new(name, self.choices);
        if let Some(columns) = columns {
            let values = |row: &&SheetRow| -> Vec<String> {
                columns.0.iter().map(|(_, place)| row.cell(Some(*place)).to_owned()).collect()
            };
            let names = columns.0.iter().map(|(name, _)| name.clone()).collect();
            list.add_columns(names, self.rows.iter().map(values).collect());
        }
        list
    }
}

/// The columns that a filter may name: those whose name is a word.
struct Columns(Vec<(String, usize)>);

impl Columns {
    fn of(sheet: &Sheet, except: Option<usize>) -> Self {
        let columns = sheet.header.iter().enumerate().filter(|(at, _)| Some(*at) != except);
        let named = columns.map(|(at, name)| (name.trim().to_owned(), at));
        Self(named.filter(|(name, _)| !name.is_empty() && !name.contains("::")).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::definition::reader::tests::{HD, SETTINGS, problems, read_csv};

    #[test]
    fn a_code_with_a_blank_is_none_of_several() {
        let read = |kind: &str| {
            let survey = format!("type,name,hd::key\ntext,T,yes\n{kind},M,\n");
            read_csv(SETTINGS, &survey, "list_name,name\nL,a\nL,a b\nO,x y\nO,z\n", HD)
        };
        assert!(read("select_one L").is_ok());
        let blank = ("choices", 3, "name".to_owned(), "definition-code-blank");
        for kind in ["select_multiple L", "select_multiple L or_other"] {
            let refused = read(kind);
            let sheets = refused.as_ref().unwrap_err().problems[0].args[0].clone();
            assert_eq!(sheets, ("what", "a b".into()));
            assert_eq!(problems(refused), std::slice::from_ref(&blank), "{kind}");
        }
    }
}
