//! What a person gets to mend a file: the list of findings, and the refused
//! rows as a file that can be imported once they are corrected.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{
    definition::Definition,
    domain::{import::ImportId, organisation::OrganisationId, spreadsheet::harmless},
    error::{Code, Error, Result},
    language::{Arg, Language},
    store::{
        Tx, definition,
        finding::{self, RowFinding},
        import, private_file,
    },
    validate::message,
};

/// Writes the findings of an import into a new file at `path`.
pub fn findings(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    id: ImportId,
    language: Language,
    path: &Path,
) -> Result<u64> {
    let definition = definition::get(tx, import::get(tx, organisation, id)?.definition)?;
    let out = BufWriter::new(create(path)?);
    let mut table = Table::begin(out, language, &definition).map_err(|error| unwritable(path, error))?;
    finding::each(tx, organisation, id, |found| table.add(&found).map_err(|error| unwritable(path, error)))?;
    table.end().map_err(|error| unwritable(path, error))
}

/// Writes the header and the refused rows of an import as they came, in UTF-8,
/// into a new file at `path`. The file holds patient data: only its owner may
/// read it.
pub fn refused(tx: &Tx<'_>, organisation: OrganisationId, id: ImportId, path: &Path) -> Result<()> {
    let mut file = BufWriter::new(create(path)?);
    let failed = |error| unwritable(path, error);
    let header = import::header(tx, organisation, id)?;
    file.write_all(&header).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    import::refused(tx, organisation, id, None, |rows| file.write_all(rows).map_err(failed))?;
    file.flush().map_err(failed)
}

/// Findings as CSV (`;`): row, line, column, code, severity, shape of the
/// value, and the sentence in a language.
pub struct Table<'a, W: Write> {
    writer: csv::Writer<W>,
    language: Language,
    definition: &'a Definition,
    count: u64,
}

impl<'a, W: Write> Table<'a, W> {
    /// Begins with the names of the columns.
    pub fn begin(out: W, language: Language, definition: &'a Definition) -> io::Result<Self> {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
        writer.write_record(["row", "line", "column", "code", "severity", "shape", "text"])?;
        Ok(Self { writer, language, definition, count: 0 })
    }

    /// Adds a finding.
    pub fn add(&mut self, found: &RowFinding) -> io::Result<()> {
        self.count += 1;
        let severity = format!("{:?}", found.severity).to_lowercase();
        let (row, line) = (found.row.to_string(), found.line.to_string());
        let text = text(found, self.language, self.definition);
        let fields = [&row, &line, &found.column, &found.code, &severity, &found.shape, &text];
        self.writer.write_record(fields.map(|field| harmless(field).into_owned())).map_err(io::Error::from)
    }

    /// Writes what is left and gives back what it was written to.
    pub fn into_inner(self) -> io::Result<W> {
        self.writer.into_inner().map_err(|error| error.into_error())
    }

    /// Writes what is left and tells how many findings there were.
    pub fn end(mut self) -> io::Result<u64> {
        self.writer.flush()?;
        Ok(self.count)
    }
}

/// The sentence of a finding: the definition's own message where it has one.
pub fn text(found: &RowFinding, language: Language, definition: &Definition) -> String {
    let stored = stored_args(&found.args);
    let mut args: Vec<(&str, Arg)> = stored.iter().map(|(name, arg)| (name.as_str(), arg.clone())).collect();
    // What is found about the file as a whole tells its column by itself.
    if !found.column.is_empty() {
        args.push(("column", Arg::Text(found.column.clone())));
    }
    args.push(("shape", Arg::Text(found.shape.clone())));
    let variable = definition.variable_of_column(&found.column).map(|at| &definition.variables[at]);
    message(&found.code, variable, &args, language)
}

/// The sentence of a finding that is about no column; `args` as the store
/// keeps them.
pub fn plain(code: &str, args: &str, language: Language) -> String {
    let stored = stored_args(args);
    let args: Vec<(&str, Arg)> = stored.iter().map(|(name, arg)| (name.as_str(), arg.clone())).collect();
    language.text(code, &args)
}

fn stored_args(args: &str) -> Vec<(String, Arg)> {
    let args: Map<String, Value> = serde_json::from_str(args).unwrap_or_default();
    args.into_iter()
        .map(|(name, value)| {
            let arg = match value {
                Value::String(text) => Arg::Text(text),
                other => Arg::Count(other.as_u64().unwrap_or_default()),
            };
            (name, arg)
        })
        .collect()
}

fn create(path: &Path) -> Result<File> {
    private_file::create(path).map_err(|error| unwritable(path, error))
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    let id = if error.kind() == io::ErrorKind::AlreadyExists { "file-exists" } else { "file-unwritable" };
    Error::new(Code::Invalid, id).with("path", path.display().to_string()).because(error)
}
