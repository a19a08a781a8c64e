//! The sheets of a workbook as text, and what can be wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, Error},
    language::{Arg, Args, Language},
};

/// One sheet: a header and rows of cells, all trimmed text.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Sheet {
    /// The names of the columns, as they stand in the sheet.
    pub header: Vec<String>,
    /// The rows that hold anything.
    pub rows: Vec<SheetRow>,
}

/// A row of a [`Sheet`].
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct SheetRow(
    /// Its number in the sheet, from 1 as a spreadsheet shows it.
    pub u32,
    /// Its cells, in the order of the header; the last ones may be missing.
    pub Vec<String>,
);

/// The sheets of an XLSForm workbook that mean something here.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Sheets {
    /// The form's name, title, version and language.
    pub settings: Sheet,
    /// The variables.
    pub survey: Sheet,
    /// The code lists.
    pub choices: Sheet,
    /// What healthdata.be adds: project, abbreviation and our own settings.
    pub hd: Sheet,
    /// The lists that variables take from files, by the files' names in small
    /// letters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, FileSheet>,
}

/// A list that stands in a sheet or a file of its own.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct FileSheet {
    /// What it says.
    #[serde(flatten)]
    pub sheet: Sheet,
    /// Whether it is a copy of a list that comes with the appliance.
    #[serde(default)]
    pub packaged: bool,
}

impl Sheets {
    /// The sheets' names in a workbook, and of the files of a folder.
    pub const NAMES: [&'static str; 4] = ["settings", "survey", "choices", "hd"];

    /// The names of the files that the survey takes lists from, in small
    /// letters. What is no plain name is left out.
    pub fn files_wanted(&self) -> BTreeSet<String> {
        let column = self.survey.column("type");
        let mut wanted = BTreeSet::new();
        for row in &self.survey.rows {
            let mut words = row.cell(column).split_whitespace();
            if let (Some("select_one_from_file" | "select_multiple_from_file"), Some(file)) =
                (words.next(), words.next())
            {
                let file = file.to_lowercase();
                let is_plain = file.starts_with(|first: char| first.is_ascii_alphanumeric())
                    && file.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
                if is_plain && file.len() <= 64 {
                    wanted.insert(file);
                }
            }
        }
        wanted
    }

    /// The sheet of one of the [`NAMES`](Self::NAMES), whatever its case.
    pub fn by_name(&mut self, name: &str) -> Option<&mut Sheet> {
        match name.trim().to_ascii_lowercase().as_str() {
            "settings" => Some(&mut self.settings),
            "survey" => Some(&mut self.survey),
            "choices" => Some(&mut self.choices),
            "hd" => Some(&mut self.hd),
            _ => None,
        }
    }
}

impl Sheet {
    /// A sheet from its rows, numbered from 1. The first that is not empty is
    /// the header.
    pub fn from_rows(rows: impl IntoIterator<Item = (u32, Vec<String>)>) -> Self {
        let mut sheet = Self::default();
        for (number, cells) in rows {
            if cells.iter().all(String::is_empty) {
                continue;
            }
            if sheet.header.is_empty() {
                sheet.header = cells;
            } else {
                sheet.rows.push(SheetRow(number, cells));
            }
        }
        sheet
    }

    /// The place of the column whose name is `name`, in small letters and with
    /// underscores for blanks.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column_name(column) == name)
    }
}

impl SheetRow {
    /// The cell in `column`; empty if there is none.
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.1.get(column)).map_or("", String::as_str)
    }
}

/// A column's name without the freedoms that authors take: case, blanks
/// around, blanks for underscores.
pub fn column_name(name: &str) -> String {
    name.trim().to_lowercase().replace(' ', "_")
}

/// Something wrong in a definition, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The sheet; empty if it is about the whole workbook.
    pub sheet: &'static str,
    /// The row as a spreadsheet numbers it; 0 if it is about the whole sheet.
    pub row: u32,
    /// The column's name; empty if it is about the whole row.
    pub column: String,
    /// The Fluent message of the reason.
    pub id: &'static str,
    /// Its arguments.
    pub args: Args,
}

impl Problem {
    /// A problem with the whole workbook.
    pub fn whole(id: &'static str) -> Self {
        Self { sheet: "", row: 0, column: String::new(), id, args: Args::new() }
    }

    /// A problem at a place.
    pub fn at(sheet: &'static str, row: u32, column: &str, id: &'static str) -> Self {
        Self { sheet, row, column: column.to_owned(), id, args: Args::new() }
    }

    /// Adds an argument of the message.
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// Place and reason in one sentence.
    pub fn text(&self, language: Language) -> String {
        let reason = language.text(self.id, &self.args);
        let id = match (self.sheet, self.row, self.column.as_str()) {
            ("", ..) => return reason,
            (_, 0, "") => "definition-place-sheet",
            (_, 0, _) => "definition-place-column",
            (.., "") => "definition-place-row",
            _ => "definition-place-cell",
        };
        let args = [
            ("sheet", self.sheet.into()),
            ("row", self.row.to_string().into()),
            ("column", self.column.as_str().into()),
            ("reason", reason.into()),
        ];
        language.text(id, &args)
    }
}

/// A workbook that is no definition, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The problems, by sheet and row.
    pub problems: Vec<Problem>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let first = refused.problems.first().map(|problem| problem.text(Language::En)).unwrap_or_default();
        Self::new(Code::Invalid, "definition-refused")
            .with("problems", refused.problems.len() as u64)
            .because(first)
    }
}
