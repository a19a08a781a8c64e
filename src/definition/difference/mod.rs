//! What two versions of a definition say differently.
//!
//! Everything that a definition is comes from its sheets, so the sheets are
//! compared, cell by cell: a column that is read tomorrow is compared today,
//! and every rule is told as it stands in the workbook. What follows for one
//! row from what others say, its type or whether its value leaves, is compared
//! besides. What the same columns
//! and rows say at another place of a sheet, or by another word for yes or no,
//! is no difference; another order of the rows is one.

mod choices;
mod order;
mod said;
mod survey;

#[cfg(test)]
mod tests;

use super::{Definition, sheet::Sheet, text::Texts};
use crate::language::Language;
use said::Said;

/// What two versions of a definition say differently, in the order of the newer
/// one and with what is gone at the end of each part.
#[derive(Debug, Default, PartialEq)]
pub struct Difference {
    /// What the sheets `settings` and `hd` say of the whole, except for the
    /// version's own number.
    pub settings: Vec<Change>,
    /// The rows of the sheet `survey`.
    pub rows: Vec<RowDifference>,
    /// The code lists.
    pub lists: Vec<ListDifference>,
}

impl Difference {
    /// Whether the two say the same.
    pub fn is_empty(&self) -> bool {
        let Self { settings, rows, lists } = self;
        settings.is_empty() && rows.is_empty() && lists.is_empty()
    }
}

/// One thing that is said differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What it is about.
    pub property: Property,
    /// What the older version says, as it is written; empty if nothing.
    pub old: String,
    /// What the newer one says.
    pub new: String,
}

/// What a row of a sheet says something about.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Property {
    /// The column of this name, in small letters and with underscores for
    /// blanks; of the settings, the name of one.
    Column(String),
    /// A text, in the language of its column.
    Text(String, Language),
    /// The type of what is calculated, which follows from what it is
    /// calculated from.
    Gives,
    /// Whether the value goes to healthdata.be, `yes` or `no`, by what the row
    /// says or, where it says nothing, by what others say.
    Leaves,
    /// The group or repeat that the row stands in, by its name.
    Inside,
    /// The row that it comes after, by its name.
    After,
}

/// What happened to something from the older version to the newer one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// Only the newer version has it.
    Added,
    /// Both have it.
    Changed,
    /// Only the older version has it.
    Removed,
}

/// What a row of the sheet `survey` is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum What {
    /// A variable.
    Variable,
    /// The beginning of a group.
    Group,
    /// The beginning of a repeat.
    Repeat,
    /// A text.
    Note,
}

/// A row of the sheet `survey` that is new, gone or says something else.
#[derive(Debug, PartialEq)]
pub struct RowDifference {
    /// What it is.
    pub what: What,
    /// Its name; that of a group or a note may be empty.
    pub name: String,
    /// Its label, of the newer version if that has it.
    pub labels: Texts,
    /// What happened to it.
    pub fate: Fate,
    /// What it says differently, or says at all if only one version has it.
    pub changes: Vec<Change>,
}

/// A code list that is new, gone or says something else.
#[derive(Debug, PartialEq)]
pub struct ListDifference {
    /// The name by which variables refer to it; a file's name in small letters.
    pub name: String,
    /// Whether it is a file's.
    pub is_file: bool,
    /// What happened to it.
    pub fate: Fate,
    /// Its choices that are new, gone or say something else.
    pub choices: Vec<ChoiceDifference>,
    /// Whether the choices that both have stand in another order.
    pub is_reordered: bool,
    /// Whether it came with the appliance, before and after, if that changed.
    pub packaged: Option<(bool, bool)>,
}

/// A choice that is new, gone or says something else.
#[derive(Debug, PartialEq)]
pub struct ChoiceDifference {
    /// What is stored and sent.
    pub code: String,
    /// What people read, of the newer version if that has it.
    pub labels: Texts,
    /// What happened to it.
    pub fate: Fate,
    /// What it says differently; nothing if only one version has it.
    pub changes: Vec<Change>,
}

/// What `new` says differently from `old`.
pub fn difference(old: &Definition, new: &Definition) -> Difference {
    let languages = (old.language, new.language);
    let rows = survey::compare(old, new);
    let (old, new) = (&old.source, &new.source);
    let mut settings = Vec::new();
    for (old, new) in [(&old.settings, &new.settings), (&old.hd, &new.hd)] {
        let (old, new) = (settings_of(old, languages.0), settings_of(new, languages.1));
        settings.extend(new.changes_since(&old));
    }
    settings.retain(|change| change.property != Property::Column("version".to_owned()));
    Difference { settings, rows, lists: choices::compare((old, languages.0), (new, languages.1)) }
}

/// What a sheet of names and values says: by the columns `key` and `value`, or
/// by its header and the row below.
fn settings_of(sheet: &Sheet, own: Language) -> Said {
    const TEXTS: [&str; 2] = ["title", "source_note"];
    let (key, value) = (sheet.column("key"), sheet.column("value"));
    let pairs: Vec<(&str, &str)> = match (key, value) {
        (Some(_), Some(_)) => sheet.rows.iter().map(|row| (row.cell(key), row.cell(value))).collect(),
        _ => {
            let row = sheet.rows.first();
            let cell = |at| row.map_or("", |row| row.cell(Some(at)));
            sheet.header.iter().enumerate().map(|(at, name)| (name.as_str(), cell(at))).collect()
        }
    };
    Said::of(pairs.into_iter().map(|(name, text)| (Property::of(name, &TEXTS, own), text)))
}
