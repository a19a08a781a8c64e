//! The rows of the sheet `survey`.

use std::collections::{HashMap, HashSet};

use super::{Change, Fate, Property, RowDifference, What, order::moved, said::Said};
use crate::definition::{Definition, Variable};

const TEXTS: [&str; 5] = ["label", "hint", "guidance_hint", "constraint_message", "required_message"];

/// What is known of a row by which the same one is found in the other version:
/// what it is, its name, and how many like it come before.
type Key = (What, String, usize);

struct Row {
    key: Key,
    name: String,
    said: Said,
}

impl Row {
    /// How another row's change calls it.
    fn shown(&self) -> &str {
        &self.key.1
    }

    /// Where the effect on what leaves is told, the cell that says it is not.
    fn told(&self, fate: Fate, mut changes: Vec<Change>) -> RowDifference {
        let has_effect = changes.iter().any(|change| change.property == Property::Leaves);
        let says_it = |property: &Property| *property == Property::Column("destination::hd".to_owned());
        changes.retain(|change| !(has_effect && says_it(&change.property)));
        let (what, labels) = (self.key.0, self.said.texts("label"));
        RowDifference { what, name: self.name.clone(), labels, fate, changes }
    }
}

/// The rows that differ.
pub(super) fn compare(old: &Definition, new: &Definition) -> Vec<RowDifference> {
    let (old, new) = (rows(old), rows(new));
    let places: HashMap<&Key, usize> = old.iter().enumerate().map(|(at, row)| (&row.key, at)).collect();
    let both: Vec<(usize, usize)> =
        new.iter().enumerate().filter_map(|(at, row)| Some((at, *places.get(&row.key)?))).collect();
    let ranks: Vec<usize> = both.iter().map(|(_, old)| *old).collect();
    let moved: HashSet<usize> = moved(&ranks).into_iter().map(|place| both[place].0).collect();
    let before =
        |rows: &[Row], at: usize| at.checked_sub(1).map_or(String::new(), |at| rows[at].shown().to_owned());
    let mut found = Vec::new();
    for (at, row) in new.iter().enumerate() {
        let Some(place) = places.get(&row.key).copied() else {
            found.push(row.told(Fate::Added, row.said.changes_since(&Said::default())));
            continue;
        };
        let mut changes = row.said.changes_since(&old[place].said);
        if moved.contains(&at) && changes.iter().all(|change| change.property != Property::Inside) {
            changes.push(Change {
                property: Property::After,
                old: before(&old, place),
                new: before(&new, at),
            });
        }
        if !changes.is_empty() {
            found.push(row.told(Fate::Changed, changes));
        }
    }
    let kept: HashSet<&Key> = new.iter().map(|row| &row.key).collect();
    let gone = old.iter().filter(|row| !kept.contains(&row.key));
    found.extend(gone.map(|row| row.told(Fate::Removed, Said::default().changes_since(&row.said))));
    found
}

/// The rows that are not the end of something. Those without a name are called
/// by their label.
fn rows(definition: &Definition) -> Vec<Row> {
    let (sheet, own) = (&definition.source.survey, definition.language);
    let variables: HashMap<&str, &Variable> =
        definition.variables.iter().map(|variable| (variable.name.as_str(), variable)).collect();
    let columns = Property::columns(sheet, &TEXTS, own);
    let mut open: Vec<String> = Vec::new();
    let mut known: HashMap<(What, String), usize> = HashMap::new();
    let mut rows = Vec::new();
    for row in &sheet.rows {
        let cells = columns.iter().map(|(at, property)| (property.clone(), row.cell(Some(*at))));
        let said = Said::of(cells);
        let kind = said.column("type").to_owned();
        let words: Vec<&str> = kind.split([' ', '_']).collect();
        let what = match words[..] {
            ["begin", "group"] => What::Group,
            ["begin", "repeat"] => What::Repeat,
            ["end", "group" | "repeat"] => {
                open.pop();
                continue;
            }
            ["note"] => What::Note,
            _ => What::Variable,
        };
        let name = said.column("name").to_owned();
        let shown = match name.is_empty() {
            true => said.texts("label").get(own).to_owned(),
            false => name.clone(),
        };
        let like = known.entry((what, shown.clone())).or_default();
        let key = (what, shown.clone(), *like);
        *like += 1;
        let mut said = match what {
            What::Variable => said.without("name"),
            What::Group | What::Repeat | What::Note => said.without("name").without("type"),
        };
        if let Some(variable) = variables.get(name.as_str()).filter(|_| what == What::Variable) {
            if words == ["calculate"] {
                said.add(Property::Gives, variable.kind.word());
            }
            said.add(Property::Leaves, if variable.destinations.hd { "yes" } else { "no" });
        }
        said.add(Property::Inside, open.last().map_or("", String::as_str));
        if matches!(what, What::Group | What::Repeat) {
            open.push(shown);
        }
        rows.push(Row { key, name, said });
    }
    rows
}
