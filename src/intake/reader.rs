//! The reading half of an import: rows are validated, judged by the gate and
//! packed, part by part, while the storing half writes the parts before.

use std::{cmp::Ordering, mem};

use super::{
    chunk::Drafts,
    cut::{Cut, Work},
    header::{Header, TECHNICAL},
    judge::Judge,
    rows::Row,
};
use crate::{
    domain::{
        finding::{Finding, Severity},
        import::{Position, RowCounts},
    },
    error::Result,
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
    /// Drafts as they came.
    pub drafts: Drafts,
    /// Rejected rows and warnings; the storing half counts the others.
    pub counts: RowCounts,
    /// The place after the part's last row.
    pub position: Position,
    /// What ends the file here, before its end.
    pub stop: Option<Finding>,
}

/// A part, in the order of the file.
pub(super) struct Judged {
    pub part: Part,
    /// Whether it is the last of what this thread was given at once: another
    /// one has what comes next.
    pub passes_on: bool,
}

/// What a file's rows are read with.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub judge: Judge<'a>,
    pub header: &'a Header,
    pub default_author: &'a str,
}

impl Reader<'_> {
    /// Judges what is given and hands it over part by part, until `send` says
    /// that nobody takes them any more. What was judged is given back.
    pub fn run(
        &self,
        given: impl IntoIterator<Item = Work>,
        validator: Validator,
        give_back: impl Fn(Cut),
        mut send: impl FnMut(Judged) -> bool,
    ) -> Result<()> {
        let mut packing = Packing {
            validator,
            validated: Validated::default(),
            rows: Vec::with_capacity(BLOCK_ROWS),
            builder: Builder::new()?,
            part: Part::default(),
        };
        for work in given {
            let wanted = match work {
                Work::Rest(part) => send(Judged { part, passes_on: true }),
                Work::Rows(mut cut) => {
                    let stop = cut.stop.take();
                    let wanted = self.rows(&cut, stop, &mut packing, &mut send)?;
                    give_back(cut);
                    wanted
                }
            };
            if !wanted {
                break;
            }
        }
        Ok(())
    }

    fn rows(
        &self,
        cut: &Cut,
        stop: Option<Finding>,
        packing: &mut Packing,
        send: &mut impl FnMut(Judged) -> bool,
    ) -> Result<bool> {
        for (row, after) in cut.rows() {
            self.row(&row, after.row, packing);
            if packing.part.refused.len() >= REFUSED_BYTES || packing.part.findings.len() >= MOST_FINDINGS {
                let part = packing.finish(after)?;
                if !send(Judged { part, passes_on: false }) {
                    return Ok(false);
                }
            }
        }
        let part = Part { stop, ..packing.finish(cut.to)? };
        Ok(send(Judged { part, passes_on: true }))
    }

    fn row(&self, row: &Row<'_>, number: u64, packing: &mut Packing) {
        let Packing { validator, validated, rows, builder, part } = packing;
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
        for finding in &mut part.findings[before..] {
            finding.row = number;
            part.counts.warnings += u64::from(finding.severity == Severity::Warning);
        }
        if fits && !validated.refused() {
            self.judge.pack(validated, builder);
            let mut judged = self.judge.judge(row.line, validated);
            judged.entry.row = u32::try_from(number).unwrap_or(u32::MAX);
            if judged.draft {
                part.drafts.push(number, row.raw);
            }
            rows.push(judged);
        } else {
            part.counts.rejected += 1;
            part.refused.extend_from_slice(row.raw);
            part.refused.push(b'\n');
        }
    }

    fn check_width(&self, row: &Row<'_>, part: &mut Part) -> bool {
        let width = row.len();
        let code = match width.cmp(&self.header.columns) {
            Ordering::Less => "row-too-few-cells",
            Ordering::Greater => "row-too-many-cells",
            Ordering::Equal => return true,
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

/// Rows on their way into a block, and what serves for one after the other.
struct Packing {
    validator: Validator,
    validated: Validated,
    rows: Vec<NewRow>,
    builder: Builder,
    part: Part,
}

impl Packing {
    /// The part up to this position; the next one begins.
    fn finish(&mut self, position: Position) -> Result<Part> {
        let mut part = Part { position, ..mem::take(&mut self.part) };
        if !self.rows.is_empty() {
            let rows = mem::replace(&mut self.rows, Vec::with_capacity(BLOCK_ROWS));
            part.block = Some(NewBlock { rows, packed: self.builder.pack()? });
        }
        Ok(part)
    }
}
