//! The sheet `survey`, row by row: what each row is, and what is in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{TEXTS, TextColumns, is_name, relate::Relations, settings::Settings};
use crate::definition::{
    Item,
    choice::List,
    sheet::{FileSheet, Problem, Sheet, SheetRow, column_name},
    text::Texts,
    variable::{Kind, Repeat, Role, Variable, is_metadata},
};

/// Columns of a file that tell about the registration itself. A definition
/// may list them; they are never its variables.
const TECHNICAL: [&str; 4] = ["TX_AUTHOR_GR", "TX_AUTHOR", "TX_COAUTHOR", "STATUS"];

/// The most variables of a definition; the largest published has 374.
const MOST_VARIABLES: usize = 5_000;

/// How many groups may stand in each other: each adds its condition to those
/// of all that is in it.
const MOST_GROUPS: usize = 50;

/// Cells that would be passed over in the row of a group, a repeat or a note.
const UNUSED_BY_GROUP: [&str; 5] = ["calculation", "choice_filter", "constraint", "default", "repeat_count"];
const UNUSED_BY_REPEAT: [&str; 4] = ["calculation", "choice_filter", "constraint", "default"];
const UNUSED_BY_NOTE: [&str; 4] = ["calculation", "choice_filter", "constraint", "repeat_count"];

/// What the sheet says.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) variables: Vec<Variable>,
    pub(super) calculated: Vec<usize>,
    pub(super) volatile: Vec<usize>,
    pub(super) repeats: Vec<Repeat>,
    pub(super) lists: Vec<List>,
    pub(super) layout: Vec<Item>,
}

/// Reads the variables and the form's layout.
pub(super) fn read(
    sheet: &Sheet,
    files: &BTreeMap<String, FileSheet>,
    settings: &Settings,
    lists: Vec<List>,
    problems: &mut Vec<Problem>,
) -> Survey {
    for name in ["type", "name"] {
        if sheet.column(name).is_none() {
            problems.push(Problem::at("survey", 0, name, "definition-no-column"));
        }
    }
    if !problems.is_empty() && (sheet.column("type").is_none() || sheet.column("name").is_none()) {
        return Survey::default();
    }
    let mut columns = HashMap::new();
    for (at, column) in sheet.header.iter().enumerate() {
        columns.entry(column_name(column)).or_insert(at);
    }
    let mut reader = Reader {
        sheet,
        columns,
        files,
        list_places: lists.iter().enumerate().map(|(at, list)| (list.name.clone(), at)).collect(),
        lists,
        problems,
        settings,
        texts: TEXTS.map(|name| TextColumns::new(sheet, name, settings.language)),
        planned: Vec::new(),
        names: HashMap::new(),
        taken: HashSet::new(),
        repeats: Vec::new(),
        filled: HashSet::new(),
        crossed: Vec::new(),
    };
    let rows = reader.read_rows();
    Relations::of(reader).survey(&rows)
}

/// How many variables a sheet without problems has.
pub(super) fn count(sheet: &Sheet) -> usize {
    let (kind, name) = (sheet.column("type"), sheet.column("name"));
    let is_variable = |row: &&SheetRow| {
        let kind = row.cell(kind);
        let is_layout = ["begin", "end", "note"].iter().any(|layout| kind.starts_with(layout));
        !is_layout && !TECHNICAL.contains(&row.cell(name))
    };
    sheet.rows.iter().filter(is_variable).count()
}

/// Whether a sheet without problems has a variable for the patient.
pub(super) fn has_patient(sheet: &Sheet) -> bool {
    let (name, role) = (sheet.column("name"), sheet.column("hd::role"));
    sheet.rows.iter().any(|row| {
        let role = match row.cell(role) {
            "" => Role::of_variable(row.cell(name)),
            said => Role::by_name(said),
        };
        role == Some(Role::Patient)
    })
}

pub(super) struct Reader<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) columns: HashMap<String, usize>,
    pub(super) files: &'a BTreeMap<String, FileSheet>,
    pub(super) lists: Vec<List>,
    pub(super) list_places: HashMap<String, usize>,
    pub(super) problems: &'a mut Vec<Problem>,
    pub(super) settings: &'a Settings,
    /// Label, hint, message if required, message of the constraint, guidance.
    pub(super) texts: [TextColumns; 5],
    pub(super) planned: Vec<Planned<'a>>,
    pub(super) names: HashMap<String, usize>,
    /// The names in small letters, those of repeats among them.
    taken: HashSet<String>,
    /// The rows that repeats begin with, and their first variables.
    pub(super) repeats: Vec<(&'a SheetRow, usize)>,
    /// The repeats in which a row is of a variable, whatever becomes of it.
    pub(super) filled: HashSet<usize>,
    /// What was ended with what is around it, and may have its own end behind
    /// that: whether it is a repeat.
    crossed: Vec<bool>,
}

/// A variable of which only its row is known.
pub(super) struct Planned<'a> {
    pub(super) row: &'a SheetRow,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) part: Part,
    pub(super) repeat: Option<usize>,
    /// The rows of the groups and the repeat around it.
    pub(super) around: Vec<&'a SheetRow>,
}

/// What of its row a variable is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Whole,
    /// A calculation, whose type is told by what it gives.
    Calculated,
    /// A number within limits.
    Range(Limits),
    /// The text for `or_other`, of the variable at this place.
    Other(usize),
}

/// What a range allows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limits {
    /// The expression that holds within the limits.
    pub(super) rule: String,
    /// What is said to who breaks it.
    pub(super) message: Texts,
}

/// A row whose type is understood.
pub(super) enum Row<'a> {
    Group(&'a SheetRow),
    GroupEnd,
    Repeat(usize),
    RepeatEnd,
    Note(&'a SheetRow),
    Variable(usize),
}

/// A group or a repeat that is not ended yet.
struct Open<'a> {
    row: &'a SheetRow,
    repeat: Option<usize>,
}

impl<'a> Reader<'a> {
    fn read_rows(&mut self) -> Vec<Row<'a>> {
        let sheet = self.sheet;
        let mut rows = Vec::new();
        let mut open: Vec<Open<'a>> = Vec::new();
        for row in &sheet.rows {
            if open.len() > MOST_GROUPS {
                self.problem(row, "type", "definition-group-deep", &MOST_GROUPS.to_string());
                return rows;
            }
            let kind = self.cell(row, "type").to_owned();
            let words: Vec<&str> = kind.split_whitespace().collect();
            match words[..] {
                [] => self.problem(row, "type", "definition-empty", ""),
                ["begin_group"] | ["begin", "group"] => {
                    self.unused(row, &UNUSED_BY_GROUP);
                    open.push(Open { row, repeat: None });
                    rows.push(Row::Group(row));
                }
                ["begin_repeat"] | ["begin", "repeat"] => {
                    self.unused(row, &UNUSED_BY_REPEAT);
                    if open.iter().any(|around| around.repeat.is_some()) {
                        self.problem(row, "type", "definition-repeat-nested", "");
                    }
                    let repeat = self.repeat_row(row);
                    open.push(Open { row, repeat: Some(repeat) });
                    rows.push(Row::Repeat(repeat));
                }
                ["end_group"] | ["end", "group"] => self.end(row, false, &mut open, &mut rows),
                ["end_repeat"] | ["end", "repeat"] => self.end(row, true, &mut open, &mut rows),
                ["note"] => {
                    self.unused(row, &UNUSED_BY_NOTE);
                    rows.push(Row::Note(row));
                }
                [single] if is_metadata(single) => {}
                _ if TECHNICAL.contains(&self.cell(row, "name")) => {}
                _ => self.variable_rows(row, &words, &open, &mut rows),
            }
        }
        for left in open {
            let id = if left.repeat.is_some() { "definition-repeat-open" } else { "definition-group-open" };
            self.problem(left.row, "type", id, "");
        }
        rows
    }

    /// The end of a group or a repeat. What is still open in it is ended with it
    /// and is what is wrong, rather than what would follow from it.
    fn end(&mut self, row: &'a SheetRow, is_repeat: bool, open: &mut Vec<Open<'a>>, rows: &mut Vec<Row<'a>>) {
        let Some(begin) = open.iter().rposition(|around| around.repeat.is_some() == is_repeat) else {
            let id = if is_repeat { "definition-repeat-end" } else { "definition-group-end" };
            let crossed = self.crossed.iter().position(|crossed| *crossed == is_repeat);
            return match crossed {
                Some(at) => drop(self.crossed.remove(at)),
                None => self.problem(row, "type", id, ""),
            };
        };
        for (at, ended) in open.split_off(begin).into_iter().enumerate().rev() {
            rows.push(if ended.repeat.is_some() { Row::RepeatEnd } else { Row::GroupEnd });
            if at > 0 {
                let id = if ended.repeat.is_some() {
                    "definition-repeat-inside"
                } else {
                    "definition-group-inside"
                };
                self.problem(ended.row, "type", id, &row.0.to_string());
                self.crossed.push(ended.repeat.is_some());
            }
        }
    }

    fn repeat_row(&mut self, row: &'a SheetRow) -> usize {
        let name = self.cell(row, "name");
        if !is_name(name) {
            self.problem(row, "name", "definition-variable-name", name);
        } else if !self.taken.insert(name.to_ascii_lowercase()) {
            self.problem(row, "name", "definition-twice", name);
        }
        self.repeats.push((row, self.planned.len()));
        self.repeats.len() - 1
    }

    fn variable_rows(
        &mut self,
        row: &'a SheetRow,
        words: &[&str],
        open: &[Open<'a>],
        rows: &mut Vec<Row<'a>>,
    ) {
        self.filled.extend(open.iter().filter_map(|around| around.repeat));
        let Some((kind, part, has_other)) = self.kind(row, words) else { return };
        self.unused(row, &["repeat_count"]);
        if !self.cell(row, "trigger").is_empty() {
            self.problem(row, "trigger", "definition-trigger", "");
        }
        let name = self.cell(row, "name").to_owned();
        let Some(place) = self.variable_row(row, name.clone(), kind, part, open) else { return };
        rows.push(Row::Variable(place));
        if has_other {
            let other = self.variable_row(row, format!("{name}_other"), Kind::Text, Part::Other(place), open);
            rows.extend(other.map(Row::Variable));
        }
    }

    fn variable_row(
        &mut self,
        row: &'a SheetRow,
        name: String,
        kind: Kind,
        part: Part,
        open: &[Open<'a>],
    ) -> Option<usize> {
        if !is_name(&name) {
            return self.refuse(row, "name", "definition-variable-name", &name);
        }
        if !self.taken.insert(name.to_ascii_lowercase()) {
            return self.refuse(row, "name", "definition-twice", &name);
        }
        let place = self.planned.len();
        if place >= MOST_VARIABLES {
            return self.refuse(row, "name", "definition-too-many", &MOST_VARIABLES.to_string());
        }
        self.names.insert(name.clone(), place);
        let repeat = open.iter().rev().find_map(|around| around.repeat);
        let around = open.iter().map(|around| around.row).collect();
        self.planned.push(Planned { row, name, kind, part, repeat, around });
        Some(place)
    }

    fn unused(&mut self, row: &SheetRow, columns: &[&str]) {
        for column in columns {
            if !self.cell(row, column).is_empty() {
                self.problem(row, column, "definition-cell-unused", column);
            }
        }
    }

    pub(super) fn cell<'row>(&self, row: &'row SheetRow, column: &str) -> &'row str {
        row.cell(self.columns.get(column).copied())
    }

    pub(super) fn refuse<T>(
        &mut self,
        row: &SheetRow,
        column: &str,
        id: &'static str,
        what: &str,
    ) -> Option<T> {
        self.problem(row, column, id, what);
        None
    }

    pub(super) fn problem(&mut self, row: &SheetRow, column: &str, id: &'static str, what: &str) {
        let what: String = what.chars().take(60).collect();
        self.problems.push(Problem::at("survey", row.0, column, id).with("what", what));
    }
}
