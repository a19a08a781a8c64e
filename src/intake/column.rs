//! A few columns of a small CSV file: lists of physicians, of patients, of
//! organisations.

use std::{io::Read, path::Path};

use super::{dialect::Dialect, memory, opened::start, rows::Rows, source::Source};
use crate::{
    domain::finding::Finding,
    error::{Code, Error, Result},
};

/// The values of the column `name` that are not empty, with their lines.
///
/// # Errors
///
/// The file cannot be read as CSV, or has no such column.
pub fn read(path: &Path, name: &str) -> Result<Vec<(u64, String)>> {
    let rows = several(path, [name], 1)?;
    Ok(rows.into_iter().map(|(line, [value])| (line, value)).collect())
}

/// The values of the columns `names`, with their lines, of rows in which one of
/// them is not empty. The first `needed` columns must be there; the others are
/// empty if they are not.
///
/// # Errors
///
/// As [`read`].
pub fn several<const N: usize>(
    path: &Path,
    names: [&str; N],
    needed: usize,
) -> Result<Vec<(u64, [String; N])>> {
    let source = Source::open(path).map_err(failed)?;
    let dialect = Dialect::of(&start(&source).map_err(Error::internal)?);
    let text = source.text(dialect.header.byte).map_err(Error::internal)?;
    cells(text, dialect, names, needed)
}

/// As [`read`], of a file that is in memory: it holds patients' numbers and is
/// not to lie on the disk.
///
/// # Errors
///
/// As [`read`].
pub fn read_bytes(bytes: &[u8], name: &str) -> Result<Vec<(u64, String)>> {
    let text = memory::text(bytes).map_err(failed)?;
    let dialect = Dialect::of(text.as_bytes());
    let rows = cells(&text.as_bytes()[dialect.header.byte as usize..], dialect, [name], 1)?;
    Ok(rows.into_iter().map(|(line, [value])| (line, value)).collect())
}

fn cells<const N: usize>(
    text: impl Read,
    dialect: Dialect,
    names: [&str; N],
    needed: usize,
) -> Result<Vec<(u64, [String; N])>> {
    let mut rows = Rows::new(text, dialect.delimiter, dialect.header);
    let header = rows.read().map_err(failed)?;
    let columns = names.map(|name| {
        let header = header.as_ref()?;
        (0..header.len()).find(|index| header.field(*index).trim().eq_ignore_ascii_case(name))
    });
    if let Some(missing) = (0..needed).find(|index| columns[*index].is_none()) {
        return Err(Error::invalid("list-column-missing").with("column", names[missing]));
    }
    let mut values = Vec::new();
    while let Some(row) = rows.read().map_err(failed)? {
        let cells =
            columns.map(|column| column.map_or_else(String::new, |index| row.field(index).trim().to_owned()));
        if cells.iter().any(|cell| !cell.is_empty()) {
            values.push((row.line, cells));
        }
    }
    Ok(values)
}

fn failed(finding: Finding) -> Error {
    let mut error = Error::new(Code::Invalid, finding.code);
    error.args = finding.args;
    error
}
