//! The reading half of an import: rows are cut, validated, judged by the gate
//! and packed, part by part, while the storing half writes the part before.

use std::{io::Read, mem};

use super::{
    header::{Header, TECHNICAL},
    judge::Judge,
    rows::{Row, Rows},
};
use crate::{
    domain::{
        finding::{Finding, Severity},
        import::{Position, RowCounts},
    },
    error::{Code, Error, Result},
    store::{
        block::{BLOCK_ROWS, Builder},
        finding::{RowFinding, args_to_json},
        registration::{NewBlock, NewRow},
    },
    validate::{Given, Row as Validated, Technical, Validator},
};

/// A part is handed over when it has this many bytes of refused rows,
const REFUSED_BYTES: usize = 1 << 18;

/// or this many findings: a row of two bytes can be refused, too.
const MOST_FINDINGS: usize = 2_000;

/// Some rows of a file and what became of them so far.
#[derive(Default)]
pub(super) struct Part {
    /// Rows that passed, if any.
    pub block: Option<NewBlock>,
    /// What was found in the rows of this part.
    pub findings: Vec<RowFinding>,
    /// Refused rows as they came, one a line.
    pub refused: Vec<u8>,
    /// Rejected rows and warnings; the storing half counts the others.
    pub counts: RowCounts,
    /// The place after the part's last row.
    pub position: Position,
    /// What ends the file here, before its end.
    pub stop: Option<Finding>,
}

/// What a file's rows are read with.
pub(super) struct Reader<'a> {
    pub judge: Judge<'a>,
    pub header: &'a Header,
    pub default_author: &'a str,
    /// The most rows of a block.
    pub block_rows: usize,
}

impl Reader<'_> {
    /// Reads all rows and hands them over part by part, until `send` says
    /// that nobody takes them any more. A part with a `stop` is followed by
    /// parts that hold the rest of the text as refused.
    pub fn run<R: Read>(
        &self,
        rows: &mut Rows<R>,
        validator: &mut Validator,
        mut send: impl FnMut(Part) -> bool,
    ) -> Result<()> {
        let mut packing = Packing { rows: Vec::with_capacity(BLOCK_ROWS), builder: Builder::new()? };
        let mut validated = Validated::default();
        let mut part = Part::default();
        loop {
            match rows.read() {
                Ok(Some(row)) => self.row(&row, validator, &mut validated, &mut packing, &mut part),
                Ok(None) => break,
                Err(finding) => {
                    part.stop = Some(finding);
                    break;
                }
            }
            let number = rows.position().row;
            self.number(number, &mut packing, &mut part);
            if packing.rows.len() >= self.block_rows
                || part.refused.len() >= REFUSED_BYTES
                || part.findings.len() >= MOST_FINDINGS
            {
                packing.finish(rows.position(), &mut part)?;
                if !send(mem::take(&mut part)) {
                    return Ok(());
                }
            }
        }
        let stopped = part.stop.is_some();
        packing.finish(rows.position(), &mut part)?;
        if send(part) && stopped {
            self.rest(rows, send)?;
        }
        Ok(())
    }

    /// Hands over everything behind the last whole row as refused: one row,
    /// because where damage is nobody can tell rows apart.
    fn rest<R: Read>(&self, rows: &mut Rows<R>, mut send: impl FnMut(Part) -> bool) -> Result<()> {
        let mut position = rows.position();
        position.row += 1;
        let mut counts = RowCounts { rejected: 1, ..RowCounts::default() };
        let mut wanted = true;
        rows.rest(|piece| {
            for piece in piece.chunks(REFUSED_BYTES) {
                position.byte += piece.len() as u64;
                let counts = mem::take(&mut counts);
                wanted =
                    wanted && send(Part { refused: piece.to_vec(), counts, position, ..Part::default() });
            }
        })
        .map_err(|error| {
            Error::new(Code::Unavailable, "file-unreadable")
                .with("reason", error.kind().to_string())
                .because(error)
        })
    }

    fn row(
        &self,
        row: &Row<'_>,
        validator: &mut Validator,
        validated: &mut Validated,
        packing: &mut Packing,
        part: &mut Part,
    ) {
        let before = part.findings.len();
        let fits = self.check_width(row, part);
        if fits {
            let cell = |column: &Option<usize>| column.map_or("", |column| row.field(column));
            let cells: Vec<&str> = self.header.variables.iter().map(cell).collect();
            let [author_group, author, coauthor, status] =
                TECHNICAL_PLACES.map(|index| cell(&self.header.technical[index]));
            let default_author = self.default_author;
            let technical = Technical { author_group, author, default_author, coauthor, status };
            let given: Vec<Given<'_>> = self
                .header
                .repeats
                .iter()
                .map(|columns| Given {
                    json: cell(&columns.json),
                    columns: columns
                        .instances
                        .iter()
                        .map(|instance| instance.iter().map(cell).collect())
                        .collect(),
                })
                .collect();
            validator.row_with(&cells, &given, &technical, validated);
            part.findings.extend(self.judge.findings(row.line, validated));
        }
        let found = &part.findings[before..];
        part.counts.warnings +=
            found.iter().filter(|finding| finding.severity == Severity::Warning).count() as u64;
        if fits && !validated.refused() {
            self.judge.pack(validated, &mut packing.builder);
            packing.rows.push(self.judge.judge(row.line, validated));
        } else {
            part.counts.rejected += 1;
            part.refused.extend_from_slice(row.raw);
            part.refused.push(b'\n');
        }
    }

    /// Row numbers are known only once the row has been cut.
    fn number(&self, number: u64, packing: &mut Packing, part: &mut Part) {
        for finding in part.findings.iter_mut().rev().take_while(|finding| finding.row == 0) {
            finding.row = number;
        }
        if let Some(row) = packing.rows.last_mut()
            && row.entry.row == 0
        {
            row.entry.row = u32::try_from(number).unwrap_or(u32::MAX);
        }
    }

    fn check_width(&self, row: &Row<'_>, part: &mut Part) -> bool {
        let width = row.len();
        let code = match () {
            () if (0..width).all(|index| row.field(index).trim().is_empty()) => "row-blank",
            () if width < self.header.columns => "row-too-few-cells",
            () if width > self.header.columns => "row-too-many-cells",
            () => return true,
        };
        let finding =
            Finding::error(code).with("found", width as u64).with("expected", self.header.columns as u64);
        part.findings.push(RowFinding {
            row: 0,
            line: row.line,
            column: String::new(),
            code: code.to_owned(),
            severity: Severity::Error,
            shape: String::new(),
            args: args_to_json(&finding.args),
        });
        false
    }
}

const TECHNICAL_PLACES: [usize; TECHNICAL.len()] = [0, 1, 2, 3];

/// Rows on their way into a block.
struct Packing {
    rows: Vec<NewRow>,
    builder: Builder,
}

impl Packing {
    fn finish(&mut self, position: Position, part: &mut Part) -> Result<()> {
        part.position = position;
        if !self.rows.is_empty() {
            let rows = mem::replace(&mut self.rows, Vec::with_capacity(BLOCK_ROWS));
            part.block = Some(NewBlock { rows, packed: self.builder.pack()? });
        }
        Ok(())
    }
}
