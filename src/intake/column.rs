//! One column of a small CSV file: lists of physicians and of patients.

use std::path::Path;

use super::{header::delimiter, opened::start, rows::Rows, source::Source};
use crate::{
    domain::{finding::Finding, import::Position},
    error::{Code, Error, Result},
};

/// The values of the column `name` that are not empty, with their lines.
///
/// # Errors
///
/// The file cannot be read as CSV, or has no such column.
pub fn read(path: &Path, name: &str) -> Result<Vec<(u64, String)>> {
    let failed = |finding: Finding| {
        let mut error = Error::new(Code::Invalid, finding.code);
        error.args = finding.args;
        error
    };
    let source = Source::open(path).map_err(failed)?;
    let start = start(&source).map_err(Error::internal)?;
    let text = source.text(0).map_err(Error::internal)?;
    let mut rows = Rows::new(text, delimiter(&start), Position::default());
    let column = match rows.read().map_err(failed)? {
        Some(header) => {
            (0..header.len()).find(|index| header.field(*index).trim().eq_ignore_ascii_case(name))
        }
        None => None,
    };
    let column = column.ok_or_else(|| Error::invalid("list-column-missing").with("column", name))?;
    let mut values = Vec::new();
    while let Some(row) = rows.read().map_err(failed)? {
        let value = row.field(column).trim();
        if !value.is_empty() {
            values.push((row.line, value.to_owned()));
        }
    }
    Ok(values)
}
