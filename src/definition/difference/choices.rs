//! The code lists: of the sheet `choices`, and of files.

use std::collections::{BTreeMap, HashMap};

use super::{ChoiceDifference, Fate, ListDifference, Property, order::moved, said::Said};
use crate::{
    definition::{
        sheet::{Sheet, SheetRow, Sheets},
        text::Texts,
    },
    language::Language,
};

/// The lists of a version: each by its name and whether it is a file's.
type Lists<'a> = BTreeMap<(bool, String), List<'a>>;

#[derive(Default)]
struct List<'a> {
    packaged: bool,
    columns: Vec<(usize, Property)>,
    /// The codes with their rows; the first of each.
    rows: Vec<(&'a str, &'a SheetRow)>,
    places: HashMap<&'a str, usize>,
    /// The name of the column with the labels.
    label: String,
    /// What the codes and the list's name stand in.
    keys: [Option<usize>; 2],
}

impl<'a> List<'a> {
    fn add(&mut self, code: &'a str, row: &'a SheetRow) {
        if !self.places.contains_key(code) {
            self.places.insert(code, self.rows.len());
            self.rows.push((code, row));
        }
    }

    fn said(&self, row: &SheetRow) -> Said {
        let columns = self.columns.iter().filter(|(at, _)| !self.keys.contains(&Some(*at)));
        Said::of(columns.map(|(at, property)| (property.clone(), row.cell(Some(*at)))))
    }

    fn labels(&self, row: &SheetRow) -> Texts {
        self.said(row).texts(&self.label)
    }
}

/// The lists that differ.
pub(super) fn compare(old: (&Sheets, Language), new: (&Sheets, Language)) -> Vec<ListDifference> {
    let (old, new) = (lists(old.0, old.1), lists(new.0, new.1));
    let none = List::default();
    let names = new.keys().chain(old.keys().filter(|name| !new.contains_key(*name)));
    let differences = names.filter_map(|name| {
        let (before, after) = (old.get(name), new.get(name));
        let fate = match (before, after) {
            (None, _) => Fate::Added,
            (_, None) => Fate::Removed,
            _ => Fate::Changed,
        };
        let packaged = before.zip(after).map(|(old, new)| (old.packaged, new.packaged));
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        let common: Vec<usize> =
            after.rows.iter().filter_map(|(code, _)| before.places.get(code).copied()).collect();
        let difference = ListDifference {
            name: name.1.clone(),
            is_file: name.0,
            fate,
            choices: choices(before, after),
            is_reordered: !moved(&common).is_empty(),
            packaged: packaged.filter(|(old, new)| old != new),
        };
        let differs = fate != Fate::Changed
            || !difference.choices.is_empty()
            || difference.is_reordered
            || difference.packaged.is_some();
        differs.then_some(difference)
    });
    differences.collect()
}

fn choices(old: &List<'_>, new: &List<'_>) -> Vec<ChoiceDifference> {
    let told = |list: &List<'_>, code: &str, row: &SheetRow, fate, changes| ChoiceDifference {
        code: code.to_owned(),
        labels: list.labels(row),
        fate,
        changes,
    };
    let mut found = Vec::new();
    for (code, row) in &new.rows {
        match old.places.get(code) {
            None => found.push(told(new, code, row, Fate::Added, Vec::new())),
            // Most are the same in a list of many thousand.
            Some(place) if new.columns == old.columns && old.rows[*place].1.1 == row.1 => {}
            Some(place) => {
                let changes = new.said(row).changes_since(&old.said(old.rows[*place].1));
                if !changes.is_empty() {
                    found.push(told(new, code, row, Fate::Changed, changes));
                }
            }
        }
    }
    let gone = old.rows.iter().filter(|(code, _)| !new.places.contains_key(code));
    found.extend(gone.map(|(code, row)| told(old, code, row, Fate::Removed, Vec::new())));
    found
}

fn lists(sheets: &Sheets, own: Language) -> Lists<'_> {
    let mut lists = Lists::new();
    let sheet = &sheets.choices;
    let keys = [sheet.column("list_name"), sheet.column("name").or_else(|| sheet.column("value"))];
    let columns = Property::columns(sheet, &["label"], own);
    for row in &sheet.rows {
        let [name, code] = keys.map(|column| row.cell(column));
        let list = lists.entry((false, name.to_owned())).or_insert_with(|| List {
            columns: columns.clone(),
            label: "label".to_owned(),
            keys,
            ..List::default()
        });
        list.add(code, row);
    }
    for (name, file) in &sheets.files {
        let (code, label) = columns_of_file(&sheets.survey, name);
        let code = file.sheet.column(&code);
        let mut list = List {
            packaged: file.packaged,
            columns: Property::columns(&file.sheet, &[&label], own),
            keys: [code, None],
            label,
            ..List::default()
        };
        file.sheet.rows.iter().for_each(|row| list.add(row.cell(code), row));
        lists.insert((true, name.clone()), list);
    }
    lists
}

/// The names of the columns with the codes and the labels of a file, as the
/// first variable that takes its choices from it says.
fn columns_of_file(survey: &Sheet, file: &str) -> (String, String) {
    let (kind, parameters) = (survey.column("type"), survey.column("parameters"));
    let uses = |row: &&SheetRow| {
        let word = row.cell(kind).split_whitespace().nth(1);
        word.is_some_and(|word| word.eq_ignore_ascii_case(file))
    };
    let row = survey.rows.iter().find(uses);
    let parameters = row.map_or("", |row| row.cell(parameters)).to_lowercase();
    let said = |key: &str, usual: &str| -> String {
        let pairs = parameters.split([' ', ',', ';']).filter_map(|part| part.split_once('='));
        pairs.into_iter().find(|(known, _)| *known == key).map_or(usual, |(_, value)| value).to_owned()
    };
    (said("value", "name"), said("label", "label"))
}
