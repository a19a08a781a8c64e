//! The result file of an upload: what became of each of its rows. A share is
//! read by more people than the portal, so it holds shapes and no values.

use std::io::{self, Write};

use crate::{
    definition::Definition,
    domain::{
        finding::Severity,
        import::{ImportId, Position, RowCounts},
        organisation::Organisation,
        spreadsheet::harmless,
        upload::{UploadId, UploadState},
    },
    error::{Error, Result},
    intake::{
        input::Input,
        opened::Opened,
        report::{plain, text},
        rows::Rows,
    },
    language::{Arg, Language},
    store::{
        Store, definition,
        dropped::Dropped,
        finding::{self, RowFinding},
        import, organisation, registration,
        upload::{self, Upload},
    },
};

/// Rows that are looked up together.
const TOGETHER: usize = 1000;

const COLUMNS: [&str; 9] =
    ["row", "line", "status", "outcome", "severity", "column", "code", "shape", "message"];

/// What is found in a file that was written on after it was taken, and the
/// reason of the alert about it.
pub const WRITTEN_ON: &str = "drop-written-on";

/// What the result of an upload is made from.
pub struct Told<'a> {
    store: &'a Store,
    language: Language,
    pub upload: Upload,
    organisation: Organisation,
    definition: Definition,
    file: Vec<RowFinding>,
    counts: RowCounts,
    reason: Option<String>,
    /// Whether the file was written on after it was taken.
    pub written_on: bool,
}

/// Where a row is in the file.
type At = (u64, u64);

impl<'a> Told<'a> {
    /// Reads what there is to tell of an upload.
    pub fn read(
        store: &'a Store,
        language: Language,
        upload: Upload,
        organisation: Organisation,
    ) -> Result<Self> {
        store.read(|tx| {
            let dry_run = upload::dry_run(tx, organisation.id, upload.id)?.unwrap_or_default();
            let begun = upload.import.map(|id| import::get(tx, organisation.id, id)).transpose()?;
            Ok(Self {
                store,
                language,
                definition: definition::get(tx, upload.definition)?,
                file: dry_run.file,
                counts: begun.as_ref().map_or_else(RowCounts::default, |begun| begun.counts),
                reason: upload.reason.clone().or(begun.and_then(|begun| begun.reason)),
                upload: upload.clone(),
                organisation: organisation.clone(),
                written_on: false,
            })
        })
    }

    /// Writes the result as CSV (`;`): a line about the file, then each row
    /// with what was found in it. `sealed` is the file, `portal` the address
    /// of the portal.
    pub fn write(&self, out: impl Write, sealed: &str, portal: &str) -> io::Result<()> {
        let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
        out.write_record(COLUMNS)?;
        self.write_file(&mut out, portal)?;
        let sealed = self.store.open_spooled(sealed).map_err(failed)?;
        // A file whose header could not be read has no rows to tell of.
        let opened = Opened::read(Input::Sealed { file: &sealed, name: &self.upload.file }, &self.definition);
        if let Ok(opened) = opened {
            self.write_rows(&mut out, &opened)?;
        }
        out.flush()
    }

    /// Why nothing of the file could be processed, for a text file.
    pub fn refusal(&self, portal: &str) -> String {
        let found = self.file.iter().map(|found| text(found, self.language, &self.definition));
        let mut lines: Vec<String> = vec![self.language.text("drop-error-refused", &[]), String::new()];
        lines.extend(found.chain(self.reason_told().map(|(_, text)| text)));
        let address = [("address", Arg::from(self.address(portal)))];
        lines.extend([String::new(), self.language.text("drop-error-see", &address)]);
        lines.push(String::new());
        lines.join("\r\n")
    }

    fn write_file<W: Write>(&self, out: &mut csv::Writer<W>, portal: &str) -> io::Result<()> {
        let is_well = self.upload.state == UploadState::Done && self.counts.rejected == 0 && !self.written_on;
        let numbers = [
            ("read", Arg::Count(self.counts.read())),
            ("new", Arg::Count(self.counts.accepted - self.counts.corrections)),
            ("corrections", Arg::Count(self.counts.corrections)),
            ("unchanged", Arg::Count(self.counts.unchanged)),
            ("refused", Arg::Count(self.counts.rejected)),
            ("address", Arg::from(self.address(portal))),
        ];
        let summary = self.language.text("drop-result", &numbers);
        let status = status(is_well);
        out.write_record(["0", "0", status, "file", "", "", "drop-result", "", &harmless(&summary)])?;
        for found in &self.file {
            self.write_line(out, (0, 0), found.severity != Severity::Error, "file", Some(found))?;
        }
        if let Some((code, text)) = self.reason_told() {
            out.write_record(["0", "0", status, "file", "error", "", &code, "", &harmless(&text)])?;
        }
        if self.written_on {
            let text = written_on(self.language, &self.address(portal));
            out.write_record(["0", "0", status, "file", "error", "", WRITTEN_ON, "", &harmless(&text)])?;
        }
        Ok(())
    }

    fn write_rows<W: Write>(&self, out: &mut csv::Writer<W>, opened: &Opened) -> io::Result<()> {
        let begin = opened.first;
        let mut rows = Rows::new(opened.source.text(begin.byte)?, opened.delimiter, begin);
        let mut stored = Stored::of(self)?;
        let mut ended = false;
        while !ended {
            let mut places: Vec<At> = Vec::with_capacity(TOGETHER);
            while places.len() < TOGETHER && !ended {
                match rows.read().map(|row| row.map(|row| row.line)) {
                    Ok(Some(line)) => places.push((rows.position().row, line)),
                    Ok(None) => ended = true,
                    // What follows damage counts as one row.
                    Err(_) => {
                        let Position { row, line, .. } = rows.position();
                        places.push((row + 1, line + 1));
                        ended = true;
                    }
                }
            }
            self.write_some(out, &places, &mut stored)?;
        }
        Ok(())
    }

    /// Writes the rows at `places`, which follow each other.
    fn write_some<W: Write>(
        &self,
        out: &mut csv::Writer<W>,
        places: &[At],
        stored: &mut Stored<'_>,
    ) -> io::Result<()> {
        let (Some((first, _)), Some((last, _))) = (places.first(), places.last()) else { return Ok(()) };
        let found = match self.upload.import {
            Some(import) => self
                .store
                .read(|tx| finding::of_rows(tx, self.organisation.id, import, *first, *last))
                .map_err(failed)?,
            None => Vec::new(),
        };
        let mut found = found.iter().peekable();
        for at in places {
            let mut of_row = Vec::new();
            while let Some(next) = found.next_if(|next| next.row <= at.0) {
                of_row.push(next);
            }
            let outcome = match stored.fate(at.0).map_err(failed)? {
                Some(true) => "correction",
                Some(false) => "new",
                None if at.0 > self.counts.read() => "not-imported",
                None if of_row.iter().any(|found| found.severity == Severity::Error) => "refused",
                None => "unchanged",
            };
            let is_well = !matches!(outcome, "refused" | "not-imported");
            if of_row.is_empty() {
                self.write_line(out, *at, is_well, outcome, None)?;
            }
            for found in of_row {
                self.write_line(out, *at, is_well, outcome, Some(found))?;
            }
        }
        Ok(())
    }

    fn write_line<W: Write>(
        &self,
        out: &mut csv::Writer<W>,
        (row, line): At,
        is_well: bool,
        outcome: &str,
        found: Option<&RowFinding>,
    ) -> io::Result<()> {
        let (row, line) = (row.to_string(), line.to_string());
        let Some(found) = found else {
            return Ok(out.write_record([&row, &line, status(is_well), outcome, "", "", "", "", ""])?);
        };
        let severity = if found.severity == Severity::Error { "error" } else { "warning" };
        let text = text(found, self.language, &self.definition);
        let [text, column, shape] = [&text, &found.column, &found.shape].map(|text| harmless(text));
        let fields = [&row, &line, status(is_well), outcome, severity, &column, &found.code, &shape, &text];
        Ok(out.write_record(fields)?)
    }

    /// The code and the sentence of what ended the upload, unless it stands
    /// among what was found in the file.
    fn reason_told(&self) -> Option<(String, String)> {
        let reason: serde_json::Value = serde_json::from_str(self.reason.as_deref()?).ok()?;
        let part = |name: &str| reason[name].as_str().unwrap_or_default().to_owned();
        let code = part("code");
        let text = plain(&code, &part("args"), self.language);
        (!self.file.iter().any(|found| found.code == code)).then_some((code, text))
    }

    fn address(&self, portal: &str) -> String {
        address(portal, &self.organisation, self.upload.id)
    }
}

/// The rows that an import stored, in the order of the file.
struct Stored<'a> {
    told: &'a Told<'a>,
    blocks: std::vec::IntoIter<i64>,
    rows: std::iter::Peekable<std::vec::IntoIter<(u64, bool)>>,
}

impl<'a> Stored<'a> {
    fn of(told: &'a Told<'a>) -> io::Result<Self> {
        let blocks = |import: ImportId| {
            told.store.read(|tx| registration::blocks_of(tx, told.organisation.id, import)).map_err(failed)
        };
        let blocks = told.upload.import.map_or_else(|| Ok(Vec::new()), blocks)?.into_iter();
        Ok(Self { told, blocks, rows: Vec::new().into_iter().peekable() })
    }

    /// Whether the row `row` was stored, and if so whether as a correction. To
    /// be asked row after row.
    fn fate(&mut self, row: u64) -> Result<Option<bool>> {
        loop {
            while self.rows.next_if(|(other, _)| *other < row).is_some() {}
            if let Some((other, corrects)) = self.rows.peek() {
                return Ok((*other == row).then_some(*corrects));
            }
            let Some(block) = self.blocks.next() else { return Ok(None) };
            let organisation = self.told.organisation.id;
            let rows = self.told.store.read(|tx| registration::rows_of(tx, organisation, block))?;
            self.rows = rows.into_iter().peekable();
        }
    }
}

/// The upload and whose it is.
pub fn of(store: &Store, dropped: &Dropped) -> Result<(Upload, Organisation)> {
    store.read(|tx| {
        let organisation = organisation::get(tx, dropped.organisation)?;
        Ok((upload::get(tx, dropped.organisation, dropped.upload)?, organisation))
    })
}

/// Where the upload is in the portal.
pub fn address(portal: &str, organisation: &Organisation, upload: UploadId) -> String {
    format!("{portal}/ssp/groups/{}/uploads/{}", organisation.nihdi, upload.0)
}

/// What people are told of a file that was written on after it was taken.
/// `address` is that of the upload that it was.
pub fn written_on(language: Language, address: &str) -> String {
    language.text(WRITTEN_ON, &[("address", Arg::from(address.to_owned()))])
}

fn status(is_well: bool) -> &'static str {
    if is_well { "Success" } else { "Error" }
}

/// Failures of the store are carried through the writer as they are.
fn failed(error: Error) -> io::Error {
    tracing::error!(
        id = error.id,
        cause = error.cause.as_ref().map(tracing::field::display),
        "a result cannot be made"
    );
    io::Error::other("the store failed")
}
