//! A file that lists physicians or patients: one column of a CSV file.

use std::path::Path;

use super::{Context, note};
use crate::{error::Result, intake::column};

/// What `parse` makes of the values of `column`, and whether it could make
/// something of all of them. Those of which it could not are told of by line.
pub(super) fn read<T>(
    context: &Context,
    file: &Path,
    column: &str,
    parse: impl Fn(&str) -> Result<T>,
) -> Result<(Vec<T>, bool)> {
    let mut good = Vec::new();
    let mut all_good = true;
    for (line, value) in column::read(file, column)? {
        match parse(&value) {
            Ok(value) => good.push(value),
            Err(error) => {
                all_good = false;
                let text = error.text(context.language);
                note(context.text("list-line", &[("line", line.into()), ("text", text.into())]));
            }
        }
    }
    Ok((good, all_good))
}
