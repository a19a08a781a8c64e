//! A file that was looked over before its first row is taken.

use std::io::{self, Read};

use super::{
    dialect::Dialect,
    header::Header,
    input::{self, Input},
    rows::{MAX_ROW, Rows},
    source::Source,
};
use crate::{
    definition::Definition,
    domain::{finding::Finding, import::Position},
};

/// Bytes that the dialect is looked for in.
const START: u64 = 1 << 16;

/// A file whose header was read.
pub(super) struct Opened {
    pub source: Source,
    pub delimiter: u8,
    pub header: Header,
    /// The header as it came, without the end of the line.
    pub header_line: Vec<u8>,
    /// Where the first row starts.
    pub first: Position,
}

impl Opened {
    /// Looks the file over and reads its header. What is found refuses it.
    pub fn read(input: Input<'_>, definition: &Definition) -> Result<Self, Vec<Finding>> {
        let source = Source::open(input).map_err(|finding| vec![finding])?;
        let unreadable = |error: io::Error| {
            vec![match error.kind() {
                io::ErrorKind::InvalidData => damaged(),
                _ => input::unreadable(error),
            }]
        };
        let Dialect { delimiter, header } = Dialect::of(&start(&source).map_err(unreadable)?);
        let mut rows = Rows::new(source.text(header.byte).map_err(unreadable)?, delimiter, header);
        // What is said of a damaged row is that those before it are stored.
        let refused =
            |finding: Finding| vec![if finding.code.starts_with("row-") { damaged() } else { finding }];
        let Some(row) = rows.read().map_err(refused)? else {
            return Err(vec![Finding::error("file-empty")]);
        };
        let header_line = row.raw.to_vec();
        let header = Header::read(&row, definition)?;
        rows.count_from_here();
        let first = rows.position();
        if rows.read().is_ok_and(|row| row.is_none()) {
            return Err(vec![Finding::error("file-no-rows")]);
        }
        drop(rows);
        Ok(Self { source, delimiter, header, header_line, first })
    }
}

fn damaged() -> Finding {
    Finding::error("header-damaged").with("limit", (MAX_ROW / 1024) as u64)
}

/// The start of the text, as far as it can be read.
pub(super) fn start(source: &Source) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    match source.text(0)?.take(START).read_to_end(&mut start) {
        Err(error) if error.kind() != io::ErrorKind::InvalidData => Err(error),
        _ => Ok(start),
    }
}
