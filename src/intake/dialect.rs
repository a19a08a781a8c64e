//! How a file of CSV is written.

use crate::domain::import::Position;

/// The line with which a program tells Excel the delimiter, up to that.
const TOLD: &[u8] = b"sep=";

/// What parts the fields of a file, and where its header is. The word is that
/// of [CSV on the Web](https://www.w3.org/TR/tabular-metadata/#dialect-descriptions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// `;`, `,` or a tab.
    pub delimiter: u8,
    /// Where the header begins: after a line `sep=;`, if there is one.
    pub header: Position,
}

impl Dialect {
    /// The dialect of a text that begins with `start`: the delimiter that it
    /// tells, else the one that the first line has most of, else `;`.
    pub fn of(start: &[u8]) -> Self {
        told(start).unwrap_or_else(|| Self { delimiter: commonest(start), header: Position::default() })
    }
}

fn told(start: &[u8]) -> Option<Dialect> {
    if !start.get(..TOLD.len())?.eq_ignore_ascii_case(TOLD) {
        return None;
    }
    let (&delimiter, rest) = start[TOLD.len()..].split_first()?;
    let end = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n")) };
    let header = Position { byte: (TOLD.len() + 1 + end) as u64, line: 1, row: 0 };
    (end > 0 && DELIMITERS.contains(&delimiter)).then_some(Dialect { delimiter, header })
}

const DELIMITERS: [u8; 3] = [b';', b',', b'\t'];

fn commonest(start: &[u8]) -> u8 {
    let line =
        start.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    // Of those that are as common, the first one.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(DELIMITERS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_found_by_itself() {
        assert_eq!(Dialect::of(b"A;B;C\n1,2;3\n").delimiter, b';');
        assert_eq!(Dialect::of(b"\r\nA,B,C\n").delimiter, b',');
        assert_eq!(Dialect::of(b"A\tB\n").delimiter, b'\t');
        assert_eq!(Dialect::of(b"A\n").delimiter, b';');
        assert_eq!(Dialect::of(b"A,B\tC\n").delimiter, b',');
        assert_eq!(Dialect::of(b"").delimiter, b';');
    }

    #[test]
    fn a_line_for_excel_tells_the_delimiter_and_is_no_header() {
        let of = |text: &[u8]| {
            let Dialect { delimiter, header } = Dialect::of(text);
            (delimiter, header.byte, header.line)
        };
        assert_eq!(of(b"sep=;\r\nA,B\r\n"), (b';', 7, 1));
        assert_eq!(of(b"SEP=\t\nA\n"), (b'\t', 6, 1));
        assert_eq!(of(b"sep=,"), (b',', 0, 0), "without an end it is a header");
        assert_eq!(of(b"sep=;A;B\n"), (b';', 0, 0));
        assert_eq!(of(b"sep=|\nA|B\n"), (b';', 0, 0));
    }
}
