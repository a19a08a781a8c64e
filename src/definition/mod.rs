//! Data Collection Definitions (DCD): what the variables of one form of a
//! project are, in one version.
//!
//! A definition is published as an XLSForm workbook with the columns that
//! healthdata.be adds. It is read from such a workbook, from the same sheets
//! as a folder of CSV files, or from its [stored form](Definition::to_source),
//! always by the same reader, which lists everything that is wrong or that
//! the appliance would not obey.
//!
//! Of XLSForm everything is obeyed that can be in a file of whole rows
//! (`reader/`, `expression/`); what cannot is refused with its place. What it
//! writes in several ways is written in one before that (`tidy`); a stored
//! definition is read as it is. A column that nobody knows is passed over, and
//! told (`notice`).
//!
//! A repeat is a variable's only structure: a variable knows its [`Repeat`],
//! the variables of a repeat stand together, and a repeat does not hold
//! another one. On the wire it is an array of objects. In a file its instances
//! stand in columns `REPEAT[1]/NAME`, `REPEAT[2]/NAME` and so on, or all in
//! one column `REPEAT` as a JSON array of objects `[{"NAME":"…"}]`; an
//! instance without any value is none.
//!
//! A label, a hint or a message that holds `${name}` shows that answer in a
//! form. Everywhere else it has the label of that variable ([`Texts`]), so that
//! no value comes into a finding or a file by it.
//!
//! Marks for which no official column is public are our own columns of the
//! sheet `survey`: `hd::key`, `hd::role`, `hd::code_system` and
//! `hd::identifying`.

mod catalogue;
mod choice;
mod difference;
mod expression;
mod notice;
mod passing;
mod reader;
mod sample;
mod sheet;
mod summary;
mod text;
mod tidy;
mod value;
mod variable;
mod version;
mod workbook;

pub use catalogue::{Bundled, bundled, find_bundled};
pub use choice::{Choice, List, Origin};
pub use difference::{
    Change, ChoiceDifference, Difference, Fate, ListDifference, Property, RowDifference, What, difference,
};
pub use expression::{Calculation, Expression};
pub use sample::{PHYSICIANS, sample, sample_physician};
pub use sheet::{Problem, Refused, Sheet, SheetRow, Sheets};
pub use summary::Summary;
pub use text::{Piece, Texts};
pub use value::{Instance, Moment, Value, Values};
pub use variable::{Codes, Destinations, Kind, NumberFormat, Repeat, Required, Role, Variable};
pub use version::Version;
pub use workbook::MOST_BYTES;

use std::collections::BTreeSet;

use crate::{
    error::{Error, Result},
    language::Language,
};

/// A definition, ready to judge registrations.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The project's number, `HDBP0147`.
    pub project: String,
    /// The project's abbreviation, `INTEGO`.
    pub abbreviation: String,
    /// The definition's own name, `INTEGO-LAB`.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its title.
    pub titles: Texts,
    /// Whether only registrations of enrolled physicians may leave.
    pub enrolment_required: bool,
    /// The language that it is written in.
    pub language: Language,
    /// Where it comes from, for people.
    pub source_note: Texts,
    /// Its variables, in the order of the sheet.
    pub variables: Vec<Variable>,
    /// The places of the calculated ones, each after those that it needs.
    pub calculated: Vec<usize>,
    /// The places of those calculated ones whose value may be another each time
    /// that it is worked out, because it hangs on the moment or on chance,
    /// sorted.
    pub volatile: Vec<usize>,
    /// Its repeats, in the order of the sheet.
    pub repeats: Vec<Repeat>,
    /// Its code lists.
    pub lists: Vec<List>,
    /// What a form shows, from top to bottom.
    pub layout: Vec<Item>,
    source: Sheets,
}

/// A part of a form.
#[derive(Clone, Debug)]
pub enum Item {
    /// A group starts.
    Group {
        /// Its title.
        labels: Texts,
        /// When it is shown.
        relevant: Option<Expression>,
    },
    /// The last group that started ends.
    GroupEnd,
    /// The repeat at this place of [`Definition::repeats`] starts.
    Repeat(usize),
    /// The repeat ends.
    RepeatEnd,
    /// A text.
    Note {
        /// It.
        labels: Texts,
        /// When it is shown.
        relevant: Option<Expression>,
    },
    /// The variable at this place of [`Definition::variables`].
    Variable(usize),
}

impl Definition {
    /// Reads an `.xlsx` workbook.
    pub fn from_workbook(bytes: &[u8]) -> Result<Self, Refused> {
        Self::from_sheets(workbook::read_workbook(bytes)?)
    }

    /// Reads a folder of CSV sheets; `file` gives the content of
    /// `settings.csv`, `survey.csv`, `choices.csv` and `hd.csv`.
    pub fn from_folder(file: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Self, Refused> {
        Self::from_sheets(workbook::read_folder(file)?)
    }

    /// Reads sheets. Fails with everything that is wrong with them.
    pub fn from_sheets(sheets: Sheets) -> Result<Self, Refused> {
        reader::read(sheets)
    }

    /// Reads what [`to_source`](Self::to_source) wrote.
    ///
    /// Fails as an internal error if it is not that, and as invalid if this
    /// version of the appliance no longer takes the definition.
    pub fn from_source(source: &str) -> Result<Self> {
        let sheets: Sheets = serde_json::from_str(source).map_err(Error::internal)?;
        Ok(reader::read_stored(sheets)?)
    }

    /// The sheets as compact JSON, to be stored; columns and types by their
    /// usual names.
    pub fn to_source(&self) -> String {
        serde_json::to_string(&self.source).unwrap_or_default()
    }

    /// What its author should know: what its workbook says that is passed over
    /// and may have been meant, such as columns that nobody knows and texts in
    /// other languages, and a business key that a row does not bring. None of it
    /// keeps the definition from being used.
    pub fn notices(&self) -> Vec<Problem> {
        let mut notices = notice::notices(&self.source);
        notices.extend(notice::keys(&self.variables));
        notices
    }

    /// The place of the variable called `name`.
    pub fn variable(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|variable| variable.name == name)
    }

    /// The places of the variables that a calculation hangs on, also by way of
    /// those that are calculated themselves.
    pub fn behind(&self, calculation: &Calculation) -> BTreeSet<usize> {
        let places = |calculation: &Calculation| -> Vec<usize> {
            calculation.mentions().into_iter().filter_map(|name| self.variable(name)).collect()
        };
        let mut open = places(calculation);
        let mut known = BTreeSet::new();
        while let Some(at) = open.pop() {
            if known.insert(at)
                && let Some(calculation) = &self.variables[at].calculation
            {
                open.extend(places(calculation));
            }
        }
        known
    }

    /// The place of the variable that a finding's column names: `NAME`, or
    /// `REPEAT[2]/NAME`.
    pub fn variable_of_column(&self, column: &str) -> Option<usize> {
        self.variable(column.rsplit('/').next().unwrap_or(column))
    }

    /// The place of the variable with a role.
    pub fn with_role(&self, role: Role) -> Option<usize> {
        self.variables.iter().position(|variable| variable.role == Some(role))
    }

    /// The code list of a variable that has one.
    pub fn list_of(&self, variable: &Variable) -> Option<&List> {
        match variable.kind {
            Kind::SelectOne(list) | Kind::SelectMultiple(list) => self.lists.get(list),
            _ => None,
        }
    }
}
