//! A workbook whose cells can be changed, and what a change is.

use std::path::Path;

use crate::common::workbook;

/// The sheets of a workbook by their names, each a header and rows as wide.
#[derive(Clone)]
pub struct Book {
    pub sheets: Vec<(String, Vec<Vec<String>>)>,
}

/// Where something is wrong: the sheet, the row as a spreadsheet numbers it,
/// or 0 for the header, and the column's name; empty if the row alone is known.
pub type Place = (&'static str, u32, String);

/// The places at which a refusal has to name a problem, if there is one.
pub type Places = Vec<Place>;

/// What a mutation does, at the places that it can be done at.
pub enum Operator {
    /// To the workbook.
    Book(fn(&mut Book) -> Option<Places>),
    /// To a row of a sheet.
    Row(&'static str, fn(&mut Book, usize) -> Option<Places>),
    /// To an expression of the survey.
    Expression(fn(&str) -> Option<String>),
}

/// The columns of the survey that hold expressions.
pub const EXPRESSIONS: [&str; 7] =
    ["relevant", "constraint", "calculation", "required", "choice_filter", "default", "repeat_count"];

impl Book {
    pub fn open(folder: &Path) -> Self {
        let mut sheets = workbook::sheets(folder);
        for (_, rows) in &mut sheets {
            let width = rows.iter().map(Vec::len).max().unwrap_or_default();
            rows.iter_mut().for_each(|row| row.resize(width, String::new()));
        }
        Self { sheets }
    }

    pub fn rows(&self, sheet: &str) -> &[Vec<String>] {
        self.sheets.iter().find(|(name, _)| name == sheet).map_or(&[], |(_, rows)| rows)
    }

    pub fn rows_mut(&mut self, sheet: &str) -> &mut Vec<Vec<String>> {
        &mut self.sheets.iter_mut().find(|(name, _)| name == sheet).unwrap().1
    }

    pub fn column(&self, sheet: &str, name: &str) -> Option<usize> {
        self.rows(sheet).first()?.iter().position(|column| column == name)
    }

    pub fn cell(&self, sheet: &str, row: usize, column: &str) -> &str {
        self.column(sheet, column).map_or("", |column| &self.rows(sheet)[row][column])
    }

    /// Fills a cell; its column is added if the sheet has none of this name.
    pub fn set(&mut self, sheet: &'static str, row: usize, column: &str, text: &str) -> Option<Places> {
        let at = self.column(sheet, column).unwrap_or_else(|| self.add_column(sheet, column));
        let cell = &mut self.rows_mut(sheet)[row][at];
        if cell == text {
            return None;
        }
        text.clone_into(cell);
        Some(vec![place(sheet, row, column)])
    }

    /// Adds a column at the end, and says where.
    pub fn add_column(&mut self, sheet: &str, name: &str) -> usize {
        let rows = self.rows_mut(sheet);
        rows.iter_mut().for_each(|row| row.push(String::new()));
        let at = rows[0].len() - 1;
        name.clone_into(&mut rows[0][at]);
        at
    }

    /// Renames a column; the refusal, if any, tells that it is missing.
    pub fn rename_column(&mut self, sheet: &'static str, from: &str, to: &str) -> Option<Places> {
        let at = self.column(sheet, from)?;
        if self.rows(sheet).iter().skip(1).all(|row| row[at].is_empty()) {
            return None;
        }
        to.clone_into(&mut self.rows_mut(sheet)[0][at]);
        Some(Vec::new())
    }

    /// The words of a row's type.
    pub fn words(&self, row: usize) -> Vec<&str> {
        self.cell("survey", row, "type").split_whitespace().collect()
    }

    /// Whether a row of the survey is a variable with a name that matters.
    pub fn is_variable(&self, row: usize) -> bool {
        let is_layout = matches!(
            self.words(row)[..],
            [] | ["begin_group" | "end_group" | "begin_repeat" | "end_repeat" | "note" | "start"]
        );
        !is_layout
            && !["TX_AUTHOR_GR", "TX_AUTHOR", "TX_COAUTHOR", "STATUS"]
                .contains(&self.cell("survey", row, "name"))
    }

    /// The cells with expressions that mention a variable.
    pub fn mentions(&self, name: &str) -> Places {
        let reference = format!("${{{name}}}");
        let rows = 1..self.rows("survey").len();
        rows.flat_map(|row| EXPRESSIONS.map(|column| (row, column)))
            .filter(|(row, column)| self.cell("survey", *row, column).contains(&reference))
            .map(|(row, column)| place("survey", row, column))
            .collect()
    }
}

pub fn place(sheet: &'static str, row: usize, column: &str) -> Place {
    (sheet, if row == 0 { 0 } else { row as u32 + 1 }, column.to_owned())
}

pub fn is_list(kind: &str) -> bool {
    kind.starts_with("select_one ") || kind.starts_with("select_multiple ")
}

pub fn is_file(kind: &str) -> bool {
    kind.contains("_from_file ")
}
