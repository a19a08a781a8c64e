//! Cuts a text into rows and fields, by RFC 4180, in bounded memory.
//!
//! The row's own text is kept beside its fields, so that a refused row can be
//! handed back exactly as it came.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::input::{is_damage, unreadable};
use crate::domain::{finding::Finding, import::Position};

/// The longest row, in bytes. A longer one is not a row but a damaged file.
pub const MAX_ROW: usize = 1 << 20;

const CHUNK: usize = 1 << 17;

/// The rows of a text.
pub struct Rows<R> {
    input: R,
    core: Reader,
    delimiter: u8,
    buffer: Vec<u8>,
    /// Where the row begins, how far it is cut, and where the bytes end.
    start: usize,
    cursor: usize,
    end: usize,
    ended: bool,
    position: Position,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

/// One row.
pub struct Row<'a> {
    /// Its text, without the end of the line.
    pub raw: &'a [u8],
    /// The line it begins on, from 1.
    pub line: u64,
    /// Its fields, one behind the other, and where each ends.
    pub(super) text: &'a str,
    pub(super) ends: &'a [usize],
}

/// Where the row that was cut is, from the beginning of what was read for it.
struct Place {
    from: usize,
    to: usize,
    line: u64,
}

impl<'a> Row<'a> {
    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The field at `index`, unquoted; empty if there is none.
    pub fn field(&self, index: usize) -> &'a str {
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(usize::MAX) };
        let end = self.ends.get(index).copied().unwrap_or(usize::MAX);
        self.text.get(start..end).unwrap_or_default()
    }
}

impl<R: Read> Rows<R> {
    /// Rows of `input`, which begins at `position` of the text.
    pub fn new(input: R, delimiter: u8, position: Position) -> Self {
        let mut core = ReaderBuilder::new().delimiter(delimiter).build();
        // Only where it begins would the parser take a byte-order mark away: text that
        // has one inside would be other text when it is read from there on.
        core.read_record(b"\n", &mut [0], &mut [0]);
        Self {
            input,
            core,
            delimiter,
            buffer: vec![0; 2 * CHUNK],
            start: 0,
            cursor: 0,
            end: 0,
            ended: false,
            position,
            fields: vec![0; 4096],
            ends: vec![0; 256],
        }
    }

    /// The place after the last row.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Counts the rows from here, the header having been read.
    pub fn count_from_here(&mut self) {
        self.position.row = 0;
    }

    /// The next row, or `None` at the end. A row without any value is passed
    /// over like a blank line, and has no number: spreadsheets leave such rows
    /// at the end.
    ///
    /// # Errors
    ///
    /// A finding that ends the reading here: the row is too long, its quote
    /// is never closed, it holds a zero byte, it is not text, or the file
    /// cannot be read.
    pub fn read(&mut self) -> Result<Option<Row<'_>>, Finding> {
        while let Some((written, ended)) = self.cut()? {
            if let Some(place) = self.pass(written)? {
                self.position.row += 1;
                let text = std::str::from_utf8(&self.fields[..written]).unwrap_or_default();
                let raw = &self.buffer[self.start + place.from..self.start + place.to];
                return Ok(Some(Row { raw, line: place.line, text, ends: &self.ends[..ended] }));
            }
        }
        Ok(None)
    }

    /// Cuts the next row. Returns how many bytes and how many fields it has.
    fn cut(&mut self) -> Result<Option<(usize, usize)>, Finding> {
        let (mut written, mut ended) = (0, 0);
        self.start = self.cursor;
        loop {
            // To the parser an empty input is the end of the text.
            if self.cursor == self.end && !self.ended {
                self.fill().map_err(|error| self.unreadable(&error))?;
            }
            let input = &self.buffer[self.cursor..self.end];
            let (result, read, out, count) =
                self.core.read_record(input, &mut self.fields[written..], &mut self.ends[ended..]);
            self.cursor += read;
            written += out;
            ended += count;
            if self.cursor - self.start > MAX_ROW {
                return Err(self.stop("row-too-long").with("limit", (MAX_ROW / 1024) as u64));
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        self.take_line_feed().map_err(|error| self.unreadable(&error))?;
        Ok(Some((written, ended)))
    }

    /// What is left of the text after the last whole row, piece by piece:
    /// first the row that could not be read, then everything behind it.
    pub fn rest(&mut self, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        take(&self.buffer[self.start..self.end]);
        loop {
            match self.input.read(&mut self.buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => take(&self.buffer[..read]),
                // Told once already; behind it the text goes on.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
                // Nothing behind it can be had either.
                Err(error) if is_damage(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// The parser ends a row at a carriage return; a line feed behind it
    /// belongs to the same end of line.
    fn take_line_feed(&mut self) -> io::Result<()> {
        if !self.buffer[self.start..self.cursor].ends_with(b"\r") {
            return Ok(());
        }
        if self.cursor == self.end && !self.ended {
            self.fill()?;
        }
        if self.buffer[self.cursor..self.end].starts_with(b"\n") {
            self.cursor += 1;
        }
        Ok(())
    }

    /// Goes behind the row that was cut, of which `written` bytes are fields.
    /// Returns where it is, unless it is without any value.
    fn pass(&mut self, written: usize) -> Result<Option<Place>, Finding> {
        let whole = &self.buffer[self.start..self.cursor];
        let blank = whole.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let line = self.position.line + lines(&whole[..blank]) + 1;
        let stop = |code| Err(Finding::error(code).with("line", line));
        if self.ended && self.cursor == self.end && is_unclosed(&whole[blank..], self.delimiter) {
            return stop("row-unclosed-quote");
        }
        if memchr::memchr(0, whole).is_some() {
            return stop("row-zero-byte");
        }
        // Halves of a letter on both sides of a delimiter would make a whole one.
        let is_text = std::str::from_utf8(whole).is_ok();
        let Some(text) = std::str::from_utf8(&self.fields[..written]).ok().filter(|_| is_text) else {
            return stop("row-not-text");
        };
        self.position.byte += whole.len() as u64;
        self.position.line += lines(whole);
        let end = whole.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        let place = Place { from: blank, to: end.max(blank), line };
        Ok((!text.trim_start().is_empty()).then_some(place))
    }

    /// Reads more, moving the unfinished row to the front.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.cursor -= self.start;
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize(self.end + 2 * CHUNK, 0);
        }
        let read = self.input.read(&mut self.buffer[self.end..])?;
        self.ended = read == 0;
        self.end += read;
        Ok(())
    }

    fn stop(&self, code: &'static str) -> Finding {
        Finding::error(code).with("line", self.position.line + 1)
    }

    fn unreadable(&self, error: &io::Error) -> Finding {
        match error.kind() {
            io::ErrorKind::InvalidData => self.stop("row-not-text"),
            _ => unreadable(error),
        }
    }
}

/// How many lines end in `bytes`: with a line feed, a carriage return, or
/// both together.
fn lines(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    ends.filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')).count() as u64
}

/// Whether a row that reaches to the end of the file ends inside quotes.
fn is_unclosed(raw: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut at_start, mut index) = (false, true, 0);
    while index < raw.len() {
        let byte = raw[index];
        match (quoted, byte) {
            (true, b'"') if raw.get(index + 1) == Some(&b'"') => index += 1,
            (true, b'"') => quoted = false,
            (false, b'"') if at_start => quoted = true,
            _ => {}
        }
        at_start = !quoted && (byte == delimiter || byte == b'\n' || byte == b'\r');
        index += 1;
    }
    quoted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Fields, raw text and line of a row.
    type Seen = (Vec<String>, String, u64);

    /// The rows, and how it ended.
    fn read(text: &[u8]) -> (Vec<Seen>, Option<&'static str>) {
        let mut rows = Rows::new(text, b';', Position::default());
        let mut seen = Vec::new();
        loop {
            match rows.read() {
                Ok(Some(row)) => {
                    let fields = (0..row.len()).map(|index| row.field(index).to_owned()).collect();
                    seen.push((fields, String::from_utf8_lossy(row.raw).into_owned(), row.line));
                }
                Ok(None) => return (seen, None),
                Err(finding) => return (seen, Some(finding.code)),
            }
        }
    }

    #[test]
    fn rows_come_with_their_fields_their_text_and_their_line() {
        let (rows, end) = read(b"a;\"b\nc\";d\r\n\r\ne;f \"g\";\"h\"\"i\"\n;;j");
        assert_eq!(end, None);
        let fields: Vec<_> = rows.iter().map(|row| row.0.join("|")).collect();
        assert_eq!(fields, ["a|b\nc|d", "e|f \"g\"|h\"i", "||j"]);
        let lines: Vec<_> = rows.iter().map(|row| row.2).collect();
        assert_eq!(lines, [1, 4, 5]);
        assert_eq!(rows[0].1, "a;\"b\nc\";d");
        assert_eq!(rows[1].1, "e;f \"g\";\"h\"\"i\"");
    }

    #[test]
    fn rows_without_any_value_are_passed_over_like_blank_lines() {
        let mut rows = Rows::new(&b"h;i\n1;a\n;;\r\n ;\"\"\n\n2;b\n;\n;"[..], b';', Position::default());
        rows.read().unwrap();
        rows.count_from_here();
        let mut seen = Vec::new();
        while let Some(row) = rows.read().unwrap() {
            let (first, line) = (row.field(0).to_owned(), row.line);
            seen.push((first, line, rows.position().row));
        }
        assert_eq!(seen, [("1".to_owned(), 2, 1), ("2".to_owned(), 6, 2)]);
        assert_eq!((rows.position().byte, rows.position().line), (25, 7));
    }

    #[test]
    fn a_damaged_row_ends_the_reading_after_the_last_whole_one() {
        assert_eq!(read(b"a;b\nc;\"d\ne;f\n").1, Some("row-unclosed-quote"));
        assert_eq!(read(b"a;b\nc;\"d\ne;f\n").0.len(), 1);
        assert_eq!(read(b"a;b\nc;\0\nd;e\n").1, Some("row-zero-byte"));
        let long = [&b"a;b\n"[..], &vec![b'x'; MAX_ROW + 10]].concat();
        assert_eq!(read(&long).1, Some("row-too-long"));
    }

    #[test]
    fn a_mark_inside_the_text_is_the_same_wherever_reading_begins() {
        let text = "h\n\u{feff}1;a\n".as_bytes();
        let mut rows = Rows::new(text, b';', Position::default());
        rows.read().unwrap();
        let position = rows.position();
        let whole = rows.read().unwrap().unwrap().field(0).to_owned();
        let mut resumed = Rows::new(&text[position.byte as usize..], b';', position);
        assert_eq!(resumed.read().unwrap().unwrap().field(0), whole);
        assert_eq!(whole, "\u{feff}1");
    }

    #[test]
    fn a_row_without_end_is_given_up() {
        for endless in [b'x', b';', b'"'] {
            let mut rows = Rows::new(io::repeat(endless), b';', Position::default());
            let finding = rows.read().map(|_| ()).unwrap_err();
            assert_eq!(finding.code, "row-too-long");
            assert!(rows.buffer.len() + rows.fields.len() < 8 * MAX_ROW);
        }
    }

    #[test]
    fn the_rest_begins_with_the_row_that_could_not_be_read() {
        let long = [&b"a;b\nc;"[..], &vec![b'x'; 3 * MAX_ROW]].concat();
        let mut rows = Rows::new(&long[..], b';', Position::default());
        assert!(rows.read().unwrap().is_some());
        assert!(rows.read().is_err());
        let mut rest = Vec::new();
        rows.rest(|piece| rest.extend_from_slice(piece)).unwrap();
        assert_eq!(rest, &long[4..]);
    }

    #[test]
    fn each_kind_of_line_end_counts_once() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["h", "a;\"b", "c\"", "", "d"].join(end) + end;
            let (rows, stop) = read(text.as_bytes());
            assert_eq!(stop, None);
            assert_eq!(rows.iter().map(|row| row.2).collect::<Vec<_>>(), [1, 2, 5], "{end:?}");
            assert_eq!(rows[2].1, "d");
        }
    }

    #[test]
    fn a_row_that_is_not_text_is_not_counted() {
        let mut rows = Rows::new(&b"h\na\nb\xff\nc\n"[..], b';', Position::default());
        rows.read().unwrap();
        rows.read().unwrap();
        let before = rows.position();
        let finding = rows.read().map(|_| ()).unwrap_err();
        assert_eq!((finding.code, finding.args[0].1.clone()), ("row-not-text", 3.into()));
        assert_eq!(rows.position(), before);
    }

    #[test]
    fn halves_of_a_letter_do_not_make_a_whole_one_across_a_delimiter() {
        assert_eq!(read(b"a;b\n\xc3;\xa9\n"), (read(b"a;b\n").0, Some("row-not-text")));
    }

    #[test]
    fn reading_goes_on_at_any_row() {
        let text = "h\n1;\"a\nb\"\r\n2;c\r\n3;d".as_bytes();
        let mut rows = Rows::new(text, b';', Position::default());
        rows.read().unwrap();
        rows.count_from_here();
        rows.read().unwrap();
        let position = rows.position();
        let mut resumed = Rows::new(&text[position.byte as usize..], b';', position);
        let row = resumed.read().unwrap().unwrap();
        assert_eq!((row.raw, row.line), (&b"2;c"[..], 4));
        assert_eq!(resumed.position().row, 2);
    }
}
