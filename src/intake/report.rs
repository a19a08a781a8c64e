//! What a person gets to mend a file: the list of findings, and the refused
//! rows as a file that can be imported once they are corrected.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{
    definition::Definition,
    domain::{import::ImportId, organisation::OrganisationId},
    error::{Code, Error, Result},
    language::{Arg, Language},
    store::{
        Tx, definition,
        finding::{self, RowFinding},
        import,
    },
    validate::message,
};

/// Writes the findings of an import as CSV (`;`): row, line, column, code,
/// severity, shape of the value, and the sentence in `language`.
pub fn findings(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: ImportId,
    language: Language,
    path: &Path,
) -> Result<u64> {
    let import = import::get(tx, organisation, id)?;
    let definition = definition::get(tx, import.definition)?;
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').from_writer(BufWriter::new(create_private(path)?));
    let failed = |error: csv::Error| unwritable(path, std::io::Error::other(error));
    writer.write_record(["row", "line", "column", "code", "severity", "shape", "text"]).map_err(failed)?;
    let mut count = 0;
    finding::each(tx, organisation, id, |found| {
        count += 1;
        let severity = format!("{:?}", found.severity).to_lowercase();
        let (row, line) = (found.row.to_string(), found.line.to_string());
        let fields = [
            &row,
            &line,
            &found.column,
            &found.code,
            &severity,
            &found.shape,
            &text(&found, language, &definition),
        ];
        writer.write_record(fields.map(|field| neutral(field))).map_err(failed)
    })?;
    writer.flush().map_err(|error| unwritable(path, error))?;
    Ok(count)
}

/// Writes the header and the refused rows of an import as they came, in UTF-8.
/// The file holds patient data: only its owner may read it.
pub fn refused(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId, path: &Path) -> Result<()> {
    let header = import::header(tx, organisation, id)?;
    let mut file = BufWriter::new(create_private(path)?);
    let failed = |error| unwritable(path, error);
    file.write_all(&header).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    import::refused(tx, organisation, id, |rows| file.write_all(rows).map_err(failed))?;
    file.flush().map_err(failed)
}

/// The sentence of a finding: the definition's own message where it has one.
pub fn text(found: &RowFinding, language: Language, definition: &Definition) -> String {
    let args: Map<String, Value> = serde_json::from_str(&found.args).unwrap_or_default();
    let mut args: Vec<(&str, Arg)> = args
        .iter()
        .map(|(name, value)| {
            let arg = match value {
                Value::String(text) => Arg::Text(text.clone()),
                other => Arg::Count(other.as_u64().unwrap_or_default()),
            };
            (name.as_str(), arg)
        })
        .collect();
    args.push(("column", Arg::Text(found.column.clone())));
    args.push(("shape", Arg::Text(found.shape.clone())));
    let variable = definition.variable(&found.column).map(|at| &definition.variables[at]);
    message(&found.code, variable, &args, language)
}

/// A field that a spreadsheet would take for a formula is made text.
fn neutral(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() }
}

fn create_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| unwritable(path, error))
}

fn unwritable(path: &Path, error: std::io::Error) -> Error {
    let id =
        if error.kind() == std::io::ErrorKind::AlreadyExists { "file-exists" } else { "file-unwritable" };
    Error::new(Code::Invalid, id).with("path", path.display().to_string()).because(error)
}
