//! The sheet `choices`.

use std::collections::{HashMap, HashSet};

use super::TextColumns;
use crate::{
    definition::{
        choice::List,
        sheet::{Problem, Sheet},
        text::Texts,
    },
    language::Language,
};

/// Reads the code lists, in the order in which they first appear.
pub(super) fn read(sheet: &Sheet, own: Language, problems: &mut Vec<Problem>) -> Vec<List> {
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
    let mut lists: Vec<(&str, Vec<(String, Texts)>)> = Vec::new();
    for row in &sheet.rows {
        let (name, code) = (row.cell(list_name), row.cell(code));
        if name.is_empty() || code.is_empty() {
            let missing = if name.is_empty() { "list_name" } else { "name" };
            problems.push(Problem::at("choices", row.0, missing, "definition-empty"));
            continue;
        }
        if code.contains('|') || code.chars().any(char::is_control) {
            problems.push(Problem::at("choices", row.0, "name", "definition-code"));
            continue;
        }
        let place = *places.entry(name).or_insert_with(|| {
            lists.push((name, Vec::new()));
            lists.len() - 1
        });
        if !known.insert((place, code)) {
            problems.push(Problem::at("choices", row.0, "name", "definition-twice").with("what", code));
            continue;
        }
        lists[place].1.push((code.to_owned(), labels.read(row)));
    }
    lists.into_iter().map(|(name, choices)| List::new(name, choices)).collect()
}
