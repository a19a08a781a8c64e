//! Rows cut from a text, on their way to whoever judges them.
//!
//! Cutting cannot be shared out, since where a row ends depends on all before
//! it; judging can. What is cut is copied, which takes a fiftieth of what
//! judging it does.

use std::io::Read;

use super::{
    reader::Part,
    rows::{Row, Rows},
};
use crate::{
    domain::{
        finding::Finding,
        import::{Position, RowCounts},
    },
    error::{Code, Error, Result},
};

/// Rows that are judged together take about this many bytes at most, the ends of
/// their fields included.
const CUT_BYTES: usize = 1 << 19;

/// The rest of a text that cannot be cut goes on in pieces of this many bytes.
const REST_BYTES: usize = 1 << 18;

/// Something to be judged.
pub(super) enum Work {
    /// Rows.
    Rows(Cut),
    /// What is no rows any more.
    Rest(Part),
}

/// Rows that are judged together, one after the other.
#[derive(Default)]
pub(super) struct Cut {
    raw: Vec<u8>,
    text: String,
    ends: Vec<usize>,
    places: Vec<Place>,
    /// What ends the file after these rows, before its end.
    pub stop: Option<Finding>,
    /// The place after the last row.
    pub to: Position,
}

/// Where a row ends in what all rows share.
#[derive(Clone, Copy, Default)]
struct Place {
    raw: usize,
    text: usize,
    ends: usize,
    line: u64,
    after: Position,
}

impl Cut {
    /// The rows, each with the place after it.
    pub fn rows(&self) -> impl Iterator<Item = (Row<'_>, Position)> {
        let starts = [Place::default()].into_iter().chain(self.places.iter().copied());
        starts.zip(&self.places).map(|(from, to)| {
            let row = Row {
                raw: &self.raw[from.raw..to.raw],
                line: to.line,
                text: &self.text[from.text..to.text],
                ends: &self.ends[from.ends..to.ends],
            };
            (row, to.after)
        })
    }

    fn push(&mut self, row: &Row<'_>) {
        self.raw.extend_from_slice(row.raw);
        self.text.push_str(row.text);
        self.ends.extend_from_slice(row.ends);
        self.places.push(Place {
            raw: self.raw.len(),
            text: self.text.len(),
            ends: self.ends.len(),
            line: row.line,
            after: Position::default(),
        });
    }

    fn bytes(&self) -> usize {
        self.raw.len() + size_of_val(&*self.ends)
    }

    /// The same without its rows, so that its memory serves again; unless a
    /// long row made it grow.
    fn emptied(mut self) -> Self {
        if self.bytes() > 2 * CUT_BYTES {
            return Self::default();
        }
        self.raw.clear();
        self.text.clear();
        self.ends.clear();
        self.places.clear();
        Self { stop: None, ..self }
    }
}

/// Cuts all rows and hands them over, at most `most` at a time, until `send`
/// says that nobody takes them any more. `spent` gives back what was judged, if
/// there is any. Rows with a `stop` are followed by the rest of the text.
pub(super) fn cut<R: Read>(
    rows: &mut Rows<R>,
    most: usize,
    spent: impl Fn() -> Option<Cut>,
    mut send: impl FnMut(Work) -> bool,
) -> Result<()> {
    loop {
        let mut cut = spent().unwrap_or_default().emptied();
        let mut is_last = false;
        while cut.places.len() < most && cut.bytes() < CUT_BYTES && !is_last {
            match rows.read() {
                Ok(Some(row)) => cut.push(&row),
                Ok(None) => is_last = true,
                Err(finding) => {
                    cut.stop = Some(finding);
                    is_last = true;
                }
            }
            if let Some(place) = cut.places.last_mut().filter(|_| !is_last) {
                place.after = rows.position();
            }
        }
        cut.to = rows.position();
        let stopped = cut.stop.is_some();
        if !send(Work::Rows(cut)) {
            return Ok(());
        }
        if is_last {
            return if stopped { rest(rows, send) } else { Ok(()) };
        }
    }
}

/// Hands over everything behind the last whole row as refused: one row,
/// because where damage is nobody can tell rows apart.
fn rest<R: Read>(rows: &mut Rows<R>, mut send: impl FnMut(Work) -> bool) -> Result<()> {
    let mut position = rows.position();
    position.row += 1;
    let mut counts = RowCounts { rejected: 1, ..RowCounts::default() };
    let mut wanted = true;
    rows.rest(|piece| {
        for piece in piece.chunks(REST_BYTES) {
            position.byte += piece.len() as u64;
            let counts = std::mem::take(&mut counts);
            let part = Part { refused: piece.to_vec(), counts, position, ..Part::default() };
            wanted = wanted && send(Work::Rest(part));
        }
    })
    .map_err(|error| {
        Error::new(Code::Unavailable, "file-unreadable")
            .with("reason", error.kind().to_string())
            .because(error)
    })
}
